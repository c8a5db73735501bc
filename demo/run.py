# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo: start the simulator, play the two playbooks against it, leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator.process import Running, running
from simulator.surroundings import IDENTITY, knowing, surroundings

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOKS = ("playbook.yml", "environment.yml")
PAGES = ROOT / "build" / "demo"
"""Where the pages stay."""
INTERRUPTED = 99
"""The exit code of ansible-playbook where somebody interrupts it."""


def play(folder: Path, server: Running) -> int:
    """Run the playbooks; their exit code. Raises KeyboardInterrupt where the interruption reached them alone."""
    variables = {
        "insight_url": server.url,
        "insight_authority": server.authority,
        "insight_ca_path": server.ca_path,
        **{f"insight_{name}": value for name, value in IDENTITY.items()},
        "ansible_python_interpreter": sys.executable,
        "demo_folder": str(folder),
        "demo_pages": str(PAGES),
    }
    environment = surroundings(folder, ANSIBLE_CALLBACK_RESULT_FORMAT="yaml")
    (folder / "variables.json").write_text(json.dumps(variables))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--extra-vars", f"@{folder / 'variables.json'}"]
    command += [str(ROOT / "demo" / name) for name in PLAYBOOKS]
    code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return code


def main() -> int:
    """The exit code of the demo."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = ["--port", os.environ.get("DEMO_PORT", "0"), *knowing(IDENTITY)]
    with tempfile.TemporaryDirectory(prefix="rimops-insight-demo-") as name, running(Path(name), *arguments) as server:
        code = play(Path(name), server)
    print("The demo went through; what it did stands above." if code == 0 else f"The demo failed (exit code {code}).")
    if code == 0:
        print(f"The system that was edited by hand, as a page: {PAGES / 'drift.html'}")
        print(f"The plan that mends it, as a page: {PAGES / 'plan.html'}")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; the simulator is stopped and its folder is removed.")
    except RuntimeError as error:
        sys.exit(f"The demo could not start: {error}")
