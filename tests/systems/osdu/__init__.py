# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Azure Data Manager for Energy (OSDU M25), by its public descriptions and the code of its services.

It knows nothing of the collection and never reads its profiles: client and server must be able to disagree.
"""

from __future__ import annotations

from systems.base.browsing import Browsing

PARTITION, OTHER_PARTITION, DOMAIN = "sim-dp1", "sim-dp2", "dataservices.energy"


class System(Browsing):
    """One instance in a process of its own; ``authority`` is the identity platform's."""

    program = "systems.osdu"
