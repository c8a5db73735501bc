# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/profiles.md tells people to write is taken, and played against a server that needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## A server that speaks otherwise")[1].split("How these go together")[0]
FRAGMENTS = re.findall(r"`(\w+: \{.*?\})`", "".join(re.findall(r"^\|.*(\|.*\|)$", SECTION, re.MULTILINE)))
REFERENCES = re.findall(r"\| `(\w+: \{ref: .*\})` \|$", PAGE, re.MULTILINE)
PLAYED = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests" / "playbooks" / "other_insights").glob("*.yml"))
]


def overrides(fragment):
    """The fragment where it belongs in a profile."""
    written = yaml.safe_load(fragment)
    return written if {"session", "id", "attributes"} & set(written) else {"operations": written}


def names(data, path=()):
    """Every key that is set, with its path."""
    for name, value in data.items():
        yield (*path, name)
        if isinstance(value, Mapping):
            yield from names(value, (*path, name))


def test_there_are_fragments():
    assert len(FRAGMENTS) > 20
    assert len(PLAYED) > 20


@pytest.mark.proves("PROFILE-1", "OTHERS-1")
@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_fragment_of_the_page_is_valid_and_played(fragment):
    profile_data("insight", overrides(fragment), find_nothing)
    written = set(names(overrides(fragment)))
    assert any(written <= set(names(played)) for played in PLAYED)


@pytest.mark.parametrize("fragment", REFERENCES)
def test_a_reference_of_the_page_is_valid(fragment):
    types = {"item": {"path": "item"}, "box": {"path": "box", "attributes": yaml.safe_load(fragment)}}
    profile_data("insight", {"types": types}, find_nothing)


def test_there_are_references():
    assert len(REFERENCES) == 4
