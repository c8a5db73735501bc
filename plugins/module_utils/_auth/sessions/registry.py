# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of carrying a credential, by the value of session.kind. Everything else asks these objects and no names.

The imports are static: Ansible sends to a host only the files that imports name.
"""

from __future__ import annotations

from ..._text.json_forms import Json
from .base import SessionKind
from .bearer import BEARER
from .csrf_cookie import CSRF_COOKIE

SESSION_KINDS: dict[str, SessionKind] = {kind.name: kind for kind in (CSRF_COOKIE, BEARER)}


def kind_of(rules: Json) -> SessionKind:
    """The kind of a session. rules: the profile's ``session``."""
    return SESSION_KINDS[rules["kind"]]
