# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measurements as a table, a page and a plot."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Cost

URI = "ansible.builtin.uri, unchanged"
OURS = "insight_entities, unchanged"
CLIENT = "a bare client with requests, unchanged"
LISTED = "insight_entities, unchanged, gathered by list (assumes a list)"
LOOP = "insight_entity in a loop, unchanged"
EMPTY = "an empty playbook"


@dataclass(frozen=True)
class Row:
    """The runs of one way of doing the work. latency: milliseconds before each answer of the server; asked: requests
    that the last run made."""

    title: str
    latency: int
    count: int
    costs: tuple[Cost, ...]
    asked: int

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return statistics.median(cost.wall for cost in self.costs)

    def cells(self) -> list[str]:
        """The row of a table."""
        return [
            self.title,
            f"{self.latency} ms",
            f"{self.count:,}",
            shown([cost.wall for cost in self.costs]),
            shown([cost.cpu for cost in self.costs]),
            f"{max(cost.peak for cost in self.costs):.0f}",
            f"{self.asked:,}",
        ]

    def line(self) -> str:
        """The row as text."""
        return " | ".join(self.cells())


def shown(times: Sequence[float]) -> str:
    """The median and, where there were several, the least and the most."""
    if len(times) == 1:
        return f"{times[0]:.2f}"
    return f"{statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["Way", "Latency", "N", "Wall, s", "CPU, s", "Peak, MB", "Requests"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def row_of(rows: Sequence[Row], title: str, latency: int, count: int) -> Row | None:
    """The row of one way, where it was measured."""
    same = (row for row in rows if (row.title, row.latency, row.count) == (title, latency, count))
    return next(same, None)


def by_uri(rows: Sequence[Row], latency: int, count: int) -> tuple[float, bool] | None:
    """Seconds that the work takes with uri, and whether that is extrapolated from the two largest N measured."""
    measured = sorted((row for row in rows if (row.title, row.latency) == (URI, latency)), key=lambda row: row.count)
    for row in measured:
        if row.count == count:
            return row.wall, False
    if len(measured) < 2 or count < measured[-1].count:
        return None
    low, high = measured[-2:]
    slope = (high.wall - low.wall) / (high.count - low.count)
    return high.wall + slope * (count - high.count), True


def ratios(rows: Sequence[Row]) -> str:
    """What follows from the rows: how the ways compare."""
    head = [
        "Latency",
        "N",
        "insight_entities: times faster than uri",
        "its time above Ansible's start, ms an application",
        "divided by the bare client's time",
        "the same with a list",
        "insight_entity in a loop: times faster than uri",
    ]
    lines = [head, ["---"] * len(head), *(compared(rows, row) for row in rows if row.title == OURS)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def compared(rows: Sequence[Row], ours: Row) -> list[str]:
    """The cells of one N at one latency; empty where something was not measured."""
    client, listed, loop = (row_of(rows, title, ours.latency, ours.count) for title in (CLIENT, LISTED, LOOP))
    empty = row_of(rows, EMPTY, ours.latency, 1)
    uri = by_uri(rows, ours.latency, ours.count)

    def faster(row: Row | None) -> str:
        return f"{uri[0] / row.wall:.1f}{' (uri extrapolated)' if uri[1] else ''}" if uri and row else ""

    def above_start(row: Row | None) -> str:
        return f"{(row.wall - empty.wall) / client.wall:.2f}" if row and client and empty else ""

    each = f"{(ours.wall - empty.wall) * 1000 / ours.count:.2f}" if empty else ""
    return [
        f"{ours.latency} ms",
        f"{ours.count:,}",
        faster(ours),
        each,
        above_start(ours),
        above_start(listed),
        faster(loop),
    ]


def page(rows: Sequence[Row], about: str) -> str:
    """The page for docs/."""
    return f"""<!--
SPDX-FileCopyrightText: 2026 The rimops.insight authors
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Benchmarks

Written by `make bench OPTIONS=--write`, not by hand. {about}.

N applications on the simulator over TLS, whole processes of `ansible-playbook` (the bare client: of Python), wall time
and processor time in seconds as the median, in brackets the least and the most of the runs; the largest memory of the
process tree; the requests that the server was asked. The server waits for the latency before each answer. One read for
each application, unless gathered by list: **no list is documented for InSight**, so that way assumes one. The modules
find the session of an earlier run in their store, as they do in every run but the first, unless a login of their own is
said; the client and `uri` log in each time, which is three requests. With `ansible.builtin.uri` up to 100 applications
are measured; more are extrapolated.

![Wall time against N](benchmarks.svg)

{ratios(rows)}
The bare client is a program of some 60 lines with `requests` and as many threads; its time is that of the whole
process. Below 1: faster than the client.

{table(rows)}"""


def plot(rows: Sequence[Row], path: Path, about: str) -> None:
    """Wall time against N, for each latency a picture."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rimops.insight"
    from matplotlib import pyplot

    latencies = sorted({row.latency for row in rows})
    figure, pictures = pyplot.subplots(1, len(latencies), figsize=(12, 5), sharey=True, squeeze=False)
    for picture, latency in zip(pictures[0], latencies, strict=True):
        mine = [row for row in rows if row.latency == latency and row.title != EMPTY]
        for title in dict.fromkeys(row.title for row in mine):
            points = sorted((row.count, row.wall) for row in mine if row.title == title)
            picture.loglog(*zip(*points, strict=True), marker="o", markersize=4, label=title)
        picture.set_title(f"{latency} ms of server latency")
        picture.set_xlabel("applications (N)")
        picture.grid(visible=True, alpha=0.3)
    pictures[0][0].set_ylabel("seconds, whole process")
    handles, labels = pictures[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=2, fontsize=8)
    figure.suptitle(about, fontsize=8)
    figure.tight_layout(rect=(0, 0.18, 1, 0.98))
    figure.savefig(path, metadata={"Date": None})
