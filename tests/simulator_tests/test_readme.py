# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README says what the code does."""

from __future__ import annotations

import re

import pytest
from simulator.control import Control
from simulator.dialects import names
from simulator.readme import README, filled

pytestmark = pytest.mark.proves("PROOF-2")


def test_the_tables_are_not_stale() -> None:
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run: python -m simulator.readme"


def test_every_control_endpoint_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    documented = set(re.findall(r"`(GET|POST|PATCH|DELETE) /_simulator/([\w-]+)", text))
    routes = Control(None).application().routes  # type: ignore[arg-type]
    known = {(method, route.path.split("/")[2]) for route in routes for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]
    assert documented == known


def test_every_dialect_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)\.yml` \|", text, re.MULTILINE)) == set(names())
