"""Figures as data: what each panel shows, as JSON and CSV, without personal data.

``/api/v1/panels/<panel>.json`` and ``.csv``, with ``as_of`` and filters.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from flask_caching import Cache

from dashboard.access import restrict, rights_here
from dashboard.exports import plain_text
from dashboard.requests import BadRequestError, read_filters, read_moment
from data_access.disclosure import told, told_share
from data_access.errors import DataUnavailable
from data_access.records import ALL, AgeBand, Filters, Share
from data_access.snapshot import REPORTER_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flask import Flask

    from dashboard.feed import Feed
    from data_access.reports import Reports

Rows = list[dict[str, Any]]
KEPT_S = 60
QUEUE_LIMIT = 1000


@dataclass(frozen=True)
class Question:
    """What a panel's rows answer."""

    reports: Reports
    as_of: datetime
    filters: Filters


def create_api(server: Flask, reports: Reports, feed: Feed) -> Blueprint:
    """The routes of all panels; answers are kept for as long as the data stay the same."""
    blueprint = Blueprint("api", __name__)
    cache = Cache(server, config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": KEPT_S})

    @blueprint.get("/api/v1/panels/<panel>.<kind>")
    def panel(panel: str, kind: str) -> Response:
        if panel not in PANELS or kind not in WRITERS:
            return _error(404, f"panels: {', '.join(PANELS)}; formats: {', '.join(WRITERS)}")
        now = datetime.now(UTC)
        try:
            as_of = read_moment(request.args, now)
            asked, rights = read_filters(request.args, reports), rights_here()
            filters = asked if panel in NOT_ABOUT_REPORTS else restrict(asked, rights)
            if asked.agencies and filters.agencies != asked.agencies:
                return _error(403, f"this account sees {filters.agencies[0]} alone")
            if panel == "queue" and not rights.see_queue:
                return _error(403, "this account sees counts alone")
            question = Question(reports, as_of or now, filters)
            rows = _answer(panel, question, as_of is None)
        except BadRequestError as error:
            return _error(400, str(error))
        except DataUnavailable as error:
            return _error(503, f"the report database can't be read now: {error.reason}")
        rows = _told(panel, rows) if rights.suppress_small else _exact(rows)
        return WRITERS[kind](panel, question.as_of, _age_s(now), rows)

    def _answer(panel: str, question: Question, present: bool) -> Rows:
        """The present is as new as the wall's; a past moment is kept by itself."""
        moment = feed.version if present else question.as_of.isoformat()
        key = f"{panel}|{feed.version}|{moment}|{question.filters!r}"
        rows: Rows | None = cache.get(key) if feed.version else None
        if rows is None:
            rows = PANELS[panel](question)
            cache.set(key, rows)
        return rows

    def _age_s(now: datetime) -> float:
        checked = feed.checked_at
        return round(max(0.0, (now - checked).total_seconds()), 3) if checked else 0.0

    return blueprint


def _error(status: int, sentence: str) -> Response:
    return Response(
        json.dumps({"error": sentence}, ensure_ascii=False), status, content_type="application/json"
    )


# -- writers ------------------------------------------------------------------------------------


def _json(panel: str, as_of: datetime, age_s: float, rows: Rows) -> Response:
    content = {"panel": panel, "as_of": as_of.isoformat(), "data_age_s": age_s, "rows": rows}
    return Response(
        json.dumps(content, ensure_ascii=False, default=_plain),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _csv(panel: str, as_of: datetime, age_s: float, rows: Rows) -> Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return Response(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{panel}.csv"',
            "X-BCC-As-Of": as_of.isoformat(),
            "X-BCC-Data-Age": str(age_s),
        },
    )


WRITERS: dict[str, Callable[[str, datetime, float, Rows], Response]] = {"json": _json, "csv": _csv}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula stays text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return plain_text(value) if isinstance(value, str) else value


# -- panels -------------------------------------------------------------------------------------


def _key_figures(ask: Question) -> Rows:
    found = ask.reports.key_figures(ask.as_of, ask.filters)
    share, answer = found.on_time.share, found.answer
    figures: list[tuple[str, Any, int | None]] = [
        ("today", found.today, None),
        ("open", found.open, None),
        ("overdue", found.overdue, None),
        ("on_time_share_30d", share, share.n),
        ("answer_median_s", answer.median.total_seconds() if answer.median else None, answer.n),
        ("answer_p90_s", answer.p90.total_seconds() if answer.p90 else None, answer.n),
        ("not_yet_due_30d", found.on_time.not_yet_due, None),
        ("without_deadline_30d", found.on_time.without_deadline, None),
        ("unreadable_rows", found.unreadable, None),
        ("last_report_at", found.last_report_at, None),
    ]
    return [{"figure": figure, "value": value, "n": n} for figure, value, n in figures]


def _rows(records: Iterable[Any], *columns: str) -> Rows:
    """Records as rows: of each column its name and, where that differs, where it comes from."""
    named = [column.partition("=") for column in columns]
    read = [(name, attrgetter(source or name)) for name, _, source in named]
    return [{name: get(record) for name, get in read} for record in records]


def _volume(ask: Question) -> Rows:
    months = ask.reports.monthly_volume(ask.as_of, ask.filters)
    rows = _rows(months, "month", "received", "finished", "net_flow", "complete")
    return [row | {"month": f"{row['month']:%Y-%m}"} for row in rows]


def _backlog(ask: Question) -> Rows:
    found = ask.reports.open_by_agency(ask.as_of, ask.filters)
    rows = _rows(found, "agency", "name", "open", "overdue")
    shares = _rows(found, "on_time_share=on_time.share", "n=on_time.share.n")
    bands = [{band.value: row.bands[band] for band in AgeBand} for row in found]
    return [row | ages | share for row, ages, share in zip(rows, bands, shares, strict=True)]


def _agencies_by_year(ask: Question) -> Rows:
    found = ask.reports.agencies_by_year(ask.as_of, ask.filters)
    return _rows(found, "agency", "name", "year", "reports")


def _year_table(ask: Question) -> Rows:
    found = ask.reports.year_table(ask.as_of, ask.filters)
    shares = ("acted=acted.hits", "acted_share=acted")
    return _rows(found, "year", "reports", "escalations", *shares, "complete")


def _reporters(ask: Question) -> Rows:
    found = ask.reports.top_reporters(ask.as_of, ask.filters, limit=REPORTER_ROWS)
    rows = _rows(found, "rank", "reports", "kelurahan", "last_12_months=recent")
    return [row | {"last_12_months": sum(row["last_12_months"])} for row in rows]


def _map(ask: Question) -> Rows:
    found = ask.reports.open_by_kelurahan(ask.as_of, ask.filters)
    place = ("kelurahan=name", "code", "kecamatan", "lat=latitude", "lon=longitude")
    return _rows(found, *place, "open", "overdue")


def _queue(ask: Question) -> Rows:
    queue = ask.reports.escalation_queue(ask.as_of, ask.filters, limit=QUEUE_LIMIT)
    waiting = (*queue.overdue, *queue.in_time)
    heads = _rows(waiting, "ticket", "category", "kelurahan")
    hands = [dict(zip(HANDS, row.agencies, strict=True)) for row in waiting]
    times = _rows(waiting, "received", "due", "state=state.value")
    return [head | held | time for head, held, time in zip(heads, hands, times, strict=True)]


HANDS = ("first_agency", "second_agency", "third_agency")


def _feedback(ask: Question) -> Rows:
    found = ask.reports.satisfaction(ask.as_of, ask.filters)
    satisfied = ("satisfied=satisfied.hits", "n=satisfied.n", "satisfied_share=satisfied")
    coverage = ("with_feedback=coverage.hits", "finished=coverage.n", "coverage")
    ratings = {f"rating_{stars}": count for stars, count in found.ratings.items()}
    return [row | ratings for row in _rows([found], *satisfied, *coverage, "contradicted")]


def _announcements(ask: Question) -> Rows:
    _refuse_filters("announcements", ask.filters)
    return _rows(ask.reports.announcements(ask.as_of), "title", "body", "starts", "ends")


def _facilities(ask: Question) -> Rows:
    _refuse_filters("facilities", ask.filters)
    place = ("kind", "name", "address", "lat=latitude", "lon=longitude")
    return _rows(ask.reports.facilities(), *place)


NOT_ABOUT_REPORTS = ("announcements", "facilities")

NO_COUNTS = frozenset({"year", "rank", "lat", "lon"})
"""Columns of numbers that count nobody."""

UNTOLD = frozenset({"net_flow"})
"""Columns that are computed from exact counts."""


def _told(panel: str, rows: Rows) -> Rows:
    """The rows as readers may know them who must not find out whom a count is of."""
    if panel in NOT_ABOUT_REPORTS:
        return rows
    shown = [{key: _told_value(key, value) for key, value in row.items()} for row in rows]
    return [_told_figure(row) for row in shown] if panel == "key-figures" else shown


def _told_value(key: str, value: Any) -> Any:
    if isinstance(value, Share):
        return told_share(value)
    if type(value) is int and key not in NO_COUNTS:
        return None if key in UNTOLD else told(value)
    return value


def _told_figure(row: dict[str, Any]) -> dict[str, Any]:
    """Not told are times of too few cases, and the last report's moment: it is one person's."""
    few = row["figure"].startswith("answer_") and row["n"] is None
    return row | {"value": None} if few or row["figure"] == "last_report_at" else row


def _exact(rows: Rows) -> Rows:
    """The rows with their shares as numbers."""
    return [
        {key: value.value if isinstance(value, Share) else value for key, value in row.items()}
        for row in rows
    ]


def _refuse_filters(panel: str, filters: Filters) -> None:
    if filters != ALL:
        raise BadRequestError(f"{panel} are not about reports: no filters are allowed, only as_of")


PANELS: Mapping[str, Callable[[Question], Rows]] = {
    "key-figures": _key_figures,
    "volume": _volume,
    "backlog": _backlog,
    "agencies-by-year": _agencies_by_year,
    "year-table": _year_table,
    "reporters": _reporters,
    "map": _map,
    "queue": _queue,
    "feedback": _feedback,
    "announcements": _announcements,
    "facilities": _facilities,
}
