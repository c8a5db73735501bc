# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a session alive: requests go out with it, and when the server refuses it, it is renewed once."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from ..errors import AuthenticationError, ConfigurationError, InsightError, SessionRejected
from ..options import Settings
from ..transport.http import SYSTEM_CLOCK, Clock, with_headers
from ..transport.values import Request, Response, Send, converse
from . import grants, handle
from .acquisition import Acquisition
from .choice import endpoints_of
from .grants import Application, Authorization, Show
from .identity import grant_for, identity_of
from .session import headers_of, is_rejected, log_out, observe, said
from .state import State, as_json, from_json
from .store import FileStore, MemoryStore, Store, open_store
from .turns import Turns

PENDING_LIFE = 600.0
"""Seconds that a person has to log in."""
UNSTABLE = (
    "The server changes its CSRF token in answers other than the login's, so requests go out one at a time, and each "
    "process logs in for itself."
)


class Authenticator:
    """Sends requests within a session; threads may share it. acquired: ``store`` or ``handshake``, None before the
    first use. warnings, notes: what the user should be told."""

    def __init__(
        self,
        settings: Settings,
        send: Send,
        store: Store,
        clock: Clock = SYSTEM_CLOCK,
        show: Optional[Show] = None,
        refresh_token_return: bool = False,
    ) -> None:
        self._settings, self._send, self._store, self._clock = settings, send, store, clock
        self.acquired: Optional[str] = None
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self._state: Optional[State] = None
        self._made: Optional[int] = None  # the generation that this process made by a handshake
        self._renewing, self._changing, self._turns = threading.RLock(), threading.Lock(), Turns()
        self.grant = grant_for(settings)
        self._name = self._find_name()
        self._application = self._make_application(show)
        self._acquisition = Acquisition(
            settings=settings,
            send=send,
            clock=clock,
            grant=self.grant,
            application=self._application,
            save=self._save,
            reload=self._load,
            authorization=self._authorization,
            may_use_up=store.durable
            or refresh_token_return
            or bool(self._application and self._application.refresh_keeps),
        )

    def _find_name(self) -> str:
        """The name of our record; with a handle that of the record which it points to."""
        given = self._settings.session
        if given is None:
            name = self._store.name(identity_of(self._settings, self.grant))
            alias = (self._store.load(name) or {}).get("alias")
            return str(alias) if isinstance(alias, str) and FileStore.is_name(alias) else name
        handle.check_url(given.url or self._settings.url, self._settings.url)
        if given.secret:
            self._state = handle.unsealed(given.secret, self._settings.url)
            return str(self._store.name({"session": given.secret}))
        name = handle.name_in(given)
        if self.grant and self._store.name(identity_of(self._settings, self.grant)) != name:
            self.grant = None  # a session of other credentials is used, but never replaced by one of ours
        return name

    def _make_application(self, show: Optional[Show]) -> Optional[Application]:
        if self.grant in (None, "login"):
            return None
        keeps = self._settings.profile.oauth.get("refresh_token_after_use", "unknown") == "keeps"
        endpoints = endpoints_of(self._settings, str(self.grant))
        return Application(self._settings.identity, endpoints, self._clock, refresh_keeps=keeps, show=show)

    # --- using the session

    def send(self, request: Request) -> Response:
        """Send a request within the session and return the answer.

        A session that the server refuses is renewed once, and the request sent again: a refused request was not
        carried out. Where each answer may change the CSRF token, what went out beside others goes out again alone,
        and there the session is renewed once more. Raises SessionRejected when the new one is refused as well.
        """
        renewals, alone = 0, False
        for _attempt in range(6):
            state, response = self._exchange(request, alone)
            if not is_rejected(self._settings.profile.session, response):
                return response
            beside = state.shared and not alone  # others were under way, whose answers may have changed the token
            unstable = self._state is not None and not self._state.shared
            if beside and unstable:
                continue
            if beside and renewals and state.generation == self._made:
                alone = True
            elif renewals <= unstable or state.generation != self._made:
                self._acquire(state)
                renewals += 1
            else:
                break
        raise self._rejected(request, response)

    def _exchange(self, request: Request, alone: bool) -> tuple[State, Response]:
        if self._current().shared and not alone:
            with self._turns.beside():
                state = self._current()
                if state.shared:
                    return self._exchange_in(state, request)
        with self._turns.alone():
            return self._exchange_in(self._current(), request)

    def _exchange_in(self, state: State, request: Request) -> tuple[State, Response]:
        if state.session is None:
            raise AuthenticationError(request.purpose, "there is no session")
        response = self._send(with_headers(request, headers_of(state.session)))
        if not is_rejected(self._settings.profile.session, response):
            self._observe(state, response)
        return state, response

    def _observe(self, used: State, response: Response) -> None:
        """Take over what an answer changes in the session."""
        rules = self._settings.profile.session
        seen = used.session and observe(used.session, rules, response)
        with self._changing:
            current = self._state
            if seen is None or seen == used.session or current is None or current.session is None:
                return
            if current.generation == used.generation:
                session = observe(current.session, rules, response)
            else:  # that session is over, and what it told about the server holds for this one too
                session = replace(current.session, stable=current.session.stable and seen.stable)
            self._state = replace(current, session=session, shared=session.stable)
        if current.shared and not session.stable:
            self.notes.append(UNSTABLE)
            with self._store.locked(self._name):
                stored = self._load()
                if stored and stored.generation == current.generation:
                    self._save(self._state)

    def _rejected(self, request: Request, response: Response) -> SessionRejected:
        words = said(response)
        return SessionRejected(
            request.purpose,
            f"the server refused a session that was opened a moment ago (HTTP {response.status})"
            + (f"; it says: {words}" if words else ""),
            "Most likely another login of the same identity ended it: let jobs share the token_store, or give each its "
            "own user. Else this user lacks a permission, or a load balancer changes servers.",
            status=response.status,
        )

    # --- coming to a session

    def _current(self) -> State:
        state = self._state
        return state if state and self._good(state, None) else self._acquire(None)

    def _good(self, state: Optional[State], rejected: Optional[State]) -> bool:
        """Whether a state can be used: it has a session, not the rejected one, whose token has not run out."""
        if state is None or state.session is None or (rejected and state.generation == rejected.generation):
            return False
        worn_out = state.token is not None and not state.token.usable(self._clock.now())
        return not (worn_out and self._acquisition.renewable(state))

    def _acquire(self, rejected: Optional[State]) -> State:
        """A usable session: of another thread, of the store, or of a new handshake."""
        with self._renewing:
            if self._state and self._good(self._state, rejected):
                return self._state
            stored = self._load()
            if stored is None or not self._good(stored, rejected):
                with self._store.locked(self._name):
                    stored = self._load()
                    if stored is None or not self._good(stored, rejected):
                        return self._handshake(stored, rejected)
            return self._adopt(stored, "store")

    def _handshake(self, stored: Optional[State], rejected: Optional[State]) -> State:
        known = stored or self._state or State()
        if self._settings.session and self.grant is None and known == State():
            raise ConfigurationError(handle.WHAT, "it is not in the token store any more", handle.AGAIN)
        if self._state and known is not self._state and not self._state.shared:
            known = replace(known, shared=False)
        renewed = self._acquisition.renew(known, rejected is not None)
        self._save(renewed)
        self._made = renewed.generation
        return self._adopt(renewed, "handshake")

    def _adopt(self, state: State, origin: str) -> State:
        self._acquisition.check_user(state.user)
        with self._changing:
            if self._state and not self._state.shared and state.session:  # found out while this was being made
                state = replace(state, shared=False, session=replace(state.session, stable=False))
            self._state = state
        self.acquired = self.acquired or origin
        return state

    # --- the record in the store

    def _load(self) -> Optional[State]:
        record = self._store.load(self._name)
        if record is None or "state" not in record:
            return None
        handle.check_url(record.get("url"), self._settings.url)
        try:
            return from_json(record["state"])
        except ValueError as error:
            raise ConfigurationError(
                "use the token store",
                f"{self._store.location}/{self._store.file(self._name)} is damaged",
                "Remove it to log in anew.",
            ) from error

    def _save(self, state: Optional[State], **more: Any) -> None:
        """Save a state beside what else is in the record; None leaves the state as it is. The caller holds the lock."""
        record = {
            **(self._store.load(self._name) or {}),
            "url": self._settings.url,
            "profile": self._settings.profile.name,
            **more,
        }
        if state:
            record["state"] = as_json(state if state.shared else replace(state, session=None))
        self._store.save(self._name, record)

    # --- what others ask for

    @property
    def user(self) -> Optional[str]:
        """Who is logged in, as far as that is known."""
        return self._state.user if self._state else None

    def open(self) -> None:
        """Make sure that there is a session."""
        self._current()

    def handle(self, with_secret: bool = False) -> dict[str, Any]:
        """The session's handle, see options.SESSION_HANDLE; ``secret`` only where asked for."""
        return handle.handle_of(self._current(), self._store, self._name, self._settings.url, with_secret)

    def authorization_headers(self) -> dict[str, str]:
        """The headers that carry the session."""
        session = self._current().session
        return headers_of(session) if session else {}

    def has_token(self) -> bool:
        """Whether the login has an access token; one by user name and password has none."""
        return self._current().token is not None

    def access_token(self) -> str:
        """The access token. Raises ConfigurationError where the login has none, or it has expired for good."""
        token = self._current().token
        if token is None:
            raise ConfigurationError(
                "give the access token", "this login is by user name and password, without a token"
            )
        if not token.usable(self._clock.now()):
            raise AuthenticationError("give the access token", "it has expired and cannot be renewed without a person")
        return token.access_token

    def refresh_token(self) -> Optional[str]:
        """The refresh token that was handed out last, to be configured from now on; None where there is none."""
        token = self._current().token
        successor = token.refresh_token if token else None
        identity = self._settings.identity
        if successor and self._store.durable and self.grant == "refresh_token" and successor != identity.refresh_token:
            heir = replace(self._settings, identity=replace(identity, refresh_token=successor))
            alias = self._store.name(identity_of(heir, self.grant))
            with self._store.locked(alias):
                self._store.save(alias, {"alias": self._name})
        return successor

    def secrets(self) -> list[str]:
        """Everything secret that this login knows beyond the options, for masking."""
        return self._state.secrets() if self._state else []

    def known(self) -> bool:
        """Whether there is something that ``logout`` would remove. Asks nobody."""
        return self._load() is not None or self._state is not None

    def logout(self) -> bool:
        """End the session where the profile can, and forget it; returns whether there was one to end or forget."""
        with self._renewing, self._store.locked(self._name):
            state = self._load() or self._state
            ended = False
            if state and state.session:
                try:
                    ended = converse(log_out(self._settings.profile, self._settings.url, state.session), self._send)
                except InsightError as error:
                    self.warnings.append(f"The session was forgotten, but the server did not end it: {error.message}")
            self._state = None
            self._warn_of_lost_token(state)
            return bool(self._store.remove(self._name)) or ended

    def _warn_of_lost_token(self, state: Optional[State]) -> None:
        kept = state.token.refresh_token if state and state.token else None
        used_up = self._application and not self._application.refresh_keeps and self.grant == "refresh_token"
        if used_up and kept and kept != self._settings.identity.refresh_token:
            self.warnings.append("The successor of refresh_token was forgotten, and refresh_token itself is used up.")

    # --- a person's login in the browser

    def needs_person(self) -> bool:
        """Whether somebody has to log in in a browser before anything else, see ``begin_authorization``."""
        if self.grant != "authorization_code" or self._settings.identity.authorization_response:
            return False
        state = self._load()
        usable = state and state.token and (state.token.refresh_token or state.token.usable(self._clock.now()))
        return not (state and (state.session or usable))

    def begin_authorization(self) -> str:
        """The page that somebody must open to log in, good for ten minutes and one login."""
        if self._application is None or self.grant != "authorization_code":
            raise ConfigurationError("start the login", "grant_type is not authorization_code")
        if not self._store.durable:
            raise ConfigurationError(
                "start the login",
                "the second task must find what the first one keeps, and there is no token store",
                "Set token_store to a folder, or take grant_type device_code, which is one task.",
            )
        state, verifier = secrets.token_urlsafe(32), grants.new_code_verifier(self._application)
        url = grants.authorization_url(self._application, state, verifier)
        pending = {
            "state": state,
            "code_verifier": verifier,
            "redirect_uri": self._settings.identity.redirect_uri,
            "expires_at": self._clock.now() + PENDING_LIFE,
        }
        with self._store.locked(self._name):
            self._save(None, pending=pending)
        return url

    def _authorization(self) -> Authorization:
        """The code that the browser brought back, once. The caller holds the lock."""
        response = self._settings.identity.authorization_response
        if not response or self._application is None:
            raise AuthenticationError(
                "log in", "a person has to log in first", "Run insight_token: it says which page to open."
            )
        answer = grants.authorization_answer(response)
        again = "Run insight_token without authorization_response to start again."
        pending: Mapping[str, Any] = (self._store.load(self._name) or {}).get("pending") or {}
        if not pending:
            why = "no login waits for this answer: it was used, or begun with other options or another token_store"
            raise AuthenticationError("finish the login", why, again)
        if not hmac.compare_digest(str(pending["state"]).encode(), answer["state"].encode()):
            raise AuthenticationError("finish the login", "authorization_response belongs to another login", again)
        self._save(None, pending=None)
        if self._clock.now() > pending["expires_at"]:
            raise AuthenticationError("finish the login", f"it took more than {PENDING_LIFE / 60:g} minutes", again)
        if "error" in answer:
            raise grants.declined(answer)
        return Authorization(answer["code"], pending["code_verifier"], pending.get("redirect_uri"))


def authenticator_for(
    settings: Settings,
    send: Send,
    clock: Clock = SYSTEM_CLOCK,
    show: Optional[Show] = None,
    refresh_token_return: bool = False,
) -> Authenticator:
    """An authenticator with the store that the options name. show: reaches a person while the task runs."""
    warnings: list[str] = []
    given = settings.session
    store: Store
    if given and given.secret:
        store = MemoryStore()
    elif given:
        handle.name_in(given)
        if not Path(str(given.store)).is_dir():
            raise ConfigurationError(handle.WHAT, f"its token store {given.store} is not on this host", handle.AGAIN)
        store = open_store(str(given.store), warnings.append, clock)
    else:
        store = open_store(settings.token_store, warnings.append, clock)
    authenticator = Authenticator(settings, send, store, clock, show, refresh_token_return)
    authenticator.warnings[:0] = warnings
    return authenticator
