# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each handshake is checked as a profile is, and played against a server as strict as its documentation."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import MemoryStore
from ansible_collections.rimops.insight.plugins.module_utils._commands.results import one_line
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshake_servers import (
    KEY,
    PASSWORD,
    USER,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshakes import HANDSHAKES
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import URL

each = pytest.mark.parametrize("one", HANDSHAKES, ids=lambda one: one.name)
with_steps = pytest.mark.parametrize(
    "one", [one for one in HANDSHAKES if "steps" in one.session], ids=lambda one: one.name
)


def credentials(one, wrong=False):
    """The options that log in. wrong: with credentials that are not good."""
    key, password = (f"{value}-wrong" if wrong else value for value in (KEY, PASSWORD))
    by_key = {"inputs": {"api_key": key}} if one.inputs else {"access_token": key}
    return {**(by_key if one.keyed else {"username": USER, "password": password}), **one.given}


def whole_profile(one):
    """The profile of the system, checked."""
    whole = {"format": 2, "name": one.name, "extends": "rest", "base_path": "/api", "session": one.session}
    return profile_data({**whole, "inputs": one.inputs, "types": {"thing": {"path": "things"}}}, None, str)


def authenticator(one, server, ticking, wrong=False):
    """An authenticator for the system. wrong: with credentials that are not good."""
    given = {"url": URL, "token_store": "none", **credentials(one, wrong)}
    settings = settings_from(given, profile_of(whole_profile(one)))
    return Authenticator(settings, server.send, MemoryStore(), ticking.clock)


def write(one):
    return Request("update thing 1", "POST", f"{URL}{one.path}", json_body=one.body)


@each
def test_a_login_serves_all_requests(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking)
    for _time in range(3):
        assert login.send(write(one)).status == 200
    begun = [line for line in server.asked if line != f"POST {one.path}"]
    assert len(begun) <= 2 and server.attempts <= 1


@with_steps
def test_a_lost_session_costs_one_login(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking)
    assert login.send(write(one)).status == 200
    before = server.attempts
    server.expire()
    assert login.send(write(one)).json().get("error") is None
    assert server.attempts - before <= 1 and server.live


@each
def test_a_value_that_changes_is_followed(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking)
    for _time in range(2):
        assert login.send(write(one)).status == 200
        server.renew()
    assert login.send(write(one)).status == 200
    assert server.attempts <= 1


@each
def test_wrong_credentials_are_sent_once(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking, wrong=True)
    for _time in range(2):
        with pytest.raises(AuthenticationError):
            login.send(write(one))
    assert server.attempts == 1


@pytest.mark.parametrize("one", [one for one in HANDSHAKES if "logout" in one.session], ids=lambda one: one.name)
def test_a_session_is_ended(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking)
    assert login.send(write(one)).status == 200
    assert login.logout()
    assert not server.live


@pytest.mark.parametrize("one", [one for one in HANDSHAKES if "refresh" in one.session], ids=lambda one: one.name)
def test_a_session_is_renewed_before_its_end(one, ticking):
    server = one.server()
    login = authenticator(one, server, ticking)
    for _time in range(3):
        assert login.send(write(one)).status == 200
        ticking.time += 590 if "apic" in one.name else 7150
    assert (server.attempts, server.renewals) == (1, 2)


@pytest.mark.parametrize("one", [one for one in HANDSHAKES if one.inputs], ids=lambda one: one.name)
def test_a_key_that_is_refused_is_told(one, ticking):
    with pytest.raises(
        AuthenticationError, match=r"the key that is an input of the profile \(HTTP 401\).*Check inputs"
    ):
        authenticator(one, one.server(), ticking, wrong=True).send(write(one))


def test_a_token_in_an_address_is_hidden_in_the_log(ticking):
    """F5 ends a session at an address that holds its token."""
    (one,) = (each for each in HANDSHAKES if each.name == "f5_bigip")
    server = one.server()
    login = authenticator(one, server, ticking)
    login.send(write(one))
    token = server.live
    assert login.logout()
    assert token in server.asked[-1] and token not in one_line(server.asked[-1])
