# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process: starting, stopping, being killed, TLS."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from simulator.process import TESTS, Running
from simulator_tests.client import APPLICATION, AS_ALICE, CONFIDENTIAL, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable


def simulator(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "simulator", *arguments]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_help_names_every_option_and_switch() -> None:
    done = simulator("--help")
    assert done.returncode == 0
    for word in ("--directory", "--idle-exit", "csrf_changes", "client_secret", "insight_6_2"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--set", "no_such_switch=1"), "no_such_switch"),
        (("--set", "trim"), "NAME=VALUE"),
        (("--set", "update=never"), "replace, merge"),
        (("--dialect", "klingon"), "insight_7_0"),
        (("--port", "99999"), "99999"),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], problem: str, tmp_path: Path) -> None:
    done = simulator("--directory", str(tmp_path), *arguments)
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "server.json").exists()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = simulator("--directory", str(tmp_path), "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"port {port}" in done.stderr
    assert "in use" in done.stderr


def test_a_directory_that_is_taken(own_server: Callable[..., Running]) -> None:
    done = simulator("--directory", str(own_server().directory))
    assert done.returncode == 1
    assert "another simulator" in done.stderr


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_quiet_end(sent: signal.Signals, own_server: Callable[..., Running]) -> None:
    server = own_server()
    with Client(server) as client:
        client.log_in()
        about = json.loads((server.directory / "server.json").read_text())
        assert about["pid"] == server.process.pid
        assert about.keys() == {"pid", "url", "authority", "ca_path", "dialect"}
        os.kill(server.pid, sent)
        out, err = server.process.communicate(timeout=600)
    assert (server.process.returncode, err) == (0, "")
    assert out.count("\n") == 1
    assert server.url in out
    assert not (server.directory / "server.json").exists()


def test_killed_and_started_again(own_server: Callable[..., Running]) -> None:
    server = own_server("--set", "client_secret=changed")
    form = {**AS_ALICE, "client_secret": "changed"}
    with Client(server) as client:
        tokens = client.oauth(form).json()
        login = {"access_token": tokens["access_token"], "token_type": "Bearer"}
        client.log_in(login)
        application = client.create()
        client.create("event", eventName="Initial", applicationId=application["id"])
        updated = client.update(application, **APPLICATION, note="kept")
        gone = client.create(**{**APPLICATION, "appName": "Gone"})
        client.call(f"application/{gone['id']}/delete")
        server.control("POST", "credentials", {"users": {"new@example.com": "new-password"}})
        authority = Path(server.ca_path).read_bytes()
        server.kill()
        server.restart()
    assert Path(server.ca_path).read_bytes() == authority
    with Client(server) as client:
        assert client.call("application/read", **KEY).status_code == 401
        client.log_in(login)
        assert client.call("application/read", **KEY).json() == updated
        assert client.call("event/list").json()["total"] == 1
        assert client.call("application/create", **APPLICATION).status_code == 409
        assert client.call(f"application/{gone['id']}/read").status_code == 404
        assert client.create(**{**APPLICATION, "appName": "Next"})["id"] == gone["id"] + 1
        new = {**form, "username": "new@example.com", "password": "new-password"}
        assert client.oauth(new).status_code == 200
        refresh = {**CONFIDENTIAL, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert client.oauth({**refresh, "client_secret": "changed"}).status_code == 200


def test_tls(own_server: Callable[..., Running]) -> None:
    server = own_server()
    for url in (server.url, server.url.replace("localhost", "127.0.0.1")):
        assert requests.get(url + "/x", verify=server.ca_path, timeout=600, proxies={"https": ""}).status_code == 404
    other = str(server.directory / "other-ca.pem")
    with Client(server) as client, pytest.raises(requests.exceptions.SSLError):
        client.get(server.url, verify=other)
    for name in ("server.pem", "client.key"):
        assert stat.S_IMODE((server.directory / name).stat().st_mode) == 0o600


def test_one_connection_serves_many_requests(own_server: Callable[..., Running]) -> None:
    server = own_server()
    port = int(server.url.rpartition(":")[2])
    context = ssl.create_default_context(cafile=server.ca_path)
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        for _turn in range(3):
            connection.sendall(b"GET /insight/api/v2/token HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = connection.recv(65536)
            while b"}" not in answer:
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200")


def test_client_certificates(own_server: Callable[..., Running]) -> None:
    server = own_server("--require-client-certificate")
    with Client(server) as client:
        with pytest.raises(requests.ConnectionError):
            client.get(server.url)
        client.cert = (str(server.directory / "client.pem"), str(server.directory / "client.key"))
        assert client.log_in().status_code == 200


def test_plain_http(own_server: Callable[..., Running]) -> None:
    server = own_server("--plain-http")
    assert server.url.startswith("http://localhost:")
    assert server.ca_path is None
    with Client(server) as client:
        assert client.log_in().status_code == 200
        assert "Secure" not in client.start().headers["Set-Cookie"]


def test_idle_exit(own_server: Callable[..., Running]) -> None:
    server = own_server("--idle-exit", "1")
    assert server.process.wait(timeout=600) == 0


def test_switches_and_credentials_from_the_command_line(own_server: Callable[..., Running]) -> None:
    secret = '"&+/=é x '
    server = own_server("--set", "trim=yes", "--set", f"client_secret={secret}", "--set", "tenant_id=t")
    assert server.control("GET", "switches")["trim"] is True
    server.reset()
    assert server.control("GET", "switches")["trim"] is True
    with Client(server) as client:
        assert client.oauth({**AS_ALICE, "client_secret": secret}, tenant="t").status_code == 200


def test_without_a_directory_nothing_is_left(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "--idle-exit", "1"]
    environment = os.environ | {"PYTHONPATH": str(TESTS), "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0
    assert str(tmp_path) in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_only_complete_server_files(tmp_path: Path) -> None:
    """Whoever waits for server.json can connect as soon as it is there."""
    for round_ in range(3):
        server = Running(tmp_path / str(round_), "--idle-exit", "30")
        with Client(server) as client:
            assert client.get(server.url + "/x").status_code == 404
        assert server.stop() == 0
