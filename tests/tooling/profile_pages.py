# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write docs/documented_and_assumed.md from the profiles: what a vendor says and what we assume, line by line.

With --check, say whether the page is what the profiles say, and change nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "documented_and_assumed.md"
BASIS = ("source", "assumed", "verified", "note")
SENT = ("json", "form", "query")
VALUES = (*SENT, "entity")
"""Keys whose value is the server's: what is called source there says nothing of us."""
TABLE = "| Part | Says | Known from | Note |\n| --- | --- | --- | --- |"
HEAD = """\
<!--
SPDX-FileCopyrightText: 2026 The rimops.insight authors
SPDX-License-Identifier: GPL-3.0-or-later
This page is made from the profiles by `make profile-page`; change those.
-->

# What is documented and what is assumed

Vendors print only parts of their APIs in public. Each line below is one statement of a built-in profile.
**Documented** means that a public page says so, and names it. **Assumed** means that nobody outside has seen it: it is
the likeliest form, and you can change it in `profile_overrides` without touching code; assumed operations are named in
every result that used them. Attribute names of InSight other than `uuid`, `appCode`, `appName`, `familyId`,
`applicationId` and `selectedProducts` are ours.
"""


class Plain(yaml.SafeDumper):
    """Writes everything out, as the page has no place for anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether to write data out: always."""
        return True


def merged(base: Any, over: Any) -> Any:
    """As profiles are laid over one another: what a request sends is replaced whole."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    new = {name: value if name in SENT else merged(base.get(name), value) for name, value in over.items()}
    both = {**base, **new}
    return {name: value for name, value in both.items() if value is not None}


def profile(name: str) -> dict[str, Any]:
    """A built-in profile, whole."""
    data = yaml.safe_load((ROOT / "plugins" / "profiles" / f"{name}.yml").read_text(encoding="utf-8"))
    return merged(profile(data.pop("extends")), data) if "extends" in data else data


def statements(data: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of a profile that says how it is known, with its path."""
    if isinstance(data, dict):
        if any(name in data for name in ("assumed", "verified")) or isinstance(data.get("source"), str):
            yield path, data
        for name, value in data.items():
            if name in VALUES:
                continue
            yield from statements(value, f"{path}.{name}" if path else name)


def says(data: dict[str, Any]) -> str:
    """What a part of a profile states, without how it is known and without the parts that stand for themselves."""
    own = {
        name: value
        for name, value in data.items()
        if name not in BASIS and not any(True for _statement in statements(value)) and name != "grants"
    }
    form = {"default_flow_style": True, "width": 10_000, "sort_keys": False, "allow_unicode": True}
    text = yaml.dump(own, Dumper=Plain, **form).strip()
    return text[1:-1].replace("|", "\\|") if own else ""


def basis(data: dict[str, Any], sources: dict[str, str]) -> str:
    """How it is known."""
    page = f"[{data['source']}]({sources[data['source']]})" if "source" in data else ""
    if data.get("verified"):
        return f"verified on {data['verified']['version']} {page}".strip()
    kind = "**assumed**" if data.get("assumed") else "documented"
    return f"{kind}, {page}" if page else kind


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for path in sorted((ROOT / "plugins" / "profiles").glob("*.yml")):
        data = profile(path.stem)
        parts.append(f"\n## Profile `{path.stem}`: {data['title']}\n\n{TABLE}")
        for where, part in statements(data):
            note = part.get("note", "").replace("|", "\\|").replace("\n", " ")
            parts.append(
                f"| `{where}` | {says(part) and f'`{says(part)}`'} | {basis(part, data['sources'])} | {note} |"
            )
    return "\n".join(parts) + "\n"


def main() -> int:
    """The exit code."""
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not what the profiles say. Run: make profile-page", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
