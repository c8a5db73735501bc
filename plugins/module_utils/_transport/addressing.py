# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request template with its names replaced: where the request goes and what it carries; and which addresses that a
server names are followed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Optional
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from .._profile.model import plain_id
from .._profile.request_template import RequestTemplate
from .._profile.template import TemplateNames, at_path, text_of, text_parts, value_of
from .._text.json_forms import is_number, number_text
from .._text.nested_paths import ABSENT
from .._text.records import record
from .._text.redaction import printable
from ..errors import ConfigurationError
from .messages import Request

PORTS = {"http": 80, "https": 443}
ADDRESS = "address"
"""The function behind a name that stands for a whole address."""
RAW = ("type.path",)
"""TemplateNames whose value is a path of the profile itself, and not one step of a path."""
HEADER_VALUE = re.compile(r"[ -~\x80-\xff]*")


def segment(value: Any, purpose: str) -> str:
    """One path segment, percent-encoded. Refuses what a server might read as a step to another folder, as nothing, or
    otherwise than it is shown: it may decode more than once, take the compatible form of a character, and cut
    parameters off."""
    text = "" if value is None or value is ABSENT else str(plain_id(value))
    read = _as_read(text)
    if (
        not read.strip()
        or not read.isprintable()
        or "\ufffd" in read
        or any(map(_leads_away, re.split(r"[/\\]", read)))
    ):
        raise ConfigurationError(purpose, f"{text!a} cannot stand in an address", "Give the id as the server shows it.")
    return quote(text, safe="")


def hard_to_address(value: Any) -> str:
    """The characters of an id that many servers refuse in a path, in words; empty where there is none."""
    text = "" if value is None else str(value)
    found = [char for char in "/;%\\" if char in text]
    return " and ".join([*found, *([] if text.isprintable() else ["a character that cannot be printed"])])


def _as_read(text: str) -> str:
    """A text as the most helpful server reads it."""
    read = unicodedata.normalize("NFKC", unquote(text))
    return read if read == text else _as_read(read)


def _leads_away(step: str) -> bool:
    """Whether a step of a path is ``.``, ``..`` or, without its parameters, empty."""
    name, parameters, _rest = step.partition(";")
    return name.strip() in (".", "..") or bool(parameters and not name.strip())


def _origin(url: str) -> tuple[Any, ...]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme), parts.username


def same_origin(url: str, other: str) -> bool:
    """Whether another address, which may be relative, has scheme, host and port of this one. One with characters that
    two readers may read differently has not."""
    if not (other.isascii() and other.isprintable()) or " " in other or "\\" in other:
        return False
    if other.startswith(f"{url}/"):
        return True  # which most are
    try:
        return _origin(url) == _origin(urljoin(url, other))
    except ValueError:
        return False


@record
class Base:
    """Where a system is: its url, and the profile's base path, which begins with a slash or is empty."""

    url: str
    path: str = ""


def filled_path(template: str, names: TemplateNames, purpose: str) -> str:
    """A path with its names replaced, each value as one segment. Raises ConfigurationError where one has no value."""
    parts = []
    for part in text_parts(template):
        if isinstance(part, str):
            parts.append(part)
            continue
        value = _there(part, names, purpose)
        parts.append(filled_path(str(value), names, purpose) if part[0] in RAW else segment(value, purpose))
    return "".join(parts)


def _there(part: tuple[str, Optional[str]], names: TemplateNames, purpose: str) -> Any:
    """The value of a name in a path. Raises ConfigurationError where there is none."""
    value = value_of(part, names)
    if value in (ABSENT, None, ""):
        why = f"its address holds {{{part[0]}}}, which has no value"
        raise ConfigurationError(purpose, why, "Without it, another address would be met.")
    return value


def given_address(value: Any, base: Base, purpose: str) -> str:
    """An address that the server gave, whole or from its first slash, such as that of a job. Raises ConfigurationError
    where it is not at the origin of ``url``, or leads upwards: credentials go nowhere else."""
    text = value if isinstance(value, str) else ""
    begins = text.startswith(("/", "http://", "https://")) and "#" not in text
    steps = _as_read(urlsplit(text).path).split("/") if begins and same_origin(base.url, text) else [".."]
    if any(map(_leads_away, steps)):
        why = f"the server gave {printable(str(value))} as an address, which is none at the origin of url"
        raise ConfigurationError(purpose, why, "Where it is only the inner address of a proxy, take the id out of it.")
    return urljoin(base.url, text)


def full_address(template: str, names: TemplateNames, base: Base, purpose: str) -> str:
    """The address of a path: at ``url`` where it begins with a slash, else behind the base path. Raises
    ConfigurationError where it is not at the origin of ``url``, or leads upwards."""
    part = text_parts(template)[0] if template else ""
    if not isinstance(part, str) and part[1] == ADDRESS:
        return given_address(_there(part, names, purpose), base, purpose)
    at_url = template.startswith("/")
    whole = template if at_url else f"{base.path}/{template}"
    if not _stays(base.url, whole.replace("{type.path}", str(at_path(names, "type.path")))):
        raise ConfigurationError(
            purpose, f"{template} leads to an address outside of url", "Correct it in the profile."
        )
    return base.url + filled_path(whole, names, purpose)


@lru_cache(maxsize=4096)
def _stays(url: str, template: str) -> bool:
    """Whether an address is at the origin of ``url`` and leads nowhere upwards, whatever its values: each goes out
    encoded, and none is a step upwards."""
    path = "".join(part if isinstance(part, str) else "x" for part in text_parts(template))
    return same_origin(url, url + path) and not any(map(_leads_away, urlsplit(url + path).path.split("/")))


def _texts(name: str, value: Any, purpose: str, what: str) -> list[str]:
    """The texts of a field: numbers and booleans as JSON prints them, null as nothing. Raises ConfigurationError for
    what is no single value."""
    several = value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(one, (Mapping, list, tuple)) for one in several):
        raise ConfigurationError(purpose, f"the {what} {name} is no single value", f"Write {{...|json}} for {name}.")
    return [text_of(one, name) or "" for one in several]


def query_text(query: Any, purpose: str) -> str:
    """A query string. A list repeats the parameter."""
    fields = query.items() if isinstance(query, Mapping) else ()
    texts = {name: _texts(name, value, purpose, "parameter") for name, value in fields}
    return urlencode(texts, doseq=True, quote_via=quote)


def form_fields(form: Any, purpose: str) -> dict[str, list[str]]:
    """The fields of a form. A list repeats the field; an empty one is an empty field, since a server keeps what is not
    sent."""
    fields = form.items() if isinstance(form, Mapping) else ()
    return {name: _texts(name, value, purpose, "field") or [""] for name, value in fields}


def header_values(headers: Mapping[str, Any], purpose: str) -> dict[str, str]:
    """Headers as they go out. Raises ConfigurationError for a value that no header can carry."""
    values = {}
    for name, value in headers.items():
        text = number_text(value) if is_number(value) else str(value)
        if not HEADER_VALUE.fullmatch(text):
            raise ConfigurationError(
                purpose, f"the value of its header {name} holds a character that no header carries"
            )
        values[name] = text
    return values


def request_of(template: RequestTemplate, names: TemplateNames, base: Base, purpose: str, **more: Any) -> Request:
    """The request of a template. names: what it may name; more: other fields of the request."""
    url = full_address(template.path, names, base, purpose)
    query, json, form = template.content(names)
    text = query_text(query, purpose) if query is not ABSENT else ""
    from_names = {} if not template.headers else template.filled_headers(names)
    return Request(
        purpose=purpose,
        method=template.method,
        url=f"{url}{'&' if '?' in url else '?'}{text}" if text else url,
        headers=header_values(from_names, purpose),
        json_body=None if json is ABSENT and template.json is ABSENT else {} if json is ABSENT else json,
        form=None if form is ABSENT else form_fields(form, purpose),
        busy=template.busy,
        **more,
    )
