# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version of the collection, as plans and journals name it; a test holds it against galaxy.yml."""

from __future__ import annotations

VERSION = "0.2.0"
