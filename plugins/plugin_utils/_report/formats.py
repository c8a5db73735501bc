# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats in which checks are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .as_json import json_report
from .as_junit import junit_report
from .as_markdown import markdown_report
from .as_openmetrics import openmetrics_report
from .check import Check
from .page import render_page
from .page_of_checks import page_of_checks


def html_report(checks: Sequence[Check]) -> str:
    """The page for people."""
    return render_page(page_of_checks(checks))


FORMATS: Mapping[str, Callable[[Sequence[Check]], str]] = {
    "html": html_report,
    "json": json_report,
    "junit": junit_report,
    "markdown": markdown_report,
    "openmetrics": openmetrics_report,
}
"""What writes checks, by the name of the format."""
