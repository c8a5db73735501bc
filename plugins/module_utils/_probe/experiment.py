# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a probe: a system, the profile as far as it is known, and every answer so far. The requests of an
experiment are made by the engine itself, with a profile that holds the operation under test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

from .._entity.address import Address, address_of, has_key
from .._entity.api.client import EntityClient
from .._profile.model import GENERAL, Profile, profile_of, type_data
from .._profile.template import text_parts
from .._text.json_forms import Json
from .._text.nested_paths import value_at, with_value
from .._text.records import evolve, record
from .._transport.messages import Request, Response, Send
from ..errors import ConfigurationError, InsightError, NotSentError
from .findings import AS_PROFILE, SEEN, Finding
from .request_candidates import READING_WORDS, Hints, candidates
from .shapes import Known

Call = Callable[[EntityClient, Profile], Any]
"""What the engine is asked for, with the profile of the experiment."""


def reads_only(request: Request) -> bool:
    """Whether a request cannot write on any server: a GET, or a POST to a path whose last word reads."""
    last = urlsplit(request.url).path.rstrip("/").rsplit("/", 1)[-1]
    return request.method == "GET" or (request.method == "POST" and last in READING_WORDS)


def said_safe(data: Json, url: str) -> list[tuple[str, re.Pattern[str]]]:
    """Method and address of every request of which a profile says that it reads."""
    profile = profile_of(data)
    stated = []
    for of_type in profile.types.values():
        reads = [one.request for one in of_type.operations.values() if one.safe]
        reads += [part.read.request for part in of_type.parts.values() if part.read]
        for request in reads:
            path = request.path
            if path:
                whole = path if path.startswith("/") else f"{profile.base_path}/{path}"
                whole = url + whole.replace("{type.path}", of_type.path.strip("/"))
                pattern = "".join(re.escape(part) if isinstance(part, str) else "[^/]+" for part in text_parts(whole))
                stated.append((request.method, re.compile(pattern)))
    return stated


def keyed(profile: Profile, entity: Json) -> Address:
    """The target that type, key and refs of an entity name."""
    return address_of(profile, {name: entity.get(name) for name in ("type", "key", "refs")})


def among(profile: Profile, entity: Json, entity_id: Any = None) -> Address:
    """All entities of its type within the same parent, or the one with this id."""
    of_type = profile.type(str(entity["type"]))
    return evolve(keyed(profile, entity).among if entity.get("key") else Address(of_type), id=entity_id)


@record
class Attempt:
    """One request tried. value: what the engine made of the answer; error: why it made nothing; response: the answer
    itself, None where none came."""

    value: Any = None
    error: Optional[InsightError] = None
    response: Optional[Response] = None


@dataclass(eq=False)
class Experiment:
    """A system under experiments. data: the profile, with all that was learned; may_write: whether requests that could
    write are sent; daring: see candidates.is_daring(); stamp: the value for ``verified``; shown: a request that was
    answered with a known entity; proven: the operations of each type that were seen to show an existing entity and no
    other, or to write; lost: by method, the answer to a request with a session that does not exist; answers_anybody:
    whether such a session was shown an entity; has_session: whether requests carry anything of one; left_behind:
    entities that were created and could not be deleted; given: as of EntityClient; is_untried: whether the probe wrote,
    and the whole cycle was not seen to work with what it learned."""

    data: dict[str, Any]
    url: str
    send: Send
    stamp: Json
    may_write: bool = False
    daring: bool = False
    findings: list[Finding] = field(default_factory=list)
    answers: list[tuple[Request, Response]] = field(default_factory=list)
    wrote: int = 0
    shown: Optional[tuple[Request, Known]] = None
    proven: set[tuple[str, str]] = field(default_factory=set)
    lost: dict[str, Response] = field(default_factory=dict)
    answers_anybody: bool = False
    has_session: bool = True
    left_behind: list[str] = field(default_factory=list)
    given: Json = field(default_factory=dict)
    is_untried: bool = False

    def __post_init__(self) -> None:
        """Keep what the profile says before anything was learned."""
        self._said_safe = said_safe(self.data, self.url)
        self._read: tuple[Json, Profile, Json] = ({}, self.profile_with(self.data), {})

    def _by_now(self) -> tuple[Json, Profile, Json]:
        """The data as it is by now, and once for all questions before the next is learned: its profile, and the data of
        each type."""
        if self._read[0] is not self.data:
            types = {name: type_data(name, self.data) for name in self.data["types"]}
            self._read = self.data, self.profile_with(self.data), types
        return self._read

    @property
    def profile(self) -> Profile:
        """The profile as it is known by now."""
        return self._by_now()[1]

    def type_data(self, name: str) -> Json:
        """The data of a type as it is known by now."""
        data: Json = self._by_now()[2][name]
        return data

    def profile_with(self, data: Json) -> Profile:
        """A profile with the inputs of the task."""
        return profile_of(data).bound(self.given.get("inputs", {}))

    def known(self, entity: Json) -> Known:
        """What has to stand in the answer about an entity that the user named."""
        with suppress(ConfigurationError):  # where the key is not whole, it is compared as it is
            if entity.get("key"):
                return Known(entity.get("id"), entity["key"], partial(has_key, keyed(self.profile, entity)))
        return Known(entity.get("id"), entity.get("key") or {})

    def client(self, profile: Optional[Profile] = None) -> EntityClient:
        """The engine's client for a profile."""
        client = EntityClient(profile or self.profile, self.url, self.guarded)
        client.given = self.given
        return client

    def is_harmless(self, request: Request) -> bool:
        """Whether a request only reads, by its form or by what the profile says of it."""
        address = request.url.partition("?")[0]
        return reads_only(request) or (
            request.safe
            and any(method == request.method and path.fullmatch(address) for method, path in self._said_safe)
        )

    def guarded(self, request: Request) -> Response:
        """Send a request, unless it could write and nothing may be written."""
        if not self.is_harmless(request):
            if not self.may_write:
                raise ConfigurationError(
                    request.purpose,
                    f"{request.method} could write on a server that nobody knows, and this probe only reads",
                    "Let it write on a system that is meant for it.",
                )
            self.wrote += 1
        response = self.send(request)
        self.answers.append((request, response))
        return response

    def attempt(self, type_name: str, operation: str, definition: Any, call: Call) -> Attempt:
        """Let the engine make a request with this definition of an operation. Raises NotSentError when the server
        cannot be reached while reading."""
        profile = self.profile_with(self.with_operation(type_name, operation, definition))
        before = len(self.answers)
        error: Optional[InsightError] = None
        value: Any = None
        try:
            value = call(self.client(profile), profile)
        except NotSentError as lost:
            if not self.may_write:
                raise
            error = lost
        except InsightError as refused:
            error = refused
        response = self.answers[-1][1] if len(self.answers) > before else None
        return Attempt(value, error, response)

    def with_operation(self, type_name: str, operation: str, definition: Any) -> dict[str, Any]:
        """The profile in which a type has this operation, and so have those of which as much is known: nothing else
        than of this type."""
        types = dict(self._by_now()[2])
        stated = types[type_name].get(operation)
        enabled = {**definition, "enabled": True} if isinstance(definition, Mapping) else definition
        for name, one in types.items():
            alike = one.get(operation) == stated and not self.is_proven(name, operation)
            types[name] = {**one, operation: enabled} if name == type_name or alike else one
        said_once = {name: one for name, one in self.data.items() if name not in (*GENERAL, "operations")}
        return {**said_once, "types": types}

    def definition(self, type_name: str, operation: str) -> Any:
        """An operation of a type as the profile has it by now; empty where it has none."""
        return self.type_data(type_name).get(operation) or {}

    def candidates(self, type_name: str, operation: str, key: Iterable[str] = ()) -> Iterator[Any]:
        """What to try for an operation of a type, beginning with what the profile has by now. key: the attributes by
        which an entity is looked for."""
        of_type = self.profile.type(type_name)
        places = [one.get("entity") for one in self.type_data(type_name).values() if isinstance(one, Mapping)]
        wrappers = [place[len("body.") :] for place in places if isinstance(place, str) and place.startswith("body.")]
        uuid = next(iter(of_type.other_ids), None)
        hints = Hints(of_type.id_at or "id", uuid, tuple(dict.fromkeys(wrappers)), self.daring, tuple(key))
        return candidates(operation, self.definition(type_name, operation), hints)

    def home(self, type_name: str, operation: str) -> tuple[str, ...]:
        """Where in the profile an operation of a type is said: for all types, unless this one has its own."""
        chain = [self.data["types"][type_name]]
        while "extends" in chain[-1]:
            chain.append(self.data["types"][chain[-1]["extends"]])
        own = any(operation in one for one in chain) or not self.data.get("operations")
        return ("types", type_name, operation) if own else ("operations", operation)

    def prove(self, type_name: str, operation: str) -> None:
        """Remember that an operation of a type works, as seen on an entity that is known to exist."""
        self.proven.add((type_name, operation))

    def is_proven(self, type_name: str, operation: str) -> bool:
        """Whether an operation of a type was seen to do so."""
        return (type_name, operation) in self.proven

    def note(self, findings: list[Finding]) -> None:
        """Keep findings; what is as the profile says, or was seen before, is said once."""
        agreed = {one.profile_key for one in self.findings if one.verdict == AS_PROFILE}
        new = [one for one in findings if one.verdict != AS_PROFILE or one.profile_key not in agreed]
        self.findings += [one for one in new if one.verdict != SEEN or one not in self.findings]

    def learn(self, path: tuple[str, ...], value: Any) -> None:
        """Take something over into the profile."""
        self.data = with_value(self.data, path, value)

    def verify(self, path: tuple[str, ...]) -> None:
        """Mark a part of the profile as seen on this server."""
        part = value_at(self.data, path)
        if isinstance(part, Mapping):
            self.learn((*path, "verified"), dict(self.stamp))
            self.learn((*path, "assumed"), False)
