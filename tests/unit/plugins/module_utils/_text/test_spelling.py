# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from datetime import datetime

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.module_utils._text.json_forms import canonical
from ansible_collections.rimops.insight.plugins.module_utils._text.spelling import (
    check_options,
    json_text,
    kind,
    quoting,
    spelled,
    spelling,
    unquoted,
    with_article,
)
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "like", "value"),
    [
        ("10", 11, 10),
        ("-3", 1, -3),
        ("1.5", 2, 1.5),
        ("1.5", 2.5, 1.5),
        ("10.0", 2.5, 10.0),
        ("10.0", 10, "10.0"),
        ("010", 10, "010"),
        ("1.10", 1.1, "1.10"),
        ("1e3", 1000, "1e3"),
        ("+1", 1, "+1"),
        (" 1", 1, " 1"),
        ("٣", 3, "٣"),
        ("", 1, ""),
        ("true", False, True),
        ("False", True, False),
        ("yes", True, "yes"),
        ("1", True, "1"),
        ("true", 1, "true"),
    ],
)
def test_spelled(text, like, value):
    assert canonical(spelled(text, like)) == canonical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10, "10"),
        (10.0, "10"),
        (True, "true"),
        (None, "null"),
        ("x", "x"),
        ({"b": 1, "a": ["1", True]}, '{"a":"[\\"1\\",\\"true\\"]","b":"1"}'),
    ],
)
def test_spelling(value, text):
    assert spelling(value) == text


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize("text", [
    "012345", "0000", "0010", "10", "-7", "+7", "1_000", "0b101", "0x1F", "1:30", "-190:20:30", "NO", "Off", "TRUE",
    "1.10", ".5", "6.8523015e+5", "Initial filing", "089", "1e3", "1.2.3", "",
])  # fmt: skip
def test_unquoted_reads_as_playbooks_are_read(text):
    read = yaml.safe_load(text) if text else text
    assert canonical(unquoted(text)) == canonical(read)


def test_kind():
    assert [kind(value) for value in (5, False, 1.5, None)] == [
        "the number 5",
        "the boolean false",
        "the number 1.5",
        "null",
    ]
    assert kind(datetime(2026, 11, 27, 8)) == "the date 2026-11-27T08:00:00"
    assert json_text({"b": "é", "a": 1}) == '{"a": 1, "b": "é"}'


@pytest.mark.parametrize("noun", ["an update", "a create", "an error", "a user"])
def test_an_article(noun):
    assert with_article(noun.split()[1]) == noun


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"key": {"a": {1: "x"}}}, "Cannot use key: the name of attribute a.1 is the number 1, not text"),
        ({"entities": [{}, {False: 1}]}, "Cannot use entities, entry 2: the name of attribute False is the boolean"),
    ],
)
def test_the_name_of_an_attribute_that_is_no_text(values, words):
    fine = {"url": "x", "entities": [{"a": 1}], "key": {"a": {"1": "x"}}}
    check_options(fine)
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        check_options({**fine, **values})


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(
    ("declared", "stored", "shown"),
    [
        (5349, ["000001", "012345"], 'Write it quoted: `code: "012345"`'),
        (False, ["NO"], 'Write it quoted: `code: "NO"`'),
        (10, ["10"], 'Write it quoted: `code: "10"`'),
        (5349, ["054321"], '`code: "5349"` (YAML reads 012345 as 5349'),
        (True, ["DE"], '`code: "true"` (YAML reads'),
    ],
)
def test_quoting(declared, stored, shown):
    assert shown in quoting("code", declared, stored)
