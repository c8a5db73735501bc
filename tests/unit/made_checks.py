# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks for tests of reports: one that shows everything, and any number that hypothesis makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import (
    VERDICTS,
    Accepted,
    Check,
    NotCompared,
    Row,
)

trying = settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # making a failing check smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
DIGEST = "sha256:" + "3f9a" * 16
SENTENCE = "The applicant informs the authority of any change of the named person. "
MEND = "ansible-playbook rimops.insight.provision -e provision_url=https://insight.example.com"
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><b onclick=x>',
    "]]>&amp;<!--",
    "a | b \\| c `d` ``e``",
    "[x](javascript:alert(1)) @everyone #1 https://evil.example",
    "::error::no\n::set-output name=x::y",
    "##[error]no ##vso[task.complete]",
    "abc\u202edef\u2066ghi\u200b",
    "\x00\x07\x1b[31m\ud800\ufffe",
    "=cmd|' /C calc'!A0",
    "line one\r\nline two\ttab",
    'quote " and \\ and {label="x"} 1\n# EOF\n',
    "---\n| a | b |\n",
    "مرحبا بالعالم",
    "ready 👩‍💻 ok",
    "x" * 2000,
    " ",
    "",
)
"""Texts that mean something to a browser, a renderer, a terminal, a parser or a person."""

texts = some.one_of(some.sampled_from(HOSTILE), some.text(some.characters(), max_size=30))
values = some.recursive(
    some.one_of(
        some.none(), some.booleans(), some.integers(), some.floats(allow_nan=False, allow_infinity=False), texts
    ),
    lambda inner: some.one_of(some.lists(inner, max_size=4), some.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
sides = some.one_of(values, some.just(ABSENT))
reasons = some.lists(some.builds(NotCompared, path=texts, why=texts), max_size=2).map(tuple)
moments = some.integers(0, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
named = some.dictionaries(texts, texts, max_size=2)
many_texts = some.lists(texts, max_size=2).map(tuple)
rows = some.builds(
    Row,
    entity=texts,
    type=texts,
    key=some.dictionaries(texts, values, max_size=2),
    verdict=some.sampled_from(VERDICTS),
    origin=texts,
    changes=some.lists(some.builds(Change, path=texts, before=sides, after=sides), max_size=3).map(tuple),
    secrets=many_texts,
    not_compared=reasons,
    accepted=some.one_of(some.none(), some.builds(Accepted, reason=texts, expires=texts)),
    trend=some.sampled_from(["", "new", "standing", "changed", "gone"]),
    since=texts,
    changed_by=texts,
    changed_at=texts,
    mend=texts,
)
any_check = some.builds(
    Check,
    name=texts,
    url=texts,
    began=moments,
    ended=moments,
    rows=some.lists(rows, max_size=5).map(tuple),
    who=texts,
    server_date=texts,
    manifest_digest=texts,
    commit=texts,
    versions=named,
    evidence=named,
    sides=some.tuples(texts, texts),
    url_there=texts,
    not_looked=reasons,
    assumed=many_texts,
    notes=many_texts,
    error=texts,
)
some_checks = some.lists(any_check, max_size=3)


def row(entity: str = "event Initial filing", verdict: str = "as_declared", **said: object) -> Row:
    """An entity of which little is said."""
    return Row(entity, entity.partition(" ")[0], {"name": entity}, verdict, **said)  # type: ignore[arg-type]


def check(*rows: Row, name: str = "VALIDATION", **said: object) -> Check:
    """A check of a system of which little is said."""
    given = {"url": f"https://{name.lower()}.example.com", "began": NOON, "ended": NOON + timedelta(seconds=41), **said}
    return Check(name=name, rows=rows, **given)  # type: ignore[arg-type]


def full_check() -> Check:
    """A check with an entity of every kind, as a user may see it."""
    filing = row(
        "event Initial filing",
        "drifted",
        origin="validation/events.yml, line 12",
        changes=(
            Change("countries", ["DE", "FR", "IT"], ["DE", "ES", "FR", "IT"]),
            Change("description", "Initial marketing application", "Initial marketing authorisation application"),
            Change("dueDate", "2027-03-01", "2027-04-01"),
            Change("reviewers", {"lead": "RA Europe", "steps": 2}, {"lead": "RA Europe", "steps": 3}),
            Change(
                "terms",
                SENTENCE * 20 + "Within 30 days. " + SENTENCE * 9,
                SENTENCE * 20 + "Within 60 days. " + SENTENCE * 9,
            ),
        ),
        trend="standing",
        since="2026-11-02T04:00:00Z",
        changed_by="j.doe",
        changed_at="2026-11-01T17:22:09Z",
        mend=MEND,
    )
    zelvora = row(
        "application Zelvora",
        "missing",
        origin="base/applications.yml, line 4",
        changes=(Change("appCode", ABSENT, "123456"), Change("selectedProducts", ABSENT, ["Zelvora 10 mg"])),
        trend="new",
        mend=MEND,
    )
    closed = row(
        "event Variation II",
        "drifted",
        origin="base/events.yml, line 31",
        changes=(Change("status", "open", "closed"),),
        accepted=Accepted("Closed by hand for the inspection, CHG-1234", "2026-12-31"),
    )
    return check(
        filing,
        zelvora,
        row("renewal R-7", "unwanted", origin="base/renewals.yml, line 2", mend=MEND),
        row(
            "registration Zelvora DE",
            "not_checked",
            not_compared=(NotCompared("", "The server answered 503 four times."),),
        ),
        row("event Annual report", not_compared=(NotCompared("gateway.password", "it is write-only"),)),
        closed,
        row("event Meeting minutes", "undeclared"),
        *(row(f"event Milestone {number:02}") for number in range(1, 25)),
        *(row(f"application Product {number}") for number in range(1, 10)),
        who="svc-drift",
        server_date="Fri, 27 Nov 2026 12:00:39 GMT",
        manifest_digest=DIGEST,
        commit="9f2c11ab40de",
        versions={"collection": "0.2.0", "profile": "insight", "system": "7.3"},
        evidence={"reason": "Nightly check", "change_reference": "CHG-1200"},
        not_looked=(NotCompared("document", "The profile has no operation that reads it."),),
    )


def large_check(drifted: int = 2000, all_of_them: int = 10_000) -> Check:
    """A check of many entities, of which some drifted in three attributes."""
    kinds = ("application", "event", "registration", "renewal", "submission", "document")

    def changes(number: int) -> tuple[Change, ...]:
        return (
            Change(
                "description", f"Initial marketing application {number}", f"Initial authorisation application {number}"
            ),
            Change("status", "open", "closed"),
            Change("countries", ["DE", "FR"], ["DE", "ES", "FR"]),
        )

    rows = (
        row(
            f"{kinds[number % len(kinds)]} Entity {number:05}",
            "drifted" if number < drifted else "as_declared",
            origin=f"base/{kinds[number % len(kinds)]}.yml, line {number}",
            changes=changes(number) if number < drifted else (),
            mend=MEND if number < drifted else "",
        )
        for number in range(all_of_them)
    )
    return check(*rows)
