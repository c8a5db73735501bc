# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of ``session.refresh`` and of a grant does, for test_profile_2_effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.tests.unit.effects import Case, says, token
from ansible_collections.rimops.insight.tests.unit.effects_2 import HELD, session
from ansible_collections.rimops.insight.tests.unit.profile_2_sessions import BEARER, PLATFORM
from ansible_collections.rimops.insight.tests.unit.test_profile_effects import overlaid

OWN_TOKEN = session(
    steps={"login": {"take": {"token": None, "access_token": "body.xAuthToken", "refresh_token": "body.sid"}}},
    carry={"headers": {"X-Token": "{access_token}"}},
)
"""The login makes an access token, and a refresh token for it."""
RENEW = {
    "method": "POST",
    "path": "renew",
    "json": {"token": "{refresh_token}"},
    "take": {"access_token": "body.token"},
}


def refresh(**said: Any) -> dict[str, Any]:
    return session(refresh=said)


def _refreshes() -> Iterator[Case]:
    refreshed = overlaid(OWN_TOKEN, refresh(steps={"renew": RENEW}))
    lost = {"create": (says(401), says(200, HELD)), "renew": (says(200, {"token": "T2"}),)}
    yield Case(
        "session.refresh.steps",
        refresh(steps={"renew": RENEW}),
        r'> POST .*/renew renew .*"session-of-another"(.|\n)* create .*#2.*\n.*"X-Token": "T2"',
        gone="log in #2",
        given=OWN_TOKEN,
        answers=lost,
    )
    yield Case(
        "session.refresh.refused",
        refresh(refused=[{"status": [418]}]),
        "log in #2",
        given=refreshed,
        answers={**lost, "renew": (says(418),)},
    )
    yield Case(
        "session.refresh.after_use", refresh(after_use="keeps"), "> safe POST .* renew ", given=refreshed, answers=lost
    )


def _grants() -> Iterator[Case]:
    def grant(key: str, said: Any, pattern: str) -> Case:
        override = {"oauth": {"grants": {"password": {key: said}}}}
        tasks = token(grant_type="password", **PLATFORM)
        return Case(f"grant.{key}", override, pattern, tasks=tasks, given=BEARER)

    yield grant("path", "/{tenant_id}/password", "> safe POST https://login.example.com/t/password ")
    yield grant("form", {"audience": "of {client_id}"}, '> .*"audience": "of cid"')


TOKENS = [*_refreshes(), *_grants()]
