# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registers secrets with Ansible's own masking, which exists from ansible-core 2.22 on."""

from __future__ import annotations

from collections.abc import Iterable

try:
    from ansible.module_utils.secrets import register_secret  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    register_secret = None

SHORTEST = 8
"""Characters. Anything shorter would be masked in places where it is no secret."""


def register(secrets: Iterable[str]) -> None:
    """Have these masked in all output of this run."""
    if register_secret is not None:
        for secret in secrets:
            if len(secret) >= SHORTEST:
                register_secret(secret)
