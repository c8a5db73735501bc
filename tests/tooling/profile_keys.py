# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/profile_language.md from the schema of profiles: every key of a profile, its values, its
meaning.

With --check, say whether the tables are what the schema says, and change nothing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "profile_language.md"
SCHEMA: dict[str, Any] = json.loads((ROOT / "plugins" / "profiles" / "profile.schema.json").read_text(encoding="utf-8"))
TABLES = re.compile(r"(<!-- keys: generated -->\n).*(<!-- end of keys -->)", re.DOTALL)
BASIS = ("source", "assumed", "verified", "note")
REQUEST = ("method", "path", "query", "headers", "json", "form", "without", "with", "busy")
"""The keys of a request. Only the table ``request`` explains them."""
OWN_TABLES = {
    "oauth": "oauth",
    "session": "session",
    "step": "step",
    "alternative": "predicate",
    "attribute": "attribute",
    "part": "part",
    "completing": "completing",
    "step_request": "step of a change",
    "error_place": "error",
    "id": "id",
    "evidence_fields": "evidence_fields",
    "paging": "paging",
    "operation": "operation",
    "type": "type",
}
"""The definitions that get a table, with its title. Where one is used, its table is named instead of repeating it."""
WORDS = {
    "predicate": "predicate",
    "place": "place",
    "place_of_version": "place",
    "take": "mapping of places",
    "names": "list of texts",
}
"""The definitions of which the page says in words what may stand there."""

Row = tuple[str, str, str]
"""Key, values and meaning."""


def as_table(title: str, lines: Iterable[Row]) -> str:
    """One table."""
    body = "\n".join(f"| `{key}` | {value} | {meaning} |" for key, value, meaning in lines)
    return f"### {title}\n\n| Key | Values | Meaning |\n| --- | --- | --- |\n{body}\n"


def definition(schema: dict[str, Any]) -> str:
    """The name of the definition to which a schema refers; empty where it refers to none."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1].removeprefix("whole_")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; what it says itself wins."""
    for part in schema.get("allOf", ()):
        schema = {**schema, **part}
    if "$ref" in schema:
        found: dict[str, Any] = resolved(SCHEMA["$defs"][definition(schema)])
        return {**found, **{name: value for name, value in schema.items() if name not in ("$ref", "allOf")}}
    return schema


def table_of(schema: dict[str, Any]) -> str:
    """The title of the table that explains the parts of this schema; empty where they are explained in place."""
    names = [definition(one) for one in (schema, *schema.get("anyOf", ()))]
    return next((OWN_TABLES[name] for name in names if name in OWN_TABLES), "")


def values(schema: dict[str, Any]) -> str:
    """What may stand there."""
    if definition(schema) in WORDS:
        return WORDS[definition(schema)]
    schema = resolved(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(values, schema["anyOf"])))
    if "const" in schema:
        return f"`{json.dumps(schema['const']) if isinstance(schema['const'], bool) else schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "any value")
    named = {"object": "mapping", "array": "list", "string": "text", "integer": "number", "boolean": "true, false"}
    if kinds == "array":
        return f"list of {_elements(schema['items'])}"
    return " or ".join(named.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _elements(items: dict[str, Any]) -> str:
    if definition(items) in WORDS:
        return f"{WORDS[definition(items)]}s"
    inner = resolved(items)
    if "enum" in inner or "anyOf" in inner or isinstance(inner["type"], list):
        return values(inner)
    return {"integer": "numbers"}.get(inner["type"], "texts")


def rows(schema: dict[str, Any], path: str = "", only: Collection[str] = ()) -> Iterator[Row]:
    """Key, values and meaning of every key below a schema. only: these keys, where they are some."""
    whole = resolved(schema)
    properties = whole.get("properties", {})
    known = () if only or "method" not in properties else REQUEST
    for name, inner in properties.items():
        if name in BASIS or name in known or (only and name not in only):
            continue
        key = f"{path}{name}"
        table = table_of(inner)
        yield key, values(inner), f"{resolved(inner)['description']}{f' See `{table}` below.' if table else ''}"
        if not table and definition(inner) not in WORDS:
            yield from rows(inner, f"{key}.")
    any_name = whole.get("additionalProperties")
    if isinstance(any_name, dict):
        table = table_of(any_name)
        key = f"{path}<name>"
        if table or resolved(any_name).get("properties"):
            yield key, values(any_name), f"One of them. See `{table}` below." if table else "One of them."
        if not table:
            yield from rows(any_name, f"{key}.")


def tables() -> str:
    """All tables."""
    definitions = SCHEMA["$defs"]
    parts = [as_table("The whole profile", rows(SCHEMA))]
    parts.append(as_table("`request`", rows(definitions["operation"], only=REQUEST)))
    parts += [as_table(f"`{title}`", rows(definitions[name])) for name, title in OWN_TABLES.items()]
    known = [(name, values(definitions[name]), definitions[name]["description"]) for name in BASIS]
    known += [(f"verified.{key}", value, meaning) for key, value, meaning in rows(definitions["verified"])]
    parts.append(as_table("How a thing is known", known))
    return "\n".join(parts)


def main() -> int:
    """The exit code."""
    written = PAGE.read_text(encoding="utf-8")
    text = TABLES.sub(lambda found: f"{found[1]}\n{tables()}\n{found[2]}", written)
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif text != written:
        told = f"{PAGE.relative_to(ROOT)} is not what profile.schema.json says. Run: make profile-page"
        print(told, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
