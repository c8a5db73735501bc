# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is around a task and not in it: netrc, CA bundles and homes of the environment, certificates, ports, users.

A user without a passwd entry is played by another uid that keeps one capability of root: to read and enter folders
(else it could not reach an interpreter below a closed home). Where this machine lets root have mounts of its own,
everything but that user's folder is mounted read-only, and a test sees to it that it is; /dev/shm stays as it is,
since Python's own semaphores are there, and is looked at afterwards. Where it does not (a container without
CAP_SYS_ADMIN), the user can write only in that folder and where everybody may, and those places are looked at.
"""

from __future__ import annotations

import errno
import os
import pwd
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ENTRIES, Played, Player, Server, start
from simulator.surroundings import ROOT
from test_cycle import EXPECTED, application_tasks

TOKEN = "rimops.insight.insight_token"
NOBODY = random.randrange(1_000_000_000, 2_000_000_000)  # as platforms of containers give them out
WORLD = ("/tmp", "/var/tmp", "/dev/shm")


def logins(cases: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """A login for each case, with its options."""
    shared = {"token_store": "none", "retry_limit": 0}
    return [{"name": name, TOKEN: {**shared, **options}, "ignore_errors": True} for name, options in cases.items()]


@pytest.mark.proves("NETWORK-2", "NETWORK-1", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_netrc_and_ca_bundles_of_the_environment_do_not_count(server: Server, play: Player, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine localhost login somebody password else\n")
    (home / ".netrc").chmod(0o600)
    foreign = str(server.directory / "other-ca.pem")
    bundles = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    info = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
    cases = {
        "foreign bundles": ({"ca_path": server.ca_path}, dict.fromkeys(bundles, foreign)),
        "our CA in the bundles only": ({"ca_path": None}, dict.fromkeys(bundles, server.ca_path)),
        "foreign CA in ca_path": ({"ca_path": foreign}, dict.fromkeys(bundles, server.ca_path)),
        "no verification": ({"ca_path": None, "validate_certs": False}, dict.fromkeys(bundles, foreign)),
    }
    surroundings = {"HOME": str(home), "NETRC": str(home / ".netrc")}
    tasks = [
        {**task, "environment": {**surroundings, **cases[task["name"]][1]}}
        for task in logins({name: options for name, (options, _bundles) in cases.items()})
    ]
    tasks.append({"name": "read", "rimops.insight.insight_entity_info": info, "environment": surroundings})
    played = play(tasks, environment={**surroundings, **dict.fromkeys(bundles, foreign)})
    assert played.code == 0, played.output
    for name in ("foreign bundles", "no verification"):
        assert not played[name]["failed"], played[name]
    assert server.counted["handshakes"] == 3
    for name in ("our CA in the bundles only", "foreign CA in ca_path"):
        assert "cannot be trusted" in played[name]["msg"], played[name]
        assert "Set ca_path" in played[name]["msg"]
    assert played["read"]["entities"] == []
    asked = server.control("GET", "requests?last=100")
    assert asked
    assert [one["path"] for one in asked if "authorization" in one["headers"]] == []


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """A server without TLS, and one that wants to see a certificate."""
    kinds = {"plain": "--plain-http", "mutual": "--require-client-certificate"}
    running = {name: start(tmp_path_factory.mktemp(name), option) for name, option in kinds.items()}
    yield running
    for one in running.values():
        one.stop()


@pytest.mark.proves("NETWORK-1", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_ports_and_certificates(server: Server, play: Player, others: dict[str, Server]) -> None:
    plain, mutual = others["plain"], others["mutual"]
    for one in others.values():
        one.forget()
    encrypted = plain.url.replace("http:", "https:")
    shown = {"client_cert": f"{mutual.directory}/client.pem", "client_key": f"{mutual.directory}/client.key"}
    theirs = {"url": mutual.url, "authority": mutual.url, "ca_path": mutual.ca_path}
    cases: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
        "plain": ({"url": plain.url, "authority": plain.url, "ca_path": None}, ()),
        "plain port": ({"url": encrypted}, (f"{encrypted} does not speak TLS", "plain http port", "Check url")),
        "plain platform": ({"authority": encrypted}, (f"{encrypted} does not speak TLS",)),
        "TLS port": ({"url": server.url.replace("https:", "http:")}, (server.url.replace("https:", "http:"),)),
        "certificate": ({**theirs, **shown}, ()),
        "no certificate": (theirs, (mutual.url,)),  # it just hangs up
        "another's key": (
            {**theirs, **shown, "client_key": f"{server.directory}/client.key"},
            ("client_cert", "and its key cannot be used"),
        ),
        "no such certificate": ({**theirs, **shown, "client_cert": "/nowhere.pem"}, ("client_cert /nowhere.pem",)),
        "no such host": ({"url": "https://insight.invalid"}, ("https://insight.invalid cannot be reached",)),
        "nobody listens": ({"url": "https://127.0.0.1:9", "timeout": 2}, ("https://127.0.0.1:9 cannot be reached",)),
    }
    played = play(logins({name: options for name, (options, _says) in cases.items()}))
    assert played.code == 0, played.output
    wrong = [
        f"{name}: {played[name]}"
        for name, (_options, says) in cases.items()
        if played[name]["failed"] is not bool(says)
        or [text for text in says if text not in played[name]["msg"]]
        or "Traceback" in str(played[name])
    ]
    assert not wrong, "\n".join(wrong)
    assert [one.counted["handshakes"] for one in (plain, mutual, server)] == [1, 1, 0]


CAPABILITY = "+dac_read_search"
BECOME = (
    *("env", "--unset=HOME", "--unset=XDG_STATE_HOME", "--unset=XDG_RUNTIME_DIR", "--unset=USER", "--unset=LOGNAME"),
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *(f"--inh-caps={CAPABILITY}", f"--ambient-caps={CAPABILITY}"),
)


SEAL = """
set -e
mount --bind "$0" "$0"
cd "$0"
while read -r _ point _; do
  case "$point" in "$0"|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*) ;; *) mount -o remount,bind,ro "$point" ;; esac
done < /proc/self/mounts
exec "$@"
"""


def sealed(folder: Path) -> tuple[str, ...]:
    """What mounts everything but a folder and the kernel's own read-only for a command; nothing where that cannot be
    done."""
    seal = ("unshare", "--mount", "--propagation", "private", "sh", "-c", SEAL, str(folder))
    return seal if subprocess.run([*seal, "true"], check=False, capture_output=True).returncode == 0 else ()


@pytest.fixture
def writable() -> Iterator[Path]:
    """The one folder of somebody without a passwd entry; all above it can be entered by everybody."""
    tried = subprocess.run([*BECOME, sys.executable, "-c", ""], check=False, capture_output=True)
    if os.geteuid() != 0 or tried.returncode != 0:
        pytest.skip("only root, with setpriv and the capability dac_read_search, can become somebody else here")
    folder = Path(tempfile.mkdtemp(prefix="rimops-writable-", dir="/tmp"))
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def nobody(play: Player, writable: Path) -> Player:
    """Plays as a uid without a passwd entry, without HOME, and with one folder to write in."""
    play.launcher = (*sealed(writable), *BECOME)
    play.folder = writable
    temporary = {name: str(writable) for name in ("TMPDIR", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TEMP")}
    play.environment.update(temporary)
    return play


WRITE = """
import os, sys
for folder in sys.argv[1:]:
    try:
        os.close(os.open(folder + "/rimops-probe", os.O_CREAT | os.O_WRONLY))
        os.unlink(folder + "/rimops-probe")
        print(0)
    except OSError as error:
        print(error.errno)
print(os.getuid(), [name for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME") if name in os.environ])
"""


@pytest.mark.proves("STORE-6")
def test_the_user_is_nobody_and_has_one_folder(nobody: Player, writable: Path) -> None:
    elsewhere = [folder for folder in (*WORLD, "/", str(ROOT), str(Path.home())) if folder != "/dev/shm"]
    command = [*nobody.launcher, sys.executable, "-c", WRITE, str(writable), *elsewhere]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    read_only = len(nobody.launcher) > len(BECOME)
    expected = [errno.EROFS] * len(elsewhere) if read_only else [0, 0, *[errno.EACCES] * (len(elsewhere) - 2)]
    assert list(map(int, told[: 1 + len(elsewhere)])) == [0, *expected]
    assert told[1 + len(elsewhere)] == f"{NOBODY} []"
    with pytest.raises(KeyError):
        pwd.getpwuid(NOBODY)


def left_behind(writable: Path) -> list[Path]:
    """What this user left outside of the folder, where it could."""
    return [
        path
        for folder in WORLD
        for path in Path(folder).iterdir()
        if path != writable and path.lstat().st_uid == NOBODY and not path.name.startswith("rimops-writable-")
    ]


def cycled(played: Played) -> None:
    """The cycle went as it should."""
    assert played.code == 0, played.output
    assert [played[step]["operation"] for step in EXPECTED] == [operation for operation, _writes in EXPECTED.values()]


MEMORY = "Sessions and refresh tokens are not kept after this task, because there is no home directory"


@pytest.mark.proves("STORE-5", "STORE-6", "DECLARE-1", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_no_home_no_passwd_entry_and_one_writable_folder(
    server: Server, nobody: Player, writable: Path, dialect: str
) -> None:
    steps = application_tasks(dialect)
    forgetful = nobody(steps[:2])
    assert forgetful.code == 0, forgetful.output
    assert " ".join(forgetful.output.split()).count(MEMORY) == 1  # Ansible says the same thing once
    assert server.counted["handshakes"] == 2
    server.reset()
    nobody.defaults["token_store"] = str(writable / "store")
    cycled(nobody(steps))
    assert server.counted["handshakes"] == 1
    assert server.counted["writes"] == sum(writes for _operation, writes in EXPECTED.values())
    files = {path.name: (path.stat().st_uid, path.stat().st_mode & 0o777) for path in (writable / "store").iterdir()}
    assert set(files.values()) == {(NOBODY, 0o600)}, files
    assert left_behind(writable) == []


@pytest.mark.proves("STORE-5")
def test_homes_that_cannot_hold_a_store(server: Server, nobody: Player, writable: Path) -> None:
    cases = {
        "not absolute": ({"HOME": "somewhere"}, "there is no home directory"),
        "root's": ({"HOME": "/root"}, "belongs to another user"),
        "XDG folder that is not absolute": ({"XDG_STATE_HOME": "state"}, "there is no home directory"),
        "shared by all": ({"HOME": "/tmp"}, "/tmp belongs to another user"),
        "ours": ({"HOME": str(writable)}, ""),
    }
    info = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
    tasks = [
        {"name": name, "rimops.insight.insight_entity_info": info, "environment": variables}
        for name, (variables, _why) in cases.items()
        for _twice in (1, 2)
    ]
    played = nobody(tasks)
    assert played.code == 0, played.output
    assert server.counted["handshakes"] == sum(2 if why else 1 for _variables, why in cases.values())
    said = " ".join(played.output.split())
    assert [why for _variables, why in cases.values() if why not in said] == []
    assert (writable / ".local" / "state" / "rimops.insight" / "key").exists()
    assert left_behind(writable) == []
