# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an answer says that the session is not, or no longer, accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .._text.json_forms import Json
from .._transport.messages import Response
from ..errors import ServerError

LOGIN_PAGE = re.compile(rb"""type\s*=\s*["']?password|log[\s-]?(?:in|on)\b|sign[\s-]?in\b""", re.IGNORECASE)
LOGIN_ADDRESS = re.compile(
    r"(?<![a-z])(?:log-?[io]n(?:page|form)?|sign-?in|sso|saml2?|oauth2?|authorize)(?![a-z])", re.IGNORECASE
)
"""Whole words of a path: the name of an entity may hold one of them."""
INNER_WORD = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
"""Where a word begins within ``userLogin``."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""The methods that a CSRF filter lets pass without a token (RFC 9110, section 9.2.1)."""
LOOKED_AT = 64 * 1024
"""Bytes of an answer in which words are looked for."""


def is_lost(rules: Json, response: Response, cookies: Mapping[str, str]) -> bool:
    """Whether an answer says that the session is lost, in any of the ways that the profile knows. rules: the profile's
    ``session``; cookies: those that the request carried."""
    signs = rules.get("rejected", {"status": [401]})
    head = response.body[:LOOKED_AT]
    if response.status in signs.get("status", ()) or changes_session_cookie(rules, response, cookies):
        return True
    if _has_words(head, signs.get("words", ())) and not (response.status < 300 and _is_data(response)):
        return True
    if response.status == 403 and _has_words(head, signs.get("forbidden_words", ())):
        return True
    return bool(signs.get("login_page")) and is_login_page(response, head)


def changes_session_cookie(rules: Json, response: Response, cookies: Mapping[str, str]) -> bool:
    """Whether an answer replaces or removes the session's cookie that was sent. Servers make a session for a request
    without one, so this tells a lost session from a refusal inside a session."""
    name = rules.get("start", {}).get("cookie", "")
    if not rules.get("rejected", {}).get("cookie_changes", True) or name not in cookies:
        return False
    return bool(response.cookies.get(name, cookies[name]) != cookies[name])


def is_login_page(response: Response, head: bytes) -> bool:
    """Whether an answer leads to a login form, or is one."""
    if 300 <= response.status < 400:
        return bool(LOGIN_ADDRESS.search(INNER_WORD.sub("-", response.location.path)))
    return response.status < 300 and is_page(response) and bool(LOGIN_PAGE.search(head))


def is_page(response: Response) -> bool:
    """Whether an answer is a web page; JSON that is called one is not."""
    return response.is_html and not _is_data(response)


def _has_words(head: bytes, words: Iterable[str]) -> bool:
    lowered = head.lower()
    return any(word.lower().encode() in lowered for word in words)


def _is_data(response: Response) -> bool:
    """Whether the body is an object or a list: the text of an entity ends no session."""
    try:
        content: Any = response.json()
    except ServerError:
        return False
    return isinstance(content, (Mapping, list))
