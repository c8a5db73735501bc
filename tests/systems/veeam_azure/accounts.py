# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, standard accounts and service accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from simulator.messages import Answer, json_answer

from systems.base.routing import Call, Route
from systems.veeam_azure.collection import API, Collection, Entity, mentions, verb
from systems.veeam_azure.problems import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SCRATCH = ("10203040", "50607080")


class Users(Collection):
    """Users; what only the server sets is id, mfaEnabled and isDefault."""

    type, query, names = "users", "Users", ("NameFilter",)
    new, updated, put = "NewUser", "UpdatedUser", "200"
    hidden = ("password", "totpSecret", "scratchCodes", "mfaToken")

    def routes(self) -> Iterable[Route]:
        yield from super().routes()
        yield verb(self, "{id}/enableMfa", self.enable_mfa, body="MfaSetup")
        yield verb(self, "{id}/acceptMfa", self.accept_mfa, body="MfaAccept")
        yield verb(self, "{id}/disableMfa", self.disable_mfa)

    def made(self, body: Entity) -> Entity:
        self._refuse_taken(body["name"], "")
        given = {name: value for name, value in body.items() if value is not None}
        whole = {"role": "ReadOnlyUser", "type": "Internal", "identityProviderEntityId": None, "password": None}
        return whole | given | {"mfaEnabled": False, "isDefault": False}

    def changed(self, entity: Entity, body: Entity) -> Entity:
        self._refuse_taken(body.get("name"), entity["id"])
        return super().changed(entity, body)

    def _refuse_taken(self, name: Any, id_: str) -> None:
        if any(user["name"] == name and user["id"] != id_ for user in self.all()):
            raise invalid(name=f"A user {name} is there already.")

    def refuse_while_used(self, entity: Entity) -> None:
        if entity["isDefault"]:
            raise invalid(id="The default administrator cannot be removed.")

    def enable_mfa(self, call: Call) -> Answer:
        """Give out a secret; MFA is on once a code of it was accepted."""
        user = self.one(call.names["id"])
        user |= {"totpSecret": SECRET, "scratchCodes": list(SCRATCH), "mfaToken": f"mfa-setup-{user['id']}"}
        address = f"otpauth://totp/Veeam:{user['name']}?secret={SECRET}&issuer=Veeam"
        given = {"userId": user["id"], "qrString": address, "secretKey": SECRET, "scratchCodes": list(SCRATCH)}
        return json_answer(200, given | {"token": user["mfaToken"]})

    def accept_mfa(self, call: Call) -> Answer:
        user = self.one(call.names["id"])
        if call.body["token"] != user.get("mfaToken") or not self.veeam.login.accepts(user, call.body["code"]):
            raise invalid(code="The code or the token is wrong.")
        user["mfaEnabled"] = True
        return Answer(204)

    def disable_mfa(self, call: Call) -> Answer:
        self.one(call.names["id"])["mfaEnabled"] = False
        return Answer(204)


class StandardAccounts(Collection):
    """Accounts for SMTP and databases. Names need not be unique; an id is a number in a text."""

    type, query = "accounts/standard", "StandardAccounts"
    filters: ClassVar[dict[str, str]] = {"Type": "kind"}
    new, updated, put, replaces = "StandardAccount", "StandardAccount", "200", True
    hidden = ("password", "sqlOptionsFromClient")

    def made(self, body: Entity) -> Entity:
        number = 1 + max((int(account["id"]) for account in self.all()), default=0)
        whole = {"kind": "Unknown", "description": None, "username": None, "password": None}
        return whole | body | {"id": str(number)}

    def changed(self, entity: Entity, body: Entity) -> Entity:
        changed = super().changed(entity, body)
        return changed | {"kind": changed["kind"] or entity["kind"]}


class ServiceAccounts(Collection):
    """Service accounts. They are written at saveByApp and updateByApp, in another form than they are read."""

    type, id, query, slow = "accounts/azure/service", "accountId", "ServiceAccounts", True
    names = ()
    hidden = ("clientSecret", "applicationCertificate", "certificatePassword")
    used_as = ("serviceAccountId", "azureAccountId", "accountId")

    def routes(self) -> Iterable[Route]:
        path, body = f"{API}{self.type}", {"body": "ServiceAccount"}
        yield from super().routes()
        yield Route("DELETE", path + "/{id}", "delete", self.type, self.delete)
        yield Route("POST", f"{path}/saveByApp", "create", self.type, self.save, body)
        yield Route("PUT", path + "/updateByApp/{id}", "update", self.type, self.update_by_app, body)

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        if "Filter" in query:
            raise invalid(Filter="The simulator does not know the language of this parameter.")
        wanted = query.get("Purpose")
        return not wanted or bool(set(wanted) & set(entity["purposes"] or ()))

    def save(self, call: Call) -> Answer:
        login = call.body.get("clientLoginParameters")
        if login is None:
            raise invalid(clientLoginParameters="The clientLoginParameters field is required.")
        if not login.get("clientSecret") and not login.get("applicationCertificate"):
            raise invalid(clientSecret="A secret or a certificate is required.")
        id_ = self.veeam.state.new_id()
        whole = {
            "accountId": id_,
            "accountOrigin": "Imported Certificate" if login.get("applicationCertificate") else "Imported Secret",
            "accountState": "Created",
            "cloudState": "Valid",
            "selectedForWorkermanagement": False,
            "azurePermissionsState": ["AllPermissionsAvailable"],
        }
        return self._in_operation(id_, whole | _read_form(call.body))

    def update_by_app(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        return self._in_operation(entity["accountId"], entity | _read_form(call.body))

    def _in_operation(self, id_: str, entity: Entity) -> Answer:
        """Keep the entity at the end of an operation, whose result is its id; or at once."""

        def keep(status: str) -> str:
            if status in ("Success", "Warning"):
                self.veeam.state.put(self.type, id_, entity)
            return id_

        if self.veeam.switches.service_accounts_answer == "202":
            return self.veeam.jobs.operation(keep)
        return json_answer(200, keep("Success"))

    def users_of(self, id_: str) -> list[Entity]:
        others = (entity for entity in self.veeam.entities() if entity.get("accountId") != id_)
        return [entity for entity in others if mentions(entity, self.used_as, id_)]


def _read_form(body: Entity) -> Entity:
    """What a body says, in the form in which it is read. Without clientLoginParameters the login stays as it is."""
    info, login = body["accountInfo"], body.get("clientLoginParameters")
    read = {"name": info.get("name"), "description": info.get("description")}
    if login is None:
        return read
    kept = {name: login[name] for name in ServiceAccounts.hidden if login.get(name)}
    return (
        read
        | kept
        | {
            "applicationId": login["applicationId"],
            "applicationCertificateName": login.get("applicationCertificateName"),
            "region": login["azureEnvironment"] or "Global",
            "tenantId": login["tenantId"],
            "purposes": login.get("azureAccountPurposes") or ["None"],
            "subscriptionIds": login.get("subscriptions") or [],
        }
    )
