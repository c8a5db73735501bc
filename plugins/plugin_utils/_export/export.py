# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was read to the files of a manifest, and to what is to be said of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ...module_utils._entity.address import rules_of
from ...module_utils._profile.model import Profile
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.mentions import lists_again
from ...module_utils._text.nested_paths import replace as replace_at
from ...module_utils._text.redaction import printable
from .._files.yaml_text import yaml_lines
from .._manifest.entry import EntryName, name_of
from .attributes import Declared, declared_of, with_marks
from .gather import Gathered, Seen, ServerId, reference_id
from .naming import Titles, shown_place

HEAD = "# Written by rimops.insight.insight_export."
NOT_THERE = "there is no such entity"
LONGEST = 40
"""Characters of one part in the name of a secret."""


@dataclass(eq=False)
class Export:
    """What is exported. entries: of each type, as they stand in its file. left_out: how many entities have an
    attribute that is not declared, by type, path and reason. not_exported: entities, and why. outside: how many refer
    to an entity that is not exported. secrets: name, entity and attribute of each. notes: what else
    to say."""

    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    not_exported: list[dict[str, Any]] = field(default_factory=list)
    outside: Counter[str] = field(default_factory=Counter)
    secrets: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export_of(profile: Profile, gathered: Gathered, types: Sequence[str], secrets: frozenset[str]) -> Export:
    """The entries of all that was read to be exported. types: those that have a file; secrets: texts that nothing may
    hold."""
    seen, names = gathered.seen, Titles(profile, gathered.seen, secrets)
    export, named = Export({name: [] for name in types}), _named(gathered, names)
    export.not_exported += _not_exported(gathered, names)
    export.notes += [*gathered.notes, *names.alike()]
    declared = {name: declared_of(seen[place], secrets) for name, (place, _title) in named.items()}
    secret_names = _secret_names(declared)
    places = {place for place, _title in named.values()}
    for entity in sorted(named):
        (place, title), one = named[entity], declared[entity]
        export.entries[place[0]].append(_entry(title, one, secret_names[entity], seen[place], names))
        export.left_out.update((place[0], path, why) for path, why in one.left_out.items())
        referred = {*seen[place].targets.values(), *seen[place].mentioned.values()}
        outside = [target for target in sorted(referred) if target not in places]
        export.outside.update(str(name_of(title)) for title in map(names.reference, outside) if isinstance(title, dict))
        export.secrets += [
            {"name": name, "entity": str(entity), "attribute": printable(path)}
            for path, name in secret_names[entity].items()
        ]
    return export


def _named(gathered: Gathered, names: Titles) -> dict[EntryName, tuple[ServerId, dict[str, Any]]]:
    """The entities that are exported, by name."""
    titles = {place: names.entry(place) for place, one in gathered.seen.items() if one.exported}
    return {name_of(title): (place, title) for place, title in titles.items() if isinstance(title, dict)}


def _not_exported(gathered: Gathered, names: Titles) -> Iterator[dict[str, Any]]:
    for place, one in gathered.seen.items():
        why = names.entry(place) if one.exported else None
        if isinstance(why, str):
            yield {"entity": shown_place(place), "type": place[0], "entity_id": place[1], "why": why}
    for entry in gathered.missing:
        yield {"entity": str(entry.name), "type": entry.type, "why": NOT_THERE}


def _entry(
    title: Mapping[str, Any], declared: Declared, secret_names: Mapping[str, str], one: Seen, names: Titles
) -> dict[str, Any]:
    """An entry of a manifest: with the names of secrets, and with references in place of ids."""

    def named(held: Any, path: str) -> Any:
        target = one.mentioned.get((path, str(reference_id(held))))
        return held if target is None else {"ref": names.reference(target)}

    marked = with_marks(declared.attributes, lambda mark: {"secret": secret_names[mark.path]})
    lists, attributes = lists_again(replace_at(marked, one.inner, named))
    sets = rules_of(one.type).sets
    lists = {name: sorted(held, key=canonical) if name in sets else held for name, held in lists.items()}
    refs = dict(sorted({**title.get("refs", {}), **lists}.items()))
    return {**title, **({"refs": refs} if refs else {}), **({"attributes": attributes} if attributes else {})}


def file_text(entries: Sequence[Mapping[str, Any]], url: Optional[str]) -> str:
    """The manifest of these entries. url: the system that it is for, None for any."""
    data = {"format": 1, **({"url": url} if url else {}), "entities": entries}
    return "\n".join(["---", HEAD, *yaml_lines(data), ""])


def _secret_names(declared: Mapping[EntryName, Declared]) -> dict[EntryName, dict[str, str]]:
    """A name for each secret of each entity, by path: of the type, the key and the attribute, and of a digest where
    that does not tell it from all others."""
    plain = {entity: {path: _spelled(entity, path) for path in _marks(one)} for entity, one in declared.items()}
    counted = Counter(name for names in plain.values() for name, _is_whole in names.values())
    return {
        entity: {
            path: name if is_whole and counted[name] == 1 else f"{name}_{_digest(entity, path)}"
            for path, (name, is_whole) in names.items()
        }
        for entity, names in plain.items()
    }


def _marks(declared: Declared) -> list[str]:
    found: list[str] = []
    with_marks(declared.attributes, lambda mark: found.append(mark.path))
    return found


def _spelled(entity: EntryName, path: str) -> tuple[str, bool]:
    """A name of letters, digits and underscores, and whether it says all of the key and the path."""
    texts = [entity.type, *json.loads(entity.key).values(), path]
    parts = [re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:LONGEST] for text in texts]
    is_whole = all(part == re.sub(r"[ .]", "_", text) for part, text in zip(parts, texts))
    return "_".join(filter(None, parts)), is_whole


def _digest(entity: EntryName, path: str) -> str:
    return hashlib.sha256(repr((entity.type, entity.key, entity.refs, path)).encode("utf-8", "replace")).hexdigest()[:8]
