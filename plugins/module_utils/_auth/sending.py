# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends requests within a session, and finds out why one was refused: the session is lost, its CSRF token is an older
one, or the identity may not do that.

A request that was refused was not carried out, so it may go again. How often what is tried:

- A lost session costs one login, and the request goes again.
- An answer 403 may mean all three. A request that was sent with older values goes again with the present ones. Then
  the session is looked at, by the safe first request of the handshake, unless another request was accepted meanwhile:
  the look shows the present CSRF token, or that the session is lost. Then comes one login, only for a session that an
  earlier run left in the store. What is still refused is a permission, and that verdict holds for the type and
  operation until one succeeds: so a thousand entities that an identity may not write cost one look.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from .._options.shared import Settings
from .._profile.predicate import LOOKED_AT, Sent, fitting
from .._text.records import evolve, record
from .._transport.http import Clock
from .._transport.messages import Request, Response, Send
from ..errors import AuthenticationError, InterruptedRequest, SessionRejected
from .denial import CHECK, LOG_IN
from .keeper import SessionKeeper
from .session import Session, carries_key, changes_session_cookie, is_lost, within
from .shared_lock import SharedLock
from .state import State

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""The methods that a CSRF filter lets pass without a token (RFC 9110, section 9.2.1)."""
FRESH = 60.0
"""Seconds after a login in which a refused request causes no new login."""
MOST_LOGINS = 3
"""How many sessions are opened for one refused request where no look has found a session alive: some servers open a
session at each look."""
LOSSES = 3
"""How often a request may find its session lost before it goes alone in a session that was opened for it."""
RULED_OUT = "the session lives and its CSRF token is the present one"
NOT_RULED_OUT = "a session that was opened for it is refused as well"
LOST = "the session was lost"
OLDER = "its CSRF token or its session was an older one"
OTHER_TOKEN = "a look at the session showed another CSRF token"
ANEW = "after a new login"
"""Why a request is sent again within a session."""


REFUSED = {
    False: "the server refused a session that was opened a moment ago",
    True: "the server refused an access token that was issued a moment ago",
}
GIVEN = {
    False: "the server does not accept the user name or the password",
    True: "the server refused the access token",
}
"""Why credentials are refused that each request carries as they were given; by whether they are an access token."""
CHECK_TOKEN = "Check access_token: it may have ended, be meant for another system, or its owner lacks a permission."
BY_KEY = ("the server does not accept the key that is an input of the profile", "Check inputs.")
CAUSES = {
    False: "Most likely another login of the same identity ended it: let jobs share the token_store, or give each its "
    "own user. Else this user lacks a permission, or a load balancer changes servers.",
    True: "Most likely the server trusts another issuer, or the token is meant for another system: compare authority "
    "(or token_url) with the issuer that the server trusts, http or https, name and port included; then scope and "
    "client_id. Else the server cannot reach the issuer, its clock is wrong, or this identity lacks a permission.",
}
"""Why a new session is refused, the likeliest first; by whether it is no more than an access token."""


@record
class Exchange:
    """One exchange: the state whose values the request carried, its number, its answer. lost: the answer says that the
    session is lost."""

    state: State
    ticket: int
    response: Response
    lost: bool

    @property
    def session(self) -> Session:
        """The session that the request was sent in."""
        return self.state.session or Session()


def _has_meaning(request: Request, response: Response) -> bool:
    """Whether an answer is no refusal that nobody explains."""
    return response.is_2xx or request.understood(response)


class SessionSender:
    """Sends requests within the session of a keeper; threads may share it."""

    def __init__(self, keeper: SessionKeeper, settings: Settings, send: Send, clock: Clock) -> None:
        self._keeper, self._settings, self._send, self._clock = keeper, settings, send, clock
        self._rules = settings.profile.session
        self._session_lock, self._lock, self._judging = SharedLock(), threading.Lock(), threading.Lock()
        self._denied: set[str] = set()  # the kinds of requests that this identity may not send
        self._last_accepted = -1  # the last generation in which a request was accepted
        self._unused = -1  # the last generation that was lost before one was
        self._ended: dict[str, Response] = {}  # by kind: the refusal that no new session helps
        self._first_values: dict[int, Any] = {}  # the renewable values that each generation began with
        self._first_was_good: set[int] = set()  # generations in which those were accepted
        self._logged_in_anew = False

    def send(self, request: Request) -> Response:
        """Send a request within the session and return the answer.

        Raises SessionRejected when sessions are lost as soon as they are opened, InterruptedRequest when a write was
        answered with a success in which the session ended.
        """
        deadline = self._clock.monotonic() + self._settings.network.retry_deadline
        losses = 0
        while True:
            sent = self._exchange(request) if losses < LOSSES else self._exchange_first(request, losses)
            if self._is_accepted(request, sent):
                return sent.response
            if sent.lost and not self._is_older(sent):
                losses += 1
                self._after_loss(request, sent, losses, deadline)
                last = sent.response
            else:
                last, is_answer = self._look_into(request, sent, deadline)
                if is_answer:
                    return last
                losses += 1
            request = request.again(LOST, last.attempt)

    # --- one exchange

    def _exchange(self, request: Request) -> Exchange:
        if self._last_accepted < 0 and self._keeper.acquisition.gives_nothing_new:
            return self._exchange_alone(request)
        if self._keeper.current().shared:
            with self._session_lock.shared():
                state = self._keeper.current()
                if state.shared:
                    return self._exchange_in(state, request)
        with self._session_lock.exclusive():
            return self._exchange_in(self._keeper.current(), request)

    def _exchange_alone(self, request: Request) -> Exchange:
        """Send a request with credentials that no request was accepted with yet, while no other thread does: refused
        ones go out once, since repeated failures lock accounts."""
        with self._session_lock.exclusive():
            state = self._keeper.current()
            self._keeper.refuse_denied()
            sent = self._exchange_in(state, request)
            if sent.lost and self._last_accepted < 0:
                raise self._keeper.deny(self._rejected(evolve(request, purpose=LOG_IN), sent.response))
            return sent

    def _exchange_first(self, request: Request, losses: int) -> Exchange:
        """Send a request as the first one of a new session, before another request can use up its CSRF token."""
        with self._session_lock.exclusive():
            state = self._keeper.current()
            return self._exchange_in(self._keeper.renew(state) if losses > LOSSES else state, request)

    def _exchange_in(self, state: State, request: Request) -> Exchange:
        if state.session is None:
            raise AuthenticationError(request.purpose, "there is no session")
        use = self._keeper.in_use(state)
        self._first_values.setdefault(state.generation, use.marks)
        ticket = self._keeper.ticket()
        response = self._send(within(self._settings.url, use.carried, request))
        lost = is_lost(self._rules, response, state.session.cookies, request.method)
        sent = Exchange(state, ticket, response, lost)
        if self._is_accepted(request, sent) and not response.busy:
            self._note(request, sent)
        return sent

    def _note(self, request: Request, sent: Exchange) -> None:
        """Take over the values of an accepted answer before the next request asks for them."""
        with self._lock:
            self._last_accepted = max(self._last_accepted, sent.state.generation)
            self._denied.discard(request.kind)
            self._ended.pop(request.kind, None)
            if request.method not in SAFE_METHODS:
                self._keeper.vouch(sent.state, sent.ticket)
                if self._keeper.in_use(sent.state).marks == self._first_values.get(sent.state.generation):
                    self._first_was_good.add(sent.state.generation)
        self._keeper.observe(sent.state, sent.ticket, sent.response)

    def _is_accepted(self, request: Request, sent: Exchange) -> bool:
        return not sent.lost and not self._is_refused(request, sent)

    def _is_refused(self, request: Request, sent: Exchange) -> bool:
        """Whether an answer is looked into: it fits ``session.look.after``, and the profile gives it no meaning. What a
        profile names there is looked into after a read whatever it means: some systems take a lost session for a guest,
        to whom nothing is there."""
        if fitting(self._rules.looks_after, sent.response, Sent(request.method, sent.session.cookies)) is None:
            return False
        return not _has_meaning(request, sent.response) or (request.safe and self._rules.looks_after_reads)

    def _is_older(self, sent: Exchange) -> bool:
        """Whether a request may have been refused for its CSRF token, another one having become known meanwhile."""
        state = self._keeper.current()
        same = state.generation == sent.state.generation and self._differ(state, sent.state)
        return same and not changes_session_cookie(self._rules, sent.response, sent.session.cookies)

    # --- a lost session

    def _after_loss(self, request: Request, sent: Exchange, losses: int, deadline: float) -> None:
        """Have the session renewed, unless nothing comes of it or the request may have been carried out."""
        self._end_what_is_in_vain(request, sent, losses, deadline)
        self._keeper.renew(sent.state)
        status = sent.response.status
        carried_out = sent.response.is_2xx and not request.safe
        without_cookies = evolve(sent.response, cookies={})
        if carried_out and not is_lost(self._rules, without_cookies, sent.session.cookies, request.method):
            raise InterruptedRequest(
                request.purpose,
                f"the server answered HTTP {status} and opened another session with it",
                "Does it change the session's cookie in ordinary answers? Then take that out of session.lost in the "
                "profile.",
                status=status,
            )

    def _end_what_is_in_vain(self, request: Request, sent: Exchange, losses: int, deadline: float) -> None:
        """Raise SessionRejected where no new session helps, or none has until the deadline."""
        if self._clock.monotonic() > deadline:
            raise self._rejected(request, sent.response)
        if self._is_in_vain(sent, losses) and request.kind not in self._ended and not self._others_end_it(sent):
            with self._lock:
                self._ended[request.kind] = sent.response
        with self._lock:
            if request.kind in self._ended:
                raise self._rejected(request, self._ended[request.kind])

    def _is_in_vain(self, sent: Exchange, losses: int) -> bool:
        """Whether two sessions in a row were lost before any request was accepted in them, or whether this request was
        lost in each new session."""
        generation = sent.state.generation
        with self._lock:
            adopted = self._keeper.first_adopted
            unused = self._last_accepted < generation and (adopted is None or generation > adopted)
            in_vain = unused and self._last_accepted < self._unused < generation
            if unused:
                self._unused = max(generation, self._unused)
            return in_vain or losses > LOSSES + 1

    def _others_end_it(self, sent: Exchange) -> bool:
        """Whether sessions work after the login and are ended soon by other logins of the same identity. Looks show it:
        one at this session and, where no look has found a session alive yet, one right after each of the next logins.
        One such look may fail because of another login in between."""
        refused = self._keeper.ticket()  # what was accepted before says nothing of a session that was lost since
        with self._judging:
            if self._keeper.current().generation > sent.state.generation:
                return True
            if self._keeper.look(sent.state, refused) is not None:
                return False
            state = sent.state
            for _login in range(0 if self._keeper.seen_alive else MOST_LOGINS):
                state = self._keeper.renew(state)
                if self._keeper.look(state, self._keeper.ticket()) is not None:
                    break
            return self._keeper.seen_alive

    def _rejected(self, request: Request, response: Response) -> SessionRejected:
        lost = fitting(self._rules.lost, response, Sent(request.method))
        from .._profile.server_messages import said_in

        words, given = (lost and lost.says) or said_in(response), self._keeper.acquisition.gives_nothing_new
        is_token = self._rules.is_token or bool(given and self._settings.access_token)
        why, hint = (GIVEN if given else REFUSED)[is_token], CHECK if given and not is_token else CAUSES[is_token]
        if given and is_token and not self._settings.profile.oauth:
            hint = CHECK_TOKEN
        if not self._settings.access_token and carries_key(self._settings.profile, self._settings.inputs):
            why, hint = BY_KEY
        return SessionRejected(
            request.purpose,
            f"{why} (HTTP {response.status})" + (f"; it says: {words}" if words else ""),
            hint,
            denied=given,
            status=response.status,
        )

    # --- a refusal within a session

    def _look_into(self, request: Request, sent: Exchange, deadline: float) -> tuple[Response, bool]:
        """Find out why a request was refused, by resending it under a rotating CSRF token and in renewed sessions.
        Returns the last answer, and whether it is final: every other reason than a missing permission is ruled out. It
        is not final where the session was lost meanwhile and renewed. One that has a meaning is final once a look
        shows that the session lives, and each is looked into: the session may have ended before the next one."""
        refused = self._keeper.ticket()
        with self._session_lock.exclusive():  # so that no other answer changes the values on the way
            last = sent
            if _has_meaning(request, sent.response) or request.kind not in self._denied:
                for state, because in self._remedies(request, sent, refused, deadline):
                    request = request.again(because, last.response.attempt)
                    last = self._exchange_in(state, request)
                    if last.lost:
                        self._after_loss(request, last, 1, deadline)
                        return last.response, False
                    if not self._is_refused(request, last):
                        self._learn(sent, last)
                        return last.response, True
                if _has_meaning(request, last.response):
                    self._note(request, last)
                    return last.response, True
                with self._lock:
                    self._denied.add(request.kind)
            if self._rules.renewed and b"csrf" in last.response.body[:LOOKED_AT].lower():
                from .handshake_errors import csrf_refused  # most runs have no use for it

                raise csrf_refused(self._settings.profile, last.response)
            seen = self._keeper.is_vouched_for(self._keeper.current())
            return evolve(last.response, ruled_out=RULED_OUT if seen else NOT_RULED_OUT), True

    def _remedies(self, request: Request, sent: Exchange, refused: int, deadline: float) -> Iterator[tuple[State, str]]:
        """The states with which to resend a refused request, and why; the cheapest first: with the newest values known,
        with the CSRF token that a look shows, after a new login. A login comes only after a look that shows that the
        session is lost, and once in a run for a session of an earlier run.

        refused: the number of a request that would be sent right after the refusal: an earlier accepted request may
        belong to a session that was lost since.
        """
        state = self._keeper.present(sent.state)
        if self._differ(state, sent.state):
            yield state, OLDER
            refused = self._keeper.ticket()
        lost, looked_for_token = 0, False
        while self._keeper.seen_alive or lost < MOST_LOGINS:
            if self._clock.monotonic() > deadline:
                raise self._rejected(request, sent.response)
            state = self._keeper.current()
            looked = self._keeper.look(state, refused)
            if looked is None:
                renewed = self._keeper.renew(state)
                if lost and not self._keeper.seen_alive:
                    renewed = self._keeper.look(renewed, self._keeper.ticket()) or renewed
                lost, looked_for_token = lost + 1, False
                yield renewed, LOST
            elif self._differ(looked, state) and not looked_for_token:
                looked_for_token = True
                yield looked, OTHER_TOKEN
                if self._was_good(state):
                    continue  # then the first refusal, before that look, was no matter of the token or the session
            elif self._may_log_in_anew(request, sent, state):
                self._logged_in_anew, looked_for_token = True, False
                yield self._keeper.renew(state), ANEW
            else:
                return
            refused = self._keeper.ticket()

    def _may_log_in_anew(self, request: Request, sent: Exchange, state: State) -> bool:
        """Whether a login of its own may give the permission that a session of an earlier run lacks."""
        refused = not (_has_meaning(request, sent.response) or self._logged_in_anew)
        return refused and self._keeper.could_be_anew(state, FRESH)

    def _was_good(self, state: State) -> bool:
        """Whether a session had good values: ones that were accepted, or shown after the login."""
        first = self._keeper.in_use(state).marks == self._first_values.get(state.generation)
        return state.shared and (not first or state.generation in self._first_was_good)

    def _learn(self, refused: Exchange, accepted: Exchange) -> None:
        """What the server does with values, by the difference between a refused and an accepted request."""
        values, generation = self._keeper.in_use(refused.state).marks, refused.state.generation
        if generation != accepted.state.generation or values == self._keeper.in_use(accepted.state).marks:
            return
        if values == self._first_values.get(generation) and generation not in self._first_was_good:
            self._keeper.learn_looks_first()  # those of the login's answer were never good
        else:
            self._keeper.stop_sharing(generation)  # good ones were refused after another answer

    def _differ(self, one: State, other: State) -> bool:
        """Whether two states make a request carry different values."""
        return self._keeper.in_use(one).carried != self._keeper.in_use(other).carried
