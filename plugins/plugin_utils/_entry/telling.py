# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Showing what happens while it happens, to those who asked for it with -vvv."""

from __future__ import annotations

from collections.abc import Callable

from ansible.utils.display import Display

from ...module_utils._commands.base import LOGGED_FROM

display = Display()


def teller(host: str | None) -> Callable[[str], None] | None:
    """What shows a line about a host; None below -vvv."""
    if display.verbosity < LOGGED_FROM:
        return None
    return lambda line: display.vvv(line, host=host)
