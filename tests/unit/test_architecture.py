# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who imports whom: dependencies point one way only, and the pure middle does nothing but think."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors

PLUGINS = Path(errors.__file__).resolve().parent.parent
PREFIX = "ansible_collections.rimops.insight.plugins."
ENGINE = {path.relative_to(PLUGINS).as_posix() for path in PLUGINS.glob("module_utils/**/*.py")}

PURE = {
    "entities": (
        "normalise",
        "paths",
        "rules",
        "spelling",
        "place",
        "mistyped",
        "compare",
        "encoded",
        "mask",
        "echoes",
        "shown",
        "plan",
        "refute",
        "said",
        "suggest",
        "verify",
    ),
    "environment": ("entry", "order", "digest"),
}
"""Comparing, planning and ordering."""
PURE_NAMES = tuple(f"{room}.{name}" for room, names in PURE.items() for name in names)

FLOORS = (
    ("errors", "command", "version"),
    ("profile", "schema", "secrets"),
    ("options",),
    ("transport",),
    ("entities.pure",),
    ("environment.pure",),
    ("auth",),
    ("entities",),
    ("environment",),
    ("connection",),
    ("commands", "probe"),
    ("environment_run",),
    ("environments",),
    ("specification", "results"),
    ("module_door",),
)
"""From the ground up; a file imports from its own floor and from those below."""

ONLY_HERE = {
    "requests": {"module_utils/transport/http.py"},
    "urllib3": {"module_utils/transport/http.py"},
    "jsonschema": {"module_utils/schema.py"},
    "referencing": {"module_utils/schema.py"},
    "ansible": {"module_utils/specification.py", "module_utils/module_door.py", "module_utils/secrets.py"},
}


def imports(path: str, tree: ast.AST) -> set[str]:
    """What a file imports, wherever in it: our own modules as ``module_utils.errors``, others by their full names."""
    package = path.split("/")[:-1]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return {name[len(PREFIX) :] if name.startswith(PREFIX) else name for name in found}


IMPORTS = {path: imports(path, ast.parse((PLUGINS / path).read_text(encoding="utf-8"))) for path in ENGINE}


def floor(name: str) -> int:
    """The floor of a module given as ``module_utils.entities.compare.Change`` or by its path."""
    _root, room, *rest = name.replace("/", ".").split(".")
    inner = rest[0] if rest else ""
    room = f"{room}.pure" if inner in PURE.get(room, ()) else room
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def test_there_is_something_to_look_at():
    assert len(ENGINE) > 20
    assert "module_utils.errors.ConfigurationError" in IMPORTS["module_utils/options.py"]
    assert {f"module_utils/{name.replace('.', '/')}.py" for name in PURE_NAMES} <= ENGINE


@pytest.mark.parametrize("path", sorted(ENGINE))
def test_imports_point_down(path):
    ours = {name for name in IMPORTS[path] if name.startswith("module_utils.")}
    assert [name for name in sorted(ours) if floor(name) > floor(path[: -len(".py")])] == []


@pytest.mark.parametrize("path", sorted(ENGINE))
def test_the_engine_does_not_know_the_controller(path):
    assert [
        name for name in IMPORTS[path] if name.split(".")[0] in ("plugin_utils", "action", "modules", "lookup")
    ] == []


@pytest.mark.parametrize("library", sorted(ONLY_HERE))
def test_a_library_is_imported_in_one_place(library):
    users = {path for path, names in IMPORTS.items() if library in {name.split(".")[0] for name in names}}
    assert users <= ONLY_HERE[library]


@pytest.mark.parametrize("name", PURE_NAMES)
def test_comparing_and_planning_do_no_work_of_others(name):
    path = f"module_utils/{name.replace('.', '/')}.py"
    allowed = {"module_utils.errors", *(f"module_utils.{one}" for one in PURE_NAMES)}
    ours = {one.rsplit(".", 1)[0] for one in IMPORTS[path] if one.startswith("module_utils.")}
    assert ours <= allowed
    others = {one.split(".")[0] for one in IMPORTS[path]} - {"module_utils"}
    known = (
        "__future__ base64 collections dataclasses datetime enum functools "
        "graphlib hashlib hmac html itertools json quopri re typing unicodedata urllib"
    )
    assert others <= set(known.split())
    assert not any(one.startswith("urllib.request") for one in IMPORTS[path])


def functions():
    for path in sorted(PLUGINS.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(PLUGINS)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_and_files_stay_small():
    assert [name for name, lines in functions() if lines > 40] == []
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PLUGINS.glob("**/*.py")}
    assert [str(path) for path, lines in sizes.items() if lines > 400] == []
