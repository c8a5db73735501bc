# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on after a 202: job sessions and operations, which end after they were read often enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.veeam_azure.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from systems.base.routing import Call
    from systems.veeam_azure.veeam import Veeam

BEGAN, ENDED = "2026-01-05T08:00:00Z", "2026-01-05T08:00:09Z"
DONE = ("Success", "Warning")
WHY = "The storage account does not answer: access was denied."
SESSIONS, OPERATIONS = "jobSessions", "operations"


class Jobs:
    """The jobs of one server. What a job does, it does when it ends well."""

    def __init__(self, veeam: Veeam) -> None:
        self._veeam = veeam
        self._effects: dict[str, Callable[[str], Any]] = {}

    def forget(self) -> None:
        """Be without a job."""
        self._effects.clear()

    def session(self, type_: str, about: dict[str, Any], effect: Callable[[str], Any]) -> dict[str, Any]:
        """Begin a job session; its read form. effect: is told the status when it ends. about: the repository."""
        switches = self._veeam.switches
        job = {
            "id": self._veeam.state.new_id(),
            "type": type_,
            "localizedType": type_,
            "executionStartTime": BEGAN,
            "status": "Running",
            "repositoryJobInfo": {
                "repositoryId": about["id"],
                "repositoryName": about["name"],
                "repositoryRemoved": type_ == "RepositoryDeletion",
            },
        }
        return self._begin(SESSIONS, job, switches.job_polls, switches.job_ends, effect)

    def operation(self, effect: Callable[[str], Any]) -> Answer:
        """Begin an operation; the 202 that says so. effect: is told the status when it ends, returns the result."""
        switches = self._veeam.switches
        job = {"id": self._veeam.state.new_id(), "startTime": BEGAN, "status": "Running", "_links": {}}
        begun = self._begin(OPERATIONS, job, switches.operation_polls, switches.operation_ends, effect)
        return json_answer(202, shown(begun))

    def _begin(
        self, kind: str, job: dict[str, Any], polls: int, ends: str, effect: Callable[[str], Any]
    ) -> dict[str, Any]:
        self._effects[job["id"]] = effect
        return self._veeam.state.put(kind, job["id"], job | {"polls": polls, "ends": ends})

    def poll(self, kind: str, id_: str) -> dict[str, Any]:
        """Read a job, which brings it nearer to its end. Raises Refused."""
        job = self._veeam.state.get(kind, id_)
        if job is None:
            raise Refused(404, f"There is no {id_} in {kind}.", instance=id_)
        if job["status"] != "Running" or job["ends"] == "never":
            return job
        if job["polls"] > 0:
            job["polls"] -= 1
            return job
        self._end(job)
        return job

    def _end(self, job: dict[str, Any]) -> None:
        job["status"] = job["ends"]
        result = self._effects.pop(job["id"])(job["status"])
        if "startTime" not in job:
            job["executionStopTime"], job["executionDuration"] = ENDED, "00:00:09"
        elif job["status"] in DONE:
            job["result"] = result
        else:
            job["error"] = {"title": "The operation failed", "status": 500, "detail": WHY}

    def running_at(self, repository: str) -> dict[str, Any] | None:
        """The job session that works at a repository."""
        for job in self._veeam.state.all(SESSIONS):
            if job["status"] == "Running" and job["repositoryJobInfo"]["repositoryId"] == repository:
                return job
        return None

    def show_session(self, call: Call) -> Answer:
        return json_answer(200, shown(self.poll(SESSIONS, call.names["id"])))

    def show_operation(self, call: Call) -> Answer:
        return json_answer(200, shown(self.poll(OPERATIONS, call.names["id"])))

    def show_log(self, call: Call) -> Answer:
        job = self._veeam.state.get(SESSIONS, call.names["id"])
        if job is None:
            raise Refused(404, f"There is no job session {call.names['id']}.")
        log = [_line("Success", "The job has begun."), _line("Warning", "The region of the appliance is another one.")]
        if job["status"] != "Running":
            log.append(_line(job["status"], "The job has ended." if job["status"] in DONE else WHY))
        return json_answer(200, {"jobSessionId": job["id"], "log": log})

    def stop(self, call: Call) -> Answer:
        job = self._veeam.state.get(SESSIONS, call.names["id"])
        if job is None:
            raise Refused(404, f"There is no job session {call.names['id']}.")
        if job["status"] == "Running":
            job["ends"] = "Canceled"
            self._end(job)
        return Answer(204)


def shown(job: dict[str, Any]) -> dict[str, Any]:
    """A job as it is read."""
    return {name: value for name, value in job.items() if name not in ("polls", "ends")}


def _line(status: str, message: str) -> dict[str, Any]:
    return {"logTime": BEGAN, "status": status, "message": message, "executionStartTime": BEGAN}
