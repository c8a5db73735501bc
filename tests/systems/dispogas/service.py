# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system: tokens, the account, and the upload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from simulator.credentials import CLIENT, Credentials
from simulator.messages import Answer, Request, json_answer
from simulator.microsoft_errors import OAuthError, error_answer
from simulator.people import People
from simulator.store import Store
from simulator.switches import Switch

from systems.base.routing import Route
from systems.base.service import Service
from systems.dispogas.tokens import Tokens
from systems.dispogas.upload import Wrong, nominations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems.base.routing import Call

ISSUER = "/{app}/oauth2/v2.0"
# tenancy: who belongs to it, and whether they may upload.
TENANCIES = {
    "acme-gas": {"alice@example.com": True, "bob@example.com": False},
    "other-gas": {"bob@example.com": True},
}


class Dispogas(Service):
    """The whole of it. Whoever is not let in gets 403: without a token, with one that ended, without the right."""

    name = "dispogas"
    title = "dispoGas"
    types = ("account", "nomination")
    switch_table: ClassVar = (
        Switch("token_lifetime", 7200, "Seconds for which an access token is good (expires_in)."),
        Switch("refresh_token_lifetime", 7776000, "Seconds for which a refresh token is good."),
    )

    def routes(self) -> Iterator[Route]:
        """Makes the parts, too: switches are there, and nothing else needs them earlier."""
        credentials = Credentials(Store(Path(":memory:")))
        credentials.set({"tenant_id": CLIENT})  # the page puts the app's id where the tenant's stands elsewhere
        self._people = People(credentials)
        self._tokens = Tokens(self.switches, credentials, self._people)
        for method in ("POST", "GET"):
            yield Route(method, f"{ISSUER}/oauth/token", "login", "token", self._tokens.answer)
            yield Route(method, f"{ISSUER}/token", "login", "token", self._tokens.answer)
            yield Route(method, f"{ISSUER}/authorize", "", "token", self._authorize)
        yield Route("GET", "/account/me", "read", "account", self._me)
        yield Route("POST", "/upload/day/xml", "create", "nomination", self._upload)

    def answer(self, call: Call) -> Answer:
        if call.route.type == "token":
            return call.route.handler(call)
        user, tenancy = self._who(call.request)
        if user is None or user not in TENANCIES.get(tenancy, {}):
            return refused(403, "Forbidden")
        return call.route.handler(call)

    def _who(self, request: Request) -> tuple[str | None, str]:
        scheme, _space, text = request.headers.get("authorization", "").partition(" ")
        user = self._tokens.user(text.strip()) if scheme.lower() == "bearer" else None
        return user, request.headers.get("x-tenant-id", "")

    def _authorize(self, call: Call) -> Answer:
        try:
            return self._people.authorize_page(call.request, call.names["app"])
        except OAuthError as problem:
            return error_answer(problem)

    def _me(self, call: Call) -> Answer:
        user, tenancy = self._who(call.request)
        account = self.state.get("account", f"{tenancy}/{user}")
        return json_answer(200, account)

    def _upload(self, call: Call) -> Answer:
        """Keep what is uploaded, each track of a day in the place of the one before."""
        user, tenancy = self._who(call.request)
        if not TENANCIES[tenancy][str(user)]:
            return refused(403, "Forbidden")
        if call.request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return refused(415, "Unsupported Media Type")
        try:
            found = nominations(call.request)
        except Wrong as wrong:
            return refused(400, str(wrong))
        for id_, nomination in found.items():
            self.state.put("nomination", f"{tenancy}/{id_}", nomination | {"uploadedBy": user})
        return json_answer(200, {"imported": len(found)})

    def nothing_here(self, request: Request, wrong_method: bool) -> Answer:
        return refused(405, "Method Not Allowed") if wrong_method else refused(404, "Not Found")

    def seed(self) -> None:
        for tenancy, people in TENANCIES.items():
            for number, user in enumerate(people, 1):
                account: dict[str, Any] = {"id": number, "email": user, "name": user.partition("@")[0].title()}
                self.state.put("account", f"{tenancy}/{user}", account | {"tenancy": tenancy})

    def expire(self, what: str) -> None:
        self._tokens.expire(what)


def refused(status: int, message: str) -> Answer:
    return json_answer(status, {"message": message}, reason=message)
