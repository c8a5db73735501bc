# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the parts of `make test`, two at a time: run_parts.py [--other-cores] [--recorded] [part …].

A part is named whole (sanity-2.21) or by its beginning (sanity). Its output goes to build/log/<part>.log; each one
that failed is shown at the end. The last line is 'N passed, N failed'. However long a part takes, it is ended only
when its log has not grown for long.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, NoReturn

import checkout
import environments
import interpreters
import processes
from layout import BUILD, COLLECTIONS, ROOT
from parts import RECORDED, Part, cores_in_every_test, for_core, other_cores, table

WORKERS = 2
SILENCE = 1800  # seconds without a new line in its log, on however slow a machine: then a command hangs
TAIL = 60  # lines of the log of a part that failed
# What of the caller's environment would change what is tested.
STRANGERS = (
    "ANSIBLE_",
    "INSIGHT_",
    "RIMOPS_",
    "MAKE",
    "MFLAGS",
    "PYTHON",
    "VIRTUAL_ENV",
    "FORCE_COLOR",
    "PY_COLORS",
    "MOLECULE_",
    "COVERAGE_",
    "PYTEST_",
)


@dataclass(frozen=True)
class Result:
    """How a part ended. cpu: the seconds that it, and all that it started, used a processor."""

    name: str
    passed: bool
    seconds: float
    cpu: float


@dataclass(frozen=True)
class Begun:
    """A part that runs in a process of its own."""

    part: Part
    at: float


running: dict[int, Begun] = {}
"""The parts that run, by process: each leads a process group."""


def say(text: str) -> None:
    """Print a line at once."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def home(name: str) -> Path:
    """Return a home folder of the part's own, so that caches stay below build; pip and npm keep their configuration."""
    folder = BUILD / "home" / name
    for configuration in (".config/pip", ".pip", ".npmrc"):
        ours, link = Path.home() / configuration, folder / configuration
        link.parent.mkdir(parents=True, exist_ok=True)
        if ours.exists() and not link.is_symlink():
            link.symlink_to(ours)
    return folder


def surroundings(part: Part) -> dict[str, str]:
    """Return the environment variables for the commands of a part."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(STRANGERS)}
    programs = [str(BUILD / "venv" / name / "bin") for name in part.environments]
    own = {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_NOCOLOR": "1",
        "HOME": str(home(part.name)),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": os.pathsep.join([*programs, *interpreters.search_path()]),
        "PIP_CACHE_DIR": str(BUILD / "cache" / "pip"),
        "PYTHONUNBUFFERED": "1",
    }
    return kept | own | {name: fill(value, part) for name, value in part.variables.items()}


def fill(text: str, part: Part) -> str:
    """Fill the placeholders of a command or variable."""
    return text.format(build=BUILD, root=ROOT, part=part.name, core=part.core)


def execute(command: str, part: Part, log: IO[str]) -> bool:
    """Run one command to its end, with all that it started, and tell whether it succeeded."""
    print(f"\n$ {fill(command, part)}", file=log, flush=True)
    process = subprocess.Popen(
        shlex.split(fill(command, part)),
        cwd=part.folder,
        env=surroundings(part),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        return ended(process, log)
    finally:
        processes.end_all_below()


def ended(process: subprocess.Popen[bytes], log: IO[str]) -> bool:
    """Wait while a command has something to say, and tell whether it succeeded."""
    said, since = 0, time.monotonic()
    while time.monotonic() < since + SILENCE:
        try:
            return process.wait(SILENCE / 100) == 0
        except subprocess.TimeoutExpired:
            if (now := os.fstat(log.fileno()).st_size) != said:
                said, since = now, time.monotonic()
    print(f"silent for {SILENCE} s: ended", file=log, flush=True)
    return False


def run(part: Part) -> bool:
    """Make the environments of a part, run its commands, keep its log; tell whether all of them succeeded."""
    with (BUILD / "log" / f"{part.name}.log").open("w", encoding="utf-8") as log:
        try:
            for name in part.environments:
                environments.ensure(name, log)
            outcomes = [execute(command, part, log) for command in part.commands]
            return all(outcomes)
        except (OSError, subprocess.CalledProcessError, SystemExit) as error:
            print(error, file=log)
            return False


def begin(part: Part) -> None:
    """Start a process that runs a part."""
    say(f"start   {part.name}")
    if pid := os.fork():
        running[pid] = Begun(part, time.monotonic())
    else:
        _run_and_exit(part)


def _run_and_exit(part: Part) -> NoReturn:
    try:
        os.setsid()
        running.clear()
        processes.end_with_parent()
        processes.adopt_orphans()
        os._exit(0 if run(part) else 1)
    finally:
        os._exit(1)


def finish() -> Result:
    """Wait for the next part that ends, and keep how it ended."""
    while True:
        pid, status, used = os.wait4(-1, 0)
        if pid in running:
            break
    begun = running.pop(pid)
    passed, seconds = status == 0, time.monotonic() - begun.at
    result = Result(begun.part.name, passed, round(seconds, 1), round(used.ru_utime + used.ru_stime, 1))
    (BUILD / "results" / f"{result.name}.part.json").write_text(json.dumps(asdict(result)), encoding="utf-8")
    say(f"{'passed' if passed else 'FAILED'}  {result.name}  {seconds:.0f} s")
    return result


def run_all(chosen: list[Part]) -> list[Result]:
    """Run the parts side by side, the longest first, and those that need the others' results after them."""
    results: list[Result] = []
    for last in (False, True):
        waiting = sorted((part for part in chosen if part.last is last), key=lambda part: part.seconds)
        while waiting or running:
            while waiting and len(running) < WORKERS:
                begin(waiting.pop())
            results.append(finish())
    return results


def report(results: list[Result], missing: list[str], complete: bool) -> int:
    """Print logs of failed parts, a table, what is missing here and the closing line; return the exit code."""
    for result in results:
        if not result.passed:
            lines = (BUILD / "log" / f"{result.name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
            print(f"\n--- {result.name}: the end of build/log/{result.name}.log", *lines[-TAIL:], sep="\n")
    print()
    for result in sorted(results, key=lambda r: r.name):
        outcome = "passed" if result.passed else "FAILED"
        print(f"{outcome}  {result.seconds:6.0f} s  {result.cpu:6.0f} s of CPU  {result.name}")
    print(f"{sum(result.cpu for result in results):.0f} s of CPU in all")
    for line in missing:
        print(f"not found here, so not tested: {line}")
    # In CI all the Pythons are there: one that is not found counts as a part that failed.
    lacking = len(missing) if complete and os.environ.get("CI") == "true" else 0
    failed = sum(not result.passed for result in results) + lacking
    print(f"{sum(result.passed for result in results)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def select(chosen: list[str], parts: list[Part]) -> list[Part]:
    """Return the parts that were asked for; a name that stands for none is an error."""
    for name in chosen:
        if not any(part.name.startswith(name) for part in parts):
            raise SystemExit(f"No part is named {name}. There are: {' '.join(part.name for part in parts)}")
    exact = {part.name for part in parts} & set(chosen)
    beginnings = tuple(set(chosen) - exact)
    return [part for part in parts if not chosen or part.name in exact or part.name.startswith(beginnings)]


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--other-cores", action="store_true", help="all cores but the newest, with every playbook")
    parser.add_argument("--recorded", action="store_true", help="what `make check-openapi` does, and nothing else")
    parser.add_argument("parts", nargs="*", help="names or beginnings of names; all without")
    options = parser.parse_args()
    cores = other_cores() if options.other_cores else cores_in_every_test()
    parts = list(table(cores, whole=options.other_cores))
    chosen = [for_core(RECORDED, interpreters.newest_core())] if options.recorded else select(options.parts, parts)
    for folder in ("log", "results", "cache"):
        (BUILD / folder).mkdir(parents=True, exist_ok=True)
    if not options.parts and not options.recorded:
        for stale in [*(BUILD / "results").glob("*.xml"), *(BUILD / "results").glob("*.part.json")]:
            stale.unlink()
    checkout.synchronise()
    return report(run_all(chosen), interpreters.missing(cores), complete=not options.parts and not options.recorded)


if __name__ == "__main__":
    # A shell lets what it starts in the background ignore SIGINT, and so would every test, also those that send it.
    processes.end_on_signals(running)
    sys.exit(main())
