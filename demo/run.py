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

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOKS = ("playbook.yml", "environment.yml")
IDENTITY = {
    "tenant_id": "7c1d0f3a-0000-4000-8000-000000000001",
    "client_id": "0f3a7c1d-0000-4000-8000-000000000002",
    "client_secret": "only good for this simulator",
}


def play(folder: Path, server: Running) -> int:
    """Run the playbooks; their exit code."""
    collection = folder / "collections" / "ansible_collections" / "rimops" / "insight"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    variables = {
        "insight_url": server.url,
        "insight_authority": server.authority,
        "insight_ca_path": server.ca_path,
        **{f"insight_{name}": value for name, value in IDENTITY.items()},
        "ansible_python_interpreter": sys.executable,
        "demo_folder": str(folder),
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
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--extra-vars", f"@{folder / 'variables.json'}"]
    command += [str(ROOT / "demo" / name) for name in PLAYBOOKS]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def main() -> int:
    """The exit code of the demo."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = ["--port", os.environ.get("DEMO_PORT", "0")]
    arguments += [word for name, value in IDENTITY.items() for word in ("--set", f"{name}={value}")]
    with tempfile.TemporaryDirectory(prefix="rimops-insight-demo-") as name, running(Path(name), *arguments) as server:
        code = play(Path(name), server)
    print("The demo went through; what it did stands above." if code == 0 else f"The demo failed (exit code {code}).")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; the simulator is stopped and its folder is removed.")
    except RuntimeError as error:
        sys.exit(f"The demo could not start: {error}")
