# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of ``completes`` does, of what an operation waits for, needs and refuses, and of a list of references,
for test_profile_effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.tests.unit.effects import ENTITY, EVENT, Case, present, says
from ansible_collections.rimops.insight.tests.unit.profile_cases import (
    APPLICATION,
    HELD,
    event,
    of,
    overlaid,
    request_cases,
)

JOB = {"take": {"job": "body.job"}, "poll": {"path": "jobs/{job}"}, "until": [{"body": {"status": "Success"}}]}
ACCEPTED = says(202, {"job": "j1", "other": "j2"})


def completing(**said: Any) -> dict[str, Any]:
    """What is said of the job."""
    return {"completes": {"job": said}}


BY_JOB = overlaid(completing(**JOB), of("create", completes="job", entity=False))
FAILED = [{"body": {"status": "Error"}}]


def creates(status: str = "Success", **said: Any) -> dict[str, Any]:
    """What a case needs that creates the event by a job. status: how the job ends; said: of the job."""
    ended = says(200, {"status": status, "text": "no room", "result": HELD})
    return {
        "given": overlaid(BY_JOB, completing(**said)),
        "tasks": (present(),),
        "answers": {"create": (ACCEPTED,), "ask": (ended,)},
    }


def _completing() -> Iterator[Case]:
    def case(key: str, said: Any, pattern: str = "", **more: Any) -> Case:
        return Case(f"completing.{key}", completing(**{key: said}), pattern, **{**creates(), **more})

    def poll(**said: Any) -> dict[str, Any]:
        return completing(poll=said)

    def reason(**said: Any) -> dict[str, Any]:
        return completing(message=said)

    yield Case("completes", poll(path="tasks/{job}"), "/tasks/j1 ask ", **creates())
    yield from request_cases("completing.poll", poll, "ask", **creates(poll={"headers": {"X-Job": "{job}"}}))
    at_once = {**creates()["answers"], "create": (says(200, {"job": "j1"}),)}
    yield case("when", [{"status": [200]}], "/jobs/j1 ask ", answers=at_once)
    yield case("take", {"job": "body.other"}, "/jobs/j2 ask ")
    yield case("until", [{"body": {"status": "Done"}}], gone="OutcomeUnknownError", **creates("Done"))
    yield case("warned", [{"body": {"status": "Half"}}], "job j1 ended with a warning", **creates("Half"))
    yield case("failed", FAILED, "the server accepted it, and job j1 failed", **creates("Error"))
    failed, saying = creates("Error", failed=FAILED), "job j1 failed, saying: no room"
    asked_for = {"path": "jobs/{job}/log", "at": "body.text"}
    for form, said in (("text", "body.text"), ("list", ["body.none", "body.text"]), ("mapping", asked_for)):
        yield Case(f"completing.message as {form}", completing(message=said), saying, **failed)
    asked = creates("Error", failed=FAILED, message={"path": "jobs/{job}/log", "at": "body.none"})
    yield from request_cases("completing.message", reason, "ask", **asked)
    yield Case("completing.message.at as text", reason(at="body.text"), saying, **asked)
    yield Case("completing.message.at as list", reason(at=["body.nothing", "body.text"]), saying, **asked)
    in_answer = overlaid(BY_JOB, of("create", entity="body"))
    yield case("answer", "body.result", "/events/7 read ", given=in_answer)


def _completed() -> Iterator[Case]:
    ended = (says(200, {"status": "Success", "rows": [{"name": "ann"}]}),)
    in_place = of("create", completes=JOB)
    yield Case("operation.completes as mapping", in_place, "/jobs/j1 ask ", **{**creates(), "given": {}})
    yield Case(
        "operation.completes as text",
        of("create", completes="job"),
        "/jobs/j1 ask ",
        **{**creates(), "given": completing(**JOB)},
    )
    parts = {
        "read": {"method": "GET", "path": "{type.path}/{id}/members", "entity": "body.members"},
        "add": {"method": "POST", "path": "{type.path}/{id}/members", "json": "{element}"},
    }
    given = event(parts={"members": {"element": {"key": "name"}, "at_least": True, **parts}})
    with_ann = (ENTITY, {**EVENT, "attributes": {"description": "a", "members": [{"name": "ann"}]}})
    for key, request, more in (("part.read", "read", {"answer": "body"}), ("step_request", "add", {})):
        job = {**JOB, **more}
        for form, completes in (("mapping", job), ("text", "job")):
            yield Case(
                f"{key}.completes as {form}",
                event(parts={"members": {request: {"completes": completes}}}),
                f"/jobs/j1 ask for job j1 to {request} members",
                given=overlaid(given, completing(**job)),
                tasks=(with_ann,),
                answers={f"{request} members": (ACCEPTED,), "ask": ended},
            )


def _conditions() -> Iterator[Case]:
    busy, broken, ready = (says(200, {**HELD, "description": "a", "state": one}) for one in ("busy", "broken", "ready"))
    until = of("read", until=[{"body": {"state": "ready"}}])
    waits = {"tasks": (present(wait=True, wait_interval=0.001),)}
    yield Case("operation.until", until, "> .* read event with id 7 #2 ", answers={"read": (busy, ready)}, **waits)
    yield Case(
        "operation.failed",
        of("read", failed=[{"body": {"state": "broken"}}]),
        "it is there, and the server says that it has failed",
        given=until,
        answers={"read": (broken, ready)},
        **waits,
    )
    yield Case("operation.when", of("update", when={"other": "x"}), "the system does that only where other is")
    yield Case(
        "operation.refused",
        of("create", refused=[{"status": [418], "says": "Ask Ann."}]),
        r"Ask Ann \(HTTP 418\)",
        answers={"create": (says(418),)},
    )


def _references() -> Iterator[Case]:
    listed = [{"type": "application", "key": {"appCode": "1"}}]
    yield Case(
        "attribute.ref.many",
        event(attributes={"applicationId": {"ref": {"many": True}}}),
        r'> .* create .*"applicationId": \[3\]',
        given=event(attributes={"applicationId": {"ref": {"type": "application"}}}),
        tasks=(present(refs={"applicationId": listed}),),
        answers=APPLICATION,
    )


LATER = [*_completing(), *_completed(), *_conditions(), *_references()]
