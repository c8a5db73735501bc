# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module insight_export does: the entities of a system, written as a manifest."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from ...module_utils._commands.base import NAME, Command
from ...module_utils._commands.connection import Connection, connect
from ...module_utils._commands.insight_entity import naming_assumed
from ...module_utils._entity.address import Address, address_of
from ...module_utils._options.context import Context, Files, Values
from ...module_utils._options.shared import SHARED, Spec
from ...module_utils._profile.model import EntityType, Profile
from ...module_utils._text.atomic_files import file_problem, read_regular, write_whole
from ...module_utils._text.redaction import KEPT, PLACE, harmless, known
from ...module_utils.errors import ConfigurationError
from .._environment.executor import RunOptions, check_concurrency
from .._export.export import HEAD, Export, export_of, file_text
from .._export.gather import Reading
from .._manifest.entry import Entry
from .._manifest.manifest import entries_of, load_manifest

EXPORT_SPEC: Spec = {
    **SHARED,
    "to": {"type": "str", "required": True},
    "types": {"type": "list", "elements": "str"},
    "entities": {"type": "list", "elements": "dict"},
    "manifest": {"type": "list", "elements": "str"},
    "keys": {"type": "dict", "default": {}},
    "pin_url": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 8},
}
WHAT = "export the environment"


def run_export(values: Values, context: Context) -> dict[str, Any]:
    """The entities of a system as a manifest; see the module insight_export."""
    folder = _checked(values, context.files)
    connection = connect(values, context)
    profile = connection.settings.profile
    named = _named(values, context.files, profile)
    listed, notes = _listed(values, profile, bool(named))
    keys = _keys(values, profile)
    client = connection.entities()
    options = RunOptions(client, values["concurrency"], show=context.show)
    with naming_assumed(client):
        gathered = Reading(profile, options, lambda one: keys.get(one.name, one.key)).gather(listed, named)
    types = dict.fromkeys([*(one.name for one in listed), *(address.type.name for address in named.values())])
    export = export_of(profile, gathered, list(types), known())
    url = connection.settings.url if values["pin_url"] else None
    texts = {folder / f"{name}.yml": file_text(entries, url) for name, entries in export.entries.items()}
    before = {path: _content(path) for path in texts}
    changed = {path: text for path, text in texts.items() if before[path] != text}
    for path, text in changed.items() if not context.check_mode else ():
        write_whole(path, text.encode("utf-8"), "write the export")
    diff = "".join(_diff(path, before[path], text) for path, text in changed.items()) if context.diff_mode else ""
    return {
        "changed": bool(changed),
        "files": [str(path) for path in texts],
        **_result_of(export, connection, client.assumed, [*notes, *export.notes]),
        **({"diff": {"prepared": harmless(diff)}} if context.diff_mode else {}),
    }


def _checked(values: Values, files: Files) -> Path:
    """The folder. Raises ConfigurationError for what cannot be meant."""
    check_concurrency(WHAT, values["concurrency"])
    if not values["to"].strip():
        raise ConfigurationError(WHAT, "to is blank", "Name the folder of the manifest.")
    folder = Path(files.path_of(values["to"]))
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise ConfigurationError(WHAT, f"{there} is no folder", "Name a folder in to; it may be a new one.")
    return folder


def _named(values: Values, files: Files, profile: Profile) -> dict[Entry, Address]:
    """The entities that the user names, by key or in a manifest."""
    if values["entities"] is None and values["manifest"] is None:
        return {}
    if values["entities"] is not None:
        entries = entries_of(values["entities"], None).entries
    else:
        entries = load_manifest(values["manifest"], None, files.find, files.decrypt).entries
    return {
        entry: address_of(profile, {"type": entry.type, "key": entry.key, "refs": entry.refs})
        for entry in entries
        if entry.state == "present"
    }


def _listed(values: Values, profile: Profile, is_named: bool) -> tuple[list[EntityType], list[str]]:
    """The types that are listed, and what to say of those that cannot be."""
    if values["types"] is not None or is_named:
        return [profile.type(name) for name in dict.fromkeys(values["types"] or ())], []
    found = [one for one in profile.types.values() if "list" in one.operations and one.operations["list"].enabled]
    if not found:
        raise ConfigurationError(
            WHAT,
            f"the profile {profile.name} has no list operation that is switched on",
            "Name the entities in manifest or entities, or describe or enable operations.list in profile_overrides.",
            profile_key="operations.list",
        )
    others = sorted(set(profile.types) - {one.name for one in found})
    note = f"Not exported, since the profile has no list for them that is switched on: {', '.join(others)}."
    return found, [note] if others else []


def _keys(values: Values, profile: Profile) -> dict[str, tuple[str, ...]]:
    """The attributes that name the entities of a type, as the user says."""
    keys = {}
    for name, attributes in values["keys"].items():
        if not (isinstance(attributes, list) and attributes and all(isinstance(one, str) for one in attributes)):
            raise ConfigurationError(
                WHAT, f"keys.{name} is no list of attribute names", "Write it as {event: [eventName]}."
            )
        keys[profile.type(name).name] = tuple(attributes)
    return keys


def _content(path: Path) -> Optional[str]:
    """What an earlier export wrote; None where there is no file. Raises ConfigurationError for a file of another."""
    try:
        content = read_regular(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise file_problem("compare the export with", path, error) from error
    if HEAD not in content.splitlines():
        why = f"{path} is there, and no line of it says {HEAD}"
        raise ConfigurationError(WHAT, why, "Name another folder in to, or move the file away.")
    return content


def _diff(path: Path, before: Optional[str], after: str) -> str:
    name = str(path)
    old, new = ((text or "").splitlines(keepends=True) for text in (before, after))
    return "".join(difflib.unified_diff(old, new, name if before is not None else "/dev/null", name))


def _result_of(export: Export, connection: Connection, used: list[str], notes: list[str]) -> dict[str, Any]:
    """The result of the task for an export."""
    missing: dict[str, int] = {}
    for one in export.not_exported:
        missing[one["type"]] = missing.get(one["type"], 0) + 1
    return {
        "url": connection.settings.system,
        "summary": {
            name: {"exported": len(entries), "not_exported": missing.get(name, 0)}
            for name, entries in export.entries.items()
        },
        "left_out": [
            {"type": name, "attribute": path, "why": why, "entities": number}
            for (name, path, why), number in sorted(export.left_out.items())
        ],
        "not_exported": export.not_exported,
        "outside": [{"entity": name, "referred_by": number} for name, number in sorted(export.outside.items())],
        "secrets": export.secrets,
        "assumed": used,
        **connection.noted(*notes),
    }


OURS_OF_EXPORT: Mapping[str, Any] = {
    **dict.fromkeys(("url", "summary"), KEPT),
    "left_out": [{**dict.fromkeys(("type", "why", "entities"), KEPT), "attribute": PLACE}],
    "not_exported": [dict.fromkeys(("type", "entity_id"), KEPT)],
    "outside": [{"referred_by": KEPT}],
    "secrets": [{"name": KEPT, "attribute": PLACE}],
    "diff": {},
}
EXPORT = Command(
    f"{NAME}insight_export",
    EXPORT_SPEC,
    run_export,
    constraints={"mutually_exclusive": [("entities", "manifest")]},
    ours=OURS_OF_EXPORT,
    writes=False,
)
