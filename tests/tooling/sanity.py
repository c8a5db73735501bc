# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test sanity for one ansible-core on a copy of its own: sanity.py 2.21 [--own].

--own: only the tests whose answer the core decides, by its imports or its schema of documentation. All Pythons import
everything with the newest core; with another one its own and the newest that runs it do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import checkout
import interpreters
from layout import BUILD

# ansible-test fetches a script that installs pip into its environments, under a name that its pip version gives.
# Python brings a pip: a script of that name that installs it needs no network.
PIP_VERSIONS = """
import json, types
from ansible_test._internal.constants import SUPPORTED_PYTHON_VERSIONS
from ansible_test._internal.python_requirements import get_venv_packages
pythons = [types.SimpleNamespace(version=version) for version in SUPPORTED_PYTHON_VERSIONS]
print(json.dumps(sorted({get_venv_packages(python)["pip"] for python in pythons})))
"""
OWN = ("action-plugin-docs", "ansible-doc", "compile", "ignores", "runtime-metadata", "validate-modules")
INSTALL_PIP = "import ensurepip\nensurepip.bootstrap(upgrade=True, default_pip=True)\n"


def provide_pip(python: Path) -> None:
    """Write the scripts that this ansible-test would fetch."""
    answer = subprocess.run([python, "-c", PIP_VERSIONS], stdout=subprocess.PIPE, check=True)
    cache = Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in json.loads(answer.stdout):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(INSTALL_PIP)


def prefer_releases(environment: Path) -> None:
    """Let this ansible-test install released packages where a candidate of it names an archive of some repository."""
    for path in environment.glob("lib/python*/site-packages/ansible_test/_data/requirements/*.txt"):
        pinned = path.read_text()
        released = re.sub(r"(?m)^([\w.-]+) *@ *https?://\S+", r"\1", pinned)
        if released != pinned:
            path.write_text(released)


def echoed(lines: Iterable[str] | None) -> Iterator[str]:
    """Yield lines, printed as they come."""
    for line in lines or ():
        print(line, end="", flush=True)
        yield line.rstrip()


def runs(core: str, own: bool) -> list[list[str]]:
    """Return the arguments of each run. Pylint takes longer than all else, so it reads everything on the newest core
    only, and on another what runs there."""
    if own:
        pythons = dict.fromkeys((interpreters.python_for(core), interpreters.newest_python_for(core)))
        imports = [["--test", "import", "--python", python] for python in pythons if python]
        return [[word for name in OWN for word in ("--test", name)], *imports]
    whole = core == interpreters.newest_core()
    return [[]] if whole else [["--skip-test", "pylint"], ["--test", "pylint", "plugins/"]]


def test(environment: Path, copy: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run tests of sanity; their exit code, and what they found."""
    command = [environment / "bin" / "ansible-test", "sanity", "--venv", "--color", "no", *arguments]
    with subprocess.Popen(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        findings = [line for line in echoed(process.stdout) if line.startswith(("ERROR", "FATAL"))]
    return process.returncode, findings


def main(core: str, own: bool) -> int:
    """Return the exit code of ansible-test."""
    environment = BUILD / "venv" / f"core-{core}"
    copy = checkout.synchronise(BUILD / "sanity" / core)
    if ignored := sorted((copy / "tests" / "sanity").glob("ignore*")):
        print("There must be no sanity ignore file:", *ignored)
        return 1
    prefer_releases(environment)
    provide_pip(environment / "bin" / "python")
    found = [test(environment, copy, *arguments) for arguments in runs(core, own)]
    findings = [finding for _code, findings in found for finding in findings]
    print("\nAll that was found:" if findings else "\nNothing was found.", *findings, sep="\n")
    return int(any(code for code, _findings in found))


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1], "--own" in sys.argv))
