# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports, and what is done with them, through the action plugins in the process of the test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Player
from environments import LISTED
from in_process import action_plugin

from ansible_collections.rimops.insight.plugins.action import insight_drift, insight_entities, insight_export
from ansible_collections.rimops.insight.plugins.module_utils._commands.connection import forget_connections


@dataclass
class Exporter:
    """Runs tasks in the folder of a player."""

    play: Player

    def export(self, to: str = "out", check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        """The result of an export."""
        return self._run(insight_export.ActionModule, {"to": to, **options}, check, diff)

    def apply(self, folder: str = "out", check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of bringing the system to what an export says."""
        given = {"manifest": [str(self.folder / folder)], "wait": False, **options}
        return self._run(insight_entities.ActionModule, given, check, True)

    def drift(self, folder: str = "out", **options: Any) -> dict[str, Any]:
        """The result of a check against what an export, or a manifest, says."""
        given = {"manifest": [str(self.folder / folder)], **options}
        return self._run(insight_drift.ActionModule, given, check=False, diff=False)

    def _run(self, kind: Any, options: dict[str, Any], check: bool, diff: bool) -> dict[str, Any]:
        forget_connections()
        defaults = {"profile_overrides": LISTED, **self.play.defaults, "token_store": str(self.folder / "store")}
        action = action_plugin(kind, {**defaults, **options}, self.folder)
        action._task.check_mode, action._task.diff = check, diff
        result: dict[str, Any] = json.loads(json.dumps(action.run(task_vars={})))
        return result

    @property
    def folder(self) -> Path:
        """Beside the playbook."""
        return self.play.folder

    def files(self, folder: str = "out") -> dict[str, str]:
        """The texts of the files of an export."""
        return {path.name: path.read_text(encoding="utf-8") for path in sorted((self.folder / folder).glob("*"))}
