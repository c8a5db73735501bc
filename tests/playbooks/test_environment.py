# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole environment in one task: read, compared, written in order; and what is refused before the first request."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from conftest import Player, Server, dumped
from environments import (
    LISTED,
    NODES,
    OVERRIDES,
    SURE,
    Background,
    absent,
    application,
    checked,
    control,
    count,
    counted,
    event,
    node,
    outcomes,
    seeds,
    switch,
    task,
    written,
)
from test_secrets import leaks

from ansible_collections.rimops.insight.plugins.plugin_utils._environment import executor as engine


@pytest.mark.each_core
@pytest.mark.proves("ENVIRONMENT-1")
def test_cycle(server: Server, play: Player) -> None:
    """Declared, the same again, changed, taken away; the server counts the writes."""
    first = [event(1), application(1), application(2)]
    second = [event(1, attributes={"description": "Second"}), application(1), application(2)]
    steps: list[tuple[str, dict[str, Any], tuple[bool, int, dict[str, int]]]] = [
        ("would create", checked("would create", first), (True, 0, {"created": 3})),
        ("create", task("create", first), (True, 3, {"created": 3})),
        ("created", task("created", first), (False, 0, {"unchanged": 3})),
        ("would change", checked("would change", second), (True, 0, {"updated": 1, "unchanged": 2})),
        ("change", task("change", second), (True, 1, {"updated": 1, "unchanged": 2})),
        ("changed", checked("changed", second), (False, 0, {"unchanged": 3})),
        ("would remove", checked("would remove", absent(first)), (True, 0, {"deleted": 3})),
        ("remove", task("remove", absent(first)), (True, 3, {"deleted": 3})),
        ("removed", task("removed", absent(first)), (False, 0, {"unchanged": 3})),
    ]
    played = play([one for name, step, _expected in steps for one in (step, count(f"after {name}"))])
    assert played.code == 0, played.output
    found = {
        name: (played[name]["changed"], *counted(played, f"after {name}", "writes"), outcomes(played[name]))
        for name, _step, _expected in steps
    }
    assert found == {name: expected for name, _step, expected in steps}
    name = "event (eventName=Initial filing, applicationId=(appCode=000001, appName=Application 1))"
    assert played["would change"]["diff"]["prepared"] == f'~ {name}\n    description: "First" -> "Second"\n'
    for one in ("create", "change", "remove"):
        assert played[one]["diff"] == played[f"would {one}"]["diff"], one
    assert played["created"]["diff"]["prepared"] == "" and played["created"]["entities"] == []
    [changed] = played["change"]["entities"]
    assert (changed["entity"], changed["outcome"], changed["operation"]) == (name, "updated", "update")
    assert changed["changes"] == [{"path": "description", "before": "First", "after": "Second"}]
    assert [one["type"] for one in played["create"]["entities"]] == ["application", "application", "event"]
    assert [one["type"] for one in played["remove"]["entities"]] == ["event", "application", "application"]
    assert server.stored("application") == server.stored("event") == []


@pytest.mark.proves("ENVIRONMENT-2")
def test_nothing_changed_costs_one_read_an_entity_or_the_pages(server: Server, play: Player) -> None:
    many = [application(number) for number in range(250)]
    events = [event(number) for number in range(20)]
    listed = {"gather": "list", "profile_overrides": LISTED}
    played = play(
        [
            control("seed", *seeds(250)),
            task("create events", events),
            count("created"),
            task("each", [*many, *events], return_unchanged=True),
            count("each counted"),
            task("list", [*many, *events], **listed),
            count("list counted"),
            task("list, one more", [*many, *events, application(250)], **listed),
            count("one more counted"),
            task("list is off", many[:2], gather="list"),
        ]
    )
    numbers = ("finds", "reads", "lists", "writes")
    assert outcomes(played["each"]) == outcomes(played["list"]) == {"unchanged": 270}, played.output
    assert len(played["each"]["entities"]) == 270 and played["list"]["entities"] == []
    assert counted(played, "each counted", *numbers) == (270, 0, 0, 0)
    assert counted(played, "list counted", *numbers) == (0, 0, 3 + 1, 0)
    # What a list does not show is asked for, with one that it does show, to prove the search; and again before it is
    # created, and after it, by its id too, to prove the read.
    assert counted(played, "one more counted", *numbers, "creates") == (4, 1, 3 + 1, 1, 1)
    assert "operations.list" in played["list is off"]["msg"]


@pytest.mark.proves("ENVIRONMENT-3")
def test_one_handshake_for_twenty_hosts_and_forks(server: Server, play: Player) -> None:
    many = [application(number) for number in range(10)]
    played = play(
        [control("seed", *seeds(10)) | {"run_once": True}, task("same", many, concurrency=4)], "-f", "20", hosts=20
    )
    results = played.all("same")
    assert [outcomes(one) for one in results] == [{"unchanged": 10}] * 20, played.output
    assert (server.counted["handshakes"], server.counted["session_starts"], server.counted["finds"]) == (1, 1, 200)


def order_of_creation(server: Server, kind: str, attribute: str) -> list[str]:
    """The entities in the order in which the server made them."""
    return [one[attribute] for one in sorted(server.stored(kind), key=lambda one: int(one["id"]))]


@pytest.mark.proves("ENVIRONMENT-4")
def test_a_deep_chain_and_a_wide_fan_out(server: Server, play: Player) -> None:
    """The server lets no write through before all of its level are there."""
    depth, width = 20, 4
    server.control("POST", "types/node", NODES)
    server.seed("node", code="first", note="first")
    proof = node("first")  # what shows that the search finds nodes, so that none has to go alone
    chain = [
        node(f"{level:02}-{place}", f"{level - 1:02}-{place}" if level else None)
        for level in range(depth)
        for place in range(width)
    ]
    fan = [application(1), *(event(1, f"Filing {number}") for number in range(200))]
    more = {"profile_overrides": {**OVERRIDES, **SURE}, "concurrency": 8}
    levels = ["POST", "faults", [{"kind": "together", "times": width, "match": {"operation": "write"}}] * depth]
    # The first event goes alone, since nothing has shown yet that the search finds events.
    filings = {"match": {"operation": "create", "body": "Filing"}, "after": 1}
    eight = ["POST", "faults", [{"kind": "together", "times": 8, **filings}]]
    played = play(
        [
            switch(latency_ms=5, protect_referenced=True),
            control("levels", levels),
            task("chain", [proof, *chain[::-1]], **more),
            task("chain again", chain, **more),
            count("chain counted"),
            control("eight", eight),
            task("fan", fan[::-1], **more),
            count("fan counted"),
            control("stored", ["GET", "entities/node", None], ["GET", "entities/event", None]),
            control("levels", levels),
            task("chain away", absent(chain), **more),
            count("chain away counted"),
            task("fan away", absent(fan), **more),
            count("fan away counted"),
        ]
    )
    assert played.code == 0 and not played["chain"]["failed"] and not played["fan"]["failed"], played.output
    assert outcomes(played["chain again"]) == {"unchanged": depth * width}
    [_proof, *nodes], events = played["stored"]["answers"]
    made = [one["code"] for one in sorted(nodes, key=lambda one: int(one["id"]))]
    assert [code[:2] for code in made] == [f"{level:02}" for level in range(depth) for _place in range(width)]
    ids = {one["code"]: one["id"] for one in nodes}
    assert all(one["parentId"] == ids[f"{int(one['code'][:2]) - 1:02}{one['code'][2:]}"] for one in nodes[width:])
    assert counted(played, "chain counted", "creates", "faults") == (depth * width, depth * width)
    assert counted(played, "fan counted", "creates", "max_concurrent") == (201, 8)
    assert len(events) == 200
    for one, number in (("chain", depth * width), ("fan", 201)):
        assert outcomes(played[f"{one} away"]) == {"deleted": number}, played[f"{one} away"].get("msg")
        assert counted(played, f"{one} away counted", "writes", "deletes") == (number, number)
    assert counted(played, "chain away counted", "faults") == (depth * width,)
    assert [one["code"] for one in server.stored("node")] == ["first"]
    assert server.stored("event") == server.stored("application") == []


LOST = {"type": "application", "key": {"appCode": "999999", "appName": "Nobody"}}
BAD: list[tuple[str, dict[str, Any], list[str]]] = [
    ("neither", {}, ["one of the following is required: entities, manifest"]),
    ("both", {"entities": [application(1)], "manifest": ["x.json"]}, ["mutually exclusive"]),
    ("nothing in it", {"entities": []}, ["declares no entity at all"]),
    ("both plans", {"entities": [application(1)], "plan_out": "a", "plan_file": "b"}, ["mutually exclusive"]),
    ("no plan", {"entities": [application(1)], "plan_file": "none.json"}, ["none.json", "No such file"]),
    ("digest alone", {"entities": [application(1)], "plan_digest": "sha256:1"}, ["plan_digest", "without plan_file"]),
    ("none at a time", {"entities": [application(1)], "concurrency": 0}, ["concurrency is not between 1 and 64"]),
    ("65 at a time", {"entities": [application(1)], "concurrency": 65}, ["concurrency is not between 1 and 64"]),
    (
        "no lifetime",
        {"entities": [application(1)], "plan_out": "a", "plan_lifetime": 0},
        ["plan_lifetime is 0 or less"],
    ),
    ("endless", {"entities": [application(1)], "plan_out": "a", "plan_lifetime": 4000}, ["more than 3650 days"]),
    ("empty plan", {"entities": [application(1)], "plan_file": "{{ lost | default('') }}"}, ["plan_file", "omit"]),
    ("empty journal", {"entities": [application(1)], "journal": ""}, ["journal is given and blank"]),
    ("a wrong was", {"entities": [application(1, was={"appNam": "x"})]}, ["appNam in was is not in key", "entry 1"]),
    (
        "two names",
        {"entities": [application(7), {**application(7), "key": {**application(7)["key"], "note": "seven"}}]},
        ["are one entity", "entities, entry 1", "entities, entry 2"],
    ),
    ("prune at once", {"entities": [application(1)], "prune_from": ["old.json"]}, ["prune_from", "through a plan"]),
    (
        "no such type",
        {"entities": [{**LOST, "type": "aplication"}]},
        ["'aplication'", "application is near", "entry 1"],
    ),
    ("nothing near", {"entities": [{**LOST, "type": "zzz"}]}, ["'zzz'", "has no such type. It has: application,"]),
    (
        "a cycle",
        {"entities": [node("a", "c"), node("b", "a"), node("c", "b")], "profile_overrides": OVERRIDES},
        ["node (code=a", "node (code=b", "node (code=c", "entry 1", "entry 2", "entry 3"],
    ),
    (
        "twice",
        {"entities": [application(1), event(1), application(1)]},
        ["application (appCode=000001, appName=Application 1)", "entities, entry 1", "entities, entry 3"],
    ),
    (
        "a lost reference",
        {"entities": [application(1), {**event(1), "refs": {"applicationId": LOST}}]},
        ["appCode=999999", "there is no such entity"],
    ),
    (
        "an absent reference",
        {"entities": [application(1, state="absent", attributes={}), event(1)]},
        ["event (eventName=Initial filing", "entities, entry 1", "declares absent"],
    ),
    (
        "a lost secret",
        {"entities": [application(1, attributes={"pin": {"secret": "pin"}, "code": {"secret": "code"}})]},
        ["code, pin", "entities, entry 1"],
    ),
    (
        "half a key",
        {"entities": [{"type": "application", "key": {"appCode": "1"}}]},
        ["appName is not given", "entry 1"],
    ),
    ("a number", {"entities": [{**LOST, "key": {"appCode": 5349, "appName": "a"}}]}, ['"5349"', "entry 1"]),
    ("an attribute too much", {"entities": [{**LOST, "atributes": {}}]}, ["entry 1", "atributes"]),
    ("required", {"entities": [LOST]}, ["selectedProducts"]),
    ("a lost file", {"manifest": ["nowhere/"]}, ["nowhere/", "no such file or folder"]),
    ("an empty folder", {"manifest": ["emptied/"]}, ["emptied/", "no file in it"]),
    ("broken YAML", {"manifest": ["broken.yml"]}, ["broken.yml", "line 4"]),
    ("a key twice", {"manifest": ["twice.yml"]}, ["twice.yml", "line 6: appCode is given twice"]),
    ("another url", {"manifest": ["pinned.json"]}, ["https://other.example.com", "and url is"]),
    ("no vault password", {"manifest": ["vaulted.yml"]}, ["vaulted.yml", "cannot be decrypted"]),
]
FILES = {
    "broken.yml": "format: 1\nentities:\n  - type: application\n    key: {appCode: [}\n",
    "twice.yml": "format: 1\nentities:\n  - type: application\n    key:\n      appCode: '1'\n      appCode: '2'\n",
    "pinned.json": json.dumps({"format": 1, "url": "https://other.example.com", "entities": [application(1)]}),
    "old.json": json.dumps({"format": 1, "entities": [application(2)]}),
    "vaulted.yml": "$ANSIBLE_VAULT;1.1;AES256\n3030\n",
}


@pytest.mark.proves("ENVIRONMENT-5", "MANIFEST-4")
def test_what_cannot_be_meant_is_refused_before_the_first_write(server: Server, play: Player, tmp_path: Path) -> None:
    (tmp_path / "emptied").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    server.control("POST", "types/node", NODES)
    server.seed("application", **{**application(7)["key"], "selectedProducts": ["Zelvora"], "note": "seven"})
    server.forget()
    played = play([task(name, **options) for name, options, _words in BAD])
    wrong = {
        name: played[name].get("msg")
        for name, _options, words in BAD
        if not played[name]["failed"] or not all(word in played[name]["msg"] for word in words)
    }
    assert wrong == {}
    assert server.counted["writes"] == 0
    assert not (tmp_path / "a").exists(), "a plan was written"
    asked = {one["operation"] for one in server.control("GET", "requests?last=1000")}
    assert asked <= {"oauth_token", "session_start", "login", "find", "read"}


@pytest.mark.each_core
@pytest.mark.proves("ENVIRONMENT-5")
def test_it_runs_nowhere_but_on_the_controller(server: Server, play: Player, tmp_path: Path) -> None:
    many = [application(1)]
    journal = {"journal": str(tmp_path / "evidence")}
    elsewhere = {"ansible_connection": "elsewhere"}
    played = play(
        [
            task("delegated", many, **journal) | {"delegate_to": "other", "vars": elsewhere},
            task("async", many, **journal) | {"async": 60, "poll": 1},
            task("become", many, **journal) | {"become": True, "become_method": "straight"},
            task("here", many, **journal) | {"delegate_to": "localhost"},
        ]
    )
    for name in ("delegated", "async", "become"):
        assert played[name]["failed"] and "delegate_to: localhost, without async and become" in played[name]["msg"], (
            name
        )
    assert outcomes(played["here"]) == {"created": 1}, played.output
    assert server.counted["creates"] == 1


@pytest.mark.proves("ENVIRONMENT-5")
@pytest.mark.parametrize(
    "name", ["insight_drift", "insight_entities", "insight_export", "insight_qualify", "insight_report"]
)
def test_what_runs_on_the_controller_only_says_what_was_to_run(play: Player, name: str) -> None:
    played = play([{"name": name, f"rimops.insight.{name}": {}, "async": 60, "poll": 1, "ignore_errors": True}])
    assert f"Cannot run rimops.insight.{name}: this runs on the controller only" in played[name]["msg"]


PIN = 'pin "&+/=é canary'
VAULTED = 'vaulted "&+/=é canary'


def encrypted(text: str) -> str:
    """A text as ansible-vault encrypts it."""
    vault = VaultLib([("default", VaultSecret(b"the vault's password"))])
    return str(vault.encrypt(text.encode()).decode())


@pytest.mark.each_core
@pytest.mark.proves("SECRET-4", "PLAN-3")
def test_secrets_of_a_manifest_reach_the_server_and_nothing_else(server: Server, play: Player, tmp_path: Path) -> None:
    first, second, third = map(application, range(3))
    first["attributes"]["login"] = {"pin": {"secret": "pin"}, "user": "jdoe"}
    written(tmp_path / "env" / "1.json", [first, second])
    third["attributes"]["note"] = "whole"
    whole = dumped({"format": 1, "entities": [third]})
    (tmp_path / "env" / "2.yml").write_text(encrypted(whole), encoding="utf-8")
    inline = "".join(f"      {line}\n" for line in encrypted(VAULTED).splitlines())
    key = "{appCode: '000003', appName: Application 3}"
    (tmp_path / "env" / "3.yml").write_text(
        f"format: 1\nentities:\n  - type: application\n    key: {key}\n"
        f"    attributes:\n      selectedProducts: [Zelvora]\n"
        f"      pin: !vault |\n{inline.replace('      ', '        ')}",
        encoding="utf-8",
    )
    (tmp_path / "password").write_text("the vault's password", encoding="utf-8")
    echo = {"kind": "status", "status": 422, "body": {"message": f"bad {PIN} and {VAULTED}"}}
    server.control("POST", "faults", {**echo, "match": {"operation": "create"}, "times": 4})
    server.control("POST", "faults", {**echo, "match": {"operation": "update"}, "times": 0, "after": 2})
    options = {"manifest": ["env/"], "secrets": {"pin": "{{ canary_pin }}"}, "return_unchanged": True}
    journal = {"journal": "evidence", "approval": {"who": "J. Doe", "words": "{{ canary_pin }}"}}
    more = {"update_secrets": "always", "on_error": "continue"}
    played = play(
        [
            task("refused", **options, **more),
            task("plan", **options, plan_out="plan.json") | {"register": "plan"},
            task("apply", **options, **journal, plan_file="plan.json"),
            task("again", **options),
            task("always", **options, **journal, **more),
            task("refused again", **options, **journal, **more),
            task("without", manifest=["env/"]),
            {"name": "show", "ansible.builtin.debug": {"var": "plan"}},
        ],
        "-vvvv",
        "--diff",
        "--vault-password-file",
        str(tmp_path / "password"),
        "-e",
        f"@{written_variables(tmp_path)}",
    )
    assert outcomes(played["refused"]) == {"failed": 4} and "bad" in played["refused"]["msg"]
    assert outcomes(played["apply"])["created"] == 4, played["apply"].get("msg")
    assert outcomes(played["again"])["unchanged"] == 4 and not played["again"]["changed"]
    assert outcomes(played["always"])["updated"] == 2 and played["refused again"]["failed"], played["always"]
    assert "pin" in played["without"]["msg"] and "needed by env/1.json, entry 1" in played["without"]["msg"]
    stored = {one["appCode"]: one for one in server.stored("application")}
    assert stored["000000"]["login"] == {"pin": PIN, "user": "jdoe"} and stored["000003"]["pin"] == VAULTED
    assert stored["000002"]["note"] == "whole"
    files = [tmp_path / "plan.json", *(tmp_path / "evidence").iterdir()]
    assert len(files) == 4
    for text in (played.output, json.dumps(played.tasks, ensure_ascii=False), *(file.read_text() for file in files)):
        assert leaks(text, (PIN, VAULTED)) == []
    assert "secret is sent" in played["apply"]["diff"]["prepared"]


def written_variables(folder: Path) -> Path:
    """A file of variables with the secret."""
    path = folder / "variables.json"
    path.write_text(json.dumps({"canary_pin": PIN}), encoding="utf-8")
    return path


@pytest.mark.proves("PROGRESS-1")
def test_long_work_says_how_far_it_is_while_it_runs(server: Server, play: Player) -> None:
    server.switch(latency_ms=20)
    quiet = play([task("short", list(map(application, range(30))))])
    hurried = {"ANSIBLE_CALLBACKS_ENABLED": "record,hurry", "RIMOPS_PROGRESS_EVERY": "0.1"}
    more = {"concurrency": 2, "return_unchanged": False}
    played = play([task("long", list(map(application, range(60))), **more) | {"diff": False}], environment=hurried)
    told = re.compile(r"^(\d+) of (\d+) entities (read|written), \d+ a second, \d+ s left$", re.MULTILINE)
    assert told.findall(quiet.output) == []
    found = [(what, int(done), int(total)) for done, total, what in told.findall(played.output)]
    for what, all_of_them in (("read", 60), ("written", 30)):
        numbers = [done for one, done, total in found if one == what and total == all_of_them]
        assert len(numbers) > 2 and numbers == sorted(set(numbers)) and numbers[-1] < all_of_them, played.output


@pytest.mark.proves("PROGRESS-1")
def test_progress_is_told_at_most_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now, lines = [0.0], []
    monkeypatch.setattr(engine.time, "monotonic", lambda: now[0])
    tell = engine.progress(engine.RunOptions(client=None, show=lines.append), "read", 10_000)
    for done in range(1, 10_001):
        now[0] += 0.0035
        tell(done)
    assert lines == [
        "2,858 of 10,000 entities read, 286 a second, 25 s left",
        "5,716 of 10,000 entities read, 286 a second, 15 s left",
        "8,574 of 10,000 entities read, 286 a second, 5 s left",
    ]


@pytest.mark.each_core
@pytest.mark.proves("PROGRESS-1")
def test_progress_is_seen_before_the_task_is_through(server: Server, play: Player, tmp_path: Path) -> None:
    server.switch(latency_ms=20)
    server.fault("slow", "find", about="000059", seconds=2)
    log = tmp_path / "log"
    play.environment = {
        "ANSIBLE_CALLBACKS_ENABLED": "record,hurry",
        "ANSIBLE_LOG_PATH": str(log),
        "RIMOPS_PROGRESS_EVERY": "0.1",
    }
    many = list(map(application, range(60)))
    with Background(play, [task("long", many, concurrency=2) | {"diff": False}]) as running:
        running.wait(lambda: log.exists() and "of 60 entities read" in log.read_text())
        during = server.counted["writes"]
    assert (during, server.counted["writes"]) == (0, 60), log.read_text()
