# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record is a dataclass that is compared as an object; evolve() makes what dataclasses.replace() makes."""

from __future__ import annotations

import dataclasses
from functools import cached_property

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text.records import evolve, record


@dataclasses.dataclass(frozen=True)
class Point:
    """With a field that follows from the others, and a value that is made once."""

    x: int
    y: int = 2
    both: tuple[int, int] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        """What follows from the fields."""
        object.__setattr__(self, "both", (self.x, self.y))

    @cached_property
    def sum(self) -> int:
        """Made once."""
        return self.x + self.y


@pytest.mark.parametrize("values", ({}, {"x": 5}, {"y": 5}, {"x": 3, "y": 4}))
def test_a_copy_is_the_one_that_the_library_makes(values: dict[str, int]) -> None:
    """Equal, of the same hash, whole, and without what the first one had kept."""
    point = Point(1)
    assert point.sum == 3
    copy, expected = evolve(point, **values), dataclasses.replace(point, **values)
    assert copy == expected
    assert hash(copy) == hash(expected)
    assert vars(copy) == vars(expected)
    assert copy.sum == expected.sum
    assert point == Point(1)


def test_a_name_that_is_no_field_is_refused() -> None:
    """A copy with a value that nobody asks for would hide a mistake."""
    with pytest.raises(TypeError, match="Point has no field z"):
        evolve(Point(1), z=3)  # type: ignore[call-arg]


@record
class Place:
    """A record."""

    x: int
    y: int = 2


def test_a_record_is_a_dataclass_that_is_compared_as_an_object() -> None:
    """Two of the same values are two; a copy has the values, but for those that are others."""
    place = Place(1)
    assert dataclasses.asdict(evolve(place, y=5)) == {"x": 1, "y": 5}
    assert repr(place).endswith("Place(x=1, y=2)")
    assert place != Place(1)
    assert len({place, Place(1), place}) == 2
