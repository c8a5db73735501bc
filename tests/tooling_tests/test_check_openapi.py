# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded requests are held against descriptions of each version, one line for each that is not valid."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import environments
import layout

TOOL = Path(environments.__file__).with_name("check_openapi.py")
BODY = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
    "additionalProperties": False,
}
SIZE = {"name": "size", "in": "query", "schema": {"type": "integer"}}
FORM = "application/x-www-form-urlencoded"
GRANT = {"type": "object", "properties": {"grant_type": {"enum": ["Password"]}}}
ANSWERS = {"responses": {"200": {"description": ""}}}
TYPED: dict[str, Any] = {
    "get": {**ANSWERS, "parameters": [SIZE]},
    "post": {**ANSWERS, "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}},
}
PATCH = "application/merge-patch+json"
MAP = {"type": "object", "properties": {"data": {"type": "object", "additionalProperties": {"type": "object"}}}}
PATCHED = {"patch": {**ANSWERS, "requestBody": {"content": {PATCH: {"schema": MAP}}}}}
# A description in use calls this a date-time, and shows and explains days.
REFERENCE = {"$ref": "#/components/schemas/UpdateLegalTag"}
TAG = {**ANSWERS, "requestBody": {"content": {"application/json": {"schema": REFERENCE}}}}
NAMED = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[\\w-\\.]+$"}}


def openapi(version: str, base: str, paths: dict[str, Any]) -> dict[str, Any]:
    """A description in OpenAPI 3."""
    about = {"title": "Test", "version": "1"}
    return {
        "openapi": version,
        "info": about,
        "servers": [{"url": base}],
        "security": [{"Bearer": []}],
        "paths": paths,
        "components": {"securitySchemes": {"Bearer": {"type": "apiKey", "in": "header", "name": "Authorization"}}},
    }


DESCRIPTIONS = {
    "first.json": openapi(
        "3.0.1",
        "https://192.0.2.1/",
        {
            "/api/things": TYPED,
            "/api/things/{id}": {"get": {**ANSWERS, "parameters": [NAMED]}},
            "/api/oauth2/token": {"post": {**ANSWERS, "requestBody": {"content": {FORM: {"schema": GRANT}}}}},
        },
    ),
    "second.yaml": openapi("3.1.0", "/api/second/v1/", {"/things": TYPED | PATCHED}),
    "legal.yaml": openapi("3.1.0", "/api/legal", {"/tags": {"put": TAG}})
    | {
        "info": {"title": "Legal Service", "version": "1"},
        "components": {"schemas": {"UpdateLegalTag": {"properties": {"expirationDate": {"format": "date-time"}}}}},
    },
    "third.yaml": {
        "swagger": "2.0",
        "info": {"title": "Test", "version": "1"},
        "basePath": "/api/third",
        "paths": {
            "/groups": {
                "post": {
                    **ANSWERS,
                    "consumes": ["application/json"],
                    "parameters": [
                        {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Group"}},
                        {"name": "data-partition-id", "in": "header", "required": True, "type": "string"},
                    ],
                },
            },
            # Two mistakes that a description in use has: the base path once more, and a path's name as the query's.
            "/api/third/groups/all": {
                "get": {**ANSWERS, "parameters": [{"name": "limit", "in": "query", "type": "integer"}]},
            },
            "/groups/{group_email}": {
                "delete": {
                    **ANSWERS,
                    "parameters": [{"name": "groupEmail", "in": "query", "required": True, "type": "string"}],
                },
            },
        },
        "definitions": {"Group": BODY},
    },
}


def request(method: str, path: str, body: Any = None, query: str = "", *headers: str, **more: Any) -> dict[str, Any]:
    """A request as the stand-ins record it."""
    text = body if isinstance(body, str) else json.dumps(body)
    names = [*headers, *(["content-type"] if body is not None else [])]
    recorded = {"method": method, "path": path, "query": query, "headers": names, "body": "" if body is None else text}
    return recorded | {"content_type": "" if body is None else "application/json"} | more


def checked(tmp_path: Path, *requests: dict[str, Any]) -> tuple[int, list[str]]:
    """The exit code for these requests, and the lines that were printed."""
    descriptions, recorded = tmp_path / "descriptions", tmp_path / "recorded" / "system"
    descriptions.mkdir()
    recorded.mkdir(parents=True)
    for name, content in DESCRIPTIONS.items():
        (descriptions / name).write_text(json.dumps(content))
    (recorded / "1.jsonl").write_text("".join(json.dumps(one) + "\n" for one in requests))
    programs = [Path(folder) for folder in os.get_exec_path() if Path(folder).parent.name == "openapi"]
    command = [programs[0] / "python", "-B", TOOL, descriptions, recorded.parent]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_requests_that_are_valid(tmp_path: Path) -> None:
    code, lines = checked(
        tmp_path,
        request("GET", "/api/things", None, "size=3"),
        request("POST", "/api/things", {"name": "a"}),
        request("GET", "/api/things/a-1"),
        request("GET", "/api/things/a%2D1"),
        request("POST", "/api/oauth2/token", "grant_type=Password", content_type=FORM),
        request("POST", "/api/second/v1/things", {"name": "a"}, content_type="application/json; charset=utf-8"),
        request("PUT", "/api/legal/tags", {"expirationDate": "2099-12-31"}),
        request("PUT", "/api/legal/tags", {"expirationDate": "2099-12-31T00:00:00Z"}),
        request("PATCH", "/api/second/v1/things", {"data": {"depth": 1}}, content_type=PATCH),
        request("POST", "/api/third/groups", {"name": "a"}, "", "data-partition-id"),
        request("GET", "/api/third/groups/all", None, "limit=5"),
        request("DELETE", "/api/third/groups/a%40example.com"),
        request("POST", "/tenant/oauth2/v2.0/token", "grant_type=password", content_type=FORM),
    )
    assert (code, lines) == (0, ["13 requests, 0 not as 4 descriptions say"])


WRONG = [
    (request("GET", "/api/nothing"), "no description knows this path"),
    (request("DELETE", "/api/things"), "not with this method"),
    (request("GET", "/api/things", None, "size=big"), "integer"),
    (request("GET", "/api/things", None, "Size=1"), "no query parameter Size"),
    (request("POST", "/api/things", {"nmae": "a"}), "'nmae' was unexpected"),
    (request("POST", "/api/things", {"name": 1}), "name: 1 is not of type 'string'"),
    (request("POST", "/api/things", "{"), "Failed to deserialize"),
    (request("POST", "/api/things", {"name": "a"}, content_type="text/plain"), "text/plain"),
    (request("GET", "/api/things/a:1"), "does not match"),
    (request("POST", "/api/oauth2/token", "grant_type=password", content_type=FORM), "'password' is not one of"),
    (request("POST", "/api/oauth2/token", "user=a", content_type=FORM), "no field user"),
    (request("POST", "/api/second/v1/things", {}), "'name' is a required property"),
    (request("PUT", "/api/legal/tags", {"expirationDate": "soon"}), "expirationDate: 'soon'"),
    (request("PATCH", "/api/second/v1/things", {"data": 1}, content_type=PATCH), "data: 1 is not of type 'object'"),
    (request("PATCH", "/api/second/v1/things", "{", content_type=PATCH), "Failed to deserialize"),
    (request("POST", "/api/third/groups", {}, "", "data-partition-id"), "'name' is a required property"),
    (request("POST", "/api/third/groups", {"name": "a"}), "data-partition-id"),
    (request("GET", "/api/third/groups/all", None, "limit=x"), "integer"),
]
"""Requests that are not valid, each with a part of what is said of it."""


def test_each_request_that_is_not_valid_is_a_line(tmp_path: Path) -> None:
    requests = [request("GET", "/api/things"), *(one for one, _says in WRONG)]
    code, (*lines, last) = checked(tmp_path, *requests)
    assert (code, last) == (1, f"{len(requests)} requests, {len(WRONG)} not as 4 descriptions say")
    for number, (line, (one, says)) in enumerate(zip(lines, WRONG, strict=True), 2):
        assert line.startswith(f"system/1.jsonl:{number}: {one['method']} {one['path']}?")
        assert says in line


def test_nothing_recorded_is_no_success(tmp_path: Path) -> None:
    assert checked(tmp_path)[0] == 1


def test_the_validator_is_in_a_set_of_its_own() -> None:
    for python in layout.LOCKS["openapi"]:
        assert "openapi-core==" in (layout.LOCKED / f"openapi-{python}.txt").read_text(encoding="utf-8")
