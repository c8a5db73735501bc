# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/environments.md: its files and playbooks as one story, and its tables against the code. Also what README and
module print of environments, since they need the files of that page."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Played, Server
from simulator.surroundings import ROOT, surroundings
from test_docs import check_output, examples_of, run, words

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.modules import insight_entities
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import DONE
from ansible_collections.rimops.insight.plugins.plugin_utils._files.strict_yaml import load_yaml
from ansible_collections.rimops.insight.plugins.plugin_utils._report.report import BAD

pytestmark = pytest.mark.proves("GUIDE-1", "ANSIBLE-6")

PAGE = ROOT / "docs" / "environments.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = [
    example
    for page in (PAGE, ROOT / "README.md")
    for example in examples_of(page)
    if example.mark.get("by") == Path(__file__).stem
]
STEPS = {example.mark["name"]: example for example in EXAMPLES if "name" in example.mark}
FILES = {example.mark["file"]: example.text for example in EXAMPLES if {"file", "name"} & set(example.mark) == {"file"}}
RETURN = yaml.safe_load(insight_entities.RETURN)
CANARY = "a canary that nobody prints"


class Story:
    """The folder of the page, the server, and what the reader knows by now."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.known: dict[str, Any] = {}
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """A file of the page."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("https://insight.example.com", self.server.url), encoding="utf-8")

    def play(self, name: str, replaced: Mapping[str, str] | None = None, **mark: Any) -> Played:
        """Run an example and compare it with what the page prints. replaced: in its text; mark: instead of its own."""
        printed = STEPS[name]
        text = printed.text
        for old, new in (replaced or {}).items():
            assert old in text
            text = text.replace(old, new)
        example = replace(printed, text=text, mark={**printed.mark, **mark})
        self.server.forget()
        played = run(example, self.server, self.folder, self.known)
        check_output(example, played)
        for task in played.tasks:
            if "plan_digest" in task["result"]:
                self.known["approved_digest"] = task["result"]["plan_digest"]
            if "journal_head" in task["result"]:
                self.known["journal_head"] = task["result"]["journal_head"]
        return played

    def shell(self, start: str) -> subprocess.CompletedProcess[str]:
        """Run the command of the page that begins so."""
        (command,) = re.findall(rf"^```console\n({start}.*)\n```$", TEXT, re.M)
        own = {
            "JOURNAL_HEAD": self.known["journal_head"],
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        return subprocess.run(
            ["/bin/sh", "-c", command],
            env=surroundings(self.folder, **own),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def story(server: Server, tmp_path: Path) -> Story:
    return Story(server, tmp_path)


def edit(server: Server, description: str) -> None:
    """Somebody edits the event that the page edits."""
    (event,) = [one for one in server.stored("event") if one["eventName"] == "Initial filing"]
    server.tamper("event", event["id"], description=description)


def test_from_a_look_to_evidence(server: Server, story: Story) -> None:
    story.play("look")
    story.play("plan")
    assert server.counted["writes"] == 0
    digest = hashlib.sha256((story.folder / "plans" / "validation.json").read_bytes()).hexdigest()
    assert story.known["approved_digest"] == f"sha256:{digest}"
    checked = story.play("apply", arguments=[*STEPS["apply"].mark["arguments"], "--check"])
    assert server.counted["writes"] == 0
    assert checked.tasks[-1]["result"]["msg"].startswith("no head came back")
    applied = story.play("apply")
    assert applied.tasks[0]["result"]["summary"]["created"] == 3
    assert applied.tasks[-1]["result"]["msg"] == story.known["journal_head"]
    assert server.counted["writes"] == 3
    stored = {one["eventName"]: one for one in server.stored("event")}
    assert server.stored("application")[0]["appCode"] == "012345"
    filing = stored["Initial filing"]
    assert [filing[name] for name in ("sequence", "country", "description")] == ["0000", "NO", "For validation only"]
    again = story.play("apply").tasks[0]["result"]
    assert (again["changed"], again["summary"]["unchanged"], server.counted["writes"]) == (False, 3, 0)
    assert server.counted["reads"] + server.counted["finds"] == 3  # one request for each entity

    edit(server, "Edited by hand")
    story.play("plan", shows=[])
    edit(server, "Edited again")
    story.play("refused")
    assert server.counted["writes"] == 0
    story.play("plan", shows=[])
    assert story.play("apply").tasks[0]["result"]["summary"]["updated"] == 1

    story.play("verify")
    verified = story.shell("ansible localhost")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    journals = json.loads(verified.stdout.split("=>", 1)[1])["journals"]
    assert [one["held"] for one in journals] == [False, False, True]
    assert journals[-1]["run"]["approval"]["reference"] == "CHG-4711"
    story.known["journal_head"] = "sha256:0"
    assert story.shell("ansible localhost").returncode != 0

    assert not story.play("list").tasks[0]["result"]["changed"]
    assert (server.counted["finds"], server.counted["lists"]) == (0, 2)


def test_drift_fails_the_job_and_so_does_a_look_that_could_not_be_made(server: Server, story: Story) -> None:
    story.play("look", arguments=["-e", "stage=validation"], shows=[])
    as_declared = replace(STEPS["drift"], mark={"arguments": STEPS["drift"].mark["arguments"]})
    check_output(as_declared, run(as_declared, server, story.folder, story.known))
    edit(server, "Edited by hand")
    story.play("drift")
    (judged,) = re.findall(r"`(failed_when: [^`]+)`", TEXT)
    alone = {"  register: drift\n": f"  register: drift\n  {judged}\n", "that: drift is not changed": "that: true"}
    story.play("drift", alone, fails="failed_when_result", shows=[])
    server.switch(denied="event:find")
    story.play("drift", alone, fails="this identity may not do that", shows=[])
    assert server.counted["writes"] == 0


def test_after_a_crash(server: Server, story: Story) -> None:
    story.play("plan")
    story.play("apply")
    (killed,) = (story.folder / "evidence" / "validation").iterdir()
    lines = killed.read_bytes().splitlines(keepends=True)
    killed.write_bytes(b"".join(lines[:-2]) + lines[-2][:40])  # no end, and half of the last outcome
    finished = story.play("apply").tasks[0]["result"]
    assert server.counted["writes"] == 0
    assert "nobody knew the outcome of its create of event" in " ".join(finished["notes"])
    verified = story.play("verify").tasks[0]["result"]["journals"]
    assert [one["ended"] for one in verified] == [False, True]
    assert len(verified[0]["open"]) == 1
    start = json.loads(Path(finished["journal"]).read_bytes().splitlines()[0])
    assert start["continues"]["head"] == verified[0]["head"]


def test_what_goes_and_what_is_renamed(server: Server, story: Story) -> None:
    story.play("look", arguments=["-e", "stage=validation"], shows=[])
    for name in ("base", "validation"):
        shutil.copytree(story.folder / name, story.folder / "released" / name)
    (story.folder / "base" / "renewals.yml").unlink()
    story.play("prune")
    assert server.counted["writes"] == 0
    approved = f"plan_digest: {story.known['approved_digest']}\n    plan_file"
    pruned = story.play("prune", {"plan_out": approved}, arguments=[], shows=[]).tasks[0]["result"]
    assert pruned["summary"]["deleted"] == 1
    (filing,) = server.stored("event")
    assert filing["eventName"] == "Initial filing"

    story.write("base/events.yml", STEPS["renamed"].text)
    story.play("list", {"[base/, validation/]": "[base/]"})
    (renamed,) = server.stored("event")
    assert (renamed["id"], renamed["eventName"]) == (filing["id"], "First filing")


def test_a_secret_by_name(server: Server, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZELVORA_INTERFACE", CANARY)
    played = story.play("secrets")
    assert server.stored("application")[0]["interfacePassword"] == CANARY
    assert CANARY not in played.output + json.dumps(played.tasks)
    assert not story.play("secrets").tasks[0]["result"]["changed"]


@pytest.mark.parametrize(("update_secrets", "refused"), [("on_create", False), ("on_change", True)])
def test_a_secret_that_was_rotated_after_the_approval(
    server: Server, story: Story, monkeypatch: pytest.MonkeyPatch, update_secrets: str, refused: bool
) -> None:
    how = f"update_secrets: {update_secrets}\n    secrets:"
    monkeypatch.setenv("ZELVORA_INTERFACE", CANARY)
    story.play("secrets", {"secrets:": f"plan_out: plan.json\n    {how}"})
    monkeypatch.setenv("ZELVORA_INTERFACE", f"{CANARY} any more")
    mark = {"fails": "now needs something else than was approved"} if refused else {}
    story.play("secrets", {"secrets:": f"plan_file: plan.json\n    {how}"}, **mark)
    stored = [one["interfacePassword"] for one in server.stored("application")]
    assert stored == ([] if refused else [f"{CANARY} any more"])


def test_a_code_that_nobody_quoted_and_an_emptied_folder(server: Server, story: Story) -> None:
    story.write("base/applications.yml", FILES["base/applications.yml"].replace("012345", "123456"))
    everything = {"[base/, validation/]": "[base/]"}
    story.play("list", everything, fails='Quote it as the server shows it: appCode: "123456"')
    for path in (story.folder / "base").iterdir():
        path.unlink()
    story.play("list", everything, fails="there is no file in it")
    assert server.counted["writes"] == 0


def test_another_system_than_the_pinned_one(story: Story) -> None:
    story.write("validation/system.yml", FILES["validation/system.yml"].replace("example.com", "example.org"))
    example = STEPS["look"]
    played = run(example, story.server, story.folder, story.known)
    assert "the manifest: it is for https://insight.example.org" in words(played.output), played.output
    assert story.server.counted["requests"] == 0


def test_what_the_readme_shows(server: Server, story: Story) -> None:
    story.play("readme plan")
    assert server.counted["writes"] == 0
    assert story.play("readme apply").tasks[0]["result"]["summary"]["created"] == 3


def test_what_the_module_shows(server: Server, story: Story) -> None:
    story.play("look", arguments=["-e", "stage=validation"], shows=[])
    edit(server, "Edited by hand")
    examples = replace(STEPS["apply"], text=insight_entities.EXAMPLES.split("\n\n", 1)[1], mark={})
    played = run(examples, server, story.folder, story.known)
    check_output(examples, played)
    planned, applied = (one["result"] for one in played.tasks)
    assert (planned["changed"], applied["changed"]) == (False, True)
    assert set(applied["summary"]) == set(RETURN["summary"]["sample"])
    (entity,) = applied["entities"]
    assert set(entity) <= set(RETURN["entities"]["contains"])
    assert {name for name in applied if not name.startswith("_ansible")} - {"changed"} <= set(RETURN)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with this heading."""
    table = TEXT.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def test_what_yaml_means() -> None:
    kinds = {"text": str, "a number": (int, float), "the same": (bool, type(None))}
    in_playbooks = {
        **kinds,
        "true or false": bool,
        "another number": (int, float),
        "750": int,
        "a date": date,
        "true, false or null": (bool, type(None)),
    }
    told = 0
    for written, playbook, meant in rows("Written"):
        for value in re.findall(r"`([^`]+)`", written):
            text = {"*": "[&a 1, *a]", "<<": "{<<: {}}"}.get(value, value)
            told += 1
            if playbook in in_playbooks:
                assert isinstance(yaml.safe_load(text), in_playbooks[playbook]), value
                assert (playbook == "another number") <= (str(yaml.safe_load(text)) != text), value
            if meant in kinds:
                read = load_yaml(f"x: {text}", "page", str)["x"]
                assert isinstance(read, kinds[meant]), value
                assert (meant == "a number") == (not isinstance(read, (str, bool, type(None)))), value
            else:
                assert meant.startswith("an error"), meant
                with pytest.raises(ConfigurationError, match="line 1"):
                    load_yaml(f"x: {text}", "page", str)
    assert told > 15
    with pytest.raises(ConfigurationError):
        load_yaml("{x: 1, x: 2}", "page", str)


def test_the_outcomes_are_those_of_the_result() -> None:
    told = [name for cells in rows("`outcome` | Means") for name in re.findall(r"`(\w+)`", cells[0])]
    assert sorted(told) == sorted([*DONE.values(), *BAD])


def test_the_refusals_are_those_of_the_code() -> None:
    folder = ROOT / "plugins"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*_utils/**/*.py"))
    told = [text for cells in rows("The message says") for text in re.findall(r"`([^`]+)`", cells[0])]
    told += re.findall(r"its notes say of each what it found \(`(.+?)`\)", words(TEXT))
    assert len(told) > 10
    assert [text for text in told if text not in words(source)] == []


def test_the_commands_are_those_of_the_examples() -> None:
    shown = re.findall(r"^ansible-playbook (\w+)\.yml (.*)$", TEXT, re.M)
    assert shown
    for name, arguments in shown:
        given = arguments.replace(" -e approved_digest=sha256:…", "").split()
        assert sorted(given) == sorted(STEPS[name].mark["arguments"]), name
