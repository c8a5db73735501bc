# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation of the profile rests on, and what its answer proves.

An answer that shows an entity proves its address. One that says that there is none may come from a wrong address, and
proves nothing before that operation has shown an entity of the type in this process.
"""

from __future__ import annotations

from collections.abc import Collection

from .._profile.model import EntityType
from .._profile.operation import Operation


def basis(operation: Operation) -> str:
    """An operation by its key, with what it rests on."""
    return f"{operation.profile_key}{' (assumed)' if operation.assumed else ''}"


def likelier(says_none: Operation, shows: Operation) -> Operation:
    """Which of two operations that contradict each other is the likelier one to be wrong."""
    return shows if shows.assumed and not says_none.assumed else says_none


def is_doubtful(entity_type: EntityType, name: str, shown: Collection[tuple[str, str]]) -> bool:
    """Whether nothing but this operation says that there is none: it has shown no entity of the type, and neither a
    document nor a probe backs it. shown: see EntityClient."""
    operation = entity_type.operations.get(name)
    return operation is not None and not operation.backed and (entity_type.name, name) not in shown


def doubt(entity_type: EntityType, name: str, shown: Collection[tuple[str, str]]) -> str:
    """What to say of an absence that is doubtful; empty for any other."""
    if not is_doubtful(entity_type, name, shown):
        return ""
    return (
        f"That there is none rests on {basis(entity_type.operations[name])}, which has shown no {entity_type.name} in "
        "this run and may be wrong."
    )
