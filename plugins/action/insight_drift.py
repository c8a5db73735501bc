# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_drift import CHECK_DRIFT
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.environment_base import EnvironmentAction


class ActionModule(EnvironmentAction):
    """Runs the module's command in the controller's process, and nowhere else."""

    command = CHECK_DRIFT
