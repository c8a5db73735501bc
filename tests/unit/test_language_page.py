# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/profile_language.md tells people to write is taken, and what it says of names, functions, format 1 and
tests is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.module_utils._profile.session_rules import CREDENTIALS
from ansible_collections.rimops.insight.plugins.module_utils._profile.template import FUNCTIONS
from ansible_collections.rimops.insight.plugins.module_utils.errors import SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files import profile_checks
from ansible_collections.rimops.insight.plugins.plugin_utils._files.earlier_format import INSTEAD
from ansible_collections.rimops.insight.plugins.plugin_utils._files.earlier_format import PAGE as CHAPTER
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data, profile_schema
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "profile_language.md").read_text(encoding="utf-8")
FRAGMENTS = re.findall(r"^<!-- example: \{fragment: true\} -->\n```yaml\n(.*?)^```$", PAGE, re.M | re.S)
CONVERTED = {
    name: yaml.safe_load(text)
    for name, text in re.findall(
        r"name: ([\w ]+)\} -->\n```yaml\n(.*?)^```$", PAGE.partition("## From format 1")[2], re.M | re.S
    )
}
"""Profiles and overrides in both formats, by what the page calls them."""
BASE: Mapping[str, Any] = {
    "format": 2,
    "name": "teams",
    "extends": "rest",
    "types": {
        name: {"path": f"{name}s", "key": {"attributes": [key]}}
        for name, key in (("team", "name"), ("user", "email"), ("site", "code"))
    },
}
THEIRS = {"modified", "rules", "apiKey", "team"}
"""Names in examples that are the reader's own."""
WISHES = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in PAGE.partition("<!-- wishes: checked -->")[2].partition("\n\n")[0].splitlines()[3:]
]


def names_of(schema: Any) -> Iterator[str]:
    """Every name of a property in a schema."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from names_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from names_of(inner)


def keys_of(data: Any) -> Iterator[str]:
    """Every key of a mapping, at any depth."""
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield name
            yield from keys_of(inner)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_fragment_is_valid(fragment: str) -> None:
    assert profile_data(BASE, yaml.safe_load(fragment), find_nothing)["format"] == 2


def test_there_are_fragments() -> None:
    assert len(FRAGMENTS) > 10


def test_the_schema_says_each_key_once() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), [name for name, _value in pairs]
        return dict(pairs)

    text = (ROOT / "plugins" / "profiles" / "profile.schema.json").read_text(encoding="utf-8")
    json.loads(text, object_pairs_hook=once)


@pytest.mark.proves("PROFILE-73")
@pytest.mark.parametrize("what", ["overrides", "profile"])
def test_format_1_is_refused_with_the_chapter_that_converts_it(what: str) -> None:
    before, after = (CONVERTED[f"{what} {when}"] for when in ("before", "after"))
    with pytest.raises(SchemaError, match=r"of format 1\. In its place write") as refused:
        _read(what, before)
    path, _comma, chapter = CHAPTER.partition(", chapter ")
    assert path == "docs/profile_language.md"
    assert f"\n## {chapter}\n" in PAGE
    assert CHAPTER in str(refused.value)
    assert _read(what, after)["format"] == 2


def _read(what: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
    return profile_data(said, None, find_nothing) if what == "profile" else profile_data("insight", said, find_nothing)


@pytest.mark.parametrize("pattern", [pattern for pattern, _instead in INSTEAD])
def test_each_key_of_format_1_is_in_the_table(pattern: str) -> None:
    table = PAGE.partition("<!-- keys of format 1: checked -->")[2].partition("\n\n")[0]
    cells = [re.split(r"(?<!\\) \| ", row)[0] for row in table.splitlines()]
    told = [key.replace("TYPE", "*").replace("NAME", "*") for cell in cells for key in re.findall(r"`([\w.]+)", cell)]
    assert any(re.fullmatch(pattern, key) or re.match(rf"(?:{pattern})\.", key) for key in told)


def test_each_name_that_a_request_knows_is_told() -> None:
    table = PAGE.partition("| Name | Is | Where |")[2].partition("\n\n")[0]
    told = {name.partition(".")[0] for name in re.findall(r"`([\w.]+)`", table)}
    known = {*profile_checks.EVERYWHERE, *CREDENTIALS, *profile_checks.PAGES}
    for names in (*profile_checks.NAMES.values(), *profile_checks.PART_NAMES.values()):
        known |= set(names)
    assert known - told == set()


def test_each_function_is_told() -> None:
    sentence = PAGE.partition("Behind a bar stands a function")[2].partition("\n\n")[0]
    assert [name for name in FUNCTIONS if not re.search(rf"\b{name}\b", sentence)] == []


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish[0])
def test_a_wish_names_keys_and_a_test_that_are_there(wish: list[str]) -> None:
    _told, says, *shown = wish
    if says == "not reached yet":
        assert not any(cell.strip("|") for cell in shown)
        return
    example, test = (cell.strip("`") for cell in shown)
    properties = set(names_of(profile_schema()))
    assert (ROOT / test).exists()
    assert set(keys_of(yaml.safe_load(f"{{{example}}}"))) - THEIRS <= properties
    if "the option" not in says:
        words = re.findall(r"`(\w+)[`.]", says)
        assert [word for word in words if word not in properties] == []


def test_the_wishes_are_all_there() -> None:
    numbers = {int(wish[0].partition(".")[0]) for wish in WISHES}
    assert numbers == {*range(1, 6), *range(7, 15)}
