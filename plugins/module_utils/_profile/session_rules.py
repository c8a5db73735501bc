# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a session of the system is opened, carried, looked at and ended, as the profile says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .._text.json_forms import Json
from .predicate import Predicate, predicate_of
from .request_template import RequestTemplate

BEARER: Json = {"carry": {"headers": {"Authorization": "Bearer {access_token}"}}}
"""The session of a profile that says nothing of it: no steps, the access token in each request (RFC 6750)."""
LOST = ({"status": [401]},)
DENIED = ({"status": [401, 403]},)
LOOKED_INTO = ({"status": [403]},)
SUCCESS = ({"status": [200, 201, 203, 204, 205, 206]},)
CREDENTIALS = ("username", "password", "access_token", "refresh_token", "totp")
"""Names whose value is an option, or comes of one."""


@dataclass(frozen=True)
class Step:
    """One request of a login, a look, a refresh or a logout. take: places of the answer by the name under which their
    value is kept; cookies: templates that go into the jar where the answer set no cookie of that name; when: a
    predicate on the answer of the step before, without which the step is left out."""

    name: str
    profile_key: str
    request: RequestTemplate
    success: Predicate = ()
    denied: Predicate = ()
    take: Json = field(default_factory=dict)
    cookies: Json = field(default_factory=dict)
    when: Predicate = ()

    @property
    def credentials(self) -> frozenset[str]:
        """The credentials that the request names."""
        return self.request.names.intersection(CREDENTIALS)


@dataclass(frozen=True)
class Refresh:
    """How tokens of the system's own are renewed. refused: the answer to a refresh token that is not good any more;
    after_use: what the use of a refresh token does to it: ``keeps``, ``revokes`` or ``unknown``."""

    steps: tuple[Step, ...]
    refused: Predicate
    after_use: str = "unknown"


@dataclass(frozen=True)
class SessionRules:
    """cookie: the cookies that are the session's own; a name may end in a star. take: places by name, looked for in
    every answer. carry: what each request carries: headers, cookies, query, json, basic. looks_after: the answers that
    are looked into."""

    steps: tuple[Step, ...] = ()
    cookie: tuple[str, ...] = ()
    take: Json = field(default_factory=dict)
    carry: Json = field(default_factory=dict)
    look: Optional[Step] = None
    looks_after: Predicate = ()
    lost: Predicate = ()
    logout: tuple[Step, ...] = ()
    refresh: Optional[Refresh] = None

    @property
    def names(self) -> frozenset[str]:
        """The names of values that the steps and what is carried use."""
        named = [step.request.names for step in (*self.steps, *self.logout)]
        return RequestTemplate("", "", json=self.carry).names.union(*named)

    @property
    def is_token(self) -> bool:
        """Whether the session is no more than an access token that the identity platform issued."""
        return not self.steps and "access_token" in self.names


def _list(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def _step(name: str, key: str, data: Json, denied: Any, success: Any = SUCCESS) -> Step:
    return Step(
        name=name,
        profile_key=key,
        request=RequestTemplate.of(data),
        success=predicate_of(data.get("success", success)),
        denied=predicate_of(data.get("denied", denied)),
        take=data.get("take", {}),
        cookies=data.get("cookies", {}),
        when=predicate_of([data["when"]] if isinstance(data.get("when"), Mapping) else data.get("when")),
    )


def steps_of(said: Json, key: str, denied: Any) -> tuple[Step, ...]:
    """Steps in the order in which they are written; one with ``before`` goes before the step of that name."""
    names: list[str] = []
    for name, step in said.items():
        before = step.get("before")
        names.insert(names.index(before) if before in names else len(names), name)
    return tuple(_step(name, f"{key}.{name}", said[name], denied) for name in names)


def session_of(data: Optional[Json]) -> SessionRules:
    """From the profile's data; see BEARER where it has none."""
    said = data or BEARER
    denied = said.get("denied", DENIED)
    look, refresh = said.get("look"), said.get("refresh")
    return SessionRules(
        steps=steps_of(said.get("steps", {}), "session.steps", denied),
        cookie=_list(said.get("cookie")),
        take=said.get("take", {}),
        carry=said.get("carry", {}),
        look=_step("look", "session.look", look, denied) if look else None,
        looks_after=predicate_of(look.get("after", LOOKED_INTO)) if look else (),
        lost=predicate_of(said.get("lost", LOST)),
        logout=steps_of(said.get("logout", {}), "session.logout", denied),
        refresh=Refresh(
            steps_of(refresh["steps"], "session.refresh.steps", denied),
            predicate_of(refresh.get("refused", denied)),
            refresh.get("after_use", "unknown"),
        )
        if refresh
        else None,
    )
