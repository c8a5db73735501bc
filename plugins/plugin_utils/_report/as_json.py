# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks as a JSON document, which programs read, and which later checks are held against; and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._entity.compare import Change
from ...module_utils._profile.json_schema import check as check_schema
from ...module_utils._text.atomic_files import json_document, utc_moment, utc_text
from ...module_utils._text.nested_paths import ABSENT
from ...module_utils.errors import ConfigurationError
from .._files.own_schemas import own_schema
from .._files.quick_schema import fits
from .check import Accepted, Check, NotCompared, Row, verdict_of

FORMAT = 1
ANEW = "Give the JSON report of a check, as format json writes it."


def json_report(checks: Sequence[Check]) -> str:
    """The document: names, systems and entities sorted, what is empty left out. Moments are told to the second."""
    ordered = sorted(checks, key=lambda check: (check.name, check.url))
    data = {"format": FORMAT, "verdict": verdict_of(checks), "checks": [_check(check) for check in ordered]}
    return json_document(data, indent=2) + "\n"


def _check(check: Check) -> dict[str, Any]:
    """A check as JSON, without what is empty."""
    told = {
        **vars(check),
        "began": utc_text(check.began),
        "ended": utc_text(check.ended),
        "rows": [row_data(row) for row in sorted(check.rows, key=lambda row: (row.type, row.entity, row.verdict))],
        "not_looked": [vars(one) for one in check.not_looked],
    }
    needed = {name: told[name] for name in ("name", "url", "rows")}
    return {**_without_empty(told), **needed, "verdict": check.verdict, "summary": check.summary}


def row_data(row: Row) -> dict[str, Any]:
    """A row as JSON, without what is empty."""
    told = {
        **vars(row),
        "changes": [change.as_result() for change in row.changes],
        "not_compared": [vars(one) for one in row.not_compared],
        "accepted": row.accepted and vars(row.accepted),
    }
    return {**_without_empty(told), "entity": row.entity, "type": row.type, "key": row.key}


def _without_empty(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items() if value}


def checks_from(content: bytes, file: str) -> list[Check]:
    """The checks that a document holds. file: its name, for messages. Raises ConfigurationError, which names the place,
    for what is no such document."""
    what = f"read the report {file}"
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigurationError(what, f"it is not JSON{place}", ANEW) from error
    schema = own_schema("reports/check")
    if not fits(schema, data):
        check_schema(schema, data, what, ANEW, ours=True)
    return [_check_from(one, f"{what}, check {number}") for number, one in enumerate(data["checks"], 1)]


def _check_from(data: Mapping[str, Any], what: str) -> Check:
    """The check of such JSON. Raises ConfigurationError for moments that there are not."""
    given = {name: value for name, value in data.items() if name not in ("verdict", "summary")}
    try:
        moments: dict[str, Any] = {name: utc_moment(data[name]) for name in ("began", "ended")}
    except ValueError as error:
        raise ConfigurationError(what, "began or ended is no moment that there is", ANEW) from error
    lists: dict[str, Any] = {name: tuple(given[name]) for name in ("sides", "assumed", "notes") if name in given}
    rows = tuple(_row_from(row) for row in data["rows"])
    not_looked = tuple(NotCompared(**one) for one in data.get("not_looked", ()))
    return Check(**{**given, **moments, **lists, "rows": rows, "not_looked": not_looked})


def _row_from(data: Mapping[str, Any]) -> Row:
    """The row of what ``row_data`` made."""
    return Row(
        **{
            **data,
            "changes": tuple(
                Change(one["path"], one.get("before", ABSENT), one.get("after", ABSENT))
                for one in data.get("changes", ())
            ),
            "secrets": tuple(data.get("secrets", ())),
            "not_compared": tuple(NotCompared(**one) for one in data.get("not_compared", ())),
            "accepted": Accepted(**data["accepted"]) if "accepted" in data else None,
        }
    )
