# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain client, so that a test can say what a server answers without the collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from served import Served


class Wire(requests.Session):
    """Asks a server below its url; redirects are answers. login: logs a session in, again whenever one was lost."""

    def __init__(
        self, server: Served, login: Callable[[Wire], None], lost: Callable[[requests.Response], bool]
    ) -> None:
        super().__init__()
        self.server, self._log_in, self._lost = server, login, lost
        self.verify, self.trust_env = server.ca_path, False  # type: ignore[assignment]

    def plain(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request as it is."""
        return super().request(method, self.server.url + path, allow_redirects=False, timeout=60, **more)

    def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """The status and the JSON, or the text, of an answer to a session that lives."""
        answer = self.plain(method, path, **more)
        if self._lost(answer):
            self._log_in(self)
            answer = self.plain(method, path, **more)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status_code, answer.json() if is_json else answer.text
