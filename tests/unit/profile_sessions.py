# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of ``session`` and of predicates does, for test_profile_effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ansible_collections.rimops.insight.tests.unit.effects import LOGIN, Case, says
from ansible_collections.rimops.insight.tests.unit.profile_cases import HELD, login, request_cases, session

BASIC = session(carry={"basic": {"username": "jdoe", "password": "p"}})
LOOK = {"method": "GET", "path": "me"}
REFUSED = {"create": (says(403), says(200, HELD))}
OUT = {"out": {"method": "POST", "path": "out"}}
RENEW = {"method": "POST", "path": "renew", "json": {"r": "{refresh_token}"}, "take": {"access_token": "body.new"}}
OWN_TOKEN = {
    "steps": {"login": {"take": {"token": None, "access_token": "body.xAuthToken", "refresh_token": "body.sid"}}},
    "carry": {"headers": {"X-Token": "{access_token}"}},
}
TAKES_SID = {"steps": {"login": {"take": {"sid": "body.sid"}}}}


def lost(key: str, one: dict[str, Any], *answer: Any, **headers: str) -> Case:
    """A part of an alternative, with an answer that it fits: the session counts as lost."""
    answers = {"create": (says(*answer, **headers), says(200, HELD))}
    return Case(f"alternative.{key}", session(lost=[one]), "log in #2", answers=answers)


MOVED = {
    "log": (says(200, {"xAuthToken": "T1"}, {"SID": "S1"}),),
    "create": (says(500, None, {"SID": "S2"}), says(200, HELD)),
}
"""Answers that change a cookie."""


def _by_cookie(key: str, cookie: Any, **more: Any) -> Case:
    return replace(lost(key, {"cookie": cookie}, 500), answers=MOVED, **more)


def looked(key: str, changes: dict[str, Any], pattern: str, **more: Any) -> Case:
    """A key of the look, which is asked after a refusal."""
    more = {"given": session(look=LOOK), "answers": REFUSED, **more}
    return Case(f"session.look.{key}", session(look=changes), pattern, **more)


def _alternatives() -> Iterator[Case]:
    yield lost("status as number", {"status": 418}, 418)
    yield lost("status as list", {"status": [417, 418]}, 418)
    yield lost("header.<name> as text", {"header": {"X-User": "anonymous"}}, 500, **{"x-user": "Anonymous"})
    yield lost("header.<name> as list", {"header": {"X-User": ["none", "anonymous"]}}, 500, **{"x-user": "Anonymous"})
    yield _by_cookie("cookie as text", "changed", given=session(cookie="SID"))
    yield _by_cookie("cookie as mapping", {"S*": "changed"})
    yield _by_cookie("cookie.<name> as text", {"SID": "changed"})
    yield _by_cookie("cookie.<name> as list", {"SID": ["S3", "S2"]})
    yield lost("body", {"body": {"error.code": [7, 8]}}, 200, {"error": {"code": 7}})
    yield lost("empty", {"status": [500], "empty": True}, 500, [])
    plain = {"content-type": "text/plain"}
    yield lost("media_type as text", {"media_type": "text/plain"}, 500, b"?", None, **plain)
    yield lost("media_type as list", {"media_type": ["text/csv", "text/plain"]}, 500, b"?", None, **plain)
    yield lost("words as text", {"words": "who are you"}, 500, b"Who are you?")
    yield lost("words as list", {"words": ["gone", "who are you"]}, 500, b"Who are you?")
    yield lost("login_page", {"login_page": True}, 302, b"", None, location="/login")
    yield lost("method as text", {"status": [418], "method": "POST"}, 418)
    yield lost("method as list", {"status": [418], "method": ["PUT", "POST"]}, 418)
    yield Case(
        "alternative.not",
        session(lost=[{"status": [403], "not": {"words": ["too old"]}}]),
        gone="log in #2",
        given=session(lost=[{"status": [403]}]),
        answers={"create": (says(403, b"It is too old."), says(200, HELD))},
    )
    yield Case(
        "alternative.says",
        session(lost=[{"status": [401], "says": "The licence ended."}]),
        r"it says: The licence ended\.",
        answers={"create": (says(401),)},
    )
    yield Case(
        "alternative.says",
        session(denied=[{"status": [401], "says": "Ask Ann."}]),
        r"it says: Ask Ann\.",
        answers={"log": (says(401),)},
    )


def _steps() -> Iterator[Case]:
    credentials = {"password": "{password}", "user": "{username}"}
    yield from request_cases("step", login, "log", credentials, knows_key=False)
    yield Case(
        "step.success",
        login(success=[{"status": [418]}]),
        "> .* create",
        answers={"log": (says(418, {"xAuthToken": "T"}),)},
    )
    yield Case("step.denied", login(denied=[{"status": [418]}]), "does not accept", answers={"log": (says(418),)})
    yield Case("step.take", login(take={"token": "body.sid"}), '"X-Token": "session-of-another"')
    yield Case("step.cookies", login(cookies={"SID": "{token}"}), '"Cookie": "SID=session-of-the-body"')
    for key, pair in (("username", "bzpw"), ("password", "amRvZTpx")):
        by_basic = login(basic={"username": "jdoe", "password": "p"})
        changed = login(basic={key: {"username": "o", "password": "q"}[key]})
        yield Case(f"step.basic.{key}", changed, f'log in .*\n.*"Basic {pair}"', given=by_basic)
    second = {"method": "GET", "path": "second"}
    yield Case(
        "step.when",
        session(steps={"second": {"when": {"body": {"nothing": "present"}}}}),
        gone="/second open",
        given=session(steps={"second": second}),
    )
    yield Case(
        "step.before",
        session(steps={"second": {"before": "login"}}),
        "/second open(.|\n)*/login log in",
        given=session(steps={"second": second}),
    )
    several = ["body.nothing", "body.sid"]
    for form, place in (
        ("take.<name> as text", "body.sid"),
        ("take.<name> as list", several),
        ("take.<name> as mapping", {"at": "body.sid"}),
        ("take.<name>.at as text", {"at": "body.sid"}),
        ("take.<name>.at as list", {"at": several}),
    ):
        yield Case(form, login(take={"token": place}), '"X-Token": "session-of-another"')
    optional = login(take={"token": {"at": "body.nothing", "optional": True}})
    yield Case("take.<name>.optional", optional, "> .* create", given=login(take={"token": {"at": "body.nothing"}}))
    yield Case(
        "take.<name>.default",
        login(take={"token": {"default": "D1"}}),
        '"X-Token": "D1"',
        given=login(take={"token": {"at": "body.nothing"}}),
    )


def _carried() -> Iterator[Case]:
    yield Case(
        "session.carry.headers", session(carry={"headers": {"X-Own": "{username}"}}), 'create(.|\n)*"X-Own": "jdoe"'
    )
    yield Case(
        "session.carry.cookies", session(carry={"cookies": {"C": "{token}"}}), '"Cookie": "C=session-of-the-body"'
    )
    yield Case("session.carry.query", session(carry={"query": {"k": "{token}"}}), r"\?k=session-of-the-body create")
    yield Case(
        "session.carry.json", session(carry={"json": {"auth": "{token}"}}), 'create .*"auth": "session-of-the-body"'
    )
    yield Case("session.carry.basic.username", session(carry={"basic": {"username": "o"}}), '"Basic bzpw"', given=BASIC)
    yield Case(
        "session.carry.basic.password", session(carry={"basic": {"password": "q"}}), '"Basic amRvZTpx"', given=BASIC
    )


def _refreshes() -> Iterator[Case]:
    """Keys of the refresh, by which a token of the system's own is renewed after a loss."""
    own, answers = session(**OWN_TOKEN, refresh={"steps": {"renew": RENEW}}), {"create": (says(401), says(200, HELD))}
    renewed = {**answers, "renew": (says(200, {"new": "T2"}),)}
    steps = session(refresh={"steps": {"renew": RENEW}})
    yield Case("session.refresh.steps", steps, '"X-Token": "T2"', given=session(**OWN_TOKEN), answers=renewed)
    refused = {**answers, "renew": (says(418),)}
    yield Case(
        "session.refresh.refused",
        session(refresh={"refused": [{"status": 418}]}),
        "log in #2",
        given=own,
        answers=refused,
    )
    keeps = session(refresh={"after_use": "keeps"})
    yield Case("session.refresh.after_use", keeps, "> safe POST .*/renew", given=own, answers=renewed)


def _looks() -> Iterator[Case]:
    yield looked("method", {"method": "HEAD"}, "> safe HEAD .* look at")
    yield looked("path", {"path": "there"}, "/there look at")
    yield looked("query as mapping", {"query": {"q": "1"}}, r"\?q=1 look at")
    yield looked("headers", {"headers": {"X-Own": "x"}}, 'look at .*\n.*"X-Own": "x"')
    yield looked("busy", {"busy": [{"header": {"content-type": "json"}}]}, "look at the session: the server is busy")
    at = {"token": "body.sid"}
    yield looked("take", {"take": at}, '"X-Token": "session-of-another"')
    yield looked(
        "success",
        {"success": [{"status": [204]}]},
        "",
        gone='"X-Token": "session-of-another"',
        given=session(look={**LOOK, "take": at}),
    )
    yield looked("after", {"after": [{"status": [419]}]}, "look at", answers={"create": (says(419), says(200, HELD))})
    yield looked(
        "cookies",
        {"cookies": {"SID": "{sid}"}},
        "log in #2",
        given=session(**TAKES_SID, look={**LOOK, "take": {"sid": "body.sid"}}, lost=[{"cookie": {"SID": "changed"}}]),
        answers={
            "log": (says(200, {"xAuthToken": "T1", "sid": "S1"}, {"SID": "S1"}),),
            "look": (says(200, {"sid": "S2"}),),
            **REFUSED,
        },
    )


SESSIONS = [
    *_alternatives(),
    *_steps(),
    *_carried(),
    *_looks(),
    *_refreshes(),
    Case("session", {"session": None}, "does not take user name and password"),
    Case(
        "session.steps", session(steps={"more": {"method": "GET", "path": "more"}}), "> safe GET .*/more open a session"
    ),
    *(
        Case(
            f"session.cookie as {form}",
            session(cookie=cookie),
            "log in #2",
            given=session(cookie="OTHER", lost=[{"cookie": "changed"}]),
            answers=MOVED,
        )
        for form, cookie in (("text", "SID"), ("list", ["SI*"]))
    ),
    Case(
        "session.take",
        session(take={"token": "body.token"}),
        'update .*\n.*"X-Token": "T2"',
        answers={"create": (says(200, {**HELD, "token": "T2"}),)},
    ),
    Case(
        "session.lost", session(lost=[{"status": [418]}]), "log in #2", answers={"create": (says(418), says(200, HELD))}
    ),
    Case("session.denied", session(denied=[{"status": [418]}]), "does not accept", answers={"log": (says(418),)}),
    Case("session.logout", session(logout=OUT), "> POST .*/out log out", tasks=LOGIN),
]
