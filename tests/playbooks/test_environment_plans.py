# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for an environment: written, approved, applied exactly or refused; and what they may delete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import (
    JOURNALS,
    absent,
    application,
    checked,
    control,
    count,
    counted,
    event,
    outcomes,
    seeds,
    switch,
    task,
    written,
)


def applied(name: str, entities: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    """A task that applies the plan of the task ``plan``."""
    return task(name, entities, **{"plan_file": "plan.json", "plan_digest": "{{ plan.plan_digest }}", **options})


@pytest.mark.each_core
@pytest.mark.proves("PLAN-5")
def test_a_plan_is_written_approved_applied_and_then_there_is_nothing_to_do(
    server: Server, play: Player, tmp_path: Path
) -> None:
    server.seed("application", **{**application(3)["key"], "selectedProducts": ["Old"]})
    server.seed("application", **{**application(4)["key"], "selectedProducts": ["Zelvora"]})
    server.forget()
    many = [application(1), event(1), application(3), *absent([application(4)])]
    written(tmp_path / "base" / "all.json", many)
    from_files = {"manifest": ["base/"]}
    evidence = {"journal": "evidence", "approval": {"who": "J. Doe", "reference": "CHG-4711"}, "reason": "Release 4"}
    played = play(
        [
            checked("plan in check mode", **from_files, plan_out="checked.json"),
            task("plan", **from_files, plan_out="plan.json") | {"register": "plan"},
            count("planned"),
            applied("verify", **from_files, **evidence) | {"check_mode": True},
            count("verified"),
            applied("apply", **from_files, **evidence),
            count("applied"),
            applied("verify again", **from_files, **evidence) | {"check_mode": True},
            applied("apply again", **from_files, **evidence),
            count("applied again"),
            {"name": "journals", JOURNALS: {"journal": "{{ playbook_dir }}/evidence"}},
        ]
    )
    assert played.code == 0, played.output
    as_planned = {"created": 2, "updated": 1, "deleted": 1}
    steps = ("plan in check mode", "plan", "verify", "apply", "verify again", "apply again")
    assert [outcomes(played[one]) for one in steps] == [*[as_planned] * 4, *[{"unchanged": 4}] * 2]
    assert [played[one]["changed"] for one in steps] == [True, False, True, True, False, False]
    assert [counted(played, one, "writes")[0] for one in ("planned", "verified", "applied", "applied again")] == [
        0,
        0,
        4,
        0,
    ]
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("checked.json", "plan.json"))
    assert first["operations"] == second["operations"]
    assert [(one["operation"], one["type"]) for one in first["operations"]] == [
        ("create", "application"),
        ("update", "application"),
        ("create", "event"),
        ("delete", "application"),
    ]
    assert any("applied already" in note for note in played["apply again"]["notes"])
    assert any("applied already" in note for note in played["verify again"]["notes"])
    assert not any("applied already" in note for note in played["apply"].get("notes", []))
    ran, again = played["journals"]["journals"]
    assert (ran["head"], again["head"]) == (played["apply"]["journal_head"], played["apply again"]["journal_head"])
    assert (ran["lines"], again["lines"], ran["ended"], again["ended"]) == (2 + 2 * 4, 2, True, True)
    assert ran["run"]["plan_digest"] == played["plan"]["plan_digest"]
    assert ran["run"]["approval"] == {"who": "J. Doe", "reference": "CHG-4711"} and ran["run"]["reason"] == "Release 4"


@pytest.mark.proves("PLAN-9")
def test_a_plan_is_shown_by_diff_with_and_without_check_mode(server: Server, play: Player) -> None:
    secret = "a canary that nobody prints"
    many = [application(1, attributes={"selectedProducts": ["a"], "interfacePassword": {"secret": "interface"}})]
    line = "+ application (appCode=000001, appName=Application 1)"
    for name, how, times in (
        ("plan", {}, 1),
        ("plan in check mode", {"check_mode": True}, 1),
        ("plan without diff", {"diff": False}, 0),
        ("plan that nobody may see", {"no_log": True}, 0),
    ):
        step = task(name, many, plan_out="plan.json", secrets={"interface": secret})
        played = play([step | how])
        assert played.code == 0, played.output
        assert played.output.count(line) == times, played.output
        assert played.output.count("interfacePassword: a secret is sent") == times, played.output
        assert secret not in played.output
    assert server.counted["writes"] == 0
    twice = play([task("all", many, secrets={"interface": secret}), task("plan", many[:0], plan_out="plan.json")])
    assert twice.output.count(line) == 1, "the plan that holds nothing shows nothing"


@pytest.mark.proves("PLAN-2", "PLAN-5")
def test_what_was_not_approved_is_refused_by_name(server: Server, play: Player, tmp_path: Path) -> None:
    many = [application(1), event(1), application(3)]
    server.seed("application", **{**application(3)["key"], "selectedProducts": ["Old"], "note": "ours"})
    server.forget()
    found = server.stored("application")[0]["id"]
    tamper = control("tamper", ["PATCH", f"entities/application/{found}", {"selectedProducts": ["Other"]}])
    restore = control("restore", ["PATCH", f"entities/application/{found}", {"selectedProducts": ["Old"]}])
    other = {"operations": {"read": {"note": "another note"}}}
    elsewhere = server.url.replace("localhost", "127.0.0.1")
    cases = [
        ("another url", applied("another url", many, url=elsewhere), [elsewhere]),
        ("other overrides", applied("other overrides", many, profile_overrides=other), ["profile or its overrides"]),
        ("other options", applied("other options", many, collateral="ignore"), ["options of comparing"]),
        ("another manifest", applied("another manifest", [*many, application(9)]), ["manifest is another one"]),
        ("another digest", applied("another digest", many, plan_digest="sha256:0"), ["sha256:0 was approved"]),
        ("expired", task("expired", many, plan_file="short.json"), ["it expired at"]),
        ("edited", task("edited", many, plan_file="edited.json"), ["now needs something else than was approved"]),
        ("shortened", task("shortened", many, plan_file="shortened.json"), ["was edited since it was written"]),
        ("other digest", applied("other digest", many, plan_file="edited.json"), ["was approved"]),
        ("no plan", task("no plan", many, plan_file="none.json"), ["No such file"]),
    ]
    edits = [
        step
        for name, before, after in (("edited", "Zelvora", "Zelvera"), ("shortened", "    ", ""))
        for path in [f"{{{{ playbook_dir }}}}/{name}.json"]
        for step in (
            {"name": "copy", "ansible.builtin.copy": {"src": "{{ playbook_dir }}/plan.json", "dest": path}},
            {"name": name, "ansible.builtin.replace": {"path": path, "regexp": before, "replace": after}},
        )
    ]
    played = play(
        [
            task("plan", many, plan_out="plan.json") | {"register": "plan"},
            task("short", many, plan_out="short.json", plan_lifetime=0.000001),
            *edits,
            *(step for _name, step, _words in cases),
            tamper,
            applied("moved", many, journal="evidence"),
            restore,
            control("new", ["POST", "entities/application", {**application(1)["key"], "selectedProducts": ["Theirs"]}]),
            applied("appeared", many, journal="evidence"),
            count("refused"),
            control("remove it", ["DELETE", "entities/application", None]),
            applied("disappeared", many, journal="evidence"),
            control("seed", *seeds(4, selectedProducts=["Old"], note="theirs")[3:]),
            applied("beside", many, journal="evidence"),
            count("refused too"),
            control("remove it again", ["DELETE", "entities/application", None]),
            control("seed again", *seeds(4, selectedProducts=["Old"], note="ours")[3:]),
            applied("as planned on", many, journal="evidence"),
        ]
    )
    wrong = {
        name: played[name].get("msg")
        for name, _step, words in cases
        if not played[name]["failed"] or not all(word in played[name]["msg"] for word in words)
    }
    assert wrong == {}
    names = {number: f"application (appCode=00000{number}, appName=Application {number})" for number in (1, 3)}
    for step, name, how in (
        ("moved", names[3], "was changed meanwhile"),
        ("appeared", names[1], "was created meanwhile"),
        ("disappeared", names[3], "was deleted meanwhile"),
        ("beside", names[3], "was changed meanwhile"),
    ):
        error = played[step]["error"]
        assert (error["kind"], error["moved"]) == ("PlanRefused", {name: how}), played[step]
        assert f"{name} {how}; nothing was written" in played[step]["msg"]
    assert counted(played, "refused", "writes") == counted(played, "refused too", "writes") == (0,)
    # What was put there anew has another id, and is still what was planned on.
    assert outcomes(played["as planned on"]) == {"created": 2, "updated": 1}, played["as planned on"]
    assert len(list((tmp_path / "evidence").iterdir())) == 1  # of the last one only


@pytest.mark.proves("PLAN-6")
def test_an_interrupted_apply_is_finished_by_the_same_plan(server: Server, play: Player) -> None:
    many = [application(number) for number in range(30)]
    failing = {"kind": "status", "status": 500, "match": {"operation": "create"}, "after": 11, "times": 0}
    broken = control("broken", ["POST", "faults", failing])
    played = play(
        [
            task("plan", many, plan_out="plan.json") | {"register": "plan"},
            broken,
            applied("interrupted", many, journal="evidence", concurrency=1),
            control("mended", ["DELETE", "faults", None]),
            count("then"),
            applied("finished", many, journal="evidence"),
            count("at last"),
        ]
    )
    assert played["interrupted"]["failed"] and played["interrupted"]["changed"]
    assert outcomes(played["interrupted"]) == {"created": 11, "failed": 1, "not_tried": 18}
    assert counted(played, "then", "creates") == (11,)
    assert not played["finished"]["failed"], played["finished"]["msg"]
    assert outcomes(played["finished"]) == {"created": 19, "unchanged": 11}
    assert any("11 of its 30 operations" in note for note in played["finished"]["notes"])
    assert counted(played, "at last", "creates") == (19,)
    assert len(server.stored("application")) == 30


@pytest.mark.proves("PLAN-10")
def test_a_plan_that_was_carried_out_is_not_carried_out_again_unless_that_is_wanted(
    server: Server, play: Player
) -> None:
    two = [application(number) for number in range(2)]
    gone = {"type": "application", "key": two[0]["key"], "state": "absent"}
    played = play(
        [
            task("plan", two, plan_out="plan.json") | {"register": "plan"},
            applied("apply", two, journal="evidence"),
            {"name": "on purpose", "rimops.insight.insight_entity": gone},
            count("then"),
            applied("verify again", two, journal="evidence") | {"check_mode": True},
            applied("apply again", two, journal="evidence"),
            applied("without a plan", two, journal="evidence", plan_file="{{ omit }}", plan_digest="{{ omit }}")
            | {"check_mode": True},
            count("refused"),
            applied("wanted", two, journal="evidence", plan_again=True),
            applied("no journal", two) | {"check_mode": True},
            task("no plan", two, plan_again=True),
        ]
    )
    for name in ("verify again", "apply again"):
        assert played[name]["failed"] and not played[name]["changed"], played[name]
        assert played[name]["error"] == {"kind": "PlanRefused", "reasons": ["plan_again"]}
        assert "it was carried out to its end already, as " in played[name]["msg"]
        assert ".jsonl shows; nothing was written" in played[name]["msg"]
    assert counted(played, "refused", "writes") == (0,)
    assert outcomes(played["without a plan"]) == {"created": 1, "unchanged": 1}
    assert outcomes(played["wanted"]) == {"created": 1, "unchanged": 1}
    assert any("is carried out again: " in note for note in played["wanted"]["notes"])
    assert not played["no journal"]["failed"]
    assert "plan_again is given without plan_file" in played["no plan"]["msg"]


@pytest.mark.proves("PLAN-7")
def test_only_what_an_earlier_manifest_declared_is_pruned_and_only_by_a_plan(
    server: Server, play: Player, tmp_path: Path
) -> None:
    """Application 9 is on the server too, and no manifest ever named it."""
    everything = [application(1), event(1), application(2), application(3)]
    rest = [application(3)]
    written(tmp_path / "earlier" / "all.json", everything)
    written(tmp_path / "now" / "all.json", rest)
    (tmp_path / "emptied").mkdir()
    pruning = {"manifest": ["now/"], "prune_from": ["earlier/"], "prune_limit": 3}
    played = play(
        [
            control("seed", ["POST", "entities/application", {**application(9)["key"], "selectedProducts": ["a"]}]),
            task("all", manifest=["earlier/"]),
            switch(protect_referenced=True),
            count("created"),
            task("at once", **pruning),
            task("too many", **{**pruning, "prune_limit": 2}, plan_out="plan.json"),
            task("emptied", **{**pruning, "manifest": ["emptied/"]}, plan_out="plan.json"),
            task("without", manifest=["now/"], plan_out="without.json"),
            task("plan", **pruning, plan_out="plan.json") | {"register": "plan"},
            applied("not pruned", manifest=["now/"]),
            count("planned"),
            applied("pruned", **pruning),
            count("counted"),
            applied("pruned again", **pruning),
        ]
    )
    assert "only through a plan" in played["at once"]["msg"]
    for words in ("would delete 3 entities", "prune_limit is 2", "nothing was written", "earlier/all.json"):
        assert words in played["too many"]["msg"], words
    assert "no file in it" in played["emptied"]["msg"] and not played["emptied"].get("plan_digest")
    assert json.loads((tmp_path / "without.json").read_text())["operations"] == []
    planned = json.loads((tmp_path / "plan.json").read_text())["operations"]
    assert [(one["operation"], one["type"]) for one in planned] == [("delete", kind) for kind in ("event",)] + [
        ("delete", "application")
    ] * 2
    assert "not declared any more" in played["not pruned"]["msg"]
    assert counted(played, "planned", "writes") == (0,)
    assert outcomes(played["pruned"]) == {"deleted": 3, "unchanged": 1}, played["pruned"]
    assert counted(played, "counted", "writes", "deletes") == (3, 3)
    assert not played["pruned again"]["failed"] and not played["pruned again"]["changed"]
    assert sorted(one["appCode"] for one in server.stored("application")) == ["000003", "000009"]


@pytest.mark.proves("PLAN-8")
def test_what_may_be_a_rename_is_flagged(server: Server, play: Player, tmp_path: Path) -> None:
    old = application(1, attributes={"selectedProducts": ["a"], "description": "Zelvora in the EU"})
    new = {**old, "key": {"appCode": "000001", "appName": "Zelvora"}}
    other = application(5, attributes={"selectedProducts": ["b"]})
    played = play(
        [
            task("all", [old]),
            task("plan", [new, other, *absent([old])], plan_out="plan.json"),
            task("renamed", [{**new, "was": {"appName": "Application 1"}}]),
        ]
    )
    names = [f"application (appCode=000001, appName={name})" for name in ("Zelvora", "Application 1")]
    operations = json.loads((tmp_path / "plan.json").read_text())["operations"]
    planned = {one["entity"]: one.get("possible_rename") for one in operations}
    assert planned[names[0]] == names[1] and planned[names[1]] == names[0] and list(planned.values()).count(None) == 1
    shown = played["plan"]["diff"]["prepared"]
    assert f"    perhaps a rename: {names[1]}\n" in shown and f"    perhaps a rename: {names[0]}\n" in shown
    # As it is to be said: was.
    assert outcomes(played["renamed"]) == {"updated": 1}, played["renamed"]
    assert [one["appName"] for one in server.stored("application")] == ["Zelvora"]
