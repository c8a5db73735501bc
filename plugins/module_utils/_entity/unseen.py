# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A search that did not show what was created: the next task or run must not create one more, nor take it for absent.

Within a run ``canary.py`` holds the other creates back. For what follows, the entity is kept in the token store, by its
key and for its type. Where a search says that there is none with that key, it is read by its id. The next create of its
type first asks whether the search shows it by now, or whether it is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from .._profile.mismatch import profile_mismatch
from .._text.records import evolve
from .._text.redaction import printable
from .._text.spelling import with_article
from ..errors import ProfileMismatchError
from .address import Address, Entity, has_key
from .api.client import EntityClient
from .api.kept import Unseen

SEARCH, ID = "search", "id"


def search_of(address: Address) -> str:
    """Which search the profile says: another text for another search."""
    return hashlib.sha256(repr(address.type.operations["find"]).encode()).hexdigest()


@contextmanager
def remembering_search(client: EntityClient, address: Address, kept: Optional[Unseen]) -> Iterator[None]:
    """Around a create. Raises ProfileMismatchError where an earlier run created an entity of this type that the same
    search still does not show."""
    if kept is not None and (address.type.name, "find") not in client.shown:
        _prove(client, address, kept)
    try:
        yield
    except ProfileMismatchError as error:
        about = str(error.details.get("profile_key", ""))
        search = address.type.operations["find"].profile_key
        if kept is not None and error.details.get("written") and f"{about}.".startswith(f"{search}."):
            held = {ID: str(error.details["entity_id"]), SEARCH: search_of(address)}
            kept.keep(address, held)
            kept.keep(address.among, held)
        raise


def refuse_unseen(client: EntityClient, address: Address) -> None:
    """Raise ProfileMismatchError where a search has found none, and one with this key was created that no search has
    shown, and is still there."""
    kept = client.unseen
    if kept is None or address.type.singleton or not (held := kept.of(address)):
        return
    entity = client.read(address.among.with_id(held[ID]))
    if entity is None or not (has_key(address, entity) and client.referring(address, [entity])):
        kept.keep(address, {})
        return
    raise _still_unseen(f"tell whether {address} exists", address, entity, held[ID])


def _prove(client: EntityClient, address: Address, kept: Unseen) -> None:
    """Ask for the entity that an earlier run left, where there is one."""
    held = kept.of(address.among)
    if held.get(SEARCH) != search_of(address):
        return
    entity = client.read(address.among.with_id(held[ID]))
    if entity is not None and client.referring(address, [entity]):
        key = {name: address.in_key(entity, name) for name in address.key}
        if client.searched(evolve(address, key=key)) is None:
            raise _still_unseen(f"create {address}", address, entity, held[ID])
    if entity is None or (address.type.name, "find") in client.shown:
        kept.keep(address.among, {})


def _still_unseen(what: str, address: Address, entity: Entity, entity_id: Any) -> ProfileMismatchError:
    search, of_type = address.type.operations["find"].profile_key, with_article(address.type.name)
    key = ", ".join(f"{name} {address.in_key(entity, name)!r}" for name in address.key)
    return profile_mismatch(
        what,
        printable(
            f"an earlier run or task created {of_type} with the id {entity_id} and {key}, which is still there, and "
            "the search still does not show it; nothing was written"
        ),
        search,
        expected="the entity that was created",
        came="the answer for missing",
        hint=f"Change {search} in profile_overrides. Or, if that entity should not be, remove it by its id.",
    ).but(entity_id=entity_id, earlier=entity_id)
