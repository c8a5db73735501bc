# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a manifest declares and what a system holds of it: the part of a run that writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from ...module_utils._commands.connection import Connection
from ...module_utils._entity.ensure import Examined
from ...module_utils._options.context import Files
from ...module_utils._text.json_forms import Json
from ...module_utils._text.redaction import known
from ...module_utils.errors import ConfigurationError
from .._manifest.entry import Entry, EntryName, refuse
from .._manifest.manifest import Manifest, load_manifest
from .bulk_reader import BulkReader
from .executor import Read, read_all
from .members import Environment
from .planned_change import PlannedChange, planned_changes
from .run import Run

WHAT = "manage the environment"


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
    what = "the manifest" if option == "manifest" else f"the manifest of {option}"
    if manifest.url is not None and manifest.url.rstrip("/") != connection.settings.url:
        raise ConfigurationError(
            WHAT,
            f"{what} is for {manifest.url}, and url is {connection.settings.url}",
            "Take the manifest, or the url, that belongs to the other.",
        )
    return manifest


def observed(run: Run) -> dict[EntryName, Read]:
    """What each member is and needs. Raises ConfigurationError where two of them turned out to be one entity."""
    client = run.options.client
    if isinstance(client, BulkReader):
        for name in sorted({member.entry.type for member in run.environment.members.values()}):
            client.read_all(run.connection.settings.profile.type(name))
    reads = read_all(run.environment, run.options)
    _refuse_two_names(run.environment, reads)
    return reads


def _refuse_two_names(environment: Environment, reads: Mapping[EntryName, Read]) -> None:
    """Raise ConfigurationError where two entries turned out to be one entity: each would undo what the other does."""
    first: dict[str, Entry] = {}
    twice = []
    for name, member in environment.members.items():
        read, entry = reads.get(name), member.entry
        if isinstance(read, Examined) and read.observed is not None:
            address = read.found_as.with_id(read.found_as.type.id_in(read.observed))
            other = first.setdefault(address.identity, entry)
            if other is not entry:
                places = f"{other.name} ({other.origin}) and {entry.name} ({entry.origin})"
                twice.append(f"{places} are one entity, that with the {address.named}")
    refuse("tell entries apart", twice, "Nothing was written. Declare it once, under one name.")


def planned(run: Run, reads: Mapping[EntryName, Read], approved: Collection[str]) -> dict[EntryName, PlannedChange]:
    """What has to be done to each entity that needs something, or was approved to; with what looks like a rename."""
    plans = {
        name: read.plan
        for name, read in reads.items()
        if isinstance(read, Examined) and (read.plan.operation != "none" or (approved and str(name) in approved))
    }
    return planned_changes(run.environment.members, plans, [known()])
