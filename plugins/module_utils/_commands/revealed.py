# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that a server shows once, in the answer to a create: handed over in files, and never in a result."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._entity.address import Address
from .._entity.api.reveals import Reveals
from .._options.context import Values
from .._text.atomic_files import file_problem, json_document, sync_folder
from ..errors import ConfigurationError

DISCARD = "discard"
"""Asks to lose them."""
WHAT = "keep what a create shows once in"


class Refused(Reveals):
    """Where nobody says what becomes of them, such a create is refused."""

    def check(self, address: Address, names: str) -> None:
        raise ConfigurationError(
            f"create {address}",
            f"the server shows {names} once, in its answer, and nobody would keep it",
            "Set reveal_to to a folder for it, or to discard.",
        )


class InFolder(Reveals):
    """A file for each entity, in a folder that only we can read. path: absolute."""

    def __init__(self, path: Path) -> None:
        self._folder = path

    def prepare(self) -> None:
        """Make the folder where it is missing. Raises ConfigurationError where others may read it, or we cannot write
        it: before the create, since what it shows would be lost."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = self._folder.stat()
        except OSError as error:
            raise file_problem(WHAT, self._folder, error) from error
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
            why = f"{self._folder} belongs to another user, or others may read it"
            raise ConfigurationError(f"{WHAT} {self._folder}", why, "Set its mode to 0700, or name another folder.")
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise ConfigurationError(f"{WHAT} {self._folder}", "it cannot be written", "Make it writable.")

    def keep(self, address: Address, values: Mapping[str, Any]) -> str:
        """Write them; the file of an entity that had the same key before is replaced."""
        name = hashlib.sha256(address.identity.encode()).hexdigest()[:16]
        path = self._folder / f"{address.type.name}-{name}.json"
        content = {"type": address.type.name, "key": dict(address.key), "revealed": dict(values)}
        partial = self._folder / f".{uuid.uuid4().hex}.tmp"
        try:
            with os.fdopen(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(f"{json_document(content, 2)}\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            sync_folder(self._folder)
        except OSError as error:
            raise file_problem(WHAT, path, error) from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
        return f"What the server shows once ({', '.join(sorted(values))}) is kept in {path}."


def reveals_of(values: Values) -> Reveals:
    """What becomes of them, as the option reveal_to says."""
    said = values["reveal_to"]
    if said is None:
        return Refused()
    if said == DISCARD:
        return Reveals()
    path = Path(said).expanduser()
    if not path.is_absolute():
        raise ConfigurationError(f"{WHAT} {said}", "it is no absolute path", "Begin it with a slash, or with ~.")
    return InFolder(path)
