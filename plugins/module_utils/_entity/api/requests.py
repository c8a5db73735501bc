# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a request goes and what it carries, by the profile; and which addresses that a server names are followed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from ..._profile.model import Operation, at, plain_id
from ..._text.nested_paths import with_value
from ..._transport.messages import Request
from ...errors import ConfigurationError
from ..address import Address

PORTS = {"http": 80, "https": 443}
WITH_ATTRIBUTES = ("key", "declared", "changed", "whole")
"""The bodies that carry attributes; they stand where ``request_at`` says."""


def segment(value: Any, purpose: str) -> str:
    """One path segment, percent-encoded. Refuses what a server might read as a step to another folder, as nothing, or
    otherwise than it is shown: it may decode more than once, take the compatible form of a character, and cut
    parameters off."""
    text = "" if value is None else str(plain_id(value))
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
    if not (other.isascii() and other.isprintable()) or {" ", "\\"} & set(other):
        return False
    try:
        return _origin(url) == _origin(urljoin(url, other))
    except ValueError:
        return False


def _query(content: Mapping[str, Any]) -> str:
    """A query string; a boolean as JSON writes it, for a server that reads JSON reads it so."""
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in content.items()}
    return urlencode(texts, doseq=True, quote_via=quote)


@dataclass(frozen=True)
class Invocation:
    """An operation of the profile, for the entity or the type that an address names. base: url and base path; purpose:
    as in Request; shows: is called when an answer has shown an entity."""

    base: str
    operation: Operation
    address: Address
    purpose: str
    shows: Callable[[], Any] = bool

    def request(self, content: Mapping[str, Any], observed: Mapping[str, Any] | None = None) -> Request:
        """The request. content: what the body is about; observed: the entity as it was read, where the request is about
        that."""
        operation, purpose, entity_type = self.operation, self.purpose, self.address.type
        path, _mark, query = operation.path.lstrip("/").partition("?")
        ids = {
            "id": self._id(observed),
            "uuid": at(observed, entity_type.uuid_attribute) if entity_type.uuid_attribute else "",
        }
        encoded = {name: segment(value, purpose) for name, value in ids.items() if f"{{{name}}}" in operation.path}
        kind = entity_type.path.strip("/")
        queries = [query.format_map({"type": quote(kind, safe=""), **encoded})]
        body = self._body(content, ids["id"])
        if operation.body == "query":
            queries.append(_query(body))
        whole_query = "&".join(filter(None, queries))
        address = f"{self.base}/{path.format_map({'type': kind, **encoded})}"
        return Request(
            purpose=purpose,
            method=operation.method,
            url=f"{address}?{whole_query}" if whole_query else address,
            json_body=None if operation.body == "query" or (operation.body == "none" and not body) else body,
            safe=operation.safe,
            kind=f"{entity_type.name} {operation.name}",
            understood=(*operation.success, *operation.missing.status, *operation.conflict.status),
        )

    def _id(self, observed: Mapping[str, Any] | None) -> Any:
        """The id of the entity, which has to be known only where path or body have a place for it."""
        takes_it = "{id}" in self.operation.path or self.operation.id_field
        return self.address.located(observed).id if takes_it and observed is not None else self.address.id

    def _body(self, content: Mapping[str, Any], entity_id: Any) -> dict[str, Any]:
        operation = self.operation
        body: dict[str, Any] = dict(content) if operation.body not in ("none", "empty") else {}
        if operation.request_at and operation.body in WITH_ATTRIBUTES:
            body = with_value({}, operation.request_at.split("."), body)
        if operation.id_field:
            segment(entity_id, self.purpose)  # refuses what is no id
            body = with_value(body, operation.id_field.split("."), plain_id(entity_id))
        return body
