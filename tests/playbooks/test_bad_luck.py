# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that refuse, fail, lie and vanish: a clear error for each, nothing lost, nothing written twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import ENTRIES, Player, Server

pytestmark = pytest.mark.one_core

APPLICATION = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
WISH = {**APPLICATION, "attributes": {"selectedProducts": ["Zelvora 10 mg"], "description": "First"}}
SEEDED = {**APPLICATION["key"], "selectedProducts": ["Zelvora 10 mg"], "description": "Before"}


def fault(operation: str, kind: str, times: int = 1, **more: Any) -> list[Any]:
    """Queue a fault."""
    return ["POST", "faults", [{"match": {"operation": operation}, "times": times, "kind": kind, **more}]]


def status(operation: str, code: int, times: int = 1, **more: Any) -> list[Any]:
    """Queue an answer of this status."""
    return fault(operation, "status", times, status=code, **more)


@dataclass(frozen=True)
class Trouble:
    """faults: what happens; wish: what is declared then; says: what the failure must say, or None where the task must
    come through; writes: what the server then took, in all; seeded: whether the entity is there before."""

    faults: list[list[Any]]
    says: tuple[str, ...] | None
    writes: int = 0
    wish: dict[str, Any] = field(default_factory=lambda: WISH)
    seeded: bool = False
    kind: str = ""
    operation: str = ""


GONE = 10  # more often than anything is sent again

TROUBLES = {
    "409 on create": Trouble([status("create", 409)], ("create application", "HTTP 409"), kind="ConflictError"),
    "412 on update": Trouble(
        [status("update", 412)], ("update application", "HTTP 412"), seeded=True, kind="ConflictError"
    ),
    "422 on create": Trouble(
        [status("create", 422, body={"message": "Unknown product"})], ("saying: Unknown product",)
    ),
    "403 on create": Trouble(
        [status("create", 403, body={"message": "Not yours"})], ("this identity may not do that", "Not yours")
    ),
    "429 with seconds": Trouble(
        [status("find", 429, headers={"Retry-After": "1"})], None, writes=1, operation="create"
    ),
    "503 with a date": Trouble(
        [status("find", 503, retry_after_seconds_as_date=1)], None, writes=1, operation="create"
    ),
    "429 on a write": Trouble(
        [status("create", 429, headers={"Retry-After": "1"})], None, writes=1, operation="create"
    ),
    "503 on a write that does not say when": Trouble([status("create", 503)], ("HTTP 503", "nothing was written")),
    "429 on a write without a time": Trouble([status("create", 429)], None, writes=1, operation="create"),
    "429 on a write, again and again": Trouble(
        [status("create", 429, GONE)], ("the server is busy", "retry_limit", "lower concurrency")
    ),
    "429 for longer than we wait": Trouble(
        [status("find", 429, GONE, headers={"Retry-After": "900"})], ("the server is busy", "retry_deadline")
    ),
    "500 on a read": Trouble([status("find", 500, GONE)], ("find application", "HTTP 500")),
    "500 on create": Trouble([status("create", 500)], ("HTTP 500", "nothing was written")),
    "500 on update": Trouble([status("update", 500)], ("HTTP 500", "nothing was written"), seeded=True),
    "truncated JSON on a read": Trouble([fault("find", "truncated_json", GONE)], ("cut off",), seeded=True),
    "a page on a read": Trouble([fault("find", "html", GONE)], ("find application",)),
    "empty body on a read": Trouble([fault("find", "empty_body", GONE)], ("empty body",), seeded=True),
    "not JSON on a read": Trouble([fault("find", "not_json", GONE)], ("not JSON",)),
    "wrong content type is read all the same": Trouble(
        [fault("find", "wrong_content_type")], None, seeded=True, writes=1, operation="update"
    ),
    "redirect to another host": Trouble(
        [fault("find", "redirect", GONE, location="https://elsewhere.invalid/")], ("redirect, which is not followed",)
    ),
    "an answer over 64 MiB": Trouble([fault("find", "huge", bytes=70_000_000)], ("larger than 64 MiB",)),
    "dropped before a read": Trouble([fault("find", "drop_before", 2)], None, writes=1, operation="create"),
    "dropped for good": Trouble([fault("find", "drop_before", GONE)], ("connection", "was lost")),
    "dropped before a create": Trouble(
        [fault("create", "drop_before")],
        ("tell whether the server carried out the request to create application", "audit trail"),
        kind="OutcomeUnknownError",
    ),
    "dropped before a create where the server enforces the key": Trouble(
        [fault("create", "drop_before")],
        None,
        writes=1,
        wish={**WISH, "profile_overrides": {"types": {"application": {"key": {"enforced": True}}}}},
        operation="create",
    ),
    "dropped after a create": Trouble([fault("create", "drop_after")], None, writes=1, operation="create"),
    "dropped before an update": Trouble(
        [fault("update", "drop_before")], None, seeded=True, writes=1, operation="update"
    ),
    "dropped after an update": Trouble(
        [fault("update", "drop_after")], None, seeded=True, writes=1, operation="update"
    ),
    "dropped before a delete": Trouble(
        [fault("delete", "drop_before")],
        None,
        wish={**APPLICATION, "state": "absent"},
        seeded=True,
        writes=1,
        operation="delete",
    ),
    "dropped after a delete": Trouble(
        [fault("delete", "drop_after")],
        None,
        wish={**APPLICATION, "state": "absent"},
        seeded=True,
        writes=1,
        operation="delete",
    ),
    "create answers nonsense and was carried out": Trouble(
        [fault("create", "not_json", processed=True)], None, writes=1, operation="create"
    ),
    "create answers nonsense and was not carried out": Trouble(
        [fault("create", "not_json")], ("not JSON", "nothing was written")
    ),
    "a missing entity in an answer that is cut off": Trouble([fault("find", "truncated_json", GONE)], ("cut off",)),
    "a key that differs in outer space": Trouble(
        [status("find", 200, body={**SEEDED, "id": 5, "appName": "Zelvora "})],
        ("differs only in case, outer space or Unicode form", "'Zelvora '"),
        kind="AmbiguousError",
    ),
    "an entity that was not asked for": Trouble(
        [status("find", 200, body={**SEEDED, "id": 5, "appName": "Other"})],
        ("none of them has this key", "operations.find"),
        kind="ProfileMismatchError",
    ),
    "a success without an entity": Trouble(
        [status("find", 200, body={})], ("the answer holds none", "operations.find.entity"), kind="ProfileMismatchError"
    ),
    "dropped, and blind afterwards": Trouble(
        [fault("create", "drop_after"), fault("find", "drop_before", GONE, after=2)],
        ("tell whether the server carried out the request to create application", "reading again failed too"),
        writes=1,
        kind="OutcomeUnknownError",
    ),
}


ONE_OF_EACH = dict(
    {(one.kind, one.operation, one.says is None): (name, one) for name, one in TROUBLES.items()}.values()
)
"""A trouble for each way to end: what a module hands on is a matter of the end, not of what led there."""


def clean(trouble: Trouble) -> list[list[Any]]:
    """What to tell the simulator before a trouble."""
    seed = [["POST", "entities/application", SEEDED]] if trouble.seeded else []
    return [
        ["DELETE", "faults", None],
        ["DELETE", "entities", None],
        *seed,
        ["POST", "reset-counters", None],
        *trouble.faults,
    ]


@pytest.mark.proves("WRITE-1", "WRITE-6", "WRITE-7", "NETWORK-3", "NETWORK-4", "EVIDENCE-2", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_troubles(server: Server, play: Player, entry: str) -> None:
    tasks: list[dict[str, Any]] = []
    troubles = TROUBLES if entry == "here" else ONE_OF_EACH
    for name, trouble in troubles.items():
        tasks.append({"name": f"before {name}", "control": {"requests": clean(trouble)}})
        options = {"retry_deadline": 5, "retry_limit": 3, "wait_timeout": 1, "wait_interval": 0.2}
        tasks.append(
            {"name": name, "rimops.insight.insight_entity": {**trouble.wish, **options}, "ignore_errors": True}
        )
        tasks.append(
            {"name": f"after {name}", "control": {"requests": [["DELETE", "faults", None], ["GET", "counters", None]]}}
        )
    played = play(tasks)
    assert played.code == 0, played.output
    wrong = []
    for name, trouble in troubles.items():
        result, counters = played[name], played[f"after {name}"]["answers"][1]
        taken = counters["creates"] + counters["updates"] + counters["deletes"]
        message = result.get("msg", "")
        problems = [f"does not say {text!r}" for text in trouble.says or () if text not in message]
        if bool(result.get("failed")) is (trouble.says is None):
            problems.append("failed" if result.get("failed") else "did not fail")
        if trouble.kind and result.get("error", {}).get("kind") != trouble.kind:
            problems.append(f"is not a {trouble.kind}: {result.get('error')}")
        if trouble.operation and result.get("operation") != trouble.operation:
            problems.append(f"did not {trouble.operation} but {result.get('operation')}")
        if taken != trouble.writes:
            problems.append(f"{taken} writes were taken instead of {trouble.writes}")
        if "Traceback" in message or "Unexpected failure" in message:
            problems.append("shows a traceback")
        if problems:
            wrong.append(f"{name}: {'; '.join(problems)}\n    {message}")
    assert not wrong, "\n".join(wrong)
