# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """The attributes that every module of the collection has."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/rimops.insight.insight) in C(module_defaults) to set options for every module of the
      collection.
    support: full
    membership:
      - rimops.insight.insight
  action:
    description: Runs in the controller's process when the connection is local.
    support: full
  async:
    description: Can be used with the C(async) keyword; it then runs as an ordinary module.
    support: full
  platform:
    description: The systems on which the task can run.
    support: full
    platforms: posix
"""
