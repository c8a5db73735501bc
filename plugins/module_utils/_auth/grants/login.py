# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not a grant of OAuth: the system's login takes user name and password."""

from __future__ import annotations

from ..client_authentication import OPTIONS
from .base import Grant

LOGIN = Grant(
    name="login",
    needs=("username", "password"),
    useless=("refresh_token", "authorization_response", "redirect_uri", "token_url", "issuer", "scope", *OPTIONS),
    flow=None,
)
