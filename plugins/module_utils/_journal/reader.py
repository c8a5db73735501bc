# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads journals: whether they are as they were written, and which intents an interrupted run left open."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from .._text.atomic_files import LARGEST, file_problem, json_document, read_regular
from .._text.records import evolve, record
from ..errors import ConfigurationError
from .writer import FORMAT, UNKNOWN, Interrupted, line_hash

WHAT = "verify the journal"
KINDS = ("start", "intent", "accepted", "step", "outcome", "end")
BEGINNING = b'{"a'
"""With which each line begins: its names are sorted."""
TAIL = 1 << 16
"""Bytes in which the last line of a file is looked for."""
UNHELD = "It was held against no head kept elsewhere: a cut tail, or a file written anew, would not be noticed."
HALF = "The last line is only half there: the run was killed while it wrote it."
RUNNING = "The run is still going on."
KILLED = "The run has no end: it was killed, or failed before it could say so."


@dataclass(frozen=True, eq=False)
class Verified:
    """A journal that was read and verified. problems: why it is not as it was written; empty where it is. held: whether
    its head equals one that was kept elsewhere. open: the intents whose outcome is unknown. start: the first line.
    entries: all lines; empty where one of them cannot be read."""

    file: str
    lines: int = 0
    head: str = ""
    ended: bool = False
    running: bool = False
    held: bool = False
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    open: tuple[Mapping[str, Any], ...] = ()
    start: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the file is as it was written, as far as it can be known; the notes say how far."""
        return not self.problems


def verify(path: str, head: Optional[str] = None) -> Verified:
    """Verify a journal. head: what a result or a log kept of it. Raises ConfigurationError where it cannot be read."""
    try:
        *raw, rest = read_regular(path, largest=None).split(b"\n")
        running = _is_held(path)
    except OSError as error:
        raise file_problem(WHAT, path, error) from error
    problems: list[str] = []
    lines = [_line(number, text, problems) for number, text in enumerate(raw, 1)]
    _check_chain(lines, problems)
    found = str(lines[-1].get("hash", "")) if lines else ""
    if head is not None and head.strip() != found:
        problems.append(_other_head(lines, found, head.strip()))
    problems += _behind(rest, lines, running)
    ended = bool(lines) and lines[-1].get("kind") == "end"
    notes = {HALF: bool(rest) and not ended, RUNNING: running, KILLED: not ended and not running, UNHELD: head is None}
    return Verified(
        file=str(path),
        lines=len(lines),
        head=found,
        ended=ended,
        running=running,
        held=bool(found) and head is not None and head.strip() == found and not problems,
        problems=tuple(problems),
        notes=tuple(note for note, holds in notes.items() if holds),
        open=_open_intents(lines),
        start=lines[0] if lines else {},
        entries=tuple(lines),
    )


def _behind(rest: bytes, lines: list[Mapping[str, Any]], running: bool) -> list[str]:
    """What is wrong with the end of a file. rest: the bytes behind its last whole line, which a run that was killed
    while it wrote may leave: the beginning of a line."""
    if lines and lines[-1].get("kind") == "end" and rest:
        return [f"{len(rest)} bytes stand behind the end"]
    if rest and not _problems_of(rest):
        return ["the last line is whole and has no line end: it was cut off"]
    if rest[: len(BEGINNING)] != BEGINNING[: len(rest)]:
        return [f"{len(rest)} bytes at the end are no line of a journal"]
    return [] if lines or rest or running else ["it is empty: its content was taken away, or it was never begun"]


def _problems_of(text: bytes) -> list[str]:
    problems: list[str] = []
    _line(0, text, problems)
    return problems


def _is_held(path: str) -> bool:
    """Whether the process that writes the file is alive."""
    with Path(path).open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system without locks
            pass
        return False


def _line(number: int, text: bytes, problems: list[str]) -> Mapping[str, Any]:
    """A line, empty where it is none."""
    try:
        line = json.loads(text)
        genuine = line["hash"] == line_hash(line) and json_document(line).encode() == text
        known = line["kind"] in KINDS
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        problems.append(f"line {number} is no line of a journal")
        return {}
    if not genuine:
        problems.append(f"line {number} is not as it was written")
    elif not known:
        problems.append(f"line {number} is of a kind that this version does not know")
    return dict(line)


def _check_chain(lines: list[Mapping[str, Any]], problems: list[str]) -> None:
    """Note the problems of the order: what does not follow the line before, starts and ends in the wrong places."""
    previous: Optional[str] = ""
    for number, line in enumerate(lines, 1):
        if line and previous is not None and line.get("previous") != previous:
            before = f"line {number - 1}" if number > 1 else "nothing: what stood before it is gone"
            problems.append(f"line {number} does not follow {before}")
        if line and (line.get("kind") == "start") != (number == 1):
            problems.append(f"line {number} is {'no' if number == 1 else 'another'} start")
        if line.get("kind") == "end" and number < len(lines):
            problems.append(f"line {number} is the end, and more follows")
        previous = line.get("hash")
    if lines and lines[0].get("kind") == "start" and lines[0].get("format") != FORMAT:
        problems.append(f"line 1 says format {lines[0].get('format')}, which this version does not know")


def _other_head(lines: list[Mapping[str, Any]], found: str, head: str) -> str:
    number = next((number for number, line in enumerate(lines, 1) if line.get("hash") == head), 0)
    if number:
        return f"the head that was kept is that of line {number}, and more follows"
    return f"its head is {found or 'nothing'}, and {head} was kept: it was cut, or written anew"


def _open_intents(lines: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The intents without a known outcome, those of the journal that this one continues included."""
    found: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        if line.get("kind") == "start":
            inherited = _mapping(line.get("continues")).get("open")
            intents = map(_intent, inherited if isinstance(inherited, list) else ())
            found = {one["entity"]: one for one in intents}
        elif line.get("kind") == "intent":
            one = _intent(line)
            found[one["entity"]] = one
        elif line.get("kind") == "accepted" and str(line.get("entity")) in found:
            one = found[str(line["entity"])]
            found[one["entity"]] = _intent({**one, "job": line.get("job")})
        elif line.get("kind") == "outcome" and line.get("result") != UNKNOWN:
            found.pop(str(line.get("entity")), None)
    return tuple(found.values())


def _intent(line: Any) -> Mapping[str, Any]:
    """The fields of an intent that are shown, as texts, also where another program wrote the line; and the job that the
    server goes on with."""
    held = _mapping(line)
    intent = {name: str(held.get(name)) for name in ("at", "entity", "operation", "before", "after")}
    return {**intent, "job": held["job"]} if isinstance(held.get("job"), Mapping) else intent


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def verify_all(place: str, head: Optional[str] = None) -> list[Verified]:
    """Verify a journal, or every journal of a folder, oldest first, and that each journal that another one continues is
    there. head: of one of the journals, which must be there."""
    if not Path(place).is_dir():
        return [verify(place, head)]
    found = [verify(str(path)) for path in journals(place)]
    if not found:
        raise ConfigurationError(f"{WHAT} {place}", "no file in this folder is one", "Name the folder of the journals.")
    if head is not None:
        found = [verify(one.file, head) if one.head == head.strip() else one for one in found]
        if not any(one.head == head.strip() for one in found):
            raise ConfigurationError(
                f"{WHAT} {place}",
                f"none of the {len(found)} files ends with the head {head.strip()}",
                "It was cut, written anew or removed, or the head is that of another folder.",
            )
    heads = {Path(one.file).name: one.head for one in found}
    return [evolve(one, problems=(*one.problems, *_lost(one, heads))) for one in found]


def _lost(one: Verified, heads: Mapping[str, str]) -> list[str]:
    """Why the journal that this one continues is not the right one. heads: of the journals that are there, by file."""
    if one.start.get("continues") is None:
        return []
    file, head = _continued(one.start), _mapping(one.start["continues"]).get("head")
    if file not in heads:
        return [f"it continues {file or 'a file without a name'}, which is not there"]
    if heads[file] != head:
        return [f"it continues {file} from the head {head}, and the head there is {heads[file] or 'none'}"]
    return []


def left_open(found: Sequence[Verified]) -> list[dict[str, Any]]:
    """The intents that none of these journals settles, each with its file."""
    continued = {_continued(one.start) for one in found}
    last = [one for one in found if Path(one.file).name not in continued]
    return [{**intent, "file": one.file} for one in last for intent in one.open]


def journals(folder: str) -> list[Path]:
    """The journals in a folder, oldest first."""
    return sorted(Path(folder).glob("*.jsonl"))


@record
class EarlierRun:
    """A run, by the first and the last line of its journal (start, last). going_on: it has not ended, and its process
    lives."""

    path: Path
    start: Mapping[str, Any]
    last: Mapping[str, Any]
    going_on: bool


def earlier_runs(folder: str, url: str) -> list[EarlierRun]:
    """The runs for a system whose journals are in a folder, oldest first. Raises ConfigurationError."""
    try:
        ends = [(path, *_ends(path)) for path in journals(folder)]
        return [
            EarlierRun(path, start, last, last.get("kind") != "end" and _is_held(str(path)))
            for path, start, last in ends
            if start.get("url") == url
        ]
    except OSError as error:
        raise file_problem("read the journals in", folder, error) from error


UNSETTLED = ("failed", "moved", "outcome_unknown", "not_tried")
"""Totals of a run that did not carry out all that it was to do."""


def carried_out(runs: Sequence[EarlierRun], plan_digest: str) -> Optional[EarlierRun]:
    """The first of these runs that carried out the plan with this digest to its end; None where none did."""
    for run in runs:
        totals = _mapping(run.last.get("totals"))
        ended = run.last.get("kind") == "end" and not run.last.get("open") and totals
        if run.start.get("plan_digest") == plan_digest and ended and not any(totals.get(name) for name in UNSETTLED):
            return run
    return None


def unfinished(runs: Sequence[EarlierRun], manifest_digest: str) -> Optional[Interrupted]:
    """The latest run of this manifest that was interrupted or ended with an unknown outcome, and that no later run has
    continued. A run that is still going on does not count. Raises ConfigurationError."""
    continued: set[str] = set()
    for run in reversed(runs):
        if run.start.get("manifest_digest") != manifest_digest:
            continue
        ended = run.last.get("kind") == "end"
        if run.path.name not in continued and (run.last.get("open") if ended else not run.going_on):
            found = verify(str(run.path))
            return Interrupted(run.path.name, found.head, found.open, ended)
        continued.add(_continued(run.start))
    return None


def _continued(start: Mapping[str, Any]) -> str:
    """The file that a journal continues, empty where it continues none."""
    return str(_mapping(start.get("continues")).get("file", ""))


def _ends(path: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The first line of a file and the last that is one, as far as they can be read; the rest is not looked at."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return {}, {}
        first = file.readline(LARGEST)
        file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
        lines = file.read().splitlines()
    # Bytes behind it, which ``verify`` names, must not hide that a run has ended.
    return _read(first), next(filter(None, map(_read, reversed(lines))), {})


def _read(text: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return _mapping(data)
