# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that has imported Ansible, and forks for each run that `warm.py` asks for."""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from ansible import constants
from ansible.cli import playbook
from ansible.plugins import loader
from ansible.utils.path import cleanup_tmp_file
from warm import MAY_DIFFER

IMPORTED = (
    "ansible.executor.task_executor",
    "ansible.executor.task_queue_manager",
    "ansible.plugins.action.normal",
    "ansible.plugins.callback.default",
    "ansible.plugins.connection.local",
    "ansible.plugins.shell.sh",
    "ansible.plugins.strategy.linear",
    "cryptography.x509",
    "jsonschema",
    "oauthlib.oauth2",
    "requests",
)
"""What a run imports after its start."""
LARGEST = 1 << 17  # bytes of a request


def serve(channel: socket.socket) -> dict[str, Any]:
    """Fork for each request; in the process of a run, what it is asked for."""
    while True:
        message, files, _flags, _address = socket.recv_fds(channel, LARGEST, 3)
        if not message:
            sys.exit()
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
        while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):  # the keepers that have ended
            pass
    channel.close()
    output, errors, answer = files
    if run := os.fork():
        keep(run, answer)
    os.close(answer)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    asked: dict[str, Any] = json.loads(message)
    return asked


def keep(run: int, answer: int) -> NoReturn:
    """Tell how a run ended."""
    _pid, status = os.waitpid(run, 0)
    os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def become(command: list[str], environment: dict[str, str], folder: str) -> None:
    """Make this process look as if the command had started it, with Ansible's configuration read in its environment."""
    sys.argv[:] = command
    sys.path[0] = str(Path(command[0]).parent)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    home = constants.ANSIBLE_HOME
    for name, definition in constants.config.get_configuration_definitions().items():
        if any(variable in str(definition) for variable in MAY_DIFFER):
            constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    for one in vars(loader).values():
        if isinstance(one, loader.PluginLoader):
            one.config = [path.replace(home, constants.ANSIBLE_HOME) for path in one.config]


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    atexit.unregister(cleanup_tmp_file)
    cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)  # each run makes its own
    gc.collect()
    gc.freeze()
    become(**serve(socket.socket(fileno=int(sys.argv[1]))))
    playbook.main()
