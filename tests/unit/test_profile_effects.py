# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every key of a profile has an effect that is seen on the wire or in a result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.errors import InterruptedRequest, SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data, profile_schema
from ansible_collections.rimops.insight.tests.unit.effects import (
    DRIFTED,
    KEY,
    LIST,
    LOGIN,
    LOOK_AROUND,
    SERVER,
    Case,
    present,
    says,
    seen,
    token,
)
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing

OPERATIONS = ("read", "find", "create", "update", "delete", "list")
GRANTS = ("password", "client_credentials", "authorization_code", "device_code", "refresh_token")
FOR_READERS = ("title", "sources", "source", "note", "verified.version", "verified.when", "verified.by")
"""What people read and no request or result depends on."""
ON_LOADING = ("format", "extends")
"""What says how a profile is read; tested below."""
TABLES = (
    "oauth",
    "session",
    "compare",
    "evidence_fields",
    "operation",
    "type",
    "verified",
    "source",
    "assumed",
    "note",
)
"""Definitions whose keys stand in several places; they are walked once."""


def keys(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key below a schema that has none below itself, with the path of it."""
    for name, inner in schema.get("properties", {}).items():
        at = f"{path}{name}"
        whole = {**resolved(inner), **{key: value for key, value in inner.items() if key != "$ref"}}
        table = inner.get("$ref", "").rpartition("/")[2].replace("whole_", "")
        any_name = whole.get("additionalProperties")
        if table in TABLES:
            yield from [at] if table == "operation" else []
        elif whole.get("properties"):
            yield from keys(whole, f"{at}.")
        elif isinstance(any_name, dict) and resolved(any_name).get("properties") and "$ref" not in any_name:
            yield from keys(any_name, f"{at}.<name>.")
        else:
            yield at


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return profile_schema()["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def every_key() -> set[str]:
    found = set(keys(profile_schema()))
    for table in TABLES:
        definition = profile_schema()["$defs"][table]
        found |= set(keys(definition, f"{table}.")) if "properties" in definition else {table}
    return found


def of(operation: str, **changes: Any) -> dict[str, Any]:
    return {"operations": {operation: changes}}


def session(**changes: Any) -> dict[str, Any]:
    return {"session": changes}


def event(**changes: Any) -> dict[str, Any]:
    return {"types": {"event": changes}}


def paged(**paging: Any) -> dict[str, Any]:
    return of("list", enabled=True, paging=paging)


REFERRING = {"applicationId": {"type": "application", "key": {"appCode": "1", "appName": "A"}}}
REFERS = (present(refs=REFERRING),)
HELD = {**KEY, **SERVER}
APPLICATION = {"id": 3, "uuid": "u-3", "appCode": "1", "appName": "A"}
PAGES = tuple(says(content={"items": [{**HELD, "id": n}], "n": n, "n2": f"C{n}"}) for n in range(1, 4))
LAST = says(content={"items": []})
GONE = says(403, {}, {"JSESSIONID": "of somebody else"})
PAGE = says(302, b"", location="/login")
LONG = "r-token-of-the-options"
OF_GRANTS: Mapping[str, dict[str, Any]] = {
    "password": {"username": "jdoe", "password": "not told"},
    "authorization_code": {"redirect_uri": "http://127.0.0.1/"},
    "refresh_token": {"refresh_token": LONG},
}

CASES = [
    Case("base_path", {"base_path": "/elsewhere"}, r"> .*/elsewhere/event"),
    Case(
        "other_base_paths",
        {"other_base_paths": ["/theirs"]},
        "/theirs/token open a session",
        tasks=LOOK_AROUND,
        answers={"open": (says(404),)},
    ),
    Case(
        "query_for_at",
        {"query_for_at": "by.text"},
        '> .* create .*"by": {"text": {"applicationId": "1 A"}}',
        tasks=REFERS,
        answers={"find application": (says(200, APPLICATION),)},
    ),
    Case(
        "other_versions.session_id",
        {"other_versions": {"session_id": {"theirs": "that_of_theirs"}}},
        "try profile that_of_theirs",
        tasks=LOGIN,
        answers={"open": (says(200, {"theirs": "S1"}),)},
    ),
    Case(
        "other_versions.password",
        {"other_versions": {"password": "that_of_theirs"}},
        "do: profile that_of_theirs",
        tasks=token(
            grant_type="login", username="jdoe", password="not told", **dict.fromkeys(("client_id", "client_secret"))
        ),
    ),
    Case("headers", {"headers": {"X-Api-Key": "k-1"}}, '"X-Api-Key": "k-1"'),
    Case("name", {"name": "ours"}, "profile ours has no such type", tasks=(present(type="nothing"),)),
    Case("id_attribute", {"id_attribute": "entityId"}, "/event/70/read"),
    Case("changed_by", {"changed_by": "other"}, '"changed_by": "other-7"', tasks=DRIFTED),
    Case("changed_at", {"changed_at": "other"}, '"changed_at": "other-7"', tasks=DRIFTED),
    Case("uuid_attribute", {"uuid_attribute": "other"}, "/by/other-7", given=of("delete", path="by/{uuid}")),
    Case("types", {"types": {"thing": {"path": "/t"}}}, "/t/read", tasks=(present(type="thing"),)),
    *(
        Case(
            f"operations.{one}",
            of(one, enabled=True, path="{type}/here"),
            f"event/here {one}",
            tasks=(*Case("", {}).tasks, *LIST),
        )
        for one in OPERATIONS
    ),
    *(
        Case(
            f"type.operations.{one}",
            event(**of(one, enabled=True, path="{type}/here")),
            f"event/here {one}",
            tasks=(*Case("", {}).tasks, *LIST),
        )
        for one in OPERATIONS
    ),
    Case("assumed", of("create", assumed=False), gone=r'"assumed": \[[^]]*"operations.create"'),
    # oauth
    Case(
        "oauth.authority", {"oauth": {"authority": "https://login.example.org"}}, "https://login.example.org/t/oauth2"
    ),
    Case("oauth.token_path", {"oauth": {"token_path": "/of/{tenant_id}"}}, "> .*/of/t "),
    Case(
        "oauth.authorize_path",
        {"oauth": {"authorize_path": "/page"}},
        '"authorization_url": "[^"]*/page',
        tasks=token(grant_type="authorization_code", redirect_uri="http://127.0.0.1/", token_store="STORE"),
    ),
    Case(
        "oauth.device_path",
        {"oauth": {"device_path": "/device"}},
        "> .*/device ",
        tasks=token(grant_type="device_code"),
    ),
    Case(
        "oauth.after_use",
        {"oauth": {"after_use": "revokes"}},
        '"failed": true',
        tasks=token(grant_type="refresh_token", refresh_token=LONG),
    ),
    *(
        Case(
            f"oauth.grants.{one}.scope",
            {"oauth": {"grants": {one: {"scope": "mine-{client_id}"}}}},
            "mine-cid",
            tasks=token(
                **{
                    "grant_type": one,
                    "token_store": "STORE" if one == "authorization_code" else "none",
                    **OF_GRANTS.get(one, {}),
                }
            ),
        )
        for one in GRANTS
    ),
    # session
    Case(
        "session.kind",
        session(kind="bearer", start=None, login=None, rejected={"status": [401]}),
        "Bearer a-token-of-oauth",
    ),
    Case("session.start.method", session(start={"method": "POST"}), "> safe POST .* open a session"),
    Case("session.start.path", session(start={"path": "/begin"}), "/begin open a session"),
    Case("session.start.session_id", session(start={"session_id": "sid"}), "JSESSIONID=session-of-another"),
    Case("session.start.cookie", session(start={"cookie": "OURS"}), "OURS=session-of-the-body"),
    Case(
        "session.start.csrf_name_header",
        session(start={"csrf_name_header": "X-OTHER-NAME"}),
        '"X-Other": "csrf-of-another"',
    ),
    Case(
        "session.start.csrf_header",
        session(start={"csrf_header": "X-Other"}),
        '"X-Other": "csrf-of-another"',
        given=session(start={"csrf_name_header": None}),
    ),
    Case("session.login.method", session(login={"method": "PUT"}), "> PUT .* log in"),
    Case("session.login.path", session(login={"path": "/enter"}), "/enter log in"),
    Case(
        "session.login.body",
        session(login={"body": {"who": {"name": "{username}"}}}),
        'log in .*"who": {"name": "jdoe"}',
    ),
    Case(
        "session.login.success",
        session(login={"success": [302]}),
        '"operation": "create"',
        answers={"log": (says(302, b"", location="/home"),)},
    ),
    Case(
        "session.look.method",
        session(look={"method": "HEAD"}),
        "> safe HEAD .* look at",
        given=session(look={"method": "GET", "path": "/me"}),
        answers={"create": (says(403),)},
    ),
    Case(
        "session.look.path",
        session(look={"method": "GET", "path": "/me"}),
        "/me look at the session",
        answers={"create": (says(403),)},
    ),
    Case(
        "session.logout.method",
        session(logout={"method": "PUT"}),
        "> PUT .* log out",
        given=session(logout={"method": "POST", "path": "/out"}),
        tasks=LOGIN,
    ),
    Case("session.logout.path", session(logout={"method": "POST", "path": "/out"}), "/out log out", tasks=LOGIN),
    Case(
        "session.logout.body",
        session(logout={"body": {"token": "{access_token}"}}),
        'log out .*"token": "a-token-of-oauth"',
        given=session(logout={"method": "POST", "path": "/out"}),
        tasks=LOGIN,
    ),
    Case(
        "session.logout.success",
        session(logout={"success": [418]}),
        gone="the server did not end it",
        given=session(logout={"method": "POST", "path": "/out"}),
        tasks=LOGIN,
        answers={"log": (says(), says(418))},
    ),
    Case(
        "session.rejected.status",
        session(rejected={"status": [418]}),
        "log in #2",
        answers={"create": (says(418), says(200, HELD))},
    ),
    Case(
        "session.rejected.cookie_changes",
        session(rejected={"cookie_changes": False}),
        gone="log in #2",
        answers={"create": (GONE, says(200, HELD))},
    ),
    Case(
        "session.rejected.words",
        session(rejected={"words": ["who are you"]}),
        "log in #2",
        answers={"create": (says(500, b"Who are you?"), says(200, HELD))},
    ),
    Case(
        "session.rejected.forbidden_words",
        session(rejected={"forbidden_words": ["too old"]}),
        gone="look at",
        answers={"create": (says(403, b"It is too old."), says(200, HELD))},
    ),
    Case(
        "session.rejected.login_page",
        session(rejected={"login_page": False}),
        gone="log in #2",
        answers={"create": (PAGE, says(200, HELD))},
    ),
    # compare
    Case("compare.ignore", {"compare": {"ignore": ["description"]}}, gone="> .* update event"),
    Case("compare.create_only", {"compare": {"create_only": ["description"]}}, "can only be set at creation"),
    Case("compare.read_only", {"compare": {"read_only": ["description"]}}, "description is read-only"),
    Case("compare.write_only", {"compare": {"write_only": ["description"]}}, "description is write-only"),
    Case(
        "compare.hidden",
        {"compare": {"hidden": ["description"]}},
        r'"unverified": \[[^]]*"description"',
        stores=lambda told: {**KEY},
    ),
    Case("compare.volatile", {"compare": {"volatile": ["description"]}}, gone="> .* update event"),
    Case(
        "compare.sets",
        {"compare": {"sets": ["description"]}},
        gone="Unconverged",
        tasks=(present(["a", "b"]),),
        stores=lambda told: {**told, "description": told["description"][::-1]},
    ),
    Case(
        "compare.keyed",
        {"compare": {"keyed": {"description": ["a"]}}},
        gone="Unconverged",
        tasks=(present([{"a": "1"}]),),
        stores=lambda told: {**told, "description": [{**one, "id": 1} for one in told["description"]]},
    ),
    Case(
        "compare.normalise",
        {"compare": {"normalise": {"description": ["case"]}}},
        gone="Unconverged",
        stores=lambda told: {**told, "description": told["description"].upper()},
    ),
    # attributes
    Case("attributes.<name>.secret", {"attributes": {"description": {"secret": True}}}, gone='"description": "a"'),
    Case(
        "type.attributes.<name>.secret",
        {"types": {"event": {"attributes": {"description": {"secret": True}}}}},
        gone='"description": "a", .*"entity_id"',
    ),
    # evidence
    Case("evidence_fields.reason", {"evidence_fields": {"reason": "why"}}, '> .*"why": "R1"'),
    Case("evidence_fields.change_reference", {"evidence_fields": {"change_reference": "ticket"}}, '> .*"ticket": "C1"'),
    Case("evidence_fields.initiator", {"evidence_fields": {"initiator": "who"}}, '> .*"who": "I1"'),
    # operations
    Case("operation.enabled", of("list", enabled=True), "> .* list entities", tasks=LIST),
    Case("operation.method", of("find", method="PUT"), "> safe PUT .* find event"),
    Case("operation.path", of("find", path="look/{type}"), "/look/event find event"),
    Case("operation.body", of("update", body="changed"), 'update event .* {"description": "b", "uuid": "u-7"}'),
    Case("operation.request_at", of("create", request_at="data"), '> .* create .*{"data": {'),
    Case("operation.id_field", of("read", id_field="ID"), '> .* read .*{"ID": 7}'),
    Case(
        "operation.references",
        of("create", references="id"),
        '> .* create .*"applicationId": 3',
        tasks=REFERS,
        answers={"find application": (says(200, APPLICATION),)},
    ),
    Case(
        "operation.addressed_by",
        of("update", addressed_by="other"),
        '> .* update .*"other": "other-7"}',
        given=of("update", body="changed"),
    ),
    Case(
        "operation.success",
        of("create", success=[207]),
        '"operation": "create"',
        answers={
            "create": (says(207, {**HELD, "description": "a"}),),
            "find": (says(404), says(404), says(200, {**HELD, "description": "a"})),
        },
    ),
    Case(
        "operation.missing.status",
        of("find", missing={"status": [410]}),
        "> .* create event",
        answers={"find": (says(410),)},
    ),
    Case(
        "operation.missing.empty",
        of("find", missing={"empty": True}),
        "> .* create event",
        answers={"find": (says(200, []),)},
    ),
    Case(
        "operation.conflict.status",
        of("create", conflict={"status": [423]}),
        "ConflictError",
        answers={"create": (says(423),)},
    ),
    Case(
        "operation.entity",
        of("create", entity="data"),
        "/event/7/read",
        tasks=(present(),),
        answers={"create": (says(200, {"data": HELD}),)},
    ),
    Case(
        "operation.id_at",
        of("create", entity=False, id_at="location"),
        "/event/9/read",
        given=of("create", entity=False),
        answers={"create": (says(201, b"", location="/event/9"),)},
    ),
    Case(
        "operation.entities",
        of("list", entities="rows"),
        '"eventName": "F"',
        given=paged(kind="page", page="p", size="s"),
        tasks=LIST,
        answers={"list": (says(200, {"rows": [HELD], "total": 1}), says(200, {"rows": []}))},
    ),
    Case(
        "operation.paging.kind",
        paged(kind="offset"),
        '> .* list .*"page": 7',
        tasks=LIST,
        given=paged(total=None, limit=7),
        answers={"list": (says(200, {"items": [{**HELD, "id": n} for n in range(7)]}), LAST)},
    ),
    Case("operation.paging.page", paged(page="p"), '> .* list .*"p": 0', tasks=LIST, given=paged()),
    Case("operation.paging.size", paged(size="s"), '> .* list .*"s": 100', tasks=LIST, given=paged()),
    Case(
        "operation.paging.next",
        paged(next="n2"),
        '> .* list .*"page": "C1"',
        tasks=LIST,
        given=paged(kind="cursor", next="n", total=None),
        answers={"list": (*PAGES, LAST)},
    ),
    Case("operation.paging.first", paged(first=5), '> .* list .*"page": 5', tasks=LIST, given=paged()),
    Case("operation.paging.limit", paged(limit=8), '> .* list .*"size": 8', tasks=LIST, given=paged()),
    Case(
        "operation.paging.most_pages",
        paged(most_pages=2),
        "does not end",
        tasks=LIST,
        given=paged(total=None),
        answers={"list": (*PAGES, LAST)},
    ),
    Case(
        "operation.paging.total",
        paged(total="count"),
        "after 1 of 5 entities",
        tasks=LIST,
        given=paged(total=None),
        answers={"list": (says(200, {"items": [HELD], "count": 5}), says(200, {"items": [], "count": 5}))},
    ),
    Case("operation.safe", of("create", safe=True), "> safe POST .* create event"),
    # types
    Case("type.path", event(path="/happening"), "/happening/read"),
    Case("type.id_attribute", event(id_attribute="entityId"), "/event/70/read"),
    Case("type.changed_by", event(changed_by="other"), '"changed_by": "other-7"', tasks=DRIFTED),
    Case("type.changed_at", event(changed_at="other"), '"changed_at": "other-7"', tasks=DRIFTED),
    Case("type.uuid_attribute", event(uuid_attribute="other"), "/by/other-7", given=of("delete", path="by/{uuid}")),
    Case("type.key.attributes", event(key={"attributes": ["eventName", "phase"]}), "phase is not given"),
    Case(
        "type.key.enforced",
        event(key={"attributes": ["eventName"], "enforced": True}),
        "create .*#2",
        answers={
            "create": (InterruptedRequest("create", "the connection was lost"), says(200, HELD)),
            "find": (says(404),),
        },
    ),
    Case("type.required", event(required=["phase"]), "the server requires phase"),
    Case(
        "type.references.<name>.type",
        event(references={"applicationId": {"type": "event"}}),
        gone='> .* create .*"queryFor"',
        tasks=REFERS,
        answers={"find application": (says(200, APPLICATION),)},
    ),
    Case(
        "type.references.<name>.query_for",
        event(references={"applicationId": {"query_for": "{appName}"}}),
        '> .* create .*"queryFor": {"applicationId": "A"}',
        tasks=REFERS,
        answers={"find application": (says(200, APPLICATION),)},
    ),
    Case(
        "type.references.<name>.read",
        event(references={"applicationId": {"read": "{entity.owner.id}"}}),
        '"entity": {[^}]*"applicationId": 3',
        tasks=(present(),),
        stores=lambda told: {**told, "owner": {"id": 3}},
    ),
    Case(
        "type.schema", event(schema={"properties": {"description": {"maxLength": 0}}}), "must have at most 0 characters"
    ),
]


def overlaid(base: Any, over: Any) -> Any:
    """As overrides are merged, with the nulls that still have to take something away."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{name: overlaid(base.get(name), value) for name, value in over.items()}}


@pytest.mark.proves("PROFILE-23")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_key_has_an_effect(case, monkeypatch, tmp_path):
    tasks = json.loads(json.dumps([options for _command, options in case.tasks]).replace("STORE", str(tmp_path / "s")))
    case = Case(
        **{**vars(case), "tasks": tuple((one[0], options) for one, options in zip(case.tasks, tasks, strict=True))}
    )
    without, with_it = (
        seen(case, overrides, monkeypatch) for overrides in (case.given, overlaid(case.given, case.override))
    )
    shown = f"without:\n{without}\n\nwith:\n{with_it}"
    if case.seen:
        assert re.search(case.seen, with_it) and not re.search(case.seen, without), shown
    if case.gone:
        assert re.search(case.gone, without) and not re.search(case.gone, with_it), shown
    assert case.seen or case.gone


@pytest.mark.proves("PROFILE-23")
def test_every_key_of_the_schema_has_a_case():
    tested = {case.key for case in CASES}
    assert every_key() - tested == {*FOR_READERS, *ON_LOADING}
    assert tested <= every_key()


@pytest.mark.proves("PROFILE-23")
def test_how_a_profile_is_read():
    own = {"format": 1, "name": "ours", "extends": "insight_7_0"}
    assert (
        profile_data(own, None, find_nothing)["session"] == profile_data("insight_7_0", None, find_nothing)["session"]
    )
    assert profile_data(own, None, find_nothing)["session"] != profile_data("insight", None, find_nothing)["session"]
    with pytest.raises(SchemaError, match="format must be 1"):
        profile_data({"name": "ours", "format": 3, "types": {}}, None, find_nothing)
