# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a program does that somebody writes by hand: log in, read each application, compare. Without Ansible.

python client.py FILE THREADS: FILE holds the variables of the playbooks as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

known: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
api = f"{known['insight_url']}/insight/api/v2"
own = threading.local()


def session() -> requests.Session:
    """This thread's connection."""
    if not hasattr(own, "session"):
        own.session = requests.Session()
        own.session.trust_env = False
        own.session.verify = known["insight_ca_path"]
    return own.session  # type: ignore[no-any-return]


token = (
    session()
    .post(
        f"{known['insight_authority']}/{known['insight_tenant_id']}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": known["insight_client_id"],
            "client_secret": known["insight_client_secret"],
            "scope": f"{known['insight_client_id']}/.default",
        },
    )
    .json()["access_token"]
)
start = session().get(f"{api}/token")
login = session().post(
    f"{api}/login",
    json={"access_token": token, "token_type": "Bearer"},
    headers={"X-CSRF-TOKEN": start.headers["X-CSRF-TOKEN"]},
)
headers = {
    "X-CSRF-TOKEN": login.headers["X-CSRF-TOKEN"],
    "Cookie": "; ".join(f"{name}={value}" for name, value in session().cookies.items()),
}


def differs(key: dict[str, str]) -> bool:
    """Read one application."""
    answer = session().post(f"{api}/application/read", json=key, headers=headers)
    answer.raise_for_status()
    return bool(answer.json()["selectedProducts"] != ["Zelvora"])


with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    print("different:", sum(pool.map(differs, known["applications"])))
