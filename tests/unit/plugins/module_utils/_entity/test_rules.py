# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import LISTS, Rules, rules
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError


@pytest.mark.proves("DECLARE-5")
def test_nothing_is_on_unless_asked_for():
    assert rules() == rules({}) == rules(dict.fromkeys((*LISTS, "keyed", "normalise"))) == Rules()


def test_layers_add():
    merged = rules(
        {"read_only": ["id"], "sets": ["s"], "normalise": {"a": ["case"]}},
        {"read_only": ["uuid"], "hidden": ["h"], "normalise": {"a": ["outer_space", "case"], "*": ["line_ends"]}},
    )
    assert merged.read_only == {"id", "uuid"}
    assert merged.hidden == {"h"}
    assert merged.normalise == {"a": ("case", "outer_space"), "*": ("line_ends",)}
    assert merged == rules(merged.as_layer()) == rules(merged.as_layer(), merged.as_layer())


def test_the_later_layer_wins_over_how_a_list_is_compared():
    assert rules({"keyed": {"l": ["a"]}}, {"keyed": {"l": ["b", "c"]}}).keyed == {"l": ("b", "c")}
    as_set = rules({"keyed": {"l": ["a"], "m": ["a"]}}, {"sets": ["l"]})
    assert (as_set.keyed, as_set.sets) == ({"m": ("a",)}, {"l"})
    as_keyed = rules({"sets": ["l", "m"]}, {"keyed": {"l": ["a"]}})
    assert (as_keyed.keyed, as_keyed.sets) == ({"l": ("a",)}, {"m"})


def test_attributes_that_are_keys_are_names_and_no_paths():
    assert rules({"keyed": {"l": ["a..b"]}}).keyed == {"l": ("a..b",)}


def test_a_key_is_not_left_out_though_it_is_read_only():
    made = rules({"read_only": ["l[].id", "id"], "volatile": ["l[].v"], "ignore": ["l[].id"], "keyed": {"l": ["id"]}})
    assert made.forbidden == {"id"}
    assert made.unsent == {"id", "l[].v"}
    assert made.uncompared == {"l[].v"}


ALL = (
    "ignore, create_only, read_only, write_only, hidden, volatile, sets, at_least, exact, rewritten, keyed, normalise."
)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (
            ["ignore"],
            "they are list, not a mapping. There are: " + ALL,
        ),
        (
            {"ignored": ["a"]},
            "'ignored'. There are: " + ALL,
        ),
        ({"ignore": "a"}, "ignore is not a list of texts"),
        ({"ignore": [5]}, "ignore is not a list of texts"),
        ({"ignore": ["a..b"]}, "ignore holds 'a..b', which is no attribute path. A path is names joined by dots"),
        ({"keyed": ["a"]}, "keyed is not a mapping of paths to lists"),
        ({"keyed": {"a": "id"}}, "keyed.a is not a list of texts"),
        ({"keyed": {"a": []}}, "keyed.a names no attribute"),
        ({"keyed": {5: ["id"]}}, "keyed is not a list of texts"),
        (
            {"normalise": {"a": ["trim"]}},
            "names 'trim', which is no normalisation. There are: blank_as_null, case",
        ),
        ({"normalise": {"a.": ["case"]}}, "normalise holds 'a.', which is no attribute path"),
        ({"normalise": {"*": ["date_as_day"]}}, "It would make numbers equal too"),
        ({"normalise": {"*": ["decimal"]}}, "It would make versions equal too"),
        ({"keyed": {"a": ["id"]}, "sets": ["a"]}, "a is in sets and in keyed"),
    ],
)
def test_what_no_rule_can_be(layer, said):
    with pytest.raises(ConfigurationError) as caught:
        rules({}, layer)
    assert said in caught.value.message
    assert caught.value.message.startswith("Cannot read the comparison rules: ")
