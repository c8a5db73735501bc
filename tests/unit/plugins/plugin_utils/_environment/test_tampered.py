# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans and journals that somebody changed in any way: refused or told by name, and never an error of another kind."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_journal_info import run_journal_info
from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import (
    carried_out,
    earlier_runs,
    left_open,
    unfinished,
    verify,
    verify_all,
)
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import (
    Interrupted,
    Journal,
    Start,
    line_hash,
)
from ansible_collections.rimops.insight.plugins.module_utils._text.atomic_files import json_document
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils.errors import JournalError, PlanRefused
from ansible_collections.rimops.insight.plugins.plugin_utils._environment import run_plan
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.plan_file import (
    Basis,
    check_header,
    load_plan,
    make_plan,
    plan_digest,
    render,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import PlannedChange
from ansible_collections.rimops.insight.tests.unit.fakes import profile

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
URL = "https://insight.example.com"
BASIS = Basis(URL, "7c1d", "sha256:p", "sha256:c", "sha256:m", "0.1.0")


def operation(number, kind, **more):
    name = f"application (appCode={number})"
    return PlannedChange(name, "application", {"appCode": str(number)}, kind, f"sha256:{number}", "sha256:a", **more)


OPERATIONS = (
    operation(1, "create", changes=(Change("name", ABSENT, "Zelvora é"),), secrets=("pin",)),
    operation(2, "update", changes=(Change("n", 1.5, [None, True]),)),
    operation(3, "delete", possible_rename="application (appCode=1)"),
)
PLAN = make_plan(BASIS, OPERATIONS, NOW, timedelta(days=7), ["operations.find", "operations.update"])
OTHER = make_plan(replace(BASIS, url="https://other.example.com"), OPERATIONS[::-1], NOW, timedelta(days=1))
EXAMPLES = settings(max_examples=120, derandomize=True, deadline=None, database=None)

ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**400, -(10**400), 1e308, float("nan"), float("inf"), 2**63]),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(
            ["", "\ud800", "\u202e", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
DEEP = st.sampled_from([10, 900]).map(lambda depth: json.loads("[" * depth + "]" * depth))
"""Values of any type, size and depth."""


def places(value, path=()):
    """The path of each part of a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from places(part, (*path, name))


def changed_at(value, path, change):
    """A copy of a JSON value of which ``change(container, name)`` changed a part in place."""
    copy = json.loads(json.dumps(value))
    held = copy
    for name in path[:-1]:
        held = held[name]
    change(held, path[-1])
    return copy


@st.composite
def damaged(draw, content, other):
    """The bytes of a file of lines that somebody changed: bytes, lines, or its end. other: another file of the kind."""
    lines, others = content.splitlines(keepends=True), other.splitlines(keepends=True)
    one, two = (draw(st.integers(0, len(lines) - 1)) for _number in range(2))
    at = draw(st.integers(0, len(content) - 1))
    some = draw(st.binary(min_size=1, max_size=4))
    kinds = {
        "a byte": lambda: content[:at] + bytes([content[at] ^ draw(st.integers(1, 255))]) + content[at + 1 :],
        "bytes more": lambda: content[:at] + some + content[at:],
        "cut off": lambda: content[:at],
        "cut out": lambda: content[:at] + content[at + draw(st.integers(1, 200)) :],
        "appended": lambda: content + draw(st.sampled_from([some, b"\n", content, other, b"\0" * 9, b"[" * 100_000])),
        "a line less": lambda: b"".join(lines[:one] + lines[one + 1 :]),
        "a line twice": lambda: b"".join([*lines[:one], lines[one], *lines[one:]]),
        "two lines swapped": lambda: b"".join(
            lines[two] if number == one else lines[one] if number == two else line for number, line in enumerate(lines)
        ),
        "another's line": lambda: b"".join([*lines[:one], draw(st.sampled_from(others)), *lines[one:]]),
        "another's line instead": lambda: b"".join([*lines[:one], draw(st.sampled_from(others)), *lines[one + 1 :]]),
        "another file": lambda: other,
        "line ends": lambda: content.replace(b"\n", b"\r\n"),
        "UTF-16": lambda: content.decode().encode("utf-16"),
    }
    spoiled = kinds[draw(st.sampled_from(sorted(kinds)))]()
    assume(spoiled != content)
    return spoiled


@st.composite
def rewritten(draw, data):
    """JSON values of which a part was replaced, taken away, or added to, and which were then written as we write."""
    path = draw(st.sampled_from([one for one in places(data) if one]))
    odd = draw(ODD | DEEP)

    def put(held, name):
        held[name] = odd

    def add(held, name):
        held.update(more=odd) if isinstance(held, dict) else held.append(odd)

    change = draw(st.sampled_from([put, add, lambda held, name: held.pop(name)]))
    spoiled = changed_at(data, path, change)
    assume(spoiled != data)
    return spoiled


# --- plans


def refusal(path, approved):
    """The PlanRefused of a plan file, as applying it would raise it; None where it is taken."""
    run = SimpleNamespace(
        path=lambda option: str(path),
        values={"plan_digest": approved, "journal": None},
        connection=SimpleNamespace(settings=SimpleNamespace(system=URL, profile=profile())),
    )
    try:
        plan = load_plan(str(path), approved)
        check_header(str(path), plan, BASIS, NOW + timedelta(hours=1))
        run_plan.check_approved(run, plan, {one.entity: one for one in OPERATIONS})
    except PlanRefused as refused:
        json.dumps(refused.as_result())
        return refused
    return None


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.proves("PLAN-20")
@EXAMPLES
@given(content=damaged(render(PLAN), render(OTHER)))
def test_a_plan_of_which_bytes_or_lines_were_changed(place, content):
    path = place / "plan.json"
    path.write_bytes(content)
    assert refusal(path, plan_digest(PLAN)).details["reasons"] == ["plan_digest"]
    refused = refusal(path, None)
    if refused is None:  # then it is a plan, of the same operations, for the same system
        assert {one.entity for one in load_plan(str(path)).operations} == {one.entity for one in OPERATIONS}


@pytest.mark.proves("PLAN-20")
@EXAMPLES
@given(data=rewritten(json.loads(render(PLAN))))
def test_a_plan_that_was_written_anew_with_other_values(place, data):
    path = place / "plan.json"
    path.write_text(json_document(data, indent=2) + "\n", encoding="utf-8", errors="surrogatepass")
    assert refusal(path, plan_digest(PLAN)).details["reasons"] == ["plan_digest"]
    refused = refusal(path, None)
    if refused is None:
        held = load_plan(str(path))
        assert held.basis == BASIS and held.created <= NOW + timedelta(hours=2)
        for one in held.operations:
            for field in ("entity", "type", "operation", "before", "after"):
                assert isinstance(getattr(one, field), str)


# --- journals


def journal_in(folder, entities, end=True, **more):
    start = Start(URL, "sha256:m", "sha256:p", plan_digest="sha256:plan", versions={"collection": "0.1.0"}, **more)
    journal = Journal(str(folder), start)
    for name in entities:
        journal.intent(name, "create", "absent", f"sha256:{name}")
        if name != "open":
            journal.outcome(name, "created", "Fri, 02 Jan 2026 03:04:05 GMT")
    if end:
        journal.end({"created": len(entities)})
    journal.close()
    return journal


def written_journal(*entities, **more):
    """The bytes of a journal."""
    with tempfile.TemporaryDirectory() as name:
        return Path(journal_in(name, entities, **more).path).read_bytes()


CONTINUED = Interrupted("earlier.jsonl", "sha256:head", ({"entity": "x", "operation": "create"},))
JOURNAL = written_journal("a", "é", "c", approval={"by": "qa"}, continues=CONTINUED)
HEAD = json.loads(JOURNAL.splitlines()[-1])["hash"]
OTHER_JOURNAL = written_journal("a", "open", "z")


def verdict(path):
    """What verifying a journal says, and that whatever else reads it reads it without an error of another kind."""
    found = verify(str(path))
    folder = str(path.parent)
    left_open(verify_all(folder))
    runs = earlier_runs(folder, URL)
    unfinished(runs, "sha256:m")
    carried_out(runs, "sha256:plan")
    try:
        json.dumps(run_journal_info({"journal": folder, "head": None}, None))
    except JournalError as error:
        json.dumps(error.as_result())
    return found


@pytest.mark.proves("JOURNAL-20")
@EXAMPLES
@given(content=damaged(JOURNAL, OTHER_JOURNAL))
def test_a_journal_of_which_bytes_or_lines_were_changed(place, content):
    folder = place / "journals"
    folder.mkdir(exist_ok=True)
    path = folder / "one.jsonl"
    path.write_bytes(content)
    found = verdict(path)
    assert verify(str(path), HEAD).problems and not verify(str(path), HEAD).held
    # Without a head, a file that was cut is that of a run that was killed, and another whole file is another run.
    cut_off = JOURNAL.startswith(content) and not found.ended
    assert found.problems or cut_off or content == OTHER_JOURNAL


@pytest.mark.proves("JOURNAL-20")
@EXAMPLES
@given(number=st.integers(0, 7), draw=st.data())
def test_a_journal_of_which_a_line_was_written_anew(place, number, draw):
    """With the right hash of that line, and, where all that follows was written anew as well, a chain that is whole."""
    folder = place / "journals"
    folder.mkdir(exist_ok=True)
    path = folder / "one.jsonl"
    lines = [json.loads(line) for line in JOURNAL.splitlines()]
    whole = draw.draw(st.booleans())
    line = draw.draw(rewritten(lines[number]))
    anew, previous = [], ""
    for one in [*lines[:number], line, *lines[number + 1 :]]:
        if whole:
            one["previous"] = previous
        if one is line or whole:
            try:
                one["hash"] = line_hash(one)
            except (ValueError, TypeError):
                assume(False)
        previous = one["hash"]
        anew.append(json_document(one).encode("utf-8", "surrogatepass") + b"\n")
    path.write_bytes(b"".join(anew))
    assume(path.read_bytes() != JOURNAL)
    found = verdict(path)
    assert verify(str(path), HEAD).problems and not verify(str(path), HEAD).held
    assert whole or found.problems or number == len(lines) - 1  # of the last line only a head kept elsewhere tells
