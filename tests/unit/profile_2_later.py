# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key does of what is completed later, refused or renewed, for test_profile_2_effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import overlaid
from ansible_collections.rimops.insight.tests.unit.effects import Case, present, says, token
from ansible_collections.rimops.insight.tests.unit.effects_2 import HELD, event, of, request_cases, session
from ansible_collections.rimops.insight.tests.unit.profile_2_operations import GIVEN_PART, member
from ansible_collections.rimops.insight.tests.unit.profile_2_sessions import BEARER, PLATFORM

JOB = {"take": {"job": "body.job"}, "poll": {"path": "jobs/{job}"}, "until": [{"body": {"state": "done"}}]}
BAD = {"failed": [{"body": {"state": "bad"}}]}
BEGUN = says(202, {"job": "J1", "other": "O1"})
TASKS = (present(),)
RENEWED = says(200, {"xAuthToken": "T2"})


def job(**said: Any) -> dict[str, Any]:
    return of("create", completes=said)


def ends(state: str, *more: Any, **body: Any) -> dict[str, Any]:
    return {"create": (BEGUN,), "ask": (says(200, {"state": state, **body}), *more)}


def case(key: str, said: dict[str, Any], pattern: str = "", **more: Any) -> Case:
    more = {"given": job(**JOB), "answers": ends("done"), **more}
    return Case(f"completing.{key}", job(**said), pattern, tasks=TASKS, **more)


def _completing() -> Iterator[Case]:
    named = {"completes": {"job": JOB}, **of("create", completes="job")}
    elsewhere = {"completes": {"job": {"poll": {"path": "other/{job}"}}}}
    yield Case("completes", elsewhere, "/other/J1 ask for", given=named, answers=ends("done"), tasks=TASKS)
    yield Case("operation.completes", job(**JOB), "/jobs/J1 ask for", answers=ends("done"), tasks=TASKS)
    accepted = {"create": (says(200, {**HELD, "job": "J1"}),), "ask": (says(200, {"state": "done"}),)}
    yield case("when", {"when": [{"status": [200]}]}, "/jobs/J1 ask for", answers=accepted)
    yield case("take", {"take": {"job": "body.other"}}, "/jobs/O1 ask for")
    yield case("until", {"until": [{"body": {"state": "ok"}}]}, gone="has not ended", answers=ends("ok"))
    yield case("warned", {"warned": [{"body": {"state": "odd"}}]}, "ended with a warning", answers=ends("odd"))
    yield case("failed", BAD, "the server accepted it, and", answers=ends("bad"))
    yield case(
        "message",
        {"message": "body.zz"},
        "Disk full",
        given=job(**JOB, **BAD),
        answers=ends("bad", zz="Disk full"),
    )
    log = {"message": {"path": "log", "at": "body.none"}}
    asked = {"given": job(**JOB, **BAD, **log), "answers": ends("bad", says(200, {"why": "Disk is full"}))}
    yield case("message.at", {"message": {"at": "body.why"}}, "Disk is full", **asked)
    yield from request_cases("completing.message", lambda **said: job(message=said), "ask", **{**asked, "tasks": TASKS})
    alone = {"given": job(poll={"path": "jobs"}, until=JOB["until"]), "answers": ends("done"), "tasks": TASKS}
    yield from request_cases("completing.poll", lambda **said: job(poll=said), "ask", **alone)
    yield case("answer", {"answer": "body.entity"}, "/events/9 read", answers=ends("done", entity={**HELD, "id": 9}))
    tasks = (member("ann", role="r"), member("bob"))
    for key, request, purpose in (("part.read", "read", "read members"), ("step_request", "add", "add")):
        answers = {purpose: (BEGUN,), "ask": (says(200, {"state": "done", "members": []}),)}
        completes = {**JOB, "answer": "body"} if request == "read" else JOB
        override = event(parts={"members": {request: {"completes": completes}}})
        yield Case(f"{key}.completes", override, "/jobs/J1 ask for", given=GIVEN_PART, tasks=tasks, answers=answers)


def _operations() -> Iterator[Case]:
    locked = {"create": (says(423),)}
    yield Case(
        "operation.refused",
        of("create", refused=[{"status": [423], "says": "It is locked"}]),
        "It is locked",
        answers=locked,
    )
    ready = of("read", until=[{"body": {"state": "ok"}}])
    answers = {"read": (says(200, {**HELD, "state": "bad"}),)}
    yield Case("operation.until", ready, "was not ready within", tasks=TASKS, answers=answers)
    yield Case(
        "operation.failed",
        of("read", failed=[{"body": {"state": "bad"}}]),
        "has failed",
        given=ready,
        tasks=TASKS,
        answers=answers,
    )
    yield Case("operation.when", of("update", when={"other": "x"}), gone="> .* update event")
    many = event(attributes={"tags": {"ref": {"type": "application"}}})
    refs = {"tags": [{"type": "application", "key": {"appCode": "1"}}]}
    found = {"find application": (says(200, {"id": 3, "appCode": "1"}),)}
    yield Case(
        "attribute.ref.many",
        event(attributes={"tags": {"ref": {"many": True}}}),
        r'> .* create .*"tags": \[3\]',
        given=many,
        tasks=(present(refs=refs),),
        answers=found,
    )


def _renewed() -> Iterator[Case]:
    renew = {
        "method": "POST",
        "path": "renew",
        "json": {"r": "{access_token}"},
        "take": {"access_token": "body.xAuthToken"},
    }
    own = session(
        steps={"login": {"take": {"token": None, "access_token": "body.xAuthToken"}}},
        carry={"headers": {"X-Token": "{access_token}"}},
    )
    given = overlaid(own, session(refresh={"steps": {"renew": renew}}))
    lost = {"create": (says(401), says(200, HELD)), "renew": (RENEWED,)}
    yield Case("session.refresh.steps", given, "/renew renew the token", given=own, answers=lost)
    yield Case(
        "session.refresh.after_use",
        session(refresh={"after_use": "keeps"}),
        "> safe POST .* renew the token",
        given=given,
        answers=lost,
    )
    refused = {**lost, "renew": (says(418),)}
    yield Case(
        "session.refresh.refused",
        session(refresh={"refused": [{"status": [418]}]}),
        "log in #2",
        given=given,
        answers=refused,
    )
    asks = {"given": BEARER, "tasks": token(grant_type="password", **PLATFORM)}
    yield Case("grant.path", {"oauth": {"grants": {"password": {"path": "/p/{tenant_id}"}}}}, "/p/t get", **asks)
    yield Case(
        "grant.form", {"oauth": {"grants": {"password": {"form": {"audience": "a1"}}}}}, '"audience": "a1"', **asks
    )


LATER = [*_completing(), *_operations(), *_renewed()]
