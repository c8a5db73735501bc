# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends HTTP requests: again where sending twice is known to be harmless, and only as many at a time as the server
takes."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from functools import partial
from typing import Callable, Optional, Union

from .._options.shared import Network
from .._profile.predicate import BUSY, Predicate, Sent, fitting
from .._text.records import evolve, record
from ..errors import InsightError, InterruptedRequest, NotSentError, UntrustedServerError
from . import deadline as bounds
from . import retry
from .connections import Connections
from .failures import address
from .limiter import ConcurrencyLimiter
from .messages import Request, Response
from .request_log import UNANSWERED, Log


@record
class Clock:
    """The only source of time. now: epoch seconds; monotonic: for deadlines; sleep: in seconds."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = bounds.sleep


SYSTEM_CLOCK = Clock()


class Http:
    """Sends requests over kept-alive connections; threads may share it. log: takes a line for each request; None to log
    nothing. busy: the answers that the profile calls busy."""

    log: Optional[Log] = None

    def __init__(
        self,
        network: Network,
        clock: Clock = SYSTEM_CLOCK,
        jitter: Callable[[], float] = random.random,
        show: Optional[Callable[[str], None]] = None,
        busy: Predicate = BUSY,
    ) -> None:
        self._network, self._show, self._busy = network, show, busy
        self._clock = clock
        self._jitter = jitter
        self._pause_until = 0.0
        self._limiter = ConcurrencyLimiter()
        self._send_once = Connections(network, clock.now).send

    def send(self, request: Request) -> Response:
        """Send a request, again where that is known to be harmless, and return the last answer, whatever it says.

        Raises what ``Connections.send`` raises.
        """
        began, attempt = self._clock.monotonic(), 0
        deadline = began + self._network.retry_deadline
        while True:
            self._wait_for_pause(request, deadline)
            last = attempt >= self._network.retry_limit
            patient = partial(self._is_waited_for, request, began, attempt)
            try:
                response = self._send_within_limit(request)
                now = self._clock.now()
                delay = retry.delay_after_answer(response, request.safe, attempt, now, self._jitter())
                waiting = retry.asked_to_wait(response, now) is not None
                enough = last and not waiting and not (response.status in retry.GATEWAY and patient())
                if delay is None or enough or self._clock.monotonic() + delay > deadline:
                    return response
                attempt += not waiting
                request = request.again(f"HTTP {response.status}, waited {delay:.1f} s")
                if retry.is_crowded(response):
                    self._pause_until = max(self._pause_until, self._clock.monotonic() + delay)
                    continue
            except UntrustedServerError:
                raise
            except (NotSentError, InterruptedRequest) as error:
                harmless = request.safe or isinstance(error, NotSentError)
                enough = last and not (isinstance(error, NotSentError) and error.starting and patient())
                delay = retry.backoff(attempt, self._jitter())
                if not harmless or enough or self._clock.monotonic() + delay > deadline:
                    raise
                attempt += 1
                request = request.again(f"{error.why}, waited {delay:.1f} s")
            self._rest(request, delay)

    def _rest(self, request: Request, seconds: float) -> None:
        try:
            self._clock.sleep(seconds)
        except NotSentError as error:
            raise NotSentError(request.purpose, error.why) from error

    def _is_waited_for(self, request: Request, began: float, attempt: int) -> bool:
        """Whether a server that seems to be starting is asked again, however often it was: for as long as an answer may
        take. Says so once."""
        timeout = self._network.timeout
        if not (request.patient and self._network.retry_limit) or self._clock.monotonic() > began + timeout:
            return False
        if attempt == self._network.retry_limit and self._show:
            self._show(f"{address(request.url)} is not up yet; it is asked for {timeout:g} s")
        return True

    def _send_within_limit(self, request: Request) -> Response:
        with self._limiter:
            answer = self._send_logged(request, self.log) if self.log else self._send_once(request)
            response = with_busy(request, answer, self._busy)
            if retry.is_crowded(response):
                self._limiter.halve(self._clock.monotonic())
            else:
                self._limiter.widen()
            return response

    def _send_logged(self, request: Request, log: Log) -> Response:
        """The answer, with a line in the log also where there is none."""
        began = self._clock.monotonic()
        outcome: Union[int, str] = UNANSWERED
        why = "it was broken off"  # by the timeout of the task, for instance
        try:
            response = self._send_once(request)
            outcome, why = response.status, ""
            return response
        except InsightError as error:
            outcome, why = error.details.get("status", UNANSWERED), error.why
            raise
        finally:
            log(request, outcome, self._clock.monotonic() - began, why)

    def _wait_for_pause(self, request: Request, deadline: float) -> None:
        """``Retry-After`` speaks to this client, so it holds back every thread."""
        while (pause := min(self._pause_until, deadline) - self._clock.monotonic()) > 0:
            self._rest(request, pause)


def with_busy(request: Request, response: Response, busy: Predicate) -> Response:
    """The answer, which says from here on whether the server is busy. busy: the answers that say so, where the request
    names none itself."""
    one = fitting(busy if request.busy is None else request.busy, response, Sent(request.method))
    return evolve(response, busy=one) if one else response


def with_headers(request: Request, headers: Mapping[str, str]) -> Request:
    """The request with these headers added; where it has one of the same name, the new value replaces it."""
    return evolve(request, headers={**request.headers, **headers})
