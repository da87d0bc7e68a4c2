"""Where things are: kelurahan cells, lingkungan, streets, positions.

A kelurahan's cell is what lies nearer to its label point than to any other, within a radius that
its area makes plausible and inside the land that the map draws. The ground is the same for every
seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from shapely import contains_xy

from data_access.boundaries import computed_boundaries
from data_access.demo import facts
from data_access.demo.facts import Kelurahan, dice
from data_access.records import Area

if TYPE_CHECKING:
    import random

    from shapely.geometry.base import BaseGeometry

_METRES_PER_DEGREE = 111_320.0
_EAST = _METRES_PER_DEGREE * math.cos(math.radians(3.6))
_TRIES = 400


@dataclass(frozen=True)
class Point:
    """A position in WGS84."""

    latitude: float
    longitude: float

    def metres_to(self, other: Point) -> float:
        """Distance on the flat, good enough for a city."""
        north = (self.latitude - other.latitude) * _METRES_PER_DEGREE
        east = (self.longitude - other.longitude) * _EAST
        return math.hypot(north, east)

    def moved(self, metres: float, bearing: float) -> Point:
        """The point so many metres away; the bearing is in radians from north."""
        return Point(
            round(self.latitude + metres * math.cos(bearing) / _METRES_PER_DEGREE, 6),
            round(self.longitude + metres * math.sin(bearing) / _EAST, 6),
        )


@dataclass(frozen=True)
class Street:
    """The stretch of a street inside one kelurahan."""

    name: str
    middle: Point
    bearing: float
    length: float


@dataclass(frozen=True)
class Lingkungan:
    """A neighbourhood inside a kelurahan."""

    code: str
    name: str
    middle: Point


class Cell:
    """One kelurahan: its ground, its lingkungan, its streets."""

    def __init__(self, kelurahan: Kelurahan, lingkungan: int, streets: tuple[str, ...]) -> None:
        self.kelurahan = kelurahan
        self.label = Point(kelurahan.latitude, kelurahan.longitude)
        self.radius = 1200.0 * math.sqrt(kelurahan.area_km2 / math.pi)
        self._count = lingkungan
        self._names = streets

    @cached_property
    def _rivals(self) -> tuple[Point, ...]:
        labels = (Point(item.latitude, item.longitude) for item in facts.kelurahan())
        return tuple(
            label for label in labels if 0 < label.metres_to(self.label) <= 2 * self.radius
        )

    @cached_property
    def lingkungan(self) -> tuple[Lingkungan, ...]:
        """The neighbourhoods, numbered in Roman as people do."""
        chance = dice("lingkungan", self.kelurahan.code)
        return tuple(
            Lingkungan(
                f"{self.kelurahan.code}.{number:02d}",
                f"Lingkungan {roman(number)}",
                self.anywhere(chance),
            )
            for number in range(1, self._count + 1)
        )

    @cached_property
    def streets(self) -> tuple[Street, ...]:
        """The streets, each as a straight stretch."""
        chance = dice("streets", self.kelurahan.code)
        return tuple(
            Street(
                name,
                self.anywhere(chance),
                chance.uniform(0, math.pi),
                self.radius * chance.uniform(0.5, 1.1),
            )
            for name in self._names
        )

    def holds(self, point: Point) -> bool:
        """Whether a point is in this cell."""
        own = point.metres_to(self.label)
        if own > self.radius or any(own >= point.metres_to(rival) for rival in self._rivals):
            return False
        ground = _ground()[self.kelurahan.code]
        return bool(contains_xy(ground, point.longitude, point.latitude))

    def anywhere(self, chance: random.Random) -> Point:
        """A point of the cell, each as likely as any other."""
        for _ in range(_TRIES):
            distance = self.radius * math.sqrt(chance.random())
            point = self.label.moved(distance, chance.uniform(0, 2 * math.pi))
            if self.holds(point):
                return point
        return self.label

    def along(self, street: Street, chance: random.Random) -> Point:
        """A point on or beside a street."""
        for _ in range(_TRIES):
            reach = street.length * (chance.random() - 0.5)
            on_street = street.middle.moved(reach, street.bearing)
            point = on_street.moved(abs(chance.gauss(0, 25)), chance.uniform(0, 2 * math.pi))
            if self.holds(point):
                return point
        return street.middle

    def near(self, point: Point, metres: float, chance: random.Random) -> Point:
        """A point of the cell at most so many metres away."""
        for _ in range(_TRIES):
            distance = metres * math.sqrt(chance.random())
            moved = point.moved(distance, chance.uniform(0, 2 * math.pi))
            if self.holds(moved):
                return moved
        return point


def roman(number: int) -> str:
    """A small number in Roman numerals."""
    tens, ones = divmod(number, 10)
    digits = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * tens + digits[ones]


@cache
def _ground() -> dict[str, BaseGeometry]:
    """The land of each kelurahan as the map draws it, so that no report lies outside of it."""
    areas = [
        Area(
            item.code,
            item.name,
            item.kecamatan_code,
            item.latitude,
            item.longitude,
            item.area_km2,
        )
        for item in facts.kelurahan()
    ]
    return {cell.code: cell.geometry for cell in computed_boundaries(areas).cells}


@cache
def cells() -> dict[str, Cell]:
    """The 37 cells by kelurahan code."""
    streets = {
        row["kelurahan"]: tuple(row["streets"].split(";")) for row in facts.table("streets.csv")
    }
    counts = _lingkungan_counts()
    return {
        item.code: Cell(item, counts[item.code], streets[item.name]) for item in facts.kelurahan()
    }


def _lingkungan_counts() -> dict[str, int]:
    """All lingkungan of the city, spread by the size of the kelurahan."""
    sizes = {item.code: 2.0 + math.sqrt(item.area_km2) for item in facts.kelurahan()}
    scale = facts.LINGKUNGAN / sum(sizes.values())
    counts = {code: int(size * scale) for code, size in sizes.items()}
    by_rest = sorted(sizes, key=lambda code: counts[code] - sizes[code] * scale)
    for code in by_rest[: facts.LINGKUNGAN - sum(counts.values())]:
        counts[code] += 1
    return counts


@cache
def demand() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Kelurahan codes and how much each of them reports."""
    chance = dice("demand")
    items = facts.kelurahan()
    weights = tuple((0.6 + math.sqrt(item.area_km2)) * chance.uniform(0.6, 1.5) for item in items)
    return tuple(item.code for item in items), weights


def anywhere(chance: random.Random) -> Cell:
    """The cell that a report comes from."""
    codes, weights = demand()
    return cells()[chance.choices(codes, weights)[0]]
