# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a Spring Security chain that sends exactly what a test lets it send."""

from __future__ import annotations

from typing import Any

from simulator_tests.client import BASE, KEY, Client

SHOWN = ("X-CSRF-HEADER", "X-CSRF-PARAM", "X-CSRF-TOKEN")


class ChainClient(Client):
    """It sends the token that it was last told to take, and none by itself."""

    def _note(self, answer: Any) -> Any:
        return answer

    def enter(self, **login: str) -> Any:
        """The whole handshake, with a look where the login's answer shows no new token; the login's answer."""
        body = login or {"access_token": self.token(), "token_type": "Bearer"}
        self.take(self.start())
        answer = self.call("login", **body)
        self.take(self.look())
        return answer

    def look(self) -> Any:
        """The handshake's first request, again."""
        return self.get(f"{self.server.url}{BASE}/token")

    def find(self) -> Any:
        """A request that needs session and token; it finds nothing on a new server."""
        return self.call("application/read", **KEY)

    def take(self, answer: Any) -> str:
        """Send from now on the token that the answer shows, or else the one in the cookie."""
        name, token = answer.headers.get("X-CSRF-HEADER"), answer.headers.get("X-CSRF-TOKEN")
        if name is None:
            name, token = "X-XSRF-TOKEN", self.cookies.get("XSRF-TOKEN", "")
        self.headers[name] = token
        return str(token)


def shows(answer: Any) -> bool:
    """Whether an answer carries the three headers; it carries all or none."""
    there = {name in answer.headers for name in SHOWN}
    assert len(there) == 1, answer.headers
    return there == {True}


def sets_session(answer: Any) -> bool:
    """Whether an answer sets another session id than the one which was sent."""
    sent = answer.request.headers.get("Cookie", "")
    given = [value for name, value in answer.raw.headers.items() if name.lower() == "set-cookie"]
    ids = [value.partition(";")[0] for value in given if value.startswith("JSESSIONID=")]
    return bool(ids) and ids[-1] not in sent
