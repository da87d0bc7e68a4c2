"""Places: the page of a kecamatan or kelurahan, and where the service is used less and less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from data_access import conditions as where
from data_access import review_feedback
from data_access.metrics import trend
from data_access.periods import month_span, months_until
from data_access.records import AgeBand, Area, Filters, Participation
from data_access.review_figures import (
    answer_curve,
    by_agency,
    by_category,
    by_kelurahan,
    by_month,
    figures,
    finish_curve,
)
from data_access.review_parts import inside, rows_of, span_table
from data_access.review_records import KelurahanUse, PlaceReview, Trend
from data_access.schema import areas, reports
from data_access.statements import tally
from data_access.together import ask_together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from data_access.reports import Reports

MONTHS = 37
"""Three years of complete months, and the running one."""

PEOPLE = 10_000


def place(asked: Reports, code: str, filters: Filters, as_of: datetime) -> PlaceReview | None:
    """See ``Review.place``. The place takes the place of the filters' own."""
    found = _area(asked, code)
    if found is None:
        return None
    area, level, population = found
    here = replace(
        filters,
        kecamatan=(code,) if level == "kecamatan" else (),
        kelurahan=(code,) if level == "kelurahan" else (),
    )
    answers = ask_together(
        participation=lambda: asked.participation(as_of, here, MONTHS),
        months=lambda: by_month(asked, here, as_of, MONTHS - 1),
        figures=lambda: figures(asked, here, as_of),
        bands=lambda: _bands(asked, here, as_of),
        answer=lambda: answer_curve(asked, here, as_of),
        finish=lambda: finish_curve(asked, here, as_of),
        categories=lambda: by_category(asked, here, as_of),
        agencies=lambda: by_agency(asked, here, as_of),
        kelurahan=lambda: by_kelurahan(asked, here, as_of) if level == "kecamatan" else (),
        feedback=lambda: review_feedback.in_one_row(asked, here, as_of, area.name),
    )
    trend = _trend(answers["participation"])
    return PlaceReview(area=area, level=level, population=population, trend=trend, **answers)


def _area(asked: Reports, code: str) -> tuple[Area, str, int | None] | None:
    statement = select(areas).where(
        where.one_of(areas.c.code, [code]), areas.c.level.in_(("kecamatan", "kelurahan"))
    )
    for row in rows_of(asked, statement):
        area = Area(row.code, row.name, row.parent_code, row.latitude, row.longitude, row.area_km2)
        return area, row.level, row.population
    return None


def _bands(asked: Reports, filters: Filters, as_of: datetime) -> dict[AgeBand, int]:
    statement = (
        select(*(tally(where.band_of(band, as_of)) for band in AgeBand))
        .select_from(reports)
        .where(where.open_at(as_of), *where.matching(filters, as_of))
    )
    return dict(zip(AgeBand, (int(n) for n in rows_of(asked, statement)[0]), strict=True))


# -- participation --------------------------------------------------------------------------------


def participation(asked: Reports, filters: Filters, as_of: datetime) -> tuple[KelurahanUse, ...]:
    """See ``Review.participation``."""
    months = months_until(as_of, MONTHS)
    used = _use(asked, filters, as_of, months)
    kecamatan = {area.code: area.name for area in asked.areas("kecamatan")}
    statement = select(areas).where(areas.c.level == "kelurahan")
    rows = sorted(rows_of(asked, statement), key=lambda row: row.code)
    return tuple(
        _kelurahan_use(row, kecamatan.get(row.parent_code, ""), months, used, as_of) for row in rows
    )


def _use(
    asked: Reports, filters: Filters, as_of: datetime, months: Sequence[date]
) -> dict[tuple[str, int], tuple[int, int, int]]:
    """By kelurahan and month: reports, reporters, and those never seen before anywhere."""
    spans = span_table(tuple(month_span(month) for month in months))
    active = (
        select(reports.c.area_code, spans.c.number, reports.c.reporter_id, func.count().label("n"))
        .select_from(spans.join(reports, inside(spans, reports.c.created_at)))
        .where(where.readable_by(as_of), *where.matching(filters, as_of))
        .group_by(reports.c.area_code, spans.c.number, reports.c.reporter_id)
        .cte("active")
    )
    known = where.reported_before(active.c.reporter_id, spans.c.start)
    statement = (
        select(
            active.c.area_code,
            active.c.number,
            func.sum(active.c.n),
            func.count(active.c.reporter_id),
            tally(and_(active.c.reporter_id.is_not(None), ~known)),
        )
        .join(spans, spans.c.number == active.c.number)
        .group_by(active.c.area_code, active.c.number)
    )
    return {
        (row[0], int(row[1])): (int(row[2]), int(row[3]), int(row[4]))
        for row in rows_of(asked, statement)
    }


def _kelurahan_use(
    row: Any,
    kecamatan: str,
    months: Sequence[date],
    used: dict[tuple[str, int], tuple[int, int, int]],
    as_of: datetime,
) -> KelurahanUse:
    use = tuple(
        Participation(
            month, *used.get((row.code, number), (0, 0, 0)), month_span(month).end <= as_of
        )
        for number, month in enumerate(months)
    )
    told = _trend(use)
    known = row.population or None
    return KelurahanUse(
        code=row.code,
        name=row.name,
        kecamatan=kecamatan,
        population=known,
        months=use,
        trend=told,
        per_10_000=told.last_12 * PEOPLE / known if known else None,
    )


def _trend(use: Sequence[Participation]) -> Trend:
    over = [month for month in use if month.complete]
    return trend([month.month for month in over], [month.reports for month in over])
