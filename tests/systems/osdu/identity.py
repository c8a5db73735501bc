# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: the Microsoft identity platform of the simulator, in the same process, and what its tokens say."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.counters import Counters
from simulator.credentials import CLIENT, Credentials
from simulator.microsoft import Microsoft
from simulator.people import People
from simulator.store import Store
from simulator.switches import BY_NAME
from simulator.tokens import MACHINE_USER, OBJECTS, Tokens

from systems.osdu import microsoft_v1
from systems.osdu.refusals import Refused

if TYPE_CHECKING:
    from simulator.messages import Answer, Request
    from simulator.switches import Switches

    from systems.base.routing import Call

SWITCHES = tuple(
    BY_NAME[name]
    for name in (
        "token_lifetime",
        "expires_in_as_text",
        "refresh_tokens",
        "refresh_token_lifetime",
        "refresh_client_authentication",
    )
)
# An instance has one app id; a token must be meant for it.
APP_ID = CLIENT


def object_id(user: str) -> str:
    """The object id of a user in the directory, by which the instance knows the user."""
    return str(uuid.uuid5(OBJECTS, user))


class Identity:
    """The platform, and the tokens that it has given out."""

    def __init__(self, switches: Switches) -> None:
        self._store = Store(Path(":memory:"))
        self.credentials = Credentials(self._store)
        self.tokens = Tokens(self._store, switches)
        self.people = People(self.credentials)
        self._microsoft = Microsoft(switches, self.credentials, self.tokens, Counters(), self.people)

    def newer(self, call: Call) -> Answer:
        """The answer of an endpoint below /oauth2/v2.0/."""
        request = call.request
        request.operation = self._microsoft.operation(request)
        if request.operation == "oauth_token":
            _note_refresh(call)
        return self._microsoft.answer(request)

    def older(self, call: Call) -> Answer:
        """The answer of the token endpoint without a version."""
        _note_refresh(call)
        return microsoft_v1.answer(call.request, call.names["tenant"], self._microsoft, self.credentials)

    def caller(self, request: Request) -> str:
        """The id by which the groups know who asks: a user's object id, an application's client id. Raises Refused."""
        scheme, _space, text = request.headers.get("authorization", "").partition(" ")
        token = self.tokens.valid(text.strip()) if scheme.lower() == "bearer" else None
        meant = {f"{APP_ID}/.default", f"api://{APP_ID}/.default"}
        if token is None or not meant & set(token.scope.split()):
            raise Refused(401, "The user is not authorized to perform this action")
        return token.client_id if token.user == MACHINE_USER else object_id(token.user)

    def expire(self, what: str) -> None:
        """End all tokens, or all refresh_tokens. Raises ValueError."""
        kinds: dict[str, Any] = {"tokens": "access", "refresh_tokens": "refresh"}
        if what not in kinds:
            raise ValueError(f"what: {what!r} is not one of {', '.join(kinds)}")
        self.tokens.expire(kinds[what])


def _note_refresh(call: Call) -> None:
    """Tell refreshes from logins, for the counters."""
    if b"grant_type=refresh_token" in call.request.body:
        call.kind = "refresh"
