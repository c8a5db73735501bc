# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a loop of unchanged entities costs, side by side with the same work done by ansible.builtin.uri.

Whole processes of ansible-playbook against the simulator over TLS, in turn, on this machine. Prints the median and
the spread of what was measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from simulator.process import Running, running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IDENTITY = {
    "tenant_id": "7c1d0f3a-0000-4000-8000-000000000001",
    "client_id": "0f3a7c1d-0000-4000-8000-000000000002",
    "client_secret": "only good for this simulator",
}


def named(number: int) -> dict[str, str]:
    """The key of an application."""
    return {"appCode": f"{number:06}", "appName": f"Application {number}"}


def playbook(folder: Path, server: Running, name: str, count: int) -> list[str]:
    """The command that plays one of our playbooks."""
    variables = {
        "insight_url": server.url,
        "insight_authority": server.authority,
        "insight_ca_path": server.ca_path,
        "ansible_python_interpreter": sys.executable,
        "applications": [named(number) for number in range(count)],
        **{f"insight_{option}": value for option, value in IDENTITY.items()},
    }
    described = folder / f"variables-{count}.json"
    described.write_text(json.dumps(variables))
    program = str(Path(sys.executable).parent / "ansible-playbook")
    return [program, str(HERE / f"{name}.yml"), "--extra-vars", f"@{described}"]


def seconds(command: list[str], folder: Path, server: Running) -> float:
    """The wall time of a run that must succeed."""
    options = {"url": server.url, "authority": server.authority, "ca_path": server.ca_path, **IDENTITY}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "INSIGHT_"))},
        **{f"INSIGHT_{name.upper()}": value for name, value in options.items()},
        "INSIGHT_GRANT_TYPE": "client_credentials",
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    started = time.perf_counter()
    finished = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    if finished.returncode != 0 or "changed=0" not in finished.stdout:
        sys.exit(f"{' '.join(command)} did not leave everything unchanged:\n{finished.stdout}{finished.stderr}")
    return took


def measure(folder: Path, server: Running, count: int, runs: int) -> dict[str, list[float]]:
    """Seconds of each run by playbook, taken in turn so that a drifting machine hits all alike."""
    names = ["empty", "insight_entity", "uri"]
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _run in range(runs):
        for name in names:
            taken[name].append(seconds(playbook(folder, server, name, count), folder, server))
    return taken


def shown(times: list[float]) -> str:
    """The median, and in brackets what was seen at least and at most."""
    return f"{statistics.median(times):7.2f} ({min(times):.2f} to {max(times):.2f})"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="entities in the loop")
    parser.add_argument("--runs", type=int, default=3, help="runs of each playbook at each latency")
    options = parser.parse_args()
    print(
        f"{options.count} unchanged entities in a loop over TLS, whole process, seconds: median (least to most) of "
        f"{options.runs} runs\nansible-core {version('ansible-core')}, Python {platform.python_version()}, "
        f"requests {version('requests')}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n"
    )
    print(
        f"{'latency':>8} | {'empty playbook':>24} | {'insight_entity':>24} | {'ansible.builtin.uri':>24} | times faster"
    )
    ours = [word for name, value in IDENTITY.items() for word in ("--set", f"{name}={value}")]
    with tempfile.TemporaryDirectory(prefix="rimops-insight-bench-") as name, running(Path(name), *ours) as server:
        folder = Path(name)
        collection = folder / "collections" / "ansible_collections" / "rimops" / "insight"
        collection.parent.mkdir(parents=True)
        collection.symlink_to(ROOT)
        for number in range(options.count):
            server.seed("application", **named(number), selectedProducts=["Zelvora"])
        for latency in (0, 20):
            server.switch(latency_ms=latency)
            taken = measure(folder, server, options.count, options.runs)
            ratios = [slow / fast for slow, fast in zip(taken["uri"], taken["insight_entity"], strict=True)]
            columns = " | ".join(f"{shown(taken[column]):>24}" for column in ("empty", "insight_entity", "uri"))
            print(f"{latency:>5} ms | {columns} | {shown(ratios)}", flush=True)


if __name__ == "__main__":
    main()
