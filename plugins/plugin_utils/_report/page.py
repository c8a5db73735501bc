# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page for people: one HTML file that needs nothing else. What it says is made by page_of_*.py."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ...module_utils._text.records import record
from ...module_utils._text.redaction import printable
from .._files.own_schemas import PLUGINS
from .differences import Side

REPORTS = PLUGINS / "reports"
"""The folder of the template, the style sheet and the script."""
CHUNK = 50
"""Rows that a browser lays out together, or not at all while they are out of sight."""
UNFOLDED = 20
"""Rows with details up to which all of them are shown unfolded."""
_JOINER = r"(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
"""What makes one emoji of several, and is no disguise there."""
_PARTS = re.compile(rf"[\n -~]+|{_JOINER}|(?P<other>.)", re.DOTALL)
_CSS = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class Sign:
    """A verdict or an operation: a symbol, a word and a tone, so that colour is never the only sign. tone: ``bad``,
    ``unsure``, ``good`` or ``plain``; color: the class of its part of a bar."""

    symbol: str
    word: str
    tone: str
    color: str = ""


@dataclass(frozen=True)
class Fact:
    """A name and a value. code: whether it is to be copied letter by letter, as a digest is."""

    name: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class ShownChange:
    """An attribute that differs."""

    path: str
    before: Side
    after: Side


@dataclass(frozen=True)
class PageRow:
    """An entity. source: the system or the journal. tags: short texts that are seen without unfolding it. sides: the
    names of the two columns; an empty one is not shown."""

    entity: str
    type: str
    source: str = ""
    tags: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    changes: Sequence[ShownChange] = ()
    sides: tuple[str, str] = ("", "")
    notes: Sequence[str] = ()
    command: str = ""

    @property
    def has_more(self) -> bool:
        """Whether there is something to unfold."""
        return bool(self.facts or self.changes or self.notes or self.command)


@dataclass(frozen=True)
class Group:
    """Entities with one verdict, and the verdict explained."""

    sign: Sign
    why: str
    rows: Sequence[PageRow]

    @property
    def chunks(self) -> list[Sequence[PageRow]]:
        """The rows as a browser lays them out."""
        return [self.rows[start : start + CHUNK] for start in range(0, len(self.rows), CHUNK)]


@dataclass(frozen=True)
class Source:
    """A system that was checked, or a journal."""

    name: str
    sign: Sign
    sentence: str
    facts: Sequence[Fact] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """What a page says. kind: ``Drift check``. sentences: the verdict and its coverage in words. approve: a digest
    that is to be approved. sources: one or more. source_word: what they are. type_word: what the type of a row is.
    row_words: what the rows are. not_looked: of what nothing is known."""

    kind: str
    title: str
    sign: Sign
    sentences: Sequence[str]
    sources: Sequence[Source]
    groups: Sequence[Group]
    source_word: str = "System"
    type_word: str = "Type"
    row_words: str = "entities"
    approve: str = ""
    not_looked: Sequence[Fact] = ()

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def types(self) -> list[str]:
        """The types of the entities."""
        return sorted({row.type for group in self.groups for row in group.rows})

    @property
    def is_unfolded(self) -> bool:
        """Whether so few rows have details that they are shown at once."""
        return sum(row.has_more for group in self.groups for row in group.rows) <= UNFOLDED


@record
class Bar:
    """The entities of a type. parts: the group, where its part of the bar begins and how long it is, in percent, and
    how many entities it has."""

    type: str
    parts: Sequence[tuple[Group, str, str, int]]
    total: int


def bars(page: Page) -> list[Bar]:
    """The entities of each type by group."""
    counted: dict[str, list[int]] = {name: [0] * len(page.groups) for name in page.types}
    for number, group in enumerate(page.groups):
        for row in group.rows:
            counted[row.type][number] += 1
    return [_bar(name, page.groups, counts) for name, counts in counted.items()]


def _bar(name: str, groups: Sequence[Group], counts: Sequence[int]) -> Bar:
    total = sum(counts)
    parts = [
        (group, f"{100 * sum(counts[:number]) / total:.2f}", f"{100 * count / total:.2f}", count)
        for number, (group, count) in enumerate(zip(groups, counts, strict=True))
    ]
    return Bar(name, parts, total)


def html_of(value: Any) -> Markup:
    """A value as HTML: escaped, and what a browser would hide or reorder by (control characters, bidirectional and
    invisible ones, unusual spaces) as visible escapes."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    return escape(text) if text.isprintable() else Markup("").join(map(_visible, _PARTS.finditer(text)))


def _named(text: str) -> str:
    """A name that can be seen."""
    return text if text.strip() else "(blank)"


def _plain(text: str) -> Markup:
    """A text where no element may stand, as in a title."""
    return escape(printable(text))


def _visible(match: re.Match[str]) -> str:
    other = match["other"]
    if other is None or other.isprintable():
        return match[0]
    return Markup("<span class=e>{}</span>").format(other.encode("unicode_escape").decode("ascii"))


def render_page(page: Page) -> str:
    """The HTML of a page. Its policy lets a browser load nothing, and run and apply what is in the page only."""
    styles = [_asset("page.css"), _page_header(f"{page.kind}: {page.title}: {page.sign.word}")]
    script = _asset("page.js")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {' '.join(map(_hash, styles))}",
            f"script-src {_hash(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return _templates().get_template("page.html.j2").render(page=page, styles=styles, script=script, policy=policy)


@cache
def _templates() -> Environment:
    """The environment of the template, in which every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(REPORTS),
        autoescape=True,
        finalize=html_of,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["bars"] = bars
    environment.filters["plain"] = _plain
    environment.filters["named"] = _named
    return environment


@cache
def _asset(name: str) -> str:
    """A style sheet or a script without its first comment, which is for readers of the source."""
    return (REPORTS / name).read_text(encoding="utf-8").partition("*/\n")[2]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _page_header(text: str) -> str:
    """The rule that prints a text at the top of each sheet; each of its characters but letters and digits escaped."""
    safe = _CSS.sub(lambda match: f"\\{ord(match[0]):06x}", printable(text))
    return f'@page{{@top-left{{content:"{safe}"}}}}'
