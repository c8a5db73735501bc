# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bodies and query parameters may hold, as tables; whatever a table does not allow is refused with 400."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from systems.osdu.refusals import Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.messages import Request

NAMES = {str: "text", int: "an integer", bool: "true or false", dict: "an object", list: "a list"}
WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Field:
    """What one field may hold; null counts as not there.

    choices: with case, unless any_case says otherwise. fields: of an object; None: any. values: what each of them may
    hold. items: of a list.
    least, most: how long a text or list may be, or how large a number. default: of a parameter that is not there.
    """

    type: type = str
    required: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()
    any_case: bool = False
    fields: Mapping[str, Field] | None = None
    values: Field | None = None
    items: Field | None = None
    least: int | None = None
    most: int | None = None
    default: Any = None


TEXT, NEEDED_TEXT, FLAG, ANY_OBJECT, ANYTHING = Field(), Field(required=True), Field(bool), Field(dict), Field(object)
TEXTS = Field(list, items=TEXT)


def needed_object(**fields: Field) -> Field:
    return Field(dict, required=True, fields=fields)


def check(value: Any, rule: Field, name: str) -> None:
    """Raises Refused when the value is not what the rule allows; name says where it stands."""
    if value is None:
        if rule.required:
            raise invalid(f"{name} must not be null")
        return
    if rule.type is not object and value.__class__ is not rule.type:  # True is no int
        raise Refused(400, f"{name} must be {NAMES[rule.type]}")
    _check_size(value, rule, name)
    if isinstance(value, str):
        _check_text(value, rule, name)
    elif isinstance(value, dict):
        _check_object(value, rule, name)
    elif isinstance(value, list) and rule.items is not None:
        for number, item in enumerate(value):
            check(item, replace(rule.items, required=True), f"{name}[{number}]")


def _check_size(value: Any, rule: Field, name: str) -> None:
    if rule.least is None and rule.most is None:
        return
    size = value if isinstance(value, int) else len(value)
    if rule.least is not None and size < rule.least:
        raise invalid(f"{name} is below the least of {rule.least}")
    if rule.most is not None and size > rule.most:
        raise invalid(f"{name} is above the most of {rule.most}")


def _check_text(value: str, rule: Field, name: str) -> None:
    if rule.pattern and not re.fullmatch(rule.pattern, value):
        raise invalid(f"{name} is not in the form {rule.pattern}")
    known = [one.lower() for one in rule.choices] if rule.any_case else rule.choices
    if rule.choices and (value.lower() if rule.any_case else value) not in known:
        raise invalid(f"{name} is not one of {', '.join(rule.choices)}")


def _check_object(value: dict[str, Any], rule: Field, name: str) -> None:
    fields = dict.fromkeys(value, rule.values or ANYTHING) if rule.fields is None else rule.fields
    for unknown in sorted(set(value) - set(fields)):
        raise Refused(400, f"{name} has no field {unknown}", "Unrecognized property.")
    for key, one in fields.items():
        check(value.get(key), one, f"{name}.{key}")


def body(request: Request, rule: Field, media: tuple[str, ...]) -> Any:
    """The body as JSON. Raises Refused: 415 for another media type, 400 for what the rule does not allow."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in media:
        raise Refused(415, f"Content-Type must be {' or '.join(media)}")
    try:
        content = request.json if request.body else None
    except ValueError:
        raise Refused(400, "Failed to process JSON.") from None
    check(content, rule, "body")
    return content


def parameters(request: Request, rules: Mapping[str, Field]) -> dict[str, Any]:
    """The query parameters by name, with defaults; lists for those that may be repeated. Raises Refused."""
    given: dict[str, list[str]] = {}
    for name, text in parse_qsl(request.query, keep_blank_values=True):
        given.setdefault(name, []).append(text)
    for unknown in sorted(set(given) - set(rules)):
        raise Refused(400, f"There is no parameter {unknown}")
    values: dict[str, Any] = {}
    for name, rule in rules.items():
        texts = given.get(name)
        value = _converted(texts, rule, name) if texts else None
        check(value, rule, name)
        values[name] = rule.default if value is None else value
    return values


def _converted(texts: list[str], rule: Field, name: str) -> Any:
    if "" in texts:
        raise Refused(400, f"{name} is empty")
    if rule.type is list:
        return texts
    if len(texts) > 1:
        raise Refused(400, f"{name} stands there {len(texts)} times")
    if rule.type is bool:
        return WORDS.get(texts[0].lower(), texts[0])
    if rule.type is int:
        return int(texts[0]) if re.fullmatch(r"-?\d{1,18}", texts[0]) else texts[0]
    return texts[0]
