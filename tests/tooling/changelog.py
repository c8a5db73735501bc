# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write CHANGELOG for the version of galaxy.yml from its fragments; the plugins are listed anew each time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import checkout
from layout import BUILD, ROOT

GENERATED = ("CHANGELOG.md", "CHANGELOG.rst", "changelogs/changelog.yaml")


def main() -> None:
    """Release in a copy, where antsibull-changelog finds the plugins, and fetch what it wrote."""
    copy = checkout.synchronise(BUILD / "changelog")
    programs = BUILD / "venv" / "collection" / "bin"
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    release: list[str | Path] = [programs / "antsibull-changelog", "release", "--update-existing", "--reload-plugins"]
    subprocess.run(release, cwd=copy, env=environment, check=True)
    for name in GENERATED:
        shutil.copyfile(copy / name, ROOT / name)
    for fragment in (ROOT / "changelogs" / "fragments").glob("*.yml"):
        if not (copy / fragment.relative_to(ROOT)).exists():
            fragment.unlink()


if __name__ == "__main__":
    main()
