# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the library refuses."""

from __future__ import annotations

from simulator.messages import Answer, json_answer


class Refusal(Exception):
    """An answer that is an error: a sentence, its number, and what is wrong with single attributes."""

    def __init__(self, status: int, text: str, serial: int, **wrong: str) -> None:
        items = [{"where": name, "why": why} for name, why in wrong.items()]
        fault = {"words": text, "number": serial, "items": items}
        super().__init__(text)
        self.answer: Answer = json_answer(status, {"fault": fault}, reason=text)
