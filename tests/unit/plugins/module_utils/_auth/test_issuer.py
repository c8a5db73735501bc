# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an issuer's metadata lead, and where they do not; how a secret is shown; what a person's login asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.client_proof import client_proof
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import known
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    NotSentError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    CANARY,
    MACHINE,
    READ,
    answer,
    settings,
)

ISSUER = "https://id.example.com/realms/one"
OIDC = f"{ISSUER}/.well-known/openid-configuration"
OAUTH = "https://id.example.com/.well-known/oauth-authorization-server/realms/one"
METADATA = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/token",
    "authorization_endpoint": f"{ISSUER}/page",
    "device_authorization_endpoint": f"{ISSUER}/device",
    "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
}
CODE = {"grant_type": "authorization_code", "client_id": "app", "redirect_uri": "https://localhost/r"}
GRANT = {"scope": "api"}
PROFILE = {
    "oauth": {
        **dict.fromkeys(("authority", "token_path", "authorize_path", "device_path")),
        "issuer": ISSUER,
        "grants": {"client_credentials": {"scope": "api"}, "authorization_code": {"scope": "api"}},
    }
}


class Platform:
    """The identity platform in front of the system of the other tests. said: what it answers by address."""

    def __init__(self, system):
        self.system, self.asked, self.tokens = system, [], []
        self.said = {OIDC: (200, METADATA)}

    def send(self, request):
        if not request.url.startswith("https://id.example.com"):
            return self.system.send(request)
        self.asked.append((request.method, request.url))
        if request.url in (METADATA["token_endpoint"], f"{ISSUER}/other"):
            self.tokens.append(request)
            return answer(request, 200, {"access_token": f"access-{len(self.tokens)}", "expires_in": 3600})
        return answer(request, *self.said.get(request.url, (404, {})))


@pytest.fixture
def platform(system):
    return Platform(system)


@pytest.fixture
def enter(login, platform):
    """Make an authenticator that asks that platform."""

    def make(**options):
        return login(send=platform.send, **{**MACHINE, "overrides": PROFILE, **options})

    return make


def test_an_issuer_names_the_token_endpoint_and_is_asked_once(enter, platform, ticking):
    assert enter().send(READ).status == 200
    ticking.time += 3600
    assert enter().send(READ).status == 200
    token = ("POST", METADATA["token_endpoint"])
    assert platform.asked == [("GET", OIDC), token, token]
    ticking.time += 86400
    assert enter().send(READ).status == 200
    assert platform.asked[3:] == [("GET", OIDC), token]


def test_the_option_takes_the_place_of_the_addresses_of_the_profile(enter, platform):
    assert enter(overrides=None, issuer=ISSUER).send(READ).status == 200
    assert platform.asked == [("GET", OIDC), ("POST", METADATA["token_endpoint"])]
    with pytest.raises(ConfigurationError, match="issuer and authority both say"):
        enter(overrides=None, issuer=ISSUER, authority="https://id.example.com")


def test_a_path_at_the_authority_is_an_issuer(enter, platform):
    paths = {"oauth": {**PROFILE["oauth"], "authority": "https://id.example.com", "issuer": "/realms/{tenant_id}"}}
    assert enter(overrides=paths, tenant_id="one").send(READ).status == 200
    assert platform.asked[0] == ("GET", OIDC)
    with pytest.raises(ConfigurationError, match="tenant_id is not set"):
        enter(overrides=paths, tenant_id=None)


def test_an_issuer_may_end_with_a_slash(enter, platform):
    platform.said = {OIDC: (200, {**METADATA, "issuer": f"{ISSUER}/"})}
    assert enter(overrides=None, issuer=f"{ISSUER}/").send(READ).status == 200


@pytest.mark.parametrize("first", [(404, {}), (200, b"<html>Welcome"), (503, {})])
def test_the_place_of_oauth_comes_second(enter, platform, first):
    platform.said = {OIDC: first, OAUTH: (200, METADATA)}
    assert enter().send(READ).status == 200
    assert [url for _method, url in platform.asked[:2]] == [OIDC, OAUTH]


@pytest.mark.proves("NETWORK-8")
@pytest.mark.parametrize(
    ("status", "changes", "why"),
    [
        (200, {"issuer": f"{ISSUER}/"}, "must be equal to the last character"),
        (200, {"issuer": None}, "is that of 'None'"),
        (200, {"token_endpoint": "https://evil.example.com/token"}, "at evil.example.com, which is not the issuer"),
        (200, {"token_endpoint": "https://id.example.com:444/token"}, "which is not the issuer"),
        (200, {"token_endpoint": "http://id.example.com/token"}, "token_endpoint is not an https address"),
        (200, {"token_endpoint": "https://id.example.com@evil.example.com/"}, "token_endpoint is not an https address"),
        (200, {"token_endpoint": ["a"]}, "names no token_endpoint"),
        (500, {}, "answered HTTP 500 and 404, and no metadata"),
        (302, {}, "answered HTTP 302 and 404, and no metadata"),
        (404, {}, "answered HTTP 404 and 404, and no metadata"),
    ],
)
def test_metadata_that_lead_nowhere(enter, platform, status, changes, why):
    platform.said = {OIDC: (status, {**METADATA, **changes})}
    with pytest.raises(AuthenticationError, match=why) as told:
        enter().open()
    assert platform.tokens == [] and CANARY not in told.value.message


@pytest.mark.parametrize("content", [b"<html>", [METADATA]])
def test_an_answer_that_is_no_metadata(enter, platform, content):
    platform.said = {OIDC: (200, content)}
    with pytest.raises(AuthenticationError, match="answered HTTP 200 and 404, and no metadata"):
        enter().open()


@pytest.mark.proves("NETWORK-8")
def test_an_issuer_in_clear():
    for issuer in ("http://id.example.com", "https://user@id.example.com", "id.example.com"):
        with pytest.raises(ConfigurationError, match="issuer is not an https address"):
            _endpoints(issuer=issuer)


def _endpoints(**options):
    from ansible_collections.rimops.insight.plugins.module_utils._auth.choice import endpoints_of

    return endpoints_of(settings(**{**MACHINE, **options}), "client_credentials")


def test_a_token_endpoint_elsewhere_that_is_meant(enter, platform):
    platform.said = {OIDC: (500, {})}
    assert enter(token_url=f"{ISSUER}/other").send(READ).status == 200
    assert platform.asked == [("POST", f"{ISSUER}/other")]


def test_a_grant_that_the_issuer_does_not_offer(enter, platform):
    platform.said = {OIDC: (200, {name: METADATA[name] for name in ("issuer", "token_endpoint")})}
    with pytest.raises(AuthenticationError, match="it names no authorization_endpoint"):
        enter(**CODE).begin_authorization()


def test_an_issuer_that_cannot_be_reached(enter, platform, monkeypatch):
    def nobody(request):
        raise NotSentError(request.purpose, "nobody there")

    monkeypatch.setattr(platform, "send", nobody)
    with pytest.raises(NotSentError, match="Cannot ask the issuer for its addresses: nobody there"):
        enter().open()


# --- how a secret is shown


def proof(way, secret=CANARY):
    identity = settings(**{**MACHINE, "client_id": "an app:1", "client_secret": secret}).identity
    return client_proof(identity, "https://id.example.com/token", 1_700_000_000, way)


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.proves("LOGIN-2")
def test_a_secret_that_signs_is_not_sent():
    made = proof("client_secret_jwt")
    assert made.headers == {} and CANARY not in str(dict(made.fields))
    assert made.fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    head, claims, signature = made.fields["client_assertion"].split(".")
    wanted = hmac.digest(CANARY.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
    assert base64.urlsafe_b64decode(signature + "=") == wanted
    assert decoded(head) == {"alg": "HS256", "typ": "JWT"}
    said = decoded(claims)
    assert (said["iss"], said["sub"], said["aud"]) == ("an app:1", "an app:1", "https://id.example.com/token")
    assert said["iat"] == said["nbf"] <= 1_700_000_000 < said["exp"] <= said["iat"] + 600
    assert decoded(proof("client_secret_jwt").fields["client_assertion"].split(".")[1])["jti"] != said["jti"]
    assert made.fields["client_assertion"] in known()
    assert made.fields["client_assertion"] not in repr(made)


@pytest.mark.proves("LOGIN-2")
def test_a_secret_in_the_header_is_encoded_as_in_a_form():
    made = proof("client_secret_basic", "a b:c/é")
    pair = base64.b64decode(made.headers["Authorization"].removeprefix("Basic ")).decode()
    assert (pair, made.fields) == ("an+app%3A1:a+b%3Ac%2F%C3%A9", {})
    assert made.headers["Authorization"] in known()


@pytest.mark.parametrize(
    ("offered", "sent"),
    [
        (["private_key_jwt", "client_secret_basic", "client_secret_post"], "client_secret"),
        (["client_secret_basic"], "Authorization"),
        (None, "Authorization"),
        (["client_secret_jwt"], "client_assertion"),
        (["none"], "client_secret"),
        ("none at all", "client_secret"),
    ],
)
def test_the_way_that_the_issuer_offers(enter, platform, offered, sent):
    methods = {} if offered is None else {"token_endpoint_auth_methods_supported": offered}
    without = {name: value for name, value in METADATA.items() if not name.endswith("supported")}
    platform.said = {OIDC: (200, {**without, **methods})}
    enter().open()
    [request] = platform.tokens
    assert sent in {**request.form, **request.headers}
    assert CANARY not in str(request.form) or sent == "client_secret"


def test_the_way_that_the_profile_says(enter, platform):
    oauth = {"oauth": {**PROFILE["oauth"], "client_authentication": "client_secret_jwt"}}
    enter(overrides=oauth).open()
    assert "client_secret" not in platform.tokens[0].form and "client_assertion" in platform.tokens[0].form


# --- what a person's login asks for


def page(enter, fields, **options):
    """The fields of the page that a person opens."""
    grant = {"scope": "api", "authorize": fields}
    oauth = {"oauth": {**PROFILE["oauth"], "grants": {"authorization_code": grant}}}
    url = enter(overrides=oauth, **{**CODE, **options}).begin_authorization()
    assert url.startswith(METADATA["authorization_endpoint"])
    return dict(parse_qsl(urlsplit(url).query))


def test_fields_of_the_page_on_which_a_person_logs_in(enter):
    said = {"prompt": "consent", "audience": "of {client_id}", "login_hint": "{expected_user}", "response_mode": None}
    asked = page(enter, said, expected_user="ann@example.com")
    told = {name: asked.get(name) for name in said}
    assert told == {
        "prompt": "consent",
        "audience": "of app",
        "login_hint": "ann@example.com",
        "response_mode": None,
    }
    assert {"state", "code_challenge", "scope"} <= set(asked)
    assert "login_hint" not in page(enter, said)
