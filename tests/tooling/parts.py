# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make test` consists of, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import interpreters
from layout import BUILD, COLLECTIONS, CORES, ROOT, TARGET_PYTHON

COPY = COLLECTIONS / "ansible_collections" / "rimops" / "insight"
IMPORTS = {"PYTHONPATH": f"{COLLECTIONS}:{COPY}/tests"}  # the collection, and the simulator beside it
REFERENCES = "--validate-collection-refs=all --disallow-unknown-collection-refs --check-extra-docs-refs"
PYTEST = "pytest --quiet --junitxml={build}/results/{part}.xml -o cache_dir={build}/cache/pytest-{part}"
UNITTEST = PYTEST + " --import-mode=importlib"  # files in two folders may have one name
PLAYBOOKS = "tests/playbooks"
# What imports Ansible, or what TLS and HTTP of a core's Python decide; the rest is a matter of no core.
UNITS = "tests/unit/plugins"
CORES_UNITS = (
    f"{UNITS}/plugin_utils {UNITS}/module_utils/_commands/test_argument_spec.py {UNITS}/module_utils/_transport"
)
# Tests of what pyproject.toml wants covered. Lines that are measured cost twice the time, so it is these tests only.
OF_ENTITIES = ("compare", "normalise", "plan", "proof", "read_back", "removal", "rules", "said_of_values", "steps")
COVERED = " ".join(
    (
        *(f"{UNITS}/module_utils/_entity/test_{name}.py" for name in OF_ENTITIES),
        f"{UNITS}/module_utils/_journal/test_digest.py",
        f"{UNITS}/module_utils/_profile/test_mismatch.py",
        f"{UNITS}/module_utils/_text",
        f"{UNITS}/plugin_utils/_environment/test_graph.py",
        f"{UNITS}/plugin_utils/_manifest/test_entry.py",
    )
)
UNCOVERED = " ".join(f"--ignore={path}" for path in COVERED.split())
SANITY = "python {root}/tests/tooling/sanity.py {core}"
CORES_OWN = f"-m each_core {PLAYBOOKS}"
ANY_CORES = f"-m 'not one_core' {PLAYBOOKS}"


@dataclass(frozen=True)
class Part:
    """Commands that must all succeed; each is run, so that one run shows everything that is wrong.

    In commands and variables {build} is the build folder, {root} the checkout, {part} the part's name and {core} the
    ansible-core version. Programs come from the environments, the first one first. The longest part starts first.
    """

    name: str
    commands: tuple[str, ...]
    environments: tuple[str, ...] = ()
    seconds: int = 60  # expected; orders the parts, limits nothing
    folder: str = str(COPY)
    variables: dict[str, str] = field(default_factory=dict)
    core: str = ""
    last: bool = False  # needs the results of the others


ONCE = (
    Part(
        "lint",
        (
            "ruff check --cache-dir {build}/cache/ruff .",
            "ruff format --check --cache-dir {build}/cache/ruff .",
            "mypy --cache-dir {build}/cache/mypy",
            "yamllint --strict .",
            "reuse lint --lines",
            "ansible-lint",
        ),
        ("lint", "collection"),
        seconds=90,
        variables={"MYPYPATH": str(COLLECTIONS)},
    ),
    Part(
        "molecule",
        ("molecule reset", "molecule test --all"),  # what a run that was interrupted believes is there, is not
        ("molecule",),
        seconds=50,
    ),
    Part(
        "remote",
        (f"{PYTEST} tests/remote",),
        ("molecule",),
        seconds=40,
        variables=IMPORTS,
    ),
    Part(
        "docs",
        (f"antsibull-docs lint-collection-docs --plugin-docs {REFERENCES} .",),
        ("collection",),
        seconds=40,
    ),
    Part("changelog", ("antsibull-changelog lint",), ("collection",), seconds=5),
    Part("importer", ("python {root}/tests/tooling/importer.py",), ("collection",), seconds=45),
    Part("image", ("python {root}/tests/tooling/image.py",), ("collection",), seconds=5),
    Part(
        "tooling",
        (UNITTEST + " tests/tooling_tests",),
        ("lint", "openapi"),
        seconds=60,
    ),
    Part("demo", ("make demo",), ("demo",), seconds=30, folder=str(ROOT)),
    Part("matrix", ("python {root}/tests/tooling/matrix.py",), ("lint",), seconds=5, folder=str(ROOT), last=True),
)

UNIT = Part(
    "unit",
    (
        UNITTEST + f" {UNCOVERED} tests/unit tests/simulator_tests tests/systems_tests",
        UNITTEST.replace("{part}", "{part}-covered") + f" --cov --cov-report= {COVERED}",
        "python tests/tooling/coverage_gate.py",
    ),
    ("core-{core}",),
    seconds=120,
    variables=IMPORTS | {"COVERAGE_FILE": "{build}/results/coverage"},
)

SPRING = Part(
    "spring",
    (f"{PYTEST} tests/real/test_cycle.py tests/real/test_parity.py",),
    ("core-{core}",),
    seconds=180,
    variables=IMPORTS | {"RIMOPS_BUILD": "{build}"},
)

SERVERS = tuple(
    Part(
        f"servers-{server}",
        (f"{PYTEST} tests/real/{server}",),
        ("servers",),
        seconds=120,
        variables=IMPORTS | {"RIMOPS_BUILD": "{build}", "npm_config_cache": "{build}/cache/npm"},
    )
    for server in ("drf", "oidc_provider")
)

BROWSER = Part(
    "browser",
    ("python {root}/tests/tooling/chromium.py", f"{PYTEST} -rP tests/browser"),
    ("browser",),
    seconds=120,
    variables=IMPORTS | {"RIMOPS_BUILD": "{build}"},
)

RECORDED = Part(
    "recorded",
    (
        "rm -r -f {build}/recorded",
        f"{PYTEST} -m 'recorded and not guesses' {PLAYBOOKS}",
        "{build}/venv/openapi/bin/python -B {root}/tests/tooling/check_openapi.py",
    ),
    ("core-{core}", "openapi"),
    variables=IMPORTS | {"RIMOPS_CORE": "{build}/venv/core-{core}", "RIMOPS_RECORDED": "{build}/recorded"},
)
"""Not part of `make test`: the descriptions are not ours to ship. Their folder is in the variable OPENAPI."""

EACH_CORE = (
    Part(
        "units-{core}",
        (UNITTEST + f" {CORES_UNITS}",),
        ("core-{core}",),
        seconds=30,
        variables=IMPORTS,
    ),
    Part("sanity-{core}", (SANITY,), ("core-{core}",), seconds=130),
    Part(
        "integration-{core}",
        (f"{PYTEST} {PLAYBOOKS}",),
        ("core-{core}",),
        seconds=400,
        variables=IMPORTS | {"RIMOPS_CORE": "{build}/venv/core-{core}"},
    ),
)


def narrowed(part: Part, whole: bool) -> Part:
    """Return a part for a core that is not the newest. whole: with each playbook that means something there and all of
    sanity, instead of what a core decides."""
    said = {PLAYBOOKS: ANY_CORES} if whole else {PLAYBOOKS: CORES_OWN, SANITY: f"{SANITY} --own"}
    commands = part.commands
    for general, own in said.items():
        commands = tuple(command.replace(general, own) for command in commands)
    return replace(part, commands=commands)


def for_core(part: Part, core: str) -> Part:
    """Return a part of a core's own."""
    names = tuple(name.format(core=core) for name in part.environments)
    part = replace(part, core=core, name=part.name.format(core=core), environments=names)
    if "RIMOPS_CORE" not in part.variables or TARGET_PYTHON not in interpreters.find():
        return part
    target = f"target-{TARGET_PYTHON}"
    variables = part.variables | {"RIMOPS_TARGET_PYTHON": f"{BUILD}/venv/{target}/bin/python"}
    return replace(part, environments=(*names, target), variables=variables)


def cores_in_every_test() -> list[str]:
    """Return the cores of each `make test`: those of the design, and whichever is the newest that runs here."""
    newest = interpreters.newest_core()
    return [version for version, core in CORES.items() if core.in_every_test or version == newest]


def other_cores() -> list[str]:
    """Return all cores but the newest."""
    return [version for version in CORES if version != interpreters.newest_core()]


def table(cores: list[str], whole: bool = False) -> Iterator[Part]:
    """Yield the parts for these cores, as far as this machine has their Pythons. whole: a core that is not the newest
    runs everything that means something there, and not only what a core decides."""
    newest = interpreters.newest_core()
    if newest in cores:
        yield from ONCE
        yield for_core(UNIT, newest)
        if not interpreters.missing_programs("spring"):
            yield for_core(SPRING, newest)
        if not interpreters.missing_programs("browser"):
            yield BROWSER
        yield from (part for part in SERVERS if not interpreters.missing_programs(part.name))
    for core in cores:
        if core == newest:
            yield from (for_core(part, core) for part in EACH_CORE if part.name != "units-{core}")
        elif interpreters.python_for(core):
            yield from (for_core(narrowed(part, whole), core) for part in EACH_CORE)
