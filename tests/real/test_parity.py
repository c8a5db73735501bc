# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator says what a stock Spring Security chain says: the same exchanges with both. Where they differ, the
chain is right."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from exchanges import played
from simulator.process import Running
from simulator.surroundings import IDENTITY, knowing
from spring_boot import ACCESS_TOKEN, Spring

TOKENS = ("plain", "xor", "cookie", "cookie_only")
LOST = ("401_empty", "403_open", "403_closed", "302")
HEADERS = ("before", "after", "ends", "start")
LOGINS = (
    {"login_answer": "200"},
    {"login_answer": "204"},
    {"login_answer": "302"},
    {"login_answer": "200", "login_changes_session_id": False},
)
OTHERS = (
    {"error_bodies": "boot", "logout": "204", "denied": "event:read"},
    {"error_bodies": "problem", "logout": "302", "denied": "event:read"},
    {"error_bodies": "problem", "logout": "404", "denied": ""},
    {"error_bodies": "boot", "logout": "204", "denied": "event:read,application:delete"},
)
# What a stock chain does by itself, and the simulator when it is told to.
STOCK = {"lost_session_sets_cookie": True, "unknown_address": "same_404", "firewall": True}


def pairs() -> Iterator[dict[str, Any]]:
    """Variants in which each two values of two columns meet: five columns of four values by two of a field of four."""
    twice, thrice = (0, 2, 3, 1), (0, 3, 1, 2)
    for one in range(4):
        for two in range(4):
            yield {
                "csrf_tokens": TOKENS[one],
                "expired_session_answer": LOST[two],
                "csrf_headers": HEADERS[one ^ two],
                **LOGINS[one ^ twice[two]],
                **OTHERS[one ^ thrice[two]],
            }


ONE_SESSION = [
    {"single_session_per_user": True, "expired_session_answer": "text", "csrf_headers": headers, "csrf_tokens": tokens}
    for headers, tokens in (("before", "plain"), ("after", "xor"), ("ends", "cookie"))
]
BLIND = [{"search_finds_nothing": form} for form in ("missing", "empty_list", "same_404")]
USUAL = {
    "csrf_tokens": "plain",
    "csrf_headers": "before",
    "expired_session_answer": "401_empty",
    "error_bodies": "boot",
    "logout": "204",
}


class Simulated(Running):
    """The simulator, as the exchanges want it."""

    def end_sessions(self) -> None:
        """End every session."""
        self.control("POST", "expire", {"what": "sessions"})

    def stored(self, path: str) -> list[dict[str, Any]]:
        """What the server holds."""
        entities: list[dict[str, Any]] = self.control("GET", f"entities/{path}")
        return entities

    def access_token(self) -> str:
        """A good one."""
        asked = {name: IDENTITY[name] for name in ("client_id", "client_secret")}
        asked |= {"grant_type": "client_credentials", "scope": f"{asked['client_id']}/.default"}
        context = ssl.create_default_context(cafile=self.ca_path)
        connection = http.client.HTTPSConnection(urlsplit(self.url).netloc, context=context, timeout=600)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/{IDENTITY['tenant_id']}/oauth2/v2.0/token", urlencode(asked), kind)
        token: str = json.loads(connection.getresponse().read())["access_token"]
        connection.close()
        return token


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """A simulator."""
    server = Simulated(tmp_path_factory.mktemp("simulator"), "--idle-exit", "900", *knowing(IDENTITY))
    yield server
    server.stop()


def name(variant: dict[str, Any]) -> str:
    """A variant's name in the list of tests."""
    return "-".join(str(value) for value in variant.values())


@pytest.mark.parametrize("variant", [*pairs(), *ONE_SESSION, *BLIND], ids=name)
def test_both_say_the_same(spring: Spring, simulated: Simulated, variant: dict[str, Any]) -> None:
    spring.variant(**USUAL | variant)
    simulated.reset()
    simulated.switch(**USUAL | variant | STOCK)
    real = played(spring, ACCESS_TOKEN)
    ours = played(simulated, simulated.access_token())
    differences = [
        f"{exchange}: {what}: the chain {said.get(what)!r}, the simulator {ours[exchange].get(what)!r}"
        for exchange, said in real.items()
        for what in {**said, **ours[exchange]}
        if said.get(what) != ours[exchange].get(what)
    ]
    assert not differences, "\n".join(differences)
