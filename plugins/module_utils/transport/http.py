# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one file that sends HTTP: TLS, proxies, timeouts, sending again.

Of the environment only the proxies count. Redirects are never followed: an answer that redirects is an answer.
"""

from __future__ import annotations

import random
import ssl
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Callable, Optional
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

from ..errors import ConfigurationError, InterruptedRequest, NotSentError, RefusedError, ServerError
from ..options import Network
from . import retry
from .lanes import Lanes
from .numbers import Letters
from .values import Request, Response

try:
    import requests
    from requests.adapters import HTTPAdapter
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
HANDSHAKE_ALERTS = [
    f"ALERT_{alert}"
    for alert in ("CERTIFICATE", "BAD_CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "PROTOCOL_VERSION")
]
"""What a server says that never got to the request, in OpenSSL's words."""
CERTIFICATE_WANTED = "It may want a client certificate, or another one: client_cert."


@dataclass(frozen=True)
class Clock:
    """The only source of time. now: epoch seconds; monotonic: for deadlines; sleep: in seconds."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def tls_context(network: Network) -> ssl.SSLContext:
    """One context for every connection. Raises ConfigurationError when a file cannot be used."""
    try:
        context = ssl.create_default_context(cafile=network.ca_path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "set up TLS", f"ca_path {network.ca_path} cannot be read as certificates in PEM form ({_cause(error)})"
        ) from error
    if network.client_cert:
        try:
            context.load_cert_chain(network.client_cert, network.client_key, password="")  # never asks on a terminal
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                "set up TLS",
                f"client_cert {network.client_cert} and its key cannot be used ({_cause(error)})",
                "The certificate and its unencrypted key are expected in PEM form.",
            ) from error
    if not network.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _cause(error: BaseException) -> str:
    """The innermost reason of a chain of wrapped exceptions, without addresses of objects."""
    reason = getattr(error, "reason", None) or (
        error.args[-1] if error.args and isinstance(error.args[-1], BaseException) else None
    )
    if isinstance(reason, BaseException):
        return _cause(reason)
    said = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or error
    text = str(said).partition(" object at ")[0].rsplit(">: ", 1)[-1][:200]
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _inner(error: BaseException, *kinds: type) -> Optional[BaseException]:
    """The first exception of these kinds that a chain of wrapped exceptions carries."""
    seen: list[BaseException] = [error]
    for current in seen:
        if isinstance(current, kinds):
            return current
        followers = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        seen.extend(one for one in followers if isinstance(one, BaseException) and one not in seen)
    return None


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


SYSTEM_CLOCK = Clock()


def _check_library(purpose: str) -> None:
    """Raises ConfigurationError where requests is missing."""
    if not HAS_REQUESTS:
        raise ConfigurationError(
            purpose,
            f"the Python library requests is missing for {sys.executable}",
            f"Install it with: {sys.executable} -m pip install requests",
        )


class Http:
    """Sends requests over kept-alive connections; threads may share it."""

    def __init__(
        self,
        network: Network,
        clock: Clock = SYSTEM_CLOCK,
        jitter: Callable[[], float] = random.random,
        show: Optional[Callable[[str], None]] = None,
    ) -> None:
        self._network, self._show = network, show
        self._clock = clock
        self._jitter = jitter
        self._pause_until = 0.0
        self._lanes = Lanes()
        self._lock = threading.Lock()
        self._adapter: Any = None
        self._proxies = lru_cache(maxsize=100)(lambda host: _proxies_for(host) if network.use_proxy else {})

    def send(self, request: Request) -> Response:
        """Send a request, again where that is known to be harmless, and return the last answer, whatever it says.

        Raises NotSentError when nobody could be reached, InterruptedRequest when a request left and no whole
        answer came, ServerError for an answer of more than 64 MiB, ConfigurationError where requests is missing.
        """
        _check_library(request.purpose)
        began, attempt = self._clock.monotonic(), 0
        deadline = began + self._network.retry_deadline
        while True:
            self._wait_for_pause(deadline)
            last = attempt >= self._network.retry_limit
            patient = partial(self._is_waited_for, request, began, attempt)
            try:
                response = self._send_in_lane(request)
                answered = response.status, response.headers
                now = self._clock.now()
                delay = retry.delay_after_answer(*answered, request.safe, attempt, now, self._jitter())
                waiting = retry.asked_to_wait(*answered, now) is not None
                enough = last and not waiting and not (response.status in retry.STARTING and patient())
                if delay is None or enough or self._clock.monotonic() + delay > deadline:
                    return response
                attempt += not waiting
                if response.status in retry.BUSY:
                    self._pause_until = max(self._pause_until, self._clock.monotonic() + delay)
                    continue
            except RefusedError:
                raise
            except (NotSentError, InterruptedRequest) as error:
                harmless = request.safe or isinstance(error, NotSentError)
                enough = last and not (isinstance(error, NotSentError) and error.starting and patient())
                delay = retry.backoff(attempt, self._jitter())
                if not harmless or enough or self._clock.monotonic() + delay > deadline:
                    raise
                attempt += 1
            self._clock.sleep(delay)

    def _is_waited_for(self, request: Request, began: float, attempt: int) -> bool:
        """Whether a server that seems to be starting is asked again, however often it was: for as long as an answer may
        take. Says so once."""
        timeout = self._network.timeout
        if not (request.patient and self._network.retry_limit) or self._clock.monotonic() > began + timeout:
            return False
        if attempt == self._network.retry_limit and self._show:
            self._show(f"{address(request.url)} is not up yet; it is asked for {timeout:g} s")
        return True

    def _send_in_lane(self, request: Request) -> Response:
        with self._lanes:
            response = self._send_once(request)
            if response.status in retry.BUSY:
                self._lanes.halve(self._clock.monotonic())
            else:
                self._lanes.widen()
            return response

    def _wait_for_pause(self, deadline: float) -> None:
        """``Retry-After`` speaks to this client, so it holds back every thread."""
        while (pause := min(self._pause_until, deadline) - self._clock.monotonic()) > 0:
            self._clock.sleep(pause)

    def _connect(self) -> Any:
        """The pool of connections, made on first use: a fork must not inherit connections. It is less than a session
        of requests, which would take credentials and certificates from the environment, and keep cookies."""
        with self._lock:
            if self._adapter is None:
                context = tls_context(self._network)
                if not self._network.validate_certs:
                    warnings.filterwarnings("ignore", category=InsecureRequestWarning)

                class Adapter(HTTPAdapter):
                    """Uses our TLS context for servers and for proxies, instead of one per connection."""

                    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
                        super().init_poolmanager(*arguments, ssl_context=context, **options)

                    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
                        own = {"proxy_ssl_context": context} if proxy.lower().startswith("https:") else {}
                        return super().proxy_manager_for(proxy, ssl_context=context, **own, **options)

                    def cert_verify(self, *arguments: Any, **options: Any) -> None:
                        """The context verifies; requests would load its own bundle."""

                self._adapter = Adapter(pool_connections=8, pool_maxsize=64)
            return self._adapter

    def _send_once(self, request: Request) -> Response:
        timeout = (self._network.connect_timeout, self._network.timeout)
        try:
            answer = self._connect().send(
                _prepared(request),
                stream=True,
                timeout=timeout,
                verify=self._network.validate_certs,
                proxies=self._proxies(urlsplit(request.url).netloc.rsplit("@")[-1]),
            )
            with answer:
                body = self._read(answer, request)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failure(request, error, self._network) from error
        return Response(
            purpose=request.purpose,
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            cookies=_cookies(answer.raw.headers.getlist("Set-Cookie"), self._clock.now()),
            body=body,
        )

    def _read(self, answer: Any, request: Request) -> bytes:
        """The whole body within timeout, counted from its first byte, and within MAX_ANSWER."""
        deadline = self._clock.monotonic() + self._network.timeout
        body = bytearray()
        for chunk in _chunks(answer):
            body += chunk
            if len(body) > MAX_ANSWER:
                raise ServerError(request.purpose, "the answer is larger than 64 MiB", status=answer.status_code)
            if self._clock.monotonic() > deadline:
                raise InterruptedRequest(
                    request.purpose, f"the answer was still arriving after {self._network.timeout:g} s"
                )
        return bytes(body)


def _prepared(request: Request) -> requests.PreparedRequest:
    """The request as it goes out, numbers that a server gave to the letter."""
    letters, prepared = Letters(), requests.PreparedRequest()
    held = letters.hold(request.json_body)
    prepared.prepare(request.method, request.url, headers={**ALWAYS, **request.headers}, json=held, data=request.form)
    if letters.met and isinstance(prepared.body, bytes):
        prepared.body = letters.put(prepared.body)
        prepared.prepare_content_length(prepared.body)
    return prepared


def _proxies_for(host: str) -> dict[str, str]:
    """The proxies of the environment for a host, without the system settings that macOS would ask for."""
    proxies = getproxies_environment()
    if proxy_bypass_environment(host, proxies):
        return {}
    return {name: address for name, address in proxies.items() if name in ("http", "https", "all")}


def _chunks(answer: Any) -> Iterator[bytes]:
    """The body as it arrives. Where urllib3 cannot do that, the time is looked at once a chunk."""
    if not hasattr(answer.raw, "read1"):
        yield from answer.iter_content(CHUNK)
        return
    while chunk := answer.raw.read1(CHUNK, decode_content=True):
        yield chunk


def address(url: str) -> str:
    """Scheme, host and port of a URL: what may be named in a message."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return "the server"


def _failure(request: Request, error: BaseException, network: Network) -> Exception:
    """The error that says what a failed exchange means: whether the request left, and what to look at."""
    server = address(request.url)
    tls = _inner(error, ssl.SSLError, SSLError)
    if _inner(error, ProxyError):
        return RefusedError(
            request.purpose,
            f"the proxy of the environment did not let us through to {server} ({_cause(error)})",
            "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or set use_proxy to false.",
        )
    if isinstance(tls, ssl.SSLCertVerificationError) or (tls and "CERTIFICATE_VERIFY_FAILED" in str(tls)):
        return RefusedError(
            request.purpose,
            f"the certificate of {server} cannot be trusted ({_cause(tls)})",
            "Set ca_path to the certificate authority that issued it.",
        )
    if tls and any(word in str(tls) for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "record layer failure")):
        return RefusedError(request.purpose, f"{server} does not speak TLS", "Is this a plain http port? Check url.")
    if isinstance(error, requests.exceptions.InvalidJSONError):
        return ConfigurationError(request.purpose, "a value cannot be said in JSON, such as .nan or .inf")
    if isinstance(error, ValueError) and not _inner(error, InvalidHeader):
        return ConfigurationError(request.purpose, f"the address or a header for {server} is not valid")
    if _inner(error, NewConnectionError, ConnectTimeoutError):
        starting = _inner(error, ConnectionRefusedError) is not None
        hint = "Check url, the network and use_proxy." + (" Or is the server not up yet?" if starting else "")
        return NotSentError(request.purpose, f"{server} cannot be reached ({_cause(error)})", hint, starting)
    if _inner(error, TimeoutError, PoolTimeoutError):
        return InterruptedRequest(request.purpose, f"{server} did not answer within {network.timeout:g} s")
    if tls and any(word in str(tls).upper().replace(" ", "_") for word in HANDSHAKE_ALERTS):
        return RefusedError(
            request.purpose,
            f"{server} broke off TLS ({_cause(tls)})",
            CERTIFICATE_WANTED,
        )
    if tls:
        return InterruptedRequest(request.purpose, f"TLS with {server} failed ({_cause(tls)})", CERTIFICATE_WANTED)
    return InterruptedRequest(request.purpose, f"the connection to {server} was lost ({_cause(error)})")


def with_headers(request: Request, headers: Mapping[str, str]) -> Request:
    """The request with these headers laid over its own."""
    return replace(request, headers={**request.headers, **headers})
