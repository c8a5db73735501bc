# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles through ``ansible-runner transmit | worker | process``, as AWX's mesh runs them: what is sent, what is done
elsewhere, and what comes back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator.process import Running
from simulator.surroundings import IDENTITY, ROOT, surroundings

pytestmark = pytest.mark.proves("PIPE-3")
PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8").split("## A run elsewhere", 1)[1]
COMMAND = re.search(r"^```console\n(ansible-runner transmit .*?)^```$", PAGE, re.M | re.S)[1]
VARIABLES, PLAYBOOKS = (yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S))
APPLICATION = {
    "type": "application",
    "key": {"appCode": "123456", "appName": "Zelvora"},
    "attributes": {"selectedProducts": ["Zelvora 10 mg"]},
}


class Near:
    """The near side: a folder that is sent, and what comes back into its artifacts."""

    def __init__(self, folder: Path, server: Running) -> None:
        self.folder, self.far = folder / "near", folder / "far"
        (self.folder / "project").mkdir(parents=True)
        (self.folder / "env").mkdir()
        (self.folder / "project" / "site.yml").write_text(yaml.safe_dump(PLAYBOOKS))
        manifest = self.folder / "project" / "base" / "all.json"
        manifest.parent.mkdir()
        manifest.write_text(json.dumps({"format": 1, "entities": [APPLICATION]}))
        self.known = surroundings(folder / "around")
        connection = {"url": server.url, "authority": server.url, "ca_path": server.ca_path}
        connection |= {**IDENTITY, "grant_type": "client_credentials"}
        variables = {f"INSIGHT_{name.upper()}": value for name, value in connection.items()}
        (self.folder / "env" / "envvars").write_text(json.dumps(variables))

    def run(self, ident: str, **variables: Any) -> tuple[int, Path]:
        """The command of the page, each program in its own folder; the exit code, and the artifacts that came back."""
        (self.folder / "env" / "extravars").write_text(json.dumps({**VARIABLES, **variables}))
        self.far.mkdir(exist_ok=True)
        programs = f"{Path(sys.executable).parent}:{self.known['PATH']}"
        command = COMMAND.replace("IDENT", ident).replace("near/", f"{self.folder}/").replace("far/", f"{self.far}/")
        finished = subprocess.run(
            ["/bin/bash", "-c", f"set -o pipefail; {command}"],
            env={**self.known, "PATH": programs},
            capture_output=True,
            text=True,
            check=False,
        )
        artifacts = self.folder / "artifacts" / ident
        self.said = finished.stdout + finished.stderr
        status = artifacts / "status"
        assert status.exists(), self.said
        return (0 if status.read_text() == "successful" else 1), artifacts


@pytest.fixture
def near(tmp_path: Path, server: Running) -> Near:
    """The near side."""
    return Near(tmp_path, server)


def test_plan_apply_and_check_elsewhere_and_all_of_it_comes_back(near: Near, server: Running) -> None:
    code, planned = near.run("plan")
    assert code == 0, near.said
    plan = planned / "plans" / "localhost.json"
    assert json.loads(plan.read_text())["operations"] and (planned / "plans" / "localhost.html").exists()
    assert server.counters()["writes"] == 0
    [digest] = {
        event["event_data"]["artifact_data"]["provision_plan_digest"]
        for event in map(json.loads, (path.read_text() for path in (planned / "job_events").glob("*.json")))
        if event["event_data"].get("artifact_data")
    }
    (near.folder / "project" / "plans").mkdir()
    (near.folder / "project" / "plans" / "localhost.json").write_bytes(plan.read_bytes())

    approved = {"provision_plan_file": "plans/localhost.json", "provision_plan_digest": digest}
    code, applied = near.run("apply", **approved)
    assert code == 0, near.said
    assert server.counters()["writes"] == 1
    [journal] = (applied / "evidence" / "localhost").glob("*.jsonl")
    assert json.loads(journal.read_text().splitlines()[-1])["kind"] == "end"
    check = json.loads((applied / "reports" / "localhost.json").read_text())
    assert check["verdict"] == "no_drift"
    texts = {path: path.read_text(errors="replace") for path in applied.rglob("*") if path.is_file()}
    assert {path.name for path, text in texts.items() if IDENTITY["client_secret"] in text} <= {"command"}, "as told"
    assert not near.far.exists(), "nothing is left over there"


def test_what_fails_elsewhere_leaves_its_evidence_here(near: Near, server: Running) -> None:
    fault = {"kind": "status", "status": 500, "match": {"operation": "create"}, "times": 0}
    server.control("POST", "faults", [fault])
    code, artifacts = near.run("failed", provision_go=True)
    assert code != 0
    assert list((artifacts / "evidence" / "localhost").glob("*.jsonl")), near.said
