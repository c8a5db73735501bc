# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants there are, by the value of grant_type. Everything else asks these objects and no names.

The imports are static: Ansible sends to a host only the files that imports name.
"""

from __future__ import annotations

from .authorization_code import AUTHORIZATION_CODE
from .base import Grant
from .client_credentials import CLIENT_CREDENTIALS
from .device_code import DEVICE_CODE
from .login import LOGIN
from .password import PASSWORD
from .refresh_token import REFRESH_TOKEN

GRANTS: dict[str, Grant] = {
    grant.name: grant for grant in (REFRESH_TOKEN, PASSWORD, CLIENT_CREDENTIALS, AUTHORIZATION_CODE, DEVICE_CODE, LOGIN)
}
