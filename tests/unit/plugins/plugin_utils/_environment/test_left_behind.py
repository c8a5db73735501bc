# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The jobs that an earlier run of an environment has left with the server."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal, Start
from ansible_collections.rimops.insight.plugins.module_utils._profile.completing import AcceptedWrite
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import redact
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.left_behind import jobs_of
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

URL, DIGEST = "https://a.example.com", "sha256:m"
SITE = {
    "path": "sites",
    "key": {"attributes": ["code"]},
    "create": {"completes": {"take": {"job": "body.id"}, "poll": {"path": "jobs/{job}"}, "until": [{"status": 200}]}},
}
PROFILE = {"format": 2, "name": "sites", "extends": "rest", "types": {"site": SITE}}


def run_in(folder, codes=("1", "2"), secrets=(), over=None):
    """A run over sites, of which the journals are in a folder."""
    profile = profile_of(profile_data(PROFILE, over, str))
    addresses = [address_of(profile, {"type": "site", "key": {"code": code}}) for code in codes]
    members = {str(one): SimpleNamespace(desired=SimpleNamespace(address=one)) for one in addresses}
    settings = SimpleNamespace(system=URL, profile=profile, session=None, token_store="none")
    run = SimpleNamespace(
        environment=SimpleNamespace(members=members),
        connection=SimpleNamespace(settings=settings),
        values={"journal": folder and str(folder)},
        path=lambda option: str(folder) if option == "journal" else "",
        digest=DIGEST,
        redact=lambda value: redact(value, secrets=list(secrets)),
    )
    return run, addresses


def killed(folder, run, *jobs):
    """The journal of a run that was killed while it waited."""
    journal = Journal(str(folder), Start(URL, DIGEST, "p"), run.redact)
    for number, job in enumerate(jobs, 1):
        journal.intent(f"site (code={number})", "create", "absent", "sha256:a")
        journal.accepted(f"site (code={number})", job.as_data())
    journal.close()


def job(number):
    return AcceptedWrite("types.site.create", {"job": number})


def test_what_the_journal_leaves_belongs_to_its_entity(tmp_path):
    run, (first, second) = run_in(tmp_path)
    killed(tmp_path, run, job("j-0001"), job("j-0002"))
    jobs = jobs_of(run)
    assert (jobs.of(first), jobs.of(second)) == (job("j-0001"), job("j-0002"))
    jobs.ended(first)
    assert (jobs.of(first), jobs.of(second)) == (None, job("j-0002"))


def test_a_job_that_the_journal_masks_is_not_asked_for(tmp_path):
    run, (first, second) = run_in(tmp_path, secrets=["j-0001"])
    killed(tmp_path, run, job("j-0001"), job("j-0002"))
    jobs = jobs_of(run)
    assert (jobs.of(first), jobs.of(second)) == (None, job("j-0002"))


@pytest.mark.parametrize("codes", [("2",), ()])
def test_what_is_not_declared_any_more_is_not_waited_for(tmp_path, codes):
    run, addresses = run_in(tmp_path, codes)
    killed(tmp_path, run, job("j-0001"))
    jobs = jobs_of(run)
    assert [jobs.of(one) for one in addresses] == [None] * len(codes) if codes else jobs is None


def test_without_a_journal_or_anything_completed_later_nothing_is_left(tmp_path):
    run, (first, _second) = run_in(None)
    assert jobs_of(run).of(first) is None
    run, _addresses = run_in(tmp_path, over={"types": {"site": {"create": {"completes": None}}}})
    assert jobs_of(run) is None


def test_what_was_accepted_goes_to_the_journal_of_this_run(tmp_path):
    run, (first, _second) = run_in(tmp_path)
    jobs = jobs_of(run)
    jobs.journal = Journal(str(tmp_path), Start(URL, DIGEST, "p"), run.redact)
    jobs.journal.intent("site (code=1)", "create", "absent", "sha256:a")
    jobs.accepted(first, job("j-0001"))
    jobs.journal.close()
    again, (first, _second) = run_in(tmp_path)
    assert jobs_of(again).of(first) == job("j-0001")
