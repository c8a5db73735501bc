# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the work tree to <folder>/ansible_collections/rimops/insight, where Ansible's tools want a collection to lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from layout import COLLECTIONS, ROOT

GENERATED = {".git", "output", "__pycache__", ".ansible", ".hypothesis"}


def work_tree() -> set[Path]:
    """Return the files that git has or would take, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return {Path(name) for name in listing.split("\0") if name and os.path.lexists(ROOT / name)}


def copied(target: Path) -> set[Path]:
    """Return the files of a copy, less what tools have put there."""
    found = set()
    for folder, folders, files in os.walk(target):
        folders[:] = [name for name in folders if name not in GENERATED]
        found |= {(Path(folder) / name).relative_to(target) for name in files}
    return found


def same(source: Path, target: Path) -> bool:
    """Tell whether a file need not be copied again."""
    if not os.path.lexists(target) or source.is_symlink() != target.is_symlink():
        return False
    if source.is_symlink():
        return source.readlink() == target.readlink()
    ours, theirs = source.stat(), target.stat()
    return (ours.st_size, ours.st_mtime_ns, ours.st_mode) == (theirs.st_size, theirs.st_mtime_ns, theirs.st_mode)


def replace(source: Path, target: Path) -> None:
    """Copy a file with its times, whole at any moment: a test beside us may be reading it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    temporary.unlink(missing_ok=True)
    shutil.copy2(source, temporary, follow_symlinks=False)
    temporary.replace(target)


def synchronise(collections: Path = COLLECTIONS) -> Path:
    """Bring a copy up to date and return it.

    It is a git repository of its own: inside our ignored build folder, tools that ask git would see no file at all.
    """
    target = collections / "ansible_collections" / "rimops" / "insight"
    wanted = work_tree()
    for gone in copied(target) - wanted:
        (target / gone).unlink()
    for path in wanted:
        if not same(ROOT / path, target / path):
            replace(ROOT / path, target / path)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=target, check=True)
    return target


if __name__ == "__main__":
    print(synchronise(*map(Path, sys.argv[1:])))
