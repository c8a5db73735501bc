# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store on the disk: closed to others, and nothing is used that is damaged, open or somebody else's."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import CLIENT, ENTRIES, PASSWORD, SECRET, TENANT, USER, Player, Server

READ = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
SOMEBODY = 12345


@dataclass(frozen=True)
class Damage:
    """do: what happens to a store, given its folder and the file of the session; names: the file that the message
    names, ``file``, ``key`` or ``folder``; says: what else it says."""

    do: Callable[[Path, Path], Any]
    names: str
    says: tuple[str, ...]


def replaced(make: Callable[[Path], Any]) -> Callable[[Path, Path], Any]:
    """Something else stands in the place of the session's file."""

    def damage(_folder: Path, file: Path) -> None:
        file.rename(file.with_name("moved"))
        make(file)

    return damage


def rewritten(change: Callable[[bytes], bytes], name: str = "") -> Callable[[Path, Path], Any]:
    """A file has another content."""

    def damage(folder: Path, file: Path) -> None:
        path = folder / name if name else file
        path.write_bytes(change(path.read_bytes()))

    return damage


def another_state(content: bytes) -> bytes:
    """A record whose state is none."""
    return json.dumps({**json.loads(content), "state": {"token": 5}}).encode()


def as_file(folder: Path, _file: Path) -> None:
    """A file stands where the folder was."""
    folder.rename(folder.with_name(f"{folder.name} moved"))
    folder.touch(mode=0o600)


REMOVE = "Remove it to log in anew"
CORRECT = "Correct that, or set token_store to another folder, or to none"

DAMAGES = {
    "garbage": Damage(rewritten(lambda _content: b"\x00garbage"), "file", ("is damaged", REMOVE)),
    "empty": Damage(rewritten(lambda _content: b""), "file", ("is damaged", REMOVE)),
    "cut off": Damage(rewritten(lambda content: content[: len(content) // 2]), "file", ("is damaged", REMOVE)),
    "a list": Damage(rewritten(lambda _content: b"[]"), "file", ("is damaged", REMOVE)),
    "another version's": Damage(
        rewritten(lambda content: content.replace(b'"format": 1', b'"format": 99')),
        "file",
        ("was written by another version of this collection", REMOVE),
    ),
    "no state": Damage(rewritten(another_state), "file", ("is damaged", REMOVE)),
    "a file that is open": Damage(
        lambda _folder, file: file.chmod(0o644), "file", ("is open to others (mode 0644)", "set mode 0600")
    ),
    "a folder that is open": Damage(
        lambda folder, _file: folder.chmod(0o755), "folder", ("is open to others (mode 0755)", "set mode 0700")
    ),
    "a folder as file": Damage(replaced(Path.mkdir), "file", ("cannot be read (Is a directory)", CORRECT)),
    "a link": Damage(
        replaced(lambda file: file.symlink_to(file.with_name("moved"))), "file", ("cannot be read (", CORRECT)
    ),
    "a pipe": Damage(replaced(lambda file: os.mkfifo(file, 0o600)), "file", ("is damaged", REMOVE)),
    "half a key": Damage(rewritten(lambda content: content[:16], "key"), "key", ("is damaged", REMOVE)),
    "an empty key": Damage(rewritten(lambda _content: b"", "key"), "key", ("is damaged", REMOVE)),
    "a file as folder": Damage(as_file, "folder", ("is no folder", "Set token_store to a folder")),
}
BEYOND = ("garbage", "another version's", "a file that is open", "a folder that is open", "a link", "half a key")
"""Those that are tried on another host too: the store is the same code."""
STOLEN = {
    "somebody's file": Damage(
        lambda _folder, file: os.chown(file, SOMEBODY, SOMEBODY), "file", (f"belongs to another user (uid {SOMEBODY}",)
    ),
    "somebody's key": Damage(
        lambda folder, _file: os.chown(folder / "key", SOMEBODY, SOMEBODY), "key", ("belongs to another user",)
    ),
    "somebody's folder": Damage(
        lambda folder, _file: os.chown(folder, SOMEBODY, SOMEBODY), "folder", ("belongs to another user", "of yours")
    ),
}


def refuse(server: Server, play: Player, stores: Path, damages: dict[str, Damage]) -> None:
    """Log in with a store for each damage, here; damage them; then each is refused, and nobody logs in."""
    stores.mkdir()
    tasks = [
        {
            "name": f"{word}: {name}",
            "rimops.insight.insight_token": {"token_store": str(stores / name)},
            "ignore_errors": True,
        }
        for word in ("log in", "refused")
        for name in damages
    ]
    before = dataclasses.replace(play, entry="here")(tasks[: len(damages)])
    assert before.code == 0, before.output
    files = {name: stores / name / before[f"log in: {name}"]["session"]["file"] for name in damages}
    for name, damage in damages.items():
        damage.do(stores / name, files[name])
    server.forget()
    played = play(tasks[len(damages) :])
    assert played.code == 0, played.output
    wrong = []
    for name, damage in damages.items():
        result = played[f"refused: {name}"]
        named = {"file": files[name], "key": stores / name / "key", "folder": stores / name}[damage.names]
        says = ("Cannot use the token store", f"{named} ", *damage.says)
        if not result["failed"] or [text for text in says if text not in result["msg"]] or "Traceback" in str(result):
            wrong.append(f"{name}: {result.get('msg', result)}")
    assert not wrong, "\n".join(wrong)
    assert server.counted["requests"] == 0


@pytest.mark.proves("STORE-5", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_damaged_store_is_refused(server: Server, play: Player, tmp_path: Path) -> None:
    damages = DAMAGES if play.entry == "here" else {name: DAMAGES[name] for name in BEYOND}
    refuse(server, play, tmp_path / "stores", damages)


@pytest.mark.proves("STORE-5")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_what_is_somebody_elses_is_refused(server: Server, play: Player, tmp_path: Path) -> None:
    refuse(server, play, tmp_path / "stores", STOLEN)


@pytest.mark.proves("STORE-4", "STORE-5", "STORE-1")
def test_identities_lie_side_by_side_and_only_we_can_read_them(server: Server, play: Player, tmp_path: Path) -> None:
    server.seed("application", **READ["key"], selectedProducts=["a"])
    user = {
        "grant_type": "password",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": "{{ good }}",
        "username": USER,
        "password": "{{ password }}",
    }
    wrong = {"client_secret": "{{ good }} "}
    info = "rimops.insight.insight_entity_info"
    play.defaults["client_secret"] = "{{ good }}"
    (tmp_path / "secrets.json").write_text(json.dumps({"good": SECRET, "password": PASSWORD}))
    played = play(
        [
            {"name": "client", "rimops.insight.insight_token": {}},
            {"name": "wrong secret", info: {**READ, **wrong}, "ignore_errors": True},
            {"name": "wrong secret again", "rimops.insight.insight_token": wrong, "ignore_errors": True},
            {"name": "user", "rimops.insight.insight_token": user},
            {"name": "wrong user", info: {**READ, **user, "password": "{{ good }}"}, "ignore_errors": True},
            {"name": "client again", "rimops.insight.insight_token": {}},
            {"name": "user again", "rimops.insight.insight_token": user},
        ],
        "--extra-vars",
        f"@{tmp_path / 'secrets.json'}",
    )
    assert played.code == 0, played.output
    for name in ("wrong secret", "wrong secret again", "wrong user"):
        assert played[name]["error"]["kind"] == "AuthenticationError", played[name]
    assert [played[name]["acquired"] for name in ("client", "user")] == ["handshake"] * 2
    assert [played[name]["acquired"] for name in ("client again", "user again")] == ["store"] * 2
    assert played["client"]["session"]["file"] != played["user"]["session"]["file"]
    assert played["user again"]["session"]["user"] == USER != played["client again"]["session"]["user"]
    assert server.counted["handshakes"] == 2
    assert server.counted["finds"] == 0
    store = tmp_path / "state" / "rimops.insight"
    assert played["client"]["session"]["store"] == str(store)
    assert store.stat().st_mode & 0o7777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o7777 for path in store.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert {"key", played["client"]["session"]["file"], played["user"]["session"]["file"]} <= set(modes)


@pytest.mark.proves("STORE-5")
def test_without_its_key_a_store_knows_nobody(server: Server, play: Player, tmp_path: Path) -> None:
    task = {"name": "log in", "rimops.insight.insight_token": {}}
    before = play([task])
    (tmp_path / "state" / "rimops.insight" / "key").unlink()
    after = play([task])
    assert after.code == 0, after.output
    assert (after["log in"]["acquired"], server.counted["handshakes"]) == ("handshake", 2)
    assert after["log in"]["session"]["file"] != before["log in"]["session"]["file"]
    assert f"{tmp_path}/state/rimops.insight/key was replaced" in "".join(after["log in"]["warnings"])
