# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that people review and keep: JSON in which every character is visible, and files that are written as a whole or
not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

from ..errors import ConfigurationError

TIME = "%Y-%m-%dT%H:%M:%SZ"
ROOM = "Make room and make it accessible, or name another place."
MISSING = (
    "Check the path. A relative one is beside the playbook, and that of insight_journal_info relative to the "
    "current folder."
)
LARGEST = 64 << 20
"""Bytes of a file that a person writes or reviews. A manifest of a hundred thousand entities has about half of that."""
_UNUSUAL = re.compile(r"[^\n -~]")


def json_document(value: Any, indent: Optional[int] = None) -> str:
    """A value as JSON with sorted names; what a terminal or a review would hide or act upon is escaped."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent, separators=separators)
    return _UNUSUAL.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], text)


def utc_text(moment: datetime) -> str:
    """A moment as ``2026-01-02T03:04:05Z``."""
    return moment.astimezone(timezone.utc).strftime(TIME)


def utc_moment(text: str) -> datetime:
    """The moment that ``utc_text`` wrote. Raises ValueError."""
    return datetime.strptime(text, TIME).replace(tzinfo=timezone.utc)


def file_problem(what: str, path: object, error: OSError) -> ConfigurationError:
    """The error for a file that cannot be read or written. what: ``write the plan``."""
    return ConfigurationError(
        f"{what} {path}", error.strerror or str(error), MISSING if isinstance(error, FileNotFoundError) else ROOM
    )


def read_regular(path: object, largest: Optional[int] = LARGEST) -> bytes:
    """The content of a file. Raises OSError for a pipe, a device or a socket, which may never end, and for a file that
    is larger."""
    descriptor = os.open(str(path), os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        content = file.read() if largest is None else file.read(largest + 1)
    if largest is not None and len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest >> 20} MiB")
    return content


def read_given(path: object, what: str) -> bytes:
    """The content of a file that an option names. what: ``read the plan``. Raises ConfigurationError."""
    try:
        return read_regular(path)
    except OSError as error:
        raise file_problem(what, path, error) from error


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder last through a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Write a file, and its folder where it is missing. It is on the disk before it takes the place of an old one;
    after a ConfigurationError the old one is as it was, and nothing else is left."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                partial.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise file_problem(what, path, error) from error
