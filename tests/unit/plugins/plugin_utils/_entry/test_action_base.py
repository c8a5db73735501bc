# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment that a task sets for itself."""

from __future__ import annotations

import os

import pytest

from ansible_collections.rimops.insight.plugins.plugin_utils._entry.action_base import environment


def test_it_is_there_for_a_while(monkeypatch):
    monkeypatch.setenv("INSIGHT_URL", "before")
    monkeypatch.delenv("INSIGHT_SCOPE", raising=False)
    before = dict(os.environ)
    with environment({"INSIGHT_URL": "within", "INSIGHT_SCOPE": "new"}):
        assert (os.environ["INSIGHT_URL"], os.environ["INSIGHT_SCOPE"]) == ("within", "new")
    assert dict(os.environ) == before


def test_it_is_gone_after_a_failure():
    before = dict(os.environ)
    with pytest.raises(KeyboardInterrupt), environment({"INSIGHT_URL": "within"}):
        raise KeyboardInterrupt
    assert dict(os.environ) == before
