# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m systems.library."""

import sys

from systems.base.command import main
from systems.library.service import Library

sys.exit(main(Library))
