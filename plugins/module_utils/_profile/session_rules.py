# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a session of the system is opened, carried, looked at and ended, as the profile says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from .._text.json_forms import Json
from .._text.records import record
from .predicate import CHANGED, Predicate, predicate_of
from .request_template import RequestTemplate
from .template import names_in, text_parts

BEARER: Json = {"carry": {"headers": {"Authorization": "Bearer {access_token}"}}}
"""The session of a profile that says nothing of it: no steps, the access token in each request (RFC 6750)."""
LOST = ({"status": [401]},)
DENIED = ({"status": [401, 403]},)
LOOKED_INTO = ({"status": [403]},)
SUCCESS = ({"status": [200, 201, 203, 204, 205, 206]},)
CREDENTIALS = ("username", "password", "access_token", "refresh_token", "totp")
"""Names whose value is an option, or comes of one."""


@dataclass(frozen=True, eq=False)
class Step:
    """One request of a login, a look, a refresh or a logout. take: places of the answer by the name under which their
    value is kept; cookies: templates that go into the jar where the answer set no cookie of that name; basic: user
    name and password of HTTP Basic authentication, for this request only; when: a predicate on the answer of the step
    before, without which the step is left out; assumed: nobody has published or seen it."""

    name: str
    profile_key: str
    request: RequestTemplate
    success: Predicate = ()
    denied: Predicate = ()
    take: Json = field(default_factory=dict)
    cookies: Json = field(default_factory=dict)
    basic: Json = field(default_factory=dict)
    when: Predicate = ()
    assumed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names of values that the request sends."""
        return self.request.names | _names(self.basic)

    @property
    def credentials(self) -> frozenset[str]:
        """The credentials that the request sends."""
        return self.names.intersection(CREDENTIALS)


@record
class Refresh:
    """How tokens of the system's own are renewed. refused: the answer to a refresh token that is not good any more;
    after_use: what the use of a refresh token does to it: ``keeps``, ``revokes`` or ``unknown``."""

    steps: tuple[Step, ...]
    refused: Predicate
    after_use: str = "unknown"


@dataclass(frozen=True, eq=False)
class SessionRules:
    """cookie: the cookies that are the session's own; a name may end in a star. take: places by name, looked for in
    every answer. carry: what each request carries: headers, cookies, query, json, basic. looks_after: the answers that
    are looked into; looks_after_reads: those to a read whatever they mean."""

    steps: tuple[Step, ...] = ()
    cookie: tuple[str, ...] = ()
    take: Json = field(default_factory=dict)
    carry: Json = field(default_factory=dict)
    look: Optional[Step] = None
    looks_after: Predicate = ()
    looks_after_reads: bool = False
    lost: Predicate = ()
    logout: tuple[Step, ...] = ()
    refresh: Optional[Refresh] = None

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of values that the steps and what is carried use."""
        return self.carried_names.union(*(step.names for step in self.steps))

    def takes(self, name: str) -> bool:
        """Whether a session is opened with the value of this name."""
        return name in self.names

    @property
    def takes_credentials(self) -> bool:
        """Whether a session is opened or carried with a credential that an option gives."""
        return not self.names.isdisjoint(CREDENTIALS)

    @property
    def is_token(self) -> bool:
        """Whether the session is no more than an access token that the identity platform issued."""
        return not self.steps and "access_token" in self.names

    @property
    def makes_token(self) -> bool:
        """Whether the system issues access tokens of its own."""
        return any("access_token" in step.take for step in self.steps)

    def steps_with(self, given: bool) -> tuple[Step, ...]:
        """The steps of a login. given: there is an access token, so the steps that make one are left out."""
        return tuple(step for step in self.steps if not (given and "access_token" in step.take))

    @cached_property
    def carried_names(self) -> frozenset[str]:
        """The names of values that each request carries."""
        return RequestTemplate("", "", json=self.carry).names

    @property
    def carries_password(self) -> bool:
        """Whether each request carries the password, the steps included."""
        return "password" in self.carried_names

    @cached_property
    def renewed(self) -> tuple[str, ...]:
        """Those of them that any answer may bring."""
        return tuple(name for name in self.take if name in self.carried_names)

    @cached_property
    def named_headers(self) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        """The headers whose name is taken from an answer: the names of values in it, and those in what it holds."""
        headers = self.carry.get("headers", {}).items()
        pairs = ((_names(header), _names(value)) for header, value in headers)
        return tuple((header, value) for header, value in pairs if header)

    @property
    def announces_header(self) -> bool:
        """Whether any answer may name the header of a value."""
        return any(header & set(self.take) for header, _value in self.named_headers)

    @cached_property
    def optional(self) -> frozenset[str]:
        """The values that no answer need bring."""
        places = (pair for take in (self.take, *(step.take for step in self.steps)) for pair in take.items())
        said = ((name, set(where)) for name, where in places if isinstance(where, Mapping))
        return frozenset(name for name, keys in said if keys & {"default", "optional"})

    @cached_property
    def header_names(self) -> frozenset[str]:
        """The values that are names of headers."""
        return frozenset().union(*(header for header, _value in self.named_headers))

    def place_of(self, name: str) -> Any:
        """Where a value is taken from, by any answer or by a step."""
        return next(take[name] for take in (self.take, *(step.take for step in self.steps)) if name in take)

    def announced_by(self, found: Iterable[str]) -> frozenset[str]:
        """Those of some values that are carried and are no name of a header."""
        return self.carried_names.intersection(found) - self.header_names

    @cached_property
    def laid(self) -> tuple[tuple[str, str], ...]:
        """The cookies that a step lays into the jar as the whole value of a name, with that name."""
        steps = (*self.steps, *([self.look] if self.look else []))
        pairs = ((cookie, text_parts(text)) for step in steps for cookie, text in step.cookies.items())
        single = ((cookie, parts[0]) for cookie, parts in pairs if len(parts) == 1)
        return tuple(dict.fromkeys((cookie, part[0]) for cookie, part in single if isinstance(part, tuple)))

    @cached_property
    def cookie_names(self) -> frozenset[str]:
        """The names of values that go into a cookie."""
        return _names([self.carry.get("cookies", {}), *(dict(step.cookies) for step in self.steps)])

    @cached_property
    def lost_by_cookie(self) -> Predicate:
        """The ways to lose a session that are told by its cookie."""
        return tuple(one for one in self.lost if one.cookie)


def _names(template: Any) -> frozenset[str]:
    return frozenset(name for name, _function in names_in(template))


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
        basic=data.get("basic", {}),
        when=predicate_of([data["when"]] if isinstance(data.get("when"), Mapping) else data.get("when")),
        assumed=bool(data.get("assumed")) and not data.get("verified"),
    )


def ordered_steps(said: Json, key: str, denied: Any) -> tuple[Step, ...]:
    """Steps in the order in which they are written; one with ``before`` goes before the step of that name."""
    names: list[str] = []
    for name, step in said.items():
        before = step.get("before")
        names.insert(names.index(before) if before in names else len(names), name)
    return tuple(_step(name, f"{key}.{name}", said[name], denied) for name in names)


def _lost(alternatives: Iterable[Json], cookies: Iterable[str]) -> Iterator[Json]:
    """The ways to lose a session. ``cookie: changed`` is any of the session's own cookies."""
    for one in alternatives:
        if one.get("cookie") == CHANGED:
            yield from ({**one, "cookie": {cookie: CHANGED}} for cookie in cookies)
        else:
            yield one


def session_of(data: Optional[Json]) -> SessionRules:
    """From the profile's data; see BEARER where it has none."""
    said = data or BEARER
    denied = said.get("denied", DENIED)
    look, refresh = said.get("look"), said.get("refresh")
    return SessionRules(
        steps=ordered_steps(said.get("steps", {}), "session.steps", denied),
        cookie=_list(said.get("cookie")),
        take=said.get("take", {}),
        carry=said.get("carry", {}),
        look=_step("look", "session.look", look, denied) if look else None,
        looks_after=predicate_of(look.get("after", LOOKED_INTO)) if look else (),
        looks_after_reads="after" in (look or {}),
        lost=predicate_of(_lost(said.get("lost", LOST), _list(said.get("cookie")))),
        logout=ordered_steps(said.get("logout", {}), "session.logout", denied),
        refresh=Refresh(
            ordered_steps(refresh["steps"], "session.refresh.steps", denied),
            predicate_of(refresh.get("refused", denied)),
            refresh.get("after_use", "unknown"),
        )
        if refresh
        else None,
    )
