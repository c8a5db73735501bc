# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a manifest, and the entities of it that a system holds: the part of a run that writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from ...module_utils._commands.connection import Connection
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.examine import Examined
from ...module_utils._options.context import Files, Values
from ...module_utils._text.json_forms import Json
from ...module_utils._text.records import evolve
from ...module_utils._text.redaction import known
from ...module_utils.errors import ConfigurationError
from .._manifest.entry import EntryName
from .._manifest.manifest import Manifest, entries_of, load_manifest
from .executor import Read, Written, finish_all, read_all
from .members import Environment
from .planned_change import PlannedChange, planned_changes
from .run import Run
from .shown_ids import ordered_by_ids, refuse_replaced, refuse_two_names


def read_manifest(
    connection: Connection,
    files: Files,
    option: str,
    layers: Sequence[str],
    secrets: Optional[Json],
    lacking: Optional[str] = None,
) -> Manifest:
    """The manifest of an option. Raises ConfigurationError where it is for another system."""
    manifest = load_manifest(layers, secrets, files.find, files.decrypt, lacking)
    what = "use the manifest" if option == "manifest" else f"use the manifest of {option}"
    if manifest.url is not None and manifest.url.rstrip("/") != connection.settings.url:
        raise ConfigurationError(
            what,
            f"it is for {manifest.url}, and url is {connection.settings.url}",
            "Take the manifest, or the url, that belongs to the other.",
        )
    return manifest


def declared(
    values: Values,
    connection: Connection,
    files: Files,
    secrets: Optional[Json],
    lacking: Optional[str] = None,
    may_be_empty: bool = False,
) -> Manifest:
    """What the options ``entities`` or ``manifest`` declare. secrets, lacking: as for load_manifest(). may_be_empty:
    whether ``entities`` may be a list without entries."""
    if values["entities"] is not None:
        return entries_of(values["entities"], secrets, lacking, may_be_empty)
    return read_manifest(connection, files, "manifest", values["manifest"], secrets, lacking)


def observed(run: Run) -> tuple[Run, dict[EntryName, Read]]:
    """Read and plan each member, once what earlier runs have left with the server has ended. Returns these reads, and
    the run in the order that the server's ids require, with notes on that order, on what has ended, and on entities
    that were not found. Raises ConfigurationError where two members turn out to be one entity, and where one is to be
    replaced to which another one refers."""
    client = run.options.client
    finished = finish_all(run.environment, run.options)
    for name in sorted({member.entry.type for member in run.environment.members.values()}):
        client.list_beforehand(run.connection.settings.profile.type(name))
    goes_on = {name: fate for name, fate in finished.items() if not isinstance(fate, tuple)}
    reads, referred = {**read_all(run.environment, run.options), **goes_on}, client.known or {}
    refuse_two_names(run.environment, reads, referred)
    refuse_replaced(run.environment, reads, referred)
    environment, notes_on_order = ordered_by_ids(run.environment, reads, referred)
    in_doubt = doubts(environment, reads, {}, client)
    notes = [note for fate in finished.values() if isinstance(fate, tuple) for note in fate]
    notes = [*run.notes, *notes, *notes_on_order]
    return evolve(run, environment=environment, notes=notes, doubts=in_doubt), reads


def doubts(
    environment: Environment,
    reads: Mapping[EntryName, Read],
    written: Mapping[EntryName, Written],
    client: EntityClient,
) -> list[str]:
    """What to say of each type of which entities are absent by a search alone that proves nothing. A reference to an
    entity that is not there yet is no search for this one."""
    absent = [
        environment.members[name].desired.address
        for name, read in reads.items()
        if isinstance(read, Examined) and read.observed is None and not read.pending and name not in written
    ]
    return [doubt for doubt in dict.fromkeys(map(client.doubt, absent)) if doubt]


def planned(run: Run, reads: Mapping[EntryName, Read], approved: Collection[str]) -> dict[EntryName, PlannedChange]:
    """The planned changes of the entities that need one or whose change was approved, with possible renames noted."""
    plans = {
        name: read.plan
        for name, read in ((name, reads.get(name)) for name in run.environment.members)  # in the order of the work
        if isinstance(read, Examined) and (read.plan.operation != "none" or (approved and str(name) in approved))
    }
    return planned_changes(run.environment.members, plans, [known()])
