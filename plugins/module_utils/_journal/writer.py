# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The write-ahead journal: one file a run, in which each line holds a hash over itself and the line before (a hash
chain). A line is JSON: ``kind`` (``start``, ``intent``, ``accepted``, ``step``, ``outcome``, ``end``), ``at`` (UTC, by
our clock), ``previous``, ``hash``, and the fields of its kind. An intent, and the begin of a step, are on the disk
before their request is sent."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Optional

from .._text.atomic_files import file_problem, json_document, sync_folder
from .._text.json_forms import canonical
from ..errors import ConfigurationError, JournalError
from .digest import digest_of

FORMAT = 1
WHAT = "write the journal"
UNKNOWN = "outcome_unknown"


@dataclass(frozen=True)
class Interrupted:
    """A run that has no end, or ended with an unknown outcome. open: its intents without an outcome, and the open
    intents of the run that it continued."""

    file: str
    head: str
    open: tuple[Mapping[str, Any], ...] = ()
    ended: bool = False


@dataclass(frozen=True, eq=False)
class Start:
    """The fields of the first line. versions: by name (collection, profile). approval: who, when, reference, as the
    user gave it. continues: the earlier run that left intents open."""

    url: str
    manifest_digest: str
    profile_digest: str
    plan_digest: Optional[str] = None
    versions: Mapping[str, str] = field(default_factory=dict)
    who: Optional[str] = None
    initiator: Optional[str] = None
    reason: Optional[str] = None
    change_reference: Optional[str] = None
    approval: Optional[Mapping[str, Any]] = None
    continues: Optional[Interrupted] = None


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _as_it_is(value: Any) -> Any:
    """Masks nothing."""
    return value


def line_hash(line: Mapping[str, Any]) -> str:
    """The hash of a line: over all of it but the hash itself."""
    return digest_of(canonical({name: value for name, value in line.items() if name != "hash"}).encode("ascii"))


class Journal:
    """The journal of this run, for any number of threads.

    path: of the file. head: the hash of the last line.
    """

    def __init__(
        self,
        folder: str,
        start: Start,
        hide: Callable[[Any], Any] = _as_it_is,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """Begin a file in the folder, which is made where it is missing. hide: masks the secrets in each line. Raises
        ConfigurationError."""
        run = uuid.uuid4().hex
        self.path = str(Path(folder, f"{now().astimezone(timezone.utc):%Y%m%dT%H%M%S.%fZ}-{run[:12]}.jsonl"))
        self.head = ""
        self._hide, self._now = hide, now
        self._writing, self._syncing = threading.Lock(), threading.Lock()
        self._written = self._synced = 0
        self._broken: Optional[OSError] = None
        self._open = True
        self._unknown = {hide(one["entity"]) for one in start.continues.open} if start.continues else set()
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
            # Held until the process ends, whatever ends it: a file without an end that nobody holds was interrupted.
            with contextlib.suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sync_folder(Path(folder))
        except OSError as error:
            raise file_problem(WHAT, self.path, error) from error
        try:
            self._line("start", {"format": FORMAT, "run": run, **asdict(start)})
        except JournalError as error:
            self.close()
            with contextlib.suppress(OSError):
                Path(self.path).unlink()
            raise ConfigurationError(error.what, error.why, "Make room, or name another folder.") from error

    def intent(self, entity: str, operation: str, before: str, after: str) -> None:
        """Write the intent of a write; it is on the disk when this returns. before, after: digests."""
        self._unknown.add(self._hide(entity))
        self._line("intent", {"entity": entity, "operation": operation, "before": before, "after": after})

    def step(self, entity: str, step: str, state: str) -> None:
        """Write what becomes of a step of a write that has several. state: ``begun``, ``done`` or ``failed``."""
        self._line("step", {"entity": entity, "step": step, "state": state})

    def accepted(self, entity: str, job: Mapping[str, Any]) -> None:
        """Write that the server has accepted the write of an entity and goes on with it. job: what a later run needs to
        go on waiting."""
        self._line("accepted", {"entity": entity, "state": "begun", "job": job})

    def ended(self, entity: str) -> None:
        """Write that what the server had accepted has ended."""
        self._line("accepted", {"entity": entity, "state": "ended"})

    def outcome(
        self, entity: str, result: str, server_date: Optional[str] = None, detail: Optional[str] = None
    ) -> None:
        """Write the outcome of an entity. server_date: the ``Date`` of the answer. detail: why it failed."""
        self._line("outcome", {"entity": entity, "result": result, "server_date": server_date, "detail": detail})
        if result != UNKNOWN:
            self._unknown.discard(self._hide(entity))

    def end(self, totals: Mapping[str, Any]) -> None:
        """That the run has ended, with what, and how much it leaves open; nothing is written after it."""
        self._line("end", {"totals": dict(totals), "open": len(self._unknown)})
        self.close()

    def close(self) -> None:
        """Write no more, with or without an end. Again does nothing."""
        with self._writing:
            if self._open:
                self._open = False
                self._broken = self._broken or OSError("it has been closed")
                os.close(self._descriptor)

    def _line(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Write a line and wait until it is on the disk. Raises JournalError, from then on for every line."""
        known = self._hide({name: value for name, value in fields.items() if value is not None})
        with self._writing:
            self._check()
            line = {"kind": kind, "at": self._at(), **known, "previous": self.head}
            line["hash"] = line_hash(line)
            try:
                _append(self._descriptor, (json_document(line) + "\n").encode("utf-8"))
            except OSError as error:
                self._broken = error
                self._check()
            self.head = line["hash"]
            self._written += 1
            mine = self._written
        self._sync(mine)

    def _at(self) -> str:
        return self._now().astimezone(timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z"

    def _sync(self, mine: int) -> None:
        """One sync serves every thread whose line was written before it began."""
        with self._syncing:
            if self._synced >= mine:
                return
            reached = self._written
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                self._broken = error
            self._check()
            self._synced = reached

    def _check(self) -> None:
        if self._broken:
            why = self._broken.strerror or str(self._broken)
            hint = "Nothing more is sent. Make room and run the same again: it reads the outcome of the open intents."
            raise JournalError(f"{WHAT} {self.path}", why, hint) from self._broken


def _append(descriptor: int, content: bytes) -> None:
    """Write all of it or nothing."""
    before = os.fstat(descriptor).st_size
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except BaseException:  # Ansible's timeout can come anywhere
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise
