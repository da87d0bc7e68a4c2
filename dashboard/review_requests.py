"""What an address of the desk asks for, checked value by value."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from dashboard.requests import BadRequestError, read_filters, read_moment
from data_access.grid import block_of
from data_access.records import UNFORWARDED, Filters, Said
from layouts.review.address import PARAMETERS
from layouts.review.words import COMPARED, DAYS

if TYPE_CHECKING:
    from data_access.reports import Reports
    from layouts.review.address import Address

OWN = ("holder", "level", "hop", "received", "finished", "feedback", "overdue", "cell", "q", "vs")
WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
LONGEST_TEXT = 200
CORNER = re.compile(r"-?\d{1,2}\.\d{3},-?\d{1,3}\.\d{3}", re.ASCII)


class BadAddressError(ValueError):
    """An address asks for what is not known; ``name`` is the parameter, ``value`` what it says."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value!r}")
        self.name = name
        self.value = value


def read_as_of(address: Address, now: datetime) -> datetime | None:
    """The moment that is asked for; ``None`` for the present. Without an offset it is in WIB.

    Raises:
        BadAddressError: it can't be read, or lies in the future.
    """
    given = [_with_zone(value) for value in address.values("as_of")]
    try:
        return read_moment(MultiDict([("as_of", value) for value in given]), now)
    except BadRequestError as error:
        raise BadAddressError("as_of", " ".join(given)) from error


def _with_zone(text: str) -> str:
    return f"{text}+07:00" if WITHOUT_ZONE.fullmatch(text) else text


def read_desk_filters(address: Address, reports: Reports) -> Filters:
    """The filters of an address.

    Raises:
        BadAddressError: a parameter or value is not known.
        DataUnavailable: the names can't be read now.
    """
    for name, value in address.query:
        if name not in PARAMETERS:
            raise BadAddressError(name, value)
    shared = [(n, v) for n, v in address.query if n not in OWN and n != "as_of"]
    found = _shared(shared, reports)
    text = " ".join(address.values("q")).strip()
    _known(address, "vs", tuple(COMPARED))
    return Filters(
        since=found.since,
        until=found.until,
        agencies=found.agencies,
        categories=found.categories,
        kecamatan=found.kecamatan,
        kelurahan=found.kelurahan,
        statuses=found.statuses,
        bands=found.bands,
        levels=tuple(int(value) for value in _known(address, "level", ("0", "1", "2", "3"))),
        text=text[:LONGEST_TEXT] or None,
        holders=_holders(address, reports),
        overdue=bool(_known(address, "overdue", ("1",))),
        hops=tuple(int(value) for value in _known(address, "hop", ("1", "2", "3"))),
        received_days=_days(address, "received"),
        finished_days=_days(address, "finished"),
        said=tuple(Said(value) for value in _known(address, "feedback", tuple(Said))),
    )


def _days(address: Address, name: str) -> int | None:
    """The longest time that is asked for, in days."""
    return max((int(value) for value in _known(address, name, tuple(DAYS))), default=None)


def read_blocks(address: Address) -> tuple[tuple[float, float], ...]:
    """The blocks of the map that an address asks for, each by its corner.

    Raises:
        BadAddressError: there is no such block.
    """
    return tuple(_block(value) for value in address.values("cell"))


def _block(value: str) -> tuple[float, float]:
    if not CORNER.fullmatch(value):
        raise BadAddressError("cell", value)
    latitude, longitude = (float(degree) for degree in value.split(","))
    if block_of(latitude, longitude) != (latitude, longitude):
        raise BadAddressError("cell", value)
    return latitude, longitude


def _shared(pairs: list[tuple[str, str]], reports: Reports) -> Filters:
    for name in dict.fromkeys(name for name, _ in pairs):
        some = MultiDict([pair for pair in pairs if pair[0] == name])
        try:
            read_filters(some, reports)
        except BadRequestError as error:
            raise BadAddressError(name, ", ".join(some.getlist(name))) from error
    try:
        return read_filters(MultiDict(pairs), reports)
    except BadRequestError as error:
        raise BadAddressError("until", dict(pairs).get("until", "")) from error


def _holders(address: Address, reports: Reports) -> tuple[str, ...]:
    if not address.values("holder"):
        return ()
    return _known(address, "holder", (UNFORWARDED, *reports.agency_names()))


def _known(address: Address, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    for value in address.values(name):
        if value not in allowed:
            raise BadAddressError(name, value)
    return address.values(name)
