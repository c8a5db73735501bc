# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of Ansible finds around itself, and what it made of it."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins import loader
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

LIMITS = [name for name in dir(resource) if name.startswith("RLIMIT_")]


def handler(number: int) -> str:
    """What handles a signal."""
    found = signal.getsignal(number)
    return getattr(found, "__qualname__", str(found))


def files() -> list[str]:
    """The open files of the process that have a name."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the folder's own, which is closed again
            found.append(link.readlink())
    return sorted(str(file) for file in found if file.exists())


class ActionModule(ActionBase):
    """Tells of the process: a fork of that of ansible-playbook, as for any task."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The state of the process."""
        starter = Path(f"/proc/{os.getppid()}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
        return {
            "started_by": int(starter),
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "arguments": sys.argv,
            "imports_from": sys.path,
            "flags": str(sys.flags),
            "program": sys.executable,
            "encodings": [sys.stdout.encoding, sys.getfilesystemencoding()],
            "collector": [gc.isenabled(), gc.get_threshold()],
            "group": os.getpgid(os.getppid()),  # of ansible-playbook; a task has one of its own
            "session": os.getsid(os.getppid()),
            "user": [os.getresuid(), os.getresgid(), os.getgroups()],
            "priority": os.getpriority(os.PRIO_PROCESS, 0),
            "limits": {name: resource.getrlimit(getattr(resource, name)) for name in LIMITS},
            "signals": {int(one): handler(one) for one in signal.valid_signals()},
            "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            "timeout": socket.getdefaulttimeout(),
            "threads": [one.name for one in threading.enumerate()],
            "loaders": {
                name: [one.config, one._get_paths()]
                for name, one in vars(loader).items()
                if isinstance(one, loader.PluginLoader)
            },
            "columns": Display().columns,
            "configuration": {
                name: str(getattr(constants, name)) for name in constants.config.get_configuration_definitions()
            },
            "files": files(),
        }
