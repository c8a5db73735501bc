# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that are made from data say what the data say, and links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOOLING = Path(__file__).resolve().parents[1] / "tooling"


@pytest.mark.proves("PROFILE-3")
@pytest.mark.parametrize("tool", ["profile_pages.py", "profile_keys.py"])
def test_a_generated_page_is_not_stale(tool: str) -> None:
    checked = subprocess.run([sys.executable, TOOLING / tool, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


ROOT = TOOLING.parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "tests" / "simulator" / "README.md"]


def anchors(page: Path) -> set[str]:
    """What a link can name in a page: its headings as the hosting site spells them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _hash, anchor = link.partition("#")
        address = (page.parent / path).resolve() if path else page
        if "://" not in link and (not address.exists() or (anchor and anchor not in anchors(address))):
            broken.append(link)
    assert broken == []


def test_the_benchmarks_are_those_of_the_script() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    script = ROOT / "tests" / "benchmarks"
    heads = re.findall(r"head = \[(.*?)\]", (script / "report.py").read_text(encoding="utf-8"), re.S)
    ways = re.findall(r'Way\(\s*"([^"]+)"', (script / "run.py").read_text(encoding="utf-8"))
    assert len(heads) == 2
    assert len(ways) > 8
    columns = [name for head in heads for name in re.findall(r'"([^"]+)"', head)]
    assert [told for told in (*columns, *ways) if f"| {told} |" not in page] == []
