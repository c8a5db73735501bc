# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller provides for a command, beside its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from .._text.records import record

Values = Mapping[str, Any]


Decrypt = Callable[[str], str]
"""Decrypts what ansible-vault has encrypted."""


def without_vault(_text: str) -> str:
    """Decrypts nothing."""
    raise ValueError("no vault here")


@record
class Files:
    """The files of the controller. find: where a file is that an option names, as Ansible searches ``files/``. decrypt:
    gives the text that ansible-vault encrypted. path_of: where to write; a relative path is beside the playbook."""

    find: Callable[[str], str] = str
    decrypt: Decrypt = without_vault
    path_of: Callable[[str], str] = str


@record
class Context:
    """How a command is run. warn: warns the user. show: shows the user a text while the task is still running, None
    where that cannot be done. log: takes a line for each request, None where no log is asked for. files: of the
    controller; on another host no file is found or written through it. held_back: the assumed writes that other
    processes found not to work, see CanaryWrites."""

    check_mode: bool
    diff_mode: bool
    warn: Callable[[str], None]
    show: Optional[Callable[[str], None]] = None
    log: Optional[Callable[[str], None]] = None
    files: Files = Files()
    held_back: Sequence[Mapping[str, str]] = ()
