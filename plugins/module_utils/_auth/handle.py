# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handle of a session: where it lies, or the session itself where it has to travel."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Optional

from .._options.shared import SessionHandle, Settings
from .._text.records import evolve
from ..errors import ConfigurationError
from .private_folder import Folder
from .session import CARRIED, HEADER_NAME, IN_COOKIE, Session
from .state import State, as_json, from_json
from .store import FileStore, Store

WHAT = "use the session that was handed over"
AGAIN = "Run insight_token again and hand over what it returns."
"""The hint of every error about a handle."""


def iso(seconds: Optional[float]) -> Optional[str]:
    """A point in time (epoch seconds) in ISO 8601, UTC."""
    try:
        date = datetime.fromtimestamp(int(seconds), timezone.utc) if seconds is not None else None
    except (ValueError, OverflowError, OSError):  # no calendar knows it
        return None
    return date.isoformat().replace("+00:00", "Z") if date else None


def sealed(state: State, url: str, system: str) -> str:
    """Session and access token as one string. Without the refresh token, which its use elsewhere might use up. system:
    what identifies it, url with inputs."""
    token = evolve(state.token, refresh_token=None) if state.token else None
    content = {"url": url, "system": system, "state": as_json(evolve(state, token=token))}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def unsealed(secret: str, system: str) -> State:
    """The state in such a string. Raises ConfigurationError when it is damaged or for another system."""
    try:
        content = json.loads(base64.urlsafe_b64decode(secret))
        its_system, state = content.get("system", content["url"]), from_json(content["state"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ConfigurationError(WHAT, "session.secret is damaged", AGAIN) from error
    if its_system != system:
        raise of_another_system(its_system, system)
    return state


def as_carried(given: SessionHandle) -> State:
    """A session of headers and cookies that something else acquired. Raises ConfigurationError where a request cannot
    carry them, and where the handle names a session of ours as well."""
    if given.secret or given.store or given.file:
        raise ConfigurationError(WHAT, "it has headers or cookies beside a session of ours", "Give one of them.")
    headers, cookies = (
        {str(name): one for name, one in (part or {}).items()} for part in (given.headers, given.cookies)
    )
    for kind, part, form in (("header", headers, CARRIED), ("cookie", cookies, IN_COOKIE)):
        for name, value in part.items():
            if not HEADER_NAME.fullmatch(name) or not isinstance(value, str) or not form.fullmatch(value):
                raise ConfigurationError(
                    WHAT, f"no request can carry its {kind} {name!a}", "Give it as it was acquired."
                )
    return State(session=Session(cookies=cookies, handed_over=headers))


def of_another_system(its_system: Any, system: str) -> ConfigurationError:
    """The error for a session that belongs to another system: it must not be sent there. Both as Settings.system."""
    from .platform_errors import shown

    why = f"it is for {shown(str(its_system))}, and url is {system}"
    return ConfigurationError(WHAT, why, "Hand over a session of this system.")


def check_url(its_url: Any, url: Optional[str]) -> None:
    """Raises ConfigurationError when a session belongs to another system: it must not be sent there."""
    if url is not None and its_url != url.rstrip("/"):
        from .platform_errors import shown

        why = f"it is for {shown(str(its_url))}, and url is {url}"
        raise ConfigurationError(WHAT, why, "Hand over a session of this system.")


def handle_of(state: State, store: Store, name: str, settings: Settings, with_secret: bool) -> dict[str, Any]:
    """The handle as a result carries it; see options.SESSION_HANDLE."""
    url = settings.url
    handle = {
        "store": store.location,
        "file": store.file(name),
        "url": url,
        "user": state.user,
        "expires_at": iso(state.token.expires_at if state.token else None),
    }
    return {**handle, "secret": sealed(state, url, settings.system)} if with_secret else handle


def name_in(handle: SessionHandle) -> str:
    """The name of the record that a handle points to. Raises ConfigurationError when it points nowhere."""
    name = (handle.file or "")[: -len(".json")]
    if not handle.store or not FileStore.is_name(name):
        raise ConfigurationError(
            WHAT,
            "it names no file of a token store and carries no secret",
            "Without a token store, insight_token must return the secret.",
        )
    return name


def travelling(handle: Mapping[str, Any]) -> dict[str, Any]:
    """The handle with the session itself in ``secret``, read from the store here, for a host that cannot see it.

    handle: as insight_token returned it. Raises ConfigurationError when there is no such session any more.
    """
    if any(handle.get(name) for name in ("secret", "headers", "cookies")):
        return dict(handle)
    known: dict[str, Any] = {name: handle.get(name) for name in SessionHandle.__dataclass_fields__}
    name = name_in(SessionHandle(**known))
    record = FileStore(Folder(str(handle["store"]))).load(name)
    try:
        state = from_json(record["state"]) if record else None
    except (ValueError, KeyError):
        state = None
    if record is None or state is None or state.session is None:
        raise ConfigurationError(WHAT, "it is not in the token store any more", AGAIN)
    check_url(record.get("url"), handle.get("url"))
    return {**handle, "secret": sealed(state, record["url"], record.get("system", record["url"]))}
