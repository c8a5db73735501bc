# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_drift: compares a system with a manifest, and writes reports of the differences. It never writes
to the system."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ...module_utils._commands.base import NAME, Command
from ...module_utils._commands.connection import Connection, connect
from ...module_utils._commands.insight_entity import desired_state
from ...module_utils._entity.address import rules_of
from ...module_utils._entity.collateral import strict_changes
from ...module_utils._entity.compare import Change
from ...module_utils._entity.examine import Examined
from ...module_utils._entity.secret_policy import secret_leaves
from ...module_utils._options.context import Context, Files, Values
from ...module_utils._options.shared import SHARED, Spec
from ...module_utils._text.atomic_files import read_given, utc_text
from ...module_utils._text.nested_paths import child, names_of, value_at, without
from ...module_utils._text.records import evolve, record
from ...module_utils._text.redaction import KEPT, OF_CHANGE, PLACE, known, redact_within
from ...module_utils.errors import AuthenticationError, ConfigurationError, InsightError, TransportError
from .._environment.executor import Read, RunOptions, check_concurrency, reader
from .._environment.graph import ordered
from .._environment.members import Member, environment_of
from .._environment.observation import declared, observed, planned
from .._environment.run import Run
from .._export.undeclared import undeclared_rows
from .._files.profile_files import decrypted
from .._files.strict_yaml import load_json, load_yaml
from .._files.yaml_text import yaml_lines
from .._manifest.entry import EntryName
from .._manifest.manifest import load_manifest
from .._report.as_json import checks_from, row_data
from .._report.check import DRIFT, Check, NotCompared, Row
from .._report.drift import earlier_check, row_of, with_history
from .._report.exceptions import KnownDrift, as_exceptions, expected_differences, known_drift, with_exceptions
from .._report.formats import FORMATS
from .._report.report import RunReport, report_of
from .._report.text import numbers_text
from .._report.words import words_of
from .insight_report import REPORT_OPTIONS, check_paths, ended, write_reports

WHAT = "check for drift"
LONGEST = 36_500
"""Days for which an exception may hold."""
UNREACHABLE = (TransportError, AuthenticationError)
"""Errors after which nothing more is asked: each further entity would wait as long for the same answer."""
DRIFT_SPEC: Spec = {
    **SHARED,
    "name": {"type": "str"},
    "entities": {"type": "list", "elements": "dict"},
    "manifest": {"type": "list", "elements": "str"},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "strict": {"type": "bool", "default": False},
    "undeclared": {"type": "bool", "default": True},
    "complete": {"type": "list", "elements": "str", "default": []},
    "unread": {"type": "list", "elements": "dict", "default": []},
    "concurrency": {"type": "int", "default": 8},
    "gather": {"type": "str", "choices": ["each", "list"], "default": "each"},
    "exceptions": {"type": "str"},
    "exceptions_out": {"type": "str"},
    "exceptions_days": {"type": "int", "default": 90},
    "previous": {"type": "str"},
    "reports": {"type": "dict", "default": {}, "options": REPORT_OPTIONS},
    "fail_on": {"type": "list", "elements": "str", "choices": ["drift", "incomplete"], "default": []},
    "sides": {"type": "list", "elements": "str", "default": ["on the server", "declared"]},
    "url_there": {"type": "str"},
    "expected_here": {"type": "list", "elements": "str"},
    "expected_there": {"type": "list", "elements": "str"},
    "commit": {"type": "str"},
    "mend": {"type": "str"},
}
READING = {
    "update_secrets": "on_create",
    "collateral": "report",
    "on_immutable": "tell",
    "purge": False,
    "return_unchanged": True,
    "wait": False,
    "wait_timeout": None,
    "wait_interval": 1.0,
}
"""Options that a desired state needs besides, where nothing is written."""
OURS = {
    **dict.fromkeys(("verdict", "summary", "reports", "assumed"), KEPT),
    **dict.fromkeys(("url", "url_there", "manifest_digest", "commit", "server_date", "versions", "sides"), KEPT),
    "rows": [
        {
            **dict.fromkeys(("type", "verdict", "trend", "since"), KEPT),
            "key": {},
            "changes": [OF_CHANGE],
            "secrets": [PLACE],
            "not_compared": [{"path": PLACE}],
        }
    ],
    "evidence": {},
}
"""The parts of a check and of the result that this collection writes, and so never masked."""


@record
class Inputs:
    """The files and values that are read before the first request. known: the exceptions of a file; expected: what two
    systems are declared to differ in. lacking: stands for a secret whose value is not given."""

    manifest: Any
    known: Sequence[KnownDrift]
    expected: Sequence[KnownDrift]
    earlier: Sequence[Check]
    lacking: str


def run_drift(values: Values, context: Context) -> dict[str, Any]:
    """A system checked; see the module insight_drift."""
    began = datetime.now(timezone.utc)
    values = {**READING, **values}
    _check_options(values, context.files)
    connection = connect(values, context)
    inputs = _inputs(values, context.files, connection)
    check = _checked(values, context, connection, inputs, began)
    secrets = [known(), *connection.secrets()]
    hidden: Check = redact_within(check, OURS, secrets)
    accepted: Sequence[KnownDrift] = redact_within(inputs.known, OURS["rows"], secrets)
    written, whys = _write_reports(values, context.files, hidden, accepted)
    against = [finding for finding in hidden.findings if finding in values["fail_on"]]
    return ended(_result(hidden, written), [*whys, *(_failure(hidden, finding) for finding in against[:1])])


def _check_options(values: Values, files: Files) -> None:
    """Raises ConfigurationError for options that cannot be meant."""
    check_concurrency(WHAT, values["concurrency"])
    if len(values["sides"]) != 2:
        raise ConfigurationError(WHAT, "sides are not two", "Name what is checked, and what it is held against.")
    if not 1 <= values["exceptions_days"] <= LONGEST:
        raise ConfigurationError(WHAT, f"exceptions_days is not between 1 and {LONGEST}", "Say for how many days.")
    if not all({"entity", "type", "why"} <= set(one) for one in values["unread"]):
        why = "unread has an element without entity, type or why"
        raise ConfigurationError(WHAT, why, "Give it what insight_export returns as not_exported.")
    check_paths(WHAT, {**values["reports"], "exceptions_out": values["exceptions_out"]}, files)


def _inputs(values: Values, files: Files, connection: Connection) -> Inputs:
    """All that the options name, read. Raises ConfigurationError."""
    lacking = random.token_hex(32)
    says_more = bool(values["complete"] or values["unread"])
    manifest = declared(values, connection, files, values["secrets"], lacking, may_be_empty=says_more)
    accepted: Sequence[KnownDrift] = ()
    expected: Sequence[KnownDrift] = ()
    if values["exceptions"]:
        path = files.path_of(values["exceptions"])
        text = read_given(path, "read").decode("utf-8-sig", errors="replace")
        text = decrypted(text, f"read {path}", "it", files.decrypt)
        data = load_json(text, path) if path.lower().endswith(".json") else load_yaml(text, path, files.decrypt)
        accepted = known_drift(data, path)
    if values["expected_here"]:
        here, there = (
            load_manifest(values[name], None, files.find, files.decrypt) for name in ("expected_here", "expected_there")
        )
        profile = connection.settings.profile
        expected = expected_differences(here, there, lambda name: rules_of(profile.type(name)))
    earlier: Sequence[Check] = ()
    if values["previous"]:
        path = files.path_of(values["previous"])
        earlier = checks_from(read_given(path, "read"), path)
    return Inputs(manifest, accepted, expected, earlier, lacking)


def _checked(values: Values, context: Context, connection: Connection, inputs: Inputs, began: datetime) -> Check:
    """The check, with secrets: read, compared, held against exceptions and earlier checks."""
    manifest = inputs.manifest
    environment = environment_of(
        ordered(manifest.entries), lambda entry: desired_state(connection, {**values, **vars(entry)})
    )
    options = RunOptions(
        client=connection.entities(reader(values["gather"])),
        concurrency=values["concurrency"],
        stop_on=UNREACHABLE,
        show=context.show,
        server_date=connection.server_date,
    )
    run = Run(connection, values, context, environment, options, manifest.digest, manifest.notes, began=began)
    run, reads = observed(run)
    report = report_of(run, reads, planned(run, reads, ()), {})
    rows = _rows(values, report, run, reads, inputs.lacking)
    unread = _unread(values)
    more, not_looked, error = undeclared_rows(
        run, reads, values["undeclared"], values["complete"], {row.type for row in unread}
    )
    told = {row.entity for row in more}
    rows = [row for row in rows if row.entity not in told]
    ended = [one for one in (*reads.values(), error) if isinstance(one, UNREACHABLE)]
    why = ended[0].message if ended else ""
    return _with_knowledge(values, report, [*rows, *more, *unread], not_looked, why, inputs)


def _rows(values: Values, report: RunReport, run: Run, reads: Mapping[EntryName, Read], lacking: str) -> list[Row]:
    """A row for each declared entity. lacking: as in Inputs."""
    rows = []
    for entity, (name, member) in zip(report.entities, run.environment.members.items()):
        read = reads[name]
        values_lacking = {path for path, value in secret_leaves(member.desired.secrets.values) if value == lacking}
        unlike = [path for path in entity.secrets_unlike if path not in values_lacking]
        row = row_of(entity, _beside(values["strict"], member, read), unlike, values["mend"] or "")
        rows.append(_with_last_change(row, read))
    return rows


def _unread(values: Values) -> list[Row]:
    """What the other side holds, and could not be exported from there."""
    why = f"it could not be read from {values['sides'][1]}: "
    return [
        Row(
            str(one["entity"]),
            str(one["type"]),
            {},
            "not_checked",
            not_compared=[NotCompared("", f"{why}{one['why']}")],
        )
        for one in values["unread"]
    ]


def _with_last_change(row: Row, read: Read) -> Row:
    """The row with who changed the entity last, and when, as the system shows it where the profile says."""
    if row.verdict not in DRIFT or not isinstance(read, Examined) or read.observed is None:
        return row
    paths = (read.found_as.type.changed_by, read.found_as.type.changed_at)
    by, when = (str(value_at(read.observed, path.split(".")) or "") for path in paths)
    return evolve(row, changed_by=by, changed_at=when)


def _beside(strict: bool, member: Member, read: Read) -> Sequence[Change]:
    """The attributes that an entity holds and that are not declared, where the option ``strict`` asks for them."""
    if not (strict and isinstance(read, Examined) and read.observed is not None and member.desired.state == "present"):
        return ()
    address, entity_type = member.desired.address, member.desired.address.type
    rules = read.plan.rules(address.rules)
    # a reference is declared by name, and need not have an id in the plan
    named = {child("", name) for name in (*entity_type.evidence_fields.values(), *address.refs)}
    empty = {path for path in entity_type.references if value_at(read.observed, names_of(path)) in (None, "")}
    left_out = named.union(empty, entity_type.identifiers, rules.uncompared, rules.unsent, rules.hidden)
    seen = without(read.observed, left_out)
    declared = {**read.plan.desired, **member.desired.secrets.values}
    return [change.in_full() for change in strict_changes(declared, seen, rules)]


def _with_knowledge(
    values: Values,
    report: RunReport,
    rows: Sequence[Row],
    not_looked: Sequence[NotCompared],
    error: str,
    inputs: Inputs,
) -> Check:
    """The check with history: since when each difference is known, and which differences people have accepted."""
    now = report.began
    name, notes = values["name"] or report.url, list(report.notes)
    if values["previous"]:
        earlier = earlier_check(inputs.earlier, report.url, name)
        if earlier:
            rows = with_history(rows, earlier.rows, utc_text(earlier.began), utc_text(now))
        else:
            notes.append(f"{values['previous']} holds no check of {report.url}, so nothing is told as new or standing.")
    rows, expired = with_exceptions(rows, [*inputs.known, *inputs.expected], now.date())
    return Check(
        name=name,
        url=report.url,
        url_there=values["url_there"] or "",
        began=now,
        ended=report.ended,
        rows=rows,
        who=report.who or "",
        server_date=report.server_date or "",
        manifest_digest=report.manifest_digest,
        commit=values["commit"] or "",
        versions=report.versions,
        evidence=report.evidence,
        sides=(values["sides"][0], values["sides"][1]),
        not_looked=not_looked,
        assumed=report.assumed,
        notes=[*notes, *expired],
        error=error,
    )


def _write_reports(
    values: Values, files: Files, check: Check, known: Sequence[KnownDrift]
) -> tuple[dict[str, str], list[str]]:
    """Write the reports that the options ask for, as many as can be written; returns their paths by format, and why the
    others could not be written. known: the exceptions that were given."""
    wanted = {name: path for name, path in values["reports"].items() if path}
    texts = {name: FORMATS[name]([check]) for name in wanted}
    if values["exceptions_out"]:
        wanted["exceptions"] = values["exceptions_out"]
        expires = check.began.date() + timedelta(days=values["exceptions_days"])
        reason = f"Taken over on {check.began.date().isoformat()}, to be reviewed."
        data = as_exceptions(check.rows, known, reason, expires)
        texts["exceptions"] = "\n".join(["---", *yaml_lines(data), ""])
    return write_reports(wanted, texts, files)


def _result(check: Check, reports: Mapping[str, str]) -> dict[str, Any]:
    """The result of the task for a check without secrets."""
    rows = [row for row in check.rows if row.verdict != "as_declared" or row.not_compared]
    return {
        "changed": False,
        "verdict": check.verdict,
        "summary": check.summary,
        "rows": [row_data(row) for row in rows],
        "not_looked": [vars(one) for one in check.not_looked],
        **({"error": check.error} if check.error else {}),
        "reports": dict(reports),
        "assumed": list(check.assumed),
        **({"notes": list(check.notes)} if check.notes else {}),
    }


def _failure(check: Check, finding: str) -> str:
    words = words_of([check])
    numbers = {words.kinds.get(name, name): number for name, number in check.summary.items()}
    why = check.error or f"{words.failures[finding]} ({numbers_text(numbers)})"
    return InsightError(words.claim.format(check.name), why, "Look at rows, or at the reports.").message


OURS_OF_RESULT = {**OURS, "not_looked": [{"path": KEPT}]}
CHECK_DRIFT = Command(
    f"{NAME}insight_drift",
    DRIFT_SPEC,
    run_drift,
    constraints={
        "mutually_exclusive": [("entities", "manifest")],
        "required_one_of": [("entities", "manifest")],
        "required_together": [("expected_here", "expected_there")],
    },
    ours=OURS_OF_RESULT,
    writes=False,
)
