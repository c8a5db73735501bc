# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers, and files of the store, with one field that nobody expects: an InsightError or a success, and a new refresh
token is kept all the same."""

from __future__ import annotations

import base64
import copy
import json
import math
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as calm
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils._auth import store as stores
from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    BEARER,
    MACHINE,
    READ,
    REFRESH,
    System,
    Ticking,
    jwt,
    settings,
)

BUDGET = calm(deadline=None, database=None, max_examples=60)
KILLS = {"oauth": {"after_use": "revokes"}}
DEVICE = {**MACHINE, "grant_type": "device_code"}


class Raw(str):
    """JSON as it is written, for what json.dumps does not write."""

    __slots__ = ()


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**15, max_value=10**25),
    st.floats(),
    st.text(st.characters(codec=None), max_size=8),
    st.sampled_from(["", "\ud800", "a\ud83d", "\x00", "a\r\nX-Evil: 1", "é", "²", "1e999", "nan", "x" * 70_000]),
    st.sampled_from([0, -1, 3e11, 1e400, math.nan, -math.inf, 10**400]),
    st.builds(Raw, st.sampled_from(["9" * 5000, "-" + "9" * 5000, "1e5000", "[" * 400 + "]" * 400])),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
REFRESHED = {
    "access_token": "access-1",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": "refresh-1",
    "scope": "a b",
    "id_token": jwt(preferred_username="alice@example.com", exp=1_003_600),
}
REFUSED = {
    "error": "invalid_grant",
    "error_description": "AADSTS70008: no",
    "error_codes": [70008],
    "suberror": "consent_required",
    "trace_id": "t",
}
DEVICE_ANSWER = {
    "device_code": "d",
    "user_code": "ABC",
    "verification_uri": "https://example.com",
    "interval": 5,
    "expires_in": 900,
}
START = {"xAuthToken": "S"}


def written(content):
    """JSON bytes in which raw pieces stand as they are."""
    raw = {}

    def marked(value):
        if isinstance(value, Raw):
            raw[f'"raw {len(raw)}"'] = str(value)
            return f"raw {len(raw) - 1}"
        if isinstance(value, dict):
            return {name: marked(one) for name, one in value.items()}
        return [marked(one) for one in value] if isinstance(value, list) else value

    text = json.dumps(marked(content))
    for name, piece in raw.items():
        text = text.replace(name, piece)
    return text.encode()


def changed(content, data):
    """The content with one of its fields, at any depth, replaced, or taken away."""
    content = copy.deepcopy(content)
    at = content
    while True:
        name = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[name], (dict, list)) and at[name] and data.draw(st.booleans()):
            at = at[name]
            continue
        at[name] = data.draw(ODD)
        return content


def kept_in(folder):
    records = [json.loads(path.read_bytes()) for path in Path(folder).glob("*.json")]
    return [(record.get("state") or {}).get("token", {}) or {} for record in records]


class Odd:
    """A platform and a system whose answer of one purpose, to the request of one grant, is another one."""

    def __init__(self, purpose, body, status=200):
        self.system, self.ticking = System(), Ticking()
        self.purpose, self.body, self.status = purpose, body, status
        self.folder = tempfile.mkdtemp()

    def send(self, request):
        for value in [*request.headers.values(), *request.headers]:
            value.encode("latin-1")
            assert not set(value) & set("\r\n\0")
        if request.form:
            json.dumps(dict(request.form), ensure_ascii=False).encode()
        if request.purpose == self.purpose:
            return Response(request.purpose, self.status, {"content-type": "application/json"}, body=self.body)
        return self.system.send(request)

    def login(self, **options):
        store = stores.FileStore(Folder(self.folder, self.ticking.clock))
        made = {"show": lambda text: text.encode()} if options.get("grant_type") == "device_code" else {}
        return Authenticator(settings(**options), self.send, store, self.ticking.clock, **made)

    def play(self, **options):
        """Send, twice, in one login and in a new one; returns the results that a task would print."""
        try:
            for _turn in range(2):
                authenticator = self.login(**options)
                authenticator.send(READ)
                printed = [authenticator.handle(True), authenticator.user, authenticator.warnings]
                json.dumps(printed, ensure_ascii=False, allow_nan=False).encode()
        except InsightError as error:
            json.dumps(error.as_result(), ensure_ascii=False, allow_nan=False).encode()
        return kept_in(self.folder)


@pytest.fixture(autouse=True)
def quick_folders(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)  # nothing here is about power failures


@pytest.mark.proves("LOGIN-13")
@BUDGET
@given(st.data())
@pytest.mark.parametrize("overrides", [KILLS, {**KILLS, **BEARER}], ids=["session", "bearer"])
def test_a_refresh_keeps_what_came(overrides, data):
    content = changed(REFRESHED, data)
    odd = Odd("get an access token", written(content))
    [token] = odd.play(**REFRESH, overrides=overrides)
    came = content["refresh_token"]
    if isinstance(came, str) and came == "refresh-1":
        assert token["refresh_token"] == "refresh-1"
    shutil.rmtree(odd.folder)


@pytest.mark.proves("LOGIN-13")
def test_a_refresh_token_that_is_a_number_is_kept():
    [token] = Odd("get an access token", written({**REFRESHED, "refresh_token": 12345})).play(**REFRESH)
    assert token["refresh_token"] == "12345"


@pytest.mark.parametrize("life", [math.nan, math.inf, 3e11, Raw("9" * 5000), -1, 0, "never", True, 10**400])
def test_a_life_that_is_none_is_not_believed(life):
    odd = Odd("get an access token", written({**REFRESHED, "expires_in": life, "id_token": None}))
    [token] = odd.play(**REFRESH)
    assert (token["access_token"], token["expires_at"]) == ("access-1", None)


@BUDGET
@given(st.data(), st.sampled_from([400, 401, 500]))
def test_refusals(data, status):
    odd = Odd("get an access token", written(changed(REFUSED, data)), status)
    odd.play(**data.draw(st.sampled_from([REFRESH, ALICE, MACHINE])))
    shutil.rmtree(odd.folder)


@BUDGET
@given(st.data())
def test_device_codes(data):
    odd = Odd("get a device code", written(changed(DEVICE_ANSWER, data)))
    begin = odd.ticking.time
    odd.play(**DEVICE)
    assert odd.ticking.time - begin < 1200
    shutil.rmtree(odd.folder)


@BUDGET
@given(st.data(), st.sampled_from(["open a session", "log in"]))
def test_sessions(data, purpose):
    odd = Odd(purpose, written(changed(START, data)))
    odd.play(**MACHINE)
    shutil.rmtree(odd.folder)


@pytest.mark.proves("STORE-5")
@BUDGET
@given(st.data())
def test_records(data):
    odd = Odd("", b"")
    odd.play(**REFRESH, overrides=KILLS)
    [file] = Path(odd.folder).glob("*.json")
    record = json.loads(file.read_bytes())
    denied = {"at": odd.ticking.time, "what": "log in", "why": "no", "hint": ""}
    pending = {"state": "s", "code_verifier": "v", "redirect_uri": None, "expires_at": 2e6}
    record = changed({**record, "denied": data.draw(st.sampled_from([None, denied])), "pending": pending}, data)
    record = {name: value for name, value in record.items() if value is not None}
    file.write_bytes(written(record))
    odd.ticking.time += 3600
    before = file.read_bytes()
    try:
        odd.login(**REFRESH, overrides=KILLS).send(READ)
    except InsightError as error:
        json.dumps(error.as_result(), ensure_ascii=False).encode()
        assert file.read_bytes() == before or "denied" in json.loads(file.read_bytes()), "a damaged record stays"
    shutil.rmtree(odd.folder)


@BUDGET
@given(st.data())
def test_sessions_that_are_handed_over(data):
    odd = Odd("", b"")
    secret = odd.login(**MACHINE).handle(True)["secret"]
    content = changed(json.loads(base64.urlsafe_b64decode(secret)), data)
    handed = base64.urlsafe_b64encode(written(content)).decode()
    try:
        store = stores.MemoryStore()
        made = settings(session={"url": "https://insight.example.com", "secret": handed})
        Authenticator(made, odd.send, store, odd.ticking.clock).send(READ)
    except InsightError as error:
        json.dumps(error.as_result(), ensure_ascii=False).encode()
    shutil.rmtree(odd.folder)
