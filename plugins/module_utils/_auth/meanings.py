# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the errors of an identity platform mean to a grant. What they mean in general is in `platform_errors`, which is
loaded when there is one."""

from __future__ import annotations

from typing import Optional

from .._text.records import record

Meaning = tuple[str, str]
"""Why, and what to do."""


@record
class Meanings:
    """What an error means to one grant. policy: that a policy of the tenant blocks the login."""

    invalid_grant: Optional[Meaning] = None
    policy: Optional[Meaning] = None


NONE = Meanings()
