# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One name means one thing across the engine."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.rimops.insight.plugins.module_utils import errors

PLUGINS = Path(errors.__file__).resolve().parent.parent
SAME = {
    "display": "Ansible's own object, which each plugin gets for itself",
    "flow": "the conversation of a grant, in the file of each",
}
"""Names with several homes and one meaning."""


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to functions, classes, types and values."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for one in targets if isinstance(one, ast.Name))


def is_shared(name: str) -> bool:
    """Whether a name can be met outside its file: what is private, and a constant, is of its file."""
    return not name.startswith("_") and not name.isupper()


HOMES: dict[str, list[str]] = defaultdict(list)
for path in sorted(PLUGINS.glob("*_utils/**/*.py")):
    for name in filter(is_shared, defined(ast.parse(path.read_text(encoding="utf-8")))):
        HOMES[name].append(path.relative_to(PLUGINS).as_posix())


def test_there_is_something_to_look_at():
    assert len(HOMES) > 300
    assert HOMES["ConfigurationError"] == ["module_utils/errors.py"]
    assert HOMES["plan"] == ["module_utils/_entity/plan.py"]


def test_a_name_has_one_home():
    assert {name: homes for name, homes in HOMES.items() if len(homes) > 1 and name not in SAME} == {}
    assert [name for name in SAME if len(HOMES[name]) < 2] == []


def test_a_constant_that_others_use_has_one_home():
    homes: dict[str, set[str]] = defaultdict(set)
    for path in PLUGINS.glob("*_utils/**/*.py"):
        package = path.relative_to(PLUGINS).parts[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
                for alias in node.names:
                    if alias.name.isupper():
                        homes[alias.name].add("/".join(base))
    assert len(homes) > 20
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}
