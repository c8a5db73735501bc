# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a grant is stands in its registry alone: nobody asks for its name."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.login import LOGIN
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.registry import GRANTS
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import GRANT_TYPES

PLUGINS = Path(errors.__file__).resolve().parent.parent
HOMES = ("module_utils/_auth/grants/", "module_utils/_options/shared.py")
"""The registry, and the choices of the option grant_type."""
ASKED = re.compile("grant")
"""What a comparison is about."""
ALSO_OPTIONS = {"password", "refresh_token", "login"}
"""Names that options, fields and steps have too."""


def constants(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def compares(node: ast.AST, names: set[str]) -> bool:
    """Whether a comparison asks a grant for one of the names."""
    if not isinstance(node, ast.Compare):
        return False
    operands = [node.left, *node.comparators]
    literal = [one for one in operands if isinstance(one, (ast.Constant, ast.Tuple, ast.List, ast.Set))]
    about = [one for one in operands if one not in literal and ASKED.search(ast.unparse(one))]
    return bool(about) and any(constants(one) & names for one in literal)


def switches(source: str, names: set[str]) -> Iterator[str]:
    """The places of a source that decide by one of these names."""
    own = names - ALSO_OPTIONS
    for node in ast.walk(ast.parse(source)):
        matched = isinstance(node, ast.match_case) and constants(node.pattern) & names
        tabled = isinstance(node, ast.Dict) and {key.value for key in node.keys if isinstance(key, ast.Constant)} & own
        listed = isinstance(node, (ast.Tuple, ast.List, ast.Set)) and constants(node) & own
        if compares(node, names) or matched or tabled or listed:
            yield ast.unparse(node)


def test_nobody_else_decides_by_a_name():
    paths = [path for path in PLUGINS.glob("**/*.py") if not str(path.relative_to(PLUGINS)).startswith(HOMES)]
    assert len(paths) > 100
    assert {str(path): found for path in paths if (found := [*switches(path.read_text(), {*GRANTS})])} == {}


@pytest.mark.parametrize(
    "source",
    [
        'self.grant == "login"',
        'grant in (*INTERACTIVE, "refresh_token")',
        'identity.grant_type != "password"',
        'FLOWS = {"client_credentials": ask}',
        'INTERACTIVE = ("authorization_code", "device_code")',
        'match one:\n    case "device_code":\n        pass',
    ],
)
def test_a_decision_by_a_name_is_seen(source):
    assert [*switches(source, {*GRANTS})] != []


def test_the_option_has_the_grants_as_its_choices():
    assert sorted(GRANT_TYPES) == sorted(GRANTS)
    assert all(name == one.name for name, one in GRANTS.items())


def test_the_profile_has_the_grants_as_its_choices():
    schema = json.loads((PLUGINS / "profiles" / "profile.schema.json").read_text(encoding="utf-8"))
    assert sorted(schema["$defs"]["oauth"]["properties"]["grants"]["properties"]) == sorted({*GRANTS} - {LOGIN.name})
