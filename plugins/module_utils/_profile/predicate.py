# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predicates: what an answer must be like to have a meaning; and places: where in an answer something stands.

A predicate is a list of alternatives. Each has some parts, and all of its parts must hold. Within a part a list is any
of its elements, a mapping all of its members. Texts of headers and words are contained, whatever the case; all else is
equal. ``present`` is any value that is there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional, Protocol
from urllib.parse import SplitResult, unquote

from .._text.json_forms import Json, canonical, is_number
from .._text.nested_paths import ABSENT
from ..errors import ServerError
from .template import at_path

LOOKED_AT = 64 * 1024
"""Bytes of an answer in which words are looked for."""
LOGIN_PAGE = re.compile(rb"""type\s*=\s*["']?password|log[\s-]?(?:in|on)\b|sign[\s-]?in\b""", re.IGNORECASE)
LOGIN_ADDRESS = re.compile(
    r"(?<![a-z])(?:log-?[io]n(?:page|form)?|sign-?in|sso|saml2?|oauth2?|authorize)(?![a-z])", re.IGNORECASE
)
"""Whole words of a path: the name of an entity may hold one of them."""
INNER_WORD = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
"""Where a word begins within ``userLogin``."""
PRESENT = "present"
CHANGED = "changed"


class Answer(Protocol):
    """What a predicate reads of an HTTP answer."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def cookies(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def is_html(self) -> bool: ...
    @property
    def location(self) -> SplitResult: ...
    @property
    def busy(self) -> Optional[Alternative]: ...
    def json(self) -> Any: ...


@dataclass(frozen=True, eq=False)
class Sent:
    """What a predicate reads of the request: its method, and the cookies that it carried."""

    method: str = "GET"
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


UNSENT = Sent()
"""Of a request without cookies, where the method does not matter."""


@dataclass(frozen=True)
class Alternative:
    """One way in which an answer has a meaning; see the module. empty: what stands at the place of the entity is
    nothing; body: values by path, or the value of the whole body; excluded: what must not hold; says: a sentence for
    the message; kind: of a conflict, where the profile tells kinds apart."""

    status: tuple[int, ...] = ()
    header: Json = field(default_factory=dict)
    cookie: Json = field(default_factory=dict)
    body: Any = ABSENT
    empty: Optional[bool] = None
    media_type: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    login_page: Optional[bool] = None
    method: tuple[str, ...] = ()
    excluded: Optional[Alternative] = None
    says: str = ""
    kind: str = ""

    @cached_property
    def beside_status(self) -> tuple[PartTest, ...]:
        """The tests of what it says beside the status."""
        default = Alternative()
        return tuple(test for part, test in TESTS.items() if getattr(self, part) != getattr(default, part))

    @classmethod
    def of(cls, data: Json) -> Alternative:
        """From the profile's data."""
        values = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        for name in ("status", "media_type", "words", "method"):
            if name in values:
                values[name] = tuple(values[name]) if isinstance(values[name], list) else (values[name],)
        return cls(excluded=cls.of(data["not"]) if "not" in data else None, **values)


Predicate = tuple[Alternative, ...]


def predicate_of(data: Optional[Iterable[Json]]) -> Predicate:
    """A predicate from the profile's data; none that holds where there is none."""
    return tuple(Alternative.of(one) for one in data or ())


def alternatives_of(said: Any) -> list[Json]:
    """The alternatives of a predicate of which the profile may tell kinds apart, each with its kind then."""
    if not isinstance(said, Mapping):
        return list(said)
    return [{**one, "kind": kind} for kind, some in said.items() for one in some]


BUSY = predicate_of(({"status": [429]}, {"status": [503], "header": {"Retry-After": PRESENT}}))
"""The answers of a server that is busy and did not carry out the request, where the profile names no others. A 503
without ``Retry-After`` may come from a proxy that does not know the outcome."""


def statuses_of(predicate: Predicate) -> tuple[int, ...]:
    """The statuses that a predicate names, for a message."""
    return tuple(dict.fromkeys(status for one in predicate for status in one.status))


def fitting(predicate: Predicate, answer: Answer, sent: Sent = UNSENT, place: Any = "body") -> Optional[Alternative]:
    """The first alternative that an answer fits, None where it fits none, and where the server is busy: then the answer
    means nothing else. place: where the entity stands, of which ``empty`` speaks; a list means the first that is
    there."""
    for one in () if answer.busy else predicate:
        if _fits(one, answer, sent, place):
            return one
    return None


def _fits(one: Alternative, answer: Answer, sent: Sent, place: Any) -> bool:
    if one.status and answer.status not in one.status:
        return False
    return all(test(one, answer, sent, place) for test in one.beside_status)


def _any_of(value: Any) -> Collection[Any]:
    return value if isinstance(value, list) else [value]


def _has_header(held: Optional[str], wanted: Any) -> bool:
    if held is None:
        return False
    return any(one == PRESENT or str(one).casefold() in held.casefold() for one in _any_of(wanted))


def _has_cookie(answer: Answer, sent: Sent, name: str, wanted: Any) -> bool:
    """Whether an answer sets a cookie so. The name may end in a star, for all that begin so."""
    names = [name]
    if name.endswith("*"):
        names = [one for one in {*sent.cookies, *answer.cookies} if one.startswith(name[:-1])]
    for one in names:
        before, now = sent.cookies.get(one), answer.cookies.get(one)
        for value in _any_of(wanted):
            if value == CHANGED:
                if before is not None and now is not None and now != before:
                    return True
            elif now is not None and (now == value or (value == PRESENT and now != "")):
                return True
    return False


def _has_words(answer: Answer, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the body. They are not looked for in a success that is an object or a list,
    since the text of an entity has no meaning for the session."""
    head = answer.body[:LOOKED_AT].lower()
    if not any(word.lower().encode() in head for word in words):
        return False
    return not (200 <= answer.status < 300 and isinstance(json_or_nothing(answer), (Mapping, list)))


def json_or_nothing(answer: Answer) -> Any:
    """The body as JSON; ABSENT where it is none."""
    try:
        return answer.json()
    except ServerError:
        return ABSENT


def _has_body(answer: Answer, wanted: Any) -> bool:
    content = json_or_nothing(answer)
    if not isinstance(wanted, Mapping):
        return content is not ABSENT and _is_value(content, wanted)
    return holds(content, wanted)


def holds(value: Any, wanted: Mapping[str, Any]) -> bool:
    """Whether a JSON value holds all that is wanted of it, by path: a value, any of a list, or ``present``."""
    return all(_is_value(at_path(value, path), one) for path, one in wanted.items())


def _is_value(held: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_is_value(held, one) for one in wanted)
    if isinstance(wanted, Mapping):
        return holds(held, wanted)
    if held is ABSENT or wanted == PRESENT:
        return held is not ABSENT and held is not None
    return canonical(held) == canonical(wanted)


def is_empty(answer: Answer, place: Any) -> bool:
    """Whether nothing, an empty list or an empty object stands at a place that exists. A text that is no JSON, and an
    answer without the place, say nothing."""
    if not answer.body.strip():
        return False
    every = [answer_at(answer, one) for one in (place if isinstance(place, list) else [place])]
    there = [one for one in every if one is not ABSENT]
    found = next((one for one in there if one is not None), None if there else ABSENT)
    return found is not ABSENT and not found and not isinstance(found, bool) and not is_number(found)


def is_page(answer: Answer) -> bool:
    """Whether an answer is a web page; JSON that is called one is not."""
    return answer.is_html and not isinstance(json_or_nothing(answer), (Mapping, list))


def is_login_page(answer: Answer) -> bool:
    """Whether an answer leads to a login form, or is one."""
    if 300 <= answer.status < 400:
        return bool(LOGIN_ADDRESS.search(INNER_WORD.sub("-", answer.location.path)))
    return answer.status < 300 and is_page(answer) and bool(LOGIN_PAGE.search(answer.body[:LOOKED_AT]))


def answer_at(answer: Answer, place: str) -> Any:
    """What stands at a place of an answer; ABSENT where nothing does. place: ``body``, ``body.PATH``, ``header.NAME``,
    ``cookie.NAME``, ``location``, ``location.id`` (its last part, decoded once) or ``link.next`` (RFC 8288). Raises
    ServerError where a body is asked for and is no JSON."""
    root, _dot, rest = place.partition(".")
    if root.startswith("body"):
        return at_path(answer.json(), place[len("body") :].lstrip(".")) if place != "body" else answer.json()
    if root == "header":
        return answer.headers.get(rest.lower(), ABSENT)
    if root == "cookie":
        return answer.cookies.get(rest) or ABSENT
    if root == "link":
        return _link(answer.headers.get("link", ""), rest) or ABSENT
    address = answer.headers.get("location")
    if address is None or not rest:
        return ABSENT if address is None else address
    return unquote(answer.location.path.rstrip("/").rpartition("/")[2]) or ABSENT


def _link(header: str, relation: str) -> str:
    """The address of a relation in a Link header."""
    for target, parameters in re.findall(r"<([^<>]*)>([^<]*)", header):
        named = re.search(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;,]+))""", parameters, re.IGNORECASE)
        if named and relation in (named[1] or named[2] or "").lower().split():
            return str(target)
    return ""


def first_at(answer: Answer, places: Any) -> Any:
    """What stands at the first of some places that is there. places: one, a list, or ``{at, default}``."""
    if isinstance(places, Mapping):
        found = first_at(answer, places["at"])
        return places.get("default", ABSENT) if found is ABSENT or found is None else found
    for place in places if isinstance(places, list) else [places]:
        if place.startswith("body") and json_or_nothing(answer) is ABSENT:
            continue
        found = answer_at(answer, place)
        if found is not ABSENT and found is not None:
            return found
    return ABSENT


PartTest = Callable[[Alternative, Answer, Sent, Any], bool]

TESTS: Mapping[str, PartTest] = {
    "method": lambda one, _answer, sent, _place: sent.method in one.method,
    "header": lambda one, answer, _sent, _place: all(
        _has_header(answer.headers.get(name.lower()), value) for name, value in one.header.items()
    ),
    "cookie": lambda one, answer, sent, _place: all(
        _has_cookie(answer, sent, name, value) for name, value in one.cookie.items()
    ),
    "media_type": lambda one, answer, _sent, _place: answer.content_type in one.media_type,
    "login_page": lambda one, answer, _sent, _place: is_login_page(answer) is one.login_page,
    "words": lambda one, answer, _sent, _place: _has_words(answer, one.words),
    "body": lambda one, answer, _sent, _place: _has_body(answer, one.body),
    "empty": lambda one, answer, _sent, place: is_empty(answer, place) is one.empty,
    "excluded": lambda one, answer, sent, place: one.excluded is None or not _fits(one.excluded, answer, sent, place),
}
"""The parts of an alternative beside its status, with their tests, in the order in which they are made: what takes the
body apart comes last."""
