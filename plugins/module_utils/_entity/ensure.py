# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wish to a verified entity: gather, plan, read again, write, read back, report."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Callable

from .._profile.model import plain_id
from .._transport.http import SYSTEM_CLOCK, Clock
from ..errors import AmbiguousError, ConfigurationError, MissingReferenceError, RefutedError
from .address import Entity, Target
from .api.client import EntityClient
from .apply import moved, perform, read_again
from .canary import AssumedWrites
from .compare import compare
from .desired_state import Outcome, Wish, check_wish
from .plan import Declaration, Plan, not_sent, plan
from .read_back_errors import listed
from .references import told


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
        return Outcome(self.plan, entity, entity_id, notes=(*((self.note,) if self.note else ()), *not_sent(self.plan)))


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
    doubt = client.doubt(wish.target) if examined.observed is None else ""
    if check_mode or examined.plan.operation == "none":
        return replace(examined.expected(), doubt=doubt)
    return replace(apply(client, wish, examined, clock, assumed_writes), doubt=doubt)


def examine(client: EntityClient, wish: Wish, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan. may_come: whether an entity that is referred to and does not exist, told by its
    ``Target.identity``, may be created before this one is written; else it is an error, unless the wish is absence:
    what refers to nothing is absent."""
    found_as = wish.target
    try:
        observed, found_as = _gather(client, wish)
        planned = _plan(client, wish, observed, _references(client, wish.target) if wish.target.id is not None else {})
        _check_required(wish, planned)
        if planned.operation == "none" and _refers_as_declared(client, wish.target, observed):
            return Examined(planned, observed, found_as)
        references = _references(client, wish.target)
        planned = _plan(client, wish, observed, references)
    except MissingReferenceError as error:
        if wish.state == "absent":
            return Examined(_plan(client, wish, None, {}), None, found_as, note=error.doubt)
        if not may_come(error.identity):
            raise
        return Examined(_plan(client, wish, None, {}), None, found_as, True, _not_yet(error))
    _check_references(wish, planned, observed, references)
    return Examined(planned, observed, found_as)


def _not_yet(error: MissingReferenceError) -> str:
    return f"Cannot {error.what} yet: {error.why}. {error.doubt}".strip()


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
    target, secrets = wish.target, wish.secrets.values
    operation = target.type.operations.get(examined.plan.operation)
    assumed = assumed_writes or AssumedWrites()
    creates = examined.plan.operation == "create"
    search = assumed.search_first(target, secrets, client.shown) if creates else nullcontext()
    with assumed.one_first(operation, str(target), secrets), search, around():
        if examined.pending:
            examined = _now_that_it_is_there(client, wish)
        else:
            read_again(client, wish, examined.found_as, examined.observed)
        return perform(client, wish, examined.plan, examined.observed, clock)


def _now_that_it_is_there(client: EntityClient, wish: Wish) -> Examined:
    """The plan of an entity whose reference could not be resolved before, made again."""
    examined = examine(client, wish, lambda _identity: False)
    if examined.observed is not None:
        raise moved(wish, "appeared")
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
    return all(str(plain_id(observed.get(name))) == str(value) for name, value in references.items())


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


NEEDED = {"create": ("create",), "update": ("update", "read"), "delete": ("delete", "read")}
"""What the profile has to have for a write: what changes or deletes an entity reads it by its id before and after."""


def _plan(client: EntityClient, wish: Wish, observed: Entity | None, references: Mapping[str, Any]) -> Plan:
    """What has to be done. Raises ConfigurationError where the profile has no operation for it, too."""
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
    planned = plan(
        declaration,
        observed,
        wish.target.rules,
        secrets.policy,
        memory.known if memory else {},
        memory.of if memory else None,
    )
    for name in NEEDED.get(planned.operation, ()):
        client.operation(wish.target.type, name, f"{planned.operation} {wish.target}")
    return planned


def _check_required(wish: Wish, planned: Plan) -> None:
    given = {*wish.target.key, *wish.target.refs, *wish.attributes, *wish.secrets.values}
    missing = [name for name in wish.target.type.required if name not in given]
    if planned.operation == "create" and missing:
        raise ConfigurationError(
            f"create {wish.target}", f"the server requires {', '.join(missing)}", "Declare it under attributes."
        )


def _check_references(wish: Wish, planned: Plan, observed: Entity | None, references: Mapping[str, Any]) -> None:
    """An entity that was found by its references has them; else the server searched without looking at them, or shows
    them in another form."""
    if observed is None:
        return
    wrong = compare(references, observed, planned.rules(wish.target.rules)).changes
    forms = [told(wish.target, change.path, change.before, change.after) for change in wrong]
    form = next((one for one in forms if one), None)
    if not wrong or (wish.target.id is not None and not form):
        return
    names = ", ".join(change.path for change in wrong)
    key = f"{wish.target.type.operations['find'].profile_key}.references"
    why = "the entity that the server found refers to another one in"
    raise RefutedError(
        f"write {wish.target}",
        f"{'the server shows in another form what is referred to in' if form else why} {names}; nothing was written",
        form[1] if form else f"Its search does not look at queryFor. Set {key} to id in profile_overrides.",
        profile_key=form[0] if form else key,
        expected=listed((change.path, change.after) for change in wrong),
        came=listed((change.path, change.before) for change in wrong),
    )
