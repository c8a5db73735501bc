# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an entry needs to know of an argument specification."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.rimops.insight.plugins.module_utils._commands.argument_spec import argument_spec, secret_values
from ansible_collections.rimops.insight.plugins.module_utils._commands.base import Command
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import SHARED

OWN = {"name": {"type": "str", "no_log": False}, "hidden": {"type": "dict", "no_log": True}}
COMMAND = Command("x.y.z", {**SHARED, **OWN}, lambda values, context: {})


def validated(given):
    return ArgumentSpecValidator(argument_spec(COMMAND)).validate(given).validated_parameters


@pytest.mark.proves("ANSIBLE-2")
@pytest.mark.parametrize("name", SHARED)
def test_the_environment_counts_where_the_task_says_nothing(name, monkeypatch):
    text, value = {
        "bool": ("false", False), "float": ("7.5", 7.5), "int": ("3", 3)
    }.get(SHARED[name]["type"], ("password", "password"))  # fmt: skip
    monkeypatch.setenv(f"INSIGHT_{name.upper()}", text)
    if SHARED[name]["type"] == "dict":
        assert validated({})[name] is None
        return
    assert validated({})[name] == value
    given = {"bool": True, "float": 1.5, "int": 9}.get(SHARED[name]["type"], "login")
    assert validated({name: given})[name] == given


@pytest.mark.proves("ANSIBLE-2")
@pytest.mark.parametrize("name", SHARED)
def test_an_empty_variable_of_the_environment_counts_as_none(name, monkeypatch):
    monkeypatch.setenv(f"INSIGHT_{name.upper()}", "")
    assert validated({})[name] == SHARED[name].get("default")


def test_own_options_have_no_fallback(monkeypatch):
    monkeypatch.setenv("INSIGHT_NAME", "x")
    assert validated({})["name"] is None
    assert argument_spec(COMMAND)["name"] == OWN["name"]


def test_the_specification_stays_as_it_was():
    argument_spec(COMMAND)
    assert "fallback" not in SHARED["url"]


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize(
    ("values", "secrets"),
    [
        ({}, set()),
        ({"url": "https://a", "name": "x"}, set()),
        ({"password": "a", "client_secret": None}, {"a"}),
        ({"hidden": {"a": {"b": ["x", 5, None, True, {"c": 1.5}]}}}, {"x", "5", "1.5"}),
        ({"session": {"secret": "s", "url": "https://a"}}, {"s"}),
        ({"session": None}, set()),
        ({"session": "text"}, set()),
    ],
)
def test_secret_values(values, secrets):
    assert secret_values(COMMAND.spec, values) == secrets
