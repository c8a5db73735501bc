# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: which promise a test proves goes into its result, where tests/tooling/matrix.py reads it."""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Write the ids of every ``proves`` marker down as properties of the test in the JUnit file."""
    for marker in item.iter_markers("proves"):
        item.user_properties += [("proves", promise) for promise in marker.args]
