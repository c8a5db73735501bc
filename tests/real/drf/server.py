# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Django REST framework, started as Django's guide says: migrate, createsuperuser, an ASGI server."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from served import Served

HERE = Path(__file__).resolve().parent
USERNAME, PASSWORD = "clerk", 'clerk "password&+/=é'
MADE = ("register_weight", "register_scale", "register_site", "auth_user_groups", "auth_group")


def surroundings(database: Path) -> dict[str, str]:
    """Return the environment variables that every command of Django wants."""
    return {
        "DJANGO_SETTINGS_MODULE": "register.settings",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "PYTHONDONTWRITEBYTECODE": "1",
        "REGISTER_DATABASE": str(database),
        "REGISTER_SECRET_KEY": os.urandom(32).hex(),
    }


def new_database(path: Path) -> None:
    """Make the tables and the one user."""
    account = ("createsuperuser", "--noinput", f"--username={USERNAME}", "--email=clerk@example.com")
    for arguments in (("migrate", "--verbosity=0"), account):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=HERE, env=os.environ | surroundings(path), check=True)


class Drf(Served):
    """The register of sites. login: token, session or jwt. lifetime: seconds of a session, and of an access token."""

    def __init__(self, directory: Path, database: Path, login: str, lifetime: int) -> None:
        super().__init__(directory, "/api/(sites|scales|weights|groups|users)/")
        self.login, self.lifetime, self._database = login, lifetime, database
        environment = surroundings(database) | {"REGISTER_LIFETIME": str(lifetime), "REGISTER_LOGIN": login}
        listening = [f"--port={self.port}", "--ssl-certfile", directory / "server.pem"]
        listening += ["--ssl-keyfile", directory / "server.key"]
        command = [sys.executable, "-m", "uvicorn", "register.asgi:application", "--lifespan=off", *listening]
        self.start(command, HERE, environment, "/api/")

    def sql(self, *statements: str) -> None:
        """Do something in the database, behind everybody's back."""
        with closing(sqlite3.connect(self._database, timeout=60)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    def empty(self) -> None:
        """Forget every entity but the one user, and what was counted."""
        self.sql(*(f"DELETE FROM {table}" for table in MADE), f"DELETE FROM auth_user WHERE username <> '{USERNAME}'")
        self.forget()

    def end_logins(self) -> None:
        """End every session and every token of authtoken."""
        self.sql("DELETE FROM authtoken_token", "DELETE FROM django_session")
