# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/first_contact.md, step by step, against an InSight that differs from the profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CLIENT, SECRET, TENANT, Played, Player, Server
from simulator.surroundings import ROOT
from test_docs import Example, examples_of, words

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import SHARED

pytestmark = pytest.mark.proves("CONTACT-1", "ANSIBLE-6")

PAGE = ROOT / "docs" / "first_contact.md"
EXAMPLES = [example for example in examples_of(PAGE) if example.mark.get("by") == Path(__file__).stem]
PROBE = "rimops.insight.probe"


@pytest.fixture
def dialect() -> str:
    return "insight_other_words"


def like(shown: Any, came: Any) -> bool:
    """Whether what came holds what the page shows, where … stands for anything."""
    if isinstance(shown, dict) and isinstance(came, dict):
        return all(name in came and like(shown[name], came[name]) for name in shown)
    if isinstance(shown, str) and isinstance(came, str):
        return bool(re.fullmatch(re.escape(shown).replace("…", ".*"), came, re.S))
    return bool(shown == came)


def shown(example: Example, played: Played, folder: Path) -> list[str]:
    """The outputs of an example that did not come: lines of the summary or of the page, parts of the overrides."""
    said = [*played["Say what was found"]["msg"], *(folder / "insight_probe.md").read_text("utf-8").splitlines()]
    written = yaml.safe_load((folder / "insight_overrides.yml").read_text("utf-8"))
    missing = []
    for name in example.mark.get("shows", ()):
        language, text = example.outputs[name]
        if language == "yaml":
            missing += [] if like(yaml.safe_load(text), written) else [text]
        else:
            missing += [line for line in text.splitlines() if not any(like(words(line), words(one)) for one in said)]
    return missing


@pytest.fixture
def play(server: Server, tmp_path: Path) -> Player:
    """Plays with what the page exports, and where the simulator is."""
    text = PAGE.read_text(encoding="utf-8")
    exported = dict(re.findall(r"^export INSIGHT_(\w+)=(\S+)$", text, re.M))
    exported |= dict.fromkeys(re.findall(r"^read -rs INSIGHT_(\w+) && export INSIGHT_\1$", text, re.M), SECRET)
    assert {name.lower() for name in exported} <= set(SHARED)
    assert (exported["TENANT_ID"], exported["CLIENT_ID"]) == (TENANT, CLIENT)
    exported |= {"URL": server.url, "AUTHORITY": server.url, "CA_PATH": server.ca_path}
    environment = {f"INSIGHT_{name}": value for name, value in exported.items()}
    return Player(server, tmp_path, environment={**environment, "PWD": "/"})


def test_from_credentials_to_a_verified_profile(server: Server, play: Player, tmp_path: Path) -> None:
    application = server.seed("application", appCode="123456", appName="Zelvora", selectedProducts=["Zelvora 10 mg"])
    server.seed("event", applicationId=application["id"], eventName="Initial filing")
    server.forget()
    login, looking, look, writing, _empty, applications = EXAMPLES
    assert [one.mark["name"] for one in EXAMPLES] == [
        *("login.yml", "probe.yml", "look.yml", "probe.yml", "probe.yml", "applications.yml")
    ]
    assert set(re.findall(r"ansible-playbook (\S+)", PAGE.read_text("utf-8"))) == {
        *("login.yml", PROBE, "applications.yml")
    }

    def run(example: Example, *arguments: str) -> Played:
        path = tmp_path / example.mark["name"]
        path.write_text(example.text.replace("4711", str(application["id"])), encoding="utf-8")
        played = play([], *arguments, playbook=str(path))
        assert played.code == 0, played.output
        return played

    def probe(*parts: Example) -> Played:
        text = "".join(part.text for part in parts).replace("4711", str(application["id"]))
        (tmp_path / "probe.yml").write_text(text, encoding="utf-8")
        played = play([], "-e", "@probe.yml", playbook=PROBE)
        assert played.code == 0, played.output
        assert shown(parts[-1], played, tmp_path) == []
        return played

    run(login)
    probe(looking)
    assert server.counted["writes"] == 0
    run(look)
    probe(looking, writing)
    assert [one["appName"] for one in server.stored("application")] == ["Zelvora"]
    _again_after_an_upgrade(play, tmp_path, probe, looking)
    server.forget()
    looks = [run(applications, *arguments) for arguments in (["--check", "--diff"], [], ["--check"])]
    assert [one["The application exists"]["changed"] for one in looks] == [True, True, False]
    assert [one["The application exists"]["assumed"] for one in looks] == [[], [], []]
    assert server.counted["writes"] == 1
    [stored] = server.stored("application")
    assert stored["selectedProducts"] == ["Zelvora 10 mg", "Zelvora 20 mg"]


CHAIN = {
    "csrf_headers": "before",
    "csrf_tokens": "xor",
    "expired_session_answer": "403_open",
    "lost_session_sets_cookie": True,
    "unknown_address": "same_404",
    "error_bodies": "boot",
}
"""A stock Spring Security chain: the login's answer shows the CSRF token that it has just replaced, and an address that
does not exist is answered as an entity that does not."""


@pytest.mark.proves("PROBE-5", "PROBE-8")
@pytest.mark.parametrize("dialect", ["insight_rest_verbs"])
def test_an_empty_server_behind_a_spring_security_chain(server: Server, play: Player, tmp_path: Path) -> None:
    server.switch(**CHAIN)
    login, _looking, _look, _writing, empty, applications = EXAMPLES

    def run(example: Example, *arguments: str, playbook: str = "") -> Played:
        path = tmp_path / example.mark["name"]
        path.write_text(example.text, encoding="utf-8")
        played = play([], *arguments, playbook=playbook or str(path))
        assert played.code == 0, played.output
        return played

    run(login)
    probed = run(empty, "-e", "@probe.yml", playbook=PROBE)
    assert shown(empty, probed, tmp_path) == []
    assert probed["Probe the server"]["left_behind"] == []
    assert server.stored("application") == []
    looks = [run(applications, *arguments) for arguments in (["--check", "--diff"], [], ["--check"])]
    assert [one["The application exists"]["changed"] for one in looks] == [True, True, False]
    assert [one["The application exists"]["assumed"] for one in looks] == [[], [], []]
    assert [one["appName"] for one in server.stored("application")] == ["Zelvora"]


def _again_after_an_upgrade(play: Player, folder: Path, probe: Callable[..., Played], looking: Example) -> None:
    """With the overrides that there are nothing differs, and what the new ones do not say stays in the file."""
    overrides = folder / "insight_overrides.yml"
    before = yaml.safe_load(overrides.read_text("utf-8"))
    for ways in (
        {"variable": "insight_profile_overrides: insight_overrides.yml\n"},
        {"environment": "INSIGHT_PROFILE_OVERRIDES"},
    ):
        newer = Example(looking.name, looking.text.replace("7.3.1", "7.3.2") + ways.get("variable", ""))
        play.environment |= dict.fromkeys(filter(None, [ways.get("environment")]), overrides.name)
        played = probe(newer)
        verdicts = {one["verdict"] for one in played["Probe the server"]["findings"]}
        assert verdicts <= {"as_profile", "seen", "not_tried", "not_looked_at"}, played["Probe the server"]["findings"]
        after = yaml.safe_load(overrides.read_text("utf-8"))
        assert after["operations"]["create"] == before["operations"]["create"]
        assert after["operations"]["read"]["path"] == before["operations"]["read"]["path"]
        assert after["operations"]["read"]["verified"]["version"] == "7.3.2"
        overrides.write_text(yaml.safe_dump(before), "utf-8")
    del play.environment["INSIGHT_PROFILE_OVERRIDES"]


def test_the_headings_that_are_explained_are_those_of_the_report() -> None:
    from ansible_collections.rimops.insight.plugins.module_utils._probe.page import TITLES

    explained = re.findall(r"^\| \*(.+?)\* \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert [title.split(":")[0] for title in TITLES.values()] == explained[:-1]
    source = (ROOT / "plugins" / "module_utils" / "_probe" / "page.py").read_text(encoding="utf-8")
    assert f"## {explained[-1]}" in source
