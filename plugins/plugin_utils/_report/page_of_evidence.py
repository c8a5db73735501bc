# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of journals: what was written, and whether the journals are as they were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...module_utils._journal.reader import Verified, left_open
from .differences import readable
from .page import Fact, Group, Page, PageRow, Sign, Source
from .wording import plural

OPEN = "open"
RESULTS = {
    OPEN: (
        Sign("?", "No outcome", "unsure", "c4"),
        "The run ended, or was killed, before it knew what became of them.",
    ),
    "outcome_unknown": (Sign("?", "Outcome unknown", "unsure", "c5"), "They may have been written, and may not."),
    "failed": (Sign("!", "Failed", "bad", "c1"), "They were not brought to what is declared."),
    "moved": (Sign("!", "Moved", "bad", "c2"), "They changed after the plan was made, and were not written."),
    "not_tried": (Sign("○", "Not tried", "unsure", "c7"), "They were not written."),
    "deleted": (Sign("\N{MINUS SIGN}", "Deleted", "plain", "c3"), "They were deleted, and read back as not there."),
    "replaced": (
        Sign("\N{PLUS-MINUS SIGN}", "Replaced", "plain", "c3"),
        "They were deleted and created anew, and read back.",
    ),
    "created": (Sign("+", "Created", "good", "c8"), "They were created and read back."),
    "updated": (Sign("~", "Updated", "good", "c6"), "They were updated and read back."),
    "unchanged": (Sign("=", "Unchanged", "plain", "c7"), "They were found as declared."),
}
"""The groups of the page by the results in a journal, what weighs most first."""
BROKEN = Sign("!", "Not as written", "bad")
UNSETTLED_SIGN = Sign("?", "Incomplete", "unsure")
INTACT = Sign("=", "As written", "good")


def page_of_evidence(journals: Sequence[Verified]) -> Page:
    """The page of journals that were verified together."""
    found: dict[str, list[PageRow]] = defaultdict(list)
    for journal in journals:
        for result, row in _rows(journal):
            found[result if result in RESULTS else "failed"].append(row)
    broken = [one for one in journals if not one.ok]
    unsettled = left_open(journals)
    sign = BROKEN if broken else UNSETTLED_SIGN if unsettled or not all(one.ended for one in journals) else INTACT
    told = ", ".join(f"{len(found[name]):,} {RESULTS[name][0].word.lower()}" for name in RESULTS if found[name])
    return Page(
        kind="Evidence",
        title=Path(journals[0].file).name if len(journals) == 1 else plural(len(journals), "journal"),
        sign=sign,
        sentences=[*_sentences(journals, len(broken), len(unsettled)), *([f"Writes: {told}."] if told else [])],
        sources=[_journal(one) for one in journals],
        groups=[Group(*RESULTS[name], found[name]) for name in RESULTS if found[name]],
        source_word="Journal",
        type_word="Operation",
        row_words="writes",
    )


def _sentences(journals: Sequence[Verified], broken: int, unsettled: int) -> Iterator[str]:
    """The verdict on journals in sentences. broken: how many cannot be trusted; unsettled: writes without a known
    outcome."""
    whole = len(journals) - broken
    if broken:
        yield f"{plural(broken, 'journal')} of {len(journals)} cannot be trusted."
    if whole:
        yield f"{plural(whole, 'journal')} verified: each line follows from the line before it."
    unheld = sum(one.ok and not one.held for one in journals)
    if unheld:
        yield f"Of {plural(unheld, 'journal')} no head was kept elsewhere to compare with: see the notes."
    if unsettled:
        yield f"What became of {plural(unsettled, 'write')} is not known."


def _journal(one: Verified) -> Source:
    sign = BROKEN if not one.ok else INTACT if one.ended and not one.open else UNSETTLED_SIGN
    whole = "The outcome of a write is not known." if one.open else "It is whole." if one.ended else "It has no end."
    sentence = "; ".join(one.problems) or whole
    notes = [f"Problem: {problem}" for problem in one.problems] + list(one.notes)
    return Source(Path(one.file).name, sign, sentence, [fact for fact in _journal_facts(one) if fact.value], notes)


def _journal_facts(one: Verified) -> Iterator[Fact]:
    """What a journal says of its run; of what it does not say, the text is empty."""
    start = one.start
    last = one.entries[-1] if one.entries else {}
    yield Fact("File", one.file, code=True)
    yield Fact("URL", _text(start.get("url")), code=True)
    yield Fact("Began", _text(start.get("at")))
    yield Fact("Ended", _text(last.get("at")) if one.ended else "")
    yield Fact("Written as", _text(start.get("who")))
    for name in ("initiator", "reason", "change_reference", "approval", "versions"):
        yield Fact(name.replace("_", " ").capitalize(), _text(start.get(name)))
    yield Fact("Totals", _text({name: number for name, number in _mapped(last.get("totals")).items() if number}))
    for name in ("plan_digest", "manifest_digest", "profile_digest"):
        yield Fact(name.replace("_digest", "").capitalize(), _text(start.get(name)), code=True)
    yield Fact("Continues", _text(_mapped(start.get("continues")).get("file")), code=True)
    yield Fact("Lines", str(one.lines))
    yield Fact("Head", one.head, code=True)
    yield Fact("Head compared with one that was kept elsewhere", "yes" if one.held else "no")


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    """A value of a journal, in which anything may stand once it was edited."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(inner)}" for name, inner in value.items())
    return "" if value is None else readable(value)


def _rows(journal: Verified) -> Iterator[tuple[str, PageRow]]:
    """The writes of a journal, each with its result."""
    waiting: dict[str, Mapping[str, Any]] = {}
    for line in journal.entries:
        entity = _text(line.get("entity"))
        if line.get("kind") == "intent":
            waiting[entity] = line
        elif line.get("kind") == "outcome":
            yield _text(line.get("result")), _page_row(entity, waiting.pop(entity, {}), line, journal)
    for entity, intent in waiting.items():
        yield OPEN, _page_row(entity, intent, {}, journal)


def _page_row(entity: str, intent: Mapping[str, Any], outcome: Mapping[str, Any], journal: Verified) -> PageRow:
    """The row of a write, made of its two lines."""
    facts = (
        Fact("Intent", _text(intent.get("at"))),
        Fact("Outcome", _text(outcome.get("at"))),
        Fact("Clock of the server", _text(outcome.get("server_date"))),
        Fact("Result", _text(outcome.get("result"))),
        Fact("Digest before", _text(intent.get("before")), code=True),
        Fact("Digest after", _text(intent.get("after")), code=True),
    )
    return PageRow(
        entity=entity,
        type=_text(intent.get("operation")) or "none",
        source=Path(journal.file).name,
        facts=[fact for fact in facts if fact.value],
        notes=[detail for detail in [_text(outcome.get("detail"))] if detail],
    )
