# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wish to a verified entity: gather, plan, read again, write, read back, report."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Protocol

from ..errors import (
    AmbiguousError,
    ConfigurationError,
    MissingReferenceError,
    MovedError,
    RefutedError,
)
from ..options import HIGHEST
from ..schema import check
from ..transport.http import SYSTEM_CLOCK, Clock
from .assumed import AssumedWrites
from .client import EntityClient
from .compare import Change, compare
from .judge import judge, listed
from .mask import printable
from .normalise import canonical
from .paths import ABSENT
from .paths import replace as replace_at
from .plan import Declaration, Plan, body, plan
from .target import Entity, Target, has_key
from .verify import verify
from .write import carry_out, having_written


@dataclass(frozen=True)
class Waiting:
    """How long a write may take to show. Times in seconds."""

    enabled: bool = True
    timeout: float = 30.0
    interval: float = 1.0

    def __post_init__(self) -> None:
        """Raises ConfigurationError for times that nobody can wait."""
        for name, value, lowest in (("timeout", self.timeout, 0), ("interval", self.interval, 0.001)):
            if not lowest <= value <= HIGHEST:
                raise ConfigurationError("wait for writes", f"wait_{name} is not between {lowest} and {HIGHEST}")


class Memory(Protocol):
    """What was sent of an entity's secrets before. ``known`` by attribute path."""

    @property
    def known(self) -> Mapping[str, str]:
        """The fingerprints."""

    def of(self, path: str, value: Any) -> str:
        """The fingerprint of a secret."""

    def remember(self, plan: Plan, secrets: Mapping[str, Any]) -> None:
        """Remember what this plan has just sent."""


@dataclass(frozen=True)
class Secrets:
    """The secret attributes and when they are sent to an entity that exists; see plan()."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: str = "on_create"
    memory: Memory | None = None


@dataclass(frozen=True)
class Wish:
    """One entity as the user wants it. was: the same target under its former key. sent: what goes to the server with
    every write without being part of the wish (reason for change and the like)."""

    target: Target
    attributes: Mapping[str, Any] = field(default_factory=dict)
    secrets: Secrets = Secrets()
    state: str = "present"
    was: Target | None = None
    update_existing: bool = True
    schema: Mapping[str, Any] | None = None
    collateral: str = "report"
    sent: Mapping[str, Any] = field(default_factory=dict)
    waiting: Waiting = Waiting()


@dataclass(frozen=True)
class Outcome:
    """What became of a wish. entity: as read back, or as expected in check mode; None when it does not exist."""

    plan: Plan
    entity: Entity | None
    entity_id: Any
    collateral: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examined:
    """What an entity is, and what has to be done to it. found_as: the target by which it was found. pending: it refers
    to an entity that does not exist yet; note says which."""

    plan: Plan
    observed: Entity | None
    found_as: Target
    pending: bool = False
    note: str = ""

    def expected(self) -> Outcome:
        """What would become of the wish."""
        entity_id = None if self.observed is None else self.found_as.type.id_in(self.observed)
        entity = self.plan.before if self.plan.operation == "none" else self.plan.after
        return Outcome(self.plan, entity, entity_id, notes=(self.note,) if self.note else ())


def ensure(
    client: EntityClient,
    wish: Wish,
    check_mode: bool,
    clock: Clock = SYSTEM_CLOCK,
    assumed_writes: AssumedWrites | None = None,
) -> Outcome:
    """Make the wish come true, or in check mode say what would be done. assumed_writes: what is known of the system's
    assumed writes, shared by all entities.

    Raises InsightError; when something was already written, ``written`` in its details says what.
    """
    check_wish(wish)
    examined = examine(client, wish, lambda _identity: check_mode)
    if check_mode or examined.plan.operation == "none":
        return examined.expected()
    return apply(client, wish, examined, clock, assumed_writes)


def examine(client: EntityClient, wish: Wish, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan. may_come: whether an entity that is referred to and does not exist, told by its
    ``Target.identity``, may be created before this one is written; else it is an error, unless the wish is absence:
    what refers to nothing is absent."""
    found_as = wish.target
    try:
        observed, found_as = _gather(client, wish)
        planned = _plan(wish, observed, _references(client, wish.target) if wish.target.id is not None else {})
        _check_required(wish, planned)
        if planned.operation == "none" and _refers_as_declared(client, wish.target, observed):
            return Examined(planned, observed, found_as)
        references = _references(client, wish.target)
        planned = _plan(wish, observed, references)
    except MissingReferenceError as error:
        if wish.state == "absent":
            return Examined(_plan(wish, None, {}), None, found_as)
        if not may_come(error.identity):
            raise
        return Examined(_plan(wish, None, {}), None, found_as, True, f"Cannot {error.what} yet: {error.why}.")
    _check_references(wish, planned, observed, references)
    return Examined(planned, observed, found_as)


def apply(
    client: EntityClient,
    wish: Wish,
    examined: Examined,
    clock: Clock = SYSTEM_CLOCK,
    assumed_writes: AssumedWrites | None = None,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Outcome:
    """Write what was found to be needed, unless the entity has moved since. around: entered when its turn has come,
    before it is read again, and left when it was read back. Raises as ``ensure`` does."""
    operation = wish.target.type.operations.get(examined.plan.operation)
    assumed = assumed_writes or AssumedWrites()
    with assumed.one_first(operation, str(wish.target), wish.secrets.values), around():
        if examined.pending:
            examined = _now_that_it_is_there(client, wish)
        else:
            _read_again(client, wish, examined.found_as, examined.observed)
        return _write(client, wish, examined.plan, examined.observed, clock)


def _now_that_it_is_there(client: EntityClient, wish: Wish) -> Examined:
    """The plan of an entity whose reference could not be resolved before, made again."""
    examined = examine(client, wish, lambda _identity: False)
    if examined.observed is not None:
        raise _moved(wish, "appeared")
    return examined


def _references(client: EntityClient, target: Target) -> dict[str, Any]:
    """The ids of the entities that the target refers to."""
    return {name: client.id_of(referred.type, client.resolve(referred)) for name, referred in target.refs.items()}


def _refers_as_declared(client: EntityClient, target: Target, observed: Entity | None) -> bool:
    """Whether an entity that was found refers to what is declared. Where each reference has to be asked for anew, only
    those by id are looked at: what did not change costs no request more."""
    if observed is None or not target.refs:
        return True
    given = {name: referred.id for name, referred in target.refs.items() if referred.id is not None}
    references = given if client.known is None else _references(client, target)
    return all(str(observed.get(name)) == str(value) for name, value in references.items())


def check_wish(wish: Wish) -> None:
    """What can be said before the first request."""
    what = f"declare {wish.target}"
    entity_type = wish.target.type
    for schema in (entity_type.schema, wish.schema):
        if schema and wish.state == "present":
            check(schema, {**wish.target.key, **wish.attributes, **wish.secrets.values}, what)
    if wish.target.id is not None and wish.was:
        raise ConfigurationError(
            what,
            "id and was exclude each other",
            "An entity named by its id is renamed by declaring its key attributes.",
        )


def _gather(client: EntityClient, wish: Wish) -> tuple[Entity | None, Target]:
    """The entity as it is, and as which target it was found. Raises AmbiguousError when both names are taken."""
    target = wish.target
    observed = client.the_one(target)
    if observed is None and target.id is not None and wish.state == "present":
        raise ConfigurationError(
            f"change {target}",
            "there is no entity with this id",
            "The server gives ids: name the entity by key to create it.",
        )
    if wish.was is None:
        return observed, target
    former = client.the_one(wish.was)
    if observed is not None and former is not None:
        raise AmbiguousError(
            f"rename {wish.was}",
            f"{target} exists as well",
            "Decide which one is right and remove the other, or take was away.",
        )
    return (former, wish.was) if observed is None and former is not None else (observed, target)


def _plan(wish: Wish, observed: Entity | None, references: Mapping[str, Any]) -> Plan:
    declaration = Declaration(
        type=wish.target.type.name,
        key=wish.target.key,
        id=wish.target.id,
        was=wish.was.key if wish.was else None,
        refs=references,
        attributes=wish.attributes,
        secrets=wish.secrets.values,
        state=wish.state,
        update_existing=wish.update_existing,
    )
    secrets, memory = wish.secrets, wish.secrets.memory
    return plan(
        declaration,
        observed,
        wish.target.rules,
        secrets.policy,
        memory.known if memory else {},
        memory.of if memory else None,
    )


def _check_required(wish: Wish, planned: Plan) -> None:
    given = {*wish.target.key, *wish.target.refs, *wish.attributes, *wish.secrets.values}
    missing = [name for name in wish.target.type.required if name not in given]
    if planned.operation == "create" and missing:
        raise ConfigurationError(
            f"create {wish.target}", f"the server requires {', '.join(missing)}", "Declare it under attributes."
        )


def steady(entity: Entity | None, wish: Wish) -> str:
    """The entity in canonical form without what the server changes by itself, to tell whether it moved."""
    ignored = wish.target.rules.volatile | set(wish.target.type.evidence_fields.values())
    return canonical(replace_at(entity, ignored, ABSENT))


def _read_again(client: EntityClient, wish: Wish, found_as: Target, observed: Entity | None) -> None:
    """Immediately before a write: the entity is still what was planned on."""
    if observed is None:
        now = client.the_one(found_as)
    else:
        now = client.read(found_as.type, client.id_of(found_as.type, observed))
    if steady(now, wish) != steady(observed, wish):
        raise _moved(wish, "appeared" if observed is None else "disappeared" if now is None else "was changed")


def _moved(wish: Wish, how: str) -> MovedError:
    return MovedError(
        f"write {wish.target}", f"it {how} since it was read a moment ago; nothing was written", "Run the task again."
    )


def _check_references(wish: Wish, planned: Plan, observed: Entity | None, references: Mapping[str, Any]) -> None:
    """An entity that was found by its references has them; else the server searched without looking at them."""
    if observed is None or wish.target.id is not None:
        return
    wrong = compare(references, observed, planned.rules(wish.target.rules)).changes
    if wrong:
        names = ", ".join(change.path for change in wrong)
        key = f"{wish.target.type.operations['find'].profile_key}.references"
        raise RefutedError(
            f"write {wish.target}",
            f"the entity that the server found refers to another one in {names}; nothing was written",
            f"Its search does not look at queryFor. Set {key} to id in profile_overrides.",
            profile_key=key,
            expected=listed((change.path, change.after) for change in wrong),
            came=listed((change.path, change.before) for change in wrong),
        )


def _send(client: EntityClient, wish: Wish, planned: Plan, observed: Entity) -> Entity | None:
    target = wish.target
    if planned.operation == "create":
        sent = {**body(planned, "declared", wish.secrets.values), **wish.sent}
        return client.create(target, {name: value for name, value in sent.items() if name not in target.refs})
    if planned.operation == "update":
        kinds = ("declared", "changed", "whole")
        bodies = {kind: {**body(planned, kind, wish.secrets.values), **wish.sent} for kind in kinds}
        return client.update(target, observed, bodies)
    client.delete(target, observed)
    return None


def _write(client: EntityClient, wish: Wish, planned: Plan, observed: Entity | None, clock: Clock) -> Outcome:
    """Send the one operation, read back what became of it, and say what is not as planned."""
    target, operation = wish.target, planned.operation
    entity_id = client.id_of(target.type, observed) if observed is not None else None

    def send() -> Entity | None:
        return _send(client, wish, planned, observed or {})

    def look() -> Entity | None:
        return client.the_one(target) if entity_id is None else client.read(target.type, entity_id)

    shows = operation != "update" or any(change.path not in planned.secret_paths for change in planned.changes)

    def is_done(seen: Entity | None) -> bool:
        if operation == "update":
            return shows and seen is not None and not verify(planned, seen, target.rules).unconverged
        return (seen is None) == (operation == "delete")

    def is_untouched(seen: Entity | None) -> bool:
        return shows and steady(seen, wish) == steady(observed, wish)

    repeatable = operation != "create" or target.type.key_enforced
    answered, overcome = carry_out(f"{operation} {target}", send, look, is_done, is_untouched, repeatable)
    if operation == "create" and answered is not None:
        entity_id = target.type.id_in(answered)
    with having_written(target, operation, entity_id):
        if wish.secrets.memory:
            wish.secrets.memory.remember(planned, wish.secrets.values)
        seen = _read_back(look, is_untouched, wish.waiting, clock)
        verification = judge(target, planned, seen, wish.collateral)
        if isinstance(overcome, RefutedError):
            raise overcome
        seen_id = None if seen is None else client.id_of(target.type, seen)
        _refuse_twin(client, target, operation)
    unverified = tuple(sorted({*planned.unverified, *verification.unobservable}))
    notes = (*((overcome.message,) if overcome else ()), *_perhaps_lost(client, wish, planned))
    return Outcome(replace(planned, unverified=unverified), seen, seen_id, verification.collateral, notes)


def _refuse_twin(client: EntityClient, target: Target, operation: str) -> None:
    """Two runs that create an entity at the same moment both succeed where the server does not keep keys apart; the
    one that looks last sees it."""
    if operation != "create" or target.type.key_enforced:
        return
    ids = [printable(str(target.type.id_in(entity))) for entity in client.find(target) if has_key(target, entity)]
    if len(ids) > 1:
        raise AmbiguousError(
            f"create {target}",
            f"it was created, and somebody else created the same at that moment (ids {', '.join(ids)})",
            "Remove all of them but one. Let one run at a time work on a system that does not refuse a second entity "
            "with the same key.",
        )


def _perhaps_lost(client: EntityClient, wish: Wish, planned: Plan) -> tuple[str, ...]:
    """What nobody can see: an update that may replace everything went out without secrets that are there."""
    unsent = sorted({*planned.secret_paths} - {*planned.secrets_to_send, *planned.secrets_to_keep})
    if planned.operation != "update" or not unsent or client.update_body(wish.target.type) == "changed":
        return ()
    lost = f"{', '.join(unsent)} did not go out with the update; a server that replaces all may have cleared them."
    return (f"{lost} Set update_secrets to on_change or always, or operations.update.body to changed.",)


def _read_back(
    look: Callable[[], Entity | None], is_stale: Callable[[Entity | None], bool], waiting: Waiting, clock: Clock
) -> Entity | None:
    """The entity after a write, as soon as the server shows something else than before it."""
    deadline = clock.monotonic() + waiting.timeout
    while True:
        seen = look()
        if not is_stale(seen) or not waiting.enabled or clock.monotonic() + waiting.interval > deadline:
            return seen
        clock.sleep(waiting.interval)
