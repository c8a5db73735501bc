# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was seen of an installation: its files held against its own list, and the life of an entity in a sandbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ...module_utils._entity.compare import compare_loosely
from ...module_utils._entity.rules import Rules
from ...module_utils._text.atomic_files import json_document, utc_text
from ...module_utils._text.records import record
from .wording import change_text, plural

FORMAT = 1
FILES, CYCLE = "Installed files", "Cycle in the sandbox"
LIST, OF_LIST = "FILES.json", "MANIFEST.json"
UNLISTED = (
    "There is no list of files: this is a checkout or a copy of one, so nobody can tell whether its files are those of "
    "a release. Install the archive of the release."
)
SIDES = ("in the sandbox", "declared")


@record
class Judgement:
    """Something that was looked at. part: FILES or CYCLE. verdict: ``as_expected``, ``not_as_expected`` or
    ``not_checked``."""

    part: str
    name: str
    verdict: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Qualification:
    """All that was seen. versions: by name. entity: that was made in the sandbox, and removed."""

    url: str
    entity: str
    began: datetime
    ended: datetime
    controller: str
    installed_in: str
    digest_of_manifest: str
    profile_digest: str
    versions: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[Judgement] = ()

    @property
    def verdict(self) -> str:
        """The worst of the findings."""
        verdicts = {one.verdict for one in self.findings}
        return next((one for one in ("not_as_expected", "not_checked") if one in verdicts), "as_expected")


def qualification_json(seen: Qualification) -> str:
    """The document."""
    moments = {"began": utc_text(seen.began), "ended": utc_text(seen.ended)}
    told = {**vars(seen), **moments, "findings": [vars(one) for one in seen.findings]}
    return json_document({"format": FORMAT, "verdict": seen.verdict, **told}, indent=2) + "\n"


def file_digest(path: Path) -> str:
    """SHA-256 of a file, empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def installed_files(collection: Path) -> list[Judgement]:
    """The files of an installed collection against its own list. collection: its folder."""
    try:
        listed = json.loads((collection / LIST).read_text(encoding="utf-8"))["files"]
        about = json.loads((collection / OF_LIST).read_text(encoding="utf-8"))
        expected = {one["name"]: one["chksum_sha256"] for one in listed if one["ftype"] == "file"}
        expected[LIST] = about["file_manifest_file"]["chksum_sha256"]
    except FileNotFoundError:
        return [Judgement(FILES, "List of the files", "not_checked", [UNLISTED])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [
            Judgement(FILES, "List of the files", "not_as_expected", [f"It cannot be read: {type(error).__name__}."])
        ]
    wrong = dict(_wrong_files(collection, expected))
    found = [Judgement(FILES, name, "not_as_expected", [why]) for name, why in sorted(wrong.items())]
    right = len(expected.keys() - wrong.keys())
    return [*found, Judgement(FILES, f"{plural(right, 'file')} as listed", "as_expected")]


def _wrong_files(collection: Path, expected: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each file that is not as listed, and why. expected: SHA-256 by name."""
    there = {
        path.relative_to(collection).as_posix(): path
        for path in collection.rglob("*")
        if not path.is_dir() and "__pycache__" not in path.parts
    }
    yield from ((name, "It is listed and not there.") for name in expected.keys() - there.keys())
    yield from ((name, "It is there and not listed.") for name in there.keys() - expected.keys() - {OF_LIST})
    for name in expected.keys() & there.keys():
        if file_digest(there[name]) != expected[name]:
            yield name, "Its content is not that of the list."


@record
class Expected:
    """What a step of the cycle has to say and to leave behind. operation: None for a step that only looks. shows: the
    attributes that the entity then has, ``attributes`` or ``change``; empty where there is no entity."""

    words: str
    operation: str | None
    shows: str


STEPS = {
    "before": Expected("Before: there is no such entity", None, ""),
    "create": Expected("Declared: it is created", "create", "attributes"),
    "create_again": Expected("Declared again: nothing is written", "none", "attributes"),
    "check_change": Expected(
        "Declared otherwise in check mode: the change is shown, and not made", "update", "attributes"
    ),
    "change": Expected("Declared otherwise: it is changed", "update", "change"),
    "change_again": Expected("Declared otherwise again: nothing is written", "none", "change"),
    "remove": Expected("Declared absent: it is removed", "delete", ""),
    "remove_again": Expected("Declared absent again: nothing is written", "none", ""),
}
"""The steps by the names that the playbook gives them, in their order."""


def cycle(
    given: Mapping[str, Mapping[str, Any]], declared: Mapping[str, Mapping[str, Any]], rules: Rules
) -> list[Judgement]:
    """The steps judged. given: of each step that was run its ``result``, and what was ``read`` after it.
    declared: all that the entity is to hold, by ``attributes`` and ``change``."""
    return [_judged(expected, given.get(name), declared, rules) for name, expected in STEPS.items()]


def _judged(expected: Expected, step: Mapping[str, Any] | None, declared: Mapping[str, Any], rules: Rules) -> Judgement:
    """The judgement on a step of the cycle. step: its result and what was read after it; None where it was not run."""
    if step is None:
        return Judgement(CYCLE, expected.words, "not_checked", ["It was not run."])
    problems = [*_of_result(expected, step.get("result") or {}), *_of_read(expected, step["read"], declared, rules)]
    return Judgement(CYCLE, expected.words, "not_as_expected" if problems else "as_expected", problems)


def _of_result(expected: Expected, result: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the result of a step."""
    if expected.operation is None:
        return
    if "operation" not in result:
        yield str(result.get("msg", "It has no result."))
        return
    changed = expected.operation != "none"
    if result.get("changed") is not changed:
        yield f"It reports changed: {result.get('changed')}, and {changed} was expected."
    if result["operation"] != expected.operation:
        yield f"It reports operation: {result['operation']}, and {expected.operation} was expected."


def _of_read(expected: Expected, read: Mapping[str, Any], declared: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    """What is wrong with the entity as read after a step. declared: attributes by the name of the step that set
    them."""
    if "entities" not in read:
        yield f"It cannot be read back: {read.get('msg', 'there is no result')}"
    elif bool(read["entities"]) is not bool(expected.shows):
        yield "The entity is there." if read["entities"] else "The entity is not there."
    elif expected.shows:
        found = compare_loosely(declared[expected.shows], read["entities"][0], rules)
        yield from (f"Read back otherwise: {change_text(change, SIDES)}" for change in found.changes)
        yield from (f"It cannot be read back: {path}" for path in found.unobservable)
