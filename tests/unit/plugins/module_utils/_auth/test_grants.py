# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import sys
from urllib.parse import parse_qsl

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.choice import endpoints_of
from ansible_collections.rimops.insight.plugins.module_utils._auth.client_proof import client_proof
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants import (
    authorization_code,
    client_credentials,
    device_code,
    password,
)
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.authorization_code import (
    authorization_answer,
    authorization_url,
)
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.base import (
    Authorization,
    OAuthClient,
    new_code_verifier,
)
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.refresh_token import refresh
from ansible_collections.rimops.insight.plugins.module_utils._auth.tokens import Token, claims_of, token_of, user_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError, ConfigurationError
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    CANARY,
    MACHINE,
    REFRESH,
    answer,
    jwt,
    settings,
)

TOKEN_URL = "https://login.microsoftonline.com/contoso/oauth2/v2.0/token"
PUBLIC = {"tenant_id": "contoso", "client_id": "app"}
GRANTED = {"access_token": CANARY, "token_type": "Bearer", "expires_in": 3600}


def client(ticking, show=None, **options):
    made = settings(**options)
    return OAuthClient(made.identity, endpoints_of(made, options["grant_type"]), ticking.clock, show=show)


def talk(flow, *answers):
    """Run a flow with these answers; the requests it yielded, and its result."""
    requests = [next(flow)]
    for status, body in answers:
        try:
            requests.append(flow.send(answer(requests[-1], status, body)))
        except StopIteration as end:
            return requests, end.value
    raise AssertionError("the flow asks for more answers")


@pytest.mark.proves("LOGIN-1")
def test_password(ticking):
    [request], token = talk(password.flow(client(ticking, **ALICE)), (200, {**GRANTED, "id_token": jwt(upn="alice")}))
    assert (request.method, request.url, request.safe) == ("POST", TOKEN_URL, True)
    assert request.form == {
        "grant_type": "password",
        "client_id": "app",
        "client_secret": CANARY,
        "username": "alice@example.com",
        "password": f"{CANARY}password",
        "scope": "app/.default openid",
    }
    assert (token.access_token, token.user, token.expires_at) == (CANARY, "alice", 1_003_600.0)


@pytest.mark.proves("LOGIN-1")
def test_client_credentials(ticking):
    [request], token = talk(client_credentials.flow(client(ticking, **MACHINE)), (200, GRANTED))
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": CANARY,
        "scope": "app/.default",
    }
    assert (token.user, token.refresh_token) == (None, None)


OLDER = {"path": "/{tenant_id}/oauth2/token", "form": {"resource": "{client_id}", "scope": None}}
BACK = {"redirect_uri": "https://here.example.com"}


def of_grant(name, **said):
    return {"oauth": {"grants": {name: said}}}


@pytest.mark.proves("LOGIN-1")
def test_a_grant_with_a_path_and_a_form_of_its_own(ticking):
    over = of_grant("client_credentials", **OLDER)
    app = client(ticking, **{**MACHINE, "client_id": "the-app-of-mine"}, overrides=over)
    refused = {"error": "invalid_resource", "error_description": "no resource the-app-of-mine"}
    with pytest.raises(AuthenticationError, match="no resource the-app-of-mine"):
        talk(client_credentials.flow(app), (400, refused))
    [request], _token = talk(client_credentials.flow(app), (200, GRANTED))
    assert request.url == "https://login.microsoftonline.com/contoso/oauth2/token"
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "the-app-of-mine",
        "client_secret": CANARY,
        "resource": "the-app-of-mine",
    }


@pytest.mark.proves("LOGIN-1")
@pytest.mark.parametrize("options", [{}, BACK])
def test_the_tokens_of_a_grant_are_renewed_as_the_profile_says_of_refreshes(ticking, options):
    over = of_grant("refresh_token", path="/{tenant_id}/renew", form={"redirect_uri": "{redirect_uri}"})
    made = {**MACHINE, **options, "grant_type": "authorization_code", "overrides": over}
    [request], _token = talk(refresh(client(ticking, **made), CANARY), (200, GRANTED))
    assert request.url == "https://login.microsoftonline.com/contoso/renew"
    assert {name: request.form.get(name) for name in BACK} == (options or {"redirect_uri": None})
    [code] = talk(
        authorization_code.redeem(client(ticking, **made), Authorization("code", "verifier", None)), (200, GRANTED)
    )[0]
    assert code.url == TOKEN_URL


@pytest.mark.proves("LOGIN-1")
@pytest.mark.parametrize("keeps", [True, False])
def test_refresh_token(ticking, keeps):
    made = settings(**REFRESH)
    app = OAuthClient(made.identity, endpoints_of(made, "refresh_token"), ticking.clock, refresh_keeps=keeps)
    [request], token = talk(refresh(app, CANARY), (200, {**GRANTED, "refresh_token": "next"}))
    assert request.form == {
        "grant_type": "refresh_token",
        "client_id": "app",
        "client_secret": CANARY,
        "refresh_token": CANARY,
        "scope": "app/.default openid offline_access",
    }
    assert request.safe is keeps
    assert token.refresh_token == "next"


@pytest.mark.proves("LOGIN-1")
def test_authorization_code_with_pkce(ticking):
    app = client(ticking, **PUBLIC, grant_type="authorization_code", redirect_uri="https://localhost/r")
    verifier = new_code_verifier(app)
    url = authorization_url(app, "the state", verifier)
    asked = parse_qsl(url.partition("?")[2])
    assert {"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"} <= dict(asked).keys()
    assert dict(asked)["code_challenge_method"] == "S256"
    assert verifier not in url
    said = Authorization("the code", verifier, "https://localhost/r")
    [request], _token = talk(authorization_code.redeem(app, said), (200, GRANTED))
    assert request.form == {
        "grant_type": "authorization_code",
        "client_id": "app",
        "code": "the code",
        "code_verifier": verifier,
        "redirect_uri": "https://localhost/r",
        "scope": "app/.default openid offline_access",
    }
    assert request.safe is False


def test_authorization_code_on_loopback(ticking):
    here = {"authority": "http://127.0.0.1:8080", "grant_type": "authorization_code"}
    url = authorization_url(client(ticking, **PUBLIC, **here), "the state", "v" * 43)
    assert url.startswith("http://127.0.0.1:8080/contoso/oauth2/v2.0/authorize?response_type=code&client_id=app&")
    assert "redirect_uri" not in url


DEVICE = {"device_code": CANARY, "user_code": "ABC\x1b[31m", "verification_uri": "https://microsoft.com/devicelogin"}
PENDING = (400, {"error": "authorization_pending"})


@pytest.mark.proves("LOGIN-1")
def test_device_code(ticking):
    shown = []
    app = client(ticking, shown.append, **PUBLIC, grant_type="device_code")
    begin = ticking.time
    slow = (400, {"error": "slow_down"})
    flow = device_code.flow(app)
    requests, token = talk(
        flow, (200, {**DEVICE, "interval": "3", "expires_in": 900}), PENDING, slow, PENDING, (200, GRANTED)
    )
    assert requests[0].url == TOKEN_URL.replace("token", "devicecode")
    assert requests[0].form == {"client_id": "app", "scope": "app/.default openid offline_access"}
    assert requests[1].form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "app",
        "device_code": CANARY,
    }
    assert ticking.time - begin == 3 + 3 + 8 + 8
    assert len(shown) == 1
    assert "https://microsoft.com/devicelogin" in shown[0]
    assert "\x1b" not in shown[0]
    assert token.access_token == CANARY


def test_device_code_that_nobody_entered(ticking):
    app = client(ticking, str, **PUBLIC, grant_type="device_code")
    flow = device_code.flow(app)
    with pytest.raises(AuthenticationError, match="nobody logged in") as told:
        talk(flow, (200, {**DEVICE, "interval": 5, "expires_in": 10}), PENDING, PENDING)
    assert told.value.oauth_error == "expired_token"


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(400, {"error": "access_denied", "error_codes": [53003]})], "blocks logins by device code"),
        ([(200, DEVICE), (400, {"error": "authorization_declined"})], "declined"),
        ([(200, DEVICE), (400, {"error": "expired_token", "error_codes": [70019]})], "has expired before"),
        ([(200, {"user_code": "A"})], "holds no access token"),
    ],
)
def test_device_code_that_is_refused(ticking, answers, why):
    with pytest.raises(AuthenticationError, match=why):
        talk(device_code.flow(client(ticking, str, **PUBLIC, grant_type="device_code")), *answers)


DEMANDS = (400, {"error": "invalid_request", "error_description": "Missing parameter: code_challenge_method"})


@pytest.mark.proves("LOGIN-1")
def test_device_code_with_pkce_where_the_platform_demands_it(ticking):
    flow = device_code.flow(client(ticking, str, **PUBLIC, grant_type="device_code"))
    [plain, tied, first, second], _token = talk(flow, DEMANDS, (200, DEVICE), PENDING, (200, GRANTED))
    assert "code_challenge" not in plain.form
    assert tied.form["code_challenge_method"] == "S256"
    verifier = first.form["code_verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (tied.form["code_challenge"], second.form["code_verifier"]) == (digest, verifier)
    assert verifier not in tied.form.values()


def test_device_code_that_is_refused_with_pkce_too(ticking):
    flow = device_code.flow(client(ticking, str, **PUBLIC, grant_type="device_code"))
    with pytest.raises(AuthenticationError, match="refused the request as malformed"):
        talk(flow, DEMANDS, DEMANDS)


def test_device_code_where_nobody_would_see_it(ticking):
    with pytest.raises(ConfigurationError, match="nobody would see it"):
        next(device_code.flow(client(ticking, None, **PUBLIC, grant_type="device_code")))


REFUSALS = [
    (7000215, "invalid_client", "the client secret is wrong"),
    (7000222, "invalid_client", "the client secret has expired"),
    (50126, "invalid_grant", "user name or password is wrong"),
    (50034, "invalid_grant", "does not exist"),
    (50076, "interaction_required", "multi-factor"),
    (65001, "invalid_grant", "consent"),
    (53003, "access_denied", "conditional access"),
    (90002, "invalid_request", "the tenant is not known"),
    (700016, "unauthorized_client", "no application with this client_id"),
    (54005, "invalid_grant", "was used already"),
    (70008, "invalid_grant", "has expired"),
    (700082, "invalid_grant", "has expired or was revoked"),
    (1, "invalid_scope", "does not accept the scope"),
    (2, "something_new", "the platform refused"),
]


@pytest.mark.proves("LOGIN-5", "SECRET-1", "NETWORK-5")
@pytest.mark.parametrize(("number", "error", "why"), REFUSALS)
def test_refusals_say_what_a_person_must_do(ticking, number, error, why):
    said = f"AADSTS{number}: Not {CANARY}password\x1b[2J with {CANARY}. Trace ID: 4711\r\nTimestamp: now"
    body = {
        "error": error,
        "error_description": said,
        "error_codes": [number],
        "trace_id": "4711",
        "correlation_id": "c",
    }
    with pytest.raises(AuthenticationError) as told:
        talk(password.flow(client(ticking, **ALICE)), (400, body))
    message = told.value.message
    assert why in message
    assert f"AADSTS{number}" in message
    assert CANARY.strip() not in json.dumps(told.value.as_result(), ensure_ascii=False)
    assert "\x1b" not in message
    assert "4711" not in message
    assert (told.value.details["trace_id"], told.value.details["correlation_id"]) == ("4711", "c")
    assert (told.value.oauth_error, told.value.details["status"]) == (error, 400)


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize(
    "body",
    [
        {"error": "unauthorized_client"},
        {"error": "invalid_grant_"},
        {"error": "invalid_client"},
        b"<html>No</html>",
        b"",
    ],
)
def test_401_is_a_failed_client_authentication(ticking, body):
    with pytest.raises(AuthenticationError, match="the application could not authenticate itself") as told:
        talk(client_credentials.flow(client(ticking, **MACHINE)), (401, body))
    assert "Check client_id and its secret" in told.value.message
    assert told.value.details["status"] == 401


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize(
    ("grant", "hint"),
    [
        (password.flow, "Check username, password and the account"),
        (lambda app: refresh(app, "r"), "hand over the new refresh token"),
        (lambda app: authorization_code.redeem(app, Authorization("c", "v")), "a code is good once"),
    ],
)
def test_an_invalid_grant_is_named_for_the_grant(ticking, grant, hint):
    body = {"error": "invalid_grant", "error_description": "Account is not fully set up"}
    with pytest.raises(AuthenticationError, match="it says: Account is not fully set up") as told:
        talk(grant(client(ticking, **ALICE)), (400, body))
    assert hint in told.value.message


@pytest.mark.proves("NETWORK-6")
@pytest.mark.parametrize(
    ("grant", "safe"),
    [
        (password.flow, True),
        (client_credentials.flow, True),
        (lambda app: refresh(app, "r"), False),
        (lambda app: authorization_code.redeem(app, Authorization("c", "v")), False),
    ],
)
def test_a_platform_that_is_not_up_is_waited_for(ticking, grant, safe):
    request = next(grant(client(ticking, **ALICE)))
    assert (request.patient, request.safe) == (True, safe)


def test_a_long_description_is_capped(ticking):
    body = {"error": "odd", "error_description": "x" * 10_000}
    with pytest.raises(AuthenticationError) as told:
        talk(password.flow(client(ticking, **ALICE)), (400, body))
    assert 300 <= len(told.value.message) < 500


NO_TOKENS = [
    (200, b"<html>log in</html>"),
    (200, b""),
    (200, b'{"access_token": "cut o'),
    (200, {"token_type": "Bearer"}),
    (200, {"access_token": 7}),
    (200, ["access_token"]),
    (302, {}),
    (500, b"oops"),
    (400, {"title": "Bad"}),
]


@pytest.mark.parametrize(("status", "body"), NO_TOKENS)
def test_answers_that_are_no_token(ticking, status, body):
    with pytest.raises(AuthenticationError, match="the token endpoint") as told:
        talk(password.flow(client(ticking, **ALICE)), (status, body))
    assert told.value.details["status"] == status


@pytest.mark.parametrize(
    ("life", "expires_at", "margin"),
    [
        (3600, 1_003_600.0, 60.0),
        ("3600", 1_003_600.0, 60.0),
        (100, 1_000_100.0, 10.0),
        (None, None, 0.0),
        ("soon", None, 0.0),
    ],
)
def test_expiry_and_margin(ticking, life, expires_at, margin):
    body = {"access_token": "a", "expires_in": life}
    _requests, token = talk(client_credentials.flow(client(ticking, **MACHINE)), (200, body))
    assert (token.expires_at, token.margin, token.token_type) == (expires_at, margin, "Bearer")
    assert token.usable(ticking.time)
    if expires_at:
        assert token.usable(expires_at - margin - 1)
        assert not token.usable(expires_at - margin)


def test_claims():
    assert claims_of(jwt(upn="a")) == {"upn": "a"}
    for opaque in ("opaque", "a.b.c", f"a.{'é'}.c", None, jwt()[:5], "a.WzFd.c"):
        assert claims_of(opaque) == {}
    assert user_of(jwt(unique_name="u", email="e"), jwt(preferred_username="p")) == "u"
    assert user_of(None, jwt(preferred_username="p")) == "p"
    assert user_of("opaque") is None
    assert token_of({"access_token": jwt(exp=1060)}, 1000).expires_at == 1060


@pytest.mark.proves("SECRET-1")
def test_a_token_does_not_show_its_secrets():
    assert CANARY not in repr(Token(CANARY, refresh_token=CANARY))
    assert CANARY not in repr(Authorization(CANARY, CANARY))


@pytest.mark.parametrize("url", ["nonsense", "https://localhost/?code=c", "https://localhost/?state=s", ""])
def test_an_address_without_code_and_state(url):
    with pytest.raises(ConfigurationError, match="holds no code and no state"):
        authorization_answer(url)


def test_an_address_with_the_answer_in_its_fragment():
    assert authorization_answer("https://localhost/#code=c%20d&state=s") == {
        "code": "c d",
        "state": "s",
    }


@pytest.mark.proves("ANSIBLE-4")
def test_oauthlib_is_missing(ticking, monkeypatch):
    monkeypatch.setitem(sys.modules, "oauthlib.oauth2", None)
    with pytest.raises(ConfigurationError) as told:
        next(password.flow(client(ticking, **ALICE)))
    assert sys.executable in told.value.message


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    folder = tmp_path_factory.mktemp("pair")
    for name in ("one", "two"):
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime(2026, 1, 1)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now.replace(year=2030))
        encryption = serialization.BestAvailableEncryption(CANARY.encode())
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        certificate = builder.sign(key, hashes.SHA256())
        (folder / f"{name}.key").write_bytes(pem)
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.both").write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "broken.pem").write_text("nothing")
    return folder


def by_certificate(pair, certificate="one.pem", key="one.key", passphrase=CANARY):
    key_file = str(pair / key) if key else None
    made = settings(
        **PUBLIC,
        grant_type="client_credentials",
        assertion_certificate=str(pair / certificate),
        assertion_key=key_file,
        assertion_key_passphrase=passphrase,
    )
    return client_proof(made.identity, TOKEN_URL, 1_700_000_000).fields


@pytest.mark.proves("LOGIN-2")
@pytest.mark.parametrize("files", [{}, {"certificate": "one.both", "key": None}])
def test_certificate(pair, files):
    import jwt as library
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    fields = by_certificate(pair, **files)
    assert fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    certificate = x509.load_pem_x509_certificate((pair / "one.pem").read_bytes())
    header = library.get_unverified_header(fields["client_assertion"])
    thumbprint = library.utils.base64url_encode(certificate.fingerprint(hashes.SHA256())).decode()
    assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = library.decode(
        fields["client_assertion"], certificate.public_key(), ["PS256"], audience=TOKEN_URL, options=options
    )
    assert (claims["iss"], claims["sub"]) == ("app", "app")
    assert claims["nbf"] <= 1_700_000_000 < claims["exp"]
    assert claims["exp"] - claims["nbf"] <= 600
    assert (
        claims["jti"]
        != library.decode(by_certificate(pair)["client_assertion"], options={"verify_signature": False})["jti"]
    )


@pytest.mark.proves("LOGIN-2")
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"passphrase": "wrong"}, "cannot be read"),
        ({"passphrase": None}, "cannot be read"),
        ({"key": "two.key"}, "is not the RSA key"),
        ({"key": "none.key"}, "No such file"),
        ({"certificate": "broken.pem"}, "is no certificate"),
    ],
)
def test_certificates_that_cannot_be_used(pair, files, why):
    with pytest.raises(ConfigurationError, match=why) as told:
        by_certificate(pair, **files)
    assert CANARY not in told.value.message


@pytest.mark.proves("ANSIBLE-4")
def test_certificate_without_its_library(pair, monkeypatch):
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(ConfigurationError, match="PyJWT"):
        by_certificate(pair)


@pytest.mark.proves("LOGIN-2")
def test_the_assertion_file_is_read_at_each_use(tmp_path):
    file = tmp_path / "assertion"
    identity = settings(**PUBLIC, client_assertion_file=str(file)).identity
    for content in ("first", "second"):
        file.write_text(f"{content}\n")
        assert client_proof(identity, TOKEN_URL, 0).fields["client_assertion"] == content
    file.write_text("")
    with pytest.raises(ConfigurationError, match="is empty"):
        client_proof(identity, TOKEN_URL, 0)
    file.unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        client_proof(identity, TOKEN_URL, 0)


def test_a_public_client_sends_nothing():
    assert client_proof(settings(**PUBLIC).identity, TOKEN_URL, 0).fields == {}
