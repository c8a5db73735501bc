# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text.json_forms import canonical, canonical_text


@pytest.mark.parametrize("form", [canonical, canonical_text])
def test_equal_values_and_no_others_have_the_same_text(form):
    assert form({"b": 1.0, "a": [2, 0.5]}) == form({"a": [2.0, 0.5], "b": 1}) == '{"a":[2,0.5],"b":1}'
    assert len({form(value) for value in (True, 1, "1", None, 0, False, [], {}, [1])}) == 9


def test_letters_are_escaped_or_left_as_they_are():
    assert canonical('Zürich "ä"\n') == r'"Z\u00fcrich \"\u00e4\"\n"'
    assert canonical_text('Zürich "ä"\n') == r'"Zürich \"ä\"\n"'
