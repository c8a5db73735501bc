# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to ask again, and after how long: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Optional

from .messages import Response

LEAST = 0.1
"""Seconds before anything is sent again, whatever the server asks for."""

UNAVAILABLE = 503

GATEWAY = (502, UNAVAILABLE, 504)
"""What a proxy or gateway answers in the place of a server that is not up yet, or where it does not know the outcome of
the request."""


def retry_after(headers: Mapping[str, str], now: float) -> Optional[float]:
    """Seconds to wait as ``Retry-After`` says, as a number or as a date; None where it says nothing readable."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, http_date(text) - time_there(headers, now))
    except (TypeError, ValueError, OverflowError):
        return None


def time_there(headers: Mapping[str, str], now: float) -> float:
    """The time (epoch seconds) by the clock of the server that answered, from which its dates count; our time where the
    answer has no date."""
    try:
        return http_date(headers["date"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return now


def http_date(text: str) -> float:
    """Epoch seconds of a date as HTTP writes it, which is in UTC also where it does not say so. Raises TypeError,
    ValueError or OverflowError for what is none."""
    date = parsedate_to_datetime(text)
    return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before the attempt after number ``attempt`` (from 0): doubling from a half, at most 20, times the
    jitter between 0 and 1 that keeps many clients from coming back together, and never less than a tenth."""
    return max(LEAST, min(20.0, 0.5 * 2.0 ** min(attempt, 6)) * jitter)


def is_crowded(response: Response) -> bool:
    """Whether the server has too much to do, so that all requests wait, and fewer go at a time."""
    return bool(response.busy) or response.status == UNAVAILABLE


def asked_to_wait(response: Response, now: float) -> Optional[float]:
    """Seconds to wait where the server is busy and names the time to come back, which then decides how often it is
    asked; else None."""
    return retry_after(response.headers, now) if response.busy else None


def delay_after_answer(response: Response, safe: bool, attempt: int, now: float, jitter: float) -> Optional[float]:
    """Seconds to wait before the request is sent again after this answer; None to keep the answer. A write is sent
    again only where the server is busy, as the profile says it: then it did not carry the write out. A read is sent
    again also when a proxy or gateway failed."""
    asked = asked_to_wait(response, now)
    if asked is not None:
        return max(LEAST, asked)
    if response.busy or (safe and response.status in GATEWAY):
        return backoff(attempt, jitter)
    return None
