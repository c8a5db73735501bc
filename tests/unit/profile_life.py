# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key about the life of an entity does, for the test of effects: its version, its soft deletion, its new
key, a create that may overwrite, the verification of a secret; where errors stand, and what says that the server is
busy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.tests.unit.effects import EVENT, Case, present, says
from ansible_collections.rimops.insight.tests.unit.profile_cases import HELD, event, of, request_cases

BY_VERSION = {"update": {"headers": {"If-Match": "{version}"}}}
SENT = '> .* update .*\n.*"If-Match": "other-7"'


def _version() -> Iterator[Case]:
    def versioned(said: Any) -> dict[str, Any]:
        return event(version=said, **BY_VERSION)

    yield Case("version as text", {"version": "body.other", **event(**BY_VERSION)}, SENT)
    yield Case("version as mapping", {"version": {"at": "body.other"}, **event(**BY_VERSION)}, SENT)
    yield Case("type.version as text", versioned("body.other"), SENT)
    yield Case("type.version as mapping", versioned({"at": "body.other"}), SENT)
    yield Case("version.at", versioned({"at": "body.other"}), SENT, given=versioned({"at": "body.uuid"}))


def _verbs() -> Iterator[Case]:
    dead = {"answers": {"find": (says(200, [{**HELD, "description": "a", "other": "gone"}]),)}, "tasks": (present(),)}
    restore = {"method": "POST", "path": "{type.path}/{id}/restore"}
    said = {"soft_deleted": {"other": "gone"}}
    yield Case("soft_deleted", said, "has one that was deleted and stays", **dead)
    yield Case("type.soft_deleted", event(**said), "has one that was deleted and stays", **dead)
    for one, seen in ((restore, "/events/7/restore restore event"), ("create", "> .* create event")):
        kind = "text" if one == "create" else "mapping"
        yield Case(f"operations.restore as {kind}", {"operations": {"restore": one}}, seen, given=said, **dead)
    yield Case("type.restore as mapping", event(restore=restore), "/events/7/restore restore event", given=said, **dead)
    yield Case("type.restore as text", event(restore="create"), "> .* create event", given=said, **dead)
    purge = {"method": "DELETE", "path": "{type.path}/{id}/for-ever"}
    purged = {"tasks": (present(), (ENTITY, {**EVENT, "state": "absent", "purge": True}))}
    yield Case("operations.purge", {"operations": {"purge": purge}}, "/events/7/for-ever purge event", **purged)
    yield Case("type.purge", event(purge=purge), "/events/7/for-ever purge event", **purged)
    old = says(200, {**HELD, "eventName": "F0", "description": "a"})
    former = {
        "answers": {"find": (says(200, []), old), "read": (old,)},
        "tasks": (present(was={"eventName": "F0"}),),
    }
    rename = {"method": "POST", "path": "{type.path}/{id}/name", "json": {"to": "{key.eventName}"}}
    sent = '/events/7/name rename event .*{"to": "F"}'
    yield Case("operations.rename", {"operations": {"rename": rename}}, sent, **former)
    yield Case("type.rename", event(rename=rename), sent, **former)
    yield Case(
        "operation.upsert", of("create", upsert=True), "would overwrite one with the same key", tasks=(present(),)
    )


def _errors() -> Iterator[Case]:
    item = {"where": "name", "why": "is taken", "no": 47}
    refused = {"answers": {"create": (says(422, {"fault": {"items": [item]}, "texts": {"name": "is short"}}),)}}
    plain = {"at": "body.fault.items", "message": "why"}
    yield Case("busy", {"busy": [{"status": 423}]}, "BusyError", answers={"create": (says(423),)})
    yield Case("errors as mapping", {"errors": plain}, "saying: is taken", **refused)
    yield Case("errors as list", {"errors": [plain]}, "saying: is taken", **refused)
    yield Case("error_place.at", {"errors": {"at": "body.texts"}}, "saying: name: is short", **refused)
    given = {"given": {"errors": plain}, **refused}
    yield Case("error_place.message", {"errors": {"message": "where"}}, "saying: name", **given)
    yield Case("error_place.code", {"errors": {"code": "no"}}, "saying: 47 is taken", **given)
    yield Case("error_place.field", {"errors": {"field": "where"}}, "saying: name: is taken", **given)


def _verify() -> Iterator[Case]:
    verify = {
        "method": "POST",
        "path": "{type.path}/{id}/check",
        "headers": {"X-It": "{value}"},
        "json": {"it": 1},
        "differs": [{"status": [403]}],
    }

    def verified(**more: Any) -> dict[str, Any]:
        return event(attributes={"pin": {"secret": True, "write_only": True, "verify": {**verify, **more}}})

    told = {"secret_attributes": {"pin": "1234"}, "update_secrets": "on_change", "token_store": "STORE"}
    tasks = {"tasks": (present(), present(**told)), "answers": {"verify": (says(403),)}}
    given = {"given": verified(), **tasks}
    yield from request_cases("attribute.verify", verified, "verify", **tasks)
    yield Case(
        "attribute.verify.success",
        verified(success=[{"status": [418]}]),
        gone="HTTP 418",
        **{**given, "answers": {"verify": (says(418),)}},
    )
    job = {"poll": {"path": "jobs/1"}, "until": [{"status": 200}], "answer": "body"}
    later = {
        "tasks": (present(), present(**told)),
        "answers": {"verify": (says(202), says(403))},
        "given": given["given"],
    }
    for form, completes, more in (("mapping", job, {}), ("text", "job", {"completes": {"job": job}})):
        given_job = {**later, "given": {**later["given"], **more}}
        yield Case(f"attribute.verify.completes as {form}", verified(completes=completes), "/jobs/1", **given_job)
    yield Case("attribute.verify.differs", verified(differs=[{"status": [418]}]), "HTTP 403", **given)


def _reveals() -> Iterator[Case]:
    shows = of("create", reveals={"pin": "body.pin"})
    yield Case("operation.reveals", shows, "the server shows pin once", tasks=(present(),))


LIFE = (*_reveals(), *_version(), *_verbs(), *_errors(), *_verify())
