# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command may take as long as it wants while it has something to say; its part tells what it cost."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import run_parts
from parts import Part

SILENCE = 5.0
SAY = f"""
import time
began = time.monotonic()
while time.monotonic() < began + 1.5 * {SILENCE}:
    print("still there", flush=True)
    time.sleep(0.2)
"""
SLEEP = "import time; time.sleep(600)"
COUNT = "import time\nwhile time.process_time() < 1: pass"


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build folder of its own."""
    monkeypatch.setattr(run_parts, "BUILD", tmp_path)
    for name in ("log", "results"):
        (tmp_path / name).mkdir()
    return tmp_path


def part(folder: Path, text: str) -> Part:
    """A part that runs a program."""
    (folder / "program.py").write_text(text)
    return Part("it", (f"{sys.executable} {folder}/program.py",), folder=str(folder))


@pytest.mark.parametrize(("text", "passes"), [(SAY, True), (SLEEP, False)])
def test_only_silence_ends_a_command(build: Path, text: str, passes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_parts, "SILENCE", SILENCE)
    assert run_parts.run(part(build, text)) is passes
    assert ("silent for" in (build / "log" / "it.log").read_text()) is not passes


def test_the_cpu_time_of_all_that_a_part_started_is_told(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '''" + COUNT + "'''])"
    [result] = run_parts.run_all([part(build, child)])
    assert result.passed and result.cpu >= 1
    assert json.loads((build / "results" / "it.part.json").read_text())["cpu"] == result.cpu
    run_parts.report([result], [], complete=False)
    assert f"{result.cpu:.0f} s of CPU  it\n" in capsys.readouterr().out
