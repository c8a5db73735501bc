# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a request is sent again within a session travels with it, into the request log."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import ALICE, READ, answer

pytestmark = pytest.mark.proves("LOG-1")
FORBIDDEN = (403, {"message": "Forbidden"}, {})


def watching(system, refused=0):
    """Sends as the system does, which refuses the first reads; and what was told of each read."""
    told, left = [], [refused]

    def send(request):
        response = system.send(request)
        if request.url != READ.url:
            return response
        told.append((request.attempt, request.because))
        if left[0]:
            left[0] -= 1
            return answer(request, *FORBIDDEN)
        return response

    return send, told


@pytest.mark.parametrize("rejection", [(401, {}, {}), FORBIDDEN])
def test_a_lost_session(login, system, rejection):
    system.rejection = rejection
    send, told = watching(system)
    authenticator = login(send=send, **ALICE)
    authenticator.open()
    system.expire_sessions()
    assert authenticator.send(READ).status == 200
    assert told == [(1, ""), (2, "the session was lost")]


def test_another_csrf_token(login, system):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    send, told = watching(system)
    assert login(send=send, **ALICE).send(READ.again("HTTP 503, waited 0.5 s")).status == 200
    assert told == [
        (2, "HTTP 503, waited 0.5 s"),
        (3, "a look at the session showed another CSRF token"),
    ]


def test_a_new_login_instead_of_an_old_session(login, system, ticking):
    system.rejection = FORBIDDEN
    login(**ALICE).open()
    ticking.time += 1000
    send, told = watching(system, refused=1)
    assert login(send=send, **ALICE).send(READ).status == 200
    assert told == [(1, ""), (2, "after a new login")]
