# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments with the session of a login that worked: how a lost session is answered, where the CSRF token stands, and
whether an earlier one stays good."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Optional

from ..auth.session import is_rejected, said
from ..errors import InsightError
from ..profile.model import BASIS, profile_of
from ..transport.http import with_headers
from ..transport.values import Request, Response
from .bench import Bench, reads_only
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, Finding, brief, nested
from .logins import Login
from .shapes import content, described, find, is_success

Json = Mapping[str, Any]
LOST = re.compile(r"session|expired|log(ged)?[ -]?(in|on|out)|sign(ed)?[ -]?(in|on)", re.IGNORECASE)
"""What a text says that speaks of a lost session."""
WITHOUT_LOGIN = (401, 419, 440)
"""Statuses that say nothing else than that nobody is logged in."""


# --- a session that nobody has


def unlike(value: str) -> str:
    """A value of the same form that nobody was given."""
    letters = "abcdef" if re.fullmatch("[0-9a-fA-F-]+", value) else string.ascii_lowercase
    kinds = (string.digits, letters, letters.upper())
    return "".join(next((secrets.choice(kind) for kind in kinds if char in kind), char) for char in value)


def wrong_session(headers: Mapping[str, str], cookie: Optional[str]) -> dict[str, str]:
    """The headers of a session, but with another session id or access token; everything else of it stays."""
    wrong = dict(headers)
    if "Authorization" in wrong:
        scheme, _space, token = wrong["Authorization"].partition(" ")
        head, dot, signature = token.rpartition(".")
        wrong["Authorization"] = f"{scheme} {head}{dot}{unlike(signature)}"
    if "Cookie" in wrong:
        pairs = [pair.partition("=") for pair in wrong["Cookie"].split("; ")]
        shown = [(name, unlike(value) if name == cookie else value) for name, _equals, value in pairs]
        wrong["Cookie"] = "; ".join(f"{name}={value}" for name, value in shown)
    return wrong


def cookie_of(login: Login) -> Optional[str]:
    """The name of the cookie that carries the session id."""
    return (login.data["session"].get("start") or {}).get("cookie")


def _headers(login: Login) -> dict[str, str]:
    return login.authenticator.authorization_headers() if login.authenticator else {}


# --- how a lost session is answered


def ask_reading(bench: Bench, login: Login) -> None:
    """With a session that nobody has: the request that showed an entity, and one of each other method that only reads.
    The entity must be there still."""
    if bench.shown is None or bench.lost:
        return
    request, known = bench.shown
    response = _ask(bench, login, request)
    if response is not None and find(content(response), known):
        bench.answers_anybody = True
        return
    for method, other in _methods(bench).items():
        if method not in bench.lost and bench.is_harmless(other):
            _ask(bench, login, other)


def ask_writing(bench: Bench, login: Login) -> None:
    """The same with the methods that write, as they were sent for the probe's own entity, which is gone by now. Nothing
    is sent where the server was seen to answer anybody, or where nobody looked."""
    if bench.answers_anybody or not bench.lost:
        return
    for method, request in _methods(bench).items():
        if method not in bench.lost:
            _ask(bench, login, replace(request, json_body={}) if request.json_body is not None else request)


def _methods(bench: Bench) -> dict[str, Request]:
    """The last request of each method that was answered with a success."""
    return {request.method: request for request, response in bench.answers if is_success(response)}


def _ask(bench: Bench, login: Login, request: Request) -> Optional[Response]:
    headers = wrong_session(_headers(login), cookie_of(login))
    try:
        response = login.send(with_headers(request, headers))
    except InsightError:
        return None
    bench.lost[request.method] = response
    return response


def conclude(bench: Bench, login: Login) -> None:
    """What the answers to a lost session say about the profile."""
    if bench.answers_anybody:
        rules = bench.data["session"].get("rejected") or {}
        came = "the server answers a session that nobody has"
        bench.note([Finding("session.rejected", DIFFERS, _rules_told(rules), came)])
    if bench.answers_anybody or not bench.lost:
        return
    cookie = cookie_of(login)
    finding = judged(bench.data["session"], bench.lost, cookie)
    bench.note([finding])
    if finding.override:
        bench.learn(("session", "rejected"), _laid(bench.data["session"], finding.override["session"]["rejected"]))
    if finding.verdict == AS_PROFILE or finding.override:
        bench.verify(("session", "rejected"))


def _laid(session: Json, more: Json) -> dict[str, Any]:
    return {**(session.get("rejected") or {}), **more}


def _rules_told(rules: Json) -> str:
    return brief({name: value for name, value in rules.items() if name not in BASIS})


def judged(session: Json, lost: Mapping[str, Response], cookie: Optional[str]) -> Finding:
    """What the profile says of a lost session, against the answer for each method. A status that also denies is
    proposed only where nothing else tells."""
    rules = session.get("rejected") or {}
    answers = {method: _answered(response, cookie) for method, response in lost.items()}
    alike = {came: [name for name, one in answers.items() if one == came] for came in answers.values()}
    told = "; ".join(f"{', '.join(methods)}: {came}" for came, methods in alike.items())
    strange = [one for one in lost.values() if not is_told(session, one, cookie)]
    if not strange:
        return Finding("session.rejected", AS_PROFILE, came=told)
    more: dict[str, Any] = {}
    for response in strange:
        if is_told({"rejected": {"status": [], **more}}, response, cookie):
            continue
        sign = _sign(response, cookie)
        if sign is None:
            return Finding("session.rejected", NOT_FOUND, _rules_told(rules), told)
        for name, value in sign.items():
            held = more.get(name, rules.get(name, []))
            more[name] = list(dict.fromkeys([*held, *value])) if isinstance(value, list) else value
    key = f"session.rejected.{next(iter(more))}" if len(more) == 1 else "session.rejected"
    return Finding(key, DIFFERS, _rules_told(rules), told, nested(("session", "rejected"), more))


def is_told(session: Json, response: Response, cookie: Optional[str]) -> bool:
    """Whether a profile knows the answer for that of a lost session."""
    rules = session.get("rejected") or {}
    return is_rejected(session, response) or bool(rules.get("cookie_changes") and sets_another(response, cookie))


def sets_another(response: Response, cookie: Optional[str]) -> bool:
    """Whether an answer sets another value of the session's cookie than any that was sent; an empty one clears it."""
    return cookie is not None and cookie in response.cookies


def _sign(response: Response, cookie: Optional[str]) -> Optional[dict[str, Any]]:
    """What tells this answer from all others, as the profile would say it; None where nothing does."""
    if sets_another(response, cookie):
        return {"cookie_changes": True}
    if is_rejected({"rejected": {"status": [], "login_page": True}}, response):
        return {"login_page": True}
    if response.status in WITHOUT_LOGIN:
        return {"status": [response.status]}
    words = _words(response)
    if words:
        return {"words": [words]}
    return {"status": [403]} if response.status == 403 else None


def _words(response: Response) -> str:
    """How a text about a lost session begins, without anything that may differ from answer to answer."""
    text = said(response)
    if not text and content(response) is None and not response.is_html:
        text = response.body[:200].decode("utf-8", "replace")
    start = re.match(r"[A-Za-z][A-Za-z ,']*", text.strip())
    words = start[0].strip(" ,'")[:60] if start else ""
    return words if len(words) > 11 and LOST.search(words) else ""


def _answered(response: Response, cookie: Optional[str]) -> str:
    another = ", and sets another session cookie" if sets_another(response, cookie) else ""
    return f"{described(response)}{another}"


# --- the CSRF token


def probe_tokens(bench: Bench, login: Login) -> None:
    """Where the server shows its CSRF token, and whether an earlier one stays good."""
    start = bench.data["session"].get("start")
    if not start or login.authenticator is None:
        return
    steps = {response.purpose: response for _request, response in reversed(login.answers)}
    try:
        look = login.send(_look(login))
    except InsightError as error:
        bench.note([Finding("session.start", NOT_TRIED, came=f"a look after the login failed: {error.why}")])
        return
    shown = {
        "the first answer": steps.get("open a session"),
        "the login's answer": steps.get("log in"),
        "a look after the login": look,
    }
    tokens = {place: token_in(start, response) for place, response in shown.items() if response is not None}
    bench.note([Finding("session.start", SEEN, came=_places(tokens, login.answers, start))])
    if any(tokens.values()):
        bench.note([Finding("session", SEEN, came=_lasting(bench, login, tokens))])


def _look(login: Login) -> Request:
    profile = profile_of(login.data)
    start = profile.session["start"]
    url = f"{str(login.values.get('url') or '').rstrip('/')}{profile.base_path}/{start['path'].lstrip('/')}"
    return Request("look at the session", start["method"], url, headers=_headers(login), safe=True)


def token_in(start: Json, response: Response) -> str:
    """The CSRF token that an answer shows in a header; empty where it shows none."""
    named = response.headers.get(str(start.get("csrf_name_header", "")).lower())
    names = [name.lower() for name in (named, start.get("csrf_header")) if name]
    return next((response.headers[name] for name in names if name in response.headers), "")


def token_cookies(answers: list[tuple[Request, Response]]) -> list[str]:
    """The cookies that may hold a CSRF token, by their names."""
    names = [name for _request, response in answers for name, value in response.cookies.items() if value]
    return [name for name in dict.fromkeys(names) if re.search("csrf|xsrf", name, re.IGNORECASE)]


def _places(tokens: Mapping[str, str], answers: list[tuple[Request, Response]], start: Json) -> str:
    cookies = token_cookies(answers)
    beside = f"; the cookie {', '.join(map(brief, cookies))} holds one too" if cookies else ""
    if not any(tokens.values()):
        return f"only the cookie {', '.join(map(brief, cookies))} holds a CSRF token" if cookies else "no CSRF token"
    first = tokens.get("the first answer")
    said_of = [
        f"{place}{' (the one from before the login)' if place.startswith('the login') and token == first else ''}"
        for place, token in tokens.items()
        if token
    ]
    within = [one for request, one in answers if is_success(one) and one.purpose not in ("open a session", "log in")]
    every = [one for one in within if token_in(start, one)]
    said_of += ["every answer"] if len(every) > 1 and len(every) == len(within) else []
    return f"a CSRF token is shown by {', '.join(said_of)}{beside}"


def _lasting(bench: Bench, login: Login, tokens: Mapping[str, str]) -> str:
    """Whether a request that needs a token is let in with each that was shown, the newest last."""
    request = next((one for one in _unsafe(bench)), None)
    if request is None:
        return "no request that needs a CSRF token was sent, so nobody can tell how long one is good"
    headers, newest = _headers(login), [token for token in tokens.values() if token][-1]
    carrying = next((name for name, value in headers.items() if value in (*tokens.values(), newest)), None)
    carrying = carrying or bench.data["session"]["start"].get("csrf_header")
    accepted = {}
    for place, token in reversed(list(tokens.items())):  # where each answer brings another, only the newest is good
        if token and carrying:
            response = login.send(with_headers(request, {**headers, carrying: token}))
            accepted[place] = not (response.status == 403 or is_told(bench.data["session"], response, None))
    good = [place for place, well in accepted.items() if well]
    bad = [place for place, well in accepted.items() if not well]
    refused = f"; that of {', '.join(bad)} is refused" if bad else "; earlier ones stay good"
    return f"the CSRF token of {', '.join(good) or 'no answer'} is let in{refused}"


def _unsafe(bench: Bench) -> list[Request]:
    """Requests that need a token and change nothing now: those that read, and the delete of what is gone."""
    sent = [request for request, response in bench.answers if is_success(response) and request.method != "GET"]
    gone = [one for one in sent if one.purpose.startswith("delete ")]
    return [one for one in sent if reads_only(one)] + gone[-1:]


