# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

GOOD = {
    "format": 2,
    "name": "mine",
    "extends": "rest",
    "base_path": "/api/{inputs.realm}",
    "inputs": {"realm": {"required": True}},
    "session": {
        "steps": {"login": {"method": "POST", "path": "/login", "json": {"u": "{username}"}, "take": {"t": "body.t"}}},
        "carry": {"headers": {"Authorization": "Token {t}"}},
    },
    "types": {
        "site": {
            "path": "sites",
            "key": {"attributes": ["code"]},
            "list": {"method": "GET", "path": "{type.path}", "query": {"p": "{page}"}, "paging": {"total": "body.n"}},
        },
        "scale": {"extends": "site", "path": "scales", "attributes": {"site": {"ref": {"type": "site"}}}},
    },
}


TOKEN = {"access_token": "body.access", "refresh_token": "body.refresh"}
RENEWING = {
    "session": {
        "steps": {"login": {"take": TOKEN}},
        "refresh": {
            "steps": {"renew": {"method": "POST", "path": "renew", "json": {"r": "{refresh_token}"}, "take": TOKEN}},
            "refused": [{"status": [400]}],
            "after_use": "revokes",
        },
    }
}
BOX = {"path": "boxes", "key": {"attributes": ["name"]}}


def renewing(**session):
    """RENEWING with something else said of the session."""
    return merge(RENEWING, {"session": session})


def of_refresh(**said):
    """RENEWING with something else said of the request that renews."""
    return renewing(refresh={"steps": {"renew": said}})


def load(over=None):
    return profile_data(GOOD, over, str)


def test_a_profile_is_read():
    profile = profile_of(load())
    scale = profile.type("scale")
    assert scale.path == "scales"
    assert scale.key == ("code",)
    assert scale.references["site"].type == "site"
    assert scale.operations["list"].profile_key == "types.scale.list"
    assert scale.operations["find"].profile_key == "operations.find"


def test_a_refresh_of_the_system_own_token_is_read():
    rules = profile_of(load(RENEWING)).session
    assert rules.makes_token
    assert [step.profile_key for step in rules.refresh.steps] == ["session.refresh.steps.renew"]
    assert (rules.refresh.after_use, rules.refresh.refused[0].status) == ("revokes", (400,))


SITE = ("types", "site")


def test_a_refresh_is_read():
    refresh = profile_of(load(renewing(refresh={"after_use": "revokes"}))).session.refresh
    assert ([step.name for step in refresh.steps], refresh.after_use) == (["renew"], "revokes")


def of_site(**said):
    return {"types": {"site": said}}


LISTED = {"method": "GET", "path": "sites"}


def of_person(**fields):
    return {"oauth": {"token_path": "/token", "grants": {"authorization_code": {"authorize": fields}}}}


def of_issuer(issuer, **said):
    return {"oauth": {"issuer": issuer, "grants": {"password": {}}, **said}}


def of_grant(**said):
    return {"oauth": {"token_path": "/token", "grants": {"password": said}}}


def of_part(**said):
    whole = {"read": {"method": "GET", "path": "{type.path}/{id}/tags"}, "write": GO}
    return of_site(parts={"tags": {name: {**one, **said.get(name, {})} for name, one in whole.items()}})


GO = {"method": "PUT", "path": "{type.path}/{id}/x"}
JOB = {
    "take": {"job": "body.id"},
    "poll": {"path": "jobs/{job}"},
    "until": [{"status": 200}],
}


def test_how_an_operation_is_completed_is_said_by_name_or_in_place():
    profile = profile_of(
        load({"completes": {"job": JOB}, **of_site(create={"completes": "job"}, delete={"completes": JOB})})
    )
    of = profile.type("site").operations
    assert of["create"].completes.profile_key == "completes.job"
    assert of["delete"].completes.profile_key == "types.site.delete.completes"
    assert list(profile.type("site").completed_later) == ["types.site.create", "types.site.delete"]


@pytest.mark.parametrize(
    ("over", "why"),
    [
        (of_site(find={"query": {"x": "{kei.code}"}}), r"types.site.find.query.x names \{kei.code\}"),
        (of_site(find={"query": {"x": "fixed"}}), "names nothing of the key"),
        (of_site(read={"path": "{type.path}/{entity.x}"}), r"types.site.read.path names \{entity.x\}"),
        (of_site(read={"path": "{type.colour}/{id}"}), "a type has name and path"),
        (of_site(read={"path": "{inputs.tenant}/{id}"}), "inputs declares no tenant"),
        (of_site(read={"path": "{id|upper}"}), "the function upper"),
        (of_site(read={"path": "{type.path}/{id|address}"}), "can only be the whole of a path"),
        (of_site(find={"query": {"at": "{key.code|address}"}}), "can only be the whole of a path"),
        (of_site(create={"narrows": True}), "narrows has no effect there, only in find"),
        (of_site(find={"pattern": True}, list=None), "pattern has no effect without list"),
        (of_site(delete={"entity": "body"}), "entity has no effect there"),
        (of_site(list={"paging": None}), "names page, and has no paging"),
        (of_site(list=[LISTED, {**LISTED, "query": {"x": "{key.code}"}}]), r"types.site.list\[1\].query.x names"),
        (of_site(list={"query": {"c": "{cursor}"}}), "has no next"),
        (of_site(list={"query": None}), "names neither"),
        (of_site(list={"query": {"p": "{page}", "c": "{cursor}"}}), r"has no next, where \{cursor\} comes from"),
        (of_site(read={"path": "{type.path}/{id[x}"}), r"types.site.read.path names \{id\[x\}, which is no path"),
        (of_site(parent="none"), "types.site.parent names none, which is no type of it"),
        (of_site(find={"then": "read"}, read=None), "types.site.find.then is read, and there is no read"),
        (of_site(find="read"), "types.site.find is read, and read names {id}, which nothing tells beforehand: id.from"),
        (of_site(parts={"tags": {"write": GO, "add": GO}}), "tags has both write, for all elements, and requests"),
        (of_site(parts={"tags": {"read": LISTED}}), "parts.tags has no request that writes it"),
        (of_site(parts={"tags": {"write": GO, "read": LISTED, "write_only": True}}), "is write_only and has a read"),
        (of_site(find={"paging": {"next": "body.next"}}), "unless the find narrows"),
        (of_site(create={"form": {"a": "b"}}), "has both json and form"),
        (of_site(path="/sites"), "begins with a slash"),
        (of_site(path=None), r"types.site lacks path, and its read names \{type.path\}"),
        (of_site(extends="scale"), "extends this type itself"),
        (of_site(extends="none"), "is no type of this profile"),
        (of_site(read=None, find=None, list=None), "has no operation that reads"),
        (of_site(find="list", list=None), "find is list, and there is no such operation"),
        (of_site(find="read", read={"path": "x"}), "names neither"),
        (
            {"operations": {"list": {"method": "GET", "path": "x", "query": {"n": "{size}"}}}, "types": {"box": BOX}},
            "operations.list names size, and has no paging",
        ),
        (of_site(read={"entity": "body.{id}"}), r"read.entity names \{id\}, and what is replaced there is \{type\}"),
        (of_site(list={"paging": {"total": "body.{type.id}"}}), "a type has name and path"),
        (of_site(attributes={"a": {"ref": {"type": "none"}}}), "is no type of it"),
        (of_site(attributes={"a": {"set": True, "keyed": "b"}}), "both set and keyed"),
        (of_site(attributes={"a": {"normalise": [{"prefix": "{key.a}-"}]}}), r"normalise names \{key.a\}"),
        (of_site(create={"when": {"a": 1}}), "when has no effect there, only in update and delete"),
        (of_site(id={"from": "{entity.x}"}), r"types.site.id.from names \{entity.x\}"),
        (of_grant(scope="{tenant}/.default"), r"oauth.grants.password.scope names \{tenant\}"),
        (of_grant(path="/{client_id}/token"), r"oauth.grants.password.path names \{client_id\}"),
        (of_grant(form={"x": "{password}"}), r"oauth.grants.password.form.x names \{password\}"),
        (of_grant(form={"x": "{inputs.tenant}"}), "inputs declares no tenant"),
        (of_grant(authorize={"prompt": "none"}), "password.authorize has no effect there, only where a person logs in"),
        (of_person(state="x"), "authorization_code.authorize.state is the login's own"),
        (of_person(hint="{password}"), r"authorize.hint names \{password\}"),
        ({"oauth": {"grants": {"password": {}}}}, "oauth has neither token_path nor issuer"),
        (of_issuer("/i", token_path="/t"), "oauth.token_path has no effect beside issuer"),
        (of_issuer("/realms/{inputs.none}"), "inputs declares no none"),
        (of_issuer("https://id.example.com", authority="https://a.example.com"), "oauth.authority has no effect"),
        (of_issuer("/i", grants={"password": {"path": "/t"}}), "password.path has no effect beside oauth.issuer"),
        (
            {"session": {"steps": {"login": {"take": {"ticket": {"at": "body.t", "default": "a", "optional": True}}}}}},
            "session.steps.login.take.ticket has both default and optional",
        ),
        (
            {"session": {"steps": {"login": {"basic": {"username": "{nobody}", "password": "{password}"}}}}},
            r"login.basic.username names \{nobody\}",
        ),
        (
            of_site(create={"completes": "none"}),
            "types.site.create.completes names none, and completes declares no such",
        ),
        (of_site(list={"completes": JOB}), "types.site.list.completes has no answer, where"),
        (of_part(read={"completes": JOB}), "parts.tags.read.completes has no answer"),
        (of_part(write={"completes": "none"}), "parts.tags.write.completes names none"),
        (of_site(create={"completes": {**JOB, "poll": {"path": "jobs/{jop}"}}}), r"poll.path names \{jop\}"),
        (of_site(create={"completes": {**JOB, "poll": {"path": "{entity.job}"}}}), r"poll.path names \{entity.job\}"),
        (
            of_site(create={"completes": {**JOB, "take": {"id": "body.id"}, "poll": {"path": "jobs/{id}"}}}),
            "take.id is a name that requests know",
        ),
        (
            of_site(create={"completes": {**JOB, "poll": {"path": "job"}}}),
            "take.job is named by neither poll nor message",
        ),
        (
            of_site(create={"completes": {**JOB, "message": {"path": "logs/{job}/{nr}", "at": "body"}}}),
            r"message.path names \{nr\}",
        ),
        (
            of_site(
                delete={
                    "completes": {
                        **JOB,
                        "take": {"job": "body[].id", "kind": "body[].kind"},
                        "poll": {"path": "{kind}/{job}"},
                    }
                }
            ),
            "take has several values for job and kind",
        ),
        ({"operations": {"create": {"completes": "none"}}}, "operations.create.completes names none"),
        (of_site(find={"until": [{"status": 200}]}), "until has no effect there, only in read"),
        (of_site(read={"failed": [{"status": 200}]}), "read.failed has no effect without until"),
        (
            of_site(attributes={"on": {"transitions": {"go": {"to": True, "request": {**GO, "completes": "none"}}}}}),
            "transitions.go.request.completes names none",
        ),
        (of_site(attributes={"a[].b": {"read": "{entity.c}"}}), "read has no effect within the elements of a list"),
        (of_site(attributes={"a": {"ref": {"type": "site"}, "read": ["{element.b}"]}}), "a.read is no place of an id"),
        (of_site(attributes={"a": {"read": ["{entity.b}"]}}), r"attributes.a.read names \{entity.b\}"),
        (of_site(attributes={"a": {"exact": True, "keyed": "b"}}), "attributes.a is exact, which is said of mappings"),
        (
            of_site(attributes={"p": {"exact": True}}, parts={"p": {"within": ["create"], "at_least": True}}),
            "parts.p is one value, since the attribute is exact",
        ),
        (
            of_site(
                attributes={"p": {"exact": True}}, parts={"p": {"within": ["create"], "read": {**GO, "paging": {}}}}
            ),
            "parts.p is one value, since the attribute is exact",
        ),
        (of_site(list={"then": "read"}, read=None), "list.then is read, and there is no read"),
        ({"session": {"carry": {"headers": {"X": "{tok}"}}}}, r"session.carry.headers.X names \{tok\}"),
        ({"session": {"steps": {"login": {"before": "nobody"}}}}, "before names nobody"),
        ({"session": {"steps": {"login": {"path": "{declared.x}"}}}}, r"session.steps.login.path names \{declared.x\}"),
        ({"session": {"logout": {"out": {"method": "POST", "path": "x", "take": {}}}}}, "out.take has no effect"),
        ({"session": {"lost": [{"cookie": "changed"}]}}, "session.cookie names no cookie"),
        (of_site(read={"success": [{"status": [200], "says": "well"}]}), "says has no effect"),
        ({"busy": [{"status": 429}, {"status": [423, 503]}]}, r"busy\.1 may come for what was carried out"),
        (of_site(create={"conflict": {"moved": [{"status": 412}]}}), "create.conflict.moved has no effect there, only"),
        ({"operations": {"update": {"conflict": {"in_use": []}}}}, "update.conflict.in_use has no effect there, only"),
        (of_site(create={"busy": [{"status": 202}]}), r"create\.busy\.0 may come for what was carried out"),
        (of_site(update={"missing": [{"status": [404]}]}), "missing has no effect"),
        (of_site(parts={"p": {"add": {"method": "PUT", "path": "p", "missing": []}}}), "missing has no effect"),
        (
            of_site(attributes={"a": {"transitions": {"go": {"to": 1, "request": {**GO, "missing": []}}}}}),
            "missing has no effect",
        ),
        (of_site(create={"conflict": [{"cookie": "changed"}]}), "only stands in session.lost"),
        ({"session": {"take": {"csrf": "header.{nobody}"}}}, r"session.take names \{nobody\}"),
        (renewing(steps={"login": {"take": None}}), "session.steps takes no access_token"),
        (of_refresh(take=None), "session.refresh.steps takes no access_token"),
        (of_refresh(path="{declared.x}"), r"session.refresh.steps.renew.path names \{declared.x\}"),
        (of_refresh(denied=[{"status": [401]}]), "session.refresh.steps.renew.denied has no effect there"),
        (of_refresh(when={"status": 200}), "session.refresh.steps.renew.when has no effect there"),
    ],
)
def test_what_contradicts_itself_is_refused(over, why):
    with pytest.raises(SchemaError, match=why):
        load(over)


@pytest.mark.parametrize(
    "over",
    [
        {"compare": {"read_only": ["id"]}},
        {"session": {"kind": "bearer"}},
        {"session": {"look": {"method": "POST", "path": "me"}}},
        {"session": {"look": {"method": "GET", "path": "me", "json": {}}}},
        of_site(find={"missing": {"status": [404]}}),
        of_site(find={"entity": "rows"}),
        of_site(find={"entity": "body.a..b"}),
        of_site(find={"entity": "body.a[b]"}),
        of_site(find={"query": "code"}),
        of_site(create={"form": "{declared} and more", "json": None}),
        of_site(read={"method": "get"}),
        of_site(operations={"read": {"method": "GET"}}),
        {"session": {"take": {"csrf": "X-CSRF-TOKEN"}}},
        {"inputs": {"Realm": {}}},
        of_site(create={"completes": {"poll": {"path": "jobs"}}}),
        of_site(create={"completes": {"until": [{"status": 200}]}}),
        of_site(create={"completes": {**JOB, "interval": 5}}),
        of_site(create={"completes": {**JOB, "message": {"path": "logs/{job}"}}}),
        {"session": {"refresh": {"refused": [{"status": [401]}]}}},
        renewing(refresh={"after_use": "kills"}),
        of_issuer("id.example.com"),
        of_issuer("/i", client_authentication="private_key_jwt"),
        {"session": {"steps": {"login": {"basic": {"username": "{username}"}}}}},
        renewing(refresh={"steps": {}, "with": {}}),
    ],
)
def test_what_the_schema_does_not_know_is_refused(over):
    with pytest.raises(SchemaError):
        load(over)
