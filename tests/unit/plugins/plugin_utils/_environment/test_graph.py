# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing before what it refers to, and what cannot be ordered is said with its places."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.graph import levels, ordered, under_new_names
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.entry import (
    SHOWN,
    Entry,
    name_of,
    refuse_duplicates,
)

calm = settings(deadline=None, database=None)


def ref(name, **refs):
    return {"type": "t", "key": {"k": name}, **({"refs": refs} if refs else {})}


def entry(name, state="present", was=None, **refs):
    """An entry with key ``name``; each reference is a name, or a mapping."""
    data = {attribute: ref(one) if isinstance(one, str) else one for attribute, one in refs.items()}
    return Entry("t", {"k": name}, was and {"k": was}, data, state=state, origin=f"{name}.yml")


def keys(levels):
    return [[one.key["k"] for one in level] for level in levels]


def refused(*entries):
    with pytest.raises(ConfigurationError) as caught:
        ordered(entries)
    return str(caught.value)


@pytest.mark.proves("MANIFEST-4")
@pytest.mark.parametrize(
    ("entries", "levels"),
    [
        ([], []),
        ([entry("b"), entry("a")], [["b", "a"]]),
        ([entry("c", r="b"), entry("b", r="a"), entry("a")], [["a"], ["b"], ["c"]]),
        ([entry("d", x="b", y="c"), entry("c", r="a"), entry("b", r="a"), entry("a")], [["a"], ["c", "b"], ["d"]]),
        ([entry("b", r={"type": "t", "id": 1}), entry("a", r="elsewhere")], [["b", "a"]]),
        # through a reference to something that is not declared
        ([entry("c", r=ref("elsewhere", r=ref("a"))), entry("a")], [["a"], ["c"]]),
        # by a reference that repeats what it refers to, and one that does not
        ([entry("c", r=ref("b", r=ref("a"))), entry("b", r="a"), entry("a")], [["a"], ["b"], ["c"]]),
        ([entry("d", r=ref("b", r=ref("z"))), entry("b", r="a"), entry("b", r="z")], [["b", "b"], ["d"]]),
    ],
)
def test_levels(entries, levels):
    assert keys(ordered(entries).present) == levels


@pytest.mark.proves("MANIFEST-4")
def test_what_is_deleted_goes_the_other_way_round():
    levels = ordered([entry("a", "absent"), entry("b", "absent", r="a"), entry("x", "absent", r="kept"), entry("kept")])
    assert keys(levels.absent) == [["b"], ["a", "x"]]
    assert keys(levels.present) == [["kept"]]


@pytest.mark.proves("MANIFEST-4")
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("chain", ["aa", "aba", "abcda"])
def test_a_cycle_names_its_members(chain, state):
    entries = [entry(one, state, r=other) for one, other in pairwise(chain)]
    message = refused(entry("x", state, r="a"), *entries, entry("y", state))
    shown = [f"t (k={one}, r=(k={other}))" for one, other in pairwise(chain)]
    for one, other in pairwise([*shown, shown[0]]):
        assert f"{one} refers to {other}" in message
    assert all(f"{one}.yml" in message for one in chain)
    assert "k=x" not in message and "y.yml" not in message


@pytest.mark.proves("MANIFEST-4")
@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry("a"), entry("a")], "t (k=a) stands in a.yml and in a.yml"),
        (
            [entry("a"), entry("b"), entry("a", r="b")],
            "t (k=a) (a.yml) may be t (k=a, r=(k=b)) (a.yml). Give both the same references",
        ),
        (
            [entry("a", r="b"), entry("b", "absent")],
            "t (k=a, r=(k=b)) (a.yml) refers to t (k=b), which b.yml declares absent",
        ),
        (
            [entry("c", r="b"), entry("b", r="x"), entry("b", r="y")],
            "refers to t (k=b), which may be t (k=b, r=(k=x)) (b.yml) and t (k=b, r=(k=y)) (b.yml)",
        ),
        ([entry("b", was="a"), entry("a")], "t (k=b) (b.yml) was t (k=a), and so says a.yml"),
        ([entry("b", was="a"), entry("a", "absent")], "was t (k=a), and so says a.yml"),
        ([entry("b", was="a"), entry("c", was="a")], "t (k=c) (c.yml) was t (k=a), and so says b.yml"),
        ([entry("b", was="a"), entry("c", r="a")], "t (k=b) (b.yml) was t (k=a), and so says c.yml"),
    ],
)
def test_what_contradicts_itself(entries, message):
    assert message in refused(*entries)


@pytest.mark.parametrize(
    "entries",
    [
        [entry("b", was="a"), entry("c", r="b")],
        [entry("a", was="a")],
        [entry("b", "absent", was="a"), entry("c", "absent", was="a")],
        [entry("a", "absent", r="b"), entry("b")],
        [entry("a", x="b"), entry("a", y="b"), entry("b")],
    ],
)
def test_what_only_looks_odd(entries):
    levels = ordered(entries)
    assert sum(map(len, [*levels.present, *levels.absent])) == len(entries)


def test_what_everything_refers_to():
    b = entry("b", r="a")
    one, two = entry("one", x="b", y={"type": "t", "id": 1}), entry("two", x=ref("far", r=ref("further")), y="far")
    far = name_of(ref("far", r=ref("further")))
    found = ordered([b, one, two, entry("a")])
    assert found.references == {
        name_of(ref("a")): {},
        b.name: {"r": name_of(ref("a"))},
        one.name: {"x": b.name},
        two.name: {"x": far, "y": name_of(ref("far"))},
    }


def test_two_names_that_read_the_same_are_refused():
    other = entry("b", r={"type": "u", "key": {"k": "a"}})
    said = refused(entry("b", r="a"), replace(other, origin="c.yml"))
    assert "t (k=b, r=(k=a)) (c.yml) and that of b.yml read the same" in said
    ordered([entry("b", r="a"), entry("b", r="c"), entry("c")])


def test_earlier_entries_under_the_new_names():
    earlier = [entry("c", r="b"), entry("d", r=ref("e", x=ref("b"))), entry("e", r={"type": "t", "id": 1})]
    now = [entry("new", was="b", r="a"), entry("a")]
    found = under_new_names(earlier, now)
    assert [one.name for one in found] == [
        entry("c", r="new").name,
        entry("d", r=ref("e", x=ref("new"))).name,
        earlier[2].name,
    ]
    assert [one.name for one in under_new_names(earlier, now[1:])] == [one.name for one in earlier]


def test_earlier_entries_under_the_new_names_of_two_levels():
    earlier = [entry("c", r=ref("b", x=ref("a")))]
    now = [entry("A", was="a"), entry("B", was="b", x="A")]
    assert [one.name for one in under_new_names(earlier, now)] == [entry("c", r=ref("B", x=ref("A"))).name]


def test_of_many_mistakes_the_first_few_are_named():
    twice = [(entry(str(number)).name, f"{number}.yml") for number in range(SHOWN + 2)]
    with pytest.raises(ConfigurationError) as caught:
        refuse_duplicates([*twice, *twice])
    assert f"t (k={SHOWN - 1}) stands in" in str(caught.value) and f"t (k={SHOWN}) " not in str(caught.value)
    assert "; and 2 more" in str(caught.value)


@st.composite
def environments(draw):
    """Entries that refer to earlier ones only, shuffled; some repeat what their references refer to."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        chosen = draw(st.lists(st.sampled_from(made), max_size=3, unique_by=lambda one: one.key["k"])) if made else []
        refs = {}
        for place, other in enumerate(chosen):
            whole = draw(st.booleans())
            refs[f"r{place}"] = ref(other.key["k"], **(other.refs if whole else {}))
        state = (
            "present" if any(one.state == "present" for one in chosen) else draw(st.sampled_from(["present", "absent"]))
        )
        if any(one.state == "absent" for one in chosen):
            state = "absent"
        made.append(entry(str(number), state, **refs))
    return draw(st.permutations(made))


@calm
@given(environments())
def test_each_entry_once_and_after_what_it_needs(entries):
    found = ordered(entries)
    assert sorted(found.references) == sorted(one.name for one in entries)
    for found_levels, sign in ((found.present, 1), (found.absent, -1)):
        place = {one.name: sign * number for number, level in enumerate(found_levels) for one in level}
        for name, number in place.items():
            assert all(place[other] < number for other in found.references[name].values() if other in place)
    assert sorted(one.name for levels in (found.present, found.absent) for level in levels for one in level) == sorted(
        one.name for one in entries
    )


def test_what_is_needed_perhaps_gives_way_where_it_would_make_a_circle():
    first, second, third = entry("a"), entry("b"), entry("c")
    firm, perhaps = {first.name: [second.name]}, {second.name: [first.name], third.name: [first.name]}
    assert levels([first, second, third], firm, perhaps) == ((second,), (first,), (third,))
    with pytest.raises(ConfigurationError, match="take one of these references out"):
        levels([first, second], {first.name: [second.name], second.name: [first.name]})
