# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook may get wrong, and what it may get from a server that it did not expect: each has its message, and
nothing is written."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pytest
from conftest import ENTRIES, Player, Server


@dataclass(frozen=True)
class Mistake:
    """options: of insight_entity, as YAML; says: what the failure must say; not_said: what it must not."""

    options: str
    says: tuple[str, ...]
    not_said: tuple[str, ...] = ()


KEY = 'key: {appCode: "123456", appName: Zelvora}'
PLAIN = f"type: application\n{KEY}\n"

MISTAKES = {
    "neither id nor key": Mistake("type: application", ("exactly one of id and key is needed",)),
    "id and key": Mistake(f"{PLAIN}id: '5'", ("mutually exclusive: id|key",)),
    "no type": Mistake(KEY, ("missing required arguments: type",)),
    "an option that is none": Mistake(f"{PLAIN}atributes: {{}}", ("atributes", "access_token, allow_http")),
    "an unknown type": Mistake('type: aplication\nkey: {a: "b"}', ("'aplication'", "It has: application,")),
    "half a key": Mistake(
        'type: application\nkey: {appCode: "123456"}', ("its key is appCode and appName", "appName is not given")
    ),
    "an empty key": Mistake('type: application\nkey: {appCode: "", appName: Zelvora}', ("appCode in key is empty",)),
    "key and refs overlap": Mistake(
        "type: event\nkey: {applicationId: '5'}\nrefs: {applicationId: {type: application, id: 5}}",
        ("both in key and in refs",),
    ),
    "a reference to an entity of another type": Mistake(
        "type: event\nkey: {eventName: x}\nrefs: {applicationId: {type: event, id: '5'}}",
        ("applicationId refers to an entity of type application, and event (id 5) is none",),
    ),
    "the same among the attributes": Mistake(
        "type: event\nid: '1'\nattributes: {applicationId: {ref: {type: event, id: '5'}}}",
        ("applicationId refers to an entity of type application, and event (id 5) is none",),
    ),
    "unquoted 021436": Mistake(
        "type: application\nkey: {appCode: 021436, appName: Zelvora}",
        ("appCode in key is the number 8990", "021436", "schema.properties of the type: appCode: {type: number}"),
    ),
    "unquoted 0000": Mistake("type: event\nkey: {eventName: 0000}", ("eventName in key is the number 0, not text",)),
    "unquoted NO": Mistake(
        "type: event\nkey: {eventName: NO}", ("eventName in key is the boolean false", 'eventName: "NO"')
    ),
    "a text where the server holds a number": Mistake(
        f"{PLAIN}attributes: {{price: '10.50'}}",
        ('price is the text "10.50" here and the number 10.5', "`price: 10.5`"),
    ),
    "a word where the server holds a boolean": Mistake(
        f"{PLAIN}attributes: {{approved: 'yes'}}", ("the boolean true on the server", "`approved: true`")
    ),
    "a number where the server holds text": Mistake(
        f"{PLAIN}attributes: {{sequence: 0010}}", ("sequence is the number 8 here and the text", '"0010"', "sequence")
    ),
    "a boolean where the server holds text": Mistake(
        f"{PLAIN}attributes: {{country: NO}}", ("country is the boolean false here and the text", 'country: "NO"')
    ),
    "a date where the server holds another text": Mistake(
        f"{PLAIN}attributes: {{day: 2026-01-31 10:00:00}}",
        ("day is the date 2026-01-31T10:00:00 here", 'day: "2026-01-31 10:00:00"'),
    ),
    "an unknown profile": Mistake(
        f"{PLAIN}profile: insigth", ("use profile insigth", "Built in are: adme, ", "insight, insight_6_2, insight_7_0")
    ),
    "a profile file that is not there": Mistake(f"{PLAIN}profile: mine.yml", ("no file mine.yml was found",)),
    "an invalid override": Mistake(
        f"{PLAIN}profile_overrides: {{operations: {{read: {{metod: GET}}}}}}",
        ("operations.read has a name that is not allowed there: metod",),
    ),
    "an id in the path of a search": Mistake(
        f'{PLAIN}profile_overrides: {{operations: {{find: {{path: "{{type.path}}/{{id}}"}}}}}}',
        ("operations.find.path names {id}, and what is replaced there is {inputs}",),
    ),
    "a name in the login that is none": Mistake(
        f'{PLAIN}profile_overrides: {{session: {{steps: {{login: {{json: {{who: {{name: "{{user}}"}}}}}}}}}}}}',
        ("session.steps.login.json.who.name names {user}, and what is replaced there is {url}",),
    ),
    "a key of another operation": Mistake(
        f"{PLAIN}profile_overrides: {{operations: {{create: {{missing: [{{status: 404}}]}}}}}}",
        ("operations.create.missing has no effect there, only in read and find and delete",),
    ),
    "a write that the profile does not have": Mistake(
        f"{PLAIN}state: absent\nprofile_overrides: {{operations: {{delete: null}}}}",
        ("the profile has no delete operation for application",),
    ),
    "a profile without paths": Mistake(
        f"{PLAIN}profile_overrides: {{types: {{thing: {{required: [x]}}}}}}",
        ("types.thing lacks path, and its read names {type.path}",),
    ),
    "an attribute that the schema refuses": Mistake(
        f"{PLAIN}attributes: {{phase: banana-canary}}\nschema: {{properties: {{phase: {{enum: [I, II, III]}}}}}}",
        ("phase must be one of ['I', 'II', 'III']",),
        ("banana-canary",),
    ),
    "a schema that is none": Mistake(f"{PLAIN}schema: {{type: banana}}", ("it is not a valid one",)),
    "a missing required attribute": Mistake(
        'type: application\nkey: {appCode: "999999", appName: New}', ("the server requires selectedProducts",)
    ),
    "a read-only attribute": Mistake(f"{PLAIN}attributes: {{uuid: x}}", ("uuid is read-only",)),
    "a write-only attribute in attributes": Mistake(
        f"{PLAIN}attributes: {{pin: p1n-canary}}\ncompare: {{write_only: [pin]}}",
        ("secret_attributes",),
        ("p1n-canary",),
    ),
    "a comparison rule that is none": Mistake(
        f"{PLAIN}attributes: {{a: b}}\ncompare: {{normalise: {{a: [spaces]}}}}",
        ("'spaces', which is no normalisation", "outer_space"),
    ),
    "an id that is a step": Mistake("type: application\nid: '..'", ("'..' cannot stand in an address",)),
    "an id that is an encoded step": Mistake("type: application\nid: '%2e%2e'", ("cannot stand in an address",)),
    "an id that is a step, encoded twice": Mistake(
        "type: application\nid: '%252e%252E'", ("cannot stand in an address",)
    ),
    "an id that is not there": Mistake('type: application\nid: 9/9 "x" é', ("there is no entity with this id",)),
    "a key that differs in case": Mistake(
        'type: application\nkey: {appCode: "123456", appName: ZELVORA}',
        ("differs only in case", "'Zelvora'", "'ZELVORA'"),
    ),
    "two that match": Mistake("type: event_country\nkey: {name: twin}", ("2 entities match", "Name one by id")),
    "a list that is not switched on": Mistake(
        "", ("the profile has no list operation for application that is switched on",)
    ),
    "no reason where one is required": Mistake(f"{PLAIN}require_reason: true", ("no reason is given",)),
    "url without a scheme": Mistake(
        f"{PLAIN}url: insight.example.com", ("url is not an absolute http or https address",)
    ),
    "url with a password": Mistake(
        f"{PLAIN}url: https://u:pw-canary@insight.example.com", ("url carries a user",), ("pw-canary",)
    ),
    "a CA file that is none": Mistake(
        f"{PLAIN}ca_path: /dev/null", ("ca_path /dev/null cannot be read as certificates",)
    ),
    "a wrong base path": Mistake(
        f"{PLAIN}profile_overrides: {{base_path: /insight/api/v3}}\ntoken_store: none", ("base_path",)
    ),
}


def task(name: str, mistake: Mistake) -> str:
    """The task that makes the mistake, as text, since quotes are the point."""
    module = "insight_entity" if mistake.options else "insight_entity_info"
    options = mistake.options or "type: application"
    return (
        f'- name: "{name}"\n  ignore_errors: true\n  rimops.insight.{module}:\n'
        + textwrap.indent(options, "    ")
        + "\n"
    )


@pytest.mark.proves("DECLARE-8", "DECLARE-9", "WRITE-2", "PROFILE-1", "NETWORK-1", "LOGIN-7", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_mistakes(server: Server, play: Player) -> None:
    held = {"sequence": "0010", "country": "NO", "day": "2026-01-31 10:00:00", "price": 10.5, "approved": True}
    server.seed("application", appCode="123456", appName="Zelvora", selectedProducts=["a"], **held)
    for _twin in range(2):
        server.seed("event-country", name="twin")
    server.switch(case_insensitive_keys=True, trim=True)
    server.forget()
    played = play("".join(task(name, mistake) for name, mistake in MISTAKES.items()))
    assert played.code == 0, played.output
    wrong = []
    for name, mistake in MISTAKES.items():
        result = played[name]
        message = result.get("msg", "") if result.get("failed") else f"did not fail: {result}"
        problems = [f"does not say {text!r}" for text in mistake.says if text not in message]
        problems += [f"says {text!r}" for text in mistake.not_said if text in str(result)]
        if "Traceback" in message or "Unexpected failure" in message:
            problems.append("shows a traceback")
        if problems:
            wrong.append(f"{name}: {'; '.join(problems)}\n    {message}")
    assert not wrong, "\n".join(wrong)
    assert server.counted["writes"] == 0


WEIRD = {
    "slash": "a/b/../c",
    "quotes": 'it\'s "quoted" & <tagged>',
    "spaces": "two  spaces inside",
    "unicode": "Zürich 東京 🧪",
    "encoded": "100%25 %2F %00",
    "newline": "first\nsecond",
    "workflow": "::error file=x::boo",
    "escape": "red \x1b[31mtext",
}


@pytest.mark.each_core
@pytest.mark.proves("NETWORK-5")
@pytest.mark.parametrize("entry", ENTRIES)
def test_weird_values_arrive_as_they_are_and_print_harmlessly(server: Server, play: Player) -> None:
    tasks = [
        {
            "name": f"{name} {turn}",
            "diff": True,
            "rimops.insight.insight_entity": {
                "type": "application",
                "key": {"appCode": value, "appName": name},
                "attributes": {"selectedProducts": [value], "description": value},
            },
        }
        for turn in ("first", "again")
        for name, value in WEIRD.items()
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    for name, value in WEIRD.items():
        assert (played[f"{name} first"]["operation"], played[f"{name} again"]["operation"]) == ("create", "none"), name
        assert played[f"{name} first"]["entity"]["description"] == value
    assert {one["description"] for one in server.stored("application")} == set(WEIRD.values())
    assert "\x1b[31mtext" not in played.output
    assert not [line for line in played.output.splitlines() if line.lstrip().startswith("::error")]


def test_an_option_that_is_near_is_named_before_what_is_missing(play: Player) -> None:
    played = play([{"name": "export", "rimops.insight.insight_export": {"types": ["event"], "too": "there"}}])
    assert played.code == 2
    missing = "there is no option too; to is near; missing required arguments: to. Its options are: access_token, "
    assert missing in played["export"]["msg"]
