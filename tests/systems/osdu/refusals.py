# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals, in the form that all four services document: code, reason, message."""

from __future__ import annotations

from simulator.messages import Answer, json_answer

REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not Found",
    405: "Method not found.",
    409: "Conflict",
    412: "Precondition Failed",
    415: "Unsupported Media Type",
}


class Refused(Exception):
    """A request that is not carried out."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.reason = status, message, reason or REASONS[status]

    def answer(self) -> Answer:
        content = {"code": self.status, "reason": self.reason, "message": self.message}
        return json_answer(self.status, content, reason=self.message)


def invalid(message: str) -> Refused:
    """The refusal of a body or parameter that breaks a rule."""
    return Refused(400, message, "Validation error.")
