# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each Python that a test starts does first.

It writes what goes to the system's log into the file RIMOPS_SYSLOG. And it keeps what it compiled in the folder
RIMOPS_COMPILED, for the next that starts. Python does so itself for files, and neither for what Ansible loads of a
collection nor for what a module brings along in an archive: more than half the CPU time of a task on another host is
the compiler, each time on equal text.
"""

from __future__ import annotations

import _imp
import builtins
import contextlib
import hashlib
import marshal
import os
import sys
import syslog
from pathlib import Path
from types import CodeType
from typing import Any

compile_anew, log_really = builtins.compile, syslog.syslog


def compile_once(source: Any, filename: Any, mode: str = "exec", *more: Any, **others: Any) -> Any:
    """The code of a module's text, from the folder where it is there; anything else is compiled as ever."""
    plain = mode == "exec" and not more and {"flags": 0, **others} == {"flags": 0, "dont_inherit": True}
    if not (plain and isinstance(source, (str, bytes)) and isinstance(filename, str)):
        return compile_anew(source, filename, mode, *more, **others)
    text = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    name = f"{hashlib.sha256(text).hexdigest()}.{type(source).__name__}.{sys.implementation.cache_tag}"
    path = Path(os.environ["RIMOPS_COMPILED"], name)
    with contextlib.suppress(OSError):  # another user cannot look into the folder
        code: CodeType = marshal.loads(path.read_bytes())
        _imp._fix_co_filename(code, filename)
        return code
    code = compile_anew(source, filename, mode, dont_inherit=True)
    with contextlib.suppress(OSError):
        own = path.with_name(f"{name}.{os.getpid()}")
        own.write_bytes(marshal.dumps(code))
        own.replace(path)
    return code


def log(*arguments: Any) -> None:
    """Write a line into the file, or into the system's log where a test names none."""
    if "RIMOPS_SYSLOG" not in os.environ:
        log_really(*arguments)
        return
    with Path(os.environ["RIMOPS_SYSLOG"]).open("a", encoding="utf-8") as file:
        file.write(f"{arguments[-1]!r}\n{arguments[-1]}\n")


if "RIMOPS_COMPILED" in os.environ:
    builtins.compile = compile_once
    syslog.syslog = log  # type: ignore[assignment]
