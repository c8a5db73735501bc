# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.collateral import (
    strict_changes,
    undeclared_changes,
)
from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import (
    ABSENT,
    Change,
    compare,
    compare_loosely,
    differs,
    rules,
)
from ansible_collections.rimops.insight.plugins.module_utils._transport.numbers import Exact
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, ServerError

KEYED = {"keyed": {"c": ["code"]}}
TWO_KEYS = {"keyed": {"c": ["code", "part"]}}


def changes(declared, observed, **layer):
    return [(change.path, change.before, change.after) for change in compare(declared, observed, rules(layer)).changes]


EQUAL = [
    ({}, {"a": 1}),
    ({"a": 1}, {"a": 1.0}),
    ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}),
    ({"a": {}}, {"a": {"c": 2}}),
    ({"a": None}, {}),
    ({"a": None}, {"a": None}),
    ({"a": {"b": None}}, {}),
    ({"a": {"b": {"c": None}}}, {"a": None}),
    ({"a": {"b": None}}, {"a": {"c": 1}}),
    ({"a": [1, [2]]}, {"a": [1.0, [2]]}),
    ({"a": []}, {"a": []}),
    ({"a": "10"}, {"a": 10}),
    ({"a": "10.0"}, {"a": 10.5 - 0.5}),
    ({"a": "true"}, {"a": True}),
    ({"a": "False"}, {"a": False}),
    ({"a": ["10", {"b": "true"}]}, {"a": [10, {"b": True}]}),
    ({"a": 10**20}, {"a": 1e20}),
    ({"a.b": 1}, {"a.b": 1, "a": {"b": 2}}),
]


@pytest.mark.proves("DECLARE-4", "DECLARE-5")
@pytest.mark.parametrize(("declared", "observed"), EQUAL)
def test_equal(declared, observed):
    assert changes(declared, observed) == []
    assert compare(declared, observed, rules()).merged == observed


@pytest.mark.parametrize(
    ("declared", "observed", "merged"),
    [
        (["a"], ["b", "a"], None),
        (["c"], ["b", "a"], ["c", "b", "a"]),
        (["a"], None, ["a"]),
        ([{"x": 1}], [{"x": 1.0}, {"x": 2}], None),
    ],
)
def test_where_a_list_holds_at_least_what_is_declared_other_elements_stay(declared, observed, merged):
    layer = {"at_least": ["l"], "sets": ["l"]}
    assert changes({"l": declared}, {"l": observed}, **layer) == ([] if merged is None else [("l", observed, merged)])


DIFFERENT = [
    ({"a": 1}, {"a": 2}, [("a", 2, 1)]),
    ({"a": 1}, {}, [("a", ABSENT, 1)]),
    ({"a": 1}, {"a": None}, [("a", None, 1)]),
    ({"a": None}, {"a": 0}, [("a", 0, None)]),
    ({"a": None}, {"a": ""}, [("a", "", None)]),
    ({"a": ""}, {"a": None}, [("a", None, "")]),
    ({"a": ""}, {}, [("a", ABSENT, "")]),
    ({"a": {}}, {}, [("a", ABSENT, {})]),
    ({"a": []}, {}, [("a", ABSENT, [])]),
    ({"a": {"b": None, "c": 1}}, {}, [("a", ABSENT, {"b": None, "c": 1})]),
    ({"a": {"b": None}}, {"a": "x"}, [("a", "x", {"b": None})]),
    ({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, [("a.b", 2, 1)]),
    ({"a": {"b": 1}}, {"a": "x"}, [("a", "x", {"b": 1})]),
    ({"a": "x"}, {"a": {"b": 1}}, [("a", {"b": 1}, "x")]),
    ({"a": [1, 2]}, {"a": [2, 1]}, [("a", [2, 1], [1, 2])]),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1, "id": 7}]}, [("a", [{"b": 1, "id": 7}], [{"b": 1}])]),
    ({"a": [1]}, {"a": 1}, [("a", 1, [1])]),
    ({"a": True}, {"a": 1}, [("a", 1, True)]),
    ({"a": 1}, {"a": True}, [("a", True, 1)]),
    ({"a": [True]}, {"a": [1]}, [("a", [1], [True])]),
    ({"a": "11"}, {"a": 10}, [("a", 10, 11)]),
    ({"a": "1.5"}, {"a": 10}, [("a", 10, 1.5)]),
    ({"a": "10.0"}, {"a": 10}, [("a", 10, "10.0")]),
    ({"a": "false"}, {"a": True}, [("a", True, False)]),
    ({"a": "eleven"}, {"a": 10}, [("a", 10, "eleven")]),
    ({"a": ["11", "12"]}, {"a": [10]}, [("a", [10], [11, 12])]),
    ({"a": ["x"]}, {"a": []}, [("a", [], ["x"])]),
    ({"a": "X "}, {"a": "x"}, [("a", "x", "X ")]),
    ({"b": 1, "a": 2}, {}, [("a", ABSENT, 2), ("b", ABSENT, 1)]),
    ({"x.y": {"z": 1}}, {"x.y": {"z": 2}}, [(r"x\.y.z", 2, 1)]),
]


@pytest.mark.proves("DECLARE-5")
@pytest.mark.parametrize(("declared", "observed", "expected"), DIFFERENT)
def test_different(declared, observed, expected):
    found = changes(declared, observed)
    assert found == expected
    assert [type(after) for _path, _before, after in found] == [type(after) for _path, _before, after in expected]


def test_absent_and_null_are_told_apart_in_results():
    assert json.dumps(Change("a", ABSENT, None).as_result()) == '{"path": "a", "after": null}'
    assert Change("a", None, ABSENT).as_result() == {"path": "a", "before": None}
    assert Change("a", 1, 2, "a").as_result() == {"path": "a", "before": 1, "after": 2}


UNDER_RULES = [
    ({"a": 1}, {"a": 2}, {"ignore": ["a"]}, []),
    ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"ignore": ["a.b"]}, [("a.c", 2, 1)]),
    ({"a": 1}, {"a": 2}, {"volatile": ["a"]}, []),
    ({"a": 1}, {"a": 2}, {"hidden": ["a"]}, [("a", 2, 1)]),
    ({"a": 1}, {"a": None}, {"hidden": ["a"]}, [("a", None, 1)]),
    ({"a": None}, {"a": 1}, {"hidden": ["a"]}, [("a", 1, None)]),
    ({"a": None}, {"a": None}, {"hidden": ["a"]}, []),
    ({"a": 1}, {"a": 2}, {"create_only": ["a"]}, [("a", 2, 1)]),
    ({"a": [1, 2, 1]}, {"a": [2, 1, 1]}, {"sets": ["a"]}, []),
    ({"a": [1, 2, 1]}, {"a": [2, 1, 2]}, {"sets": ["a"]}, [("a", [2, 1, 2], [1, 2, 1])]),
    ({"a": ["10", 10]}, {"a": [10, "10"]}, {"sets": ["a"]}, []),
    ({"a": ["10", "11"]}, {"a": [11, 10]}, {"sets": ["a"]}, []),
    ({"a": [{"b": "1"}, {"b": "true"}]}, {"a": [{"b": True}, {"b": 1}]}, {"sets": ["a"]}, []),
    ({"a": ["12", "11"]}, {"a": [11, 10]}, {"sets": ["a"]}, [("a", [11, 10], [12, 11])]),
    ({"a": ["12"]}, {"a": []}, {"sets": ["a"]}, [("a", [], ["12"])]),
    ({"a": ["11", "12"]}, {"a": [11]}, {"sets": ["a"]}, [("a", [11], [11, 12])]),
    ({"a": ["X", "b"]}, {"a": ["B", "x"]}, {"sets": ["a"], "normalise": {"a": ["case"]}}, []),
    ({"a": [[1, 2], [3]]}, {"a": [[2, 1], [3]]}, {"sets": ["a[]"]}, []),
    ({"a": [[1, 2], [3]]}, {"a": [[3], [1, 2]]}, {"sets": ["a[]"]}, [("a", [[3], [1, 2]], [[1, 2], [3]])]),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1, "id": 7}]}, {"ignore": ["a[].id"]}, []),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1, "id": 7}]}, {"read_only": ["a[].id"]}, []),
    ({"a": [{"b": 1, "p": 2}]}, {"a": [{"b": 1, "p": "*"}]}, {"write_only": ["a[].p"]}, []),
    ({"a": " X"}, {"a": "x"}, {"normalise": {"a": ["case", "outer_space"]}}, []),
    ({"a": " X"}, {"a": "x"}, {"normalise": {"*": ["case"], "a": ["outer_space"]}}, []),
    ({"a": " X"}, {"a": "x"}, {"normalise": {"*": ["case"]}}, [("a", "x", " X")]),
    ({"a": {"b": ["X"]}}, {"a": {"b": ["x"]}}, {"normalise": {"a": ["case"]}}, []),
    (
        {"a": {"b": ["X"]}, "c": "X"},
        {"a": {"b": ["x"]}, "c": "x"},
        {"normalise": {"a.b[]": ["case"]}},
        [("c", "x", "X")],
    ),
    ({"a": 10}, {"a": "10"}, {"normalise": {"a": ["number_as_text"]}}, []),
    ({"a": 11}, {"a": "10"}, {"normalise": {"a": ["number_as_text"]}}, [("a", "10", "11")]),
    ({"a": 11}, {"a": 10}, {"normalise": {"a": ["number_as_text"]}}, [("a", 10, 11)]),
    ({"a": None}, {"a": "10"}, {"normalise": {"a": ["number_as_text"]}}, [("a", "10", None)]),
    ({"a": "11"}, {"a": 10}, {"normalise": {"a": ["number_as_text"]}}, [("a", 10, 11)]),
    ({"a": " 11 "}, {"a": 11}, {"normalise": {"a": ["outer_space"]}}, []),
    ({"a": [{"b": None, "c": 1}]}, {"a": [{"c": 1}]}, {"normalise": {"*": ["null_as_absent"]}}, []),
    ({"a": [{"b": None, "c": 1}]}, {"a": [{"c": 1}]}, {}, [("a", [{"c": 1}], [{"b": None, "c": 1}])]),
    *(
        ({"a": blank}, held, {"normalise": {where: ["blank_as_null"]}}, [])
        for blank in ("", [], {}, None, {"b": ""}, {"b": {"c": []}})
        for held in ({}, {"a": None}, {"a": ""}, {"a": []}, {"a": {}})
        for where in ("a", "*")
    ),
    ({"a": [{"b": "", "c": 1}]}, {"a": [{"c": 1}]}, {"normalise": {"a": ["blank_as_null"]}}, []),
    ({"a": [{"c": 1}]}, {"a": [{"b": [], "c": 1}]}, {"normalise": {"a[].b": ["blank_as_null"]}}, []),
    ({"a": " "}, {}, {"normalise": {"a": ["blank_as_null", "outer_space"]}}, []),
    ({"a": ""}, {"a": "x"}, {"normalise": {"a": ["blank_as_null"]}}, [("a", "x", "")]),
    ({"a": []}, {"a": [1]}, {"normalise": {"a": ["blank_as_null"]}}, [("a", [1], [])]),
    ({"a": 0}, {"a": None}, {"normalise": {"a": ["blank_as_null"]}}, [("a", None, 0)]),
    ({"a": ""}, {"a": None}, {}, [("a", None, "")]),
    ({"a": "2026-01-02"}, {"a": 1767312000000}, {"normalise": {"a": ["date_as_day"]}}, []),
    ({"a": 1767312000000}, {"a": "2026-01-02T00:00Z"}, {"normalise": {"a": ["date_as_instant"]}}, []),
    (
        {"a": 1767312000000},
        {"a": "2026-01-03T00:00Z"},
        {"normalise": {"a": ["date_as_instant"]}},
        [("a", "2026-01-03T00:00Z", 1767312000000)],
    ),
    (
        {"a": "2026-01-03"},
        {"a": 1767312000000},
        {"normalise": {"a": ["date_as_day"]}},
        [("a", 1767312000000, "2026-01-03")],
    ),
]


@pytest.mark.proves("DECLARE-5")
@pytest.mark.parametrize(("declared", "observed", "layer", "expected"), UNDER_RULES)
def test_under_rules(declared, observed, layer, expected):
    found = changes(declared, observed, **layer)
    assert found == expected
    assert [type(after) for _path, _before, after in found] == [type(after) for _path, _before, after in expected]


MORE = {"b": 1, "c": {"d": 2}, "e": ["x", "y"]}


@pytest.mark.parametrize(
    ("declared", "layer", "expected"),
    [
        ({"e": ["x", "y"], "c": {"d": "2"}, "b": 1}, {}, []),
        ({**MORE, "e": ["y", "x"]}, {"sets": ["a.e"]}, []),
        ({"b": 1}, {}, [("a", MORE, {"b": 1})]),
        ({}, {}, [("a", MORE, {})]),
        ({**MORE, "f": None}, {}, [("a", MORE, {**MORE, "f": None})]),
        ({**MORE, "c": {}}, {"exact": ["a.c"]}, [("a", MORE, {**MORE, "c": {}})]),
        ({"b": 1}, {"ignore": ["a.c", "a.e"]}, []),
    ],
)
def test_what_is_exact_holds_nothing_else(declared, layer, expected):
    layer = {**layer, "exact": ["a", *layer.get("exact", ())]}
    assert changes({"a": declared}, {"a": MORE}, **layer) == expected
    merged = compare({"a": declared}, {"a": MORE}, rules(layer)).merged
    assert merged == {"a": declared if expected else MORE}


def test_what_is_exact_further_in_is_compared_name_by_name_around_it():
    observed = {"a": {"b": 1, "c": {"d": 2, "e": 3}}}
    assert changes({"a": {"c": {"d": 2}}}, observed, exact=["a.c"]) == [("a.c", {"d": 2, "e": 3}, {"d": 2})]


def test_what_is_exact_is_declared_as_a_whole():
    """So nothing in it changed without being asked to, unless nobody declares it."""
    before, now = {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}
    assert undeclared_changes({"a": {"b": 1}}, before, now, rules({"exact": ["a"]})) == ()
    assert [one.path for one in undeclared_changes({}, before, now, rules({"exact": ["a"]}))] == ["a.c"]


def test_a_set_of_mappings_keeps_the_declared_order():
    assert compare({"a": [3, 1]}, {"a": [1, 2]}, rules({"sets": ["a"]})).merged == {"a": [3, 1]}
    assert compare({"a": [2, 1]}, {"a": [1, 2]}, rules({"sets": ["a"]})).merged == {"a": [1, 2]}


@pytest.mark.proves("DECLARE-5")
@pytest.mark.parametrize("stored", [[1.0, "x"], ["x", 1.0]])
def test_a_number_in_a_set_is_found_by_its_spelling_wherever_it_stands(stored):
    assert compare({"a": ["1.0", "x"]}, {"a": stored}, rules({"sets": ["a"]})).changes == ()


FR, DE = {"code": "FR", "status": 1, "own": 7}, {"code": "DE", "status": 2, "own": 8}


def test_keyed_elements_are_compared_name_by_name():
    comparison = compare(
        {"c": [{"code": "DE", "status": 3}, {"code": "FR", "status": 1}]}, {"c": [FR, DE]}, rules(KEYED)
    )
    assert [change.as_result() for change in comparison.changes] == [
        {"path": 'c[code="DE"].status', "before": 2, "after": 3}
    ]
    assert [change.rule for change in comparison.changes] == ["c[].status"]
    assert comparison.merged == {"c": [{**DE, "status": 3}, FR]}


@pytest.mark.parametrize(
    "declared", [[{"code": "FR"}], [{"code": "FR"}, {"code": "DE"}, {"code": "IT"}], [{"code": "IT"}], []]
)
def test_the_declared_list_says_which_elements_there_are(declared):
    held = {element["code"]: element for element in (FR, DE)}
    merged = [held.get(element["code"], element) for element in declared]
    assert changes({"c": declared}, {"c": [FR, DE]}, **KEYED) == [("c", [FR, DE], merged)]


@pytest.mark.proves("DECLARE-6")
@pytest.mark.parametrize("declared", [1, None, {"b": None}, []])
def test_what_is_hidden_is_unobservable_whatever_is_declared(declared):
    comparison = compare({"a": declared}, {}, rules({"hidden": ["a"]}))
    assert (comparison.changes, comparison.unobservable) == ((), ("a",))


def test_a_list_that_changes_as_a_whole_says_so_once():
    rule_set = {**KEYED, "create_only": ["c[].status"], "hidden": ["c[].h"]}
    comparison = compare({"c": [{"code": "FR", "status": 9, "h": 1}]}, {"c": [FR, DE]}, rules(rule_set))
    assert [change.path for change in comparison.changes] == ["c"]
    assert comparison.unobservable == ('c[code="FR"].h',)
    assert [change.path for change in comparison.forbidden] == ['c[code="FR"].status']


@pytest.mark.parametrize(
    ("declared", "observed", "layer"),
    [
        ([{"code": "10"}], [{"code": 10}], KEYED),
        ([{"code": "fr"}], [{"code": "FR"}], {**KEYED, "normalise": {"c[].code": ["case"]}}),
        ([{"code": "fr"}], [{"code": "FR"}], {**KEYED, "normalise": {"c": ["case"]}}),
        (
            [{"code": "a", "part": 1}, {"code": "a", "part": 2}],
            [{"code": "a", "part": 2}, {"code": "a", "part": 1}],
            TWO_KEYS,
        ),
        ([{"code": 5}], [{"code": 5, "v": 1}], {**KEYED, "read_only": ["c[].code"], "volatile": ["c[].v", "c[].code"]}),
        ([], [], KEYED),
    ],
)
def test_keys_that_match(declared, observed, layer):
    assert changes({"c": declared}, {"c": observed}, **layer) == []


@pytest.mark.parametrize(("observed", "before"), [({}, ABSENT), ({"c": None}, None), ({"c": "x"}, "x")])
def test_a_keyed_list_where_there_is_none(observed, before):
    assert changes({"c": [FR]}, observed, **KEYED) == [("c", before, [FR])]


def test_what_is_no_list_where_a_keyed_one_is():
    assert changes({"c": "x"}, {"c": [FR]}, **KEYED) == [("c", [FR], "x")]


@pytest.mark.parametrize(
    ("declared", "observed", "error", "said"),
    [
        ([FR, FR], [], ConfigurationError, 'c in the declared list has two elements with code="FR"'),
        ([{"code": 1}, {"code": "1"}], [], ConfigurationError, 'c in the declared list has two elements with code="1"'),
        ([{"status": 1}], [], ConfigurationError, "element 1 of c in the declared list has no code"),
        ([FR, {"code": None}], [], ConfigurationError, "element 2 of c in the declared list has no code"),
        (["FR"], [], ConfigurationError, "element 1 of c in the declared list has no code"),
        ([], [DE, DE], ServerError, 'c in the server\'s list has two elements with code="DE"'),
        ([], ["DE"], ServerError, "element 1 of c in the server's list has no code"),
    ],
)
def test_keyed_elements_that_cannot_be_told_apart(declared, observed, error, said):
    with pytest.raises(error) as caught:
        compare({"c": declared}, {"c": observed}, rules(KEYED), "event (n=A)")
    assert caught.type is error
    assert caught.value.message.startswith(f"Cannot compare event (n=A): {said}. keyed says that c is a list")


@pytest.mark.proves("DECLARE-6")
def test_what_cannot_be_observed():
    comparison = compare(
        {"p": 1, "h": 1, "x": {"h": 2}, "n": 1},
        {"p": "*", "x": {}},
        rules({"write_only": ["p"], "hidden": ["h", "x.h"]}),
    )
    assert comparison.unobservable == ("h", "p", "x.h")
    assert [change.path for change in comparison.changes] == ["n"]
    assert comparison.merged == {"p": 1, "h": 1, "x": {"h": 2}, "n": 1}


def test_what_is_fixed_at_creation():
    declared = {"a": {"b": 1, "c": 1}, "l": [1], "d": 1}
    observed = {"a": {"b": 1, "c": 2}, "l": [2], "d": 2}
    comparison = compare(declared, observed, rules({"create_only": ["a", "l"]}))
    assert [change.path for change in comparison.changes] == ["a.c", "d", "l"]
    assert [change.path for change in comparison.forbidden] == ["a.c", "l"]


MISTYPED = [
    (
        {"a": 5349},
        {"a": "012345"},
        {},
        ['a is the number 5349 here and the text "012345" on the server', '`a: "012345"`'],
    ),
    ({"a": 5349}, {"a": "012346"}, {}, ['`a: "5349"` (YAML reads 012345 as 5349']),
    ({"a": 0}, {"a": "0000"}, {}, ['`a: "0000"`']),
    ({"a": False}, {"a": "NO"}, {}, ["a is the boolean false here", '`a: "NO"`']),
    ({"a": 10}, {"a": "10"}, {}, ['`a: "10"`']),
    ({"a": {"b": 1}}, {"a": {"b": "x"}}, {}, ["a.b is the number 1", '`a.b: "1"`']),
    ({"a": [8, 8]}, {"a": ["0010"]}, {}, ["a[] is the number 8", '`a[]: "0010"`']),
    ({"a": [8]}, {"a": [None, "0010"]}, {}, ["a[] is the number 8", '`a[]: "0010"`']),
    ({"a": [8]}, {"a": ["x", "0010"]}, {"sets": ["a"]}, ['`a[]: "0010"`']),
    ({"c": [{"code": 8}]}, {"c": [{"code": "0010"}, "odd"]}, {}, ["c[].code is the number 8"]),
    ({"c": [{"code": 8}]}, {"c": [{"code": "0010"}]}, KEYED, ["c[].code is the number 8"]),
    (
        {"a": 1, "b": True},
        {"a": "x", "b": "y"},
        {},
        ["a is the number 1", "; b is the boolean true", '`a: "1"`', '`b: "true"`'],
    ),
    ({"a": 1}, {"a": "x\ny"}, {}, ['text "x\\ny" on']),
    ({"a": "10.50"}, {"a": 10.5}, {}, ['a is the text "10.50" here and the number 10.5 on the server', "`a: 10.5`"]),
    ({"a": "10.50"}, {"a": 11.25}, {}, ["the number 11.25 on", "`a: 10.5`"]),
    ({"a": "10.50"}, {"a": 11}, {}, ["`a: 10.5`"]),
    ({"a": "10.00"}, {"a": 10}, {}, ["`a: 10`"]),
    ({"a": "010"}, {"a": 10}, {}, ["`a: 10`"]),
    ({"a": "+3"}, {"a": 3}, {}, ["`a: 3`"]),
    ({"a": "1e3"}, {"a": 1000}, {}, ["`a: 1000`"]),
    ({"a": "1_000"}, {"a": 7}, {}, ["`a: 1000`"]),
    ({"a": " 1.10 "}, {"a": 1.1}, {"normalise": {"a": ["outer_space"]}}, ["`a: 1.1`"]),
    ({"a": {"b": [{"c": ".5"}]}}, {"a": {"b": [{"c": 2.5}, {"c": None}]}}, {}, ["`a.b[].c: 0.5`"]),
    ({"c": [{"code": "a", "n": "1.00"}]}, {"c": [{"code": "a", "n": 1}]}, KEYED, ["`c[].n: 1`"]),
    ({"a": "yes"}, {"a": True}, {}, ['a is the text "yes" here and the boolean true on the server', "`a: true`"]),
    ({"a": "NO"}, {"a": True}, {}, ["`a: false`"]),
    ({"a": "2026-01-31T10:00:00"}, {"a": "2026-01-31 10:00:00"}, {}, ["is the date 2026", 'a: "2026-01-31 10:00:00"']),
    ({"a": "2026-01-31T10:00:00+02:00"}, {"a": "2026-1-31 10:00:00 +2"}, {}, ['a: "2026-1-31 10:00:00 +2"']),
    ({"a": "2026-01-31T10:00:00+00:00"}, {"a": "2026-01-31T10:00:00Z"}, {}, ['a: "2026-01-31T10:00:00Z"']),
    ({"a": "2026-01-31T10:00:00.500000"}, {"a": "2026-01-31T10:00:00.5"}, {}, ['a: "2026-01-31T10:00:00.5"']),
    ({"a": "2026-01-31T10:00:00-01:30"}, {"a": "2026-01-31T10:00:00 -1:30"}, {}, ['a: "2026-01-31T10:00:00 -1:30"']),
]


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(("declared", "observed", "layer", "said"), MISTYPED)
def test_a_number_or_boolean_where_the_server_holds_text(declared, observed, layer, said):
    with pytest.raises(ConfigurationError) as caught:
        compare(declared, observed, rules(layer), "event (n=A)")
    assert caught.value.message.startswith("Cannot compare event (n=A): ")
    for part in said:
        assert caught.value.message.count(part) == 1
    assert compare_loosely(declared, observed, rules(layer)).mistyped


WELL_TYPED = [
    ({"a": 1}, {"a": "x"}, {"ignore": ["a"]}),
    ({"a": 1}, {"a": "x"}, {"write_only": ["a"]}),
    ({"a": 1}, {"a": "x"}, {"normalise": {"a": ["number_as_text"]}}),
    ({"a": "10.50"}, {"a": 10.5}, {"ignore": ["a"]}),
    ({"a": "10.5"}, {"a": 10.5}, {}),
    ({"a": "10.50"}, {"a": None}, {}),
    ({"a": "10.50"}, {"a": [10.5]}, {}),
    ({"a": ["10.50"]}, {"a": [10.5, "10.5"]}, {}),
    ({"a": "1e999"}, {"a": 10.5}, {}),
    ({"a": "2026-03-01"}, {"a": 1767312000000}, {}),
    ({"a": "yes"}, {"a": 1}, {}),
    ({"a": "TRUE"}, {"a": False}, {}),
    ({"a": "ten"}, {"a": 10}, {}),
    ({"a": 1}, {"a": None}, {}),
    ({"a": 1}, {}, {}),
    ({"a": ["x", 1]}, {"a": ["x", 2]}, {}),
    ({"a": [1]}, {"a": []}, {}),
    ({"a": [1]}, {"a": "x"}, {}),
    ({"a": {"b": 1}}, {"a": "x"}, {}),
    ({"a": [True]}, {"a": [1]}, {"normalise": {"*": ["date_as_instant"]}}),
    ({"a": "2026-01-31T10:00:00"}, {"a": "2026-01-31 10:00:00"}, {"normalise": {"a": ["date_as_instant"]}}),
    ({"a": "2026-01-31T10:00:00"}, {"a": "2026-01-31 11:00:00"}, {}),
    ({"a": "2026-01-31T10:00:00"}, {"a": "2026-01-31T10:00:00"}, {}),
    ({"a": ["2026-01-31T10:00:00"]}, {"a": ["2026-01-31 10:00:00", "2026-01-31T10:00:00"]}, {}),
    ({"a": "2026-01-31T25:00:00"}, {"a": "2026-01-31 25:00:00"}, {}),
    ({"a": "2026-01-31"}, {"a": "2026-01-31 00:00:00"}, {}),
    ({"a": [False]}, {"a": [1767312000000]}, {"normalise": {"*": ["date_as_instant"]}}),
]


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(("declared", "observed", "layer"), WELL_TYPED)
def test_no_wrong_type(declared, observed, layer):
    assert compare_loosely(declared, observed, rules(layer)).mistyped == ()


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"id": 5}, "id is read-only"),
        ({"id": None}, "id is read-only"),
        ({"a": {"b": 1}}, "a.b is read-only"),
        ({"c": [{"made": 1, "code": 2}]}, "c[].made is read-only"),
        ({2024: "x"}, "the name of attribute 2024 is the number 2024, not text"),
        ({"a": [{False: "x"}]}, "the name of attribute a[].False is the boolean false, not text"),
    ],
)
def test_what_must_not_be_declared(declared, said):
    layer = {"read_only": ["id", "a.b", "c[].made", "c[].code"], **KEYED}
    with pytest.raises(ConfigurationError) as caught:
        compare(declared, {}, rules(layer), "event (n=A)")
    assert caught.value.message.startswith(f"Cannot compare event (n=A): {said}")


def test_nothing_that_is_given_is_changed():
    declared, observed = {"a": {"b": "1"}, "c": [{"code": "FR", "status": 2}]}, {"a": {"b": 1}, "c": [dict(FR)]}
    before = json.dumps([declared, observed])
    compare(declared, observed, rules(KEYED))
    assert json.dumps([declared, observed]) == before


LONG = [Exact(f"0.1234567890123456789{last}") for last in "120"]

COLLATERAL = [
    ({}, {"a": LONG[0]}, {"a": LONG[1]}, {}, [("a", LONG[0], LONG[1])]),
    (
        {},
        {"a": [{"b": LONG[0]}]},
        {"a": [{"b": LONG[1]}]},
        {"sets": ["a"]},
        [("a", [{"b": LONG[0]}], [{"b": LONG[1]}])],
    ),
    ({}, {"a": LONG[0]}, {"a": Exact(LONG[0].letters + "0")}, {}, []),
    ({}, {"a": Exact("10.50")}, {"a": 10.5}, {}, []),
    ({}, {"a": Exact("1E2")}, {"a": 100}, {}, []),
    ({}, {"a": Exact("1e400")}, {"a": Exact("1e401")}, {}, [("a", Exact("1e400"), Exact("1e401"))]),
    (
        {},
        {"a": Exact("12345678901234567.25")},
        {"a": 12345678901234567},
        {},
        [("a", Exact("12345678901234567.25"), 12345678901234567)],
    ),
    ({}, {"a": 1}, {"a": 1.0}, {}, []),
    ({}, {"a": 1}, {"a": 2}, {}, [("a", 1, 2)]),
    ({}, {"a": 1}, {}, {}, [("a", 1, ABSENT)]),
    ({}, {}, {"a": 1}, {}, [("a", ABSENT, 1)]),
    ({}, {"a": None}, {}, {}, []),
    ({}, {}, {"a": None}, {}, []),
    ({}, {"a": None}, {"a": ""}, {}, [("a", None, "")]),
    ({"a": 3}, {"a": 1}, {"a": 2}, {}, []),
    ({"a": {"b": 3}}, {"a": {"b": 1, "c": 1}}, {"a": {"b": 3, "c": 2}}, {}, [("a.c", 1, 2)]),
    ({"a": {"b": 3}}, {"a": "x"}, {"a": {"b": 3, "c": 2}}, {}, []),
    ({"a": "x"}, {"a": {"b": 1}}, {"a": {"b": 2}}, {}, []),
    ({"a": [1]}, {"a": [1]}, {"a": [2]}, {}, []),
    ({}, {"a": {"b": 1, "c": 1}}, {"a": {"b": 1, "c": 2}}, {}, [("a.c", 1, 2)]),
    ({}, {"a": {"b": 1}}, {"a": [1]}, {}, [("a", {"b": 1}, [1])]),
    ({}, {"a": [1, 2]}, {"a": [2, 1]}, {}, [("a", [1, 2], [2, 1])]),
    ({}, {"a": [1, 2]}, {"a": [2, 1]}, {"sets": ["a"]}, []),
    ({}, {"a": "X"}, {"a": "x"}, {"normalise": {"a": ["case"]}}, []),
    *(
        ({}, {"a": 1}, {"a": 2}, {name: ["a"]}, [])
        for name in ("ignore", "volatile", "read_only", "write_only", "hidden")
    ),
    ({"c": [{"code": "FR"}]}, {"c": [FR]}, {"c": [{**FR, "own": 0}]}, KEYED, [('c[code="FR"].own', 7, 0)]),
    ({"c": [{"code": "FR"}]}, {"c": [DE]}, {"c": [FR, DE]}, KEYED, []),
    ({"c": [{"code": "FR"}, {"code": "DE"}]}, {"c": [FR]}, {"c": [FR, DE]}, KEYED, []),
    ({"c": [{"code": "FR"}, {"code": "DE"}]}, {"c": [FR, DE]}, {"c": [FR]}, KEYED, []),
    ({"c": [{"code": "FR"}]}, {"c": [FR]}, {"c": None}, KEYED, []),
    ({}, {"c": [FR, DE]}, {"c": [DE, FR]}, KEYED, []),
    ({}, {"c": [FR, DE]}, {"c": [FR]}, KEYED, [("c", [FR, DE], [FR])]),
    ({}, {"b": 1, "a": 1}, {}, {}, [("a", 1, ABSENT), ("b", 1, ABSENT)]),
]


@pytest.mark.proves("WRITE-5")
@pytest.mark.parametrize(("declared", "before", "now", "layer", "expected"), COLLATERAL)
def test_undeclared_changes(declared, before, now, layer, expected):
    found = undeclared_changes(declared, before, now, rules(layer))
    assert [(change.path, change.before, change.after) for change in found] == expected


@pytest.mark.parametrize(
    ("declared", "observed", "rule", "layer", "expected"),
    [
        ("x", "x", "a", {}, False),
        ("x", "y", "a", {}, True),
        ("X", "x", "a[].b", {"normalise": {"a": ["case"]}}, False),
        ("X", "x", "a[].b", {"normalise": {"*": ["case"]}}, False),
        ("X", "x", "ab", {"normalise": {"a": ["case"]}}, True),
        ("X", "x", "a", {"normalise": {"a.b": ["case"]}}, True),
        ("X", ABSENT, "a", {"hidden": ["a"]}, False),
        ([1], [FR], "c", KEYED, True),
        (1, "1", "a", {}, True),
        ({"x": 1}, {"x": 2}, "a", {}, True),
    ],
)
def test_differs(declared, observed, rule, layer, expected):
    assert differs(declared, observed, rule, rules(layer)) is expected


def test_a_number_that_nobody_declared_is_merged_as_it_came():
    observed = {"a": Exact("10.50"), "b": Exact("10.50"), "c": Exact("0.12345678901234567891")}
    comparison = compare({"b": 10.5}, observed, rules({}))
    assert comparison.changes == ()
    assert [one.letters for one in comparison.merged.values()] == ["10.50", "10.50", "0.12345678901234567891"]


def test_a_change_shows_all_digits():
    change = Change("a", Exact("0.12345678901234567891"), Exact("10.50"))
    assert change.as_result() == {"path": "a", "before": "0.12345678901234567891", "after": 10.5}


@pytest.mark.parametrize("held", [False, 0, 1.5, True, ""])
@pytest.mark.parametrize("names", [["blank_as_null"], ["outer_space", "blank_as_null"]])
def test_a_blank_text_where_the_server_holds_another_type(held, names):
    given = rules({"normalise": {"*": names}})
    found = compare({"a": {"c": ""}}, {"a": {"c": held}}, given).changes
    assert [(change.path, change.before, change.after) for change in found] == (
        [] if held == "" else [("a.c", held, "")]
    )


def test_what_an_entity_holds_beside_the_declared():
    observed = {"a": {"b": 1, "c": 2}, "l": [{"id": 1, "v": 2, "w": 3}], "m": 4, "n": None}
    found = strict_changes({"a": {"b": 0}, "l": [{"id": 1, "v": 2}]}, observed, rules({"keyed": {"l": ["id"]}}))
    assert [(one.path, one.before, one.after) for one in found] == [
        ("a.c", 2, ABSENT),
        ("l[id=1].w", 3, ABSENT),
        ("m", 4, ABSENT),
    ]
