# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder that nobody may write into, whoever runs the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def read_only_folder():
    """A folder of mode 0555; for root, who may write everywhere, as somebody else."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "folder")
        folder.mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        ours = os.geteuid()
        if ours == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(ours)
            folder.chmod(0o755)
