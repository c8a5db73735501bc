# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References as they are declared among attributes, and attributes as a server shows them: where they are declared,
within an object, or in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from .._profile.model import EntityType, Profile, at, plain_id
from .._text.mentions import mentions, rule_path
from .._text.nested_paths import ABSENT, names_of, replace, with_value
from .._text.records import evolve
from .._text.redaction import printable
from ..errors import ConfigurationError
from .address import Address, Entity, address_of, check_referred, folded
from .compare import is_within
from .rules import holding_ids


def mentioned_in(profile: Profile, address: Address, attributes: Entity) -> dict[str, Address]:
    """The entities to which the attributes of an entity refer, by place. Raises ConfigurationError for what names no
    entity, for a list where the profile says one reference, and for one where it says a list."""
    found = {place: address_of(profile, reference) for place, reference in mentions(attributes).items()}
    references = address.type.references
    for place, referred in found.items():
        check_referred(address.type, rule_path(place).removesuffix("[]"), referred, f"declare {address}")
    for name in {*address.refs, *map(rule_path, found)}:
        whole = name.removesuffix("[]")
        reference = references.get(whole)
        if reference is not None and reference.many != (whole != name):
            how = "a list of references" if reference.many else "one reference, and no list"
            raise ConfigurationError(f"declare {address}", f"{whole} is {how}", f"Write refs.{whole} so.")
    return found


def declaring(
    profile: Profile, address: Address, attributes: Entity, present: bool = True
) -> tuple[Address, dict[str, Address]]:
    """The address with the rules and the parts that it takes to declare these attributes, and the entities to which
    they refer, by place. present: whether the entity is to exist. Raises as mentioned_in()."""
    _check_parts(address, attributes)
    mentioned = mentioned_in(profile, address, attributes)
    rules = holding_ids(address.rules, map(rule_path, mentioned))
    parts = parts_to_read(address.type, attributes) if present else ()
    return evolve(address, rules=rules, parts=parts, ready=present), mentioned


def _check_parts(address: Address, attributes: Entity) -> None:
    """Raise ConfigurationError where a part that is a list of elements is declared as anything else. By name are
    declared those whose elements have several forms."""
    by_name = {name for name, form in address.type.forms.items() if isinstance(form, Mapping)}
    for name in sorted({*address.type.parts} - address.rules.exact - by_name):
        if not isinstance(attributes.get(name, []), (list, tuple, type(None))):
            raise ConfigurationError(
                f"declare {address}",
                f"{name} is a list of elements, and is declared as no list",
                f"Declare a list; or say in the profile types.{address.type.name}.attributes.{name}: {{exact: true}} "
                "where it is one value.",
            )


def parts_to_read(entity_type: EntityType, attributes: Entity) -> tuple[str, ...]:
    """The parts that are read along with an entity: those that are declared, and those that an update has to send."""
    return tuple(
        name
        for name, part in entity_type.parts.items()
        if not part.write_only and (name in attributes or (part.read and "update" in part.within))
    )


def as_declared(entity_type: EntityType, entity: Entity) -> Entity:
    """The entity with each attribute where it is declared, from where the profile says that it stands. One that does
    not stand there stays as it is."""
    shown = {name: _at(entity, _steps(path)) for name, path in entity_type.places.items()}
    found = {name: value for name, value in shown.items() if value is not ABSENT}
    for name in found:
        entity = _without(entity, name, entity_type.places[name])
    for name, value in found.items():
        entity = with_value(entity, names_of(name), value)
    return entity


def _steps(path: str) -> list[Any]:
    """The names and the numbers of elements on the way; None for all elements of a list."""
    steps: list[Any] = []
    for part in path.split("."):
        elements = re.findall(r"\[(\d*)\]", part)
        steps += [part.partition("[")[0], *(int(one) if one else None for one in elements)]
    return steps


def _at(value: Any, steps: Sequence[Any]) -> Any:
    """What stands there; ABSENT where nothing does, and None where the way ends in a null."""
    if not steps or value is None:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        return _at(value[step], rest) if isinstance(value, Mapping) and step in value else ABSENT
    if not isinstance(value, list):
        return ABSENT
    if step is not None:
        return _at(value[step], rest) if step < len(value) else ABSENT
    found = [_at(one, rest) for one in value]
    return ABSENT if ABSENT in found else found


def _without(entity: Entity, name: str, path: str) -> Entity:
    """The entity without what shows the attribute elsewhere: sent back, it would contradict what is declared."""
    if is_within(path, name) or path.startswith(f"{name}["):
        return entity
    names = [part.partition("[")[0] for part in path.split(".")]
    shown: Entity = replace(entity, {".".join(names[:-1] or names)}, ABSENT)
    return shown


def reference_advice(address: Address, attribute: str, stored: Any, declared: Any) -> Optional[tuple[str, str]]:
    """The key of the profile and the advice for a reference that the server shows in another form than the declared id;
    None where the entity just refers to another one. An attribute that the profile does not call a reference counts as
    one where its shown value holds an id, and that is the declared one."""
    own = address.type
    known = attribute in address.refs or attribute in own.references
    if known and isinstance(stored, str) and stored != str(declared) and folded(stored) == folded(declared):
        name, why = "case", "The two ids differ only in case, outer space or Unicode form"
        if declared is None:
            name, why = "blank_as_null", "The server shows an empty text where nothing is referred to"
        key = f"types.{own.name}.attributes.{attribute}.normalise"
        return key, f"{why}: set compare: {{normalise: {{{attribute}: [{name}]}}}}."
    if not _is_another_form(stored, declared):
        return None
    key, id_attribute = f"types.{own.name}.attributes.{attribute}", own.id_at
    if attribute in address.refs:
        id_attribute = address.refs[attribute].type.id_at
    ways = sorted({*_ways(stored, attribute, declared)}, key=lambda way: (not _ends(way, id_attribute), len(way), way))
    if known and not ways:
        return (
            f"{key}.read",
            f"The server shows this reference as a list or an object: {key}.read says where its id is.",
        )
    if not known and not (ways and _ends(ways[0], id_attribute) and re.fullmatch(r"[^.\[\]\\]+", attribute)):
        return None
    read = printable(f"{{entity.{ways[0]}}}")
    if attribute in own.references:
        return f"{key}.read", f'Set {key}.read to "{read}" in profile_overrides.'
    referred = address.refs[attribute].type.name if attribute in address.refs else "TYPE"
    return f"{key}.read", f'Set {key} to {{ref: {{type: {referred}}}, read: "{read}"}} in profile_overrides.'


def shows_id(referred: Address, stored: Any, declared: Any) -> bool:
    """Whether what a server shows of a reference is another form of the declared id: an object that holds it as its id,
    or a list of one."""
    if not _is_another_form(stored, declared):
        return False
    inner = stored[0] if isinstance(stored, list) and len(stored) == 1 else stored
    own_id = at(inner, referred.type.id_at, ABSENT) if isinstance(inner, Mapping) and referred.type.id_at else ABSENT
    if own_id is not ABSENT:
        return str(plain_id(own_id)) == str(plain_id(declared))
    return next(_ways(stored, "", declared), None) is not None


def _ends(way: str, name: str) -> bool:
    return way.endswith(f".{name}")


def _is_another_form(stored: Any, declared: Any) -> bool:
    """Whether there is an object or a list where an id is declared. Nothing has no form."""
    if isinstance(declared, (list, tuple)):
        return isinstance(stored, list) and any(_is_another_form(held, one) for held in stored for one in declared[:1])
    return isinstance(stored, (Mapping, list)) and declared is not None and not isinstance(declared, Mapping)


def _ways(stored: Any, path: str, declared: Any) -> Iterator[str]:
    """The places within what the server shows at which a declared id stands."""
    if isinstance(stored, Mapping):
        for name, inner in stored.items():
            if re.fullmatch(r"[^.\[\]{}]+", str(name)):
                yield from _ways(inner, f"{path}.{name}", declared)
    elif isinstance(stored, list) and isinstance(declared, (list, tuple)):
        for held in stored:
            for one in declared:
                yield from _ways(held, f"{path}[]", one)
    elif isinstance(stored, list) and len(stored) == 1:
        yield from _ways(stored[0], f"{path}[0]", declared)
    elif str(plain_id(stored)) == str(plain_id(declared)):
        yield path
