# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import ABSENT, differs, rules
from ansible_collections.rimops.insight.plugins.module_utils._entity.read_back import (
    IN_AN_UPDATE,
    ReadBack,
    Unconverged,
    compare_read_back,
)
from ansible_collections.rimops.insight.plugins.module_utils._entity.suggest import NO_RULE, NOT_SHOWN, suggestion
from ansible_collections.rimops.insight.tests.unit import fakes

OBSERVED = {"id": 5, "name": "A", "description": "old", "status": "draft", "contact": {"email": "e", "phone": "1"}}
RULES = rules({"read_only": ["id"], "volatile": ["at"], "keyed": {"c": ["code"]}})


def planned(attributes, exists=True, given=RULES, **more):
    declared = {"key": {"name": "A"}, "attributes": attributes, **more}
    return fakes.planned(declared, OBSERVED if exists else None, given)


def test_a_clean_write():
    made = planned({"description": "new"})
    assert compare_read_back(made, {**OBSERVED, "description": "new", "id": 6, "at": "now"}, RULES) == ReadBack()


@pytest.mark.parametrize("made", [planned({}), planned({}, state="absent"), planned({}, exists=False, state="absent")])
def test_without_a_write_there_is_nothing_to_verify(made):
    assert compare_read_back(made, {}, RULES) == ReadBack()


@pytest.mark.proves("WRITE-4")
def test_what_did_not_arrive():
    made = planned({"description": " new ", "contact": {"email": "f"}, "gone": "x"})
    found = compare_read_back(made, {**OBSERVED, "description": "new"}, RULES)
    assert [one.as_result() for one in found.unconverged] == [
        {"path": "contact.email", "sent": "f", "stored": "e", "suggestion": NO_RULE},
        {
            "path": "description",
            "sent": " new ",
            "stored": "new",
            "suggestion": "compare: {normalise: {description: [outer_space]}}",
        },
        {
            "path": "gone",
            "sent": "x",
            "suggestion": "compare: {hidden: [gone]} if the server takes it and never shows it; "
            "a secret belongs into secret_attributes",
        },
    ]
    assert found.collateral == ()


@pytest.mark.parametrize(("exists", "advice"), [(False, f"{NO_RULE} {IN_AN_UPDATE}"), (True, NO_RULE)])
def test_what_a_create_did_not_set_may_take_an_update(exists, advice):
    found = compare_read_back(planned({"status": "open"}, exists), OBSERVED, RULES)
    assert [one.suggestion for one in found.unconverged] == [advice]


def test_in_a_message():
    assert str(Unconverged("a", "x\n", ABSENT, "Do.")) == 'a: sent "x\\n", stored nothing. Do.'
    assert str(Unconverged("a", {"b": 1}, "\x1b\u202e", "Do.")) == 'a: sent {"b": 1}, stored "\\u001b\\u202e". Do.'


@pytest.mark.proves("WRITE-5")
def test_collateral():
    made = planned({"contact": {"email": "f"}})
    found = compare_read_back(
        made, {"id": 6, "name": "A", "status": "live", "contact": {"email": "f", "phone": None}, "more": 1}, RULES
    )
    assert found.unconverged == ()
    assert [change.as_result() for change in found.collateral] == [
        {"path": "contact.phone", "before": "1", "after": None},
        {"path": "description", "before": "old"},
        {"path": "more", "after": 1},
        {"path": "status", "before": "draft", "after": "live"},
    ]


def test_what_a_new_entity_holds_besides_is_the_servers():
    made = planned({"description": "new"}, exists=False)
    assert compare_read_back(made, {**OBSERVED, "description": "new"}, RULES) == ReadBack()


def test_a_new_entity_and_what_is_ignored_hidden_or_a_reference():
    given = rules({"ignore": ["i"], "hidden": ["h"]})
    made = planned({"i": 1, "h": 1}, False, given, refs={"app": 17}, secrets={"p": "s3cret"})
    found = compare_read_back(made, {"name": "A", "app": "17", "i": 2, "p": "***"}, given)
    assert found == ReadBack(unobservable=("h",))


@pytest.mark.proves("SECRET-2")
def test_a_secret_is_neither_unconverged_nor_collateral():
    made = fakes.planned(
        {"attributes": {"api": {"url": "v"}}, "secrets": {"api": {"key": "k"}}},
        {"api": {"url": "u", "key": 1}},
        RULES,
    )
    assert compare_read_back(made, {"api": {"url": "v", "key": 2}}, RULES) == ReadBack()


@pytest.mark.proves("SECRET-20")
def test_a_secret_that_the_server_shows_has_arrived_or_not():
    secrets = {"api": {"key": "k3y!"}}
    made = fakes.planned({"key": {"name": "A"}, "secrets": secrets}, {"name": "A"}, RULES, "always")
    assert compare_read_back(made, {"name": "A", "api": {"key": "k3y!"}}, RULES, secrets) == ReadBack()
    assert compare_read_back(made, {"name": "A", "api": {"key": "***"}}, RULES, secrets) == ReadBack()
    [missed] = compare_read_back(made, {"name": "A", "api": {"key": "0ther!"}}, RULES, secrets).unconverged
    assert missed.path == "api.key"
    assert not any(one in repr(missed) for one in ("k3y!", "0ther!"))


def test_a_number_that_the_server_keeps_as_text():
    made = planned({"code": 5349, "l": [8]}, exists=False)
    found = compare_read_back(made, {"name": "A", "code": "012345", "l": ["0010"]}, RULES)
    assert [one.suggestion for one in found.unconverged] == [
        'Write it quoted: `code: "012345"`',
        'Write it quoted: `l[]: "0010"`',
    ]


KEYED = {"code": "FR", "id": 1, "v": 2}

SUGGESTIONS = [
    ("x ", "x", "a", "compare: {normalise: {a: [outer_space]}}"),
    ("x", " x", "a.b", "compare: {normalise: {a.b: [outer_space]}}"),
    ("a\r\nb", "a\nb", "a", "compare: {normalise: {a: [line_ends]}}"),
    ("e\u0301", "é", "a", "compare: {normalise: {a: [unicode_nfc]}}"),
    ("Ab", "AB", "a", "compare: {normalise: {a: [case]}}"),
    (" Ab", "AB", "a", "compare: {normalise: {a: [outer_space, case]}}"),
    ("2026-01-02", "2026-01-02T00:00:00.000Z", "a", "compare: {normalise: {a: [date_as_day]}}"),
    ("2026-01-02T01:00:00+01:00", "2026-01-02T00:00:00.000Z", "a", "compare: {normalise: {a: [date_as_instant]}}"),
    ("2026-01-02T00:30:00+01:00", "2026-01-01T23:30:00.000Z", "a", "compare: {normalise: {a: [date_as_instant]}}"),
    ("2026-01-02", 1767312000000, "a", "compare: {normalise: {a: [date_as_day]}}"),
    (1767312000000, 1767312000001, "a", NO_RULE),
    ([1767312000000], [1767312000001], "a", NO_RULE),
    (10, "10", "a", "compare: {normalise: {a: [number_as_text]}}"),
    ([1, 2], [2, 1], "a", "compare: {sets: [a]}"),
    (["A", "b"], ["B", "a"], "a", NO_RULE),
    (["A"], ["a"], "l[].c", 'compare: {normalise: {"l[].c": [case]}}'),
    ([{"v": 2, "code": "FR"}], [KEYED], "a", "compare: {keyed: {a: [code]}}"),
    (
        [{"v": 2, "code": "FR"}, {"v": 2, "code": "DE"}],
        [{**KEYED, "code": "DE"}, KEYED],
        "a",
        "compare: {keyed: {a: [code]}}",
    ),
    ([{"c": 1, "v": 2}], [{"c": 1, "v": 2, "id": 3}], "a", "compare: {keyed: {a: [c]}}"),
    ([{"b": None, "c": 1}], [{"c": 1}], "no", 'compare: {keyed: {"no": [c]}}'),
    ([[{"b": None}]], [[{}]], "no", 'compare: {normalise: {"no": [null_as_absent]}}'),
    *((blank, None, "a", "compare: {normalise: {a: [blank_as_null]}}") for blank in ("", [], {})),
    *((blank, ABSENT, "a", "compare: {normalise: {a: [blank_as_null]}}") for blank in ("", [], {})),
    ([], [1], "a", NO_RULE),
    ("x", "y", "a", NO_RULE),
    (None, "x", "a", NO_RULE),
    (5, 7, "a", NO_RULE),
    (True, 1, "a", NO_RULE),
    ({"x": 1}, {"x": 2}, "a", NO_RULE),
]


@pytest.mark.proves("WRITE-4")
@pytest.mark.parametrize(("sent", "stored", "rule", "expected"), SUGGESTIONS)
def test_suggestions(sent, stored, rule, expected):
    assert suggestion(sent, stored, rule, rules()) == expected


@pytest.mark.proves("COMPARE-60")
def test_null_and_the_like_may_be_what_a_server_shows_of_what_it_hides():
    assert suggestion("x", None, "a", rules()) == f"{NO_RULE} {NOT_SHOWN}"
    assert suggestion(5, None, "a.b", rules({"hidden": ["a.b"]})) == f"{NO_RULE} {NOT_SHOWN}"
    assert suggestion("x", "", "a", rules()) == suggestion("x", True, "a", rules()) == f"{NO_RULE} {NOT_SHOWN}"
    assert suggestion("x", "y", "a", rules()) == NO_RULE


@pytest.mark.proves("COMPARE-60")
@pytest.mark.parametrize(
    "shown", ["********", "****3456", "DE12•••", "<hidden>", "[redacted]", "DE12...3456", "{bcrypt}$2a$1"]
)
@pytest.mark.parametrize("rule", ["iban", "bank.iban", "banks[].iban"])
def test_a_mask_is_told_with_the_rule_that_makes_it_unobservable(shown, rule):
    expected = suggestion("DE123456", ABSENT, rule, rules())
    assert "compare: {hidden: [" in expected and "secret_attributes" in expected
    assert suggestion("DE123456", shown, rule, rules()) == expected
    layer = rules({"hidden": [rule]})
    assert not differs("DE123456", shown, rule, layer)
    assert [differs("DE123456", other, rule, layer) for other in ("DE123457", None, "", True)] == [True] * 4


def test_a_suggestion_adds_to_the_rules_that_there_are():
    given = rules({"normalise": {"a": ["case"]}})
    assert suggestion(" Ab", "AB", "a", given) == "compare: {normalise: {a: [outer_space]}}"
    assert suggestion([2, 1], [1, 2], "a", rules({"keyed": {"a": ["x"]}})) == "compare: {sets: [a]}"


@pytest.mark.proves("WRITE-4")
@pytest.mark.parametrize(("sent", "stored", "rule"), [case[:3] for case in SUGGESTIONS if case[3] is not NO_RULE])
def test_a_suggestion_settles_it(sent, stored, rule):
    option = yaml.safe_load(suggestion(sent, stored, rule, rules()))["compare"]
    assert differs(sent, stored, rule, rules())
    assert not differs(sent, stored, rule, rules(option))
