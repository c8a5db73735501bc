# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals, as problem details with the members that the description gives each status."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from simulator.messages import Answer, json_answer

PROBLEM = "application/problem+json"
MEMBERS = {
    400: ("type", "title", "status", "detail", "errors", "traceId"),
    401: ("type", "title", "status", "detail"),
    403: ("type", "title", "status", "licenseAgreementAcceptanceRequired"),
    404: ("type", "title", "status", "detail", "instance", "traceId"),
    405: ("type", "title", "status", "detail", "instance", "traceId"),
    409: ("type", "title", "status", "detail", "instance", "resourceId", "sessionId", "traceId"),
    415: ("type", "title", "status", "traceId"),
}


class Refused(Exception):
    """The server says no, with this status; detail: for people; more: other members of the answer."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def answer(refused: Refused) -> Answer:
    """The answer that says it; the log of requests keeps the detail as the reason."""
    said: dict[str, Any] = {
        "type": f"https://tools.ietf.org/html/rfc9110#status.{refused.status}",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        "traceId": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        **refused.more,
    }
    shown = {name: said[name] for name in MEMBERS[refused.status] if name in said}
    made = json_answer(refused.status, shown, refused.detail)
    made.content_type = PROBLEM
    return made


def invalid(**errors: str) -> Refused:
    """A 400 for these fields."""
    return refused_fields({name: [text] for name, text in errors.items()})


def refused_fields(errors: dict[str, list[str]]) -> Refused:
    """A 400 with what is wrong, by field."""
    detail = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())
    return Refused(400, detail, errors=errors)
