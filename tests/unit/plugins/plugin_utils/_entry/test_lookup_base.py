# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lookup makes of its options and of errors."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleLookupError
from ansible.plugins.loader import lookup_loader

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import SHARED
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.lookup_base import CommandLookup

assert lookup_loader  # the plugin system is there


class Echo(CommandLookup):
    """Answers with what it was given."""

    own_options = ("type",)

    def set_options(self, task_keys=None, var_options=None, direct=None):
        defaults = {name: option.get("default") for name, option in SHARED.items()}
        self._values = {**defaults, "type": None, **(direct or {})}

    def get_option(self, option, hostvars=None):
        return self._values[option]

    def find_file_in_search_path(self, myvars, subdir, needle, ignore_missing=False):
        return None

    @staticmethod
    def answer(terms, values, context):
        if values["type"] == "fails":
            raise InsightError("do it", f"{values['password']} is wrong")
        return [(term, values["profile"]["name"], values["type"], context.check_mode) for term in terms]


@pytest.mark.proves("ANSIBLE-3")
def test_answers():
    assert Echo().run(["a", 5], {}, type="event") == [
        ["a", "insight", "event", False],
        [5, "insight", "event", False],
    ]


@pytest.mark.proves("ANSIBLE-3", "SECRET-1")
def test_an_error_is_the_lookup_error_of_ansible_without_secrets():
    with pytest.raises(AnsibleLookupError) as caught:
        Echo().run(["a"], {}, type="fails", password="s3cret-canary")
    assert "Cannot do it" in str(caught.value) and "s3cret-canary" not in str(caught.value)


def test_a_profile_that_is_not_found_is_named():
    with pytest.raises(AnsibleLookupError, match=r"no file mine\.yml was found"):
        Echo().run(["a"], {}, profile="mine.yml")
