# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator``."""

import sys

from simulator.command import main

sys.exit(main())
