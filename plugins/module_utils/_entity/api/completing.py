# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server accepts first and carries out later, as a conversation: polled to its end, or until the time is up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, Optional

from ..._profile.completing import AcceptedWrite, Completing
from ..._profile.predicate import Sent, first_at, fitting, statuses_of
from ..._profile.request_template import RequestTemplate, settled
from ..._profile.server_messages import for_message, said_in
from ..._profile.template import at_path
from ..._text.json_forms import canonical
from ..._text.nested_paths import ABSENT, names_of, with_value
from ..._text.records import evolve
from ..._text.redaction import printable
from ..._transport.addressing import request_of
from ..._transport.deadline import INTERRUPTED, is_over
from ..._transport.failures import of_busy
from ..._transport.messages import Flow, Request, Response
from ..._transport.retry import retry_after
from ...errors import InsightError, OutcomeUnknownError, ServerError, TransportError
from ..address import Entity
from .answers import NOT_THERE, content, is_missing, means
from .requests import Invocation

KNOWN_ANYWHERE = ("inputs", "url", "type", "request_id", "reason", "change_reference", "initiator")
"""The names that a later run knows by itself."""


def waited_for(
    of: Invocation, completing: Completing, response: Response, observed: Optional[Entity]
) -> Flow[Response]:
    """The answer that the server gives when it has carried out what it has accepted. response: the one that says so;
    observed: the entity as it was read. Raises as answered() does."""
    accepted = _accepted(of, completing, response, observed)
    if not of.operation.safe:
        _told(of, partial(of.watch.accepted, accepted))
    last = yield from _watched(of, completing, accepted, response)
    status = (statuses_of(of.operation.success) or (200,))[0]
    if not completing.answer:
        return evolve(response, status=status)
    found = first_at(last, completing.answer) if last else ABSENT
    body = b"" if found is ABSENT else canonical(found).encode()
    return evolve(last or response, purpose=response.purpose, status=status, body=body)


def go_on(of: Invocation, accepted: AcceptedWrite) -> Flow[None]:
    """Wait for the end of what an earlier run has left with the server. That it failed, or is not known there any more,
    is a note: what has to be done shows when the entity is read. Raises OutcomeUnknownError where it goes on."""
    completing = of.operation.completes
    if completing is not None:
        try:
            yield from _watched(of, completing, accepted, None)
        except ServerError as error:
            of.watch.note(error.message)


def made_ready(of: Invocation, request: Request, response: Response) -> Flow[Response]:
    """The answer to a read that shows the entity ready. response: the first one. Raises as ready() does."""
    operation, watch = of.operation, of.watch
    deadline = watch.clock.monotonic() + watch.waiting.timeout
    while means(operation, "success", response) and not _is_deleted(of, response):
        sent = Sent(request.method)
        failed = fitting(operation.failed, response, sent)
        if failed:
            says = failed.says or "the server says that it has failed"
            hint = "Look at it in the system. It can be removed with state absent."
            raise ServerError(of.purpose, f"it is there, and {says}", hint)
        if is_missing(operation, response) or fitting(operation.until, response, sent):
            break
        delay = _delay(of, response)
        if _is_over(of, delay, deadline):
            why = f"it is there, and was not ready within {watch.waiting.timeout:g} s"
            raise ServerError(of.purpose, why, "Run it again later, or raise wait_timeout.")
        response = yield evolve(request, delay=delay)
    return response


def _is_deleted(of: Invocation, response: Response) -> bool:
    """Whether the answer shows an entity that was deleted and stays: that one will not become ready."""
    return bool(of.type.soft_deleted) and of.type.is_deleted(content(of.operation, response))


def _told(of: Invocation, tell: Callable[[], Any]) -> None:
    """Have what was accepted, or has ended, kept. That this failed must not end the waiting, so it is a note."""
    try:
        tell()
    except InsightError as error:
        of.watch.note(error.message)


def _accepted(of: Invocation, completing: Completing, response: Response, observed: Optional[Entity]) -> AcceptedWrite:
    """What the answer gives to poll with. Raises where it lacks a value that is to be taken."""
    taken = {name: first_at(response, places) for name, places in completing.take.items()}
    for name, value in taken.items():
        if value in (ABSENT, None, "", []):
            why = f"the server accepted it, and its answer lacks {name}, which {completing.profile_key}.take expects"
            raise _stopped(of, f"{why} at {completing.take[name]}", True)
    names = {**of.names({}, observed, {}), **taken}
    paths = (path for path in sorted(completing.names) if path.partition(".")[0] not in KNOWN_ANYWHERE)
    kept = {path: settled(at_path(names, path)) for path in paths}
    return AcceptedWrite(of.operation.profile_key, {path: value for path, value in kept.items() if value is not ABSENT})


def _watched(
    of: Invocation, completing: Completing, accepted: AcceptedWrite, first: Optional[Response]
) -> Flow[Optional[Response]]:
    """Poll each job to its end; the last poll, None where the server does not know the last job any more. first: the
    answer that accepted it; None for a later run."""
    deadline = of.watch.clock.monotonic() + of.watch.waiting.timeout
    failures: list[str] = []
    last, delay = None, min(_asked(of, first), _patience(of)) if first else 0.0
    for label, names in _jobs(of, completing, accepted):
        last = yield from _end_of(of, completing, names, label, deadline, delay, first is None)
        sent, delay = Sent(completing.poll.method), 0.0
        if last is None:
            of.watch.note(f"The server does not know {label} any more, which an earlier run began to {of.purpose}.")
        elif fitting(completing.failed, last, sent):
            failures.append((yield from _why(of, completing, names, last, label, "failed")))
        elif fitting(completing.warned, last, sent):
            warning = yield from _why(of, completing, names, last, label, "ended with a warning")
            of.watch.note(f"To {of.purpose}, {warning}.")
    if not of.operation.safe:
        _told(of, of.watch.ended)
    if failures:
        hint = "Look at the entity: what failed may have left something behind."
        raise ServerError(of.purpose, f"the server accepted it, and {'; '.join(failures)}", hint)
    return last


def _jobs(of: Invocation, completing: Completing, accepted: AcceptedWrite) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each job that goes on: how it is called in a message, and the names to poll it with."""
    nested: Mapping[str, Any] = {}
    for path, value in accepted.names.items():
        nested = with_value(nested, names_of(path), value)
    several = completing.several
    held = nested.get(several) if several else None
    for value in held if isinstance(held, Sequence) and not isinstance(held, str) else [held]:
        names = {**of.names({}, None, {}), **nested, **({several: value} if several else {})}
        label = " ".join(f"{name} {names[name]}" for name in completing.take if name in names)
        yield printable(label) or "what it began", names


def _end_of(
    of: Invocation,
    completing: Completing,
    names: Mapping[str, Any],
    label: str,
    deadline: float,
    delay: float,
    later: bool,
) -> Flow[Optional[Response]]:
    """The poll that shows the end of a job; None where the server does not know it any more, for a later run. Raises
    where it has not ended in time."""
    ends, sent = (completing.failed, completing.until, completing.warned), Sent(completing.poll.method)
    while True:
        gone = False
        try:
            response = yield evolve(_request(of, completing, completing.poll, names, label), delay=delay)
            if any(fitting(one, response, sent) for one in ends):
                return response
            gone, delay = response.status in NOT_THERE and not response.busy, _delay(of, response)
            seen = "it has not ended" if response.status < 300 else f"asking for it gives HTTP {response.status}"
            seen = of_busy(response).why if response.busy else seen
        except TransportError as error:
            seen, delay = error.why, of.watch.waiting.interval
            if is_over() or seen == INTERRUPTED:
                raise _stopped(of, f"{label} was accepted, and {seen}", not later) from error
        except InsightError as error:
            raise _stopped(of, f"{label} was accepted, and how it goes is not known: {error.why}", not later) from error
        if _is_over(of, delay, deadline):
            if gone and later:
                return None
            waited = f"{of.watch.waiting.timeout:g} s" if of.watch.waiting.enabled else "one look"
            raise _stopped(of, f"{label} was accepted, and after {waited} {seen}", not later)


def _request(
    of: Invocation, completing: Completing, template: RequestTemplate, names: Mapping[str, Any], label: str
) -> Request:
    """A request about a job. template: of the poll, or of what tells the reason."""
    kind, purpose = f"{of.type.name} {of.operation.name} poll", f"ask for {label} to {of.purpose}"
    meanings, sent = (*completing.until, *completing.warned, *completing.failed), Sent(template.method)

    def understood(response: Response) -> bool:
        return fitting(meanings, response, sent) is not None

    return request_of(template, names, of.base, purpose, safe=True, kind=kind, understood=understood)


def _why(
    of: Invocation, completing: Completing, names: Mapping[str, Any], last: Response, label: str, how: str
) -> Flow[str]:
    """How a job ended, with the reason that the server gives."""
    sent, answer = Sent(completing.poll.method), last
    one = fitting(completing.failed, last, sent) or fitting(completing.warned, last, sent)
    if completing.asked:
        try:
            answer = yield _request(of, completing, completing.asked, names, label)
            if answer.busy:
                raise of_busy(answer)
        except InsightError as error:
            return f"{label} {how} (its reason could not be read: {error.why})"
    found = first_at(answer, completing.message) if completing.message else ABSENT
    texts = found if isinstance(found, list) else [] if found is ABSENT else [found]
    text = for_message("; ".join(one if isinstance(one, str) else canonical(one) for one in texts)) or said_in(answer)
    reason = "; ".join(filter(None, [one.says if one else "", text.rstrip(".")]))
    return f"{label} {how}{f', saying: {reason}' if reason else ''}"


def _asked(of: Invocation, response: Response) -> float:
    """Seconds after which the server asks to come back; 0 where it says nothing."""
    return retry_after(response.headers, of.watch.clock.now()) or 0.0


def _patience(of: Invocation) -> float:
    """Seconds that may be waited."""
    return of.watch.waiting.timeout if of.watch.waiting.enabled else 0.0


def _delay(of: Invocation, response: Response) -> float:
    return _asked(of, response) or of.watch.waiting.interval


def _is_over(of: Invocation, delay: float, deadline: float) -> bool:
    return not of.watch.waiting.enabled or of.watch.clock.monotonic() + delay > deadline


def _stopped(of: Invocation, why: str, written: bool) -> InsightError:
    """The error for what did not end as far as we know. written: this run has sent it."""
    if of.operation.safe:
        return ServerError(of.purpose, f"the server is not ready with it: {why}", "Raise wait_timeout, or try later.")
    return OutcomeUnknownError(
        f"tell whether the server carried out the request to {of.purpose}",
        why,
        "Run the same again: it goes on waiting and does not send it again. Or raise wait_timeout.",
        written="unknown" if written else None,
    )
