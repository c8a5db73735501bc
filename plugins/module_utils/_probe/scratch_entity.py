# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one entity that the probe makes and removes again: which it is, how it is now, and what else came to be by it.

Only an operation that was seen to show an entity can say that one is not there: an answer such as 404 may as well mean
that nothing is at the address."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Optional

from .._entity.address import Entity, rules_of
from .._entity.api.client import EntityClient
from .._entity.desired_state import DesiredState
from .._entity.references import declaring
from .._entity.rules import Rules
from .._options.waiting import Waiting
from .._profile.model import Profile
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, replace, top, with_value
from .._transport.http import SYSTEM_CLOCK, Clock
from .._transport.messages import Response
from ..errors import InsightError, ServerError
from .experiment import Attempt, Experiment, among, keyed
from .request_candidates import placed
from .shapes import is_known, is_success, json_content, same

LOOKS = (0, 0.1, 0.3, 0.6, 1.0)
"""Seconds between looks for something that a server said it created."""


@dataclass(eq=False)
class ScratchEntity:
    """The entity that the probe makes and removes again. named: what the user said of it: type, key, refs, attributes,
    change, rename. ids: of every created entity that is not known to be gone; suspected: an entity may have been
    created of which neither id nor key is known; doubts: why an entity may be left that cannot be looked for, since no
    search was seen to work; unsettled: entities of which an interruption left open whether they are its own; born: as
    it was read when it had been created; outdated: how the server refuses a write with an old version, None where that
    was not seen; stay: the entities that were deleted and stay, under the key that was sought last; apart: the values
    of what has requests of its own, one after the other; made: the ids of all that it ever created."""

    experiment: Experiment
    named: Json
    ids: list[Any] = field(default_factory=list)
    suspected: bool = False
    doubts: list[str] = field(default_factory=list)
    unsettled: list[Entity] = field(default_factory=list)
    born: Entity = field(default_factory=dict)
    outdated: Optional[Response] = None
    stay: list[Entity] = field(default_factory=list)
    apart: dict[str, list[Any]] = field(default_factory=dict)
    made: list[Any] = field(default_factory=list)
    clock: Clock = SYSTEM_CLOCK

    @property
    def type(self) -> str:
        """The name of its type."""
        return str(self.named["type"])

    @property
    def key(self) -> str:
        """Its key, for people."""
        return ", ".join(f"{name}={value}" for name, value in self.named["key"].items())

    @property
    def can_tell(self) -> bool:
        """Whether anything was seen to show whether an entity is there."""
        return any(self.experiment.is_proven(self.type, name) for name in ("read", "find"))

    @property
    def rules(self) -> Rules:
        """The rules of comparing of its type, as they are known by now."""
        return rules_of(self.experiment.profile.type(self.type))

    def with_key(self, key: Json) -> dict[str, Any]:
        """What names it under another key."""
        return {**self.named, "key": {**self.named["key"], **key}}

    def offered(self, key: Json | None = None, documented: bool = False) -> Optional[list[Entity]]:
        """What the server offers for its key, taken loosely; None where it gives no usable answer, or where its search
        was not seen to find anything. documented: a public document says how it searches, so that it is believed."""
        self.stay = []
        if not (documented or self.experiment.is_proven(self.type, "find")):
            return None
        sought = self.with_key(key or {})

        def search(client: EntityClient, profile: Profile) -> Any:
            found = client.find(keyed(profile, sought))
            self.stay = client.deleted_like(keyed(profile, sought))
            return found

        attempt = self.experiment.attempt(self.type, "find", self.experiment.definition(self.type, "find"), search)
        if attempt.value is None:
            return None
        return [one for one in attempt.value if is_known(one, self.experiment.known(sought))]

    def appeared(self, key: Json | None = None) -> list[Entity]:
        """What the server offers for its key soon after it said that it created it."""
        for pause in LOOKS:
            self.clock.sleep(pause)
            found = self.offered(key)
            if found:
                return found
        return []

    def id_of(self, entity: Entity) -> Any:
        """The id that an entity shows."""
        return self.experiment.profile.type(self.type).id_in(entity)

    @property
    def id_name(self) -> str:
        """The path at which entities of its type hold their id, as far as it is known."""
        return self.experiment.profile.type(self.type).id_at or "id"

    def note(self, entities: list[Entity]) -> None:
        """Remember a created entity. Only one that shows the probe's key counts: an answer may hold an entity of
        somebody else, and the remembered ones are deleted."""
        self.unsettled = entities
        for entity in entities:
            entity_id = self.id_of(entity)
            if entity_id is not None and entity_id not in self.ids and self._is_mine(entity, entity_id):
                self.ids.append(entity_id)
                self.made.append(entity_id)
        self.unsettled = []

    def _is_mine(self, entity: Entity, entity_id: Any) -> bool:
        if not set(map(top, self.named["key"])) <= set(entity):
            try:
                entity = self.now(entity_id) or {}
            except InsightError:
                return False
        either = (self.named, self.with_key(self.named.get("rename") or {}))
        return any(is_known(entity, self.experiment.known(one)) for one in either)

    def now(self, entity_id: Any) -> Optional[Entity]:
        """The entity with this id as it is, None where it does not exist. Raises InsightError where that stays
        unknown."""
        if self.experiment.is_proven(self.type, "read"):
            return self.experiment.client().read(among(self.experiment.profile, self.named, entity_id))
        found = [self.offered(key) for key in ({}, self.named.get("rename") or {})]
        if None in found:
            raise ServerError(
                "read the probe's own entity", "neither reading by id nor finding by key was seen to work"
            )
        return next((one for some in found for one in some or () if same(self.id_of(one), entity_id)), None)

    def is_gone(self, entity_id: Any) -> bool:
        """Whether what was seen to show an entity shows the one with this id no more, by id and by key."""
        shows: list[bool] = []
        with suppress(InsightError):  # which says nothing; perhaps the search does
            shows.append(self.now(entity_id) is not None)
        for key in ({}, self.named.get("rename") or {}):
            found = self.offered(key)
            shows += [any(same(self.id_of(one), entity_id) for one in found)] if found is not None else []
        return bool(shows) and not any(shows)

    def declared(self, attributes: Json | None, waiting: Waiting, profile: Profile | None = None) -> DesiredState:
        """It as a task would declare it. attributes: None where it is to be absent; profile: as it is known by now,
        unless another one is given."""
        profile = profile or self.experiment.profile
        address, mentioned = declaring(profile, keyed(profile, self.named), attributes or {}, attributes is not None)
        state = "absent" if attributes is None else "present"
        return DesiredState(address, attributes or {}, state=state, mentions=mentioned, waiting=waiting)

    def create(self, definition: Json, attributes: Json | None = None) -> Attempt:
        """Let the engine create it by this definition. attributes: instead of its usual ones."""
        sent = {**self.named["key"], **(self.named.get("attributes") or {})} if attributes is None else attributes

        def call(client: EntityClient, profile: Profile) -> Any:
            return client.create(keyed(profile, self.named), sent)

        attempt = self.experiment.attempt(self.type, "create", definition, call)
        if isinstance(attempt.value, Mapping):
            self.note([attempt.value])
        return attempt

    def update(self, definition: Json, observed: Entity, change: Json) -> Attempt:
        """Let the engine change it by this definition."""
        whole = {**replace(observed, self.rules.unsent, ABSENT), **change}
        names = {*self.named["key"], *(self.named.get("refs") or {}), *change}
        bodies = {
            "whole": whole,
            "changed": dict(change),
            "declared": {name: value for name, value in whole.items() if name in names},
        }

        def call(client: EntityClient, profile: Profile) -> Any:
            return client.update(keyed(profile, self.named), observed, bodies)

        return self.experiment.attempt(self.type, "update", definition, call)

    def rename(self, definition: Json, observed: Entity, former: Json, key: Json) -> Attempt:
        """Let the engine give it another key by this definition. former: its key until then."""

        def call(client: EntityClient, profile: Profile) -> Any:
            nested: Json = {}
            for name, value in key.items():
                nested = with_value(nested, profile.type(self.type).key_path(name), value)
            client.rename(keyed(profile, self.with_key(former)).located(observed), observed, nested, str)

        return self.experiment.attempt(self.type, "rename", definition, call)

    def restore(self, definition: Any, deleted: Entity) -> Attempt:
        """Let the engine bring it back by this definition."""

        def call(client: EntityClient, profile: Profile) -> Any:
            client.restore(keyed(profile, self.named).located(deleted), deleted)

        return self.experiment.attempt(self.type, "restore", definition, call)

    def purge(self, definition: Json, deleted: Entity) -> Attempt:
        """Let the engine remove for ever by this definition what was deleted and stays."""

        def call(client: EntityClient, profile: Profile) -> Any:
            client.delete(keyed(profile, self.named).located(deleted), deleted, by="purge")

        return self.experiment.attempt(self.type, "purge", definition, call)

    def delete(self, definition: Json, observed: Entity) -> Attempt:
        """Let the engine delete it by this definition."""

        def call(client: EntityClient, profile: Profile) -> Any:
            client.delete(keyed(profile, self.named), observed)

        return self.experiment.attempt(self.type, "delete", definition, call)

    def remove(self, entity_id: Any) -> bool:
        """Delete an entity that the probe created, with the learned operation or else with any that works. Returns
        whether it is gone. Where that stays unknown, nothing more is tried after the first answer that looks like a
        success."""
        try:
            observed = self.now(entity_id)
        except InsightError:
            observed = placed(self.id_name, entity_id)
        for candidate in self.experiment.candidates(self.type, "delete") if observed is not None else ():
            attempt = self.delete(candidate, observed or {})
            if self.is_gone(entity_id):
                return True
            if not self.can_tell and is_success(attempt.response):
                return False
        return observed is None


def answers_something(attempt: Attempt) -> bool:
    """Whether a write was, or may have been, taken: a success, or no answer that refuses."""
    if attempt.response is None:
        return attempt.error is not None and type(attempt.error).__name__ == "InterruptedRequest"
    if attempt.response.status >= 500:
        return True
    return is_success(attempt.response) and not attempt.response.is_html and json_content(attempt.response) not in ([],)
