# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text import redaction as mask_module
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import (
    KEPT,
    MASK,
    fingerprint,
    forms_of,
    harmless,
    know,
    known,
    printable,
    printable_values,
    redact,
    redact_within,
    texts_of,
)

SECRET = 'p"&+/=é x\\'


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        "p%22%26%2B%2F%3D%C3%A9%20x%5C",
        "p%22%26%2b%2f%3d%c3%a9%20x%5c",
        "p%22%26%2B/%3D%C3%A9%20x%5C",
        "p%22%26%2B%2F%3D%C3%A9+x%5C",
        "p%22&+/=%C3%A9%20x%5C",
        "cCImKy89w6kgeFw=",
        "cCImKy89w6kgeFw",
        'p\\"&+/=\\u00e9 x\\\\',
        'p\\"&+/=é x\\\\',
        'p\\"&+\\/=é x\\\\',
        'p\\\\\\"&+/=\\\\u00e9 x\\\\\\\\',
        'p"&+/=é x\\\\',
    ],
)
def test_each_form_of_a_secret_is_masked(shown):
    assert redact(f"before {shown} after", [SECRET]) == f"before {MASK} after"


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("user", ["", "u", "us", "user", "Zoë"])
def test_a_secret_inside_longer_base64_is_masked(user):
    encoded = base64.b64encode(f"{user}:longer {SECRET}:tail".encode()).decode()
    assert MASK in redact(f"Basic {encoded}", [SECRET])
    urlsafe = base64.urlsafe_b64encode(f"{user}???longer {SECRET}>>>".encode()).decode()
    assert MASK in redact(urlsafe, [SECRET])


def test_seven_bytes_are_enough_to_be_found_inside_base64():
    encoded = base64.b64encode(b"us3cretX!tail").decode()
    assert MASK in redact(encoded, ["s3cretX"])
    assert redact(encoded, ["s3cre"]) == encoded


def test_structures_names_and_numbers():
    value = {"a": ["xsecretx", 5, None, True], "secret": {"b": (12345, 12345.5, 9123459)}}
    assert redact(value, ["secret", 12345]) == {
        "a": [f"x{MASK}x", 5, None, True],
        MASK: {"b": [MASK, f"{MASK}.5", f"9{MASK}9"]},
    }
    assert redact([12345.0, "12345"], [12345.0]) == [MASK, MASK]


@pytest.mark.parametrize("secrets", [[{"a": ["secret"]}], [["secret"]], [{"a": {"b": "secret"}}], ("secret",)])
def test_secrets_in_structures(secrets):
    assert redact("a secret", secrets) == f"a {MASK}"


@pytest.mark.parametrize("secrets", [[], [""], ["abc"], [None, True], [123], ["********"], ["****"], ["True", "None"]])
def test_what_is_too_short_or_no_secret_masks_nothing(secrets):
    value = {"abc": "abc", "n": 123, "t": True, "z": None, "m": "********"}
    assert redact(value, secrets) == value


def test_places():
    value = {"a": {"b": "x", "c": 1}, "l": [{"p": "x", "q": 2}], "x": "x"}
    assert redact(value, paths=["a.b", "l[].p"]) == {"a": {"b": MASK, "c": 1}, "l": [{"p": MASK, "q": 2}], "x": "x"}
    assert redact(value, ["secret"], ["a"]) == {**value, "a": MASK}


def test_what_remains_does_not_join_to_another_secret():
    assert "a***" not in redact("asecret", ["secret", "a***"])
    assert redact("abcdXefgh", ["abcdX", "Xefgh"]) == f"{MASK}efgh"
    assert redact("a longer secret", ["secret", "longer secret"]) == f"a {MASK}"


def test_texts_that_are_looked_through_once():
    texts = texts_of([{"a": ["secret", 12345]}, "abc"])
    assert texts == {"secret", "12345"}
    assert redact("a secret, 12345 and another", [texts, "another"]) == f"a {MASK}, {MASK} and {MASK}"
    assert redact("a longer secret", [texts, "longer secret"]) == f"a {MASK}"
    assert redact("a longer secret", [texts_of(["longer secret"]), "secret"]) == f"a {MASK}"
    assert redact("abc", [frozenset(), texts_of([])]) == "abc"


def test_thousands_of_secrets_cost_no_more_than_a_few(monkeypatch):
    """Their forms are made once, however often they are looked for."""
    made = []
    monkeypatch.setattr(mask_module, "forms_of", lambda text: made.append(text) or forms_of(text))
    texts = texts_of(f"a secret, number {number}" for number in range(500))
    for number in range(500):
        assert (
            redact(f"it is {number}: a secret, number {number}.", [texts, f"token {number}"])
            == f"it is {number}: {MASK}."
        )
    assert len([text for text in made if text in texts]) == 500


def test_secrets_are_looked_through_once_for_a_whole_report(monkeypatch):
    looked_at, leaves = [], mask_module._leaves
    monkeypatch.setattr(mask_module, "_leaves", lambda secret: looked_at.append(secret) or leaves(secret))
    report = {"entities": [{"name": f"secret {number}", "kind": "secret"} for number in range(50)]}
    shown = redact_within(report, {"entities": [{"kind": KEPT}]}, ["secret", frozenset({"another"})])
    assert shown["entities"][7] == {"name": f"{MASK} 7", "kind": "secret"}
    assert looked_at == ["secret"]


def test_what_is_ours_in_a_shape_is_shown():
    shape = {"digest": KEPT, "entities": [{"outcome": KEPT, "key": {}}], "evidence": {}}
    value = {
        "digest": {"sha256": "sha256:1"},
        "entities": [{"outcome": "sha256", "key": {"sha256": "sha256"}, "why": {"sha256": "sha256"}}, "sha256"],
        "evidence": "sha256",
        "sha256": ["sha256"],
    }
    assert redact_within(value, shape, ["sha256"]) == {
        "digest": {"sha256": "sha256:1"},
        "entities": [{"outcome": "sha256", "key": {"sha256": MASK}, "why": {MASK: MASK}}, MASK],
        "evidence": MASK,
        "sha256": [MASK],
    }


def test_what_has_the_pattern_of_ours_is_shown():
    shape = {"digest": re.compile(r"sha256:\d")}
    assert redact_within({"digest": "sha256:1"}, shape, ["sha256"]) == {"digest": "sha256:1"}
    assert redact_within({"digest": "sha256:x"}, shape, ["sha256"]) == {"digest": f"{MASK}:x"}


def test_what_is_known_is_long_enough():
    know(["secret", {"deep": ["token-of-ten"]}], shortest=10)
    assert known() == {"token-of-ten"}


def test_a_lone_surrogate_is_masked():
    assert redact("x\ud800secret", ["\ud800secret"]) == f"x{MASK}"


@pytest.mark.proves("NETWORK-5")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zelvora 10 mg é 日本 😀", "Zelvora 10 mg é 日本 😀"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb\u2066c\u200d", "a\\u202eb\\u2066c\\u200d"),
        ("a\u2028b\x85c\x00", "a\\u2028b\\x85c\\x00"),
        ("a\u00a0b", "a\\xa0b"),
        ("\ud800", "\\ud800"),
        ("::error::x", "\\x3a:error::x"),
        ("  ::error::x", "  \\x3a:error::x"),
        ("a::b", "a::b"),
        ("x ##[error]y", "x #\\x23[error]y"),
        ("##vso[task.setvariable]y", "#\\x23vso[task.setvariable]y"),
        ("##teamcity[x]", "#\\x23teamcity[x]"),
        ("## heading [x]", "## heading [x]"),
        ("ok\n::error::x", "ok\\n::error::x"),
        ("C:\\new", "C:\\new"),
        ("", ""),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown
    assert shown.isprintable()


def test_printable_values():
    assert printable_values({"a\n": ["\x1b", 5, None, {"b": "::x"}]}) == {"a\\n": ["\\x1b", 5, None, {"b": "\\x3a:x"}]}
    assert printable_values({1: ABSENT}) == {1: ABSENT}


def test_harmless_keeps_lines_and_tabs():
    assert harmless(["a\n::b\tc\x1b", 5]) == ["a\n\\x3a:b\tc\\x1b", 5]


def test_fingerprint():
    made = fingerprint(b"key", "a.b", "secret")
    assert made == hmac.new(b"key", b'["a.b","secret"]', hashlib.sha256).hexdigest()
    others = [
        fingerprint(b"KEY", "a.b", "secret"),
        fingerprint(b"key", "a.c", "secret"),
        fingerprint(b"key", "a.b", "secret "),
    ]
    assert len({made, *others}) == 4
    assert fingerprint(b"k", "a", {"x": 1, "y": 2.0}) == fingerprint(b"k", "a", {"y": 2, "x": 1.0})
    assert len({fingerprint(b"k", "a", value) for value in (1, "1", True, None, [1])}) == 5


@dataclass(frozen=True)
class Told:
    """Something with fields."""

    kind: str
    value: Any
    inner: Any = None


def test_a_dataclass_is_masked_field_by_field():
    value = Told("hunter22", ["hunter22", {"hunter22": 1}], Told("hunter22", "x"))
    shape = {"kind": KEPT, "inner": {"kind": KEPT}}
    hidden = redact_within(value, shape, ["hunter22"])
    assert hidden == Told("hunter22", [MASK, {MASK: 1}], Told("hunter22", "x"))
    assert redact_within(Told("hunter22", ""), None, ["hunter22"]) == Told(MASK, "")
