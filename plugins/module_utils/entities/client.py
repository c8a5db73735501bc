# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speaks the operations of a profile: one request each, and what its answer means.

Only the answer that the profile calls missing makes an entity missing. Everything else that is not a success is
an error, so that nothing is planned on a guess.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from ..errors import ConfigurationError, ConflictError, MissingReferenceError, RefutedError, ServerError
from ..profile.model import EntityType, Operation, Profile
from ..transport.values import Request, Response, Send
from .mask import printable
from .target import Entity, Target, exactly_one

SERVER_TEXT_LIMIT = 300


def segment(value: Any, purpose: str) -> str:
    """One path segment, percent-encoded. Refuses what a server might read as a step to another folder."""
    text = unquoted = "" if value is None else str(value)
    while unquote(unquoted) != unquoted:
        unquoted = unquote(unquoted)
    steps = [step.strip() for step in unquoted.replace("\\", "/").split("/")]
    if not unquoted.strip() or {".", ".."} & set(steps):
        raise ConfigurationError(purpose, f"{text!r} cannot stand in an address", "Give the id as the server shows it.")
    return quote(text, safe="")


def at(answer: Any, path: str) -> Any:
    """What stands at a dotted path of a JSON value; None where nothing does."""
    for name in path.split(".") if path else ():
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer


def server_text(response: Response) -> str:
    """What the server says about its refusal, as far as it is text that can be shown in one line."""
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return ""
    names = ("message", "error_description", "detail", "title", "error", "reason")
    said = [answer[name] for name in names if isinstance(answer, Mapping) and isinstance(answer.get(name), str)]
    return printable(said[0][:SERVER_TEXT_LIMIT]) if said else ""


MEANINGS = {
    400: ("the server refused the request as malformed", "Check the names and types of the attributes."),
    403: ("this identity may not do that", "Check its permissions in the system."),
    405: ("the server knows the address but not this method", ""),
    412: ("the entity was changed meanwhile", "Run the task again to see the difference as it is now."),
    422: ("the server refused the content", "Correct the attributes that it names."),
    429: (
        "the server asks for fewer requests and did not say until when, or for longer than retry_deadline",
        "Raise retry_deadline.",
    ),
    503: ("the server is not available", "Try again later, or raise retry_deadline."),
}


def failure(operation: Operation, response: Response) -> ServerError:
    """The error for an answer that means neither success nor missing."""
    status, purpose = response.status, response.purpose
    if 300 <= status < 400:
        return ServerError(
            purpose,
            f"the server answered HTTP {status}, a redirect, which is not followed",
            "Check url.",
            status=status,
        )
    why, hint = MEANINGS.get(status, ("the server failed" if status >= 500 else "the server refused", ""))
    said = server_text(response)
    if (status == 404 and response.is_html) or status == 405:
        return RefutedError(
            purpose,
            f"the server answered HTTP {status} with a page instead of data" if status == 404 else f"{why} (HTTP 405)",
            f"The address may be wrong. Check url, and in the profile base_path and {operation.profile_key}.",
            status=status,
            profile_key=operation.profile_key,
        )
    kind = ConflictError if status in operation.conflict.status else ServerError
    return kind(purpose, f"{why} (HTTP {status})" + (f", saying: {said}" if said else ""), hint, status=status)


class EntityClient:
    """The entities of one system. used: the operations that were used, as keys of the profile, for the report."""

    def __init__(self, profile: Profile, url: str, send: Send) -> None:
        self._base = url + profile.base_path
        self._send = send
        self.used: dict[str, Operation] = {}

    @property
    def assumed(self) -> list[str]:
        """The used operations that neither a document nor a probe backs."""
        return sorted(key for key, operation in self.used.items() if operation.assumed)

    def is_assumed(self, entity_type: EntityType, operation: str) -> bool:
        """Whether this operation of a type is assumed."""
        return entity_type.operations[operation].assumed

    @staticmethod
    def update_body(entity_type: EntityType) -> str:
        """What an update of this type sends: ``declared``, ``changed`` or ``whole``."""
        return entity_type.operations["update"].body

    def read(self, entity_type: EntityType, entity_id: Any) -> Entity | None:
        """The entity with this id; None when the server says that it is missing."""
        purpose = f"read {printable(f'{entity_type.name} with id {entity_id}')}"
        operation = self._operation(entity_type, "read", purpose)
        response = self._exchange(operation, entity_type, purpose, {}, entity_id=entity_id)
        if self._is_missing(operation, response):
            return None
        entity = self._entity(operation, response)
        if str(entity.get(entity_type.id_attribute, entity_id)) != str(entity_id):
            raise self._refuted(operation, response, "path", "the server answered with an entity of another id")
        return entity

    def find(self, target: Target) -> list[Entity]:
        """Every entity that the server offers for this key; none when it says that there is none."""
        purpose = f"find {target}"
        operation = self._operation(target.type, "find", purpose)
        body = {**target.key, **self.reference_fields(operation, target)}
        response = self._exchange(operation, target.type, purpose, body)
        if self._is_missing(operation, response):
            return []
        answer = self._content(operation, response, operation.entity or "")
        found = answer if isinstance(answer, list) else [answer]
        if not found or not all(isinstance(one, Mapping) and one for one in found):
            raise self._refuted(operation, response, "entity", "an entity was expected and the answer holds none")
        return found

    def create(self, target: Target, attributes: Entity) -> Entity | None:
        """Create an entity; what the server answers of it, None where the profile says that it answers nothing."""
        operation = self._operation(target.type, "create", f"create {target}")
        body = {**attributes, **self.reference_fields(operation, target)}
        response = self._exchange(operation, target.type, f"create {target}", body)
        return self._written(operation, response)

    def update(self, target: Target, observed: Entity, bodies: Mapping[str, Entity]) -> Entity | None:
        """Change the entity that was read. bodies: what to send for each ``body`` that a profile may ask for."""
        operation = self._operation(target.type, "update", f"update {target}")
        body = dict(bodies[operation.body])
        if operation.addressed_by:
            if observed.get(operation.addressed_by) in (None, ""):
                raise RefutedError(
                    f"update {target}",
                    f"the entity as read carries no {operation.addressed_by}, which tells the server what is meant",
                    f"Change {operation.profile_key}.addressed_by in the profile.",
                    profile_key=f"{operation.profile_key}.addressed_by",
                )
            body[operation.addressed_by] = observed[operation.addressed_by]
        response = self._exchange(operation, target.type, f"update {target}", body, observed=observed)
        return self._written(operation, response)

    def delete(self, target: Target, observed: Entity) -> None:
        """Delete the entity that was read. An entity that is already missing counts as deleted."""
        operation = self._operation(target.type, "delete", f"delete {target}")
        response = self._exchange(operation, target.type, f"delete {target}", {}, observed=observed)
        if response.status not in operation.success and not self._is_missing(operation, response):
            raise failure(operation, response)

    def pages(self, entity_type: EntityType) -> Iterator[list[Entity]]:
        """All entities of a type, a page at a time. Raises when the list stops short of the total that it names."""
        purpose = f"list entities of type {entity_type.name}"
        operation = self._operation(entity_type, "list", purpose)
        paging = operation.paging
        number, limit, seen, before = paging.get("first", 0), paging.get("limit", 100), 0, None
        while True:
            body = {paging["page"]: number, paging["size"]: limit} if paging else {}
            response = self._exchange(operation, entity_type, purpose, body)
            answer = self._content(operation, response, "")
            page, total = at(answer, operation.entities), at(answer, paging["total"]) if paging.get("total") else None
            if not isinstance(page, list) or not all(isinstance(entity, Mapping) for entity in page):
                raise self._refuted(
                    operation, response, "entities", "a list of entities was expected there and the answer holds none"
                )
            if total is not None and (isinstance(total, bool) or not isinstance(total, int)):
                raise self._refuted(operation, response, "paging.total", "a number was expected there")
            if page and page == before:
                raise self._refuted(operation, response, "paging", "the server gave the same page again")
            yield page
            seen, before = seen + len(page), page
            if not paging or (not page if total is None else seen >= total):
                return
            if not page:
                raise ServerError(
                    purpose, f"the list stopped after {seen} of {total} entities", "Nothing is concluded from it."
                )
            number += len(page) if paging["kind"] == "offset" else 1

    def reference_fields(self, operation: Operation, target: Target) -> dict[str, Any]:
        """The references of a target as this operation wants them: ids, or texts that the server looks up."""
        ids: dict[str, Any] = {}
        texts: dict[str, Any] = {}
        for attribute, referred in target.refs.items():
            reference = target.type.references.get(attribute)
            template = reference.query_for if reference and operation.references == "query_for" else ""
            if template and referred.key:
                texts[attribute] = self._query_text(template, referred)
            else:
                ids[attribute] = self.id_of(referred.type, self.resolve(referred))
        return {**ids, "queryFor": texts} if texts else ids

    def _query_text(self, template: str, referred: Target) -> str:
        """The display text by which the server finds the referred entity; asks for what the key does not say."""
        names = {name for _text, name, _form, _conversion in string.Formatter().parse(template) if name}
        known = referred.key if names <= set(referred.key) else self.resolve(referred)
        lacking = sorted(name for name in names if known.get(name) in (None, ""))
        if lacking:
            raise RefutedError(
                f"refer to {referred}",
                f"the entity as read carries no {', '.join(lacking)}, of which queryFor is made",
                "Change query_for of the reference in the profile.",
            )
        return template.format_map({name: known[name] for name in names})

    def resolve(self, target: Target) -> Entity:
        """The one entity that a reference means. Raises MissingReferenceError when there is none."""
        found = self.the_one(target)
        if found is None:
            raise MissingReferenceError(
                f"refer to {target}", "there is no such entity", "Create it first, or correct the reference in refs."
            )
        return found

    def the_one(self, target: Target) -> Entity | None:
        """The entity with this id, or the only one with exactly this key; None when it is missing.

        Raises AmbiguousError for several, and for one whose key differs only in case, outer space or Unicode form.
        """
        if target.id is not None:
            return self.read(target.type, target.id)
        return exactly_one(target, self.find(target))

    def id_of(self, entity_type: EntityType, entity: Entity) -> Any:
        """The id under which the server knows the entity. Raises RefutedError when it carries none."""
        value = entity.get(entity_type.id_attribute)
        if value in (None, ""):
            raise RefutedError(
                f"tell the id of an entity of type {entity_type.name}",
                f"the entity as read carries no {entity_type.id_attribute}",
                "Change id_attribute in the profile.",
                profile_key=f"types.{entity_type.name}.id_attribute",
            )
        return value

    def _operation(self, entity_type: EntityType, name: str, purpose: str) -> Operation:
        operation = entity_type.operations.get(name)
        if operation is None or not operation.enabled:
            raise ConfigurationError(
                purpose,
                f"the profile has no {name} operation for {entity_type.name}"
                + (" that is switched on" if operation else ""),
                f"If your server has it, describe or enable it under operations.{name} in profile_overrides.",
                profile_key=f"operations.{name}",
            )
        return operation

    def _exchange(
        self,
        operation: Operation,
        entity_type: EntityType,
        purpose: str,
        body: Mapping[str, Any],
        entity_id: Any = None,
        observed: Entity | None = None,
    ) -> Response:
        known = {"type": entity_type.path.strip("/")}
        if "{id}" in operation.path:
            known["id"] = segment(self.id_of(entity_type, observed) if observed is not None else entity_id, purpose)
        if "{uuid}" in operation.path:
            known["uuid"] = segment((observed or {}).get(entity_type.uuid_attribute or "", ""), purpose)
        self.used[operation.profile_key] = operation
        request = Request(
            purpose=purpose,
            method=operation.method,
            url=f"{self._base}/{operation.path.format_map(known).lstrip('/')}",
            json_body=None if operation.body == "none" else body,
            safe=operation.safe,
        )
        return self._send(request)

    def _is_missing(self, operation: Operation, response: Response) -> bool:
        """Whether the profile calls this answer missing. A web page, and what is neither JSON nor empty, is nobody's
        answer about an entity."""
        if operation.missing.empty and response.status in operation.success:
            return not self._content(operation, response, operation.entity or "")
        if response.status not in operation.missing.status or response.is_html:
            return False
        if response.body.strip():
            response.json()
        return True

    @staticmethod
    def _content(operation: Operation, response: Response, path: str) -> Any:
        """What stands at the path of a successful answer. Raises ServerError for any other answer."""
        if response.status not in operation.success:
            raise failure(operation, response)
        return at(response.json(), path)

    def _entity(self, operation: Operation, response: Response) -> Entity:
        entity = self._content(operation, response, operation.entity or "")
        if not isinstance(entity, Mapping) or not entity:
            raise self._refuted(operation, response, "entity", "an entity was expected there and the answer holds none")
        return entity

    def _written(self, operation: Operation, response: Response) -> Entity | None:
        if operation.entity is None and response.status in operation.success:
            return None
        return self._entity(operation, response)

    @staticmethod
    def _refuted(operation: Operation, response: Response, part: str, why: str) -> RefutedError:
        key = f"{operation.profile_key}.{part}"
        return RefutedError(
            response.purpose,
            f"{why} (HTTP {response.status})",
            f"Change {key} in the profile.",
            status=response.status,
            profile_key=key,
        )
