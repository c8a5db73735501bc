# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From option values to a system that can be talked to."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional

from .._auth.authenticator import Authenticator, authenticator_for
from .._auth.store import Fingerprints, fingerprints_of, open_store
from .._entity.address import Address
from .._entity.api.client import EntityClient
from .._entity.canary import CanaryWrites
from .._options.context import Context, Values
from .._options.shared import SHARED, Settings, settings_from
from .._profile.model import profile_of
from .._text.ansible_secrets import register
from .._text.json_forms import Json
from .._text.records import evolve, record
from .._text.redaction import LIKE_A_TOKEN, fingerprint, know, printable
from .._transport.http import Http
from .._transport.messages import Request, Response, Send
from .._transport.request_log import log_of
from .._transport.write_record import WRITES, note_write
from ..errors import ConfigurationError


@dataclass(eq=False)
class Connection:
    """A system and our session there. canary_writes: what this process knows of the system's assumed writes.
    last_date: the ``Date`` of the last answer."""

    settings: Settings
    authenticator: Authenticator
    canary_writes: CanaryWrites = field(repr=False)
    http: Http = field(repr=False)
    last_date: Optional[str] = None
    _masked: list[str] = field(default_factory=list, repr=False)
    _last: threading.local = field(default_factory=threading.local, repr=False)

    def server_date(self) -> Optional[str]:
        """The ``Date`` of the last answer that this thread got."""
        date: Optional[str] = getattr(self._last, "date", None)
        return date

    def send(self, request: Request) -> Response:
        """Send a request within the session."""
        note_write(request)
        try:
            response = self.authenticator.send(request)
            self._last.date = self.last_date = response.headers.get("date")
            return response
        finally:
            self._mask(self.secrets())

    def _mask(self, secrets: list[str]) -> None:
        """Have the secrets of the session masked from now on."""
        if secrets is not self._masked:
            know(secrets, LIKE_A_TOKEN)
            register(secrets)
            self._masked = secrets

    def entities(self, kind: type[EntityClient] = EntityClient) -> EntityClient:
        """The system's entities, with a fresh record of what was used."""
        client = kind(self.settings.profile, self.settings.url, self.send)
        client.shown = self.canary_writes.shown
        client.unseen = KeptBeside(self, "unseen")
        client.given = {"inputs": self.settings.inputs, **evidence_of(self.settings)}
        return client

    def show_warnings(self, warn: Callable[[str], None]) -> None:
        """Show the user, once, the warnings of the login."""
        for warning in self.authenticator.warnings:
            warn(warning)
        self.authenticator.warnings.clear()

    def secrets(self) -> list[str]:
        """The secrets that the login knows."""
        return self.authenticator.secrets()

    @property
    def notes(self) -> list[str]:
        """What the user should know about the session."""
        return list(self.authenticator.notes)

    def noted(self, *more: str) -> dict[str, list[str]]:
        """The field ``notes`` of a result: the notes on the session, and more; nothing where there are none."""
        notes = [*self.notes, *more]
        return {"notes": notes} if notes else {}


_CONNECTIONS: dict[tuple[int, str], tuple[Any, Connection]] = {}
"""The open connections of this process, by all their options: the items of a loop run in one process and share them. A
profile is compared as an object, not by its content: it is kept here, so that no other object gets its identity."""


_CANARY_WRITES: dict[tuple[str, int], tuple[Any, CanaryWrites]] = {}
"""By URL with inputs, and profile: items that differ in another option, such as the reason, share what is known of a
system."""


def forget_connections() -> None:
    """Close nothing, forget everything; for tests and forks."""
    _CONNECTIONS.clear()
    _CANARY_WRITES.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_connections)  # two processes cannot speak over one connection


def ask_anew() -> None:
    """Before another item or attempt of a task: nothing was sent in it yet, and a login that failed is tried again,
    unless its credentials were refused."""
    WRITES.clear()
    for _profile, connection in _CONNECTIONS.values():
        connection.authenticator.ask_anew()


def canary_writes(url: str, values: Values) -> CanaryWrites:
    """The canary writes of a system, as far as this process knows. values: of the options."""
    profile = values["profile"]
    system = json.dumps([url, values.get("inputs")], sort_keys=True, default=str)
    return _CANARY_WRITES.setdefault((system, id(profile)), (profile, CanaryWrites()))[1]


def _telling(send: Send, errors: tuple[Json, ...]) -> Send:
    """Sends, and lets each answer know where the profile says that its errors stand."""
    return (lambda request: evolve(send(request), errors=errors)) if errors else send


def connect(values: Values, context: Context) -> Connection:
    """The connection that the shared options describe. Nothing is sent before it is used."""
    mine = [values.get(name) for name in (*SHARED, "refresh_token_return") if name != "profile"]
    key = (id(values["profile"]), json.dumps(mine, default=str))
    if key not in _CONNECTIONS:
        settings = settings_from(values, profile_of(values["profile"]))
        http = Http(settings.network, show=context.show, busy=settings.profile.busy)
        authenticator = authenticator_for(
            settings,
            _telling(http.send, settings.profile.errors),
            show=context.show,
            refresh_token_return=bool(values.get("refresh_token_return")),
            warn=context.warn,
        )
        known = canary_writes(settings.url, values)
        known.hold_back(context.held_back)
        _CONNECTIONS[key] = values["profile"], Connection(settings, authenticator, known, http)
    _profile, connection = _CONNECTIONS[key]
    connection.http.log = log_of(context.log, connection.settings.url)  # of this item of a loop, not of the first
    connection.show_warnings(context.warn)
    return connection


@dataclass(frozen=True, eq=False)
class Remembered:
    """The fingerprints of an entity's secrets, by its id, which a rename does not change, and how to store them. place:
    the system and the type; names: under which they may be stored where the id was not known."""

    place: tuple[str, ...]
    names: tuple[str, ...]
    key: bytes = field(repr=False)
    store: Any = field(repr=False)

    def known(self, entity_id: Any) -> Mapping[str, str]:
        """The fingerprints by attribute path."""
        found: Mapping[str, str] = next(filter(None, map(self.store.load, self._places(entity_id))), {})
        return found

    def of(self, path: str, value: Any) -> str:
        """The fingerprint of a secret."""
        return fingerprint(self.key, path, value)

    def remember(self, sent: Mapping[str, Any], operation: str, entity_id: Any) -> None:
        """Remember the secrets that were sent; forget those of an entity that is gone."""
        now = {path: self.of(path, value) for path, value in sent.items()}
        held = self.known(entity_id) if operation == "update" else {}
        first, *others = self._places(entity_id)
        wanted = {first: {} if operation == "delete" else {**held, **now}}
        for place in (first, *others):
            fingerprints = wanted.get(place, {})
            if fingerprints != self.store.load(place):
                self.store.save(place, fingerprints)

    def _places(self, entity_id: Any) -> list[str]:
        """Where it is remembered, and where else it may be."""
        by_id = [] if entity_id is None else [printable(f"id {entity_id}")]
        return [json.dumps([*self.place, name]) for name in dict.fromkeys([*by_id, *self.names])]


def _unheard(_warning: str) -> None:
    """Says nothing: the login has warned already."""


def kept_beside(connection: Connection) -> Optional[Fingerprints]:
    """Where the token store keeps what is no login; None without a store."""
    settings = connection.settings
    folder = settings.session.store if settings.session and settings.session.store else settings.token_store
    return fingerprints_of(open_store(folder, _unheard))


def remembered(connection: Connection, address: Address, was: Optional[Address], needed: bool) -> Optional[Remembered]:
    """What the token store remembers of the secrets of an entity; None without a store, which is a ConfigurationError
    where it is needed. was: the entity under its former key."""
    settings, store = connection.settings, kept_beside(connection)
    if store is None and not needed:
        return None
    if store is None:
        raise ConfigurationError(
            f"tell whether the secrets of {address} changed",
            "update_secrets is on_change and there is no token store to remember them in",
            "Set token_store to a folder, or update_secrets to on_create or always.",
        )
    place = (settings.system, settings.profile.name, address.type.name)
    return Remembered(place, tuple(one.named for one in (was, address) if one), store.key(), store)


@record
class KeptBeside:
    """What is kept of the entities of a system under a name, beside the fingerprints of its secrets. Without a store
    nothing is kept."""

    connection: Connection
    name: str

    @cached_property
    def _store(self) -> Optional[Fingerprints]:
        return kept_beside(self.connection)

    def of(self, address: Address) -> Mapping[str, str]:
        """What is kept at an address, nothing where there is none."""
        return self._store.load(self._place(address)) if self._store else {}

    def keep(self, address: Address, held: Mapping[str, str]) -> None:
        """Keep this, or with nothing forget it."""
        if self._store:
            self._store.save(self._place(address), held)

    def _place(self, address: Address) -> str:
        """The text that identifies the address across systems."""
        settings = self.connection.settings
        return json.dumps([settings.system, settings.profile.name, self.name, address.identity])


def evidence_of(settings: Settings) -> dict[str, str]:
    """Reason, change reference and initiator, as far as they are known."""
    return {name: value for name, value in asdict(settings.evidence).items() if value}
