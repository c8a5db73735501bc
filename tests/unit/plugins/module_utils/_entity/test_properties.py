# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every entity, not only for those that somebody thought of."""

from __future__ import annotations

import base64
import json
import random
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as given_without_settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils._entity.bodies import body
from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import compare, rules
from ansible_collections.rimops.insight.plugins.module_utils._entity.normalise import NORMALISATIONS, normalise
from ansible_collections.rimops.insight.plugins.module_utils._entity.read_back import compare_read_back
from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import NOT_FOR_ALL
from ansible_collections.rimops.insight.plugins.module_utils._text.json_forms import canonical
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT, names_of, replace
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import SHORTEST, printable, redact
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.tests.unit import fakes


def given(*strategies):
    """Nothing here is about time, and nothing is left on the disk."""
    calm = settings(
        deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )
    return lambda test: calm(given_without_settings(*strategies)(test))


texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["10", "11", "1.5", "10.0", "010", "true", "False", "no", " x ", "X", "x", "a\r\nb", "é", "e\u0301"]
    ),
    st.sampled_from(["2026-01-02", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+0100", "2026-01-02T00:00:00.000"]),
)
numbers = st.one_of(
    st.integers(-3, 12), st.integers(), st.floats(allow_nan=False), st.sampled_from([1.0, 10.0, 1767312000000])
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
names = st.sampled_from(["a", "b", "c", "e.f", "g[]", "h\\"])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)
elements = st.dictionaries(names, values, max_size=3)


@st.composite
def keyed_lists(draw):
    """A list of mappings with different ids."""
    ids = draw(st.lists(st.sampled_from(["FR", "DE", "10", "it"]), unique=True, max_size=4))
    return [{**draw(elements), "id": identity} for identity in ids]


entities = st.fixed_dictionaries(
    {},
    optional={
        "a": values,
        "b": values,
        "c": values,
        "e.f": values,
        "set": st.lists(values, max_size=4),
        "keyed": keyed_lists(),
    },
)
some_names = st.lists(st.sampled_from(sorted(NORMALISATIONS)), max_size=3, unique=True)
RULES = {"sets": ["set"], "keyed": {"keyed": ["id"]}, "read_only": ["serverId"], "volatile": ["changedAt"]}
rule_sets = st.builds(
    lambda a, b, everywhere, ignore: rules(
        RULES, {"normalise": {"a": a, "b": b, "*": [n for n in everywhere if n not in NOT_FOR_ALL]}, "ignore": ignore}
    ),
    some_names,
    some_names,
    some_names,
    st.sampled_from([[], ["c"], ["keyed[].a"]]),
)
policies = st.sampled_from(["on_create", "on_change"])


def planned(declared, observed, given_rules, secrets=(), policy="on_create", known=None):
    thing = {"key": {"name": "n"}, "attributes": declared, "secrets": dict(secrets)}
    try:
        return fakes.planned(thing, observed, given_rules, policy, known, lambda path, value: canonical([path, value]))
    except ConfigurationError as error:
        assume("quoted" not in error.message)  # a number where the server holds text
        raise


def merging(stored, one_plan, secrets):
    return {**(stored or {}), **body(one_plan, "changed", secrets)}


def replacing(stored, one_plan, secrets):
    own = {name: value for name, value in (stored or {}).items() if name in ("serverId", "changedAt")}
    return {**own, **body(one_plan, "whole", secrets)}


def declaring(stored, one_plan, secrets):
    return {**(stored or {}), **body(one_plan, "declared", secrets)}


servers = st.sampled_from([merging, replacing, declaring])
existing = st.one_of(st.none(), entities.map(lambda entity: {**entity, "name": "n", "serverId": 5, "changedAt": "now"}))


@pytest.mark.proves("DECLARE-2")
@given(
    entities,
    existing,
    rule_sets,
    servers,
    st.sampled_from([{}, {"password": "s3"}, {"new": {"password": 7}}]),
    policies,
)
def test_applying_a_plan_and_planning_again_yields_none(declared, observed, given_rules, server, secrets, policy):
    first = planned(declared, observed, given_rules, secrets, policy)
    stored = observed if first.operation == "none" else {**server(observed, first, secrets), "changedAt": "later"}
    second = planned(declared, stored, given_rules, secrets, policy)
    assert (second.operation, second.changes) == ("none", ())
    verification = compare_read_back(first, stored, given_rules)
    assert verification.unconverged == ()
    assert verification.collateral == ()


@pytest.mark.proves("SECRET-2")
@given(entities, existing, rule_sets, servers)
def test_a_changed_fingerprint_is_sent_once(declared, observed, given_rules, server):
    assume(observed is not None)
    secrets, known = {"login": {"password": "new"}}, {"login.password": "old"}
    assume(not isinstance(observed.get("login"), dict))
    first = planned(declared, observed, given_rules, secrets, "on_change", known)
    assert (first.operation, first.secrets_to_send) == ("update", ("login.password",))
    stored = server(observed, first, secrets)
    assert stored["login"]["password"] == "new"
    known = {"login.password": canonical(["login.password", "new"])}
    assert planned(declared, stored, given_rules, secrets, "on_change", known).operation == "none"


@pytest.mark.proves("DECLARE-5")
@given(entities, entities, rule_sets, st.randoms(use_true_random=False))
def test_order_of_sets_and_keyed_lists_never_matters(declared, observed, given_rules, chance):
    first = planned(declared, {**observed, "name": "n"}, given_rules)
    declared, observed = (shuffled(entity, chance) for entity in (declared, observed))
    again = planned(declared, {**observed, "name": "n"}, given_rules)
    assert again.operation == first.operation
    assert [change.path for change in again.changes] == [change.path for change in first.changes]


def shuffled(entity: dict, chance: random.Random) -> dict:
    lists = {name: chance.sample(entity[name], len(entity[name])) for name in ("set", "keyed") if name in entity}
    return {**entity, **lists}


@given(entities, rule_sets)
def test_an_entity_equals_itself(entity, given_rules):
    comparison = compare(entity, entity, given_rules)
    assert comparison.changes == ()
    assert comparison.merged == entity


@pytest.mark.proves("DECLARE-4")
@given(st.text(), entities, entities, rule_sets)
def test_only_what_is_declared_is_looked_at(name, declared, observed, given_rules):
    first = planned(declared, {**observed, "name": "n"}, given_rules)
    more = planned(declared, {**observed, "name": "n", "z" + name: 1}, given_rules)
    assert [change.path for change in first.changes] == [change.path for change in more.changes]


@given(st.one_of(scalars, values, st.text()), some_names)
def test_normalising_twice_is_normalising_once(value, chosen):
    once = normalise(value, chosen)
    assert canonical(normalise(once, chosen)) == canonical(once)


awkward = st.text(st.sampled_from('"&+/=é \\\n%<a1Z~\u202e-*'), min_size=SHORTEST, max_size=12)
secret_texts = st.one_of(st.text(min_size=SHORTEST, max_size=20), awkward).filter(lambda text: text.strip("*"))
FORMS = {
    "raw": lambda secret: secret,
    "quote": quote,
    "quote all": lambda secret: quote(secret, safe=""),
    "quote_plus": quote_plus,
    "quote lower": lambda secret: (
        quote(secret).lower() if secret.isascii() and secret.lower() == secret else quote(secret)
    ),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64url": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json unicode": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "json twice": lambda secret: json.dumps(json.dumps(secret))[3:-3],
    "repr": lambda secret: repr(secret)[1:-1],
    "printable": printable,
}


@pytest.mark.proves("SECRET-1")
@given(
    st.lists(secret_texts, min_size=1, max_size=3),
    st.sampled_from(sorted(FORMS)),
    st.text(max_size=5),
    st.text(max_size=5),
    values,
)
def test_masking_never_lets_a_secret_through(secrets, form, before, after, other):
    shown = [FORMS[form](secret) for secret in secrets]
    leaking = {"message": before + after.join(shown) + after, "others": [other, {text: [text] for text in shown}]}
    masked = every_text(redact(leaking, secrets))
    for secret in secrets:
        for encode in FORMS.values():
            if encode(secret).strip("*"):
                assert not [text for text in masked if encode(secret) in text]


@given(st.integers(1000), st.text(max_size=3))
def test_masking_never_lets_a_number_through(secret, before):
    masked = every_text(
        redact(
            {"a": secret, "b": f"{before}{secret}", "c": [float(f"{secret}.5")] if secret < 10**15 else []}, [secret]
        )
    )
    assert not [text for text in masked if str(secret) in text]


def every_text(value):
    """The texts and numbers of a structure. A boolean or null holds none, even where somebody's secret is "True"."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in every_text(part)]
    if isinstance(value, list):
        return [text for inner in value for text in every_text(inner)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


@pytest.mark.proves("NETWORK-5")
@given(st.text())
def test_printable_is_one_plain_line_and_settles_at_once(text):
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##vso[" not in shown


@given(entities, names)
def test_what_is_left_out_is_gone_and_nothing_else(entity, name):
    path = {"e.f": r"e\.f", "g[]": r"g\[\]", "h\\": r"h\\"}.get(name, name)
    assert replace(entity, [path], ABSENT) == {key: value for key, value in entity.items() if key != name}
    assert names_of(path) == (name,)
