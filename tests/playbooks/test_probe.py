# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against InSights that differ: it names what differs, and with nothing but the overrides that it wrote the
life of an entity goes as it should."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from conftest import Played, Player, Server, dumped
from test_other_insights import ATTRIBUTES, DIALECTS, play_the_cycle

SEEDED = {"appCode": "100001", "appName": "Seeded"}
EVENT = {"eventName": "Seeded event"}
REFS = {"applicationId": {"type": "application", "key": SEEDED}}
OWN = {"appCode": "424242", "appName": "Probe"}
CREATE = {
    "type": "application",
    "key": OWN,
    "attributes": {**ATTRIBUTES, "description": "First description "},
    "change": {"description": "Second description "},
    "rename": {"appName": "Probe renamed"},
}

ALWAYS = {"operations.list.enabled", "types.application.key.enforced"}
"""The profile has the list off, and believes that no server enforces a key."""

REQUEST = ("method", "path", "body")


def keys(operation: str, *names: str) -> set[str]:
    """Keys of an operation of a profile."""
    return {f"operations.{operation}.{name}" for name in names}


DIFFERS: dict[str, set[str]] = {
    "insight_create_answers_id": {*keys("create", "entity", "id_at"), *keys("update", "entity")},
    "insight_create_answers_nothing": {*keys("create", "entity", "success"), *keys("update", "entity")},
    "insight_csrf_fixed": {"session.start.session_id", "session.start.csrf_name_header"},
    "insight_csrf_renamed": {
        "session.start.session_id",
        "session.start.csrf_name_header",
        "session.start.cookie",
    },
    "insight_empty_lists": {*keys("read", "missing"), *keys("find", "missing")},
    "insight_epoch_dates": {"types.application.compare.normalise"},
    "insight_id_in_body": {
        *keys("read", "path", "id_field"),
        *keys("update", "path", "id_field", "addressed_by"),
        *keys("delete", "path", "id_field"),
    },
    "insight_id_in_query": {
        *keys("read", *REQUEST),
        *keys("update", "method", "path", "addressed_by"),
        *keys("delete", "path"),
    },
    "insight_keys_not_enforced": set(),
    "insight_location": {*keys("create", "entity", "id_at"), *keys("update", "entity", "success")},
    "insight_login_302": {"session.login.success"},
    "insight_no_query_for": {*keys("find", "references"), *keys("create", "references")},
    "insight_no_uuid": {"uuid_attribute", *keys("update", "addressed_by"), *keys("list", "paging")},
    "insight_null_answers": {*keys("read", "missing"), *keys("find", "entity", "missing")},
    "insight_numbers_as_text": {"types.application.compare.normalise"},
    "insight_other_names": {"id_attribute", "uuid_attribute", "compare.volatile", *keys("update", "addressed_by")},
    "insight_other_words": {
        *keys("read", *REQUEST),
        *keys("find", "path"),
        *keys("create", "path"),
        *keys("update", "path", "addressed_by"),
        *keys("delete", "path"),
        *keys("list", *REQUEST),
    },
    "insight_patch": {
        *keys("read", *REQUEST),
        *keys("find", *REQUEST),
        *keys("create", "method", "path"),
        *keys("update", *REQUEST, "addressed_by"),
        *keys("delete", *REQUEST),
    },
    "insight_query_for_ignored": {
        *keys("find", "references"),
        *keys("create", "references"),
        *keys("list", "method", "body", "paging"),
    },
    "insight_rest_verbs": {
        *keys("read", *REQUEST),
        *keys("find", *REQUEST, "entity", "missing"),
        *keys("create", "path"),
        *keys("update", "method", "path", "addressed_by"),
        *keys("delete", *REQUEST),
        *keys("list", *REQUEST),
    },
    "insight_statuses": {
        *keys("read", "missing"),
        *keys("find", "missing"),
        *keys("create", "success", "conflict"),
        *keys("update", "success", "conflict"),
        *keys("delete", "success", "missing"),
    },
    "insight_trims_and_recases": {"compare.normalise", "types.application.compare.normalise"},
    "insight_update_by_id": {
        *keys("read", "missing"),
        *keys("find", "missing"),
        *keys("update", "path", "body", "addressed_by"),
        *keys("list", "paging"),
    },
    "insight_wrapped": {
        *keys("read", "entity"),
        *keys("find", "entity", "request_at"),
        *keys("create", "entity", "request_at"),
        *keys("update", "entity", "request_at"),
        *keys("list", "entities", "paging"),
    },
}
"""What the probe must find out about each of the other InSights, and nothing else."""


@pytest.fixture
def seeded(server: Server) -> dict[str, Any]:
    """What the user of the probe knows: an application and an event of it, among others like them."""
    known = server.seed("application", **SEEDED, selectedProducts=["Seeded 10 mg"], note="There")
    others = [
        server.seed("application", appCode=f"10000{number}", appName=f"Other {number}", selectedProducts=["Other"])
        for number in (2, 3)
    ]
    name = "entityId" if "entityId" in known else "id"
    for application in (others[0], known):
        event = server.seed("event", **EVENT, applicationId=int(application[name]), description="There")
    server.forget()
    return {
        "probe_entities": [
            {"type": "application", "id": str(known[name]), "key": SEEDED},
            {"type": "event", "id": str(event[name]), "key": EVENT, "refs": REFS},
        ]
    }


def probed(play: Player, seeded: dict[str, Any], *arguments: str, **variables: Any) -> Played:
    """Run the playbook as a user would, with a file of variables."""
    given = {f"insight_{name}": value for name, value in play.defaults.items()}
    given |= {**seeded, "probe_version": "7.3", "probe_by": "a test", **variables}
    given |= {
        "probe_overrides_file": str(play.folder / "insight_overrides.yml"),
        "probe_page_file": str(play.folder / "insight_probe.md"),
    }
    path = play.folder / "probe.yml"
    path.write_text(dumped(given), encoding="utf-8")
    return play([], "-e", f"@{path}", *arguments, playbook="rimops.insight.probe")


def overrides(play: Player) -> dict[str, Any]:
    """What it wrote."""
    written: dict[str, Any] = yaml.safe_load((play.folder / "insight_overrides.yml").read_text(encoding="utf-8"))
    return written


def differing(played: Played) -> set[str]:
    """The profile keys that it says differ."""
    findings = played["Probe the server"]["findings"]
    return {one["profile_key"] for one in findings if one["verdict"] == "differs"}


def test_the_table_is_complete() -> None:
    assert sorted(DIFFERS) == DIALECTS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_it_writes_is_enough(server: Server, play: Player, dialect: str, seeded: dict[str, Any]) -> None:
    play.defaults["profile"] = "insight"
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code == 0, played.output
    assert differing(played) - ALWAYS == DIFFERS[dialect]
    assert played["Probe the server"]["left_behind"] == []
    assert len(server.stored("application")) == len(seeded["probe_entities"]) + 1
    server.reset()
    play_the_cycle(server, play, overrides(play))


def test_everything_is_as_the_profile_says(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code == 0, played.output
    result = played["Probe the server"]
    assert differing(played) == ALWAYS
    assert result["changed"] is True
    verified = overrides(play)["operations"]
    assert set(verified) == {"read", "find", "create", "update", "delete", "list"}
    for operation in verified.values():
        assert operation["assumed"] is False
        assert operation["verified"]["version"] == "7.3"
        assert operation["verified"]["by"] == "a test"
    assert len(server.stored("application")) == 3
    assert "| client_credentials | yes |" in (play.folder / "insight_probe.md").read_text(encoding="utf-8")
