# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a probe: as the result of the task, and as a page in Markdown for the change record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from .._text.json_forms import Json
from .._text.records import record
from .._text.redaction import printable
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_LOOKED_AT, NOT_TRIED, SEEN, UNTRIED, Finding

TITLES = {
    NOT_FOUND: "Not found: nothing that was tried works",
    DIFFERS: "Differs from the profile: the overrides say how",
    UNTRIED: "Differs from the profile, and not in the overrides: the whole cycle was not seen to work with it",
    NOT_TRIED: "Not tried",
    NOT_LOOKED_AT: "Not looked at: nothing was named to look at it with",
    AS_PROFILE: "As the profile says",
    SEEN: "Seen besides: how this server behaves",
}
NOT_OFFERED = "Learned, and not in the overrides"
WHAT_TO_DO = (
    "The whole cycle was not seen to work with this. What you have checked yourself, take into your own "
    "profile_overrides (JSON is YAML), and run the probe again with them."
)


def cell(text: Any) -> str:
    """A text as it may stand in a table."""
    return printable(str(text).replace("\n", " ")).replace("\\", "\\\\").replace("|", "\\|")


@record
class LoginReport:
    """A login that was tried. who: as whom it works; error: why it does not."""

    grant_type: str
    ok: bool
    who: Optional[str] = None
    error: Optional[str] = None


@dataclass(frozen=True, eq=False)
class ProbeReport:
    """The report of a probe. profile: ``name`` and ``title``. stamp: ``version``, ``when`` and ``by``, empty where no
    login worked. overrides: to merge into the profile; all_overrides: with those that were given; untried: what else
    was learned, with which the whole cycle was not seen to work. left_behind: entities that it could not delete
    again."""

    profile: Json
    stamp: Json
    logins: Sequence[LoginReport]
    findings: Sequence[Finding]
    wrote: bool = False
    overrides: Json = field(default_factory=dict)
    all_overrides: Json = field(default_factory=dict)
    untried: Json = field(default_factory=dict)
    left_behind: Sequence[str] = ()

    def as_result(self) -> dict[str, Any]:
        """The result of the task."""
        logins = [vars(login) for login in self.logins]
        return {
            "changed": self.wrote,
            "logins": [{name: one for name, one in login.items() if one is not None} for login in logins],
            "findings": [finding.as_result() for finding in self.findings],
            "overrides": self.overrides,
            "all_overrides": self.all_overrides,
            "untried": self.untried,
            "left_behind": self.left_behind,
            "page": page(self),
        }


def page(report: ProbeReport) -> str:
    """The page: who looked at what and when, and what was found. report: without secrets."""
    profile, stamp = report.profile, report.stamp
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
    for login in report.logins:
        cells = [login.grant_type, "yes" if login.ok else "no", login.who or "", login.error or ""]
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    for verdict, title in TITLES.items():
        found = [one for one in report.findings if one.verdict == verdict]
        if not found:
            continue
        lines += ["", f"## {title}", "", "| profile key | the profile says | what came |", "| --- | --- | --- |"]
        lines += [f"| `{cell(one.profile_key)}` | {cell(one.expected)} | {cell(one.came)} |" for one in found]
    if report.untried:
        text = json.dumps(report.untried, indent=2).split("\n")
        lines += ["", f"## {NOT_OFFERED}", "", WHAT_TO_DO, "", "```json", *map(printable, text), "```"]
    if report.left_behind:
        lines += ["", "## Left behind on the server", ""]
        lines += [f"- {cell(one)}" for one in report.left_behind]
    return "\n".join([*lines, "", _written(report), ""])


def _written(report: ProbeReport) -> str:
    """What happened to the entities that the probe wrote, in one sentence."""
    if not report.wrote:
        return "The probe only read."
    if report.left_behind:
        return "The probe wrote its own entity."
    if any(one.profile_key.endswith(".create") and one.verdict == NOT_FOUND for one in report.findings):
        return "The probe tried to write its own entity, and nothing came to be."
    return "The probe wrote its own entity and deleted it."
