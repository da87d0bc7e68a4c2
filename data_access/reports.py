"""The questions that screens ask of the report database.

Each method is a question as of a moment, takes filters and returns small frozen records; none
selects a name, a phone number, an address, a citizen's words or an exact position. Confidential
reports count, but are never shown one by one; anonymous and confidential ones count for no
reporter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    and_,
    case,
    func,
    literal,
    not_,
    select,
    true,
    union,
    union_all,
)

from data_access import conditions as where
from data_access.columns import grid_cell, seconds_between, unindexed
from data_access.deadline import ask
from data_access.metrics import survival
from data_access.periods import (
    Span,
    local_day,
    midnight,
    month_span,
    months_until,
    utc_now,
    year_span,
)
from data_access.records import (
    ALL,
    CITY_RULE,
    UNFORWARDED,
    AgeBand,
    AgencyBacklog,
    AgencyYear,
    Announcement,
    Area,
    Facility,
    Filters,
    FollowUpCount,
    Incidents,
    KelurahanOpen,
    KeyFigures,
    MonthVolume,
    OnTime,
    Participation,
    Queue,
    QueueRow,
    QueueState,
    Satisfaction,
    Share,
    Status,
    Survival,
    TopReporter,
    YearRow,
)
from data_access.schema import (
    UNREADABLE,
    agencies,
    announcements,
    areas,
    categories,
    escalations,
    facilities,
    feedback,
    follow_ups,
    reopenings,
    reporters,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Engine, Executable

CITY_WINDOW = timedelta(days=30)
"""The city's on-time share and time to answer look this far back."""

AGENCY_WINDOW = timedelta(days=90)
"""An agency's share, and the citizens' feedback, look further: fewer cases."""

OUTSIDE = "Luar kota"
"""Where a report lies that is in none of the known kelurahan."""

GRID_DEGREES = 0.0025
"""A cell of the wall's map: about 280 m, so that no house can be told."""

CLOCK_SKEW = timedelta(minutes=5)
"""A report from further in the future is a mistake of its writer."""


class Reports:
    """Questions to one report database, under one rule of deadlines."""

    def __init__(
        self,
        engine: Engine,
        rule: where.Rule = CITY_RULE,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self.rule = rule
        self._clock = clock

    @property
    def engine(self) -> Engine:
        """The report database, for questions that stand elsewhere."""
        return self._engine

    def _rows(self, statement: Executable) -> Sequence[Any]:
        return ask(self._engine, statement)

    def _count(self, *conditions: where.Condition) -> int:
        statement = select(func.count()).select_from(reports).where(*conditions)
        return int(self._rows(statement)[0][0])

    # -- key figures ------------------------------------------------------------------------

    def key_figures(self, as_of: datetime, filters: Filters = ALL) -> KeyFigures:
        """The five numbers at the top of the wall, and whether the silence is unusual."""
        today = local_day(as_of)
        day_before = midnight(today) - timedelta(days=1)
        last = self.last_report_at(as_of, filters)
        return KeyFigures(
            today=self.received(Span(midnight(today), as_of), as_of, filters),
            yesterday_by_now=self.received(
                Span(day_before, as_of - timedelta(days=1)), as_of, filters
            ),
            open=self.open_backlog(as_of, filters),
            overdue=self.overdue(as_of, filters),
            on_time=self.on_time(as_of, filters, CITY_WINDOW),
            answer=self.time_to_answer(as_of, filters, CITY_WINDOW),
            last_report_at=last,
            expected_since_last=self._usual(Span(last, as_of), filters) if last else 0.0,
            unreadable=self.unreadable(as_of),
        )

    def received(self, span: Span, as_of: datetime, filters: Filters = ALL) -> int:
        """Reports created in the span, both ends included, by the moment."""
        return self._count(
            where.received_by(min(as_of, span.end), span.start), *where.matching(filters, as_of)
        )

    def open_backlog(self, as_of: datetime, filters: Filters = ALL) -> int:
        """Reports that are not finished, the overdue among them."""
        return self._count(where.open_at(as_of), *where.matching(filters, as_of))

    def overdue(self, as_of: datetime, filters: Filters = ALL) -> int:
        """Open reports past the deadline with neither answer nor action."""
        return self._count(where.overdue_at(as_of, self.rule), *where.matching(filters, as_of))

    def on_time(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> OnTime:
        """Met, missed and overdue of the reports received in the window before the moment.

        Without a window, or where the filters set a period, the filters' own period counts.
        """
        statement = (
            select(*self._on_time_counts(as_of))
            .select_from(reports)
            .where(_received(window, as_of, filters), *where.matching(filters, as_of))
        )
        return _on_time(self._rows(statement)[0])

    def _on_time_counts(self, as_of: datetime) -> list[ColumnElement[int]]:
        due = where.due_by(as_of, self.rule)
        answered = where.answered_by(as_of)
        met = where.met_deadline(self.rule)
        overdue = and_(where.unanswered_at(as_of), where.past_deadline(as_of, self.rule))
        return [
            _tally(and_(due, answered, met)).label("met"),
            _tally(and_(due, answered, not_(met))).label("missed"),
            _tally(overdue).label("overdue"),
            _tally(not_(where.has_deadline(self.rule))).label("without_deadline"),
            func.count().label("n"),
        ]

    def time_to_answer(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        """Kaplan-Meier of the time from receipt to the first answer or action."""
        waits = self._waits(
            as_of, _received(window, as_of, filters), *where.matching(filters, as_of)
        )
        return survival([wait for wait, _ in waits], [ended for _, ended in waits])

    def time_to_finish(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        """Kaplan-Meier of the time from receipt to the finish that holds at the moment."""
        finish = where.finish_at(as_of)
        finished = finish.is_not(None)
        until = func.coalesce(finish, where.moment(as_of))
        waited = seconds_between(reports.c.created_at, until)
        return self._survival(waited, finished, as_of, filters, window)

    def _waits(self, as_of: datetime, *conditions: where.Condition) -> list[tuple[float, bool]]:
        """How long each report waited for its first response, and whether that came."""
        answered = where.answered_by(as_of)
        waited = case(
            (answered, seconds_between(reports.c.created_at, where.FIRST_RESPONSE)),
            else_=seconds_between(reports.c.created_at, where.moment(as_of)),
        )
        rows = self._rows(select(waited, case((answered, 1), else_=0)).where(*conditions))
        return [(max(0.0, row[0]), bool(row[1])) for row in rows if row[0] is not None]

    def _survival(
        self,
        waited: ColumnElement[float],
        ended: where.Condition,
        as_of: datetime,
        filters: Filters,
        window: timedelta | None,
    ) -> Survival:
        statement = select(waited, case((ended, 1), else_=0)).where(
            _received(window, as_of, filters), *where.matching(filters, as_of)
        )
        rows = self._rows(statement)
        known = [row for row in rows if row[0] is not None]
        return survival([max(0.0, row[0]) for row in known], [bool(row[1]) for row in known])

    def last_report_at(self, as_of: datetime, filters: Filters = ALL) -> datetime | None:
        """When the newest report came."""
        statement = select(func.max(reports.c.created_at)).where(
            where.received_by(as_of), *where.matching(filters, as_of)
        )
        found: datetime | None = self._rows(statement)[0][0]
        return found

    def _usual(self, span: Span, filters: Filters) -> float:
        """Reports that came, on average, in the same hours of 28 days before it.

        A silence of days is compared with spans that lie before it, not with itself.
        """
        days = (span.end - span.start) // timedelta(days=1) + 1
        earlier = [
            Span(span.start - timedelta(days=n), span.end - timedelta(days=n))
            for n in range(days, days + 28)
        ]
        return sum(self._counts(reports.c.created_at, earlier, span.end, filters)) / len(earlier)

    def unreadable(self, as_of: datetime) -> int:
        """Rows of which something is left out: impossible moments, unknown status, no such place.

        What came after a past moment is no mistake, so the future begins at the clock's now.
        """
        future = max(as_of, self._clock()) + CLOCK_SKEW
        moments = (reports.c.created_at, reports.c.answered_at, reports.c.finished_at)
        kinds = (*(column > future for column in moments), UNREADABLE)
        found = union(*(select(reports.c.id).where(kind) for kind in kinds)).subquery()
        statement = select(func.count()).select_from(found)
        return int(self._rows(statement)[0][0])

    # -- volume -----------------------------------------------------------------------------

    def monthly_volume(
        self, as_of: datetime, filters: Filters = ALL, months: int = 36
    ) -> tuple[MonthVolume, ...]:
        """Received and finished in each of the last months, the running one included."""
        days = months_until(as_of, months)
        spans = [month_span(day) for day in days]
        received = self._counts(reports.c.created_at, spans, as_of, filters)
        finished = self._counts(reports.c.finished_at, spans, as_of, filters)
        undone = self._undone_finishes(spans, as_of, filters)
        return tuple(
            MonthVolume(day, came, went + back, span.end <= as_of)
            for day, span, came, went, back in zip(
                days, spans, received, finished, undone, strict=True
            )
        )

    def _counts(
        self,
        column: ColumnElement[Any],
        spans: Sequence[Span],
        as_of: datetime,
        filters: Filters,
    ) -> list[int]:
        """Reports whose moment lies in each span, by ``as_of``."""
        wanted = _spans(spans)
        counted = (
            select(func.count())
            .select_from(reports)
            .where(
                column >= wanted.c.start,
                column < wanted.c.end,
                column <= as_of,
                where.readable_by(as_of),
                *where.matching(filters, as_of),
            )
            .correlate(wanted)
            .scalar_subquery()
        )
        rows = self._rows(select(counted).select_from(wanted).order_by(wanted.c.number))
        return [int(row[0]) for row in rows]

    def _undone_finishes(
        self, spans: Sequence[Span], as_of: datetime, filters: Filters
    ) -> list[int]:
        """Finishes in each span that hold at the moment and were undone after it."""
        statement = (
            select(reopenings.c.finished_at)
            .join(reports, reports.c.id == reopenings.c.report_id)
            .where(
                where.readable_by(as_of),
                where.undone_after(as_of),
                *where.matching(filters, as_of),
            )
        )
        moments = [row[0] for row in self._rows(statement) if row[0] is not None]
        return [sum(span.start <= at < span.end for at in moments) for span in spans]

    def participation(
        self, as_of: datetime, filters: Filters = ALL, months: int = 24
    ) -> tuple[Participation, ...]:
        """Reports, distinct reporters and reporters never seen before, per month."""
        days = months_until(as_of, months)
        spans = [month_span(day) for day in days]
        wanted = _spans(spans)
        active = (
            select(wanted.c.number, reports.c.reporter_id, func.count().label("n"))
            .select_from(wanted.join(reports, true()))
            .where(
                reports.c.created_at >= wanted.c.start,
                reports.c.created_at < wanted.c.end,
                unindexed(reports.c.created_at) <= as_of,
                where.readable_by(as_of),
                *where.matching(filters, as_of),
            )
            .group_by(wanted.c.number, reports.c.reporter_id)
            .cte("active")
        )
        known = where.reported_before(active.c.reporter_id, wanted.c.start)
        statement = (
            select(
                active.c.number,
                func.sum(active.c.n),
                func.count(active.c.reporter_id),
                _tally(and_(active.c.reporter_id.is_not(None), ~known)),
            )
            .join(wanted, wanted.c.number == active.c.number)
            .group_by(active.c.number)
        )
        rows = {row[0]: row for row in self._rows(statement)}
        nothing = (None, 0, 0, 0)
        return tuple(
            Participation(day, int(came), people, int(new), span.end <= as_of)
            for number, (day, span) in enumerate(zip(days, spans, strict=True))
            for _, came, people, new in [rows.get(number, nothing)]
        )

    # -- agencies ---------------------------------------------------------------------------

    def open_by_agency(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyBacklog, ...]:
        """Open reports in each agency's hands by age, most overdue first.

        A report in the hands of two agencies counts for both; one in nobody's hands counts for
        the command center itself.
        """
        counts = self._open_counts(as_of, filters)
        shares = self._on_time_by_agency(as_of, filters)
        names = {row.abbreviation: row.name for row in self._rows(select(agencies))}
        found = [
            AgencyBacklog(
                agency=agency,
                name=names.get(agency, "Belum diteruskan"),
                bands=bands,
                overdue=sum(overdue_bands.values()),
                on_time=shares.get(agency, OnTime(0, 0, 0, 0, 0)),
                overdue_bands=overdue_bands,
            )
            for agency, (bands, overdue_bands) in counts.items()
        ]
        idle = [
            AgencyBacklog(
                agency,
                names[agency],
                dict.fromkeys(AgeBand, 0),
                0,
                share,
                dict.fromkeys(AgeBand, 0),
            )
            for agency, share in shares.items()
            if agency not in counts
        ]
        return tuple(sorted(found + idle, key=lambda row: (-row.overdue, -row.open, row.agency)))

    def _open_counts(
        self, as_of: datetime, filters: Filters
    ) -> dict[str, tuple[dict[AgeBand, int], dict[AgeBand, int]]]:
        late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, self.rule))
        waiting = (
            select(
                reports.c.id,
                *(
                    case((where.band_of(band, as_of), 1), else_=0).label(band.value)
                    for band in AgeBand
                ),
                case((late, 1), else_=0).label("late"),
            )
            .where(where.open_at(as_of), *where.matching(filters, as_of))
            .cte("waiting")
        )
        holder = func.coalesce(agencies.c.abbreviation, UNFORWARDED)
        statement = (
            select(
                holder,
                *(func.sum(waiting.c[band.value]) for band in AgeBand),
                *(func.sum(waiting.c[band.value] * waiting.c.late) for band in AgeBand),
            )
            .select_from(
                waiting.outerjoin(
                    escalations,
                    and_(escalations.c.report_id == waiting.c.id, where.in_hands(as_of)),
                ).outerjoin(agencies, agencies.c.id == escalations.c.agency_id)
            )
            .group_by(holder)
        )
        size = len(AgeBand)
        return {
            row[0]: (_bands(row[1 : 1 + size]), _bands(row[1 + size :]))
            for row in self._rows(statement)
        }

    def _on_time_by_agency(self, as_of: datetime, filters: Filters) -> dict[str, OnTime]:
        statement = (
            select(agencies.c.abbreviation, *self._on_time_counts(as_of))
            .select_from(
                reports.join(escalations, escalations.c.report_id == reports.c.id).join(
                    agencies, agencies.c.id == escalations.c.agency_id
                )
            )
            .where(
                _received(AGENCY_WINDOW, as_of, filters),
                where.happened(escalations.c.forwarded_at, as_of),
                *where.matching(filters, as_of),
            )
            .group_by(agencies.c.abbreviation)
        )
        return {row[0]: _on_time(row[1:]) for row in self._rows(statement)}

    def agencies_by_year(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyYear, ...]:
        """Reports forwarded to each agency, by the year of their receipt; most in all first."""
        spans = self._years(as_of)
        year = _year_column(spans)
        statement = (
            select(
                agencies.c.abbreviation,
                agencies.c.name,
                year.label("year"),
                func.count(reports.c.id.distinct()),
            )
            .select_from(_forwarded())
            .join(agencies, agencies.c.id == escalations.c.agency_id)
            .where(
                where.received_by(as_of),
                where.happened(escalations.c.forwarded_at, as_of),
                *where.matching(filters, as_of),
            )
            .group_by(agencies.c.abbreviation, agencies.c.name, year)
        )
        return self._most_first([AgencyYear(*row) for row in self._rows(statement)])

    def _most_first(self, rows: Sequence[AgencyYear]) -> tuple[AgencyYear, ...]:
        totals: dict[str, int] = {}
        for row in rows:
            totals[row.agency] = totals.get(row.agency, 0) + row.reports
        return tuple(sorted(rows, key=lambda row: (-totals[row.agency], row.agency, row.year)))

    def year_table(self, as_of: datetime, filters: Filters = ALL) -> tuple[YearRow, ...]:
        """Report x agency escalations by year of receipt, and the share of them done."""
        spans = self._years(as_of)
        year = _year_column(spans)
        statement = (
            select(
                year.label("year"),
                func.count(reports.c.id.distinct()),
                func.count(),
                _tally(where.done_by(as_of)),
            )
            .select_from(_forwarded())
            .where(
                where.received_by(as_of),
                where.happened(escalations.c.forwarded_at, as_of),
                *where.matching(filters, as_of),
            )
            .group_by(year)
        )
        rows = {row[0]: row for row in self._rows(statement)}
        return tuple(
            YearRow(number, row[1], row[2], Share(int(row[3]), row[2]), span.end <= as_of)
            for number, span in spans.items()
            if (row := rows.get(number))
        )

    def _years(self, as_of: datetime) -> dict[int, Span]:
        statement = select(func.min(reports.c.created_at)).where(where.received_by(as_of))
        first = self._rows(statement)[0][0] or as_of
        return {
            year: year_span(year)
            for year in range(local_day(first).year, local_day(as_of).year + 1)
        }

    # -- reporters --------------------------------------------------------------------------

    def top_reporters(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 10
    ) -> tuple[TopReporter, ...]:
        """The most active reporters, without their names; anonymous reports count for nobody."""
        ranked = self._ranked(as_of, filters, limit)
        people = [person for person, _ in ranked]
        places = self._kelurahan_of(people)
        recent = self._recent_of(people, _named(as_of, filters), as_of)
        return tuple(
            TopReporter(rank, number, places.get(person), recent[person])
            for rank, (person, number) in enumerate(ranked, start=1)
        )

    def _ranked(self, as_of: datetime, filters: Filters, limit: int) -> list[tuple[int, int]]:
        """The most active reporters with their numbers of reports."""
        count = func.count()
        statement = (
            select(reports.c.reporter_id, count)
            .where(_named(as_of, filters))
            .group_by(reports.c.reporter_id)
            .order_by(count.desc(), reports.c.reporter_id)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in self._rows(statement)]

    def _kelurahan_of(self, people: Sequence[int]) -> dict[int, str]:
        home = areas.alias("home")
        above = areas.alias("above")
        statement = (
            select(
                reporters.c.id,
                case((home.c.level == "lingkungan", above.c.name), else_=home.c.name),
            )
            .join(home, home.c.code == reporters.c.area_code)
            .outerjoin(above, above.c.code == home.c.parent_code)
            .where(reporters.c.id.in_(people))
        )
        return {row[0]: row[1] for row in self._rows(statement)}

    def _recent_of(
        self, people: Sequence[int], named: where.Condition, as_of: datetime
    ) -> dict[int, tuple[int, ...]]:
        months = months_until(as_of, 12)
        statement = select(reports.c.reporter_id, reports.c.created_at).where(
            named,
            reports.c.reporter_id.in_(people),
            reports.c.created_at >= month_span(months[0]).start,
        )
        counts = {person: dict.fromkeys(months, 0) for person in people}
        for person, created in self._rows(statement):
            month = local_day(created or as_of).replace(day=1)
            counts[person][month] += 1
        return {person: tuple(per_month.values()) for person, per_month in counts.items()}

    # -- places -----------------------------------------------------------------------------

    def open_by_kelurahan(
        self, as_of: datetime, filters: Filters = ALL
    ) -> tuple[KelurahanOpen, ...]:
        """Open and overdue reports of every kelurahan, those with none included.

        What lies in no kelurahan comes last, in a place without code, where there is any.
        """
        late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, self.rule))
        statement = (
            select(reports.c.area_code, func.count(), _tally(late))
            .where(where.open_at(as_of), *where.matching(filters, as_of))
            .group_by(unindexed(reports.c.area_code))
        )
        counts = {row[0]: (row[1], int(row[2])) for row in self._rows(statement)}
        kecamatan = {area.code: area.name for area in self.areas("kecamatan")}
        found = [
            KelurahanOpen(
                area.code,
                area.name,
                kecamatan.get(area.parent or "", ""),
                area.latitude,
                area.longitude,
                *counts.pop(area.code, (0, 0)),
            )
            for area in self.areas("kelurahan")
        ]
        if counts:
            outside = (sum(column) for column in zip(*counts.values(), strict=True))
            found.append(KelurahanOpen("", OUTSIDE, "", None, None, *outside))
        return tuple(found)

    def open_incidents(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 2000
    ) -> tuple[Incidents, ...]:
        """Open reports by cell of the map's grid and category; confidential ones left out."""
        late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, self.rule))
        row_cell = grid_cell(reports.c.latitude, literal(GRID_DEGREES)).label("row_cell")
        column_cell = grid_cell(reports.c.longitude, literal(GRID_DEGREES)).label("column_cell")
        newest = func.max(reports.c.created_at)
        statement = (
            select(
                row_cell,
                column_cell,
                func.max(areas.c.code),
                categories.c.name,
                func.count(),
                _tally(late),
                func.min(reports.c.created_at),
                newest,
            )
            .select_from(
                reports.outerjoin(categories, categories.c.id == reports.c.category_id).outerjoin(
                    areas, areas.c.code == reports.c.area_code
                )
            )
            .where(
                where.open_at(as_of),
                reports.c.confidential.is_(False),
                reports.c.latitude.between(-90, 90),
                reports.c.longitude.between(-180, 180),
                *where.matching(filters, as_of),
            )
            .group_by(row_cell, column_cell, categories.c.name)
            .order_by(_tally(late).desc(), newest.desc(), func.min(reports.c.id))
            .limit(limit)
        )
        names = {area.code: area.name for area in self.areas("kelurahan")}
        return tuple(
            Incidents(
                _middle(row[0]),
                _middle(row[1]),
                names.get(row[2]),
                row[3] or "",
                row[4],
                int(row[5]),
                *row[6:],
            )
            for row in self._rows(statement)
        )

    def areas(self, level: str) -> tuple[Area, ...]:
        """The places of a level (kecamatan or kelurahan) with their label points."""
        columns = (
            areas.c.code,
            areas.c.name,
            areas.c.parent_code,
            areas.c.latitude,
            areas.c.longitude,
            areas.c.area_km2,
        )
        found = (Area(*row) for row in self._rows(select(*columns).where(areas.c.level == level)))
        return tuple(sorted(found, key=lambda area: area.code))

    def facilities(self) -> tuple[Facility, ...]:
        """Public places, by kind and name."""
        columns = (
            facilities.c.kind,
            facilities.c.name,
            facilities.c.address,
            facilities.c.latitude,
            facilities.c.longitude,
        )
        found = (Facility(*row) for row in self._rows(select(*columns).order_by(facilities.c.id)))
        return tuple(sorted(found, key=lambda place: (place.kind, place.name)))

    # -- queue ------------------------------------------------------------------------------

    def escalation_queue(self, as_of: datetime, filters: Filters = ALL, limit: int = 12) -> Queue:
        """Open, unanswered reports: the oldest overdue ones, and those whose time ends next."""
        late = where.past_deadline(as_of, self.rule)
        waiting = and_(
            where.open_at(as_of), where.unanswered_at(as_of), *where.matching(filters, as_of)
        )
        overdue = self._waiting(and_(waiting, late), limit)
        in_time = self._waiting(and_(waiting, not_(late)), limit)
        hops = self._hops([row.id for row in (*overdue, *in_time)], as_of)
        return Queue(
            overdue=tuple(self._queue_row(row, hops, QueueState.OVERDUE) for row in overdue),
            in_time=tuple(self._queue_row(row, hops, QueueState.IN_TIME) for row in in_time),
            overdue_total=self._count(waiting, late),
            in_time_total=self._count(waiting, not_(late)),
        )

    def _waiting(self, condition: where.Condition, limit: int) -> Sequence[Any]:
        statement = (
            select(
                reports.c.id,
                reports.c.ticket,
                reports.c.created_at,
                reports.c.confidential,
                categories.c.name.label("category"),
                areas.c.name.label("kelurahan"),
            )
            .select_from(
                reports.outerjoin(categories, categories.c.id == reports.c.category_id).outerjoin(
                    areas, areas.c.code == reports.c.area_code
                )
            )
            .where(condition)
            .order_by(unindexed(reports.c.created_at), reports.c.id)
            .limit(limit)
        )
        return self._rows(statement)

    def _hops(self, ids: Sequence[int], as_of: datetime) -> dict[int, dict[int, str]]:
        statement = (
            select(escalations.c.report_id, escalations.c.level, agencies.c.abbreviation)
            .join(agencies, agencies.c.id == escalations.c.agency_id)
            .where(
                escalations.c.report_id.in_(ids),
                where.happened(escalations.c.forwarded_at, as_of),
            )
            .order_by(escalations.c.forwarded_at, escalations.c.id)
        )
        hops: dict[int, dict[int, str]] = {}
        for report, level, agency in self._rows(statement):
            hops.setdefault(report, {})[level] = agency
        return hops

    def _queue_row(self, row: Any, hops: dict[int, dict[int, str]], state: QueueState) -> QueueRow:
        limit = where.limit_for(row.created_at, self.rule)
        passed = hops.get(row.id, {})
        return QueueRow(
            ticket=row.ticket,
            category="Rahasia" if row.confidential else row.category or "",
            kelurahan=None if row.confidential else row.kelurahan,
            agencies=(passed.get(1), passed.get(2), passed.get(3)),
            received=row.created_at,
            due=row.created_at + limit if limit else None,
            state=state if limit else QueueState.NO_DEADLINE,
        )

    # -- what is said -----------------------------------------------------------------------

    def satisfaction(self, as_of: datetime, filters: Filters = ALL) -> Satisfaction:
        """Feedback on the reports finished in the last 90 days, beside how many gave any."""
        recent = finished_between(as_of - AGENCY_WINDOW, None, as_of)
        return self._satisfaction(
            as_of, (*(() if filters.since else recent), *where.matching(filters, as_of))
        )

    def _satisfaction(self, as_of: datetime, conditions: Sequence[where.Condition]) -> Satisfaction:
        finish = where.finish_at(as_of)
        finished = and_(where.readable_by(as_of), finish.is_not(None), *conditions)
        said = (
            select(
                feedback.c.satisfied,
                feedback.c.rating,
                case((where.done_by(as_of), 1), else_=0).label("done"),
                reports.c.id,
            )
            .join(reports, reports.c.id == feedback.c.report_id)
            .where(finished, where.happened(feedback.c.created_at, as_of))
        )
        rows = self._rows(said)
        ratings = dict.fromkeys(range(1, 6), 0)
        for row in rows:
            if row.rating in ratings:
                ratings[row.rating] += 1
        return Satisfaction(
            satisfied=Share(sum(bool(row.satisfied) for row in rows), len(rows)),
            coverage=Share(len({row.id for row in rows}), self._count(finished)),
            contradicted=len({row.id for row in rows if not row.satisfied and row.done}),
            ratings=ratings,
        )

    def follow_ups(self, as_of: datetime, filters: Filters = ALL) -> tuple[FollowUpCount, ...]:
        """What agencies reported in the last 24 hours."""
        statement = (
            select(follow_ups.c.status, func.count())
            .join(reports, reports.c.id == follow_ups.c.report_id)
            .where(
                follow_ups.c.created_at > as_of - timedelta(hours=24),
                follow_ups.c.created_at <= as_of,
                where.received_by(as_of),
                *where.matching(filters, as_of),
            )
            .group_by(follow_ups.c.status)
        )
        counts = {row[0]: row[1] for row in self._rows(statement)}
        return tuple(FollowUpCount(status, counts.get(status.value, 0)) for status in Status)

    def announcements(self, as_of: datetime) -> tuple[Announcement, ...]:
        """Announcements valid at the moment, newest first."""
        columns = (
            announcements.c.title,
            announcements.c.body,
            announcements.c.starts_at,
            announcements.c.ends_at,
        )
        statement = (
            select(*columns)
            .where(
                where.happened(announcements.c.starts_at, as_of),
                where.not_yet(announcements.c.ends_at, as_of),
            )
            .order_by(announcements.c.starts_at.desc(), announcements.c.id)
        )
        return tuple(
            Announcement(row[0], row[1] or "", row[2], row[3]) for row in self._rows(statement)
        )

    def agency_names(self) -> tuple[str, ...]:
        """Abbreviations of every agency, in alphabetical order."""
        return tuple(sorted(row[0] for row in self._rows(select(agencies.c.abbreviation))))

    def category_names(self) -> tuple[str, ...]:
        """Every category, in alphabetical order."""
        return tuple(sorted(row[0] for row in self._rows(select(categories.c.name))))


def _tally(condition: where.Condition) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def finished_between(
    start: datetime, end: datetime | None, as_of: datetime
) -> tuple[where.Condition, ...]:
    """The finish that holds at the moment came then, both ends excluded.

    Two indexes find those that may have, then it is looked at exactly.
    """
    present = [reports.c.finished_at > start]
    exactly = [where.finish_at(as_of) > start]
    if end is not None:
        present.append(reports.c.finished_at < end)
        exactly.append(where.finish_at(as_of) < end)
    recent = union(
        select(reports.c.id).where(*present),
        select(reopenings.c.report_id).where(reopenings.c.reopened_at > as_of),
    ).subquery("recent")
    return reports.c.id.in_(select(recent.c.id)), *exactly


def _named(as_of: datetime, filters: Filters) -> where.Condition:
    """The report counts for its reporter."""
    return and_(
        reports.c.reporter_id.is_not(None),
        reports.c.anonymous.is_(False),
        reports.c.confidential.is_(False),
        where.readable_by(as_of),
        *where.matching(filters, as_of),
    )


def _received(window: timedelta | None, as_of: datetime, filters: Filters) -> where.Condition:
    """Received in the filters' own period, or else in the window that ends at the moment."""
    since = filters.since
    if window is not None and since is None:
        since = as_of - window + timedelta.resolution
    return where.received_by(as_of, since, filters.until)


def _on_time(counts: Sequence[Any]) -> OnTime:
    met, missed, overdue, without, n = (int(value) for value in counts)
    return OnTime(met, missed, overdue, n - met - missed - overdue - without, without)


def _bands(values: Sequence[Any]) -> dict[AgeBand, int]:
    return {band: int(value) for band, value in zip(AgeBand, values, strict=True)}


def _middle(cell: float) -> float:
    return round((cell + 0.5) * GRID_DEGREES - 180.0, 5)


def _spans(spans: Sequence[Span]) -> Any:
    """A table of numbered spans, to be joined with."""
    rows = [
        select(
            literal(number).label("number"),
            where.moment(span.start).label("start"),
            where.moment(span.end).label("end"),
        )
        for number, span in enumerate(spans)
    ]
    return union_all(*rows).cte("spans")


def _forwarded() -> Any:
    return escalations.join(reports, reports.c.id == escalations.c.report_id)


def _year_column(spans: dict[int, Span]) -> ColumnElement[int]:
    return case(
        *((reports.c.created_at < span.end, year) for year, span in spans.items()),
        else_=max(spans),
    )
