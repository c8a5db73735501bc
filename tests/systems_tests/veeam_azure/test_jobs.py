# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on after a 202 in the stand-in for Veeam."""

from __future__ import annotations

from typing import Any

import pytest
from systems_tests.veeam_azure.client import ACCOUNT, PLACE, Client


def begin(client: Client, **more: Any) -> dict[str, Any]:
    """The job session that makes a repository."""
    body = {"name": "daily", "azureAccountId": client.service_account(), **PLACE, **more}
    (job,) = client.good("POST", "repositories", body)
    return dict(job)


def repository_of(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """The repository of a job as it is kept; looking does not bring the job nearer to its end."""
    return client.system.entities("repositories")[job["repositoryJobInfo"]["repositoryId"]]


def test_a_post_of_a_repository_answers_a_list_of_job_sessions(client: Client) -> None:
    job = begin(client)
    assert (job["type"], job["status"]) == ("RepositoryCreation", "Running")
    assert repository_of(client, job)["status"] == "Creating"
    assert client.finish(job)["status"] == "Success"
    assert repository_of(client, job)["status"] == "Ready"


def test_three_tiers_are_three_job_sessions(client: Client) -> None:
    body = {"name": "daily", "azureAccountId": client.service_account(), "autoCreateTiers": True, **PLACE}
    jobs = client.good("POST", "repositories", body)
    assert [client.finish(job)["status"] for job in jobs] == ["Success"] * 3
    assert [one["storageTier"] for one in client.results("repositories")] == ["Hot", "Cool", "Archive"]


@pytest.mark.parametrize("polls", [0, 3])
def test_a_job_takes_as_many_reads_as_it_is_told(client: Client, polls: int) -> None:
    client.system.switch(job_polls=polls)
    path = f"jobSessions/{begin(client)['id']}"
    assert [client.good("GET", path)["status"] for _time in range(polls + 1)] == ["Running"] * polls + ["Success"]


def test_reading_the_repository_is_reading_its_job(client: Client) -> None:
    job = begin(client)
    path = f"repositories/{job['repositoryJobInfo']['repositoryId']}"
    assert [client.good("GET", path)["status"] for _time in range(2)] == ["Creating", "Ready"]


@pytest.mark.parametrize("ends", ["Error", "Canceled"])
def test_a_job_that_fails_says_why_in_its_log(client: Client, ends: str) -> None:
    client.system.switch(job_ends=ends)
    job = client.finish(begin(client))
    assert job["status"] == ends
    log = client.good("GET", f"jobSessions/{job['id']}/log")
    assert (log["jobSessionId"], log["log"][-1]["status"]) == (job["id"], ends)
    assert "access was denied" in log["log"][-1]["message"]
    assert repository_of(client, job)["status"] == "Failed"


def test_a_job_with_a_warning_has_done_its_work(client: Client) -> None:
    client.system.switch(job_ends="Warning")
    job = client.finish(begin(client))
    assert (job["status"], repository_of(client, job)["status"]) == ("Warning", "Ready")


def test_a_job_that_never_ends_can_be_stopped(client: Client) -> None:
    client.system.switch(job_ends="never", job_polls=0)
    job = begin(client)
    path = f"jobSessions/{job['id']}"
    assert {client.good("GET", path)["status"] for _time in range(5)} == {"Running"}
    client.good("POST", f"{path}/stop")
    assert client.good("GET", path)["status"] == "Canceled"


def test_an_update_is_a_job_too_and_what_it_leaves_out_stays(client: Client) -> None:
    repository = client.repository(description="first", hint="h")
    client.system.switch(job_polls=2)
    answer = client.api("PUT", f"repositories/{repository['id']}", {"description": "second"})
    job = answer.json()
    assert (answer.status_code, job["type"], repository_of(client, job)["description"]) == (
        202,
        "RepositoryEdit",
        "first",
    )
    busy = client.api("PUT", f"repositories/{repository['id']}", {"description": "third"})
    assert (busy.status_code, busy.json()["sessionId"]) == (409, job["id"])
    client.finish(job)
    assert (repository_of(client, job)["description"], repository_of(client, job)["hint"]) == ("second", "h")


@pytest.mark.parametrize("ends", ["Success", "Error"])
def test_a_deletion_is_a_job_too(client: Client, ends: str) -> None:
    path = f"repositories/{client.repository()['id']}"
    client.system.switch(job_ends=ends)
    job = client.good("DELETE", path)
    assert (job["type"], job["repositoryJobInfo"]["repositoryRemoved"]) == ("RepositoryDeletion", True)
    client.finish(job)
    assert client.api("GET", path).status_code == (404 if ends == "Success" else 200)


def test_an_operation_that_fails_has_an_error_and_no_result(client: Client) -> None:
    client.system.switch(operation_ends="Error", operation_polls=2)
    operation = client.finish(client.good("POST", "accounts/azure/service/saveByApp", ACCOUNT))
    assert (operation["status"], "result" in operation) == ("Error", False)
    assert "access was denied" in operation["error"]["detail"]
    assert client.results("accounts/azure/service") == []


def test_a_repository_that_a_policy_uses_is_not_deleted(client: Client) -> None:
    repository = client.repository()
    backup = {"targetRepositoryId": repository["id"], "retention": {}}
    policy = client.policy_body(dailySchedule={"backupSchedule": backup})
    made = client.good("POST", "policies/virtualMachines", policy)
    answer = client.api("DELETE", f"repositories/{repository['id']}")
    assert (answer.status_code, answer.json()["resourceId"]) == (409, repository["id"])
    client.good("DELETE", f"policies/virtualMachines/{made['id']}")
    assert client.api("DELETE", f"repositories/{repository['id']}").status_code == 202
