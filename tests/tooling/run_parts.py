# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the parts of `make test`, two at a time: run_parts.py [--cores 2.19,2.20] [part …].

A part is named whole (sanity-2.21) or by its beginning (sanity). Its output goes to build/log/<part>.log; each one
that failed is shown at the end. The last line is 'N passed, N failed'.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import checkout
import environments
import interpreters
from layout import BUILD, COLLECTIONS, ROOT
from parts import Part, cores_in_every_test, table

WORKERS = 2
LIMIT = 1500  # seconds for a command: past that it hangs
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

running: set[subprocess.Popen[bytes]] = set()
stopped = threading.Event()


@dataclass(frozen=True)
class Result:
    """How a part ended."""

    name: str
    passed: bool
    seconds: float


def say(text: str) -> None:
    """Print a line at once."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def home(name: str) -> Path:
    """Return a home folder of the part's own, so that caches stay below build; pip keeps its configuration."""
    folder = BUILD / "home" / name
    for configuration in (".config/pip", ".pip"):
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
    """Run one command to its end and tell whether it succeeded."""
    print(f"\n$ {fill(command, part)}", file=log, flush=True)
    process = subprocess.Popen(
        shlex.split(fill(command, part)),
        cwd=part.folder,
        env=surroundings(part),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    running.add(process)
    try:
        return process.wait(LIMIT) == 0
    except subprocess.TimeoutExpired:
        print(f"still running after {LIMIT} s: ended", file=log, flush=True)
        return False
    finally:
        end(process)
        running.discard(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a command and of its children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(10)
            time.sleep(0.2)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def run(part: Part) -> Result:
    """Make the environments of a part, run its commands, keep its log."""
    path = BUILD / "log" / f"{part.name}.log"
    began = time.monotonic()
    say(f"start   {part.name}")
    with path.open("w", encoding="utf-8") as log:
        try:
            for name in part.environments:
                environments.ensure(name, log)
            outcomes = [not stopped.is_set() and execute(command, part, log) for command in part.commands]
            passed = all(outcomes)
        except (OSError, subprocess.CalledProcessError) as error:
            print(error, file=log)
            passed = False
    result = Result(part.name, passed, time.monotonic() - began)
    (BUILD / "results" / f"{part.name}.part.json").write_text(json.dumps(asdict(result)), encoding="utf-8")
    say(f"{'passed' if passed else 'FAILED'}  {part.name}  {result.seconds:.0f} s")
    return result


def run_all(chosen: list[Part]) -> list[Result]:
    """Run the parts side by side, the longest first, and those that need the others' results after them."""
    results: list[Result] = []
    ordered = sorted(chosen, key=lambda part: -part.seconds)
    for last in (False, True):
        with ThreadPoolExecutor(WORKERS) as pool:
            futures = [pool.submit(run, part) for part in ordered if part.last is last]
            try:
                results += [future.result() for future in futures]
            except KeyboardInterrupt:
                stopped.set()
                for process in list(running):
                    end(process)
                pool.shutdown(cancel_futures=True)
                raise SystemExit("interrupted") from None
    return results


def report(results: list[Result], missing: list[str], complete: bool) -> int:
    """Print logs of failed parts, a table, what is missing here and the closing line; return the exit code."""
    for result in results:
        if not result.passed:
            lines = (BUILD / "log" / f"{result.name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
            print(f"\n--- {result.name}: the end of build/log/{result.name}.log", *lines[-TAIL:], sep="\n")
    print()
    for result in sorted(results, key=lambda r: r.name):
        print(f"{'passed' if result.passed else 'FAILED'}  {result.seconds:6.0f} s  {result.name}")
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
    parser.add_argument("--cores", type=lambda text: text.split(","), help="ansible-core versions, as 2.19,2.20")
    parser.add_argument("parts", nargs="*", help="names or beginnings of names; all without")
    options = parser.parse_args()
    cores = options.cores or cores_in_every_test()
    chosen = select(options.parts, list(table(cores)))
    for folder in ("log", "results", "cache"):
        (BUILD / folder).mkdir(parents=True, exist_ok=True)
    if not options.parts:
        for stale in [*(BUILD / "results").glob("*.xml"), *(BUILD / "results").glob("*.part.json")]:
            stale.unlink()
    checkout.synchronise()
    return report(run_all(chosen), interpreters.missing(cores), complete=not options.parts)


if __name__ == "__main__":
    # A shell lets what it starts in the background ignore SIGINT, and so would every test, also those that send it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
