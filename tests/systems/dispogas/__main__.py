# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m systems.dispogas."""

import sys

from systems.base.command import main
from systems.dispogas.service import Dispogas

sys.exit(main(Dispogas))
