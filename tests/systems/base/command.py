# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of a system: python -m systems.NAME."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import certificates
from simulator.application import Application
from simulator.server import Server, base_url, listen, server_for, write_whole

from systems.base.certificates import self_signed
from systems.base.control import Control

if TYPE_CHECKING:
    from systems.base.service import Service


def main(service_class: type[Service]) -> int:
    """Serve until told to stop. Returns the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m systems.{service_class.name}", description=service_class.title)
    parser.add_argument("--directory", type=Path, required=True, help="where certificates and server.json are kept")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="turn a switch")
    parser.add_argument("--self-signed", action="store_true", help="a certificate that no CA has signed")
    parser.add_argument("--idle-exit", type=float, default=0, metavar="SECONDS", help="stop when unasked so long")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    switches = dict(text.partition("=")[::2] for text in options.set)
    _serve(service_class(switches), options)
    return 0


def _serve(service: Service, options: argparse.Namespace) -> None:
    directory: Path = options.directory.resolve()
    certificates.ensure(directory)
    if options.self_signed:
        self_signed(directory / "server.pem", directory / "ca.pem")
    listener = listen("127.0.0.1", options.port)
    url = base_url("127.0.0.1", listener.getsockname()[1], "https")

    def ready() -> None:
        about = {"pid": os.getpid(), "url": url, "authority": url, "ca_path": str(directory / "ca.pem")}
        write_whole(directory / "server.json", about)

    application = Application(service, Control)  # type: ignore[arg-type]
    server = server_for(application, certificates.context_options(directory, False), ready)
    server.idle_exit = options.idle_exit
    service.change_certificate = lambda: _change_certificate(server, directory)
    server.run(sockets=[listener])
    (directory / "server.json").unlink(missing_ok=True)


def _change_certificate(server: Server, directory: Path) -> str:
    """Show another, self-signed certificate from the next connection on, and close those that are open.

    Returns the path of what clients have to trust now; the older file stays as it is.
    """
    number = len(list(directory.glob("ca-*.pem"))) + 2
    trusted = directory / f"ca-{number}.pem"
    self_signed(directory / f"server-{number}.pem", trusted)
    server.config.ssl.load_cert_chain(directory / f"server-{number}.pem")
    for connection in list(server.server_state.connections):
        connection.shutdown()
    return str(trusted)
