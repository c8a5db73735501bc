# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Spring Boot application: built once, one process, another variant within a second."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from served import BUILD, PATIENCE, tls_files

SOURCES = Path(__file__).resolve().parent / "spring"
USER = "jdoe"
ACCESS_TOKEN = "a-good-access-token"
JVM = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m")  # a short life: start fast


def built() -> Path:
    """The program, made anew only when one of its sources has changed. Raises RuntimeError."""
    files = sorted(path for path in SOURCES.rglob("*") if path.is_file())
    content = b"".join(str(path.relative_to(SOURCES)).encode() + path.read_bytes() for path in files)
    made_from, folder = hashlib.sha256(content).hexdigest(), BUILD / "real" / "spring" / "tested"
    stamp = folder / "made-from"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != made_from:
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(SOURCES / "pom.xml"), "package"]
        places = [f"-Dmaven.repo.local={BUILD / 'cache' / 'maven'}", f"-Dwork={folder}"]
        made = subprocess.run([*command, *places], capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"Cannot build {SOURCES}: {made.stdout[-4000:]}{made.stderr[-1000:]}")
        stamp.write_text(made_from, encoding="utf-8")
    return folder / "chain.jar"


class Spring:
    """A running application. url and ca_path are what a client needs; requests.log says what came."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.ca_path = directory, tls_files(directory)
        arguments = [f"--directory={directory}", f"--tokens={ACCESS_TOKEN}={USER}"]
        with (directory / "output.txt").open("w", encoding="utf-8") as output:
            command = [*JVM, "-jar", str(built()), *arguments]
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        about = self._about()
        self._control, self.url, self.switches = about["control"], about["url"], about["switches"]

    def _about(self) -> dict[str, Any]:
        path, deadline = self.directory / "server.json", time.monotonic() + PATIENCE
        while not path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = (self.directory / "output.txt").read_text(encoding="utf-8")
                raise RuntimeError(f"The application did not start: {said[-4000:]}")
            time.sleep(0.05)
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return about

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()

    def control(self, method: str, path: str, content: Any = None) -> Any:
        """Ask a control endpoint. Raises RuntimeError with its message."""
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self._control}/{path}", body, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=600) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            raise RuntimeError(f"{problem.code}: {problem.read().decode()}") from None

    def variant(self, **switches: Any) -> None:
        """Be as new with these switches; the address may be another one."""
        told = {name: str(value).lower() if isinstance(value, bool) else value for name, value in switches.items()}
        about = self.control("POST", "variant", told)
        self.url, self.switches = about["url"], about["switches"]

    @property
    def counted(self) -> dict[str, int]:
        """What the server was asked."""
        counters: dict[str, int] = self.control("GET", "counters")
        return counters

    def stored(self, path: str) -> list[dict[str, Any]]:
        """What the server holds."""
        entities: list[dict[str, Any]] = self.control("GET", f"entities/{path}")
        return entities

    def end_sessions(self) -> None:
        """End every session."""
        self.control("DELETE", "sessions")
