# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo: start the simulator, play playbook.yml against it, leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTUP_SECONDS = 30
IDENTITY = {
    "tenant_id": "7c1d0f3a-0000-4000-8000-000000000001",
    "client_id": "0f3a7c1d-0000-4000-8000-000000000002",
    "client_secret": "only good for this simulator",
}


@contextmanager
def simulator(folder: Path) -> Iterator[dict[str, str]]:
    """A running simulator on a free port; yields what it says of itself."""
    port = os.environ.get("DEMO_PORT", "0")
    command = [sys.executable, "-m", "simulator", "--directory", str(folder), "--port", port]
    command += [word for name, value in IDENTITY.items() for word in ("--set", f"{name}={value}")]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")}, start_new_session=True
    )
    try:
        yield wait_for(folder / "server.json", process)
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(described: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    """What the simulator wrote once it accepted connections. Ends the demo when it could not start."""
    for _tenth in range(STARTUP_SECONDS * 10):
        if described.exists():
            server: dict[str, str] = json.loads(described.read_text())
            return server
        if process.poll() is not None:
            sys.exit("The demo could not start the simulator. What it said stands above.")
        time.sleep(0.1)
    sys.exit(f"The simulator did not start within {STARTUP_SECONDS} s.")


def play(folder: Path, server: dict[str, str]) -> int:
    """Run the playbook; its exit code."""
    collection = folder / "collections" / "ansible_collections" / "rimops" / "insight"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    variables = {
        "insight_url": server["url"],
        "insight_authority": server["authority"],
        "insight_ca_path": server["ca_path"],
        **{f"insight_{name}": value for name, value in IDENTITY.items()},
        "ansible_python_interpreter": sys.executable,
    }
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "INSIGHT_"))},
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    (folder / "variables.json").write_text(json.dumps(variables))
    playbook = Path(sys.executable).parent / "ansible-playbook"
    command = [str(playbook), str(ROOT / "demo" / "playbook.yml"), "--extra-vars", f"@{folder / 'variables.json'}"]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def main() -> int:
    """The exit code of the demo."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="rimops-insight-demo-") as name, simulator(Path(name)) as server:
        code = play(Path(name), server)
    print("The demo went through; what it did stands above." if code == 0 else f"The demo failed (exit code {code}).")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; the simulator is stopped and its folder is removed.")
