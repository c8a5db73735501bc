# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile for the library, and tasks about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import Player
from lives import ENTITY
from systems.library import PASSWORD, USER, System

VERSIONED = {"headers": {"If-Match": "{version}"}}
PROFILE: dict[str, Any] = {
    "format": 2,
    "name": "library",
    "extends": "rest",
    "session": {"carry": {"basic": {"username": "{username}", "password": "{password}"}}},
    "errors": [
        {"at": "body.fault", "message": "words", "code": "number"},
        {"at": "body.fault.items", "message": "why", "field": "where"},
    ],
    "operations": {"list": {"method": "GET", "path": "{type.path}"}},
    "types": {
        "book": {
            "path": "books",
            "key": {"attributes": ["title"], "enforced": True},
            "version": "header.ETag",
            "soft_deleted": {"state": "withdrawn"},
            "update": VERSIONED,
            "delete": VERSIONED,
            "restore": {"method": "POST", "path": "books/{id}/restore", **VERSIONED},
            "rename": {"method": "POST", "path": "books/{id}/title", "json": {"title": "{key.title}"}, **VERSIONED},
            "find": {"then": "read"},
        },
        "shelf": {
            "path": "shelves",
            "key": {"attributes": ["code"]},
            "find": "read",
            "id": {"from": "{key.code}"},
            "read": {"path": "shelves/{key.code}"},
            "create": {"method": "PUT", "path": "shelves/{key.code}", "json": "{whole}", "upsert": True},
            "update": None,
            "delete": {"path": "shelves/{key.code}"},
        },
        "member": {
            "path": "members",
            "key": {"attributes": ["name"]},
            "attributes": {
                "password": {
                    "secret": True,
                    "write_only": True,
                    "verify": {
                        "method": "POST",
                        "path": "members/{id}/checkPassword",
                        "json": {"password": "{value}"},
                        "success": [{"body": {"valid": True}}],
                        "differs": [{"body": {"valid": False}}],
                    },
                }
            },
        },
    },
}
BOOK = {"type": "book", "key": {"title": "Steppe"}}


def player(system: System, entry: str, folder: Path, profile: dict[str, Any] | None = None) -> Player:
    """Plays tasks against it, with a profile, PROFILE where no other is given."""
    (folder / "library.yml").write_text(json.dumps(profile or PROFILE), encoding="utf-8")
    defaults = {
        "url": system.url,
        "ca_path": system.ca_path,
        "profile": "library.yml",
        "grant_type": "login",
        "username": USER,
        "password": PASSWORD,
        "token_store": "none",
    }
    return Player(system, folder, entry, defaults)  # type: ignore[arg-type]


def task(name: str, which: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, ENTITY: {**which, **more}, "ignore_errors": True}


def written(system: System) -> list[str]:
    """Method and path of the requests that write and were answered."""
    kinds = ("create", "update", "delete", "verb")
    return [f"{one['method']} {one['path']}" for one in system.recorded() if one["kind"] in kinds]
