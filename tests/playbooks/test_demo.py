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
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the demo puts what it needs for a while."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return temporary


def begin(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """A demo in a process group of its own, as a terminal would start it."""
    surroundings = {**os.environ, "TMPDIR": str(folder), "ANSIBLE_NOCOLOR": "1", "PYTHONUNBUFFERED": "1", **environment}
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
    output, _nothing = demo.communicate(timeout=120)
    assert demo.returncode == 0, output
    assert output.rstrip().endswith("The demo went through; what it did stands above.")
    assert "failed=0" in output
    assert "Traceback" not in output
    assert list(folder.iterdir()) == []


@pytest.mark.proves("PROOF-1")
def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        demo = begin(folder, DEMO_PORT=port)
        output, _nothing = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert output.startswith("The demo could not start: ")
    assert f"cannot listen on 127.0.0.1, port {port}" in output
    assert "Traceback" not in output
    assert list(folder.iterdir()) == []


@pytest.mark.proves("PROOF-1")
def test_somebody_interrupts_it(folder: Path) -> None:
    demo = begin(folder)
    assert demo.stdout is not None
    seen = ""
    for line in demo.stdout:
        seen += line
        if line.startswith("TASK ["):
            break
    about = json.loads(next(folder.glob("*/server.json")).read_text(encoding="utf-8"))
    assert is_running(about["pid"])
    os.killpg(demo.pid, signal.SIGINT)
    output = seen + demo.communicate(timeout=60)[0]
    assert demo.returncode not in (0, None)
    assert "Interrupted; the simulator is stopped and its folder is removed." in output
    assert "The demo went through" not in output
    assert not is_running(about["pid"])
    assert list(folder.iterdir()) == []
