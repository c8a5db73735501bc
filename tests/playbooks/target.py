# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other host's Python without its start: a process that has imported what our modules import forks for each.

Nine tenths of the CPU time of a module on another host are imports. A forked one is what a module with a start of its
own is: a process of its own with its arguments, folder, environment, output and exit code. It takes what it imports
beyond the engine from its own archive. That the archive holds the engine too is seen wherever a module has a start of
its own: in `test_warm.py`, with another PYTHONPATH, as another user, and in tests/remote.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from simulator.surroundings import ROOT

HERE = Path(__file__).resolve().parent
PYTHON = os.environ.get("RIMOPS_TARGET_PYTHON", sys.executable)
"""The interpreter of the other host."""
PROGRAMS = [PYTHON]
"""What modules are run with there: the last one."""


@contextlib.contextmanager
def started(folder: Path) -> Iterator[None]:
    """Start the process, and have modules run with a program that asks it."""
    imported = folder / "imported"
    (imported / "ansible").mkdir(parents=True)
    (imported / "ansible" / "__init__.py").touch()  # without what only a controller has
    found = find_spec("ansible")
    [ansible] = found.submodule_search_locations if found and found.submodule_search_locations else [""]
    (imported / "ansible" / "module_utils").symlink_to(Path(ansible, "module_utils"))
    (imported / "ansible_collections" / "rimops").mkdir(parents=True)
    (imported / "ansible_collections" / "rimops" / "insight").symlink_to(ROOT)
    short = tempfile.TemporaryDirectory()  # the name of a socket has room for a hundred letters
    place = Path(short.name, "forks")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen(64)
        command = [PYTHON, str(HERE / "target_forking.py"), str(listening.fileno()), str(imported)]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, pass_fds=[listening.fileno()])
    program = folder / "python"
    words = [PYTHON, "-IS", str(HERE / "target_asking.py"), str(place), str(ROOT), os.environ["PYTHONPATH"], PYTHON]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    PROGRAMS.append(str(program))
    yield
    PROGRAMS.pop()
    process.terminate()
    process.wait()
    short.cleanup()
