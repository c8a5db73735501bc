# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two requests that contradict each other: which line of the profile is the likelier one to be wrong."""

from __future__ import annotations

from typing import Any

from .._profile.mismatch import profile_mismatch
from .._profile.operation import Operation
from .._text.redaction import printable
from ..errors import ConflictError, ProfileMismatchError, ServerError, UnconvergedError
from .address import Address
from .api.client import EntityClient
from .proof import basis, likelier

SLOW = "Raise wait_timeout if the server shows a new entity later than that."
NOT_SHOWN = (
    "Or it exists and is not shown to this identity: missing rights, deleted softly, or a key that the server holds in "
    "another case; or another attribute has to be unique too."
)


def _with_id(entity_id: Any) -> str:
    """The id in a message, where it is known."""
    return "" if entity_id is None else printable(f" with the id {entity_id}")


def search_mismatch(address: Address, entity_id: Any, shown_by: str) -> ProfileMismatchError:
    """A search that does not show what was just created. shown_by: the operation that does, empty for none."""
    search = address.type.operations["find"]
    shows = f", and {shown_by} shows it" if shown_by else ""
    return profile_mismatch(
        f"find {address} again",
        f"it was created{_with_id(entity_id)}{shows}, and the search by its key says that there is none",
        search.profile_key,
        expected="the entity that was created",
        came="the answer for missing",
        hint=f"{basis(search)} is wrong, or does not find this key: no further {address.type.name} is created in this "
        f"run. Change {search.profile_key} in profile_overrides. {SLOW}",
    )


def not_there(client: EntityClient, address: Address) -> UnconvergedError:
    """A new entity that neither the search nor the read by id shows."""
    create, search = (address.type.operations[name] for name in ("create", "find"))
    asked = [basis(one) for one in (search, address.type.operations.get("read")) if one]
    proven = (address.type.name, "find") in client.shown
    are = "are wrong: neither has" if len(asked) > 1 else "is wrong: it has not"
    wrong = "" if proven else f" Or {' and '.join(asked)} {are} shown it."
    return UnconvergedError(
        f"create {address}",
        "the server took the request, and the entity is not there",
        f"Raise wait_timeout if the server needs more time.{wrong}",
        profile_key=create.profile_key if proven else search.profile_key,
        expected="the entity",
        came="no entity",
    )


def id_mismatch(address: Address, entity_id: Any, other: str) -> ProfileMismatchError:
    """A create that answers an id which the read does not know, while the search shows the entity with another."""
    create = address.type.operations["create"]
    key = f"{create.profile_key}.entity"
    return profile_mismatch(
        f"tell the id of {address}",
        f"it was created, the create says{_with_id(entity_id)}, which no read knows, and the search shows another id",
        key,
        expected=printable(f"the id {other} in the answer of the create"),
        came=printable(f"the id {entity_id}"),
        hint=f"Change {key} in profile_overrides.",
    )


def list_mismatch(address: Address, purpose: str) -> ProfileMismatchError:
    """A search that says that there is none, also of an entity that the list shows."""
    listing, search = address.type.operations["list"], address.type.operations["find"]
    return profile_mismatch(
        purpose,
        f"{basis(search)} says that there is none, and so it does of {address}, which {basis(listing)} shows; nothing "
        "was written",
        search.profile_key,
        expected="the entity that the list shows",
        came="the answer for missing",
        hint=f"Change {search.profile_key} in profile_overrides.",
    )


def read_mismatch(address: Address, purpose: str, written: str = "nothing was written") -> ProfileMismatchError:
    """A read by id that says missing where the search shows the entity. written: what was."""
    read, search = address.type.operations["read"], address.type.operations["find"]
    suspect = likelier(read, search)
    return profile_mismatch(
        purpose,
        f"{basis(read)} says that there is no {address.type.name}{_with_id(address.id)}, and {basis(search)} still "
        f"shows it; {written}",
        suspect.profile_key,
        expected="the entity that the search shows",
        came="the answer for missing",
        hint=f"{basis(suspect)} is the likelier one to be wrong. Change it, or id.at, in profile_overrides.",
    )


def shown_differently(address: Address, purpose: str, names: str) -> ProfileMismatchError:
    """A search and a read by id that show the same entity differently, again and again. names: of the attributes."""
    read, search = address.type.operations["read"], address.type.operations["find"]
    return profile_mismatch(
        purpose,
        f"{basis(search)} and {basis(read)} show it differently, each time: {names}; nothing was written",
        search.profile_key,
        expected="the same attributes and values of both",
        came=f"a difference in {names}",
        hint=f"Perhaps the search shows a summary: say then: read in {search.profile_key} in profile_overrides, or "
        "give the id instead of the key: then it is read, and not searched.",
    )


def listed_differently(address: Address, names: str) -> ProfileMismatchError:
    """A list and a read by id that show the same entity differently. names: of the attributes."""
    listing, read = address.type.operations["list"], address.type.operations["read"]
    return profile_mismatch(
        f"compare {address}",
        f"{basis(listing)} and {basis(read)} show it differently: {names}; nothing was written",
        listing.profile_key,
        expected="the same attributes and values of both",
        came=f"a difference in {names}",
        hint=f"Perhaps the list shows a summary: set gather to each, or change {listing.profile_key} in "
        "profile_overrides. If somebody changed the entity at that moment, run the task again.",
    )


def write_mismatch(purpose: str, operation: Operation, status: int) -> ProfileMismatchError:
    """An update or delete that says missing where the read still shows the entity."""
    return profile_mismatch(
        purpose,
        f"the server answered HTTP {status}, as if there were no such entity, and the entity is still there; nothing "
        "was written",
        operation.profile_key,
        expected=f"{operation.request.method} {operation.request.path} to reach it",
        came=f"HTTP {status}",
        hint=f"The address is wrong: {basis(operation)}. Change {operation.profile_key}.path in profile_overrides.",
        status=status,
    )


def create_refused(client: EntityClient, address: Address, error: ServerError) -> ServerError:
    """The meaning of a create that is answered with "it exists" after the search has found nothing. The search is
    repeated, since somebody else may have created the entity in between."""
    search = address.type.operations["find"]
    if client.searched(address) is not None:
        return error.but(hint="It is there now: somebody else created it meanwhile. Run the task again.")
    hint = "The search has shown others in this run. "
    if (address.type.name, "find") not in client.shown:
        hint = (
            f"{basis(search)} is wrong: it has shown no {address.type.name} in this run. "
            f"Change {search.profile_key} in profile_overrides. "
        )
    return ConflictError(
        f"create {address}",
        f"the search says that there is none, and the create says that it exists: {error.why}; nothing was written",
        f"{hint}{NOT_SHOWN}",
        profile_key=search.profile_key,
        expected="the entity that exists",
        came="the answer for missing",
        status=error.details.get("status"),
        conflict=error.details.get("conflict"),
    )
