# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments with the session of a login that worked: how a lost session is answered, where the CSRF token stands, and
whether an earlier one stays good."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Optional

from .._auth.session import Session, changes_session_cookie, is_lost, look, look_of
from .._profile.model import at, profile_of
from .._profile.operation import BASIS
from .._profile.predicate import is_login_page
from .._profile.server_messages import said_in
from .._profile.session_rules import SessionRules, session_of
from .._text.json_forms import Json
from .._transport.http import with_headers
from .._transport.messages import Request, Response, converse
from ..errors import InsightError
from .experiment import Experiment, reads_only
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, Finding, brief, nested
from .logins import Login
from .shapes import described, find, is_success, json_content

LOST = re.compile(r"session|expired|log(ged)?[ -]?(in|on|out)|sign(ed)?[ -]?(in|on)", re.IGNORECASE)
"""What a text says that speaks of a lost session."""
WITHOUT_LOGIN = (401, 419, 440)
"""Statuses that mean only that there is no valid login."""


# --- a session that nobody has


def unlike(value: str) -> str:
    """A value of the same form that the server has given to nobody."""
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
        cookies = {name: unlike(value) if name == cookie else value for name, value in cookies_in(wrong).items()}
        wrong["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return wrong


def cookie_of(session: Json) -> Optional[str]:
    """The name of the cookie that carries the session id, where a profile has one."""
    return (session.get("start") or {}).get("cookie")


def cookies_in(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies that headers carry."""
    pairs = [pair.partition("=") for pair in headers.get("Cookie", "").split("; ")]
    return {name: value for name, _equals, value in pairs if name}


def _headers(login: Login) -> dict[str, str]:
    return login.authenticator.authorization_headers() if login.authenticator else {}


def _url(login: Login) -> str:
    return str(login.values.get("url") or "").rstrip("/")


# --- how a lost session is answered


def ask_reading(experiment: Experiment, login: Login) -> None:
    """Send requests with a session that does not exist: the request that showed an entity, and one of each other method
    that only reads. The entity must still exist."""
    if experiment.shown is None or experiment.lost:
        return
    request, known = experiment.shown
    response = _ask(experiment, login, request)
    if response is not None and find(json_content(response), known):
        experiment.answers_anybody = True
        return
    for method, other in _methods(experiment).items():
        if method not in experiment.lost and experiment.is_harmless(other):
            _ask(experiment, login, other)


def ask_writing(experiment: Experiment, login: Login) -> None:
    """The same with the methods that write, as they were sent for the scratch entity, which is gone by now. Nothing is
    sent where the server answers requests without a valid session, or where that was not examined."""
    if experiment.answers_anybody or not experiment.lost:
        return
    for method, request in _methods(experiment).items():
        if method not in experiment.lost:
            _ask(experiment, login, replace(request, json_body={}) if request.json_body is not None else request)


def _methods(experiment: Experiment) -> dict[str, Request]:
    """The last request of each method that was answered with a success."""
    return {request.method: request for request, response in experiment.answers if is_success(response)}


def _ask(experiment: Experiment, login: Login, request: Request) -> Optional[Response]:
    headers = wrong_session(_headers(login), cookie_of(login.data["session"]))
    try:
        response = login.send(with_headers(request, headers))
    except InsightError:
        return None
    experiment.lost[request.method] = response
    return response


def conclude(experiment: Experiment, login: Login) -> None:
    """What the answers to a lost session say about the profile."""
    session = experiment.data["session"]
    if experiment.answers_anybody:
        stated = _rules_text(session.get("rejected") or {})
        experiment.note([Finding("session.rejected", DIFFERS, stated, "the server answers a session that nobody has")])
    if experiment.answers_anybody or not experiment.lost:
        return
    look_tells = any(one.status == 403 for one in experiment.lost.values()) and _look_tells(login)
    finding = judged(session, experiment.lost, look_tells)
    experiment.note([finding])
    if finding.override:
        more = finding.override["session"]["rejected"]
        experiment.learn(("session", "rejected"), {**(session.get("rejected") or {}), **more})
    if finding.verdict == AS_PROFILE or finding.override:
        experiment.verify(("session", "rejected"))


def _look_tells(login: Login) -> bool:
    """Whether a look at a session that does not exist shows that it does not live."""
    opened = next((one for _request, one in login.answers if one.purpose == "open a session"), None)
    cookie = cookie_of(login.data["session"])
    wrong = cookies_in(wrong_session(_headers(login), cookie))
    if cookie is None or opened is None or cookie not in wrong:
        return False
    session_id = at(json_content(opened), login.data["session"]["start"]["session_id"])
    shown = opened.cookies.get(cookie, session_id) == session_id
    session = Session(cookies=wrong, values={"session": wrong[cookie]} if shown else {})
    try:
        return converse(look(profile_of(login.data), session, {"url": _url(login)}), login.send).session is None
    except InsightError:
        return False


def _rules_text(rules: Json) -> str:
    return brief({name: value for name, value in rules.items() if name not in BASIS})


def judged(session: Json, lost: Mapping[str, Response], look_tells: bool = False) -> Finding:
    """The finding on the profile's rules for a lost session, by the answer for each method. A status that also means a
    missing permission is proposed only where nothing else shows the lost session. look_tells: after a 403 a look at the
    session shows that it does not live."""
    rules = session.get("rejected") or {}
    answers = {method: _answered(session, response) for method, response in lost.items()}
    alike = {came: [name for name, one in answers.items() if one == came] for came in answers.values()}
    stated = "; ".join(f"{', '.join(methods)}: {came}" for came, methods in alike.items())
    known = _session_rules(session)
    strange = [one for method, one in lost.items() if not is_lost(known, one, _sent(session), method)]
    if look_tells and any(one.status == 403 for one in strange):
        stated += "; after HTTP 403 a look at the session tells that it does not live"
        strange = [one for one in strange if one.status != 403]
    more: dict[str, Any] = {}
    for response in strange:
        sign = _sign(session, response)
        if sign is None:
            return Finding("session.rejected", NOT_FOUND, _rules_text(rules), stated)
        for name, value in sign.items():
            held = more.get(name, rules.get(name, []))
            more[name] = list(dict.fromkeys([*held, *value])) if isinstance(value, list) else value
    if not more:
        return Finding("session.rejected", AS_PROFILE, came=stated)
    key = f"session.rejected.{next(iter(more))}" if len(more) == 1 else "session.rejected"
    return Finding(key, DIFFERS, _rules_text(rules), stated, nested(("session", "rejected"), more))


def _session_rules(session: Json) -> SessionRules:
    """How a lost session is told.."""
    return session_of(session)


def _sent(session: Json) -> dict[str, str]:
    """The session's cookie as it was sent: with a value that no server sets."""
    cookie = cookie_of(session)
    return {cookie: "made up"} if cookie else {}


def _sets_another(session: Json, response: Response) -> bool:
    rules = _session_rules({**session, "rejected": {"cookie_changes": True}})
    return changes_session_cookie(rules, response, _sent(session))


def _sign(session: Json, response: Response) -> Optional[dict[str, Any]]:
    """The rule of the profile that only this answer fulfils; None where there is none."""
    if _sets_another(session, response):
        return {"cookie_changes": True}
    if is_login_page(response):
        return {"login_page": True}
    if response.status in WITHOUT_LOGIN:
        return {"status": [response.status]}
    words = _words(response)
    if words:
        return {"words": [words]}
    return {"status": [403]} if response.status == 403 else None


def _words(response: Response) -> str:
    """How a text about a lost session begins, without anything that may differ from answer to answer."""
    text = said_in(response)
    if not text and json_content(response) is None and not response.is_html:
        text = response.body[:200].decode("utf-8", "replace")
    start = re.match(r"[A-Za-z][A-Za-z ,']*", text.strip())
    words = start[0].strip(" ,'")[:60] if start else ""
    return words if len(words) > 11 and LOST.search(words) else ""


def _answered(session: Json, response: Response) -> str:
    another = ", and sets another session cookie" if _sets_another(session, response) else ""
    return f"{described(response)}{another}"


# --- the CSRF token


def probe_tokens(experiment: Experiment, login: Login) -> None:
    """Where the server shows its CSRF token, and whether an earlier one stays good."""
    start = experiment.data["session"].get("start")
    if not start or login.authenticator is None:
        return
    steps = {response.purpose: response for _request, response in login.answers}
    request = look_of(profile_of(login.data), Session(), {"url": _url(login)})
    if request is None:
        return
    try:
        looked = login.send(with_headers(request, _headers(login)))
    except InsightError as error:
        experiment.note([Finding("session.start", NOT_TRIED, came=f"a look after the login failed: {error.why}")])
        return
    shown = {
        "the first answer": steps.get("open a session"),
        "the login's answer": steps.get("log in"),
        "a look after the login": looked,
    }
    tokens = {place: csrf_token_in(start, response) for place, response in shown.items() if response is not None}
    experiment.note(
        [Finding("session.start", SEEN, came=_places(tokens, login.answers, _every_answer(experiment, start)))]
    )
    if any(tokens.values()):
        with suppress(InsightError):  # what is not answered any more says nothing
            experiment.note([Finding("session", SEEN, came=_lasting(experiment, login, tokens))])


def csrf_token_in(start: Json, response: Response) -> str:
    """The CSRF token that an answer shows in a header; empty where it shows none."""
    named = response.headers.get(str(start.get("csrf_name_header", "")).lower())
    names = [name.lower() for name in (named, start.get("csrf_header")) if name]
    return next((response.headers[name] for name in names if name in response.headers), "")


def token_cookies(answers: list[tuple[Request, Response]]) -> list[str]:
    """The cookies that may hold a CSRF token, by their names."""
    names = [name for _request, response in answers for name, value in response.cookies.items() if value]
    return [name for name in dict.fromkeys(names) if re.search("csrf|xsrf", name, re.IGNORECASE)]


def _every_answer(experiment: Experiment, start: Json) -> bool:
    """Whether each answer about an entity shows one, too."""
    within = [response for _request, response in experiment.answers if is_success(response)]
    return bool(within) and all(csrf_token_in(start, response) for response in within)


def _places(tokens: Mapping[str, str], answers: list[tuple[Request, Response]], every: bool) -> str:
    """Where CSRF tokens are shown, in a sentence. tokens: by place; every: whether each answer shows one."""
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
    said_of += ["every answer within the session"] if every else []
    return f"a CSRF token is shown by {', '.join(said_of)}{beside}"


def _lasting(experiment: Experiment, login: Login, tokens: Mapping[str, str]) -> str:
    """Whether a request that needs a token is let in with each that was shown, the newest last."""
    request = next(iter(_unsafe(experiment)), None)
    if request is None:
        return "no request was seen to work that needs a CSRF token and changes nothing, to try an earlier one with"
    headers, newest = _headers(login), [token for token in tokens.values() if token][-1]
    carrying = next((name for name, value in headers.items() if value in (*tokens.values(), newest)), None)
    carrying = carrying or experiment.data["session"]["start"].get("csrf_header")
    accepted = {}
    for place, token in reversed(list(tokens.items())):  # where each answer brings another, only the newest is good
        if token and carrying:
            response = login.send(with_headers(request, {**headers, carrying: token}))
            rules = _session_rules(experiment.data["session"])
            lost = is_lost(rules, response, cookies_in(headers), request.method)
            accepted[place] = response.status != 403 and not lost
    good = [place for place, well in accepted.items() if well]
    bad = [place for place, well in accepted.items() if not well]
    refused = f"; that of {', '.join(bad)} is refused" if bad else "; earlier ones stay good"
    return f"the CSRF token of {', '.join(good) or 'no answer'} is let in{refused}"


def _unsafe(experiment: Experiment) -> list[Request]:
    """Requests that need a token and change nothing now: those that read, and the delete of an entity that is gone."""
    sent = [request for request, response in experiment.answers if is_success(response) and request.method != "GET"]
    gone = [one for one in sent if one.purpose.startswith("delete ")]
    return [one for one in sent if reads_only(one)] + gone[-1:]
