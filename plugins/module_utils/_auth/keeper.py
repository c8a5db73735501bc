# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the session of one identity: its present values, its record in the store, one login at a time."""

from __future__ import annotations

import itertools
import secrets
import threading
from typing import Any, Callable, Optional

from .._options.shared import Settings
from .._text.records import evolve
from .._transport.http import Clock
from .._transport.messages import Response, Send, converse
from .._transport.retry import backoff
from ..errors import AuthenticationError, ConfigurationError, InsightError, ServerError, SessionRejected
from .acquisition import Acquisition
from .denial import as_record, may_refuse_credentials, refuses_credentials, still_refused
from .in_use import InUse
from .session import look, observe
from .session_record import SessionRecord
from .state import State

LONGEST_PAUSE = 3
"""The attempt whose ``backoff`` is the longest pause before a login: up to four seconds."""
UNSTABLE = (
    "The server changes its CSRF token in answers other than the login's, so requests go out one at a time, and each "
    "process logs in for itself."
)


class SessionKeeper:
    """The session of one identity; threads may share it.

    acquired: ``store`` or ``handshake``, None before the first use. notes: for the user.
    """

    def __init__(self, settings: Settings, send: Send, clock: Clock, record: SessionRecord) -> None:
        self._settings, self._send, self._clock, self.record = settings, send, clock, record
        self._renewing, self._changing = threading.RLock(), threading.Lock()
        self._began = clock.now()
        self._tickets = itertools.count(1)
        self._brought = 0  # the ticket of the request whose answer brought the present values
        self._denied: Optional[InsightError] = None
        self._made: set[int] = set()  # the generations that this process opened
        self._unused = 0  # logins in a row in whose sessions no request was accepted
        self._vouched: tuple[int, Any, int] = (0, None, 0)  # see vouch
        self.first_adopted: Optional[int] = None
        self.seen_alive = False  # by a look, so that looks show whether a session lives
        self.state: Optional[State] = None
        self._in_use: Optional[InUse] = None
        self.acquired: Optional[str] = None
        self.notes: list[str] = []
        self.acquisition: Acquisition

    # --- values

    def in_use(self, state: State) -> InUse:
        """What a state gives to requests. That of the present state is kept, since each request asks for it."""
        held = self._in_use
        if held is None or held.state is not state:
            held = self._in_use = InUse(self._settings, state)
        return held

    def ticket(self) -> int:
        """The number of a request that is sent now."""
        return next(self._tickets)

    def observe(self, used: State, ticket: int, response: Response) -> None:
        """Take over what an accepted answer changes in the session, unless something newer is known.

        used, ticket: the state whose values the request carried, and its number.
        """
        if used.session is None:
            return
        with self._changing:
            current = self.state
            if current is None or current.session is None:
                return
            if current.generation != used.generation:
                return
            self._unused = 0
            if ticket <= self._brought:
                return
            session = observe(current.session, self._settings.profile.session, response, self.in_use(current).names)
            if session != current.session:
                self.state, self._brought = evolve(current, session=session), ticket

    def stop_sharing(self, generation: int) -> None:
        """From now on requests of this session go one at a time, and no other process uses it."""
        if self._change(lambda state: state.shared, lambda _new, stored: stored.generation == generation, shared=False):
            self.notes.append(UNSTABLE)

    def learn_looks_first(self) -> None:
        """The next login of this server ends with a look, which brings the good values."""
        self._change(
            lambda state: not state.looks_first,
            lambda new, stored: stored.generation <= new.generation,
            looks_first=True,
        )

    def _change(
        self,
        is_meant: Callable[[State], bool],
        may_replace: Callable[[State, State], bool],
        ticket: Optional[int] = None,
        **values: Any,
    ) -> Optional[State]:
        """Give the present state these values and save it. Returns the new state, None where nothing was changed.

        is_meant: whether to change the present state. may_replace: whether the new state (first) may replace the
        stored state (second). ticket: the number of the request whose answer brought the values.
        """
        with self._renewing, self.record.lock():
            with self._changing:
                if self.state is None or not is_meant(self.state):
                    return None
                self.state = evolve(self.state, **values)
                self._brought = self._brought if ticket is None else ticket
            stored = self.record.load()
            if stored and may_replace(self.state, stored):
                self.record.save(self.state)
            return self.state

    # --- looking

    def vouch(self, state: State, ticket: int) -> None:
        """Note that the session lived and its values were good when the request of that number was sent."""
        self._vouched = state.generation, self.in_use(state).marks, ticket

    def is_vouched_for(self, state: State) -> bool:
        """Whether the session of this login was seen alive, with good values."""
        return self._vouched[0] == state.generation

    def look(self, state: State, since: int) -> Optional[State]:
        """The state after a look at the session; None where the session is lost. ``state`` itself where another request
        showed after the request of number ``since`` that the session lives."""
        session = state.session
        if session is None:
            return None
        generation, values, vouched = self._vouched
        if (generation, values) == (state.generation, self.in_use(state).marks) and vouched > since:
            return state
        ticket = self.ticket()
        seen = converse(look(self._settings.profile, session, self.in_use(state).names), self._send)
        if seen.session is None:
            return None
        self.seen_alive = True
        self.vouch(evolve(state, session=seen.session), ticket)

        def is_same(other: State) -> bool:
            return other.generation == state.generation

        return (
            self._change(is_same, lambda new, stored: new.shared and is_same(stored), ticket, session=seen.session)
            or self.state
        )

    # --- coming to a session

    def current(self) -> State:
        """The session to use now; opened where there is none."""
        state = self.state
        return state if state and self._good(state, None) else self.renew(None)

    def present(self, used: State) -> State:
        """The state to use after a request with ``used`` was refused: the state of a newer login where there is one,
        also of another process."""
        stored = self.record.load()
        if stored and stored.generation > used.generation and self._good(stored, used):
            return self.renew(used)
        given_up = stored and stored.generation >= used.generation and not stored.shared
        if given_up and used.generation not in self._made and used.shared:
            return self.renew(used)  # another process uses it alone now
        return self.current()

    def could_be_anew(self, state: State, age: float) -> bool:
        """Whether an earlier run opened the session, more than so many seconds ago, and it can be opened anew without a
        person."""
        old = self._clock.now() - state.opened_at > age and state.generation not in self._made
        token_is_good = state.token is not None and state.token.usable(self._clock.now())
        return old and (token_is_good or self.acquisition.renewable(state))

    def renew(self, rejected: Optional[State]) -> State:
        """A usable session, not the rejected one: of another thread, of the store, or of a new login."""
        with self._renewing:
            if self.state and self._good(self.state, rejected):
                return self.state
            stored = self.record.newest()
            if stored is None or not self._good(stored, rejected):
                with self.record.locked():
                    stored = self.record.newest()
                    if stored is None or not self._good(stored, rejected):
                        return self._log_in(stored, rejected)
            return self._adopt(stored, "store")

    def _good(self, state: State, rejected: Optional[State]) -> bool:
        """Whether a state can be used: it has a session, not the rejected one, whose token has not run out."""
        if state.session is None or (rejected and state.generation <= rejected.generation):
            return False
        worn_out = state.token is not None and not state.token.usable(self._clock.now())
        return not (worn_out and self.acquisition.renewable(state))

    def _log_in(self, stored: Optional[State], rejected: Optional[State]) -> State:
        """The state after a login, saved and adopted. stored: what the store has; rejected: the state that the server
        refused. The caller holds the lock."""
        known = stored or self.state or State()
        if self._settings.session and self.acquisition.grant is None and known == State():
            from . import handle

            raise ConfigurationError(handle.WHAT, "it is not in the token store any more", handle.AGAIN)
        self.refuse_denied()
        if self.state and known is not self.state:
            ours = self.state
            known = evolve(
                known,
                generation=max(known.generation, ours.generation),
                shared=known.shared and ours.shared,
                looks_first=known.looks_first or ours.looks_first,
            )
        try:
            renewed = self._renewed(known, rejected is not None)
        except (AuthenticationError, ServerError) as error:
            self._deny(error)
            raise
        self.record.keep(renewed, denied=None)
        self._made.add(renewed.generation)
        return self._adopt(renewed, "handshake")

    def _renewed(self, known: State, rejected: bool) -> State:
        """A new session. Where other logins of the same identity end each new session at once, log in again until
        ``retry_deadline`` is over, provided that a session was seen alive before.

        Where no request was accepted in the last session, a random time passes first, a longer one each time: two runs
        of one identity that log in at once would end each other's sessions for ever."""
        deadline = self._clock.monotonic() + self._settings.network.retry_deadline
        while True:
            if self._unused:
                self._clock.sleep(backoff(min(self._unused, LONGEST_PAUSE), secrets.randbelow(1000) / 1000))
            renewed = self._renewed_once(known, rejected, deadline)
            self._unused += 1
            if renewed:
                return renewed
            known = self.record.newest() or known  # with the token of the login that was in vain

    def _renewed_once(self, known: State, rejected: bool, deadline: float) -> Optional[State]:
        from .renewal import renew  # a run whose session lives has no use for it

        try:
            return renew(self.acquisition, known, rejected, bool(rejected and self._unused))
        except SessionRejected:
            if not self.seen_alive or self._clock.monotonic() > deadline:
                raise
            return None

    def refuse_denied(self) -> None:
        """Raise where these credentials were refused a moment ago, here or in another process."""
        if self._denied:
            raise self._denied.with_traceback(None)  # else it grows with each raise
        refused = still_refused(self.record.denied(), self._began, self._clock.now())
        if refused:
            raise refused

    def deny(self, error: AuthenticationError) -> AuthenticationError:
        """Remember credentials that a request within the session showed to be wrong; the error again."""
        with self._renewing, self.record.locked():
            self._deny(error)
        return error

    def _deny(self, error: InsightError) -> None:
        """Remember a refused login for every thread; refused credentials for every process."""
        if may_refuse_credentials(error):
            self._denied = error
        if not isinstance(error, AuthenticationError):
            return
        status = error.details.get("status")
        credentials = refuses_credentials(error)
        rejected = isinstance(error, SessionRejected) and not error.denied
        if rejected or not (credentials or status is None):
            return
        self._denied = error
        grant = self.acquisition.grant
        if credentials and not (grant and grant.interactive):
            self.record.save(None, denied=as_record(error, self._clock.now()))

    def ask_anew(self) -> None:
        """Forget a login that failed for another reason than its credentials, since this is another attempt."""
        if not (isinstance(self._denied, AuthenticationError) and refuses_credentials(self._denied)):
            self._denied = None

    def _adopt(self, state: State, origin: str) -> State:
        """The state as this process uses it from now on. origin: as for ``acquired``."""
        self.acquisition.check_user(state.user)
        with self._changing:
            if self.state:  # found out while this was being made
                looks_first = state.looks_first or self.state.looks_first
                state = evolve(state, shared=state.shared and self.state.shared, looks_first=looks_first)
            if origin == "store" and self.first_adopted is None:
                self.first_adopted = state.generation
            self.state, self._brought = state, self.ticket()
        self.acquired = self.acquired or origin
        return state

    def forget(self) -> Optional[State]:
        """Take the session out of memory; returns what was known. Of the stored session this process may know newer
        values. The caller holds the lock."""
        stored, held, self.state = self.record.load(), self.state, None
        return held if held and (stored is None or held.generation == stored.generation) else stored
