# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set is installed exactly as locked, by the oldest pip that a Python here brings, whatever was released since."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import environments
import interpreters
import layout
import pytest

BROUGHT = "import ensurepip; print(ensurepip.version())"


def wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Write a wheel of an empty module into the index; its line of a lock."""
    path = folder / "simple" / name / f"{name}-{version}-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{about}/METADATA": "\n".join(
            ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""]
        ),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{about}/RECORD,,"]
    for file, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{file},sha256={digest},{len(text)}")
    files[f"{about}/RECORD"] = "\n".join(record) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock of three packages, one of which another wants with an extra; it was released anew since."""
    lines = [
        wheel(tmp_path, "wanted", "1.0", "Provides-Extra: more", "Requires-Dist: extra; extra == 'more'"),
        wheel(tmp_path, "wanting", "1.0", "Requires-Dist: wanted[more]>=1"),
        wheel(tmp_path, "extra", "1.0"),
    ]
    wheel(tmp_path, "wanted", "1.1", "Provides-Extra: more", "Requires-Dist: extra; extra == 'more'")
    wheel(tmp_path, "extra", "1.1")
    path = tmp_path / "lock.txt"
    path.write_text("\n".join([*lines, ""]))
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index of what was released, the only one that pip knows."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple/")
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
        yield
        server.shutdown()


def pip_of(python: Path) -> tuple[int, ...]:
    """The version of the pip that a Python brings."""
    told = subprocess.run([python, "-c", BROUGHT], check=True, capture_output=True, text=True).stdout
    return layout.version_key(told.strip())


@pytest.mark.proves("PROOF-1")
@pytest.mark.usefixtures("index")
def test_a_release_that_came_after_the_lock_changes_nothing(lock: Path, tmp_path: Path) -> None:
    python = min(interpreters.find().values(), key=pip_of)
    with (tmp_path / "log").open("w") as log:
        environments.install(tmp_path / "venv", python, lock, log)
    command = [tmp_path / "venv" / "bin" / "python", "-m", "pip", "freeze"]
    held = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert sorted(held) == ["extra==1.0", "wanted==1.0", "wanting==1.0"]


def packages(path: Path) -> set[str]:
    """The names in a lock."""
    return {line.split("==")[0] for line in path.read_text(encoding="utf-8").splitlines() if "==" in line}


def named(requirements: str) -> set[str]:
    """The names in a set of requirements, without the sets that it takes up."""
    lines = (layout.REQUIREMENTS / f"{requirements}.in").read_text(encoding="utf-8").splitlines()
    return {line.split()[0].lower() for line in lines if line and not line.startswith(("#", "-r"))}


@pytest.mark.proves("PROOF-1")
@pytest.mark.parametrize("python", layout.LOCKS["demo"])
def test_the_demo_holds_what_it_imports_and_no_test_tool(python: str) -> None:
    held = packages(layout.LOCKED / f"demo-{python}.txt")
    assert named("runtime") | named("simulator") | {"ansible-core"} <= held
    tools = named("testing")
    assert {"pytest", "coverage", "hypothesis"} <= tools
    assert held & tools == set()
