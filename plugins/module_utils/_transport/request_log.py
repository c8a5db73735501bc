# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line for each request that was sent, without its query, headers and body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional, Union

from .failures import address
from .messages import Request, parted

Log = Callable[[Request, Union[int, str], float, str], None]
"""Takes a request, the status of its answer (or ``no answer``), the seconds that it took, and why there is none."""

MOST_LINES = 1000
"""Lines that a result brings along from another host."""
PREFIX = "rimops.insight: "
UNANSWERED = "no answer"


def log_of(show: Optional[Callable[[str], None]], url: str) -> Optional[Log]:
    """The request log of the system at ``url`` and of the servers that it needs; None where no log is asked for."""
    if show is None:
        return None
    ours, hear = address(url), show

    def log(request: Request, outcome: Union[int, str], seconds: float, why: str) -> None:
        hear(line(request, ours, outcome, seconds, why))

    return log


def line(request: Request, ours: str, outcome: Union[int, str], seconds: float, why: str = "") -> str:
    """The line of the log for a request. ours: the origin (scheme, host, port) that the line leaves out."""
    origin = address(request.url)
    again = f" (attempt {request.attempt}: {request.because})" if request.because else ""
    place = f"{'' if origin == ours else origin}{_path(request.url)}"
    reason = f"; {why}" if why else ""
    return f"{PREFIX}{request.method} {place}: {outcome} in {round(seconds * 1000)} ms{again}{reason}"


def _path(url: str) -> str:
    """The path alone, without the parameters of its segments too: some servers put a session id there."""
    path = parted(url).path
    return "/".join(segment.partition(";")[0] for segment in path.split("/")) or "/"


def last_of(lines: Sequence[str]) -> list[str]:
    """The lines that a result brings along: the last ones, since the failure is among them."""
    left_out = len(lines) - MOST_LINES
    if left_out <= 0:
        return list(lines)
    return [*lines[left_out:], f"{PREFIX}{left_out} requests before these are left out"]
