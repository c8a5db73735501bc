# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of parts, of states and of secrets as conversations: each yields its requests and is sent their
answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._profile.mismatch import profile_mismatch, shape
from ..._profile.operation import Operation
from ..._profile.parts import Part, PartRead, StepRequest, Verification
from ..._profile.predicate import Sent, fitting
from ..._text.redaction import know
from ..._transport.messages import Flow
from ..address import Address, Entity, rules_of
from ..element_forms import in_declared_form
from ..shown_secrets import secrets_in
from ..steps import elements
from .answers import accept, content, deviation, is_missing
from .awaited import answered
from .requests import Invocation


def reading(part: Part, read: PartRead) -> Operation:
    """The operation that reads a part."""
    return Operation(
        f"read {part.name}",
        read.profile_key,
        read.request,
        success=read.success,
        missing=read.missing,
        entity=read.entity,
        paging=read.paging or {},
        reads=True,
        completes=read.completes,
    )


def writing(step: StepRequest, name: str) -> Operation:
    """The operation that changes a part or a state. name: what it does."""
    return Operation(
        name,
        step.profile_key,
        step.request,
        success=step.success,
        missing=step.missing,
        conflict=step.conflict,
        completes=step.completes,
    )


def verifying(one: Verification) -> Operation:
    """The operation that verifies a secret."""
    return Operation(
        f"verify {one.attribute}",
        one.profile_key,
        one.request,
        success=one.success,
        reads=True,
        completes=one.completes,
    )


def is_held(of: Invocation, one: Verification, value: Any) -> Flow[bool]:
    """Whether the system says that an entity holds a secret. Raises ServerError where it says neither that nor that it
    holds another one."""
    response = yield from answered(of, of.request(more={"value": value}), of.observed)
    if fitting(one.differs, response, Sent(of.operation.request.method)) is not None:
        return False
    accept(of.operation, response)
    return True


ONE_VALUE = "Where it is one value, say types.{}.attributes.{}: {{exact: true}} in the profile."


def held_in(address: Address, entity: Entity, part: Part) -> Any:
    """The elements of a part that stands in its entity, by name where they have several forms; of an exact one its one
    value."""
    name, of_type = part.name, address.type.name
    held = entity.get(name)
    if name in address.rules.exact or isinstance(address.type.forms.get(name), Mapping):
        return held
    if not isinstance(held, (list, tuple, type(None))):
        raise profile_mismatch(
            f"read {name} of {address}",
            "a list was expected there and the entity holds none",
            f"types.{of_type}.parts.{name}",
            expected="a list of elements",
            came=shape(held),
            hint=ONE_VALUE.format(of_type, name),
        )
    return elements(held or (), part)


def read_part(of: Invocation, part: Part) -> Flow[Any]:
    """The elements of a part, whole and as they are declared; none where the server says that it has none. What is
    exact is one value, and has no elements."""
    exact = part.name in rules_of(of.type).exact
    found: Any = None if exact else []
    if of.operation.paging:
        from .paging import list_pages

        yield from list_pages(of, found.extend)
    else:
        response = yield from answered(of, of.request())
        if not is_missing(of.operation, response):
            held = content(of.operation, response)
            if not exact and not isinstance(held, list):
                why = "a list was expected there and the answer holds none"
                hint = ONE_VALUE.format(of.type.name, part.name)
                raise deviation(of.operation, response, "entity", why, "a list of elements", "no list", hint)
            found = held
    shown = found if exact else in_declared_form(of.type, part.name, elements(found, part))
    know(secrets_in({part.name: shown}, rules_of(of.type)))
    return shown


def send_step(of: Invocation, names: dict[str, Any], removes: bool) -> Flow[None]:
    """Change a part or a state. names: what the template may name besides; removes: what is missing is removed already.
    Raises ServerError where the server refuses."""
    response = yield from answered(of, of.request(more=names), of.observed)
    gone = removes and fitting(of.operation.missing, response, Sent(of.operation.request.method)) is not None
    if not gone:
        accept(of.operation, response)
