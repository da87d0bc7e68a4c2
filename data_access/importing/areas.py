"""The kelurahan of reports, and the table of areas that an import fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import cos, radians
from typing import Any

from shapely import unary_union
from sqlalchemy import Connection, func, select, update

from data_access.boundaries import Boundaries
from data_access.importing.convert import Incoming
from data_access.importing.mapping import CREATE, ImportMapping
from data_access.importing.session import Inserter
from data_access.places import METRES_PER_DEGREE, Places, place_key
from data_access.schema import areas

_COLUMNS = ("code", "level", "name", "parent_code", "latitude", "longitude", "area_km2")
KECAMATAN = "kecamatan"
KELURAHAN = "kelurahan"


def fill_areas(connection: Connection, boundaries: Boundaries) -> int:
    """Kecamatan and kelurahan of the boundaries, if there are no areas yet; how many were made.

    The label point lies inside the boundary, and areas are in square kilometres.
    """
    if connection.execute(select(func.count()).select_from(areas)).scalar():
        return 0
    parents: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for cell in boundaries.cells:
        if cell.parent_code is not None:
            parents.setdefault(cell.parent_code, []).append(cell.geometry)
            names[cell.parent_code] = cell.parent or cell.parent_code
    rows: list[tuple[Any, ...]] = [
        (code, KECAMATAN, names[code], None, *_label(unary_union(shapes)))
        for code, shapes in sorted(parents.items())
    ]
    rows += [
        (cell.code, KELURAHAN, cell.name, cell.parent_code, *_label(cell.geometry))
        for cell in boundaries.cells
    ]
    Inserter(connection, areas, _COLUMNS).insert(rows)
    return len(rows)


def _label(geometry: Any) -> tuple[float, float, float]:
    """Latitude and longitude of the label point, and square kilometres."""
    point = geometry.representative_point()
    km2 = geometry.area * cos(radians(point.y)) * (METRES_PER_DEGREE / 1000) ** 2
    return round(point.y, 6), round(point.x, 6), round(km2, 3)


class AreaFinder:
    """Codes of the kelurahan of reports: by position where there are boundaries, else by name."""

    def __init__(
        self, connection: Connection, places: Places | None, mapping: ImportMapping
    ) -> None:
        self._connection = connection
        self._places = places
        self._create = mapping.unknown_area == CREATE
        self._aliases = mapping.areas
        rows = connection.execute(select(areas.c.code, areas.c.level, areas.c.name)).all()
        self._codes = {row.code for row in rows}
        self._by_name: dict[tuple[str, str], str | None] = {}
        for row in rows:
            key = (row.level, place_key(row.name))
            self._by_name[key] = None if key in self._by_name else row.code
        self._insert = Inserter(connection, areas, _COLUMNS[:4])
        self._positions: dict[str, list[float]] = {}
        self.created = 0
        self.notes: Counter[str] = Counter()

    def codes_of(self, reports: Sequence[Incoming]) -> list[str | None]:
        """One code for each report; swapped positions are put right in the reports."""
        by_position = self._by_position(reports)
        return [
            code if code is not None else self._named(report)
            for code, report in zip(by_position, reports, strict=True)
        ]

    def _by_position(self, reports: Sequence[Incoming]) -> list[str | None]:
        found: list[str | None] = [None] * len(reports)
        if self._places is None:
            return found
        placed = [at for at, report in enumerate(reports) if report.latitude is not None]
        for at in placed:
            self._unswap(reports[at])
        codes = self._places.locate_all(
            [reports[at].latitude or 0.0 for at in placed],
            [reports[at].longitude or 0.0 for at in placed],
        )
        for at, code in zip(placed, codes, strict=True):
            found[at] = code if code in self._codes else None
            self.notes["outside"] += code is None
        return found

    def _unswap(self, report: Incoming) -> None:
        latitude, longitude = report.latitude, report.longitude
        if latitude is None or longitude is None or self._places is None:
            return
        if self._places.swapped(latitude, longitude):
            report.latitude, report.longitude = longitude, latitude
            self.notes["swapped"] += 1

    def _named(self, report: Incoming) -> str | None:
        if report.kelurahan is None:
            return None
        meant = self._aliases.get(place_key(report.kelurahan))
        name = meant or report.kelurahan
        code = meant if meant in self._codes else self._known(name)
        if code is None and self._create and (KELURAHAN, place_key(name)) not in self._by_name:
            code = self._make(KELURAHAN, name, self._parent(report.kecamatan))
        if code is None:
            self.notes["unknown_place"] += 1
        elif code in self._positions and report.latitude and report.longitude:
            self._positions[code].extend((report.latitude, report.longitude))
        return code

    def _known(self, name: str) -> str | None:
        """The code of a kelurahan by its name, where there is one."""
        code = self._by_name.get((KELURAHAN, place_key(name)))
        if code is None and self._places is not None:
            code = self._places.by_name(name)
        return code if code in self._codes else None

    def _parent(self, name: str | None) -> str | None:
        if name is None:
            return None
        key = (KECAMATAN, place_key(name))
        return self._by_name.get(key) or self._make(KECAMATAN, name, None)

    def _make(self, level: str, name: str, parent: str | None) -> str:
        key = place_key(name)
        code = _unused(key[:26] or "area", self._codes)
        self._codes.add(code)
        self._by_name[(level, key)] = code
        self._insert.insert([(code, level, name, parent)])
        self._positions[code] = []
        self.created += 1
        return code

    def finish(self) -> None:
        """Give areas that were made a label point: the middle of their reports."""
        for code, flat in self._positions.items():
            if flat:
                latitude, longitude = _median(flat[0::2]), _median(flat[1::2])
                self._connection.execute(
                    update(areas)
                    .where(areas.c.code == code)
                    .values(latitude=latitude, longitude=longitude)
                )


def _unused(start: str, taken: set[str]) -> str:
    code, count = start, 1
    while code in taken:
        count += 1
        code = f"{start}-{count}"
    return code


def _median(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 6)
