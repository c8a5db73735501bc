# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an error reads, and what of it enters a result."""

from __future__ import annotations

import inspect
from contextlib import contextmanager

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import errors
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    MissingReferenceError,
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


@pytest.mark.parametrize("kind", ALL)
def test_an_error_does_not_change(kind):
    error = kind("a", "b", status=404)
    told = error.as_result()
    for name in vars(error):
        with pytest.raises(AttributeError, match=rf"{name} of an error does not change"):
            setattr(error, name, "C.")
    with pytest.raises(TypeError):
        error.details["written"] = "create"
    assert error.as_result() == told


@pytest.mark.parametrize("kind", ALL)
def test_an_error_in_other_words_is_another_one_of_its_kind(kind):
    error = kind("a", "b", "Look.", status=404)
    other = error.but(hint="C.", written="create", lacking=None)
    assert (type(other), other.message, other.args) == (kind, "Cannot a: b. C.", ("Cannot a: b. C.",))
    assert other.details == {"status": 404, "written": "create"}
    assert error.message == "Cannot a: b. Look." and error.details == {"status": 404}


def test_fields_of_a_kind_stay_and_are_no_details():
    refused = AuthenticationError("log in", oauth_error="invalid_grant", successor="s3cret")
    other = refused.but(why="no")
    assert (other.oauth_error, other.successor) == ("invalid_grant", "s3cret")
    assert refused.but(successor="n3w").successor == "n3w"
    assert "s3cret" not in str(other.as_result()) and "n3w" not in str(refused.but(successor="n3w").as_result())
    missing = MissingReferenceError("refer", identity="[1]", doubt="Perhaps.").but(what="refer to it")
    assert (missing.identity, missing.doubt, missing.message) == ("[1]", "Perhaps.", "Cannot refer to it. Perhaps.")
    assert NotSentError("ask", starting=True).but(hint="C.").starting


def test_an_error_in_other_words_says_where_it_comes_from():
    with pytest.raises(InsightError) as caught, contextmanager(_in_other_words)():
        raise InsightError("a")
    assert (caught.value.message, str(caught.value.__cause__)) == ("Cannot b.", "Cannot a.")


def _in_other_words():
    try:
        yield
    except InsightError as error:
        raise error.but(what="b") from error


def test_what_the_identity_platform_called_it():
    error = AuthenticationError("log in", "no", oauth_error="invalid_grant")
    assert error.oauth_error == error.as_result()["error"]["oauth_error"] == "invalid_grant"
    assert AuthenticationError("log in").as_result()["error"] == {"kind": "AuthenticationError"}


def test_what_was_refused_never_left_and_what_was_interrupted_may_have():
    assert issubclass(UntrustedServerError, NotSentError) and not issubclass(InterruptedRequest, NotSentError)


def test_the_docstring_lists_every_error():
    assert [one.__name__ for one in ALL if one.__name__ not in (errors.__doc__ or "")] == []
