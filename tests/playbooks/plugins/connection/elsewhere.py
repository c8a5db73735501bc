# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another host, as far as Ansible can tell: the local connection under another name."""

from __future__ import annotations

DOCUMENTATION = r"""
name: elsewhere
short_description: Runs modules in processes of their own on this machine
description: The local connection under another transport, so that nothing recognises it as local.
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

from ansible.plugins.connection.local import Connection as LocalConnection


class Connection(LocalConnection):
    """Executes as the local connection does."""

    transport = "elsewhere"
