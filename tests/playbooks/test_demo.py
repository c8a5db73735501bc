# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: goes through, and leaves nothing behind, also where it cannot start and where somebody interrupts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator.surroundings import ROOT

SAID = [
    "drift found in check mode",
    "created: 202 entities",
    "run again: 202 unchanged, nothing written",
    # the diff of the plan, up to the next task: two entities and no other
    (
        "~ event (eventName=Initial filing, applicationId=(appCode=100101, appName=Zelvora)) "
        'description: "Edited by hand" -> "For validation only" '
        "~ product_registration (registrationNumber=FR-2235, applicationId=(appCode=100348, appName=Sontaria)) "
        'status: "Withdrawn" -> "Approved" changed: [localhost] TASK [Do exactly what was approved]'
    ),
    "applied exactly: 2 updated",
    "1 handshake and 204 writes in this play",
]
"""What its summaries and its plan tell."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the demo puts what it needs for a while. Its name is short, since Ansible puts sockets there."""
    with tempfile.TemporaryDirectory(prefix="demo-") as name:
        yield Path(name)


def begin(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """A demo in a process group of its own, as a terminal would start it."""
    surroundings = {**os.environ, "TMPDIR": str(folder), "ANSIBLE_NOCOLOR": "1", **environment}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "demo" / "run.py")],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.proves("PROOF-1")
def test_it_goes_through(folder: Path) -> None:
    demo = begin(folder)
    output, _nothing = demo.communicate()
    assert demo.returncode == 0, output
    said_last = output[output.index("The demo went through; what it did stands above.") :]
    drift, plan = (Path(line.rpartition(": ")[2]) for line in said_last.splitlines()[1:])
    assert "Edited by hand" in drift.read_text() and "Withdrawn" in plan.read_text()
    assert "failed=0" in output
    assert "Traceback" not in output
    for said in SAID:
        assert said in " ".join(output.split()), output
    assert list(folder.iterdir()) == []


@pytest.mark.proves("PROOF-1")
def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        demo = begin(folder, DEMO_PORT=port)
        output, _nothing = demo.communicate()
    assert demo.returncode == 1
    assert output.startswith("The demo could not start: ")
    assert f"cannot listen on 127.0.0.1, port {port}" in output
    assert "Traceback" not in output
    assert list(folder.iterdir()) == []


@pytest.mark.proves("PROOF-1")
def test_somebody_interrupts_it(folder: Path) -> None:
    demo = begin(folder)
    while not list(folder.glob("*/state/*/key")):  # the first task has logged in
        assert demo.poll() is None, demo.communicate()[0]
        time.sleep(0.02)
    about = json.loads(next(folder.glob("*/server.json")).read_text(encoding="utf-8"))
    assert is_running(about["pid"])
    os.killpg(demo.pid, signal.SIGINT)
    output, _nothing = demo.communicate()
    assert demo.returncode not in (0, None)
    assert "Interrupted; the simulator is stopped and its folder is removed." in output
    assert "The demo went through" not in output
    assert not is_running(about["pid"])
    assert list(folder.iterdir()) == []
