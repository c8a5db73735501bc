# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page docs/architecture.md: the files and rooms that it names are there, and no room is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.registry import GRANTS
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import GRANT_TYPES

PLUGINS = Path(errors.__file__).resolve().parent.parent
PAGE = (PLUGINS.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`([\w/]+/[\w.]*)`", PAGE)))
"""Names in code that hold a slash."""
STARTS = ("", "plugins", "plugins/module_utils", "plugins/plugin_utils")
"""Folders from which the page names files."""


def test_there_is_something_to_look_at():
    assert len(PATHS) > 20


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_there(path):
    assert any((PLUGINS.parent / start / path).exists() for start in STARTS)


@pytest.mark.parametrize("wing", ["module_utils", "plugin_utils"])
def test_the_rooms_are_those_of_the_tree(wing):
    table = PAGE.partition(f"| `plugins/{wing}` |")[2].partition("\n\n")[0]
    rooms = re.findall(r"^\| `(_\w+)`", table, re.MULTILINE)
    assert sorted(rooms) == sorted(path.parent.name for path in (PLUGINS / wing).glob("_*/__init__.py"))


def test_a_grant_is_in_both_lists():
    assert set(GRANT_TYPES) == set(GRANTS)
