# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._options.inputs import inputs_of, system_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError

PROFILE = profile_of(
    {
        "format": 2,
        "name": "mine",
        "types": {},
        "inputs": {"partition": {"required": True}, "domain": {"default": "example"}, "pin": {"secret": True}},
    }
)
URL = "https://a.example.com"


def test_inputs_with_their_defaults():
    assert inputs_of({"partition": "p1"}, PROFILE) == {"partition": "p1", "domain": "example"}
    assert inputs_of({"partition": 5, "domain": True, "pin": ""}, PROFILE) == {"partition": "5", "domain": "true"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "partition is not given"),
        ({"partition": ""}, "partition is not given"),
        ({"partition": "p", "x": 1}, "no input x"),
        ({"partition": ["p"]}, "not a text"),
        ({"partition": "p\n"}, "not a text"),
    ],
)
def test_inputs_that_are_refused(given, why):
    with pytest.raises(ConfigurationError, match=why):
        inputs_of(given, PROFILE)


def test_a_system_is_its_url_and_its_inputs():
    assert system_of(URL, {}, PROFILE) == URL
    shown = system_of(URL, {"partition": "p1", "pin": "hidden", "domain": "d"}, PROFILE)
    assert shown == f'{URL} (domain="d", partition="p1", pin="(secret)")'
