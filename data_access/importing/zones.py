"""Which time zone a place is likely in: a proposal for people to check."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from math import cos, hypot, radians
from pathlib import Path
from zoneinfo import TZPATH

HOME = "Asia/Jakarta"
_INDONESIA = (-11.5, 6.5, 95.0, 141.1)
"""South, north, west, east."""

_POSITION = re.compile(r"([+-]\d{4}(?:\d{2})?)([+-]\d{5}(?:\d{2})?)")


def zone_at(latitude: float, longitude: float) -> str:
    """An IANA name: by longitude within Indonesia, else that of the nearest zone's city."""
    south, north, west, east = _INDONESIA
    if south <= latitude <= north and west <= longitude <= east:
        if longitude < 114.6:
            return HOME
        return "Asia/Makassar" if longitude < 127.5 else "Asia/Jayapura"
    cities = _cities()
    if not cities:
        return HOME
    shrink = cos(radians(latitude))
    return min(
        cities, key=lambda city: hypot(city[0] - latitude, _turn(city[1] - longitude) * shrink)
    )[2]


def _turn(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


@cache
def _cities() -> tuple[tuple[float, float, str], ...]:
    """Latitude, longitude and name of each zone's city, from the time zone database."""
    cities = []
    for line in _table().splitlines():
        parts = line.split("\t")
        found = _POSITION.fullmatch(parts[1]) if len(parts) > 2 else None
        if found and not line.startswith("#"):
            cities.append((_degrees(found[1], 3), _degrees(found[2], 4), parts[2]))
    return tuple(cities)


def _table() -> str:
    try:
        return (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, OSError):
        found = next((path for path in map(_in_folder, TZPATH) if path.is_file()), None)
        return found.read_text(encoding="utf-8") if found else ""


def _in_folder(folder: str) -> Path:
    return Path(folder) / "zone.tab"


def _degrees(written: str, whole: int) -> float:
    """Degrees of ``+DDMM``, ``+DDDMM`` and the same with seconds."""
    degrees, rest = int(written[:whole]), written[whole:]
    part = int(rest[:2]) / 60 + int(rest[2:] or 0) / 3600
    return degrees - part if written[0] == "-" else degrees + part
