# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_report: reports of several checks, of a plan, or of journals. It sends no request to a system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...module_utils._commands.base import NAME, Command
from ...module_utils._journal.reader import verify_all
from ...module_utils._options.context import Context, Files, Values
from ...module_utils._options.shared import Spec
from ...module_utils._text.atomic_files import read_given, write_whole
from ...module_utils._text.redaction import KEPT
from ...module_utils.errors import ConfigurationError
from .._environment.plan_file import load_plan, plan_digest
from .._report.as_json import checks_from
from .._report.check import Check, verdict_of
from .._report.formats import FORMATS
from .._report.page import render_page
from .._report.page_of_evidence import page_of_evidence
from .._report.page_of_plan import page_of_plan

WHAT = "write the reports"
REPORT_OPTIONS: Spec = {name: {"type": "str"} for name in FORMATS}
REPORT_SPEC: Spec = {
    "checks": {"type": "list", "elements": "str"},
    "expected": {"type": "list", "elements": "str", "default": []},
    "reasons": {"type": "dict", "default": {}},
    "plan": {"type": "str"},
    "journal": {"type": "str"},
    "head": {"type": "str"},
    "reports": {"type": "dict", "required": True, "options": REPORT_OPTIONS},
}
ABSENT_CHECK = "there is no report of its check, so nobody knows whether it was checked"


def run_report(values: Values, context: Context) -> dict[str, Any]:
    """Reports, written; see the module insight_report."""
    check_paths(WHAT, values["reports"], context.files)
    if values["checks"] is not None:
        checks = _checks(values, context.files)
        texts = {name: FORMATS[name](checks) for name, path in values["reports"].items() if path}
        told = {"changed": False, "verdict": verdict_of(checks), "systems": _verdicts(checks)}
        return _written(told, values, texts, context.files)
    given = [name for name, path in values["reports"].items() if path]
    if given != ["html"]:
        raise ConfigurationError(WHAT, "of a plan and of journals there is a page only", "Name html in reports.")
    page = _plan_page(values, context.files) if values["plan"] else _evidence_page(values, context.files)
    return _written({"changed": False}, values, {"html": page}, context.files)


def _written(told: Mapping[str, Any], values: Values, texts: Mapping[str, str], files: Files) -> dict[str, Any]:
    """The result, with the reports that were written."""
    paths, whys = write_reports(values["reports"], texts, files)
    return ended({**told, "reports": paths}, whys)


def _checks(values: Values, files: Files) -> list[Check]:
    """The checks of the files, and for each that is expected and not there one that says so."""
    found: list[Check] = []
    for name in values["checks"]:
        path = files.path_of(name)
        found += checks_from(read_given(path, "read the report"), path)
    now = datetime.now(timezone.utc)
    expected: list[str] = values["expected"]
    lacking = Counter(expected) - Counter(check.name for check in found)
    whys = {name: str(values["reasons"].get(name) or ABSENT_CHECK) for name in lacking}
    return [*found, *(Check(name, "", now, now, error=whys[name]) for name in lacking.elements())]


def _verdicts(checks: Sequence[Check]) -> dict[str, str]:
    """The verdict on each name, which several systems may have."""
    names = dict.fromkeys(check.name for check in checks)
    return {name: verdict_of([check for check in checks if check.name == name]) for name in names}


def _plan_page(values: Values, files: Files) -> str:
    plan = load_plan(files.path_of(values["plan"]))
    return render_page(page_of_plan(plan, plan_digest(plan)))


def _evidence_page(values: Values, files: Files) -> str:
    return render_page(page_of_evidence(verify_all(files.path_of(values["journal"]), values["head"])))


def check_paths(what: str, wanted: Mapping[str, Any], files: Files) -> None:
    """Raises ConfigurationError where two reports are to be written into one file."""
    names: dict[Path, str] = {}
    for name, path in wanted.items():
        other = names.setdefault(Path(files.path_of(path)).resolve(), name) if path else name
        if other != name:
            raise ConfigurationError(what, f"{other} and {name} are the same file", "Name a file for each.")


def write_reports(
    wanted: Mapping[str, Any], texts: Mapping[str, str], files: Files
) -> tuple[dict[str, str], list[str]]:
    """Write all that can be written; the paths by format, and why the rest could not be written."""
    paths = {name: files.path_of(wanted[name]) for name in texts}
    problems = {name: _why_not_written(name, path, texts[name]) for name, path in paths.items()}
    written = {name: path for name, path in paths.items() if not problems[name]}
    return written, [problem for problem in problems.values() if problem]


def ended(result: Mapping[str, Any], whys: Sequence[str]) -> dict[str, Any]:
    """The result of a task, which fails where there are reasons to."""
    return {**result, **({"failed": True, "msg": " ".join(whys)} if whys else {})}


def _why_not_written(name: str, path: str, text: str) -> str:
    """Write a report; returns why it could not be written, nothing where it was."""
    try:
        write_whole(Path(path), text.encode("utf-8"), f"write the {name} report")
    except ConfigurationError as error:
        return error.message
    return ""


REPORT = Command(
    f"{NAME}insight_report",
    REPORT_SPEC,
    run_report,
    constraints={
        "mutually_exclusive": [("checks", "plan", "journal")],
        "required_one_of": [("checks", "plan", "journal")],
        "required_by": {"head": ("journal",)},
    },
    ours=dict.fromkeys(("verdict", "reports"), KEPT),
    writes=False,
)
