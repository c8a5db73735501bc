# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of which the profile says what they mean, against a server that knows no profile: it is busy, there is one
already, somebody changed it, something depends on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from libraries import BOOK, player, task
from systems.base.fixtures import as_new, started_once
from systems.library import System

COUNTING = "The books are being counted, come back later."
PROFILE: dict[str, Any] = {
    "format": 2,
    "name": "library",
    "extends": "rest",
    "session": {"carry": {"basic": {"username": "{username}", "password": "{password}"}}},
    "busy": [{"status": 423, "words": "come back later", "says": "the books are being counted"}],
    "types": {
        "book": {
            "path": "books",
            "key": {"attributes": ["title"]},
            "version": "header.ETag",
            "soft_deleted": {"state": "withdrawn"},
            "create": {"conflict": {"exists": [{"status": 409, "body": {"fault.number": 3}}]}},
            "update": {"headers": {"If-Match": "{version}"}, "conflict": {"moved": [{"status": 412}]}},
            "delete": {
                "headers": {"If-Match": "{version}"},
                "conflict": {
                    "moved": [{"status": 412}],
                    "in_use": [{"status": 409, "body": {"fault.number": 9}, "says": "The book is lent."}],
                },
            },
            "find": {"then": "read"},
        }
    },
}

running = started_once(System, "--idle-exit", "21600")
system = as_new


@pytest.fixture
def play(system: System, entry: str, tmp_path: Path) -> Player:
    """Plays tasks against it."""
    return player(system, entry, tmp_path, PROFILE)


def writes(system: System) -> list[tuple[str, int]]:
    """Method and status of the requests that write."""
    kinds = ("create", "update", "delete")
    return [(one["method"], one["status"]) for one in system.recorded() if one["kind"] in kinds]


@pytest.mark.proves("PROFILE-90")
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_write_that_finds_the_server_busy_goes_again(system: System, play: Player, operation: str) -> None:
    if operation != "create":
        system.put("books", "b-9", id="b-9", title="Steppe", author="A. C.", state="present", version=7)
    wish: dict[str, Any] = {"state": "absent"} if operation == "delete" else {"attributes": {"author": "Anton"}}
    system.fault("status", operation=operation, status=423, times=2, body={"message": COUNTING})
    done = play([task("done", BOOK, **wish)])["done"]
    assert done["operation"] == operation, done
    assert [status for _method, status in writes(system)][:2] == [423, 423]
    assert len(writes(system)) == 3


@pytest.mark.proves("PROFILE-90")
def test_a_server_that_stays_busy_has_written_nothing(system: System, play: Player) -> None:
    """A book that is locked otherwise is no busy server: that answer is taken for what it is, at once."""
    system.fault("status", operation="create", status=423, times=2, body={"message": COUNTING})
    system.fault("status", operation="create", status=423, times=1, body={"message": "Locked by Ann."})
    declared = {**BOOK, "attributes": {"author": "Anton"}}
    played = play([task("busy", declared, retry_limit=1), task("locked", declared), task("done", declared)])
    assert played["busy"]["error"] == {"kind": "BusyError", "status": 423}, played["busy"]
    assert played["busy"]["changed"] is False
    assert "the books are being counted, and for longer than retry_limit" in played["busy"]["msg"]
    assert played["locked"]["error"]["kind"] == "ServerError", played["locked"]
    assert "Locked by Ann" in played["locked"]["msg"]
    assert played["done"]["operation"] == "create"
    assert len(writes(system)) == 4


@pytest.mark.proves("PROFILE-91")
def test_a_book_that_is_lent_is_not_withdrawn_and_said_to_be_in_use(system: System, play: Player) -> None:
    system.put("books", "b-9", id="b-9", title="Steppe", lentTo="Ann", state="present", version=7)
    played = play([task("gone", BOOK, state="absent")])
    assert played["gone"]["error"] == {"kind": "ConflictError", "status": 409, "conflict": "in_use"}, played.output
    assert "The book is lent (HTTP 409)." in played["gone"]["msg"]
    assert "Remove that first" in played["gone"]["msg"]
    assert writes(system) == [("DELETE", 409)]
    assert system.entities("books")["b-9"]["state"] == "present"


@pytest.mark.proves("PROFILE-91")
def test_a_book_that_the_search_does_not_show_is_said_to_exist(system: System, play: Player) -> None:
    system.put("books", "b-9", id="b-9", title="Steppe", state="present", version=7)
    system.fault("status", operation="list", status=200, times=0, body=[])
    played = play([task("new", BOOK, attributes={"author": "Anton"})])
    error = played["new"]["error"]
    assert (error["kind"], error["conflict"], error["status"]) == ("ConflictError", "exists", 409), played.output
    assert "the create says that it exists: there is one already (HTTP 409)" in played["new"]["msg"]
    assert writes(system) == [("POST", 409)]


@pytest.mark.proves("PROFILE-91")
def test_a_book_that_somebody_changed_is_told_apart_from_one_of_which_only_the_version_is_old(
    system: System, play: Player
) -> None:
    """A 412 of which the server says no more, twice: the second time nothing is left to be tried."""
    system.put("books", "b-9", id="b-9", title="Steppe", author="A. C.", state="present", version=7)
    system.fault("status", operation="update", status=412, times=1, body={"fault": {"words": "Too old."}})
    declared = {**BOOK, "attributes": {"author": "Anton"}}
    played = play([task("refused", declared), task("done", declared)])
    error = {"kind": "ConflictError", "status": 412, "conflict": "moved"}
    assert played["refused"]["error"] == error, played.output
    assert "the entity was changed meanwhile (HTTP 412)" in played["refused"]["msg"]
    assert played["done"]["operation"] == "update"
    assert writes(system) == [("PUT", 412), ("PUT", 200)]
