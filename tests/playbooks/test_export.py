# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live environment into a manifest, and back."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from conftest import Player, Server, dumped
from environments import LISTED, NODES
from environments import OVERRIDES as OF_NODES
from exporting import Exporter
from simulator.surroundings import ROOT
from test_other_insights import ATTRIBUTES as ATTRIBUTES_OF_OTHERS
from test_other_insights import overrides_of

from ansible_collections.rimops.insight.plugins.modules import insight_export
from ansible_collections.rimops.insight.plugins.plugin_utils._export import attributes, naming
from ansible_collections.rimops.insight.plugins.plugin_utils._files.strict_yaml import load_yaml

PROFILE = yaml.safe_load((ROOT / "plugins" / "profiles" / "insight.yml").read_text(encoding="utf-8"))
TYPES = {name: one["path"] for name, one in PROFILE["types"].items()}
"""Each InSight type that the profile knows, and its path."""
OF_APPLICATIONS = [name for name, one in PROFILE["types"].items() if "attributes" in one]
KEYED = [name for name, one in PROFILE["types"].items() if "key" in one]
KEYS = {
    name: ["eventName", *(["applicationId"] if name in OF_APPLICATIONS else [])] for name in TYPES if name not in KEYED
}
SECRETS = ["a pin canary", "a password canary", "a link canary"]
SHORT = "q7"
ATTRIBUTES = {
    "pin": SECRETS[0],
    "copied": f"log in with {SECRETS[0]}",
    "login": {"user": "a", "password": SECRETS[1]},
    "links": [{"name": "a", "token": SECRETS[2]}, {"name": "b"}],
    "regions": ["US", "EU"],
    "countries": [{"code": "FR", "ok": False, "seen": 1}, {"ok": True, "seen": 2, "code": "DE"}],
    "steps": [{"name": "a", "computed": 1}],
    "computed": {"a": 1},
    "hidden": "shown otherwise",
    "changeReason": "the last one",
    "like": {"a": [{"secret": "text"}]},
    "": "nameless",
}
OVERRIDES = {
    **LISTED,
    "evidence_fields": {"reason": "changeReason"},
    "attributes": {
        **{name: {"secret": True} for name in ("pin", "login.password", "links[].token")},
        **{name: {"read_only": True} for name in ("computed", "steps[].computed")},
        "hidden": {"write_only": True},
        "countries[].seen": {"volatile": True},
        "regions": {"set": True},
        "countries": {"keyed": ["code"]},
    },
}
WITH_NODES = {**LISTED, **OF_NODES}
OTHERS = [
    *("insight_epoch_dates", "insight_ids_within", "insight_no_query_for", "insight_numbers_as_text"),
    *("insight_other_names", "insight_trims_and_recases", "insight_wrapped"),
]
EACH = 46
"""Entities of each type, so that they are 500 together."""
STRANGE = [
    *("NO", "012345", "1.10", "1e3", "12:30", "2026-03-01", "true", "null", "", "~", "{{ x }}", "a: b", "- a", "# a"),
    *("a\nb", "a\n\n", "\na", " a ", "a\tb", "\x07", "\u2028", "\u202e", "\ufffe", "é\U0001f600", "'", '"\\', "---"),
    *(1, 1.0, -0.5, 1e16, 10**30, True, False, None, [], {}, [[], {"a": [1, "1"]}], {"": {"<<": None}, "NO": ["NO"]}),
]


@pytest.fixture
def exporter(play: Player) -> Exporter:
    """Exports to the folder of the test."""
    return Exporter(play)


def key_of(name: str, number: int) -> dict[str, Any]:
    """The key of an entity. Applications of all types are displayed differently, since queryFor finds them by that."""
    if name in KEYED:
        return {"appCode": f"{KEYED.index(name)}{number:05}", "appName": f'"Zelvora" {number}\n{name}'}
    return {"eventName": f"No. {number:05}"}


def seed(server: Server, each: int) -> None:
    """So many entities of each type, with every strange value somewhere."""
    ids = []
    for name in sorted(TYPES, key=lambda one: one not in KEYED):
        for number in range(each):
            value = STRANGE[number % len(STRANGE)]
            refers = {"applicationId": ids[number % len(ids)]} if name in OF_APPLICATIONS else {}
            attributes = {"selectedProducts": ["Zelvora"], "strange": value, f"within {value}": {"list": [value]}}
            seeded = server.control("POST", f"entities/{TYPES[name]}", {**key_of(name, number), **refers, **attributes})
            ids += [seeded["id"]] if name == "application" else []


NAMED = {"keys": {"event": ["eventName", "applicationId"]}, "types": ["application", "event"]}
ZELVORA = {"appCode": "012345", "appName": "Zelvora", "selectedProducts": ["Zelvora 10 mg"]}


def seeded(server: Server, path: str, **attributes: Any) -> int:
    """An entity that is there; its id."""
    number: int = server.control("POST", f"entities/{path}", attributes)["id"]
    return number


def entries(exporter: Exporter, name: str, folder: str = "out") -> list[dict[str, Any]]:
    """The entries of a type, as they stand in its file."""
    found: list[dict[str, Any]] = load_yaml(exporter.files(folder)[f"{name}.yml"], name, str)["entities"]
    return found


@pytest.mark.proves("EXPORT-2", "EXPORT-3")
def test_every_type_there_and_back(server: Server, exporter: Exporter) -> None:
    seed(server, EACH)
    server.forget()
    first = exporter.export("out", keys=KEYS)
    assert first["summary"] == {name: {"exported": EACH, "not_exported": 0} for name in TYPES}
    assert server.counted["writes"] == 0
    there = exporter.apply("out", check=True, gather="list", concurrency=4)
    assert not there["changed"] and there["summary"]["unchanged"] == EACH * len(TYPES)

    server.control("DELETE", "entities")
    back = exporter.apply("out", concurrency=4)
    assert back["summary"]["created"] == EACH * len(TYPES), back
    server.forget()
    exporter.export("listed", keys=KEYS)
    singles = exporter.export("singles", manifest=[str(exporter.folder / "out")])
    assert singles["summary"] == first["summary"]
    assert server.counted["writes"] == 0
    assert exporter.files("listed") == exporter.files("singles") == exporter.files("out")


@pytest.mark.proves("EXPORT-3")
@pytest.mark.parametrize("dialect", OTHERS)
def test_other_insights_there_and_back(server: Server, exporter: Exporter, dialect: str) -> None:
    """Servers that show ids, references, numbers, dates and texts otherwise."""
    overrides = overrides_of(dialect)
    exporter.play.defaults |= {"profile": "insight", "profile_overrides": overrides}
    applications = [{"type": "application", "key": {"appCode": code, "appName": "Zelvora"}} for code in "12"]
    declared = [
        *({**one, "attributes": {**ATTRIBUTES_OF_OTHERS, "nothing": None}} for one in applications),
        *({"type": "event", "key": {"eventName": "First"}, "refs": {"applicationId": one}} for one in applications),
    ]
    manifest = exporter.folder / "declared" / "all.yml"
    manifest.parent.mkdir()
    manifest.write_text(dumped({"format": 1, "entities": declared}))
    assert exporter.apply("declared")["summary"]["created"] == 4
    server.forget()
    listed = bool(overrides.get("operations", {}).get("list", {}).get("enabled"))
    options: dict[str, Any] = NAMED if listed else {"manifest": [str(manifest)]}
    first = exporter.export(**options)
    assert [one["exported"] for one in first["summary"].values()] == [2, 2] and not first["not_exported"], first
    assert [path for path in ("id", "uuid", "created") if f"{path}:" in str(exporter.files())] == []
    there = exporter.apply(check=True)
    assert not there["changed"] and there["summary"]["unchanged"] == 4 and server.counted["writes"] == 0
    server.control("DELETE", "entities")
    assert exporter.apply()["summary"]["created"] == 4
    exporter.export("again", **options)
    assert exporter.files("again") == exporter.files()


@pytest.mark.proves("EXPORT-2")
def test_only_what_changed_changes_a_file_and_check_mode_changes_none(server: Server, exporter: Exporter) -> None:
    number = seeded(server, "application", **ZELVORA)
    seeded(server, "event", eventName="First", applicationId=number)
    looked = exporter.export(**NAMED, check=True, diff=True)
    told = {name for name in looked if not name.startswith("_ansible")} - {"changed", "diff"}
    assert told <= set(yaml.safe_load(insight_export.RETURN))
    assert looked["changed"] and not (exporter.folder / "out").exists()
    assert '+      appCode: "012345"\n' in looked["diff"]["prepared"]
    files = {name: exporter.folder / "out" / f"{name}.yml" for name in ("application", "event")}
    first = exporter.export(**NAMED)
    assert first["changed"] and first["files"] == [str(path) for path in files.values()]
    other = files["event"].with_name("renewals.yml")
    other.write_text("not ours")
    same = files["event"].stat().st_mtime_ns
    server.tamper("application", number, selectedProducts=["Zelvora 20 mg"])
    again = exporter.export(**NAMED, diff=True)
    changed = [line for line in again["diff"]["prepared"].splitlines() if line[:1] in "+-"]
    assert [line[1:].strip() for line in changed[2:]] == ["- Zelvora 10 mg", "- Zelvora 20 mg"]
    assert again["changed"] and files["event"].stat().st_mtime_ns == same and other.read_text() == "not ours"
    assert not exporter.export(**NAMED)["changed"]
    server.control("DELETE", "entities/event")
    assert exporter.export(**NAMED)["summary"]["event"]["exported"] == 0 and entries(exporter, "event") == []


@pytest.mark.proves("EXPORT-4", "EXPORT-5")
def test_what_is_left_out_is_told_and_a_secret_stands_by_name(server: Server, exporter: Exporter) -> None:
    odd = {"appCode": "1", "appName": "Zelvora forte / 2", "selectedProducts": ["a"]}
    seeded(server, "application", **odd, pin=SHORT, links=[{"name": "a"}], login=None)
    seeded(server, "application", **ZELVORA, **ATTRIBUTES)
    options = {"types": ["application"], "profile_overrides": OVERRIDES}
    result = exporter.export(**options, diff=True)
    files = exporter.files()
    assert not any(secret in str(result) + str(files) for secret in SECRETS)
    [first, second] = entries(exporter, "application")
    forte = "application_1_Zelvora_forte_2_pin_"
    assert first["attributes"] == {
        "countries": [{"code": "DE", "ok": True}, {"code": "FR", "ok": False}],
        "links": {"secret": "application_012345_Zelvora_links"},
        "login": {"password": {"secret": "application_012345_Zelvora_login_password"}, "user": "a"},
        "pin": {"secret": "application_012345_Zelvora_pin"},
        "regions": ["EU", "US"],
        "selectedProducts": ["Zelvora 10 mg"],
        "steps": [{"name": "a"}],
    }
    for names in (first["attributes"], *first["attributes"]["countries"]):
        assert list(names) == sorted(names)
    assert second["attributes"]["pin"]["secret"].startswith(forte) and second["attributes"]["links"] == [{"name": "a"}]
    secrets = {one["name"]: one["attribute"] for one in result["secrets"]}
    assert sorted(secrets.values()) == ["links", "login.password", "pin", "pin"]
    left_out = {one["attribute"]: (one["why"], one["entities"]) for one in result["left_out"]}
    assert left_out == {
        **dict.fromkeys(("id", "uuid"), (attributes.OWN, 2)),
        **dict.fromkeys(("createdDate", "lastChangedDate", "lastChangedBy"), (attributes.VOLATILE, 2)),
        "computed": (attributes.READ_ONLY, 1),
        "countries[].seen": (attributes.VOLATILE, 1),
        "hidden": (attributes.WRITE_ONLY, 1),
        "changeReason": (attributes.EVIDENCE, 1),
        "copied": (attributes.HOLDS_SECRET, 1),
        "like": (attributes.LIKE_A_SECRET, 1),
        "steps[].computed": (attributes.READ_ONLY, 1),
        '""': (attributes.NO_NAME, 1),
    }
    given = dict.fromkeys(secrets, "a value that is not sent")
    applied = exporter.apply(check=True, secrets=given, profile_overrides=OVERRIDES)
    assert not applied["changed"] and applied["summary"]["unchanged"] == 2, applied
    assert exporter.export(**options)["changed"] is False


@pytest.mark.proves("EXPORT-3", "EXPORT-6")
def test_entities_that_refer_to_one_another(server: Server, exporter: Exporter) -> None:
    """A long chain, a circle, and what differs only in what it refers to."""
    server.control("POST", "types/node", NODES)
    above, ids = None, []
    for number in range(60):
        above = seeded(server, "node", code=f"n{number:02}", **({"parentId": above} if above else {}))
        ids.append(above)
    first = seeded(server, "node", code="circle one")
    second = seeded(server, "node", code="circle two", parentId=first)
    server.tamper("node", first, parentId=second)
    seeded(server, "node", code="beside", parentId=second)
    result = exporter.export(types=["node"], profile_overrides=WITH_NODES)
    assert result["summary"]["node"] == {"exported": 61, "not_exported": 2}
    assert {one["entity_id"] for one in result["not_exported"]} == {str(first), str(second)}
    assert all("it refers to itself: node with id" in one["why"] for one in result["not_exported"])
    assert result["outside"] == [{"entity": "node (code=circle two)", "referred_by": 1}]
    above = {"ref": {"type": "node", "key": {"code": "n58"}}}
    assert entries(exporter, "node")[-1]["attributes"]["parentId"] == above, "the key is unique without it"
    applied = exporter.apply(check=True, profile_overrides=WITH_NODES)
    assert not applied["changed"] and applied["summary"]["unchanged"] == 61, applied


@pytest.mark.proves("EXPORT-6")
def test_what_has_no_name_is_told_with_its_reason(server: Server, exporter: Exporter) -> None:
    server.control("POST", "switches", {"enforce_keys": False})
    one = seeded(server, "application", **ZELVORA)
    other = seeded(server, "application", appCode="2", appName='the "other"\none', selectedProducts=["a"])
    twice = [seeded(server, "application", appCode="3", appName="twice", selectedProducts=["a"]) for _time in range(2)]
    named = [seeded(server, "event", eventName="same", applicationId=number) for number in (one, other)]
    less = seeded(server, "event", eventName="same")
    of_twice = seeded(server, "event", eventName="of twice", applicationId=twice[0])
    gone = seeded(server, "application", appCode="4", appName="gone", selectedProducts=["a"])
    dangling = seeded(server, "event", eventName="dangling", applicationId=gone)
    server.control("DELETE", f"entities/application/{gone}")
    blank = [seeded(server, "event", eventName=name, applicationId=one) for name in (" ", None)]
    many = seeded(server, "event", eventName="many", applicationId=[one, other])
    country = seeded(server, "event-country", applicationId=one)
    result = exporter.export(keys={"event": ["eventName"]}, types=["application", "event", "event_country"])
    whys = {int(told["entity_id"]): told["why"] for told in result["not_exported"]}
    same = "1 more have the same key and references, or more of them"
    assert whys == {
        **dict.fromkeys(twice, same),
        less: "2 more have the same key and references, or more of them",
        of_twice: f"it refers by applicationId to application with id {twice[0]}: {same}",
        dangling: f"it refers by applicationId to application with id {gone}: it is not there",
        **dict.fromkeys(blank, "eventName in key is empty"),
        country: naming.NO_KEY.format(type="event_country"),
    }
    assert (
        many not in whys
        and {"type": "event", "attribute": "applicationId", "why": attributes.NO_ID, "entities": 1}
        in result["left_out"]
    )
    assert len(entries(exporter, "event")) == len(named) + 1
    applied = exporter.apply(check=True)
    assert not applied["changed"] and applied["summary"]["unchanged"] == 5, applied


@pytest.mark.proves("EXPORT-2")
def test_single_entities_by_key_where_there_is_no_list(server: Server, exporter: Exporter) -> None:
    number = seeded(server, "application", **ZELVORA)
    seeded(server, "application/cta", appCode="1", appName="Trial", selectedProducts=["a"])
    seeded(server, "event", eventName="First", applicationId=number)
    seeded(server, "event", eventName="Second", applicationId=number)
    application = {"type": "application", "key": {"appCode": "012345", "appName": "Zelvora"}}
    event = {"type": "event", "key": {"eventName": "First"}, "refs": {"applicationId": application}}
    gone = {"type": "event", "key": {"eventName": "Gone"}}
    overrides = {"operations": {"list": {"enabled": False}}}
    result = exporter.export(entities=[event, gone], profile_overrides=overrides)
    assert result["summary"] == {"event": {"exported": 1, "not_exported": 1}}
    assert [told["entity"] for told in result["not_exported"]] == ["event (eventName=Gone)"]
    assert result["outside"] == [{"entity": "application (appCode=012345, appName=Zelvora)", "referred_by": 1}]
    assert entries(exporter, "event") == [event]
    manifest = exporter.folder / "declared.yml"
    manifest.write_text(dumped({"format": 1, "entities": [{**event, "attributes": {"a": {"secret": "unknown"}}}]}))
    exporter.export("again", manifest=[str(manifest)], profile_overrides=overrides)
    assert exporter.files("again") == exporter.files()


@pytest.mark.proves("EXPORT-7")
def test_a_pinned_export_is_for_its_system_only(server: Server, exporter: Exporter) -> None:
    seeded(server, "application", **ZELVORA)
    exporter.export(types=["application"], pin_url=True)
    assert not exporter.apply(check=True)["changed"]
    path = exporter.folder / "out" / "application.yml"
    path.write_text(path.read_text().replace(server.url, "https://other.example.com"))
    assert "it is for https://other.example.com" in exporter.apply(check=True)["msg"]


@pytest.mark.proves("EXPORT-2")
def test_a_file_that_no_export_wrote_is_left_alone(server: Server, exporter: Exporter) -> None:
    seeded(server, "application", **ZELVORA)
    event = exporter.folder / "out" / "event.yml"
    event.parent.mkdir()
    event.write_text("format: 1\nentities: []\n")
    refused = exporter.export(**NAMED)
    assert refused["failed"] and f"{event} is there, and no line of it says" in refused["msg"]
    assert exporter.files() == {"event.yml": "format: 1\nentities: []\n"}


@pytest.mark.proves("EXPORT-2")
def test_what_cannot_be_read_leaves_the_files_as_they_were(server: Server, exporter: Exporter) -> None:
    seeded(server, "application", **ZELVORA)
    exporter.export(types=["application"])
    before = exporter.files()
    number = seeded(server, "application", **{**ZELVORA, "appCode": "2"})
    seeded(server, "event", eventName="First", applicationId=number)
    server.fault("status", "read", times=0, status=500)
    failed = exporter.export(**NAMED, retry_limit=0)
    assert failed["failed"] and "Cannot read application with id" in failed["msg"] and not failed.get("changed")
    assert exporter.files() == before


@pytest.mark.proves("EXPORT-2")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"to": " "}, "to is blank"),
        ({"to": "file"}, "is no folder"),
        ({"to": "file/below"}, "is no folder"),
        ({"concurrency": 0}, "concurrency is not between 1 and 64"),
        ({"types": ["aplication"]}, "application is near"),
        ({"keys": {"event": "eventName"}}, "keys.event is no list of attribute names"),
        ({"keys": {"evnt": ["eventName"]}}, "event is near"),
        ({"entities": []}, "it declares no entity at all"),
        ({"entities": [], "manifest": ["a"]}, "mutually exclusive"),
        ({"profile_overrides": {}}, "no list operation that is switched on"),
        ({"profile_overrides": {}, "types": ["event"]}, "no list operation for event that is switched on"),
    ],
)
def test_bad_input_is_refused_before_the_first_request(
    server: Server, exporter: Exporter, options: dict[str, Any], said: str
) -> None:
    (exporter.folder / "file").write_text("")
    result = exporter.export(**options)
    assert result["failed"] and said in result["msg"], result
    assert server.counted["handshakes"] == 0


@pytest.mark.proves("EXPORT-5", "EXPORT-6")
def test_the_reasons_of_the_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins").glob("*_utils/**/*.py"))
    rows = [
        line.split(" | ")[0] for table in page.split("| `why` |")[1:] for line in table.split("\n\n")[0].splitlines()
    ]
    told = [why for row in rows for why in re.findall(r"`([^`]+)`", row)]
    assert len(told) > 15 and [why for why in told if why not in source] == []
    reasons = {value for name, value in vars(attributes).items() if name.isupper() and isinstance(value, str)}
    assert [why for why in reasons if not any(why.startswith(one) for one in told)] == []
