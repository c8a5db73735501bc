# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option of all modules stands in few places, and nothing but options travels among the values of options."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.lookup import insight_entity, insight_token
from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_journal_info import JOURNAL_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_token import TOKEN
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import NETWORK
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_drift import CHECK_DRIFT
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_entities import ENTITIES
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_export import EXPORT
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_qualify import QUALIFY
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_report import REPORT

PLUGINS = Path(errors.__file__).resolve().parent.parent
MOST = 4
"""Files: specification and value, documentation, use, and one more."""
USED_WIDELY = {"timeout", "retry_deadline"}
"""Many things have a timeout; requests, logins and the lock of a login are waited for until the deadline."""


def names(tree: ast.AST) -> set[str]:
    """What code names: each text of its own, each attribute, and each option that is documented."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    documented = {name for text in texts for name in re.findall(r"(?<=\n  )\w+(?=:\n)", text)}
    return texts | attributes | documented


CODE = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PLUGINS.glob("**/*.py")}
NAMED = {path: names(tree) for path, tree in CODE.items()}


@pytest.mark.parametrize("name", sorted(set(NETWORK) - USED_WIDELY))
def test_an_option_stands_in_few_files(name: str) -> None:
    files = [path.relative_to(PLUGINS).as_posix() for path, named in NAMED.items() if name in named]
    assert "module_utils/_options/shared.py" in files
    assert "doc_fragments/options.py" in files
    assert len(files) <= MOST, files


COMMANDS = (ENTITY, ENTITY_INFO, JOURNAL_INFO, PROBE, TOKEN, ENTITIES, CHECK_DRIFT, EXPORT, QUALIFY, REPORT)
LOOKUPS = (insight_entity.LookupModule, insight_token.LookupModule)
OPTIONS = {name for command in COMMANDS for name in command.spec} | {
    name for lookup in LOOKUPS for name in lookup.own_options
}


def asked_of_values(tree: ast.AST) -> set[str]:
    """The names for which code asks the values of options."""
    asked = set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.Subscript(value=of, slice=ast.Constant(value=str() as name), ctx=ast.Load())
                | ast.Call(func=ast.Attribute(value=of, attr="get"), args=[ast.Constant(value=str() as name), *_])
            ) if ast.unparse(of) in ("values", "run.values", "self.values"):
                asked.add(name)
    return asked


@pytest.mark.parametrize("path", sorted(path.relative_to(PLUGINS).as_posix() for path in CODE))
def test_only_options_travel_among_the_values_of_options(path: str) -> None:
    assert asked_of_values(CODE[PLUGINS / path]) <= OPTIONS


def test_many_options_are_asked_for() -> None:
    assert len(set().union(*map(asked_of_values, CODE.values()))) > 30
