# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signal ends a run of parts with everything that it started, whatever it is at and whoever gets the signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import processes
import pytest

TOOLING = Path(processes.__file__).parent

RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tooling!r})
import environments, interpreters, processes, run_parts
from parts import Part

environments.BUILD = run_parts.BUILD = run_parts.checkout.COLLECTIONS = Path({folder!r})
environments.lock_file = lambda *_: Path({folder!r}) / "lock.txt"
processes.end_on_signals(run_parts.running)
Path({folder!r}, "run.pid").write_text(str(run_parts.os.getpid()))
if {copies}:
    run_parts.checkout.synchronise(Path({folder!r}))
for name in ("log", "results"):
    Path({folder!r}, name).mkdir()
sleep = (sys.executable + " {folder}/sleep.py",)
parts = [Part(str(number), sleep, {environments}, folder={folder!r}) for number in range(3)]
sys.exit(run_parts.report(run_parts.run_all(parts), [], complete=False))
"""
# One that is deaf to SIGTERM, one in a session of its own, and one there whose parent has ended.
SLEEP = """
import os, signal, subprocess, sys, time
from pathlib import Path
kind = sys.argv[1] if len(sys.argv) > 1 else ""
children = {"": ("deaf", "session", "parent"), "parent": ("orphan",)}.get(kind, ())
for child in children:
    subprocess.Popen([sys.executable, __file__, child], start_new_session=child != "deaf")
if kind == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(__file__).with_name(f"up-{kind}-{os.getpid()}").touch()
if kind != "parent":
    time.sleep(600)
    Path(__file__).with_name(f"late-{kind}-{os.getpid()}").touch()
"""
SLEEPERS = 5
MAKEFILE = "test:\n\t@{python} {folder}/run.py\n"
GIT = "#!/bin/sh\nset -e\ntouch {folder}/up-git\nsetsid {python} {folder}/sleep.py\n"


def left(folder: Path) -> list[str]:
    """The processes that have a folder in their command."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def wait_for(process: subprocess.Popen[str], there: Callable[[], bool]) -> None:
    """Wait until the run is where it shall get the signal."""
    while not there():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)


def begin(folder: Path, environments: tuple[str, ...] = (), copies: bool = False, **more: str) -> subprocess.Popen[str]:
    """Start such a run by make, as a shell with job control would."""
    (folder / "run.py").write_text(
        RUN.format(tooling=str(TOOLING), folder=str(folder), environments=environments, copies=copies)
    )
    (folder / "sleep.py").write_text(SLEEP)
    (folder / "Makefile").write_text(MAKEFILE.format(python=sys.executable, folder=folder))
    return subprocess.Popen(
        ["make", "-f", str(folder / "Makefile"), "test"],
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def at_commands(folder: Path) -> subprocess.Popen[str]:
    """A run whose parts sleep."""
    process = begin(folder)
    wait_for(process, lambda: len(list(folder.glob("up-*"))) == 2 * SLEEPERS)
    return process


def at_environments(folder: Path) -> subprocess.Popen[str]:
    """A run whose pip waits for an index that never answers."""
    (folder / "lock.txt").write_text(f"wanted==1.0 --hash=sha256:{'0' * 64}\n")
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(0.05)
        url = f"http://127.0.0.1:{index.getsockname()[1]}/simple/"
        process = begin(folder, ("demo",), PIP_INDEX_URL=url, NO_PROXY="*", no_proxy="*")

        def asked() -> bool:
            try:
                index.accept()
            except TimeoutError:
                return False
            return True

        wait_for(process, asked)
    return process


def at_copying(folder: Path) -> subprocess.Popen[str]:
    """A run whose git takes its time."""
    (folder / "bin").mkdir()
    (folder / "bin" / "git").write_text(GIT.format(python=sys.executable, folder=folder))
    (folder / "bin" / "git").chmod(0o755)
    process = begin(folder, copies=True, PATH=f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    wait_for(process, lambda: len(list(folder.glob("up-*"))) == 1 + SLEEPERS)
    return process


SIGNALS = {
    "Ctrl-C": lambda make, _run: os.killpg(make, signal.SIGINT),
    "SIGTERM to the group": lambda make, _run: os.killpg(make, signal.SIGTERM),
    "SIGTERM to make": lambda make, _run: os.kill(make, signal.SIGTERM),
    "SIGTERM to the run": lambda _make, run: os.kill(run, signal.SIGTERM),
}
CASES = [
    *((at_commands, name) for name in SIGNALS),
    (at_environments, "SIGTERM to the group"),
    (at_copying, "SIGTERM to make"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="what has left its process group is only found on Linux")
@pytest.mark.parametrize(("reach", "name"), CASES)
def test_a_signal_ends_everything(tmp_path: Path, reach: Callable[[Path], subprocess.Popen[str]], name: str) -> None:
    process = reach(tmp_path)
    assert left(tmp_path)
    SIGNALS[name](process.pid, int((tmp_path / "run.pid").read_text()))
    output, _nothing = process.communicate()
    assert left(tmp_path) == []
    assert process.returncode != 0
    assert "passed," not in output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_a_run_that_is_killed_takes_its_parts_along(tmp_path: Path) -> None:
    process = at_commands(tmp_path)
    os.kill(int((tmp_path / "run.pid").read_text()), signal.SIGKILL)
    process.wait()
    while left(tmp_path):  # nobody waits for them
        assert list(tmp_path.glob("late-*")) == []
        time.sleep(0.05)
