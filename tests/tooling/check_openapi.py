# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold recorded requests against descriptions (OpenAPI 3, Swagger 2): check_openapi.py [folder [recorded]].

folder: the descriptions, *.json and *.yaml (else the variable OPENAPI). recorded: the folder in which the stand-ins of
tests/systems have written requests (else build/recorded). One line for each request that is not valid; exit code 1
when there is one, or when nothing was recorded.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from layout import BUILD
from openapi_core import Config, OpenAPI
from openapi_core.templating.paths.exceptions import OperationNotFound, PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.testing import MockRequest

HOST = "http://recorded"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
FORM = "application/x-www-form-urlencoded"
# Of an identity platform at the same host, which no description is about.
ELSEWHERE = re.compile(r"/[^/]+/oauth2/(v2\.0/)?(token|authorize|devicecode)")
# The descriptions themselves are not ours to judge. The other types are JSON, too, which the validator does not know.
PATCHES = ("application/merge-patch+json", "application/json-patch+json")
CONFIG = Config(
    spec_validator_cls=None,
    extra_media_type_deserializers={name: lambda body, **_more: json.loads(body) for name in PATCHES},
)
# Where a description contradicts its own examples and words: its title, the place below its schemas, what it means.
DAY = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
CONTRADICTIONS: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    ("Legal Service", ("UpdateLegalTag", "properties", "expirationDate"), DAY),
    ("Legal Service", ("Properties", "properties", "expirationDate"), DAY),
    ("Storage Service", ("JsonPatch",), {"type": "array", "items": {"type": "object"}}),
)
Json = dict[str, Any]


@dataclass(frozen=True)
class Description:
    """A description, ready to be asked. content: what it says, in the form of OpenAPI 3."""

    name: str
    content: Json
    openapi: OpenAPI

    def operation(self, request: Json) -> Any:
        """What the description says of the method and the path of a request. Raises PathError."""
        finder = APICallPathFinder(self.openapi.spec, base_url=None)
        return finder.find(request["method"].lower(), HOST + request["path"]).operation


def read(path: Path) -> Description:
    """Read a description. Its server is the recording one, at the path that it names. What it says of credentials is
    left out: their values are not recorded, and the endpoint that gives them out is said to need them, too."""
    text = json.dumps(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader), default=str)
    content = json.loads(text.replace(r"[\\w-\\.]", r"[\\w\\-\\.]"))  # a pattern that Python takes for a range
    content = with_any_values(content)
    for title, place, meant in CONTRADICTIONS:
        schemas = content["components"]["schemas"] if content["info"]["title"] == title else {}
        around = functools.reduce(lambda schema, name: schema.get(name, {}), place[:-1], schemas)
        if place[-1] in around:
            around[place[-1]] = meant
    if "swagger" in content:
        content = as_openapi_3(content)
    base = urlsplit(content.get("servers", [{"url": "/"}])[0]["url"]).path.rstrip("/")
    paths = {mended(name, base): with_own_parameters(name, item) for name, item in content["paths"].items()}
    content |= {"servers": [{"url": HOST + base}], "paths": paths, "security": []}
    return Description(path.name, content, OpenAPI.from_dict(content, config=CONFIG))


def with_any_values(content: Any) -> Any:
    """A description in which maps may hold any value where it says objects without any field: what generators make of
    a map in Java whose values are just Object."""
    if isinstance(content, list):
        return [with_any_values(one) for one in content]
    if not isinstance(content, dict):
        return content
    values = content.get("additionalProperties")
    bare = isinstance(values, dict) and set(values) <= {"type", "description"} and values.get("type") == "object"
    return {key: with_any_values(value) for key, value in content.items()} | (
        {"additionalProperties": True} if bare else {}
    )


def mended(path: str, base: str) -> str:
    """A path without the base path, which some descriptions repeat."""
    return path.removeprefix(base) if base else path


def with_own_parameters(path: str, item: Json) -> Json:
    """A path's operations; of a name in the path that none declares as the path's, a text is expected, and what is
    spelled otherwise and declared as the query's is it."""
    names = re.findall(r"{(\w+)}", path)
    return {key: with_path_names(names, value) if key in METHODS else value for key, value in item.items()}


def with_path_names(names: list[str], operation: Json) -> Json:
    given = operation.get("parameters", [])
    missing = [name for name in names if not any(one.get("name") == name and one.get("in") == "path" for one in given)]
    spelled = {name.replace("_", "").lower() for name in missing}
    kept = [one for one in given if one.get("in") != "query" or one["name"].lower() not in spelled]
    operation = {key: value for key, value in operation.items() if key != "security"}
    if any("$ref" in one for one in given) or not missing:
        return operation
    own = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]
    return operation | {"parameters": kept + own}


def as_openapi_3(swagger: Json) -> Json:
    """Swagger 2 in the words of OpenAPI 3, as far as requests go."""
    text = json.dumps(swagger).replace('"#/definitions/', '"#/components/schemas/')
    old = json.loads(text)
    paths = {
        path: {method: converted(operation) for method, operation in item.items() if method in METHODS}
        for path, item in old["paths"].items()
    }
    return {
        "openapi": "3.0.3",
        "info": old["info"],
        "servers": [{"url": old.get("basePath", "/")}],
        "paths": paths,
        "components": {"schemas": old.get("definitions", {})},
    }


def converted(operation: Json) -> Json:
    """An operation of Swagger 2: its body is no parameter, and parameters have a schema."""
    outer = ("name", "in", "required", "description")
    made: Json = {"responses": {"default": {"description": ""}}, "parameters": []}
    for one in operation.get("parameters", []):
        if one["in"] == "body":
            content = {kind: {"schema": one["schema"]} for kind in operation.get("consumes", ["application/json"])}
            made["requestBody"] = {"required": one.get("required", False), "content": content}
        else:
            schema = one.get("schema") or {name: value for name, value in one.items() if name not in outer}
            named = {name: one[name] for name in outer if name in one}
            made["parameters"].append(named | {"schema": {key: value for key, value in schema.items() if key in KEPT}})
    return made


KEPT = ("type", "format", "enum", "items", "minimum", "maximum", "pattern", "minLength", "maxLength", "$ref")


def wrong(descriptions: list[Description], request: Json) -> list[str]:
    """What is wrong with a request; nothing is when one of the descriptions allows it."""
    found = "no description knows this path"
    for description in descriptions:
        try:
            operation = description.operation(request)
        except OperationNotFound:
            found = f"{description.name} knows this path, and not with this method"
        except PathError:
            continue
        else:
            return list(errors(description, operation, request))
    return [] if ELSEWHERE.fullmatch(request["path"]) else [found]


def errors(description: Description, operation: Any, request: Json) -> Iterator[str]:
    """What the validator says, and names that the operation does not have, which it passes over."""
    pairs = parse_qsl(request["query"], keep_blank_values=True)
    content_type = request["content_type"].partition(";")[0].strip()
    asked = MockRequest(
        HOST,
        request["method"].lower(),
        unquote(request["path"]) if "%2f" not in request["path"].lower() else request["path"],
        args=pairs,  # type: ignore[arg-type]
        headers={
            name: request["content_type"] if name == "content-type" else "recorded" for name in request["headers"]
        },
        data=request["body"].encode() or None,
        content_type=content_type,
    )
    for error in description.openapi.iter_request_errors(asked):
        causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        yield from (f"{where(cause)}{getattr(cause, 'message', cause)}" for cause in causes)
    known = {one["name"] for one in resolved(operation.get("parameters", [])) if one["in"] == "query"}
    yield from (f"no query parameter {name}" for name, _value in pairs if name not in known)
    if content_type == FORM:
        yield from unknown_fields(operation, request)


def resolved(parameters: Any) -> list[Json]:
    """Parameters as objects, each reference followed."""
    return [dict(one.read_value() if hasattr(one, "read_value") else one) for one in parameters]


def unknown_fields(operation: Any, request: Json) -> Iterator[str]:
    """The fields of a form that its schema does not have."""
    schema = operation / "requestBody" / "content" / FORM / "schema"
    known = set((schema / "properties").keys())
    yield from (f"no field {name}" for name, _value in parse_qsl(request["body"], True) if name not in known)


def where(error: Any) -> str:
    """The place in the body that an error is about."""
    path = ".".join(str(part) for part in getattr(error, "absolute_path", ()))
    return f"{path}: " if path else ""


def recorded(folder: Path) -> Iterator[tuple[str, Json]]:
    """The requests that were recorded, each with the file and the line where it stands."""
    for path in sorted(folder.rglob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(folder)}:{number}", json.loads(line)


def main(arguments: list[str]) -> int:
    """Check everything; the exit code."""
    folder = Path(arguments[0] if arguments else os.environ["OPENAPI"])
    requests = list(recorded(Path(arguments[1]) if len(arguments) > 1 else BUILD / "recorded"))
    descriptions = [read(path) for path in sorted(folder.iterdir()) if path.suffix in (".json", ".yaml", ".yml")]
    invalid = 0
    for place, request in requests:
        if found := wrong(descriptions, request):
            invalid += 1
            print(f"{place}: {request['method']} {request['path']}?{request['query']}: {'; '.join(found)}")
    print(f"{len(requests)} requests, {invalid} not as {len(descriptions)} descriptions say")
    return 1 if invalid or not requests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
