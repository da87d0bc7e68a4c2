"""Reading moments as other systems write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from data_access.importing.texts import MappingError

MomentReader = Callable[[Any], datetime]
"""From a cell (text, number, date or datetime) to a moment in UTC; ValueError where it can't."""

_Part = Callable[[str], datetime]

_MONTHS = (
    ("januari", "january", "jan"),
    ("februari", "february", "pebruari", "feb", "peb"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "agst", "ags", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)
_MONTH_NUMBER = {name: n for n, names in enumerate(_MONTHS, start=1) for name in names}
_ZONES = {
    "wib": timezone(timedelta(hours=7)),
    "wita": timezone(timedelta(hours=8)),
    "wit": timezone(timedelta(hours=9)),
    "utc": UTC,
    "gmt": UTC,
    "z": UTC,
}
_DIRECTIVES = {
    "Y": "(?P<year>[0-9]{4})",
    "y": "(?P<short_year>[0-9]{2})",
    "m": "(?P<month>[0-9]{1,2})",
    "B": r"(?P<name>[^\W\d]+)\.?",
    "b": r"(?P<name>[^\W\d]+)\.?",
    "d": "(?P<day>[0-9]{1,2})",
    "H": "(?P<hour>[0-9]{1,2})",
    "I": "(?P<hour>[0-9]{1,2})",
    "M": "(?P<minute>[0-9]{1,2})",
    "S": "(?P<second>[0-9]{1,2})",
    "f": "(?P<fraction>[0-9]{1,6})",
    "p": r"(?P<half>[ap])\.?\s?m\.?",
    "A": r"[^\W\d]+['’]?[^\W\d]*",
    "a": r"[^\W\d]+['’]?[^\W\d]*\.?",
    "z": "(?P<offset>z|[+-][0-9]{2}:?[0-9]{2})",
    "Z": "(?P<zone>wib|wita|wit|utc|gmt)",
    "%": "%",
}
_TOKEN = re.compile(r"%(.)|(\s+)|([^%\s]+)", re.DOTALL)
_FIXED = re.compile(
    r"%(?P<first>[dm])(?P<mark>[/.-])%(?!(?P=first))[dm](?P=mark)%Y(?P<time>(?: %H:%M(?::%S)?)?)"
)
_ISO_SECONDS = len("2024-01-02 03:04:05")
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)
_EXCEL_LAST = 2958466
_MILLISECONDS_FROM = 10**11


def moment_reader(formats: Sequence[str], zone: tzinfo) -> MomentReader:
    """A reader that tries the formats in order; a moment without a zone of its own is in ``zone``.

    A format is ``iso``, ``excel`` (days since 1899-12-30), ``epoch`` (seconds or milliseconds
    since 1970) or one of strptime's. Months may be Indonesian or English; names of days are
    passed over. A date alone is the beginning of that day. An hour that the end of summer time
    repeats is its first one.

    Raises:
        MappingError: a format has a directive that isn't known.
    """
    readers = [_reader_of(text, zone) for text in formats]

    def read(cell: Any) -> datetime:
        if not isinstance(cell, str):
            return _read_typed(cell, zone)
        text = cell.strip()
        for reader in readers:
            try:
                return reader(text).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise ValueError(cell)

    return read


def _read_typed(cell: Any, zone: tzinfo) -> datetime:
    try:
        if isinstance(cell, datetime):
            return (cell if cell.tzinfo else cell.replace(tzinfo=zone)).astimezone(UTC)
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day, tzinfo=zone).astimezone(UTC)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _excel(cell, zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(cell)) from error
    raise ValueError(str(cell))


def _reader_of(text: str, zone: tzinfo) -> _Part:
    if text == "iso":
        return lambda cell: _iso(cell, zone)
    if text == "excel":
        return lambda cell: _excel(float(cell.replace(",", ".")), zone)
    if text == "epoch":
        return _epoch
    return _strptime(text, zone)


def _iso(cell: str, zone: tzinfo) -> datetime:
    """ISO 8601; ``08.15`` is no hour with a fraction, which is how Python would read it."""
    if "." in cell[:_ISO_SECONDS] or "," in cell[:_ISO_SECONDS]:
        raise ValueError(cell)
    moment = datetime.fromisoformat(cell)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _excel(days: float, zone: tzinfo) -> datetime:
    if not 1 <= days < _EXCEL_LAST:
        raise ValueError(days)
    moment = _EXCEL_DAY_ZERO + timedelta(milliseconds=round(days * 86_400_000))
    return moment.replace(tzinfo=zone)


def _epoch(cell: str) -> datetime:
    seconds = float(cell)
    if abs(seconds) >= _MILLISECONDS_FROM:
        seconds /= 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _strptime(text: str, zone: tzinfo) -> _Part:
    pattern = pattern_of(text)
    match = pattern.fullmatch

    def read(cell: str) -> datetime:
        found = match(cell)
        if found is None:
            raise ValueError(cell)
        return _built(found.groupdict(), zone)

    fixed = _FIXED.fullmatch(text)
    return _fixed_first(fixed, read, zone) if fixed is not None else read


def _fixed_first(form: re.Match[str], read: _Part, zone: tzinfo) -> _Part:
    """The usual ``01/02/2018 03:04:05``, made fast: ISO's reader does the work.

    Whatever has not exactly this form goes to ``read``.
    """
    day_at, month_at = (0, 3) if form["first"] == "d" else (3, 0)
    mark, time = form["mark"], form["time"]
    length = 10 + len(time)
    seams = time[0::3]
    fromisoformat = datetime.fromisoformat

    def read_fixed(cell: str) -> datetime:
        if len(cell) == length and cell[2] == cell[5] == mark and cell[10::3] == seams:
            day, month = cell[day_at : day_at + 2], cell[month_at : month_at + 2]
            try:
                moment = fromisoformat(f"{cell[6:10]}-{month}-{day}{cell[10:]}")
            except ValueError:
                return read(cell)
            return moment.replace(tzinfo=zone)
        return read(cell)

    return read_fixed


@lru_cache(maxsize=4096)
def pattern_of(text: str) -> re.Pattern[str]:
    """What matches moments written in a format.

    Raises:
        MappingError: the format has a directive that isn't known, or one twice.
    """
    parts = []
    for directive, space, literal in _TOKEN.findall(text):
        if directive:
            if directive not in _DIRECTIVES:
                raise MappingError("mapping_format", format=text, directive=f"%{directive}")
            parts.append(_DIRECTIVES[directive])
        else:
            parts.append(r"\s+" if space else re.escape(literal))
    try:
        return re.compile("".join(parts), re.IGNORECASE)
    except re.error as error:
        raise MappingError("mapping_format", format=text, directive=str(error)) from error


def _built(parts: dict[str, str | None], zone: tzinfo) -> datetime:
    get = parts.get
    return datetime(
        _year(parts),
        _month(parts),
        int(get("day") or 1),
        _hour(int(get("hour") or 0), get("half")),
        int(get("minute") or 0),
        int(get("second") or 0),
        int((get("fraction") or "0").ljust(6, "0")),
        tzinfo=_zone(parts) or zone,
    )


def _year(parts: dict[str, str | None]) -> int:
    year, short = parts.get("year"), parts.get("short_year")
    if year is None and short is not None:
        return int(short) + (2000 if int(short) < 69 else 1900)
    return int(year or 0)


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("name")
    if name is not None:
        return _MONTH_NUMBER.get(name.casefold(), 0)
    return int(parts.get("month") or 0)


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.casefold() == "p" else 0)


def _zone(parts: dict[str, str | None]) -> tzinfo | None:
    name, offset = parts.get("zone"), parts.get("offset")
    if name is not None:
        return _ZONES[name.casefold()]
    if offset is None or offset.casefold() == "z":
        return UTC if offset else None
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
