# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real playbooks against a real server: the simulator over TLS, ansible-playbook as a process of its own.

RIMOPS_TARGET_PYTHON names the interpreter of the other host; without it the controller's own is used.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import target
import warm
import yaml
from simulator.process import Running
from simulator.surroundings import knowing, surroundings

from ansible_collections.rimops.insight.plugins.module_utils._commands.connection import forget_connections
from ansible_collections.rimops.insight.plugins.module_utils._text import redaction

HERE = Path(__file__).resolve().parent
TENANT = "7c1d0f3a-0000-4000-8000-000000000001"
CLIENT = "0f3a7c1d-0000-4000-8000-000000000002"
SECRET = 'client "secret&+/=é canary'
USER = "jdoe@example.com"
PASSWORD = 'user "password&+/=é canary'
QUICK = HERE / "quick"
"""The folder of what each Python does first."""
ENTRIES = ("here", "elsewhere")
OURS = {
    "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "plugins" / "callback"),
    "ANSIBLE_CALLBACKS_ENABLED": "record",
    "ANSIBLE_ACTION_PLUGINS": str(HERE / "plugins" / "action"),
    "ANSIBLE_BECOME_PLUGINS": str(HERE / "plugins" / "become"),
    "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "plugins" / "connection"),
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
}
"""What Ansible is told in every run."""


class Server(Running):
    """A running simulator, through its control endpoints."""

    @property
    def counted(self) -> dict[str, Any]:
        """What the server was asked since the last ``forget``."""
        return self.counters()

    def forget(self) -> None:
        """Count from nothing again."""
        self.control("POST", "reset-counters", {})

    def stored(self, path: str) -> list[dict[str, Any]]:
        """What the server holds."""
        entities: list[dict[str, Any]] = self.control("GET", f"entities/{path}")
        return entities

    def tamper(self, path: str, entity_id: Any, **attributes: Any) -> None:
        """Change an entity behind everybody's back."""
        self.control("PATCH", f"entities/{path}/{entity_id}", attributes)


def start(folder: Path, *arguments: str) -> Server:
    """A running server that knows our identity."""
    known = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "username": USER, "password": PASSWORD}
    return Server(folder, "--idle-exit", str(6 * 3600), *knowing(known), *arguments)


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each Python below us compiles an equal text once a session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIMOPS_COMPILED", str(tmp_path_factory.mktemp("compiled")))
        patch.setenv("PYTHONPATH", str(QUICK), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session", autouse=True)
def warmed(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A process that has imported Ansible, for every run in the usual surroundings."""
    folder = tmp_path_factory.mktemp("warm")
    with warm.started(surroundings(folder, **OURS), folder):
        yield


@pytest.fixture(scope="session", autouse=True)
def warmed_elsewhere(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same on the other host, for every module of ours."""
    with target.started(tmp_path_factory.mktemp("target")):
        yield


@pytest.fixture(autouse=True)
def nothing_is_known() -> None:
    """The secrets of other tests are none here: what runs in the process of the tests hides all that it has met."""
    as_a_new_process()


def as_a_new_process() -> None:
    """Forget what this process has learnt of systems and of secrets, as if another one went on."""
    forget_connections()
    redaction._KNOWN.clear()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Simulators by dialect, started when first asked for."""
    running: dict[str, Server] = {}
    yield running
    for server in running.values():
        server.stop()


@pytest.fixture
def dialect() -> str:
    """Which InSight the server is; tests parametrise it."""
    return "insight"


@pytest.fixture
def server(servers: dict[str, Server], dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server as new: no entity, no count, no fault, every switch as it was."""
    if dialect not in servers or servers[dialect].process.poll() is not None:
        servers[dialect] = start(tmp_path_factory.mktemp(dialect), "--dialect", dialect)
    servers[dialect].reset()
    return servers[dialect]


class Dumper(yaml.SafeDumper):
    """Writes everything out, since a person would not use anchors either."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether to write data out: always."""
        return True


def dumped(data: Any) -> str:
    """The data as YAML."""
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True)


@dataclass
class Played:
    """What a run of ansible-playbook gave. tasks: every recorded result, items included."""

    code: int
    output: str
    tasks: list[dict[str, Any]] = field(default_factory=list)

    def all(self, task: str) -> list[dict[str, Any]]:
        """Every result of a task, in order; its items instead of the loop's own result."""
        mine = [one for one in self.tasks if one["task"] == task]
        return [one["result"] for one in mine if one["item"]] or [one["result"] for one in mine]

    def __getitem__(self, task: str) -> dict[str, Any]:
        results = self.all(task)
        if not results:
            pytest.fail(f"no task {task!r} was run:\n{self.output}")
        return results[-1]


@dataclass
class Player:
    """Runs tasks with the options of one server. launcher: a command that runs ansible-playbook as somebody else."""

    server: Server
    folder: Path
    entry: str = "here"
    defaults: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    launcher: tuple[str, ...] = ()
    runs: int = 0

    def write(self, tasks: list[dict[str, Any]] | str, hosts: str = "all", **play: Any) -> Path:
        """The playbook with these tasks, a list or YAML."""
        head = {
            "hosts": hosts,
            "gather_facts": False,
            "module_defaults": {"group/rimops.insight.insight": self.defaults},
            **play,
        }
        text = tasks if isinstance(tasks, str) else dumped(tasks)
        path = self.folder / f"playbook-{self.runs}.yml"
        path.write_text(
            dumped([head]) + "  tasks:\n" + textwrap.indent(textwrap.dedent(text), "  "),
            encoding="utf-8",
        )
        return path

    def inventory(self, hosts: int = 1) -> Path:
        """Hosts behind the entry that is tested."""
        path = self.folder / "inventory.yml"
        connection = {  # another user finds no program of ours
            "here": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "elsewhere": {
                "ansible_connection": "elsewhere",
                "ansible_python_interpreter": target.PROGRAMS[0 if self.launcher else -1],
            },
        }
        names = ["host"] if hosts == 1 else [f"host{number}" for number in range(hosts)]
        path.write_text(yaml.safe_dump({"all": {"hosts": dict.fromkeys(names, connection[self.entry])}}))
        return path

    def __call__(
        self,
        tasks: list[dict[str, Any]] | str,
        *arguments: str,
        hosts: int = 1,
        environment: dict[str, str] | None = None,
        playbook: str | None = None,
        **play: Any,
    ) -> Played:
        """Play the tasks, or a playbook of a collection; arguments go to ansible-playbook."""
        self.runs += 1
        record = self.folder / f"record-{self.runs}.jsonl"
        own = {
            **OURS,
            "ANSIBLE_ASYNC_DIR": str(self.folder / "async"),
            "RIMOPS_SERVER": self.server.url,
            "RIMOPS_SERVER_CA": self.server.ca_path,
            "RIMOPS_RECORD": str(record),
        }
        program = str(Path(sys.executable).parent / "ansible-playbook")
        given = ["-i", str(self.inventory(hosts)), playbook or str(self.write(tasks, **play)), *arguments]
        around = surroundings(self.folder, **{**own, **self.environment, **(environment or {})})
        finished = warm.run([*self.launcher, program, *given], around, self.folder)
        tasks = (
            [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()] if record.exists() else []
        )
        for task in tasks:
            task["result"]["failed"] = task["status"] == "failed"
        return Played(finished.returncode, finished.stdout + finished.stderr, tasks)


@pytest.fixture
def entry() -> str:
    """Where the task runs; tests parametrise it."""
    return "here"


@pytest.fixture
def play(server: Server, entry: str, dialect: str, tmp_path: Path) -> Player:
    """Plays tasks against the server, logged in as the client itself (7.2) or as a user (6.2 and 7.0)."""
    credentials = {
        "grant_type": "client_credentials",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    if dialect in ("insight_6_2", "insight_7_0"):
        credentials = {"grant_type": "login", "username": USER, "password": PASSWORD}
    defaults = {
        "url": server.url,
        "authority": server.url,
        "ca_path": server.ca_path,
        "profile": dialect,
        **credentials,
    }
    return Player(server, tmp_path, entry, defaults)
