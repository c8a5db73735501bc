# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and answers, as values without behaviour."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, TypeVar, Union
from urllib.parse import SplitResult, urlsplit

from .._profile.predicate import BUSY, Alternative, Predicate
from .._text.records import evolve
from ..errors import InsightError, ServerError
from .numbers import Meaningless, parsed

Result = TypeVar("Result")
LONGEST = 200


def _has_no_meaning(_response: Response) -> bool:
    return False


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    purpose: what it is for, as it follows "Cannot" in an error: ``read event 'Initial filing'``.
    url: absolute. headers: only what is particular to this request.
    json_body: any JSON value, sent as ``application/json``; form: fields sent urlencoded, a list as several of
    one name. At most one of the two.
    safe: it may be sent again although it may have been carried out (a read, whatever its HTTP method). patient: the
    server may be starting, so it is waited for. kind: what requests that may be refused alike have in common (type and
    operation). understood: whether the profile gives an answer a meaning. busy: the answers of a server that is busy
    and did not carry it out; None for those of the profile. delay: seconds to wait before it is sent, by
    whoever runs the conversation. attempt: counts from 1. because: why there is
    another one than the first.
    """

    purpose: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json_body: Any = field(default=None, repr=False)
    form: Optional[Mapping[str, Union[str, list[str]]]] = field(default=None, repr=False)
    safe: bool = False
    patient: bool = False
    kind: str = ""
    understood: Callable[[Response], bool] = field(default=_has_no_meaning, repr=False, compare=False)
    busy: Optional[Predicate] = BUSY
    delay: float = 0.0
    attempt: int = 1
    because: str = ""

    def again(self, because: str, attempt: int = 0) -> Request:
        """The request as it is sent again. attempt: the last one, where it is a later one than this."""
        return evolve(self, attempt=max(self.attempt, attempt) + 1, because=because)


@dataclass(frozen=True, eq=False)
class Response:
    """One whole HTTP answer. Header names are in lower case; ``cookies`` holds what ``Set-Cookie`` set or, with an
    empty value, cleared. ruled_out: what is not the reason of a refusal, as far as that was found out. attempt:
    that of the request. errors: where the profile says that the errors of an answer stand. busy: what says that the
    server is busy and did not carry out the request; None for any other answer."""

    purpose: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    ruled_out: str = ""
    attempt: int = 1
    errors: tuple[Mapping[str, str], ...] = ()
    busy: Optional[Alternative] = None

    @property
    def content_type(self) -> str:
        """The media type, lower case and without parameters; empty where none was sent."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def location(self) -> SplitResult:
        """Where ``Location`` leads, in its parts; without any where it is no address."""
        return parted(self.headers.get("location", ""))

    @property
    def is_2xx(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        """Whether the answer is a web page rather than data, whatever its content type says."""
        return self.content_type == "text/html" or self.body.lstrip()[:15].lower().startswith(
            (b"<!doctype html", b"<html")
        )

    def json(self) -> Any:
        """The body as a JSON value. Raises ServerError when it is empty or not JSON, without quoting it."""
        if not self.body.strip():
            raise ServerError(
                self.purpose, "the server answered with an empty body where JSON was expected", status=self.status
            )
        try:
            return parsed(self.body)
        except Meaningless as error:
            raise ServerError(
                self.purpose,
                f"the server's answer is no JSON with one meaning: it holds {_shown(error)}",
                "The fault is the server's, nothing that is declared here: report it to whoever runs it.",
                status=self.status,
            ) from error
        except (ValueError, RecursionError) as error:
            kind = "a web page" if self.is_html else "a body that is not JSON, or is cut off"
            raise ServerError(
                self.purpose,
                f"the server answered HTTP {self.status} with {kind} ({len(self.body)} bytes, "
                f"content type {ascii(self.content_type)[1:-1] or 'not given'})",
                "Check url, and that no proxy or login page answers in the server's place.",
                status=self.status,
            ) from error


def _shown(error: ValueError) -> str:
    """The words of an error that names a place within an answer, on one printable line."""
    text = ascii(str(error))[1:-1]
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def parted(url: str) -> SplitResult:
    """The parts of an address that a server wrote; none where it is no address."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


Flow = Generator[Request, Response, Result]
"""A conversation: yields a request, is sent its answer, and returns what was agreed on. It does no I/O itself."""

Send = Callable[[Request], Response]


def _next(flow: Flow[Any], request: Request, send: Send) -> Request:
    try:
        answer = send(request)
    except InsightError as error:
        return flow.throw(error)
    return flow.send(answer)


def converse(flow: Flow[Result], send: Send) -> Result:
    """Run a conversation to its end: send each request that it yields and hand it the answer, or the error that came
    instead."""
    try:
        request = next(flow)
        while True:
            request = _next(flow, request, send)
    except StopIteration as end:
        result: Result = end.value
        return result
