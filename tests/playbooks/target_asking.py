# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in the place of a Python: has a module run in a process that `target_forking.py` forks, and ends as it ends.

Whatever comes in a file and is no module of this collection, and all in other surroundings, gets the Python itself.
Imports next to nothing: this start is what each module costs.
"""

from __future__ import annotations

import _socket
import marshal
import os
import sys

OURS = "AnsiballZ_insight_"


def usual(collection: str, python_path: str, arguments: list[str]) -> bool:
    """Whether this can be a module of the collection that was imported, in an environment in which Python imports what
    was imported."""
    found = os.environ.get("ANSIBLE_COLLECTIONS_PATH", ""), "ansible_collections", "rimops", "insight"
    same = os.path.realpath(os.path.join(*found)) == collection  # noqa: PTH118
    ours = not arguments or os.path.basename(arguments[0]).startswith(OURS)  # noqa: PTH119
    return ours and len(arguments) < 2 and same and os.environ.get("PYTHONPATH", "") == python_path


def ask(place: str, arguments: list[str]) -> int | None:
    """How the module ended; None where nobody is asked, or by another user."""
    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        channel.connect(place)
    except OSError:
        return None
    about = os.getuid(), os.umask(0o77), os.getcwd(), arguments, dict(os.environ)  # noqa: PTH109
    os.umask(about[1])
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    message = marshal.dumps(about)
    channel.sendmsg([len(message).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    sent = 0
    while sent < len(message):
        sent += channel.send(message[sent:])
    answer = channel.recv(16)
    return int(answer) if answer else None


def main(place: str, collection: str, python_path: str, python: str, *arguments: str) -> None:
    """Be that Python."""
    code = ask(place, list(arguments)) if usual(collection, python_path, list(arguments)) else None
    if code is None:
        os.execv(python, [python, *arguments])
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


main(*sys.argv[1:])
