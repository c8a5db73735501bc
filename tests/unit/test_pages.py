# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that are made from data say what the data say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLING = Path(__file__).resolve().parents[1] / "tooling"


@pytest.mark.proves("PROFILE-3")
@pytest.mark.parametrize("tool", ["profile_pages.py", "profile_keys.py"])
def test_a_generated_page_is_not_stale(tool: str) -> None:
    checked = subprocess.run([sys.executable, TOOLING / tool, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
