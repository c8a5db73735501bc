# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One-time codes for a login: computed from a shared secret and the time (TOTP, RFC 6238), or given once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Callable, Optional

from .._options.shared import Identity
from .._text.redaction import know
from .._transport.http import Clock
from .._transport.retry import time_there
from ..errors import AuthenticationError, ConfigurationError

WHAT = "log in"
PERIOD = 30
"""Seconds of a time step."""
DIGITS = 6


def key_of(secret: str) -> bytes:
    """The key in a secret as systems show it: in base32, perhaps in groups, of any case. Raises ConfigurationError."""
    text = re.sub(r"[\s-]", "", secret).upper().rstrip("=")
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise ConfigurationError(WHAT, "totp_secret is not in base32", "Give it as the system showed it.") from error


def code_at(key: bytes, step: int) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


@dataclass(eq=False)
class OneTimeCodes:
    """The codes of one identity. last_step: reads the time step of the code that was sent last; keep_step: keeps that
    of a code before it is sent, since systems take each code once."""

    identity: Identity
    clock: Clock
    last_step: Callable[[], Optional[int]]
    keep_step: Callable[[int], None]
    spent: bool = field(default=False, init=False)

    def next(self, headers: Optional[Mapping[str, str]]) -> str:
        """A code that was not sent yet, by the clock of the server, of which the last answer had these headers; waits
        for the next one where the present one was sent. Raises AuthenticationError where there is none."""
        if self.identity.totp_secret:
            code = code_at(key_of(self.identity.totp_secret), self._step(headers or {}))
        elif self.identity.mfa_code and not self.spent:
            self.spent, code = True, self.identity.mfa_code
        else:
            why = "mfa_code was sent already, and is good once" if self.spent else "the system asks for a one-time code"
            raise AuthenticationError(WHAT, why, "Set totp_secret, or mfa_code to a code that is good now.")
        know([code])
        return code

    def _step(self, headers: Mapping[str, str]) -> int:
        there = time_there(headers, self.clock.now())
        step, last = int(there // PERIOD), self.last_step()
        if step == last:
            self.clock.sleep((step + 1) * PERIOD - there)
            step += 1
        self.keep_step(step)
        return step
