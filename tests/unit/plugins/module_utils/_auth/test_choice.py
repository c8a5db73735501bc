# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import authenticator_for
from ansible_collections.rimops.insight.plugins.module_utils._auth.choice import choose_grant, endpoints_of
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.authorization_code import authorization_url
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.base import OAuthClient
from ansible_collections.rimops.insight.plugins.module_utils._auth.record_key import grant_for, record_key_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    CANARY,
    MACHINE,
    REFRESH,
    URL,
    jwt,
    settings,
)

APPLICATION = {"tenant_id": "contoso", "client_id": "app"}
SECRET = {**APPLICATION, "client_secret": CANARY}
USER = {"username": "alice", "password": CANARY}
ANSWER = "https://localhost/?code=c&state=s"

MEANT = [
    ({**SECRET, **USER}, "password"),
    ({**APPLICATION, **USER}, "password"),
    (SECRET, "client_credentials"),
    ({**APPLICATION, "client_assertion_file": "/a"}, "client_credentials"),
    ({**APPLICATION, "assertion_certificate": "/c"}, "client_credentials"),
    ({**SECRET, "refresh_token": CANARY}, "refresh_token"),
    ({**APPLICATION, "authorization_response": ANSWER}, "authorization_code"),
    ({"profile": "insight_7_0", **USER}, "login"),
    ({"profile": "insight_6_2", **USER}, "login"),
    ({**APPLICATION, "grant_type": "device_code"}, "device_code"),
]


@pytest.mark.parametrize(("options", "grant"), MEANT)
def test_the_grant_that_options_mean(options, grant):
    assert choose_grant(settings(**options)) == grant


CONTRADICTIONS = [
    (APPLICATION, "nothing says how"),
    ({**SECRET, **USER, "refresh_token": "r"}, "the options fit refresh_token and password"),
    ({**APPLICATION, "grant_type": "password", "username": "a"}, "grant_type password needs password"),
    ({"tenant_id": "t", "grant_type": "password", **USER}, "grant_type password needs client_id"),
    ({**APPLICATION, "grant_type": "client_credentials"}, "to authenticate itself"),
    ({"client_secret": "s", "grant_type": "client_credentials"}, "needs client_id"),
    ({**SECRET, "grant_type": "refresh_token"}, "needs refresh_token"),
    ({"grant_type": "device_code"}, "needs client_id"),
    ({"grant_type": "authorization_code"}, "needs client_id"),
    ({"profile": "insight_7_0", "username": "a"}, "grant_type login needs password"),
    ({**SECRET, **USER, "grant_type": "client_credentials"}, "username, password has no meaning"),
    ({**SECRET, "expected_user": "a", "grant_type": "client_credentials"}, "expected_user has no meaning"),
    ({**SECRET, **USER, "grant_type": "password", "refresh_token": "r"}, "refresh_token has no meaning"),
    ({**SECRET, **USER, "grant_type": "device_code"}, "username, password has no meaning"),
    ({**REFRESH, "redirect_uri": "https://x"}, "redirect_uri has no meaning"),
    ({**SECRET, "grant_type": "authorization_code", "refresh_token": "r"}, "refresh_token has no meaning"),
    ({"profile": "insight_7_0", **USER, "client_secret": "s"}, "client_secret has no meaning with grant_type login"),
    ({**USER, "grant_type": "login"}, "does not take user name and password"),
    ({"profile": "insight_7_0", **SECRET, **USER, "grant_type": "password"}, "knows no OAuth"),
    ({**SECRET, "client_assertion_file": "/a"}, "client_secret and client_assertion_file are both given"),
    ({**APPLICATION, "assertion_key": "/k"}, "assertion_key is given without assertion_certificate"),
    ({**MACHINE, "overrides": {"oauth": {"grants": {"client_credentials": None}}}}, "has no grant client_credentials"),
    ({"access_token": "a", **SECRET}, "access_token and client_secret are both given"),
    ({"access_token": "a", "session": {"secret": "s"}}, "session and access_token are both given"),
    ({"access_token": "a", "profile": "insight_7_0"}, "does not log in with an access token"),
    ({**MACHINE, "tenant_id": None}, "tenant_id is not set"),
    ({**MACHINE, "tenant_id": "../other"}, "neither an id nor a domain name"),
    ({**MACHINE, "tenant_id": ".."}, "neither an id nor a domain name"),
    ({**MACHINE, "authority": "http://login.example.com"}, "authority is not an https address"),
    ({**MACHINE, "authority": "https://user:word@login.example.com"}, "authority is not an https address"),
    ({**MACHINE, "token_url": "https://login.example.com/token?x=1"}, "token_url is not an https address"),
    ({**MACHINE, "authority": "https://@login.example.com"}, "authority is not an https address"),
    ({**MACHINE, "authority": "https://[x"}, "authority is not an https address"),
    ({**MACHINE, "authority": "https://login.example.com:99999"}, "authority is not an https address"),
    ({**MACHINE, "authority": "https://login.example.com\\.evil.example"}, "authority is not an https address"),
    ({**MACHINE, "authority": "https://login.example\n.com"}, "authority is not an https address"),
    ({**MACHINE, "token_url": "http://login.example.com/token"}, "token_url is not an https address"),
    ({**MACHINE, "token_url": "https://a/t", "authority": "https://a"}, "token_url and authority both say"),
    ({**MACHINE, "token_store": "relative/folder"}, "is not an absolute path"),
]


@pytest.mark.proves("LOGIN-7")
@pytest.mark.parametrize(("options", "why"), CONTRADICTIONS)
def test_contradictions_are_told_before_anything_is_sent(options, why):
    with pytest.raises(ConfigurationError) as told:
        authenticator_for(settings(**options), lambda request: pytest.fail(f"sent: {request.purpose}"))
    assert why in told.value.message
    assert CANARY not in told.value.message


def test_every_choice_is_listed():
    with pytest.raises(ConfigurationError, match="password, client_credentials, authorization_code, device_code"):
        choose_grant(settings(**APPLICATION))


ADDRESSES = [
    ({}, "https://login.microsoftonline.com/contoso/oauth2/v2.0/token"),
    (
        {"authority": "https://login.partner.microsoftonline.cn/"},
        "https://login.partner.microsoftonline.cn/contoso/oauth2/v2.0/token",
    ),
    ({"token_url": "https://sso.example.com/token", "tenant_id": None}, "https://sso.example.com/token"),
    ({"authority": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080/contoso/oauth2/v2.0/token"),
    ({"overrides": {"oauth": {"authority": None, "token_path": "/api/token"}}}, f"{URL}/api/token"),
    (
        {
            "overrides": {"inputs": {"org": {}}, "oauth": {"authority": "https://{inputs.org}.example.com"}},
            "inputs": {"org": "ours"},
        },
        "https://ours.example.com/contoso/oauth2/v2.0/token",
    ),
    (
        {
            "overrides": {
                "inputs": {"realm": {}},
                "oauth": {"authority": None, "token_path": "/realms/{inputs.realm}/token"},
            },
            "inputs": {"realm": "a/b"},
        },
        f"{URL}/realms/a%2Fb/token",
    ),
]


@pytest.mark.parametrize(("options", "address"), ADDRESSES)
def test_the_token_endpoint(options, address):
    assert endpoints_of(settings(**{**MACHINE, **options}), "client_credentials").token == address


@pytest.mark.proves("NETWORK-8")
@pytest.mark.parametrize(
    ("name", "grant"),
    [("token_path", "device_code"), ("device_path", "device_code"), ("authorize_path", "authorization_code")],
)
@pytest.mark.parametrize(
    "path", ["@evil.example/steal", ".evil.example/t", ":8443/t", ":pw@evil.example", "\\@evil.example/", "\t@evil"]
)
@pytest.mark.parametrize("authority", [None, "https://login.example.com", "https://login.example.com:443"])
def test_a_path_that_leads_elsewhere(name, grant, path, authority):
    given = settings(**MACHINE, authority=authority)
    lead = replace(given.profile, oauth={**given.profile.oauth, name: path})
    with pytest.raises(ConfigurationError, match=f"oauth.{name} of profile .* is not a path at the authority"):
        endpoints_of(replace(given, profile=lead), grant)


@pytest.mark.proves("NETWORK-8")
@pytest.mark.parametrize("grant", ["client_credentials", "authorization_code", "device_code"])
@pytest.mark.parametrize(
    ("authority", "allowed"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
        ("http://[::1]:8080", False),
        ("http://127.1.2.3", False),
        ("http://keycloak:8080", True),
    ],
)
def test_every_grant_goes_where_credentials_may_go(grant, authority, allowed):
    options = {**MACHINE, "authority": authority}
    if allowed:
        with pytest.raises(ConfigurationError, match="not an https address"):
            endpoints_of(settings(**options), grant)
    found = endpoints_of(settings(**options, allow_http=allowed), grant)
    assert found.token.startswith(f"{authority}/contoso/")
    if grant == "authorization_code":
        client = OAuthClient(settings(**options, allow_http=allowed).identity, found)
        page = authorization_url(client, "state", "verifier")
        assert page.startswith(f"{authority}/contoso/oauth2/v2.0/authorize?") and "code_challenge=" in page


def test_only_what_a_grant_asks_has_an_address():
    device = endpoints_of(settings(**APPLICATION, grant_type="device_code"), "device_code")
    assert (device.device, device.authorize) == ("https://login.microsoftonline.com/contoso/oauth2/v2.0/devicecode", "")
    code = endpoints_of(settings(**APPLICATION, grant_type="authorization_code"), "authorization_code")
    assert (code.device, code.authorize) == ("", "https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize")


def test_the_scope_is_the_profiles_or_the_tasks():
    assert endpoints_of(settings(**MACHINE), "client_credentials").scope == "app/.default"
    assert endpoints_of(settings(**REFRESH), "refresh_token").scope == "app/.default openid offline_access"
    assert endpoints_of(settings(**MACHINE, scope="other"), "client_credentials").scope == "other"


def test_nothing_is_chosen_where_a_session_is_handed_over():
    handle = {"store": "/s", "file": "f"}
    assert grant_for(settings(session=handle, **APPLICATION)) is None
    assert grant_for(settings(session=handle, **MACHINE)) == "client_credentials"
    assert grant_for(settings(access_token="a")) is None


@pytest.mark.proves("STORE-4")
@pytest.mark.parametrize("changed", [*ALICE, "url", "profile", "scope", "authority"])
def test_every_field_makes_another_identity(changed):
    other = {"url": "https://other.example.com", "profile": "insight_7_0", "grant_type": "client_credentials"}
    one = record_key_of(settings(**ALICE), "password")
    options = {**ALICE, changed: other.get(changed, "other")}
    assert record_key_of(settings(**options), options["grant_type"]) != one
    assert record_key_of(settings(**ALICE), "password") == one


def test_the_expected_user_is_checked_and_makes_no_other_identity():
    one, other = (
        record_key_of(settings(**APPLICATION, expected_user=user), "device_code") for user in ("alice", "bob")
    )
    assert one == other


def test_the_answer_of_the_browser_is_no_part_of_the_identity():
    first = settings(**APPLICATION, grant_type="authorization_code")
    second = settings(**APPLICATION, grant_type="authorization_code", authorization_response=ANSWER)
    assert record_key_of(first, "authorization_code") == record_key_of(second, "authorization_code")


@pytest.mark.proves("STORE-4")
def test_another_key_or_assertion_in_the_same_place_is_another_identity(tmp_path):
    file = tmp_path / "file"
    names = []
    for content in (
        "key one",
        "key two",
        jwt(iss="i", sub="one", exp=1),
        jwt(iss="i", sub="one", exp=2),
        jwt(iss="i", sub="two"),
    ):
        file.write_text(content)
        names.append(
            [
                record_key_of(
                    settings(**APPLICATION, assertion_certificate="/c", assertion_key=str(file)), "client_credentials"
                ),
                record_key_of(settings(**APPLICATION, client_assertion_file=str(file)), "client_credentials"),
            ]
        )
    assert names[0][0] != names[1][0]
    assert names[0][1] != names[1][1]
    assert names[2][1] == names[3][1]  # the same workload, an hour later
    assert names[3][1] != names[4][1]


def test_an_option_that_the_form_of_a_grant_names_has_a_meaning():
    options = {**REFRESH, "redirect_uri": "https://x"}
    with pytest.raises(ConfigurationError, match="redirect_uri has no meaning"):
        choose_grant(settings(**options))
    form = {"oauth": {"grants": {"refresh_token": {"form": {"redirect_uri": "{redirect_uri}"}}}}}
    assert choose_grant(settings(**options, overrides=form)) == "refresh_token"
