# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON values as YAML that ``strict_yaml`` reads as the same values, and that no other reader takes for others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z](?:[\w .,/()%+-]*[\w.)%+])?", re.ASCII)
"""Text that needs no quotes unless it is a word: it begins with a letter, and nothing in it means anything in YAML."""
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""What YAML 1.1 or 1.2 takes for something else than text."""
_LINES = re.compile(r"\S(?:.*\S)?\n?", re.DOTALL)
"""Text that may stand as lines: nothing at its beginning or end would get lost."""
LONGEST_NAME = 1000
"""Characters, with quotes and escapes. YAML gives up looking for the colon after 1024."""


def yaml_lines(value: Any, indent: int = 0) -> Iterator[str]:
    """The lines of a value. Names stand in the order in which they come. Raises ValueError for what no YAML holds: a
    number without an end, half of a surrogate pair, and a very long name."""
    before = " " * indent
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _with_head(f"{before}{_name(str(name))}:", inner, indent)
    elif isinstance(value, (list, tuple)) and value:
        for inner in value:
            lines = list(yaml_lines(inner, indent + 2)) if _is_filled(inner) else []
            if lines:
                yield f"{before}- {lines[0][indent + 2 :]}"
                yield from lines[1:]
            else:
                yield from _with_head(f"{before}-", inner, indent)
    else:
        yield f"{before}{_leaf(value)}"


def _with_head(head: str, value: Any, indent: int) -> Iterator[str]:
    """A value behind a name or a dash."""
    if _is_filled(value):
        yield head
        yield from yaml_lines(value, indent + 2)
    elif isinstance(value, str) and _stands_as_lines(value):
        yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"{' ' * (indent + 2)}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_leaf(value)}"


def _is_filled(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _stands_as_lines(text: str) -> bool:
    lines = text.split("\n")
    return (
        "\n" in text[:-1]
        and _LINES.fullmatch(text) is not None
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (Mapping, list, tuple)):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value, allow_nan=False)


def _name(name: str) -> str:
    shown = _text(name)
    if len(shown) > LONGEST_NAME:
        raise ValueError("a name is too long")
    return shown


def _text(text: str) -> str:
    """A text, in quotes where anybody might read it otherwise."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    text.encode("utf-8")  # raises UnicodeEncodeError, a ValueError, for half of a surrogate pair
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(map(_escaped, quoted))


def _escaped(char: str) -> str:
    """A character as it is, or as an escape where a reader would not see it or act upon it."""
    return char if char.isprintable() else f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
