# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments from files: what is declared, in which file, over which layer; and what is wrong, with its place."""

from __future__ import annotations

import json
import os
import random

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.own_schemas import own_schema
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.entry import Entry
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest import (
    entries_of,
    is_entry,
    load_manifest,
)

calm = settings(deadline=None, database=None)


def application(code="1", **more):
    return {"type": "application", "key": {"appCode": code}, **more}


def manifest(*entities, **header):
    return {"format": 1, **header, "entities": list(entities)}


def text_of(data):
    return data if isinstance(data, str) else json.dumps(data)


@pytest.fixture
def project(tmp_path):
    """Write files, and load layers of them."""

    def find(name):
        if not (tmp_path / name).exists():
            raise FileNotFoundError(name)
        return str(tmp_path / name)

    def write(**files):
        for name, data in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else text_of(data).encode())

    def load(*layers, secrets=None, **files):
        write(**files)
        return load_manifest(list(layers), {} if secrets is None else secrets, find, decrypt)

    load.folder = tmp_path
    return load


def decrypt(text):
    head, _line, body = text.partition("\n")
    if head != "$ANSIBLE_VAULT;1.1;AES256":
        raise ValueError(text)
    return "".join(chr(ord(char) ^ 1) if char not in "\n" else char for char in body)


def encrypted(text):
    return "$ANSIBLE_VAULT;1.1;AES256\n" + "".join(chr(ord(char) ^ 1) if char != "\n" else char for char in text)


def refused(load, *layers, **files):
    with pytest.raises(ConfigurationError) as caught:
        load(*layers, **files)
    return str(caught.value)


def test_an_entry_as_it_is_declared(project):
    text = """
# the first one
format: 1
url: https://insight.example.com
entities:
  - type: event
    key: {eventName: Initial filing}
    was: {eventName: First filing}
    refs:
      applicationId: {type: application, key: {appCode: 012345}}
    attributes:
      description: null
      numbers: [1, 1.5]
    state: present
  - type: application
    key: {appCode: 012345}
"""
    found = project("a.yml", **{"a.yml": text})
    refs = {"applicationId": {"type": "application", "key": {"appCode": "012345"}}}
    assert found.entries == (
        Entry(
            "event",
            {"eventName": "Initial filing"},
            {"eventName": "First filing"},
            refs,
            {"description": None, "numbers": [1, 1.5]},
            origin="a.yml, entry 1",
        ),
        Entry("application", {"appCode": "012345"}, origin="a.yml, entry 2"),
    )
    assert (found.url, found.notes) == ("https://insight.example.com", ())
    assert found.digest.startswith("sha256:") and len(found.digest) == 71


@pytest.mark.proves("MANIFEST-1")
def test_a_folder_is_read_in_order_and_below(project):
    found = project(
        "env/",
        **{
            "env/b.yml": manifest(application("1")),
            "env/a/z.JSON": manifest(application("2")),
            "env/a.yaml": manifest(application("3")),
            "env/README.md": "{",
            "env/.hidden.yml": "{",
            "env/.git/x.yml": "{",
        },
    )
    assert [(entry.key["appCode"], entry.origin) for entry in found.entries] == [
        ("3", "env/a.yaml, entry 1"),
        ("2", "env/a/z.JSON, entry 1"),
        ("1", "env/b.yml, entry 1"),
    ]


@pytest.mark.proves("MANIFEST-1")
@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3, "z": 4}}, {"a": {"x": 1, "y": 3, "z": 4}}),
        ({"a": {"x": 1}}, {"a": None}, {"a": None}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": "text"}, {"a": "text"}),
        ({"a": "text"}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": {"secret": "s"}, "b": 1}, {"a": {"x": 1}}, {"a": {"x": 1}, "b": 1}),
        ({"secret": "plain"}, {"b": 1}, {"secret": "plain", "b": 1}),
    ],
)
def test_a_later_layer_wins_attribute_by_attribute(project, base, over, merged):
    found = project(
        "base/",
        "over.yml",
        **{
            "base/a.yml": manifest(application(attributes=base)),
            "over.yml": manifest(application("2"), application(attributes=over)),
        },
    )
    assert [(dict(entry.attributes), entry.origin) for entry in found.entries] == [
        (merged, "base/a.yml, entry 1 and over.yml, entry 2"),
        ({}, "over.yml, entry 1"),
    ]


@pytest.mark.proves("MANIFEST-1")
def test_a_later_layer_wins_in_state_and_former_key_where_it_says_one(project):
    files = {
        "1.yml": manifest(application(state="absent", was={"appCode": "0"}), application("2", state="absent")),
        "2.yml": manifest(application(state="present", was={"appCode": "00"}, attributes={"a": 1}), application("2")),
    }
    one, two = project("1.yml", "2.yml", **files).entries
    assert (one.state, one.was, one.attributes) == ("present", {"appCode": "00"}, {"a": 1})
    assert two.state == "absent"
    one, two = project("2.yml", "1.yml").entries
    assert (one.state, one.attributes, one.was) == ("absent", {}, {"appCode": "0"})


@pytest.mark.proves("MANIFEST-1")
def test_attributes_of_a_later_layer_are_not_dropped_silently(project):
    gone, wanted = application(state="absent"), application(attributes={"a": 1})
    with pytest.raises(ConfigurationError) as caught:
        project("1.yml", "2.yml", **{"1.yml": manifest(gone), "2.yml": manifest(wanted)})
    for words in (
        "1.yml, entry 1 declares application",
        "2.yml, entry 1 gives it attributes",
        "state: present in 2.yml",
    ):
        assert words in str(caught.value)
    (entry,) = project("1.yml", "2.yml", **{"2.yml": manifest({**wanted, "state": "present"})}).entries
    assert (entry.state, entry.attributes) == ("present", {"a": 1})
    (entry,) = project("1.yml", "2.yml", **{"2.yml": manifest({**wanted, "state": "absent"})}).entries
    assert (entry.state, entry.attributes) == ("absent", {})


@pytest.mark.proves("MANIFEST-1")
def test_the_digest_is_of_what_is_declared(project):
    one, two, three = application("1", attributes={"a": 1, "b": 2}), application("2"), application("3")
    digests = {
        project(*layers, **files).digest
        for layers, files in [
            (["a.yml"], {"a.yml": manifest(one, two, three)}),
            (["b.json"], {"b.json": manifest(three, two, one)}),
            (["c.yml"], {"c.yml": "# comment\n" + yaml.safe_dump(manifest(one, two, three))}),
            (["d"], {"d/x.yml": manifest(three), "d/y.yml": manifest(one, two)}),
            (["f.yml"], {"f.yml": manifest(one, {**two, "state": "present", "refs": {}, "attributes": {}}, three)}),
            (
                ["g.yml", "h.yml"],
                {"g.yml": manifest(one, two), "h.yml": manifest(application(attributes={"b": 2}), three)},
            ),
        ]
    }
    assert len(digests) == 1
    assert entries_of([one, two, three], {}).digest in digests
    for other in (
        [one, two],
        [one, two, {**three, "state": "absent"}],
        [one, two, {**three, "was": {"appCode": "0"}}],
        [{**one, "attributes": {"a": 1, "b": "2"}}, two, three],
        [{**one, "attributes": {"a": 1, "b": {"secret": "s"}}}, two, three],
    ):
        digests.add(entries_of(other, {"s": "x"}).digest)
    assert len(digests) == 6


@pytest.mark.proves("MANIFEST-5")
def test_secrets_are_filled_from_the_task(project):
    attributes = {
        "plain": 1,
        "password": {"secret": "first"},
        "account": {"name": "x", "login": {"token": {"secret": "second"}}},
        "only": {"pin": {"secret": "first"}},
        "secret": {"secret": "second"},
        "no": {"secret": "x", "name": "y"},
    }
    found = project(
        "a.yml",
        secrets={"first": "hunter2", "second": "3", "more": 1},
        **{"a.yml": manifest(application(attributes=attributes))},
    )
    (entry,) = found.entries
    assert entry.attributes == {"plain": 1, "account": {"name": "x"}, "no": {"secret": "x", "name": "y"}}
    assert entry.secret_attributes == {
        "password": "hunter2",
        "account": {"login": {"token": "3"}},
        "only": {"pin": "hunter2"},
        "secret": "3",
    }
    assert "hunter2" not in repr(found)
    assert found.digest == project("a.yml", secrets={"first": "another", "second": "3"}).digest


@pytest.mark.proves("MANIFEST-5")
def test_every_missing_secret_is_named(project):
    files = {
        "a.yml": manifest(
            application(attributes={"a": {"secret": "one"}, "b": {"secret": "two"}}),
            application("2", attributes={"c": {"secret": "three"}, "d": {"secret": "four"}}),
            application("3", state="absent", attributes={"c": {"secret": "five"}}),
        )
    }
    message = refused(project, "a.yml", secrets={"two": "hunter2", "four": ""}, **files)
    assert "not given, or empty: four, one, three. " in message
    assert "four is needed by a.yml, entry 2" in message and "hunter2" not in message


def test_where_only_names_matter_no_secret_is_needed(project):
    files = {"a.yml": manifest(application(attributes={"a": {"secret": "one"}, "b": 1}))}
    project("a.yml", secrets={"one": "x"}, **files)
    found = load_manifest("a.yml", None, lambda name: str(project.folder / name), decrypt)
    assert [(entry.attributes, entry.secret_attributes) for entry in found.entries] == [({"b": 1}, {})]


@pytest.mark.proves("MANIFEST-5")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([{"secret": "s"}], "a.yml, entry 1: a secret stands inside the list attributes.x.y"),
        ([1, {"a": [{"b": {"secret": "s"}}]}], "inside the list attributes.x.y[].a, which can only be sent as a whole"),
        ({"secret": 5}, "a.yml, entry 1: attributes.x.y.secret is no name"),
        ({"secret": ""}, "attributes.x.y.secret is no name"),
        ({"secret": {"secret": "s"}}, "attributes.x.y.secret is no name"),
    ],
)
def test_secrets_that_cannot_be(project, value, why):
    files = {"a.yml": manifest(application(attributes={"x": {"y": value, "z": 1}}))}
    assert why in refused(project, "a.yml", secrets={"s": "hunter2"}, **files)


@pytest.mark.proves("MANIFEST-5")
def test_vault(project):
    whole = encrypted(json.dumps(manifest(application("1", attributes={"a": "x"}))))
    lines = "\n".join(f"          {line}" for line in encrypted("hunter2").splitlines())
    value = f"""
format: 1
entities:
  - type: application
    key: {{appCode: '2'}}
    attributes:
      b: y
      account:
        password: !vault |-
{lines}
"""
    files = {"a.json": whole, "b.yml": encrypted("format: 1\nentities: [{type: x, key: {k: NO}}]"), "c.yml": value}
    found = project("a.json", "b.yml", "c.yml", **files)
    assert [(entry.key, entry.attributes, entry.secret_attributes) for entry in found.entries] == [
        ({"appCode": "1"}, {"a": "x"}, {}),
        ({"k": "NO"}, {}, {}),
        ({"appCode": "2"}, {"b": "y"}, {"account": {"password": "hunter2"}}),
    ]
    assert "hunter2" not in repr(found)
    assert found.digest == project("a.json", "b.yml", "c.yml", **{"c.yml": value.replace("b: y", "b:   y")}).digest


@pytest.mark.proves("MANIFEST-5")
def test_what_cannot_be_decrypted(project):
    message = refused(project, "a.yml", **{"a.yml": "$ANSIBLE_VAULT;1.1;AES256;other\n6869"})
    assert "Cannot read a.yml: it cannot be decrypted" in message and "6869" not in message


@pytest.mark.proves("MANIFEST-5")
def test_a_key_is_no_secret(project):
    head, body = encrypted("hunter2").splitlines()
    text = f"format: 1\nentities:\n- type: x\n  key:\n    k: !vault |-\n      {head}\n      {body}\n"
    files = {"a.yml": text, "b.yml": manifest({"type": "x", "key": {"k": {"secret": "s"}}})}
    for name in files:
        message = refused(project, name, **files)
        assert "entry 1: key.k must be of type" in message and "hunter2" not in message


TYPE_ONLY = "entry 2: the whole lacks something that is required: key"
ODD_REFERENCE = "{type: x, id: 1, key: {k: 1}}"
BAD = [
    ("", "Cannot read a.yml: it is empty"),
    ("# nothing\n", "it is empty"),
    ("[]", "the whole must be of type object"),
    ("format: 1", "the whole lacks something that is required: entities"),
    ("entities: []", "the whole lacks something that is required: format"),
    ("{format: 2, entities: []}", "format must be 1"),
    ("{format: '1', entities: []}", "format must be 1"),
    ("{format: true, entities: []}", "format must be 1"),
    ("{format: 1, entities: {}}", "entities must be of type array"),
    ("{format: 1, entities: [], password: hunter2}", "a name that is not allowed there: password"),
    ("{format: 1, entities: [], client_secret: '{{ x }}'}", "not allowed there: client_secret"),
    ("{format: 1, entities: [], url: insight.example.com}", "url must match"),
    ("{format: 1, entities: [], url: 'https://{{ x }}'}", "url must match"),
    ("{format: 1, entities: [], url: [hunter2]}", "url must be of type string"),
    ("{format: 1, entities: [hunter2]}", "entry 1: the whole must be of type object"),
    (
        "{format: 1, entities: [{type: x, key: {k: 1}}, {type: x}]}",
        "entry 2: the whole lacks something that is required: key",
    ),
    ("{format: 1, entities: [{type: x, key: {a: b}, was: {}}]}", "entry 1: was must not be empty"),
    ("{format: 1, entities: [{type: x, key: {k: [hunter2]}}]}", "entry 1: key.k must be of type"),
    ("{format: 1, entities: [{type: x, key: {k: null}}]}", "entry 1: key.k must be of type"),
    ("{format: 1, entities: [{type: 5, key: {k: 1}}]}", "entry 1: type must be of type string"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, state: hunter2}]}", "entry 1: state must be one of"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, sate: hunter2}]}", "not allowed there: sate"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, was: {}}]}", "entry 1: was must not be empty"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, attributes: [hunter2]}]}", "attributes must be of type object"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, attributes: null}]}", "attributes must be of type object"),
    ("{format: 1, entities: [{type: x, key: {k: 1}, refs: {r: hunter2}}]}", "entry 1: refs.r fits none of the forms"),
    (
        "{format: 1, entities: [{type: x, key: {k: 1}, refs: {r: {type: x, id: 1, key: {k: 1}}}}]}",
        "entry 1: refs.r fits none",
    ),
    (b"format: 1\nentities: [\xff]", "it is not in UTF-8"),
]


@pytest.mark.proves("MANIFEST-3")
@pytest.mark.parametrize(("text", "why"), BAD)
def test_what_is_no_manifest(project, text, why):
    message = refused(project, "a.yml", **{"a.yml": text})
    assert "Cannot read a.yml: " in message and why in message and "hunter2" not in message


@pytest.mark.proves("MANIFEST-3")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("format: 1\nentities:\n  - type: x\n    key: {k: 1\n", "line 5"),
        ("format: 1\nentities:\n  - type: x\n    key: {k: 1, k: 2}\n", "line 4: k is given twice"),
        ("format: 1\nentities:\n  - type: x\n    type: y\n", "line 4: type is given twice"),
        ("format: 1\nentities:\n  - type: x\n    key: {k: {{ k }}}\n", "line 4: "),
        ("format: 1\nentities:\n  - type: x\n    key:\n", "line 4: there is no value"),
    ],
)
def test_what_is_no_yaml(project, text, why):
    message = refused(project, "env", **{"env/a.yml": text})
    assert "Cannot read env/a.yml: " in message and why in message


@pytest.mark.proves("MANIFEST-3")
def test_of_many_mistakes_the_first_few_are_shown(project):
    message = refused(project, "a.yml", **{"a.yml": manifest(*[{"type": "x"}] * 9)})
    assert "entry 5: " in message and "entry 6: " not in message and "; and more" in message


@pytest.mark.proves("MANIFEST-3")
def test_one_entity_twice_in_a_layer(project):
    files = {"env/a.yml": manifest(application("2"), application("1")), "env/b.yml": manifest(application("1"))}
    assert "application (appCode=1) stands in env/a.yml, entry 2 and in env/b.yml, entry 1" in refused(
        project, "env", **files
    )


@pytest.mark.proves("MANIFEST-3")
@pytest.mark.parametrize(
    ("layers", "why"),
    [
        (["env"], "Cannot read env: there is no file in it that ends in .yml, .yaml, .json"),
        (["nowhere/"], "Cannot read nowhere/: there is no such file or folder"),
        (["none.yml"], "it declares no entity at all. Nothing is deleted for that"),
        ([], "it declares no entity at all"),
        ([""], "a layer is the name of a file or a folder"),
        ([{"type": "x"}], "a layer is the name of a file or a folder"),
    ],
)
def test_an_empty_manifest(project, layers, why):
    (project.folder / "env" / "below").mkdir(parents=True)
    (project.folder / "env" / "below" / "README.md").write_text("nothing here")
    assert why in refused(project, *layers, **{"none.yml": manifest()})


@pytest.mark.proves("MANIFEST-3")
def test_what_cannot_be_read(project):
    (project.folder / "env").mkdir()
    (project.folder / "env" / "a.yml").mkdir()
    (project.folder / "env" / "gone.yml").symlink_to("nowhere")
    assert "Cannot read env/gone.yml: it cannot be read (No such file or directory)" in refused(project, "env")
    (project.folder / "env" / "base").symlink_to(project.folder)
    assert "base in it is a link to a folder, which is not followed" in refused(project, "env")


@pytest.mark.proves("MANIFEST-3")
@pytest.mark.parametrize("below", ["", "below/"])
def test_a_link_leads_to_no_other_file(project, below):
    folder = project.folder / "env" / below
    folder.mkdir(parents=True)
    (project.folder / "other.yml").write_text("canary: value\n")
    for address in ("/dev/zero", project.folder / "other.yml", "../" * (1 + len(below) // 6) + "other.yml"):
        (folder / "l.yml").symlink_to(address)
        assert f"{below}l.yml in it is a link to a file outside of it" in refused(project, "env")
        (folder / "l.yml").unlink()


def test_a_link_inside_a_layer_is_followed(project):
    data = project.folder / "env" / "..data"
    data.mkdir(parents=True)
    (data / "a.yml").write_text(text_of(manifest(application())))
    (project.folder / "env" / "a.yml").symlink_to("..data/a.yml")
    assert len(project("env").entries) == 1


@pytest.mark.proves("MANIFEST-3")
def test_what_is_no_file_is_not_waited_for_and_what_is_too_large_not_read(project):
    folder = project.folder / "env"
    folder.mkdir()
    os.mkfifo(folder / "a.yml")
    assert "Cannot read env/a.yml: it cannot be read (it is no regular file)" in refused(project, "env")
    assert "it is no regular file" in refused(project, "env/a.yml")
    (folder / "a.yml").unlink()
    (folder / "a.yml").touch()
    os.truncate(folder / "a.yml", (64 << 20) + 1)
    assert "it is larger than 64 MiB" in refused(project, "env")


@pytest.mark.proves("MANIFEST-3")
def test_a_folder_that_cannot_be_listed(project, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", path)

    (project.folder / "env").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    assert "env: it cannot be read (Permission denied)" in refused(project, "env")


def test_one_pinned_address(project):
    one, two = "https://one.example.com", "https://two.example.com"
    files = {
        "1.yml": manifest(application("1"), url=one),
        "2.yml": manifest(application("2"), url=f"{one}/"),
        "3.yml": manifest(application("3"), url=two),
    }
    assert project("1.yml", "2.yml", **files).url == one
    assert "1.yml is for https://one.example.com, and 3.yml is for https://two.example.com" in refused(
        project, "1.yml", "3.yml"
    )


@pytest.mark.proves("MANIFEST-2")
def test_a_template_is_text_and_somebody_says_so(project):
    text = """
# {{ in a comment is nobody's business
format: 1
entities:
  - {type: x, key: {k: a}, attributes: {b: "{{ lookup('pipe', 'id') }}"}}
  - {type: x, key: {k: b}}
  - {type: x, key: {k: c}, attributes: {b: "{% if a %}"}}
"""
    found = project("a.yml", **{"a.yml": text})
    assert found.entries[0].attributes == {"b": "{{ lookup('pipe', 'id') }}"}
    assert found.notes == (
        "a.yml, entry 1 holds {{ or {%: a manifest has no templates, this is taken as text.",
        "a.yml, entry 3 holds {{ or {%: a manifest has no templates, this is taken as text.",
    )


def test_entries_given_inline():
    found = entries_of([application(attributes={"a": {"secret": "s"}}), application("2")], {"s": "hunter2"})
    assert [(entry.origin, entry.secret_attributes) for entry in found.entries] == [
        ("entities, entry 1", {"a": "hunter2"}),
        ("entities, entry 2", {}),
    ]
    assert found.url is None


@pytest.mark.proves("MANIFEST-3")
@pytest.mark.parametrize(
    ("entities", "why"),
    [
        ({}, "entities is no list"),
        ([], "it declares no entity at all"),
        (
            [application(), {"type": "x"}],
            "Cannot read entities: entry 2: the whole lacks something that is required: key",
        ),
        ([application(), application()], "stands in entities, entry 1 and in entities, entry 2"),
    ],
)
def test_bad_entries_given_inline(entities, why):
    assert why in refused(lambda given: entries_of(given, {}), entities)


def test_the_schema_is_asked_only_about_what_is_wrong(project, monkeypatch):
    def asked(*_arguments):
        raise AssertionError("the schema was asked")

    monkeypatch.setattr("ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest.violations", asked)
    assert project("a.yml", **{"a.yml": manifest(application(), url="https://insight.example.com")})


def test_an_editor_may_be_told_where_the_schema_is(project):
    header = {"$schema": "../manifest.schema.json"}
    assert len(project("a.json", **{"a.json": manifest(application(), **header)}).entries) == 1


scalars = st.sampled_from(["x", "", 1, 1.5, True, None])
odd = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["k", "type", "key", "id", ""]), inner, max_size=3)
    ),
    max_leaves=4,
)
keys = st.one_of(odd, st.dictionaries(st.sampled_from(["k", "l", ""]), scalars, max_size=2), st.just({"k": "x"}))
some_types = st.one_of(odd, st.just("x"), st.just("x"))
references = st.recursive(
    st.one_of(
        odd,
        st.fixed_dictionaries({"type": some_types, "key": keys}),
        st.fixed_dictionaries({"type": some_types, "id": scalars}),
        st.fixed_dictionaries({"type": some_types, "id": scalars}, optional={"key": keys, "refs": odd}),
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": some_types, "key": keys}, optional={"refs": st.dictionaries(st.sampled_from(["r", ""]), inner)}
    ),
    max_leaves=3,
)
entries = st.one_of(
    odd,
    st.fixed_dictionaries(
        {"type": some_types, "key": keys},
        optional={
            "was": keys,
            "refs": st.one_of(odd, st.dictionaries(st.sampled_from(["r", "s", ""]), references, max_size=2)),
            "attributes": odd,
            "state": st.one_of(odd, st.sampled_from(["present", "absent"])),
            "other": scalars,
        },
    ),
)


ENTRY = Draft202012Validator({"$ref": "#/$defs/entry", "$defs": own_schema("manifests/manifest")["$defs"]})


@settings(calm, max_examples=500)
@given(entries)
@example({"type": "", "key": {"k": 1}})
@example({"type": "x", "key": {"": 1}})
@example({"type": "x", "key": {"k": 1}, "attributes": {"": 1}})
@example({"type": "x", "key": {"k": 1}, "refs": {"": {"type": "x", "id": 1}}})
@example({"type": "x", "key": {"k": 1}, "refs": {"r": {"type": "x", "id": True}}})
@example({"type": "x", "key": {"k": 1}, "refs": {"r": {"type": "", "id": 1}}})
@example({"type": "x", "key": {"k": 1}, "refs": {"r": {"type": "x", "id": 1, "refs": {}}}})
@example({"type": "x", "key": {"k": 1}, "refs": {"r": {"type": "x", "key": {"k": 1}, "refs": {"r": {"type": "x"}}}}})
def test_the_short_cut_says_what_the_schema_says(entry):
    assert is_entry(entry) is ENTRY.is_valid(entry)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(own_schema("manifests/manifest"))


@calm
@given(st.lists(st.integers(1, 30), unique=True, min_size=1), st.randoms())
def test_the_digest_does_not_depend_on_the_order(numbers, chance: random.Random):
    shuffled = [application(str(number)) for number in numbers]
    chance.shuffle(shuffled)
    assert entries_of(shuffled, {}).digest == entries_of([application(str(number)) for number in numbers], {}).digest


def test_errors_about_the_form_are_schema_errors(project):
    with pytest.raises(SchemaError):
        project("a.yml", **{"a.yml": "[]"})
