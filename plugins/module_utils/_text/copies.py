# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of frozen dataclasses with other values, at the cost of a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ("evolve",)

if TYPE_CHECKING:
    from dataclasses import replace as evolve  # so that the names and types of the values are checked
else:

    def evolve(instance: Any, /, **values: Any) -> Any:
        """A copy with these values of fields, as ``dataclasses.replace`` makes it; the name is that of attrs. What is
        cached beside the fields is not copied. The library's function runs ``__init__`` with each field by name, which
        was a tenth of a create. Raises TypeError for a name that is no field."""
        kind = type(instance)
        copy = object.__new__(kind)
        # not through vars(): an object of which nobody asks for a dict takes less memory
        for name in kind.__dataclass_fields__:
            object.__setattr__(copy, name, values.pop(name) if name in values else getattr(instance, name))
        if values:
            raise TypeError(f"{kind.__name__} has no field {', '.join(values)}")
        if hasattr(kind, "__post_init__"):
            copy.__post_init__()
        return copy
