# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fail unless each file of tool.coverage.report.include exists, was measured and is covered, every branch of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

gated = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["report"]["include"]
if gone := [name for name in gated if not Path(name).is_file()]:
    sys.exit(f"pyproject.toml wants these files covered, but they are not there: {' '.join(gone)}")
sys.exit(subprocess.run([sys.executable, "-m", "coverage", "report"], check=False).returncode)
