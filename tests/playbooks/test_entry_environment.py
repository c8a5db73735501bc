# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment of a task: fallbacks of options, proxies; and libraries that are not there."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from both_entries import through_both
from conftest import ENTRIES, QUICK, SECRET, Player, Server

KEY = {"appCode": "123456", "appName": "Zelvora"}
INFO = "rimops.insight.insight_entity_info"
NO_PROXY = {"NO_PROXY": "", "no_proxy": ""}
REFUSING = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")


@pytest.fixture
def secrets(play: Player, tmp_path: Path) -> list[str]:
    """The arguments that bring the secret, which no task holds any more."""
    play.defaults["client_secret"] = "{{ secret }}"
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"secret": SECRET}))
    return ["--extra-vars", f"@{file}"]


def read(name: str, environment: dict[str, str], **options: Any) -> dict[str, Any]:
    """A task that reads, in this environment."""
    wish = {"type": "application", "key": KEY, "retry_limit": 0, **options}
    return {"name": name, INFO: wish, "environment": environment, "ignore_errors": True}


@pytest.mark.each_core
@pytest.mark.proves("ANSIBLE-2", "ANSIBLE-1", "NETWORK-2")
def test_options_and_proxies_of_the_environment(server: Server, play: Player, secrets: list[str]) -> None:
    identity = {name: play.defaults.pop(name) for name in ("url", "client_secret", "ca_path")}
    given = {f"INSIGHT_{name.upper()}": value for name, value in identity.items()}
    blind = {name: value for name, value in given.items() if name != "INSIGHT_CA_PATH"}
    proxied = {**given, **REFUSING, **NO_PROXY}
    tasks = [
        read("all of it", given),
        read("nothing of it", {}),
        read("the task wins", {**given, "INSIGHT_URL": "https://127.0.0.1:9"}, url=server.url),
        read("no CA", blind),
        read("no verification", {**blind, "INSIGHT_VALIDATE_CERTS": "false"}),
        read("no boolean", {**given, "INSIGHT_VALIDATE_CERTS": "perhaps"}),
        read("proxy", proxied),
        read("no proxy for us", {**proxied, "NO_PROXY": "localhost", "no_proxy": "localhost"}),
        read("no proxy wanted", proxied, use_proxy=False),
        read("no proxy wanted, says the environment", {**proxied, "INSIGHT_USE_PROXY": "no"}),
        {**read("defaults win", {**given, "INSIGHT_PROFILE": "insight_6_2"}), "name": "defaults win"},
    ]
    fails = {
        "nothing of it": ("url is not set", "INSIGHT_URL"),
        "no CA": ("cannot be trusted", "Set ca_path"),
        "no boolean": ("validate_certs", "perhaps"),
        "proxy": ("the proxy of the environment did not let us through", "HTTPS_PROXY", "use_proxy"),
    }
    for entry, played in through_both(play, tasks, *secrets, compared=False).items():
        for task in tasks:
            name = task["name"]
            result, says = played[name], fails.get(name, ())
            assert result["failed"] is bool(says), f"{entry}: {name}: {result}"
            assert [text for text in says if text not in result.get("msg", "")] == [], f"{entry}: {result['msg']}"
            assert "Traceback" not in str(result), f"{entry}: {result}"
        assert server.counted["finds"] == len(tasks) - len(fails), entry


@pytest.fixture
def without(tmp_path: Path) -> Any:
    """Makes an environment in which these libraries cannot be imported."""

    def environment(*names: str) -> dict[str, str]:
        folder = tmp_path / "-".join(names)
        folder.mkdir()
        for name in names:
            (folder / f"{name}.py").write_text(f"raise ImportError('No module named {name}')\n")
        return {"PYTHONPATH": f"{folder}{os.pathsep}{QUICK}"}

    return environment


@pytest.mark.proves("ANSIBLE-4", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_libraries_that_are_missing(server: Server, play: Player, secrets: list[str], entry: str, without: Any) -> None:
    python = {"here": sys.executable, "elsewhere": os.environ.get("RIMOPS_TARGET_PYTHON", sys.executable)}[entry]
    skipped = {**read("skipped", {}), "when": False, "ignore_errors": False}
    schema = {"properties": {"phase": {"enum": ["I"]}}}
    checked = {"type": "application", "key": KEY, "schema": schema}
    bare = play([skipped, read("requests", {})], *secrets, environment=without("requests"))
    tasks = [
        {"name": "jsonschema", "rimops.insight.insight_entity": checked, "ignore_errors": True},
        {"name": "profile", INFO: {"type": "application", "key": KEY, "profile_overrides": {"title": 5}}},
        read("oauthlib", {}),
    ]
    tasks[1]["ignore_errors"] = True
    poor = play(tasks, *secrets, environment=without("jsonschema", "oauthlib"))
    missing = {"requests": bare, "oauthlib": poor, "jsonschema": poor, "profile": poor}
    for name, played in missing.items():
        assert played.code == 0, played.output
        message, library = played[name]["msg"], "jsonschema" if name == "profile" else name
        folder = Path(sys.executable if name == "profile" else python).parent  # a profile is checked on the controller
        for text in (f"the Python library {library}", f"is missing for {folder}/", f"-m pip install {library}"):
            assert text in message.replace("'", ""), message
        assert "Traceback" not in played.output, played.output
    assert [one["status"] for one in bare.tasks if one["task"] == "skipped"] == ["skipped"]
    assert server.counted["requests"] == 0
