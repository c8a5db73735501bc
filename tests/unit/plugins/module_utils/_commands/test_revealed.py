# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that a server shows once: kept in files that only we can read, and never in a result."""

from __future__ import annotations

import json
import stat

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.revealed import reveals_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import known
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    SchemaError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

pytestmark = pytest.mark.proves("PROFILE-83")

SECRET = "shown-only-once-0815"


class Keys(Rest):
    """Keys of an API, whose secret only the answer to their create shows. lost: that answer is lost; shown: what it
    adds."""

    def __init__(self, shown=None, lost=False):
        super().__init__()
        self.shown, self.lost = {"secret": SECRET} if shown is None else shown, lost

    def send(self, request):
        answer = super().send(request)
        if request.method == "POST" and self.lost:
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return answer

    def answer(self, request, path, query):
        status, content = super().answer(request, path, query)
        return status, {**content, **self.shown} if request.method == "POST" else content


def profile(reveals=None, **more):
    create = {"reveals": reveals or {"api_secret": "body.secret"}}
    own = {"path": "keys", "key": {"attributes": ["name"]}, "create": create, **more}
    return profile_of(profile_data({"format": 2, "name": "keys", "extends": "rest", "types": {"key": own}}, None, str))


def run(system, reveal_to, check_mode=False, **values):
    of = profile()
    client = EntityClient(of, "https://a.example.com", system.send)
    client.reveals = reveals_of({"reveal_to": reveal_to})
    return ensure(client, declared(of, type="key", key={"name": "a"}, **values), check_mode)


def files(folder):
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def test_they_are_kept_in_a_file_that_only_we_can_read(tmp_path):
    folder, system = tmp_path / "of" / "keys", Keys()
    outcome = run(system, str(folder))
    (path,) = folder.iterdir()
    assert files(folder)[path.name] == {"type": "key", "key": {"name": "a"}, "revealed": {"api_secret": SECRET}}
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, path)] == [0o700, 0o600]
    assert f"What the server shows once (api_secret) is kept in {path}." in outcome.notes
    assert SECRET not in f"{outcome.notes}{outcome.entity}{outcome.plan}"
    assert SECRET in known()  # so that it is masked wherever it appears
    assert run(system, str(folder)).plan.operation == "none"


def test_the_next_one_of_the_same_key_takes_its_place(tmp_path):
    system = Keys()
    run(system, str(tmp_path / "keys"))
    run(system, str(tmp_path / "keys"), state="absent")
    system.shown = {"secret": "another-secret"}
    run(system, str(tmp_path / "keys"))
    assert [one["revealed"] for one in files(tmp_path / "keys").values()] == [{"api_secret": "another-secret"}]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_create_that_would_lose_them_is_refused(check_mode):
    system = Keys()
    with pytest.raises(ConfigurationError, match="shows api_secret once, in its answer, and nobody would keep it"):
        run(system, None, check_mode)
    assert system.writes == []


def test_what_exists_is_not_refused():
    system = Keys()
    run(system, "discard")
    assert run(system, None, attributes={"size": 1}).plan.operation == "update"
    assert run(system, None, state="absent").plan.operation == "delete"


def test_they_are_lost_where_that_was_asked_for(tmp_path):
    outcome = run(Keys(), "discard")
    assert "The server has shown api_secret once, and it was not kept." in outcome.notes
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o750, 0o500])
def test_a_folder_that_does_not_do_is_refused_before_anything_is_sent(tmp_path, mode, monkeypatch):
    monkeypatch.setattr("os.access", lambda _path, _mode: mode & 0o200 != 0)  # root may write everywhere
    folder, system = tmp_path / "keys", Keys()
    folder.mkdir(mode=0o700)
    folder.chmod(mode)
    with pytest.raises(ConfigurationError, match="keep what a create shows once"):
        run(system, str(folder))
    assert system.writes == []


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "keys").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="keep what a create shows once"):
        run(Keys(), str(tmp_path / "keys"))


def test_a_path_has_to_be_whole():
    with pytest.raises(ConfigurationError, match="it is no absolute path"):
        reveals_of({"reveal_to": "keys"})


def test_an_answer_that_was_lost_is_told(tmp_path):
    outcome = run(Keys(lost=True), str(tmp_path / "keys"))
    assert "What the server shows once (api_secret) was lost with its answer." in outcome.notes
    assert list((tmp_path / "keys").iterdir()) == []


@pytest.mark.parametrize("shown", [{}, {"secret": None}, {"secret": ""}])
def test_an_answer_that_does_not_show_it_is_told(tmp_path, shown):
    outcome = run(Keys(shown), str(tmp_path / "keys"))
    assert "does not show api_secret, as the profile says (reveals)." in str(outcome.notes)


def test_it_is_kept_also_where_the_rest_of_the_answer_is_wrong(tmp_path):
    system = Keys({"secret": SECRET, "id": None})
    usual = system.answer
    system.answer = lambda request, path, query: (
        (201, {"secret": SECRET, "name": "another"}) if request.method == "POST" else usual(request, path, query)
    )
    with pytest.raises(InsightError) as failed:
        run(system, str(tmp_path / "keys"))
    assert SECRET not in failed.value.message
    assert [one["revealed"] for one in files(tmp_path / "keys").values()] == [{"api_secret": SECRET}]


def test_a_key_without_effect_is_refused():
    with pytest.raises(SchemaError, match=r"update\.reveals has no effect there, only in create"):
        profile(update={"reveals": {"a": "body.b"}})
