# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a request and its answer: bodies, cookies, redirects, limits, lost connections, proxies."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import sys

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.bodies import body
from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import rules
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport import connections, proxies
from ansible_collections.rimops.insight.plugins.module_utils._transport import deadline as bounds
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http, address, with_headers
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InterruptedRequest,
    ServerError,
    UntrustedServerError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import planned
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._transport.conftest import LONG

SECRET = "s3cret-canary"
OUTCOME = {"retry_limit": 0, "timeout": LONG}


def send(server, path="/", network=None, **parts):
    client = Http(Network(**{**OUTCOME, **(network or {})}))
    return client.send(Request("read event 'x'", parts.pop("method", "GET"), server.url + path, **parts))


def lines(*sent, body=b"{}"):
    return lambda connection, request: connection.send(*sent, body=body)


def test_what_goes_out(serve):
    server = serve(tls=False)
    send(server, "/a%2Fb?c=d", method="POST", json_body={"text": "é\n"}, headers={"X-One": "1"})
    first, headers, body = server.requests[0]
    assert first == "POST /a%2Fb?c=d HTTP/1.1"
    assert json.loads(body) == {"text": "é\n"}
    assert headers["content-type"] == "application/json"
    assert headers["accept"] == "application/json"
    assert headers["x-one"] == "1"
    assert headers["user-agent"] == connections.ALWAYS["User-Agent"]


@pytest.mark.proves("WRITE-9")
def test_numbers_that_nobody_declared_go_back_to_the_letter(serve):
    numbers = b'"a": 0.12345678901234567891, "b": {"c": [12345678901234567.25, 1E2]}, "price": 10.50'
    server = serve(
        lines("200 OK", "Content-Type: application/json", body=b'{"name": "n", "text": "x", %s}' % numbers), tls=False
    )
    held = send(server).json()
    changed = planned({"key": {"name": "n"}, "attributes": {"text": "y", "price": 10.5}}, held, rules())
    send(server, method="PUT", json_body=body(changed, "whole", {}))
    _first, headers, sent = server.requests[-1]
    assert sent == b'{"name": "n", "text": "y", %s}' % numbers
    assert headers["content-length"] == str(len(sent))


def test_an_empty_object_is_a_body_and_none_is_none(serve):
    server = serve(tls=False)
    send(server, method="POST", json_body={})
    send(server, method="POST")
    assert [body for _first, _headers, body in server.requests] == [b"{}", b""]


def test_a_form_is_urlencoded(serve):
    server = serve(tls=False)
    send(server, method="POST", form={"password": '"&+/=é '})
    assert server.requests[0][1]["content-type"] == "application/x-www-form-urlencoded"
    assert server.requests[0][2] == b"password=%22%26%2B%2F%3D%C3%A9+"


def test_what_comes_back(serve):
    response = send(
        serve(lines("418 Odd", "X-CSRF-Token: abc", "Content-Type: Text/HTML; charset=x", body=b"hello"), tls=False)
    )
    assert (response.status, response.body, response.purpose) == (418, b"hello", "read event 'x'")
    assert response.headers["x-csrf-token"] == "abc"
    assert response.content_type == "text/html"


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        (["JSESSIONID=ABC; Path=/insight; Secure; HttpOnly; SameSite=None"], {"JSESSIONID": "ABC"}),
        (["JSESSIONID=ABC; Path=/; Partitioned"], {"JSESSIONID": "ABC"}),
        (["JSESSIONID=ABC; Priority=High"], {"JSESSIONID": "ABC"}),
        (["a=1", "b=2; Path=/", "a=3"], {"a": "3", "b": "2"}),
        (["a=1; Expires=Wed, 09 Jun 2094 10:18:14 GMT", "b=2"], {"a": "1", "b": "2"}),
        (["a=1; Expires=Wed, 09 Jun 2004 10:18:14 GMT"], {"a": ""}),
        (["a=gone; expires=Thu, 01-Jan-1970 00:00:10 GMT; path=/"], {"a": ""}),
        (["a=1; Max-Age=0"], {"a": ""}),
        (["a=1; max-age=-1"], {"a": ""}),
        (["a=1; Max-Age=60; Expires=Wed, 09 Jun 2004 10:18:14 GMT"], {"a": "1"}),
        (["a=1; Max-Age=soon; Expires=never"], {"a": "1"}),
        (['a="quoted"; Path=/'], {"a": '"quoted"'}),
        (["a=x=y=="], {"a": "x=y=="}),
        (["a="], {"a": ""}),
        (["=nameless", "", "flag"], {"flag": ""}),
        ([], {}),
    ],
)
def test_set_cookie(serve, cookies, expected):
    server = serve(lines("200 OK", *(f"Set-Cookie: {cookie}" for cookie in cookies)), tls=False)
    assert send(server).cookies == expected


@pytest.mark.parametrize(("expires", "value"), [("08:50:00", "1"), ("08:49:00", "")])
def test_a_cookie_expires_by_the_clock_of_the_server(serve, expires, value):
    dates = ("Date: Sun, 06 Nov 1994 08:49:37 GMT", f"Set-Cookie: a=1; Expires=Sun, 06 Nov 1994 {expires} GMT")
    assert send(serve(lines("200 OK", *dates), tls=False)).cookies == {"a": value}


def test_no_cookie_comes_back_by_itself(serve):
    server = serve(lines("200 OK", "Set-Cookie: a=1; Path=/"), tls=False)
    client = Http(Network())
    for headers in ({}, {"Cookie": "JSESSIONID=ours"}):
        client.send(Request("read", "GET", server.url, headers=headers))
    assert [headers.get("cookie") for _first, headers, _body in server.requests] == [None, "JSESSIONID=ours"]


def test_a_connection_is_used_again(serve):
    server = serve(tls=False)
    ports = []
    server._answer = lambda connection, request: (
        ports.append(connection.socket.getpeername()[1]),
        connection.send("200 OK"),
    )[1]
    client = Http(Network())
    for _turn in range(3):
        client.send(Request("read", "GET", server.url))
    assert len(ports) == 3 and len(set(ports)) == 1


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize("location", ["/elsewhere", "https://evil.example.com/", "https://[bad", "http://a:99999/", ""])
@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_an_answer(serve, status, location):
    server = serve(lines(status, f"Location: {location}", body=b"moved"), tls=False)
    response = send(server, headers={"Authorization": "Bearer x"})
    assert (response.status, response.headers["location"], response.body) == (int(status[:3]), location, b"moved")
    assert len(server.requests) == 1


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_an_answer_that_is_too_large(serve, monkeypatch, status):
    monkeypatch.setattr(connections, "MAX_ANSWER", 100_000)
    server = serve(lines(status, "Location: /", body=b"x" * 100_001), tls=False)
    with pytest.raises(ServerError, match="larger than") as caught:
        send(server)
    assert caught.value.details["status"] == int(status[:3])


def test_an_answer_that_just_fits(serve, monkeypatch):
    monkeypatch.setattr(connections, "MAX_ANSWER", 100_000)
    assert len(send(serve(lines("200 OK", body=b"x" * 100_000), tls=False)).body) == 100_000


def chunked(connection, *parts, end=b"0\r\n\r\n"):
    connection.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in parts:
        connection.socket.sendall(b"%x\r\n%b\r\n" % (len(part), part))
    connection.socket.sendall(end)


def test_chunks(serve):
    server = serve(lambda connection, request: chunked(connection, b"[1,", b"2]"), tls=False)
    client = Http(Network())
    for _turn in range(2):
        assert client.send(Request("read", "GET", server.url)).json() == [1, 2]


def test_compressed(serve):
    import gzip

    packed = gzip.compress(b"[1]" + b" " * 300_000)
    assert send(serve(lines("200 OK", "Content-Encoding: gzip", body=packed), tls=False)).json() == [1]


@pytest.mark.proves("NETWORK-3")
def test_compressed_and_too_large(serve, monkeypatch):
    import gzip

    monkeypatch.setattr(connections, "MAX_ANSWER", 100_000)
    with pytest.raises(ServerError, match="larger than"):
        send(serve(lines("200 OK", "Content-Encoding: gzip", body=gzip.compress(b" " * 300_000)), tls=False))


def stalling(connection, request):
    connection.send("200 OK", body=b"[", length=10)
    connection.socket.recv(1)


def dropping(connection, request):
    return "close"


def resetting(connection, request):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return "close"


def truncating(connection, request):
    connection.send("200 OK", body=b'{"a": ', length=100)
    return "close"


def breaking_off(connection, request):
    chunked(connection, b"[1,", end=b"")
    return "close"


def babbling(connection, request):
    connection.socket.sendall(b"SSH-2.0-\x1b[31mred\r\n\r\n")
    return "close"


def contradicting(connection, request):
    connection.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n[]")
    return "close"


@pytest.mark.proves("WRITE-6")
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (dropping, "was lost"),
        (resetting, "was lost"),
        (truncating, "was lost"),
        (breaking_off, "was lost"),
        (babbling, "was lost"),
        (contradicting, "was lost"),
    ],
)
def test_no_whole_answer_means_that_it_may_have_been_carried_out(serve, answer, why):
    assert why in interrupted(serve(answer, tls=False))


def interrupted(server):
    """What is said of an exchange that was begun and has no whole answer."""
    with pytest.raises(InterruptedRequest) as caught:
        send(server, f"/{SECRET}?q={SECRET}", method="POST", json_body={"a": SECRET}, headers={"X-Token": SECRET})
    assert SECRET not in repr(caught.value.as_result())
    assert caught.value.message.isprintable()
    assert len(server.requests) == 1
    return caught.value.message


@pytest.mark.proves("WRITE-6")
def test_no_answer_in_time_means_that_it_may_have_been_carried_out(serve, hand):
    def silent(connection, _request):
        hand.move(2 * LONG)
        connection.socket.recv(1)

    assert f"did not answer within {LONG:g} s" in interrupted(serve(silent, tls=False))


@pytest.mark.proves("WRITE-6")
def test_half_an_answer_in_time_means_that_it_may_have_been_carried_out(serve, hand, monkeypatch):
    count = bounds._thread.count
    monkeypatch.setattr(bounds._thread, "count", lambda size: (count(size), hand.move(2 * LONG)))
    assert f"still arriving after {LONG:g} s" in interrupted(serve(stalling, tls=False))


def test_a_number_that_json_does_not_have(serve):
    server = serve(tls=False)
    with pytest.raises(ConfigurationError, match="cannot be said in JSON"):
        send(server, method="POST", json_body={"a": float("nan")})
    assert server.requests == []


def proxy(connection, request):
    """Answers in the server's place, or refuses to connect."""
    connection.send("407 Proxy Authentication Required" if request[0].startswith("CONNECT") else "299 From the proxy")
    return "close"


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize(
    ("variables", "network", "status"),
    [
        ({"http_proxy": "{}"}, {}, 299),
        ({"HTTP_PROXY": "{}"}, {}, 299),
        ({"all_proxy": "{}"}, {}, 299),
        ({"http_proxy": "{}", "no_proxy": "127.0.0.1"}, {}, 200),
        ({"http_proxy": "{}", "NO_PROXY": "example.com,127.0.0.1"}, {}, 200),
        ({"http_proxy": "{}", "no_proxy": "*"}, {}, 200),
        ({"http_proxy": "{}"}, {"use_proxy": False}, 200),
        ({"https_proxy": "{}"}, {}, 200),
        ({"http_proxy": "{}", "no_proxy": "127.0.0.0/8"}, {}, 200),
        ({"http_proxy": "{}", "NO_PROXY": "10.0.0.0/8, 127.0.0.1/32"}, {}, 200),
        ({"http_proxy": "{}", "no_proxy": "128.0.0.0/8"}, {}, 299),
        ({"all_proxy": "{}", "no_proxy": "127.0.0.0/8"}, {}, 200),
    ],
)
def test_proxies_of_the_environment(serve, monkeypatch, variables, network, status):
    server, between = serve(tls=False), serve(proxy, tls=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(between.url))
    assert send(server, network=network).status == status
    assert len(server.requests) + len(between.requests) == 1


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize(
    ("server", "excepted", "through"),
    [
        ("http://[::1]:8080", "::1", False),
        ("https://[fd00::5]", "fd00::5", False),
        ("https://[fd00::5]", "::1", True),
        ("https://api.example.com", "example.com", False),
        ("https://api.example.com", ".example.com", False),
        ("https://api.example.com:8443", "api.example.com:8443", False),
        ("https://api.example.com:8443", "api.example.com:443", True),
        ("https://api.example.org", "example.com", True),
        ("https://10.1.2.3", "10.1.0.0/16", False),
        ("https://10.1.2.3", "10.1.2.3", False),
        ("https://10.2.2.3:8443", "10.1.0.0/16,example.com", True),
        ("https://10.2.2.3", "*", False),
    ],
)
def test_what_is_excepted_from_the_proxy(monkeypatch, server, excepted, through):
    monkeypatch.setenv("all_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", excepted)
    assert bool(connections._proxies(server)) == through


@pytest.mark.proves("NETWORK-2")
@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS4"])
def test_a_socks_proxy_without_the_library_for_it(serve, monkeypatch, variable, scheme):
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setattr(proxies, "find_spec", lambda _name: None)
    monkeypatch.setenv(variable, f"{scheme}://user:{SECRET}@127.0.0.1:9")
    with pytest.raises(ConfigurationError, match=r"SOCKS proxy.*PySocks.*pip install PySocks") as caught:
        send(serve(tls=False))
    assert variable.lower() in caught.value.message.lower()
    assert SECRET not in repr(caught.value.as_result())


@pytest.mark.parametrize(
    "proxy", ["http://", "ftp://127.0.0.1:9", "http://[::1", "http://127.0.0.1:99999", "http://:9"]
)
def test_a_proxy_that_is_no_address(serve, monkeypatch, proxy):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="HTTP_PROXY says is not the address of a proxy"):
        send(serve(tls=False))


def tunnel(connection, request):
    """Connects through, as an HTTPS proxy does; in one thread, since two must not use one TLS connection."""
    host, _colon, port = request[0].split()[1].partition(":")
    with socket.create_connection((host, int(port))) as through, contextlib.suppress(OSError):
        connection.socket.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        others = {connection.socket: through, through: connection.socket}
        data = b"until one end closes"
        while data:
            decrypted = [one for one in others if isinstance(one, ssl.SSLSocket) and one.pending()]
            for source in decrypted or select.select(list(others), [], [], LONG)[0]:
                data = source.recv(65536)
                others[source].sendall(data)
    return "close"


@pytest.mark.parametrize("proxy_speaks_tls", [False, True])
def test_an_https_server_through_a_proxy(serve, certificates, monkeypatch, proxy_speaks_tls):
    server, between = serve(), serve(tunnel, tls=proxy_speaks_tls)
    monkeypatch.setenv("HTTPS_PROXY", between.url)
    assert send(server, network={"ca_path": certificates.ca}).status == 200
    assert between.requests[0][0].startswith(f"CONNECT 127.0.0.1:{server.port} ")
    assert len(server.requests) == 1


def test_a_proxy_that_refuses(serve, monkeypatch):
    server, between = serve(), serve(proxy, tls=False)
    monkeypatch.setenv("HTTPS_PROXY", between.url.replace("//", f"//user:{SECRET}@"))
    with pytest.raises(UntrustedServerError, match=r"proxy.*407.*use_proxy") as caught:
        send(server)
    assert SECRET not in repr(caught.value.as_result())
    assert server.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(serve, monkeypatch, scheme):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(UntrustedServerError, match="HTTPS_PROXY"):
        send(serve(tls=scheme == "https"))


@pytest.mark.proves("SECRET-1")
def test_reprs_hold_no_secret():
    request = Request(
        "read", "POST", "https://a", {"Authorization": SECRET}, {"password": SECRET}, {"password": SECRET}
    )
    response = Response("read", 200, {"x-csrf-token": SECRET}, {"JSESSIONID": SECRET}, SECRET.encode())
    assert SECRET not in repr(request) + repr(response) + repr(with_headers(request, {"X-Token": SECRET}))


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://user:pw@host.example.com:8443/path?a=b#c", "https://host.example.com:8443"),
        ("https://[::1]:443/", "https://[::1]:443"),
        ("http://host/", "http://host"),
        ("https://host:99999/", "the server"),
    ],
)
def test_address(url, named):
    assert address(url) == named


def test_with_headers_lays_over():
    request = with_headers(Request("read", "GET", "https://a", {"A": "1", "B": "1"}), {"B": "2"})
    assert request.headers == {"A": "1", "B": "2"}
