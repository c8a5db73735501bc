# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a qualification."""

from __future__ import annotations

from ...module_utils._text.atomic_files import utc_text
from .page import Fact, Group, Page, PageRow, Sign, Source
from .qualification import Qualification

GROUPS = {
    "not_as_expected": (Sign("!", "Not as expected", "bad", "c1"), "Find out why before this installation is used."),
    "not_checked": (Sign("?", "Not checked", "unsure", "c4"), "Nobody knows whether they are as expected."),
    "as_expected": (Sign("=", "As expected", "good", "c8"), "They were looked at, and are as expected."),
}
INPUT = (
    "This is input for the installation and operational qualification of your organisation. It says what was seen on "
    "this controller and in this sandbox, and claims compliance with nothing."
)


def page_of_qualification(seen: Qualification) -> Page:
    """The page."""
    groups = [
        Group(sign, why, [PageRow(one.name, one.part, notes=one.notes) for one in seen.findings if one.verdict == name])
        for name, (sign, why) in GROUPS.items()
    ]
    told = [group for group in groups if group.rows]
    sign = GROUPS[seen.verdict][0]
    counts = ", ".join(f"{len(group.rows)} {group.sign.word.lower()}" for group in told)
    facts = [
        Fact("Sandbox", seen.url, code=True),
        Fact("Entity", seen.entity),
        Fact("Began", utc_text(seen.began)),
        Fact("Ended", utc_text(seen.ended)),
        Fact("Controller", seen.controller),
        Fact("Installed in", seen.installed_in, code=True),
        *(Fact(name, version) for name, version in seen.versions.items()),
        Fact("Digest of the profile with its overrides", seen.profile_digest, code=True),
        Fact(
            "SHA-256 of MANIFEST.json, to hold against the archive of the release", seen.digest_of_manifest, code=True
        ),
        *(Fact(name.replace("_", " ").capitalize(), value) for name, value in seen.evidence.items()),
    ]
    return Page(
        kind="Qualification",
        title=f"rimops.insight {seen.versions['rimops.insight']}",
        sign=sign,
        sentences=[f"{counts}.", INPUT],
        sources=[Source(seen.controller, sign, counts, [fact for fact in facts if fact.value])],
        groups=told,
        source_word="Installation",
        type_word="Part",
        row_words="findings",
    )
