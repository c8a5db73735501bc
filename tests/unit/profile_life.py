# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key about the life of an entity does, for the test of effects: its version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.tests.unit.effects import Case
from ansible_collections.rimops.insight.tests.unit.profile_cases import event

BY_VERSION = {"update": {"headers": {"If-Match": "{version}"}}}
SENT = '> .* update .*\n.*"If-Match": "other-7"'


def _version() -> Iterator[Case]:
    def versioned(said: Any) -> dict[str, Any]:
        return event(version=said, **BY_VERSION)

    yield Case("version", {"version": "body.other", **event(**BY_VERSION)}, SENT)
    yield Case("type.version", versioned("body.other"), SENT)
    yield Case("version.at", versioned({"at": "body.other"}), SENT, given=versioned("body.uuid"))


LIFE = (*_version(),)
