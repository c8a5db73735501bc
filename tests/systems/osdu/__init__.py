# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Azure Data Manager for Energy (OSDU M25): entitlements, legal, storage and schema services."""
