"""The questions that screens ask of the report database.

Each method is a question as of a moment, takes filters and returns small frozen records; none
selects a name, a phone number, an address, a citizen's words or an exact position. Confidential
reports count, but are never shown one by one; anonymous and confidential ones count for no
reporter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data_access import conditions as where
from data_access import statements as sql
from data_access.deadline import ask
from data_access.grid import middle_of
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
from data_access.prepared import prepare
from data_access.records import (
    AGENCY_WINDOW,
    ALL,
    BEGINNING,
    CITY_RULE,
    CITY_WINDOW,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Engine, Executable

OUTSIDE = "Luar kota"
"""Where a report lies that is in none of the known kelurahan."""

CLOCK_SKEW = timedelta(minutes=5)
"""A report from further in the future is a mistake of its writer."""

ANY_TIME = BEGINNING
"""What is the same at every moment is asked about as of this one."""


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

    def _rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
        return ask(self._engine, statement, values)

    def _ask(
        self, build: Callable[..., Executable], as_of: datetime, *given: Any, **values: Any
    ) -> Sequence[Any]:
        """The rows of a statement about a moment; ``given`` shapes it, ``values`` go into it."""
        question = prepare(build, *given)
        return self._rows(question.statement, question.values(as_of) | values)

    def _count(self, cases: sql.Cases, as_of: datetime, *given: Any, **values: Any) -> int:
        return int(self._ask(sql.count, as_of, cases, *given, **values)[0][0])

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
        bounds = {sql.START: span.start, sql.END: min(as_of, span.end)}
        return self._count(sql.received_between, as_of, filters, **bounds)

    def open_backlog(self, as_of: datetime, filters: Filters = ALL) -> int:
        """Reports that are not finished, the overdue among them."""
        return self._count(sql.still_open, as_of, filters)

    def overdue(self, as_of: datetime, filters: Filters = ALL) -> int:
        """Open reports past the deadline with neither answer nor action."""
        return self._count(sql.overdue, as_of, filters, self.rule)

    def on_time(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> OnTime:
        """Met, missed and overdue of the reports received in the window before the moment.

        Without a window, or where the filters set a period, the filters' own period counts.
        """
        cases = (sql.received_in_window, filters, window)
        return on_time_of(self._ask(sql.on_time, as_of, self.rule, *cases)[0])

    def time_to_answer(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        """Kaplan-Meier of the time from receipt to the first answer or action."""
        return _survival(self._ask(sql.waits, as_of, sql.received_in_window, filters, window))

    def time_to_finish(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        """Kaplan-Meier of the time from receipt to the finish that holds at the moment."""
        return _survival(self._ask(sql.durations, as_of, sql.received_in_window, filters, window))

    def last_report_at(self, as_of: datetime, filters: Filters = ALL) -> datetime | None:
        """When the newest report came."""
        found: datetime | None = self._ask(sql.newest, as_of, filters)[0][0]
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
        return sum(self._counts("created_at", earlier, span.end, filters)) / len(earlier)

    def unreadable(self, as_of: datetime) -> int:
        """Rows of which something is left out: impossible moments, unknown status, no such place.

        What came after a past moment is no mistake, so the future begins at the clock's now.
        """
        future = max(as_of, self._clock()) + CLOCK_SKEW
        return int(self._ask(sql.unreadable, as_of, **{sql.FUTURE: future})[0][0])

    # -- volume -----------------------------------------------------------------------------

    def monthly_volume(
        self, as_of: datetime, filters: Filters = ALL, months: int = 36
    ) -> tuple[MonthVolume, ...]:
        """Received and finished in each of the last months, the running one included."""
        days = months_until(as_of, months)
        spans = [month_span(day) for day in days]
        received = self._counts("created_at", spans, as_of, filters)
        finished = self._counts("finished_at", spans, as_of, filters)
        undone = self._undone_finishes(spans, as_of, filters)
        return tuple(
            MonthVolume(day, came, went + back, span.end <= as_of)
            for day, span, came, went, back in zip(
                days, spans, received, finished, undone, strict=True
            )
        )

    def _counts(
        self, moment: str, spans: Sequence[Span], as_of: datetime, filters: Filters
    ) -> list[int]:
        """Reports of which the moment of this name lies in each span, by ``as_of``."""
        bounds = sql.bounds([(span.start, span.end) for span in spans])
        rows = self._ask(sql.counts_by_span, as_of, moment, len(spans), filters, **bounds)
        return [int(row[0]) for row in rows]

    def _undone_finishes(
        self, spans: Sequence[Span], as_of: datetime, filters: Filters
    ) -> list[int]:
        """Finishes in each span that hold at the moment and were undone after it."""
        rows = self._ask(sql.undone_finishes, as_of, filters)
        moments = [row[0] for row in rows if row[0] is not None]
        return [sum(span.start <= at < span.end for at in moments) for span in spans]

    def participation(
        self, as_of: datetime, filters: Filters = ALL, months: int = 24
    ) -> tuple[Participation, ...]:
        """Reports, distinct reporters and reporters never seen before, per month."""
        days = months_until(as_of, months)
        spans = [month_span(day) for day in days]
        bounds = sql.bounds([(span.start, span.end) for span in spans])
        rows = {
            row[0]: row
            for row in self._ask(sql.participation, as_of, len(spans), filters, **bounds)
        }
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
        names = {row.abbreviation: row.name for row in self._ask(sql.all_agencies, as_of)}
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
        size = len(AgeBand)
        return {
            row[0]: (_bands(row[1 : 1 + size]), _bands(row[1 + size :]))
            for row in self._ask(sql.open_by_agency, as_of, filters, self.rule)
        }

    def _on_time_by_agency(self, as_of: datetime, filters: Filters) -> dict[str, OnTime]:
        cases = (sql.received_in_window, filters, AGENCY_WINDOW)
        rows = self._ask(sql.on_time_by_agency, as_of, self.rule, *cases)
        return {row[0]: on_time_of(row[1:]) for row in rows}

    def agencies_by_year(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyYear, ...]:
        """Reports forwarded to each agency, by the year of their receipt; most in all first."""
        rows = self._ask(sql.agencies_by_year, as_of, self._years(as_of), filters)
        return self._most_first([AgencyYear(*row) for row in rows])

    def _most_first(self, rows: Sequence[AgencyYear]) -> tuple[AgencyYear, ...]:
        totals: dict[str, int] = {}
        for row in rows:
            totals[row.agency] = totals.get(row.agency, 0) + row.reports
        return tuple(sorted(rows, key=lambda row: (-totals[row.agency], row.agency, row.year)))

    def year_table(self, as_of: datetime, filters: Filters = ALL) -> tuple[YearRow, ...]:
        """Report x agency escalations by year of receipt, and the share of them done."""
        years = self._years(as_of)
        rows = {row[0]: row for row in self._ask(sql.year_table, as_of, years, filters)}
        return tuple(
            YearRow(year, row[1], row[2], Share(int(row[3]), row[2]), year_span(year).end <= as_of)
            for year in years
            if (row := rows.get(year))
        )

    def _years(self, as_of: datetime) -> tuple[int, ...]:
        first = self._ask(sql.oldest, as_of)[0][0] or as_of
        return tuple(range(local_day(first).year, local_day(as_of).year + 1))

    # -- reporters --------------------------------------------------------------------------

    def top_reporters(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 10
    ) -> tuple[TopReporter, ...]:
        """The most active reporters, without their names; anonymous reports count for nobody."""
        ranked = self._ranked(as_of, filters, limit)
        recent = self._recent_of([person for person, _ in ranked], as_of, filters)
        return self._in_order(ranked, recent, as_of)

    def _in_order(
        self,
        ranked: Sequence[tuple[int, int]],
        recent: Mapping[int, tuple[int, ...]],
        as_of: datetime,
    ) -> tuple[TopReporter, ...]:
        places = self._kelurahan_of(list(recent), as_of)
        return tuple(
            TopReporter(rank, number, places.get(person), recent[person])
            for rank, (person, number) in enumerate(ranked, start=1)
        )

    def _ranked(self, as_of: datetime, filters: Filters, limit: int) -> list[tuple[int, int]]:
        """The most active reporters with their numbers of reports."""
        rows = self._ask(sql.most_active, as_of, filters, limit)
        return [(row[0], row[1]) for row in rows]

    def _kelurahan_of(self, people: Sequence[int], as_of: datetime) -> dict[int, str]:
        rows = self._ask(sql.kelurahan_of_people, as_of, **{sql.PEOPLE: people})
        return {row[0]: row[1] for row in rows}

    def _recent_of(
        self, people: Sequence[int], as_of: datetime, filters: Filters
    ) -> dict[int, tuple[int, ...]]:
        months = months_until(as_of, 12)
        chosen = {sql.PEOPLE: people, sql.START: month_span(months[0]).start}
        counts = {person: dict.fromkeys(months, 0) for person in people}
        for person, created in self._ask(sql.receipts_of_people, as_of, filters, **chosen):
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
        rows = self._ask(sql.open_by_area, as_of, filters, self.rule)
        counts = {row[0]: (row[1], int(row[2])) for row in rows}
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
        names = {area.code: area.name for area in self.areas("kelurahan")}
        return tuple(
            Incidents(
                middle_of(row[0]),
                middle_of(row[1]),
                names.get(row[2]),
                row[3] or "",
                row[4],
                int(row[5]),
                *row[6:],
            )
            for row in self._ask(sql.open_incidents, as_of, filters, self.rule, limit)
        )

    def areas(self, level: str) -> tuple[Area, ...]:
        """The places of a level (kecamatan or kelurahan) with their label points."""
        found = (Area(*row) for row in self._ask(sql.areas_of_level, ANY_TIME, level))
        return tuple(sorted(found, key=lambda area: area.code))

    def facilities(self) -> tuple[Facility, ...]:
        """Public places, by kind and name."""
        found = (Facility(*row) for row in self._ask(sql.all_facilities, ANY_TIME))
        return tuple(sorted(found, key=lambda place: (place.kind, place.name)))

    # -- queue ------------------------------------------------------------------------------

    def escalation_queue(self, as_of: datetime, filters: Filters = ALL, limit: int = 12) -> Queue:
        """Open, unanswered reports: the oldest overdue ones, and those whose time ends next."""
        cases = (filters, self.rule)
        overdue = self._ask(sql.queue, as_of, limit, sql.waiting_late, *cases)
        in_time = self._ask(sql.queue, as_of, limit, sql.waiting_in_time, *cases)
        hops = self._hops([row.id for row in (*overdue, *in_time)], as_of)
        return Queue(
            overdue=tuple(self._queue_row(row, hops, QueueState.OVERDUE) for row in overdue),
            in_time=tuple(self._queue_row(row, hops, QueueState.IN_TIME) for row in in_time),
            overdue_total=self._count(sql.waiting_late, as_of, *cases),
            in_time_total=self._count(sql.waiting_in_time, as_of, *cases),
        )

    def _hops(self, ids: Sequence[int], as_of: datetime) -> dict[int, dict[int, str]]:
        hops: dict[int, dict[int, str]] = {}
        for report, level, agency in self._ask(sql.hops, as_of, **{sql.IDS: ids}):
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
        return self._satisfaction(as_of, sql.finished_lately, filters)

    def _satisfaction(
        self, as_of: datetime, cases: sql.Cases, *given: Any, **values: Any
    ) -> Satisfaction:
        rows = self._ask(sql.said, as_of, cases, *given, **values)
        finished = self._count(sql.finished, as_of, cases, *given, **values)
        ratings = dict.fromkeys(range(1, 6), 0)
        for row in rows:
            if row.rating in ratings:
                ratings[row.rating] += 1
        return Satisfaction(
            satisfied=Share(sum(bool(row.satisfied) for row in rows), len(rows)),
            coverage=Share(len({row.id for row in rows}), finished),
            contradicted=len({row.id for row in rows if not row.satisfied and row.done}),
            ratings=ratings,
        )

    def follow_ups(self, as_of: datetime, filters: Filters = ALL) -> tuple[FollowUpCount, ...]:
        """What agencies reported in the last 24 hours."""
        rows = self._ask(sql.follow_ups_of_a_day, as_of, filters)
        counts = {row[0]: row[1] for row in rows}
        return tuple(FollowUpCount(status, counts.get(status.value, 0)) for status in Status)

    def announcements(self, as_of: datetime) -> tuple[Announcement, ...]:
        """Announcements valid at the moment, newest first."""
        return tuple(
            Announcement(row[0], row[1] or "", row[2], row[3])
            for row in self._ask(sql.valid_announcements, as_of)
        )

    def agency_names(self) -> tuple[str, ...]:
        """Abbreviations of every agency, in alphabetical order."""
        return tuple(sorted(row.abbreviation for row in self._ask(sql.all_agencies, ANY_TIME)))

    def category_names(self) -> tuple[str, ...]:
        """Every category, in alphabetical order."""
        return tuple(sorted(row[0] for row in self._ask(sql.category_names, ANY_TIME)))


def _survival(rows: Sequence[Any]) -> Survival:
    """Of seconds waited, null where they can't be known, and whether the waiting ended."""
    found = known_waits(rows)
    return survival([wait for wait, _ in found], [ended for _, ended in found])


def known_waits(rows: Sequence[Any]) -> list[tuple[float, bool]]:
    """Seconds waited, and whether the waiting ended; without what can't be known."""
    return [(max(0.0, row[0]), bool(row[1])) for row in rows if row[0] is not None]


def on_time_of(counts: Sequence[Any]) -> OnTime:
    """The record of the five counts of ``statements.on_time``."""
    met, missed, overdue, without, n = (int(value or 0) for value in counts)
    return OnTime(met, missed, overdue, n - met - missed - overdue - without, without)


def _bands(values: Sequence[Any]) -> dict[AgeBand, int]:
    return {band: int(value) for band, value in zip(AgeBand, values, strict=True)}
