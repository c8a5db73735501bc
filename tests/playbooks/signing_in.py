# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of systems with the platform's browser login have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import Played, Player
from systems.base.browsing import Browsing

TOKEN = "rimops.insight.insight_token"
HERE = "http://localhost:8080/callback"


def signed_in(play: Player, system: Browsing, name: str = "alice", arguments: tuple[str, ...] = ()) -> Played:
    """Log in through the browser as a user: the run that brings the answer of the browser."""
    first = play([{"name": "page", TOKEN: {}}], *arguments)
    assert first.code == 0, first.output
    ended_on = system.authorize(first["page"]["authorization_url"], f"{name}@example.com", f"{name}-password")
    second = play([{"name": "login", TOKEN: {"authorization_response": ended_on}}], *arguments)
    assert second.code == 0, second.output
    return second


def kept_tokens(folder: Path) -> set[str]:
    """The tokens in the stores below a folder."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            text = file.read_text(encoding="utf-8", errors="replace")
            found |= set(_tokens(json.loads(text))) if text.startswith("{") and "access_token" in text else set()
    return found


def _tokens(value: Any) -> Iterator[str]:
    for name, one in value.items() if isinstance(value, dict) else ():
        if name in ("access_token", "refresh_token") and isinstance(one, str):
            yield one
        yield from _tokens(one)


def told_of(played: Played, folder: Path, *secrets: str) -> list[str]:
    """The secrets that the output, the results or the names of files hold."""
    seen = played.output + json.dumps(played.tasks) + "".join(map(str, folder.rglob("*")))
    return [one for one in secrets if one in seen]
