# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that has imported what modules import on another host, and forks for each: see `target.py`."""

from __future__ import annotations

import contextlib
import gc
import importlib
import marshal
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from ending import end_after

IMPORTED = ("ansible.module_utils.basic", "ansible.module_utils.common.arg_spec", "jsonschema", "oauthlib.oauth2")
"""What modules import besides the engine."""
ENGINE = "ansible_collections.rimops.insight.plugins.module_utils"


class InTheArchive:
    """Where the modules of a package lie that were not imported yet: in the archive that a run brings along."""

    def __init__(self, package: str) -> None:
        self.folder = package.replace(".", "/")

    def __iter__(self) -> Iterator[str]:
        return (f"{path}/{self.folder}" for path in sys.path if path.endswith("_payload.zip"))


def prepare(imported: Path) -> None:
    """Import what modules import, and keep nothing of where it was found."""
    sys.path.append(str(imported))
    for name in IMPORTED:
        with contextlib.suppress(ModuleNotFoundError):  # then a module says so
            importlib.import_module(name)
    engine = imported.joinpath(*ENGINE.split("."))
    for path in sorted(engine.rglob("*.py")):
        parts = path.relative_to(engine).with_suffix("").parts
        importlib.import_module(".".join((ENGINE, *(part for part in parts if part != "__init__"))))
    sys.path.remove(str(imported))
    sys.path_importer_cache.clear()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("ansible", "ansible_collections") and hasattr(module, "__path__"):
            module.__path__ = InTheArchive(name)  # type: ignore[assignment]


def received(channel: socket.socket, size: int) -> bytes:
    """So many bytes."""
    content = b""
    while len(content) < size:
        content += channel.recv(size - len(content)) or sys.exit(1)
    return content


def serve(listening: socket.socket) -> None:
    """Fork for each request; returns in the process of a module."""
    while True:
        channel, _address = listening.accept()
        if os.fork() == 0:
            break
        channel.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):  # the keepers that have ended
                pass
    listening.close()
    size, files, _flags, _address = socket.recv_fds(channel, 4, 3)
    user, umask, folder, arguments, environment = marshal.loads(received(channel, int.from_bytes(size, "big")))
    if user != os.getuid():
        os._exit(0)  # an empty answer
    if module := os.fork():
        keep(module, channel, files)
    channel.close()
    os.umask(umask)
    os.chdir(folder)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments or [""]


def keep(module: int, channel: socket.socket, files: list[int]) -> NoReturn:
    """Tell how a module ended; end it where whoever asked for it has ended before."""

    def watch() -> None:
        channel.recv(1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(module, signal.SIGTERM)

    for file in files:
        os.close(file)
    threading.Thread(target=watch, daemon=True).start()
    _pid, status = os.waitpid(module, 0)
    with contextlib.suppress(OSError):
        channel.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def run(path: str) -> None:
    """Run a file, or what comes through the standard input where the path is empty."""
    main = sys.modules["__main__"] = ModuleType("__main__")
    sys.path[0] = str(Path(path).parent) if path else ""
    if path:
        main.__file__ = path
    text = Path(path).read_bytes() if path else sys.stdin.buffer.read()
    exec(compile(text, path or "<stdin>", "exec", dont_inherit=True), vars(main))


if __name__ == "__main__":
    prepare(Path(sys.argv[2]))
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
    end_after(lambda: run(sys.argv[0]))
