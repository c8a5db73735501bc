# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an environment of N applications costs, in the ways in which it can be checked and made.

Whole processes against the simulator over TLS, in turn, on this machine. Prints the median of what was measured and,
in brackets, the least and the most; with --write it also writes docs/benchmarks.md and docs/benchmarks.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measuring import Cost, measure
from report import Row, page, plot, ratios, table
from simulator.process import Running, running
from simulator.surroundings import IDENTITY, ROOT, knowing, surroundings

HERE = Path(__file__).resolve().parent
THREADS = 32
LATENCIES = (0, 20)


def named(number: int) -> dict[str, str]:
    """The key of an application."""
    return {"appCode": f"{number:06}", "appName": f"Application {number}"}


def nothing(_server: Running, _count: int) -> None:
    """The server as the run before left it."""


def emptied(server: Running, _count: int) -> None:
    """No application."""
    server.control("DELETE", "entities")


def edited(server: Running, count: int, share: int = 100) -> None:
    """Somebody has changed one in so many."""
    for entity in server.control("GET", "entities/application")[: max(1, count // share)]:
        server.control("PATCH", f"entities/application/{entity['id']}", {"selectedProducts": ["Edited"]})


def all_edited(server: Running, count: int) -> None:
    """Somebody has changed each one."""
    edited(server, count, share=1)


@dataclass(frozen=True)
class Way:
    """A way to do the work. playbook: its name, None for the bare client; prepare: what has happened to the server
    before; most: the largest N that it is measured with; expected: what the output must say; options: those of
    ansible-playbook."""

    title: str
    playbook: str | None
    prepare: Callable[[Running, int], None] = nothing
    most: int = 10_000
    expected: str = "changed=0"
    options: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


LIST = {"operations": {"list": {"enabled": True}}}
WAYS = (
    Way("an empty playbook", "empty", most=1),
    Way("insight_entities, all created", "insight_entities", emptied, expected="changed=1"),
    Way(
        "insight_entities, all changed, --diff",
        "insight_entities",
        all_edited,
        expected="changed=1",
        options=("--diff",),
    ),
    Way("insight_entities, unchanged", "insight_entities"),
    Way("insight_entities, unchanged, with a login of its own", "insight_entities", variables={"store": "none"}),
    Way("insight_entities, 1 % changed", "insight_entities", edited, expected="changed=1"),
    Way(
        "insight_entities, unchanged, gathered by list (assumes a list)",
        "insight_entities",
        variables={"gather": "list", "overrides": LIST},
    ),
    Way("a bare client with requests, unchanged", None, expected="different: 0"),
    Way("insight_entity in a loop, unchanged", "insight_entity", most=1000),
    Way("ansible.builtin.uri, unchanged", "uri", most=100),
)


def manifest(folder: Path, count: int) -> Path:
    """The manifest of N applications."""
    path = folder / f"manifest-{count}.yml"
    entries = [
        f"  - {{type: application, key: {json.dumps(named(number))}, attributes: {{selectedProducts: [Zelvora]}}}}\n"
        for number in range(count)
    ]
    path.write_text("format: 1\nentities:\n" + "".join(entries), encoding="utf-8")
    return path


def run_once(way: Way, folder: Path, server: Running, count: int) -> tuple[Cost, int]:
    """One run: its cost, and the requests that the server was asked."""
    options = {"url": server.url, "authority": server.authority, "ca_path": server.ca_path, **IDENTITY}
    variables = {
        **{f"insight_{name}": value for name, value in options.items()},
        "ansible_python_interpreter": sys.executable,
        "threads": THREADS,
        "gather": "each",
        "store": "auto",
        "overrides": {},
        **way.variables,
    }
    if way.playbook == "insight_entities":
        variables["manifest"] = [str(manifest(folder, count))]
    else:
        variables["applications"] = [named(number) for number in range(count)]
    described = folder / "variables.json"
    described.write_text(json.dumps(variables))
    environment = surroundings(
        folder,
        INSIGHT_GRANT_TYPE="client_credentials",
        **{f"INSIGHT_{name.upper()}": value for name, value in options.items()},
    )
    program = str(Path(sys.executable).parent / "ansible-playbook")
    command = [program, str(HERE / f"{way.playbook}.yml"), "--extra-vars", f"@{described}", *way.options]
    if way.playbook is None:
        command = [sys.executable, str(HERE / "client.py"), str(described), str(THREADS)]
    server.control("POST", "reset-counters", {})
    cost = measure(command, environment, folder)
    if way.expected not in cost.output:
        raise RuntimeError(f"{way.title} did not say {way.expected!r}:\n{cost.output[-3000:]}")
    return cost, server.counters()["requests"]


def measured(way: Way, folder: Path, server: Running, count: int, latency: int, runs: int) -> Row:
    """The runs of one way. The server is prepared without latency."""
    costs, asked = [], 0
    for _run in range(runs):
        server.switch(latency_ms=0)
        way.prepare(server, count)
        server.switch(latency_ms=latency)
        cost, asked = run_once(way, folder, server, count)
        costs.append(cost)
    return Row(way.title, latency, count, tuple(costs), asked)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 10, 100, 1000, 10_000], help="values of N")
    parser.add_argument("--runs", type=int, default=3, help="runs of each way, for each N and latency")
    parser.add_argument("--only", default="", help="only the ways whose title contains this")
    parser.add_argument("--write", action="store_true", help="write the page and the plot into docs/")
    options = parser.parse_args()
    about = (
        f"ansible-core {version('ansible-core')}, Python {platform.python_version()}, requests {version('requests')}, "
        f"{os.cpu_count()} cores, {THREADS} threads, {time.strftime('%Y-%m-%d')}"
    )
    print(about, flush=True)
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="rimops-insight-bench-") as name,
        running(Path(name), *knowing(IDENTITY)) as server,
    ):
        folder = Path(name)
        for count in options.counts:
            for latency in LATENCIES:
                for way in WAYS:
                    if count <= way.most and (options.only in way.title or way.prepare is emptied):
                        rows.append(measured(way, folder, server, count, latency, options.runs))
                        print(rows[-1].line(), flush=True)
    print(f"\n{table(rows)}\n{ratios(rows)}")
    if options.write:
        (ROOT / "docs" / "benchmarks.md").write_text(page(rows, about), encoding="utf-8")
        plot(rows, ROOT / "docs" / "benchmarks.svg", about)


if __name__ == "__main__":
    main()
