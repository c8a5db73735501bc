# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine speaks of no product: the words of one live in its profile."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors

PLUGINS = Path(errors.__file__).resolve().parent.parent
ENGINE = sorted(PLUGINS.glob("*_utils/**/*.py"))
MODULES = "token|entity|entities|entity_info|journal_info|probe|drift|export|qualify|report"
OURS = re.compile(rf"rimops[./]insight\b|\binsight_({MODULES})\b|\brimops_insight_check\b|\bINSIGHT_|\bInsightError\b")
"""Names of the collection, of its modules, of variables of the environment, of the base of our errors."""
EXACTLY = {
    "_options/shared.py": {"insight"},
    "_entry/lookup_base.py": {"insight_"},
}
"""The profile that is the default, and what variables of Ansible begin with."""
OF_A_PRODUCT = re.compile(r"insight|ennov|calyx|queryfor|xauthtoken|jsessionid|x-csrf|lastchanged", re.IGNORECASE)


def words(tree: ast.AST) -> set[str]:
    """Every text of a file, docstrings and parts of f-strings among them."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def of_a_product(texts: set[str], taken: set[str] = frozenset()) -> list[str]:
    return sorted(text for text in texts - taken if OF_A_PRODUCT.search(OURS.sub("", text)))


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.relative_to(PLUGINS).as_posix())
def test_no_text_speaks_of_a_product(path):
    taken = next((texts for end, texts in EXACTLY.items() if path.as_posix().endswith(end)), set())
    found = words(ast.parse(path.read_text(encoding="utf-8")))
    assert taken <= found
    assert of_a_product(found, taken) == []


def test_a_word_of_a_product_is_seen():
    told = ast.parse(
        'f"as InSight shows {it}"; {"queryFor": 1}; "insight_7_0"; "rimops.insight.insight_token INSIGHT_URL"'
    )
    assert of_a_product(words(told)) == ["as InSight shows ", "insight_7_0", "queryFor"]
