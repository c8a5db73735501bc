# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an identity comes to a session: which token to use, when to refresh, when to log in anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Callable, Optional

from .._options.shared import Settings
from .._text.copies import evolve
from .._transport.http import Clock
from .._transport.messages import Flow, Send, converse
from ..errors import (
    AuthenticationError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    NotSentError,
    SessionRejected,
)
from . import handle
from .grants.base import Grant, OAuthClient
from .grants.refresh_token import refresh
from .one_time_code import OneTimeCodes
from .platform_errors import shown
from .session import Session, session_names
from .state import State
from .steps import CODE, TOKEN, open_session, refresh_session, steps_with
from .tokens import Token, own_token, text, token_of, user_claims

WHAT = "log in"
REFUSED = ("invalid_grant", "interaction_required", "consent_required", "login_required")
"""Errors that say that a refresh token will not work again."""
OF_TOKEN = (TOKEN, "refresh_token", "token_type", "expires_in", "expires_at", "user")
"""Values that a step takes for the token of the state, and not for the session."""


def _explained(error: InsightError, state: State) -> InsightError:
    """The error of a refresh, with the reason where an earlier one began and never ended."""
    if not isinstance(error, AuthenticationError) or error.oauth_error not in REFUSED or not state.refresh_begun:
        return error
    begun = handle.iso(state.refresh_begun)
    why = f"{error.why}. A refresh that was begun at {begun} did not end: most likely it used the refresh token up"
    return error.but(why=why)


@dataclass(frozen=True)
class Acquisition:
    """Everything that a login takes.

    grant: None where there are no credentials, only what was handed over. client: None where no OAuth is
    needed. save: puts a state where it outlives us; keep: likewise, but a refresh token that cannot be saved stays in
    memory; room: makes sure beforehand that there is room for it. reload: the state as it is in the store now. locate:
    the client with the addresses that its issuer names.
    may_use_up: the configured refresh token may be sent although its successor would be kept nowhere. codes: one-time
    codes for the login.
    """

    settings: Settings
    send: Send
    clock: Clock
    grant: Optional[Grant]
    client: Optional[OAuthClient]
    save: Callable[[State], None]
    keep: Callable[[State], None]
    room: Callable[[], AbstractContextManager[None]]
    reload: Callable[[], Optional[State]]
    may_use_up: bool
    locate: Callable[[OAuthClient], OAuthClient]
    codes: OneTimeCodes

    def renewable(self, state: State) -> bool:
        """Whether a new token can be had without a person."""
        if self.grant is None or self.settings.access_token:
            return False
        return not self.grant.interactive or bool(state.token and state.token.refresh_token)

    @property
    def gives_nothing_new(self) -> bool:
        """Whether each request carries the credentials as they were given, so that refused ones stay refused."""
        given = self.settings.access_token or (self.grant is not None and self.grant.flow is None)
        return bool(given) and not steps_with(self.settings.profile.session, not self._makes_token)

    def renew(self, state: State, rejected: bool, in_vain: bool = False) -> State:
        """A new session. state: what is known, perhaps nothing; rejected: the server refused the session in it;
        in_vain: no request was accepted in the last session, so another refresh of the system's own token is no help.
        """
        refreshed = self._refreshed_own(state) if self._makes_token and not in_vain else None
        if refreshed:
            return evolve(refreshed, generation=state.generation + 1, opened_at=self.clock.now())
        token_rejected = (rejected and self.settings.profile.session.is_token) or self._makes_token
        kept = state.token if self._usable(state.token) and not token_rejected else None
        state = self._with(state, kept) if kept else self._with_new_token(state)
        try:
            state = self._open(state)
        except AuthenticationError as error:
            if kept is None or isinstance(error, SessionRejected) or not self.renewable(state):
                raise
            # the token was good until now, but may have been revoked
            state = self._open(self._with_new_token(state))
        return evolve(state, generation=state.generation + 1, opened_at=self.clock.now())

    def check_user(self, user: Optional[str]) -> None:
        """Raises AuthenticationError when this is not the expected user."""
        expected = self.settings.identity.expected_user
        if not expected:
            return
        if not user:
            scope = self.client.endpoints.scope.split() if self.client else []
            *most, last = user_claims(self.settings.profile.oauth)
            claims = f"{', '.join(most)} or {last}" if most else last
            asked = (
                f"Have the platform put {claims} into its tokens, for which scope may need profile or email,"
                if "openid" in scope or self.client is None
                else "Add openid to scope,"
            )
            raise AuthenticationError(
                WHAT,
                f"the token does not say whether it is for {expected}: it has none of the claims {claims}",
                f"{asked} or leave expected_user out.",
            )
        if user.casefold() != expected.casefold():
            raise AuthenticationError(
                WHAT,
                f"the token is for {shown(user)}, and expected_user is {expected}",
                "Log in as the expected user. insight_token with state: absent forgets a login that was kept.",
            )

    def _usable(self, token: Optional[Token]) -> bool:
        return token is not None and token.usable(self.clock.now())

    def _with(self, state: State, token: Optional[Token]) -> State:
        """The state with this token, before a session was opened with it."""
        user = token.user if token else self.settings.identity.username
        state = evolve(state, token=token, session=None, user=user or state.user)
        self.check_user(state.user)
        return state

    def _with_new_token(self, state: State) -> State:
        """The state with a new token, for a new session: handed over, refreshed, or from the flow of the grant. Raises
        AuthenticationError where nothing can give one."""
        if self.settings.access_token:
            return self._with(state, self._handed_over(self.settings.access_token))
        if self.grant is None:
            raise AuthenticationError(
                "renew the session that was handed over",
                "it is no longer accepted, and this task has no credentials, or others than it was made with",
                "Run insight_token again, or give this task the same credentials.",
            )
        if self.grant.flow is None or self.client is None:
            return self._with(state, None)
        client = self.locate(self.client)
        refreshed = self._refreshed(state, self.grant, client)
        if refreshed:
            return refreshed
        # before it is saved: nobody shall find somebody else's token
        state = self._with(evolve(state, refresh_begun=None), converse(self.grant.flow(client), self.send))
        self.keep(state)
        return state

    def _handed_over(self, access_token: str) -> Token:
        claims = user_claims(self.settings.profile.oauth)
        token = token_of({"access_token": access_token}, self.clock.now(), claims)
        if not self._usable(token):
            raise AuthenticationError(
                WHAT, "access_token has expired", "Hand over a new one; it cannot be renewed here."
            )
        return token

    def _refreshed(self, state: State, grant: Grant, client: OAuthClient) -> Optional[State]:
        """The state with a token for its refresh token, saved before it is used; None to log in anew."""
        configured = self.settings.identity.refresh_token
        kept = state.token.refresh_token if state.token else None
        refused: Optional[Exception] = None
        if kept:
            try:
                return self._refresh(state, client, kept)
            except (AuthenticationError, InterruptedRequest) as error:
                if isinstance(error, AuthenticationError) and error.oauth_error not in REFUSED:
                    raise
                refused = error
                latest = self.reload()
                if latest and latest.token and latest.token.refresh_token not in (None, kept, configured):
                    return self._refresh(latest, client, str(latest.token.refresh_token))
        if configured and configured != kept and (refused is None or client.refresh_keeps):
            return self._refresh(state, client, configured)
        here = grant.waits and client.show and isinstance(refused, AuthenticationError)
        if refused and not grant.logs_in_anew and not here:
            self._forget(state, grant, refused)
        return None

    def _forget(self, state: State, grant: Grant, refused: Exception) -> None:
        """Raise what refused the refresh, after forgetting the token where a person has to log in."""
        if grant.interactive and isinstance(refused, AuthenticationError):
            self.save(evolve(state, token=None, session=None))
            raise AuthenticationError(
                WHAT,
                f"the login was not renewed: {refused.why}",
                "Run insight_token: a person has to log in again.",
                **refused.details,
            ) from refused
        raise refused

    def _refresh(self, state: State, client: OAuthClient, refresh_token: str) -> State:
        """The state with the token that a refresh token gives, saved. Raises what the platform or the way to it
        refuses, and ConfigurationError where the only refresh token would be used up."""
        if refresh_token == self.settings.identity.refresh_token and not self.may_use_up:
            raise ConfigurationError(
                "refresh the token",
                "this would use up the only refresh token you have: without a token_store nobody keeps its successor",
                "Set token_store to a folder that is kept, or let insight_token return it (refresh_token_return).",
            )
        # saved before it is sent (write-ahead), so that the next run knows of it where this one is killed
        begun = self.clock.now()
        self.keep(evolve(state, refresh_begun=begun))
        try:
            with self.room():
                token = converse(refresh(client, refresh_token), self.send)
                token = evolve(token, refresh_token=token.refresh_token or refresh_token, user=token.user or state.user)
                renewed = evolve(state, token=token, session=None, refresh_begun=None)
                self.keep(renewed)
        except (ConfigurationError, NotSentError, AuthenticationError) as error:
            if isinstance(error, AuthenticationError) and not 400 <= error.details.get("status", 0) < 500:
                if error.successor:  # else it may have been used up
                    spent = Token("", expires_at=0.0, refresh_token=error.successor, user=state.user)
                    self.keep(evolve(state, token=spent, session=None, refresh_begun=None))
                raise
            self._note_end(begun, state.refresh_begun)
            raise _explained(error, state) from None
        except InterruptedRequest as error:
            used_up = "" if client.refresh_keeps else "The refresh token may be used up: log in anew if it is refused."
            raise error.but(hint=f"{error.hint} {used_up}".strip()) from error
        return self._with(renewed, token)

    def _note_end(self, begun: float, earlier: Optional[float]) -> None:
        """Take the note of a refresh that was refused out of the store, where another host may be newer."""
        with suppress(ConfigurationError):
            latest = self.reload()
            if latest and latest.refresh_begun == begun:
                self.save(evolve(latest, refresh_begun=earlier))

    def _open(self, state: State) -> State:
        """The state with a session of the system, opened with the token of the state or with user name and password."""
        profile, names = self.settings.profile, session_names(self.settings, state.token)
        names[CODE] = lambda response: self.codes.next(response.headers if response else None)

        def steps() -> Flow[Session]:
            return open_session(profile, names, state.looks_first, not self._makes_token)

        try:
            session = converse(steps(), self.send)
        except InterruptedRequest:
            # a login changes nothing, but whether the session id changed is unknown: from the beginning
            session = converse(steps(), self.send)
        return self._with_session(state, session, None)

    # --- tokens of the system's own

    @property
    def _makes_token(self) -> bool:
        """Whether the login of the system itself issues the token."""
        given = self.settings.access_token or (self.grant is not None and self.grant.flow is not None)
        return self.settings.profile.session.makes_token and not given

    def _with_session(self, state: State, session: Session, before: Optional[Token]) -> State:
        """The state with this session, and with the token where the system issued one. before: the token that was
        refreshed."""
        found = {name: session.values[name] for name in OF_TOKEN if name in session.values}
        if not found:
            return evolve(state, session=session)
        session = evolve(session, values={name: session.values[name] for name in session.values if name not in found})
        token = own_token(found, self.clock.now(), before) if TOKEN in found or before else state.token
        user = text(found.get("user")) or (token.user if token else None) or state.user
        self.check_user(user)
        return evolve(state, session=session, token=token, user=user)

    def _refreshed_own(self, state: State) -> Optional[State]:
        """The state after the system renewed its own token; None to log in anew."""
        for latest in self._newest(state):
            if self._can_refresh(latest):
                with suppress(AuthenticationError, InterruptedRequest):
                    return self._refresh_own(latest)
        return None

    def _newest(self, state: State) -> Iterator[State]:
        """The state, then the one in the store where its token is another: a refresh token that is refused may have
        been used by another process."""
        yield state
        stored = self.reload()
        if stored and stored.token != state.token:
            yield stored

    def _can_refresh(self, state: State) -> bool:
        """Whether a state has what the profile's refresh sends."""
        refresh, token = self.settings.profile.session.refresh, state.token
        if refresh is None or token is None or not token.access_token:
            return False
        needed = any(step.request.uses("refresh_token") for step in refresh.steps)
        return bool(token.refresh_token) or not needed

    def _refresh_own(self, state: State) -> State:
        begun = self.clock.now()
        self.keep(evolve(state, refresh_begun=begun))  # before it is sent (write-ahead), as with the platform's
        session, names = state.session or Session(), session_names(self.settings, state.token)
        try:
            with self.room():
                session = converse(refresh_session(self.settings.profile, session, names), self.send)
                renewed = self._with_session(evolve(state, refresh_begun=None), session, state.token)
                self.keep(renewed)
                return renewed
        except (ConfigurationError, NotSentError, AuthenticationError):
            self._note_end(begun, state.refresh_begun)
            raise
