# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Becomes nobody else, but leaves a mark: who ran through it has a reason."""

from __future__ import annotations

DOCUMENTATION = r"""
name: straight
short_description: Runs commands as they are
description: Runs the command as the same user, with a variable in its environment that tells the tale.
author: The rimops.insight authors
options: {}
"""

from typing import Any

from ansible.plugins.become import BecomeBase


class BecomeModule(BecomeBase):
    """Runs commands as they are."""

    name = "straight"

    def build_become_command(self, cmd: str, shell: Any) -> Any:
        """The command with the mark."""
        super().build_become_command(cmd, shell)
        return self._build_success_command(f"export INSIGHT_REASON=became; {cmd}", shell) if cmd else cmd
