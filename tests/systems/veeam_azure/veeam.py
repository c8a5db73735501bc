# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as a whole: who may ask, whether it is well formed, who answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from simulator.messages import Answer

from systems.base.counters import WRITES
from systems.base.routing import Call, Route
from systems.base.service import Service
from systems.veeam_azure import seed, tables
from systems.veeam_azure.accounts import ServiceAccounts, StandardAccounts, Users
from systems.veeam_azure.collection import API
from systems.veeam_azure.infrastructure import Regions, StorageAccounts, VirtualMachines
from systems.veeam_azure.jobs import OPERATIONS, SESSIONS, Jobs
from systems.veeam_azure.login import Login
from systems.veeam_azure.policies import KINDS
from systems.veeam_azure.problems import Refused, answer, refused_fields
from systems.veeam_azure.repositories import Repositories
from systems.veeam_azure.settings import BACKUP, MODE, RETENTION, TIME, Settings
from systems.veeam_azure.switches import SWITCHES
from systems.veeam_azure.vnet import VNET, VnetPolicy
from systems.veeam_azure.workers import TAGS, WorkerNetworks, WorkerProfiles, WorkerTags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.messages import Request

COLLECTIONS = (
    *(Users, StandardAccounts, ServiceAccounts, Repositories, WorkerProfiles, WorkerNetworks, *KINDS),
    *(Regions, VirtualMachines, StorageAccounts),
)
SINGLETONS = (RETENTION, BACKUP, TIME, MODE, TAGS, VNET)
TOKEN = "/api/oauth2/token"


class Veeam(Service):
    """One appliance."""

    name, title = "veeam_azure", "Veeam Backup for Microsoft Azure (simulated)"
    types = (*(one.type for one in COLLECTIONS), *SINGLETONS, SESSIONS, OPERATIONS)
    switch_table = SWITCHES

    def __init__(self, switches: Mapping[str, Any]) -> None:
        self.regions, self.login, self.jobs = Regions(self), Login(self), Jobs(self)
        super().__init__(switches)

    def seed(self) -> None:
        self.login.forget()
        self.jobs.forget()
        for type_, entities in seed.entities().items():
            for id_, entity in entities.items():
                self.state.put(type_, id_, entity)

    def expire(self, what: str) -> None:
        self.login.expire(what)

    def entities(self) -> list[dict[str, Any]]:
        """All entities of the collections, and the singletons."""
        kept = [type_ for type_ in self.types if type_ not in (SESSIONS, OPERATIONS)]
        return [entity for type_ in kept for entity in self.state.all(type_)]

    def routes(self) -> Iterable[Route]:
        yield Route("POST", TOKEN, "login", "", self.login.token, {"open": True})
        yield Route("DELETE", TOKEN, "logout", "", self.login.log_out, {"query": "Logout"})
        sessions = API + SESSIONS + "/{id}"
        query = {"query": "JobSession"}
        yield Route("GET", sessions, "read", SESSIONS, self.jobs.show_session, query)
        yield Route("GET", f"{sessions}/log", "read", SESSIONS, self.jobs.show_log, query)
        yield Route("POST", f"{sessions}/stop", "verb", SESSIONS, self.jobs.stop)
        operation = API + OPERATIONS + "/{id}"
        yield Route("GET", operation, "read", OPERATIONS, self.jobs.show_operation)
        for part in (Settings, WorkerTags, VnetPolicy, *COLLECTIONS):
            yield from part(self).routes()

    def answer(self, call: Call) -> Answer:
        try:
            self._admit(call)
            answered = call.route.handler(call)
        except Refused as refused:
            return answer(refused)
        if call.route.more.get("slow") and self.switches.slow_reads and answered.status == 200:
            result = json.loads(answered.body)
            return self.jobs.operation(lambda _status: result)
        return answered

    def nothing_here(self, request: Request, wrong_method: bool) -> Answer:
        detail = f"{request.method} {request.path} is nothing here."
        return answer(Refused(405 if wrong_method else 404, detail, instance=request.path))

    def _admit(self, call: Call) -> None:
        """Refuse who may not ask, and what is not well formed; leave the body and the query in the call."""
        more = call.route.more
        if more.get("open"):
            return
        user = self.login.user(call.request)
        if not self.switches.license_accepted and not more.get("before_license") and call.kind != "logout":
            raise Refused(403, "The licence agreement is not accepted.", licenseAgreementAcceptanceRequired=True)
        pairs = parse_qsl(call.request.query, keep_blank_values=True)
        call.query, errors = tables.query(pairs, more.get("query", ""))
        if self.switches.pages == "repeated":
            call.query.pop("Offset", None)
        if not errors:
            call.body, errors = self._body(call.request, more.get("body", ""))
        if errors:
            raise refused_fields(errors)
        if call.kind in WRITES and user["role"] == "ReadOnlyUser":
            raise Refused(403, f"The role of {user['name']} does not allow this.")

    def _body(self, request: Request, name: str) -> tuple[Any, tables.Errors]:
        """The body, and what is wrong with it. Raises Refused."""
        if not name:
            return None, {"$": ["There is no body here."]} if request.body else {}
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused(415, "The body has to be application/json.")
        try:
            body = json.loads(request.body)
        except ValueError as problem:
            return None, {"$": [f"This is no JSON: {problem}"]}
        return body, tables.body_errors(body, name)
