# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The border between Ansible's values and ours, with the types that this ansible-core has."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.native_values import plain, plain_options

try:
    from ansible.parsing.vault import EncryptedString, VaultSecretsContext
    from ansible.template import trust_as_template

    AnsibleVaultEncryptedUnicode = None
except ImportError:  # ansible-core 2.18
    from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode
    from ansible.utils.unsafe_proxy import wrap_var as trust_as_template

    EncryptedString = None


def plain_all_through(value):
    """Whether every part is of a plain type itself, not of a subclass."""
    parts = [*value, *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return type(value) in (dict, list, str, int, float, bool, type(None)) and all(map(plain_all_through, parts))


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, 1, -5, 1.5, "", "text", "é\n", [], {}, [1, [2, {"a": None}]], {"a": {"b": [True, 1, "1"]}}],
)
def test_what_is_plain_stays(value):
    result = plain(value)
    assert json.dumps(result) == json.dumps(value)
    assert plain_all_through(result)


@pytest.mark.proves("ANSIBLE-2")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2026-01-02T03:04:05+00:00"),
        (datetime.time(3, 4), "03:04:00"),
        ((1, "a"), [1, "a"]),
        ({"a"}, ["a"]),
        (frozenset([1]), [1]),
        ({datetime.date(2026, 1, 2): "a"}, {"2026-01-02": "a"}),
        ({"when": [datetime.date(2026, 1, 2)]}, {"when": ["2026-01-02"]}),
    ],
)
def test_what_json_does_not_have(value, expected):
    assert plain(value) == expected
    assert plain_all_through(plain(value))


UNQUOTED = [
    (False, "the boolean false"),
    (True, "the boolean true"),
    (1, "the number 1"),
    (1.5, "the number 1.5"),
    (None, "null"),
    (datetime.datetime(2026, 1, 2, 3, 4, 5), "the date 2026-01-02T03:04:05"),
]


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(("name", "told"), UNQUOTED)
@pytest.mark.parametrize(
    ("around", "what"),
    [
        (lambda inner: {"attributes": inner}, "use attributes: the name of attribute "),
        (lambda inner: {"key": {"a": [inner]}}, r"use key: the name of attribute a\[\]\."),
        (lambda inner: {"entities": [{}, {"refs": inner}]}, r"use entities, entry 2: the name of attribute refs\."),
    ],
)
def test_a_name_that_yaml_made_something_else_of(name, told, around, what):
    assert plain({name: "x"}) == {name: "x"}
    with pytest.raises(ConfigurationError, match=f"^Cannot {what}.* is {told}, not text") as error:
        plain_options(around({name: "x"}))
    assert "Quote it" in error.value.hint


class Text(str):
    def __str__(self):
        return str.__str__(self)


class Number(int):
    pass


class Fraction(float):
    pass


class Sequence(list):
    pass


class Table(dict):
    pass


def test_subclasses():
    result = plain(Table({Text("a"): Sequence([Text("b"), Number(5), Fraction(1.5), True])}))
    assert result == {"a": ["b", 5, 1.5, True]}
    assert plain_all_through(result)
    assert result["a"][3] is True


@pytest.mark.proves("ANSIBLE-2")
def test_what_ansible_tags():
    tagged = {trust_as_template("a"): [trust_as_template("{{ b }}"), trust_as_template("c")]}
    result = plain(tagged)
    assert result == {"a": ["{{ b }}", "c"]}
    assert plain_all_through(result)


@pytest.fixture
def vaulted(monkeypatch):
    """Encrypt a text as !vault in a playbook does."""
    secret = VaultSecret(b"password")
    vault = VaultLib([("default", secret)])

    def encrypt(text):
        encrypted = vault.encrypt(text.encode(), secret)
        if EncryptedString is None:
            value = AnsibleVaultEncryptedUnicode(encrypted)
            value.vault = vault
            return value
        return EncryptedString(ciphertext=encrypted.decode())

    if EncryptedString is not None:
        monkeypatch.setattr(VaultSecretsContext, "_current", None)
        VaultSecretsContext.initialize(VaultSecretsContext([("default", secret)]))
    return encrypt


@pytest.mark.proves("ANSIBLE-2")
def test_vault_strings_are_decrypted(vaulted):
    result = plain({"password": vaulted("s3cret é"), "inner": [vaulted("x")]})
    assert result == {"password": "s3cret é", "inner": ["x"]}
    assert plain_all_through(result)


def test_what_a_playbook_holds():
    from ansible.parsing.dataloader import DataLoader

    text = "{a: [1, yes, 2026-01-02, 1.5, null, x, '010'], b: {c: 2026-01-02T03:04:05Z}}"
    result = plain(DataLoader().load(text))
    assert result["a"] == [1, True, "2026-01-02", 1.5, None, "x", "010"]
    assert result["b"]["c"].startswith("2026-01-02T03:04:05")
    assert plain_all_through(result)
