# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login that was refused is refused to everybody, to each in an error of his own."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.connection import Connection
from ansible_collections.rimops.insight.plugins.module_utils.entities.assumed import AssumedWrites
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError
from ansible_collections.rimops.insight.plugins.module_utils.transport.values import Request


class Refusing:
    """An authenticator that nobody lets in."""

    asked = 0

    def send(self, request):
        self.asked += 1
        raise AuthenticationError("log in", "the password is wrong", "Look.", status=401)

    def secrets(self):
        return []


def test_what_is_put_into_one_error_is_in_no_other():
    refusing = Refusing()
    connection = Connection(None, refusing, AssumedWrites())
    told = []
    for number in range(3):
        with pytest.raises(AuthenticationError) as caught:
            connection.send(Request("read", "POST", "https://insight.example.com"))
        told.append(caught.value.as_result())
        caught.value.what += f" (entry {number})"
        caught.value.hint += " More."
        caught.value.details = {**caught.value.details, "written": "create"}
    assert told == [told[0]] * 3
    assert told[0]["msg"] == "Cannot log in: the password is wrong. Look."
    assert (told[0]["changed"], told[0]["error"]["status"], refusing.asked) == (False, 401, 1)
