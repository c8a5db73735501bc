# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Veeam Backup for Microsoft Azure, by the public description of its REST API 8.1.

It knows nothing of the collection and never reads its profiles: client and server must be able to disagree.
"""

from __future__ import annotations

from systems.base.process import System as BaseSystem
from systems.veeam_azure.totp import code

ADMINISTRATOR = {"username": "administrator", "password": "administrator-password"}
TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of the user operator, who has MFA on
OPERATOR = {"username": "operator", "password": "operator-password"}
READER = {"username": "reader", "password": "reader-password"}


class System(BaseSystem):
    """One in a process of its own, with the users above."""

    program = "systems.veeam_azure"


__all__ = ["ADMINISTRATOR", "OPERATOR", "READER", "TOTP_SECRET", "System", "code"]
