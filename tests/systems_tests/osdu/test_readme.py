# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read is true."""

from __future__ import annotations

from pathlib import Path

import pytest
import systems
from systems.base.service import Service
from systems.dispogas.service import Dispogas
from systems.osdu.service import Osdu


@pytest.mark.parametrize("service", [Osdu, Dispogas])
def test_the_readme_names_each_switch_and_each_type(service: type[Service]) -> None:
    text = Path(systems.__file__).with_name(service.name).joinpath("README.md").read_text(encoding="utf-8")
    names = [*(switch.name for switch in service.switch_table), *service.types]
    assert [name for name in names if f"`{name}`" not in text] == []
