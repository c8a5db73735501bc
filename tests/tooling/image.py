# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the execution environment as far as that goes without a container engine: everything that the engine would be
given, and what ansible-builder finds that the collection needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from layout import BUILD, COLLECTIONS, ROOT
from parts import COPY

DEFINITION = COPY / "extensions" / "awx" / "execution-environment.yml"


def requirements(text: str) -> set[str]:
    """The requirements of a file, without comments."""
    return {line.partition("#")[0].strip() for line in text.splitlines()} - {""}


def complaints(folder: Path) -> list[str]:
    """Make the context of the image in this folder; what is wrong with it."""
    builder = ["ansible-builder", "create", "--verbosity", "0", "--output-filename", "Containerfile"]
    subprocess.run([*builder, "--file", DEFINITION, "--context", folder / "context"], check=True)
    found = folder / "requirements.txt"
    introspect = ["ansible-builder", "introspect", "--verbosity", "0", "--write-pip", found, COLLECTIONS]
    subprocess.run(introspect, check=True)
    image = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["images"]["base_image"]["name"]
    stages = (folder / "context" / "Containerfile").read_text(encoding="utf-8")
    wanted = requirements((ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8"))
    given = requirements(found.read_text(encoding="utf-8"))
    wrong = [] if given == wanted else [f"the collection asks for {sorted(given)}, and imports {sorted(wanted)}"]
    return wrong if image in stages else [*wrong, f"no stage begins with {image}"]


def main() -> int:
    """Return 1 where something is wrong."""
    folder = BUILD / "image"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wrong = complaints(folder)
    print("\n".join(wrong or [f"Everything but the build itself: {folder / 'context'}"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
