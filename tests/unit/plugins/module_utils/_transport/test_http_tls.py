# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the edge trusts, how it is reached, and what of the environment counts."""

from __future__ import annotations

import datetime
import socket
import ssl
import sys

import pytest
import trustme

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport import connections
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InterruptedRequest,
    NotSentError,
    UntrustedServerError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._transport.conftest import LONG

SECRET = "s3cret-canary"


def request(url, **more):
    """A request that carries a secret wherever one can be."""
    return Request(
        "read event 'x'",
        "POST",
        f"{url}/path-{SECRET}?query={SECRET}",
        headers={"Authorization": f"Bearer {SECRET}"},
        json_body={"password": SECRET},
        **more,
    )


def send(url, **network):
    return Http(Network(**{"retry_limit": 0, "timeout": LONG, **network})).send(request(url))


def failure(kind, url, **network):
    """The error of that very kind, which holds no secret."""
    with pytest.raises(kind) as caught:
        send(url, **network)
    assert caught.type is kind
    assert SECRET not in repr(caught.value.as_result())
    assert caught.value.message.startswith("Cannot read event 'x': ")
    return caught.value.message


@pytest.mark.proves("NETWORK-1")
def test_ca_path(serve, certificates):
    assert send(serve().url, ca_path=certificates.ca).status == 200


@pytest.mark.proves("NETWORK-1")
def test_wrong_ca(serve, certificates):
    server = serve()
    message = failure(UntrustedServerError, server.url, ca_path=certificates.other_ca)
    assert "cannot be trusted" in message and "ca_path" in message and server.url in message
    assert server.requests == []


@pytest.mark.proves("NETWORK-1")
def test_without_ca_path_only_the_system_is_trusted(serve):
    assert "cannot be trusted" in failure(UntrustedServerError, serve().url)


@pytest.mark.proves("NETWORK-1")
def test_certificate_of_another_host(serve, certificates):
    server = serve(context=certificates.server_context("elsewhere.example.com"))
    assert "127.0.0.1" in failure(UntrustedServerError, server.url, ca_path=certificates.ca)


LONG_AGO = datetime.datetime(2020, 1, 1)
SOON = datetime.datetime(2100, 1, 1)
NAMES = ("localhost", "127.0.0.1")


def faulty(certificates, **dates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates.authority.issue_cert(*NAMES, **dates).configure_cert(context)
    return context


def self_signed(tmp_path):
    context, alone = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA()
    for pem in (alone.private_key_pem, alone.cert_pem):
        pem.write_to_path(str(tmp_path / "alone.pem"), append=True)
    context.load_cert_chain(tmp_path / "alone.pem")
    return context


@pytest.mark.proves("NETWORK-1")
@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("expired", "has expired. Check the clock of this machine"),
        ("not yet valid", "Check the clock of this machine"),
        ("other name", "Write url with a name for which the certificate is"),
        ("other address", "Write url with a name for which the certificate is"),
        ("self-signed", "set ca_path to this very certificate"),
        ("unknown issuer", "Set ca_path to the certificate authority"),
    ],
)
def test_advice_for_each_fault_of_a_certificate(serve, certificates, tmp_path, fault, advice):
    contexts = {
        "expired": lambda: faulty(certificates, not_before=LONG_AGO, not_after=LONG_AGO + datetime.timedelta(1)),
        "not yet valid": lambda: faulty(certificates, not_before=SOON, not_after=SOON + datetime.timedelta(1)),
        "other name": lambda: certificates.server_context("elsewhere.example.com", "127.0.0.1"),
        "other address": lambda: certificates.server_context("localhost", "127.0.0.2"),
        "self-signed": lambda: self_signed(tmp_path),
        "unknown issuer": certificates.server_context,
    }
    server = serve(context=contexts[fault]())
    url = server.url.replace("127.0.0.1", "localhost") if fault == "other name" else server.url
    ca = certificates.other_ca if fault in ("self-signed", "unknown issuer") else certificates.ca
    message = failure(UntrustedServerError, url, ca_path=ca)
    assert advice in message
    assert ("ca_path" in message) == (fault in ("self-signed", "unknown issuer"))
    assert server.requests == []


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize("validate", [True, False])
def test_the_keys_of_tls_are_written_to_no_file(serve, certificates, tmp_path, monkeypatch, validate):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert send(serve().url, ca_path=certificates.ca, validate_certs=validate).status == 200
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("ca", [None, "other_ca"])
def test_validate_certs_false(serve, certificates, ca):
    server = serve(context=certificates.server_context("elsewhere.example.com"))
    assert send(server.url, validate_certs=False, ca_path=ca and getattr(certificates, ca)).status == 200


def test_mutual_tls(serve, certificates):
    server = serve(context=certificates.server_context(require_client=True))
    own = {"ca_path": certificates.ca, "client_cert": certificates.client, "client_key": certificates.client_key}
    assert send(server.url, **own).status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_missing_client_certificate(serve, certificates, version):
    context = certificates.server_context(require_client=True)
    context.minimum_version = context.maximum_version = version
    assert "client_cert" in failure(UntrustedServerError, serve(context=context).url, ca_path=certificates.ca)


@pytest.mark.parametrize("option", ["ca_path", "client_cert"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unusable_files(tmp_path, option, content):
    file = tmp_path / "file.pem"
    if content:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=f"{option} .*file.pem"):
        send("https://127.0.0.1:1", **{option: str(file)})


def test_encrypted_client_key(tmp_path, certificates):
    from cryptography.hazmat.primitives import serialization as form

    with open(certificates.client_key, "rb") as file:  # noqa: PTH123
        key = form.load_pem_private_key(file.read(), None)
    encrypted = key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(SECRET.encode())
    )
    (tmp_path / "key.pem").write_bytes(encrypted)
    with pytest.raises(ConfigurationError, match="unencrypted"):
        send("https://127.0.0.1:1", client_cert=certificates.client, client_key=str(tmp_path / "key.pem"))


@pytest.mark.proves("NETWORK-1")
def test_plain_http_port(serve, certificates):
    url = serve(tls=False).url.replace("http:", "https:")
    assert "does not speak TLS" in failure(UntrustedServerError, url, ca_path=certificates.ca)


def test_tls_port_spoken_to_in_plain(serve):
    failure(InterruptedRequest, serve().url.replace("https:", "http:"))


@pytest.mark.proves("NETWORK-1")
def test_connection_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    message = failure(NotSentError, f"https://127.0.0.1:{port}")
    assert f"https://127.0.0.1:{port} cannot be reached" in message and "refused" in message and "0x" not in message


def test_name_that_does_not_resolve():
    assert "https://no-such-host.invalid cannot be reached" in failure(NotSentError, "https://no-such-host.invalid")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:99999", "https://[::1", f"https://{'a' * 64}.example.com", "ftp://127.0.0.1"]
)
def test_address_that_is_none(url):
    failure(ConfigurationError, url)


@pytest.mark.parametrize("value", ["a\r\nInjected: b", "\u6f22"])
def test_header_that_is_none(serve, value):
    server = serve(tls=False)
    with pytest.raises(ConfigurationError) as caught:
        Http(Network()).send(Request("log in", "GET", server.url, headers={"X-Token": value}))
    assert value not in caught.value.message
    assert server.requests == []


@pytest.mark.proves("NETWORK-2")
def test_foreign_bundles_in_the_environment_do_not_count(serve, certificates, monkeypatch):
    url = serve().url
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, certificates.other_ca)
    assert send(url, ca_path=certificates.ca).status == 200
    assert send(url, validate_certs=False).status == 200


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_bundles_in_the_environment_make_nobody_trusted(serve, certificates, monkeypatch, name):
    monkeypatch.setenv(name, certificates.ca)
    failure(UntrustedServerError, serve().url)
    failure(UntrustedServerError, serve().url, ca_path=certificates.other_ca)


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize("ours", [{"Authorization": f"Bearer {SECRET}"}, {}])
def test_netrc_does_not_count(serve, tmp_path, monkeypatch, ours):
    server = serve(tls=False)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login wrong password wrong\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    Http(Network()).send(Request("read", "GET", server.url, headers=ours))
    assert server.requests[0][1].get("authorization") == ours.get("Authorization")


@pytest.mark.proves("ANSIBLE-4")
def test_without_requests(monkeypatch):
    monkeypatch.setattr(connections, "HAS_REQUESTS", False)
    message = failure(ConfigurationError, "https://127.0.0.1:1")
    assert f"missing for {sys.executable}" in message
    assert f"{sys.executable} -m pip install requests" in message


@pytest.mark.proves("ANSIBLE-4")
def test_the_module_can_be_imported_without_requests():
    import subprocess

    program = (
        "import sys; sys.modules['requests'] = None; sys.path[:0] = sys.argv[1].split(':')\n"
        "from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network\n"
        "from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http\n"
        "from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request\n"
        "try: Http(Network()).send(Request('ask', 'GET', 'https://127.0.0.1:1'))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    root = connections.__file__.partition("/ansible_collections/")[0]
    command = [sys.executable, "-c", program, f"{root}:{':'.join(path for path in sys.path if path)}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("ConfigurationError Cannot ask: the Python library requests is missing")
