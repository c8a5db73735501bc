# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entitlements service: who belongs to a group. An email is any id: a user's object id, a client id, a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu import DOMAIN
from systems.osdu.fields import Field, needed_object
from systems.osdu.groups import Groups, kind
from systems.osdu.refusals import Refused
from systems.osdu.world import PARTITIONS, ROOT

if TYPE_CHECKING:
    from systems.osdu.world import Ask, World

ADMIN = "service.entitlements.admin"
ROLE = Field(choices=("MEMBER", "OWNER"))
ADD = needed_object(email=Field(required=True, least=1), role=Field(required=True, choices=ROLE.choices))


class Members:
    """The operations."""

    def __init__(self, world: World, groups: Groups) -> None:
        self._world, self._groups = world, groups

    def list(self, ask: Ask) -> Answer:
        """Direct members only."""
        group = self._visible(ask)
        members = []
        for id_, member in self._having(group, ask.query["role"]):
            about = {"email": id_, "role": member["role"]}
            if ask.query["includeType"]:
                about["memberType"] = member["memberType"]
                if member["memberType"] == "GROUP":
                    about["dataPartitionId"] = ask.partition
            members.append(about)
        return json_answer(200, {"members": members})

    def count(self, ask: Ask) -> Answer:
        group = self._visible(ask)
        number = len(self._having(group, ask.query["role"]))
        return json_answer(200, {"groupEmail": group["email"], "membersCount": number})

    def _having(self, group: dict[str, Any], role: str | None) -> list[tuple[str, dict[str, Any]]]:
        return [(id_, one) for id_, one in group["members"].items() if role in (None, one["role"])]

    def add(self, ask: Ask) -> Answer:
        """A member who is there already is a conflict, whatever the role: that cannot be changed."""
        id_, role = ask.body["email"].lower(), ask.body["role"]
        group = self._groups.existing(ask)
        other = self._as_group(id_, ask.partition)
        self._groups.refuse_others(ask, group)
        if other and role == "OWNER":
            raise Refused(400, "Group can only be MEMBER of another group")
        if id_ in group["members"]:
            raise Refused(409, f"{id_} is already a member of group {group['email']}")
        if id_ == group["email"] or id_ in self._world.emails_of(group["email"], ask.partition):
            raise Refused(400, "Cyclic membership is not allowed")
        self._world.tick()
        group["members"][id_] = {"role": role, "memberType": "GROUP" if other else "USER"}
        return json_answer(200, {"email": id_, "role": role})

    def _as_group(self, id_: str, partition: str) -> dict[str, Any] | None:
        """The group of that email; None where it means a user. Raises Refused for a group that cannot be meant."""
        domain = id_.rpartition("@")[2]
        if domain in [f"{other}.{DOMAIN}" for other in PARTITIONS if other != partition]:
            raise Refused(400, "Member group belongs to another data partition")
        group = self._world.group(id_, partition)
        if group is None and domain == f"{partition}.{DOMAIN}":
            raise Refused(404, f"Member group {id_} not found")
        return group

    def remove(self, ask: Ask) -> Answer:
        id_, group = ask.names["member"].lower(), self._groups.existing(ask)
        self._groups.refuse_others(ask, group)
        if id_ not in group["members"]:
            raise Refused(404, f"Group {group['email']} does not have {id_} as a direct child/member")
        if id_ == self._world.email(ROOT, ask.partition) and kind(group["name"]) == "DATA":
            raise Refused(400, "Users data root group hierarchy is enforced, member users.data.root cannot be removed")
        if group["name"] == "users" and len(self._world.direct_groups(id_, ask.partition)) > 1:
            raise Refused(400, f"{id_} still belongs to other groups")
        self._world.tick()
        del group["members"][id_]
        return Answer(204)

    def remove_everywhere(self, ask: Ask) -> Answer:
        id_ = ask.names["member"].lower()
        groups = self._world.direct_groups(id_, ask.partition)
        if not groups:
            raise Refused(404, f"{id_} is not found")
        self._world.tick()
        for group in groups:
            del group["members"][id_]
        return Answer(204)

    def _visible(self, ask: Ask) -> dict[str, Any]:
        group = self._groups.existing(ask)
        if self._world.email(ADMIN, ask.partition) not in ask.groups:
            self._groups.refuse_others(ask, group)
        return group
