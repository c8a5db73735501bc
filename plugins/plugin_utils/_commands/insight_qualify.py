# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module insight_qualify does: an installation and a cycle that was run, judged and reported. It asks no
system."""

from __future__ import annotations

import platform
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ansible.release import __version__ as ansible_version

from ...module_utils._commands.base import NAME, Command
from ...module_utils._commands.connection import connect, evidence_of
from ...module_utils._entity.address import rules_of
from ...module_utils._journal.digest import data_digest
from ...module_utils._options.context import Context, Values
from ...module_utils._options.shared import SHARED, Spec
from ...module_utils._text.atomic_files import utc_moment
from ...module_utils._text.redaction import KEPT, known, redact_within
from ...module_utils.errors import ConfigurationError, InsightError
from ...module_utils.version import VERSION
from .._manifest.entry import name_of
from .._report.page import render_page
from .._report.page_of_qualification import page_of_qualification
from .._report.qualification import (
    OF_LIST,
    STEPS,
    Judgement,
    Qualification,
    cycle,
    file_digest,
    installed_files,
    qualification_json,
)
from .insight_report import ended, write_reports

WHAT = "qualify the installation"
COLLECTION = Path(__file__).resolve().parents[3]
LIBRARIES = ("requests", "oauthlib", "jsonschema")
QUALIFY_SPEC: Spec = {
    **SHARED,
    "type": {"type": "str", "required": True},
    "key": {"type": "dict", "required": True, "no_log": False},
    "refs": {"type": "dict", "default": {}},
    "attributes": {"type": "dict", "required": True},
    "change": {"type": "dict", "required": True},
    "steps": {"type": "dict", "required": True},
    "began": {"type": "str", "required": True},
    "reports": {"type": "dict", "default": {}, "options": {"html": {"type": "str"}, "json": {"type": "str"}}},
    "fail": {"type": "bool", "default": True},
}
OURS = {
    **dict.fromkeys(("verdict", "reports", "versions", "digest_of_manifest", "profile_digest", "installed_in"), KEPT),
    "findings": [{"verdict": KEPT, "part": KEPT}],
}
WRITERS = {"html": lambda seen: render_page(page_of_qualification(seen)), "json": qualification_json}


def run_qualify(values: Values, context: Context) -> dict[str, Any]:
    """An installation, judged; see the module insight_qualify."""
    unknown = sorted(set(values["steps"]) - set(STEPS))
    if unknown:
        raise ConfigurationError(WHAT, f"nobody knows the steps {', '.join(unknown)}", f"Name {', '.join(STEPS)}.")
    seen = _seen(values, context)
    wanted = {name: path for name, path in values["reports"].items() if path}
    reports, whys = write_reports(wanted, {name: WRITERS[name](seen) for name in wanted}, context.files)
    told = [vars(one) for one in seen.findings if one.verdict != "as_expected"]
    result = {"changed": False, "verdict": seen.verdict, "findings": told, "reports": reports}
    result["versions"] = dict(seen.versions)
    if values["fail"] and told:
        why = f"{len(told)} of {len(seen.findings)} findings are not as expected, or nobody knows"
        whys.append(InsightError("say that this installation does what it is to do", why, _next(seen.findings)).message)
    return ended(result, whys)


def _next(findings: Any) -> str:
    """The hint of the failure: the first finding that is not as expected."""
    first = next(one for one in findings if one.verdict != "as_expected")
    return f"The first one: {first.name}: {' '.join(first.notes)} Look at findings, or at the reports."


def _seen(values: Values, context: Context) -> Qualification:
    """What was seen of the installation and of the cycle, without secrets."""
    connection = connect(values, context)
    entity_type = connection.settings.profile.type(values["type"])
    both = {name: {**values["key"], **values["attributes"]} for name in ("attributes", "change")}
    both["change"] |= values["change"]
    findings: list[Judgement] = [*installed_files(COLLECTION), *cycle(values["steps"], both, rules_of(entity_type))]
    seen = Qualification(
        url=connection.settings.system,
        entity=str(name_of({"type": values["type"], "key": values["key"], "refs": values["refs"]})),
        began=_moment(values["began"]),
        ended=datetime.now(timezone.utc),
        controller=platform.node(),
        installed_in=str(COLLECTION),
        digest_of_manifest=file_digest(COLLECTION / OF_LIST),
        profile_digest=data_digest(values["profile"]),
        versions=_versions(connection.settings.profile.name),
        evidence=evidence_of(connection.settings),
        findings=findings,
    )
    hidden: Qualification = redact_within(seen, OURS, [known(), *connection.secrets()])
    return hidden


def _moment(text: str) -> datetime:
    try:
        return utc_moment(text)
    except ValueError as error:
        raise ConfigurationError(WHAT, f"began is {text!r}", "Write it as 2026-01-31T08:00:00Z.") from error


def _versions(profile: str) -> dict[str, str]:
    found = {"rimops.insight": VERSION, "ansible-core": ansible_version, "Python": platform.python_version()}
    return {**found, **{name: _version_of(name) for name in LIBRARIES}, "profile": profile}


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


QUALIFY = Command(f"{NAME}insight_qualify", QUALIFY_SPEC, run_qualify, ours=OURS, writes=False)
