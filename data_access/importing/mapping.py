"""The mapping: which column is what, how it is written, and what its words mean."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data_access.importing.moments import moment_reader
from data_access.importing.texts import MappingError
from data_access.importing.words import HEADERS, TRUE, plain_header
from data_access.places import place_key
from data_access.plain import plain
from data_access.records import Status

COLUMNS = tuple(HEADERS)
"""What a column of a file can be."""

BY_DATES = "dates"
QUARANTINE = "quarantine"
CREATE = "create"

_STATUS_NAMES = tuple(status.value for status in Status)


@dataclass(frozen=True)
class FileForm:
    """How the file is written; ``None`` is found out from the file itself."""

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class ImportMapping:
    """What the cells of one kind of file mean.

    Attributes:
        columns: from a name of ``COLUMNS`` to the header of the file's column.
        formats: how moments are written, as ``moments.moment_reader`` takes them.
        zone: of moments that name none.
        decimal: ``.`` or ``,`` in latitudes and longitudes.
        statuses: from a plain word to a status.
        unknown_status: ``dates`` (by the moments that are there), ``quarantine`` or a status.
        unknown_finish: for finished reports without any moment: ``import`` (the import's own),
            ``created`` or ``quarantine``.
        truths: plain words that mean yes.
        agencies: from a plain name in the file to the agency's abbreviation.
        areas: from a kelurahan's name in the file to its name or code.
        unknown_area: ``create`` or ``leave`` a kelurahan that isn't known.
    """

    columns: Mapping[str, str]
    formats: tuple[str, ...] = ("iso",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    decimal: str = "."
    statuses: Mapping[str, Status] = field(default_factory=dict)
    unknown_status: str = BY_DATES
    unknown_finish: str = "import"
    truths: frozenset[str] = TRUE
    agencies: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    unknown_area: str = "leave"
    file: FileForm = field(default_factory=FileForm)

    def with_file(self, **given: Any) -> ImportMapping:
        """The same with what was given on the command line instead."""
        return replace(
            self, file=replace(self.file, **{k: v for k, v in given.items() if v is not None})
        )


def read_mapping(path: Path) -> ImportMapping:
    """Read a mapping from a TOML file.

    Raises:
        MappingError: with one sentence that says what is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingError("no_file", file=path.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError("mapping_toml", file=path.name, error=error) from error
    return mapping_from(content)


def mapping_from(content: Mapping[str, Any]) -> ImportMapping:
    """Check the parsed TOML and make a mapping of it.

    Raises:
        MappingError: with one sentence that says what is wrong.
    """
    _known_keys("", content, _SECTIONS)
    given: dict[str, Any] = {}
    for section, value in content.items():
        _of_kind("", section, value, dict)
        given.update(_SECTIONS[section](value))
    mapping = ImportMapping(columns=given.pop("columns", {}), **given)
    _check_needed(mapping.columns)
    return mapping


def resolve(mapping: ImportMapping, header: list[str]) -> dict[str, int]:
    """From contract columns to positions in the file's rows.

    Headers are compared without case, accents and punctuation where they don't match as typed.

    Raises:
        MappingError: the file lacks a column.
    """
    exact = {name: at for at, name in reversed(list(enumerate(header)))}
    loose = {plain_header(name): at for at, name in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for column, name in mapping.columns.items():
        at = exact.get(name, loose.get(plain_header(name)))
        if at is None:
            raise MappingError(
                "mapping_column", header=name, column=column, known=", ".join(header)
            )
        found[column] = at
    return found


# -- sections -------------------------------------------------------------------------------


def _columns(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("columns", section, COLUMNS)
    for key, value in section.items():
        _of_kind("columns", key, value, str)
    return {"columns": section}


def _file(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("file", section, [item.name for item in fields(FileForm)])
    for key, value in section.items():
        _of_kind("file", key, value, int if key == "header" else str)
    if section.get("header", 1) < 1:
        raise MappingError(
            "mapping_kind", section="file", key="header", kind="≥ 1", value=section["header"]
        )
    _choice("file", section, "format", ("csv", "tsv", "xlsx", "open311"))
    return {"file": FileForm(**section)}


def _dates(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("dates", section, ("formats", "zone", "unknown_finish"))
    given: dict[str, Any] = {}
    if "formats" in section:
        given["formats"] = tuple(_words("dates", "formats", section["formats"]))
        moment_reader(given["formats"], ZoneInfo("UTC"))
    if "zone" in section:
        given["zone"] = _zone(section["zone"])
    _choice("dates", section, "unknown_finish", ("import", "created", QUARANTINE))
    return given | _kept(section, "unknown_finish")


def _numbers(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("numbers", section, ("decimal",))
    _choice("numbers", section, "decimal", (".", ","))
    return _kept(section, "decimal")


def _status(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("status", section, ("words", "unknown"))
    choices = (BY_DATES, QUARANTINE, *_STATUS_NAMES)
    _choice("status", section, "unknown", choices)
    words = section.get("words", {})
    _of_kind("status", "words", words, dict)
    for word in words:
        _choice("status.words", words, word, _STATUS_NAMES)
    given: dict[str, Any] = {
        "statuses": {plain(word): Status(value) for word, value in words.items()}
    }
    if "unknown" in section:
        given["unknown_status"] = section["unknown"]
    return given


def _flags(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("flags", section, ("true",))
    return {"truths": frozenset(map(plain, _words("flags", "true", section.get("true", []))))}


def _agencies(section: dict[str, Any]) -> dict[str, Any]:
    for key, value in section.items():
        _of_kind("agencies", key, value, str)
    return {"agencies": {plain(name): short for name, short in section.items()}}


def _areas(section: dict[str, Any]) -> dict[str, Any]:
    _known_keys("areas", section, ("unknown", "names"))
    _choice("areas", section, "unknown", (CREATE, "leave"))
    names = section.get("names", {})
    _of_kind("areas", "names", names, dict)
    for key, value in names.items():
        _of_kind("areas.names", key, value, str)
    given: dict[str, Any] = {"areas": {place_key(name): meant for name, meant in names.items()}}
    if "unknown" in section:
        given["unknown_area"] = section["unknown"]
    return given


_SECTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "file": _file,
    "columns": _columns,
    "dates": _dates,
    "numbers": _numbers,
    "status": _status,
    "flags": _flags,
    "agencies": _agencies,
    "areas": _areas,
}


# -- checks ---------------------------------------------------------------------------------


def _check_needed(columns: Mapping[str, str]) -> None:
    if "created" not in columns:
        raise MappingError("mapping_needs", column="created")
    if not {"ticket", "title", "body"} & set(columns):
        raise MappingError("mapping_identity")


def _known_keys(section: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for key in given:
        if key in names:
            continue
        if not section:
            raise MappingError("mapping_section", section=key, known=", ".join(names))
        raise MappingError("mapping_key", key=key, section=section, known=", ".join(names))


def _of_kind(section: str, key: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        named = {str: "teks/text", int: "angka/number", dict: "tabel/table", list: "daftar/list"}
        raise MappingError(
            "mapping_kind", section=section or "TOML", key=key, kind=named[kind], value=value
        )


def _words(section: str, key: str, value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    _of_kind(section, key, values, list)
    for item in values:
        _of_kind(section, key, item, str)
    return list(values)


def _choice(section: str, given: Mapping[str, Any], key: str, known: tuple[str, ...]) -> None:
    if key in given and given[key] not in known:
        raise MappingError(
            "mapping_choice", section=section, key=key, value=given[key], known=", ".join(known)
        )


def _kept(section: dict[str, Any], key: str) -> dict[str, Any]:
    return {key: section[key]} if key in section else {}


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise MappingError("mapping_zone", zone=name) from error
