# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that a server shows in place of a secret: nothing, a mask, a hash."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .._text.nested_paths import ABSENT, child
from .._text.spelling import spelling

_MASK = re.compile(
    r"""
      (?: ([\W_])\1* | x{3,} )?                                    # nothing, or one sign over and over: ********
    | .* (?: \*{3} | •{3} | ●{3} | \.{3} | … ) .*                  # a part of it: ****1234
    | (?: hidden | masked | redacted )
    | [<(\[{]+ [\w\s-]* (?: hidden | masked | redacted | removed | secret | password | protected | encrypted | null
      | none | set | shown ) [\w\s-]* [>)\]}]+                     # <hidden>, [not shown]
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_HASH = re.compile(r"\$[0-9a-z][\w-]*\$.+|\{[\w.@+-]+\}.+", re.DOTALL | re.IGNORECASE)
"""As crypt(3) writes it, ``$2b$12$...``, or with its name before it, ``{bcrypt}...``, ``{SSHA}...``."""
_PLAIN_MASK = re.compile(r".{0,6}[*•●∙█]{3,}.{0,6}|[<(\[{]+(hidden|masked|redacted)[>)\]}]+", re.DOTALL | re.IGNORECASE)
"""A mask: stars or dots, perhaps with the first or last characters of the masked value. Hardly anybody declares such a
value."""


def hides(declared: Any, shown: Any) -> bool:
    """Whether the shown value is a mask or a hash of a value such as the declared one."""
    if isinstance(shown, bool):  # whether there is one
        return spelling(declared).lower() not in ("true", "false")
    if not isinstance(shown, str):
        return shown is ABSENT or shown is None
    hashed = _HASH.fullmatch(shown) and not _HASH.fullmatch(spelling(declared))
    return bool(_MASK.fullmatch(shown) or hashed)


def is_plain_mask(value: Any) -> bool:
    """Whether it is a mask for sure, whatever it stands for."""
    return isinstance(value, str) and bool(_PLAIN_MASK.fullmatch(value))


def masks_in(value: Any, declared: Collection[Any], path: str = "") -> Iterator[str]:
    """The places of masks in a value, without what is declared."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from masks_in(inner, declared, child(path, str(name)))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from masks_in(inner, declared, f"{path}[]")
    elif is_plain_mask(value) and value not in declared:
        yield path


def leaves(value: Any) -> Iterator[Any]:
    """Each value of an entity that is neither a mapping nor a list."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        yield value
        return
    for inner in value:
        yield from leaves(inner)
