# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of Ansible beside a server finds around itself: standard library only."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = {
    "tenant_id": "7c1d0f3a-0000-4000-8000-000000000001",
    "client_id": "0f3a7c1d-0000-4000-8000-000000000002",
    "client_secret": "only good for this simulator",
}
"""An identity for demonstrations."""


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a run: the collection of this checkout, homes for Ansible and sessions below the folder, and
    nothing that the caller set for Ansible or InSight."""
    collection = folder / "collections" / "ansible_collections" / "rimops" / "insight"
    if not collection.exists():
        collection.parent.mkdir(parents=True)
        collection.symlink_to(ROOT)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "INSIGHT_"))},
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "XDG_STATE_HOME": str(folder / "state"),
        **more,
    }


def knowing(identity: dict[str, str]) -> list[str]:
    """The arguments of a server that knows an identity."""
    return [word for name, value in identity.items() for word in ("--set", f"{name}={value}")]
