# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new session: with a token that is kept, refreshed, or from the flow of the grant, and the steps of the system's own
login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Optional

from .._text.records import evolve
from .._transport.messages import Flow, converse
from ..errors import (
    AuthenticationError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    NotSentError,
    SessionRejected,
)
from . import handle
from .acquisition import Acquisition
from .denial import LOG_IN
from .grants.base import Grant, OAuthClient
from .grants.refresh_token import refresh
from .session import Session, session_names
from .state import State
from .steps import CODE, TOKEN, open_session, refresh_session
from .tokens import Token, own_token, text, token_of, user_claims

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


def renew(of: Acquisition, state: State, rejected: bool, in_vain: bool = False) -> State:
    """A new session. state: what is known, perhaps nothing; rejected: the server refused the session in it;
    in_vain: no request was accepted in the last session, so another refresh of the system's own token is no help.
    """
    refreshed = _refreshed_own(of, state) if of.makes_token and not in_vain else None
    if refreshed:
        return evolve(refreshed, generation=state.generation + 1, opened_at=of.clock.now())
    token_rejected = (rejected and of.settings.profile.session.is_token) or of.makes_token
    kept = state.token if _usable(of, state.token) and not token_rejected else None
    state = _with(of, state, kept) if kept else _with_new_token(of, state)
    try:
        state = _open(of, state)
    except AuthenticationError as error:
        if kept is None or isinstance(error, SessionRejected) or not of.renewable(state):
            raise
        # the token was good until now, but may have been revoked
        state = _open(of, _with_new_token(of, state))
    return evolve(state, generation=state.generation + 1, opened_at=of.clock.now())


def _usable(of: Acquisition, token: Optional[Token]) -> bool:
    return token is not None and token.usable(of.clock.now())


def _with(of: Acquisition, state: State, token: Optional[Token]) -> State:
    """The state with this token, before a session was opened with it."""
    user = token.user if token else of.settings.identity.username
    state = evolve(state, token=token, session=None, user=user or state.user)
    of.check_user(state.user)
    return state


def _with_new_token(of: Acquisition, state: State) -> State:
    """The state with a new token, for a new session: handed over, refreshed, or from the flow of the grant. Raises
    AuthenticationError where nothing can give one."""
    if of.settings.access_token:
        return _with(of, state, _handed_over(of, of.settings.access_token))
    if of.grant is None:
        raise AuthenticationError(
            "renew the session that was handed over",
            "it is no longer accepted, and this task has no credentials, or others than it was made with",
            "Run insight_token again, or give this task the same credentials.",
        )
    if of.grant.flow is None or of.client is None:
        return _with(of, state, None)
    client = of.locate(of.client)
    refreshed = _refreshed(of, state, of.grant, client)
    if refreshed:
        return refreshed
    # before it is saved: nobody shall find somebody else's token
    state = _with(of, evolve(state, refresh_begun=None), converse(of.grant.flow(client), of.send))
    of.keep(state)
    return state


def _handed_over(of: Acquisition, access_token: str) -> Token:
    claims = user_claims(of.settings.profile.oauth)
    token = token_of({"access_token": access_token}, of.clock.now(), claims)
    if not _usable(of, token):
        raise AuthenticationError(LOG_IN, "access_token has expired", "Hand over a new one; it cannot be renewed here.")
    return token


def _refreshed(of: Acquisition, state: State, grant: Grant, client: OAuthClient) -> Optional[State]:
    """The state with a token for its refresh token, saved before it is used; None to log in anew."""
    configured = of.settings.identity.refresh_token
    kept = state.token.refresh_token if state.token else None
    refused: Optional[Exception] = None
    if kept:
        try:
            return _refresh(of, state, client, kept)
        except (AuthenticationError, InterruptedRequest) as error:
            if isinstance(error, AuthenticationError) and error.oauth_error not in REFUSED:
                raise
            refused = error
            latest = of.reload()
            if latest and latest.token and latest.token.refresh_token not in (None, kept, configured):
                return _refresh(of, latest, client, str(latest.token.refresh_token))
    if configured and configured != kept and (refused is None or client.refresh_keeps):
        return _refresh(of, state, client, configured)
    here = grant.waits and client.show and isinstance(refused, AuthenticationError)
    if refused and not grant.logs_in_anew and not here:
        _forget(of, state, grant, refused)
    return None


def _forget(of: Acquisition, state: State, grant: Grant, refused: Exception) -> None:
    """Raise what refused the refresh, after forgetting the token where a person has to log in."""
    if grant.interactive and isinstance(refused, AuthenticationError):
        of.save(evolve(state, token=None, session=None))
        raise AuthenticationError(
            LOG_IN,
            f"the login was not renewed: {refused.why}",
            "Run insight_token: a person has to log in again.",
            **refused.details,
        ) from refused
    raise refused


def _refresh(of: Acquisition, state: State, client: OAuthClient, refresh_token: str) -> State:
    """The state with the token that a refresh token gives, saved. Raises what the platform or the way to it
    refuses, and ConfigurationError where the only refresh token would be used up."""
    if refresh_token == of.settings.identity.refresh_token and not of.may_use_up:
        raise ConfigurationError(
            "refresh the token",
            "this would use up the only refresh token you have: without a token_store nobody keeps its successor",
            "Set token_store to a folder that is kept, or let insight_token return it (refresh_token_return).",
        )
    # saved before it is sent (write-ahead), so that the next run knows of it where this one is killed
    begun = of.clock.now()
    of.keep(evolve(state, refresh_begun=begun))
    try:
        with of.room():
            token = converse(refresh(client, refresh_token), of.send)
            token = evolve(token, refresh_token=token.refresh_token or refresh_token, user=token.user or state.user)
            renewed = evolve(state, token=token, session=None, refresh_begun=None)
            of.keep(renewed)
    except (ConfigurationError, NotSentError, AuthenticationError) as error:
        if isinstance(error, AuthenticationError) and not 400 <= error.details.get("status", 0) < 500:
            if error.successor:  # else it may have been used up
                spent = Token("", expires_at=0.0, refresh_token=error.successor, user=state.user)
                of.keep(evolve(state, token=spent, session=None, refresh_begun=None))
            raise
        _note_end(of, begun, state.refresh_begun)
        raise _explained(error, state) from None
    except InterruptedRequest as error:
        used_up = "" if client.refresh_keeps else "The refresh token may be used up: log in anew if it is refused."
        raise error.but(hint=f"{error.hint} {used_up}".strip()) from error
    return _with(of, renewed, token)


def _note_end(of: Acquisition, begun: float, earlier: Optional[float]) -> None:
    """Take the note of a refresh that was refused out of the store, where another host may be newer."""
    with suppress(ConfigurationError):
        latest = of.reload()
        if latest and latest.refresh_begun == begun:
            of.save(evolve(latest, refresh_begun=earlier))


def _open(of: Acquisition, state: State) -> State:
    """The state with a session of the system, opened with the token of the state or with user name and password."""
    profile, names = of.settings.profile, session_names(of.settings, state.token)
    names[CODE] = lambda response: of.codes().next(response.headers if response else None)

    def steps() -> Flow[Session]:
        return open_session(profile, names, state.looks_first, not of.makes_token)

    try:
        session = converse(steps(), of.send)
    except InterruptedRequest:
        # a login changes nothing, but whether the session id changed is unknown: from the beginning
        session = converse(steps(), of.send)
    return _with_session(of, state, session, None)


# --- tokens of the system's own


def _with_session(of: Acquisition, state: State, session: Session, before: Optional[Token]) -> State:
    """The state with this session, and with the token where the system issued one. before: the token that was
    refreshed."""
    found = {name: session.values[name] for name in OF_TOKEN if name in session.values}
    if not found:
        return evolve(state, session=session)
    session = evolve(session, values={name: session.values[name] for name in session.values if name not in found})
    token = own_token(found, of.clock.now(), before) if TOKEN in found or before else state.token
    user = text(found.get("user")) or (token.user if token else None) or state.user
    of.check_user(user)
    return evolve(state, session=session, token=token, user=user)


def _refreshed_own(of: Acquisition, state: State) -> Optional[State]:
    """The state after the system renewed its own token; None to log in anew."""
    for latest in _newest(of, state):
        if _can_refresh(of, latest):
            with suppress(AuthenticationError, InterruptedRequest):
                return _refresh_own(of, latest)
    return None


def _newest(of: Acquisition, state: State) -> Iterator[State]:
    """The state, then the one in the store where its token is another: a refresh token that is refused may have
    been used by another process."""
    yield state
    stored = of.reload()
    if stored and stored.token != state.token:
        yield stored


def _can_refresh(of: Acquisition, state: State) -> bool:
    """Whether a state has what the profile's refresh sends."""
    refresh, token = of.settings.profile.session.refresh, state.token
    if refresh is None or token is None or not token.access_token:
        return False
    needed = any(step.request.uses("refresh_token") for step in refresh.steps)
    return bool(token.refresh_token) or not needed


def _refresh_own(of: Acquisition, state: State) -> State:
    begun = of.clock.now()
    of.keep(evolve(state, refresh_begun=begun))  # before it is sent (write-ahead), as with the platform's
    session, names = state.session or Session(), session_names(of.settings, state.token)
    try:
        with of.room():
            session = converse(refresh_session(of.settings.profile, session, names), of.send)
            renewed = _with_session(of, evolve(state, refresh_begun=None), session, state.token)
            of.keep(renewed)
            return renewed
    except (ConfigurationError, NotSentError, AuthenticationError):
        _note_end(of, begun, state.refresh_begun)
        raise
