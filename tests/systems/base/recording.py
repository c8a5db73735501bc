# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that came: for tests, and for a validator of somebody else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.messages import Answer, Request

FOLDER = "RIMOPS_RECORDED"


class Recorder:
    """Keeps each request, and appends it to a file where the variable RIMOPS_RECORDED names a folder.

    The file is <folder>/<system>/<process id>.jsonl, one JSON object a line. Values of headers are not kept.
    """

    def __init__(self, system: str) -> None:
        self._requests: list[dict[str, Any]] = []
        self._file: Path | None = None
        if folder := os.environ.get(FOLDER):
            self._file = Path(folder, system, f"{os.getpid()}.jsonl")
            self._file.parent.mkdir(parents=True, exist_ok=True)

    def add(self, request: Request, kind: str, answer: Answer) -> None:
        recorded = recorded_form(request, kind, answer)
        self._requests.append(recorded)
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(recorded) + "\n")

    def last(self, number: int) -> list[dict[str, Any]]:
        """The last requests, the oldest first."""
        return self._requests[-number:] if number > 0 else []

    def clear(self) -> None:
        """Forget what is kept; the file stays."""
        self._requests.clear()


def recorded_form(request: Request, kind: str, answer: Answer) -> dict[str, Any]:
    """A request as it is kept; the body is text, whatever it holds."""
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": sorted(request.headers),
        "content_type": request.headers.get("content-type", ""),
        "body": request.body.decode("utf-8", "replace"),
        "kind": kind,
        "status": answer.status,
        "reason": answer.reason,
    }
