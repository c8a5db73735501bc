# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entitlements service: groups. There is no way to read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu import DOMAIN
from systems.osdu.fields import NEEDED_TEXT, Field, needed_object
from systems.osdu.refusals import Refused
from systems.osdu.world import OPS, ROOT, paged

if TYPE_CHECKING:
    from systems.osdu.world import Ask, World

NAME = r"[A-Za-z0-9{}_.-]{3,128}"
CREATE = needed_object(name=Field(required=True, pattern=NAME), description=Field(most=256))
OPERATION = needed_object(
    op=Field(required=True, choices=("replace",)),
    path=Field(required=True, choices=("/name", "/appIds")),
    value=Field(list, required=True, least=1, items=NEEDED_TEXT),
)
PATCH = Field(list, required=True, least=1, most=2, items=OPERATION)
TYPES = ("NONE", "DATA", "USER", "SERVICE")
TYPE = Field(required=True, choices=TYPES, any_case=True)


class Groups:
    """The operations."""

    def __init__(self, world: World) -> None:
        self._world, self._state = world, world.state

    def create(self, ask: Ask) -> Answer:
        """Names become lower case; who creates a group owns it; root is a member of data and user groups."""
        name = ask.body["name"].lower()
        email = self._world.email(name, ask.partition)
        if self._state.get("group", email):
            raise Refused(409, "This group already exists")
        members = {ask.caller: {"role": "OWNER", "memberType": "USER"}}
        if kind(name) in ("DATA", "USER"):
            root = self._world.email(ROOT, ask.partition)
            if len(self._world.direct_groups(root, ask.partition)) >= self._world.switches.group_quota:
                raise Refused(412, f"{root}'s group quota hit")
            members[root] = {"role": "MEMBER", "memberType": "GROUP"}
        group = {"name": name, "email": email, "description": ask.body.get("description") or "", "appIds": []}
        self._world.tick()
        self._state.put("group", email, group | {"partition": ask.partition, "members": members, "bootstrapped": False})
        return json_answer(201, shown(group))

    def mine(self, ask: Ask) -> Answer:
        return self._of(ask, ask.caller, "NONE")

    def on_behalf(self, ask: Ask) -> Answer:
        return self._of(ask, ask.names["member"].lower(), ask.query["type"].upper())

    def _of(self, ask: Ask, member: str, type_: str) -> Answer:
        emails = self._world.emails_of(member, ask.partition)
        groups = [shown(one) for one in self._state.all("group") if one["email"] in emails and fits(one, type_)]
        return json_answer(200, {"groups": groups, "desId": member, "memberEmail": member})

    def all(self, ask: Ask) -> Answer:
        """The groups of a partition, in pages."""
        type_ = ask.query["type"].upper()
        groups = [one for one in self._state.all("group") if one["partition"] == ask.partition and fits(one, type_)]
        groups.sort(key=lambda one: str(one["name"]))
        after_last = self._world.switches.cursor_after_last
        page, cursor = paged(groups, ask.query["cursor"], ask.query["limit"], after_last)
        content = {"groups": [shown(one) for one in page], "cursor": cursor, "totalCount": len(groups)}
        return json_answer(200, content)

    def update(self, ask: Ask) -> Answer:
        """A group that gets another name gets another email with it; its description stays for ever."""
        group = self.existing(ask)
        operations = {one["path"]: one["value"] for one in ask.body}
        self._refuse_bootstrapped(group)
        self.refuse_others(ask, group)
        renamed = operations.get("/name")
        if renamed:
            self._check_rename(group, renamed, ask.partition)
        self._world.tick()
        if renamed:
            self._rename(group, renamed[0].lower())
        group["appIds"] = operations.get("/appIds", group["appIds"])
        return json_answer(200, {"name": group["name"], "email": group["email"], "appIds": group["appIds"]})

    def delete(self, ask: Ask) -> Answer:
        """Deleting what is not there is a success."""
        email = group_email(ask)
        group = self._world.group(email, ask.partition)
        if group:
            self.refuse_others(ask, group)
            self._refuse_bootstrapped(group)
            self._world.tick()
            self._state.delete("group", email)
            for parent in self._state.all("group"):
                parent["members"].pop(email, None)
        return Answer(204)

    def existing(self, ask: Ask) -> dict[str, Any]:
        """The group that the path names. Raises Refused."""
        email = group_email(ask)
        group = self._world.group(email, ask.partition)
        if group is None:
            raise Refused(404, f"Group {email} is not found")
        return group

    def refuse_others(self, ask: Ask, group: dict[str, Any]) -> None:
        """Raises Refused, with 401 and not 403, when the caller may not manage this group."""
        root = self._world.group(self._world.email(ROOT, ask.partition), ask.partition)
        owns = group["members"].get(ask.caller, {}).get("role") == "OWNER"
        of_root = kind(group["name"]) in ("DATA", "USER") and root is not None and ask.caller in root["members"]
        if not owns and not of_root and self._world.email(OPS, ask.partition) not in ask.groups:
            raise Refused(401, "Not authorized to manage members")

    def _refuse_bootstrapped(self, group: dict[str, Any]) -> None:
        if group["bootstrapped"]:
            raise Refused(400, "Invalid group, this does not work with bootstrapped groups")

    def _check_rename(self, group: dict[str, Any], names: list[str], partition: str) -> None:
        if len(names) > 1:
            raise Refused(400, "Invalid number of group name provided.")
        if kind(group["name"]) == "DATA":
            raise Refused(400, f'Invalid group, given group email : "{group["email"]}" is a data group')
        if self._state.get("group", self._world.email(names[0], partition)):
            raise Refused(400, f'Invalid group name : "{names[0].lower()}", it already exists')

    def _rename(self, group: dict[str, Any], name: str) -> None:
        old, new = group["email"], self._world.email(name, group["partition"])
        self._state.delete("group", old)
        self._state.put("group", new, group | {"name": name, "email": new})
        group |= {"name": name, "email": new}
        for parent in self._state.all("group"):
            if old in parent["members"]:
                parent["members"][new] = parent["members"].pop(old)


def group_email(ask: Ask) -> str:
    """The email in the path. Raises Refused for that of another partition."""
    email = ask.names["group"].lower()
    if not email.endswith(f"@{ask.partition}.{DOMAIN}"):
        raise Refused(400, "Data Partition Id does not match with the group")
    return email


def kind(name: str) -> str:
    """Which type of group a name means."""
    if name.startswith("data."):
        return "DATA"
    if name.startswith("service."):
        return "SERVICE"
    users = name.startswith(("users.", "user.")) or name == "users"
    return "USER" if users and not name.startswith("users.sharing_") else ""


def fits(group: dict[str, Any], type_: str) -> bool:
    return type_ in ("NONE", kind(group["name"]))


def shown(group: dict[str, Any]) -> dict[str, Any]:
    """What an answer tells of a group; never its appIds."""
    return {name: group[name] for name in ("name", "email", "description")}
