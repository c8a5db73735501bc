# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run of insight_entities without Ansible, against an InSight in memory."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.canary import CanaryWrites
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context, Files
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Evidence
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, JournalError, PlanRefused
from ansible_collections.rimops.insight.plugins.plugin_utils._commands import insight_entities as environments
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.bulk_reader import BulkReader
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Insight, answer, profile


def application(number, name=None, **more):
    key = {"appCode": f"{number:06}", "appName": name or f"Application {number}"}
    return {"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora"]}, **more}


def event(number, name="Filing", of=None, **more):
    refs = {"applicationId": {"type": "application", "key": application(number, of)["key"]}}
    return {"type": "event", "key": {"eventName": name}, "refs": refs, "attributes": {"description": "d"}, **more}


def absent(one):
    return {**one, "attributes": {}, "state": "absent"}


class Lab:
    """Runs over one InSight. overrides: of the profile."""

    def __init__(self, monkeypatch, folder):
        self.insight, self.folder, self.overrides = Insight(), folder, {}
        self.canary_writes = CanaryWrites()
        monkeypatch.setattr(environments, "connect", self.connection)

    def connection(self, _values, _context):
        own = profile(**self.overrides)
        settings = SimpleNamespace(
            url=URL,
            system=URL,
            profile=own,
            identity=SimpleNamespace(tenant_id=None),
            evidence=Evidence(),
            session=None,
            token_store="none",
        )
        return SimpleNamespace(
            settings=settings,
            entities=lambda kind: kind(own, URL, self.insight),
            canary_writes=self.canary_writes,
            server_date=lambda: None,
            last_date=None,
            authenticator=SimpleNamespace(user=None),
            notes=[],
            secrets=list,
        )

    def __call__(self, entities, check_mode=False, earlier=None, **options):
        spec = {name: option.get("default") for name, option in environments.ENTITIES_SPEC.items()}
        given = {**spec, "profile": self.overrides, "entities": entities, "wait": False, **options}
        if earlier:
            (self.folder / "earlier.json").write_text(json.dumps({"format": 1, **earlier}))
            given["prune_from"] = ["earlier.json"]
        files = Files(find=self.path_of, path_of=self.path_of)
        return environments.run_entities(given, Context(check_mode, True, print, files=files))

    def path_of(self, name):
        return str(self.folder / name)


@pytest.fixture
def lab(monkeypatch, tmp_path):
    return Lab(monkeypatch, tmp_path)


def refused(lab, *arguments, kind=ConfigurationError, **options):
    """The message of a run that is refused before it writes."""
    with pytest.raises(kind) as caught:
        lab(*arguments, **options)
    assert lab.insight.writes == []
    return str(caught.value)


@pytest.mark.parametrize("name", ["plan_out", "plan_file", "plan_digest", "journal"])
@pytest.mark.parametrize("blank", ["", " "])
def test_an_option_that_is_given_and_blank_is_refused(lab, name, blank):
    more = {"plan_file": "plan.json"} if name == "plan_digest" else {}
    said = refused(lab, [application(1)], **more, **{name: blank})
    assert f"{name} is given and blank" in said and "omit" in said
    assert lab.insight.requests == []


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf"), 3651, 1e9])
def test_a_plan_holds_for_some_days_and_at_most_ten_years(lab, days):
    assert "plan_lifetime" in refused(lab, [application(1)], plan_out="plan.json", plan_lifetime=days)
    assert not (lab.folder / "plan.json").exists()


def test_what_is_pruned_was_declared_for_the_same_system(lab):
    earlier = {"entities": [application(1), application(2)], "url": "https://other.example.com"}
    said = refused(lab, [application(1)], earlier=earlier, plan_out="plan.json", prune_limit=1)
    assert f"use the manifest of prune_from: it is for https://other.example.com, and url is {URL}" in said
    assert lab.insight.requests == []
    lab([application(1)], earlier={**earlier, "url": f"{URL}/"}, plan_out="plan.json", prune_limit=1)
    assert (lab.folder / "plan.json").exists()


def planned(lab, name="plan.json"):
    """The operations of a plan: what, and of which entity."""
    operations = json.loads((lab.folder / name).read_text())["operations"]
    return [(one["operation"], one["entity"]) for one in operations]


def test_what_refers_to_a_renamed_entity_is_not_gone(lab):
    lab([application(1), event(1), event(1, "Renewal")])
    now = [application(1, "New", was={"appName": "Application 1"}), event(1, of="New")]
    earlier = {"entities": [application(1), event(1), event(1, "Renewal")]}
    lab(now, earlier=earlier, plan_out="plan.json", prune_limit=1)
    renewal = ("delete", "event (eventName=Renewal, applicationId=(appCode=000001, appName=New))")
    assert [what for what in planned(lab) if what[0] == "delete"] == [renewal]
    lab(now)
    lab(now, earlier=earlier, plan_out="after.json", prune_limit=1)
    assert planned(lab, "after.json") == [renewal]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("other", ["by id", "more of the key", "was"])
def test_one_entity_under_two_names_is_refused(lab, other, state):
    found = lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    lab.insight.add("event", eventName="Filing", applicationId=found["id"], description="d", code="7")
    first = event(1, attributes={"description": "one"})
    second = {
        "by id": {**first, "refs": {"applicationId": {"type": "application", "id": found["id"]}}},
        "more of the key": {**first, "key": {"eventName": "Filing", "code": "7"}},
        "was": {**first, "key": {"eventName": "New", "code": "7"}, "was": {"eventName": "Filing"}},
    }[other]
    entities = [application(1), first, {**second, "state": state, "attributes": {}}]
    for options in ({}, {"plan_out": "plan.json"}, {"check_mode": True}):
        said = refused(lab, entities, **options)
        assert "are one entity, that with the id 2" in said
        assert "event (eventName=Filing, applicationId=(appCode=000001" in said
        assert "entities, entry 2)" in said and "entities, entry 3)" in said
    assert not (lab.folder / "plan.json").exists()


def test_entities_whose_answers_hold_no_id_are_not_taken_for_one(lab):
    lab([application(1), application(2)])
    lab.overrides = {"types": {"application": {"id": {"at": "number"}}}}
    assert lab([application(1), application(2)])["summary"]["unchanged"] == 2


def test_names_that_the_rules_make_one_are_refused(lab):
    lab.overrides = {"types": {"event": {"attributes": {"eventName": {"normalise": ["case"]}}}}}
    found = lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    lab.insight.add("event", eventName="Filing", applicationId=found["id"], description="d")
    find = lab.insight._find

    def loosely(name, number, body):
        return find(name, number, {**body, **({"eventName": "Filing"} if name == "event" else {})})

    lab.insight._find = loosely
    assert "are one entity" in refused(lab, [event(1), event(1, "FILING")])


def fates(result):
    return {one["entity"].split(" (")[0]: one["outcome"] for one in result["entities"]}


def test_what_may_still_be_referred_to_is_not_deleted(lab):
    found = lab.insight.add("application", **application(1)["key"])
    lab.insight.add("event", eventName="Filing", applicationId=found["id"])
    find = lab.insight._find
    lab.insight._find = lambda name, *more: answer(500, {"message": "no"}) if name == "event" else find(name, *more)
    told = lab([absent(application(1)), absent(event(1))], on_error="continue")
    assert fates(told) == {"event": "failed", "application": "not_tried"}
    assert lab.insight.writes == [] and not told["changed"]
    assert told["entities"][1]["why"] == (
        "event (eventName=Filing, applicationId=(appCode=000001, appName=Application 1)), which may refer to it, could "
        "not be read"
    )


def why_not(lab, entities, **options):
    """Why the second of two entities was not tried."""
    told = lab(entities, on_error="continue", **options)
    assert [one["outcome"] for one in told["entities"]] == ["failed", "not_tried"]
    return told["entities"][1]["why"]


APPLICATION = "application (appCode=000001, appName=Application 1)"


@pytest.mark.proves("LUCK-3")
def test_why_nothing_is_written_that_refers_to_what_failed(lab):
    def refuse(_request, _go):
        return answer(500, {"message": "no"})

    both = [application(1), event(1)]
    lab.insight.hooks = {"find": [refuse]}
    assert why_not(lab, both) == f"{APPLICATION}, to which it refers, could not be read"
    lab.insight.hooks = {"create": [lambda _request, _go: answer(422, {"message": "no"})]}
    assert why_not(lab, both) == f"{APPLICATION}, to which it refers, was not written"
    lab.insight.hooks = {}
    lab(both)
    lab.insight.hooks = {"delete": [lambda _request, _go: answer(422, {"message": "no"})]}
    of = f"event (eventName=Filing, applicationId={APPLICATION.split(' ', 1)[1]})"
    assert why_not(lab, list(map(absent, both))) == f"{of} still refers to it"


TRIED = {"verified": {"version": "7.3", "when": "2026-01-31", "by": "a test"}}


@pytest.mark.proves("LUCK-3")
def test_nothing_is_begun_while_a_failure_is_written_down(lab, monkeypatch):
    """The disk may be slow. Who begins at that moment must know already that the run has stopped."""
    lab.overrides = {"operations": {"create": TRIED, "find": TRIED, "read": TRIED}}
    failing, first_write_alone, outcome = threading.Event(), lab.canary_writes.first_write_alone, Journal.outcome

    def after_the_failure(operation, name, secrets):
        if "000002" in name:
            failing.wait(300)
        return first_write_alone(operation, name, secrets)

    def slow(journal, entity, result, *more):
        if result == "failed":
            failing.set()
            time.sleep(0.2)
        outcome(journal, entity, result, *more)

    monkeypatch.setattr(lab.canary_writes, "first_write_alone", after_the_failure)
    monkeypatch.setattr(Journal, "outcome", slow)
    lab.insight.hooks["create"] = [lambda _request, _go: answer(422, {"message": "no"})]
    lab.insight.add("application", **application(3)["key"], selectedProducts=["Zelvora"])
    told = lab(list(map(application, (1, 2, 3))), journal="evidence", concurrency=2)
    assert [one["outcome"] for one in told["entities"]] == ["failed", "not_tried"]
    assert told["entities"][1]["why"] == f"the run stopped at {APPLICATION}"
    assert lab.insight.writes == ["create"]
    assert [line["entity"] for line in lines(told) if line["kind"] == "intent"] == [APPLICATION]


@pytest.mark.proves("PROFILE-2")
def test_a_plan_names_the_assumed_operations_that_reading_used_and_writing_will_use(lab):
    told = lab([application(1)], plan_out="plan.json")
    used = ["operations.create", "operations.find"]
    assert told["assumed"] == json.loads((lab.folder / "plan.json").read_text())["assumed"] == used
    lab.overrides = {"operations": {"create": TRIED}}
    assert lab([application(1)], plan_out="plan.json")["assumed"] == ["operations.find"]


# --- a plan that does not fit any more, and one that was carried out


@pytest.mark.proves("PLAN-5")
def test_each_entity_that_a_plan_does_not_fit_any_more_is_named_with_the_reason(lab):
    def seed(number, held):
        return lab.insight.add("application", **application(number)["key"], selectedProducts=[held])

    changed, deleted, kept, pruned = seed(2, "Old"), seed(3, "Old"), seed(4, "Zelvora"), seed(5, "Zelvora")
    entities, earlier = list(map(application, (1, 2, 3, 4))), {"entities": list(map(application, (4, 5)))}
    approved = approval_of(lab, entities, earlier=earlier, prune_limit=1)
    assert len(planned(lab)) == 4 and pruned
    seed(1, "Somebody's")
    changed["selectedProducts"], kept["selectedProducts"] = ["Somebody's"], ["Somebody's"]
    del lab.insight.entities["application"][deleted["id"]]
    with pytest.raises(PlanRefused) as refused:
        lab(entities, **approved)
    names = {number: f"application (appCode={number:06}, appName=Application {number})" for number in range(1, 6)}
    assert refused.value.details["moved"] == {
        names[1]: "was created meanwhile",
        names[2]: "was changed meanwhile",
        names[3]: "was deleted meanwhile",
        names[4]: "needs an update that is not in the plan",
        names[5]: "is not declared any more",
    }
    assert "; and 2 more; nothing was written" in refused.value.message
    assert sum(name in refused.value.message for name in names.values()) == 3
    assert lab.insight.writes == []


def approval_of(lab, entities, **options):
    """Options that apply an approved plan of these entities, with a journal."""
    digest = lab(entities, plan_out="plan.json", **options)["plan_digest"]
    return {"plan_file": "plan.json", "plan_digest": digest, "journal": "evidence"}


@pytest.mark.proves("PLAN-10")
@pytest.mark.parametrize("name", ["plan.json", "copy.json"])
def test_a_copy_of_a_plan_that_was_carried_out_is_refused(lab, name):
    entities = [application(1), application(2)]
    approved = approval_of(lab, entities)
    (lab.folder / "copy.json").write_bytes((lab.folder / "plan.json").read_bytes())
    lab(entities, **approved)
    lab.insight.entities["application"].popitem()
    for check_mode in (False, True):
        for digest in (approved["plan_digest"], None):
            with pytest.raises(PlanRefused, match="carried out to its end already") as refused:
                lab(entities, check_mode, **{**approved, "plan_file": name, "plan_digest": digest})
            assert refused.value.details["reasons"] == ["plan_again"]
    assert lab.insight.writes == ["create"] * 2
    assert lab(entities, **{**approved, "plan_file": name, "plan_again": True})["summary"]["created"] == 1


@pytest.mark.proves("PLAN-10", "JOURNAL-20")
@pytest.mark.parametrize("behind", [b"\n", b"x", b'{"a', b"\0" * 9, b"\n\n\n", b"7\n", b"[" * 9000 + b"\n"])
def test_bytes_behind_the_end_of_a_journal_do_not_make_a_plan_good_again(lab, behind):
    entities = [application(1)]
    approved = approval_of(lab, entities)
    journal = Path(lab(entities, **approved)["journal"])
    journal.write_bytes(journal.read_bytes() + behind)
    lab.insight.entities["application"].clear()
    with pytest.raises(PlanRefused, match="carried out to its end already"):
        lab(entities, **approved)


@pytest.mark.proves("PLAN-6", "PLAN-10")
def test_a_plan_that_was_carried_out_in_parts_is_finished_and_then_refused(lab):
    entities = [application(number) for number in range(3)]
    approved = approval_of(lab, entities)
    lab.insight.hooks["create"] = [None, lambda _request, _go: answer(422, {"message": "no"})]
    first = lab(entities, concurrency=1, **approved)
    assert first["summary"]["created"] == 1 and first["failed"]
    last = lab(entities, **approved)
    assert last["summary"]["created"] == 2 and "failed" not in last
    again = lab(entities, **approved)  # nothing to do is no writing
    assert not again["changed"] and any("was applied already" in note for note in again["notes"])
    lab.insight.entities["application"].popitem()
    with pytest.raises(PlanRefused, match="carried out to its end already"):
        lab(entities, **approved)
    assert len(lab.insight.writes) == 4


@pytest.mark.proves("PLAN-10")
@pytest.mark.parametrize("lost", ["moved", "emptied", "of another system"])
def test_only_the_journal_at_hand_tells_that_a_plan_was_carried_out(lab, lost):
    """Without it, what was planned on the system protects, and the time for which a plan holds, as the guide says."""
    entities = [application(1)]
    approved = approval_of(lab, entities)
    journal = Path(lab(entities, **approved)["journal"])
    if lost == "moved":
        journal.parent.rename(lab.folder / "elsewhere")
    elif lost == "emptied":
        journal.unlink()
    else:
        journal.write_text(journal.read_text().replace(URL, "https://other.example.com"))
    lab.insight.entities["application"].clear()
    assert lab(entities, **approved)["summary"]["created"] == 1


def lines(result):
    """What a journal tells, a line at a time."""
    return [json.loads(line) for line in Path(result["journal"]).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_after_the_first_error_nothing_more_is_begun_behind_an_assumed_write(lab, on_error):
    create, waiting = lab.insight._create, threading.Barrier(2, timeout=600)
    enter = lab.canary_writes._enter

    def entered(*given):
        with contextlib.suppress(threading.BrokenBarrierError):
            if threading.current_thread() not in met:
                met.append(threading.current_thread())
                waiting.wait()
        enter(*given)

    def refuse_the_first(*given):
        lab.insight._create = create
        time.sleep(0.1)
        return answer(422, {"message": "no"})

    met = []
    lab.canary_writes._enter = entered
    lab.insight._create = refuse_the_first
    told = lab([application(number) for number in range(4)], journal="evidence", concurrency=2, on_error=on_error)
    wanted = {"stop": (1, ["create"]), "continue": (4, ["create"] * 4)}[on_error]
    assert (sum(line["kind"] == "intent" for line in lines(told)), lab.insight.writes) == wanted
    assert told["summary"]["failed"] == 1 and told["summary"]["not_tried"] == 4 - wanted[0]
    assert sum(line["kind"] == "outcome" for line in lines(told)) == wanted[0]


def test_what_is_held_back_leaves_no_intent(lab):
    lab.insight.stores = lambda entity: {**entity, "selectedProducts": ["Another"]}
    told = lab([application(1), application(2)], journal="evidence", concurrency=1, on_error="continue")
    assert [one["outcome"] for one in told["entities"]] == ["failed", "not_tried"]
    assert told["entities"][1]["error"]["kind"] == "HeldBackError"
    assert [line["entity"] for line in lines(told) if line["kind"] == "intent"] == [told["entities"][0]["entity"]]


def test_a_journal_that_breaks_does_not_hide_what_was_written(lab, monkeypatch):
    lab.insight.stores = lambda entity: {**entity, "selectedProducts": ["Another"]}

    def full(*_given):
        raise JournalError("write the journal", "No space left on device")

    monkeypatch.setattr(Journal, "outcome", full)
    told = lab([application(1)], journal="evidence")
    [one] = told["entities"]
    assert told["changed"] and one["error"]["kind"] == "UnconvergedError" and one["error"]["written"] == "create"
    assert "did not arrive" in one["why"] or "selectedProducts" in one["why"]
    assert "No space left on device" in one["why"] and "No space left on device" in told["msg"]


def test_a_plan_that_sends_secrets_is_applied_once(lab):
    lab.insight.add("application", **application(1)["key"], selectedProducts=["Old"])
    secret = {"selectedProducts": ["Zelvora"], "pin": {"secret": "pin"}}
    entities = [application(1, attributes=secret)]
    more = {"secrets": {"pin": "canary 4711"}, "update_secrets": "always"}
    digest = lab(entities, plan_out="plan.json", **more)["plan_digest"]
    approved = {**more, "plan_file": "plan.json", "plan_digest": digest, "return_unchanged": True}
    first = lab(entities, **approved)
    assert first["changed"] and lab.insight.writes == ["create-or-update"]
    assert first["entities"][0]["secrets"] == ["pin"]
    for check_mode in (False, True):
        again = lab(entities, check_mode=check_mode, **approved)
        assert not again["changed"] and lab.insight.writes == ["create-or-update"]
        assert [one["outcome"] for one in again["entities"]] == ["unchanged"] and again["summary"]["updated"] == 0
        assert again["diff"]["prepared"] == "" and "secrets" not in again["entities"][0]
        assert any("was applied already" in note for note in again["notes"])


def test_a_result_says_that_a_secret_was_sent(lab):
    lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    secret = {"selectedProducts": ["Zelvora"], "login": {"pin": {"secret": "pin"}}}
    entities = [application(1, attributes=secret), application(2)]
    told = lab(entities, secrets={"pin": "canary 4711"}, update_secrets="always")
    assert [(one["operation"], one["changes"] == [], one.get("secrets")) for one in told["entities"]] == [
        ("update", True, ["login.pin"]),
        ("create", False, None),
    ]
    assert "canary" not in json.dumps(told)


@pytest.mark.parametrize(
    ("was", "words"),
    [
        ({"appNam": "Old"}, "appNam"),
        ({"appName": "Old", "applicationId": "7"}, "applicationId"),
        ({"appName": "Application 1"}, "is what key says now"),
        ({"appCode": "000001", "appName": "Application 1"}, "is what key says now"),
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_former_key_that_cannot_be_one_is_refused(lab, was, words, state):
    said = refused(lab, [application(1, was=was, state=state, attributes={})])
    assert words in said and "entities, entry 1" in said
    assert lab.insight.requests == []


@pytest.fixture
def listing(lab, monkeypatch):
    """Shows, whatever type is listed, these entities."""
    lab.overrides = {"operations": {"list": {"enabled": True}}}

    def show(*entities):
        monkeypatch.setattr(BulkReader, "whole", lambda *_given, **_more: list(entities))

    return show


def test_what_a_shifting_list_shows_twice_is_one(lab, listing):
    found = lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    listing(found, dict(found))
    told = lab([application(1)], gather="list")
    assert told["summary"]["unchanged"] == 1 and lab.insight.requests == []
    listing(found, {**found, "id": 99})
    assert "2 entities match (ids 1, 99)" in lab([application(1)], gather="list")["msg"]


def test_a_near_match_of_a_list_does_not_hide_an_exact_one(lab, listing):
    found = lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    near = {**found, "id": 99, "appName": "APPLICATION 1"}
    listing(near, found)
    told = lab([application(1)], gather="list")
    assert told["summary"]["unchanged"] == 1 and lab.insight.requests == []
    listing(near)
    assert "APPLICATION 1" in lab([application(1)], gather="list")["msg"]


@pytest.mark.proves("ENVIRONMENT-61")
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_list_of_summaries_is_no_drift(lab, listing, check_mode):
    found = [lab.insight.add("application", **application(one)["key"], selectedProducts=["Zelvora"]) for one in (1, 2)]
    listing(*({name: value for name, value in one.items() if name != "selectedProducts"} for one in found))
    wanted = [application(1), absent(application(2))]
    options = {"check_mode": check_mode, "gather": "list", "on_error": "continue"}
    told = lab(wanted, **options)
    assert (told["summary"]["failed"], told["changed"]) == (2, False)
    for one in told["entities"]:
        assert "operations.list" in one["why"] and "show it differently: selectedProducts" in one["why"]
        assert "set gather to each" in one["why"]
    assert lab.insight.requests == [("read", {})], "one of the type tells"
    listing(*found)
    lab.insight.requests.clear()
    told = lab([{**application(1), "attributes": {"selectedProducts": ["x"]}}, wanted[1]], **options)
    assert (told["summary"]["updated"], told["summary"]["deleted"], told["changed"]) == (1, 1, True)
    assert [verb for verb, _body in lab.insight.requests].count("read") == (1 if check_mode else 5)


@pytest.mark.proves("LUCK-9")
@pytest.mark.parametrize("on_error", ["stop", "continue"])
def test_an_exception_in_the_middle_of_a_write_is_the_unknown_outcome_of_that_entity(lab, on_error):
    def broken(request, go):
        go()
        raise ValueError("Invalid IPv6 URL")

    lab.insight.hooks["create"] = [None, None, broken]
    tried = {"version": "7.3", "when": "2026-01-31", "by": "a test"}
    lab.overrides = {"operations": {"create": {"verified": tried}}}
    result = lab(list(map(application, range(6))), concurrency=1, on_error=on_error, journal="evidence")
    told = [one["outcome"] for one in result["entities"]]
    rest = ["not_tried"] * 3 if on_error == "stop" else ["created"] * 3
    assert told == ["created", "created", "outcome_unknown", *rest]
    assert result["failed"] and result["changed"] and result["journal_head"]
    assert "ValueError" in result["msg"]
    written = [json.loads(line) for line in Path(result["journal"]).read_text().splitlines()]
    assert [one["result"] for one in written if one["kind"] == "outcome"] == [one for one in told if one != "not_tried"]


@pytest.mark.proves("LUCK-9")
def test_an_exception_while_an_entity_is_read_is_its_failure(lab):
    def broken(_request, _go):
        raise RuntimeError("dictionary changed size during iteration")

    lab.insight.hooks["find"] = [None, broken]
    result = lab(list(map(application, range(3))), concurrency=1, on_error="continue")
    assert [one["outcome"] for one in result["entities"]] == ["created", "failed", "created"]
    assert "RuntimeError" in result["msg"] and result["failed"]


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_the_profile_has_no_operation_for_is_told_at_planning(lab, check_mode):
    lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])
    lab.insight.add("application", **application(2)["key"], selectedProducts=["Other"])
    lab.overrides = {"operations": {"create": None, "update": None, "delete": None}}
    for one, operation in ((2, "update"), (3, "create")):
        result = lab([application(1), application(one)], check_mode, on_error="continue", plan_out="plan.json")
        assert [told["outcome"] for told in result["entities"]][-1:] == ["failed"], result
        assert f"the profile has no {operation} operation for application" in result["msg"]
    result = lab([absent(application(2))], check_mode)
    assert "the profile has no delete operation for application" in result["msg"]
    assert lab.insight.writes == []


@pytest.mark.proves("MESSAGE-20")
def test_what_is_needed_beyond_the_plan_is_told_with_its_article(lab):
    many = [application(1), application(2), application(3)]
    changed, gone = (lab.insight.add("application", **one["key"], selectedProducts=["Zelvora"]) for one in many[1:])
    lab(many, plan_out="plan.json")
    changed["selectedProducts"] = ["Other"]
    del lab.insight.entities["application"][gone["id"]]
    said = refused(lab, many, plan_file="plan.json", kind=PlanRefused)
    assert "application (appCode=000002, appName=Application 2) needs an update that is not in the plan" in said
    assert "application (appCode=000003, appName=Application 3) needs a create that is not in the plan" in said


def child(name, parent_id, **more):
    """An event that refers to its application by the id."""
    refs = {"applicationId": {"type": "application", "id": parent_id}}
    return {"type": "event", "key": {"eventName": name}, "refs": refs, "attributes": {"description": "d"}, **more}


def with_events(lab, *names):
    """An application with these events, on the server; its id."""
    number = lab.insight.add("application", **application(1)["key"], selectedProducts=["Zelvora"])["id"]
    for name in names:
        lab.insight.add("event", eventName=name, applicationId=number, description="d")
    return number


DELETED = absent(application(1))


@pytest.mark.proves("ENVIRONMENT-60")
@pytest.mark.parametrize("how", ["by id", "as text", "as attribute", "through a reference", "new"])
def test_what_stays_refers_by_id_to_nothing_that_is_deleted(lab, how):
    number = with_events(lab, "stays")
    lab.overrides = {"types": {"step": {"path": "step", "key": {"attributes": ["name"]}}}}
    lab.insight.add("step", name="stays", eventId=number + 1)
    below = child("stays", number)
    step = {"type": "step", "key": {"name": "stays"}, "refs": {"eventId": {**below}}}
    del step["refs"]["eventId"]["attributes"]
    stays = {
        "by id": below,
        "as text": child("stays", str(number)),
        "as attribute": {**below, "refs": {}, "attributes": {"applicationId": number}},
        "through a reference": step,
        "new": child("new", number),
    }[how]
    for entities in ([DELETED, stays], [stays, DELETED]):
        said = refused(lab, entities, kind=ConfigurationError)
        assert "refers to application (appCode=000001, appName=Application 1), which entities" in said
        assert "declares absent" in said and "Nothing was written" in said
    said = refused(lab, [stays], earlier={"entities": [application(1)]}, prune_limit=1, plan_out="plan.json")
    assert "of prune_from declares absent" in said
    assert not (lab.folder / "plan.json").exists()


@pytest.mark.proves("ENVIRONMENT-60")
@pytest.mark.parametrize("how", ["by id", "by key", "undeclared"])
def test_what_is_deleted_goes_before_what_it_refers_to_by_id(lab, how):
    number = with_events(lab, "one", "two")

    def refers(name, parent_id):
        undeclared = {**event(1, name), "refs": {}}
        return {"by id": child(name, parent_id), "by key": event(1, name), "undeclared": undeclared}[how]

    names = []
    lab.insight.hooks["delete"] = [lambda request, go: (names.append(request.purpose), go())[1]] * 3
    lab([DELETED, *(absent(refers(name, number)) for name in ("one", "two"))], plan_out="plan.json")
    plan = json.loads((lab.folder / "plan.json").read_text())
    result = lab([DELETED, *(absent(refers(name, number)) for name in ("one", "two"))])
    assert result["summary"]["deleted"] == 3
    assert [one["type"] for one in plan["operations"]] == ["event", "event", "application"]
    assert [name.split()[1] for name in names] == ["event", "event", "application"]
    assert [one["type"] for one in result["entities"]] == ["event", "event", "application"]


@pytest.mark.proves("ENVIRONMENT-60")
def test_a_parent_stays_where_a_child_by_id_could_not_be_deleted(lab):
    number = with_events(lab, "one")
    lab.insight.hooks["delete"] = [lambda request, go: answer(403, {"message": "no"})]
    result = lab([DELETED, absent(child("one", number))], on_error="continue")
    assert [one["outcome"] for one in result["entities"]] == ["failed", "not_tried"]
    assert "still refers to it" in result["entities"][1]["why"]
    assert len(lab.insight.entities["application"]) == 1


@pytest.mark.proves("ENVIRONMENT-60")
def test_what_refers_to_one_another_is_deleted_all_the_same(lab):
    lab.overrides = {"types": {"event": {"attributes": {"before": {"ref": {"type": "event"}}}}}}
    number = with_events(lab, "one", "two")
    lab.insight.entities["event"][2]["before"], lab.insight.entities["event"][3]["before"] = 3, 2
    result = lab([DELETED, *(absent(child(name, number)) for name in ("one", "two"))])
    assert result["summary"]["deleted"] == 3 and lab.insight.entities["application"] == {}


@pytest.mark.proves("ENVIRONMENT-60")
def test_one_entity_by_the_id_and_by_the_key_of_its_parent_is_declared_twice(lab):
    number = with_events(lab)
    said = refused(lab, [application(1), event(1, "new"), child("new", number)])
    assert "event (eventName=new, applicationId=(id 1))" in said and "are one entity, which does not exist yet" in said


@pytest.mark.proves("ENVIRONMENT-60")
def test_a_reference_that_nobody_declared_is_told(lab):
    with_events(lab, "stays")
    stays = {**event(1, "stays"), "refs": {}}
    result = lab([DELETED, stays], check_mode=True)
    [note] = [one for one in result["notes"] if "declares absent" in one]
    assert "event (eventName=stays)" in note and "with an attribute that is not declared here" in note
    assert lab.insight.writes == []
    moved = {**stays, "attributes": {"applicationId": None}}
    assert [one for one in lab([DELETED, moved], check_mode=True).get("notes", ()) if "declares absent" in one] == []


@pytest.mark.proves("ENVIRONMENT-60")
@pytest.mark.parametrize("description", ["d", "changed"])
@pytest.mark.parametrize("cascades", [True, False])
def test_what_was_deleted_along_is_not_told_as_unchanged(lab, cascades, description):
    with_events(lab, "stays")
    delete = lab.insight._delete

    def along(name, number, body):
        if cascades:
            lab.insight.entities["event"].clear()
        return delete(name, number, body)

    lab.insight._delete = along
    stays = {**event(1, "stays"), "refs": {}, "attributes": {"description": description}}
    result = lab([DELETED, stays], return_unchanged=True)
    by_type = {one["type"]: one for one in result["entities"]}
    assert by_type["application"]["outcome"] == "deleted" and result["changed"]
    left = "unchanged" if description == "d" else "updated"
    assert by_type["event"]["outcome"] == ("failed" if cascades else left)
    assert bool(result.get("failed")) is cascades and sum(result["summary"].values()) == 2
    if cascades:
        assert "the server deleted it along with application" in by_type["event"]["why"]
        assert by_type["event"]["error"]["kind"] == "CollateralError"
