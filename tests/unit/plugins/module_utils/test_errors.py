# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an error reads, and what of it enters a result."""

from __future__ import annotations

import inspect

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    NotSentError,
    UntrustedServerError,
)

ALL = [one for _name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, InsightError)]


@pytest.mark.proves("EVIDENCE-2")
@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("read it",), "Cannot read it."),
        (("read it", "it is gone"), "Cannot read it: it is gone."),
        (("read it", "it is gone."), "Cannot read it: it is gone."),
        (("read it", "it is gone", "Look again."), "Cannot read it: it is gone. Look again."),
        (("read it", "", "Look again."), "Cannot read it. Look again."),
    ],
)
@pytest.mark.parametrize("kind", ALL)
def test_messages(kind, parts, message):
    error = kind(*parts)
    assert error.message == str(error) == message
    assert error.as_result() == {"changed": False, "msg": message, "error": {"kind": kind.__name__}}


@pytest.mark.proves("EVIDENCE-2")
def test_details_without_what_is_not_known():
    error = ConfigurationError("a", status=404, profile_key=None, written=False)
    assert error.as_result()["error"] == {"kind": "ConfigurationError", "status": 404, "written": False}


def test_a_hint_that_came_later():
    error = InsightError("a", "b")
    error.hint = "C."
    assert error.message == str(error) == "Cannot a: b. C."


def test_what_the_identity_platform_called_it():
    error = AuthenticationError("log in", "no", oauth_error="invalid_grant")
    assert error.oauth_error == error.as_result()["error"]["oauth_error"] == "invalid_grant"
    assert AuthenticationError("log in").as_result()["error"] == {"kind": "AuthenticationError"}


def test_what_was_refused_never_left_and_what_was_interrupted_may_have():
    assert issubclass(UntrustedServerError, NotSentError) and not issubclass(InterruptedRequest, NotSentError)


def test_the_docstring_lists_every_error():
    assert [one.__name__ for one in ALL if one.__name__ not in (errors.__doc__ or "")] == []
