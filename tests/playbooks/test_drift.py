# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_drift: what it finds, what it leaves open, what it writes, and that it writes to no system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import application, event, task, written

MODULE = "rimops.insight.insight_drift"


def check(title: str, /, **options: Any) -> dict[str, Any]:
    """A task that checks the environment of the folder ``manifest``, and may fail."""
    return {"name": title, MODULE: {"manifest": ["manifest/"], **options}, "ignore_errors": True, "register": "checked"}


@pytest.mark.each_core
@pytest.mark.proves("DRIFT-1")
def test_what_drifted_is_found_and_nothing_is_written(server: Server, play: Player, tmp_path: Path) -> None:
    many = [application(1), application(2), application(3), event(1)]
    written(tmp_path / "manifest" / "all.json", many)
    ids = {}
    assert play([task("make", many)]).code == 0
    for one in server.stored("application"):
        ids[one["appCode"]] = one["id"]
    server.tamper("application", ids["000002"], selectedProducts=["Edited"])
    server.control("DELETE", f"entities/application/{ids['000003']}")
    server.forget()
    reports = {"html": "out/page.html", "json": "out/report.json"}
    played = play([check("check", reports=reports, name="VALIDATION"), check("fail", fail_on=["drift"])])
    found = played["check"]
    assert not found["failed"] and not found["changed"], played.output
    assert found["verdict"] == "drift"
    assert {row["entity"].split("(")[1][:14]: row["verdict"] for row in found["rows"]} == {
        "appCode=000002": "drifted",
        "appCode=000003": "missing",
    }
    [drifted] = [row for row in found["rows"] if row["verdict"] == "drifted"]
    assert drifted["changes"] == [{"path": "selectedProducts", "before": ["Edited"], "after": ["Zelvora"]}]
    assert found["summary"]["as_declared"] == 2
    assert server.counted["writes"] == 0
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (document["verdict"], document["checks"][0]["name"]) == ("drift", "VALIDATION")
    assert "Edited" in (tmp_path / "out" / "page.html").read_text()
    assert played["fail"]["failed"] and "has not drifted" in played["fail"]["msg"]
