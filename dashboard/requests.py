"""What an address asks for: the moment and the filters, each checked, each error a sentence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from data_access.periods import midnight
from data_access.records import BEGINNING, AgeBand, Filters, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from data_access.reports import Reports

PARAMETERS = (
    "as_of",
    "since",
    "until",
    "agency",
    "category",
    "kecamatan",
    "kelurahan",
    "status",
    "band",
)


class BadRequestError(ValueError):
    """An address that asks for something that can't be; its text says what is allowed."""


def read_moment(args: MultiDict[str, str], now: datetime) -> datetime | None:
    """``as_of``, or ``None`` where the present is asked for.

    Raises:
        BadRequestError: not ISO 8601 with an offset, before the beginning, or in the future.
    """
    text = _single(args, "as_of")
    if text is None:
        return None
    moment = _moment("as_of", text)
    if not BEGINNING <= moment <= now + timedelta(minutes=1):
        raise BadRequestError(f"as_of must lie between {BEGINNING.date()} and now")
    return moment


def read_filters(args: MultiDict[str, str], reports: Reports) -> Filters:
    """The filters of an address; names are checked against the database.

    Raises:
        BadRequestError: an unknown parameter or value, or a period that ends before it begins.
        DataUnavailable: the names can't be read now.
    """
    unknown = sorted(set(args) - set(PARAMETERS))
    if unknown:
        raise BadRequestError(f"unknown parameter {unknown[0]!r}; allowed: {', '.join(PARAMETERS)}")
    since, until = (_bound(args, name) for name in ("since", "until"))
    if since and until and since >= until:
        raise BadRequestError("since must come before until")
    return Filters(
        since=since,
        until=until,
        agencies=_named(args, "agency", reports.agency_names),
        categories=_named(args, "category", reports.category_names),
        kecamatan=_coded(args, "kecamatan", reports),
        kelurahan=_coded(args, "kelurahan", reports),
        statuses=tuple(Status(value) for value in _among(args, "status", list(Status))),
        bands=tuple(AgeBand(value) for value in _among(args, "band", list(AgeBand))),
    )


def _single(args: MultiDict[str, str], name: str) -> str | None:
    values = args.getlist(name)
    if len(values) > 1:
        raise BadRequestError(f"{name} may be given once")
    return values[0] if values else None


def _moment(name: str, text: str) -> datetime:
    try:
        # a plus sign in an address arrives as a space
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequestError(
            f"{name} must be ISO 8601 with an offset, for instance 2019-05-31T23:59:59+07:00"
        )
    return moment


def _bound(args: MultiDict[str, str], name: str) -> datetime | None:
    text = _single(args, name)
    if text is None:
        return None
    try:
        return midnight(date.fromisoformat(text))
    except ValueError:
        return _moment(name, text)


def _named(
    args: MultiDict[str, str], name: str, known: Callable[[], Sequence[str]]
) -> tuple[str, ...]:
    return _among(args, name, known()) if args.getlist(name) else ()


def _coded(args: MultiDict[str, str], level: str, reports: Reports) -> tuple[str, ...]:
    """Codes of places that were given by code or name."""
    if not args.getlist(level):
        return ()
    codes: Mapping[str, str] = {
        key: area.code for area in reports.areas(level) for key in (area.code, area.name)
    }
    return tuple(codes[value] for value in _among(args, level, codes))


def _among(args: MultiDict[str, str], name: str, allowed: Iterable[str]) -> tuple[str, ...]:
    known = [str(value) for value in allowed]
    given = tuple(dict.fromkeys(args.getlist(name)))
    for value in given:
        if value not in known:
            raise BadRequestError(f"unknown {name}; allowed: {', '.join(known)}")
    return given
