# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a session gives to each request, made once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .._options.shared import Settings
from .session import Carried, Session, carried, marks, session_names
from .state import State


class InUse:
    """What a state gives to requests, each made once: what templates may name beside what was taken, the values that
    requests carry and that any answer may renew, and all that a request carries."""

    def __init__(self, settings: Settings, state: State) -> None:
        self._settings, self._session, self.state = settings, state.session or Session(), state

    @cached_property
    def names(self) -> dict[str, Any]:
        """As session_names()."""
        return session_names(self._settings, self.state.token)

    @cached_property
    def marks(self) -> Any:
        """As marks()."""
        return marks(self._settings.profile.session, self._session)

    @cached_property
    def secrets(self) -> list[str]:
        """Every value of the state that must not be shown."""
        return self.state.secrets()

    @cached_property
    def carried(self) -> Carried:
        """As carried()."""
        return carried(self._settings.profile.session, self._session, self.names)
