# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_drift: what it finds, what it leaves open, what it writes, and that it writes to no system."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import LISTED, absent, application, event, task, written
from exporting import Exporter
from test_other_insights import overrides_of

MODULE = "rimops.insight.insight_drift"


def check(title: str, /, **options: Any) -> dict[str, Any]:
    """A task that checks the environment of the folder ``manifest``, and may fail."""
    return {"name": title, MODULE: {"manifest": ["manifest/"], **options}, "ignore_errors": True, "register": "checked"}


@pytest.mark.each_core
@pytest.mark.proves("DRIFT-1")
def test_what_drifted_is_found_and_nothing_is_written(server: Server, play: Player, tmp_path: Path) -> None:
    many = [application(1), application(2), application(3), event(1)]
    written(tmp_path / "manifest" / "all.json", many)
    written(tmp_path / "empty" / "all.json", [{"type": "event_country", "key": {"eventName": "none"}}])
    ids = {}
    assert play([task("make", many)]).code == 0
    for one in server.stored("application"):
        ids[one["appCode"]] = one["id"]
    server.tamper("application", ids["000002"], selectedProducts=["Edited"])
    server.control("DELETE", f"entities/application/{ids['000003']}")
    server.forget()
    reports = {"html": "out/page.html", "json": "out/report.json"}
    played = play([check("check", reports=reports, name="VALIDATION"), check("fail", fail_on=["drift"])])
    found = played["check"]
    assert not found["failed"] and not found["changed"], played.output
    assert found["verdict"] == "drift"
    assert {row["entity"].split("(")[1][:14]: row["verdict"] for row in found["rows"]} == {
        "appCode=000002": "drifted",
        "appCode=000003": "missing",
    }
    [drifted] = [row for row in found["rows"] if row["verdict"] == "drifted"]
    assert drifted["changes"] == [{"path": "selectedProducts", "before": ["Edited"], "after": ["Zelvora"]}]
    assert found["summary"]["as_declared"] == 2
    assert server.counted["writes"] == 0
    [empty] = play([check("empty", manifest=["empty/"])])["empty"]["notes"]
    assert "has shown no event_country in this run" in empty, "a doubt is told once"
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (document["verdict"], document["checks"][0]["name"]) == ("drift", "VALIDATION")
    assert "Edited" in (tmp_path / "out" / "page.html").read_text()
    assert played["fail"]["failed"] and "has not drifted" in played["fail"]["msg"]


@pytest.fixture
def here(server: Server, play: Player, tmp_path: Path) -> Exporter:
    """Checks in this process. The manifest in ``out`` declares three applications and an event, and they are there."""
    many = [application(1), application(2), application(3), event(1)]
    written(tmp_path / "out" / "all.json", many)
    exporter = Exporter(play)
    assert exporter.apply()["summary"]["created"] == 4
    server.forget()
    return exporter


def ids(server: Server) -> dict[str, Any]:
    """The ids of the applications by code."""
    return {one["appCode"]: one["id"] for one in server.stored("application")}


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    """The verdicts of what is not as declared, by code or name."""
    return {str(next(iter(row["key"].values()))): row["verdict"] for row in result["rows"]}


@pytest.mark.proves("DRIFT-2")
def test_what_nobody_declares_is_shown_and_is_no_drift(server: Server, here: Exporter) -> None:
    server.seed("application", **application(9)["key"], selectedProducts=["x"])
    found = here.drift()
    assert (found["verdict"], verdicts(found)) == ("no_drift", {"000009": "undeclared"})
    assert found["summary"]["undeclared"] == 1
    server.forget()
    assert verdicts(here.drift(gather="list")) == verdicts(found)
    assert server.counted["lists"] == 2, "each type is listed once"
    blind = here.drift(undeclared=False)
    assert blind["rows"] == [] and {"application", "event"} <= {one["path"] for one in blind["not_looked"]}
    unlisted = here.drift(profile_overrides={})
    assert {one["path"]: one["why"] for one in unlisted["not_looked"]}["event"].endswith("that is switched on")
    assert verdicts(here.drift(complete=["application"])) == {"000009": "unwanted"}
    refused = here.drift(complete=["application"], profile_overrides={})
    assert refused["failed"] and "application: the profile has no list operation" in refused["msg"]


def by_name(find: Any) -> dict[str, Any]:
    """Overrides by which events are known by their name alone."""
    named = {"attributes": {"applicationId": {"ref": {"type": "application"}}}, "find": find}
    key = {"attributes": ["eventName"], "enforced": True}
    return {**LISTED, "types": {"event": {**named, "key": key}}}


@pytest.mark.proves("DRIFT-1", "DECLARE-11")
@pytest.mark.parametrize("gather", ["each", "list"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_entity_that_somebody_moved_is_told_as_moved(
    server: Server, here: Exporter, gather: str, state: str, tmp_path: Path
) -> None:
    [moved] = server.stored("event")
    server.tamper("event", moved["id"], applicationId=ids(server)["000002"])
    events = [event(1)] if state == "present" else absent([event(1)])
    written(tmp_path / "out" / "all.json", [application(1), application(2), application(3), *events])
    options = {"gather": gather, "profile_overrides": by_name("list")}
    server.forget()
    found = here.drift(complete=["event"], **options)
    [row] = found["rows"]
    assert (row["type"], row["verdict"]) == ("event", "not_checked"), found
    [why] = row["not_compared"]
    assert "refers to another one in applicationId" in why["why"]
    assert "attributes: {applicationId: {ref: {type: application, key: {...}}}}" in why["why"]
    for check in (True, False):
        applied = here.apply(check=check, gather=gather, profile_overrides=by_name("list"))
        assert applied["failed"] and "refers to another one in applicationId" in json.dumps(applied)
    assert server.counted["writes"] == 0
    assert len(server.stored("event")) == 1


@pytest.mark.proves("DRIFT-3", "DECLARE-11")
def test_a_reference_outside_the_key_is_exported_seen_and_taken_back(server: Server, here: Exporter) -> None:
    find = {"method": "POST", "path": "{type.path}/read", "json": "{key}", "texts_at": None}
    here.play.defaults["profile_overrides"] = by_name(find)
    here.export(to="baseline")
    assert here.drift("baseline", strict=True)["verdict"] == "no_drift"
    [event_before] = server.stored("event")
    server.tamper("event", event_before["id"], applicationId=ids(server)["000002"])
    [row] = here.drift("baseline")["rows"]
    assert (row["verdict"], [one["path"] for one in row["changes"]]) == ("drifted", ["applicationId"]), row
    applied = here.apply("baseline")
    assert applied["summary"]["updated"] == 1, applied
    assert server.stored("event")[0]["applicationId"] == event_before["applicationId"]
    assert here.drift("baseline", strict=True)["verdict"] == "no_drift"


@pytest.mark.proves("DRIFT-4", "ABSENCE-1")
@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_the_search_does_not_find_and_the_list_shows_is_not_missing(
    server: Server, here: Exporter, state: str, tmp_path: Path
) -> None:
    one = application(1) if state == "present" else absent([application(1)])[0]
    written(tmp_path / "out" / "all.json", [one, application(2), application(3)])
    mistaken = {"kind": "status", "match": {"operation": "find", "body": "000001"}, "status": 404, "times": 1}
    server.control("POST", "faults", mistaken)
    missing = {"operations": {**LISTED["operations"], "find": {"missing": [{"status": 404}, {"empty": True}]}}}
    found = here.drift(profile_overrides=missing, fail_on=["incomplete"])
    assert (found["verdict"], verdicts(found)) == ("incomplete", {"000001": "not_checked"}), found
    [row] = found["rows"]
    assert "the list shows one with this key" in row["not_compared"][0]["why"] and row["origin"]
    assert found["failed"] and (found["summary"]["not_checked"], found["summary"]["as_declared"]) == (1, 2)
    assert verdicts(here.drift(profile_overrides=missing)) == ({} if state == "present" else {"000001": "unwanted"})


@pytest.mark.proves("DRIFT-3")
def test_an_exported_baseline_notices_what_is_not_declared(server: Server, here: Exporter) -> None:
    exported = here.export(to="baseline", keys={"event": ["eventName", "applicationId"]})
    assert exported["not_exported"] == []
    assert here.drift("baseline", strict=True)["verdict"] == "no_drift"
    server.tamper("application", ids(server)["000001"], note="by hand", nested={"deep": [1]})
    assert here.drift()["verdict"] == here.drift("baseline")["verdict"] == "no_drift"
    [row] = here.drift("baseline", strict=True)["rows"]
    assert row["changes"] == [{"path": "nested", "before": {"deep": [1]}}, {"path": "note", "before": "by hand"}]


@pytest.mark.proves("DRIFT-3")
def test_a_reference_to_nothing_is_no_difference_to_a_baseline(server: Server, here: Exporter) -> None:
    owned = {"types": {"application": {"attributes": {"ownerId": {"ref": {"type": "application"}}}}}}
    here.play.defaults["profile_overrides"] = {**LISTED, **owned}
    by_code = ids(server)
    server.tamper("application", by_code["000001"], ownerId="")
    server.tamper("application", by_code["000002"], ownerId=None)
    here.export(to="baseline", keys={"event": ["eventName", "applicationId"]})
    assert here.drift("baseline", strict=True)["verdict"] == "no_drift"
    server.tamper("application", by_code["000001"], ownerId=by_code["000002"])
    [row] = here.drift("baseline", strict=True)["rows"]
    assert row["changes"] == [{"path": "ownerId", "before": by_code["000002"]}]


@pytest.mark.proves("DRIFT-3")
@pytest.mark.parametrize("dialect", ["insight_ids_within"])
def test_ids_that_stand_deeper_are_nothing_undeclared(server: Server, play: Player, tmp_path: Path) -> None:
    here = Exporter(play)
    written(tmp_path / "out" / "all.json", [application(1)])
    here.play.defaults |= {"profile": "insight", "profile_overrides": overrides_of("insight_ids_within")}
    applied = here.apply()
    assert not applied.get("failed") and applied["summary"]["created"] == 1, applied
    found = here.drift(strict=True, undeclared=False)["rows"]
    assert [change["path"] for row in found for change in row["changes"]] == []


@pytest.mark.proves("DRIFT-4")
def test_a_verdict_is_incomplete_while_something_is_unobserved(here: Exporter, tmp_path: Path) -> None:
    secret = application(1, attributes={"selectedProducts": ["Zelvora"], "password": {"secret": "none is given"}})
    written(tmp_path / "secret" / "all.json", [secret])
    found = here.drift("secret")
    assert found["verdict"] == "incomplete" and found["summary"]["unobserved"] == 1
    assert [one["path"] for one in found["rows"][0]["not_compared"]] == ["password"]
    assert here.drift("secret", fail_on=["drift"])["verdict"] == "incomplete"
    failed = here.drift("secret", fail_on=["drift", "incomplete"])
    assert failed["failed"] and "not everything that is declared could be compared" in failed["msg"]
    written(tmp_path / "both" / "all.json", [secret, application(7)])
    both = here.drift("both", fail_on=["incomplete"])
    assert both["verdict"] == "drift" and both["failed"], "what is incomplete fails, also where something drifted"
    assert not here.drift("both").get("failed")
    exception = {
        "type": "application",
        "unobserved": ["password"],
        "reason": "It is a secret.",
        "expires": "2999-12-31",
    }
    (tmp_path / "accepted.json").write_text(json.dumps({"format": 1, "exceptions": [exception]}))
    accepted = here.drift("secret", exceptions="accepted.json")
    assert (accepted["verdict"], accepted["summary"]["accepted"]) == ("no_drift", 1)


@pytest.mark.proves("DRIFT-5")
def test_exceptions_accept_what_they_name_until_they_expire(server: Server, here: Exporter, tmp_path: Path) -> None:
    server.tamper("application", ids(server)["000001"], selectedProducts=["by hand"])
    server.control("DELETE", f"entities/application/{ids(server)['000002']}")
    assert here.drift(exceptions_out="taken.yml")["verdict"] == "drift"
    accepted = here.drift(exceptions="taken.yml")
    assert (accepted["verdict"], accepted["summary"]["accepted"]) == ("no_drift", 2)
    assert {row["accepted"]["reason"].startswith("Taken over on") for row in accepted["rows"]} == {True}
    server.tamper("application", ids(server)["000001"], selectedProducts=["by another hand"])
    assert verdicts(here.drift(exceptions="taken.yml")) == {"000001": "drifted", "000002": "missing"}
    assert here.drift(exceptions="taken.yml")["verdict"] == "drift", "another value is no accepted one"
    text = (tmp_path / "taken.yml").read_text()
    past = re.sub(r"expires: .*", 'expires: "2020-01-31"', text)
    (tmp_path / "past.yml").write_text(past.replace("appCode=000002", "appCode=000007"))
    expired = here.drift(exceptions="past.yml")
    assert expired["verdict"] == "drift" and expired["summary"]["accepted"] == 0
    assert any("expired on 2020-01-31" in note for note in expired["notes"])
    assert any("appCode=000007" in note and "fits nothing" in note for note in expired["notes"])


BAD = {
    "no reason": ({"type": "application", "expires": "2999-01-01", "reason": " "}, "reason"),
    "no day": ({"type": "application", "reason": "x", "expires": "2999-02-30"}, "no day of the calendar"),
    "no expiry": ({"type": "application", "reason": "x"}, "expires"),
    "unknown word": ({"type": "application", "reason": "x", "expires": "2999-01-01", "verdict": "fine"}, "verdict"),
}


@pytest.mark.proves("DRIFT-5")
@pytest.mark.parametrize("case", BAD)
def test_exceptions_that_cannot_be_meant(case: str, here: Exporter, server: Server, tmp_path: Path) -> None:
    exception, words = BAD[case]
    (tmp_path / "bad.json").write_text(json.dumps({"format": 1, "exceptions": [exception]}))
    refused = here.drift(exceptions="bad.json")
    assert refused["failed"] and words in refused["msg"] and "bad.json" in refused["msg"]
    assert server.counted["reads"] == server.counted["finds"] == 0


@pytest.mark.proves("DRIFT-6")
def test_a_later_check_says_since_when(server: Server, here: Exporter, tmp_path: Path) -> None:
    first, second, third, fourth = (ids(server)[code] for code in ("000001", "000002", "000003", "000001"))
    for one in (first, second):
        server.tamper("application", one, selectedProducts=["by hand"])
    here.drift(reports={"json": "then.json"})
    server.tamper("application", second, selectedProducts=["again"])
    server.tamper("application", third, selectedProducts=["by hand"])
    later = here.drift(previous="then.json", reports={"json": "now.json"})
    assert {row["key"]["appCode"]: row["trend"] for row in later["rows"]} == {
        "000001": "standing",
        "000002": "changed",
        "000003": "new",
    }
    began = json.loads((tmp_path / "then.json").read_text())["checks"][0]["began"]
    assert {row["since"] for row in later["rows"] if row["trend"] == "standing"} == {began}
    server.tamper("application", fourth, selectedProducts=["Zelvora"])
    last = here.drift(previous="now.json", reports={"json": "last.json"})
    [gone] = [
        row
        for row in json.loads((tmp_path / "last.json").read_text())["checks"][0]["rows"]
        if "trend" in row and row["trend"] == "gone"
    ]
    assert (gone["verdict"], gone["since"]) == ("as_declared", began)
    assert last["summary"]["drifted"] == 2
    text = (tmp_path / "last.json").read_text().replace(server.url, "https://other.example.com")
    (tmp_path / "other.json").write_text(text)
    other = here.drift(previous="other.json")
    assert f"other.json holds no check of {server.url}, so nothing is told as new or standing." in other["notes"]
    assert [row for row in other["rows"] if "trend" in row] == []


@pytest.mark.proves("DRIFT-7")
def test_a_system_that_goes_away_half_way_is_told_as_far_as_it_was_seen(
    server: Server, here: Exporter, tmp_path: Path
) -> None:
    server.fault("status", ["find", "read"], about="000002", times=0, status=500)
    some = here.drift(reports={"json": "some.json"}, retry_limit=0, fail_on=["incomplete"])
    assert some["failed"] and verdicts(some) == {"000002": "not_checked"}, "another entity is compared all the same"
    server.control("DELETE", "faults")
    server.fault("drop_before", ["find", "read"], times=0, after=2)
    gone = here.drift(reports={"json": "gone.json"}, retry_limit=0, concurrency=1)
    assert gone["verdict"] == "incomplete" and gone["error"]
    assert sorted(verdicts(gone).values()) == ["not_checked", "not_checked"]
    assert json.loads((tmp_path / "gone.json").read_text())["checks"][0]["error"]


@pytest.mark.proves("DRIFT-7")
def test_what_may_be_declared_is_not_called_undeclared(server: Server, here: Exporter) -> None:
    server.seed("event", eventName="Renewal", applicationId=ids(server)["000002"])
    [nameless] = here.drift()["rows"]
    assert nameless["verdict"] == "undeclared" and "with id" in nameless["entity"], "no key of an event is known"
    server.fault("status", ["find", "read"], about="000001", times=0, status=500)
    doubtful = [row for row in here.drift(retry_limit=0)["rows"] if "with id" in row["entity"]]
    assert [row["verdict"] for row in doubtful] == ["not_checked", "not_checked"], "either may be the declared one"
    why = doubtful[0]["not_compared"][0]["why"]
    assert why.startswith("nobody knows whether it is one of those that could not be read")


@pytest.mark.proves("DRIFT-8")
def test_reports_that_cannot_be_written(here: Exporter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = here.drift(reports={"html": "file/page.html", "json": "fine.json"})
    assert failed["failed"] and "write the html report" in failed["msg"]
    assert (tmp_path / "fine.json").exists(), "what can be written is written"
    assert failed["verdict"] == "no_drift" and list(failed["reports"]) == ["json"], "and what was found is told"
    (tmp_path / "more" / "all.json").parent.mkdir()
    written(tmp_path / "more" / "all.json", [application(7)])
    both = here.drift("more", reports={"html": "file/page.html"}, fail_on=["drift"])
    assert "write the html report" in both["msg"] and "it is not as declared (1 missing" in both["msg"]
    unknown = here.drift(reports={"pdf": "page.pdf"})
    assert unknown["failed"] and "pdf" in unknown["msg"]


@pytest.mark.proves("DRIFT-8")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"reports": {"html": "a/../one", "json": "one"}}, "html and json are the same file"),
        ({"reports": {"html": "one"}, "exceptions_out": "one"}, "html and exceptions_out are the same file"),
        ({"exceptions_days": 0}, "exceptions_days is not between 1 and 36500"),
        ({"exceptions_days": 10**8}, "exceptions_days is not between 1 and 36500"),
        ({"unread": [{"entity": "a"}]}, "unread has an element without entity, type or why"),
        ({"sides": ["a"]}, "sides are not two"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_first_request(
    server: Server, here: Exporter, options: dict[str, Any], said: str
) -> None:
    refused = here.drift(**options)
    assert refused["failed"] and said in refused["msg"]
    assert server.counted["handshakes"] == 0
