# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/pipelines.md: the jobs of its files, with each command of theirs run as it stands there, and what they keep."""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import warm
import yaml
from conftest import CLIENT, OURS, SECRET, TENANT, Server
from environments import application, event, written
from simulator.surroundings import ROOT, surroundings
from test_docs import examples_of

pytestmark = pytest.mark.proves("PIPE-1")
FOLDER = ROOT / "docs" / "pipelines"


def loaded(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return data


GITHUB, GITLAB = loaded("github.yml"), loaded("gitlab.yml")
TEXT = (FOLDER / "github.yml").read_text(encoding="utf-8")
JOBS = ("plan", "apply", "drift")


def commands(job: str) -> list[str]:
    """The lines of a job of GITHUB that start Ansible."""
    lines = [line.strip() for step in GITHUB["jobs"][job]["steps"] for line in step.get("run", "").splitlines()]
    return [line for line in lines if line.startswith("ansible-playbook")]


class Runner:
    """A runner's folder with the checkout, and the variables of the job's environment."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder = folder
        written(folder / "base" / "all.json", [application(1), event(1)])
        written(folder / "validation" / "all.json", [application(2)])
        (folder / "environments").mkdir()
        for name in ("validation.yml", "approved.yml"):
            (folder / "environments" / name).write_bytes((FOLDER / name).read_bytes())
        given = {"url": server.url, "ca_path": server.ca_path, "authority": server.url}
        given |= {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}
        self.variables = {f"INSIGHT_{name.upper()}": value for name, value in given.items()}
        self.said = ""

    def job(self, name: str, **inputs: str) -> int:
        """Run the commands of a job until one fails; the exit code of the last."""
        code = 0
        for line in commands(name):
            words = shlex.split(line)
            program = str(Path(sys.executable).parent / words[0])
            around = surroundings(
                self.folder, **OURS, RIMOPS_RECORD=str(self.folder / "record"), **self.variables, **inputs
            )
            finished = warm.run([program, *words[1:]], around, self.folder)
            code, self.said = finished.returncode, finished.stdout + finished.stderr
            if code:
                break
        return code

    def has(self, *paths: str) -> bool:
        """Whether there is something at each of the paths."""
        there = [self.folder / path for path in paths]
        return all(path.is_file() or (path.is_dir() and any(path.iterdir())) for path in there)


def kept(job: str) -> list[str]:
    """The paths that both files keep of a job."""
    [github] = [
        step["with"]["path"].split()
        for step in GITHUB["jobs"][job]["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact")
    ]
    assert github == GITLAB[job]["artifacts"]["paths"]
    return list(github)


@pytest.mark.each_core
def test_the_jobs_do_what_the_page_says(server: Server, tmp_path: Path) -> None:
    runner = Runner(server, tmp_path)
    assert runner.job("plan") == 0, runner.said
    assert server.counted["writes"] == 0 and runner.has(*kept("plan"))
    [comment] = re.findall(r"--body-file (\S+)", TEXT)
    assert f"@{comment} " in str(GITLAB["plan"]["script"])
    assert "application (appCode=000002" in (tmp_path / comment).read_text()
    digest = "sha256:" + hashlib.sha256((tmp_path / "plans" / "validation.json").read_bytes()).hexdigest()
    assert digest in (tmp_path / "plans" / "validation.html").read_text()

    for digest_of_none in ("sha256:0", "", " provision_go=true provision_require_digest=false"):
        assert runner.job("apply", PLAN_DIGEST=digest_of_none) != 0, runner.said
        assert server.counted["writes"] == 0, "an input is a digest, whatever it holds"
    assert runner.job("apply", PLAN_DIGEST=digest) == 0, runner.said
    assert server.counted["writes"] == 3 and runner.has(*kept("apply"))

    assert runner.job("drift") == 0, runner.said
    server.tamper("application", server.stored("application")[0]["id"], selectedProducts=["Edited"])
    assert runner.job("drift") != 0
    assert runner.has(*kept("drift"))
    suite = ElementTree.parse(tmp_path / GITLAB["drift"]["artifacts"]["reports"]["junit"]).getroot()
    assert suite.get("failures") == "1"
    [summary] = re.findall(r"cat (\S+) >>", TEXT)
    assert "Edited" in (tmp_path / summary).read_text()
    assert server.counted["writes"] == 3


@pytest.mark.parametrize("job", JOBS)
def test_both_run_the_same_commands(job: str) -> None:
    assert commands(job)
    assert [line for line in GITLAB[job]["script"] if line.startswith("ansible-playbook")] == commands(job)


def test_what_a_job_must_not_do() -> None:
    """No input becomes a part of a command; reports of a failure are kept; who reads cannot write; one at a time."""
    for job in JOBS:
        steps = GITHUB["jobs"][job]["steps"]
        assert not any("${{" in step.get("run", "") for step in steps)
        assert not any("$" in line for line in commands(job))
        reads = job != "apply"
        assert (GITHUB["jobs"][job]["environment"] == "validation-read") is reads
        assert (GITLAB[job]["environment"]["name"] == "validation-read") is reads
        if job != "plan":
            assert all(step["if"] == "always()" for step in steps if "upload-artifact" in step.get("uses", ""))
            assert GITLAB[job]["artifacts"]["when"] == "always"
    assert GITHUB["concurrency"]["cancel-in-progress"] is False and GITLAB["apply"]["resource_group"]
    assert GITLAB["apply"]["rules"][0]["when"] == "manual" and "main" in GITHUB["jobs"]["apply"]["if"]
    for line in (line for job in JOBS for line in GITLAB[job]["script"]):
        assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0, line


def test_variables_that_the_page_names_are_those_of_the_roles() -> None:
    known = {
        name
        for role in (ROOT / "roles").glob("*/defaults/main.yml")
        for name in yaml.safe_load(role.read_text(encoding="utf-8"))
    }
    page = ROOT / "docs" / "pipelines.md"
    named = set(re.findall(r"\b(?:provision|drift_check)_\w+", page.read_text(encoding="utf-8")))
    used = [one.data for one in examples_of(page) if isinstance(one.data, dict)]
    assert named - {"drift_check_"} <= known and used
    assert set(loaded("validation.yml")) <= known
