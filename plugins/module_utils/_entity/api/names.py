# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a template may say of the entities to which an address refers. Each is looked up when it is named, and not
before: most requests name the id at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from ..._profile.mismatch import profile_mismatch, shape
from ..._profile.model import EntityType
from ..._profile.operation import Operation
from ..._profile.template import at_path, fill_text, names_in
from ..._text.nested_paths import ABSENT, with_value
from ..address import PARENT, Address, Entity
from .requests import Invocation

Resolve = Callable[[Address], Entity]
KnownEntities = Mapping[str, Optional[Entity]]
AtHand = Callable[[Address], Optional[Entity]]
"""The entity as far as it is at hand, None where the server has to be asked."""


def reference_names(address: Address, resolve: Resolve) -> dict[str, Any]:
    """``refs.NAME.id``, ``refs.NAME.key.X`` and ``refs.NAME.ATTRIBUTE``."""
    return {name: OfReference(referred, resolve) for name, referred in address.refs.items()}


class OfReference(Mapping[str, Any]):
    """The names of an entity that is referred to: its id, its key, the references of its own, and its attributes, of
    which those of its key need no request."""

    def __init__(self, address: Address, resolve: Resolve) -> None:
        self._address, self._resolve = address, resolve

    def __getitem__(self, name: str) -> Any:
        address = self._address
        if name == "id":
            return address.located(self._resolve(address)).id
        if name == "refs":
            return reference_names(address, self._resolve)
        if name == PARENT and PARENT in address.refs:
            return OfReference(address.refs[PARENT], self._resolve)
        if name == "key":
            return address.own_key or self._resolve(address)
        return address.key[name] if name in address.key else self._resolve(address)[name]

    def __iter__(self) -> Any:
        return iter(("id", "key", "refs", *self._address.key))

    def __len__(self) -> int:
        return len(list(self))


def names_of_others(of: Invocation, resolve: Resolve, known: KnownEntities) -> dict[str, Any]:
    """The names ``key``, ``refs`` and ``parent`` of a request, which take more to know than the entity itself. No
    reference is resolved twice for one request. known: the entities that are at hand, by ``Address.identity``."""
    found: dict[str, Entity] = {}

    def resolved(address: Address) -> Entity:
        if address.identity not in found:
            found[address.identity] = resolve(address)
        return found[address.identity]

    meant, seen = of.address.origin or of.address, of.address.seen
    key = {path[0]: seen[path[0]] for path in map(of.type.key_path, of.type.key) if path[0] in seen}
    refs = {name: {"id": seen[name]} for name in of.type.references if name in seen}
    return {
        "key": {**key, **meant.own_key, **fields_of(of, resolved, known)},
        "refs": {**refs, **reference_names(meant, resolved)},
        **({PARENT: OfReference(meant.refs[PARENT], resolved)} if PARENT in meant.refs else {}),
    }


def fields_of(of: Invocation, resolve: Resolve, known: KnownEntities) -> dict[str, Any]:
    """The references of an address as the operation wants them, each a function. known: as for names_of_others()."""
    meant = of.address.origin or of.address
    return reference_fields(of.operation, meant, resolve, lambda referred: known.get(referred.identity))


def reference_fields(operation: Operation, address: Address, resolve: Resolve, known: AtHand) -> dict[str, Any]:
    """The references of an address as an operation wants them: ids, or texts that the server looks up. Each is a
    function."""
    ids: dict[str, Any] = {}
    texts: dict[str, Any] = {}
    for attribute, referred in address.held.items():
        reference = address.type.references.get(attribute)
        if (
            operation.texts_at
            and reference
            and reference.text
            and referred.key
            and reference.type == referred.type.name
        ):
            texts[attribute] = _text_of(operation, address.type, attribute, referred, resolve, known)
        else:
            ids[attribute] = OfReference(referred, resolve)
    found: dict[str, Any] = {name: (lambda one=one: one["id"]) for name, one in ids.items()}
    return with_value(found, operation.texts_at.split("."), texts) if texts else found


def _text_of(
    operation: Operation, referrer: EntityType, attribute: str, referred: Address, resolve: Resolve, known: AtHand
) -> Callable[[], Any]:
    """The text by which the server finds the referred entity; asks for what the key does not say."""
    template = referrer.references[attribute].text
    names = {name for name, _function in names_in(template)}

    def text() -> Any:
        at_hand = known(referred) or (referred.own_key if names <= set(referred.key) else resolve(referred))
        lacking = sorted(name for name in names if at_path(at_hand, name) in (ABSENT, None, ""))
        if lacking:
            raise profile_mismatch(
                f"refer to {referred}",
                f"the entity as read carries no {', '.join(lacking)}, of which {operation.texts_at} is made",
                f"types.{referrer.name}.attributes.{attribute}.ref.text",
                expected=f"an entity with {', '.join(sorted(names))}",
                came=shape(at_hand),
            )
        return fill_text(template, at_hand)

    return text
