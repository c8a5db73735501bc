# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/profiles.md from profile.schema.json: every key of a profile, its values, its meaning.

With --check, say whether the tables are what the schema says, and change nothing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "profiles.md"
SCHEMA = json.loads((ROOT / "plugins" / "profiles" / "profile.schema.json").read_text(encoding="utf-8"))
TABLES = re.compile(r"(<!-- keys: generated -->\n).*(<!-- end of keys -->)", re.DOTALL)
BASIS = ("source", "assumed", "verified", "note")
OWN_TABLES = ("oauth", "session", "compare", "attributes", "evidence_fields", "operation", "type")
"""Definitions that get a table; where one is used, its table is named instead of repeating it."""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; what it says itself wins."""
    for part in schema.get("allOf", ()):
        schema = {**schema, **part}
    if "$ref" in schema:
        found: dict[str, Any] = resolved(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
        return {**found, **{name: value for name, value in schema.items() if name not in ("$ref", "allOf")}}
    return schema


def table_of(schema: dict[str, Any]) -> str:
    """The definition whose table explains the parts of this schema; empty where they are explained in place."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1].removeprefix("whole_")
    return name if name in OWN_TABLES else ""


def values(schema: dict[str, Any]) -> str:
    """What may stand there."""
    schema = resolved(schema)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "")
    named = {"object": "mapping", "array": "list", "string": "text", "integer": "number", "boolean": "true, false"}
    shown = " or ".join(named.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    if kinds == "array":
        inner = resolved(schema["items"])
        return "list of " + (values(inner) if "enum" in inner else {"integer": "numbers"}.get(inner["type"], "texts"))
    return shown


def rows(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, values and meaning of every key below a schema."""
    whole = resolved(schema)
    for name, inner in whole.get("properties", {}).items():
        if name in BASIS:
            continue
        key = f"{path}{name}"
        table = table_of(inner)
        yield key, values(inner), f"{resolved(inner)['description']}{f' See `{table}` below.' if table else ''}"
        if not table:
            yield from rows(inner, f"{key}.")
    any_name = whole.get("additionalProperties")
    if isinstance(any_name, dict):
        table = table_of(any_name)
        key = f"{path}<name>"
        if table or resolved(any_name).get("properties"):
            yield key, values(any_name), f"One of them. See `{table}` below." if table else "One of them."
        if not table:
            yield from rows(any_name, f"{key}.")


def as_table(title: str, lines: Iterable[tuple[str, str, str]]) -> str:
    """One table."""
    body = "\n".join(f"| `{key}` | {value} | {meaning} |" for key, value, meaning in lines)
    return f"### {title}\n\n| Key | Values | Meaning |\n| --- | --- | --- |\n{body}\n"


def tables() -> str:
    """All tables."""
    parts = [as_table("The whole profile", rows(SCHEMA))]
    parts += [as_table(f"`{name}`", rows(SCHEMA["$defs"][name])) for name in OWN_TABLES]
    known = [(name, values(SCHEMA["$defs"][name]), SCHEMA["$defs"][name]["description"]) for name in BASIS]
    known += [(f"verified.{key}", value, meaning) for key, value, meaning in rows(SCHEMA["$defs"]["verified"])]
    parts.append(as_table("How a thing is known", known))
    return "\n".join(parts)


def page() -> str:
    """The page with its tables as the schema says them."""
    return TABLES.sub(lambda found: f"{found[1]}\n{tables()}\n{found[2]}", PAGE.read_text(encoding="utf-8"))


def main() -> int:
    """The exit code."""
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not what profile.schema.json says. Run: make profile-page", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
