# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every grant of the Microsoft identity platform, and its errors."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from simulator.credentials import BLOCKED_CLIENT, CLIENT, PUBLIC_CLIENT, TENANT
from simulator_tests.client import ALICE, AS_ALICE, AS_MACHINE, CONFIDENTIAL, SCOPE, SECRET, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.process import Running

REDIRECT = "http://localhost:8400/"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CANARY = '"&+/=é %41\\ canary '


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    with Client(server) as one:
        yield one


def without(form: dict[str, str], *names: str, **changes: str) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in names} | changes


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_password(client: Client) -> None:
    answer = client.oauth(AS_ALICE)
    assert answer.status_code == 200
    tokens = answer.json()
    assert (tokens["token_type"], tokens["scope"], tokens["expires_in"]) == ("Bearer", SCOPE, 3600)
    about = claims(tokens["id_token"])
    assert (about["preferred_username"], about["tid"], about["aud"]) == (ALICE["username"], TENANT, CLIENT)
    assert about["oid"]
    assert about["exp"] - about["iat"] == 3600
    assert tokens["refresh_token"]
    plain = client.oauth(without(AS_ALICE, scope=f"{CLIENT}/.default")).json()
    assert not {"id_token", "refresh_token"} & plain.keys()
    assert client.server.counters()["tokens_by_grant"] == {"password": 2}


def test_client_credentials(client: Client) -> None:
    tokens = client.oauth(without(AS_MACHINE, scope=SCOPE)).json()
    assert not {"id_token", "refresh_token"} & tokens.keys()
    assert client.log_in({"access_token": tokens["access_token"], "token_type": "Bearer"}).status_code == 200


def test_a_canary_of_a_secret(client: Client) -> None:
    client.server.control("POST", "credentials", {"client_secret": CANARY, "users": {"zoë@example.com": CANARY}})
    form = without(AS_ALICE, client_secret=CANARY, username="zoë@example.com", password=CANARY)
    assert client.oauth(form).status_code == 200
    assert client.oauth(without(form, password=CANARY.strip())).json()["error_codes"] == [50126]
    assert client.oauth(without(form, client_secret=SECRET)).json()["error_codes"] == [7000215]
    last = client.server.control("GET", "requests?last=1")[0]
    assert (last["operation"], last["body"]["password"], last["status"]) == ("oauth_token", CANARY, 401)


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        (without(AS_ALICE, client_id="unknown"), 400, "unauthorized_client", 700016),
        (without(AS_ALICE, "client_id"), 400, "invalid_request", 900144),
        (without(AS_ALICE, client_secret="wrong"), 401, "invalid_client", 7000215),
        (without(AS_ALICE, client_secret=""), 401, "invalid_client", 7000215),
        (without(AS_ALICE, "client_secret"), 401, "invalid_client", 7000218),
        (without(AS_ALICE, client_id=PUBLIC_CLIENT), 401, "invalid_client", 700025),
        (without(AS_ALICE, username="nobody@example.com"), 400, "invalid_grant", 50034),
        (without(AS_ALICE, password="wrong"), 400, "invalid_grant", 50126),
        (without(AS_ALICE, "password"), 400, "invalid_request", 900144),
        (without(AS_ALICE, "scope"), 400, "invalid_request", 900144),
        (without(AS_ALICE, username="mfa@example.com", password="mfa-password"), 400, "interaction_required", 50076),
        (
            without(AS_ALICE, username="noconsent@example.com", password="noconsent-password"),
            400,
            "invalid_grant",
            65001,
        ),
        (without(AS_ALICE, grant_type="magic"), 400, "unsupported_grant_type", 70003),
        (without(AS_ALICE, "grant_type"), 400, "invalid_request", 900144),
        (without(AS_MACHINE, "client_secret"), 401, "invalid_client", 7000218),
        (without(AS_MACHINE, scope="openid"), 400, "invalid_scope", 1002012),
    ],
)
def test_refusals(form: dict[str, str], status: int, error: str, number: int, client: Client) -> None:
    answer = client.oauth(form)
    content = answer.json()
    assert (answer.status_code, content["error"], content["error_codes"]) == (status, error, [number])
    assert content["error_description"].startswith(f"AADSTS{number}: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= content.keys()
    counters = client.server.counters()
    assert (counters["token_requests"], counters["tokens_by_grant"]) == (1, {})


def test_consent_is_told_by_the_suberror(client: Client) -> None:
    form = without(AS_ALICE, username="noconsent@example.com", password="noconsent-password")
    assert client.oauth(form).json()["suberror"] == "consent_required"


def test_wrong_tenant(client: Client) -> None:
    answer = client.oauth(AS_ALICE, tenant="common")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])
    client.server.control("POST", "credentials", {"tenant_id": "contoso.example"})
    assert client.oauth(AS_ALICE, tenant="contoso.example").status_code == 200


def test_any_authority(client: Client) -> None:
    url = f"{client.server.authority}/some/cloud/{TENANT}/oauth2/v2.0/token"
    assert client.post(url, data=AS_ALICE).status_code == 200
    assert client.get(url).status_code == 400


def test_bytes_that_are_no_form(client: Client) -> None:
    assert client.oauth(b"\xff\xfe").status_code == 400  # type: ignore[arg-type]


def test_refresh_token(client: Client) -> None:
    tokens = client.oauth(AS_ALICE).json()
    form = {"grant_type": "refresh_token", **CONFIDENTIAL, "refresh_token": tokens["refresh_token"], "scope": SCOPE}
    renewed = client.oauth(form).json()
    assert claims(renewed["id_token"])["preferred_username"] == ALICE["username"]
    assert renewed["refresh_token"] not in ("", tokens["refresh_token"])
    assert client.oauth(without(form, refresh_token="unknown")).json()["error_codes"] == [70000]
    assert client.oauth(without(form, "refresh_token")).json()["error_codes"] == [900144]
    client.server.control("POST", "expire", {"what": "refresh_tokens"})
    expired = client.oauth(form)
    assert (expired.status_code, expired.json()["error_codes"]) == (400, [700082])
    counters = client.server.counters()
    assert (counters["refreshes"], counters["token_requests"]) == (1, 5)


# Authorization code


def authorize_url(client: Client, **changes: str) -> str:
    asked = {
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "response_mode": "query",
        "scope": SCOPE,
        "state": "a state/&=",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{client.server.authority}/{TENANT}/oauth2/v2.0/authorize?{query}"


def browse(client: Client, url: str, **person: Any) -> dict[str, str]:
    """What the URL says on which the browser ended."""
    content = client.server.control("POST", "authorize", {"authorize_url": url, **ALICE, **person})
    ended = content["redirect_url"]
    assert ended.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(ended).query).items()}


def code_form(code: str, /, **changes: str) -> dict[str, str]:
    form = {"grant_type": "authorization_code", **CONFIDENTIAL, "code": code, "redirect_uri": REDIRECT}
    return form | {"code_verifier": VERIFIER, "scope": SCOPE} | changes


def test_authorization_code(client: Client) -> None:
    said = browse(client, authorize_url(client, nonce="n-1"))
    assert said.keys() == {"code", "state", "session_state"}
    assert said["state"] == "a state/&="
    tokens = client.oauth(code_form(said["code"])).json()
    about = claims(tokens["id_token"])
    assert (about["preferred_username"], about["nonce"]) == (ALICE["username"], "n-1")
    assert tokens["refresh_token"]
    again = client.oauth(code_form(said["code"]))
    assert (again.status_code, again.json()["error_codes"]) == (400, [54005])


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code": "unknown"}, 70000),
        ({"code": ""}, 900144),
        ({"code_verifier": "w" * 64}, 501481),
        ({"code_verifier": ""}, 501481),
        ({"redirect_uri": "http://localhost:1/"}, 70000),
        ({"client_secret": "wrong"}, 7000215),
    ],
)
def test_codes_that_are_refused(changes: dict[str, str], number: int, client: Client) -> None:
    code = browse(client, authorize_url(client))["code"]
    assert client.oauth(code_form(code, **changes)).json()["error_codes"] == [number]
    assert client.oauth(code_form(code)).status_code == 200


def test_a_code_needs_the_client(client: Client) -> None:
    code = browse(client, authorize_url(client))["code"]
    assert client.oauth(without(code_form(code), "client_secret")).json()["error_codes"] == [7000218]


def test_a_public_client_needs_no_secret(client: Client) -> None:
    code = browse(client, authorize_url(client, client_id=PUBLIC_CLIENT))["code"]
    form = without(code_form(code), "client_secret", client_id=PUBLIC_CLIENT)
    refresh = client.oauth(form).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "client_id": PUBLIC_CLIENT, "refresh_token": refresh}
    assert client.oauth(form).status_code == 200


def test_expired_code(client: Client) -> None:
    code = browse(client, authorize_url(client))["code"]
    client.server.control("POST", "expire", {"what": "codes"})
    assert client.oauth(code_form(code)).json()["error_codes"] == [70008]


def test_without_pkce_and_state(client: Client) -> None:
    said = browse(client, authorize_url(client, code_challenge="", code_challenge_method="", state=""))
    assert "state" not in said
    assert client.oauth(without(code_form(said["code"]), "code_verifier")).status_code == 200


def test_the_person_says_no(client: Client) -> None:
    assert browse(client, authorize_url(client), approve=False)["error"] == "access_denied"
    said = browse(client, authorize_url(client), answer="login_required")
    assert (said["error"], said["state"]) == ("login_required", "a state/&=")
    assert "code" not in said


def test_mfa_is_no_problem_for_a_person(client: Client) -> None:
    assert browse(client, authorize_url(client), username="mfa@example.com", password="mfa-password")["code"]


@pytest.mark.parametrize(
    ("changes", "person", "number"),
    [
        ({}, {"password": "wrong"}, 50126),
        ({}, {"username": "nobody@example.com"}, 50034),
        ({}, {"username": "noconsent@example.com", "password": "noconsent-password"}, 65001),
        ({"client_id": "unknown"}, {}, 700016),
        ({"scope": ""}, {}, 900144),
        ({"response_type": "token"}, {}, 70003),
        ({"code_challenge_method": "plain"}, {}, 70003),
        ({"redirect_uri": ""}, {}, 50011),
    ],
)
def test_pages_that_lead_nowhere(changes: dict[str, str], person: dict[str, str], number: int, client: Client) -> None:
    with pytest.raises(RuntimeError, match=f"AADSTS{number}"):
        browse(client, authorize_url(client, **changes), **person)


def test_registered_redirect_uris(client: Client) -> None:
    client.server.control("POST", "credentials", {"redirect_uris": ["https://insight.example.com/"]})
    with pytest.raises(RuntimeError, match="AADSTS50011"):
        browse(client, authorize_url(client))


def test_a_real_browser(client: Client) -> None:
    url = authorize_url(client)
    assert "<form" in client.get(url).text
    assert client.post(url, data={**ALICE, "password": "wrong"}).status_code == 400
    ended = client.post(url, data=ALICE, allow_redirects=False)
    assert ended.status_code == 302
    assert ended.headers["Location"].startswith(REDIRECT + "?code=")


# Device code


def device_form(device_code: str, **changes: str) -> dict[str, str]:
    return {"grant_type": DEVICE_GRANT, "client_id": CLIENT, "device_code": device_code} | changes


def start(client: Client, **changes: str) -> dict[str, Any]:
    return dict(client.oauth({"client_id": CLIENT, "scope": SCOPE, **changes}, "devicecode").json())


def test_device_code(client: Client) -> None:
    started = start(client)
    assert (started["interval"], started["expires_in"]) == (5, 900)
    assert started["user_code"] in started["message"]
    assert started["verification_uri"] in started["message"]
    form = device_form(started["device_code"])
    pending = client.oauth(form)
    assert (pending.status_code, pending.json()["error"]) == (400, "authorization_pending")
    client.server.control("POST", "approve-device", {"user_code": started["user_code"], **ALICE})
    tokens = client.oauth(form).json()
    assert claims(tokens["id_token"])["preferred_username"] == ALICE["username"]
    refresh = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": tokens["refresh_token"]}
    assert client.oauth(refresh).status_code == 200
    assert client.oauth(form).json()["error_codes"] == [54005]
    assert client.server.counters()["tokens_by_grant"] == {"device_code": 1, "refresh_token": 1}


def test_declined_expired_and_unknown_devices(client: Client) -> None:
    started = start(client)
    client.server.control("POST", "approve-device", {"user_code": started["user_code"], "approve": False})
    assert client.oauth(device_form(started["device_code"])).json()["error"] == "authorization_declined"
    started = start(client)
    client.server.control("POST", "expire", {"what": "codes"})
    assert client.oauth(device_form(started["device_code"])).json()["error"] == "expired_token"
    with pytest.raises(RuntimeError, match="AADSTS70018"):
        client.server.control("POST", "approve-device", {"user_code": started["user_code"], **ALICE})
    assert client.oauth(device_form("unknown")).json()["error"] == "bad_verification_code"


def test_device_refusals(client: Client) -> None:
    assert start(client, client_id="unknown")["error_codes"] == [700016]
    assert start(client, scope="")["error_codes"] == [900144]
    started = start(client, client_id=BLOCKED_CLIENT)
    blocked = client.oauth(device_form(started["device_code"], client_id=BLOCKED_CLIENT))
    assert (blocked.status_code, blocked.json()["error_codes"]) == (400, [53003])


def test_device_in_a_real_browser(client: Client) -> None:
    started = start(client)
    assert "user_code" in client.get(started["verification_uri"]).text
    typed = {"user_code": started["user_code"], **ALICE}
    assert client.post(started["verification_uri"], data={**typed, "password": "wrong"}).status_code == 400
    assert client.post(started["verification_uri"], data=typed).status_code == 200
    assert client.oauth(device_form(started["device_code"])).status_code == 200


def test_what_can_expire(server: Running) -> None:
    with pytest.raises(RuntimeError, match="sessions, tokens, refresh_tokens, codes"):
        server.control("POST", "expire", {"what": "everything"})


def test_the_issuer_names_the_endpoints(client: Client) -> None:
    answer = client.get(f"{client.server.url}/{TENANT}/v2.0/.well-known/openid-configuration")
    content = answer.json()
    base = content["issuer"].removesuffix(f"/{TENANT}/v2.0")
    assert content["token_endpoint"] == f"{base}/{TENANT}/oauth2/v2.0/token"
    assert (answer.status_code, base) == (200, client.server.url)
    unknown = client.get(f"{client.server.url}/nobody.example.com/v2.0/.well-known/openid-configuration")
    assert (unknown.status_code, unknown.json()["error_codes"]) == (400, [90002])
