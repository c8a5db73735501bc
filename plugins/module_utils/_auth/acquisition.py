# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a login takes, and whether there can be another one. The login itself is in `renewal`, which a run does not load
while its session lives."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Callable, Optional

from .._options.shared import Settings
from .._text.records import record
from .._transport.http import Clock
from .._transport.messages import Send
from ..errors import AuthenticationError
from .denial import LOG_IN
from .grants.base import Grant, OAuthClient
from .state import State
from .tokens import user_claims

if TYPE_CHECKING:
    from .one_time_code import OneTimeCodes


@record
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
    codes: Callable[[], OneTimeCodes]

    def renewable(self, state: State) -> bool:
        """Whether a new token can be had without a person."""
        if self.grant is None or self.settings.access_token:
            return False
        return not self.grant.interactive or bool(state.token and state.token.refresh_token)

    @property
    def gives_nothing_new(self) -> bool:
        """Whether each request carries the credentials as they were given, so that refused ones stay refused."""
        given = self.settings.access_token or (self.grant is not None and self.grant.flow is None)
        return bool(given) and not self.settings.profile.session.steps_with(not self.makes_token)

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
                LOG_IN,
                f"the token does not say whether it is for {expected}: it has none of the claims {claims}",
                f"{asked} or leave expected_user out.",
            )
        if user.casefold() != expected.casefold():
            from .platform_errors import shown

            raise AuthenticationError(
                LOG_IN,
                f"the token is for {shown(user)}, and expected_user is {expected}",
                "Log in as the expected user. insight_token with state: absent forgets a login that was kept.",
            )

    @property
    def makes_token(self) -> bool:
        """Whether the login of the system itself issues the token."""
        given = self.settings.access_token or (self.grant is not None and self.grant.flow is not None)
        return self.settings.profile.session.makes_token and not given
