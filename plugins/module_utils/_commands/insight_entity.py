# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_entity, without Ansible: one entity as declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._entity.address import Address, Entity, address_of
from .._entity.api.client import EntityClient
from .._entity.desired_state import DesiredState, Secrets
from .._entity.diff import diff
from .._entity.ensure import ensure
from .._entity.outcome import Outcome
from .._entity.references import declaring
from .._entity.rules import Rules
from .._entity.secret_policy import secret_leaves
from .._entity.steps import in_steps, steps_of
from .._options.context import Context, Values
from .._options.shared import SHARED, Spec
from .._options.waiting import Waiting
from .._profile.model import EntityType
from .._text.mentions import with_lists_among_attributes
from .._text.records import evolve
from .._text.redaction import KEPT, known, redact, redact_within
from ..errors import InsightError
from .base import NAME, Command
from .connection import Connection, connect, evidence_of, remembered
from .kept_jobs import KeptJobs
from .revealed import reveals_of

WRITING: Spec = {
    "update_secrets": {
        "type": "str",
        "choices": ["on_create", "on_change", "always"],
        "default": "on_create",
        "no_log": False,
    },
    "collateral": {"type": "str", "choices": ["report", "fail", "ignore"], "default": "report"},
    "on_immutable": {"type": "str", "choices": ["refuse", "replace"], "default": "refuse"},
    "purge": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float"},
    "wait_interval": {"type": "float", "default": 1.0},
    "reveal_to": {"type": "str"},
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


def run_entity(values: Values, context: Context) -> dict[str, Any]:
    """One entity as declared; see the module insight_entity."""
    connection = connect(values, context)
    client, desired = connection.entities(), desired_state(connection, values)
    client.waiting, client.jobs, client.reveals = desired.waiting, KeptJobs(connection), reveals_of(values)
    with naming_assumed(client):
        outcome = ensure(client, desired, context.check_mode, canary_writes=connection.canary_writes)
    return _entity_result(connection, client, desired, outcome, context)


@contextmanager
def naming_assumed(client: EntityClient) -> Iterator[None]:
    """An error that comes of asking the server names the assumed operations that were used."""
    try:
        yield
    except InsightError as error:
        raise error.but(assumed=client.assumed or None) from error


def named(values: Values) -> dict[str, Any]:
    """Which entity the options name."""
    return {name: values.get(name) for name in ("type", "id", "key", "refs")}


def desired_state(connection: Connection, values: Values) -> DesiredState:
    """What options declare of one entity. An entry of a manifest gives some of them, and the module the others."""
    values = with_lists_among_attributes(values)
    address = address_of(connection.settings.profile, named(values), values.get("compare"))
    present = values["state"] == "present"
    address, mentioned = declaring(connection.settings.profile, address, values["attributes"], present)
    was = evolve(address, key={**address.key, **values["was"]}) if values["was"] else None
    secrets, policy = values["secret_attributes"], values["update_secrets"]
    remembers = bool(secrets or address.rules.rewritten)
    hidden = any(path not in address.type.verifications for path, _value in secret_leaves(secrets))
    evidence = evidence_of(connection.settings)
    return DesiredState(
        address=address,
        attributes=values["attributes"],
        mentions=mentioned,
        secrets=Secrets(
            secrets,
            policy,
            remembered(connection, address, was, hidden and policy == "on_change") if remembers else None,
        ),
        state=values["state"],
        was=was,
        update_existing=values.get("update_existing", True),
        schema=values.get("schema"),
        collateral=values["collateral"],
        sent={attribute: evidence[one] for one, attribute in address.type.evidence_fields.items() if one in evidence},
        waiting=Waiting.of(values),
        on_immutable=values["on_immutable"],
        purge=values["purge"],
    )


def _entity_result(
    connection: Connection, client: EntityClient, desired: DesiredState, outcome: Outcome, context: Context
) -> dict[str, Any]:
    """The result of the task for an outcome."""
    planned = outcome.plan
    evidence, entity_type = evidence_of(connection.settings), desired.address.type
    doubts = absence_in_doubt(client, desired.address) if planned.before is None and outcome.entity_id is None else {}
    result = {
        "changed": planned.operation != "none",
        "operation": planned.operation,
        "entity": without_secrets(outcome.entity, entity_type, planned.rules(desired.address.rules)),
        "entity_id": outcome.entity_id,
        "changes": [change.as_result() for change in planned.changes],
        **({"steps": list(map(str, steps_of(planned, entity_type)))} if in_steps(planned, entity_type) else {}),
        "unverified": [*doubts, *planned.unverified],
        "assumed": client.assumed,
        **({"collateral": [change.as_result() for change in outcome.collateral]} if outcome.collateral else {}),
        **({"evidence": evidence} if evidence else {}),
        **connection.noted(*doubts.values(), *outcome.notes),
    }
    if context.diff_mode:
        result["diff"] = diff(planned, outcome.doubt)
    return result


def absence_in_doubt(client: EntityClient, address: Address) -> dict[str, str]:
    """What alone says that there is no such entity and is no proof of it, as key of the profile, and a sentence."""
    doubt = client.doubt(address)
    return {address.type.operations[client.asks(address)].profile_key: doubt} if doubt else {}


def without_secrets(entity: Entity | None, entity_type: EntityType, rules: Rules) -> Entity | None:
    """The entity without secrets. Names of attributes and the ids that the server gave are none."""
    ids = (*entity_type.identifiers, *entity_type.references)
    masked = redact(entity, paths=rules.unshown)
    shown: Entity | None = redact_within(masked, dict.fromkeys(ids, KEPT), [known()])
    return shown


ENTITY = Command(
    f"{NAME}insight_entity",
    ENTITY_SPEC,
    run_entity,
    files=("schema",),
    constraints={"mutually_exclusive": [("id", "key")]},
    ours={"entity": KEPT},  # masked already
)
