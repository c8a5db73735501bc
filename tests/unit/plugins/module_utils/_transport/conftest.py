# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on this machine that a test can let do anything, and an environment without proxies."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import trustme

from ansible_collections.rimops.insight.plugins.module_utils._transport import deadline as bounds

LONG = 300.0
"""Seconds that nothing takes unless it hangs, on however busy a machine."""


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, tmp_path):
    """Nothing of this machine's network settings, and a home folder without files."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in (
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSLKEYLOGFILE",
            "NETRC",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form, and the authority that issued them."""

    authority: trustme.CA
    ca: str
    other_ca: str
    client: str
    client_key: str

    def server_context(self, *names, require_client=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
        if require_client:
            self.authority.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    client = authority.issue_cert("client@example.com", common_name="client")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other.pem")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    client.private_key_pem.write_to_path(folder / "client.key")
    return Certificates(
        authority, *(str(folder / name) for name in ("ca.pem", "other.pem", "client.pem", "client.key"))
    )


class Connection:
    """One accepted connection."""

    def __init__(self, sock):
        self.socket = sock
        self._file = sock.makefile("rb")

    def receive(self):
        """The next whole request as (first line, headers with lower-case names, body); None at the end."""
        first = self._file.readline().decode().strip()
        if not first:
            return None
        headers = {}
        for line in iter(self._file.readline, b"\r\n"):
            name, _colon, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", 0))
        body = self._file.read(size)
        return (first, headers, body) if len(body) == size else None

    def send(self, *lines, body=b"{}", length=None):
        """An answer: status and header lines, and a body."""
        head = [f"HTTP/1.1 {lines[0]}", *lines[1:], f"Content-Length: {len(body) if length is None else length}"]
        self.socket.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


def ok(connection, request):
    """Answers everything with an empty object."""
    connection.send("200 OK", "Content-Type: application/json")


class Server:
    """Lets ``answer(connection, request)`` answer each request; requests: what arrived."""

    def __init__(self, answer, context):
        self.requests = []
        self._answer, self._context = answer, context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                accepted, _address = self._listening.accept()
                threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted):
        with contextlib.suppress(OSError), accepted:
            accepted.settimeout(LONG)
            if not self._context and accepted.recv(1, socket.MSG_PEEK) == b"\x16":
                accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")  # a client that wants TLS
                return
            secured = self._secured(accepted) if self._context else accepted
            if secured:
                with secured:
                    self._converse(Connection(secured))

    def _secured(self, accepted):
        secured = self._context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        try:
            secured.do_handshake()
        except ssl.SSLError:
            # Read what is left, or the end of the connection overtakes the alert that says why.
            with socket.socket(fileno=secured.detach()) as rest:
                rest.settimeout(LONG)  # the new object does not know that reading never waits so far
                rest.shutdown(socket.SHUT_WR)
                while rest.recv(4096):
                    pass
            return None
        return secured

    def _converse(self, connection):
        while (request := connection.receive()) is not None:
            self.requests.append(request)
            if self._answer(connection, request) == "close":
                return

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def serve(certificates):
    """Start servers: serve(answer, tls=True, context=None)."""
    servers = []

    def start(answer=ok, tls=True, context=None):
        servers.append(Server(answer, (context or certificates.server_context()) if tls else None))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Hand:
    """The time of exchanges, which passes only when a test says so: on a busy machine, too, it is for what its server
    does that an exchange ends."""

    def __init__(self):
        self.now = 0.0

    def move(self, seconds):
        self.now += seconds


@pytest.fixture
def hand(monkeypatch):
    """Moves the time on in which exchanges end."""
    hand = Hand()
    monkeypatch.setattr(bounds, "time", SimpleNamespace(monotonic=lambda: hand.now, sleep=time.sleep))
    return hand
