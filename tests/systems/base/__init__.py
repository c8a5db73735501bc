# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-ins share: routes, state, counters, recorded requests, control endpoints, the process.

The parts that the simulator of InSight has already are imported from there.
"""
