# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a forked process ends that stands for a program."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable


def end_after(program: Callable[[], None]) -> None:
    """Run a program and end as Python does at its end, but leave the memory to the system: to take it apart object by
    object would copy all that is shared with the process that was forked. Raises what the program raises; only the code
    of an exit is taken from it."""
    code = 0
    try:
        program()
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        code = ended.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
