# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accepted exceptions: a reviewed file that says which drift is known, why, and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from ...module_utils._entity.collateral import strict_changes
from ...module_utils._entity.compare import Change, compare_loosely
from ...module_utils._entity.rules import Rules
from ...module_utils._profile.json_schema import check
from ...module_utils._text.json_forms import Json, canonical
from ...module_utils._text.records import evolve
from ...module_utils._text.redaction import printable
from ...module_utils.errors import ConfigurationError
from .._files.own_schemas import own_schema
from .._manifest.entry import Entry
from .._manifest.manifest import Manifest
from .check import Accepted, Row

FORMAT = 1
FORM = "Write it as exceptions_out does, and as docs/drift.md shows."


@dataclass(frozen=True, eq=False)
class KnownDrift:
    """What somebody has accepted: of one entity, or without a name of all entities of a type.

    verdict, changes, secrets, unobserved: what is accepted, as a row shows it. A row that shows more is not covered.
    The changes count for an entity that is there on both sides.
    """

    type: str
    accepted: Accepted
    entity: str = ""
    verdict: str = "as_declared"
    changes: Sequence[Json] = field(default=())
    secrets: Sequence[str] = ()
    unobserved: Sequence[str] = ()

    def covers(self, row: Row) -> bool:
        """Whether everything that a row shows is accepted. row: of this entity, or of this type where none is named."""
        return (
            row.verdict == self.verdict
            and (row.verdict != "drifted" or self._covers_changes(row))
            and set(row.secrets) <= set(self.secrets)
            and {one.path for one in row.not_compared} <= set(self.unobserved)
        )

    def _covers_changes(self, row: Row) -> bool:
        return {canonical(one.as_result()) for one in row.changes} <= {canonical(one) for one in self.changes}


def expected_differences(here: Manifest, there: Manifest, rules_of: Callable[[str], Rules]) -> list[KnownDrift]:
    """What two systems differ in because they are declared so. here, there: what is declared of the system that is
    checked, and of the other one. rules_of: the rules of a type."""
    ours, theirs = ({one.name: one for one in manifest.entries if one.state == "present"} for manifest in (here, there))
    found = []
    for name in {**theirs, **ours}:
        mine, other = ours.get(name), theirs.get(name)
        verdict = "missing" if mine is None else "unwanted" if other is None else "drifted"
        changes = _declared_changes(other, mine, rules_of(name.type)) if mine and other else ()
        if verdict == "drifted" and not changes:
            continue
        origins = " and ".join(one.origin for one in (mine, other) if one)
        accepted = Accepted(f"declared so in {origins}", date.max.isoformat())
        data = [change.as_result() for change in changes]
        found.append(KnownDrift(name.type, accepted, str(name), verdict, data))
    return found


def _declared_changes(there: Entry, here: Entry, rules: Rules) -> Sequence[Change]:
    found = compare_loosely(there.attributes, here.attributes, rules).changes
    return [*found, *strict_changes(there.attributes, here.attributes, rules)]


def known_drift(data: Any, name: str) -> list[KnownDrift]:
    """The exceptions of a file. name: of the file. Raises ConfigurationError for all that is wrong with it."""
    check(own_schema("reports/exceptions"), data, f"read {name}", FORM, ours=True)
    return [_known(number, dict(one), name) for number, one in enumerate(data["exceptions"], 1)]


def _known(number: int, data: dict[str, Any], name: str) -> KnownDrift:
    reason, expires = data.pop("reason"), data.pop("expires")
    day = None
    with suppress(ValueError):
        day = date.fromisoformat(expires).isoformat()
    if expires != day:  # other forms of a day are read too, such as 20261231
        why = f"expires of exception {number}, {printable(repr(expires))}, is no day of the calendar"
        raise ConfigurationError(f"read {name}", why, "Write it as 2026-12-31.")
    return KnownDrift(accepted=Accepted(reason, expires), **data)


def with_exceptions(rows: Iterable[Row], known: Sequence[KnownDrift], today: date) -> tuple[list[Row], list[str]]:
    """The rows with the exceptions that hold today; and what to say of those that do not hold, or fit no entity."""
    rows = list(rows)
    there = {(row.type, entity) for row in rows for entity in ("", row.entity)}
    holding: dict[tuple[str, str], list[tuple[int, KnownDrift]]] = defaultdict(list)
    expired, unfit = [], []
    for number, one in enumerate(known):
        name = one.entity or one.type
        if date.fromisoformat(one.accepted.expires) >= today:
            holding[one.type, one.entity].append((number, one))
        else:
            expired.append(f"The exception for {name} expired on {one.accepted.expires}, and accepts nothing any more.")
        if (one.type, one.entity) not in there:
            unfit.append(f"The exception for {name} fits nothing that is declared or found. Correct it or take it out.")
    return [_accepted(row, holding) for row in rows], [printable(note) for note in (*expired, *unfit)]


def _accepted(row: Row, holding: Mapping[tuple[str, str], Sequence[tuple[int, KnownDrift]]]) -> Row:
    """The row with the first exception that covers it. holding: by type and entity, numbered as they stand in the
    file."""
    if not _says_something(row):
        return row
    about = sorted(
        (one for entity in ("", row.entity) for one in holding.get((row.type, entity), ())), key=itemgetter(0)
    )
    return evolve(row, accepted=next((one.accepted for _number, one in about if one.covers(row)), None))


def _says_something(row: Row) -> bool:
    """Whether there is something to accept."""
    return row.verdict not in ("as_declared", "not_checked") or bool(row.not_compared and row.verdict != "not_checked")


def as_exceptions(rows: Sequence[Row], known: Sequence[KnownDrift], reason: str, expires: date) -> dict[str, Any]:
    """The data of a file that accepts all that the rows show, to be reviewed. known: the exceptions of the file until
    now. Those for all entities of a type are kept, and those for entities that were not seen."""
    seen = {row.entity for row in rows if row.verdict != "not_checked"}
    wide = [one for one in known if not one.entity]
    found = [
        KnownDrift(
            row.type,
            row.accepted or Accepted(reason, expires.isoformat()),
            row.entity,
            row.verdict,
            [change.as_result() for change in row.changes if row.verdict == "drifted"],
            list(row.secrets),
            [one.path for one in row.not_compared],
        )
        for row in rows
        if _says_something(row)
        and not any(one.type == row.type and one.accepted == row.accepted and one.covers(row) for one in wide)
    ]
    found += [one for one in known if one.entity not in seen]
    return {"format": FORMAT, "exceptions": [_data(one) for one in found]}


def _data(one: KnownDrift) -> dict[str, Any]:
    """An exception as it stands in a file, without what is empty."""
    told = {**vars(one), **vars(one.accepted)}
    del told["accepted"]
    return {name: value for name, value in told.items() if value not in ("", [], ())}
