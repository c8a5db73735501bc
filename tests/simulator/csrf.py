# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSRF tokens as Spring Security has them: kept in the session or in a cookie, plain or masked, shown in headers."""

from __future__ import annotations

import base64
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.messages import Request
    from simulator.switches import Switches

COOKIE = "XSRF-TOKEN"
HEADER = "X-XSRF-TOKEN"
"""The header that carries a token which is kept in the cookie."""
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
"""The methods for which no token is asked."""


def _new() -> str:
    return str(uuid.uuid4())


@dataclass
class Token:
    """The token of a session, and its earlier ones."""

    value: str = field(default_factory=_new)
    superseded: set[str] = field(default_factory=set)

    def renew(self) -> None:
        self.superseded.add(self.value)
        self.value = _new()


class Csrf:
    """The token as one request meets it. A token in a cookie is made, and set, when it is first needed."""

    def __init__(self, rules: dict[str, Any] | None, switches: Switches, request: Request, attributes: str) -> None:
        """``rules``: those of the dialect; ``attributes``: the attributes of each cookie of this server."""
        self._rules, self._switches, self._request, self._attributes = rules, switches, request, attributes
        self._form = switches.csrf_tokens if rules else ""
        self.kept_in_cookie = self._form in ("cookie", "cookie_only")
        self._cookie: str = request.cookies.get(COOKIE, "")
        self._ended = False
        self.of_session: Token | None = None
        self.set_cookies: list[tuple[str, str]] = []
        if self._form == "cookie_only":
            self._value()

    def problem(self) -> str:
        """Why the request is refused, empty when it is not."""
        if not self._rules or self._request.method in SAFE:
            return ""
        name = HEADER if self.kept_in_cookie else self._rules["header"]
        given = self._request.headers.get(name.lower()) or self._request.parameters.get(self._rules["parameter"], "")
        return "" if self._counts(given) else f"Invalid CSRF token {given!r} was found in the header {name}."

    def _counts(self, given: str) -> bool:
        if self.kept_in_cookie:
            return given == self._value()
        if self.of_session is None:
            return False
        value = unmasked(given) if self._form == "xor" else given
        earlier = set() if self._switches.csrf_superseded_refused else self.of_session.superseded
        return value in {self.of_session.value, *earlier}

    def shown(self) -> list[tuple[str, str]]:
        """The headers that say which header carries the token, and the token."""
        value = self._value()
        if not self._rules or not value or self._form == "cookie_only":
            return []
        headers = [
            (self._rules["announces_header"], HEADER if self.kept_in_cookie else self._rules["header"]),
            (self._rules["announces_parameter"], self._rules["parameter"]),
            (self._rules["header"], masked(value) if self._form == "xor" else value),
        ]
        return [(name, text) for name, text in headers if name]

    def renew(self) -> None:
        """From now on there is another token. A new cookie is set as soon as somebody needs it."""
        if self.kept_in_cookie:
            self._forget_cookie()
            if self._form == "cookie_only":
                self._value()
        elif self.of_session:
            self.of_session.renew()

    def end(self) -> None:
        """From now on there is no token: the session has ended."""
        self._ended = True
        self.of_session = None
        if self.kept_in_cookie:
            self._forget_cookie()

    def _forget_cookie(self) -> None:
        self._cookie = ""
        self._set_cookie("", "; Max-Age=0")

    def _value(self) -> str:
        if not self.kept_in_cookie or self._ended:
            return self.of_session.value if self.of_session else ""
        if not self._cookie:
            self._cookie = _new()
            self._set_cookie(self._cookie)
        return self._cookie

    def _set_cookie(self, value: str, more: str = "") -> None:
        # A script of a single page reads the cookie; the filter's client reads the header.
        http_only = "; HttpOnly" if self._form == "cookie" else ""
        self.set_cookies.append(("Set-Cookie", f"{COOKIE}={value}{self._attributes}{more}{http_only}"))


def masked(token: str) -> str:
    """The token, different each time: random bytes and the token's bytes, exclusive or, in base64url."""
    content = token.encode()
    mask = secrets.token_bytes(len(content))
    return base64.urlsafe_b64encode(mask + _xor(mask, content)).decode()


def unmasked(text: str) -> str:
    """The token that ``masked`` has made ``text`` of, empty when it has not."""
    try:
        content = base64.b64decode(text, altchars=b"-_", validate=True)
        half, odd = divmod(len(content), 2)
        return "" if odd else _xor(content[:half], content[half:]).decode()
    except ValueError:
        return ""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
