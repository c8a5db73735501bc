# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version of an entity, by which a server refuses a write of what is not any more as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._text.nested_paths import ABSENT, dotted_path, value_at, with_value
from .._text.records import record
from .predicate import answer_at

OF_HEADER = "@version"
"""The attribute in which an entity carries a version that came in a header."""
WEAK = "W/"
"""The beginning of an ETag that no If-Match fits."""


@record
class Version:
    """Where the version of an entity stands: ``header.NAME`` of the answer to a read, or ``body.PATH`` in the entity.
    Empty where entities have none. verified: this server was seen to refuse a write with an old one."""

    place: str = ""
    verified: bool = False

    @classmethod
    def of(cls, said: Any) -> Version:
        """From the profile's data."""
        data = {"at": said or ""} if not isinstance(said, Mapping) else said
        return cls(data["at"], bool(data.get("verified")))

    @property
    def names(self) -> list[str]:
        """The names that lead to the attribute in which an entity carries it."""
        return [OF_HEADER] if self.place.startswith("header.") else self.place.split(".")[1:]

    @property
    def layer(self) -> dict[str, Any]:
        """It is never compared, as a layer of comparison rules."""
        return {"volatile": [dotted_path(self.names)]} if self.place else {}

    def in_entity(self, entity: Any) -> Any:
        """The version that an entity carries; ABSENT where it carries none."""
        return value_at(entity or {}, self.names, ABSENT) if self.place else ABSENT

    def received(self, entity: Mapping[str, Any], response: Any) -> Mapping[str, Any]:
        """An entity with the version that the header of its answer holds. A weak ETag is none."""
        held = answer_at(response, self.place) if self.place.startswith("header.") else ABSENT
        if held is ABSENT or held.startswith(WEAK):
            return entity
        return with_value(entity, self.names, held)


NO_VERSION = Version()
"""Of entities that have none."""
