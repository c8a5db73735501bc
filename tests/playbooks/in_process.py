# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks run in the process of the test: what the action plugins run, without a start of Ansible for each server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from conftest import Played, Player

from ansible_collections.rimops.insight.plugins.module_utils._commands.argument_spec import argument_spec, secret_values
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE
from ansible_collections.rimops.insight.plugins.module_utils._commands.results import run_command
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.action_base import CommandAction
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

Plays = Callable[[Player, list[dict[str, Any]]], Played]
COMMANDS = {command.name: command for command in (ENTITY, ENTITY_INFO, PROBE)}


def run(play: Player, task: dict[str, Any]) -> dict[str, Any]:
    """The result of a task of this collection."""
    [name] = COMMANDS.keys() & task.keys()
    options = {**play.defaults, "token_store": str(play.folder / "store"), **task[name]}
    warnings: list[str] = []
    try:
        profile = profile_data(options.pop("profile", "insight"), options.pop("profile_overrides", None), str)
        checked = ArgumentSpecValidator(argument_spec(COMMANDS[name]), **COMMANDS[name].constraints).validate(options)
        assert checked.error_messages == []
        values = {**checked.validated_parameters, "profile": profile, "profile_overrides": {}}
        context = Context(bool(task.get("check_mode")), bool(task.get("diff")), warn=warnings.append)
        result = run_command(COMMANDS[name], values, context, secret_values(argument_spec(COMMANDS[name]), values))
    except InsightError as error:
        result = {"failed": True, **error.as_result()}
    told: dict[str, Any] = json.loads(json.dumps({"failed": False, **result, "warnings": warnings}))
    return told


def play_here(play: Player, tasks: list[dict[str, Any]]) -> Played:
    """What a run of the tasks gives; the first that fails ends it."""
    played = Played(0, "")
    for task in tasks:
        result = run(play, task)
        status = "failed" if result["failed"] else "ok"
        played.tasks.append({"task": task["name"], "item": False, "status": status, "result": result})
        if result["failed"]:
            return Played(2, result["msg"], played.tasks)
    return played


def action_plugin(kind: type[CommandAction], options: dict[str, Any], folder: Path) -> CommandAction:
    """An action plugin that is ready to run, as Ansible makes it. folder: of the playbook."""
    task, loader, context = Task(), DataLoader(), PlayContext()
    task.args = options
    loader.set_basedir(str(folder))
    local = connection_loader.get("local", context, "/dev/null")
    return kind(task, local, context, loader, Templar(loader), None)
