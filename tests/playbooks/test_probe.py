# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against InSights that differ: it names what differs, and with nothing but the overrides that it wrote the
life of an entity goes as it should."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from conftest import Played, Player, Server, dumped

SEEDED = {"appCode": "100001", "appName": "Seeded"}
EVENT = {"eventName": "Seeded event"}
REFS = {"applicationId": {"type": "application", "key": SEEDED}}
OWN = {"appCode": "424242", "appName": "Probe"}
CREATE = {
    "type": "application",
    "key": OWN,
    "attributes": {"selectedProducts": ["Seeded 10 mg"], "description": "First", "note": "Kept"},
    "change": {"description": "Second"},
    "rename": {"appName": "Probe renamed"},
}


@pytest.fixture
def seeded(server: Server) -> dict[str, Any]:
    """What the user of the probe knows: an application and an event of it, among others like them."""
    known = server.seed("application", **SEEDED, selectedProducts=["Seeded 10 mg"], note="There")
    others = [
        server.seed("application", appCode=f"10000{number}", appName=f"Other {number}", selectedProducts=["Other"])
        for number in (2, 3)
    ]
    for application in (others[0], known):
        event = server.seed("event", **EVENT, applicationId=application["id"], description="There")
    server.forget()
    return {
        "probe_entities": [
            {"type": "application", "id": str(known["id"]), "key": SEEDED},
            {"type": "event", "id": str(event["id"]), "key": EVENT, "refs": REFS},
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


def test_everything_is_as_the_profile_says(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code == 0, played.output
    result = played["Probe the server"]
    assert {one["profile_key"] for one in result["findings"] if one["verdict"] == "differs"} == {
        "operations.list.enabled",
        "types.application.key.enforced",
    }
    assert result["changed"] is True
    verified = overrides(play)["operations"]
    assert set(verified) == {"read", "find", "create", "update", "delete", "list"}
    for operation in verified.values():
        assert operation["assumed"] is False
        assert operation["verified"]["version"] == "7.3"
        assert operation["verified"]["by"] == "a test"
    assert len(server.stored("application")) == 3
    assert "| client_credentials | yes |" in (play.folder / "insight_probe.md").read_text(encoding="utf-8")
