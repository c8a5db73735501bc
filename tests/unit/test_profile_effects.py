# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every key of a profile, in each of its forms, has an effect that is seen on the wire or in a result.

A new key of ``profile.schema.json`` needs a case: that of a session in ``profile_sessions.py``, of a refresh or a
grant in ``profile_tokens.py``, of an operation, a transition or a part in ``profile_operations.py``, of what is
completed later in ``profile_later.py``, of a version, of restoring and renaming in ``profile_life.py``, any other in
``profile_types.py``. A case is named by the path of the key
in its table of the schema (``$defs``): ``session.cookie``, ``operation.then``, ``part.element.key``; a name that the
author of a profile chooses is ``<name>``; a key that may be a text, a list or a mapping has a case for each:
``type.find as text``. ``given`` is what the key needs beside it, ``override`` lays the key on, and ``seen`` (or
``gone``) is what only the profile with the key shows (hides). A key that refers to a table has a case of its own in
each place; each key of the table has one case.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.errors import SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.effects import PROFILE, seen
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing
from ansible_collections.rimops.insight.tests.unit.profile_cases import every_key, overlaid
from ansible_collections.rimops.insight.tests.unit.profile_later import LATER
from ansible_collections.rimops.insight.tests.unit.profile_life import LIFE
from ansible_collections.rimops.insight.tests.unit.profile_operations import OPERATIONS
from ansible_collections.rimops.insight.tests.unit.profile_sessions import SESSIONS
from ansible_collections.rimops.insight.tests.unit.profile_tokens import TOKENS
from ansible_collections.rimops.insight.tests.unit.profile_types import TYPES

FOR_READERS = ("title", "sources", "source", "note", "verified.version", "verified.when", "verified.by")
"""What people read and no request or result depends on."""
ON_LOADING = ("format", "extends")
"""What says how a profile is read; tested below."""
WITHOUT_MAPPING = ("step.form as text", "step.query as text", "session.look.query as text")
"""What has no effect: the forms over one name that stands for a mapping, which no name of a session does."""
CASES = [*SESSIONS, *TOKENS, *TYPES, *OPERATIONS, *LATER, *LIFE]


@pytest.mark.proves("PROFILE-23")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_key_has_an_effect(case, monkeypatch, tmp_path):
    told = [json.loads(json.dumps(options).replace("STORE", str(tmp_path / "s"))) for _command, options in case.tasks]
    case = replace(case, tasks=tuple((one[0], options) for one, options in zip(case.tasks, told, strict=True)))
    without, with_it = (
        seen(case, overrides, monkeypatch) for overrides in (case.given, overlaid(case.given, case.override))
    )
    shown = f"without:\n{without}\n\nwith:\n{with_it}"
    assert case.seen or case.gone
    if case.seen:
        assert re.search(case.seen, with_it) and not re.search(case.seen, without), shown
    if case.gone:
        assert re.search(case.gone, without) and not re.search(case.gone, with_it), shown


@pytest.mark.proves("PROFILE-23")
def test_every_key_of_the_schema_has_a_case():
    tested = {case.key for case in CASES}
    assert sorted(every_key() - tested) == sorted((*FOR_READERS, *ON_LOADING, *WITHOUT_MAPPING))
    assert sorted(tested - every_key()) == []


@pytest.mark.proves("PROFILE-23")
def test_how_a_profile_is_read():
    assert "create" in profile_data(PROFILE, None, find_nothing)["operations"]
    alone = {name: value for name, value in PROFILE.items() if name != "extends"}
    with pytest.raises(SchemaError, match="no operation that reads"):
        profile_data({**alone, "types": {"event": {}}}, None, find_nothing)
    with pytest.raises(SchemaError, match="format must be 2"):
        profile_data({**alone, "format": 3}, None, find_nothing)
