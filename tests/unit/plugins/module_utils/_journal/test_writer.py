# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what it tells, what it notices, and what it survives."""

from __future__ import annotations

import errno
import fcntl
import functools
import itertools
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._journal import writer as journals_module
from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import (
    HALF,
    KILLED,
    RUNNING,
    UNHELD,
    earlier_runs,
    left_open,
    unfinished,
    verify,
    verify_all,
)
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import (
    Interrupted,
    Journal,
    Start,
    line_hash,
)
from ansible_collections.rimops.insight.plugins.module_utils._text.atomic_files import json_document
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK, redact
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, JournalError

URL = "https://insight.example.com"
START = Start(
    URL,
    "sha256:manifest",
    "sha256:profile",
    plan_digest="sha256:plan",
    versions={"collection": "0.1.0"},
    initiator="GitLab user jdoe",
    reason="Initial provisioning",
    approval={"by": "qa", "reference": "CHG-1"},
)


class Clock:
    """A second later each time, so that files have an order."""

    def __init__(self):
        self.moments = (datetime(2026, 1, 2, 3, 4, tzinfo=UTC) + timedelta(seconds=n) for n in itertools.count())

    def __call__(self):
        return next(self.moments)


CLOCK = Clock()


def begin(folder, start=START, **more):
    return Journal(str(folder), start, now=CLOCK, **more)


def unfinished_in(folder, manifest_digest="sha256:manifest"):
    return unfinished(earlier_runs(str(folder), URL), manifest_digest)


def going_on(folder, url=URL):
    return [one.path.name for one in earlier_runs(str(folder), url) if one.going_on]


def written(folder, end=True):
    """A journal of three entities, of which one has no outcome."""
    journal = begin(folder)
    for name in ("a", "b", "c"):
        journal.intent(name, "create", "absent", f"sha256:{name}")
        if name != "b":
            journal.outcome(name, "created", "Fri, 02 Jan 2026 03:04:05 GMT")
    if end:
        journal.end({"created": 2, "unknown": 1})
    return journal


@pytest.mark.proves("JOURNAL-1")
def test_what_is_written(tmp_path):
    journal = written(tmp_path / "evidence" / "deep")
    lines = [json.loads(line) for line in Path(journal.path).read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["start", "intent", "outcome", "intent", "intent", "outcome", "end"]
    start = lines[0]
    assert {name: start[name] for name in ("url", "manifest_digest", "plan_digest", "reason", "approval")} == {
        "url": URL,
        "manifest_digest": "sha256:manifest",
        "plan_digest": "sha256:plan",
        "reason": "Initial provisioning",
        "approval": {"by": "qa", "reference": "CHG-1"},
    }
    assert start["format"] == 1 and start["run"].startswith(Path(journal.path).stem.split("-")[1])
    assert lines[1]["entity"] == "a" and lines[1]["before"] == "absent" and lines[1]["at"].startswith("2026-01-02T03:")
    assert lines[2]["server_date"] == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert lines[-1]["totals"] == {"created": 2, "unknown": 1}
    assert journal.head == lines[-1]["hash"]
    assert [line["previous"] for line in lines] == ["", *(line["hash"] for line in lines[:-1])]


@pytest.mark.proves("JOURNAL-1")
@pytest.mark.parametrize("hours", [-11, 0, 9])
def test_times_are_in_utc_wherever_a_journal_is_written(tmp_path, hours):
    here = timezone(timedelta(hours=hours))
    journal = Journal(str(tmp_path), START, now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).astimezone(here))
    journal.close()
    assert Path(journal.path).name.startswith("20260102T030405.000000Z-")
    assert json.loads(Path(journal.path).read_text())["at"] == "2026-01-02T03:04:05.000Z"


@pytest.mark.proves("JOURNAL-2")
def test_what_verifying_says(tmp_path):
    journal = written(tmp_path)
    found = verify(journal.path, f"{journal.head}\n")
    assert (found.ok, found.lines, found.head, found.ended, found.running) == (True, 7, journal.head, True, False)
    assert (found.held, found.notes) == (True, ())
    assert [one["entity"] for one in found.open] == ["b"]
    assert found.open[0]["after"] == "sha256:b"
    unheld = verify(journal.path)
    assert (unheld.ok, unheld.held, unheld.notes) == (True, False, (UNHELD,))


@pytest.mark.proves("JOURNAL-1")
def test_while_it_is_written(tmp_path):
    journal = written(tmp_path, end=False)
    found = verify(journal.path, journal.head)
    assert (found.ok, found.ended, found.running, found.notes) == (True, False, True, (RUNNING,))
    assert unfinished_in(tmp_path) is None
    journal.close()
    journal.close()
    assert verify(journal.path, journal.head).notes == (KILLED,)
    with pytest.raises(JournalError, match="it has been closed"):
        journal.intent("d", "create", "absent", "sha256:d")
    assert verify(journal.path, journal.head).ok


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def hashed_anew(line, **change):
    """A line changed by somebody who knows how hashes are made."""
    data = {**json.loads(line), **change}
    data["hash"] = line_hash(data)
    return (json_document(data) + "\n").encode()


def all_anew(lines):
    """The whole chain made anew."""
    previous, made = "", []
    for line in lines:
        made.append(hashed_anew(line, previous=previous))
        previous = json.loads(made[-1])["hash"]
    return made


TAMPERED = {
    "a value": (lambda lines: [*lines[:2], lines[2].replace(b"created", b"skipped"), *lines[3:]], "line 3 is not as"),
    "a value, hashed anew": (
        lambda lines: [*lines[:2], hashed_anew(lines[2], result="skipped"), *lines[3:]],
        "line 4 does not follow line 3",
    ),
    "a space": (lambda lines: [*lines[:2], lines[2].replace(b":", b": ", 1), *lines[3:]], "line 3 is not as"),
    "a name twice": (
        lambda lines: [*lines[:2], lines[2].replace(b"{", b'{"result":"skipped",', 1), *lines[3:]],
        "line 3 is not as",
    ),
    "a line less": (lambda lines: [*lines[:2], *lines[3:]], "line 3 does not follow line 2"),
    "the first line less": (lambda lines: lines[1:], "line 1 does not follow nothing"),
    "a line more": (lambda lines: [*lines[:2], lines[1], *lines[2:]], "line 3 does not follow line 2"),
    "two lines in another order": (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "line 3 does not"),
    "no JSON": (lambda lines: [*lines[:2], b"{\n", *lines[3:]], "line 3 is no line of a journal"),
    "an empty line": (lambda lines: [*lines[:2], b"\n", *lines[2:]], "line 3 is no line of a journal"),
    "a number": (lambda lines: [*lines, b"7\n"], "line 8 is no line of a journal"),
    "not UTF-8": (lambda lines: [*lines, b"\xff\n"], "line 8 is no line of a journal"),
    "deep": (lambda lines: [*lines, b"[" * 100_000 + b"\n"], "line 8 is no line of a journal"),
    "after the end": (
        lambda lines: [*lines, hashed_anew(lines[1], previous=json.loads(lines[-1])["hash"])],
        "line 7 is the end, and more follows",
    ),
    "two runs in one": (lambda lines: all_anew([*lines[:-1], *lines]), "line 7 is another start"),
    "no start": (lambda lines: all_anew(lines[1:]), "line 1 is no start"),
    "another format": (lambda lines: all_anew([hashed_anew(lines[0], format=2)]), "format 2, which this version"),
    "another kind": (lambda lines: all_anew([*lines[:-1], hashed_anew(lines[1], kind="x")]), "line 7 is of a kind"),
}


@pytest.mark.proves("JOURNAL-2")
@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found(tmp_path, how):
    path = Path(written(tmp_path).path)
    change, problem = TAMPERED[how]
    path.write_bytes(b"".join(change(lines_of(path))))
    found = verify(str(path))
    assert not found.ok
    assert any(problem in one for one in found.problems), found.problems


@pytest.mark.proves("JOURNAL-2")
def test_what_only_a_head_kept_elsewhere_finds(tmp_path):
    journal = written(tmp_path)
    path = Path(journal.path)
    whole = lines_of(path)
    path.write_bytes(b"".join(whole[:-2]))
    assert verify(journal.path).ok and UNHELD in verify(journal.path).notes
    assert "was cut, or written anew" in verify(journal.path, journal.head).problems[0]
    path.write_bytes(b"".join(all_anew([hashed_anew(whole[0], reason="Another"), *whole[1:]])))
    assert verify(journal.path).ok
    assert "was cut, or written anew" in verify(journal.path, journal.head).problems[0]
    path.write_bytes(b"".join(whole))
    earlier = json.loads(whole[3])["hash"]
    assert verify(journal.path, earlier).problems == ("the head that was kept is that of line 4, and more follows",)
    path.write_bytes(b"")
    assert "its head is nothing" in verify(journal.path, journal.head).problems[0]


@pytest.mark.proves("JOURNAL-1")
@pytest.mark.parametrize("keep", [1, 40])
@pytest.mark.parametrize("lines", [0, 1, 4])
def test_a_half_last_line_is_no_damage(tmp_path, lines, keep):
    path = Path(written(tmp_path).path)
    whole = lines_of(path)
    path.write_bytes(b"".join(whole[:lines]) + whole[lines][:keep])
    found = verify(str(path))
    assert (found.ok, found.lines, found.ended) == (True, lines, False)
    assert HALF in found.notes and KILLED in found.notes


@pytest.mark.proves("JOURNAL-2")
@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda whole: whole + b"x", "1 bytes stand behind the end"),
        (lambda whole: whole + b'{"at":', "6 bytes stand behind the end"),
        (lambda whole: whole + whole.splitlines()[-1], "bytes stand behind the end"),
        (lambda whole: b"", "it is empty"),
        (lambda whole: whole[:-1], "the last line is whole and has no line end"),
        (lambda whole: whole.splitlines()[0], "the last line is whole and has no line end"),
        (lambda whole: b"text", "4 bytes at the end are no line of a journal"),
        (lambda whole: b"".join(whole.splitlines(keepends=True)[:3]) + b"\0" * 9, "9 bytes at the end are no line"),
    ],
)
def test_what_no_run_leaves_behind_is_a_problem(tmp_path, spoil, problem):
    journal = written(tmp_path)
    path = Path(journal.path)
    path.write_bytes(spoil(path.read_bytes()))
    for head in (None, journal.head, ""):
        found = verify(str(path), head)
        assert not found.ok and not found.held
        assert any(problem in one for one in found.problems), found.problems


def test_a_journal_that_is_being_begun_is_no_problem(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert (verify(str(path)).ok, verify(str(path)).running) == (True, True)


@pytest.mark.proves("JOURNAL-2")
def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").symlink_to("/dev/zero")
    assert earlier_runs(str(tmp_path), URL) == []
    for name in ("a.jsonl", "b.jsonl"):
        with pytest.raises(ConfigurationError, match="it is no regular file"):
            verify(str(tmp_path / name))


@pytest.mark.proves("JOURNAL-1")
def test_a_run_goes_on_where_another_was_interrupted(tmp_path):
    assert unfinished_in(tmp_path / "none") is None
    first = written(tmp_path, end=False)
    first.close()
    (tmp_path / "20991231T000000Z-x.jsonl").write_text("no journal\n")
    (tmp_path / "20991231T000001Z-x.jsonl").write_text("[]\n")
    (tmp_path / "20991231T000002Z-x.jsonl").write_text("")
    for other in (Start("https://other.example.com", "sha256:manifest", "p"), Start(URL, "sha256:other", "p")):
        begin(tmp_path, other).end({})
    found = unfinished_in(tmp_path)
    assert (found.file, found.head) == (Path(first.path).name, first.head)
    assert [one["entity"] for one in found.open] == ["b"]

    second = begin(tmp_path, Start(URL, "sha256:manifest", "sha256:profile", continues=found))
    assert unfinished_in(tmp_path) is None
    second.intent("d", "update", "x", "y")
    second.close()
    again = unfinished_in(tmp_path)
    assert again.file == Path(second.path).name
    assert [one["entity"] for one in again.open] == ["b", "d"]

    third = begin(tmp_path, Start(URL, "sha256:manifest", "sha256:profile", continues=again))
    third.outcome("b", "done")
    third.outcome("d", "moved", detail="was changed meanwhile")
    third.end({"done": 1})
    assert verify(third.path, third.head).open == ()
    assert verify(third.path).start["continues"]["head"] == again.head
    assert unfinished_in(tmp_path) is None


def test_another_pipeline_does_not_hide_an_interrupted_run(tmp_path):
    killed = written(tmp_path, end=False)
    killed.close()
    begin(tmp_path).end({})
    running = written(tmp_path, end=False)
    assert unfinished_in(tmp_path).file == Path(killed.path).name
    assert going_on(tmp_path) == [Path(running.path).name]
    assert going_on(tmp_path, "https://other.example.com") == []
    assert going_on(tmp_path / "none") == []
    running.close()
    assert going_on(tmp_path) == []


def goes_on(folder, before):
    """The journal of a run that goes on with another."""
    return begin(folder, Start(URL, "sha256:manifest", "sha256:profile", continues=before))


@pytest.mark.proves("JOURNAL-1")
def test_what_a_run_left_open_when_it_ended_is_not_forgotten(tmp_path):
    first = begin(tmp_path)
    first.intent("a", "create", "absent", "sha256:a")
    first.outcome("a", "outcome_unknown", detail="no answer came")
    first.end({"outcome_unknown": 1})
    begin(tmp_path, Start(URL, "sha256:other", "p")).end({})
    left = unfinished_in(tmp_path)
    assert (left.file, left.head, left.ended) == (Path(first.path).name, first.head, True)
    assert [one["entity"] for one in left.open] == ["a"]

    second = goes_on(tmp_path, left)  # ends before it comes to a, and leaves something itself
    second.intent("b", "create", "absent", "sha256:b")
    second.end({"not_tried": 1})
    assert json.loads(lines_of(Path(second.path))[-1])["open"] == 2
    again = unfinished_in(tmp_path)
    assert (again.file, [one["entity"] for one in again.open]) == (Path(second.path).name, ["a", "b"])

    third = goes_on(tmp_path, again)
    for name in ("a", "b"):
        third.outcome(name, "unchanged")
    third.end({})
    assert json.loads(lines_of(Path(third.path))[-1])["open"] == 0
    assert unfinished_in(tmp_path) is None


def test_an_open_entity_whose_name_holds_a_secret_is_settled(tmp_path):
    hide = functools.partial(redact, secrets=["4711"])
    first = begin(tmp_path, hide=hide)
    first.intent("application (appCode=4711)", "create", "absent", "sha256:a")
    first.close()
    left = unfinished_in(tmp_path)
    assert [one["entity"] for one in left.open] == [f"application (appCode={MASK})"]
    second = begin(tmp_path, Start(URL, "sha256:manifest", "p", continues=left), hide=hide)
    second.outcome("application (appCode=4711)", "created")
    second.end({})
    assert verify(second.path).open == () and json.loads(lines_of(Path(second.path))[-1])["open"] == 0


def test_what_a_server_has_accepted_stays_with_its_intent_until_it_has_ended(tmp_path):
    job = {"operation": "types.site.create", "names": {"job": ["17"]}}
    first = begin(tmp_path)
    for entity in ("a", "b"):
        first.intent(entity, "create", "absent", f"sha256:{entity}")
        first.accepted(entity, job)
    first.ended("b")
    first.close()
    left = unfinished_in(tmp_path)
    assert [(one["entity"], one.get("job")) for one in left.open] == [("a", job), ("b", None)]
    second = goes_on(tmp_path, left)
    second.close()
    assert verify(second.path).open == left.open
    assert verify(second.path).ok


@pytest.mark.proves("JOURNAL-2")
def test_a_journal_that_another_continues_must_be_there(tmp_path):
    first = written(tmp_path, end=False)
    first.close()
    path = Path(first.path)
    second = goes_on(tmp_path, unfinished_in(tmp_path))
    second.end({})
    third = written(tmp_path / "another", end=False)
    assert [one.problems for one in verify_all(str(tmp_path))] == [(), ()]
    assert [(one["file"], one["entity"]) for one in left_open(verify_all(str(tmp_path)))] == [(second.path, "b")]
    assert verify_all(second.path)[0].ok
    whole = path.read_bytes()
    path.write_bytes(b"".join(lines_of(path)[:-1]))
    said = f"it continues {path.name} from the head {first.head}, and the head there is "
    assert [[one.startswith(said) for one in found.problems] for found in verify_all(str(tmp_path))] == [[], [True]]
    path.write_bytes(b"")
    assert verify_all(str(tmp_path))[1].problems == (f"{said}none",)
    path.unlink()
    assert verify_all(str(tmp_path))[0].problems == (f"it continues {path.name}, which is not there",)
    path.write_bytes(whole)
    assert all(one.ok for one in verify_all(str(tmp_path), second.head))
    third.close()


def test_what_no_journal_of_a_folder_settles(tmp_path):
    """Several manifests share it: an older journal may be the one that left something."""
    other = begin(tmp_path, Start(URL, "sha256:other", "p"))
    other.intent("x", "delete", "sha256:x", "absent")
    other.close()
    killed = written(tmp_path, end=False)
    killed.close()
    second = goes_on(tmp_path, unfinished_in(tmp_path))
    second.outcome("b", "unchanged")
    second.end({})
    [left] = left_open(verify_all(str(tmp_path)))
    assert (left["file"], left["entity"], left["operation"]) == (other.path, "x", "delete")


ODD = ["x", ["x"], {"open": ["x"]}, {"open": {"a": 1}}, {"file": ["x"], "open": [{"entity": ["x"]}]}, 7, True, None, {}]


@pytest.mark.proves("JOURNAL-2")
@pytest.mark.parametrize("number", [0, 1, 2, 6])
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_was_made_up_ends_in_a_verdict(tmp_path, number, odd):
    """Whatever stands in a line, with all hashes right."""
    path = Path(written(tmp_path).path)
    whole = lines_of(path)
    for name in (*json.loads(whole[number]), "continues"):
        changed = all_anew([*whole[:number], hashed_anew(whole[number], **{name: odd}), *whole[number + 1 :]])
        for lines in (changed, changed[:-1]):
            path.write_bytes(b"".join(lines))
            [found] = verify_all(str(tmp_path))
            left_open([found])
            assert all(isinstance(one["entity"], str) for one in found.open)
            unfinished_in(tmp_path)
            going_on(tmp_path)


@pytest.mark.proves("JOURNAL-2")
def test_a_folder_of_journals(tmp_path):
    with pytest.raises(ConfigurationError, match="no file in this folder is one"):
        verify_all(str(tmp_path))
    first, second = written(tmp_path), written(tmp_path)
    assert [one.file for one in verify_all(str(tmp_path))] == [first.path, second.path]
    held = verify_all(str(tmp_path), first.head)
    assert [(one.held, one.notes) for one in held] == [(True, ()), (False, (UNHELD,))]
    assert [one.held for one in verify_all(second.path, second.head)] == [True]
    with pytest.raises(ConfigurationError, match="none of the 2 files ends with the head sha256:x"):
        verify_all(str(tmp_path), "sha256:x")
    with pytest.raises(ConfigurationError, match=r"No such file or directory\. Check the path\. A relative one"):
        verify_all(str(tmp_path / "none.jsonl"))


@pytest.mark.proves("PLAN-3")
def test_no_secret_is_written(tmp_path):
    secret = "canary-4711"
    start = Start(URL, "m", "p", reason=f"because of {secret}")
    journal = begin(tmp_path, start, hide=lambda value: redact(value, [secret]))
    journal.intent(f"application (appCode={secret})", "create", "absent", "sha256:a")
    journal.outcome("a", "failed", detail=f"the server says {secret}")
    journal.end({f"about {secret}": 1})
    text = Path(journal.path).read_text()
    assert secret not in text and text.count(MASK) == 4
    assert verify(journal.path, journal.head).ok


def test_nothing_hides_in_a_line(tmp_path):
    journal = begin(tmp_path)
    name = "a\u202e\x1b[2J\x7f\u2028\nb\ud800é"
    journal.intent(name, "create", "absent", "sha256:a")
    journal.end({})
    text = Path(journal.path).read_text(encoding="utf-8")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert verify(journal.path, journal.head).open[0]["entity"] == name


def test_many_threads_write_one_chain(tmp_path):
    journal = begin(tmp_path)
    barrier = threading.Barrier(16)

    def work(number):
        barrier.wait()
        for step in range(25):
            journal.intent(f"{number}/{step}", "create", "absent", "x")
            journal.outcome(f"{number}/{step}", "created")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.end({})
    found = verify(journal.path, journal.head)
    assert (found.problems, found.lines, found.open) == ((), 802, ())


@pytest.mark.proves("JOURNAL-1")
def test_a_line_is_on_the_disk_before_anybody_goes_on(tmp_path, monkeypatch):
    synced = []

    def sync(descriptor):
        synced.append(os.fstat(descriptor).st_size)

    journal = begin(tmp_path)
    monkeypatch.setattr(journals_module.os, "fsync", sync)
    for name in ("a", "b"):
        journal.intent(name, "create", "absent", "x")
        assert synced[-1] == Path(journal.path).stat().st_size
    journal.close()


def killed_at(folder, seconds):
    """Let the writer begin, and kill it so many seconds later; the entities whose requests would have been sent."""
    before = set(folder.glob("*.jsonl"))
    writer = Path(__file__).with_name("journal_writer.py")
    process = subprocess.Popen([sys.executable, str(writer), str(folder)], stdout=subprocess.PIPE)
    first = process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    sent = first + process.stdout.read()
    process.wait()
    [path] = set(folder.glob("*.jsonl")) - before
    return path, sent.decode().splitlines()


@pytest.mark.proves("JOURNAL-1")
def test_kill_minus_nine_at_random_moments(tmp_path):
    earlier = None
    for _turn in range(10):
        path, sent = killed_at(tmp_path, random.uniform(0, 0.2))
        found = verify(str(path))
        assert (found.problems, found.ended, found.running) == ((), False, False)
        intents = {
            json.loads(line)["entity"]
            for line in path.read_bytes().splitlines()[1 : found.lines]
            if b'"intent"' in line
        }
        assert set(sent) <= intents
        inherited = {one["entity"] for one in (found.start.get("continues") or {}).get("open", ())}
        still = {one["entity"] for one in found.open}
        assert len(still - inherited) <= 8 and still <= intents | inherited
        left = unfinished_in(tmp_path, "sha256:m")
        assert left == Interrupted(path.name, found.head, found.open)
        assert earlier is None or found.start["continues"]["head"] == earlier.head
        earlier = left


def limited(size):
    """No file may grow beyond this size: what a full disk looks like to whoever writes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.proves("JOURNAL-3")
@pytest.mark.parametrize("size", [0, 100])
def test_a_disk_that_is_full_at_once(tmp_path, size):
    restore = limited(size)
    try:
        with pytest.raises(ConfigurationError, match=f"{os.strerror(errno.EFBIG)}. Make room"):
            begin(tmp_path)
    finally:
        restore()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.proves("JOURNAL-3")
def test_a_disk_that_becomes_full_stops_the_run(tmp_path):
    journal = begin(tmp_path)
    restore = limited(3000)
    try:
        with pytest.raises(JournalError, match=f"{os.strerror(errno.EFBIG)}. Nothing more is sent"):
            for number in range(100):
                journal.intent(str(number), "create", "absent", "x" * 100)
    finally:
        restore()
    with pytest.raises(JournalError):  # also where there is room again: what is missing stays missing
        journal.outcome("0", "created")
    found = verify(journal.path, journal.head)
    assert found.ok and 3 < found.lines == len(lines_of(Path(journal.path))) < 100
    journal.close()
    assert unfinished_in(tmp_path).head == journal.head


@pytest.mark.proves("JOURNAL-3")
def test_a_line_that_does_not_reach_the_disk_stops_the_run(tmp_path, monkeypatch):
    journal = begin(tmp_path)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(journals_module.os, "fsync", full)
        with pytest.raises(JournalError, match="No space left"):
            journal.intent("a", "create", "absent", "x")
    with pytest.raises(JournalError, match="No space left"):
        journal.intent("b", "create", "absent", "x")
    journal.close()


@pytest.mark.proves("JOURNAL-3")
def test_a_folder_that_cannot_be_written(read_only_folder):
    for folder in (read_only_folder, read_only_folder / "deeper"):
        with pytest.raises(ConfigurationError, match="Permission denied"):
            begin(folder)
    assert list(read_only_folder.iterdir()) == []


@pytest.mark.proves("JOURNAL-3")
def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "evidence").write_text("")
    with pytest.raises(ConfigurationError, match="Cannot write the journal"):
        begin(tmp_path / "evidence")
