# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options: their values, and that what is documented is what is there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.doc_fragments.options import ModuleDocFragment
from ansible_collections.rimops.insight.plugins.module_utils._options import shared as options
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import (
    SESSION_HANDLE,
    SHARED,
    Evidence,
    Identity,
    Network,
    SessionHandle,
    environment_name,
    initiator_from,
    settings_from,
)
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.tests.unit.fakes import profile

MODULES = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
LOOKUPS = yaml.safe_load(ModuleDocFragment.LOOKUP)["options"]
SAID = ("type", "default", "choices", "elements", "required")
PLUGINS = "ansible_collections.rimops.insight.plugins"


def essence(option):
    """What documentation and specification must agree on."""
    inner = option.get("options", option.get("suboptions"))
    said = {
        name: option[name]
        for name in SAID
        if option.get(name) not in (None, False) or (name in option and name == "default")
    }
    return {"type": "str", **said, "options": {name: essence(one) for name, one in inner.items()} if inner else None}


@pytest.mark.parametrize("documented", [MODULES, LOOKUPS], ids=["modules", "lookups"])
def test_every_shared_option_is_documented_as_it_is(documented):
    assert {name: essence(one) for name, one in documented.items()} == {
        name: essence(one) for name, one in SHARED.items()
    }


@pytest.mark.parametrize("name", SHARED)
def test_where_an_option_is_also_read_from(name):
    variable = f"INSIGHT_{name.upper()}"
    assert environment_name(name) == variable
    is_text = SHARED[name]["type"] != "dict"
    assert (variable in str(MODULES[name]["description"])) is is_text
    assert LOOKUPS[name].get("env") == ([{"name": variable}] if is_text else None)
    assert LOOKUPS[name]["vars"] == [{"name": f"insight_{name}"}]


def documentation(module):
    """The text, without importing what a host without Ansible does not have."""
    source = Path(options.__file__).resolve().parents[2] / "modules" / f"{module}.py"
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "DOCUMENTATION":
            return ast.literal_eval(node.value)
    raise LookupError(module)


def documented_options(module):
    """The options of a module, with those of the fragments that it names."""
    own = yaml.safe_load(documentation(module))
    names = [one.removeprefix("rimops.insight.") for one in own.get("extends_documentation_fragment", [])]
    fragments = [importlib.import_module(f"{PLUGINS}.doc_fragments.{name}").ModuleDocFragment for name in names]
    told = [yaml.safe_load(one.DOCUMENTATION)["options"] for one in fragments]
    return {name: essence(one) for part in (*told, own.get("options") or {}) for name, one in part.items()}


@pytest.mark.parametrize(
    ("module", "place", "command"),
    [
        ("insight_entity", "module_utils", "ENTITY"),
        ("insight_entity_info", "module_utils", "ENTITY_INFO"),
        ("insight_token", "module_utils", "TOKEN"),
        ("insight_entities", "plugin_utils", "ENTITIES"),
        ("insight_drift", "plugin_utils", "CHECK_DRIFT"),
        ("insight_export", "plugin_utils", "EXPORT"),
        ("insight_qualify", "plugin_utils", "QUALIFY"),
        ("insight_report", "plugin_utils", "REPORT"),
        ("insight_journal_info", "module_utils", "JOURNAL_INFO"),
        ("insight_probe", "module_utils", "PROBE"),
    ],
)
def test_each_module_documents_its_options(module, place, command):
    spec = getattr(importlib.import_module(f"{PLUGINS}.{place}._commands.{module}"), command).spec
    assert documented_options(module) == {name: essence(one) for name, one in spec.items()}


LOOKS_SECRET = re.compile(r"pass(?!_on)|secret|token|key|credential|response", re.IGNORECASE)
NEVER = ("url", "username", "client_id", "tenant_id", "scope", "profile", "reason", "expected_user", "grant_type")
SECRETS = {
    "client_secret",
    "assertion_key_passphrase",
    "password",
    "totp_secret",
    "mfa_code",
    "refresh_token",
    "authorization_response",
    "access_token",
    "secret",
    "secret_attributes",
}


def named(spec):
    for name, option in spec.items():
        yield name, option
        yield from named(option.get("options") or {})


def specs():
    modules = {"ENTITY": "insight_entity", "ENTITY_INFO": "insight_entity_info", "TOKEN": "insight_token"}
    rooms = {name: importlib.import_module(f"{PLUGINS}.module_utils._commands.{one}") for name, one in modules.items()}
    return [option for name, room in rooms.items() for option in named(getattr(room, name).spec)]


@pytest.mark.proves("SECRET-1")
def test_no_log_is_said_of_everything_that_looks_secret():
    silent = {name for name, option in specs() if LOOKS_SECRET.search(name) and "no_log" not in option}
    assert silent == set()


def test_what_is_secret():
    assert {name for name, option in specs() if option.get("no_log")} == SECRETS
    assert not {name for name, option in specs() if name in NEVER and option.get("no_log")}


@pytest.mark.parametrize("kind", [Identity, Network, Evidence, SessionHandle])
def test_the_values_have_a_place(kind):
    given = {**SHARED, **SESSION_HANDLE}
    assert set(kind.__dataclass_fields__) <= set(given)
    for name, one in kind.__dataclass_fields__.items():
        assert one.default == given[name].get("default"), name
        assert one.repr is (not given[name].get("no_log", False)), name


PREFIXED = {"name": {"normalise": ["case", {"prefix": "{inputs.partition}-"}]}}


@pytest.mark.parametrize(("given", "names"), [({"partition": "one"}, ["case", "prefix:one-"]), ({}, ["case"])])
def test_the_prefix_of_a_name_may_be_an_input(given, names):
    types = {"tag": {"attributes": PREFIXED, "read": {"method": "GET", "path": "tags"}}}
    profile = profile_of({"format": 2, "name": "x", "inputs": {"partition": {}}, "types": types})
    made = settings_from({"url": "https://x.example.com", "inputs": given}, profile)
    assert made.profile.type("tag").compare[0]["normalise"] == {"name": names}


def test_no_option_is_without_a_place():
    places = {*Identity.__dataclass_fields__, *Network.__dataclass_fields__, *Evidence.__dataclass_fields__}
    assert set(SHARED) - places == {
        "url", "profile", "profile_overrides", "inputs", "session", "access_token", "token_store", "require_reason",
    }  # fmt: skip


PROFILE = profile()


@pytest.fixture(autouse=True)
def _nobody_started_this(monkeypatch):
    for variable, _form in options.INITIATORS:
        monkeypatch.delenv(variable, raising=False)


def settings(**values):
    return settings_from({"url": "https://a.example.com", "session": None, **values}, PROFILE)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://a.example.com", "https://a.example.com"),
        ("https://a.example.com/", "https://a.example.com"),
        ("http://localhost:8080/base//", "http://localhost:8080/base"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("HTTP://127.5.5.5:1", "HTTP://127.5.5.5:1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("HTTPS://[::1]:8443", "HTTPS://[::1]:8443"),
        ("https://münchen.example/a@b", "https://münchen.example/a@b"),
    ],
)
def test_urls(given, url):
    assert settings(url=given).url == url


@pytest.mark.proves("LOGIN-7")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, "url is not set.*INSIGHT_URL"),
        ("", "url is not set"),
        ("a.example.com", "not an absolute http or https address"),
        ("ftp://a.example.com", "not an absolute"),
        ("https://", "not an absolute"),
        ("https:///path", "not an absolute"),
        ("https://[::1", "not an absolute"),
        ("https://a:port", "not an absolute"),
        ("https://a:99999", "not an absolute"),
        ("https://a:0", "not an absolute"),
        ("https://a.example.com\n", "not an absolute"),
        ("https://a b", "not an absolute"),
        ("https://a\x1b[31m", "not an absolute"),
        ("https://user@a", "carries a user"),
        ("https://user:s3cret-canary@a", "carries a user"),
        ("https://@a", "carries a user"),
        ("https://a/?", "carries a user"),
        ("https://a/?b=s3cret-canary", "a query"),
        ("https://a/#b", "a fragment"),
        ("https://a.example.com\\@b", "not an absolute"),
        ("https://a.example.com\\.b", "not an absolute"),
        ("http://insight.example.com", "credentials would go in clear.*allow_http"),
        ("http://localhost.example.com", "in clear"),
        ("http://127.0.0.1.example.com", "in clear"),
        ("http://128.0.0.1", "in clear"),
        ("http://0.0.0.0", "in clear"),
        ("http://[::2]", "in clear"),
        ("HTTP://a", "in clear"),
    ],
)
def test_urls_that_are_none(url, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        settings(url=url)
    assert "s3cret-canary" not in caught.value.message


@pytest.mark.proves("NETWORK-8")
def test_http_where_it_is_allowed():
    assert settings(url="http://a:8080/base//", allow_http=True).url == "http://a:8080/base"
    handle = {"url": "http://b.example.com/", "secret": "x" * 9, "user": None}
    with pytest.raises(ConfigurationError, match="in clear"):
        settings(url=None, session=handle)
    with pytest.raises(ConfigurationError, match="in clear"):
        settings(url="http://a", allow_http=False)


def test_the_url_of_a_session_counts_where_none_is_given():
    handle = {"url": "https://b.example.com/", "secret": "x" * 9, "user": None}
    assert settings(url=None, session=handle).url == "https://b.example.com"
    assert settings(session=handle).url == "https://a.example.com"
    assert settings(session=handle).session == SessionHandle(url="https://b.example.com/", secret="x" * 9)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"timeout": 0.0}, "timeout is not between"),
        ({"timeout": -1.0}, "timeout is not between"),
        ({"connect_timeout": 0.0}, "connect_timeout is not between"),
        ({"timeout": float("inf")}, "timeout is not between"),
        ({"timeout": float("nan")}, "timeout is not between"),
        ({"retry_limit": -1}, "retry_limit is not between"),
        ({"retry_deadline": -0.1}, "retry_deadline is not between"),
        ({"client_key": "key.pem"}, "client_key is given without client_cert"),
    ],
)
def test_a_network_that_cannot_work(values, message):
    with pytest.raises(ConfigurationError, match=message):
        settings(**values)


def test_defaults_and_given_values():
    assert settings().network == Network() and settings().identity == Identity()
    assert settings(retry_limit=0, validate_certs=False, timeout=None).network == Network(
        retry_limit=0, validate_certs=False
    )
    assert settings(username="u").identity == Identity(username="u")
    assert (settings().token_store, settings(token_store="none").token_store) == ("auto", "none")


@pytest.mark.proves("EVIDENCE-1")
@pytest.mark.parametrize(
    ("environment", "initiator"),
    [
        ({}, None),
        ({"USER": "root"}, None),
        ({"awx_user_name": "jdoe"}, "AWX user jdoe"),
        ({"tower_user_name": "jdoe"}, "AWX user jdoe"),
        ({"GITLAB_USER_LOGIN": "jdoe"}, "GitLab user jdoe"),
        ({"GITHUB_ACTOR": "jdoe"}, "GitHub user jdoe"),
        ({"BUILD_USER_ID": "jdoe"}, "Jenkins user jdoe"),
        ({"BUILD_REQUESTEDFOR": "jdoe"}, "Azure Pipelines user jdoe"),
        ({"GITHUB_ACTOR": "b", "awx_user_name": "a"}, "AWX user a"),
        ({"awx_user_name": "", "GITHUB_ACTOR": "b"}, "GitHub user b"),
    ],
)
def test_initiators(environment, initiator, monkeypatch):
    assert initiator_from(environment) == initiator
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert settings().evidence.initiator == initiator
    assert settings(initiator="me").evidence.initiator == "me"


@pytest.mark.proves("EVIDENCE-1")
@pytest.mark.parametrize("reason", [None, ""])
def test_require_reason(reason):
    with pytest.raises(ConfigurationError, match="no reason is given"):
        settings(require_reason=True, reason=reason)
    assert settings(require_reason=True, reason="because").evidence.reason == "because"
    assert settings(require_reason=False, reason=reason).evidence.reason in (None, "")


@pytest.mark.proves("SECRET-1")
def test_no_secret_shows():
    secrets = {name: "s3cret-canary" for name, option in SHARED.items() if option.get("no_log")}
    assert "s3cret-canary" not in repr(settings(**secrets, session={"secret": "s3cret-canary", "url": "https://a"}))
