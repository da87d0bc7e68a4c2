"""A mapping proposed from the file itself, with what was seen as comments."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from zoneinfo import ZoneInfo

from data_access.importing.date_guess import DateGuess, guess_formats
from data_access.importing.mapping import CREATE, FileForm, ImportMapping, mapping_from
from data_access.importing.positions import pair, position
from data_access.importing.sources import Cell, Source, says_nothing
from data_access.importing.texts import MappingError
from data_access.importing.words import HEADERS, KNOWN_STATUSES, plain_header
from data_access.importing.zones import HOME, zone_at
from data_access.plain import plain
from data_access.records import Status

SAMPLE = 20_000
_DATE_COLUMNS = (
    "created", "answered", "finished", "updated", "forwarded", "second_forwarded",
    "third_forwarded",
)  # fmt: skip
_MOST_STATUSES = 60
_FINISHED_SHARE = 0.9


@dataclass(frozen=True)
class Guess:
    """A proposed mapping and, by section of its TOML, remarks for whoever checks it."""

    proposal: ImportMapping
    remarks: Mapping[str, list[str]]

    @property
    def mapping(self) -> ImportMapping:
        """What the printed TOML means: what is shown is what is used."""
        return mapping_from(tomllib.loads(self.toml()))

    def toml(self) -> str:
        """The mapping as TOML, ready for ``--mapping``."""
        return _toml(self.proposal, self.remarks)


def guess_mapping(source: Source, form: FileForm) -> Guess:
    """Propose a mapping from the source's header and first rows; it is closed then.

    Raises:
        MappingError: no column for the moment of creation, or for any text, could be found.
    """
    with closing(source):
        rows = [row.cells for row in islice(source.rows, SAMPLE) if row.problem is None]
    sample = _Sample(source.header, rows)
    columns, dates = _columns(sample)
    remarks: dict[str, list[str]] = {"": [f"{source.name}: {len(rows)} baris dilihat"]}
    _check(columns, source.header)
    remarks["columns"] = [f"tidak dipakai: {name}" for name in sample.unused(columns)]
    remarks["dates"] = _date_remarks(dates)
    finished = columns.get("finished")
    statuses = _statuses(sample, columns.get("status"), finished, remarks)
    mapping = ImportMapping(
        columns=columns,
        formats=dates.formats,
        decimal=_decimal(sample, columns),
        statuses=statuses,
        unknown_area=CREATE if "kelurahan" in columns else "leave",
        file=replace(
            form,
            format=source.facts.get("format"),
            encoding=_kept(source.facts.get("encoding")),
            separator=_kept(source.facts.get("separator")),
            header=int(source.facts.get("header", 1)),
            sheet=source.facts.get("sheet"),
        ),
    )
    return Guess(replace(mapping, zone=_zone(sample, mapping, remarks)), remarks)


def _kept(fact: str | None) -> str | None:
    return None if fact == "-" else fact


def _check(columns: Mapping[str, str], header: list[str]) -> None:
    known = ", ".join(header)
    if "created" not in columns:
        raise MappingError("guess_failed", column="created", known=known)
    if not {"ticket", "title", "body"} & set(columns):
        raise MappingError("guess_failed", column="ticket", known=known)


class _Sample:
    """The header and the values of each column, empty ones left out."""

    def __init__(self, header: list[str], rows: list[list[Cell]]) -> None:
        self.header = header
        self.rows = rows
        self._values: dict[str, list[Cell]] = {}

    def values(self, name: str) -> list[Cell]:
        """What a column says."""
        if name not in self._values:
            at = self.header.index(name)
            self._values[name] = [row[at] for row in self.rows if not says_nothing(row[at])]
        return self._values[name]

    def texts(self, name: str) -> list[str]:
        """The same where it is text, without blanks around."""
        return [value.strip() for value in self.values(name) if isinstance(value, str)]

    def unused(self, columns: Mapping[str, str]) -> list[str]:
        """Headers that no column of the mapping took."""
        return [name for name in self.header if name not in columns.values()]


# -- columns --------------------------------------------------------------------------------


def _columns(sample: _Sample) -> tuple[dict[str, str], DateGuess]:
    """Which header is which column: by its name, if its values agree."""
    plain_names = {plain_header(name): name for name in reversed(sample.header)}
    taken: dict[str, str] = {}
    for column, words in HEADERS.items():
        if column == "position" and {"latitude", "longitude"} <= taken.keys():
            continue
        for word in words:
            name = plain_names.get(word)
            if name is not None and name not in taken.values() and _agrees(sample, column, name):
                taken[column] = name
                break
    dated = [taken[column] for column in _DATE_COLUMNS if column in taken]
    texts = [text for name in dated for text in sample.texts(name)]
    return taken, guess_formats(texts) if texts else DateGuess(("iso",), 1.0, ambiguous=False)


def _agrees(sample: _Sample, column: str, name: str) -> bool:
    check = _CHECKS.get(column)
    values = sample.values(name)
    return check is None or (not values and column != "ticket") or check(sample, name)


def _is_key(sample: _Sample, name: str) -> bool:
    values = sample.values(name)
    return len(values) >= 0.9 * len(sample.rows) and len(set(values)) >= 0.9 * len(values)


def _is_date(sample: _Sample, name: str) -> bool:
    texts = sample.texts(name)
    return not texts or guess_formats(texts[:500]).share >= 0.5


def _is_number(sample: _Sample, name: str) -> bool:
    values = sample.values(name)
    return sum(_number(value) for value in values) >= 0.5 * len(values)


def _number(value: Cell) -> bool:
    try:
        float(str(value).strip().replace(",", "."))
    except ValueError:
        return False
    return True


def _is_position(sample: _Sample, name: str) -> bool:
    values = sample.values(name)[:500]
    return sum(position(*pair(value))[0] is not None for value in values) > len(values) / 2


def _is_words(sample: _Sample, name: str) -> bool:
    return not _is_number(sample, name) and not _is_position(sample, name)


def _is_status(sample: _Sample, name: str) -> bool:
    return len({str(value).strip() for value in sample.values(name)}) <= _MOST_STATUSES


_Check = Callable[[_Sample, str], bool]
_CHECKS: dict[str, _Check] = {
    "ticket": _is_key,
    "latitude": _is_number,
    "longitude": _is_number,
    "position": _is_position,
    "address": _is_words,
    "status": _is_status,
    "kelurahan": _is_words,
    "kecamatan": _is_words,
    "agency": _is_words,
    "category": _is_words,
    **dict.fromkeys(_DATE_COLUMNS, _is_date),
}


# -- dates, statuses, numbers, zone ---------------------------------------------------------


def _date_remarks(dates: DateGuess) -> list[str]:
    remarks = [f"{dates.share:.1%} tanggal terbaca"]
    if dates.ambiguous:
        remarks.append("hari dan bulan tak dapat dibedakan dari isinya: PERIKSA")
    return remarks


def _statuses(
    sample: _Sample, name: str | None, finished: str | None, remarks: dict[str, list[str]]
) -> dict[str, Status]:
    """The file's words that are known, and those that nearly always come with a finish."""
    if name is None:
        return {}
    counts = Counter(str(value).strip() for value in sample.values(name))
    ended = _ended(sample, name, finished)
    found: dict[str, Status] = {}
    notes = remarks.setdefault("status", [])
    for word, count in counts.most_common(_MOST_STATUSES):
        status = KNOWN_STATUSES.get(plain(word))
        if status is None and ended[word] >= _FINISHED_SHARE * count:
            status = Status.DONE
            notes.append(f"{word!r} tidak dikenal, tetapi selalu ada tanggal selesai: PERIKSA")
        if status is None:
            notes.append(f"{word!r} ({count} baris) tidak dikenal: tambahkan di bawah")
        else:
            found[word] = status
            notes.append(f"{word!r}: {count} baris")
    return found


def _ended(sample: _Sample, status: str, finished: str | None) -> Counter[str]:
    """How many rows of each status have a finish."""
    if finished is None:
        return Counter()
    at, end = sample.header.index(status), sample.header.index(finished)
    return Counter(str(row[at]).strip() for row in sample.rows if not says_nothing(row[end]))


def _decimal(sample: _Sample, columns: Mapping[str, str]) -> str:
    texts = [text for name in _coordinates(columns) for text in sample.texts(name)]
    commas = sum("," in text for text in texts)
    return "," if commas > len(texts) / 2 else "."


def _coordinates(columns: Mapping[str, str]) -> list[str]:
    return [columns[name] for name in ("latitude", "longitude") if name in columns]


def _zone(sample: _Sample, mapping: ImportMapping, remarks: dict[str, list[str]]) -> ZoneInfo:
    """The zone where the reports lie; the city's own where they have no positions."""
    points = [
        (latitude, longitude)
        for latitude, longitude in _positions(sample, mapping)
        if latitude is not None and longitude is not None
    ]
    if not points:
        remarks["dates"].append(f"zona waktu tidak diketahui: {HOME} dianggap benar, PERIKSA")
        return ZoneInfo(HOME)
    remarks["dates"].append("zona waktu ditebak dari letak laporan: PERIKSA")
    middle = [sorted(values)[len(values) // 2] for values in zip(*points, strict=True)]
    return ZoneInfo(zone_at(*middle))


def _positions(
    sample: _Sample, mapping: ImportMapping
) -> Iterable[tuple[float | None, float | None]]:
    columns = mapping.columns
    index = sample.header.index
    if "latitude" in columns and "longitude" in columns:
        lat, lon = index(columns["latitude"]), index(columns["longitude"])
        return (position(row[lat], row[lon], mapping.decimal)[:2] for row in sample.rows)
    if "position" in columns:
        at = index(columns["position"])
        return (position(*pair(row[at]), mapping.decimal)[:2] for row in sample.rows)
    return ()


# -- TOML -----------------------------------------------------------------------------------


def _toml(mapping: ImportMapping, remarks: Mapping[str, list[str]]) -> str:
    form = mapping.file
    sections: dict[str, dict[str, object]] = {
        "file": {
            "format": form.format,
            "encoding": form.encoding,
            "separator": form.separator,
            "header": form.header,
            "sheet": form.sheet,
        },
        "columns": dict(mapping.columns),
        "dates": {
            "formats": list(mapping.formats),
            "zone": mapping.zone.key,
            "unknown_finish": mapping.unknown_finish,
        },
        "numbers": {"decimal": mapping.decimal},
        "status": {"unknown": mapping.unknown_status},
        "status.words": {word: status.value for word, status in mapping.statuses.items()},
        "areas": {"unknown": mapping.unknown_area},
    }
    parts = [_comments(remarks.get("", []))]
    for name, values in sections.items():
        lines = [f"{_key(k)} = {_value(v)}" for k, v in values.items() if v is not None]
        parts.append(f"[{name}]\n" + _comments(remarks.get(name, [])) + "\n".join(lines))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _comments(lines: Iterable[str]) -> str:
    seen = ("".join(mark if mark.isprintable() else " " for mark in line) for line in lines)
    return "".join("# " + " ".join(line.split()) + "\n" for line in seen)


def _key(text: str) -> str:
    return text if text.isascii() and text.isidentifier() else _value(text)


def _value(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's too, but for the DEL character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
