# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets as a server shows them: in clear text, which is compared, or as a mask or a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Optional

from .._text.nested_paths import ABSENT, names_of, replace, value_at
from .._text.redaction import MASK
from .._text.spelling import spelling
from ..errors import ConfigurationError
from .compare import differs, is_within
from .masks import hides, is_plain_mask
from .rules import Rules

_CLEAR = "{noop}"
"""What Spring Security writes before a password that it does not hash."""
_PLAIN_HASHES = ("md5", "sha1", "sha256", "sha512")


def is_shown(path: str, declared: Any, entity: Mapping[str, Any], rules: Rules) -> Optional[bool]:
    """Whether an entity holds a secret as it is declared, or another one (False); None where the server masks it.
    rules: those of the type: attributes that they do not compare count as masked."""
    if any(is_within(path, one) for one in rules.write_only | rules.uncompared):
        return None
    shown = value_at(entity, names_of(path), ABSENT)
    if isinstance(shown, str) and shown.startswith(_CLEAR) and not spelling(declared).startswith(_CLEAR):
        shown = shown[len(_CLEAR) :]
    if _is_said_mask(path, shown, rules):
        return None
    if shown is not ABSENT and (_is_same(declared, shown) or not differs(declared, shown, path, rules)):
        return True
    return None if _is_hidden(path, declared, shown, rules) else False


def concealed(value: Any, paths: Collection[str]) -> Any:
    """A copy of an entity with the secrets at these paths masked. A null is left out: there is none."""
    return replace(value, paths, lambda held, _path: ABSENT if held is None else MASK)


def _is_said_mask(path: str, shown: Any, rules: Rules) -> bool:
    """Whether it is one of the masks that the profile says of this place."""
    return path in rules.masked and shown in rules.masked[path]["values"]


def _is_hidden(path: str, declared: Any, shown: Any, rules: Rules) -> bool:
    """Whether a server hides a secret: where the profile says its masks by them, else by what masks and hashes look
    like."""
    if path not in rules.masked:
        return hides(declared, shown)
    return shown is ABSENT or shown is None or _is_said_mask(path, shown, rules)


def is_sent_back(path: str, shown: Any, rules: Rules) -> bool:
    """Whether it is a mask that leaves the secret as it is when it is sent back."""
    return _is_said_mask(path, shown, rules) and bool(rules.masked[path].get("send_back"))


def masks_sent_back(unknown: Iterable[str], observed: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """The masks that stand for declared secrets which are not sent, by path."""
    shown = {path: value_at(observed, names_of(path), ABSENT) for path in unknown}
    return {path: held for path, held in shown.items() if is_sent_back(path, held, rules)}


def refuse_cleared(entity: str, whole: Mapping[str, Any], declared: Collection[str], rules: Rules) -> None:
    """Raise ConfigurationError for an update that would clear a secret that nobody declares. whole: what is sent;
    declared: the paths of the secrets that are."""
    for path, does in sorted(rules.omitted.items()):
        if does == "clears" and path not in declared and value_at(whole, names_of(path)) is None:
            why = f"an update without {path} clears it, and it is not declared"
            raise ConfigurationError(f"update {entity}", why, "Declare it under secret_attributes.")


def secrets_in(value: Any, rules: Rules) -> list[Any]:
    """What an entity shows of its secrets."""
    found: list[Any] = []
    if not rules.secret:
        return found

    def take(held: Any, path: str) -> Any:
        found.extend([] if _is_hidden(path, "", held, rules) else [held])

    replace(value, rules.secret, take)
    return found


def without_hidden(value: Any, paths: Collection[str], left_out: set[str], rules: Rules) -> Any:
    """A copy without those secrets of which the server shows a mask, a hash or nothing, which must not be sent back.
    left_out: takes the paths of the masks and hashes."""

    def kept(held: Any, path: str) -> Any:
        if not _is_hidden(path, "", held, rules) or is_sent_back(path, held, rules):
            return held
        left_out.update([] if held is None else [path])
        return ABSENT

    return replace(value, paths, kept)


def without_masks(value: Any, paths: Collection[str], left_out: set[str]) -> Any:
    """A copy without those attributes that hold a mask. left_out: takes their paths."""

    def kept(held: Any, path: str) -> Any:
        if not is_plain_mask(held):
            return held
        left_out.add(path)
        return ABSENT

    return replace(value, paths, kept)


def _is_same(declared: Any, shown: Any) -> bool:
    """Whether it is the secret, perhaps spelled as text, or its plain hash."""
    text = spelling(declared)
    if text == spelling(shown):
        return True
    data = text.encode("utf-8", "surrogatepass")
    hashes = (hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in _PLAIN_HASHES)
    return isinstance(shown, str) and shown.lower() in hashes
