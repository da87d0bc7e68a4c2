"""Where the kelurahan lie: from a boundary file, or computed from their label points.

Computed cells are a Voronoi partition of the label points within an outline that has the city's
area. They are indicative, and the screen says so; a file's too, unless it calls itself official.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from math import cos, pi, radians, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import MultiPoint, Point, Polygon, concave_hull, unary_union, voronoi_polygons
from shapely.affinity import scale
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data_access.records import Area

KM_PER_DEGREE = 111.195
CODE_KEYS = ("code", "kode", "kd_kelurahan", "id", "gid")
NAME_KEYS = ("name", "nama", "kelurahan", "desa", "village")
PARENT_CODE_KEYS = ("kecamatan_code", "kode_kecamatan", "kd_kecamatan", "district_code")
PARENT_KEYS = ("kecamatan", "nama_kecamatan", "district", "borough")


class BoundaryError(ValueError):
    """A boundary file that can't be used; its text says why."""


@dataclass(frozen=True)
class Boundary:
    """The land of one kelurahan, in degrees (longitude, latitude)."""

    code: str
    name: str
    geometry: BaseGeometry
    parent_code: str | None = None
    parent: str | None = None

    def rings(self) -> list[list[tuple[float, float]]]:
        """Outer rings as (longitude, latitude), rounded to about a metre."""
        parts = getattr(self.geometry, "geoms", [self.geometry])
        return [
            [(round(x, 5), round(y, 5)) for x, y in part.exterior.coords]
            for part in parts
            if isinstance(part, Polygon) and not part.is_empty
        ]


@dataclass(frozen=True)
class Boundaries:
    """All kelurahan by code; ``indicative`` where nobody answers for the lines."""

    cells: tuple[Boundary, ...]
    indicative: bool

    @cached_property
    def outline(self) -> BaseGeometry:
        """The city."""
        return unary_union([cell.geometry for cell in self.cells])


def read_boundaries(path: Path) -> Boundaries:
    """Kelurahan from a GeoJSON file of polygons.

    Its lines are indicative, unless the collection has a member ``"official": true``.

    Raises:
        BoundaryError: the file is not GeoJSON, or has no polygon with a code.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        features = content["features"]
        cells = tuple(cell for feature in features if (cell := _boundary(feature)) is not None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BoundaryError(f"{path.name} is not a GeoJSON feature collection") from error
    if not cells:
        raise BoundaryError(
            f"{path.name} has no polygon with a code; name the code one of {', '.join(CODE_KEYS)}"
        )
    official = content.get("official") is True
    return Boundaries(tuple(sorted(cells, key=lambda cell: cell.code)), indicative=not official)


def _boundary(feature: Mapping[str, Any]) -> Boundary | None:
    geometry = shape(feature["geometry"])
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return None
    properties = {key.lower(): value for key, value in (feature.get("properties") or {}).items()}
    code = _first(properties, CODE_KEYS) or feature.get("id")
    if code is None:
        return None
    parent = _first(properties, PARENT_KEYS)
    return Boundary(
        code=str(code),
        name=_first(properties, NAME_KEYS) or str(code),
        geometry=geometry if geometry.is_valid else geometry.buffer(0),
        parent_code=_first(properties, PARENT_CODE_KEYS) or parent,
        parent=parent,
    )


def _first(properties: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    found = next((properties[key] for key in keys if properties.get(key)), None)
    return None if found is None else str(found)


def computed_boundaries(areas: Sequence[Area]) -> Boundaries:
    """A cell around each label point; empty where fewer than three are known."""
    known = [a for a in areas if a.latitude is not None and a.longitude is not None]
    if len(known) < 3:
        return Boundaries((), indicative=True)
    shrink = cos(radians(sum(a.latitude or 0.0 for a in known) / len(known)))
    points = {
        area.code: Point((area.longitude or 0.0) * shrink, area.latitude or 0.0) for area in known
    }
    outline = _outline(points, known)
    regions = voronoi_polygons(MultiPoint(list(points.values())), extend_to=outline)
    cells = tuple(
        Boundary(area.code, area.name, _stretch(region.intersection(outline), shrink))
        for area in known
        for region in regions.geoms
        if region.covers(points[area.code])
    )
    return Boundaries(cells, indicative=True)


def _outline(points: dict[str, Point], known: Sequence[Area]) -> BaseGeometry:
    """A smooth outline that holds a disc of each kelurahan's area around its label point.

    The discs grow together until the outline has the area of the city.
    """
    hull = concave_hull(MultiPoint(list(points.values())), ratio=0.45)
    total = sum(area.area_km2 or 0.0 for area in known) / KM_PER_DEGREE**2
    if not total:
        return hull.buffer(0.01)
    radii = {area.code: sqrt((area.area_km2 or 0.0) / KM_PER_DEGREE**2 / pi) for area in known}
    low, high = 0.1, 3.0
    for _ in range(30):
        factor = (low + high) / 2
        outline = _smooth(hull, [points[code].buffer(r * factor) for code, r in radii.items()])
        low, high = (factor, high) if outline.area < total else (low, factor)
    return outline


def _smooth(hull: BaseGeometry, discs: Sequence[BaseGeometry]) -> BaseGeometry:
    joined = unary_union([hull, *discs])
    return joined.buffer(0.006).buffer(-0.009).buffer(0.003, quad_segs=6).simplify(0.0002)


def _stretch(geometry: BaseGeometry, shrink: float) -> BaseGeometry:
    """Back from equal distances to degrees."""
    return scale(geometry, xfact=1 / shrink, yfact=1.0, origin=(0, 0))
