# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import multiprocessing
import resource
import shutil
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth import handle
from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import FileStore
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    NotSentError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    MACHINE,
    READ,
    REFRESH,
    System,
    answer,
    settings,
)

KILLS = {"oauth": {"after_use": "revokes"}}
OFFLINE = {**ALICE, "scope": "app/.default openid offline_access"}
HOUR = 3600
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def single_use(system):
    """The platform takes each refresh token once."""
    system.single_use = True
    return system


def sent(system):
    """The refresh tokens that were sent."""
    return [
        content["refresh_token"]
        for purpose, content in system.asked
        if "refresh_token" in content and purpose != "log in"
    ]


@pytest.mark.proves("STORE-3")
def test_the_ancestor_is_answered_with_its_descendant(login, single_use, ticking):
    for _turn in range(3):
        assert login(**REFRESH, overrides=KILLS).send(READ).status == 200
        ticking.time += HOUR
    assert sent(single_use) == ["refresh-0", "refresh-1", "refresh-2"]


@pytest.mark.proves("STORE-3")
def test_another_configured_token_is_newer_and_wins(login, single_use):
    login(**REFRESH, overrides=KILLS).open()
    single_use.refresh_tokens.add("new")
    assert login(**{**REFRESH, "refresh_token": "new"}, overrides=KILLS).send(READ).status == 200
    assert sent(single_use) == ["refresh-0", "new"]


def test_a_descendant_that_was_handed_back_finds_the_same_chain(login, single_use, ticking):
    heir = login(**REFRESH, overrides=KILLS).refresh_token()
    assert heir == "refresh-1"
    again = login(**{**REFRESH, "refresh_token": heir}, overrides=KILLS)
    assert (again.send(READ).status, again.acquired) == (200, "store")
    ticking.time += HOUR
    again.send(READ)
    ticking.time += HOUR
    assert login(**REFRESH, overrides=KILLS).send(READ).status == 200
    assert login(**{**REFRESH, "refresh_token": heir}, overrides=KILLS).send(READ).status == 200
    assert sent(single_use) == ["refresh-0", "refresh-1", "refresh-2"]


def without_successor(system):
    """Sends as the system does, whose platform keeps the refresh token."""

    def send(request):
        response = system.send(request)
        if (request.form or {}).get("grant_type") != "refresh_token":
            return response
        content = json.loads(response.body)
        del content["refresh_token"]
        return answer(request, response.status, content)

    return send


@pytest.mark.parametrize(("options", "used"), [(REFRESH, ["refresh-0"] * 3), (OFFLINE, ["refresh-1"] * 2)])
def test_a_platform_that_hands_out_no_successor(login, system, ticking, options, used):
    for _turn in range(3):
        assert login(send=without_successor(system), **options).send(READ).status == 200
        ticking.time += HOUR
    assert sent(system) == used


@pytest.mark.proves("STORE-7")
def test_a_refresh_token_that_is_handed_out_as_it_was_configured_finds_its_session_again(login, system):
    send = without_successor(system)
    for acquired in ("handshake", "store", "store"):
        authenticator = login(send=send, **REFRESH)
        assert (authenticator.refresh_token(), authenticator.acquired) == ("refresh-0", acquired)
    assert (sent(system), system.count("log in")) == (["refresh-0"], 1)


@pytest.mark.proves("STORE-3")
@pytest.mark.parametrize("after_use", ["revokes", "unknown"])
def test_the_only_token_is_not_used_up_without_a_store(login, system, after_use):
    overrides = {"oauth": {"after_use": after_use}}
    with pytest.raises(ConfigurationError, match="use up the only refresh token"):
        login(False, **REFRESH, overrides=overrides).open()
    assert system.asked == []
    willing = login(False, **REFRESH, overrides=overrides, refresh_token_return=True)
    assert willing.send(READ).status == 200
    assert willing.refresh_token() == "refresh-1"


def test_a_token_that_is_kept_needs_no_store(login):
    assert login(False, **REFRESH).send(READ).status == 200


def on_disk(folder):
    return [json.loads(path.read_bytes()) for path in Path(folder).glob("*.json")]


@pytest.mark.proves("STORE-3")
@pytest.mark.parametrize("purpose", ["open a session", "log in"])
def test_a_crash_between_rotation_and_use_loses_nothing(login, single_use, folder, purpose):
    class Killed(BaseException):
        pass

    def send(request):
        if request.purpose == purpose:
            assert [record["state"]["token"]["refresh_token"] for record in on_disk(folder)] == ["refresh-1"]
            raise Killed
        return single_use.send(request)

    with pytest.raises(Killed):
        login(send=send, **REFRESH, overrides=KILLS).open()
    assert login(**REFRESH, overrides=KILLS).send(READ).status == 200
    assert sent(single_use) == ["refresh-0"]


@pytest.mark.proves("STORE-3")
def test_nothing_is_used_up_when_the_store_cannot_be_written(login, single_use, monkeypatch):
    authenticator = login(**REFRESH, overrides=KILLS)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        authenticator.open()
    assert sent(single_use) == []


@pytest.mark.proves("STORE-8")
@pytest.mark.parametrize("turns", [0, 1])
def test_room_for_the_successor_is_there_before_the_token_is_sent(login, single_use, ticking, turns):
    """Twelve KiB may be written, which is enough for the record as it is."""
    for _turn in range(turns):
        login(**REFRESH, overrides=KILLS).open()
        ticking.time += HOUR
    authenticator = login(**REFRESH, overrides=KILLS)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12 * 1024, hard))
    try:
        with pytest.raises(ConfigurationError, match="cannot be written"):
            authenticator.open()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(sent(single_use)) == turns
    assert login(**REFRESH, overrides=KILLS).send(READ).status == 200


@pytest.mark.proves("STORE-8")
def test_the_successor_goes_where_room_was_reserved(login, single_use, folder):
    reserved, written = [], []

    def send(request):
        if (request.form or {}).get("grant_type") == "refresh_token":
            reserved.extend((path.stat().st_ino, path.stat().st_size) for path in Path(folder).glob("*.tmp"))
        if request.purpose == "open a session":
            written.extend(path.stat().st_ino for path in Path(folder).glob("*.json"))
        return single_use.send(request)

    login(send=send, **REFRESH, overrides=KILLS).send(READ)
    [(inode, size)] = reserved
    assert size > 100_000
    assert written == [inode]
    assert list(Path(folder).glob("*.tmp")) == []
    assert [record["state"]["token"]["refresh_token"] for record in on_disk(folder)] == ["refresh-1"]
    assert sum(path.stat().st_size for path in Path(folder).iterdir()) < 10_000


def during_the_refresh(system, do):
    """Send, and do something to the store while the platform refreshes."""

    def send(request):
        response = system.send(request)
        if (request.form or {}).get("grant_type") == "refresh_token":
            do()
        return response

    return send


@pytest.mark.proves("STORE-8")
def test_a_store_that_was_removed_during_the_refresh_is_made_again(login, single_use, ticking, folder):
    send = during_the_refresh(single_use, lambda: shutil.rmtree(folder))
    authenticator = login(send=send, **REFRESH, overrides=KILLS)
    assert authenticator.send(READ).status == 200
    assert authenticator.warnings == []
    ticking.time += HOUR
    assert login(**REFRESH, overrides=KILLS).send(READ).status == 200
    assert sent(single_use) == ["refresh-0", "refresh-1"]


@pytest.mark.proves("STORE-8")
def test_a_successor_that_cannot_be_saved_lives_on_in_the_task(login, single_use, ticking, folder):
    def replace_by_file():
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).touch(mode=0o600)

    send = during_the_refresh(single_use, replace_by_file)
    authenticator = login(send=send, **REFRESH, overrides=KILLS)
    for _turn in range(3):
        assert authenticator.send(READ).status == 200
        ticking.time += HOUR
    authenticator.send(READ)
    assert sent(single_use) == ["refresh-0", "refresh-1", "refresh-2", "refresh-3"]
    assert authenticator.refresh_token() == "refresh-4"
    [warning] = authenticator.warnings
    assert "lives only as long as this task" in warning
    assert folder in warning
    assert "refresh-" not in warning


@pytest.mark.proves("STORE-8")
@pytest.mark.parametrize("token", ["configured", "kept"])
def test_a_refresh_that_never_ended_is_named_by_the_next_run(login, single_use, ticking, token):
    class Killed(BaseException):
        pass

    def kill():
        raise Killed

    if token == "kept":
        login(**REFRESH, overrides=KILLS).open()
        ticking.time += HOUR
    with pytest.raises(Killed):
        login(send=during_the_refresh(single_use, kill), **REFRESH, overrides=KILLS).open()
    begun = handle.iso(ticking.time)
    for _run in range(2):
        ticking.time += HOUR
        with pytest.raises(AuthenticationError) as told:
            login(**REFRESH, overrides=KILLS).open()
        assert f"A refresh that was begun at {begun} did not end" in told.value.message
        assert told.value.oauth_error == "invalid_grant"


@pytest.mark.parametrize("end", [None, NotSentError("x", "nobody listens"), (400, "invalid_client"), (503, "x")])
def test_a_refresh_that_ended_is_not_named(login, single_use, ticking, end):
    """None: it was successful. A platform that fails may have used the token up."""

    def send(request):
        if (request.form or {}).get("grant_type") != "refresh_token" or end is None:
            return single_use.send(request)
        if isinstance(end, Exception):
            raise end
        return answer(request, end[0], {"error": end[1]})

    with contextlib.suppress(InsightError):
        login(send=send, **REFRESH, overrides=KILLS).open()
    single_use.refresh_tokens.clear()
    ticking.time += HOUR
    with pytest.raises(AuthenticationError) as told:
        login(**REFRESH, overrides=KILLS).open()
    assert ("did not end" in told.value.message) is (end == (503, "x"))


def test_a_refresh_token_before_credentials(login, system, ticking):
    authenticator = login(**OFFLINE)
    authenticator.open()
    ticking.time += HOUR
    assert authenticator.send(READ).status == 200
    assert sent(system) == ["refresh-1"]


def test_credentials_where_the_refresh_token_is_refused(login, system, ticking):
    authenticator = login(**OFFLINE)
    authenticator.open()
    system.refresh_tokens.clear()
    ticking.time += HOUR
    assert authenticator.send(READ).status == 200
    assert (sent(system), system.tokens) == (["refresh-1"], 2)


def test_the_configured_token_where_its_descendant_is_refused_and_it_may_still_work(login, system, ticking):
    authenticator = login(**REFRESH)
    authenticator.open()
    system.refresh_tokens.discard("refresh-1")
    ticking.time += HOUR
    assert authenticator.send(READ).status == 200
    assert sent(system) == ["refresh-0", "refresh-1", "refresh-0"]


@pytest.mark.proves("STORE-2")
def test_the_store_is_read_again_before_giving_up(login, single_use, ticking, folder):
    """Another host, whose locks we do not see, has rotated the token while we were asking."""
    login(**REFRESH, overrides=KILLS).open()
    ticking.time += HOUR

    def send(request):
        if "refresh-1" in (request.form or {}).values():
            single_use.refresh_tokens = {"elsewhere"}
            for path in Path(folder).glob("*.json"):
                path.write_text(path.read_text().replace("refresh-1", "elsewhere"))
        return single_use.send(request)

    assert login(send=send, **REFRESH, overrides=KILLS).send(READ).status == 200
    assert sent(single_use) == ["refresh-0", "refresh-1", "elsewhere"]


def test_a_token_that_is_refused_for_good(login, system):
    system.refresh_tokens.clear()
    with pytest.raises(AuthenticationError, match="has expired or was revoked") as told:
        login(**REFRESH).open()
    assert told.value.oauth_error == "invalid_grant"


def test_a_refresh_that_was_interrupted_says_what_may_have_happened(login, system):
    def send(request):
        raise InterruptedRequest(request.purpose, "the connection was lost")

    with pytest.raises(InterruptedRequest, match="may be used up"):
        login(send=send, **REFRESH, overrides=KILLS).open()
    with pytest.raises(InterruptedRequest) as told:
        login(send=send, **REFRESH).open()
    assert "used up" not in told.value.message


def test_forgetting_a_successor_is_warned_of(login):
    authenticator = login(**REFRESH, overrides=KILLS)
    authenticator.open()
    assert authenticator.logout() is True
    assert "used up" in authenticator.warnings[0]
    harmless = login(**REFRESH)
    harmless.open()
    harmless.logout()
    assert harmless.warnings == []


class Shared(System):
    """A platform that many processes ask: which refresh token is good, and how often it was asked, is shared."""

    def __init__(self):
        super().__init__()
        self.current = FORK.Value("i", 0)
        self.refreshes = FORK.Value("i", 0)
        self.logins = FORK.Value("i", 0)

    def token(self, request):
        with self.refreshes:
            self.refreshes.value += 1
            if request.form["refresh_token"] != f"refresh-{self.current.value}":
                return answer(request, 400, {"error": "invalid_grant"})
            self.current.value += 1
            content = {"access_token": "a", "expires_in": self.life, "refresh_token": f"refresh-{self.current.value}"}
            return answer(request, 200, content)

    def session_of(self, request):
        return "S" if request.headers.get("Cookie") == "JSESSIONID=S" else None

    def start(self, request):
        self.sessions["S"] = "csrf"
        return self.announce(request, "S", body={"xAuthToken": "S"})

    def login(self, request):
        with self.logins:
            self.logins.value += 1
        self.sessions["S"] = "csrf"
        return self.announce(request, "S", body={})


def _one_of_twenty(arguments):
    folder, now = arguments
    clock = Clock(now=lambda: now)
    authenticator = Authenticator(settings(**REFRESH, overrides=KILLS), SHARED.send, FileStore(Folder(folder)), clock)
    return authenticator.send(READ).status, authenticator.acquired


SHARED = None


@pytest.mark.proves("STORE-2")
def test_twenty_processes_make_one_refresh_of_an_expired_single_use_token(folder):
    global SHARED  # what a forked process can see
    SHARED = Shared()
    assert _one_of_twenty((folder, 1000.0)) == (200, "handshake")
    with FORK.Pool(20) as pool:
        results = pool.map(_one_of_twenty, [(folder, 1000.0 + HOUR)] * 20, chunksize=1)
    assert sorted(results) == [(200, "handshake")] + [(200, "store")] * 19
    assert (SHARED.refreshes.value, SHARED.logins.value) == (2, 2)


def test_client_credentials_have_no_refresh_token(login):
    authenticator = login(**MACHINE)
    authenticator.open()
    assert authenticator.refresh_token() is None
