# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no JSON Schema says of a profile: which names a template may hold where it stands, which keys have no effect
there, and what contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...module_utils._profile.attributes import names_said
from ...module_utils._profile.merging import merge
from ...module_utils._profile.model import OPERATIONS, READING, type_data
from ...module_utils._profile.predicate import CHANGED
from ...module_utils._profile.request_template import RequestTemplate
from ...module_utils._profile.session_rules import CREDENTIALS
from ...module_utils._profile.template import FUNCTIONS, names_in, path_steps
from ...module_utils._text.json_forms import Json
from ...module_utils._text.nested_paths import names_of

EVERYWHERE = ("inputs", "url", "type", "request_id", "reason", "change_reference", "initiator")
PAGES = ("page", "offset", "size", "cursor")
NAMES: Mapping[str, Collection[str]] = {
    "read": ("id", "key", "refs", "parent"),
    "find": ("key", "refs", "parent", *PAGES),
    "list": ("parent", *PAGES),
    "create": ("id", "key", "declared", "changed", "whole", "refs", "parent"),
    "update": ("id", "key", "declared", "changed", "whole", "entity", "refs", "parent"),
    "delete": ("id", "key", "entity", "refs", "parent"),
}
"""The first words of the names that a request of an operation knows, beside those known everywhere."""
OF_TYPE = ("name", "path")
STEPS_ONLY = ("denied", "take", "cookies", "when")
"""The keys of a step that have no effect in a logout."""
SESSION = ("url", "inputs", "token_type", *CREDENTIALS)
OF_GRANT: Mapping[str, Collection[str]] = {
    "scope": ("client_id", "inputs"),
    "path": ("tenant_id",),
    "form": ("client_id", "tenant_id", "redirect_uri", "inputs"),
}
"""The names that the templates of a grant know."""
ONLY_IN: Mapping[str, Collection[str]] = {
    "missing": ("read", "find", "list", "update", "delete"),
    "conflict": ("create", "update", "delete"),
    "entity": ("read", "find", "list", "create", "update"),
    "paging": ("find", "list"),
    "texts_at": ("find", "create"),
    "narrows": ("find",),
    "then": ("find",),
    "when": ("update", "delete"),
    "until": ("read",),
    "failed": ("read",),
}
"""The operations in which a key has an effect, where it has none in the others."""
REQUEST = ("path", "query", "headers", "json", "form", "with")


def mistakes(given: Json) -> Iterator[str]:
    """What is wrong with a profile that satisfies its schema, with the path of each. given: with the nulls by which a
    type takes away what holds for all types."""
    data = merge({}, given)
    yield from _session(data)
    for name, grant in data.get("oauth", {}).get("grants", {}).items():
        for part, known in OF_GRANT.items():
            yield from _unknown(f"oauth.grants.{name}.{part}", grant.get(part, ""), known, data.get("inputs", {}))
    for operation, said in data.get("operations", {}).items():
        yield from _operation(f"operations.{operation}", operation, said, data, None)
    extending = list(_extends(data))
    yield from extending
    for name in data["types"] if not extending else ():
        yield from _type(name, data, given)


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


# --- names


def _unknown(path: str, template: Any, known: Collection[str], inputs: Collection[str]) -> Iterator[str]:
    """TemplateNames that a template holds and that its place does not know."""
    for name, function in names_in(template):
        if function is not None and function not in FUNCTIONS:
            yield f"{path} names the function {function}, and there are only {', '.join(FUNCTIONS)}"
        try:
            first, *rest = path_steps(name)
        except ValueError:
            yield f"{path} names {{{name}}}, which is no path"
            continue
        word = rest[0] if rest else None
        if first not in known:
            allowed = ", ".join(f"{{{one}}}" for one in known) or "no name"
            yield f"{path} names {{{name}}}, and what is replaced there is {allowed}"
        elif first == "inputs" and word not in inputs:
            yield f"{path} names {{{name}}}, and inputs declares no {word}"
        elif first == "type" and word not in OF_TYPE:
            yield f"{path} names {{{name}}}, and a type has {' and '.join(OF_TYPE)}"


def _request(path: str, said: Json, known: Collection[str], data: Json) -> Iterator[str]:
    """Mistakes in one request: names, and bodies that exclude each other."""
    for part in REQUEST:
        if part in said:
            yield from _unknown(f"{path}.{part}", said[part], known, data.get("inputs", {}))
    if "json" in said and "form" in said:
        yield f"{path} has both json and form"


# --- the session


def _session(data: Json) -> Iterator[str]:
    session = data.get("session", {})
    steps = {f"session.steps.{name}": step for name, step in session.get("steps", {}).items()}
    others = {f"session.logout.{name}": step for name, step in session.get("logout", {}).items()}
    renewing = session.get("refresh", {}).get("steps", {})
    refresh = {f"session.refresh.steps.{name}": step for name, step in renewing.items()}
    others |= refresh
    if "look" in session:
        others["session.look"] = session["look"]
    taken = {name for step in (session, *steps.values(), *others.values()) for name in step.get("take", {})}
    known = (*SESSION, *sorted(taken))
    for path, step in {**steps, **others}.items():
        yield from _request(path, step, known, data)
        yield from _unknown(f"{path}.cookies", step.get("cookies", {}), known, data.get("inputs", {}))
        yield from _unknown(f"{path}.take", _places(step), known, data.get("inputs", {}))
    yield from _unknown("session.take", _places(session), known, data.get("inputs", {}))
    yield from _unknown("session.carry", session.get("carry", {}), known, data.get("inputs", {}))
    for name, step in session.get("steps", {}).items():
        if step.get("before", name) not in session["steps"]:
            yield f"session.steps.{name}.before names {step['before']}, which is no step"
    for name, step in session.get("logout", {}).items():
        idle = [key for key in STEPS_ONLY if key in step]
        yield from (f"session.logout.{name}.{key} has no effect there, only in session.steps" for key in idle)
    yield from _cookie_changes(data)
    if refresh:
        yield from _refresh(refresh, steps)


def _cookie_changes(data: Json) -> Iterator[str]:
    """``cookie: changed`` where no cookie of the session is meant."""
    for path in _with_changed_cookie(data):
        if not re.fullmatch(r"session\.lost\.\d+", path):
            yield f"{path}.cookie is changed, which only stands in session.lost; name the cookie: {{NAME: changed}}"
        elif not data["session"].get("cookie"):
            yield f"{path}.cookie is changed, and session.cookie names no cookie"


def _with_changed_cookie(value: Any, path: str = "") -> Iterator[str]:
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        if name == "cookie" and one == CHANGED and not path.endswith("session"):
            yield path
        yield from _with_changed_cookie(one, f"{path}.{name}" if path else str(name))


def _refresh(refresh: Mapping[str, Json], steps: Mapping[str, Json]) -> Iterator[str]:
    """Mistakes in how the system's own token is renewed."""
    for path, step in refresh.items():
        yield from (
            f"{path}.{key} has no effect there, only in session.steps" for key in ("when", "denied") if key in step
        )
    for path, some in (("session.refresh.steps", refresh), ("session.steps", steps)):
        if not any("access_token" in step.get("take", {}) for step in some.values()):
            yield f"{path} takes no access_token, which session.refresh renews"


def _places(said: Json) -> list[Any]:
    """The places of what is taken, in which names may stand."""
    return [one["at"] if isinstance(one, Mapping) else one for one in said.get("take", {}).values()]


# --- operations


def _operation(path: str, operation: str, said: Any, data: Json, whole: Json | None) -> Iterator[str]:
    """Mistakes in one operation, or in a part of it. whole: the type's own data, where it is of a type."""
    if isinstance(said, str):
        return
    if isinstance(said, list):
        for number, one in enumerate(said):
            yield from _operation(f"{path}[{number}]", operation, one, data, whole)
        return
    yield from _request(path, said, (*EVERYWHERE, *NAMES[operation]), data)
    for key in said:
        if operation not in ONLY_IN.get(key, (operation,)):
            yield f"{path}.{key} has no effect there, only in {' and '.join(ONLY_IN[key])}"
    if "failed" in said and "until" not in said:
        yield f"{path}.failed has no effect without until"
    yield from _completing(path, said, NAMES[operation], operation in READING, data)
    if whole is None:
        return
    lacking = [key for key in ("method", "path") if key not in said]
    if lacking:
        yield f"{path} lacks {', '.join(lacking)}"
    yield from _paging(path, operation, said)
    if operation == "find" and not any(RequestTemplate.of({"method": "", "path": "", **said}).uses(one) for one in KEY):
        yield f"{path} names nothing of the key, so it would answer whatever is asked for"


KEY = ("key", "refs", "parent", "id")


def _paging(path: str, operation: str, said: Json) -> Iterator[str]:
    names = {str(path_steps(name)[0]) for name, _function in names_in([said.get(part) for part in REQUEST])}
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
        yield from _request(f"{path}.{key}", request, names, data)
        used |= {str(path_steps(name)[0]) for name, _function in names_in([request.get(part) for part in REQUEST])}
    for name in taken:
        if name in (*EVERYWHERE, *OF_POLL):
            yield f"{path}.take.{name} is a name that requests know already; call it otherwise"
        elif name not in used:
            yield f"{path}.take.{name} is named by neither poll nor message"
    several = [name for name, places in taken.items() if "[]" in str(places)]
    if len(several) > 1:
        yield f"{path}.take has several values for {' and '.join(several)}, and only one name can have them"


# --- parts and states


ENTITY = ("id", "key", "entity", "refs", "parent")


def _of_parts(name: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in the requests of parts and of states."""
    for part, said in whole.get("parts", {}).items():
        path = f"types.{name}.parts.{part}"
        for request, known in PART_NAMES.items():
            if request in said:
                yield from _request(f"{path}.{request}", said[request], (*EVERYWHERE, *ENTITY, *known), data)
                yield from _completing(f"{path}.{request}", said[request], ENTITY, request == "read", data)
        if "write" in said and {"add", "remove", "change"} & set(said):
            yield f"{path} has both write, for all elements, and requests for one"
        if not {"write", "add", "remove", "within"} & set(said):
            yield f"{path} has no request that writes it: neither write nor add nor remove nor within"
        if said.get("write_only") and "read" in said:
            yield f"{path} is write_only and has a read"
    for attribute, said in whole.get("attributes", {}).items():
        for verb, one in said.get("transitions", {}).items():
            path = f"types.{name}.attributes.{attribute}.transitions.{verb}.request"
            yield from _request(path, one["request"], (*EVERYWHERE, *ENTITY), data)
            yield from _completing(path, one["request"], ENTITY, False, data)


PART_NAMES: Mapping[str, Collection[str]] = {
    "read": PAGES,
    "write": ("value",),
    "add": ("element",),
    "remove": ("element",),
    "change": ("element",),
}
"""The names that the requests of a part know besides those of the entity."""


# --- types


def _type(name: str, data: Json, given: Json) -> Iterator[str]:
    whole = type_data(name, given)
    own = data["types"][name]
    if str(whole.get("path", "")).startswith("/"):
        yield f"types.{name}.path begins with a slash; it begins with a word"
    yield from _unknown(f"types.{name}.path", whole.get("path", ""), ("inputs",), data.get("inputs", {}))
    yield from _unknown(
        f"types.{name}.id.from", whole.get("id", {}).get("from", ""), ("key", "inputs", "refs"), data.get("inputs", {})
    )
    for operation in OPERATIONS:
        if operation in whole:
            path = f"types.{name}.{operation}" if operation in own else f"operations.{operation}"
            of_own = _operation(path, operation, whole[operation], data, whole)
            yield from of_own if operation in own else (one for one in of_own if " lacks " in one or ".paging" in one)
    if not any(one in whole for one in READING):
        yield f"types.{name} has no operation that reads: neither read nor find nor list"
    yield from _served(name, whole)
    for parent in names_said(whole.get("parent", ())):
        if parent not in data["types"]:
            yield f"types.{name}.parent names {parent}, which is no type of it"
    yield from _of_parts(name, whole, data)
    for attribute in whole.get("key", {}).get("attributes", ()):
        if "[]" in attribute:
            yield f"types.{name}.key.attributes names {attribute}, which leads into a list"
    yield from _attributes(name, whole, data)


def _attributes(name: str, whole: Json, data: Json) -> Iterator[str]:
    """References to types that are not there, and rules that exclude one another."""
    for attribute, said in whole.get("attributes", {}).items():
        form, referred = said.get("read", ""), said.get("ref", {}).get("type")
        if isinstance(form, str) is not bool(referred) and form:
            why = "is the place of an id, and there is no ref" if isinstance(form, str) else "is no place of an id"
            yield f"types.{name}.attributes.{attribute}.read {why}"
        if not isinstance(form, str):
            yield from _unknown(f"types.{name}.attributes.{attribute}.read", form, ("element",), {})
        if referred and referred not in data["types"]:
            yield f"types.{name}.attributes.{attribute}.ref.type names {referred}, which is no type of it"
        normalise = said.get("normalise", ())
        yield from _unknown(
            f"types.{name}.attributes.{attribute}.normalise", normalise, ("inputs",), data.get("inputs", {})
        )
        if said.get("set") and said.get("keyed"):
            yield f"types.{name}.attributes.{attribute} is both set and keyed"
        yield from _reference(f"types.{name}.attributes.{attribute}", attribute, said)


def _reference(path: str, attribute: str, said: Json) -> Iterator[str]:
    """Keys of a reference that have no effect where it stands."""
    if "[]" in attribute and "ref" in said and "read" in said:
        yield f"{path}.read has no effect within the elements of a list"
    if "text" in said.get("ref", {}) and (said["ref"].get("many") or names_of(attribute) != [attribute]):
        yield f"{path}.ref.text has no effect for a list of references, nor within a mapping or a list"
    if "[]" in attribute and said.get("ref", {}).get("many"):
        yield f"{path}.ref.many has no effect within the elements of a list"


def _served(name: str, whole: Json) -> Iterator[str]:
    """Finds that another operation is to serve, and that is not there."""
    find = whole.get("find")
    if isinstance(find, str) and find not in whole:
        yield f"types.{name}.find is {find}, and there is no such operation"
    if find == "read" and not re.search(r"\{(key|id)\b", str(whole.get("read", {}).get("path", ""))):
        yield f"types.{name}.find is read, and the path of read holds neither {{key}} nor {{id}}"
    if isinstance(find, Mapping) and find.get("then") == "read" and "read" not in whole:
        yield f"types.{name}.find.then is read, and there is no read"
