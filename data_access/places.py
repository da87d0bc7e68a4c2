"""Which kelurahan a position or a name belongs to. Pure; distances are metres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from data_access.boundaries import Boundary
from data_access.plain import plain

NEAR_M = 100.0
"""A position this close outside every boundary still belongs to the nearest one."""

METRES_PER_DEGREE = 111_195.0
_MARGIN_DEGREES = 0.02
_PREFIXES = ("kelurahan desa ", "kelurahan ", "kel ", "desa ")


class Places:
    """The kelurahan of one city.

    A position belongs to the boundary that it lies in or on; where boundaries overlap, to the
    smallest by area, then to the one whose code comes first; outside all of them to the nearest
    within ``NEAR_M``, by the same order between equals; else to none: "luar kota".
    """

    def __init__(self, boundaries: Iterable[Boundary]) -> None:
        cells = list(boundaries)
        self._bounds = _bounds(cells)
        self._shrink = cos(radians((self._bounds[1] + self._bounds[3]) / 2))
        metric = [self._metric(cell.geometry) for cell in cells]
        order = sorted(range(len(cells)), key=lambda at: (metric[at].area, cells[at].code))
        self._codes = [cells[at].code for at in order]
        self._tree = STRtree([metric[at] for at in order])
        self._names = _Names((cell.code, cell.name) for cell in cells)

    def _metric(self, geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(
            shapely.force_2d(geometry),
            lambda points: points * (METRES_PER_DEGREE * self._shrink, METRES_PER_DEGREE),
        )

    def locate(self, latitude: float, longitude: float) -> str | None:
        """Code of the kelurahan at a position in WGS84 degrees, or ``None`` outside the city."""
        return self.locate_all([latitude], [longitude])[0]

    def locate_all(
        self, latitudes: Sequence[float], longitudes: Sequence[float]
    ) -> list[str | None]:
        """The same for many positions at once, in their order."""
        scale = METRES_PER_DEGREE
        points = np.asarray(
            shapely.points(
                np.asarray(longitudes, dtype=float) * (scale * self._shrink),
                np.asarray(latitudes, dtype=float) * scale,
            )
        )
        none = len(self._codes)
        best = np.full(len(points), none)
        at_point, at_cell = self._tree.query(points, predicate="intersects")
        np.minimum.at(best, at_point, at_cell)
        self._nearest(points, best, none)
        return [self._codes[at] if at < none else None for at in best]

    def _nearest(self, points: NDArray[Any], best: NDArray[Any], none: int) -> None:
        outside = np.flatnonzero(best == none)
        if not outside.size:
            return
        at_point, at_cell = self._tree.query_nearest(points[outside], max_distance=NEAR_M)
        np.minimum.at(best, outside[at_point], at_cell)

    def by_name(self, name: str) -> str | None:
        """Code of a kelurahan by its name.

        Case, spaces, accents and a leading "Kelurahan" don't matter, and neither does what
        follows a comma. ``None`` where no or more than one kelurahan has the name.
        """
        return self._names.code_of(name) or self._names.code_of(name.split(",", 1)[0])

    def swapped(self, latitude: float, longitude: float) -> bool:
        """Whether the position lies near the city only with latitude and longitude exchanged."""
        return not self._near(latitude, longitude) and self._near(longitude, latitude)

    def _near(self, latitude: float, longitude: float) -> bool:
        west, south, east, north = self._bounds
        return (
            west - _MARGIN_DEGREES <= longitude <= east + _MARGIN_DEGREES
            and south - _MARGIN_DEGREES <= latitude <= north + _MARGIN_DEGREES
        )


class _Names:
    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._codes: dict[str, str | None] = {}
        for code, name in named:
            self.add(code, name)

    def add(self, code: str, name: str) -> None:
        key = place_key(name)
        self._codes[key] = code if self._codes.get(key, code) == code else None

    def code_of(self, name: str) -> str | None:
        return self._codes.get(place_key(name))


def place_key(name: str) -> str:
    """A place's name as it is compared: "Kel. Jatinegara" is "Jati Negara"."""
    key = plain(name)
    for prefix in _PREFIXES:
        if key.startswith(prefix):
            key = key.removeprefix(prefix)
            break
    return key.replace(" ", "").replace("'", "")


def _bounds(cells: Sequence[Boundary]) -> tuple[float, float, float, float]:
    if not cells:
        return (0.0, 0.0, 0.0, 0.0)
    west, south, east, north = shapely.total_bounds([cell.geometry for cell in cells])
    return float(west), float(south), float(east), float(north)
