# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers to the letter: what a server sends goes back as it came, with every digit and zero."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any


class Exact(float):
    """A number that Python would print otherwise than it was written. letters: as it was written."""

    letters: str

    def __new__(cls, letters: Any) -> Exact:
        """Make one of the letters."""
        made = super().__new__(cls, letters)
        made.letters = str(letters)
        return made


def _number(letters: str) -> float:
    value = float(letters)
    return value if repr(value) == letters else Exact(letters)


def parsed(text: bytes) -> Any:
    """The JSON value of a text, its numbers to the letter. Raises ValueError and RecursionError."""
    return json.loads(text, parse_float=_number)


class Letters:
    """Takes the place of exact numbers in a value that is dumped by somebody else."""

    def __init__(self) -> None:
        """None was met yet."""
        self.mark = uuid.uuid4().hex
        self.met = False

    def hold(self, value: Any) -> Any:
        """The value with marked texts in the place of exact numbers."""
        if isinstance(value, Exact):
            self.met = True
            return f"{self.mark}{value.letters}"
        if isinstance(value, Mapping):
            return {name: self.hold(inner) for name, inner in value.items()}
        return [self.hold(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def put(self, dumped: bytes) -> bytes:
        """The dumped value with the numbers as they were written."""
        return re.sub(f'"{self.mark}([^"]*)"'.encode("ascii"), rb"\1", dumped)
