# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments with the session of a login that worked: how a lost session is answered, where a value is shown that any
answer may renew (a CSRF token), and whether an earlier one stays good."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from contextlib import suppress
from typing import Optional

from .._auth.handshake_errors import renewed_name
from .._auth.session import Session, carried, carries_key, is_lost, look, look_of, taken, within
from .._entity.api.refusals import OF_THE_REQUEST
from .._profile.model import profile_of
from .._profile.predicate import Sent, fitting, is_login_page, predicate_of
from .._profile.session_rules import BEARER, LOST, SessionRules, session_of
from .._text.json_forms import Json
from .._text.records import evolve
from .._transport.messages import Request, Response, converse
from ..errors import InsightError
from .experiment import Experiment, reads_only
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, Finding, brief, nested
from .logins import Login
from .shapes import codes_in, described, find, is_success, json_content, opening_words

OF_SESSIONS = re.compile(r"session|expired|log(ged)?[ _-]?(in|on|out)|sign(ed)?[ _-]?(in|on)", re.IGNORECASE)
"""What a text says that speaks of a lost session."""
WITHOUT_LOGIN = (401, 419, 440)
"""Statuses that mean only that there is no valid login."""
NO_SECRETS = ("inputs", "url", "token_type", "username", "user")
"""What a session may carry and that is not what the server knows it by."""
CSRF = re.compile("csrf|xsrf", re.IGNORECASE)
CarriedSession = tuple[Session, Json]
"""A session, and what templates may name beside it."""


# --- a session that nobody has


def unlike(value: str) -> str:
    """A value of the same form that the server has given to nobody. Of a signed token only the signature is another."""
    head, dot, tail = value.rpartition(".") if value.count(".") > 1 else ("", "", value)
    letters = "abcdef" if re.fullmatch("[0-9a-fA-F-]+", tail) else string.ascii_lowercase
    kinds = (string.digits, letters, letters.upper())
    other = (next((secrets.choice(kind) for kind in kinds if char in kind), char) for char in tail)
    return f"{head}{dot}{''.join(other)}"


def false_session(rules: SessionRules, session: Session, names: Json) -> Optional[CarriedSession]:
    """A session that nobody has: all by which the server knows this one is made up, and everything else of it stays.
    None where that is a password, which too many wrong ones may lock."""
    known_by = {name for name in rules.carried_names if name.partition(".")[0] not in NO_SECRETS}
    known_by -= {*rules.renewed, *rules.header_names}
    if "password" in known_by:
        return None
    held = {**names, **session.values}
    made_up = {name: unlike(str(held[name])) for name in known_by if isinstance(held.get(name), str)}
    patterns = (*rules.cookie, *(cookie for cookie, _name in rules.laid))
    own = {name for name in session.cookies if any(_is_called(name, pattern) for pattern in patterns)}
    if not (own or made_up or session.handed_over):
        own = {name for name in session.cookies if not CSRF.search(name)}
    cookies = {name: unlike(value) if name in own else value for name, value in session.cookies.items()}
    made_up.update({name: cookies[cookie] for cookie, name in rules.laid if _is_laid(session, cookie, name)})
    headers = {name: unlike(value) for name, value in session.handed_over.items()}
    values = {**session.values, **{name: made_up[name] for name in made_up if name in session.values}}
    return evolve(session, cookies=cookies, values=values, handed_over=headers), {**names, **made_up}


def _is_called(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _is_laid(session: Session, cookie: str, name: str) -> bool:
    return cookie in session.cookies and session.values.get(name) == session.cookies[cookie]


def _rules(login: Login) -> SessionRules:
    return session_of(login.data.get("session"))


def _false(login: Login) -> Optional[CarriedSession]:
    """A session that nobody has; None where that would be the one that everybody has, too."""
    if login.authenticator is None:
        return None
    held = login.authenticator.shown()
    false = false_session(_rules(login), *held)
    return false if false != held else None


def _carries(login: Login) -> bool:
    """Whether requests carry anything that stands for a session, or for a login."""
    if login.authenticator is None:
        return False
    profile, (session, names) = profile_of(login.data), login.authenticator.shown()
    known_by = [name for name in profile.session.carried_names if name.partition(".")[0] not in NO_SECRETS]
    key = carries_key(profile, names.get("inputs") or {})
    return bool(known_by or key or session.cookies or session.handed_over)


# --- how a lost session is answered


def ask_reading(experiment: Experiment, login: Login) -> None:
    """Send requests with a session that does not exist: the request that showed an entity, and one of each other method
    that only reads. The entity must still exist."""
    if experiment.shown is None or experiment.lost:
        return
    request, known = experiment.shown
    response = _ask(experiment, login, request)
    if response is not None and is_success(response) and find(json_content(response), known):
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
            _ask(experiment, login, evolve(request, json_body={}) if request.json_body is not None else request)


def _methods(experiment: Experiment) -> dict[str, Request]:
    """The last request of each method that was answered with a success."""
    return {request.method: request for request, response in experiment.answers if is_success(response)}


def _ask(experiment: Experiment, login: Login, request: Request) -> Optional[Response]:
    false = _false(login)
    if false is None:
        return None
    try:
        response = login.send(within(false[1]["url"], carried(_rules(login), *false), request))
    except InsightError:
        return None
    experiment.lost[request.method] = response
    return response


def conclude(experiment: Experiment, login: Login) -> None:
    """What the answers to a lost session say about the profile."""
    session = experiment.data.get("session") or BEARER
    stated = brief(list(session.get("lost", LOST)))
    experiment.has_session = _carries(login)
    if experiment.answers_anybody:
        experiment.note([Finding("session.lost", DIFFERS, stated, "the server answers a session that nobody has")])
        return
    false = _false(login)
    if false is None and experiment.has_session and experiment.shown is not None:
        given = "password" if _rules(login).carries_password else "key"
        why = f"each request carries the {given}, and too many wrong ones may lock an account"
        experiment.note([Finding("session.lost", NOT_TRIED, stated, why)])
    if false is None or not experiment.lost:
        return
    look_tells = any(one.status == 403 for one in experiment.lost.values()) and _look_tells(login, false)
    reads = experiment.shown[0].method if experiment.shown else "GET"
    finding = judged(session, experiment.lost, false[0].cookies, look_tells, reads)
    experiment.note([finding])
    if finding.override:
        experiment.learn(("session",), {**session, "lost": finding.override["session"]["lost"]})
    if finding.verdict == AS_PROFILE or finding.override:
        experiment.verify(("session",))


def _look_tells(login: Login, false: CarriedSession) -> bool:
    """Whether a look at a session that does not exist shows that it does not live."""
    try:
        return converse(look(profile_of(login.data), *false), login.send).session is None
    except InsightError:
        return False


def judged(
    session: Json,
    lost: Mapping[str, Response],
    sent: Mapping[str, str],
    look_tells: bool = False,
    reads: str = "GET",
) -> Finding:
    """The finding on the profile's rules for a lost session, by the answer for each method. A status that also means a
    missing permission is proposed only where nothing else shows the lost session. A write that is refused for what it
    says, which was nothing, may be refused before the session is looked at: that is no more than noted. sent: the
    cookies that went along; look_tells: after a 403 a look at the session shows that it does not live; reads: the
    method of the request that showed an entity."""
    rules, stated = session_of(session), list(session.get("lost", LOST))
    answers = {method: _answered(rules, response, sent) for method, response in lost.items()}
    alike = {came: [name for name, one in answers.items() if one == came] for came in answers.values()}
    came = "; ".join(f"{', '.join(methods)}: {said}" for said, methods in alike.items())
    strange = {method: one for method, one in lost.items() if not is_lost(rules, one, sent, method)}
    if look_tells and any(one.status == 403 for one in strange.values()):
        came += "; after HTTP 403 a look at the session tells that it does not live"
        strange = {method: one for method, one in strange.items() if one.status != 403}
    signs = {method: _sign(rules, one, sent) for method, one in strange.items()}
    unread = [name for name, sign in signs.items() if sign is None and strange[name].status in OF_THE_REQUEST]
    unread = [name for name in unread if name != reads]
    if unread:
        came += f"; nothing in the answer to {', '.join(unread)} tells a lost session"
    more: list[Json] = []
    for sign in (sign for name, sign in signs.items() if name not in unread):
        if sign is None:
            return Finding("session.lost", NOT_FOUND, brief(stated), came)
        more += [] if sign in more else [sign]
    if not more:
        return Finding("session.lost", AS_PROFILE, came=came)
    return Finding("session.lost", DIFFERS, brief(stated), came, nested(("session", "lost"), [*stated, *more]))


def _other_cookies(rules: SessionRules, response: Response, sent: Mapping[str, str]) -> list[str]:
    """The session's own cookies to which an answer gives another value than the one that was sent."""
    names = (*rules.cookie, *(cookie for cookie, _name in rules.laid))
    changed = {name: predicate_of([{"cookie": {name: "changed"}}]) for name in names}
    return [name for name, one in changed.items() if fitting(one, response, Sent(cookies=sent))]


def _sign(rules: SessionRules, response: Response, sent: Mapping[str, str]) -> Optional[Json]:
    """What only this answer fulfils, the surest first; None where there is nothing."""
    another = _other_cookies(rules, response, sent)
    if another:
        return {"cookie": {another[0]: "changed"}}
    if is_login_page(response):
        return {"login_page": True}
    status = {"status": [response.status]}
    if response.status in WITHOUT_LOGIN:
        return status
    codes = {path: code for path, code in codes_in(json_content(response)).items() if OF_SESSIONS.search(code)}
    if codes:
        return {**status, "body": dict([next(iter(codes.items()))])}
    words = opening_words(response)
    if OF_SESSIONS.search(words):
        return {**status, "words": words}
    return status if response.status == 403 else None


def _answered(rules: SessionRules, response: Response, sent: Mapping[str, str]) -> str:
    another = ", and sets another session cookie" if _other_cookies(rules, response, sent) else ""
    return f"{described(response)}{another}"


# --- a value that any answer may renew


def probe_tokens(experiment: Experiment, login: Login) -> None:
    """Where the server shows its CSRF token, and whether an earlier one stays good."""
    rules = _rules(login)
    name = renewed_name(rules)
    if not name or login.authenticator is None:
        return
    steps = {response.purpose: response for _request, response in login.answers}
    try:
        session, names = login.authenticator.shown()
        request = look_of(profile_of(login.data), session, names)
        looked = login.send(request) if request else None
    except InsightError as error:
        experiment.note([Finding("session.take", NOT_TRIED, came=f"a look after the login failed: {error.why}")])
        return
    shown = {
        "the first answer": steps.get("open a session"),
        "the login's answer": steps.get("log in"),
        "a look after the login": looked,
    }
    tokens = {place: shown_value(rules, name, response) for place, response in shown.items() if response is not None}
    every = _every_answer(experiment, rules, name)
    experiment.note([Finding("session.take", SEEN, came=_places(tokens, login.answers, every))])
    if any(tokens.values()):
        with suppress(InsightError):  # what is not answered any more says nothing
            came = _lasting(experiment, login, rules, (session, names), name, tokens)
            experiment.note([Finding("session", SEEN, came=came)])


def shown_value(rules: SessionRules, name: str, response: Response) -> str:
    """The value of this name that an answer shows; empty where it shows none."""
    return taken(rules, rules.take, {}, response).get(name, "")


def token_cookies(answers: list[tuple[Request, Response]]) -> list[str]:
    """The cookies that may hold a CSRF token, by their names."""
    names = [name for _request, response in answers for name, value in response.cookies.items() if value]
    return [name for name in dict.fromkeys(names) if CSRF.search(name)]


def _every_answer(experiment: Experiment, rules: SessionRules, name: str) -> bool:
    """Whether each answer about an entity shows one, too."""
    within_it = [response for _request, response in experiment.answers if is_success(response)]
    return bool(within_it) and all(shown_value(rules, name, response) for response in within_it)


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


def _lasting(
    experiment: Experiment,
    login: Login,
    rules: SessionRules,
    held: CarriedSession,
    name: str,
    tokens: Mapping[str, str],
) -> str:
    """Whether a request that needs a token is let in with each that was shown, the newest last."""
    request = next(iter(_unsafe(experiment)), None)
    if request is None:
        return "no request was seen to work that needs a CSRF token and changes nothing, to try an earlier one with"
    session, names = held
    accepted = {}
    for place, token in reversed(list(tokens.items())):  # where each answer brings another, only the newest is good
        if token:
            older = evolve(session, values={**session.values, name: token})
            response = login.send(within(names["url"], carried(rules, older, names), request))
            lost = is_lost(rules, response, session.cookies, request.method)
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
