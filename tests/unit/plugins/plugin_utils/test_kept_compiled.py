# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The compiled files of the engine are kept, as ansible-core's own loader does not."""

import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins import plugin_utils

PLUGINS = Path(plugin_utils.__file__).parents[1]
OURS = "ansible_collections.rimops.insight.plugins"


@pytest.mark.parametrize("name", ["module_utils.errors", "module_utils._auth", "plugin_utils._entry.orphan"])
def test_modules_of_the_engine_are_loaded_as_python_loads_them(name):
    *folders, last = name.split(".")
    found = plugin_utils.KeptCompiled.find_spec(f"{OURS}.{name}", [str(PLUGINS.joinpath(*folders))])
    assert isinstance(found.loader, SourceFileLoader)
    assert found.cached.endswith(f"{sys.implementation.cache_tag}.pyc")
    assert Path(found.origin).stem in (last, "__init__")


@pytest.mark.parametrize("name", ["plugins", "plugins.module_utils", "plugins.modules.insight_token", "roles.x"])
def test_other_modules_are_left_to_others(name):
    assert plugin_utils.KeptCompiled.find_spec(f"ansible_collections.rimops.insight.{name}", [str(PLUGINS)]) is None
    assert plugin_utils.KeptCompiled.find_spec("ansible_collections.other.one.plugins.module_utils.x", ["/"]) is None


def test_a_module_that_is_not_there_is_left_to_others():
    assert plugin_utils.KeptCompiled.find_spec(f"{OURS}.module_utils.none", [str(PLUGINS / "module_utils")]) is None
