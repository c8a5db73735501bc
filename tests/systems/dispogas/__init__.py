# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for dispoGas, by its public pages: authentication, the account that asks, the upload of nominations.

It knows nothing of the collection and never reads its profiles: client and server must be able to disagree.
"""

from __future__ import annotations

from systems.base.browsing import Browsing

TENANCY = "acme-gas"


class System(Browsing):
    """One dispoGas in a process of its own; ``authority`` is that of its tokens."""

    program = "systems.dispogas"
