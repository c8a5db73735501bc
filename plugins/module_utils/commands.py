# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules and lookups do, without Ansible: options in, result out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from .command import Command, Context, Values
from .connection import Connection, connect, evidence_of, remembered
from .entities.client import EntityClient
from .entities.ensure import ensure
from .entities.mask import KEPT, known, mask, mask_within
from .entities.pages import whole
from .entities.plan import diff
from .entities.rules import Rules
from .entities.target import Entity, Target, rules_of, target_of
from .entities.wish import Outcome, Secrets, Waiting, Wish
from .errors import AuthenticationError, ConfigurationError, InsightError
from .options import SHARED, Spec
from .profile.model import EntityType, Profile, is_assumed

WRITING: Spec = {
    "update_secrets": {
        "type": "str",
        "choices": ["on_create", "on_change", "always"],
        "default": "on_create",
        "no_log": False,
    },
    "collateral": {"type": "str", "choices": ["report", "fail", "ignore"], "default": "report"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float"},
    "wait_interval": {"type": "float", "default": 1.0},
}
"""The options of every module that writes entities."""

ENTITY_SPEC: Spec = {
    **SHARED,
    **WRITING,
    "type": {"type": "str", "required": True},
    "id": {"type": "raw"},
    "key": {"type": "dict", "no_log": False},
    "was": {"type": "dict"},
    "refs": {"type": "dict"},
    "attributes": {"type": "dict", "default": {}},
    "secret_attributes": {"type": "dict", "default": {}, "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "update_existing": {"type": "bool", "default": True},
    "schema": {"type": "raw"},
    "compare": {
        "type": "dict",
        "default": {},
        "options": {
            "ignore": {"type": "list", "elements": "str"},
            "create_only": {"type": "list", "elements": "str"},
            "read_only": {"type": "list", "elements": "str"},
            "write_only": {"type": "list", "elements": "str"},
            "hidden": {"type": "list", "elements": "str"},
            "volatile": {"type": "list", "elements": "str"},
            "sets": {"type": "list", "elements": "str"},
            "keyed": {"type": "dict", "no_log": False},
            "normalise": {"type": "dict"},
        },
    },
}

ENTITY_INFO_SPEC: Spec = {
    name: option for name, option in ENTITY_SPEC.items() if name in (*SHARED, "type", "id", "key", "refs")
}

TOKEN_SPEC: Spec = {
    **SHARED,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "return_token": {"type": "bool", "default": False, "no_log": False},
    "refresh_token_return": {"type": "bool", "default": False, "no_log": False},
}


def run_entity(values: Values, context: Context) -> dict[str, Any]:
    """One entity as declared; see the module insight_entity."""
    connection = connect(values, context)
    client = connection.entities()
    target = target_of(connection.settings.profile, _named(values), values["compare"])
    secrets = values["secret_attributes"]
    was = replace(target, key={**target.key, **values["was"]}) if values["was"] else None
    memory = remembered(connection, target, was, values["update_secrets"] == "on_change") if secrets else None
    wish = Wish(
        target=target,
        attributes=values["attributes"],
        secrets=Secrets(secrets, values["update_secrets"], memory),
        state=values["state"],
        was=was,
        update_existing=values["update_existing"],
        schema=values["schema"],
        collateral=values["collateral"],
        sent=evidence_sent(target, connection),
        waiting=Waiting.of(values),
    )
    with _naming_assumed(client):
        outcome = ensure(client, wish, context.check_mode, assumed_writes=connection.assumed_writes)
    return _entity_result(connection, client, wish, outcome, context)


@contextmanager
def _naming_assumed(client: EntityClient) -> Iterator[None]:
    """An error that comes of asking the server names the assumed operations that were used."""
    try:
        yield
    except InsightError as error:
        if client.assumed:
            error.details = {**error.details, "assumed": client.assumed}
        raise


def _named(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in ("type", "id", "key", "refs")}


def evidence_sent(target: Target, connection: Connection) -> dict[str, str]:
    """Reason, change reference and initiator, under the attributes that take them."""
    given = evidence_of(connection.settings)
    return {attribute: given[name] for name, attribute in target.type.evidence_fields.items() if name in given}


def _entity_result(
    connection: Connection, client: EntityClient, wish: Wish, outcome: Outcome, context: Context
) -> dict[str, Any]:
    planned = outcome.plan
    evidence = evidence_of(connection.settings)
    doubts = absence_in_doubt(client, wish.target) if planned.before is None and outcome.entity_id is None else {}
    result = {
        "changed": planned.operation != "none",
        "operation": planned.operation,
        "entity": _shown(outcome.entity, wish.target.type, planned.rules(wish.target.rules)),
        "entity_id": outcome.entity_id,
        "changes": [change.as_result() for change in planned.changes],
        "unverified": [*doubts, *planned.unverified],
        "assumed": client.assumed,
        **({"collateral": [change.as_result() for change in outcome.collateral]} if outcome.collateral else {}),
        **({"evidence": evidence} if evidence else {}),
        **_notes(connection, (*doubts.values(), *outcome.notes)),
    }
    if context.diff_mode:
        result["diff"] = diff(planned, outcome.doubt)
    return result


def absence_in_doubt(client: EntityClient, target: Target) -> dict[str, str]:
    """What alone says that there is no such entity and is no proof of it, as key of the profile, and a sentence."""
    doubt = client.doubt(target)
    return {target.type.operations[client.asks(target)].profile_key: doubt} if doubt else {}


def _notes(connection: Connection, more: tuple[str, ...] = ()) -> dict[str, Any]:
    notes = [*connection.notes, *more]
    return {"notes": notes} if notes else {}


def run_entity_info(values: Values, context: Context) -> dict[str, Any]:
    """Entities as they are; see the module insight_entity_info."""
    connection = connect(values, context)
    client, profile = connection.entities(), connection.settings.profile
    doubt = ""
    with _naming_assumed(client):
        if values["id"] is None and not values["key"]:
            if values["refs"]:
                raise ConfigurationError("list entities", "refs is given without key", "Give key, or leave refs out.")
            entity_type = profile.type(values["type"])
            found = whole(lambda: client.pages(entity_type), entity_type.id_in)
            doubt = client.doubt_of(entity_type, "list")
        else:
            target = target_of(profile, _named(values))
            one = client.the_one(target)
            found, doubt = ([], client.doubt(target)) if one is None else ([one], "")
    entity_type = profile.type(values["type"])
    shown = [_shown(entity, entity_type, rules_of(entity_type)) for entity in found]
    return {
        "changed": False,
        "entities": shown,
        "assumed": client.assumed,
        **_notes(connection, (doubt,) if doubt else ()),
    }


def _shown(entity: Entity | None, entity_type: EntityType, rules: Rules) -> Entity | None:
    """The entity without secrets. Names of attributes and the ids that the server gave are none."""
    ids = (entity_type.id_attribute, entity_type.uuid_attribute, *entity_type.references)
    masked = mask(entity, paths=rules.unshown)
    shown: Entity | None = mask_within(masked, dict.fromkeys(filter(None, ids), KEPT), [known()])
    return shown


def run_token(values: Values, context: Context) -> dict[str, Any]:
    """A session, or none; see the module insight_token."""
    connection = connect(values, context)
    authenticator = connection.authenticator
    if values["state"] == "absent":
        changed = authenticator.known() if context.check_mode else authenticator.logout()
        connection.tell_warnings(context.warn)
        return {"changed": changed, **_notes(connection)}
    if authenticator.needs_person():
        return {"changed": False, "acquired": "none", "authorization_url": authenticator.begin_authorization()}
    try:
        authenticator.open()
    except AuthenticationError:
        if not authenticator.needs_person():
            raise
        # the login that was kept has ended: it was forgotten, and a new one is begun
        return {"changed": False, "acquired": "none", "authorization_url": authenticator.begin_authorization()}
    handle = authenticator.handle(with_secret=values["return_token"])
    if handle["store"] is None:
        handle = authenticator.handle(with_secret=True)
    secret: dict[str, Any] = {}
    if values["return_token"]:
        secret["headers"] = authenticator.authorization_headers()
        if authenticator.has_token():
            secret["access_token"] = authenticator.access_token()
    if values["refresh_token_return"]:
        secret["refresh_token"] = authenticator.refresh_token()
    told = {"changed": False, "acquired": authenticator.acquired, "session": handle}
    assumed = _assumed_of_login(connection.settings.profile, authenticator.grant)
    return {**told, "assumed": assumed, **secret, **_notes(connection)}


def _assumed_of_login(profile: Profile, grant: str | None) -> list[str]:
    """The steps of the login that neither a document nor a probe backs, as keys of the profile."""
    steps = {f"session.{step}": profile.session.get(step) for step in ("start", "login")}
    steps[f"oauth.grants.{grant}"] = profile.oauth.get("grants", {}).get(grant)
    return sorted(key for key, step in steps.items() if step and is_assumed(step))


def holds_credentials(result: Mapping[str, Any]) -> bool:
    """Whether a result of insight_token holds more than a handle."""
    return bool({"headers", "access_token", "refresh_token"} & set(result)) or "secret" in result.get("session", {})


def credentials(terms: list[Any], values: Values, context: Context) -> list[Any]:
    """``headers``, the default, or ``access_token`` for each term; see the lookup insight_token."""
    connection = connect(values, context)
    ways = {
        "headers": connection.authenticator.authorization_headers,
        "access_token": connection.authenticator.access_token,
    }
    unknown = [term for term in terms if term not in ways]
    if unknown:
        raise ConfigurationError("give a credential", f"{unknown[0]!r} is none", f"Ask for {' or '.join(ways)}.")
    return [ways[term]() for term in terms or ["headers"]]


def entities(terms: list[Any], values: Values, context: Context) -> list[Entity | None]:
    """The entity of each term; see the lookup insight_entity."""
    connection = connect(values, context)
    client, profile = connection.entities(), connection.settings.profile
    try:
        found = [_looked_up(client, profile, values, term, context) for term in terms]
    finally:
        if client.assumed:
            context.warn(
                f"The lookup {NAME}insight_entity used operations that no document and no probe backs: "
                f"{', '.join(client.assumed)}. Verify them, see the guide of the first contact."
            )
    return [entity for entity in found if entity is not None or values["on_missing"] == "null"]


def _looked_up(client: EntityClient, profile: Profile, values: Values, term: Any, context: Context) -> Entity | None:
    target = target_of(profile, {"type": values["type"], **(term if isinstance(term, Mapping) else {"id": term})})
    entity = client.the_one(target)
    doubt = client.doubt(target) if entity is None else ""
    if entity is None and values["on_missing"] == "error":
        raise ConfigurationError(
            f"look up {target}",
            "the server says that there is none",
            f"Set on_missing to null or skip to go on without it. {doubt}".strip(),
        )
    if doubt:
        context.warn(f"{target}: {doubt}")
    return _shown(entity, target.type, rules_of(target.type))


NAME = "rimops.insight."
TOKEN = Command(
    f"{NAME}insight_token",
    TOKEN_SPEC,
    run_token,
    hides=holds_credentials,
    ours=dict.fromkeys(("acquired", "session", "headers", "access_token", "refresh_token", "authorization_url"), KEPT),
    in_background=False,
    writes=False,
)
ENTITY = Command(
    f"{NAME}insight_entity",
    ENTITY_SPEC,
    run_entity,
    files=("schema",),
    constraints={"mutually_exclusive": [("id", "key")], "required_one_of": [("id", "key")]},
    ours={"entity": KEPT},  # hidden already
)
ENTITY_INFO = Command(
    f"{NAME}insight_entity_info",
    ENTITY_INFO_SPEC,
    run_entity_info,
    constraints={"mutually_exclusive": [("id", "key")]},
    writes=False,
    ours={"entities": KEPT},  # hidden already
)
