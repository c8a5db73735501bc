# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint: passwords, codes of TOTP, refresh tokens; and who may ask for what."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from simulator.messages import Answer, json_answer

from systems.veeam_azure import totp
from systems.veeam_azure.problems import Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.messages import Request

    from systems.base.routing import Call
    from systems.veeam_azure.veeam import Veeam

USERS = "users"
FORM = "application/x-www-form-urlencoded"
GRANTS = ("Password", "Refresh_token", "Mfa", "Updater_token", "Saml", "SsoToken", "Authentication_code", "Unknown")
FIELDS = (
    *("username", "password", "refresh_token", "grant_type", "mfa_token", "mfa_code", "updater_token"),
    *("saml_response", "sso_token", "authorization_code", "short_lived_refresh_token"),
)
SPELLED_TOO = {"Username": "username", "Password": "password"}  # so in the examples of the description
NEVER = "0001-01-01T00:00:00Z"
MFA_SECONDS = 300


@dataclass
class Pair:
    """Who has an access token and the refresh token beside it."""

    user: str
    access: str
    refresh: str
    access_ends: float
    refresh_ends: float
    short: bool


class Login:
    """The tokens that were given out, and the codes that were used."""

    def __init__(self, veeam: Veeam) -> None:
        self._veeam = veeam
        self.forget()

    def forget(self) -> None:
        """Be as on the first day."""
        self._access: dict[str, Pair] = {}
        self._refresh: dict[str, Pair] = {}
        self._mfa: dict[str, tuple[str, bool, float]] = {}
        self._steps: dict[str, int] = {}  # the newest period whose code a user has used
        self._made = self._refreshed = 0

    def user(self, request: Request) -> dict[str, Any]:
        """Who asks. Raises Refused (401)."""
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        pair = self._access.get(token) if scheme.lower() == "bearer" else None
        user = self._veeam.state.get(USERS, pair.user) if pair and pair.access_ends > time.time() else None
        if user is None:
            raise Refused(401, "The access token is missing, unknown or has expired.")
        return user

    def token(self, call: Call) -> Answer:
        form = self._form(call.request)
        short = form.get("short_lived_refresh_token") == "true"
        grants: dict[str, Callable[[dict[str, str], bool, Call], Answer]] = {
            "Password": self._password,
            "Mfa": self._code,
            "Refresh_token": self._refresh_pair,
        }
        grant = form["grant_type"]
        if grant not in grants:
            raise invalid(grant_type=f"{grant!r} is not supported.")
        return grants[grant](form, short, call)

    def _form(self, request: Request) -> dict[str, str]:
        """The form. Raises Refused."""
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            raise invalid(grant_type=f"The body has to be {FORM}.")
        pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        form = {SPELLED_TOO.get(name, name): value for name, value in pairs}
        for name in form:
            if name not in FIELDS:
                raise invalid(**{name: f"There is no field {name}."})
        if form.get("grant_type") not in GRANTS:
            raise invalid(grant_type=f"{form.get('grant_type')!r} is none of {', '.join(GRANTS)}.")
        if form.get("short_lived_refresh_token") not in (None, "true", "false"):
            raise invalid(short_lived_refresh_token="This is no bool.")
        return form

    def _required(self, form: dict[str, str], *names: str) -> list[str]:
        for name in names:
            if not form.get(name):
                raise invalid(**{name: f"The {name} field is required."})
        return [form[name] for name in names]

    def _wrong(self, detail: str) -> Refused:
        return Refused(int(self._veeam.switches.wrong_credentials), detail)

    def _password(self, form: dict[str, str], short: bool, call: Call) -> Answer:
        name, password = self._required(form, "username", "password")
        found = [one for one in self._veeam.state.all(USERS) if one["name"] == name]
        if not found or found[0].get("password") != password:
            raise self._wrong("The user name or the password is wrong.")
        if not found[0]["mfaEnabled"]:
            return self._issue(found[0], short)
        call.kind = ""
        token = self._new("mfa")
        self._mfa[token] = found[0]["id"], short, time.time() + MFA_SECONDS
        nothing = {"expires_in": 0, ".issued": NEVER, ".expires": NEVER, "mfa_enabled": True, "mfa_token": token}
        return json_answer(200, _about(found[0], short) | nothing)

    def _code(self, form: dict[str, str], _short: bool, _call: Call) -> Answer:
        token, code = self._required(form, "mfa_token", "mfa_code")
        id_, short, ends = self._mfa.get(token, ("", False, 0.0))
        user = self._veeam.state.get(USERS, id_)
        if user is None or ends < time.time():
            raise self._wrong("The MFA token is unknown or has expired.")
        if not self.accepts(user, code):
            raise self._wrong("The code is wrong, or it was used before.")
        del self._mfa[token]
        return self._issue(user, short)

    def accepts(self, user: dict[str, Any], code: str) -> bool:
        """Whether a code counts for a user now; it counts once. The periods beside the present one count too."""
        if code in user.get("scratchCodes", ()):
            user["scratchCodes"].remove(code)
            return True
        now = totp.step()
        fitting = [step for step in (now - 1, now, now + 1) if totp.code(user.get("totpSecret", ""), step) == code]
        if not fitting or (fitting[-1] <= self._steps.get(user["id"], 0) and not self._veeam.switches.totp_reuse):
            return False
        self._steps[user["id"]] = fitting[-1]
        return True

    def _refresh_pair(self, form: dict[str, str], _short: bool, call: Call) -> Answer:
        call.kind = "refresh"
        (token,) = self._required(form, "refresh_token")
        pair = self._refresh.get(token)
        user = self._veeam.state.get(USERS, pair.user) if pair and pair.refresh_ends > time.time() else None
        if pair is None or user is None:
            raise self._wrong("The refresh token is unknown or has expired.")
        self._refreshed += 1
        rule = self._veeam.switches.old_refresh_token
        if rule.startswith("dies") or (rule == "unknown" and self._refreshed % 2 == 0):
            del self._refresh[token]
        if rule == "dies_with_access_token":
            self._access.pop(pair.access, None)
        return self._issue(user, pair.short)

    def _issue(self, user: dict[str, Any], short: bool) -> Answer:
        switches, now = self._veeam.switches, time.time()
        life = switches.access_token_seconds
        of_refresh = switches.short_refresh_token_seconds if short else switches.refresh_token_seconds
        pair = Pair(user["id"], self._new("access"), self._new("refresh"), now + life, now + of_refresh, short)
        self._access[pair.access] = self._refresh[pair.refresh] = pair
        tokens = {"access_token": pair.access, "refresh_token": pair.refresh, "expires_in": life, "mfa_enabled": False}
        return json_answer(200, _about(user, short) | tokens | {".issued": _time(now), ".expires": _time(now + life)})

    def _new(self, kind: str) -> str:
        """A text that no other token has."""
        self._made += 1
        return base64.urlsafe_b64encode(f"{kind}-token-{self._made:08}-of-the-simulator".encode()).decode().rstrip("=")

    def log_out(self, call: Call) -> Answer:
        """End the tokens of the session that asks."""
        pair = self._access.pop(call.request.headers["authorization"].partition(" ")[2])
        self._refresh.pop(pair.refresh, None)
        return Answer(204)

    def expire(self, what: str) -> None:
        """End all access or refresh tokens. Raises ValueError."""
        tokens = {"tokens": self._access, "refresh_tokens": self._refresh, "mfa_tokens": self._mfa}
        if what not in tokens:
            raise ValueError(f"what: {what!r} is not one of {', '.join(tokens)}")
        tokens[what].clear()  # type: ignore[attr-defined]


def _about(user: dict[str, Any], short: bool) -> dict[str, Any]:
    return {
        "token_type": "bearer",
        "userId": user["id"],
        "username": user["name"],
        "roleName": user["role"],
        "userType": user["type"],
        "latestNewsShown": True,
        "shortLived": short,
    }


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
