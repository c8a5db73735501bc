# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/profiles.md and docs/profile_language.md from the schemas of profiles: every key of a
profile, its values, its meaning.

With --check, say whether the tables are what the schemas say, and change nothing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = re.compile(r"(<!-- keys: generated -->\n).*(<!-- end of keys -->)", re.DOTALL)
BASIS = ("source", "assumed", "verified", "note")
REQUEST = ("method", "path", "query", "headers", "json", "form", "without", "with")
"""The keys of a request, where they get a table of their own."""


Row = tuple[str, str, str]
"""Key, values and meaning."""


def as_table(title: str, lines: Iterable[Row]) -> str:
    """One table."""
    body = "\n".join(f"| `{key}` | {value} | {meaning} |" for key, value, meaning in lines)
    return f"### {title}\n\n| Key | Values | Meaning |\n| --- | --- | --- |\n{body}\n"


@dataclass(frozen=True)
class Page:
    """A page with the tables of one schema. own_tables: the definitions that get a table, with its title; where one is
    used, its table is named instead of repeating it. words: the definitions whose name says what may stand there.
    once: keys that only the table ``request`` explains."""

    path: Path
    schema_name: str
    own_tables: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    once: Collection[str] = ()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema."""
        whole: dict[str, Any] = json.loads((ROOT / "plugins" / "profiles" / self.schema_name).read_text("utf-8"))
        return whole

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with its reference followed; what it says itself wins."""
        for part in schema.get("allOf", ()):
            schema = {**schema, **part}
        if "$ref" in schema:
            found: dict[str, Any] = self.resolved(self.schema["$defs"][_definition(schema)])
            return {**found, **{name: value for name, value in schema.items() if name not in ("$ref", "allOf")}}
        return schema

    def table_of(self, schema: dict[str, Any]) -> str:
        """The title of the table that explains the parts of this schema; empty where they are explained in place."""
        names = [_definition(one) for one in (schema, *schema.get("anyOf", ()))]
        return next((self.own_tables[name] for name in names if name in self.own_tables), "")

    def values(self, schema: dict[str, Any]) -> str:
        """What may stand there."""
        if _definition(schema) in self.words:
            return self.words[_definition(schema)]
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(map(self.values, schema["anyOf"])))
        if "const" in schema:
            return f"`{json.dumps(schema['const']) if isinstance(schema['const'], bool) else schema['const']}`"
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        kinds = schema.get("type", "any value")
        named = {"object": "mapping", "array": "list", "string": "text", "integer": "number", "boolean": "true, false"}
        if kinds == "array":
            return f"list of {self._elements(schema['items'])}"
        return " or ".join(named.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _elements(self, items: dict[str, Any]) -> str:
        if _definition(items) in self.words:
            return f"{self.words[_definition(items)]}s"
        inner = self.resolved(items)
        if "enum" in inner or "anyOf" in inner or isinstance(inner["type"], list):
            return self.values(inner)
        return {"integer": "numbers"}.get(inner["type"], "texts")

    def rows(self, schema: dict[str, Any], path: str = "", only: Collection[str] = ()) -> Iterator[Row]:
        """Key, values and meaning of every key below a schema. only: these keys, where they are some."""
        whole = self.resolved(schema)
        properties = whole.get("properties", {})
        known = () if only or "method" not in properties else self.once
        for name, inner in properties.items():
            if name in BASIS or name in known or (only and name not in only):
                continue
            key = f"{path}{name}"
            table = self.table_of(inner)
            told = self.resolved(inner)["description"]
            yield key, self.values(inner), f"{told}{f' See `{table}` below.' if table else ''}"
            if not table and _definition(inner) not in self.words:
                yield from self.rows(inner, f"{key}.")
        any_name = whole.get("additionalProperties")
        if isinstance(any_name, dict):
            table = self.table_of(any_name)
            key = f"{path}<name>"
            if table or self.resolved(any_name).get("properties"):
                yield key, self.values(any_name), f"One of them. See `{table}` below." if table else "One of them."
            if not table:
                yield from self.rows(any_name, f"{key}.")

    def tables(self) -> str:
        """All tables."""
        definitions = self.schema["$defs"]
        parts = [as_table("The whole profile", self.rows(self.schema))]
        if self.once:
            parts.append(as_table("`request`", self.rows(definitions["operation"], only=self.once)))
        parts += [as_table(f"`{title}`", self.rows(definitions[name])) for name, title in self.own_tables.items()]
        known = [(name, self.values(definitions[name]), definitions[name]["description"]) for name in BASIS]
        known += [(f"verified.{key}", value, meaning) for key, value, meaning in self.rows(definitions["verified"])]
        parts.append(as_table("How a thing is known", known))
        return "\n".join(parts)

    @property
    def text(self) -> str:
        """The page with its tables as the schema says them."""
        written = self.path.read_text(encoding="utf-8")
        return TABLES.sub(lambda found: f"{found[1]}\n{self.tables()}\n{found[2]}", written)


def _definition(schema: dict[str, Any]) -> str:
    """The name of the definition to which a schema refers; empty where it refers to none."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1].removeprefix("whole_")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


PAGES = (
    Page(
        ROOT / "docs" / "profiles.md",
        "profile.schema.json",
        _same("oauth", "session", "compare", "attributes", "evidence_fields", "operation", "type"),
    ),
    Page(
        ROOT / "docs" / "profile_language.md",
        "profile_2.schema.json",
        {
            **_same("oauth", "session", "step"),
            "alternative": "predicate",
            "attribute": "attribute",
            "part": "part",
            "step_request": "step of a change",
            **_same("id", "evidence_fields", "paging", "operation", "type"),
        },
        {"predicate": "predicate", "place": "place", "take": "mapping of places", "names": "list of texts"},
        REQUEST,
    ),
)


def main() -> int:
    """The exit code."""
    stale = [page for page in PAGES if page.path.read_text(encoding="utf-8") != page.text]
    if "--check" not in sys.argv:
        for page in stale:
            page.path.write_text(page.text, encoding="utf-8")
        return 0
    for page in stale:
        told = f"{page.path.relative_to(ROOT)} is not what {page.schema_name} says. Run: make profile-page"
        print(told, file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
