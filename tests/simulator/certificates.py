# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of a run: made once for each directory, so that a restart is trusted by the same clients."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1")


def ensure(directory: Path) -> None:
    """Write into ``directory`` what is not there yet.

    ``ca.pem`` (trust this), ``server.pem`` (certificate and key of the server), ``other-ca.pem`` (a CA that signed
    nothing here), ``client-ca.pem`` (whom the server trusts), ``client.pem`` and ``client.key`` (a client's).
    """
    if not (directory / "client.key").exists():
        authority, clients = trustme.CA(), trustme.CA()
        client = clients.issue_cert("client@simulator.test", common_name="client")
        trustme.CA().cert_pem.write_to_path(directory / "other-ca.pem")
        clients.cert_pem.write_to_path(directory / "client-ca.pem")
        _private(directory / "server.pem", authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.bytes())
        authority.cert_pem.write_to_path(directory / "ca.pem")
        client.cert_chain_pems[0].write_to_path(directory / "client.pem")
        _private(directory / "client.key", client.private_key_pem.bytes())


def _private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def context_options(directory: Path, require_client_certificate: bool) -> dict[str, object]:
    """The options of uvicorn for TLS."""
    options: dict[str, object] = {"ssl_certfile": str(directory / "server.pem")}
    if require_client_certificate:
        options |= {"ssl_ca_certs": str(directory / "client-ca.pem"), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options
