# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only place through which results and messages leave, for every command: secrets masked, control characters
escaped."""

from __future__ import annotations

import json
import traceback
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any

from .._options.context import Context, Values
from .._options.shared import HAND_OVER, IDENTITY
from .._text.records import evolve
from .._text.redaction import (
    KEPT,
    OF_CHANGE,
    OF_ERROR,
    PLACE,
    harmless,
    know,
    known,
    printable,
    redact,
    redact_within,
    texts_of,
)
from .._text.spelling import check_options
from .._transport.write_record import WRITES
from ..errors import AuthenticationError, InsightError
from .base import Command

OURS = {
    **dict.fromkeys(("changed", "failed", "operation", "entity_id", "assumed"), KEPT),
    "changes": [OF_CHANGE],
    "collateral": [OF_CHANGE],
    "unverified": [PLACE],
    "diff": {"before": {}, "after": {}},
    "entity": {},
    "error": OF_ERROR,
    "evidence": {},
}
"""The parts of every result that this collection writes, and so no secret even where they look like one: names of
fields, fixed words, and ids that the server gave. ``ours`` of a command is added; everything else is masked."""
SENTENCES = ("msg", "notes", "why", "page")
"""The fields of a result, and of each entity of an environment, that hold sentences."""
SHOWN = 5
NOTHING = "Nothing was written."


def run_command(command: Command, values: Values, context: Context, secrets: Collection[str]) -> dict[str, Any]:
    """Run the command; the result of the task, with what went wrong. secrets: what its secret options hold."""
    WRITES.clear()
    try:
        know(secrets)
        try:
            check_options(values)
            result = command.run(values, _hiding(context))
        except InsightError as error:
            result = {"failed": True, **with_line_ends(error, values).as_result()}
        return outgoing(result, command.ours, secrets)
    except Exception as error:  # noqa: BLE001 a fault of ours must not hide what was written
        return broken_off(unexpected(error, command.name).message, secrets, kind="UnexpectedError")


def outgoing(result: Mapping[str, Any], ours: Mapping[str, Any], secrets: Collection[str] = ()) -> dict[str, Any]:
    """The result as it goes out. Beyond what a number can hold, a server's 1e400 is Infinity for Python, which is no
    JSON: it goes out as text."""
    hidden: dict[str, Any] = json.loads(json.dumps(redact_result(result, ours, secrets)), parse_constant=str)
    return dict(harmless(hidden)) if hidden.get("failed") else _sentences_harmless(hidden)


def sentence(text: str) -> str:
    """A warning, or another text for people, without secrets and with nothing that a terminal or a log acts upon."""
    return str(harmless(redact(text, [known()])))


def one_line(text: str) -> str:
    """A line of a log, without secrets and with nothing that a terminal or another log acts upon."""
    return printable(redact(text, [known()]))


def _hiding(context: Context) -> Context:
    """The same, with secrets masked."""
    warn, show, log = context.warn, context.show, context.log
    return evolve(
        context,
        warn=lambda text: warn(sentence(text)),
        show=(lambda text: show(sentence(text))) if show else None,
        log=(lambda text: log(one_line(text))) if log else None,
    )


def _sentences_harmless(result: dict[str, Any]) -> dict[str, Any]:
    """A result in which sentences are harmless, and data is as it is."""
    shown = {name: harmless(value) if name in SENTENCES else value for name, value in result.items()}
    entities = shown.get("entities")
    if isinstance(entities, list) and "summary" in shown:
        shown["entities"] = [_sentences_harmless(one) for one in entities]
    return shown


def redact_result(result: Mapping[str, Any], ours: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """The result without secrets: those given, and all that this process has met."""
    shape = {**OURS, **ours}
    entity, given = result.get("entity"), result.get("entity_id")
    if shape["entity"] is not KEPT and isinstance(entity, Mapping) and given is not None:
        shape["entity"] = {name: KEPT for name, value in entity.items() if value == given}
    hidden: dict[str, Any] = redact_within(result, shape, [texts_of(secrets) | known()])
    return hidden


def with_line_ends(error: InsightError, values: Values) -> InsightError:
    """A refused login, saying which option ends in a line end, as what comes from a file or a pipe often does."""
    given = {name: values.get(name) for name in (*IDENTITY, *HAND_OVER)}
    names = [name for name, value in given.items() if isinstance(value, str) and value != value.rstrip("\r\n")]
    if names and isinstance(error, AuthenticationError):
        return error.but(hint=f"{error.hint} Look at {', '.join(names)} first: there is a line end at its end.".strip())
    return error


def broken_off(why: str, secrets: Collection[str] = (), **details: Any) -> dict[str, Any]:
    """The result of a command that was interrupted, with the writes that it had sent; only their number where they
    cannot be masked."""
    more = f" and {len(WRITES) - SHOWN} more" if len(WRITES) > SHOWN else ""
    began = f"It had begun to {', '.join(WRITES[:SHOWN])}{more}: check whether it was carried out."
    error = {**details, **({"written": list(WRITES)} if WRITES else {})}
    result = {"failed": True, "changed": bool(WRITES), "msg": f"{why} {began if WRITES else NOTHING}", "error": error}
    try:
        return outgoing(result, {}, secrets)
    except Exception:  # noqa: BLE001 as hiding itself fails
        began = f"It had sent {len(WRITES)} requests that change something: check whether they were carried out."
        return {**result, "msg": f"{why} {began if WRITES else NOTHING}", "error": details}


def unexpected(error: BaseException, name: str) -> InsightError:
    """An unexpected error in a module or an entity, as one that can be shown. Its text may hold secrets and is left
    out; the place in the code is shown."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return InsightError(
        f"finish {name}",
        f"an error came that nobody expected ({type(error).__name__}{place})",
        "This is a fault of the collection; report it with what the server answered.",
    )
