# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer holds, judged against an entity that is known."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.shapes import (
    AnswerPlace,
    Known,
    described,
    entity_shape,
    find,
    id_path,
    impossible,
    lists,
    numbers,
    same,
)
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer

KNOWN = Known("17", {"appCode": "123456", "appName": "Zelvora"})
ENTITY = {"id": 17, "appCode": "123456", "appName": "Zelvora", "products": [{"id": 1}]}
OTHER = {**ENTITY, "id": 18, "appName": "Other"}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (ENTITY, AnswerPlace("", ENTITY)),
        ({"data": ENTITY}, AnswerPlace("data", ENTITY)),
        ({"data": {"entity": ENTITY}, "links": []}, AnswerPlace("data.entity", ENTITY)),
        ([ENTITY], AnswerPlace("", ENTITY)),
        ({"items": [OTHER, ENTITY], "total": 2}, AnswerPlace("items", ENTITY, several=True)),
        ({"meta": {"id": "17"}, "appCode": "123456", "appName": "zelvora "}, AnswerPlace("", {
            "meta": {"id": "17"}, "appCode": "123456", "appName": "zelvora ",
        })),
        (OTHER, None),
        ({**ENTITY, "id": 170}, None),
        ({"id": 17}, None),
        ({"id": 17, "appCode": "123456"}, None),
        ([OTHER], None),
        ({"message": "123456 Zelvora 17"}, None),
        ([], None),
        (None, None),
        ("17", None),
        ({"a": {"b": {"c": {"d": {"e": ENTITY}}}}}, None),
    ],
)  # fmt: skip
def test_only_the_known_entity_is_found(content, place):
    assert find(content, KNOWN) == place


def test_what_is_known_by_its_key_alone_or_by_its_id_alone():
    assert find(ENTITY, Known(None, KNOWN.key)) == AnswerPlace("", ENTITY)
    assert find(ENTITY, Known(17)) == AnswerPlace("", ENTITY)
    assert find(OTHER, Known(17)) is None


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        (17, "17", True),
        (" A ", "a", True),
        ("a", "b", False),
        (None, "None", False),
        (True, "true", False),
        (1, 1.5, False),
    ],
)
def test_scalars_are_the_same_by_their_spelling(left, right, alike):
    assert same(left, right) is same(right, left) is alike


@pytest.mark.parametrize(
    ("entity", "preferred", "path"),
    [
        ({"id": 17, "sequence": 17}, "", "id"),
        ({"sequence": 17, "entityId": "17"}, "", "entityId"),
        ({"entityId": 17, "id": 17}, "id", "id"),
        ({"meta": {"id": 17}}, "id", "meta.id"),
        ({"number": 17}, "id", "number"),
        ({"ids": [17]}, "id", None),
        ({"id": 18}, "id", None),
    ],
)
def test_where_the_id_stands(entity, preferred, path):
    assert id_path(entity, "17", preferred) == path


def test_lists_and_numbers_of_an_answer():
    answered = {"data": {"items": [ENTITY], "names": ["a"], "none": []}, "total": 3, "paid": True, "size": "1"}
    assert lists(answered) == [("data.items", [ENTITY]), ("data.none", [])]
    assert numbers(answered) == {"total": 3, "size": 1}
    assert numbers({"page": {"total": 2}}) == {"page.total": 2}


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (None, "nothing was sent"),
        (HTML, "HTTP 404 with a web page"),
        (answer(204, b""), "HTTP 204 with an empty body"),
        (answer(200, b"{"), "HTTP 200 with something that is not JSON"),
        (answer(200, None), "HTTP 200 with null"),
        (answer(200, {"id": 17, "secret": "canary"}), "HTTP 200 with an object with id, secret"),
        (answer(200, ["canary"]), "HTTP 200 with a list of 1"),
        (answer(200, []), "HTTP 200 with an empty list"),
        (answer(200, "canary"), "HTTP 200 with a str"),
        (answer(200, {"a\nb": 1}), "HTTP 200 with an object with a\\nb"),
    ],
)
def test_an_answer_is_told_by_its_shape_and_never_by_its_values(response, words):
    assert described(response) == words
    assert "canary" not in described(response)


def test_a_shape_names_twelve_attributes_at_most():
    assert entity_shape({f"name{number}": 1 for number in range(13)}).endswith("name11, ...")
    assert entity_shape({}) == "an empty object"


@pytest.mark.parametrize("value", [17, "17", "123456", "Zelvora", "uk-h-323-001", "é", "a" * 30])
def test_what_is_impossible_has_the_form_of_what_is_there(value):
    other = impossible(value)
    assert type(other) is type(value)
    assert other != value
    assert str(other).isdigit() is str(value).isdigit()
    assert str(other).isalpha() is (str(value).isalpha())
    assert len(str(other)) >= 9


def test_an_impossible_uuid_is_one():
    assert impossible("5c8f2f0e-9d0b-4d0e-8f4e-111111111111") == "ffffffff-ffff-4fff-bfff-ffffffffffff"
