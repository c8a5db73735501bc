# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the reason of a refusal from an answer, in the forms in which servers give it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Optional
from urllib.parse import SplitResult, urlsplit

from .._text.echoes import words
from .._text.redaction import printable, redact
from .template import at_path

LIMIT = 300
SHOWN = 8
DEPTH = 3

SENTENCES = (
    "message",
    "errormessage",
    "errordescription",
    "faultstring",
    "detail",
    "title",
    "error",
    "fault",
    "reason",
    "msg",
    "description",
)
"""Fields that hold a sentence, or an object with one; the first that is there counts."""
LISTS = (
    "errors",
    "violations",
    "invalidparams",
    "fielderrors",
    "suberrors",
    "modelstate",
    "messages",
    "details",
    "detail",
)
"""Fields that hold an error for each attribute: as a list of objects or texts, or by the attribute's name."""
NAMES = (
    "field",
    "pointer",
    "name",
    "path",
    "propertypath",
    "property",
    "parameter",
    "param",
    "loc",
    "attribute",
    "source",
)
"""Fields of such an error that say which attribute it is about."""
TEXTS = ("message", "defaultmessage", "detail", "reason", "msg", "errormessage", "description", "error", "title")
"""Fields of such an error that hold its sentence."""
VALUES = ("rejectedvalue", "invalidvalue", "value", "input")
"""Fields of such an error that hold the refused value. It may be a secret, and is not shown."""


def said_in(answer: Any) -> str:
    """The message in an answer, which knows where the profile says that its errors stand; as said()."""
    return said(answer.body, places=answer.errors)


def said(body: bytes, secrets: Collection[Any] = (), places: Iterable[Mapping[str, str]] = ()) -> str:
    """The message in an answer, on one line and printable: its sentence, and the errors of single attributes by name
    and message. Empty where the answer has no known form. secrets: masked before the text is shortened, beside those
    that this process has met. places: where the profile says that errors stand; where nothing does, the usual places
    are looked at."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = [one for place in places for one in _placed(answer, place) if one]
    sentence, errors = ("", found) if found else _sentence_and_errors(answer, DEPTH)
    more = [f"and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
    text = "; ".join(dict.fromkeys(filter(None, [sentence, *errors[:SHOWN], *more])))
    return for_message(text, secrets)


def _placed(answer: Any, place: Mapping[str, str]) -> Iterator[str]:
    """The errors at one place: an object, a list of objects or texts, or texts by the names of attributes."""
    held = at_path(answer, place.get("at", "body")[len("body") :].lstrip("."))
    if isinstance(held, Mapping) and "message" not in place:
        yield from _by_attribute(held, DEPTH, texts=True)
        return
    for one in held if isinstance(held, list) else [held]:
        if not isinstance(one, Mapping):
            yield one.strip() if isinstance(one, str) else ""
            continue
        field, code, text = (
            at_path(one, place[name]) if name in place else "" for name in ("field", "code", "message")
        )
        told_of = [str(part) for part in (code, text) if isinstance(part, (str, int)) and str(part).strip()]
        told = str(redact(" ".join(told_of), [one[name] for name in VALUES if name in one]))
        yield f"{_name(field)}: {told}" if told and _name(field) else told


def for_message(text: str, secrets: Collection[Any] = ()) -> str:
    """A text of a server for a message: printable, on one line, and not long. secrets: as in said()."""
    return printable(words(text, secrets)[:LIMIT])


def leads_to(headers: Mapping[str, str]) -> SplitResult:
    """Where a redirect leads, taken apart; nowhere where that is no address."""
    try:
        return urlsplit(headers.get("location", ""))
    except ValueError:
        return urlsplit("")


def path_of(headers: Mapping[str, str]) -> str:
    """The path to which a redirect leads; without parameters and query, which may hold a secret."""
    return printable(words(leads_to(headers).path.partition(";")[0]))[:LIMIT]


def redirected_to(headers: Mapping[str, str]) -> str:
    """Where a redirect leads, in words."""
    host = printable(words(leads_to(headers).netloc.rpartition("@")[2]))
    return f"{host}{path_of(headers)}" if host else f"another page of this host ({path_of(headers)})"


def _folded(answer: Mapping[str, Any]) -> dict[str, Any]:
    """By name without case, hyphens and underscores."""
    return {str(name).lower().replace("_", "").replace("-", ""): value for name, value in answer.items()}


def _sentence_and_errors(answer: Any, depth: int) -> tuple[str, list[str]]:
    """The sentence of an answer, and its errors of single attributes."""
    if isinstance(answer, list):
        return "", list(_of_list([one for one in answer if isinstance(one, Mapping)]))
    if not isinstance(answer, Mapping) or not depth:
        return "", []
    fields = _folded(answer)
    sentence, errors = "", [one for name in LISTS for one in _errors(fields.get(name), depth)]
    for held in (fields[name] for name in SENTENCES if name in fields):
        inner, more = (
            (held, [])
            if isinstance(held, str)
            else _sentence_and_errors(held, depth - 1)
            if _is_object(held)
            else ("", [])
        )
        sentence, errors = sentence or inner.strip(), errors + (more if not sentence else [])
    return sentence, errors or ([] if sentence else _by_attribute(answer, depth))


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _errors(held: Any, depth: int) -> Iterator[str]:
    if isinstance(held, list):
        yield from _of_list(held)
    elif isinstance(held, Mapping):
        one = _one(_folded(held))
        yield from [one] if one else _by_attribute(held, depth, texts=True)


def _of_list(errors: list[Any]) -> Iterator[str]:
    for one in errors:
        if isinstance(one, str):
            yield one.strip()
        elif isinstance(one, Mapping):
            yield _one(_folded(one))


def _one(error: Mapping[str, Any]) -> str:
    """One error of a list: ``name: message``, without the refused value, also where the message quotes it."""
    texts = [error[name] for name in TEXTS if isinstance(error.get(name), str) and error[name].strip()]
    if not texts:
        return ""
    name = next(filter(None, (_name(error.get(name)) for name in NAMES)), "")
    text = str(redact(texts[0].strip(), [error[name] for name in VALUES if name in error]))
    return f"{name}: {text}" if name else text


def _name(held: Any) -> Optional[str]:
    """The attribute's name: a text, a path as a list of names, or an object that holds one of these."""
    if isinstance(held, list) and all(isinstance(one, (str, int)) for one in held):
        return ".".join(map(str, held))
    if isinstance(held, Mapping):
        return next((held[name] for name in NAMES if isinstance(held.get(name), str)), None)
    return held if isinstance(held, str) else None


def _by_attribute(answer: Mapping[str, Any], depth: int, texts: bool = False) -> list[str]:
    """The errors of an object that holds nothing else: lists of sentences by the attribute's name, which may be nested.
    texts: whether a single text is a sentence too; elsewhere it may be a value."""
    errors: list[str] = []
    for name, held in answer.items():
        if isinstance(held, list) and held and all(isinstance(one, str) for one in held):
            errors += [f"{name}: {one}" for one in held]
        elif isinstance(held, str) and texts:
            errors.append(f"{name}: {held}")
        elif isinstance(held, Mapping) and depth > 1:
            errors += [f"{name}.{one}" for one in _by_attribute(held, depth - 1, texts)]
        else:
            return []
    return errors
