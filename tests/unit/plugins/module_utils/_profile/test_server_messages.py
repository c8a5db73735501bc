# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What servers say of a refusal, in the forms of RFC 9457, Spring, Django, Keycloak, Keystone and others."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.server_messages import said

pytestmark = pytest.mark.proves("MESSAGE-1")

PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "Invalid request content."}
FIELD = {"codes": ["Size"], "field": "code", "rejectedValue": "s3cret-canary"}


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ({**PROBLEM, "errors": [{"field": "code", "message": "too long"}]}, "Invalid request content.; code: too long"),
        ({**PROBLEM, "errors": [{"pointer": "#/age", "detail": "no"}]}, "Invalid request content.; #/age: no"),
        ({**PROBLEM, "invalid-params": [{"name": "age", "reason": "no"}]}, "Invalid request content.; age: no"),
        ({"message": "Error count: 1", "errors": [{**FIELD, "defaultMessage": "x"}]}, "Error count: 1; code: x"),
        ({"errors": [{"message": "The CSRF token is missing."}]}, "The CSRF token is missing."),
        ({"errors": ["one", "two"]}, "one; two"),
        ({"errors": {"email": ["is taken", "is odd"]}}, "email: is taken; email: is odd"),
        ({"errors": {"email": "is taken"}}, "email: is taken"),
        ({"errors": {"message": "no"}}, "no"),
        ({"error": {"message": "no such role", "code": 404}}, "no such role"),
        ({"error": {"errors": [{"field": "a", "message": "b"}]}}, "a: b"),
        ({"error": "invalid", "error_description": "the reason"}, "the reason"),
        ({"errorMessage": "User exists with same email"}, "User exists with same email"),
        ({"fault": {"faultstring": "Rate limit"}}, "Rate limit"),
        ({"Message": "Invalid", "ModelState": {"x.Name": ["too long"]}}, "Invalid; x.Name: too long"),
        ({"name": ["This field is required."]}, "name: This field is required."),
        ({"address": {"zip": ["odd"]}}, "address.zip: odd"),
        ({"detail": [{"loc": ["body", "name"], "msg": "required", "input": "s3cret-canary"}]}, "body.name: required"),
        ({"errors": [{"source": {"pointer": "/data/a"}, "title": "bad"}]}, "/data/a: bad"),
        ([{"errorCode": "X", "message": "no"}], "no"),
        ({"violations": [{"propertyPath": "a", "message": "b"}]}, "a: b"),
        ({"message": "m", "errors": []}, "m"),
        ({"errors": [7, None, {}, {"field": "a"}, {"message": 7}]}, ""),
        ({"id": 7, "name": "an entity", "products": ["a value"]}, ""),
        ({"error": {"error": {"error": {"error": {"message": "deep"}}}}}, ""),
        ({"errors": [{"field": "a\nb", "message": "c\u202e"}]}, r"a\nb: c\u202e"),
    ],
)
def test_every_form_is_shown(answer, shown):
    assert said(json.dumps(answer).encode()) == shown


@pytest.mark.parametrize("name", ["rejectedValue", "rejected_value", "invalidValue", "value", "input"])
def test_what_was_refused_is_not_shown(name):
    error = {"field": "code", "message": "'s3cret-canary' is too short", name: "s3cret-canary"}
    assert said(json.dumps({"errors": [error]}).encode()) == "code: '********' is too short"


def test_secrets_are_masked_before_anything_is_cut():
    text = "x" * 290 + "s3cret-canary and more"
    assert said(json.dumps({"message": text}).encode(), ["s3cret-canary"]) == "x" * 290 + "********" + " a"


def test_many_errors_are_counted():
    errors = [{"field": f"f{number}", "message": "no"} for number in range(20)]
    assert said(json.dumps({"errors": errors}).encode()).endswith("f7: no; and 12 more")
