# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""oidc-provider with a register of sites behind it: installed once by npm, started by Node.js."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import requests
from served import BUILD, Served

HERE = Path(__file__).resolve().parent
CLIENT, SECRET = "robot", 'robot "secret&+/=, as long as a digest that it signs'
WAYS = {"client_secret_post": CLIENT, "client_secret_basic": "robot:basic", "client_secret_jwt": "robot-jwt"}
"""A client for each way to show the secret, which is the same for all; the provider takes no other way from it."""
REDIRECT = "https://127.0.0.1/done"
GRANTS = ["client_credentials", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
ACTION = re.compile(r'action="([^"]+)"')


def installed() -> Path:
    """Return the folder of the program, its packages installed anew only when their lock has changed."""
    folder, lock = BUILD / "real" / "oidc_provider", hashlib.sha256((HERE / "package-lock.json").read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.mjs", "register.mjs"):
        shutil.copy(HERE / name, folder)
    stamp = folder / "made-from"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != lock.hexdigest():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True)
        stamp.write_text(lock.hexdigest(), encoding="utf-8")
    return folder


class OidcProvider(Served):
    """The provider and the register. lifetime: of an access token, in seconds. Everything is in memory."""

    def __init__(self, directory: Path, lifetime: int) -> None:
        super().__init__(directory, "/api/v1/")
        self.lifetime = lifetime
        clients = [
            {
                "client_id": client,
                "client_secret": SECRET,
                "grant_types": GRANTS,
                "redirect_uris": [REDIRECT],
                "response_types": ["code"],
                "token_endpoint_auth_method": way,
            }
            for way, client in WAYS.items()
        ]
        (directory / "clients.json").write_text(json.dumps(clients), encoding="utf-8")
        command = ["node", "server.mjs", directory, str(self.port), str(lifetime)]
        self.start(command, installed(), {}, "/.well-known/openid-configuration")

    def approve(self, address: str, user: str) -> str:
        """Be the browser of a user who logs in and consents; return the address to which the client is sent back."""
        with requests.Session() as browser:
            browser.verify, browser.trust_env = self.ca_path, False
            answer = browser.get(address, allow_redirects=False)
            while True:
                if answer.is_redirect:
                    address = urljoin(answer.url, answer.headers["Location"])
                    if address.startswith(REDIRECT):
                        return address
                    answer = browser.get(address, allow_redirects=False)
                else:
                    form = ACTION.search(answer.text)
                    assert form, f"no form: {answer.status_code} {answer.text[:1000]}"
                    prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                    fields = {"prompt": prompt[1] if prompt else "", "login": user, "password": "any"}
                    answer = browser.post(urljoin(answer.url, form[1]), fields, allow_redirects=False)
