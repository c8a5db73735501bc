# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection and put it through Galaxy's own checks, less those that need containers or a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from layout import BUILD
from parts import COPY

# The part lint runs ansible-lint, on more files and with more of its rules.
SETTINGS = """[galaxy-importer]
RUN_ANSIBLE_TEST = False
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = False
RUN_FLAKE8 = False
CHECK_REQUIRED_TAGS = True
CHECK_CHANGELOG = True
LOG_LEVEL_MAIN = INFO
"""


def main() -> int:
    """Return 1 where the build or the importer fails or complains."""
    folder = BUILD / "importer"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = folder / "galaxy-importer.cfg"
    settings.write_text(SETTINGS)
    build: list[str | Path] = ["ansible-galaxy", "collection", "build", "--output-path", folder, COPY]
    subprocess.run(build, check=True)
    (artifact,) = folder.glob("*.tar.gz")
    answer = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact],
        cwd=folder,
        env=os.environ | {"GALAXY_IMPORTER_CONFIG": str(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(answer.stdout)
    complaints = [line for line in answer.stdout.splitlines() if line.startswith(("WARNING", "ERROR"))]
    return 1 if answer.returncode or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
