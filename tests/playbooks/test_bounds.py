# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that hang, drip or answer nonsense: a run ends when it should, and says what was written."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ENTRIES, SECRET, Played, Player, Server
from environments import SURE, Background, application, descendants, outcomes, runs, task

LONG = 600
"""Seconds that a task may take, as its timeout: what is over is said by the test."""
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


class Front:
    """A port in plain HTTP in front of a server. instead: parts of an answer that take the place of the server's, or
    None, by how many requests with that path came. open: how many such answers are being sent."""

    def __init__(self, server: Server, path: bytes, instead: Any) -> None:
        self._port, self._path, self._instead = int(server.url.rsplit(":", 1)[1]), path, instead
        self.came = self.open = 0
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listening.accept()
                threading.Thread(target=self._serve, args=[near], daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._port))
        with contextlib.suppress(OSError), near, TLS.wrap_socket(far) as far:
            while data := self._request(near):
                if self._path in data.split(b"\r\n", 1)[0]:
                    with self._lock:
                        self.came += 1
                        instead = self._instead(self.came)
                    if instead is not None:
                        self._hold(near, instead)
                        return
                far.sendall(data)
                near.sendall(self._request(far))

    def _hold(self, near: socket.socket, instead: Any) -> None:
        with self._lock:
            self.open += 1
        try:
            for part in instead:
                near.sendall(part)
        finally:
            with self._lock:
                self.open -= 1

    @staticmethod
    def _request(source: socket.socket) -> bytes:
        """A whole request or answer whose body has a length."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = source.recv(65536)
            if not more:
                return b""
            data += more
        head, _end, body = data.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while len(body) < int(lengths[0] if lengths else 0):
            more = source.recv(65536)
            body, data = body + more, data + more
        return data

    def close(self) -> None:
        self._listening.close()


@contextlib.contextmanager
def front(server: Server, path: bytes, instead: Any) -> Iterator[Front]:
    """A front that is closed at the end."""
    between = Front(server, path, instead)
    try:
        yield between
    finally:
        between.close()


def dripping() -> Iterator[bytes]:
    """A header without an end, for as long as anybody listens, at most two minutes."""
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    for _time in range(1200):
        time.sleep(0.1)
        yield b"x"


def gone(between: Front) -> bool:
    """Whether soon nobody is connected any more. A busy machine takes its time, a thread that hangs two minutes."""
    for _time in range(600):
        if between.open == 0:
            return True
        time.sleep(0.05)
    return False


def proven(server: Server, entry: dict[str, Any]) -> None:
    """An entity that the search shows: until it has shown one, a create goes alone."""
    server.seed(entry["type"], **entry["key"], **entry["attributes"])


@pytest.mark.proves("LUCK-8")
def test_after_the_timeout_of_the_task_nothing_runs_on(server: Server, play: Player, tmp_path: Path) -> None:
    many = list(map(application, range(64)))
    proven(server, many[0])
    with front(server, b"/create", lambda _number: dripping()) as between:
        more = {"url": between.url, "concurrency": 32, "timeout": 100.0, "journal": str(tmp_path / "evidence")}
        with Background(play, [task("first", many, profile_overrides=SURE, **more) | {"timeout": LONG}]) as running:
            running.wait(lambda: between.open == 32)
            running.time_out()
        assert running.played is not None
        told = running.played["first"]
        assert told["failed"] and told["changed"] and told["timedout"]["period"] == LONG
        assert f"the timeout of the task, {LONG} s, is over. It had begun to create application" in told["msg"]
        assert between.came == len(told["error"]["written"]) == len(set(told["error"]["written"])) == 32
        assert between.open == 0 or gone(between)


def timed_out(play: Player, tasks: list[dict[str, Any]], *fronts: Front, **more: Any) -> Played:
    """Tasks each of which hangs at a front, and whose timeout is over then."""
    with Background(play, tasks, more=more) as running:
        for between in fronts:
            running.wait(lambda between=between: between.open == 1)
            running.time_out()
    assert running.played is not None
    return running.played


def entries(url: str, number: int) -> dict[str, dict[str, Any]]:
    """A task for each kind of entry, over a server in front of which somebody stands. number: of an application that is
    there."""
    more = {"url": url, "timeout": 100.0, "profile_overrides": SURE}
    looked_up = f"{{{{ lookup('rimops.insight.insight_entity', {number}, type='application', url='{url}') }}}}"
    return {
        "insight_entities": task("", [application(2)], **more),
        "insight_entity": {"rimops.insight.insight_entity": {**application(3), **more}},
        "insight_token": {"rimops.insight.insight_token": {**more, "token_store": "none"}},
        "insight_entity lookup": {"ansible.builtin.debug": {"msg": looked_up}},
    }


@pytest.mark.proves("LUCK-20")
@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("insight_entities", "here"),
        ("insight_entity", "here"),
        ("insight_entity", "elsewhere"),
        ("insight_token", "here"),
        ("insight_entity lookup", "here"),
    ],
)
def test_a_worker_ends_with_its_playbook(server: Server, play: Player, kind: str) -> None:
    number = server.seed("application", **application(1)["key"], **application(1)["attributes"])["id"]
    options = {f"insight_{name}": value for name, value in play.defaults.items()}  # for the lookup
    with front(server, b"/insight/", lambda _number: dripping()) as between:
        with Background(play, [entries(between.url, number)[kind] | {"vars": options}]) as running:
            running.wait(lambda: between.open == 1)
            workers = descendants(running.pid)
            os.kill(running.pid, signal.SIGKILL)
        assert gone(between)
        for _time in range(600):
            if not any(map(runs, workers)):
                break
            time.sleep(0.05)
        assert not list(filter(runs, workers))


@pytest.mark.proves("LUCK-22")
@pytest.mark.parametrize("entry", ENTRIES)
def test_after_the_timeout_the_result_says_what_was_begun(server: Server, play: Player, entry: str) -> None:
    """On another host, too, nothing runs on."""
    server.seed("application", **application(1)["key"], **application(1)["attributes"])
    asked = "check whether it was carried out"
    began = {
        "here": f"It had begun to create application (appCode=000003, appName=Application 3): {asked}",
        "elsewhere": f"It had begun to run rimops.insight.insight_entity on another host: {asked}",
    }
    fronts = (front(server, path, lambda _number: dripping()) for path in (b"/create", b"/read"))
    with next(fronts) as writes, next(fronts) as reads:
        writing = entries(writes.url, 1)["insight_entity"] | {"name": "writing"}
        reading = {"name": "reading", INFO: {"type": "application", "id": 1, "url": reads.url, "timeout": 100.0}}
        tasks = [{**one, "timeout": LONG, "ignore_errors": True} for one in (writing, reading)]
        played = timed_out(play, tasks, writes, reads)
        assert writes.came
        assert gone(writes) and gone(reads)
    for name, told in (("writing", played["writing"]), ("reading", played["reading"])):
        assert told["failed"] and f"the timeout of the task, {LONG} s, is over" in told["msg"], name
    assert played["writing"]["changed"] and began[entry] in played["writing"]["msg"]
    assert not played["reading"]["changed"] and "Nothing was written." in played["reading"]["msg"]


@pytest.mark.proves("LUCK-71")
@pytest.mark.parametrize("entry", ["elsewhere"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_module_on_another_host_ends_when_nobody_waits_for_it(server: Server, play: Player, number: int) -> None:
    """No signal gets there, as over SSH."""
    with front(server, b"/create", lambda _number: dripping()) as between:
        writing = entries(between.url, 1)["insight_entity"]
        with Background(play, [writing], ("-e", "ansible_connection=far")) as running:
            running.wait(lambda: between.open == 1)
            assert between.open == 1
            os.kill(running.pid, number)
        assert gone(between)


@pytest.mark.proves("LUCK-70")
def test_after_the_timeout_the_probe_tries_little_more(server: Server, play: Player) -> None:
    """It tries once more to delete what it made, and names that."""
    create = {**application(7), "change": {"description": "Another"}}
    with front(server, b"/delete", lambda _number: dripping()) as between:
        more = {"url": between.url, "timeout": 100.0, "writes": True, "create": create}
        probing = {"name": "probe", "rimops.insight.insight_probe": more, "timeout": LONG, "ignore_errors": True}
        told = timed_out(play, [probing], between)["probe"]
        assert between.came == 2
    assert told["failed"] and told["changed"] and f"the timeout of the task, {LONG} s, is over" in told["msg"]
    assert "It had begun to create application (appCode=000007, appName=Application 7)" in told["msg"]
    assert "delete application" in told["msg"]


LOOKED_UP = "{{{{ lookup('rimops.insight.insight_entity', 1, type='application', url='{url}', timeout=100.0) }}}}"


@pytest.mark.proves("LUCK-70")
def test_the_timeout_of_a_task_ends_a_lookup_in_its_template(server: Server, play: Player) -> None:
    """In its options Ansible evaluates a lookup before the task begins; in a template it is within the task."""
    options = {f"INSIGHT_{name.upper()}": value for name, value in play.defaults.items()}
    fronts = (front(server, path, lambda _number: dripping()) for path in (b"/read", b"/login"))
    with next(fronts) as reads, next(fronts) as logins:
        tasks = []
        for name, between in (("reads", reads), ("logins", logins)):
            (play.folder / f"{name}.j2").write_text(LOOKED_UP.format(url=between.url))
            written = {"src": f"{name}.j2", "dest": str(play.folder / f"{name}.txt"), "mode": "0600"}
            tasks.append({"name": name, "ansible.builtin.template": written, "timeout": LONG, "ignore_errors": True})
        plain = replace(play, defaults={})  # Ansible shows lines of a playbook
        played = timed_out(plain, tasks, reads, logins, environment=options)
        assert (reads.came, logins.came) == (1, 1)
        assert gone(reads) and gone(logins)
    for name in ("reads", "logins"):
        assert played[name]["failed"] and played[name]["timedout"]["period"] == LONG
    assert SECRET not in played.output and "Traceback" not in played.output


@pytest.mark.proves("NETWORK-7")
def test_an_answer_that_drips_is_an_unknown_outcome(server: Server, play: Player) -> None:
    with front(server, b"/create", lambda _number: dripping()) as between:
        more = {"url": between.url, "timeout": 5.0, "retry_limit": 0}
        result = play([task("first", [application(1)], profile_overrides=SURE, **more)])["first"]
    assert outcomes(result) == {"outcome_unknown": 1}


@pytest.mark.proves("LUCK-9")
@pytest.mark.parametrize("location", ["http://[x/login", "http://[::1]]/", "//[", "http://h:99999/", "\x00"])
def test_a_redirect_to_nowhere_is_the_outcome_of_one_entity(
    server: Server, play: Player, tmp_path: Path, location: str
) -> None:
    """In the middle of forty entities; what was written before is told."""
    many = list(map(application, range(20)))
    answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()

    def instead(number: int) -> Any:
        return [answer] if number == 13 else None

    with front(server, b"/create", instead) as between:
        more = {"url": between.url, "concurrency": 1, "journal": str(tmp_path / "evidence"), "on_error": "continue"}
        result = play([task("first", many, profile_overrides=SURE, **more)])["first"]
    told = outcomes(result)
    assert told["created"] == 19 and sum(told.values()) == 20 and "unchanged" not in told
    assert result["failed"] and result["changed"] and result["journal_head"]
    assert server.counted["creates"] == 19


def listed(*numbers: int, **more: Any) -> bytes:
    """A page of a list, as an answer."""
    content = json.dumps({"items": [{"id": number, "appCode": f"{number:06}"} for number in numbers], **more}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )


INFO = "rimops.insight.insight_entity_info"


def listing(between: Front, asked: dict[str, Any], **paging: Any) -> dict[str, Any]:
    """The task that lists all applications. asked: the body of the request."""
    overrides = {"operations": {"list": {"enabled": True, "json": asked, "paging": paging}}}
    return {
        "name": "listed",
        INFO: {"type": "application", "url": between.url, "profile_overrides": overrides},
        "ignore_errors": True,
    }


@pytest.mark.proves("NETWORK-3", "LIST-20")
@pytest.mark.parametrize("check", [(), ("--check",)])
@pytest.mark.parametrize(
    "following", ["{id}/delete", "/insight/api/v2/application/{id}/delete", "../application/{id}/delete?x"]
)
def test_reading_a_list_never_writes(server: Server, play: Player, following: str, check: tuple[str, ...]) -> None:
    number = server.seed("application", appCode="000001", appName="Zelvora", selectedProducts=["Z"])["id"]
    page = listed(1, next=following.format(id=number))
    with front(server, b"/application/list", lambda _number: [page]) as between:
        task = listing(between, {"size": "{size}"}, next="body.next", first=None, total=None)
        result = play([task], *check)["listed"]
    assert result["failed"] and "another path than the list" in result["msg"]
    assert result["error"]["profile_key"] == "operations.list.paging.next"
    assert server.counted["deletes"] == 0 and len(server.stored("application")) == 1


@pytest.mark.proves("WRITE-1", "LIST-20")
def test_a_list_is_whole_although_others_delete_meanwhile(server: Server, play: Player) -> None:
    asked = {"start": "{offset}", "rows": "{size}"}
    pages = [listed(1, 2, total=4), listed(4, total=3), listed(2, 3, total=3), listed(4, total=3)]
    with front(server, b"/application/list", lambda number: [pages[number - 1]]) as between:
        result = play([listing(between, asked, size=2, total="body.total")])["listed"]
    assert [entity["id"] for entity in result["entities"]] == [2, 3, 4]


@pytest.mark.proves("NETWORK-7", "LIST-20")
@pytest.mark.parametrize("kind", ["page", "cursor"])
def test_a_list_without_an_end_is_an_error(server: Server, play: Player, kind: str) -> None:
    asked = {"p": f"{{{kind}}}", "n": "{size}"}
    paging = {"next": "body.next", "size": 1, "most_pages": 20, "total": None}
    with front(server, b"/application/list", lambda number: [listed(number, next=f"c{number}")]) as between:
        result = play([listing(between, asked, **paging)])["listed"]
        assert between.came == 20
    assert result["failed"] and "the list does not end" in result["msg"] and "most_pages" in result["msg"]
