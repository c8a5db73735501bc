# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook without its start: a process that has imported Ansible once forks for each run.

Four fifths of the CPU time of a short playbook are imports and the descriptions of Ansible's own plugins. A
forked run is what a run with a start of its own is: a process of its own with its arguments, folder, environment,
output and exit code, which reads Ansible's configuration anew and ends as any Python does: `test_warm.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAY_DIFFER = (
    "ANSIBLE_ASYNC_DIR",
    "ANSIBLE_COLLECTIONS_PATH",
    "ANSIBLE_HOME",
    "ANSIBLE_NO_TARGET_SYSLOG",
    "ANSIBLE_PIPELINING",
    "GITLAB_USER_LOGIN",
    "INSIGHT_",
    "MAIL_PASSWORD",
    "PWD",
    "PYTEST_CURRENT_TEST",
    "RIMOPS_",
    "SSL_CERT_FILE",
    "VAULT_PASSWORD_FILE",
    "XDG_STATE_HOME",
    "ZELVORA_INTERFACE",
)
"""Beginnings of the variables that a run may set otherwise than the process that it is forked from: neither Python nor
Ansible keeps anything of them from its imports but the configuration, which is read again."""
WARM: list[Warm] = []


@dataclass(frozen=True)
class Warm:
    """The process that forks, and what it was started with."""

    environment: dict[str, str]
    channel: socket.socket


def kept(environment: dict[str, str]) -> dict[str, str]:
    """The variables that must be the same for every run."""
    return {name: value for name, value in environment.items() if not name.startswith(MAY_DIFFER)}


@contextlib.contextmanager
def started(environment: dict[str, str], folder: Path) -> Iterator[None]:
    """Start the process for runs in an environment."""
    channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with channel:
        with other:
            command = [sys.executable, str(Path(__file__).with_name("forking.py")), str(other.fileno())]
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, pass_fds=[other.fileno()]
            )
        WARM.append(Warm(environment, channel))
        yield
        WARM.clear()
    process.wait()


def run(
    command: list[str], environment: dict[str, str], folder: Path, output: IO[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook; a launcher, a configuration file or another environment needs a start of its own.

    output: a file that gets everything that is said, as it is said, instead of the result.
    """
    usual = Path(command[0]).name == "ansible-playbook" and not (folder / "ansible.cfg").exists()
    forks = usual and WARM and kept(environment) == kept(WARM[0].environment)
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        files = (output, output) if output else (said, errors)
        if forks:
            code = fork(WARM[0].channel, command, environment, folder, *files)
        else:
            code = subprocess.run(
                command, env=environment, cwd=folder, stdout=files[0], stderr=files[1], check=False
            ).returncode
        said.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(command, code, said.read(), errors.read())


def fork(
    channel: socket.socket,
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    output: IO[str],
    errors: IO[str],
) -> int:
    """Have a command run in a process that is forked; its exit code."""
    asked = json.dumps({"command": command, "environment": environment, "folder": str(folder)})
    answer, other = os.pipe()
    with os.fdopen(answer) as ended:
        socket.send_fds(channel, [asked.encode()], [output.fileno(), errors.fileno(), other])
        os.close(other)
        return int(ended.read())
