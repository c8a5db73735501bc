# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that Ansible's check refuses: the error goes out as all others do."""

from __future__ import annotations

import json

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

from ansible_collections.rimops.insight.plugins.action.insight_entity import ActionModule
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK, know

OPTIONS = {"url": "https://a.example.com", "type": "application", "key": {"appCode": "1"}, "password": "hunter22"}


def run(**options):
    """The result of a task with these options, in this process."""
    task, loader, context = Task(), DataLoader(), PlayContext()
    task.args = {**OPTIONS, **options}
    local = connection_loader.get("local", context, "/dev/null")
    return ActionModule(task, local, context, loader, Templar(loader), None).run(task_vars={})


@pytest.mark.proves("SECRET-22", "SECRET-23")
def test_a_refused_option_is_told_harmlessly_and_without_any_secret_that_was_met():
    know(["an-older-secret"])
    result = run(state="hunter22 an-older-secret ##vso[x] \u202e")
    assert result["failed"] and result["error"] == {"kind": "ConfigurationError"}
    assert f"got: {MASK} {MASK} #\\x23vso[x] \\u202e" in result["msg"]
    assert "hunter22" not in json.dumps(result) and "older" not in json.dumps(result)


@pytest.mark.proves("SECRET-22")
def test_no_word_of_a_refusal_is_lost_to_a_secret():
    result = run(state="gone", password="ConfigurationError")
    assert result["error"] == {"kind": "ConfigurationError"}
