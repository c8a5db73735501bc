# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entities that a system has and nobody declares."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...module_utils._entity.examine import Examined
from ...module_utils._profile.model import EntityType
from ...module_utils._text.records import evolve
from ...module_utils._text.redaction import known
from ...module_utils.errors import ConfigurationError, InsightError
from .._environment.executor import Read
from .._environment.run import Run
from .._manifest.entry import Entry, EntryName, name_of
from .._report.check import NotCompared, Row
from .gather import Reading, where_is
from .naming import Titles, shown_place

UNASKED = "the option undeclared is false"
UNLISTED = "the profile has no list operation for it that is switched on"
LISTABLE = "Take the type out of complete, or switch its list operation on once the probe has seen it."
NONE_DECLARED = "none of it is declared"
LISTED_AND_NOT_FOUND = "the search says that there is none, and the list shows one with this key. Check again"
PERHAPS_ONE_OF_THEM = "nobody knows whether it is one of those that could not be read"


def undeclared_rows(
    run: Run, reads: Mapping[EntryName, Read], wanted: bool, complete: Collection[str], unread: Collection[str]
) -> tuple[list[Row], list[NotCompared], InsightError | None]:
    """A row for each entity of a declared type that nobody declares, and one for each declared entity that the search
    has not found and the list shows; the types that were not looked at for such, with the reason; and the error that
    ended looking. wanted: whether to look at all. complete: types of which all are
    declared, so that others are unwanted. unread: types of which something could not be read from the other side.
    Raises ConfigurationError where a type of complete cannot be listed."""
    profile = run.connection.settings.profile
    declared = sorted({*(member.entry.type for member in run.environment.members.values()), *complete})
    whys = {name: _why_not(profile.type(name), wanted) for name in declared}
    blind = [f"{name}: {whys[name]}" for name in sorted(complete) if whys[name]]
    if blind:
        raise ConfigurationError("look for what nobody declares", "; ".join(blind), LISTABLE)
    rest = [NotCompared(name, NONE_DECLARED) for name in sorted(set(profile.types) - set(declared))]
    not_looked = [NotCompared(name, f"undeclared entities: {why}") for name, why in whys.items() if why] + rest
    listed = [profile.type(name) for name, why in whys.items() if not why]
    try:
        return _rows(run, reads, listed, complete, unread), not_looked, None
    except InsightError as error:
        unseen = [NotCompared(one.name, f"undeclared entities: {error.message}") for one in listed]
        return [], [*unseen, *not_looked], error


def _why_not(entity_type: EntityType, wanted: bool) -> str:
    operation = entity_type.operations.get("list")
    return UNASKED if not wanted else "" if operation is not None and operation.enabled else UNLISTED


def _rows(
    run: Run,
    reads: Mapping[EntryName, Read],
    listed: Sequence[EntityType],
    complete: Collection[str],
    unread: Collection[str],
) -> list[Row]:
    """The rows of the listed types. Raises InsightError where the system cannot be listed to the end."""
    profile = run.connection.settings.profile
    options = evolve(run.options, stop_on=(InsightError,))
    reading = Reading(profile, options, lambda one: one.key)
    seen = reading.gather(listed, {}).seen
    titles = Titles(profile, seen, known())
    there = {
        where_is(reading.located(one.found_as, one.observed))
        for one in reads.values()
        if isinstance(one, Examined) and one.observed is not None
    }
    refused = {
        (name.type, str(one.details.get("entity_id"))) for name, one in reads.items() if isinstance(one, InsightError)
    }
    doubtful = {*unread, *(name.type for name, one in reads.items() if not isinstance(one, Examined))}
    rows = []
    for place, one in seen.items():
        if not one.exported or place in there or place[:2] in refused:
            continue
        title = titles.entry(place)
        name, key = (None, {}) if isinstance(title, str) else (name_of(title), title["key"])
        if name is not None and name in reads:
            rows += _contradicted(run.environment.members[name].entry, reads[name])
            continue
        if name is None and place[0] in doubtful:
            why = NotCompared("", f"{PERHAPS_ONE_OF_THEM}, since {title}")
            rows.append(Row(shown_place(place), place[0], {}, "not_checked", not_compared=[why]))
            continue
        rows.append(
            Row(str(name or shown_place(place)), place[0], key, "unwanted" if place[0] in complete else "undeclared")
        )
    return rows


def _contradicted(entry: Entry, read: Read) -> list[Row]:
    """The row of a declared entity that the search has not found, and the list shows."""
    if not (isinstance(read, Examined) and read.observed is None):
        return []
    why = NotCompared("", LISTED_AND_NOT_FOUND)
    return [Row(str(entry.name), entry.type, entry.key, "not_checked", origin=entry.origin, not_compared=[why])]
