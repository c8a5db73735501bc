# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors where the profile says that they stand."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.answers import failure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.server_messages import said
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing

FAULT = {
    "fault": {
        "text": "Not possible.",
        "no": 4711,
        "items": [{"where": "size", "why": "is too large"}, {"where": ["a", "b"], "why": "is missing"}],
        "texts": {"size": "is too large", "name": ["is taken", "is short"]},
        "plain": ["first", "second", 3],
    },
    "message": "An error occurred.",
}
WHOLE = {"at": "body.fault", "message": "text", "code": "no"}
ITEMS = {"at": "body.fault.items", "message": "why", "field": "where"}


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([WHOLE], "4711 Not possible."),
        ([ITEMS], "size: is too large; a.b: is missing"),
        ([WHOLE, ITEMS], "4711 Not possible.; size: is too large; a.b: is missing"),
        ([{"at": "body.fault.texts"}], "size: is too large; name: is taken; name: is short"),
        ([{"at": "body.fault.plain"}], "first; second"),
        ([{"message": "message"}], "An error occurred."),
        ([{"message": "fault.items[0].why"}], "is too large"),
        ([{"at": "body.none", "message": "text"}], "An error occurred."),
        ([{"at": "body.fault", "message": "none"}], "An error occurred."),
        ([{"at": "body.fault", "message": "items"}], "An error occurred."),
        ([], "An error occurred."),
    ],
)
def test_where_errors_stand(places, told):
    assert said(json.dumps(FAULT).encode(), places=places) == told


def test_a_refused_value_is_not_shown_where_the_message_quotes_it():
    body = {"all": [{"why": "hunter2-secret is too short", "value": "hunter2-secret"}]}
    told = said(json.dumps(body).encode(), places=[{"at": "body.all", "message": "why"}])
    assert "hunter2" not in told
    assert "is too short" in told


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b'"text"', b"{"])
def test_answers_of_another_form_say_nothing(body):
    assert said(body, places=[WHOLE, {"at": "body.fault.texts"}]) == ""


def test_a_long_list_is_cut():
    body = {"all": [{"why": f"number {number}"} for number in range(20)]}
    told = said(json.dumps(body).encode(), places=[{"at": "body.all", "message": "why"}])
    assert told.endswith("number 7; and 12 more")


def profile(errors):
    team = {"path": "teams", "key": {"attributes": ["name"]}}
    data = {"format": 2, "name": "teams", "extends": "rest", "errors": errors, "types": {"team": team}}
    return profile_of(profile_data(data, None, find_nothing))


@pytest.mark.parametrize("errors", [ITEMS, [ITEMS]])
def test_a_refusal_says_it(errors):
    of = profile(errors)
    answer = Response("create team", 422, {}, {}, json.dumps(FAULT).encode(), errors=of.errors)
    assert "saying: size: is too large; a.b: is missing" in failure(of.type("team").operations["create"], answer).why


@pytest.mark.parametrize(
    ("errors", "why"),
    [
        ({"field": "where"}, "errors.field has no effect without message"),
        ([ITEMS, {"code": "no"}], "errors[1].code has no effect without message"),
        ({"at": "header.X"}, "errors"),
        ({"text": "x"}, "errors"),
        ([], "errors"),
    ],
)
def test_what_has_no_effect_is_refused(errors, why):
    with pytest.raises(SchemaError) as refused:
        profile(errors)
    assert why in refused.value.message
