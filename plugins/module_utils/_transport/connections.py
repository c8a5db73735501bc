# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one file that opens connections: TLS, proxies, and one request with its whole answer within its bounds.

Of the environment only the proxies count. Redirects are never followed: an answer that redirects is an answer.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Callable
from urllib.parse import urlsplit

from .._options.shared import Network
from ..errors import (
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    NotSentError,
    ServerError,
    UntrustedServerError,
)
from . import deadline as bounds
from . import retry
from .failures import TOO_LARGE, address, cause, inner, late, of_tls
from .messages import Request, Response
from .numbers import Letters
from .proxies import fault_of_proxy, proxies_for

try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.utils import should_bypass_proxies
    from urllib3.exceptions import (
        ConnectTimeoutError,
        HTTPError,
        InsecureRequestWarning,
        InvalidHeader,
        NewConnectionError,
        ProxyError,
        SSLError,
    )
    from urllib3.exceptions import TimeoutError as PoolTimeoutError
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

MAX_ANSWER = 64 * 1024 * 1024
ALWAYS = {"User-Agent": "rimops.insight", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
CHUNK = 64 * 1024


def tls_context(network: Network) -> ssl.SSLContext:
    """One context for every connection. Raises ConfigurationError when a file cannot be used. It is not the default one
    of Python, which writes the keys of TLS to the file that SSLKEYLOGFILE in the environment names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = bounds.BoundedTLS
    if sys.version_info >= (3, 13):  # as the default one
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    try:
        if network.ca_path:
            context.load_verify_locations(network.ca_path)
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "set up TLS", f"ca_path {network.ca_path} cannot be read as certificates in PEM form ({cause(error)})"
        ) from error
    if network.client_cert:
        try:
            context.load_cert_chain(network.client_cert, network.client_key, password="")  # never asks on a terminal
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                "set up TLS",
                f"client_cert {network.client_cert} and its key cannot be used ({cause(error)})",
                "The certificate and its unencrypted key are expected in PEM form.",
            ) from error
    if not network.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _cookies(lines: Iterable[str], now: float) -> dict[str, str]:
    """Name and value of each ``Set-Cookie``, read as RFC 6265 section 5.2 says; an expired one gets an empty value."""
    cookies = {}
    for line in lines:
        (name, value), *attributes = (part.partition("=")[::2] for part in line.split(";"))
        said = {key.strip().lower(): text.strip() for key, text in attributes}
        if name.strip():
            cookies[name.strip()] = "" if _is_expired(said, now) else value.strip()
    return cookies


def _is_expired(attributes: Mapping[str, str], now: float) -> bool:
    """Max-Age counts before Expires; what cannot be read counts as not said."""
    try:
        return int(attributes["max-age"]) <= 0
    except (KeyError, ValueError):
        pass
    try:
        return retry.http_date(attributes["expires"]) <= now
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


class Connections:
    """Kept-alive connections to servers; threads may share them. now: epoch seconds."""

    def __init__(self, network: Network, now: Callable[[], float]) -> None:
        self._network, self._now = network, now
        self._lock = threading.Lock()
        self._adapter: Any = None
        self._proxies = lru_cache(maxsize=100)(
            lambda scheme, netloc: _proxies(address(f"{scheme}://{netloc}")) if network.use_proxy else {}
        )

    def send(self, request: Request) -> Response:
        """Send a request once and read the whole answer, all within timeout.

        Raises NotSentError when nobody could be reached, InterruptedRequest when a request left and no whole
        answer came, ServerError for an answer of more than 64 MiB, ConfigurationError where requests is missing.
        """
        _check_library(request)
        network = self._network
        if bounds.is_over():
            raise NotSentError(request.purpose, bounds.INTERRUPTED)
        try:
            prepared = _prepared(request)
            with bounds.exchange(network.timeout, MAX_ANSWER):
                answer = self._connect().send(
                    prepared,
                    stream=True,
                    timeout=(min(network.connect_timeout, bounds.left()), network.timeout),
                    verify=network.validate_certs,
                    proxies=self._proxies(*urlsplit(request.url)[:2]),
                )
                with answer:
                    body = _read(answer, request)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failure(request, error, network) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        cookies = answer.raw.headers.getlist("Set-Cookie")
        return Response(
            purpose=request.purpose,
            status=answer.status_code,
            headers=headers,
            cookies=_cookies(cookies, retry.time_there(headers, self._now())) if cookies else {},
            body=body,
            attempt=request.attempt,
        )

    def _connect(self) -> Any:
        """The pool of connections, made on first use: a fork must not inherit connections. It is less than a session
        of requests, which would take credentials and certificates from the environment, and keep cookies."""
        with self._lock:
            if self._adapter is None:
                context = tls_context(self._network)
                if not self._network.validate_certs:
                    warnings.filterwarnings("ignore", category=InsecureRequestWarning)

                class Adapter(HTTPAdapter):
                    """Uses our TLS context for servers and for proxies, instead of one per connection, and connections
                    that keep to the bounds of an exchange."""

                    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
                        super().init_poolmanager(*arguments, ssl_context=context, **options)
                        self._bind(self.poolmanager)

                    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
                        if proxy in self.proxy_manager:
                            return self.proxy_manager[proxy]
                        own = {"proxy_ssl_context": context} if proxy.lower().startswith("https:") else {}
                        return self._bind(super().proxy_manager_for(proxy, ssl_context=context, **own, **options))

                    @staticmethod
                    def _bind(manager: Any) -> Any:
                        pools = manager.pool_classes_by_scheme
                        manager.pool_classes_by_scheme = {
                            scheme: bounds.bounded(pool, ConnectTimeoutError) for scheme, pool in pools.items()
                        }
                        return manager

                    def cert_verify(self, *arguments: Any, **options: Any) -> None:
                        """The context verifies; requests would load its own bundle."""

                self._adapter = Adapter(pool_connections=8, pool_maxsize=64)
            return self._adapter


def _check_library(request: Request) -> None:
    """Raise ConfigurationError where requests is missing."""
    if not HAS_REQUESTS:
        raise ConfigurationError(
            request.purpose,
            f"the Python library requests is missing for {sys.executable}",
            f"Install it with: {sys.executable} -m pip install requests",
        )


def _read(answer: Any, request: Request) -> bytes:
    """The whole body, which is within MAX_ANSWER as it comes and as it is unpacked."""
    body = bytearray()
    try:
        for chunk in answer.raw.stream(CHUNK, decode_content=False):
            body += chunk
            if len(body) > MAX_ANSWER:
                raise bounds.TooMuch
        return bounds.unpacked(bytes(body), answer.headers.get("Content-Encoding", ""), MAX_ANSWER)
    except bounds.TooMuch as error:
        raise ServerError(request.purpose, TOO_LARGE, status=answer.status_code) from error
    except (bounds.Unreadable, ValueError) as error:
        why = error if isinstance(error, bounds.Unreadable) else "it is not framed as HTTP says"
        raise InterruptedRequest(
            request.purpose, f"the answer of {address(request.url)} cannot be read ({why})"
        ) from error


def _prepared(request: Request) -> requests.PreparedRequest:
    """The request as it goes out, numbers that a server gave to the letter."""
    letters, prepared = Letters(), requests.PreparedRequest()
    held = letters.hold(request.json_body)
    prepared.prepare(request.method, request.url, headers={**ALWAYS, **request.headers}, json=held, data=request.form)
    if letters.met and isinstance(prepared.body, bytes):
        prepared.body = letters.put(prepared.body)
        prepared.prepare_content_length(prepared.body)
    return prepared


def _proxies(server: str) -> dict[str, str]:
    return proxies_for(server, should_bypass_proxies)


def _failure(request: Request, error: BaseException, network: Network) -> InsightError:
    """The error that says what a failed exchange means."""
    purpose, server = request.purpose, address(request.url)
    if inner(error, ProxyError):
        return UntrustedServerError(
            purpose,
            f"the proxy of the environment did not let us through to {server} ({cause(error)})",
            "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or set use_proxy to false.",
        )
    tls = inner(error, ssl.SSLError) or inner(error, SSLError)
    if isinstance(error, requests.exceptions.InvalidJSONError):
        return ConfigurationError(purpose, "a value cannot be said in JSON, such as .nan or .inf")
    if isinstance(error, ValueError) and not inner(error, InvalidHeader):
        return _unusable(purpose, server, network)
    if inner(error, bounds.TooMuch):
        return InterruptedRequest(purpose, TOO_LARGE)
    is_late = inner(error, socket.timeout, PoolTimeoutError) and not inner(
        error, NewConnectionError, ConnectTimeoutError
    )
    if tls and not is_late:
        return of_tls(purpose, server, tls)
    if is_late:
        return InterruptedRequest(purpose, late(server, network.timeout))
    if inner(error, NewConnectionError, ConnectTimeoutError):
        starting = inner(error, ConnectionRefusedError) is not None
        return NotSentError(
            purpose,
            f"{server} cannot be reached ({cause(error)})",
            "Check url, the network and use_proxy." + (" Or is the server not up yet?" if starting else ""),
            starting=starting,
        )
    return InterruptedRequest(purpose, f"the connection to {server} was lost ({cause(error)})")


def _unusable(purpose: str, server: str, network: Network) -> InsightError:
    """The error for an exchange that could not be begun."""
    fault = fault_of_proxy(server, _proxies(server)) if network.use_proxy else None
    return ConfigurationError(purpose, *(fault or (f"the address or a header for {server} is not valid",)))
