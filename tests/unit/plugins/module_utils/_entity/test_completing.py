# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that a system accepts first and carries out later, against a small system in memory."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.references import parts_to_read
from ansible_collections.rimops.insight.plugins.module_utils._options.waiting import Waiting
from ansible_collections.rimops.insight.plugins.module_utils._profile.completing import AcceptedWrite
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import overlaid
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.deadline import INTERRUPTED
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    InterruptedRequest,
    NotSentError,
    OutcomeUnknownError,
    ServerError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

JOB = {
    "take": {"job": "body[].id"},
    "poll": {"method": "GET", "path": "jobs/{job}"},
    "until": [{"body": {"status": "Success"}}],
    "warned": [{"body": {"status": "Warning"}}],
    "failed": [{"body": {"status": ["Error", "Canceled"]}}],
    "message": {"path": "jobs/{job}/log", "at": "body.log[].text"},
}
LATER = {
    "take": {"job": "header.X-Job"},
    "poll": {"path": "jobs/{job}"},
    "until": [{"body": {"status": "Success"}}],
    "answer": "body.result",
}
VAULT = {
    "format": 2,
    "name": "vaults",
    "extends": "rest",
    "completes": {"job": JOB, "later": LATER},
    "types": {
        "vault": {
            "path": "vaults",
            "key": {"attributes": ["name"], "enforced": True},
            "find": "list",
            "list": {"method": "GET", "path": "{type.path}", "completes": "later"},
            "create": {"completes": "job", "entity": False},
            "update": {"completes": "job", "entity": False},
            "delete": {"completes": "job"},
            "attributes": {
                "locked": {
                    "transitions": {
                        "lock": {
                            "to": True,
                            "request": {"method": "POST", "path": "vaults/{id}/lock", "completes": "job"},
                        }
                    }
                }
            },
            "parts": {
                "members": {
                    "read": {"method": "GET", "path": "vaults/{id}/members", "completes": "later"},
                    "write": {"method": "PUT", "path": "vaults/{id}/members", "json": "{value}", "completes": "job"},
                }
            },
        }
    },
}
GREEN = {"colour": "green"}


class Time:
    """A clock of which the time passes while somebody sleeps."""

    def __init__(self):
        self.at, self.slept = 1000.0, []
        self.clock = Clock(lambda: self.at, lambda: self.at, self.sleep)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


class System:
    """Vaults in memory, of which each write is a job, or several. polls: how often a job is seen at work; ends: how it
    ends; every: the number of jobs of a write; slow: the reads that are carried out later; lost: polls that are
    answered so; headers: of a poll while its job is at work."""

    def __init__(self):
        self.vaults, self.members, self.jobs, self.sent = {}, {}, {}, []
        self.polls, self.ends, self.every, self.slow, self.understood = 1, "Success", 1, (), set()
        self.lost, self.headers, self.log = {}, {}, ["begun", "no room left"]

    def send(self, request):
        path = request.url.partition("example.com/")[2]
        self.sent.append(f"{request.method} {path}")
        status, body, headers = self.answer(request, path.partition("?")[0].split("/"))
        if status is None:
            raise InterruptedRequest(request.purpose, "the connection broke")
        held = {"content-type": "application/json", **headers}
        return Response(request.purpose, status, held, {}, json.dumps(body).encode())

    def answer(self, request, steps):
        if steps[0] == "jobs":
            self.understood.update(one for one in (403, 404, 410) if request.understood(Response("", one, {})))
            return self.poll(steps)
        number, rest = int(steps[1]) if len(steps) > 1 else 0, steps[2:]
        if request.method == "GET":
            held = self.vaults.get(number) if number else list(self.vaults.values())
            held = self.members[number] if rest else held
            if held is None:
                return 404, {}, {}
            return self.later(held) if "/".join(steps) in self.slow else (200, held, {})
        return self.begin(self.effect(request, number, rest))

    def effect(self, request, number, rest):
        if rest == ["lock"]:
            return lambda: self.vaults[number].update(locked=True)
        if rest:
            return lambda: self.members.__setitem__(number, request.json_body)
        if request.method == "DELETE":
            return lambda: self.vaults.pop(number)
        if request.method == "POST":
            number = len(self.vaults) + 1
            self.members.setdefault(number, [])
        return lambda: self.vaults.__setitem__(number, {"id": number, **request.json_body})

    def job(self, effect, result=None):
        number = f"j{len(self.jobs) + 1}"
        self.jobs[number] = {"status": "Running", "left": self.polls, "effect": effect, "result": result}
        return number

    def begin(self, effect):
        jobs = [{"id": self.job(effect if one == 0 else lambda: None)} for one in range(self.every)]
        return 202, jobs, {}

    def later(self, held):
        return 202, None, {"x-job": self.job(lambda: None, held)}

    def poll(self, steps):
        job = self.jobs.get(steps[1])
        if steps[2:]:
            if self.log is None:
                return None, {}, {}
            return 200, {"log": [{"text": one} for one in self.log]}, {}
        if self.lost.get(steps[1]):
            lost = self.lost[steps[1]].pop(0)
            if isinstance(lost, Exception):
                raise lost
            return lost, {}, {}
        if job["left"] == 0 and job["status"] == "Running":
            job["status"] = self.ends
            if self.ends in ("Success", "Warning"):
                job["effect"]()
        job["left"] -= 1
        at_work = self.headers if job["status"] == "Running" else {}
        return 200, {"status": job["status"], "result": job["result"], "message": "no disk"}, at_work

    @property
    def writes(self):
        return [one for one in self.sent if not one.startswith("GET")]

    @property
    def polled(self):
        return [one for one in self.sent if one.startswith("GET jobs")]


class Jobs:
    """Keeps jobs in memory."""

    def __init__(self):
        self.kept, self.seen = {}, []

    def of(self, address):
        return self.kept.get(address.identity)

    def accepted(self, address, job):
        self.kept[address.identity] = job
        self.seen.append(job)

    def ended(self, address):
        self.kept.pop(address.identity, None)


class World:
    """A system, its clock, and what is kept between runs."""

    def __init__(self, over=None, **switches):
        self.system, self.time, self.jobs = System(), Time(), Jobs()
        vars(self.system).update(switches)
        self.of = profile_of(profile_data(VAULT, over, str))

    def client(self, waiting):
        client = EntityClient(self.of, "https://a.example.com", self.system.send)
        client.waiting, client.clock, client.jobs = waiting, self.time.clock, self.jobs
        return client

    def ensure(self, state="present", waiting=None, check_mode=False, **attributes):
        waiting = waiting or Waiting()
        self.system.sent.clear()
        self.time.slept.clear()
        address = address_of(self.of, {"type": "vault", "key": {"name": "a"}})
        parts = parts_to_read(address.type, attributes)
        address = replace(address, parts=parts, ready=state == "present")
        desired = DesiredState(address, attributes, state=state, waiting=waiting)
        return ensure(self.client(waiting), desired, check_mode, self.time.clock)

    def vault(self, **attributes):
        self.system.vaults[1] = {"id": 1, "name": "a", **attributes}
        self.system.members[1] = []
        return self


@pytest.mark.proves("COMPLETE-1")
def test_a_create_is_waited_for_to_its_end():
    world = World(polls=2)
    outcome = world.ensure(**GREEN)
    assert world.system.writes == ["POST vaults"]
    assert world.system.polled == ["GET jobs/j1"] * 3
    assert world.time.slept == [1.0, 1.0]
    assert outcome.entity == {"id": 1, "name": "a", **GREEN}
    assert world.jobs.kept == {}
    assert world.jobs.seen == [AcceptedWrite("types.vault.create", {"job": ["j1"]})]


def test_the_answer_of_a_create_may_be_its_id_in_the_last_poll():
    world = World({"types": {"vault": {"create": {"completes": "later", "entity": {"id": "body"}}}}})
    world.system.begin = lambda effect: (202, None, {"x-job": world.system.job(effect, 1)})
    outcome = world.ensure(**GREEN)
    assert (outcome.entity_id, world.system.polled) == (1, ["GET jobs/j1"] * 2)
    assert "GET vaults/1" in world.system.sent  # the id that came is read


def test_a_poll_without_the_answer_that_the_profile_names_is_no_answer():
    world = World({"types": {"vault": {"create": {"completes": "later", "entity": {"id": "body"}}}}})
    world.system.begin = lambda effect: (202, None, {"x-job": world.system.job(lambda: None)})
    with pytest.raises(ServerError, match=r"Cannot create vault \(name=a\): the server answered with an empty body"):
        world.ensure(**GREEN)


def test_a_second_run_of_the_same_sends_nothing():
    world = World().vault(**GREEN)
    outcome = world.ensure(**GREEN)
    assert (outcome.plan.operation, world.system.writes) == ("none", [])


def test_an_update_and_a_delete_are_waited_for():
    world = World().vault(colour="red")
    assert world.ensure(**GREEN).entity["colour"] == "green"
    assert world.system.writes == ["PUT vaults/1"]
    outcome = world.ensure("absent")
    assert (outcome.plan.operation, world.system.writes, world.system.vaults) == ("delete", ["DELETE vaults/1"], {})


def test_each_of_several_jobs_is_polled():
    world = World(every=3, polls=0)
    world.ensure(**GREEN)
    assert world.system.polled == ["GET jobs/j1", "GET jobs/j2", "GET jobs/j3"]


@pytest.mark.proves("COMPLETE-1")
def test_a_part_is_written_and_read_later():
    world = World(slow=("vaults/1/members",)).vault()
    outcome = world.ensure(members=["ann"])
    assert world.system.writes == ["PUT vaults/1/members"]
    assert outcome.entity["members"] == ["ann"]
    assert [one.operation for one in world.jobs.seen] == ["types.vault.parts.members.write"]


@pytest.mark.proves("COMPLETE-1")
def test_a_list_that_is_answered_later_is_the_list():
    world = World(slow=("vaults",)).vault(**GREEN)
    assert world.client(Waiting()).listed(Address(world.of.type("vault"))) == [{"id": 1, "name": "a", **GREEN}]
    assert world.jobs.seen == []


def test_a_list_that_is_never_answered_was_not_ready():
    world = World(slow=("vaults",), polls=99)
    with pytest.raises(ServerError, match="not ready with it: job j1 was accepted, and after 3 s it has not ended"):
        world.client(Waiting(timeout=3)).listed(Address(world.of.type("vault")))


def test_a_warning_is_a_note():
    outcome = World(ends="Warning").ensure(**GREEN)
    warned = "To create vault (name=a), job j1 ended with a warning, saying: begun; no room left."
    assert outcome.notes == (warned,)


@pytest.mark.parametrize("attributes", [GREEN, {"members": ["ann"]}])
def test_the_warning_of_a_part_or_an_update_is_a_note_too(attributes):
    outcome = World(ends="Warning").vault(colour="red").ensure(**attributes)
    assert [one for one in outcome.notes if "ended with a warning" in one]


def test_a_job_that_fails_is_an_error_with_its_reason():
    world = World(ends="Error")
    with pytest.raises(ServerError, match=r"accepted it, and job j1 failed, saying: begun; no room left\.") as caught:
        world.ensure(**GREEN)
    assert "written" not in caught.value.details
    assert world.jobs.kept == {}
    assert world.system.writes == ["POST vaults"]


def test_the_reason_of_a_failure_may_stand_in_the_poll():
    over = {"completes": {"job": {"message": "body.status", "failed": [{"body": {"status": "Error"}, "says": "no"}]}}}
    with pytest.raises(ServerError, match=r"job j1 failed, saying: no; Error\."):
        World(over, ends="Error").ensure(**GREEN)


def test_without_a_place_the_reason_is_looked_for_where_errors_have_it():
    with pytest.raises(ServerError, match=r"job j1 failed, saying: no disk\."):
        World({"completes": {"job": {"message": None}}}, ends="Error").ensure(**GREEN)


def test_a_reason_that_cannot_be_read_does_not_hide_the_failure():
    with pytest.raises(ServerError, match=r"job j1 failed \(its reason could not be read: the connection broke\)"):
        World(ends="Error", log=None).ensure(**GREEN)


def test_the_answers_to_a_poll_that_the_profile_knows_are_no_refusals():
    world = World({"completes": {"job": {"failed": [{"status": [403, 410]}]}}})
    world.ensure(**GREEN)
    assert world.system.understood == {403, 410}


def test_all_jobs_are_waited_for_before_a_failure_is_told():
    world = World(ends="Error", every=2)
    with pytest.raises(ServerError, match=r"job j1 failed.*job j2 failed"):
        world.ensure(**GREEN)


def test_a_job_that_never_ends_leaves_the_outcome_unknown_and_is_not_sent_again():
    world = World(polls=99)
    with pytest.raises(OutcomeUnknownError, match="job j1 was accepted, and after 3 s it has not ended") as caught:
        world.ensure(waiting=Waiting(timeout=3), **GREEN)
    assert caught.value.details["written"] == "unknown"
    assert world.time.slept == [1.0, 1.0, 1.0]
    with pytest.raises(OutcomeUnknownError, match="job j1") as caught:
        world.ensure(waiting=Waiting(timeout=3), **GREEN)
    assert "written" not in caught.value.details
    assert world.system.writes == []
    world.system.jobs["j1"]["left"] = 1
    outcome = world.ensure(**GREEN)
    assert (outcome.plan.operation, world.system.writes, world.jobs.kept) == ("none", [], {})


def test_without_wait_it_is_looked_at_once():
    world = World()
    with pytest.raises(OutcomeUnknownError, match="after one look it has not ended"):
        world.ensure(waiting=Waiting(enabled=False), **GREEN)
    assert (world.system.polled, world.time.slept) == (["GET jobs/j1"], [])


def test_the_server_says_when_to_come_back():
    world = World(polls=2, headers={"retry-after": "7"})
    world.ensure(**GREEN)
    assert world.time.slept == [7.0, 7.0]


@pytest.mark.parametrize(("says", "slept"), [("7", [7.0]), ("7000", [30.0])])
def test_the_first_answer_may_say_it_too_and_nobody_waits_longer_than_he_wants(says, slept):
    world = World(polls=0, every=2)
    begin = world.system.begin
    world.system.begin = lambda effect: (*begin(effect)[:2], {"retry-after": says})
    world.ensure(**GREEN)
    assert world.time.slept == slept


def test_what_cannot_be_kept_is_waited_for_all_the_same():
    world = World()

    def full(_address, _job=None):
        raise ConfigurationError("keep it", "the disk is full")

    world.jobs.accepted = world.jobs.ended = full
    assert world.ensure(**GREEN).notes == ("Cannot keep it: the disk is full.",) * 2


def test_a_poll_that_is_lost_or_not_known_is_asked_again():
    world = World(lost={"j1": [None, 404, 500]})
    world.ensure(**GREEN)
    assert world.system.polled == ["GET jobs/j1"] * 5
    assert world.system.writes == ["POST vaults"]


@pytest.mark.parametrize(("lost", "seen"), [(404, "gives HTTP 404"), (None, "the connection broke")])
def test_a_poll_that_stays_lost_leaves_the_outcome_unknown(lost, seen):
    world = World(lost={"j1": [lost] * 99})
    with pytest.raises(OutcomeUnknownError, match=f"job j1 was accepted, and after 30 s .*{seen}"):
        world.ensure(**GREEN)


def test_an_answer_without_what_is_to_be_taken_says_what_it_lacks():
    with pytest.raises(OutcomeUnknownError, match=r"lacks job, which completes.job.take expects at body\[\]\.id"):
        World(every=0).ensure(**GREEN)


def test_an_interrupted_task_polls_no_more():
    world = World(lost={"j1": [NotSentError("wait", INTERRUPTED)] * 99})
    with pytest.raises(OutcomeUnknownError, match=f"job j1 was accepted, and {INTERRUPTED}"):
        world.ensure(**GREEN)
    assert world.system.polled == ["GET jobs/j1"]


def test_a_login_that_fails_while_a_job_is_polled_leaves_the_outcome_unknown():
    world = World(lost={"j1": [AuthenticationError("log in", "the password was changed")]})
    with pytest.raises(OutcomeUnknownError, match="how it goes is not known: the password was changed") as caught:
        world.ensure(**GREEN)
    assert caught.value.details["written"] == "unknown"


def killed_while_waiting(world):
    """A run that ends, by whatever means, after its write was accepted."""
    world.system.polls = 99
    with pytest.raises(OutcomeUnknownError):
        world.ensure(waiting=Waiting(enabled=False), **GREEN)
    return world


def test_the_next_run_goes_on_also_in_check_mode():
    world = killed_while_waiting(World())
    world.system.jobs["j1"]["left"] = 2
    outcome = world.ensure(check_mode=True, **GREEN)
    assert (outcome.plan.operation, world.system.polled) == ("none", ["GET jobs/j1"] * 3)


@pytest.mark.proves("COMPLETE-2")
@pytest.mark.parametrize(
    ("attributes", "sent"),
    [({"members": ["ann"]}, "PUT vaults/1/members"), ({"locked": True}, "POST vaults/1/lock")],
)
def test_the_next_run_goes_on_with_a_part_and_with_a_state(attributes, sent):
    world = World(polls=99).vault(locked=False)
    with pytest.raises(OutcomeUnknownError):
        world.ensure(waiting=Waiting(enabled=False), **attributes)
    assert world.system.writes == [sent]
    world.system.jobs["j1"]["left"] = 1
    outcome = world.ensure(**attributes)
    assert (outcome.plan.operation, world.system.writes) == ("none", [])


def test_a_job_of_which_nothing_is_heard_is_not_forgotten():
    world = killed_while_waiting(World())
    world.system.lost = {"j1": [404, *[None] * 99]}
    with pytest.raises(OutcomeUnknownError, match="the connection broke"):
        world.ensure(**GREEN)


def test_what_failed_meanwhile_is_a_note_and_is_sent_anew():
    world = killed_while_waiting(World())
    world.system.jobs["j1"].update(left=0)
    world.system.ends, world.system.polls = "Error", 0
    with pytest.raises(ServerError, match="job j2 failed"):
        world.ensure(**GREEN)
    world.system.ends = "Success"
    assert world.ensure(**GREEN).notes == ()


def test_a_job_that_the_server_has_forgotten_is_not_waited_for_forever():
    world = killed_while_waiting(World())
    world.system.lost, world.system.polls = {"j1": [404] * 99}, 0
    outcome = world.ensure(**GREEN)
    assert world.system.writes == ["POST vaults"]
    forgotten = "The server does not know job j1 any more, which an earlier run began to write vault (name=a)."
    assert outcome.notes == (forgotten,)


def test_a_profile_that_lost_its_completes_is_named():
    world = killed_while_waiting(World())
    world.of = profile_of(profile_data(VAULT, {"types": {"vault": {"create": {"completes": None}}}}, str))
    with pytest.raises(ConfigurationError, match=r"types\.vault\.create has no completes any more"):
        world.ensure(**GREEN)


READY = {
    "types": {
        "vault": {
            "read": {"until": [{"body": {"state": "ready"}}], "failed": [{"body": {"state": "broken"}}]},
            "attributes": {"state": {"volatile": True}},
        }
    }
}


def becoming_ready(world, looks):
    """Each read brings the vault nearer to being ready."""
    whole = world.system.answer

    def answer(request, steps):
        nonlocal looks
        if request.method == "GET" and steps == ["vaults", "1"]:
            looks -= 1
            if looks <= 0:
                world.system.vaults[1]["state"] = "ready"
        return whole(request, steps)

    world.system.answer = answer
    return world


FOUND = {"types": {"vault": {"find": {"method": "GET", "path": "vaults", "query": {"name": "{key.name}"}}}}}


@pytest.mark.proves("COMPLETE-3")
@pytest.mark.parametrize("over", [READY, overlaid(READY, FOUND)], ids=["list", "find"])
def test_an_entity_that_is_not_ready_is_waited_for(over):
    world = becoming_ready(World(over).vault(state="making", **GREEN), 3)
    assert world.ensure(**GREEN).plan.operation == "none"
    assert world.time.slept == [1.0, 1.0]


@pytest.mark.proves("COMPLETE-3")
def test_an_entity_that_does_not_become_ready_was_not_ready():
    world = becoming_ready(World(READY).vault(state="making", **GREEN), 99)
    with pytest.raises(ServerError, match="it is there, and was not ready within 5 s"):
        world.ensure(waiting=Waiting(timeout=5), **GREEN)


def test_an_entity_that_is_not_there_is_not_waited_for():
    world = World(overlaid(READY, {"types": {"vault": {"read": {"missing": [{"empty": True}]}}}}))
    world.system.answer = lambda _request, _steps: (200, {}, {})
    assert world.client(Waiting()).read(address_of(world.of, {"type": "vault", "id": 7})) is None
    assert world.time.slept == []


@pytest.mark.proves("COMPLETE-3")
def test_an_entity_that_has_failed_is_an_error_and_can_be_removed():
    world = World(READY).vault(state="broken", **GREEN)
    with pytest.raises(ServerError, match="it is there, and the server says that it has failed"):
        world.ensure(**GREEN)
    assert world.ensure("absent").plan.operation == "delete"
    assert world.system.vaults == {}
