# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator import certificates, dialects
from simulator.application import Application
from simulator.credentials import SETTABLE
from simulator.dialect import Dialect
from simulator.server import Server, base_url, listen, server_for, write_whole
from simulator.simulator import Simulator
from simulator.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Sequence


class StartError(Exception):
    """The server cannot be started; the message says why."""


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    described = [f"  {one.name} (default {one.default}): {one.meaning}" for one in SWITCHES]
    described += [f"  {name}: {meaning}" for name, meaning in SETTABLE.items()]
    command = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stand-in for Ennov InSight and the Microsoft identity platform, for tests and for practice.",
        epilog="NAME=VALUE of --set:\n" + "\n".join(described),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    command.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    command.add_argument("--dialect", default="insight", help=f"one of {', '.join(dialects.names())}, or a YAML file")
    command.add_argument(
        "--directory",
        type=Path,
        help="where data and certificates are kept (default: a temporary one, removed at the end)",
    )
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="turn a switch, see below")
    command.add_argument("--plain-http", action="store_true", help="no TLS")
    command.add_argument(
        "--require-client-certificate",
        action="store_true",
        help="refuse clients without a certificate of client-ca.pem",
    )
    command.add_argument(
        "--idle-exit", type=float, default=0, metavar="SECONDS", help="stop when nobody asks for so long"
    )
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Returns the exit code."""
    options = parser().parse_args(arguments)
    temporary = None if options.directory else Path(tempfile.mkdtemp(prefix="simulator-"))
    directory: Path = temporary or options.directory
    try:
        _serve(options, directory)
    except (StartError, ValueError) as problem:
        print(f"simulator: {problem}", file=sys.stderr)
        return 1
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    return 0


def _serve(options: argparse.Namespace, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(f"another simulator uses the directory {directory}") from None
        (directory / "server.json").unlink(missing_ok=True)
        switches, credentials = _assignments(options.set)
        dialect = Dialect(options.dialect, dialects.load(options.dialect))
        simulator = Simulator(dialect, directory, switches, credentials)
        try:
            server, listener = _server(options, directory, simulator)
            server.run(sockets=[listener])
        finally:
            simulator.store.close()
            (directory / "server.json").unlink(missing_ok=True)


def _assignments(assignments: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The switches and the credentials that --set names."""
    pairs = [text.partition("=") for text in assignments]
    wrong = [name for name, equals, _value in pairs if not equals]
    if wrong:
        raise StartError(f"--set {wrong[0]}: this is not NAME=VALUE")
    switches = {name: value for name, _equals, value in pairs if name not in SETTABLE}
    return switches, {name: value for name, _equals, value in pairs if name in SETTABLE}


def _server(options: argparse.Namespace, directory: Path, simulator: Simulator) -> tuple[Server, Any]:
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise StartError(f"cannot listen on {options.host}, port {options.port}: {reason}") from None
    tls: dict[str, object] = {}
    if not options.plain_http:
        certificates.ensure(directory)
        tls = certificates.context_options(directory, options.require_client_certificate)
    url = base_url(options.host, listener.getsockname()[1], "https" if tls else "http")

    def ready() -> None:
        ca_path = str((directory / "ca.pem").resolve()) if tls else None
        about = {"pid": os.getpid(), "url": url, "authority": url, "ca_path": ca_path, "dialect": options.dialect}
        write_whole(directory / "server.json", about)
        print(f"{simulator.dialect.data['title']} (simulated) at {url}, files in {directory.resolve()}", flush=True)

    server = server_for(Application(simulator), tls, ready)
    server.idle_exit = options.idle_exit
    return server, listener
