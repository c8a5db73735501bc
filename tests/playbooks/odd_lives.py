# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system in whose boxes most of what a life can hold is there: a revision in the body, without the present one of
which nothing is changed; boxes that stay when they are deleted; requests of their own for a new label, for tags and for
a lock."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

OURS = ("id", "state", "locked", "tags", "revision")
"""What neither a create nor an update sets."""


class Boxes:
    """The system. moved: the status for an old revision, 0 where it is taken all the same; taken: that for a label of
    another box; most: how many changes are taken, None for any number; stays: whether a deleted box
    stays; broken: requests that are answered with 500, as ``METHOD word``, where the word is the last one of the
    address that is no number; counted: requests by method and word; touched: the labels of the boxes that were to be
    changed."""

    def __init__(self) -> None:
        self.moved, self.taken, self.stays = 409, 409, False
        self.most: int | None = None
        self.broken: set[str] = set()
        self.boxes: dict[int, dict[str, Any]] = {}
        self.counted: Counter[str] = Counter()
        self.touched: set[str] = set()
        self.url = ""
        self._ids = itertools.count(1)

    @property
    def requests(self) -> int:
        """How many came."""
        return sum(self.counted.values())

    def add(self, label: str, **attributes: Any) -> int:
        """A box that is there."""
        number = next(self._ids)
        new = {"label": label, "state": "there", "locked": False, "tags": [], "revision": 1}
        self.boxes[number] = {**new, **attributes, "id": number}
        return number

    def answer(self, method: str, url: str, _ticket: str, body: Any) -> tuple[int, Any]:
        """Status and content."""
        parts = urlsplit(url)
        steps = parts.path.strip("/").split("/")[1:]
        word = f"{method} {next(one for one in reversed(steps) if not one.isdecimal())}"
        if steps[-2:-1] == ["tags"]:
            word = f"{method} tags"
        self.counted[word] += 1
        if word in self.broken:
            return 500, {"message": "It does not work today."}
        if steps[0] != "boxes":
            return 404, {"message": "There is no such address."}
        if len(steps) == 1:
            return self._several(method, dict(parse_qsl(parts.query)), body)
        box = self.boxes.get(int(steps[1])) if steps[1].isdecimal() else None
        if box is None:
            return 404, {"message": "There is no such box."}
        if method != "GET":
            self.touched.add(box["label"])
        return self._one(method, box, body) if len(steps) == 2 else self._more(method, box, steps[2:], body)

    def _several(self, method: str, asked: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            found = [one for one in self.boxes.values() if asked.get("label") in (None, one["label"])]
            return 200, {"rows": [_shown(one) for one in found], "total": len(found)}
        if method != "POST":
            return 405, {"message": "Not here."}
        if not body.get("label"):
            return 400, {"message": "It has no label.", "code": "NO_LABEL"}
        if not self._is_free(body["label"]):
            return self.taken, {"message": "There is one with this label.", "code": "TAKEN"}
        known = {name: value for name, value in body.items() if name not in OURS}
        return 201, _shown(self.boxes[self.add(**known)])

    def _is_free(self, label: Any) -> bool:
        return label not in [one["label"] for one in self.boxes.values()]

    def _one(self, method: str, box: dict[str, Any], body: Any) -> tuple[int, Any]:
        if method == "DELETE" and self.stays and box["state"] != "there":
            return 409, {"message": "It is deleted already."}
        if method == "DELETE":
            self.boxes.pop(box["id"]) if not self.stays else box.update(state="deleted")
            return 204, None
        if method == "PUT":
            if self.counted["PUT boxes"] > (self.most or self.counted["PUT boxes"]):
                return 409, {"message": "It is closed for today."}
            if self.moved and body.get("revision") != box["revision"]:
                return self.moved, {"message": "It has another revision by now.", "code": "MOVED_ON"}
            ours = {name: box[name] for name in ("label", *OURS)}
            box.update({**body, **ours, "revision": box["revision"] + 1})
        return (200, _shown(box)) if method in ("GET", "PUT") else (405, {"message": "Not here."})

    def _more(self, method: str, box: dict[str, Any], steps: list[str], body: Any) -> tuple[int, Any]:
        if steps == ["tags"] and method == "GET":
            return 200, box["tags"]
        if steps[0] == "tags" and method == "PUT":
            box["tags"] = [*(one for one in box["tags"] if one != steps[1]), steps[1]]
        elif steps[0] == "tags" and method == "DELETE":
            box["tags"] = [one for one in box["tags"] if one != steps[1]]
        elif steps == ["restore"] and method == "POST":
            box["state"] = "there"
        elif steps == ["label"] and method == "POST" and self._is_free(body.get("label")):
            box["label"] = body["label"]
        elif steps in (["lock"], ["unlock"]) and method == "POST":
            box["locked"] = steps == ["lock"]
        elif steps == ["purge"] and method == "DELETE" and box["state"] != "there":
            del self.boxes[box["id"]]
        else:
            return 405, {"message": "Not here."}
        box["revision"] += 1
        return 204, None


def _shown(box: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in box.items() if name != "tags"}
