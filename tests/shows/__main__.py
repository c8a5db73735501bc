# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill processes around a refresh, let many need one at once, let exchanges hang; say the figures: ``make shows``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from simulator.process import running
from simulator.surroundings import IDENTITY, knowing

from shows.hanging import HANGS, took
from shows.store import kills, rounds

USER = {"username": "jdoe@example.com", "password": "only good for this simulator"}


def main() -> int:
    """Print what came; 1 where something did that must not."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1, help="other moments at which processes are killed")
    asked.add_argument("--processes", type=int, default=50)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--timeout", type=float, default=3.0, help="seconds that an exchange that hangs may take")
    given, identity = asked.parse_args(), {**IDENTITY, **USER}
    print(f"Exchanges that hang, with a timeout of {given.timeout:g} s:")
    for name, hang in HANGS.items():
        seconds, why = took(hang, given.timeout)
        print(f"  {seconds:5.2f} s  {name}: {why}")
    with tempfile.TemporaryDirectory() as place, running(Path(place, "server"), *knowing(identity)) as server:
        found = kills(server, identity, Path(place, "kills"), given.kills, given.seed)
        fates = ", ".join(f"{count} {fate}" for fate, count in sorted(found.counted.items()))
        print(f"{given.kills} kills around the refresh of a token that is good once: {fates}.")
        print("\n".join(found.wrong) or "Each token that was lost was named by the next run; no other was lost.")
        told = rounds(server, identity, Path(place, "rounds"), given.processes, given.rounds)
    wrong = [why for one in told for why in one["wrong"]]
    print(f"{given.rounds} rounds of {given.processes} processes that find a token that has run out:")
    for name in ("refreshes", "handshakes"):
        print(f"  {name} in each round: {' '.join(str(one[name]) for one in told)}")
    print("\n".join(wrong) or "Each process was answered.")
    alone = all((one["refreshes"], one["handshakes"]) == (1, 1) for one in told)
    return 0 if alone and not wrong and not found.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
