# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A library, of no maker: books with versions that are withdrawn, brought back and destroyed, shelves that one request
creates and replaces, and members whose password it checks. Its errors have a form of its own.

It knows nothing of the collection and never reads its profiles: client and server must be able to disagree.
"""

from __future__ import annotations

from systems.base.process import System as Base

USER, PASSWORD = "librarian", "librarian's password"


class System(Base):
    """One library in a process of its own."""

    program = "systems.library"
