# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make shows` with smaller numbers: processes that are killed around a refresh, many that need one at once, exchanges
that hang."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import CLIENT, PASSWORD, SECRET, TENANT, USER, Server
from shows import store
from shows.hanging import HANGS, took

from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder

pytestmark = pytest.mark.one_core

IDENTITY = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "username": USER, "password": PASSWORD}


@pytest.mark.proves("STORE-20")
def test_no_refresh_token_is_lost_unnamed(server: Server, tmp_path: Path) -> None:
    found = store.kills(server, IDENTITY, tmp_path, 12)
    assert (found.wrong, sum(found.counted.values())) == ([], 12)


@pytest.mark.proves("STORE-20")
def test_a_token_that_is_lost_between_commit_and_save_is_named(server: Server, tmp_path: Path) -> None:
    """The process is killed while the platform, which has carried the refresh out, does not answer yet."""
    login = store.begun(server, IDENTITY, tmp_path)
    server.switch(refresh_tokens="single_use")
    assert store.run(login, 0).why() == ""
    before, refreshes = login.saved(), server.counted["refreshes"]
    server.fault("late", "oauth_token", seconds=20)
    killed = store.run(login, 1)
    while server.counted["refreshes"] == refreshes:
        assert killed.process.is_alive()
    killed.process.kill()
    killed.process.join()
    assert login.saved() == before
    assert store.NAMED in store.run(login, 2).why()


@pytest.mark.proves("STORE-2", "STORE-20")
def test_many_processes_refresh_and_log_in_once(server: Server, tmp_path: Path) -> None:
    once = {"refreshes": 1, "handshakes": 1, "wrong": []}
    assert store.rounds(server, IDENTITY, tmp_path, processes=8, times=2) == [once] * 2


@pytest.mark.proves("STORE-9", "STORE-2")
def test_a_stopped_process_that_holds_the_lock_is_named(server: Server, tmp_path: Path) -> None:
    """Two others say whom they wait for; when it is ended, one of them refreshes."""
    login = store.begun(server, IDENTITY, tmp_path)
    server.switch(refresh_tokens="single_use")
    assert store.use(login, 0) == ""
    holds, held = store.FORK.Pipe(duplex=False)

    def hold() -> None:
        with Folder(str(login.store)).locked(login.file.stem):
            held.send("held")
            os.kill(os.getpid(), signal.SIGSTOP)

    holder = store.FORK.Process(target=hold, daemon=True)
    holder.start()
    assert holds.recv() == "held"
    told: list[str] = []
    both = threading.Barrier(2, holder.kill)
    alarm = threading.Timer(120, holder.kill)  # else a failure would wait for ever
    alarm.start()

    def tell(text: str) -> None:
        told.append(text)
        both.wait()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _thread: store.use(login, 1, tell), range(2))) == ["", ""]
    alarm.cancel()
    assert len(told) == 2
    assert all(f"Waiting for another process ({holder.pid} on " in text for text in told)
    assert server.counted["refreshes"] == 2


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("name", HANGS)
def test_an_exchange_that_hangs_ends(name: str) -> None:
    assert "did not answer within 0.4 s" in took(HANGS[name], 0.4)[1]
