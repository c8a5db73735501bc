# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another host as it is behind SSH: whoever ends the connection ends no process there."""

from __future__ import annotations

DOCUMENTATION = r"""
name: far
short_description: Runs modules in sessions of their own on this machine
description: The local connection under another transport, with processes that are in no group of ours.
author: The rimops.insight authors
extends_documentation_fragment: connection_pipelining
options:
  become_success_timeout:
    description: Seconds to wait for become.
    type: int
    default: 10
  become_strip_preamble:
    description: Whether to leave out what become prints.
    type: bool
    default: true
"""

import shlex
from typing import Any

from ansible.plugins.connection.local import Connection as LocalConnection


class Connection(LocalConnection):
    """Executes as the local connection does, in another session."""

    transport = "far"

    def exec_command(self, cmd: str, *arguments: Any, **options: Any) -> Any:
        """Run a command, and wait for its end as long as we live."""
        return super().exec_command(f"setsid --wait sh -c {shlex.quote(cmd)}", *arguments, **options)
