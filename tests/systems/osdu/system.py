# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start an instance from a test."""

from __future__ import annotations

from systems.base.browsing import Browsing

PARTITION, OTHER_PARTITION, DOMAIN = "sim-dp1", "sim-dp2", "dataservices.energy"


class OsduSystem(Browsing):
    """One instance in a process of its own; ``authority`` is the identity platform's."""

    program = "systems.osdu"
