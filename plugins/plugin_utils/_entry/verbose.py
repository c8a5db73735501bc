# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that are shown while a task runs, at -vvv."""

from __future__ import annotations

from collections.abc import Callable

from ansible.utils.display import Display

from ...module_utils._commands.base import LOGGED_FROM

display = Display()


def verbose_output(host: str | None) -> Callable[[str], None] | None:
    """A function that shows a line about a host; None below -vvv."""
    if display.verbosity < LOGGED_FROM:
        return None
    return lambda line: display.vvv(line, host=host)
