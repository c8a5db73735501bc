# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m systems.veeam_azure``."""

import sys

from systems.base.command import main
from systems.veeam_azure.veeam import Veeam

sys.exit(main(Veeam))
