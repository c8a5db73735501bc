# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for systems that have a profile beside InSight's; each follows its maker's public description only."""
