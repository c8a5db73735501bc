# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a body or a query is what tables.yml allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

TABLES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("tables.yml").read_text(encoding="utf-8"))
TYPE = re.compile(r"(?:\[(?P<element>.+)\]|(?P<name>\w+)(?:\((?P<least>-?\d*)\.\.(?P<most>\d*)\))?)(?P<null> or null)?")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SPAN = re.compile(r"(\d+\.)?\d\d:\d\d:\d\d(\.\d+)?")
PATTERNS = {"uuid": UUID, "date": DATE, "span": SPAN}
PLAIN: dict[str, type | tuple[type, ...]] = {"text": str, "int": int, "bool": bool, "object": dict}
BOOLEANS = {"true": True, "false": False}

Errors = dict[str, list[str]]


def fields(kind: str, name: str) -> dict[str, str]:
    """The fields of a table, with those that it takes up. kind: bodies or queries."""
    table = dict(TABLES[kind][name])
    taken = table.pop("with", [])
    found: dict[str, str] = {}
    for other in [taken] if isinstance(taken, str) else taken:
        found |= fields(kind, other)
    return found | table


def body_errors(body: Any, name: str) -> Errors:
    """What is wrong with a body, by path."""
    errors: Errors = {}
    _check(body, name, "", errors)
    return errors


def _check(value: Any, type_: str, path: str, errors: Errors) -> None:
    found = TYPE.fullmatch(type_)
    assert found, type_
    if value is None and found["null"]:
        return
    if found["element"]:
        _check_list(value, found["element"], path, errors)
    elif isinstance(TABLES["bodies"].get(found["name"]), dict):
        _check_object(value, fields("bodies", found["name"]), path, errors)
    elif found["name"] in TABLES["bodies"]:
        _check(value, TABLES["bodies"][found["name"]], path, errors)
    elif wrong := _plain_error(value, found):
        errors.setdefault(path or "$", []).append(wrong)


def _check_list(value: Any, element: str, path: str, errors: Errors) -> None:
    if not isinstance(value, list):
        errors.setdefault(path or "$", []).append("This is no list.")
        return
    for number, one in enumerate(value):
        _check(one, element, f"{path}[{number}]", errors)


def _check_object(value: Any, known: dict[str, str], path: str, errors: Errors) -> None:
    if not isinstance(value, dict):
        errors.setdefault(path or "$", []).append("This is no object.")
        return
    types = {name.removesuffix("!"): type_ for name, type_ in known.items()}
    at = f"{path}." if path else ""
    for name in known:
        if name.endswith("!") and name[:-1] not in value:
            errors.setdefault(at + name[:-1], []).append(f"The {name[:-1]} field is required.")
    for name, one in value.items():
        if name in types:
            _check(one, types[name], at + name, errors)
        else:
            errors.setdefault(at + name, []).append(f"There is no field {name}.")


def _plain_error(value: Any, found: re.Match[str]) -> str:
    """What is wrong with a value that has no parts; nothing is."""
    name = found["name"]
    if name in TABLES["enums"]:
        return "" if value in TABLES["enums"][name] else f"{value!r} is none of {', '.join(TABLES['enums'][name])}."
    wanted = PLAIN.get(name, str)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        return f"{value!r} is no {name}."
    if name in PATTERNS and not PATTERNS[name].fullmatch(value):
        return f"{value!r} is no {name}."
    size = len(value) if isinstance(value, str) else value
    if (found["least"] and size < int(found["least"])) or (found["most"] and size > int(found["most"])):
        return f"This is not within {found['least']}..{found['most']}."
    return ""


def query(pairs: list[tuple[str, str]], name: str) -> tuple[dict[str, Any], Errors]:
    """The values of a query by name, and what is wrong with it. name: of its table; "": there is no query."""
    known = fields("queries", name) if name else {}
    values: dict[str, Any] = {}
    errors: Errors = {}
    for key, text in pairs:
        if key not in known:
            errors.setdefault(key, []).append(f"There is no parameter {key}.")
            continue
        type_ = known[key].strip("[]")
        value = _read(text, type_)
        _check(value, type_, key, errors)
        if known[key].startswith("["):
            values.setdefault(key, []).append(value)
        elif key in values:
            errors.setdefault(key, []).append("This is there more than once.")
        else:
            values[key] = value
    return values, errors


def _read(text: str, type_: str) -> Any:
    if type_.startswith("int"):
        return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text
    return BOOLEANS.get(text, text) if type_ == "bool" else text
