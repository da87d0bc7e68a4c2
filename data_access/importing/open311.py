"""Open311 GeoReport v2: service requests in JSON or XML, from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from data_access.importing.mapping import ImportMapping
from data_access.importing.sources import Cell, Row, Source, counted
from data_access.importing.texts import ImportingError
from data_access.importing.words import KNOWN_STATUSES

_LONE = re.compile("[\ud800-\udfff]")
"""Halves of characters: JSON can write them, no database can."""

FIELDS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "requested_datetime",
    "updated_datetime",
    "address",
    "lat",
    "long",
    "media_url",
)

MAPPING = ImportMapping(
    columns={
        "ticket": "service_request_id",
        "body": "description",
        "category": "service_name",
        "agency": "agency_responsible",
        "created": "requested_datetime",
        "updated": "updated_datetime",
        "status": "status",
        "latitude": "lat",
        "longitude": "long",
        "address": "address",
        "photo": "media_url",
        "follow_up": "status_notes",
    },
    statuses=KNOWN_STATUSES,
)
"""GeoReport's own names. A closed request's finish is its last update: there is no other."""


def open_requests(path: Path) -> Source:
    """The service requests of a JSON or XML file.

    Raises:
        ImportingError: the file is absent or not GeoReport.
    """
    if not path.is_file():
        raise ImportingError("no_file", file=path.name)
    requests = parse(path.read_bytes())
    return source_of(path.name, rows_of(requests), len(requests))


def source_of(name: str, rows: Iterator[Row], size: int) -> Source:
    """Rows of service requests, as a source that tells how many of them were read."""
    told, done = counted(rows)
    facts = {"format": "open311", "encoding": "utf-8", "separator": "-"}
    return Source(name, list(FIELDS), told, size=size, done=done, facts=facts)


def rows_of(
    requests: Iterable[Mapping[str, Any]], services: Mapping[str, str] | None = None, first: int = 1
) -> Iterator[Row]:
    """A row for each request, numbered; a missing service name is looked up by its code."""
    names = services or {}
    for number, request in enumerate(requests, start=first):
        cells = [_cell(request.get(name)) for name in FIELDS]
        if cells[3] is None:
            cells[3] = names.get(str(cells[4]), cells[4])
        yield Row(number, cells)


def parse(content: bytes) -> list[dict[str, Any]]:
    """Requests or services of an answer, whichever of JSON and XML it is.

    Raises:
        ImportingError: it is neither, or holds no list.
    """
    try:
        items = _from_xml(content) if content.lstrip()[:1] == b"<" else _from_json(content)
    except (ValueError, ParseError, DefusedXmlException, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise ImportingError("bad_open311", error=reason[:120]) from error
    return items


def _from_json(content: bytes) -> list[dict[str, Any]]:
    told = json.loads(content.decode("utf-8-sig"))
    if isinstance(told, dict):
        told = next((value for value in told.values() if isinstance(value, list)), None)
    if not isinstance(told, list) or not all(isinstance(item, dict) for item in told):
        raise ValueError("no list of requests")
    return told


def _from_xml(content: bytes) -> list[dict[str, Any]]:
    root = fromstring(content)
    if root.tag not in {"service_requests", "services"}:
        raise ValueError(f"<{root.tag}>")
    return [_children(item) for item in root]


def _children(item: Element) -> dict[str, Any]:
    return {child.tag: child.text for child in item}


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return _LONE.sub("", value)
    if value is None or isinstance(value, int | float):
        return value
    return json.dumps(value)
