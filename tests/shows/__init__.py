# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes minutes to show: `make shows`. `make test` plays the same with smaller numbers."""
