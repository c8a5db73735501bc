# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login of the system itself: its steps, as the profile says, as one conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

from .._profile.model import Profile
from .._profile.predicate import LOOKED_AT, Sent, fitting, is_login_page, statuses_of
from .._profile.session_rules import Step
from .._profile.template import TemplateNames, fill
from .._text.nested_paths import ABSENT
from .._text.records import evolve
from .._transport.failures import of_busy
from .._transport.messages import Flow, Response
from ..errors import AuthenticationError, ConfigurationError, SessionRejected
from .denial import LOG_IN
from .session import (
    CARRIED,
    Session,
    carries_key,
    changes_session_cookie,
    is_accepted,
    look,
    observe,
    step_request,
    taken,
    with_cookies,
    with_taken,
)

OPEN, REFRESH = "open a session", "renew the token"
TOKEN, CODE = "access_token", "totp"


def purpose_of(step: Step) -> str:
    """What a step of a login is for: one that sends a credential logs in."""
    return LOG_IN if step.credentials else OPEN


def open_session(
    profile: Profile, names: TemplateNames, looks_first: bool = False, given: bool = False
) -> Flow[Session]:
    """A session of the system. names: as session_names(), and ``totp``, which gives a one-time code after an answer, or
    after None. looks_first: a value in the answer of the last step is not accepted by this server, so a look fetches
    the good one. given: the access token in the names is not one that the steps make.

    The steps are taken a second time where the session was lost before the credentials were looked at, or right after
    the login. A profile without steps sends nothing. Raises SessionRejected where the session is lost each time."""
    rules = profile.session
    steps = rules.steps_with(given)
    for last in (False, True):
        opened = yield from _taken_steps(profile, steps, names, last)
        session = (yield from _looked(profile, *opened, names, looks_first)) if opened else None
        if session is not None:
            _check_carried(profile, steps, session, names)
            return session
    raise SessionRejected(
        LOG_IN,
        "the session was lost right after its login, twice",
        "Most likely another login of the same identity ended it: let jobs share the token_store, or give each its own "
        "user.",
    )


def refresh_session(profile: Profile, session: Session, names: TemplateNames) -> Flow[Session]:
    """The session after its token was renewed by the profile's refresh; what is not taken anew stays. Raises
    AuthenticationError where the server refuses the refresh token."""
    rules, refresh = profile.session, profile.session.refresh
    if refresh is None:
        return session
    for step in refresh.steps:
        keeps = refresh.after_use == "keeps"  # so that it may be sent again where no answer came
        request = step_request(profile, step, session, names, REFRESH, safe=keeps, patient=True)
        sent = Sent(request.method, session.cookies)
        response = yield request
        refused = fitting(refresh.refused, response, sent)
        if refused and not is_accepted(step, response, sent):
            why = f"the server does not accept the refresh token (HTTP {response.status})"
            raise AuthenticationError(REFRESH, why, refused.says, status=response.status)
        _check(profile, evolve(step, denied=()), response, sent, names["url"])
        found = taken(rules, step.take, names, response)
        if TOKEN in step.take and TOKEN not in found:
            from .handshake_errors import not_taken

            raise not_taken(profile, step, TOKEN, response)
        session = _after(profile, step, session, names, response, may_lack=True)
    return session


def _taken_steps(
    profile: Profile, steps: Sequence[Step], names: TemplateNames, last: bool
) -> Flow[Optional[tuple[Session, Optional[Response]]]]:
    """The session after all steps, with the last answer; None where it was lost before the credentials were looked at.
    last: then that is an error."""
    rules, session, response, sent = profile.session, Session(), None, Sent()
    for number, step in enumerate(steps):
        if step.when and (response is None or not fitting(step.when, response, sent)):
            continue
        reads = not step.credentials
        known = names if CODE not in step.names else {**names, CODE: names[CODE](response)}
        request = step_request(profile, step, session, known, purpose_of(step), safe=reads, patient=not number)
        sent = Sent(request.method, session.cookies)
        response = yield request
        lost = step.credentials and changes_session_cookie(rules, response, session.cookies)
        if lost and not last and not is_accepted(step, response, sent):
            return None
        _check(profile, step, response, sent, names["url"])
        may_lack = number + 1 < len(steps) and bool(steps[number + 1].when)
        session = _after(profile, step, session, names, response, may_lack)
    return session, response


def _check(profile: Profile, step: Step, response: Response, sent: Sent, url: str) -> None:
    """Raises an error unless a step succeeded."""
    if response.busy:
        raise of_busy(response)
    if step.credentials or profile.session.carries_password:
        _check_credentials(profile, step, response, sent)
    if not is_accepted(step, response, sent):
        from .handshake_errors import step_failed

        raise step_failed(profile, step, response, url)


def _check_credentials(profile: Profile, step: Step, response: Response, sent: Sent) -> None:
    """Raises an error where the answer says that the credentials, or the values beside them, are wrong."""
    named = bool(profile.session.renewed)
    if response.status == 403 and named and b"csrf" in response.body[:LOOKED_AT].lower():
        from .handshake_errors import csrf_refused

        raise csrf_refused(profile, response)
    denied = fitting(step.denied, response, sent)
    back = 300 <= response.status < 400 and response.status in statuses_of(step.success) and is_login_page(response)
    if denied or back:
        from .handshake_errors import login_refused

        raise login_refused(step, response, named, denied.says if denied else "")


def _after(
    profile: Profile, step: Step, session: Session, names: TemplateNames, response: Response, may_lack: bool
) -> Session:
    """The session after the answer of a step. may_lack: the next step is taken only after some answers, so that this
    one need not hold what the step takes."""
    rules = profile.session
    found = taken(rules, step.take, session.named(names), response)
    lacking = [name for name in step.take if name not in found and name not in rules.optional]
    if lacking and not may_lack:
        from .handshake_errors import not_taken

        raise not_taken(profile, step, lacking[0], response)
    session = with_taken(observe(session, rules, response, names), rules, found)
    filled = fill(step.cookies, session.named(names))
    laid = {} if filled is ABSENT else {name: str(filled[name]) for name in filled if name not in response.cookies}
    return with_cookies(session, rules, laid)


def _looked(
    profile: Profile,
    session: Session,
    response: Optional[Response],
    names: TemplateNames,
    looks_first: bool,
) -> Flow[Optional[Session]]:
    """The session with the values that are good after the login; None where a look shows that it is lost. A server that
    names the header of a value in its answers names it in that of the login, too, or else in a look after it."""
    rules = profile.session
    if response is None:
        return session
    found = taken(rules, rules.take, session.named(names), response)
    announced = not rules.announces_header or bool(rules.announced_by(found))
    if announced and not looks_first:
        return session
    seen = yield from look(profile, session, names)
    if seen.session is not None and not (announced or seen.announced):
        from .handshake_errors import no_value_shown

        raise no_value_shown(profile, response)
    return seen.session


def _check_carried(profile: Profile, steps: Iterable[Step], session: Session, names: TemplateNames) -> None:
    """Raise an error unless everything that requests carry has a value that a header can hold."""
    known = session.named(names)
    rules = profile.session
    wanted = (name for name in rules.carried_names - rules.optional if not name.startswith("inputs."))  # may lack
    lacking = sorted(name for name in wanted if not known.get(name))
    if lacking == [TOKEN] and carries_key(profile, names.get("inputs", {})):
        return
    if TOKEN in lacking and not any(TOKEN in step.take for step in steps):
        raise ConfigurationError(LOG_IN, f"profile {profile.name} needs an access token", "Choose another grant_type.")
    if lacking:
        from .handshake_errors import without_value

        raise without_value(steps, lacking[0])
    if TOKEN in rules.carried_names and not CARRIED.fullmatch(str(known[TOKEN])):
        raise AuthenticationError(LOG_IN, "the access token holds characters that no header can carry")
