# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of two operations is the likelier one to be wrong, and which absence is in doubt."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.proof import doubt, likelier
from ansible_collections.rimops.insight.tests.unit.fakes import profile

TRIED = {"verified": {"version": "7.3", "when": "2026-01-01", "by": "a test"}}


def event(*backed):
    """The type, with these operations verified and the others assumed."""
    untried = {"assumed": True, "verified": None}
    operations = {name: TRIED if name in backed else untried for name in ("find", "read")}
    return profile(operations=operations).type("event")


@pytest.mark.proves("ABSENCE-3")
@pytest.mark.parametrize(
    ("backed", "suspect"),
    [((), "find"), (("find",), "read"), (("read",), "find"), (("find", "read"), "find")],
)
def test_the_one_that_nothing_backs_is_the_likelier_one(backed, suspect):
    operations = event(*backed).operations
    assert likelier(operations["find"], operations["read"]) is operations[suspect]


@pytest.mark.proves("ABSENCE-2")
@pytest.mark.parametrize(
    ("backed", "name", "shown", "doubtful"),
    [
        ((), "find", [], True),
        ((), "find", [("application", "find"), ("event", "read")], True),
        ((), "find", [("event", "find")], False),
        (("find",), "find", [], False),
        ((), "no such operation", [], False),
    ],
)
def test_an_absence_is_in_doubt_where_nothing_backs_it_and_nothing_was_shown(backed, name, shown, doubtful):
    said = doubt(event(*backed), name, shown)
    assert (said != "") is doubtful
    assert said == "" or said.startswith("That there is none rests on operations.find")
