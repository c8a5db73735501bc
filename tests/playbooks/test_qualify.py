# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rimops.insight.qualify: an installed collection and a sandbox, those that are in order and others."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import SECRET, Played, Player, Server, dumped
from simulator.surroundings import ROOT, surroundings
from test_docs import examples_of

PLAYBOOK = "rimops.insight.qualify"
JUDGE = "Judge, and write the page"
KEY = {"appCode": "999999", "appName": "Qualification"}
VARIABLES = next(examples_of(ROOT / "docs" / "qualify.md")).data
ENTITY = {
    "type": "application",
    "key": KEY,
    "attributes": {"selectedProducts": ["Zelvora 10 mg"], "description": "First "},
    "change": {"description": "Second "},
}
WRONG = {
    "plugins/modules/insight_entity.py": "Its content is not that of the list.",
    "playbooks/probe.yml": "It is listed and not there.",
    "plugins/modules/other.py": "It is there and not listed.",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of this checkout, as ansible-galaxy builds it."""
    folder = tmp_path_factory.mktemp("archive")
    program = str(Path(sys.executable).parent / "ansible-galaxy")
    checkout = folder / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".git", "build", "output", "__pycache__", ".*_cache"))
    command = [program, "collection", "build", str(checkout), "--output-path", str(folder)]
    subprocess.run(command, env=surroundings(folder / "beside"), capture_output=True, check=True)
    (built,) = folder.glob("*.tar.gz")
    return built


class Qualifier:
    """Runs the playbook. collections: the folder in which the collection is installed, None for this checkout."""

    def __init__(self, play: Player) -> None:
        self.play = play
        self.connection = {name: value for name, value in play.defaults.items() if name != "url"}
        self.collections: Path | None = None

    def __call__(self, *arguments: str, **variables: Any) -> Played:
        given = {"sandbox": self.play.server.url, "connection": self.connection, "entity": ENTITY, **variables}
        file = self.play.folder / "qualify.yml"
        file.write_text(dumped({f"qualify_{name}": value for name, value in given.items()}))
        place = {"PWD": "/"}
        if self.collections:
            place["ANSIBLE_COLLECTIONS_PATH"] = str(self.collections)
        return self.play([], "-e", f"@{file}", *arguments, playbook=PLAYBOOK, environment=place)

    def install(self, archive: Path) -> Path:
        """Install the collection; its folder."""
        self.collections = self.play.folder / "installed"
        collection = self.collections / "ansible_collections" / "rimops" / "insight"
        with tarfile.open(archive) as packed:
            packed.extractall(collection, filter="data")
        return collection


@pytest.fixture
def qualify(play: Player) -> Qualifier:
    """The playbook."""
    return Qualifier(play)


def problems(played: Played) -> dict[str, list[str]]:
    """What is not as expected, by name."""
    return {one["name"]: one["notes"] for one in played[JUDGE]["findings"] if one["verdict"] == "not_as_expected"}


@pytest.mark.each_core
@pytest.mark.proves("QUALIFY-1", "QUALIFY-2")
def test_an_installation_and_a_sandbox_in_order_and_then_files_that_are_not(
    server: Server, qualify: Qualifier, archive: Path, tmp_path: Path
) -> None:
    collection = qualify.install(archive)
    played = qualify("-vvvv", entity=VARIABLES["qualify_entity"])
    assert played.code == 0, played.output
    assert played[JUDGE]["verdict"] == "as_expected" and played[JUDGE]["findings"] == []
    assert server.counted["writes"] == 3 and server.stored("application") == []
    document = json.loads((tmp_path / "reports" / "qualification.json").read_text())
    assert document["installed_in"] == str(collection) and document["url"] == server.url
    assert set(document["versions"]) == {
        "rimops.insight",
        "ansible-core",
        "Python",
        "requests",
        "oauthlib",
        "jsonschema",
        "profile",
    }
    assert all(document[name] for name in ("profile_digest", "digest_of_manifest", "controller", "began"))
    [files] = [one for one in document["findings"] if one["part"] == "Installed files"]
    assert int(files["name"].split()[0].replace(",", "")) > 300
    page = (tmp_path / "reports" / "qualification.html").read_text()
    assert "As expected" in page and "claims compliance with nothing" in page
    assert SECRET not in played.output + page + json.dumps(document)
    assert not list((tmp_path / "state").rglob("*.json")), "the session is gone"

    with (collection / "plugins/modules/insight_entity.py").open("a") as file:
        file.write("# one more line\n")
    (collection / "playbooks/probe.yml").unlink()
    (collection / "plugins/modules/other.py").write_text("")
    tampered = qualify()
    assert (
        tampered.code != 0
        and "Its content is not that of the list" in (tmp_path / "reports" / "qualification.html").read_text()
    )
    assert problems(tampered) == {name: [why] for name, why in WRONG.items()}


@pytest.mark.proves("QUALIFY-1")
@pytest.mark.parametrize(
    ("switches", "told"),
    [
        ({"trim": True}, 'Read back otherwise: description: "First" (in the sandbox), "First " (declared)'),
        ({"denied": "application:update"}, "this identity may not do that"),
        ({"denied": "application:read,application:find"}, "It cannot be read back"),
    ],
)
def test_a_sandbox_that_misbehaves(server: Server, qualify: Qualifier, switches: dict[str, Any], told: str) -> None:
    server.switch(**switches)
    played = qualify()
    assert played.code != 0
    found = problems(played)
    assert found and told in str(found), found
    assert server.stored("application") == []


@pytest.mark.proves("QUALIFY-1", "QUALIFY-2")
def test_what_is_there_already_is_not_touched_and_a_checkout_proves_nothing(
    server: Server, qualify: Qualifier, tmp_path: Path
) -> None:
    checked = qualify("--check")
    assert checked.code != 0 and "check mode forbids" in checked.output
    assert server.counted["requests"] == 0
    there = server.seed("application", **KEY)
    played = qualify(entity=VARIABLES["qualify_entity"])
    assert played.code != 0 and server.counted["writes"] == 0 and server.stored("application") == [there]
    assert VARIABLES["qualify_entity"]["key"] == KEY, "it is the entity of docs/qualify.md"
    verdicts = {one["name"]: one["verdict"] for one in played[JUDGE]["findings"]}
    assert verdicts["List of the files"] == "not_checked" and len(verdicts) == 9
    assert problems(played) == {"Before: there is no such entity": ["The entity is there."]}
    assert "this is a checkout" in (tmp_path / "reports" / "qualification.html").read_text()
