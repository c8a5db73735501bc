# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in a file is what is read, or an error that names the line."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files import strict_yaml

calm = settings(deadline=None, database=None)


@pytest.fixture(params=["in C", "in Python"])
def reader(request, monkeypatch):
    """The module, as it is and as it is where PyYAML was built without libyaml."""
    if request.param == "in C":
        assert issubclass(strict_yaml._Composer, strict_yaml.CParser)
        return strict_yaml
    monkeypatch.setitem(sys.modules, "yaml.cyaml", None)
    specification = importlib.util.spec_from_file_location(f"{strict_yaml.__name__}_in_python", strict_yaml.__file__)
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    specification.loader.exec_module(module)
    assert issubclass(module._Composer, yaml.composer.Composer)
    return module


@pytest.fixture
def load(reader):
    """load_yaml of the module."""
    return lambda text, decrypt=str: reader.load_yaml(text, "a.yml", decrypt)


def refused(load, text, **options):
    with pytest.raises(ConfigurationError) as caught:
        load(text, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("123", 123),
        ("-5", -5),
        ("0", 0),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1e+16", 1e16),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ('"true"', "true"),
        ("'12'", "12"),
        ("|\n  12\n", "12\n"),
        ("[]", []),
        ("{}", {}),
        ("{a: [1, b, {c: null}]}", {"a": [1, "b", {"c": None}]}),
        ('"a\\u2028b"', "a\u2028b"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}", "\u00e9t\u00e9"),
        ('\'{{ lookup("pipe", "id") }}\'', '{{ lookup("pipe", "id") }}'),
        ("a {{ b }} c", "a {{ b }} c"),
    ],
)
def test_values(load, written, value):
    read = load(f"x: {written}")["x"]
    assert read == value and type(read) is type(value)


TEXTS = [
    "NO",
    "no",
    "No",
    "yes",
    "YES",
    "on",
    "off",
    "y",
    "n",
    "tRUE",
    "nULL",
    "012345",
    "0000",
    "0010",
    "00",
    "-0",
    "+1",
    "1.10",
    "1.0e1",
    "1e3",
    "1E3",
    "1e16",
    ".5",
    "5.",
    "0x1F",
    "0o17",
    "0b1",
    "1_000",
    "12:30",
    "12:30:45",
    "1:2",
    "2026-01-02",
    "2026-01-02T03:04:05Z",
    "2026-02-30",
    ".inf",
    "-.inf",
    ".nan",
    "inf",
    "nan",
    "1.1.1",
    "1,5",
    "-",
    "--",
    "=",
    "0.1000000000000000055",
    "1e400",
    "10%",
    "٣",
    "a<<b",
]


@pytest.mark.proves("MANIFEST-2")
@pytest.mark.parametrize("text", [one for one in TEXTS if one != "-"])
def test_what_would_not_print_as_it_is_written_stays_text(load, text):
    assert load(f"x: {text}") == {"x": text}
    assert load(f"[{text}]" if "," not in text else f"- {text}") == [text]


@pytest.mark.proves("MANIFEST-2")
def test_the_examples_of_the_usual_loader(load):
    text = "country: NO\nappCode: 012345\nsequence: 0000\ntime: 12:30\nversion: 1.10\nday: 2026-01-02\n"
    assert load(text) == {
        "country": "NO",
        "appCode": "012345",
        "sequence": "0000",
        "time": "12:30",
        "version": "1.10",
        "day": "2026-01-02",
    }


def test_names_are_text(load):
    assert load("1: a\nNO: b\ntrue: c\n012: d\nnull: e\n'<<': f\n~: g") == {
        "1": "a",
        "NO": "b",
        "true": "c",
        "012": "d",
        "null": "e",
        "<<": "f",
        "~": "g",
    }


@pytest.mark.proves("MANIFEST-2")
@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("True", 'Write true, or "True"'),
        ("False", 'Write false, or "False"'),
        ("FALSE", 'Write false, or "FALSE"'),
        ("~", 'Write null, or "~"'),
        ("Null", 'Write null, or "Null"'),
        ("", 'Write null, or ""'),
    ],
)
def test_other_spellings_of_words_are_errors(load, word, instead):
    message = refused(load, f"a: 1\nb:\n  c: {word}\n")
    assert "Cannot read a.yml: line 3" in message and instead in message


@pytest.mark.proves("MANIFEST-2")
@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice"),
        ("x:\n  - {b: 1,\n     'b': 2}", 3, "b is given twice"),
        ("a: 1\n--- \nb: 2\n", 2, "a second document begins"),
        ("a: &x 1\nb: *x\n", 1, "anchored here"),
        ("- &x {a: 1}\n- *x\n", 1, "anchored here"),
        ("a: 1\nb: &x [*x]\n", 2, "anchored here"),
        ("- 1\n- &x [1, *x, 2]\n", 2, "anchored here"),
        ("- 1\n- [&x a, 2, 3]\n- 4\n- {b: *x}\n", 2, "anchored here"),
        ("- &x {a: 1}\n- 2\n- 3\n- *x\n", 1, "anchored here"),
        ("a: &x y\n*x : 2\n", 1, "anchored here"),
        ("&x a: 1\nb: *x\n", 1, "anchored here"),
        ("a: 1\n<<: {b: 1}\n", 2, "<< (merge)"),
        ("a: 1\nb: !!str 5\n", 2, "the tag tag:yaml.org,2002:str"),
        ("a: !unsafe x", 1, "the tag !unsafe"),
        ("a: !!python/object:os.system x", 1, "the tag tag:yaml.org,2002:python/object:os.system"),
        ("a: !lookup {a: 1}", 1, "the tag !lookup"),
        ("a: !vault [1]", 1, "the tag !vault"),
        ("b: 1\na: ! 12\n", 2, "the tag ! is not understood"),
        ("a: ! NO\n", 1, "the tag ! is not understood"),
        ("a: !", 1, "the tag ! is not understood"),
        ("a: ! 'x'\n", 1, "the tag ! is not understood"),
        ("ä: 'é'\r\nb: [1, ! 12]\r\n", 2, "the tag ! is not understood"),
        ("a: &x ! 12\n", 1, "the tag ! is not understood"),
        ("a: ! {b: 1}\n", 1, "the tag ! is not understood"),
        ("- ! [1]\n", 1, "the tag ! is not understood"),
        ("- 1\n- - ! 12\n  - 2\n", 2, "the tag ! is not understood"),
        ("a: {{ b }}", 1, "no simple text"),
        ("? [a]\n: 1", 1, "no simple text"),
        ("? !x a\n: 1", 1, "no simple text"),
        ("?\n: 1", 1, "no name before the colon"),
        (": 1", 1, "no valid YAML"),
        ("a: [1\nb: 2", 2, "no valid YAML"),
        ("a: 'x", 1, "no valid YAML"),
        ("a: 1\n\tb: 2", 2, "no valid YAML"),
        ("a: 1\nb: \x07", 2, "U+0007"),
        ("a: 1\nb: x\u2028y", 2, "U+2028"),
    ],
)
def test_what_is_refused(load, text, line, why):
    message = refused(load, text)
    assert f"line {line}: " in message and why in message


def test_a_value_never_stands_in_a_message(load):
    for text in ("a: [hunter2: {b", "a: 'hunter2", "a: hunter2\n a: x", "- !x hunter2", "a: hunter2\na: hunter2"):
        assert "hunter2" not in refused(load, text)


def test_an_empty_document(load):
    assert [load(text) for text in ("", "# nothing\n", "---\n", "--- # nothing\n...\n")] == [None] * 4
    assert load("''") == ""


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 60 + "}" * 60])
def test_nothing_is_nested_too_deeply(load, text):
    assert "nested more than 50 levels deep" in refused(load, text)
    assert load("[" * 50 + "]" * 50)


def test_vault_values(load, reader):
    read = load("a: !vault |\n  $ANSIBLE_VAULT;1.1\n  61\n", decrypt=lambda text: f"<{text}>")
    assert read["a"] == reader.Vaulted("<$ANSIBLE_VAULT;1.1\n61\n>")
    assert "ANSIBLE" not in repr(read)


def test_a_vault_value_that_cannot_be_decrypted(load):
    def decrypt(text):
        raise ValueError(text)

    message = refused(load, "a: 1\nb: !vault hunter2", decrypt=decrypt)
    assert "line 2: a !vault value cannot be decrypted" in message and "hunter2" not in message


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"a": [1, -2.5, 1e+16, true, null, "x"]}', {"a": [1, -2.5, 1e16, True, None, "x"]}),
        ('{"a": 1.10, "b": 1e3, "c": -0, "d": "012"}', {"a": "1.10", "b": "1e3", "c": "-0", "d": "012"}),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_json(text, data):
    read = strict_yaml.load_json(text, "a.json")
    assert repr(read) == repr(data)


@pytest.mark.proves("MANIFEST-2")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{\n\t"a": 1,\n\t"b": {"c": 1,\n\t"c": 2}}', "line 4: c is given twice"),
        ('{"a\\ud83d\\ude00": 1, "a\\ud83d\\ude00": 2}', "is given twice"),
        ('{"a": 1,}', "line 1: this is no valid JSON"),
        ('{\n"a": 012}', "line 2: this is no valid JSON"),
        ('{"a": NaN}', "NaN is no number in JSON"),
        ("[" * 100_000, "nested more than 50"),
        ("[" * 51 + "]" * 51, "nested more than 50"),
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ("", "no valid JSON"),
    ],
)
def test_what_json_refuses(text, why):
    assert why in refused(lambda text: strict_yaml.load_json(text, "a.json"), text)


def test_json_may_be_50_levels_deep():
    assert strict_yaml.load_json("[" * 50 + "]" * 50, "a.json")


words = st.sampled_from([*TEXTS, "true", "False", "~", "", "<<", "{{ x }}", "12", "a: b", "- a", "# a", "!vault x"])
characters = st.characters(exclude_categories=["Cs"])
data = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(characters, max_size=8),
        words,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(characters, max_size=4), words), inner, max_size=3),
    ),
    max_leaves=8,
)


@calm
@given(data)
def test_json_means_what_it_says_in_both_languages(value):
    text = json.dumps(value)
    assert repr(strict_yaml.load_json(text, "a.json")) == repr(value)
    if "\\ud" not in text:  # YAML escapes what is beyond U+FFFF in one piece
        assert repr(strict_yaml.load_yaml(text, "a.yml", str)) == repr(value)


@calm
@given(st.text("0123456789.eE+-_:xoabn", min_size=1, max_size=8))
def test_a_number_prints_as_it_was_written(text):
    value = strict_yaml.number(text)
    assert type(value) in (int, float, str) and str(value) == text
    if text.isdecimal() and (text == "0" or text[0] != "0"):
        assert value == int(text) and isinstance(value, int)


@calm
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for load in (strict_yaml.load_json, lambda text, name: strict_yaml.load_yaml(text, name, str)):
        try:
            load(text, "a.yml")
        except ConfigurationError as error:
            assert str(error).startswith("Cannot read a.yml: ")
