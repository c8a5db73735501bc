# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that tells the simulator something, so that one playbook can go through many troubles."""

from __future__ import annotations

import json
import os
from typing import Any

import requests
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Sends each of the task's ``requests``: method, path and JSON body."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        arguments = json.loads(json.dumps(self._task.args))
        answers = []
        for method, path, body in arguments["requests"]:
            url = f"{os.environ['RIMOPS_SERVER']}/_simulator/{path}"
            answer = requests.request(method, url, json=body, verify=os.environ["RIMOPS_SERVER_CA"], timeout=600)
            answer.raise_for_status()
            answers.append(answer.json() if answer.content else None)
        return {"changed": False, "answers": answers}
