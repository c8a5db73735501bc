# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Digests by which plans and journals recognise an entity, the same on every machine and whatever its ids are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Optional

from .._entity.compare import normal_form
from .._entity.rules import Rules
from .._text.json_forms import canonical
from .._text.nested_paths import child
from .._text.records import evolve

NO_ENTITY = "absent"
"""The digest of an entity that does not exist."""


def digest_of(content: bytes) -> str:
    """The digest of bytes: ``sha256:`` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def data_digest(value: Any) -> str:
    """The digest of a JSON value, whatever the order of its names."""
    return digest_of(canonical(value).encode("ascii"))


def entity_digest(
    entity: Optional[Mapping[str, Any]],
    rules: Rules,
    references: Mapping[str, str],
    secrets: Mapping[str, str],
    id_paths: Collection[str],
) -> str:
    """The digest of an entity as the server shows it or shall show it; ``absent`` for None.

    rules: those of ``Plan.rules``. Left out are the attributes that they do not compare, those that the server alone
    sets or may hide, and the ids at id_paths; an attribute that is null counts as absent. references: by attribute the
    name of the entity that is referred to, which replaces its id. secrets: by path the fingerprint, which replaces the
    value.
    """
    if entity is None:
        return NO_ENTITY
    replaced = {*id_paths, *(child("", name) for name in references)}
    own = evolve(
        rules,
        write_only=rules.write_only.union(secrets),
        volatile=rules.volatile.union(rules.hidden, replaced),
    )
    return data_digest([_without_nulls(normal_form(entity, own)), references, secrets])


def _without_nulls(value: Any) -> Any:
    """Null and absent are the same for an attribute, as in a comparison; an element of a list is compared as it is."""
    if not isinstance(value, Mapping):
        return value
    return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
