# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes to another host beside the options of a module."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.base import HandOver, hand_over, handed_over
from ansible_collections.rimops.insight.plugins.module_utils._commands.connection import connect, forget_connections
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

VALUES = {"url": "https://a.example.com", "profile": built_in("insight")}
REFUSAL = {"operation": "operations.update", "entity": "event (a)", "why": "lost", "profile_key": "k"}


@pytest.mark.proves("ASSUMED-1", "LUCK-22")
@pytest.mark.parametrize("values", [VALUES, {"journal": "evidence"}])
@pytest.mark.parametrize("beside", [HandOver(), HandOver([REFUSAL]), HandOver([], 60), HandOver([REFUSAL], 60)])
def test_what_is_handed_over_arrives_and_is_none_of_the_options(values, beside):
    received, came = handed_over(json.loads(json.dumps(hand_over(values, beside))))
    assert received == values
    assert came == (beside if "profile" in values else HandOver())


@pytest.mark.proves("ASSUMED-1")
def test_what_another_process_has_learnt_is_known_here():
    forget_connections()
    context = Context(check_mode=False, diff_mode=False, warn=print, held_back=[REFUSAL])
    spec = {name: option.get("default") for name, option in ENTITY.spec.items()}
    assert connect(
        {**spec, **VALUES, "access_token": "a-token-canary", "token_store": "none"}, context
    ).canary_writes.held_back == [REFUSAL]
    forget_connections()
