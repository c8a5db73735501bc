# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who imports whom: rooms are packages, and dependencies between them point one way only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors

PLUGINS = Path(errors.__file__).resolve().parent.parent
PREFIX = "ansible_collections.rimops.insight.plugins."
ENGINE = sorted(path.relative_to(PLUGINS).as_posix() for path in PLUGINS.glob("*_utils/**/*.py"))

FLOORS = (
    ("module_utils.errors", "module_utils.version"),
    ("module_utils._text",),
    ("module_utils._profile",),
    ("module_utils._options",),
    ("module_utils._transport",),
    ("module_utils._auth",),
    ("module_utils._entity",),
    ("module_utils._journal",),
    ("module_utils._probe",),
    ("module_utils._commands",),
    ("plugin_utils._files",),
    ("plugin_utils._manifest",),
    ("plugin_utils._environment",),
    ("plugin_utils._report",),
    ("plugin_utils._export",),
    ("plugin_utils._commands",),
    ("plugin_utils._entry",),
)
"""From the ground up; a room imports from itself and from those below."""
STRANGERS = (("module_utils._entity", "module_utils._auth"),)
"""Rooms that do not know one another, though one stands below the other."""

PURE = (
    "module_utils._text.records",
    "module_utils._text.echoes",
    "module_utils._text.encoded",
    "module_utils._text.json_forms",
    "module_utils._text.mentions",
    "module_utils._text.nested_paths",
    "module_utils._text.redaction",
    "module_utils._text.spelling",
    "module_utils._options.waiting",
    "module_utils._profile.attributes",
    "module_utils._profile.completing",
    "module_utils._profile.merging",
    "module_utils._profile.mismatch",
    "module_utils._profile.model",
    "module_utils._profile.operation",
    "module_utils._profile.parts",
    "module_utils._profile.predicate",
    "module_utils._profile.request_template",
    "module_utils._profile.server_messages",
    "module_utils._profile.session_rules",
    "module_utils._profile.template",
    "module_utils._profile.version",
    "module_utils._entity.address",
    "module_utils._entity.bodies",
    "module_utils._entity.collateral",
    "module_utils._entity.compare",
    "module_utils._entity.desired_state",
    "module_utils._entity.masks",
    "module_utils._entity.mistyped",
    "module_utils._entity.normalise",
    "module_utils._entity.place",
    "module_utils._entity.plan",
    "module_utils._entity.read_back",
    "module_utils._entity.rules",
    "module_utils._entity.secret_policy",
    "module_utils._entity.shown_secrets",
    "module_utils._entity.suggest",
    "module_utils._journal.digest",
    "plugin_utils._environment.graph",
    "plugin_utils._manifest.entry",
)
"""Comparing, planning and ordering: values in, values out."""
KNOWN = (
    *("__future__", "base64", "collections", "dataclasses", "datetime", "decimal", "difflib", "enum", "functools"),
    *("graphlib", "hashlib", "hmac", "html", "itertools", "json", "math", "quopri", "re", "typing", "unicodedata"),
    "urllib",
    "typing_extensions",  # for the type checker alone
)
"""What pure files import of the standard library."""

ONLY_HERE = {
    "typing_extensions": {"module_utils/_text/records.py"},
    "requests": {"module_utils/_transport/connections.py"},
    "urllib3": {"module_utils/_transport/connections.py"},
    "jsonschema": {"module_utils/_profile/json_schema.py"},
    "referencing": {"module_utils/_profile/json_schema.py"},
    "ansible": {
        "module_utils/_commands/argument_spec.py",
        "module_utils/_commands/module_entry.py",
        "module_utils/_text/ansible_secrets.py",
    },
}
"""Libraries that the engine imports in one place; plugin_utils runs within Ansible and imports it as it likes."""


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
    return {name.removeprefix(PREFIX) for name in found}


IMPORTS = {path: imports(path, ast.parse((PLUGINS / path).read_text(encoding="utf-8"))) for path in ENGINE}


def room(name: str) -> str:
    """The room of a module given as ``module_utils._entity.compare.Change`` or by its path."""
    return ".".join(name.removesuffix(".py").replace("/", ".").split(".")[:2])


def floor(name: str) -> int:
    """The number of the floor on which a module lies."""
    return next(number for number, rooms in enumerate(FLOORS) if room(name) in rooms)


def ours(path: str) -> list[str]:
    """The modules of the engine that a file imports."""
    return sorted(name for name in IMPORTS[path] if name.startswith(("module_utils.", "plugin_utils.")))


def test_there_is_something_to_look_at():
    assert len(ENGINE) > 80
    assert "module_utils.errors.ConfigurationError" in IMPORTS["module_utils/_options/shared.py"]
    assert {f"{name.replace('.', '/')}.py" for name in PURE} <= set(ENGINE)


@pytest.mark.parametrize("path", [path for path in ENGINE if not path.endswith("__init__.py")])
def test_imports_point_down(path):
    assert [name for name in ours(path) if floor(name) > floor(path)] == []
    assert [name for name in ours(path) if (room(path), room(name)) in STRANGERS] == []
    assert [name for name in IMPORTS[path] if name.split(".")[0] in ("action", "modules", "lookup")] == []


@pytest.mark.parametrize("library", sorted(ONLY_HERE))
def test_a_library_is_imported_in_one_place(library):
    users = {path for path, names in IMPORTS.items() if library in {name.split(".")[0] for name in names}}
    assert {path for path in users if path.startswith("module_utils/")} <= ONLY_HERE[library]


@pytest.mark.parametrize("name", PURE)
def test_comparing_and_planning_do_no_work_of_others(name):
    path = f"{name.replace('.', '/')}.py"
    allowed = {"module_utils.errors", *PURE}
    assert {one.rsplit(".", 1)[0] for one in ours(path)} <= allowed
    assert {one.split(".")[0] for one in IMPORTS[path]} <= {"module_utils", "plugin_utils", *KNOWN}
    assert not any(one.startswith("urllib.request") for one in IMPORTS[path])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("module_utils/_text/redaction.py", "module_utils._entity.plan.Plan"),
        ("module_utils/_entity/plan.py", "module_utils._auth.store.FileStore"),
        ("module_utils/_commands/results.py", "plugin_utils._entry.action_base.ActionBase"),
    ],
)
def test_an_import_that_points_up_is_seen(path, name):
    assert floor(name) > floor(path) or (room(path), room(name)) in STRANGERS


def functions():
    for path in sorted(PLUGINS.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(PLUGINS)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_and_files_stay_small():
    assert [name for name, lines in functions() if lines > 40] == []
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PLUGINS.glob("**/*.py")}
    assert [str(path) for path, lines in sizes.items() if lines > 400] == []
