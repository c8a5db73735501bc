# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about a probe, in Markdown, for the change record."""

from __future__ import annotations

from typing import Any

from .._text.json_forms import Json
from .._text.redaction import printable
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_LOOKED_AT, NOT_TRIED, SEEN

TITLES = {
    NOT_FOUND: "Not found: nothing that was tried works",
    DIFFERS: "Differs from the profile: the overrides say how",
    NOT_TRIED: "Not tried",
    NOT_LOOKED_AT: "Not looked at: nothing was named to look at it with",
    AS_PROFILE: "As the profile says",
    SEEN: "Seen besides: how this server behaves",
}


def cell(text: Any) -> str:
    """A text as it may stand in a table."""
    return printable(str(text).replace("\n", " ")).replace("\\", "\\\\").replace("|", "\\|")


def page(profile: Json, stamp: Json, result: Json) -> str:
    """The page: who looked at what and when, and what was found."""
    lines = [
        f"# What the probe found out about {cell(profile.get('title') or profile['name'])}",
        "",
        f"Profile `{cell(profile['name'])}`"
        + (f", server version {cell(stamp['version'])}, {stamp['when']}, by {cell(stamp['by'])}." if stamp else "."),
        "",
        "## Logins",
        "",
        "| grant_type | worked | who | why not |",
        "| --- | --- | --- | --- |",
    ]
    for login in result["logins"]:
        told = [login["grant_type"], "yes" if login["ok"] else "no", login.get("who", ""), login.get("error", "")]
        lines.append(f"| {' | '.join(map(cell, told))} |")
    for verdict, title in TITLES.items():
        found = [one for one in result["findings"] if one["verdict"] == verdict]
        if not found:
            continue
        lines += ["", f"## {title}", "", "| profile key | the profile says | what came |", "| --- | --- | --- |"]
        lines += [
            f"| `{cell(one['profile_key'])}` | {cell(one.get('expected', ''))} | {cell(one.get('came', ''))} |"
            for one in found
        ]
    if result["left_behind"]:
        lines += ["", "## Left behind on the server", ""]
        lines += [f"- {cell(one)}" for one in result["left_behind"]]
    return "\n".join([*lines, "", _written(result), ""])


def _written(result: Json) -> str:
    """What became of what the probe wrote, in one sentence."""
    if not result["changed"]:
        return "The probe only read."
    if result["left_behind"]:
        return "The probe wrote its own entity."
    if any(one["profile_key"] == "operations.create" and one["verdict"] == NOT_FOUND for one in result["findings"]):
        return "The probe tried to write its own entity, and nothing came to be."
    return "The probe wrote its own entity and deleted it."
