# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an upload: days, tracks, periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.messages import Request

FLAGS = ("importAllDates", "ignoreNominationLeadTime", "ignoreIdentifierConfigFailures", "sendAll")
PARAMETERS = ("allowedDate", *FLAGS)
# What each level holds: names and types, all of them needed.
BODY = {"gasDays": list}
DAY = {"date": str, "nominationTracks": list}
TRACK = {"externalReference": str, "periods": list}
PERIOD = {"from": str, "to": str, "quantity": (int, float)}


class Wrong(Exception):
    """A request that is not well formed."""


def nominations(request: Request) -> dict[str, dict[str, Any]]:
    """What a request uploads, by day and external reference. Raises Wrong."""
    for name, value in request.parameters.items():
        if name not in PARAMETERS or (name in FLAGS and value not in ("true", "false")):
            raise Wrong(f"{name}={value}: this is not known")
    try:
        content = _checked(request.json, BODY, "body")
    except ValueError:
        raise Wrong("the body is not JSON") from None
    found = {}
    for day in (_checked(one, DAY, "gasDays") for one in content["gasDays"]):
        for track in (_checked(one, TRACK, "nominationTracks") for one in day["nominationTracks"]):
            periods = [_checked(one, PERIOD, "periods") for one in track["periods"]]
            about = {"date": day["date"], "externalReference": track["externalReference"], "periods": periods}
            found[f"{day['date']}/{track['externalReference']}"] = about
    return found


def _checked(value: Any, table: dict[str, Any], name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(table):
        raise Wrong(f"{name} must have exactly {', '.join(table)}")
    for key, type_ in table.items():
        if not isinstance(value[key], type_) or isinstance(value[key], bool):
            raise Wrong(f"{name}.{key} is of another type")
    return value
