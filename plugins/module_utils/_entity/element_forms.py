# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that a server shows in another form than the one in which they are declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._profile.mismatch import profile_mismatch, shape
from .._profile.model import EntityType
from .._profile.template import fill
from .._text.nested_paths import ABSENT
from .._text.redaction import printable


def in_declared_form(entity_type: EntityType, name: str, listed: Any) -> Any:
    """The list of an attribute in its declared form: its elements as the profile's template makes them, or, by name,
    those elements that fit each of several templates. What has no such form stays as it is. Raises
    ProfileMismatchError for an element that fits none: left out, the next update would take it away."""
    form = entity_type.forms.get(name)
    if form is None or not isinstance(listed, list):
        return listed
    if not isinstance(form, Mapping):
        return [_fitting(entity_type, name, {"": form}, one)[""] for one in listed]
    found = [_fitting(entity_type, name, form, one) for one in listed]
    return {kind: [one[kind] for one in found if kind in one] for kind in form}


def _fitting(entity_type: EntityType, name: str, forms: Mapping[str, Sequence[Any]], element: Any) -> dict[str, Any]:
    """An element in each of the forms in which it fits."""
    filled = {kind: fill(template, {"element": element}) for kind, (template,) in forms.items()}
    fitting = {kind: one for kind, one in filled.items() if one is not ABSENT}
    if not fitting:
        raise profile_mismatch(
            printable(f"read {name} of a {entity_type.name}"),
            "the server shows an element that cannot be declared",
            f"types.{entity_type.name}.attributes.{name}.read",
            "an element that fits a template",
            shape(element),
            "Take it out in the system itself.",
        )
    return fitting
