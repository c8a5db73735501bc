# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The READMEs say what the code says."""

from __future__ import annotations

import pytest
from systems.base.readme import written


@pytest.mark.parametrize("name", ["veeam_azure"])
def test_the_readme_explains_every_switch(name: str) -> None:
    path, text = written(name)
    assert path.read_text(encoding="utf-8") == text
