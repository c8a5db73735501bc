# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth import private_folder as folders
from ansible_collections.rimops.insight.plugins.module_utils._auth import store as store_module
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import (
    FileStore,
    Fingerprints,
    MemoryStore,
    clear_memory,
    fingerprints_of,
    open_store,
)
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError

IDENTITY = {"client_id": "app", "client_secret": "right"}
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def store(folder):
    return FileStore(Folder(folder))


def save(store, name, **record):
    with store.locked(name):
        store.save(name, record)


def mode(path):
    return stat.S_IMODE(Path(path).stat().st_mode)


def told(action, *arguments):
    with pytest.raises(ConfigurationError) as error:
        action(*arguments)
    return error.value.message


@pytest.mark.proves("STORE-5")
def test_modes(store, folder):
    previous = os.umask(0)
    try:
        name = store.name(IDENTITY)
        save(store, name, state=1)
    finally:
        os.umask(previous)
    assert mode(folder) == 0o700
    files = list(Path(folder).iterdir())
    assert {path.name for path in files} >= {"key", f"{name}.json"}
    assert [mode(path) for path in files] == [0o600] * len(files)


@pytest.mark.proves("STORE-4")
def test_a_wrong_secret_finds_nothing(store, folder):
    name = store.name(IDENTITY)
    save(store, name, state=1)
    again = FileStore(Folder(folder))
    assert again.load(again.name(IDENTITY))["state"] == 1
    assert again.load(again.name({**IDENTITY, "client_secret": "wrong"})) is None


@pytest.mark.proves("STORE-4")
def test_names_cannot_be_guessed(store, tmp_path):
    other = FileStore(Folder(str(tmp_path / "other")))
    assert store.name(IDENTITY) != other.name(IDENTITY)
    assert FileStore.is_name(store.name(IDENTITY))
    for text in ("", "../x", "key", "a" * 63, "a" * 64 + "\n", "A" * 64):
        assert not FileStore.is_name(text)


def test_one_key_for_processes_that_begin_together(folder):
    with FORK.Pool(8) as pool:
        names = pool.map(_name_in, [folder] * 24, chunksize=1)
    assert len(set(names)) == 1


def _name_in(folder):
    return FileStore(Folder(folder)).name(IDENTITY)


def test_a_record_comes_and_goes(store):
    name = store.name(IDENTITY)
    assert store.load(name) is None
    save(store, name, state={"a": "é"})
    assert store.load(name) == {"format": 1, "state": {"a": "é"}}
    assert store.remove(name) is True
    assert store.remove(name) is False
    assert store.load(name) is None


def test_a_write_that_was_cut_short_leaves_the_old_record(store, folder, monkeypatch):
    name = store.name(IDENTITY)
    save(store, name, state="old")
    Path(folder, f"{name}.json.tmp").write_bytes(b"half")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "fsync", full)
        assert "No space left on device" in told(lambda: save(store, name, state="new"))
    assert store.load(name)["state"] == "old"
    save(store, name, state="new")
    assert store.load(name)["state"] == "new"


def _corrupt(path):
    path.write_bytes(b'{"format": 1, "sta')


DAMAGE = [
    (_corrupt, "is damaged"),
    (lambda path: path.write_bytes(b"[]"), "is damaged"),
    (lambda path: path.write_bytes(b"\xff"), "is damaged"),
    (lambda path: path.write_bytes(b'{"format": 2}'), "another version"),
    (lambda path: path.chmod(0o640), "open to others (mode 0640)"),
    (lambda path: (path.unlink(), path.mkdir()), "cannot be read (Is a directory)"),
    (lambda path: (path.rename(f"{path}.real"), path.symlink_to(f"{path}.real")), "cannot be read"),
    (lambda path: (path.unlink(), os.mkfifo(path, 0o644)), "open to others"),
]


@pytest.mark.proves("STORE-5")
@pytest.mark.parametrize(("damage", "why"), DAMAGE)
def test_a_record_that_cannot_be_used(store, folder, damage, why):
    name = store.name(IDENTITY)
    save(store, name, state="secret")
    path = Path(folder, f"{name}.json")
    damage(path)
    message = told(store.load, name)
    assert why in message
    assert str(path) in message
    assert "secret" not in message.replace("Change the secrets", "")


def test_a_key_that_is_damaged(store, folder):
    store.name(IDENTITY)
    Path(folder, "key").write_bytes(b"short")
    assert f"{folder}/key is damaged" in told(FileStore(Folder(folder)).name, IDENTITY)


@pytest.mark.proves("STORE-5")
def test_a_record_of_somebody_else(store, monkeypatch):
    name = store.name(IDENTITY)
    save(store, name, state=1)
    uid = os.geteuid()
    monkeypatch.setattr(folders.os, "geteuid", lambda: uid + 1)
    message = told(store.load, name)
    assert f"belongs to another user (uid {uid}, we are {uid + 1})" in message


@pytest.mark.proves("STORE-5")
def test_a_folder_that_is_open_to_others(folder):
    Path(folder).mkdir(mode=0o755)
    Path(folder).chmod(0o755)
    message = told(Folder, folder)
    assert folder in message
    assert "mode 0755" in message
    assert "token_store" in message


@pytest.mark.proves("STORE-5")
@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o720, 0o702, 0o701, 0o710, 0o704, 0o740])
@pytest.mark.parametrize("option", ["auto", "{}"])
def test_any_bit_for_others_is_an_error_and_nothing_is_written(tmp_path, option, bits):
    place = tmp_path / "rimops.insight"
    place.mkdir()
    place.chmod(bits)
    message = told(lambda: opened(option.format(place), XDG_STATE_HOME=str(tmp_path)))
    assert f"{place} is open to others (mode {bits:04o})" in message
    assert list(place.iterdir()) == []


@pytest.mark.proves("STORE-5")
def test_a_folder_of_somebody_else(folder, monkeypatch):
    Path(folder).mkdir(mode=0o700)
    monkeypatch.setattr(folders.os, "geteuid", lambda: Path(folder).stat().st_uid + 1)
    assert "belongs to another user" in told(Folder, folder)


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("")
    assert "token_store" in told(Folder, str(tmp_path / "file"))
    assert "token_store" in told(Folder, str(tmp_path / "file" / "below"))


def test_a_folder_that_cannot_be_written(folder, monkeypatch):
    monkeypatch.setattr(folders.os, "access", lambda *_arguments: False)
    assert "cannot be written" in told(Folder, folder)


@pytest.mark.proves("STORE-5")
def test_a_file_system_without_locks(store, monkeypatch):
    def none(*_arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(folders.fcntl, "flock", none)
    message = told(lambda: save(store, "a" * 64, state=1))
    assert "cannot be locked (Operation not supported)" in message
    assert "token_store" in message


@pytest.mark.proves("STORE-5")
def test_a_file_system_without_modes(folder, monkeypatch):
    monkeypatch.setattr(folders.Path, "chmod", lambda *_arguments: None)
    Path(folder).mkdir(mode=0o755)
    monkeypatch.setattr(folders.Path, "mkdir", lambda *_arguments, **_options: None)
    assert "is open to others" in told(Folder, folder)


def test_a_lock_that_is_never_released(folder, ticking):
    patient, other = Folder(folder, ticking.clock), Folder(folder)
    begin = ticking.time
    with other.locked("x"):
        assert "is held by another process" in told(lambda: patient.locked("x").__enter__())
    assert ticking.time - begin > 900  # longer than a device code lives
    with patient.locked("x"):
        pass


def _add(arguments):
    folder, times = arguments
    store = FileStore(Folder(folder))
    for _turn in range(times):
        with store.locked("b" * 64):
            count = (store.load("b" * 64) or {"count": 0})["count"]
            store.save("b" * 64, {"count": count + 1})


@pytest.mark.proves("STORE-2")
def test_processes_wait_for_one_another(store, folder):
    with FORK.Pool(8) as pool:
        pool.map(_add, [(folder, 10)] * 8, chunksize=1)
    assert store.load("b" * 64)["count"] == 80


def _hold(folder, held):
    with Folder(folder).locked("x"):
        held.set()
        signal.pause()


def test_the_lock_of_a_killed_process_is_released(folder):
    held = FORK.Event()
    holder = FORK.Process(target=_hold, args=(folder, held))
    holder.start()
    assert held.wait(300)
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with Folder(folder, Clock(sleep=lambda _seconds: pytest.fail("still locked"))).locked("x"):
        pass


def test_memory_hit_miss_and_clear():
    one, other = MemoryStore(), MemoryStore()
    name = one.name(IDENTITY)
    assert one.load(name) is None
    save(one, name, state=1)
    assert other.load(other.name(IDENTITY))["state"] == 1
    assert other.load(other.name({**IDENTITY, "client_secret": "wrong"})) is None
    clear_memory()
    assert one.load(name) is None
    save(one, name, state=1)
    assert (one.remove(name), one.remove(name)) == (True, False)


def opened(token_store="auto", **environment):
    warnings = []
    return open_store(token_store, warnings.append, environment=environment), warnings


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"XDG_STATE_HOME": "{}/state", "HOME": "{}/home"}, "state/rimops.insight"),
        ({"HOME": "{}/home"}, "home/.local/state/rimops.insight"),
        ({"XDG_STATE_HOME": "relative", "HOME": "{}/home"}, "home/.local/state/rimops.insight"),
    ],
)
def test_the_automatic_folder(tmp_path, environment, place):
    (tmp_path / "home").mkdir()
    store, warnings = opened(**{name: value.format(tmp_path) for name, value in environment.items()})
    assert (store.location, warnings) == (str(tmp_path / place), [])
    assert mode(store.location) == 0o700


@pytest.mark.proves("STORE-5")
def test_no_home_and_no_passwd_entry(monkeypatch):
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    store, warnings = opened()
    assert store.durable is False
    assert "there is no home directory" in warnings[0]


@pytest.mark.proves("STORE-5")
def test_a_shared_folder_is_never_taken(tmp_path):
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    store, warnings = opened(HOME=str(shared))
    assert store.durable is False
    assert "is shared with others" in warnings[0]
    assert list(shared.iterdir()) == []


@pytest.mark.proves("STORE-5")
def test_the_home_of_somebody_else(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    store, warnings = opened(HOME=str(tmp_path))
    assert store.durable is False
    assert "belongs to another user" in warnings[0]


@pytest.mark.proves("STORE-5")
def test_a_read_only_home(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_arguments: False)
    store, warnings = opened(HOME=str(tmp_path))
    assert store.durable is False
    assert "cannot be written" in warnings[0]
    monkeypatch.undo()
    store, warnings = opened(str(tmp_path / "writable"), HOME="/nonexistent")
    assert (store.durable, warnings) == (True, [])


def test_none_is_no_reason_to_warn():
    store, warnings = opened("none")
    assert (store.durable, store.location, warnings) == (False, None, [])


@pytest.mark.proves("SECRET-2")
def test_fingerprints_travel_with_their_key(store, tmp_path):
    fingerprints = fingerprints_of(store)
    key = fingerprints.key()
    assert fingerprints.load("entity") == {}
    fingerprints.save("entity", {"password": "f1"})
    fingerprints.save("other", {"password": "f2"})
    assert (fingerprints.key(), len(key)) == (key, 32)
    elsewhere = tmp_path / "elsewhere"
    Folder(str(elsewhere))
    copied = elsewhere / "fingerprints.json"
    copied.write_bytes(Path(store.location, "fingerprints.json").read_bytes())
    copied.chmod(0o600)
    travelled = Fingerprints(Folder(str(elsewhere)))
    assert (travelled.key(), travelled.load("entity")) == (key, {"password": "f1"})
    fingerprints.save("entity", {})
    assert (fingerprints.load("entity"), fingerprints.load("other")) == ({}, {"password": "f2"})
    assert b'entity"' not in Path(store.location, "fingerprints.json").read_bytes()


def test_fingerprints_of_many_entities_are_read_from_the_file_once(store, monkeypatch):
    fingerprints = fingerprints_of(store)
    for number in range(20):
        fingerprints.save(str(number), {"password": f"f{number}"})
    known = fingerprints.load("7")
    known["password"] = "changed by the caller"
    written = []
    monkeypatch.setattr(Folder, "write", lambda *arguments: written.append(arguments))
    parsed = store_module._parsed.cache_info().misses
    for number in range(20):
        one = fingerprints_of(store)
        assert one.load(str(number)) == {"password": f"f{number}"} and len(one.key()) == 32
    assert (store_module._parsed.cache_info().misses, written) == (parsed, [])
    monkeypatch.undo()
    Fingerprints(Folder(store.location)).save("7", {"password": "new"})
    assert fingerprints.load("7") == {"password": "new"}


def test_no_fingerprints_without_a_store():
    assert fingerprints_of(MemoryStore()) is None


@pytest.mark.proves("STORE-5")
def test_folders_above_that_we_make_are_ours_alone(tmp_path):
    previous = os.umask(0)
    try:
        opened(HOME=str(tmp_path))
        Folder(str(tmp_path / "a" / "b" / "store"))
    finally:
        os.umask(previous)
    made = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert len(made) == 6
    assert {path: mode(path) for path in made} == dict.fromkeys(made, 0o700)


def test_folders_above_that_are_there_stay_as_they_are(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(0o755)
    Folder(str(tmp_path / "a" / "b" / "store"))
    assert mode(tmp_path / "a") == 0o755


@pytest.mark.proves("STORE-5")
@pytest.mark.parametrize("replace", [lambda key: key.write_bytes(b"k" * 32), Path.unlink])
def test_a_key_that_was_replaced_is_told(tmp_path, replace):
    warnings = []

    def opened_again():
        open_store(str(tmp_path / "store"), warnings.append).name(IDENTITY)
        return [text for text in warnings if f"{tmp_path}/store/key was replaced" in text]

    assert opened_again() == []
    assert opened_again() == []
    replace(tmp_path / "store" / "key")
    assert len(opened_again()) == 1
    assert len(warnings) == 1


@pytest.mark.proves("STORE-9")
def test_who_holds_a_lock_is_told_after_some_seconds(tmp_path, ticking):
    told_at = []
    patient = open_store(
        str(tmp_path / "store"), print, ticking.clock, tell=lambda text: told_at.append((ticking.time, text))
    )
    begin = ticking.time
    name = patient.name(IDENTITY)
    with Folder(patient.location).locked(name):
        message = told(lambda: patient.locked(name).__enter__())
    [(when, text)] = told_at
    assert 1 < when - begin < 60
    for said in (text, message):
        assert f"another process ({os.getpid()} on " in said
        assert f"{name}.lock" in said
    with patient.locked(name):
        assert len(told_at) == 1


@pytest.mark.proves("STORE-2")
def test_a_lock_that_was_removed_while_it_was_held(folder, ticking):
    """Two wait for the same lock; one waits at the file that was removed, and both would have it."""
    path = Path(folder, "x.lock")
    first, inside = Folder(folder), []

    def sleep(_seconds):
        if path.exists() and not inside:
            path.unlink()
            inside.append(Folder(folder).locked("x"))
            inside[0].__enter__()  # a third process, at the new file
            holder.__exit__(None, None, None)
        elif len(inside) == 1:
            inside.append("waited for")
            inside[0].__exit__(None, None, None)

    holder = first.locked("x")
    holder.__enter__()
    with Folder(folder, Clock(sleep=sleep)).locked("x"):
        assert inside[1:] == ["waited for"]
