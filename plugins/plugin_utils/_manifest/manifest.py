# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manifests: the entities of an environment, read from files, folders and layers of them, on the controller.

The format is published as ``plugins/manifests/manifest.schema.json``. It holds data and nothing that is expanded or
executed: who can change a manifest in a pull request cannot run anything where the credentials are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

from ...module_utils._options.context import Decrypt
from ...module_utils._profile.json_schema import violations
from ...module_utils._text.atomic_files import read_regular
from ...module_utils._text.json_forms import Json
from ...module_utils._text.mentions import mention, mentions, with_lists_among_attributes
from ...module_utils._text.nested_paths import child, with_value
from ...module_utils._text.records import record
from ...module_utils._text.redaction import printable
from ...module_utils.errors import ConfigurationError, SchemaError
from .._files.own_schemas import own_schema
from .._files.profile_files import FindFile, decrypted
from .._files.strict_yaml import Vaulted, load_json, load_yaml
from .entry import SHOWN, Entry, EntryName, name_of, refuse_duplicates

SCHEMA = "manifests/manifest"
SUFFIXES = (".yml", ".yaml", ".json")
URL = re.compile("^https?://[^{}]+$")
WHAT = "use the manifest"
FORM = "A manifest holds format: 1 and entities: a list of {type, key, was, refs, attributes, state}."

SecretPlace = tuple[str, ...]
"""The names on the way to an attribute."""
Secret = Union[str, Vaulted]
"""The name of a secret, or one that brings its value along."""


@record
class Manifest:
    """An environment as it is declared. entries: in the order in which they are first declared. url: the system that a
    file pins, None where none does. digest: ``sha256:...`` over the declared content, with the names of secrets in
    place of their values; it does not depend on files, order and comments. notes: for the user."""

    entries: tuple[Entry, ...]
    url: Optional[str]
    digest: str
    notes: tuple[str, ...] = ()


@dataclass(eq=False)
class _Layer:
    """The content of a layer: entries and addresses, each with its origin, and notes."""

    entries: list[tuple[Json, str]] = field(default_factory=list)
    urls: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_manifest(
    layers: Union[str, Sequence[str]],
    secrets: Optional[Json],
    find_file: FindFile,
    decrypt: Decrypt,
    lacking: Optional[str] = None,
) -> Manifest:
    """Read layers, each a file or a folder; a later one is merged into those before it, attribute by attribute.

    secrets: what ``{secret: name}`` stands for; None where no value is needed, and none is in the entries then.
    lacking: the value of those that secrets does not give; without it each of them has to be given.
    find_file: the path of a file or folder that is named. decrypt: gives the text that ansible-vault encrypted. Raises
    ConfigurationError and SchemaError that name file, entry and path.
    """
    names = [layers] if isinstance(layers, str) else list(layers)
    return _manifest([_read_layer(name, find_file, decrypt) for name in names], secrets, lacking)


def entries_of(
    entities: Any, secrets: Optional[Json], lacking: Optional[str] = None, may_be_empty: bool = False
) -> Manifest:
    """The manifest that a list of entries, given inline, makes. Parameters and errors are those of load_manifest.
    may_be_empty: whether a list without entries is meant; else it is an error."""
    if not isinstance(entities, list):
        raise ConfigurationError(WHAT, "entities is no list", FORM)
    _check_entries(entities, "entities")
    return _manifest([_Layer(_with_origins(entities, "entities"))], secrets, lacking, may_be_empty)


def _manifest(
    layers: Sequence[_Layer], secrets: Optional[Json], lacking: Optional[str] = None, may_be_empty: bool = False
) -> Manifest:
    """The manifest of these layers, the later over the earlier ones."""
    merged = _merged(layers)
    if not (merged or may_be_empty):
        hint = "Nothing is deleted for that. Check the path, and that the files were checked out."
        raise ConfigurationError(WHAT, "it declares no entity at all", hint)
    places = {name: dict(_secret_places(data.get("attributes", {}), origin)) for name, (data, origin) in merged.items()}
    needed = {secret: name for name, found in places.items() for secret in found.values() if isinstance(secret, str)}
    missing = [] if secrets is None else sorted(name for name in needed if secrets.get(name) in (None, ""))
    if missing and lacking is not None:
        secrets = {**(secrets or {}), **dict.fromkeys(missing, lacking)}
    elif missing:
        why = f"secrets that it names are not given, or empty: {', '.join(map(printable, missing))}"
        where = f"{printable(missing[0])} is needed by {merged[needed[missing[0]]][1]}."
        raise ConfigurationError(WHAT, why, f"Give each of them a value in the option secrets; {where}")
    return Manifest(
        tuple(_entry(data, origin, places[name], secrets or {}) for name, (data, origin) in merged.items()),
        _pinned([pin for layer in layers for pin in layer.urls]),
        _digest([merged[name][0] for name in sorted(merged)]),
        tuple(note for layer in layers for note in layer.notes),
    )


def _merged(layers: Sequence[_Layer]) -> dict[EntryName, tuple[Json, str]]:
    """The entries by name, each with its origins; later layers are merged into earlier ones."""
    merged: dict[EntryName, tuple[Json, str]] = {}
    for layer in layers:
        named = [(name_of(data), data, origin) for data, origin in layer.entries]
        refuse_duplicates((name, origin) for name, _data, origin in named)
        for name, data, origin in named:
            if name in merged:
                base, first = merged[name]
                _check_revived(base, data, first, origin)
                below, above = base.get("attributes", {}), data.get("attributes", {})
                attributes = {**below, **{one: _overlaid(below.get(one), value) for one, value in above.items()}}
                merged[name] = {**base, **data, "attributes": attributes}, f"{first} and {origin}"
            else:
                merged[name] = data, origin
    return {
        name: ({**data, "attributes": {}} if data.get("state") == "absent" else data, origin)
        for name, (data, origin) in merged.items()
    }


def _check_revived(base: Json, data: Json, first: str, origin: str) -> None:
    """Raise ConfigurationError where a layer gives attributes to an entity that an earlier layer declares absent."""
    if data.get("attributes") and base.get("state") == "absent" and "state" not in data:
        why = f"{first} declares {name_of(data)} absent, and {origin} gives it attributes"
        raise ConfigurationError(WHAT, why, f"Write state: present in {origin}, or take the attributes away.")


def _overlaid(base: Any, over: Any) -> Any:
    """Mappings attribute by attribute; everything else, and every secret and reference, as a whole."""
    both = isinstance(base, dict) and isinstance(over, dict)
    if not both or any(_is_secret(one) or mention(one) is not None for one in (base, over)):
        return over
    return {**base, **{name: _overlaid(base.get(name), value) for name, value in over.items()}}


def _is_secret(value: Any) -> bool:
    return isinstance(value, Vaulted) or (isinstance(value, dict) and value.keys() == {"secret"})


def _secret_places(value: Any, origin: str, place: SecretPlace = ()) -> Iterator[tuple[SecretPlace, Secret]]:
    """Where secrets stand among the attributes. Raises ConfigurationError for one that cannot be one."""
    if isinstance(value, (dict, Vaulted)) and place and _is_secret(value):
        secret = value if isinstance(value, Vaulted) else value["secret"]
        if not (isinstance(secret, Vaulted) or (isinstance(secret, str) and secret)):
            hint = "secret, alone in a mapping, stands for a value of the option secrets."
            raise ConfigurationError(WHAT, f"{origin}: {_path(place)}.secret is no name of a secret", hint)
        yield place, secret
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, (dict, list, Vaulted)):
                yield from _secret_places(inner, origin, (*place, name))
    elif isinstance(value, list):
        for inner in value:
            if any(True for _found in _secret_places(inner, origin, (*place, "[]"))):
                why = f"{origin}: a secret stands inside the list {_path(place)}, which can only be sent as a whole"
                raise ConfigurationError(WHAT, why, "Make the whole list one secret: {secret: name}.")


def _path(place: SecretPlace) -> str:
    path = "attributes"
    for name in place:
        path = f"{path}[]" if name == "[]" else child(path, name)
    return printable(path)


def _entry(data: Json, origin: str, places: Mapping[SecretPlace, Secret], secrets: Json) -> Entry:
    """An entry with the values of its secrets, each at its place. data: as it is declared."""
    attributes = data.get("attributes", {})
    values: dict[str, Any] = {}
    for place, secret in places.items():
        attributes = _without(attributes, place)
        value = secret.value if isinstance(secret, Vaulted) else secrets.get(secret)
        if value is not None:
            values = with_value(values, place, value)
    for at, reference in mentions(attributes).items():
        if not _is_reference(reference):
            why = f"{origin}: {printable(at)} holds no reference"
            raise ConfigurationError(WHAT, why, "Write it as {ref: {type: application, key: {...}}}, or with id.")
    return Entry(
        type=data["type"],
        key=data["key"],
        was=data.get("was"),
        refs=data.get("refs", {}),
        attributes=attributes,
        secret_attributes=values,
        state=data.get("state", "present"),
        origin=origin,
    )


def _without(value: Json, place: SecretPlace) -> dict[str, Any]:
    """The mapping without the value at a place, and without mappings that held nothing else."""
    name, *rest = place
    inner = _without(value[name], tuple(rest)) if rest else {}
    return {**{key: held for key, held in value.items() if key != name}, **({name: inner} if inner else {})}


def _digest(entries: Sequence[Json]) -> str:
    declared = [{"state": "present", "refs": {}, "attributes": {}, **data} for data in entries]
    text = json.dumps(declared, sort_keys=True, separators=(",", ":"), default=lambda _vaulted: {"secret": ""})
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _pinned(urls: Sequence[tuple[str, str]]) -> Optional[str]:
    """The one address that files pin."""
    for url, origin in urls[1:]:
        first, where = urls[0]
        if url.rstrip("/") != first.rstrip("/"):
            why = f"{where} is for {printable(first)}, and {origin} is for {printable(url)}"
            raise ConfigurationError(WHAT, why, "Pin one url, in one place.")
    return urls[0][0] if urls else None


def _read_layer(name: Any, find_file: FindFile, decrypt: Decrypt) -> _Layer:
    """The content of a file, or of all files of a folder."""
    if not (isinstance(name, str) and name):
        raise ConfigurationError(WHAT, "a layer is the name of a file or a folder", "Give manifest a list of names.")
    try:
        path = Path(find_file(name))
    except Exception as error:
        hint = "It is searched as in a role's or playbook's files/ folder."
        raise ConfigurationError(f"read {printable(name)}", "there is no such file or folder", hint) from error
    layer = _Layer()
    for file, shown in _files_in(path, name) if path.is_dir() else [(path, name)]:
        _read_file(layer, file, printable(shown), decrypt)
    return layer


def _files_in(folder: Path, name: str) -> list[tuple[Path, str]]:
    """The manifests below a folder, sorted, with what to call each. Hidden ones are left out. What a link says lies
    below the folder, too: who may change it must not have other files read."""
    what, found = f"read {printable(name)}", []
    for root, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for one in folders:
            if Path(root, one).is_symlink():
                why = f"{printable(one)} in it is a link to a folder, which is not followed"
                raise ConfigurationError(what, why, "Name that folder as a layer of its own.")
        found += [Path(root, one) for one in files if one.lower().endswith(SUFFIXES) and not one.startswith(".")]
    if not found:
        hint = "Check the path, and that the files were checked out."
        raise ConfigurationError(what, f"there is no file in it that ends in {', '.join(SUFFIXES)}", hint)
    below = folder.resolve()
    for path in sorted(found):
        if below not in path.resolve().parents:
            why = f"{printable(path.relative_to(folder).as_posix())} in it is a link to a file outside of it"
            raise ConfigurationError(what, why, "Put the file there, or name it as a layer of its own.")
    relative = sorted((path.relative_to(folder).as_posix(), path) for path in found)
    return [(path, f"{name.rstrip('/')}/{inside}") for inside, path in relative]


def _raise(error: OSError) -> None:
    raise ConfigurationError(f"read {printable(str(error.filename))}", f"it cannot be read ({error.strerror})")


def _read_file(layer: _Layer, path: Path, name: str, decrypt: Decrypt) -> None:
    """Add the content of a file to a layer. name: of the file, for messages."""
    text = _text_of(path, name, decrypt)
    is_json = path.name.lower().endswith(".json") and text.strip()
    data = load_json(text, name) if is_json else load_yaml(text, name, decrypt)
    if data is None:
        raise ConfigurationError(f"read {name}", "it is empty", FORM)
    _check_file(data, name)
    entries = _with_origins(data["entities"], name)
    layer.entries += entries
    layer.urls += [(data["url"], name)] if "url" in data else []
    if "{{" in text or "{%" in text:
        layer.notes += [
            f"{origin} holds {{{{ or {{%: a manifest has no templates, this is taken as text."
            for entry, origin in entries
            if any(mark in json.dumps(entry, default=str) for mark in ("{{", "{%"))
        ][:SHOWN]


def _text_of(path: Path, name: str, decrypt: Decrypt) -> str:
    try:
        text = read_regular(path).decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"read {name}", f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"read {name}", "it is not in UTF-8", "Save it as UTF-8.") from error
    return decrypted(text, f"read {name}", "it", decrypt)


def _with_origins(entries: Sequence[Json], name: str) -> list[tuple[Json, str]]:
    return [(with_lists_among_attributes(entry), f"{name}, entry {number}") for number, entry in enumerate(entries, 1)]


def _check_file(data: Any, name: str) -> None:
    """Raise SchemaError unless this is a manifest. The schema itself is asked only where something is wrong: it
    takes longer than everything else."""
    entries = data.get("entities") if isinstance(data, dict) else None
    if not (isinstance(entries, list) and _is_header(data)):
        header = {**data, "entities": []} if isinstance(entries, list) else data
        _refuse(violations(own_schema(SCHEMA), header, ours=True), name)
    _check_entries(entries or [], name)


def _check_entries(entries: Sequence[Any], name: str) -> None:
    schema = {"$ref": "#/$defs/entry", "$defs": own_schema(SCHEMA)["$defs"]}
    doubtful = [(number, entry) for number, entry in enumerate(entries, 1) if not is_entry(entry)]
    problems = ((number, violations(schema, entry, ours=True)) for number, entry in doubtful[: SHOWN + 1])
    _refuse([f"entry {number}: {one}" for number, found in problems for one in found], name)


def _refuse(found: Sequence[str], name: str) -> None:
    if found:
        more = "; and more" if len(found) > SHOWN else ""
        raise SchemaError(f"read {name}", printable("; ".join(found[:SHOWN]) + more), FORM)


def _is_header(data: Json) -> bool:
    return (
        data.keys() <= {"format", "entities", "url"}
        and data.get("format") == 1
        and not isinstance(data["format"], bool)
        and ("url" not in data or (isinstance(data["url"], str) and URL.search(data["url"]) is not None))
    )


def is_entry(value: Any) -> bool:
    """Whether an entry certainly satisfies the schema, checked a thousand times as fast as by jsonschema."""
    return (
        isinstance(value, dict)
        and value.keys() <= {"type", "key", "was", "refs", "attributes", "state"}
        and _is_named(value)
        and ("was" not in value or (_is_key(value["was"]) and len(value["was"]) > 0))
        and value.get("state", "present") in ("present", "absent")
        and isinstance(value.get("attributes", {}), dict)
        and "" not in value.get("attributes", {})
    )


def _is_named(value: Json) -> bool:
    """Whether type, key and references of an entry have the right form."""
    refs = value.get("refs", {})
    return (
        isinstance(value.get("type"), str)
        and value["type"] != ""
        and _is_key(value.get("key"))
        and isinstance(refs, dict)
        and "" not in refs
        and all(_is_reference(one) for held in refs.values() for one in (held if isinstance(held, list) else [held]))
    )


def _is_key(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "" not in value
        and all(isinstance(part, (str, int, float)) for part in value.values())
    )


def _is_reference(value: Any) -> bool:
    """Whether this names an entity by key, or by type and id."""
    return isinstance(value, dict) and (
        (value.keys() <= {"type", "key", "refs"} and _is_named(value))
        or (
            value.keys() == {"type", "id"}
            and isinstance(value["type"], str)
            and value["type"] != ""
            and isinstance(value["id"], (str, int, float))
            and not isinstance(value["id"], bool)
        )
    )
