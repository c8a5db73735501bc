# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in README, docs and plugins runs as it is printed, and every output that is printed is one.

A comment above a YAML block says what a reader would know from the text around it:

    <!-- example: {given: [application], fails: text, shows: [name], dialect: insight_7_0, sequence: name} -->

given: what the server or the folder has before; fails: the run fails and says this; shows: the blocks under
``<!-- output: name -->`` that the run prints (text) or the last task returns (YAML); sequence: blocks of a page that
are run one after another, by the same user; fragment: it is only a part, so it must only parse; profile: it must be a
valid profile; by: the test file that runs it instead, there under its name; file: it is what that
file holds. A playbook or a list of tasks without a comment is run as well.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import warm
import yaml
from conftest import CLIENT, OURS, PASSWORD, SECRET, TENANT, USER, Played, Server
from simulator.surroundings import ROOT, surroundings

pytestmark = pytest.mark.proves("ANSIBLE-6")

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:^<!-- (?P<kind>example|output): (?P<mark>.*?) -->\n)?^```(?P<language>yaml|text)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
MARKS = {"given", "fails", "shows", "dialect", "sequence", "fragment", "profile", "arguments", "by", "name", "file"}
EVENT_NAMES = ("Initial filing", "Renewal", "Variation")
PLUGINS = {
    "modules/insight_entity.py": [],
    "modules/insight_entity_info.py": ["application", "events"],
    "modules/insight_export.py": ["application", "events"],
    "modules/insight_journal_info.py": ["journal"],
    "modules/insight_token.py": ["application"],
    "lookup/insight_entity.py": ["application", "events"],
    "lookup/insight_token.py": ["event 46098"],
}


@dataclass(frozen=True)
class Example:
    """A block: where it stands, what the comment says of it, its text, and the outputs of its page by name."""

    name: str
    text: str
    mark: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Any:
        """What the YAML says, with Ansible's tags left as they are."""
        loader = type("Loader", (yaml.SafeLoader,), {})
        loader.add_constructor("!vault", lambda _loader, node: node.value)
        return yaml.load(self.text, loader)

    @property
    def runs(self) -> bool:
        """Whether this is a playbook or a list of tasks."""
        if {"fragment", "by"} & set(self.mark):
            return False
        data = self.data
        return isinstance(data, list) and all(isinstance(one, dict) for one in data)


def examples_of(page: Path) -> Iterator[Example]:
    """The YAML blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    assert sum(one["language"] == "yaml" for one in found) == text.count("```yaml"), f"a block of {page} is not read"
    outputs = {one["mark"]: (one["language"], one["text"]) for one in found if one["kind"] == "output"}
    for one in found:
        if one["language"] == "yaml" and one["kind"] != "output":
            mark = yaml.safe_load(one["mark"]) if one["mark"] else {}
            line = text[: one.start()].count("\n") + 1
            assert set(mark) <= MARKS, f"{page}:{line} is marked with {set(mark) - MARKS}"
            yield Example(f"{page.name}:{line}", one["text"], mark, outputs)


def examples_of_plugins() -> Iterator[Example]:
    """The EXAMPLES of modules and lookups."""
    for path, given in PLUGINS.items():
        module = ast.parse((ROOT / "plugins" / path).read_text(encoding="utf-8"))
        for statement in module.body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "EXAMPLES":
                yield Example(path, ast.literal_eval(statement.value), {"given": given})


EXAMPLES = [*(example for page in PAGES for example in examples_of(page)), *examples_of_plugins()]
SEQUENCES: dict[str, list[Example]] = {}
for _example in EXAMPLES:
    if _example.runs:
        _page = _example.name.split(":")[0]
        SEQUENCES.setdefault(
            f"{_page}:{_example.mark['sequence']}" if "sequence" in _example.mark else _example.name, []
        ).append(_example)


def prepare(given: list[str], server: Server, folder: Path) -> dict[str, Any]:
    """Bring about what an example takes for granted; the variables that it may use."""
    variables: dict[str, Any] = {"insight_url": server.url}
    application: dict[str, Any] = {}
    for what in given:
        if isinstance(what, dict):
            server.switch(**what)
        elif what == "application":
            application = server.seed(
                "application", appCode="123456", appName="Zelvora", selectedProducts=["Zelvora 10 mg"]
            )
        elif what == "events":
            seeded = [server.seed("event", applicationId=application["id"], eventName=name) for name in EVENT_NAMES]
            variables["event_ids"] = [event["id"] for event in seeded]
            variables["event"] = {"entity_id": seeded[0]["id"]}
        elif what == "event 46098":
            variables["instead_of_46098"] = server.seed("event", eventName="Initial filing")["id"]
        elif what in BEFORE:
            BEFORE[what](server, folder)
        elif what == "refresh_token":
            variables["insight_refresh_token"] = _refresh_token(server)
        else:
            pytest.fail(f"an example is given {what!r}, which nobody prepares")
    return variables


def _certificate(server: Server, folder: Path) -> None:
    import trustme

    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    issued = authority.issue_cert("client.example.com", key_type=trustme.KeyType.RSA)
    certificate = issued.cert_chain_pems[0].bytes()
    (folder / "client.pem").write_bytes(certificate)
    (folder / "client.key").write_bytes(issued.private_key_pem.bytes())
    server.control("POST", "credentials", {"client_id": CLIENT, "certificates": [certificate.decode()]})


def _assertion(server: Server, folder: Path) -> None:
    (folder / "assertion_token").write_text("an assertion of another platform")
    known = {"client_id": CLIENT, "assertion_file": str(folder / "assertion_token")}
    server.control("POST", "credentials", known)


def _redirect_uri(server: Server, _folder: Path) -> None:
    known = {"client_id": CLIENT, "redirect_uris": ["https://localhost/nowhere"]}
    server.control("POST", "credentials", known)


def _journal(server: Server, folder: Path) -> None:
    from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal, Start

    Journal(str(folder / "evidence"), Start(server.url, "sha256:m", "sha256:p")).end({"unchanged": 1})


def _busy(server: Server, _folder: Path) -> None:
    fault = {"kind": "status", "status": 503, "retry_after": 1, "match": {"operation": "create"}, "times": 1}
    server.control("POST", "faults", [fault])


def _late(server: Server, _folder: Path) -> None:
    server.fault("late", "create", seconds=30)


BEFORE = {
    "busy once": _busy,
    "late create": _late,
    "certificate": _certificate,
    "assertion": _assertion,
    "redirect_uri": _redirect_uri,
    "journal": _journal,
}


def _refresh_token(server: Server) -> str:
    import requests

    form = {
        "grant_type": "password",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "username": USER,
        "password": PASSWORD,
        "scope": f"{CLIENT}/.default openid offline_access",
    }
    answer = requests.post(f"{server.url}/{TENANT}/oauth2/v2.0/token", data=form, verify=server.ca_path, timeout=600)
    return str(answer.json()["refresh_token"])


def identity(text: str, server: Server) -> dict[str, str]:
    """What the user of an example has in the environment: secrets, and where the simulator is."""
    environment = {"INSIGHT_URL": server.url, "INSIGHT_CA_PATH": server.ca_path}
    if not re.search("token_url|issuer", text):
        environment["INSIGHT_AUTHORITY"] = server.url
    grant = re.search(r"grant_type: (\w+)", text)
    if grant is None and "username" not in text:
        environment |= {
            "INSIGHT_TENANT_ID": TENANT,
            "INSIGHT_CLIENT_ID": CLIENT,
            "INSIGHT_GRANT_TYPE": "client_credentials",
        }
    if (grant is None or grant[1] != "login") and "assertion_" not in text:
        environment["INSIGHT_CLIENT_SECRET"] = SECRET
    if grant and grant[1] in ("password", "login"):
        environment["INSIGHT_PASSWORD"] = PASSWORD
    return environment


def run(example: Example, server: Server, folder: Path, variables: dict[str, Any]) -> Played:
    """Run a playbook or a list of tasks as it is printed, against the simulator; play the person who logs in."""
    text = example.text.replace("https://insight.example.com", server.url).replace("/etc/insight", str(folder))
    text = re.sub(r"https://login\.[\w.]+", server.url, text).replace("46098", str(variables.get("instead_of_46098")))
    if not any("hosts" in one for one in example.data):
        text = "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + re.sub("^", "    ", text, flags=re.M)
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    remote = {"ansible_connection": "elsewhere", "ansible_python_interpreter": str(another_python(folder))}
    (folder / "inventory.yml").write_text(json.dumps({"all": {"hosts": {"localhost": local, "jump-host": remote}}}))
    (folder / "variables.json").write_text(json.dumps(variables))
    (folder / "playbook.yml").write_text(text, encoding="utf-8")
    record, output = folder / "record.jsonl", folder / "output"
    record.write_text("")
    own = {
        **OURS,
        "RIMOPS_RECORD": str(record),
        "SSL_CERT_FILE": server.ca_path,
        **identity(text, server),
    }
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "-i",
        "inventory.yml",
        "-e",
        "@variables.json",
        "playbook.yml",
    ]
    command += example.mark.get("arguments", ())
    with output.open("w", encoding="utf-8") as sink, ThreadPoolExecutor(1) as beside:
        running = beside.submit(warm.run, command, surroundings(folder, **own), folder, sink)
        _be_the_person(running, server, output)
    tasks = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return Played(running.result().returncode, output.read_text(encoding="utf-8"), tasks)


def another_python(folder: Path) -> Path:
    """The Python of another host, which knows nothing of the controller's environment but whom to trust."""
    path = folder / "python"
    python = os.environ.get("RIMOPS_TARGET_PYTHON", sys.executable)
    hidden = " ".join(f"-u INSIGHT_{name}" for name in ("URL", "AUTHORITY", "CLIENT_SECRET", "PASSWORD"))
    path.write_text(f'#!/bin/sh\nexec env {hidden} {python} "$@"\n')
    path.chmod(0o755)
    return path


def _be_the_person(running: Future[Any], server: Server, output: Path) -> None:
    """Wait for a run, and log in on another device when it asks for that."""
    answered = False
    while not running.done():
        asked = re.search(r"enter the code (\S+)", output.read_text(encoding="utf-8"))
        if asked and not answered:
            person = {"user_code": asked[1], "username": USER, "password": PASSWORD, "approve": True}
            server.control("POST", "approve-device", person)
            answered = True
        time.sleep(0.05)


def in_the_browser(played: Played, server: Server) -> dict[str, Any]:
    """Log in on the page that a run named; the address on which the browser ends, as the variable of an example."""
    pages = [one["result"]["authorization_url"] for one in played.tasks if one["result"].get("authorization_url")]
    if not pages:
        return {}
    person = {"authorize_url": pages[-1], "username": USER, "password": PASSWORD, "approve": True}
    return {"insight_authorization_response": server.control("POST", "authorize", person)["redirect_url"]}


def words(text: str) -> str:
    """The text as one line, for comparing what is printed in pages with what a terminal shows. No two runs take the
    same time."""
    return re.sub(r" in \d+ ms", " in N ms", " ".join(text.split()))


def check_output(example: Example, played: Played) -> None:
    """The outputs that the page prints are those of this run."""
    said = words(played.output + " ".join(str(one["result"].get("msg", "")) for one in played.tasks))
    if "fails" in example.mark:
        assert played.code != 0, played.output
        assert words(example.mark["fails"]) in said, played.output
    else:
        assert played.code == 0, played.output
    for name in example.mark.get("shows", ()):
        language, text = example.outputs[name]
        if language == "text":
            assert words(text) in said, played.output
        else:
            result = played.tasks[-1]["result"]
            shown = yaml.safe_load(text)
            assert {key: result.get(key) for key in shown} == shown, json.dumps(result, indent=2)


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The InSight that the example is for."""
    called = getattr(request.node, "callspec", None)
    first = SEQUENCES[called.params["name"]][0] if called and "name" in called.params else None
    return first.mark.get("dialect", "insight") if first else "insight"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_it_is_yaml(example: Example) -> None:
    data = example.data
    assert isinstance(data, (dict, list))
    if example.mark.get("profile"):
        from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

        assert profile_data(data, None, str)["name"] == data["name"]


@pytest.mark.parametrize("name", SEQUENCES)
def test_it_runs(name: str, server: Server, tmp_path: Path) -> None:
    variables: dict[str, Any] = {}
    server.switch(device_interval=1)
    for example in SEQUENCES[name]:
        variables |= prepare(example.mark.get("given", []), server, tmp_path)
        played = run(example, server, tmp_path, variables)
        check_output(example, played)
        variables |= in_the_browser(played, server)


def test_what_the_readme_shows(server: Server, tmp_path: Path) -> None:
    first = next(example for example in EXAMPLES if example.name.startswith("README.md"))
    variables = prepare([], server, tmp_path)
    assert run(first, server, tmp_path, variables).code == 0
    [event] = server.stored("event")
    server.tamper("event", event["id"], description="Edited by hand")
    look = Example(
        first.name, first.text, {"arguments": ["--check", "--diff"], "shows": ["drift", "result"]}, first.outputs
    )
    check_output(look, run(look, server, tmp_path, variables))


def test_an_output_belongs_to_an_example() -> None:
    for page in PAGES:
        examples = list(examples_of(page))
        shown = {name for example in examples for name in example.mark.get("shows", ())}
        printed = set(examples[0].outputs) if examples else set()
        if page.name == "README.md":
            shown |= {"drift", "result"}
        assert shown == printed, page


def test_messages_that_are_explained_exist() -> None:
    page = (ROOT / "docs" / "authentication.md").read_text(encoding="utf-8").split("## What to do about errors")[1]
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("module_utils", "plugin_utils")
        for path in (ROOT / "plugins" / folder).rglob("*.py")
    )
    explained = re.findall(r"^\| `([^`]+)`", page, re.M)
    assert explained
    parts = [part.split() for text in explained for part in re.split(r"…|\(AADSTS.*?\)", text) if part.strip()]
    # after five words a message may hold what only the run knows
    assert [" ".join(part) for part in parts if " ".join(part[:5]) not in source] == []


def test_every_kind_of_error_is_explained() -> None:
    from ansible_collections.rimops.insight.plugins.module_utils import errors

    kinds = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.InsightError)
    }
    page = (ROOT / "docs" / "entities.md").read_text(encoding="utf-8").split("## Errors")[1]
    assert kinds - {"InsightError", "TransportError"} == set(re.findall(r"`([A-Z]\w+)`", page))
