# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for InSight and for the Microsoft identity platform, over real HTTPS.

It knows nothing of the collection and never reads its profiles: client and server must be able to disagree.
"""
