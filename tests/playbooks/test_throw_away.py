# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that are gone after the job: what docs/throw_away_controllers.md shows, and what AWX is given."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from conftest import CLIENT, PASSWORD, SECRET, TENANT, USER, Played, Player, Server
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from simulator.surroundings import ROOT
from test_docs import Example, examples_of, prepare, run

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import SHARED

PAGE = ROOT / "docs" / "throw_away_controllers.md"
EXAMPLES = {example.mark["name"]: example for example in examples_of(PAGE) if "by" in example.mark}
AWX = ROOT / "extensions" / "awx"
TYPE = yaml.safe_load((AWX / "credential_type.yml").read_text(encoding="utf-8"))
FIELDS = {field["id"]: field for field in TYPE["inputs"]["fields"]}
"""The inputs of the credential type."""
FILES = {"assertion_certificate", "assertion_key", "ca_certificates"}
"""The inputs that become files."""
KEYS = {"assertion_key"}
"""The inputs that are secret although the option, which holds a path, is not."""


# --- handing on a refresh token

KINDS = ("family_revoking", "kills_access_token")
VAULT_PASSWORD = "a canary that nobody prints"


@pytest.fixture(autouse=True)
def vault_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The password of the token file, in a file that the environment names."""
    path = tmp_path / "vault_password"
    path.write_text(VAULT_PASSWORD)
    monkeypatch.setenv("VAULT_PASSWORD_FILE", str(path))
    return path


def job(name: str, server: Server, folder: Path, token: bytes | None, *arguments: str) -> tuple[Played, bytes]:
    """Run an example in a folder that has nothing but the token file; what is in that file then."""
    folder.mkdir()
    if token:
        (folder / "refresh_token.vault").write_bytes(token)
    example = EXAMPLES[name]
    example = Example(
        example.name,
        example.text,
        {"arguments": ["--vault-password-file", "../vault_password", *arguments]},
    )
    played = run(example, server, folder, {})
    saved = folder / "refresh_token.vault"
    return played, saved.read_bytes() if saved.exists() else b""


def decrypted(token: bytes) -> str:
    """The token in a token file."""
    return VaultLib([("default", VaultSecret(VAULT_PASSWORD.encode()))]).decrypt(token).decode()


@pytest.mark.proves("STORE-7", "STORE-3", "SECRET-1", "ANSIBLE-6")
@pytest.mark.parametrize("kind", ["single_use", *(pytest.param(kind, marks=pytest.mark.one_core) for kind in KINDS)])
def test_a_refresh_token_goes_from_job_to_job(server: Server, tmp_path: Path, kind: str) -> None:
    server.switch(refresh_tokens=kind, device_interval=1)
    played, first = job("first", server, tmp_path / "person", None)
    assert played.code == 0, played.output
    server.forget()
    tokens = [first]
    for number, arguments in enumerate(([], ["--check"], ["-vvvv"])):
        folder = tmp_path / f"job {number}"
        played, token = job("job", server, folder, tokens[-1], *arguments)
        assert played.code == 0, played.output
        assert token.startswith(b"$ANSIBLE_VAULT")
        tokens.append(token)
        said = [secret for secret in (VAULT_PASSWORD, *map(decrypted, tokens)) if secret in played.output]
        assert not said
        shutil.rmtree(folder)
    assert server.counted["refreshes"] == 3
    assert server.counted["creates"] == 1
    used_up, _token = job("job", server, tmp_path / "too late", first)
    assert used_up.code != 0
    assert "the refresh token" in used_up["Log in"].get("msg", "") + used_up.output


@pytest.mark.proves("STORE-7", "STORE-3")
def test_the_token_is_saved_when_the_job_fails_and_when_it_rotates_on_the_way(server: Server, tmp_path: Path) -> None:
    server.switch(refresh_tokens="single_use", device_interval=1)
    played, token = job("first", server, tmp_path / "person", None)
    assert played.code == 0, played.output
    server.switch(token_lifetime=4)
    server.fault("slow", "find", seconds=4.2)  # then the task after it finds an access token that has expired
    server.forget()
    played, token = job("job", server, tmp_path / "rotates", token)
    assert played.code == 0, played.output
    assert server.counted["refreshes"] > 1
    server.fault("status", "create", status=500, times=10)
    server.fault("status", "find", status=403, times=10)
    played, token = job("job", server, tmp_path / "fails", token)
    assert played.code != 0
    server.control("DELETE", "faults")
    played, token = job("job", server, tmp_path / "goes on", token)
    assert played.code == 0, played.output


# --- AWX


def injected(inputs: dict[str, Any], folder: Path) -> dict[str, str]:
    """The environment that AWX makes of a credential: templates over the inputs that are filled in, files first."""
    environment = ImmutableSandboxedEnvironment()
    paths: dict[str, str] = {}
    for label, template in TYPE["injectors"]["file"].items():
        path = folder / label.removeprefix("template.")
        path.write_text(environment.from_string(template).render(**inputs), encoding="utf-8")
        path.chmod(0o600)
        paths[path.name] = str(path)
    names = {**inputs, "tower": {"filename": paths}}
    return {
        name: environment.from_string(template).render(**names) for name, template in TYPE["injectors"]["env"].items()
    }


@pytest.mark.proves("AWX-1")
def test_every_input_is_used_and_every_injector_is_an_option() -> None:
    assert set(TYPE) == {"name", "description", "kind", "inputs", "injectors"}
    assert len(FIELDS) == len(TYPE["inputs"]["fields"])
    assert set(TYPE["inputs"]["required"]) <= set(FIELDS)
    options = {name.removeprefix("INSIGHT_").lower(): text for name, text in TYPE["injectors"]["env"].items()}
    assert set(options) <= set(SHARED)
    assert all(name.startswith("INSIGHT_") and name == name.upper() for name in TYPE["injectors"]["env"])
    names = {name: f"<{name}>" for name in FIELDS}
    paths = {label.removeprefix("template."): f"<{label}>" for label in TYPE["injectors"]["file"]}
    assert set(paths) == FILES
    strict = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    used = set()
    for option, template in options.items():
        text = strict.from_string(template).render(**names, tower={"filename": paths})
        (field,) = (name for name in FIELDS if text in (f"<{name}>", f"<template.{name}>"))
        assert option == {"ca_certificates": "ca_path"}.get(field, field)
        assert (field in FILES) == (SHARED[option]["type"] == "path")
        used.add(field)
    for label, template in TYPE["injectors"]["file"].items():
        assert strict.from_string(template).render(**names) == f"<{label.removeprefix('template.')}>"
    assert used == set(FIELDS)


@pytest.mark.proves("AWX-1", "SECRET-1")
def test_every_secret_is_secret_in_awx() -> None:
    secret = {name for name in FIELDS if name in KEYS or SHARED.get(name, {}).get("no_log")}
    assert {name for name, field in FIELDS.items() if field.get("secret")} == secret
    assert all(field["type"] == "string" and field["label"] for field in FIELDS.values())
    assert all(FIELDS[name].get("multiline") for name in FILES)


@pytest.mark.proves("AWX-1")
def test_choices_are_those_of_the_option() -> None:
    assert set(FIELDS["grant_type"]["choices"]) <= set(SHARED["grant_type"]["choices"])


def certificate(server: Server, folder: Path) -> dict[str, str]:
    """A certificate of the client that the platform knows, and its key."""
    prepare(["certificate"], server, folder)
    files = {"assertion_certificate": "client.pem", "assertion_key": "client.key"}
    return {field: (folder / name).read_text(encoding="utf-8") for field, name in files.items()}


@pytest.mark.proves("AWX-1", "ANSIBLE-2", "ANSIBLE-3")
@pytest.mark.parametrize("grant", ["client_credentials", "certificate", "password", "login"])
def test_a_job_needs_no_other_option(servers: dict[str, Server], server: Server, play: Player, grant: str) -> None:
    person = {"username": USER, "password": PASSWORD}
    client = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "authority": server.url}
    inputs = {
        "client_credentials": client,
        "password": {**client, **person, "expected_user": USER},
        "certificate": {**client, "client_secret": "", **certificate(server, play.folder)},
        "login": {"profile": "insight_7_0", **person},
    }[grant]
    grant = "client_credentials" if grant == "certificate" else grant
    trusted = Path(server.ca_path).read_text(encoding="utf-8")
    inputs |= {"url": server.url, "grant_type": grant, "ca_certificates": trusted}
    play.defaults.clear()
    read = "lookup('rimops.insight.insight_entity', {'type': 'application', 'key': key})"
    key = {"appCode": "123456", "appName": "Zelvora"}
    wanted = {"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora 10 mg"]}}
    played = play(
        [
            {"name": "log in", "rimops.insight.insight_token": {}},
            {"name": "create", "rimops.insight.insight_entity": wanted},
            {"name": "look up", "ansible.builtin.debug": {"msg": f"{{{{ {read}.selectedProducts }}}}"}},
        ],
        environment=injected(inputs, play.folder),
        vars={"key": key},
    )
    assert played.code == 0, played.output
    assert played["create"]["operation"] == "create"
    assert played["look up"]["msg"] == ["Zelvora 10 mg"]
    assert server.counted["handshakes"] == 1


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The InSight that the grant is for."""
    called = getattr(request.node, "callspec", None)
    return "insight_7_0" if called and called.params.get("grant") == "login" else "insight"


@pytest.mark.proves("AWX-1")
def test_the_execution_environment_brings_what_the_collection_imports() -> None:
    definition = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))
    brought = requirements(ROOT / definition["dependencies"]["python"])
    assert brought == requirements(ROOT / "requirements" / "runtime.in")
    image = yaml.safe_load((AWX / "execution-environment.yml").read_text(encoding="utf-8"))
    assert image["version"] == 3
    (collection,) = image["dependencies"]["galaxy"]["collections"]
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert collection["name"] == f"{galaxy['repository']}.git"
    requires = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    assert f"ansible-core{requires}".startswith(image["dependencies"]["ansible_core"]["package_pip"])


def requirements(path: Path) -> set[str]:
    """The lines of a requirements file without comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}
