# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option of all modules stands in few places."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import NETWORK

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


NAMED = {path: names(ast.parse(path.read_text(encoding="utf-8"))) for path in PLUGINS.glob("**/*.py")}


@pytest.mark.parametrize("name", sorted(set(NETWORK) - USED_WIDELY))
def test_an_option_stands_in_few_files(name: str) -> None:
    files = [path.relative_to(PLUGINS).as_posix() for path, named in NAMED.items() if name in named]
    assert "module_utils/_options/shared.py" in files
    assert "doc_fragments/options.py" in files
    assert len(files) <= MOST, files
