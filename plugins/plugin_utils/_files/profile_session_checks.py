# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no JSON Schema says of the session and of the predicates of a profile: names that are unknown where they stand,
and keys that have no effect there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._profile.predicate import CHANGED
from ...module_utils._profile.session_rules import CREDENTIALS
from ...module_utils._text.json_forms import Json
from .profile_names import request_mistakes, unknown_names

STEPS_ONLY = ("denied", "take", "cookies", "when")
"""The keys of a step that have no effect in a logout."""
SESSION = ("url", "inputs", "token_type", *CREDENTIALS)


def session_mistakes(data: Json) -> Iterator[str]:
    """Mistakes in how a session is opened, carried, looked at, renewed and ended."""
    session = data.get("session", {})
    steps = {f"session.steps.{name}": step for name, step in session.get("steps", {}).items()}
    others = {f"session.logout.{name}": step for name, step in session.get("logout", {}).items()}
    renewing = session.get("refresh", {}).get("steps", {})
    refresh = {f"session.refresh.steps.{name}": step for name, step in renewing.items()}
    others |= refresh
    if "look" in session:
        others["session.look"] = session["look"]
    taken = {name for step in (session, *steps.values(), *others.values()) for name in step.get("take", {})}
    known = (*SESSION, *sorted(taken))
    for path, step in {**steps, **others}.items():
        yield from request_mistakes(path, step, known, data)
        for part in ("cookies", "basic"):
            yield from unknown_names(f"{path}.{part}", step.get(part, {}), known, data.get("inputs", {}))
        yield from unknown_names(f"{path}.take", _places(step), known, data.get("inputs", {}))
    for path, step in {"session": session, **steps, **others}.items():
        yield from _optional(path, step)
    yield from unknown_names("session.take", _places(session), known, data.get("inputs", {}))
    yield from unknown_names("session.carry", session.get("carry", {}), known, data.get("inputs", {}))
    for name, step in session.get("steps", {}).items():
        if step.get("before", name) not in session["steps"]:
            yield f"session.steps.{name}.before names {step['before']}, which is no step"
    for name, step in session.get("logout", {}).items():
        idle = [key for key in STEPS_ONLY if key in step]
        yield from (f"session.logout.{name}.{key} has no effect there, only in session.steps" for key in idle)
    if refresh:
        yield from _refresh(refresh, steps)


def _optional(path: str, said: Json) -> Iterator[str]:
    """Values that need not be there, and that are there all the same."""
    for name, where in said.get("take", {}).items():
        if isinstance(where, Mapping) and "default" in where and "optional" in where:
            yield f"{path}.take.{name} has both default and optional"


PATHS = ("token_path", "authorize_path", "device_path")
OUR_OWN = ("client_id", "response_type", "state", "code_challenge", "code_challenge_method")
"""Fields by which the login of a person is tied to the request for its token."""


def oauth_mistakes(data: Json) -> Iterator[str]:
    """Mistakes in how a token is had from an identity platform."""
    oauth = data.get("oauth", {})
    if oauth and "issuer" not in oauth and "token_path" not in oauth:
        yield "oauth has neither token_path nor issuer, so nobody knows where a token is had"
    if "issuer" in oauth:
        idle = [*PATHS, *(["authority"] if not oauth["issuer"].startswith("/") else [])]
        said = [key for key in idle if key in oauth]
        yield from (f"oauth.{key} has no effect beside issuer, which names the addresses" for key in said)
    for name, grant in oauth.get("grants", {}).items():
        path = f"oauth.grants.{name}"
        if "path" in grant and "issuer" in oauth:
            yield f"{path}.path has no effect beside oauth.issuer, which names the addresses"
        if "authorize" in grant and not _is_interactive(name):
            yield f"{path}.authorize has no effect there, only where a person logs in"
        ours = [field for field in grant.get("authorize", {}) if field in OUR_OWN]
        yield from (f"{path}.authorize.{field} is the login's own" for field in ours)


def _is_interactive(grant: str) -> bool:
    """Whether a person logs in. The grants are imported where a profile asks for it only: an HTTP client comes with
    them, which takes longer to import than all else here."""
    from ...module_utils._auth.grants.registry import GRANTS

    return GRANTS[grant].interactive


def predicate_mistakes(data: Json) -> Iterator[str]:
    """Parts of predicates that do nothing where they stand."""
    for path, one in _mappings(data):
        if one.get("cookie") == CHANGED and re.fullmatch(r"session\.lost\.\d+", path):
            if not data["session"].get("cookie"):
                yield f"{path}.cookie is changed, and session.cookie names no cookie"
        elif one.get("cookie") == CHANGED:
            yield f"{path}.cookie is changed, which only stands in session.lost; name the cookie: {{NAME: changed}}"
        if "says" in one and re.search(SILENT, path):
            yield f"{path}.says has no effect there, only where the answer is an error"
        if re.search(r"(^|\.)busy\.\d+$", path) and not _tells_busy(one):
            yield f"{path} may come for what was carried out, too; say what else tells it: header, body or words"


def _tells_busy(one: Json) -> bool:
    """Whether an alternative tells a server that did not carry out a request: a status of 2xx or 5xx alone does not."""
    status = one.get("status", 0)
    refuses = all(400 <= number < 500 for number in (status if isinstance(status, list) else [status]))
    return refuses or not {"header", "body", "words"}.isdisjoint(one)


SILENT = r"\.((success|missing|after)\.\d+|when(\.\d+)?|not)$"
"""The alternatives after which no message comes."""
VALUES = ("json", "form", "query", "authorize", "with", "schema")


def _mappings(value: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    """The mappings within a profile with their paths, but for what is sent as it is."""
    if isinstance(value, Mapping):
        yield path, value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        if name not in VALUES:
            yield from _mappings(one, f"{path}.{name}" if path else str(name))


def _refresh(refresh: Mapping[str, Json], steps: Mapping[str, Json]) -> Iterator[str]:
    """Mistakes in how the system's own token is renewed."""
    for path, step in refresh.items():
        yield from (
            f"{path}.{key} has no effect there, only in session.steps" for key in ("when", "denied") if key in step
        )
    for path, some in (("session.refresh.steps", refresh), ("session.steps", steps)):
        if not any("access_token" in step.get("take", {}) for step in some.values()):
            yield f"{path} takes no access_token, which session.refresh renews"


def _places(said: Json) -> list[Any]:
    """The places of what is taken, in which names may stand."""
    return [one["at"] if isinstance(one, Mapping) else one for one in said.get("take", {}).values()]
