# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint of the stand-in for Veeam."""

from __future__ import annotations

import pytest
import requests
from systems.veeam_azure import ADMINISTRATOR, OPERATOR, READER, TOTP_SECRET, System, code, totp
from systems_tests.veeam_azure.client import Client

PASSWORD = {"grant_type": "Password", **ADMINISTRATOR}


def challenge(client: Client) -> str:
    """The MFA token of the operator."""
    return str(client.token(grant_type="Password", **OPERATOR).json()["mfa_token"])


@pytest.mark.parametrize(("moment", "expected"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_rfc_6238(moment: int, expected: str) -> None:
    assert code(TOTP_SECRET, totp.step(moment)) == expected  # the secret of the RFC's appendix, the last six digits


def test_a_password_gives_tokens(client: Client) -> None:
    tokens = client.log_in()
    assert tokens["token_type"] == "bearer"
    assert (tokens["expires_in"], tokens["mfa_enabled"], tokens["shortLived"]) == (3600, False, False)
    assert client.results("users")[0]["name"] == tokens["username"] == "administrator"
    assert client.system.counters()["logins"] == 2


@pytest.mark.parametrize(
    "grant", ["password", "PASSWORD", "refresh_token", "Refresh_Token", "MFA", "Authorization_code", "Saml"]
)
def test_grants_are_spelled_exactly(client: Client, grant: str) -> None:
    answer = client.token(**PASSWORD | {"grant_type": grant})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == ["grant_type"]


def test_the_form_has_no_other_fields(client: Client) -> None:
    answer = client.token(**PASSWORD, client_id="x")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["client_id"])


def test_the_form_is_no_json(client: Client) -> None:
    assert client.post(f"{client.system.url}/api/oauth2/token", json=PASSWORD).status_code == 400


def test_names_of_fields_as_in_the_examples_of_the_description(client: Client) -> None:
    client.use(client.token(grant_type="Password", Username="administrator", Password=ADMINISTRATOR["password"]))


@pytest.mark.parametrize("status", ["401", "400"])
def test_a_wrong_password(client: Client, status: str) -> None:
    client.system.switch(wrong_credentials=status)
    answer = client.token(**PASSWORD | {"password": "wrong"})
    assert answer.status_code == int(status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.system.counters()["logins_refused"] == 1


def test_a_200_with_an_mfa_token_is_no_login(client: Client) -> None:
    answer = client.token(grant_type="Password", **OPERATOR)
    content = answer.json()
    assert answer.status_code == 200
    assert "access_token" not in content
    assert "refresh_token" not in content
    assert (content["expires_in"], content["mfa_enabled"]) == (0, True)
    assert client.system.counters()["logins"] == 1  # that of the fixture


def test_a_code_of_totp_is_the_second_step(client: Client) -> None:
    tokens = client.use(client.token(grant_type="Mfa", mfa_token=challenge(client), mfa_code=code(TOTP_SECRET)))
    assert (tokens["username"], tokens["mfa_enabled"]) == ("operator", False)


def test_a_wrong_code_is_refused_and_the_right_one_is_taken_after_it(client: Client) -> None:
    token, right = challenge(client), code(TOTP_SECRET)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert client.token(grant_type="Mfa", mfa_token=token, mfa_code=wrong).status_code == 401
    assert client.token(grant_type="Mfa", mfa_token=token, mfa_code=right).status_code == 200


def test_a_code_counts_once(client: Client) -> None:
    once = code(TOTP_SECRET)
    assert client.token(grant_type="Mfa", mfa_token=challenge(client), mfa_code=once).status_code == 200
    token = challenge(client)
    assert client.token(grant_type="Mfa", mfa_token=token, mfa_code=once).status_code == 401
    client.system.switch(totp_reuse=True)
    assert client.token(grant_type="Mfa", mfa_token=token, mfa_code=once).status_code == 200


def test_an_mfa_token_counts_once(client: Client) -> None:
    client.system.switch(totp_reuse=True)
    form = {"grant_type": "Mfa", "mfa_token": challenge(client), "mfa_code": code(TOTP_SECRET)}
    assert [client.token(**form).status_code for _time in range(2)] == [200, 401]


def test_mfa_is_turned_on_with_a_code_of_the_new_secret(client: Client) -> None:
    path = f"users/{client.results('users', NameFilter='reader')[0]['id']}"
    given = client.good("POST", f"{path}/enableMfa", {"recreate": True})
    wrong = client.api("POST", f"{path}/acceptMfa", {"code": "123", "token": given["token"]})
    assert (wrong.status_code, client.good("GET", path)["mfaEnabled"]) == (400, False)
    client.good("POST", f"{path}/acceptMfa", {"code": code(given["secretKey"]), "token": given["token"]})
    assert client.good("GET", path)["mfaEnabled"] is True
    scratch = {"grant_type": "Mfa", "mfa_code": given["scratchCodes"][0]}
    for status in (200, 401):  # a scratch code counts once, too
        token = client.token(grant_type="Password", **READER).json()["mfa_token"]
        assert client.token(**scratch, mfa_token=token).status_code == status
    client.good("POST", f"{path}/disableMfa")
    assert "access_token" in client.token(grant_type="Password", **READER).json()


def refreshed(client: Client, token: str) -> requests.Response:
    return client.token(grant_type="Refresh_token", refresh_token=token)


def test_a_refresh_gives_a_new_pair(client: Client) -> None:
    old = client.log_in()
    new = client.use(refreshed(client, old["refresh_token"]))
    assert {new["access_token"], new["refresh_token"]} & {old["access_token"], old["refresh_token"]} == set()
    assert client.api("GET", "users").status_code == 200
    assert client.system.counters()["refreshes"] == 1


@pytest.mark.parametrize(
    ("switch", "again", "access"), [("keeps", 200, 200), ("dies", 401, 200), ("dies_with_access_token", 401, 401)]
)
def test_what_a_refresh_does_to_the_old_tokens(client: Client, switch: str, again: int, access: int) -> None:
    client.system.switch(old_refresh_token=switch)
    old = client.log_in()
    assert refreshed(client, old["refresh_token"]).status_code == 200
    assert client.api("GET", "users").status_code == access
    assert refreshed(client, old["refresh_token"]).status_code == again


def test_nobody_can_rely_on_what_the_description_does_not_say_of_refresh_tokens(client: Client) -> None:
    first, second = client.log_in()["refresh_token"], client.log_in()["refresh_token"]
    assert [refreshed(client, token).status_code for token in (first, second)] == [200, 200]
    assert [refreshed(client, token).status_code for token in (first, second)] == [200, 401]


def test_lives_of_tokens(client: Client) -> None:
    client.system.switch(access_token_seconds=0, short_refresh_token_seconds=0)
    assert client.log_in()["expires_in"] == 0
    assert client.api("GET", "users").status_code == 401
    short = client.use(client.token(**PASSWORD, short_lived_refresh_token="true"))
    assert short["shortLived"] is True
    assert refreshed(client, short["refresh_token"]).status_code == 401


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic eDp5"])
def test_a_lost_token_is_a_401(client: Client, authorization: str) -> None:
    client.headers["Authorization"] = authorization
    answer = client.api("GET", "users")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_all_tokens_can_be_ended_from_outside(client: Client) -> None:
    tokens = client.log_in()
    client.system.expire("tokens")
    assert client.api("GET", "users").status_code == 401
    client.system.expire("refresh_tokens")
    assert refreshed(client, tokens["refresh_token"]).status_code == 401
    with pytest.raises(RuntimeError, match="sessions"):
        client.system.expire("sessions")


def test_a_logout_is_a_delete(client: Client) -> None:
    tokens, url = client.log_in(), f"{client.system.url}/api/oauth2/token"
    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 401
    assert refreshed(client, tokens["refresh_token"]).status_code == 401
    assert client.system.counters()["logouts"] == 1


def test_a_new_appliance_wants_its_licence_agreement_accepted(client: Client) -> None:
    client.system.switch(license_accepted=False)
    client.log_in()
    answer = client.api("GET", "users")
    assert (answer.status_code, answer.json()["licenseAgreementAcceptanceRequired"]) == (403, True)
    assert client.good("GET", "licenseAgreement/accepted") is False
    documents = client.good("GET", "licenseAgreement")["licenseAgreements"]
    accepted = [{"checksum": one["checksum"], "type": one["type"]} for one in documents]
    assert client.api("POST", "licenseAgreement/accept", accepted[:1]).status_code == 400
    client.good("POST", "licenseAgreement/accept", accepted)
    assert client.api("GET", "users").status_code == 200


def test_who_may_only_read(client: Client) -> None:
    client.log_in(READER)
    assert client.api("GET", "users").status_code == 200
    answer = client.api("POST", "users", {"name": "x", "description": ""})
    assert (answer.status_code, "licenseAgreementAcceptanceRequired" in answer.json()) == (403, False)


def test_another_certificate(veeam: System) -> None:
    trusted, before = veeam.ca_path, Client(veeam)
    before.log_in()
    try:
        veeam.change_certificate()
        with pytest.raises(requests.exceptions.SSLError):
            before.log_in()
        with Client(veeam) as after:
            after.log_in()
        assert veeam.ca_path != trusted
    finally:
        before.close()
