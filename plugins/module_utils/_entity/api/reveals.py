# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that a server shows once, in the answer to a create."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Callable

from ..._profile.operation import Operation
from ..address import Address


class Reveals:
    """What becomes of them. This one loses them."""

    def check(self, address: Address, names: str) -> None:
        """Raise ConfigurationError where they would be lost and nobody has asked for that. names: of the secrets."""

    def prepare(self) -> None:
        """Make sure, before the create is sent, that they can be kept. Raises ConfigurationError."""

    def keep(self, _address: Address, values: Mapping[str, Any]) -> str:
        """Keep them, by name; a note for the user."""
        return f"The server has shown {', '.join(sorted(values))} once, and it was not kept."


@contextmanager
def kept(
    reveals: Reveals, operation: Operation, address: Address, note: Callable[[str], Any]
) -> Iterator[dict[str, Any]]:
    """Around a create: yields what takes the secrets by name, which are kept also where the rest of the answer is
    wrong. note: takes notes for the user."""
    if operation.reveals:
        reveals.prepare()
    shown: dict[str, Any] = {}
    try:
        yield shown
    finally:
        if shown:
            note(reveals.keep(address, shown))
