# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A digest changes with what is declared, and with nothing else."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as given_without_settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import compare, rules
from ansible_collections.rimops.insight.plugins.module_utils._journal.digest import (
    data_digest,
    digest_of,
    entity_digest,
)
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError

pytestmark = pytest.mark.proves("PLAN-1")

RULES = {
    "ignore": ["ignored"],
    "volatile": ["lastChanged", "contact.seen", "countries[].stamp"],
    "read_only": ["createdBy"],
    "write_only": ["password"],
    "hidden": ["salary"],
    "sets": ["tags"],
    "keyed": {"countries": ["code"]},
}


def given(*strategies):
    """Nothing here is about time, and nothing is left on the disk."""
    calm = settings(
        deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )
    return lambda test: calm(given_without_settings(*strategies)(test))


texts = st.text(max_size=6)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=5,
)
countries = st.lists(
    st.fixed_dictionaries({"code": st.sampled_from(["FR", "DE", "IT", "ES"]), "status": values}),
    max_size=4,
    unique_by=lambda one: one["code"],
)
entities = st.fixed_dictionaries(
    {},
    optional={
        "name": values,
        "tags": st.lists(scalars, max_size=4),
        "countries": countries,
        "contact": st.dictionaries(st.sampled_from("abc"), values, max_size=3),
    },
)


def digest(entity, layer=None, references=None, secrets=None, ids=("id",)):
    return entity_digest(entity, rules(RULES if layer is None else layer), references or {}, secrets or {}, ids)


def test_what_it_looks_like():
    assert digest(None) == "absent"
    assert digest({"name": "a"}).startswith("sha256:") and len(digest({"name": "a"})) == 71
    assert digest_of(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert data_digest({"a": 1, "b": 2.0}) == data_digest({"b": 2, "a": 1}) != data_digest({"a": 1, "b": "2"})


def test_a_digest_is_the_same_in_each_version():
    """Plans that are approved must not be refused because the collection was updated for another reason."""
    entity = {"id": 5, "name": "Zelvora", "tags": ["b", "a"], "countries": [{"code": "FR", "n": 1}], "applicationId": 7}
    given_digest = digest(entity, references={"applicationId": "application (appCode=1)"}, secrets={"password": "f"})
    text = (
        '[{"countries":[{"code":"FR","n":1}],"name":"Zelvora","tags":["a","b"]},'
        '{"applicationId":"application (appCode=1)"},{"password":"f"}]'
    )
    assert given_digest == digest_of(text.encode())


@given(entities, st.randoms(use_true_random=False))
def test_order_of_names_sets_and_keyed_lists_does_not_count(entity, chance):
    mixed = {name: entity[name] for name in chance.sample(sorted(entity), len(entity))}
    for name in {"tags", "countries"} & set(mixed):
        mixed[name] = chance.sample(mixed[name], len(mixed[name]))
    assert digest(mixed) == digest(entity)


def test_order_of_other_lists_counts():
    assert digest({"name": ["a", "b"]}) != digest({"name": ["b", "a"]})


@given(entities, values, values)
def test_what_the_server_changes_or_hides_does_not_count(entity, one, other):
    def with_all(value):
        inner = {**entity, "id": value, "lastChanged": value, "createdBy": value, "password": value, "salary": value}
        inner["contact"] = {**entity.get("contact", {}), "seen": value}
        inner["countries"] = [{**country, "stamp": value} for country in entity.get("countries", [])]
        return {**inner, "ignored": value}

    assert digest(with_all(one)) == digest(with_all(other))
    assert digest(with_all(one)) == digest({"contact": {}, "countries": [], **entity})


@given(entities)
def test_null_is_as_good_as_absent(entity):
    assert digest({**entity, "more": None}) == digest(entity)
    assert digest({**entity, "contact": {**entity.get("contact", {}), "x": None}}) == digest({"contact": {}, **entity})


VARIANTS = {
    "outer_space": lambda text: f"\t{text} \n",
    "line_ends": lambda text: text.replace("\n", "\r\n"),
    "unicode_nfc": lambda text: unicodedata.normalize("NFD", text),
    "case": lambda text: "".join(char.upper() if char.isascii() else char for char in text),
}
alphabet = st.text(st.sampled_from("ab \nXé\u1e69"), max_size=8)


@pytest.mark.parametrize("name", sorted(VARIANTS))
@given(alphabet, st.sampled_from(["name", "tags[]", "countries[].status", "*"]))
def test_what_a_normalisation_covers_does_not_count(name, text, path):
    text = text.replace("\r", "") if name == "line_ends" else text
    other = VARIANTS[name](text)

    def entity(value):
        held = {"name": {"name": value}, "tags[]": {"tags": [value]}, "*": {"contact": {"a": [value]}}}
        return held.get(path, {"countries": [{"code": "FR", "status": value}]})

    switched_on = {**RULES, "normalise": {path: [name]}}
    assert digest(entity(text), switched_on) == digest(entity(other), switched_on)
    assert (digest(entity(text)) == digest(entity(other))) == (text == other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("number_as_text", 10, "10"),
        ("number_as_text", 1.0, "1"),
        ("null_as_absent", [{"a": None}], [{}]),
        ("blank_as_null", "", None),
        ("blank_as_null", [{"a": ""}], [{}]),
        ("date_as_day", "2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z"),
        ("date_as_instant", "2026-01-02T10:00:00Z", "2026-01-02T11:00:00+01:00"),
    ],
)
def test_other_normalisations(name, one, other):
    switched_on = {**RULES, "normalise": {"name": [name]}}
    assert digest({"name": one}, switched_on) == digest({"name": other}, switched_on)
    assert digest({"name": one}) != digest({"name": other})


@given(entities, entities, st.sampled_from([(), ("case",), ("outer_space", "number_as_text"), ("null_as_absent",)]))
def test_every_declared_change_counts_and_nothing_else(observed, declared, normalisations):
    layer = {**RULES, "normalise": {"*": normalisations}}
    try:
        comparison = compare(declared, observed, rules(layer))
    except InsightError:
        assume(False)
    assert (digest(comparison.merged, layer) != digest(observed, layer)) == bool(comparison.changes)


@given(entities, values, st.integers(), st.integers())
def test_ids_do_not_count_and_whom_they_name_does(entity, value, one, other):
    first = digest({**entity, "id": one, "applicationId": one}, references={"applicationId": "a"})
    assert first == digest({**entity, "id": other, "applicationId": other}, references={"applicationId": "a"})
    assert first == digest(entity, references={"applicationId": "a"})
    assert first != digest({**entity, "applicationId": one}, references={"applicationId": "b"})
    assert first != digest({**entity, "applicationId": one})


@given(entities, texts, texts)
def test_secrets_count_by_their_fingerprints_only(entity, one, other):
    first = digest({**entity, "login": {"pin": one}}, secrets={"login.pin": "f"})
    assert first == digest({**entity, "login": {"pin": other}}, secrets={"login.pin": "f"})
    assert first != digest({**entity, "login": {"pin": one}}, secrets={"login.pin": "g"})


def test_names_with_dots_and_brackets_are_names():
    odd = {"a.b": 1, "c[]": 2}
    assert digest(odd, ids=(r"a\.b",), references={"c[]": "x"}) == digest({}, references={"c[]": "x"})
    assert digest(odd) != digest({})


def test_ten_thousand_entities_have_ten_thousand_digests():
    chance = random.Random(7)
    drawn = [{"name": f"Zelvora {number}", "tags": [chance.random()]} for number in range(10_000)]
    assert len({digest(entity) for entity in drawn}) == 10_000
