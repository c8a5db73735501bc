# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of README.md, written from what the code says of itself: ``python -m simulator.readme``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import dialects
from simulator.credentials import SETTABLE, USERS
from simulator.faults import GROUPS, KINDS, OPERATIONS
from simulator.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.switches import Switch

ANOTHER = "Another InSight: "
README = Path(__file__).with_name("README.md")


def tables() -> dict[str, str]:
    """The generated parts by the names of their marks."""
    faults = [
        (f"`{one.name}`", "yes" if one.processed else "no", ", ".join(f"`{name}`" for name in one.details), one.meaning)
        for one in KINDS.values()
    ]
    operations = ", ".join(f"`{name}`" for name in OPERATIONS)
    groups = "; ".join(
        f"`{name}` for {'all of them' if name == 'any' else ', '.join(sorted(group))}" for name, group in GROUPS.items()
    )
    titles = {name: dialects.load(name)["title"] for name in dialects.names()}
    others = [
        (f"`{name}.yml`", title.removeprefix(ANOTHER)) for name, title in titles.items() if title.startswith(ANOTHER)
    ]
    return {
        "others": _table(("file", "what differs"), others),
        "switches": switches_table(SWITCHES),
        "faults": _table(("kind", "carried out?", "details", "what the client sees"), faults),
        "operations": f"{operations}. Groups: {groups}.",
        "credentials": _table(("name", "meaning"), [(f"`{name}`", meaning) for name, meaning in SETTABLE.items()]),
        "users": _table(("user", "password"), [(f"`{user}`", f"`{password}`") for user, password in USERS.items()]),
    }


def switches_table(switches: Sequence[Switch]) -> str:
    """The table that explains switches."""
    rows = [
        (f"`{one.name}`", _default(one.default), _values(one.choices, one.default), one.meaning) for one in switches
    ]
    return _table(("switch", "default", "values", "what it does"), rows)


def _default(value: object) -> str:
    return f"`{str(value).lower()}`" if value != "" else "nothing"


def _values(choices: tuple[str, ...], default: object) -> str:
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if isinstance(default, str):
        return "`TYPE:OPERATION`, ..."
    return "true, false" if isinstance(default, bool) else "a number"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def filled(text: str, parts_by_mark: dict[str, str] | None = None) -> str:
    """The README with every generated part as it should be. Raises ValueError for a mark that is missing."""
    for name, table in (parts_by_mark or tables()).items():
        start, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        parts = "\n\n".join((start, table, end)).replace("\\", r"\\")
        text, found = re.subn(f"{start}\n.*?{end}", parts, text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"README.md has {found} marks for {name}")
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
