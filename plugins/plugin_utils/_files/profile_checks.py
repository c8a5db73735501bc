# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no JSON Schema says of a profile: which names a template may hold where it stands, which keys have no effect
there, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...module_utils._profile.attributes import names_said
from ...module_utils._profile.merging import merge
from ...module_utils._profile.model import PLACES, type_as_said
from ...module_utils._profile.operation import OPERATIONS, READING
from ...module_utils._profile.request_template import RequestTemplate
from ...module_utils._profile.template import names_in, path_steps
from ...module_utils._text.json_forms import Json
from ...module_utils._text.nested_paths import names_of
from .profile_entity_checks import errors_mistakes, life_mistakes
from .profile_names import EVERYWHERE, TEMPLATES, request_mistakes, unknown_names
from .profile_session_checks import oauth_mistakes, predicate_mistakes, session_mistakes

PAGES = ("page", "offset", "size", "cursor")
NAMES: Mapping[str, Collection[str]] = {
    "read": ("id", "key", "refs", "parent"),
    "find": ("key", "refs", "parent", *PAGES),
    "list": ("parent", *PAGES),
    "create": ("id", "key", "declared", "changed", "whole", "refs", "parent"),
    "update": ("id", "key", "declared", "changed", "whole", "entity", "refs", "parent", "version"),
    "delete": ("id", "key", "entity", "refs", "parent", "version"),
    "purge": ("id", "key", "entity", "refs", "parent", "version"),
    "rename": ("id", "key", "entity", "refs", "parent", "version"),
    "restore": ("id", "key", "entity", "refs", "parent", "version"),
}
"""The first words of the names that a request of an operation knows, beside those known everywhere."""
OF_WHOLE: Mapping[str, Collection[str]] = dict.fromkeys(("base_path", "other_base_paths"), ("inputs",))
"""The names that the paths of the system know."""
OF_OAUTH: Mapping[str, Collection[str]] = {
    "authority": ("inputs",),
    **dict.fromkeys(("issuer", "token_path", "authorize_path", "device_path"), ("tenant_id", "inputs")),
}
"""The names that the addresses of an identity platform know."""
OF_GRANT: Mapping[str, Collection[str]] = {
    "scope": ("client_id", "inputs"),
    "path": ("tenant_id", "inputs"),
    "form": ("client_id", "tenant_id", "redirect_uri", "inputs"),
    "authorize": ("client_id", "tenant_id", "username", "expected_user", "inputs"),
}
"""The names that the templates of a grant know."""
ONLY_IN: Mapping[str, Collection[str]] = {
    "missing": ("read", "find", "delete", "purge"),
    "conflict": ("create", "update", "delete", "purge", "rename", "restore"),
    "entity": ("read", "find", "list", "create", "update"),
    "paging": ("find", "list"),
    "texts_at": ("find", "create"),
    "narrows": ("find",),
    "pattern": ("find",),
    "upsert": ("create",),
    "reveals": ("create",),
    "then": ("find", "list"),
    "when": ("update", "delete"),
    "until": ("read",),
    "failed": ("read",),
}
"""The operations in which a key has an effect, where it has none in the others."""
CONFLICT_IN: Mapping[str, Collection[str]] = {
    "exists": ("create", "update", "rename", "restore"),
    "moved": ("update", "delete", "purge", "rename", "restore"),
    "in_use": ("delete", "purge"),
}
"""The operations that a conflict of a kind may refuse."""


def mistakes(given: Json) -> Iterator[str]:
    """What is wrong with a profile that satisfies its schema, with the path of each. given: with the nulls by which a
    type takes away what holds for all types."""
    data = merge({}, given)
    yield from session_mistakes(data)
    yield from _addresses(data)
    yield from oauth_mistakes(data)
    yield from errors_mistakes(data.get("errors", []))
    yield from predicate_mistakes(data)
    for operation, said in data.get("operations", {}).items():
        yield from _operation(f"operations.{operation}", operation, said, data, None)
    extending = list(_extends(data))
    yield from extending
    wholes = {} if extending else {name: type_as_said(name, given) for name in data["types"]}
    for name, whole in wholes.items():
        yield from _type(name, whole, data)
    yield from life_mistakes(wholes, data)


def _addresses(data: Json) -> Iterator[str]:
    """Unknown names in where the system and its identity platform are, and in what a grant sends."""
    oauth = data.get("oauth", {})
    grants = {f"oauth.grants.{name}.": (grant, OF_GRANT) for name, grant in oauth.get("grants", {}).items()}
    for path, (said, known) in {"": (data, OF_WHOLE), "oauth.": (oauth, OF_OAUTH), **grants}.items():
        for name in known:
            yield from unknown_names(f"{path}{name}", said.get(name, ""), known[name], data.get("inputs", {}))


def _extends(data: Json) -> Iterator[str]:
    """Types that extend a type that is not there, or one another in a circle."""
    for name, said in data["types"].items():
        seen = [name]
        while "extends" in said:
            before = said["extends"]
            if before not in data["types"] or before in seen:
                why = "is no type of this profile" if before not in data["types"] else "extends this type itself"
                yield f"types.{name}.extends names {before}, which {why}"
                break
            seen.append(before)
            said = data["types"][before]


# --- operations


def _operation(path: str, operation: str, said: Any, data: Json, whole: Json | None) -> Iterator[str]:
    """Mistakes in one operation, or in a part of it. whole: the type's own data, where it is of a type."""
    if isinstance(said, str):
        return
    if isinstance(said, list):
        for number, one in enumerate(said):
            yield from _operation(f"{path}[{number}]", operation, one, data, whole)
        return
    serves = (operation, "update") if said.get("upsert") and "update" not in (whole or {}) else (operation,)
    known = tuple(dict.fromkeys(name for one in serves for name in NAMES[one]))
    yield from request_mistakes(path, said, (*EVERYWHERE, *known), data)
    places = {key: said[key] for key in PLACES if key in said}
    yield from unknown_names(path, places, ("type",), data.get("inputs", {}))
    yield from _idle(path, operation, said)
    yield from _completing(path, said, known, operation in READING, data)
    if whole is None:
        return
    lacking = [key for key in ("method", "path") if key not in said]
    if lacking:
        yield f"{path} lacks {', '.join(lacking)}"
    yield from _paging(path, operation, said)
    if operation == "find" and not any(RequestTemplate.of({"method": "", "path": "", **said}).uses(one) for one in KEY):
        yield f"{path} names nothing of the key, so it would answer whatever is asked for"


def _idle(path: str, operation: str, said: Json) -> Iterator[str]:
    """Keys of an operation that have no effect there."""
    conflict = said.get("conflict")
    kinds = {f"conflict.{kind}": CONFLICT_IN[kind] for kind in (conflict if isinstance(conflict, Mapping) else ())}
    for key, where in {**{key: ONLY_IN[key] for key in said if key in ONLY_IN}, **kinds}.items():
        if operation not in where:
            yield f"{path}.{key} has no effect there, only in {' and '.join(where)}"
    if "failed" in said and "until" not in said:
        yield f"{path}.failed has no effect without until"


KEY = ("key", "refs", "parent", "id")


def _paging(path: str, operation: str, said: Json) -> Iterator[str]:
    names = {str(path_steps(name)[0]) for name, _function in names_in([said.get(part) for part in TEMPLATES])}
    used, paging = names.intersection(PAGES), said.get("paging")
    if used and paging is None:
        yield f"{path} names {', '.join(sorted(used))}, and has no paging"
    if paging is not None and operation == "find" and not said.get("narrows"):
        yield f"{path}.paging has no effect there unless the find narrows"
    if paging is not None and "next" not in paging and not used & {"page", "offset"}:
        yield f"{path}.paging has no next, and its request names neither {{page}} nor {{offset}}"
    if paging is not None and "cursor" in used and "next" not in paging:
        yield f"{path}.paging has no next, where {{cursor}} comes from"


# --- what is completed later


OF_POLL = ("id", "key", "entity", "refs", "parent")
"""The names that a poll knows of the entity, as far as its operation does."""


def _completing(path: str, said: Json, known: Collection[str], reads: bool, data: Json) -> Iterator[str]:
    """Mistakes in how a request is completed. known: the names of the request; reads: it is a read."""
    held = said.get("completes")
    if isinstance(held, str) and held not in data.get("completes", {}):
        yield f"{path}.completes names {held}, and completes declares no such name"
    elif held is not None:
        whole, at = (data["completes"][held], f"completes.{held}") if isinstance(held, str) else (held, "")
        yield from _polls(at or f"{path}.completes", whole, known, data)
        if reads and "answer" not in whole:
            yield f"{path}.completes has no answer, where that stands which is asked for"


def _polls(path: str, said: Json, known: Collection[str], data: Json) -> Iterator[str]:
    """Mistakes in what is polled, and with what."""
    taken, message = said.get("take", {}), said.get("message")
    names = (*EVERYWHERE, *(name for name in OF_POLL if name in known), *taken)
    requests = {"poll": said["poll"], **({"message": message} if isinstance(message, Mapping) else {})}
    used = set()
    for key, request in requests.items():
        yield from request_mistakes(f"{path}.{key}", request, names, data)
        used |= {str(path_steps(name)[0]) for name, _function in names_in([request.get(part) for part in TEMPLATES])}
    for name in taken:
        if name in (*EVERYWHERE, *OF_POLL):
            yield f"{path}.take.{name} is a name that requests know already; call it otherwise"
        elif name not in used:
            yield f"{path}.take.{name} is named by neither poll nor message"
    several = [name for name, places in taken.items() if "[]" in str(places)]
    if len(several) > 1:
        yield f"{path}.take has several values for {' and '.join(several)}, and only one name can have them"


# --- parts and states


ENTITY = ("id", "key", "entity", "refs", "parent", "version")


def _of_parts(name: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in the requests of parts."""
    for part, said in whole.get("parts", {}).items():
        path = f"types.{name}.parts.{part}"
        for request, known in PART_NAMES.items():
            if request in said:
                yield from request_mistakes(f"{path}.{request}", said[request], (*EVERYWHERE, *ENTITY, *known), data)
                yield from _completing(f"{path}.{request}", said[request], ENTITY, request == "read", data)
                if "missing" in said[request] and request not in ("read", "remove"):
                    yield f"{path}.{request}.missing has no effect there, only in read and remove"
        if "write" in said and {"add", "remove", "change"} & set(said):
            yield f"{path} has both write, for all elements, and requests for one"
        if not {"write", "add", "remove", "within"} & set(said):
            yield f"{path} has no request that writes it: neither write nor add nor remove nor within"
        if said.get("write_only") and "read" in said:
            yield f"{path} is write_only and has a read"
        of_elements = {"element", "add", "remove", "change", "where", "at_least"} & {*said} or "paging" in said.get(
            "read", ()
        )
        if of_elements and whole.get("attributes", {}).get(part, {}).get("exact"):
            yield f"{path} is one value, since the attribute is exact, and says something of elements"


def _of_transitions(name: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in the requests of states, and in how the verification of a secret is completed."""
    for attribute, said in whole.get("attributes", {}).items():
        if "verify" in said:
            yield from _completing(f"types.{name}.attributes.{attribute}.verify", said["verify"], ENTITY, True, data)
        for verb, one in said.get("transitions", {}).items():
            path = f"types.{name}.attributes.{attribute}.transitions.{verb}.request"
            yield from request_mistakes(path, one["request"], (*EVERYWHERE, *ENTITY), data)
            yield from _completing(path, one["request"], ENTITY, False, data)
            if "missing" in one["request"]:
                yield f"{path}.missing has no effect there, only in a part's read and remove"


PART_NAMES: Mapping[str, Collection[str]] = {
    "read": PAGES,
    "write": ("value",),
    "add": ("element",),
    "remove": ("element",),
    "change": ("element",),
}
"""The names that the requests of a part know besides those of the entity."""


# --- types


def _type(name: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in one type. whole: the type over what holds for all types."""
    own = data["types"][name]
    if str(whole.get("path", "")).startswith("/"):
        yield f"types.{name}.path begins with a slash; it begins with a word"
    if "path" not in whole:
        using = (one for one in OPERATIONS if "{type.path" in str(whole.get(one)))
        yield from (f"types.{name} lacks path, and its {one} names {{type.path}}" for one in using)
    yield from unknown_names(f"types.{name}.path", whole.get("path", ""), ("inputs",), data.get("inputs", {}))
    yield from unknown_names(
        f"types.{name}.id.from", whole.get("id", {}).get("from", ""), ("key", "inputs", "refs"), data.get("inputs", {})
    )
    for operation in OPERATIONS:
        if operation in whole:
            path = f"types.{name}.{operation}" if operation in own else f"operations.{operation}"
            of_own = _operation(path, operation, whole[operation], data, whole)
            yield from of_own if operation in own else (one for one in of_own if " lacks " in one or "paging" in one)
    if not any(one in whole for one in READING):
        yield f"types.{name} has no operation that reads: neither read nor find nor list"
    yield from _served(name, whole)
    for parent in names_said(whole.get("parent", ())):
        if parent not in data["types"]:
            yield f"types.{name}.parent names {parent}, which is no type of it"
    yield from _of_parts(name, whole, data)
    yield from _of_transitions(name, whole, data)
    yield from _of_attributes(f"types.{name}", whole, data)


def _of_attributes(path: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in what is said of the attributes of a type."""
    for attribute in whole.get("key", {}).get("attributes", ()):
        if "[]" in attribute:
            yield f"{path}.key.attributes names {attribute}, which leads into a list"
    for attribute, said in whole.get("attributes", {}).items():
        at, referred = f"{path}.attributes.{attribute}", said.get("ref", {}).get("type")
        if referred and referred not in data["types"]:
            yield f"{at}.ref.type names {referred}, which is no type of it"
        yield from _form(at, said)
        yield from unknown_names(f"{at}.normalise", said.get("normalise", ()), ("inputs",), data.get("inputs", {}))
        if said.get("set") and said.get("keyed"):
            yield f"{at} is both set and keyed"
        if said.get("exact") and {"set", "keyed", "at_least"} & {key for key, value in said.items() if value}:
            yield f"{at} is exact, which is said of mappings, and what else is said of it is said of lists"
        yield from _reference(at, attribute, said)
        yield from _valued(at, attribute, said)


def _form(path: str, said: Json) -> Iterator[str]:
    """Mistakes in where, and in which form, an attribute is read."""
    form = said.get("read", "")
    if not isinstance(form, str) and "ref" in said:
        yield f"{path}.read is no place of an id"
    if not isinstance(form, str):
        yield from unknown_names(f"{path}.read", form, ("element",), {})


def _valued(path: str, attribute: str, said: Json) -> Iterator[str]:
    """Keys with a value that have no effect where they stand."""
    for key in ("masked", "omitted"):
        if key in said and not said.get("secret"):
            yield f"{path}.{key} has no effect, since the attribute is not secret"
    if "omitted" in said and "[]" in attribute:
        yield f"{path}.omitted has no effect within the elements of a list"
    if said.get("rewritten") and ("[]" in attribute or said.get("secret") or said.get("read_only")):
        yield f"{path}.rewritten has no effect for a secret, for what is read-only, nor within the elements of a list"
    if "cleared_by" in said and (said.get("read_only") or said.get("secret")):
        yield f"{path}.cleared_by has no effect, since null is never sent there"


def _reference(path: str, attribute: str, said: Json) -> Iterator[str]:
    """Keys of a reference, or of a place, that have no effect where it stands."""
    if "[]" in attribute and isinstance(said.get("read"), str):
        yield f"{path}.read has no effect within the elements of a list"
    if "text" in said.get("ref", {}) and (said["ref"].get("many") or names_of(attribute) != (attribute,)):
        yield f"{path}.ref.text has no effect for a list of references, nor within a mapping or a list"
    if "[]" in attribute and said.get("ref", {}).get("many"):
        yield f"{path}.ref.many has no effect within the elements of a list"


def _served(name: str, whole: Json) -> Iterator[str]:
    """Finds that another operation is to serve, and that is not there."""
    find = whole.get("find")
    if isinstance(find, str) and find not in whole:
        yield f"types.{name}.find is {find}, and there is no such operation"
    read = RequestTemplate.of({"method": "", "path": "", **whole.get("read", {})})
    if find == "read" and not (read.uses("key") or read.uses("id")):
        yield f"types.{name}.find is read, and the request of read names neither {{key}} nor {{id}}"
    if find == "read" and read.uses("id") and "from" not in whole.get("id", {}):
        yield f"types.{name}.find is read, and read names {{id}}, which nothing tells beforehand: id.from says how"
    if isinstance(find, Mapping) and find.get("pattern") and "list" not in whole:
        yield f"types.{name}.find.pattern has no effect without list, in which such keys are looked for"
    for operation in ("find", "list"):
        said = whole.get(operation)
        if isinstance(said, Mapping) and said.get("then") == "read" and "read" not in whole:
            yield f"types.{name}.{operation}.then is read, and there is no read"
