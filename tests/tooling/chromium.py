# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find a Chromium for the part browser; as a program, install Debian's where there is none and that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the path of a Chromium of this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def may_be_installed() -> bool:
    """Tell whether one can be installed: by root of a throw-away machine of a CI, with apt."""
    return os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def main() -> int:
    """Make sure that there is one."""
    if not find():
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(command, check=True)
    print(find() or "There is no Chromium.")
    return 0 if find() else 1


if __name__ == "__main__":
    sys.exit(main())
