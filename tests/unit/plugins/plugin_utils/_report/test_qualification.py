# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of installed files and of the steps of a cycle."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import Rules
from ansible_collections.rimops.insight.plugins.plugin_utils._report.qualification import STEPS, cycle, installed_files

pytestmark = pytest.mark.proves("QUALIFY-1", "QUALIFY-2")
HELD = {"a": "first"}
DECLARED = {"attributes": HELD, "change": {"a": "second"}}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """An installed collection of two files."""
    files = [{"name": "plugins", "ftype": "dir", "chksum_sha256": None}]
    for name in ("plugins/one.py", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
        files.append({"name": name, "ftype": "file", "chksum_sha256": digest(tmp_path / name)})
    (tmp_path / "FILES.json").write_text(json.dumps({"files": files}))
    about = {"file_manifest_file": {"name": "FILES.json", "chksum_sha256": digest(tmp_path / "FILES.json")}}
    (tmp_path / "MANIFEST.json").write_text(json.dumps(about))
    (tmp_path / "plugins" / "__pycache__").mkdir()
    (tmp_path / "plugins" / "__pycache__" / "one.pyc").write_text("")
    return tmp_path


def said(collection: Path) -> list[tuple[str, str]]:
    return [(one.name, one.verdict) for one in installed_files(collection)]


def test_files_as_listed_and_the_list_itself(collection: Path) -> None:
    assert said(collection) == [("3 files as listed", "as_expected")]
    listed = json.loads((collection / "FILES.json").read_text())
    (collection / "README.md").write_text("edited")
    listed["files"][2]["chksum_sha256"] = digest(collection / "README.md")
    (collection / "FILES.json").write_text(json.dumps(listed))
    assert said(collection) == [("FILES.json", "not_as_expected"), ("2 files as listed", "as_expected")]


@pytest.mark.parametrize("name", ["FILES.json", "MANIFEST.json"])
@pytest.mark.parametrize("text", [None, "{", "{}", "[]", '{"files": [{}]}', '{"files": 1, "file_manifest_file": 1}'])
def test_a_list_that_is_none(collection: Path, name: str, text: str | None) -> None:
    (collection / name).unlink()
    if text is not None:
        (collection / name).write_text(text)
    [(_name, verdict)] = said(collection)
    assert verdict == ("not_checked" if text is None else "not_as_expected")


def steps() -> dict[str, Any]:
    """A cycle as it should be."""
    return {
        name: {
            "result": {"operation": one.operation, "changed": one.operation != "none"},
            "read": {"entities": [{"id": 1, **DECLARED[one.shows]}] if one.shows else []},
        }
        for name, one in STEPS.items()
    }


def wrong(given: dict[str, Any]) -> dict[str, str]:
    found = zip(STEPS, cycle(given, DECLARED, Rules()), strict=True)
    return {name: " ".join(one.notes) for name, one in found if one.verdict != "as_expected"}


def test_a_cycle_as_it_should_be() -> None:
    assert wrong(steps()) == {}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_was_not_run_or_failed(name: str) -> None:
    others = {other: step for other, step in steps().items() if other != name}
    assert wrong(others) == {name: "It was not run."}
    failed = {**steps(), name: {"result": {"msg": "Cannot."}, "read": {"msg": "Cannot read."}}}
    assert set(wrong(failed)) == {name} and "Cannot read." in wrong(failed)[name]
    assert name == "before" or wrong(failed)[name].startswith("Cannot. ")


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_leaves_something_else_behind(name: str) -> None:
    given = steps()
    there = given[name]["read"]["entities"]
    given[name]["read"] = {"entities": [{"id": 1, "a": "third"}] if there else [{"id": 1}]}
    assert set(wrong(given)) == {name}
    if there:
        given[name]["read"] = {"entities": []}
        assert wrong(given) == {name: "The entity is not there."}


@pytest.mark.parametrize("name", [name for name, one in STEPS.items() if one.operation])
def test_a_step_that_says_something_else(name: str) -> None:
    given = steps()
    given[name]["result"]["changed"] = not given[name]["result"]["changed"]
    assert "It reports changed" in wrong(given)[name]
    given = steps()
    given[name]["result"]["operation"] = "rename"
    assert "It reports operation: rename" in wrong(given)[name]
