# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON values as YAML: whatever they are, the strict reader gives back exactly the same."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.plugin_utils._files.strict_yaml import load_yaml
from ansible_collections.rimops.insight.plugins.plugin_utils._files.yaml_text import yaml_lines

pytestmark = pytest.mark.proves("EXPORT-1")

WORDS = ["true", "NO", "no", "Yes", "on", "OFF", "n", "null", "Null", "~", "", "<<", "=", "inf", ".inf", ".nan", "NaN"]
NUMBERS = ["012345", "1.10", "1e3", "1e400", "12:30", "0x1F", "1_000", "-0", "+1", "0o7", "2026-03-01", "1e+16", "10"]
SIGNS = [
    "- a",
    "? a",
    "a: b",
    "a:",
    ":",
    "#",
    "a #b",
    "!vault x",
    "&a",
    "*a",
    "[a",
    "{a",
    "{{ x }}",
    "%TAG",
    "@a",
    "`a",
]
QUOTES = ["'", '"', "a'b\"c\\", "\\n", '"', "'a'", '"a"', "|", ">", "|-", "---", "...", "-", "a,b", "[]", "{}"]
SPACES = [" a", "a ", "\ta", "a\t", "a  b", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u202e", "\x07", "\x7f", "\x85"]
LINES = ["a\nb", "a\nb\n", "a\n\n", "\n", "\na", "a\n b", "a\n\nb", "a \nb", "a\r\nb", "a\rb", "\u2028", "a\n---\nb"]
MORE = [
    "a\n...\n",
    "a\n#b",
    "a\n\tb",
    "  a\nb",
    "a\nb\n\n",
    "\n\n",
    "a\x85b\nc",
    "\ufffe",
    "\uffff",
    "\U0001f600",
    "é\nü",
]
STRANGE = [*WORDS, *NUMBERS, *SIGNS, *QUOTES, *SPACES, *LINES, *MORE]

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(STRANGE)
lined = st.lists(texts, max_size=4).map("\n".join)
numbers = (
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1.0, -0.0, 1e16, 10**3999])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | lined,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | lined, inner, max_size=4),
    max_leaves=12,
)
of_texts = st.recursive(
    texts | lined, lambda inner: st.lists(inner) | st.dictionaries(texts | lined, inner), max_leaves=8
)


calm = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


def written(value):
    """The value as a document."""
    return "\n".join([*yaml_lines(value), ""])


def exactly(value):
    """The value, told from all that Python takes for equal."""
    if isinstance(value, dict):
        return [[name, exactly(inner)] for name, inner in value.items()]
    return [exactly(inner) for inner in value] if isinstance(value, list) else (type(value), repr(value))


@calm
@given(values)
@example({"a": STRANGE, **{text: [{text: text}] for text in STRANGE}})
def test_the_strict_reader_gives_back_the_same(value):
    document = {"it": value}
    text = written(document)
    assert exactly(load_yaml(text, "it", str)) == exactly(document)
    assert text.replace("\n", "").isprintable(), "nothing is hidden from whoever reviews the file"


@calm
@given(of_texts)
@example([*STRANGE, {text: text for text in STRANGE}])
def test_a_reader_of_yaml_1_1_takes_no_text_for_something_else(value):
    document = {"it": value}
    assert yaml.safe_load(written(document)) == document


@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), "\ud800", ["a\ud800\nb"], {"\udfff": 1}, {"n" * 1001: 1}, {'"' * 500: 1}]
)
def test_what_no_yaml_holds_is_an_error(value):
    with pytest.raises(ValueError):
        written({"it": value})


def test_a_name_may_be_as_long_as_yaml_allows():
    document = {"n" * 1000: {'"' * 499: ["a"]}}
    assert load_yaml(written(document), "it", str) == document


def test_what_is_plain_stands_plain():
    value = {
        "appName": "Zelvora 10 mg",
        "text": "First line\nSecond line\n",
        "empty": [[], {}],
        "list": [["a"], {"b": 1}],
    }
    assert written(value).splitlines() == [
        "appName: Zelvora 10 mg",
        "text: |",
        "  First line",
        "  Second line",
        "empty:",
        "  - []",
        "  - {}",
        "list:",
        "  - - a",
        "  - b: 1",
    ]
