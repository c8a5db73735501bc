# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""*Install* of README.md: from an archive, without a network, into a folder of one's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from simulator.surroundings import ROOT, surroundings

NOWHERE = {"ANSIBLE_GALAXY_SERVER": "https://127.0.0.1:1"}


@pytest.mark.proves("ANSIBLE-6")
def test_it_is_installed_from_an_archive(tmp_path: Path) -> None:
    (block,) = re.findall(
        r"^```console\n(ansible-galaxy collection build\n.*?)^```$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.M | re.S,
    )
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    block = re.sub(r"(rimops-insight-)[\d.]+(\.tar\.gz)", rf"\g<1>{version}\2", block)  # the next release has another
    build, install = (line.split() for line in block.splitlines())
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".git", "build", "output", "__pycache__"))
    elsewhere.mkdir()
    programs = Path(sys.executable).parent
    environment = surroundings(tmp_path / "beside", **NOWHERE)
    for name in ("ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH"):  # where the collection of this checkout is found
        environment.pop(name, None)

    def run(command: list[str], folder: Path) -> str:
        words = [str(programs / command[0]), *command[1:]]
        finished = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    run(build, checkout)
    (archive,) = checkout.glob("*.tar.gz")
    assert archive.name in install
    shutil.move(archive, elsewhere)
    run(install, elsewhere)
    shown = ["--playbook-dir", ".", "-t", "module", "rimops.insight.insight_token"]
    assert str(elsewhere / "collections") in run(["ansible-doc", *shown], elsewhere)
