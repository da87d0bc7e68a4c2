"""A desk for tests: what pages are drawn with, and records to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from babel.support import Translations
from dash.development.base_component import Component

from data_access.boundaries import Boundaries
from data_access.records import (
    ALL,
    AgeBand,
    AgencyBacklog,
    Filters,
    MonthVolume,
    OnTime,
    Queue,
    Share,
    Status,
    Survival,
)
from data_access.review_records import (
    Event,
    EventKind,
    Hop,
    PeriodFigures,
    ReportDetail,
    ReportRow,
    Similar,
)
from data_access.rights import Rights
from layouts.palette import DAY
from layouts.review.address import Address, read_address
from layouts.review.desk import Desk
from layouts.review.overview import Overview

TRANSLATIONS = Path(__file__).parents[1] / "translations"
NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
EVERYTHING = Rights(
    see_queue=True, see_reports=True, see_confidential=True, reveal=True, export_rows=True
)
NO_LAND = Boundaries((), indicative=True)
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'


def words_of(language: str) -> Callable[[str], str]:
    """The catalogue of a language."""
    found = Translations.load(TRANSLATIONS, [language])
    return found.ugettext


def make_desk(
    href: str = "/tinjau/",
    *,
    language: str = "id",
    rights: Rights = EVERYTHING,
    filters: Filters = ALL,
) -> Desk:
    """A desk at an address."""
    path, _, search = href.partition("?")
    return Desk(
        address=read_address(path, search) if href else Address(),
        as_of=NOW,
        now=NOW,
        filters=filters,
        rights=rights,
        theme=DAY,
        language=language,
        gettext=words_of(language),
        places=(("12.75.01", "Binjai Utara"), ("12.75.01.1001", "Pahlawan")),
    )


def report_row(**changes: Any) -> ReportRow:
    """A report that waits too long."""
    given: dict[str, Any] = {
        "ticket": "BJI-2026-000001",
        "title": "Lampu jalan mati",
        "category": "Lampu jalan (LPJU)",
        "kelurahan": "Pahlawan",
        "kecamatan": "Binjai Utara",
        "status": Status.ESCALATED,
        "agency": "Perkim",
        "level": 1,
        "received": NOW - timedelta(days=3),
        "answered": None,
        "finished": None,
        "due": NOW - timedelta(days=2),
        "overdue": True,
        "age": timedelta(days=3),
        "anonymous": False,
        "confidential": False,
    }
    return ReportRow(**given | changes)


def report_detail(row: ReportRow, **changes: Any) -> ReportDetail:
    """Its history: received, forwarded, a follow-up with a note."""
    forwarded = row.received + timedelta(hours=1)
    given: dict[str, Any] = {
        "row": row,
        "body": "Sudah seminggu gelap.",
        "events": (
            Event(EventKind.RECEIVED, row.received),
            Event(EventKind.FORWARDED, forwarded, agency="Perkim", level=1),
            Event(EventKind.FOLLOW_UP, forwarded, agency="Perkim", note=HOSTILE),
        ),
        "hops": (
            Hop(
                1,
                "Perkim",
                "Dinas Perumahan",
                forwarded,
                None,
                None,
                held=NOW - forwarded,
                late=True,
            ),
        ),
        "reporter": None,
        "latitude": None,
        "longitude": None,
        "duplicate_of": None,
        "duplicates": (),
        "similar": Similar((), 0),
        "first_hop": timedelta(hours=1),
    }
    return ReportDetail(**given | changes)


def backlog(agency: str, open_: int, overdue: int) -> AgencyBacklog:
    """An agency whose reports are all a week old."""
    bands = dict.fromkeys(AgeBand, 0) | {AgeBand.UP_TO_7_DAYS: open_}
    late = dict.fromkeys(AgeBand, 0) | {AgeBand.UP_TO_7_DAYS: overdue}
    return AgencyBacklog(agency, f"Dinas {agency}", bands, overdue, OnTime(9, 3, 2, 1, 0), late)


def figures(**changes: Any) -> PeriodFigures:
    """Key figures of some period."""
    none = Survival(None, None, 0, 0)
    given: dict[str, Any] = {
        "as_of": NOW,
        "received": 1437,
        "finished": 1200,
        "open": 82,
        "overdue": 11,
        "on_time": OnTime(80, 20, 0, 0, 0),
        "acted": Share(9, 10),
        "answer": none,
        "satisfied": Share(0, 0),
        "coverage": Share(0, 0),
    }
    return PeriodFigures(**given | changes)


def overview(**changes: Any) -> Overview:
    """What an overview is drawn from."""
    given: dict[str, Any] = {
        "shown": figures(),
        "open": 82,
        "overdue": 11,
        "before": OnTime(1000, 300, 100, 0, 0),
        "months": (MonthVolume(date(2026, 11, 1), 140, 151, complete=False),),
        "agencies": (backlog("PUTR", 82, 11),),
        "places": (),
        "incidents": (),
        "queue": Queue((), (), 0, 0),
        "years": (),
        "categories": (),
        "period": ("2026-10-24T14:05:00+07:00", ""),
        "period_words": "30 hari",
        "other_words": "sebelumnya",
    }
    return Overview(**given | changes)


def every(part: Any) -> Iterator[Any]:
    """All components and texts under a part."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from every(each)
    elif isinstance(part, Component):
        yield part
        yield from every(getattr(part, "children", None))
    elif part is not None:
        yield part


def text_of(part: Any) -> str:
    """The words of a part."""
    return " ".join(str(each) for each in every(part) if not isinstance(each, Component))


def doors_of(part: Any) -> list[str]:
    """Where its links lead."""
    return [each.href for each in every(part) if getattr(each, "href", None)]
