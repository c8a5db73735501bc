# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write build/results/matrix.md: each promise of docs/requirements.yml, the tests that prove it, how they ended.

A test names its promises with @pytest.mark.proves("ID", ...); a promise names the parts of `make test` that prove it
with `parts`. Results are those of the last test run. Fails on a promise that nothing proved, on one whose proof
failed, and on an id that no promise has.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml
from layout import BUILD, ROOT

RESULTS = BUILD / "results"
REQUIREMENTS = ROOT / "docs" / "requirements.yml"
PAGE = RESULTS / "matrix.md"
BAD = ("failed", "error")


@dataclass(frozen=True)
class Proof:
    """One test that named a promise, in one part. outcome: passed, failed, error or skipped."""

    promise: str
    test: str
    part: str
    outcome: str


def proofs_of_tests(folder: Path) -> Iterator[Proof]:
    """What the JUnit files of the parts say."""
    for path in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(path).iter("testcase"):
            children = {child.tag for child in case}
            outcome = next((tag for tag in ("failure", "error", "skipped") if tag in children), "passed")
            name = f"{case.get('classname', '').rsplit('.', 1)[-1]}::{(case.get('name') or '').split('[')[0]}"
            for given in case.iter("property"):
                if given.get("name") == "proves":
                    yield Proof(given.get("value", ""), name, path.stem, outcome.replace("failure", "failed"))


def proofs_of_parts(folder: Path, promises: list[dict[str, Any]]) -> Iterator[Proof]:
    """How the parts ended that a promise names, by the beginning of their names."""
    ended = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.part.json"))]
    for promise in promises:
        for part in ended:
            if any(part["name"].split("-")[0] == name for name in promise.get("parts", ())):
                outcome = "passed" if part["passed"] else "failed"
                yield Proof(promise["id"], f"make {part['name'].split('-')[0]}", part["name"], outcome)


def result(proofs: list[Proof]) -> str:
    """How a promise stands: the worst outcome counts, and what was only skipped is not proven."""
    outcomes = {proof.outcome for proof in proofs}
    return next((word for word in (*BAD, "passed", "skipped") if word in outcomes), "no test")


def row(promise: dict[str, Any], proofs: list[Proof]) -> str:
    """A line of the table; a test with its number of cases and the parts in which it ran."""
    cases: dict[str, list[Proof]] = defaultdict(list)
    for proof in proofs:
        cases[proof.test].append(proof)
    tests = "<br>".join(
        f"{test} ({len(ran)}: {', '.join(sorted({proof.part for proof in ran}))})"
        for test, ran in sorted(cases.items())
    )
    text = " ".join(promise["text"].split())
    return f"| {promise['id']} | {text} | {promise['risk']}: {promise['because']} | {tests} | {result(proofs)} |"


def page(promises: list[dict[str, Any]], proofs: dict[str, list[Proof]]) -> str:
    """The whole table."""
    head = "# Promises and their proofs\n\nFrom docs/requirements.yml and the last test run.\n"
    table = "| Id | Promise | Risk | Tests (cases: parts) | Result |\n| --- | --- | --- | --- | --- |"
    rows = "\n".join(row(promise, proofs.get(promise["id"], [])) for promise in promises)
    return f"{head}\n{table}\n{rows}\n"


def problems(promises: list[dict[str, Any]], proofs: dict[str, list[Proof]]) -> Iterator[str]:
    """What keeps the table from being a proof."""
    known = [promise["id"] for promise in promises]
    for twice in sorted({name for name in known if known.count(name) > 1}):
        yield f"{twice}: two promises have this id"
    for name in sorted(proofs.keys() - set(known)):
        yield f"{name}: {proofs[name][0].test} names it, and no promise has this id"
    for name in known:
        how = result(proofs.get(name, []))
        if how != "passed":
            yield f"{name}: {how}"


def main(folder: Path = RESULTS, requirements: Path = REQUIREMENTS) -> int:
    """Write the table; the exit code."""
    promises = yaml.safe_load(requirements.read_text(encoding="utf-8"))["promises"]
    proofs: dict[str, list[Proof]] = defaultdict(list)
    for proof in (*proofs_of_tests(folder), *proofs_of_parts(folder, promises)):
        proofs[proof.promise].append(proof)
    (folder / PAGE.name).write_text(page(promises, proofs), encoding="utf-8")
    found = list(problems(promises, proofs))
    for problem in found:
        print(problem)
    print(f"{len(promises)} promises, {len(found)} problems: {folder / PAGE.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
