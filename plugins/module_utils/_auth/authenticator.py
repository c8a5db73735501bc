# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login of one identity: everything that others ask of it, over the keeper of its session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional

from .._options.shared import Settings
from .._text.records import evolve
from .._transport.http import SYSTEM_CLOCK, Clock
from .._transport.messages import Request, Response, Send, converse
from ..errors import AuthenticationError, ConfigurationError, InsightError
from .acquisition import Acquisition
from .choice import endpoints_of
from .grants.authorization_code import AUTHORIZATION_CODE
from .grants.base import Authorization, OAuthClient, Show
from .grants.registry import GRANTS
from .keeper import SessionKeeper
from .record_key import grant_for, record_key_of
from .sending import SessionSender
from .session import Session, carried, log_out, look
from .session_record import SessionRecord
from .state import State
from .store import FileStore, MemoryStore, Store, open_store

if TYPE_CHECKING:
    from .one_time_code import OneTimeCodes


class Authenticator:
    """Sends requests within a session; threads may share it. warnings: for the user."""

    def __init__(
        self,
        settings: Settings,
        send: Send,
        store: Store,
        clock: Clock = SYSTEM_CLOCK,
        show: Optional[Show] = None,
        refresh_token_return: bool = False,
        warn: Optional[Callable[[str], None]] = None,
    ) -> None:
        self._settings, self._send, self._store, self._clock = settings, send, store, clock
        self.warnings: list[str] = []
        self.grant = grant_for(settings)
        handed_over, self._name = self._find_record()
        self._grant = GRANTS[self.grant] if self.grant else None
        self._client = self._make_client(show)
        self._record = SessionRecord(settings, store, self._name, warn or self.warnings.append)
        self._keeper = SessionKeeper(settings, send, clock, self._record)
        self._keeper.state = handed_over
        self._acquisition = self._keeper.acquisition = Acquisition(
            settings=settings,
            send=send,
            clock=clock,
            grant=self._grant,
            client=self._client,
            save=self._record.save,
            keep=self._record.keep,
            room=self._record.room,
            reload=self._record.load,
            codes=lambda: self._codes,
            locate=self._located,
            may_use_up=store.durable or refresh_token_return or bool(self._client and self._client.refresh_keeps),
        )
        self._sender = SessionSender(self._keeper, settings, send, clock)

    @cached_property
    def _codes(self) -> OneTimeCodes:
        """The one-time codes of this run, of which one that is given is sent once."""
        from .one_time_code import OneTimeCodes

        settings, record = self._settings, self._record
        return OneTimeCodes(settings.identity, self._clock, record.code_step, record.keep_code_step)

    def _find_record(self) -> tuple[Optional[State], str]:
        """The state that was handed over, and the name of our record; with a handle of the record that it points to."""
        given = self._settings.session
        if given is None:
            name = self._store.name(record_key_of(self._settings, self.grant))
            alias = (self._store.load(name) or {}).get("alias")
            return None, str(alias) if isinstance(alias, str) and FileStore.is_name(alias) else name
        from . import handle

        handle.check_url(given.url or self._settings.url, self._settings.url)
        if given.is_carried:
            state = handle.as_carried(given)
            return state, str(self._store.name({"session": asdict(state)}))
        if given.secret:
            state = handle.unsealed(given.secret, self._settings.system)
            return state, str(self._store.name({"session": given.secret}))
        name = handle.name_in(given)
        if self.grant and self._store.name(record_key_of(self._settings, self.grant)) != name:
            self.grant = None  # a session of other credentials is used, but never replaced by one of ours
        return None, name

    def _make_client(self, show: Optional[Show]) -> Optional[OAuthClient]:
        if self._grant is None or self._grant.flow is None:
            return None
        keeps = self._settings.profile.oauth.get("after_use", "unknown") == "keeps"
        endpoints = endpoints_of(self._settings, self._grant.name)
        return OAuthClient(self._settings.identity, endpoints, self._clock, keeps, show, self._authorization)

    def _located(self, client: OAuthClient) -> OAuthClient:
        """The client with the addresses that its issuer names, which the record keeps. The caller holds the lock."""
        endpoints, grant = client.endpoints, self._grant
        needed = ("token", *(grant.endpoints if grant else ()))
        if not endpoints.issuer or all(getattr(endpoints, name) for name in needed):
            return client
        from . import issuer

        kept = (self._store.load(self._name) or {}).get("metadata") or {}
        now = self._clock.now()
        known = kept.get("issuer") == endpoints.issuer and 0 <= now - kept.get("read_at", 0.0) < issuer.LIFE
        found = kept if known else converse(issuer.metadata(endpoints.issuer), self._send)
        there = evolve(client, endpoints=issuer.at_issuer(endpoints, found, self._settings, needed))
        if not known:
            with suppress(ConfigurationError):  # then the next run asks again
                self._record.save(None, metadata={**found, "read_at": now})
        return there

    # --- using the session

    def send(self, request: Request) -> Response:
        """Send a request within the session and return the answer; see SessionSender."""
        return self._sender.send(request)

    def open(self) -> None:
        """Make sure that there is a session."""
        self._keeper.current()

    @property
    def acquired(self) -> Optional[str]:
        """Where the session came from: ``store`` or ``handshake``; None before the first use."""
        return self._keeper.acquired

    @property
    def notes(self) -> list[str]:
        """What the user should know about the session."""
        return self._keeper.notes

    @property
    def user(self) -> Optional[str]:
        """Who is logged in, as far as that is known."""
        return self._keeper.state.user if self._keeper.state else None

    def handle(self, with_secret: bool = False) -> dict[str, Any]:
        """The session's handle, see options.SESSION_HANDLE; ``secret`` only where asked for."""
        from .handle import handle_of

        return handle_of(self._keeper.current(), self._store, self._name, self._settings, with_secret)

    def authorization_headers(self) -> dict[str, str]:
        """The headers that carry the session, for use outside of this collection. Its values are those that the server
        shows now, since they may differ from those in the login's answer."""
        return carried(self._settings.profile.session, *self.shown()).as_headers

    def shown(self) -> tuple[Session, dict[str, Any]]:
        """The session as the server shows it now, and what templates may name beside it."""
        state = self._keeper.current()
        looked = self._keeper.look(state, 0) or self._keeper.look(self._keeper.renew(state), 0)
        state = looked or self._keeper.current()
        return state.session or Session(), self._keeper.in_use(state).names

    def has_token(self) -> bool:
        """Whether the login has an access token; one by user name and password has none."""
        return self._keeper.current().token is not None

    def access_token(self) -> str:
        """The access token. Raises ConfigurationError where the login has none, or it has expired for good."""
        token = self._keeper.current().token
        if token is None:
            raise ConfigurationError(
                "give the access token", "this login is by user name and password, without a token"
            )
        if not token.usable(self._clock.now()):
            raise AuthenticationError("give the access token", "it has expired and cannot be renewed without a person")
        return token.access_token

    def refresh_token(self) -> Optional[str]:
        """The refresh token that was handed out last, to be configured from now on; None where there is none."""
        token = self._keeper.current().token
        successor = token.refresh_token if token else None
        identity = self._settings.identity
        spends = self._grant is not None and self._grant.lives_on_refresh_token
        if successor and self._store.durable and spends and successor != identity.refresh_token:
            heir = evolve(self._settings, identity=evolve(identity, refresh_token=successor))
            alias = self._store.name(record_key_of(heir, self.grant))
            with suppress(ConfigurationError), self._store.locked(alias):  # without it, it is found as any new one
                self._store.save(alias, {"alias": self._name})
        return successor

    def secrets(self) -> list[str]:
        """Everything secret that this login knows beyond the options, for masking."""
        state = self._keeper.state
        return self._keeper.in_use(state).secrets if state else []

    def ask_anew(self) -> None:
        """Before another attempt of the same task: a login is tried again unless its credentials were refused."""
        self._keeper.ask_anew()

    # --- ending the session

    def known(self) -> bool:
        """Whether there is something that ``logout`` would remove. Sends no request."""
        return self._record.load() is not None or self._keeper.state is not None

    def logout(self) -> bool:
        """End the session where the profile can, and forget it; returns whether there was one to end or forget."""
        with self._store.locked(self._name):
            record = self._store.load(self._name) or {}
            state = self._keeper.forget()
            if state and state.session:
                self._end(state)
            self._warn_of_lost_token(state)
            self._store.remove(self._name)
            return state is not None or bool(record.get("pending"))

    def _end(self, state: State) -> None:
        """Log the session out where the profile says how; warns where the server did not do so. A look brings the
        present values first, since another process may have used the session."""
        profile, names = self._settings.profile, self._keeper.in_use(state).names
        session = state.session or Session()
        if profile.session.logout and profile.session.look:
            with suppress(InsightError):
                session = converse(look(profile, session, names), self._send).session or session
        try:
            refusal = converse(log_out(profile, session, names), self._send)
        except InsightError as error:
            refusal = error.message
        if refusal:
            self.warnings.append(f"The session was forgotten, but the server did not end it: {refusal}")

    def _warn_of_lost_token(self, state: Optional[State]) -> None:
        kept = state.token.refresh_token if state and state.token else None
        only = self._grant is not None and self._grant.lives_on_refresh_token
        used_up = only and self._client and not self._client.refresh_keeps
        if used_up and kept and kept != self._settings.identity.refresh_token:
            self.warnings.append("The successor of refresh_token was forgotten, and refresh_token itself is used up.")

    # --- a person's login in the browser

    def needs_person(self) -> bool:
        """Whether a person has to log in in a browser before anything else, see ``begin_authorization``."""
        if not (self._grant and self._grant.in_browser) or self._settings.identity.authorization_response:
            return False
        state = self._record.load()
        usable = state and state.token and (state.token.refresh_token or state.token.usable(self._clock.now()))
        return not (state and (state.session or usable))

    def begin_authorization(self) -> str:
        """The page that a person must open to log in; it is good for ten minutes and one login."""
        if self._client is None or not (self._grant and self._grant.in_browser):
            raise ConfigurationError("start the login", f"grant_type is not {AUTHORIZATION_CODE.name}")
        from . import browser_login

        with self._store.locked(self._name):
            client = self._located(self._client)
            return browser_login.begin(client, self._settings, self._store, self._clock, self._lay_in)

    def _authorization(self) -> Authorization:
        """The code that the browser brought back, once. The caller holds the lock."""
        from . import browser_login

        record = self._store.load(self._name) or {}
        return browser_login.finish(self._settings, record, self._clock, self._lay_in)

    def _lay_in(self, fields: Any) -> None:
        self._record.save(None, **fields)


def authenticator_for(
    settings: Settings,
    send: Send,
    clock: Clock = SYSTEM_CLOCK,
    show: Optional[Show] = None,
    refresh_token_return: bool = False,
    warn: Optional[Callable[[str], None]] = None,
) -> Authenticator:
    """An authenticator with the store that the options name. show: reaches a person while the task runs; warn: warns
    with the task's result."""
    warnings: list[str] = []
    given = settings.session
    store: Store
    if given and (given.secret or given.is_carried):
        store = MemoryStore()
    elif given:
        from . import handle

        handle.name_in(given)
        if not Path(str(given.store)).is_dir():
            raise ConfigurationError(handle.WHAT, f"its token store {given.store} is not on this host", handle.AGAIN)
        store = open_store(str(given.store), warnings.append, clock, show=show or warn)
    else:
        store = open_store(settings.token_store, warnings.append, clock, show=show or warn)
    authenticator = Authenticator(settings, send, store, clock, show, refresh_token_return, warn)
    authenticator.warnings[:0] = warnings
    return authenticator
