# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m systems.osdu."""

import sys

from systems.base.command import main
from systems.osdu.service import Osdu

sys.exit(main(Osdu))
