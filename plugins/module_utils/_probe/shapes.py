# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer holds, judged against an entity that is known: pure functions over JSON values.

A status alone proves nothing. Only an answer in which the id and the key of the known entity stand is its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from .._profile.server_messages import said_in
from .._text.nested_paths import names_of, value_at
from .._text.redaction import printable
from .._text.spelling import with_article
from .._transport.messages import Response
from ..errors import ServerError

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DEEPEST = 4
"""Levels into which an answer is looked."""
NAMES_SHOWN = 12
EMPTY: tuple[Any, ...] = (None, [], {})


@dataclass(frozen=True, eq=False)
class Known:
    """An entity of which the user says that it exists. id: None where only the key is known; has_key: whether an entity
    has the key by the rules of the profile, which may allow for a prefix."""

    id: Any
    key: Mapping[str, Any] = field(default_factory=dict)
    has_key: Callable[[Mapping[str, Any]], bool] = field(default=lambda _entity: False, compare=False)


@dataclass(frozen=True)
class AnswerPlace:
    """Where an entity stands in an answer: at the dotted path, or in the list there. several: with others."""

    path: str
    entity: Mapping[str, Any]
    several: bool = False


def same(one: Any, other: Any) -> bool:
    """Whether two scalars are spelled alike but for case and outer space: 17 and "17", " Zelvora" and "zelvora"."""
    if any(isinstance(value, (Mapping, list, bool)) or value is None for value in (one, other)):
        return bool(one == other)
    return str(one).strip().casefold() == str(other).strip().casefold()


def is_known(entity: Any, known: Known) -> bool:
    """Whether this is the known entity: every value of its key under its name, and its id under any."""
    if not isinstance(entity, Mapping) or not (has_values(entity, known.key) or known.has_key(entity)):
        return False
    return known.id is None or id_path(entity, known.id) is not None


def has_values(entity: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    """Whether every value of a key stands in an entity, under its name or at its path."""
    return all(same(entity.get(name, value_at(entity, names_of(name))), value) for name, value in key.items())


def id_path(entity: Mapping[str, Any], entity_id: Any, preferred: str = "") -> Optional[str]:
    """The dotted path under which an entity holds its id; the preferred one where it does, else the likeliest."""
    paths = [path for path, value in scalars(entity) if same(value, entity_id)]
    likely = sorted(paths, key=lambda path: (path != preferred, "id" not in path.lower(), path.count(".")))
    return likely[0] if likely else None


def scalars(value: Any, path: str = "", depth: int = 2) -> Iterator[tuple[str, Any]]:
    """Every scalar in a mapping and in the mappings in it, with its dotted path."""
    if isinstance(value, Mapping):
        for name, inner in value.items() if depth else ():
            yield from scalars(inner, f"{path}.{name}" if path else str(name), depth - 1)
    elif path and not isinstance(value, list):
        yield path, value


def values_in(answer: Any, path: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, Any]]:
    """Every mapping and list that a dotted path leads to, the whole answer first, nearer ones before deeper ones."""
    level = [(path, answer)]
    for _level in range(depth):
        yield from level
        level = [
            (f"{at}.{name}" if at else str(name), inner)
            for at, value in level
            if isinstance(value, Mapping)
            for name, inner in value.items()
            if isinstance(inner, (Mapping, list)) and "." not in str(name)
        ]


def find(answer: Any, known: Known) -> Optional[AnswerPlace]:
    """Where the known entity stands in an answer; None where it does not."""
    for path, value in values_in(answer):
        if is_known(value, known):
            return AnswerPlace(path, value)
        for element in value if isinstance(value, list) else ():
            if is_known(element, known):
                return AnswerPlace(path, element, len(value) > 1)
    return None


def lists(answer: Any) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Every list of mappings in an answer, with its dotted path; empty lists too."""
    return [
        (path, value)
        for path, value in values_in(answer)
        if isinstance(value, list) and all(isinstance(element, Mapping) for element in value)
    ]


def numbers(answer: Any) -> dict[str, int]:
    """The whole numbers beside the lists of an answer, also where they are written as text, by dotted path."""
    found = [(path, _whole(value)) for path, value in scalars(answer)]
    return {path: value for path, value in found if value is not None}


def _whole(value: Any) -> Optional[int]:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def json_content(response: Response) -> Any:
    """The answer as a JSON value; None where it is none."""
    try:
        return response.json()
    except ServerError:
        return None


def is_success(response: Optional[Response]) -> bool:
    """Whether the status says success, and the server is not busy."""
    return response is not None and response.is_2xx and not response.busy


def place_of(path: str) -> str:
    """A dotted path of a JSON body as a place of an answer."""
    return f"body.{path}" if path else "body"


CODES = re.compile(r"code|error|type|reason|key|name|id", re.IGNORECASE)
CODE = re.compile(r"[A-Za-z_][\w.:/#-]*")
"""What holds the kind of an error, by its name and by its value: a word for machines."""


def codes_in(answer: Any) -> dict[str, Any]:
    """What in an answer may be the kind of an error, by its path. The likeliest comes first."""
    found = {
        f"{path}[0].{inner}" if path else f"[0].{inner}": value
        for path, some in lists(answer)
        for element in some[:1]
        for inner, value in scalars(element)
    }
    found.update(scalars(answer, depth=3))
    likely = {path: value for path, value in found.items() if CODES.search(path.rpartition(".")[2])}
    codes = {path: value for path, value in likely.items() if isinstance(value, str) and CODE.fullmatch(value)}
    return dict(sorted(codes.items(), key=lambda pair: "code" not in pair[0].lower()))


def opening_words(response: Response) -> str:
    """How the text of an answer begins, without anything that may differ from answer to answer; empty where that is
    too little to tell it from others."""
    text = said_in(response)
    if not text and json_content(response) is None and not response.is_html:
        text = response.body[:200].decode("utf-8", "replace")
    start = re.match(r"[A-Za-z][A-Za-z ,']*", text.strip())
    words = start[0].strip(" ,'")[:60] if start else ""
    return words if len(words) > 11 else ""


def entity_shape(value: Any) -> str:
    """What a JSON value is, in words, without any value that is in it."""
    if isinstance(value, Mapping):
        names = [printable(str(name)) for name in value][:NAMES_SHOWN]
        more = ", ..." if len(value) > NAMES_SHOWN else ""
        return f"an object with {', '.join(names)}{more}" if names else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    kind = "float" if isinstance(value, float) else type(value).__name__
    return "null" if value is None else with_article(kind)


def described(response: Optional[Response]) -> str:
    """Status and shape of an answer, in words."""
    if response is None:
        return "nothing was sent"
    if response.is_html:
        what = "a web page"
    elif not response.body.strip():
        what = "an empty body"
    else:
        value = json_content(response)
        what = (
            "something that is not JSON" if value is None and response.body.strip() != b"null" else entity_shape(value)
        )
    return f"HTTP {response.status} with {what}"


def impossible(value: Any) -> Any:
    """A value of the same form that nothing can have: every letter a z, every digit a 9, long enough."""
    if isinstance(value, (int, float)):
        return 999999999
    if UUID.fullmatch(str(value)):
        return "ffffffff-ffff-4fff-bfff-ffffffffffff"
    text = "".join("9" if char.isdigit() else "z" if char.isalpha() else char for char in str(value))
    if text.isdigit():
        return text.ljust(9, "9")
    return text if len(text) > 11 else f"{text}-zz-none-zz" if not text.isalpha() else text.ljust(12, "z")
