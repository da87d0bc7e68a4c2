"""Positions as other systems write them. Degrees in WGS84."""

from __future__ import annotations

import re
from math import isfinite

from data_access.importing.sources import Cell, says_nothing

_TWO = re.compile(
    r"\(?\s*(-?[0-9]+(?:[.,][0-9]+)?)(?:\s*;\s*|\s*,\s+|\s+|,)(-?[0-9]+[.,]?[0-9]*)\s*\)?"
)


def position(
    first: Cell, second: Cell, decimal: str = "."
) -> tuple[float | None, float | None, str | None]:
    """Latitude, longitude, and what had to be mended, as a key of the catalogue.

    Swapped ones are swapped back where they can't be right as they are; impossible, half and 0/0
    ones are dropped. Two empty cells are no position, and nothing to mend.
    """
    latitude, longitude = _degrees(first, decimal), _degrees(second, decimal)
    if latitude is None or longitude is None or not (latitude or longitude):
        empty = says_nothing(first) and says_nothing(second)
        return None, None, None if empty else "no_position"
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return latitude, longitude, None
    if abs(longitude) <= 90 and abs(latitude) <= 180:
        return longitude, latitude, "swapped"
    return None, None, "no_position"


def _degrees(cell: Cell, decimal: str) -> float | None:
    if isinstance(cell, str) and decimal == "," and "," in cell:
        cell = cell.replace(".", "").replace(",", ".")
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return value if isfinite(value) else None


def pair(cell: Cell) -> tuple[Cell, Cell]:
    """First and second number of ``3.6, 98.5``, or latitude and longitude of ``POINT (98.5 3.6)``.

    Either may have decimal commas. Where it is neither, the second is ``None``.
    """
    if says_nothing(cell):
        return None, None
    text = str(cell).strip()
    well_known = text.upper().startswith("POINT")
    found = _TWO.fullmatch(text[5:].strip() if well_known else text)
    if found is None:
        return text, None
    first, second = (number.replace(",", ".") for number in found.groups())
    return (second, first) if well_known else (first, second)
