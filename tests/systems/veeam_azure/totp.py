# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time-based one-time passwords (RFC 6238), as Google Authenticator makes them: SHA-1, six digits, 30 seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

PERIOD = 30


def step(moment: float | None = None) -> int:
    """The number of the period of a moment (seconds since 1970; now)."""
    return int(time.time() if moment is None else moment) // PERIOD


def code(secret: str, number: int | None = None) -> str:
    """The code of a secret (base32) in the period of this number (now)."""
    counter = (step() if number is None else number).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
