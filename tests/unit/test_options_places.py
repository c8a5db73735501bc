# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option of all modules stands in few places."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import NETWORK

PLUGINS = Path(errors.__file__).resolve().parent.parent
MOST = 4
"""Files: specification and value, documentation, use, and one more."""
USED_WIDELY = {"timeout", "retry_deadline"}
"""Many things have a timeout; requests, logins and the lock of a login are waited for until the deadline."""
CODE = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PLUGINS.glob("**/*.py")}


def uses(tree: ast.AST, name: str) -> bool:
    """Whether code names an option: as a text of its own, as an attribute, or as documented."""
    return any(
        (isinstance(node, ast.Constant) and node.value == name)
        or (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and f"\n  {name}:\n" in node.value)
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("name", sorted(set(NETWORK) - USED_WIDELY))
def test_an_option_stands_in_few_files(name: str) -> None:
    files = [path.relative_to(PLUGINS).as_posix() for path, tree in CODE.items() if uses(tree, name)]
    assert "module_utils/_options/shared.py" in files
    assert "doc_fragments/options.py" in files
    assert len(files) <= MOST, files
