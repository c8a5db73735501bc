# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start one from a test."""

from __future__ import annotations

from systems.base.browsing import Browsing

TENANCY = "acme-gas"


class DispogasSystem(Browsing):
    """One dispoGas in a process of its own; ``authority`` is that of its tokens."""

    program = "systems.dispogas"
