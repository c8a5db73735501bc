# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address
from ansible_collections.rimops.insight.plugins.module_utils._entity.bodies import body, masks_sent, not_sent
from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import ABSENT, Change, rules
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.diff import diff
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan import Plan, plan
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import EntityType
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, ServerError
from ansible_collections.rimops.insight.tests.unit.fakes import desired_state, planned

RULES = rules(
    {"read_only": ["id", "uuid"], "volatile": ["changed"], "keyed": {"countries": ["code"]}, "create_only": ["kind"]}
)
OBSERVED = {
    "id": 5,
    "uuid": "u-5",
    "changed": "yesterday",
    "name": "A",
    "description": "old",
    "contact": {"email": "a@b", "phone": "1"},
    "countries": [{"code": "FR", "status": 1, "own": 7}],
    "kind": "x",
}


def declare(attributes=None, **more):
    return {"key": {"name": "A"}, "attributes": attributes or {}, **more}


def paths(made):
    return [change.path for change in made.changes]


def test_absent_and_absent_is_nothing():
    made = planned(declare({"id": "ignored"}, state="absent"), None, RULES)
    assert (made.operation, made.before, made.after, made.changes) == ("none", None, None, ())


@pytest.mark.proves("DECLARE-1")
def test_delete():
    made = planned(declare(state="absent", secrets={"password": "s3cret"}), {**OBSERVED, "password": "s3cret"}, RULES)
    assert (made.operation, made.after, made.whole) == ("delete", None, {})
    assert made.before == {**OBSERVED, "password": MASK}


@pytest.mark.proves("DECLARE-1")
def test_create():
    attributes = {"contact": {"email": "x"}, "gone": None, "countries": [{"code": "FR"}]}
    made = planned(declare(attributes, refs={"applicationId": 17}), None, RULES)
    whole = {"name": "A", "applicationId": 17, **attributes}
    assert (made.operation, made.before, made.unverified, made.secrets_to_send) == ("create", None, (), ())
    assert made.after == made.declared == made.changed == made.whole == whole
    assert [change.as_result() for change in made.changes] == [
        {"path": "applicationId", "after": 17},
        {"path": "contact", "after": {"email": "x"}},
        {"path": "countries", "after": [{"code": "FR"}]},
        {"path": "name", "after": "A"},
    ]


def test_the_only_entity_of_its_type_is_named_without_a_key():
    address = Address(EntityType("settings", "settings", {}, singleton=True), None, {}, rules=rules({}))
    made = plan(DesiredState(address, {"zone": "UTC"}), {}, {"id": 1, "zone": "CET"})
    assert (made.entity, made.changed) == ("settings", {"zone": "UTC"})


def test_a_key_and_attributes_within_one_object_are_sent_together():
    of_type = EntityType("tag", "tags", {}, key=("properties.code",))
    address = Address(of_type, None, {"properties.code": "A"}, rules=rules({}))
    made = plan(DesiredState(address, {"properties": {"size": 1}}), {}, None)
    assert made.whole == {"properties": {"code": "A", "size": 1}}
    with pytest.raises(ConfigurationError, match=r"properties\.code is declared twice, with different values"):
        plan(DesiredState(address, {"properties": {"code": "B"}}), {}, None)


def test_what_is_ignored_is_sent_on_create_only():
    given = rules({"ignore": ["description"]})
    made = planned(declare({"description": "new"}), None, given)
    assert made.declared == {"name": "A", "description": "new"}
    assert planned(declare({"description": "new"}), OBSERVED, given).operation == "none"
    made = planned(declare({"description": "new", "kind": "y"}), OBSERVED, given)
    assert (made.changed, made.whole["description"]) == ({"kind": "y"}, "old")
    assert made.declared == {"name": "A", "description": "old", "kind": "y"}


@pytest.mark.proves("DECLARE-2")
def test_identical_is_nothing():
    made = planned(declare({"description": "old", "contact": {"phone": "1"}, "nothing": None}), OBSERVED, RULES)
    assert (made.operation, made.changes, made.after) == ("none", (), OBSERVED)
    assert (made.declared, made.changed, made.whole) == ({}, {}, {})


@pytest.mark.proves("DECLARE-1")
def test_update():
    attributes = {
        "contact": {"email": "new"},
        "countries": [{"code": "FR", "status": 2}],
        "description": "old",
        "more": None,
    }
    made = planned(declare(attributes), OBSERVED, RULES)
    contact, countries = {"email": "new", "phone": "1"}, [{"code": "FR", "status": 2, "own": 7}]
    assert made.operation == "update"
    assert [change.as_result() for change in made.changes] == [
        {"path": "contact.email", "before": "a@b", "after": "new"},
        {"path": 'countries[code="FR"].status', "before": 1, "after": 2},
    ]
    assert made.changed == {"contact": contact, "countries": countries}
    assert made.declared == {"name": "A", "description": "old", "contact": contact, "countries": countries}
    assert made.whole == {"name": "A", "description": "old", "contact": contact, "countries": countries, "kind": "x"}
    assert made.before == OBSERVED
    assert made.after == {**OBSERVED, "contact": contact, "countries": countries}


def test_what_the_server_sets_itself_is_never_sent_at_any_depth():
    given = rules({"read_only": ["a.id"], "volatile": ["l[].at"], "write_only": ["a.p"], "keyed": {"l": ["id"]}})
    observed = {"name": "A", "a": {"id": 1, "p": "***", "b": 1}, "l": [{"id": 1, "at": 2, "v": 3}]}
    made = planned(declare({"a": {"b": 2}, "l": [{"id": 1, "v": 4}]}), observed, given)
    assert made.changed == {"a": {"b": 2}, "l": [{"id": 1, "v": 4}]}
    assert made.whole == {"name": "A", **made.changed}
    assert made.before["a"]["p"] == MASK


def test_attributes_whose_names_hold_dots_and_brackets():
    made = planned(declare({"a.b": {"c[]": 1}}), {"name": "A", "a.b": {"c[]": 2, "d": 3}, "a": {"b": 4}}, RULES)
    assert made.changed == {"a.b": {"c[]": 1, "d": 3}}


@pytest.mark.proves("DECLARE-10")
def test_create_once_never_touch():
    made = planned(declare({"description": "new", "kind": "y"}, update_existing=False), OBSERVED, RULES, "always")
    assert (made.operation, made.changes, made.after) == ("none", (), OBSERVED)
    assert planned(declare({"description": "new"}, update_existing=False), None, RULES).operation == "create"


@pytest.mark.proves("DECLARE-7")
def test_rename():
    made = planned(declare(key={"name": "B"}, was={"name": "A"}), OBSERVED, RULES)
    assert (made.operation, made.changed) == ("update", {"name": "B"})
    assert made.changes == (Change("name", "A", "B"),)


@pytest.mark.parametrize(("declared", "held"), [(17, "17"), ("17", 17), (17, 17)])
def test_a_reference_is_an_id_whatever_its_type(declared, held):
    assert planned(declare(refs={"app.id": declared}), {"name": "A", "app.id": held}, RULES).operation == "none"


def test_another_reference_takes_the_type_that_the_server_uses():
    given = rules({"normalise": {"app": ["outer_space"]}})
    assert planned(declare(refs={"app": 18}), {"name": "A", "app": "17"}, given).changed == {"app": "18"}
    assert planned(declare(refs={"app": " 17 "}), {"name": "A", "app": "17"}, given).operation == "none"


@pytest.mark.parametrize(
    ("held", "shown"), [({"kind": "x"}, 'the server holds "x" and'), ({}, "the server holds nothing and")]
)
def test_what_can_only_be_set_at_creation(held, shown):
    with pytest.raises(ConfigurationError) as caught:
        planned(declare({"kind": "y\n"}), {"name": "A", **held}, RULES)
    assert caught.value.message.startswith(
        f'Cannot update event (name=A): kind can only be set at creation; {shown} "y\\n" is declared. Declare what'
    )
    assert planned(declare({"kind": "y"}), None, RULES).declared["kind"] == "y"


@pytest.mark.parametrize("observed", [None, OBSERVED])
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"attributes": {"id": 5}}, "id is read-only"),
        ({"secrets": {"uuid": "x"}}, "uuid is read-only"),
        (
            {"attributes": {"password": "x"}},
            "password is write-only and stands among the attributes. Move it to secret_attributes",
        ),
        ({"attributes": {"a": {"pin": 1}}}, "a.pin is write-only"),
        ({"attributes": {"b": 1}, "secrets": {"b": 2}}, "b stands in attributes and in secret_attributes"),
        ({"attributes": {"b": 1}, "secrets": {"b": {"c": 2}}}, "b stands in attributes and in secret_attributes"),
        (
            {"attributes": {"b": {"c": 1}}, "secrets": {"b": {"c": 2}}},
            "b.c stands in attributes and in secret_attributes",
        ),
        ({"attributes": {"b": {"c": 1}}, "secrets": {"b": 2}}, "b stands in attributes and in secret_attributes"),
        ({"attributes": {"name": "B"}}, "name is declared twice, with different values"),
        ({"attributes": {"r": 1}, "refs": {"r": 2}}, "r is declared twice"),
        ({"attributes": {"b": {True: 1}}}, "the name of attribute b.True is the boolean true, not text"),
    ],
)
def test_declarations_that_contradict(more, said, observed):
    given = rules({"read_only": ["id", "uuid"], "write_only": ["password", "a.pin"]})
    with pytest.raises(ConfigurationError) as caught:
        planned(declare(**more), observed, given)
    assert said in caught.value.message
    assert "event (name=A)" in caught.value.message


def test_declared_twice_with_the_same_value():
    assert planned(declare({"name": "A"}), OBSERVED, RULES).operation == "none"


def test_a_server_whose_answer_contradicts_the_rules():
    with pytest.raises(ServerError):
        planned(declare({"countries": []}), {"name": "A", "countries": [{"code": "FR"}] * 2}, RULES)


def test_names():
    assert planned(declare(key={"name": "A", "part": 2}), None, RULES).entity == "event (name=A, part=2)"
    assert planned(declare(id=7), None, RULES).entity == "event (id 7)"
    assert planned(declare(key={"name": "A\n::x"}), None, RULES).entity == "event (name=A\\n::x)"
    assert "s3cret" not in repr(desired_state(declare(secrets={"password": "s3cret"}), RULES))


@pytest.mark.proves("DECLARE-6")
def test_what_cannot_be_observed_is_no_change():
    given = rules({"hidden": ["h"]})
    made = planned(declare({"h": 1}), {"name": "A"}, given)
    assert (made.operation, made.unverified) == ("none", ("h",))
    made = planned(declare({"h": 1, "b": 2}), {"name": "A"}, given)
    assert (made.unverified, made.changed) == (("h",), {"b": 2})
    assert made.whole == made.declared == {"name": "A", "b": 2, "h": 1}


SECRETS = {"password": "s3cret", "api": {"key": 7}}


def fingerprint(path, value):
    return f"{path}={value}"


KNOWN = {"password": "password=s3cret", "api.key": "api.key=6"}


@pytest.mark.proves("SECRET-2")
@pytest.mark.parametrize(
    ("policy", "known", "function", "sent", "unverified"),
    [
        ("on_create", KNOWN, fingerprint, (), ("api.key", "password")),
        ("always", None, None, ("api.key", "password"), ()),
        ("on_change", KNOWN, fingerprint, ("api.key",), ()),
        ("on_change", {"api.key": "api.key=7"}, fingerprint, (), ("password",)),
        ("on_change", {**KNOWN, "api.key": "api.key=7"}, fingerprint, (), ()),
        ("on_change", None, fingerprint, (), ("api.key", "password")),
        ("on_change", KNOWN, None, (), ("api.key", "password")),
    ],
)
def test_secrets_of_an_entity_that_exists(policy, known, function, sent, unverified):
    observed = {"name": "A", "api": {"url": "u", "key": "***"}, "password": "***"}
    made = planned(declare({"api": {"url": "u"}}, secrets=SECRETS), observed, RULES, policy, known, function)
    assert (made.operation, made.secrets_to_send, made.unverified) == ("update" if sent else "none", sent, unverified)
    assert [change.as_result() for change in made.changes] == [
        {"path": path, "before": MASK, "after": MASK} for path in sent
    ]
    assert made.before == {"name": "A", "api": {"url": "u", "key": MASK}, "password": MASK}
    assert made.after == made.before


@pytest.mark.proves("SECRET-2")
def test_bodies_carry_the_secrets_only_when_they_are_sent():
    declaration = declare({"api": {"url": "v"}}, secrets=SECRETS)
    observed = {"name": "A", "api": {"url": "u", "key": "***"}, "password": "***"}
    made = planned(declaration, observed, RULES, "on_change", KNOWN, fingerprint)
    assert (made.changed, made.whole) == ({"api": {"url": "v"}}, {"name": "A", "api": {"url": "v"}})
    assert body(made, "changed", declaration["secrets"]) == {"api": {"url": "v", "key": 7}}
    everything = {"name": "A", "api": {"url": "v", "key": 7}, "password": "s3cret"}
    assert body(made, "whole", declaration["secrets"]) == everything
    assert body(made, "declared", declaration["secrets"]) == everything
    assert made.changed == {"api": {"url": "v"}}
    made = planned(declaration, None, RULES)
    assert made.secrets_to_send == ("api.key", "password")
    assert body(made, "declared", declaration["secrets"]) == {
        "name": "A",
        "api": {"url": "v", "key": 7},
        "password": "s3cret",
    }
    assert made.after == {"name": "A", "api": {"url": "v", "key": MASK}, "password": MASK}
    assert "s3cret" not in repr(made)


def test_a_secret_inside_what_is_null():
    declaration = declare(secrets={"api": {"key": "k3y!", "more": None}})
    made = planned(declaration, {"name": "A", "api": None}, RULES, "always")
    assert body(made, "whole", declaration["secrets"]) == {"name": "A", "api": {"key": "k3y!", "more": None}}
    assert made.after == {"name": "A", "api": {"key": MASK, "more": MASK}}


@pytest.mark.proves("SECRET-2")
def test_an_echo_of_a_secret_is_in_no_change():
    declaration = declare({"api": {"url": None}}, secrets={"api": {"key": "k3y!"}})
    made = planned(declaration, {"name": "A", "api": {"url": "u", "key": "k3y!"}}, RULES)
    assert "k3y!" not in repr(made)
    made = planned(
        declare({"api": "none"}, secrets={}), {"name": "A", "api": {"key": "k3y!"}}, rules({"write_only": ["api.key"]})
    )
    assert made.changes == (Change("api", {"key": MASK}, "none"),)


def test_diff_of_an_update_is_what_changes():
    made = planned(declare({"description": "new\n::error::x", "contact": {"fax": 1, "email": "a@b"}}), OBSERVED, RULES)
    assert diff(made) == {
        "before_header": "event (name=A) (on the server)",
        "after_header": "event (name=A) (as declared)",
        "before": {"description": "old"},
        "after": {"contact.fax": 1, "description": "new\\n::error::x"},
    }
    assert list(diff(made)["after"]) == ["contact.fax", "description"]


def test_diff_of_the_whole():
    created = diff(planned(declare({"b": {"d": 1, "c": 2}}, secrets={"p": "s3cret"}), None, RULES))
    assert (created["before"], created["after"]) == ({}, {"b": {"c": 2, "d": 1}, "name": "A", "p": MASK})
    assert list(created["after"]["b"]) == ["c", "d"]
    deleted = diff(planned(declare(state="absent"), OBSERVED, RULES))
    assert (deleted["before"], deleted["after"]) == (OBSERVED, {})
    nothing = diff(planned(declare(), OBSERVED, RULES))
    assert nothing["before"] == nothing["after"] == {}


def test_diff_leaves_out_what_is_not_there():
    assert diff(Plan("update", "thing", (Change("a", ABSENT, 1),)))["before"] == {}


@pytest.mark.proves("SECRET-2")
def test_a_body_that_may_replace_everything_carries_the_unchanged_secrets():
    declaration = {"key": {"n": "A"}, "attributes": {"a": 2}, "secrets": {"pin": "1234"}}
    made = planned(declaration, {"n": "A", "a": 1}, rules(), "on_change", {"pin": "same"}, lambda path, value: "same")
    assert [change.path for change in made.changes] == ["a"]
    sent = {kind: body(made, kind, {"pin": "1234"}).get("pin") for kind in ("changed", "declared", "whole")}
    assert sent == {"changed": None, "declared": "1234", "whole": "1234"}


@pytest.mark.proves("SECRET-20")
@pytest.mark.parametrize(
    ("policy", "shown", "sent", "unlike"),
    [("on_change", "0ther!", ("pin",), True), ("on_create", "0ther!", (), True), ("on_create", "1234", (), False)],
)
def test_a_secret_that_the_server_shows_is_compared(policy, shown, sent, unlike):
    observed = {"n": "A", "pin": shown}
    made = planned({"key": {"n": "A"}, "secrets": {"pin": "1234"}}, observed, rules(), policy)
    assert (made.secrets_to_send, bool(made.unverified)) == (sent, unlike and not sent)
    assert [name for text in not_sent(made) for name in ("pin", "0ther!", "1234") if name in text] == (
        ["pin"] if unlike and not sent else []
    )


@pytest.mark.proves("SECRET-21")
def test_a_whole_body_holds_the_secrets_that_nobody_declared():
    given = rules({"write_only": ["gone"]}, secret=["token", "masked", "gone"])
    observed = {"n": "A", "a": 1, "token": "t0ken!", "masked": "****", "gone": "x"}
    made = planned({"key": {"n": "A"}, "attributes": {"a": 2}}, observed, given)
    assert made.whole == {"n": "A", "a": 2, "token": "t0ken!"}
    assert made.changed == {"a": 2}
    assert made.secrets_left_out == ("masked",)
    assert "t0ken!" not in repr([made.before, made.after, made.changes])


@pytest.mark.proves("COMPARE-61")
def test_a_mask_that_an_update_would_send_back_is_named_unless_it_is_declared():
    held = {"name": "A", "description": "old", "pin": "****", "deep": [{"token": "<hidden>"}, {"token": "abc"}]}
    made = planned(declare({"description": "new"}), held, rules({}))
    assert masks_sent(made, ["whole"], rules({})) == ["deep[].token", "pin"]
    assert masks_sent(made, ["changed"], rules({})) == []
    declared = planned(declare({"description": "new", "pin": "****", "deep": held["deep"]}), held, rules({}))
    assert masks_sent(declared, ["whole"], rules({})) == []
