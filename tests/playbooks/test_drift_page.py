# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/provision.md and docs/drift.md: their files and commands as one story."""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from pathlib import Path

import pytest
import warm
import yaml
from conftest import CLIENT, OURS, SECRET, TENANT, Played, Player, Server
from simulator.surroundings import ROOT, surroundings
from test_docs import Example, examples_of

pytestmark = pytest.mark.proves("GUIDE-1")
PAGES = [ROOT / "docs" / name for name in ("provision.md", "drift.md")]
TEXT = "".join(page.read_text(encoding="utf-8") for page in PAGES)
EXAMPLES = [one for page in (*PAGES, ROOT / "docs" / "environments.md") for one in examples_of(page)]
FILES = {one.mark["file"]: one.text for one in EXAMPLES if "file" in one.mark and "name" not in one.mark}
STEPS: dict[str, Example] = {
    one.mark["name"]: one for one in EXAMPLES if one.mark.get("by") == Path(__file__).stem and "name" in one.mark
}
MANIFEST = ("base/applications.yml", "base/events.yml", "validation/events.yml")


class Reader:
    """Whoever follows the pages: a folder with their files, and a shell in it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder, self.server = folder, server
        for name in (*MANIFEST, "validation.yml", "provision.yml"):
            self.write(name, FILES[name])

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def types(self, start: str, **variables: str) -> Played:
        """Run the command of a page that begins so."""
        [line] = {found for found in re.findall(r"^ansible-playbook .*$", TEXT, re.M) if found.endswith(start)}
        words = shlex.split(line)
        for name, value in variables.items():
            words = [word.replace(f"${name}", value) for word in words]
        given = {"url": self.server.url, "ca_path": self.server.ca_path, "authority": self.server.url}
        given |= {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}
        known = {f"INSIGHT_{name.upper()}": value for name, value in given.items()}
        around = surroundings(self.folder, **OURS, RIMOPS_RECORD=str(self.folder / "record"), **known)
        finished = warm.run([str(Path(sys.executable).parent / words[0]), *words[1:]], around, self.folder)
        return Played(finished.returncode, finished.stdout + finished.stderr)


def test_plan_apply_drift_and_an_exception(server: Server, tmp_path: Path) -> None:
    reader = Reader(server, tmp_path)
    reader.write("exceptions.yml", "format: 1\nexceptions: []\n")
    planned = reader.types("-e @provision.yml")
    assert planned.code == 0 and server.counted["writes"] == 0, planned.output
    digest = "sha256:" + hashlib.sha256((tmp_path / "plans" / "validation.json").read_bytes()).hexdigest()
    assert digest in (tmp_path / "plans" / "validation.html").read_text()
    applied = reader.types('provision_plan_digest="$APPROVED"', APPROVED=digest)
    assert applied.code == 0 and server.counted["writes"] == 2, applied.output
    assert list((tmp_path / "evidence" / "validation").glob("*.jsonl"))

    [filing] = server.stored("event")
    server.tamper("event", filing["id"], description="Edited by hand")
    drifted = reader.types("-e @validation.yml")
    assert drifted.code != 0 and "1 drifted" in drifted.output, drifted.output
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {
        f"localhost.{end}" for end in ("html", "json", "xml")
    }
    reader.write("exceptions.yml", FILES["exceptions.yml"])
    accepted = reader.types("-e @validation.yml")
    assert accepted.code == 0, accepted.output
    server.tamper("event", filing["id"], description="Edited again")
    assert reader.types("-e @validation.yml").code != 0
    assert server.counted["writes"] == 2


def test_the_tasks(server: Server, play: Player, tmp_path: Path) -> None:
    Reader(server, tmp_path)
    make = "- name: make\n  rimops.insight.insight_entities: {manifest: [base/, validation/]}\n"
    played = play(make + STEPS["module"].text + STEPS["baseline"].text)
    assert played.code == 0, played.output
    assert (tmp_path / "reports" / "validation.prom").exists()
    assert played["Nothing has changed since"]["summary"]["as_declared"] == 2
    [one] = server.stored("application")
    server.tamper("application", one["id"], note="by hand")
    later = play(STEPS["baseline"].text.split("\n\n")[1])
    assert later.code != 0 and later["Nothing has changed since"]["verdict"] == "drift"


def test_what_the_pages_name_is_there() -> None:
    roles = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "roles").glob("*/defaults/main.yml"))
    compare = (ROOT / "playbooks" / "compare.yml").read_text(encoding="utf-8")
    known = set(re.findall(r"\w+", roles + compare))
    named = set(re.findall(r"\b(?:provision|drift_check|compare)_\w+", TEXT)) - {"drift_check_"}
    assert named - known == set()
    assert set(yaml.safe_load(STEPS["compare"].text)) <= known
