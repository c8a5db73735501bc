# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action base of the modules that run on the controller only: there are the manifests, the vault, the files."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

from ...module_utils.errors import ConfigurationError
from .action_base import CommandAction, display


class EnvironmentAction(CommandAction):
    """An action plugin that runs a command over manifests."""

    def _run_here(self, given: dict[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
        """Run the command. This process is a fork: what it inherited takes no memory of its own as long as the garbage
        collector leaves it alone."""
        gc.freeze()
        result = super()._run_here(given, read)
        self._show_diff(result)
        return result

    def _show_diff(self, result: Mapping[str, Any]) -> None:
        """Show the diff of a task that reports no change, such as a plan: Ansible shows only those of tasks that
        changed something."""
        text = result.get("diff", {}).get("prepared")
        if text and not (result["changed"] or result.get("failed") or self._task.no_log):
            display.display(text.rstrip("\n"), stderr=True)

    def _read_files(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The same. Raises ConfigurationError where it would run elsewhere."""
        if not self._runs_here():
            raise ConfigurationError(
                f"run {self.command.name}",
                "this runs on the controller only, in the task's own process",
                "Set delegate_to: localhost, without async and become.",
            )
        return super()._read_files(values)
