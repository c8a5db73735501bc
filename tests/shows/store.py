# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store with a refresh token that is good once: processes that are killed at any moment around its refresh,
and many processes that need one at the same time.

The processes are forked, not started as Ansible: each makes what a task makes, the collection's own login with its
store and its HTTP, and sends one request to the simulator over TLS. For each turn the clock of the processes is two
hours later, so that every access token has run out.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from simulator.process import Running

from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import FINGERPRINTS_FILE, FileStore
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Settings, settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import SYSTEM_CLOCK, Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

FORK = multiprocessing.get_context("fork")
TURN = 7200.0
"""Seconds by which the clock goes on: longer than an access token lives."""
GOOD_ONCE = {"oauth": {"after_use": "revokes"}}
NAMED = "did not end: most likely it used the refresh token up"
"""What the next run says of a refresh that never ended."""


@dataclass(frozen=True)
class Login:
    """A token store, and the refresh token that a person put into it first. identity: tenant, client, user."""

    server: Running
    identity: dict[str, str]
    store: Path
    refresh_token: str = ""

    def settings(self) -> Settings:
        """What a task with these options uses."""
        identity = {name: self.identity[name] for name in ("tenant_id", "client_id", "client_secret")}
        values = {name: option.get("default") for name, option in ENTITY.spec.items()}
        values |= {"url": self.server.url, "authority": self.server.url, "ca_path": self.server.ca_path, **identity}
        values |= {"grant_type": "refresh_token", "refresh_token": self.refresh_token, "token_store": str(self.store)}
        return settings_from(values, profile_of(merge(built_in("insight"), GOOD_ONCE)))

    @property
    def file(self) -> Path:
        """The record of the login in the store."""
        (file,) = (path for path in self.store.glob("*.json") if path.name != FINGERPRINTS_FILE)
        return file

    def saved(self) -> str:
        """The refresh token that the store holds."""
        token: str = json.loads(self.file.read_text(encoding="utf-8"))["state"]["token"]["refresh_token"]
        return token


def begun(server: Running, identity: dict[str, str], store: Path) -> Login:
    """An empty store, with a refresh token of a person who has just logged in."""
    login = Login(server, identity, store, "unused")
    client = {name: identity[name] for name in ("client_id", "client_secret", "username", "password")}
    form = {"grant_type": "password", "scope": f"{identity['client_id']}/.default openid offline_access", **client}
    url = f"{server.url}/{identity['tenant_id']}/oauth2/v2.0/token"
    answer = Http(login.settings().network).send(Request("get a refresh token", "POST", url, form=form))
    return replace(login, refresh_token=answer.json()["refresh_token"])


def use(login: Login, turn: int, tell: Callable[[str], None] | None = None) -> str:
    """Send one request within a session, as a task does; why that failed, empty where it did not. tell: tells who is
    waited for."""
    settings = login.settings()
    clock = replace(SYSTEM_CLOCK, now=lambda: time.time() + turn * TURN)
    store = FileStore(Folder(str(login.store), clock, tell))
    address = f"{login.server.url}/insight/api/v2/application/1/read"
    try:
        session = Authenticator(settings, Http(settings.network).send, store, clock)
        session.send(Request("read application 1", "POST", address, json_body={}, safe=True, kind="application read"))
    except InsightError as error:
        return error.message
    return ""


@dataclass(frozen=True)
class Run:
    """A process on its way."""

    process: BaseProcess
    answer: Connection

    def why(self) -> str:
        """Why it failed, empty where it did not."""
        told: str = self.answer.recv()
        self.process.join()
        return told


def run(login: Login, turn: int, together: Barrier | None = None) -> Run:
    """Start a process that uses the login. together: it waits for the others first."""
    answer, teller = FORK.Pipe(duplex=False)

    def work() -> None:
        if together:
            together.wait()
        teller.send(use(login, turn))

    process = FORK.Process(target=work, daemon=True)
    process.start()
    teller.close()
    return Run(process, answer)


@dataclass
class Kills:
    """What became of the refresh tokens. wrong: what must not be, in words."""

    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def kills(server: Running, identity: dict[str, str], folder: Path, times: int, seed: int = 1) -> Kills:
    """Kill so many processes at random moments, and see what the next run finds after each."""
    server.switch(refresh_tokens="single_use")
    found, moments = Kills(), random.Random(seed)
    login, turn, longest = None, 0, 0.0
    for number in range(times):
        if login is None:
            login = begun(server, identity, folder / f"store-{number}")
            began = time.monotonic()
            found.wrong += filter(None, [run(login, turn).why()])
            longest = max(longest, time.monotonic() - began)
        before, counted = login.saved(), server.counters()
        killed = run(login, turn + 1)
        time.sleep(moments.uniform(0, longest))
        killed.process.kill()
        killed.process.join()
        saved = login.saved() != before
        why = run(login, turn + 2).why()
        committed, opened = (server.counters()[name] - counted[name] for name in ("refreshes", "session_starts"))
        committed -= not why
        fate = "saved" if saved else "lost between commit and save" if committed else "not yet sent"
        found.counted[fate] += 1
        lost = bool(committed) and not saved
        if lost != bool(why) or (lost and NAMED not in why):
            found.wrong.append(f"kill {number}, {fate}: {why or 'the next run found a token that must not work'}")
        if lost and opened:
            found.wrong.append(f"kill {number}: the access token was used before the refresh token was saved")
        login, turn = None if lost else login, turn + 2
    return found


def rounds(server: Running, identity: dict[str, str], folder: Path, processes: int, times: int) -> list[dict[str, Any]]:
    """Let so many processes begin together with a token that has run out, so many times; for each round how often the
    platform refreshed, how many handshakes there were, and what failed."""
    server.switch(refresh_tokens="single_use")
    login, told = begun(server, identity, folder / "store"), []
    for turn in range(times):
        before, together = server.counters(), FORK.Barrier(processes)
        started = [run(login, turn, together) for _process in range(processes)]
        wrong = [why for why in (one.why() for one in started) if why]
        after = server.counters()
        told.append({**{name: after[name] - before[name] for name in ("refreshes", "handshakes")}, "wrong": wrong})
    return told
