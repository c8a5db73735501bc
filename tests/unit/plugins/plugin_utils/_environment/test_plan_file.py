# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan file: readable, stable, whole or not there, and refused by name."""

from __future__ import annotations

import errno
import json
import os
import resource
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.module_utils._journal.digest import digest_of
from ansible_collections.rimops.insight.plugins.module_utils._text import atomic_files as written
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, PlanRefused
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.plan_file import (
    Basis,
    check_header,
    load_plan,
    make_plan,
    plan_digest,
    render,
    write_plan,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import PlannedChange

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
BASIS = Basis("https://insight.example.com", "7c1d", "sha256:p", "sha256:c", "sha256:m", "0.1.0")
CREATE = PlannedChange(
    entity="application (appCode=1)",
    type="application",
    key={"appCode": "1"},
    operation="create",
    before="absent",
    after="sha256:a",
    changes=(Change("name", ABSENT, "Zelvora é"), Change("n", 1.5, None)),
    secrets=("pin",),
    possible_rename="application (appCode=0)",
)
NONE = replace(CREATE, operation="none", entity="application (appCode=2)")
DELETE = replace(CREATE, operation="delete", entity="application (appCode=0)", changes=(), possible_rename=None)
UPDATE = replace(CREATE, operation="update", entity="application (appCode=3)", before="sha256:b")
PLAN = make_plan(
    BASIS, [CREATE, NONE, UPDATE, DELETE], NOW, timedelta(days=7), assumed=["operations.update", "operations.find"]
)

TEXT = """{
  "assumed": [
    "operations.find",
    "operations.update"
  ],
  "basis": {
    "collection_version": "0.1.0",
    "compare_digest": "sha256:c",
    "manifest_digest": "sha256:m",
    "profile_digest": "sha256:p",
    "tenant": "7c1d",
    "url": "https://insight.example.com"
  },
  "created": "2026-01-02T03:04:05Z",
  "expires": "2026-01-09T03:04:05Z",
  "format": 1,
  "id": "an id",
  "operations": [
    {
      "after": "sha256:a",
      "before": "absent",
      "changes": [
        {
          "after": "Zelvora é",
          "path": "name"
        },
        {
          "after": null,
          "before": 1.5,
          "path": "n"
        }
      ],
      "entity": "application (appCode=1)",
      "key": {
        "appCode": "1"
      },
      "operation": "create",
      "possible_rename": "application (appCode=0)",
      "secrets": [
        "pin"
      ],
      "type": "application"
    }
  ]
}
"""


@pytest.mark.proves("PLAN-1")
def test_what_is_reviewed():
    first = replace(PLAN, id="an id", operations=PLAN.operations[:1])
    assert render(first).decode() == TEXT


@pytest.mark.proves("PLAN-1")
def test_what_does_nothing_is_not_in_it_and_the_same_again_differs_in_its_id_only():
    assert [one.entity for one in PLAN.operations] == [CREATE.entity, UPDATE.entity, DELETE.entity]
    assert "possible_rename" not in json.loads(render(PLAN))["operations"][2]
    again = make_plan(
        BASIS, [CREATE, NONE, UPDATE, DELETE], NOW, timedelta(days=7), assumed=["operations.find", "operations.update"]
    )
    assert again.id != PLAN.id
    assert render(replace(again, id=PLAN.id)) == render(PLAN)


@pytest.mark.proves("PLAN-1")
@pytest.mark.parametrize("hours", [-11, 0, 9])
def test_times_are_in_utc_wherever_a_plan_is_made(hours):
    there = NOW.astimezone(timezone(timedelta(hours=hours)))
    assert render(replace(make_plan(BASIS, PLAN.operations, there, timedelta(days=7), PLAN.assumed), id=PLAN.id)) == (
        render(PLAN)
    )


@pytest.mark.proves("PLAN-2")
def test_a_plan_is_read_as_it_was_written(tmp_path):
    path = str(tmp_path / "plans" / "validation.json")
    digest = write_plan(path, PLAN)
    assert digest == digest_of(Path(path).read_bytes()) == plan_digest(load_plan(path))
    assert load_plan(path, f" {digest}\n") == load_plan(path) == PLAN
    write_plan(path, replace(PLAN, id="b"))
    assert load_plan(path).id == "b"
    assert list((tmp_path / "plans").iterdir()) == [Path(path)]


def test_nothing_hides_in_a_plan():
    hidden = "a\u202eb\u200bc\x1b[2Jd\x7fe\u00a0f\ud800g\nh"
    content = render(replace(PLAN, operations=(replace(CREATE, changes=(Change("x", ABSENT, hidden),)),)))
    text = content.decode()
    assert all(char.isprintable() or char == "\n" for char in text)
    assert json.loads(text)["operations"][0]["changes"][0]["after"] == hidden


def edited(change):
    def edit(path):
        data = json.loads(path.read_text())
        change(data)
        path.write_text(written.json_document(data, indent=2) + "\n")

    return edit


EDITS = {
    "an operation less": edited(lambda data: data["operations"].pop()),
    "a later expiry": edited(lambda data: data.update(expires="2026-06-09T03:04:05Z")),
    "another value": edited(lambda data: data["operations"][0]["changes"][0].update(after="Other")),
}
DAMAGE = {
    "no JSON": lambda path: path.write_bytes(b"{"),
    "not UTF-8": lambda path: path.write_bytes(b"\xff"),
    "a list": lambda path: path.write_text("[]\n"),
    "null": lambda path: path.write_text("null\n"),
    "deep": lambda path: path.write_text("[" * 100_000 + "]" * 100_000),
    "another format": edited(lambda data: data.update(format=2)),
    "no format": edited(lambda data: data.pop("format")),
    "more": edited(lambda data: data.update(more=1)),
    "an operation of another kind": edited(lambda data: data["operations"][0].update(operation="rename")),
    "an operation that does nothing": edited(lambda data: data["operations"][0].update(operation="none")),
    "an operation without entity": edited(lambda data: data["operations"][0].pop("entity")),
    "a basis without url": edited(lambda data: data["basis"].pop("url")),
    "a list for a name": edited(lambda data: data["operations"][0].update(entity=["application (appCode=1)"])),
    "a number for a digest": edited(lambda data: data["operations"][0].update(before=7)),
    "a text for a change": edited(lambda data: data["operations"][0].update(changes=["name"])),
    "a text for a key": edited(lambda data: data["operations"][0].update(key="appCode")),
    "a number for a secret": edited(lambda data: data["operations"][0].update(secrets=[7])),
    "a list for a rename": edited(lambda data: data["operations"][0].update(possible_rename=["x"])),
    "deep values": edited(
        lambda data: data["operations"][0]["changes"][0].update(after=json.loads("[" * 200 + "]" * 200))
    ),
    "a number for an id": edited(lambda data: data.update(id=7)),
    "more than ten years": edited(lambda data: data.update(expires="2036-01-09T03:04:05Z")),
    "an end before the beginning": edited(lambda data: data.update(expires="2026-01-01T03:04:05Z")),
    "no time": edited(lambda data: data.update(expires="tomorrow")),
    "a number for a time": edited(lambda data: data.update(expires=7)),
    "a name twice": lambda path: path.write_text(path.read_text().replace('"id":', '"id": "x",\n  "id":')),
    "spaces": lambda path: path.write_text(path.read_text() + " "),
    "line ends": lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
}


@pytest.mark.proves("PLAN-2")
@pytest.mark.parametrize("kind", [*EDITS, *DAMAGE])
def test_an_edited_plan_is_refused(tmp_path, kind):
    path = tmp_path / "plan.json"
    digest = write_plan(str(path), PLAN)
    {**EDITS, **DAMAGE}[kind](path)
    with pytest.raises(PlanRefused, match=f"{digest} was approved") as refused:
        load_plan(str(path), digest)
    assert refused.value.details["reasons"] == ["plan_digest"]
    if kind in DAMAGE:
        with pytest.raises(PlanRefused, match="was edited since it was written") as refused:
            load_plan(str(path))
        assert refused.value.details["reasons"] == ["format"]


def test_a_plan_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError, match="No such file"):
        load_plan(str(tmp_path / "plan.json"))


@pytest.mark.proves("PLAN-2")
@pytest.mark.parametrize(
    ("name", "theirs", "message"),
    [
        ("url", "https://other.example.com", "made for https://insight.example.com, and this is https://other"),
        ("tenant", None, "made for the tenant 7c1d, and this is none"),
        ("tenant", "other", "made for the tenant 7c1d, and this is other"),
        ("profile_digest", "x", "the profile or its overrides are others now"),
        ("compare_digest", "x", "the options of comparing, on_immutable or purge are others now"),
        ("manifest_digest", "x", "the manifest is another one now"),
        ("collection_version", "9.9.9", "made by version 0.1.0 of the collection, and this is 9.9.9"),
    ],
)
def test_a_plan_for_something_else_is_refused(name, theirs, message):
    check_header("plan.json", PLAN, BASIS, NOW)
    with pytest.raises(PlanRefused, match=message) as refused:
        check_header("plan.json", PLAN, replace(BASIS, **{name: theirs}), NOW)
    assert refused.value.message.startswith("Cannot apply the plan plan.json: ")
    assert refused.value.details["reasons"] == [name]


@pytest.mark.proves("PLAN-2")
def test_a_plan_without_a_tenant_is_refused_for_one():
    without = make_plan(replace(BASIS, tenant=None), [CREATE], NOW, timedelta(days=7))
    with pytest.raises(PlanRefused, match="it was made for the tenant none, and this is 7c1d"):
        check_header("plan.json", without, BASIS, NOW)


@pytest.mark.proves("PLAN-2")
def test_an_expired_plan_is_refused_with_every_other_reason():
    check_header("plan.json", PLAN, BASIS, PLAN.created + timedelta(days=7, seconds=-1))
    with pytest.raises(PlanRefused, match="it expired at 2026-01-09T03:04:05Z; the manifest") as refused:
        check_header("plan.json", PLAN, replace(BASIS, manifest_digest="x"), PLAN.created + timedelta(days=7))
    assert refused.value.details["reasons"] == ["expires", "manifest_digest"]
    short = make_plan(BASIS, [CREATE], NOW, timedelta(hours=1))
    with pytest.raises(PlanRefused, match="it expired at 2026-01-02T04:04:05Z"):
        check_header("plan.json", short, BASIS, NOW + timedelta(hours=1))


@pytest.mark.proves("PLAN-2")
def test_a_plan_from_the_future_is_refused():
    check_header("plan.json", PLAN, BASIS, PLAN.created - timedelta(seconds=60))  # two clocks
    for early in (timedelta(seconds=61), timedelta(days=400)):
        with pytest.raises(PlanRefused, match="it is dated in the future, 2026-01-02T03:04:05Z") as refused:
            check_header("plan.json", PLAN, BASIS, PLAN.created - early)
        assert refused.value.details["reasons"] == ["created"]


@pytest.mark.proves("PLAN-4")
def test_a_full_disk_leaves_the_old_plan(tmp_path):
    path = tmp_path / "plan.json"
    write_plan(str(path), PLAN)
    before = path.read_bytes()
    long = replace(PLAN, operations=PLAN.operations * 50)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # what does not fit is refused in the middle
    try:
        with pytest.raises(ConfigurationError, match=os.strerror(errno.EFBIG)):
            write_plan(str(path), long)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.proves("PLAN-4")
def test_a_folder_that_cannot_be_written(read_only_folder):
    for place in (read_only_folder / "plan.json", read_only_folder / "deeper" / "plan.json"):
        with pytest.raises(ConfigurationError, match="Permission denied"):
            write_plan(str(place), PLAN)
    assert list(read_only_folder.iterdir()) == []


@pytest.mark.proves("PLAN-4")
def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "plans").write_text("")
    with pytest.raises(ConfigurationError, match="Cannot write the plan"):
        write_plan(str(tmp_path / "plans" / "plan.json"), PLAN)
