# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live environment into a manifest, and back."""

from __future__ import annotations

import pytest
from conftest import Player, Server
from exporting import KEYS, Exporter

ZELVORA = {"appCode": "012345", "appName": "Zelvora", "selectedProducts": ["Zelvora 10 mg"], "region": "NO"}


@pytest.fixture
def exporter(play: Player) -> Exporter:
    return Exporter(play)


def test_thin(server: Server, exporter: Exporter) -> None:
    application = server.control("POST", "entities/application", ZELVORA)
    server.control("POST", "entities/event", {"eventName": "First", "applicationId": application["id"], "n": 1.0})
    server.forget()
    result = exporter.export(keys=KEYS, types=["application", "event"], diff=True)
    print(result)
    for text in exporter.files().values():
        print(text)
    assert result["changed"]
    assert server.counted["writes"] == 0
    again = exporter.export(keys=KEYS, types=["application", "event"], diff=True)
    assert not again["changed"]
    applied = exporter.apply(check=True)
    print(applied)
    assert not applied["changed"] and applied["summary"]["unchanged"] == 2
