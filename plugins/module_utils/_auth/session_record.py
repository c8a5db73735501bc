# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of one identity in the token store: its session, the time of a refusal, the time step of a code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Callable, Optional

from .._options.shared import Settings
from .._text.records import evolve
from ..errors import ConfigurationError
from .state import State, as_json, from_json
from .store import Store

UNSAVED = (
    "The new refresh token lives only as long as this task: take it from insight_token (refresh_token_return), or log "
    "in anew after this task."
)


class SessionRecord:
    """The record of an identity; threads may share it while they hold its lock. warn: warns the user. unsaved: a state
    whose refresh token could not be saved, and lives in memory only."""

    def __init__(self, settings: Settings, store: Store, name: str, warn: Callable[[str], None]) -> None:
        self._settings, self._store, self.name, self._warn = settings, store, name, warn
        self.unsaved: Optional[State] = None

    def newest(self) -> Optional[State]:
        """The newest state that is known beside the present one; None where there is none."""
        return self.unsaved or self.load()

    def denied(self) -> Any:
        """The refusal of these credentials that a process has kept; None where there is none."""
        return None if self.unsaved else (self._store.load(self.name) or {}).get("denied")

    def load(self) -> Optional[State]:
        """The state in the store, None where there is none."""
        record = self._store.load(self.name)
        if record is None or "state" not in record:
            return None
        its_system = record.get("system", record.get("url"))
        if its_system != self._settings.system:
            from .handle import of_another_system

            raise of_another_system(its_system, self._settings.system)
        try:
            return from_json(record["state"])
        except ValueError as error:
            raise ConfigurationError(
                "use the token store",
                f"{self._store.location}/{self._store.file(self.name)} is damaged",
                "Remove it to log in anew.",
            ) from error

    def save(self, state: Optional[State], **more: Any) -> None:
        """Save a state in the record and leave its other fields as they are; None leaves the state as it is. The caller
        holds the lock."""
        record = {
            **(self._store.load(self.name) or {}),
            "url": self._settings.url,
            "system": self._settings.system,
            "profile": self._settings.profile.name,
            **more,
        }
        if state:
            record["state"] = as_json(state if state.shared else evolve(state, session=None))
        self._store.save(self.name, record)

    def keep(self, state: State, **more: Any) -> None:
        """Save a state whose refresh token must not be lost: it stays in memory where it cannot be saved, which is
        said. The caller holds the lock."""
        try:
            self.save(state, **more)
            self.unsaved = None
        except ConfigurationError as error:
            if not self._holds_successor(state):
                raise
            if not self.unsaved:
                self._warn(f"{UNSAVED} {error.message}")
            self.unsaved = state

    def _holds_successor(self, state: State) -> bool:
        """Whether a state holds a refresh token that is neither in the store nor configured."""
        try:
            stored = self.load()
        except ConfigurationError:
            stored = None
        known = [None, self._settings.identity.refresh_token, stored and stored.token and stored.token.refresh_token]
        return bool(state.token and state.token.refresh_token not in known)

    def code_step(self) -> Optional[int]:
        """The time step of the one-time code that was sent last."""
        step = (self._store.load(self.name) or {}).get("code_step")
        return step if isinstance(step, int) else None

    def keep_code_step(self, step: int) -> None:
        """Keep the time step of a one-time code before it is sent. The caller holds the lock."""
        self.save(None, code_step=step)

    def room(self) -> AbstractContextManager[None]:
        """Room on the disk for the successor of a refresh token; none is needed where the newest token is in memory
        only. The caller holds the lock."""
        return nullcontext() if self.unsaved else self._store.reserved(self.name)

    def lock(self) -> AbstractContextManager[None]:
        """Holds the lock of our record. Raises ConfigurationError where that cannot be done."""
        held: AbstractContextManager[None] = self._store.locked(self.name)
        return held

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of our record. Where its newest token could not be saved, go on without the lock: that token is
        in this process only."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._store.locked(self.name))
            except ConfigurationError:
                if not self.unsaved:
                    raise
            yield
