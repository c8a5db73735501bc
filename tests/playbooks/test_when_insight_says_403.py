# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/when_insight_says_403.md: its commands by hand, against a stock Spring Security chain, and its messages."""

from __future__ import annotations

import json
import re
import shlex
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import requests
import yaml
from conftest import Server
from simulator.surroundings import ROOT
from test_docs import check_output, examples_of, prepare, run

pytestmark = pytest.mark.proves("GUIDE-2")

PAGE = ROOT / "docs" / "when_insight_says_403.md"
TEXT = PAGE.read_text(encoding="utf-8")
BY_HAND = re.findall(r"^<!-- by hand -->\n```console\n(.*?)^```$", TEXT, re.M | re.S)
CHAIN = {
    "csrf_headers": "before",
    "lost_session_sets_cookie": True,
    "expired_session_answer": "403_open",
    "error_bodies": "boot",
    "denied": "application:create",
}


class Shell:
    """Somebody who types the commands of the page: variables, the cookie jar, the last CSRF token that was shown."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.variables: dict[str, str] = {}
        self.jar: dict[str, str] = {}
        self.token = ""

    def assign(self, name: str, value: str) -> None:
        """``name=value``; a token is the one that the reader has just seen."""
        url = value.replace("https://insight.example.com", self.server.url)
        self.variables[name] = url if value.startswith("https:") else self.token

    def curl(self, command: str) -> requests.Response:
        """What the server answers to a line, sent as curl would."""
        known = re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], command)
        words = shlex.split(known)[1:]
        words.remove("-i")
        (url,) = (word for word in words if word.startswith("https:"))
        words.remove(url)
        options = dict(zip(words[::2], words[1::2], strict=True))
        name, _colon, value = options.pop("-H", "").partition(": ")
        body = options.pop("--json", None)
        if body and body.startswith("@"):
            body = (self.folder / body[1:]).read_text()
        sent, kept = options.pop("-b", ""), options.pop("-c", "")
        assert not options, command
        cookies = self.jar if sent == "jar" else dict(pair.split("=") for pair in filter(None, [sent]))
        answer = requests.request(
            "POST" if body else "GET",
            url,
            json=json.loads(body) if body else None,
            headers={name: value} if name else {},
            cookies=cookies,
            verify=self.server.ca_path,
            timeout=600,
        )
        if kept:
            self.jar |= {name: one.value for name, one in SimpleCookie(answer.headers.get("set-cookie")).items()}
        self.token = answer.headers.get("x-csrf-token", self.token)
        return answer


def test_by_hand(server: Server, tmp_path: Path) -> None:
    variables = prepare(["application"], server, tmp_path)
    (login,) = (example for example in examples_of(PAGE) if example.mark.get("name") == "by_hand.yml")
    check_output(login, run(login, server, tmp_path, variables))
    assert (tmp_path / "login.json").stat().st_mode & 0o777 == 0o600
    server.switch(**CHAIN)
    shell = Shell(server, tmp_path)
    commands = [one for one in re.split(r"^\$ ", "".join(BY_HAND), flags=re.M) if one]
    for said in commands:
        command, *shown = said.strip().splitlines()
        if not command.startswith("curl "):
            shell.assign(*command.split("=", 1))
            continue
        answer = shell.curl(command)
        assert shown[0].startswith(f"HTTP/1.1 {answer.status_code} "), f"{command}: {answer.text}"
        for line in shown[1:]:
            name, _colon, value = line.partition(": ")
            assert re.match(re.escape(value).replace("…", ""), answer.headers[name]), command
        assert ("set-cookie" in answer.headers) == any(line.startswith("set-cookie") for line in shown), command
    assert shell.variables["first"] != shell.variables["second"]
    assert len(commands) > 8
    assert server.counted["creates"] == 0


def test_the_messages_are_those_of_the_code() -> None:
    folder = ROOT / "plugins"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*_utils/**/*.py"))
    source = re.sub(r"\{(value_)?words(\(name\))?\}", "CSRF token", source)  # the value that InSight's answers announce
    filled = re.sub(r"\{[^{}\n]*\}", "…", re.sub(r'"\s+f?"', "", source))
    table = TEXT.split("| The message says |", 1)[1].split("\n\n", 1)[0]
    told = [text for line in table.splitlines()[2:] for text in re.findall(r"`([^`]+)`", line.split(" | ")[0])]
    assert len(told) > 10
    parts = [part.strip() for text in told for part in re.split(r"…|\(HTTP 403\)|: the session lives", text)]
    assert [part for part in parts if part and part not in filled] == []


LINES = TEXT.split("| You write in both |", 1)[1].split("`lost` is a list of", 1)[0]
TAKEN = re.findall(r"`(csrf(?:_header)?: [^`]+)`", LINES)
OF_SESSION = re.findall(r"`(look: [^`]+)`", LINES)
ALTERNATIVES = re.findall(r"`(\{(?:cookie|words|status): [^`]+\})`", LINES)


@pytest.mark.parametrize(
    "session",
    [
        *(f"steps: {{token: {{take: {{{line}}}}}}}\ntake: {{{line}}}" for line in TAKEN),
        *OF_SESSION,
        *(f"lost: [{line}]" for line in ALTERNATIVES),
    ],
)
def test_a_line_of_the_profile_is_taken(session: str) -> None:
    from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

    assert profile_data("insight", {"session": yaml.safe_load(session)}, str)["session"]


def test_the_lines_are_there() -> None:
    assert [len(TAKEN), len(OF_SESSION), len(ALTERNATIVES)] == [5, 2, 3]


def test_the_list_is_that_of_the_profile() -> None:
    from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

    (told,) = (example for example in examples_of(PAGE) if example.mark.get("name") == "lost")
    assert told.data["lost"] == built_in("insight")["session"]["lost"]
