# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a client shows that it is itself."""

from __future__ import annotations

import base64
import datetime
import hashlib
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.auth import HTTPBasicAuth
from simulator.client_authentication import ASSERTION_TYPE
from simulator.credentials import CLIENT, TENANT
from simulator_tests.client import AS_MACHINE, SECRET, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.process import Running

BARE = {name: value for name, value in AS_MACHINE.items() if name != "client_secret"}


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    with Client(server) as one:
        yield one


def certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    return key, builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def pair() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    return certificate()


@pytest.fixture
def assertion(client: Client, pair: tuple[rsa.RSAPrivateKey, x509.Certificate]) -> Callable[..., str]:
    """Sign an assertion with the certificate that the server knows."""
    key, known = pair
    pem = known.public_bytes(serialization.Encoding.PEM).decode()
    client.server.control("POST", "credentials", {"certificates": [pem]})

    def sign(
        header: dict[str, str] | None = None, signed_by: Any = key, algorithm: str = "PS256", **claims: Any
    ) -> str:
        content = known.public_bytes(serialization.Encoding.DER)
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        now = int(time.time())
        audience = f"{client.server.authority}/{TENANT}/oauth2/v2.0/token"
        right = {"aud": audience, "iss": CLIENT, "sub": CLIENT, "jti": "1", "nbf": now, "exp": now + 300}
        return jwt.encode(right | claims, signed_by, algorithm, header or {"x5t#S256": thumbprint})

    return sign


def ask(client: Client, assertion: str, **changes: str) -> Any:
    form = {**BARE, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **changes}
    return client.oauth(form)


def test_basic(client: Client) -> None:
    assert client.oauth(BARE, auth=HTTPBasicAuth(CLIENT, SECRET)).status_code == 200
    wrong = client.oauth(BARE, auth=HTTPBasicAuth(CLIENT, "wrong"))
    assert (wrong.status_code, wrong.json()["error_codes"]) == (401, [7000215])
    garbage = client.oauth(BARE, headers={"Authorization": "Basic !"})
    assert (garbage.status_code, garbage.json()["error"]) == (401, "invalid_client")
    client.server.control("POST", "credentials", {"client_secret": "a b:c%/+"})
    assert client.oauth(BARE, auth=HTTPBasicAuth(CLIENT, "a+b%3Ac%25%2F%2B")).status_code == 200


def test_certificate(client: Client, assertion: Callable[..., str]) -> None:
    assert ask(client, assertion()).status_code == 200
    assert ask(client, assertion(algorithm="RS256")).status_code == 200
    assert ask(client, assertion(aud=f"{client.server.authority}/{TENANT}/v2.0")).status_code == 200


def test_the_older_thumbprint(
    client: Client, assertion: Callable[..., str], pair: tuple[rsa.RSAPrivateKey, x509.Certificate]
) -> None:
    content = pair[1].public_bytes(serialization.Encoding.DER)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha1(content).digest()).rstrip(b"=").decode()
    assert ask(client, assertion({"x5t": thumbprint})).status_code == 200


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"aud": "https://elsewhere.example.com/"}, 700023),
        ({"iss": "other"}, 700021),
        ({"sub": "other"}, 700021),
        ({"exp": 1000000000}, 700024),
        ({"nbf": 4000000000}, 700024),
        ({"header": {"x5t#S256": "unknown"}}, 700027),
        ({"signed_by": certificate()[0]}, 700027),
        ({"algorithm": "RS512"}, 700027),
        ({"header": {"kid": "no thumbprint"}}, 70021),
    ],
)
def test_assertions_that_are_refused(
    claims: dict[str, Any], number: int, client: Client, assertion: Callable[..., str]
) -> None:
    answer = ask(client, assertion(**claims))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_codes"] == [number]


def test_assertion_type(client: Client, assertion: Callable[..., str]) -> None:
    assert ask(client, assertion(), client_assertion_type="saml").status_code == 401


def test_workload_identity(client: Client) -> None:
    token = jwt.encode({"sub": "system:serviceaccount:a:b"}, "k" * 32, "HS256")
    assert ask(client, token).json()["error_codes"] == [70021]
    client.server.control("POST", "credentials", {"assertions": [token]})
    assert ask(client, token).status_code == 200
    assert ask(client, token + "x").json()["error_codes"] == [70021]


def test_workload_identity_from_a_file(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "assertion"
    client.server.control("POST", "credentials", {"assertion_file": str(file)})
    for token in ("first.of.them", "second.of.them"):
        file.write_text(token + "\n", encoding="utf-8")
        assert ask(client, token).status_code == 200
    assert ask(client, "first.of.them").json()["error_codes"] == [70021]


def test_unknown_credentials_are_refused(server: Running) -> None:
    with pytest.raises(RuntimeError, match="there are: assertion_file, assertions"):
        server.control("POST", "credentials", {"pasword": "x"})


def test_another_client(client: Client) -> None:
    client.server.control("POST", "credentials", {"client_id": "another", "client_secret": "s"})
    form = {**BARE, "client_id": "another", "client_secret": "s"}
    assert client.oauth(form).status_code == 200
