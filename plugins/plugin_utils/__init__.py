# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets Python keep the compiled files of this collection on the controller, as it keeps those of every package.

The loader that ansible-core has for collections compiles each file anew in each process, which took a third of the time
of a small playbook. Where the folder of a file cannot be written, it is compiled anew, too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

OURS = tuple(f"{__name__.rpartition('.')[0]}.{folder}." for folder in ("module_utils", "plugin_utils"))


class KeptCompiled:
    """Finds the modules of the engine as Python itself would."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """See ``importlib.abc.MetaPathFinder``; None for modules that are not ours."""
        if not name.startswith(OURS):
            return None
        return next(filter(None, (_finder(folder).find_spec(name, target) for folder in path or ())), None)


@cache
def _finder(folder: str) -> FileFinder:
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


sys.meta_path.insert(0, KeptCompiled)
