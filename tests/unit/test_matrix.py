# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of promises finds what is not proven."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOLING = Path(__file__).resolve().parents[1] / "tooling"
PROMISES = """\
promises:
  - {id: A-1, text: It works, risk: high, because: life}
  - {id: B-1, text: It is checked, risk: low, because: taste, parts: [lint]}
"""
CASE = """\
<testcase classname="unit.test_it" name="test_one[a]">
  <properties><property name="proves" value="{promise}"/></properties>{outcome}
</testcase>"""


@pytest.fixture(name="matrix")
def matrix_fixture(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLING))
    yield importlib.import_module("matrix")
    for name in ("matrix", "layout"):
        sys.modules.pop(name, None)


def judge(matrix: ModuleType, folder: Path, *cases: tuple[str, str], lint: str = "true") -> int:
    """The exit code for test cases, each a promise and an outcome, and a part lint."""
    (folder / "requirements.yml").write_text(PROMISES)
    inner = "".join(CASE.format(promise=promise, outcome=outcome) for promise, outcome in cases)
    (folder / "unit.xml").write_text(f"<testsuites><testsuite>{inner}</testsuite></testsuites>")
    (folder / "lint.part.json").write_text(f'{{"name": "lint", "passed": {lint}, "seconds": 1}}')
    code: int = matrix.main(folder, folder / "requirements.yml")
    return code


def test_everything_is_proven(matrix: ModuleType, tmp_path: Path) -> None:
    assert judge(matrix, tmp_path, ("A-1", ""), ("A-1", "<skipped/>")) == 0
    page = (tmp_path / "matrix.md").read_text()
    assert "| A-1 | It works | high: life | test_it::test_one (2: unit) | passed |" in page
    assert "| B-1 | It is checked | low: taste | make lint (1: lint) | passed |" in page


@pytest.mark.parametrize(
    ("cases", "lint", "says"),
    [
        ([], "true", "A-1: no test"),
        ([("A-1", "<skipped/>")], "true", "A-1: skipped"),
        ([("A-1", ""), ("A-1", "<failure/>")], "true", "A-1: failed"),
        ([("A-1", ""), ("A-1", "<error/>")], "true", "A-1: error"),
        ([("A-1", ""), ("C-1", "")], "true", "C-1: test_it::test_one names it, and no promise has this id"),
        ([("A-1", "")], "false", "B-1: failed"),
    ],
)
def test_what_is_not_proven(
    matrix: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cases: list[tuple[str, str]],
    lint: str,
    says: str,
) -> None:
    assert judge(matrix, tmp_path, *cases, lint=lint) == 1
    assert says in capsys.readouterr().out
