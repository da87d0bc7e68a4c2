"""The wall's questions about all of history, answered from roll-ups where there are any.

Roll-ups count what has happened at any moment. A question is about one moment, so what is *late*
(reports of which anything lies after it: few, when the moment is now) is taken off the counts and
asked of the tables. Where much is late, where filters are set, or where no roll-ups are kept, the
tables are asked for everything. The answers are the same.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sqlalchemy import Integer, Select, bindparam, func, select, union, union_all
from sqlalchemy.exc import DBAPIError

from data_access import conditions as where
from data_access import statements as sql
from data_access.deadline import DEADLINE_S, limited
from data_access.metrics import survival
from data_access.periods import local_day, midnight, month_span, months_until, utc_now, year_span
from data_access.prepared import When, parameter
from data_access.records import (
    ALL,
    CITY_RULE,
    AgencyYear,
    Chosen,
    Filters,
    MonthVolume,
    OnTime,
    Participation,
    Satisfaction,
    Share,
    Survival,
    YearRow,
)
from data_access.reports import ANY_TIME, Reports, known_waits, on_time_of
from data_access.rollups.changes import KEY
from data_access.rollups.facts import Source, all_facts
from data_access.rollups.keeping import DIALECTS, installed
from data_access.rollups.tables import (
    COUNTERS,
    Measure,
    cells,
    reporter_totals,
)
from data_access.schema import escalations, feedback, reopenings, reports
from data_access.statements import AGENCY_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import CompoundSelect, Connection, Engine, Executable

Answer = TypeVar("Answer")
Late = tuple[int, ...]
Counters = tuple[int, ...]
Bounds = dict[str, datetime]
"""The parameters of ``statements.received_between``."""

MEASURE, FIRST, LAST, MOST = "measure", "first", "last", "most"
"""Names of parameters: which cells, and how many rows."""

FEW = 200
"""So many late reports are set right one by one; more are asked of the tables with all others."""

LOOK_AGAIN_S = 60.0
"""A database without roll-ups is looked at again after so long."""

WORTH_DAYS = 5000
"""Fewer reports than this are judged one by one sooner than by the counts of their days."""

NOTHING = (0,) * len(COUNTERS)

_LATE = (
    (reports.c.id, reports.c.created_at),
    (reports.c.id, reports.c.answered_at),
    (reports.c.id, reports.c.finished_at),
    (escalations.c.report_id, escalations.c.forwarded_at),
    (reopenings.c.report_id, reopenings.c.reopened_at),
    (feedback.c.report_id, feedback.c.created_at),
)


class RolledReports(Reports):
    """``Reports`` that reads roll-ups where it can."""

    def __init__(
        self,
        engine: Engine,
        rule: where.Rule = CITY_RULE,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(engine, rule, clock)
        self._held = threading.local()
        self._days_read: dict[int, tuple[Counters, Any]] = {}
        self._many_in: dict[timedelta, bool] = {}
        self._many_until: dict[timedelta, float] = {}
        self._absent_until = 0.0 if engine.dialect.name in DIALECTS else float("inf")

    # -- one question, one connection, one state of the database ----------------------------

    def _rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
        connection: Connection | None = getattr(self._held, "connection", None)
        if connection is None:
            return super()._rows(statement, values)
        return connection.execute(statement, values).all()

    def _counted(
        self, as_of: datetime, filters: Filters, answer: Callable[[Late], Answer]
    ) -> Answer | None:
        """The answer from roll-ups, or ``None`` where they can't give it."""
        if filters != ALL or monotonic() < self._absent_until:
            return None
        with limited(DEADLINE_S) as question:
            try:
                return self._counted_once(as_of, answer)
            except DBAPIError as error:
                if question.expired or not error.connection_invalidated:
                    raise
            return self._counted_once(as_of, answer)

    def _counted_once(self, as_of: datetime, answer: Callable[[Late], Answer]) -> Answer | None:
        with self._engine.connect() as connection, _one_state(connection):
            if not installed(connection, self.rule):
                self._absent_until = monotonic() + LOOK_AGAIN_S
                return None
            self._held.connection = connection
            try:
                late = self._late(as_of)
                return None if len(late) > FEW else answer(late)
            finally:
                self._held.connection = None

    def _late(self, as_of: datetime) -> Late:
        """Reports of which anything lies after the moment, up to one more than a few."""
        return tuple(row[0] for row in self._ask(_late, as_of))

    def _cells(
        self, measure: Measure, first: int, last: int, late: Late
    ) -> dict[tuple[int, int], Counters]:
        """Counters by period and part, without what late reports added to them."""
        wanted = {MEASURE: int(measure), FIRST: first, LAST: last}
        rows = self._ask(_cells_between, ANY_TIME, **wanted)
        found = {(row.period, row.part): tuple(row[3:]) for row in rows}
        if not late:
            return found
        for row in self._ask(_facts_of, ANY_TIME, self.rule, **wanted, **{sql.IDS: late}):
            key = (row.period, row.part)
            found[key] = _less(found.get(key, NOTHING), row[3:])
        return found

    # -- volume -----------------------------------------------------------------------------

    def monthly_volume(
        self, as_of: datetime, filters: Filters = ALL, months: int = 36
    ) -> tuple[MonthVolume, ...]:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._months(as_of, late, months))
        return super().monthly_volume(as_of, filters, months) if answer is None else answer

    def _months(self, as_of: datetime, late: Late, months: int) -> tuple[MonthVolume, ...]:
        days = months_until(as_of, months)
        counts = self._cells(Measure.MONTH, _month(days[0]), _month(days[-1]), late)
        sums = {day: counts.get((_month(day), 0), NOTHING)[:2] for day in days}
        for row in super().monthly_volume(as_of, Chosen(ids=late), months) if late else ():
            sums[row.month] = _plus(sums[row.month], (row.received, row.finished))
        return tuple(
            MonthVolume(day, received, finished, _over(day, as_of))
            for day, (received, finished) in sums.items()
        )

    def participation(
        self, as_of: datetime, filters: Filters = ALL, months: int = 24
    ) -> tuple[Participation, ...]:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._people(as_of, late, months))
        return super().participation(as_of, filters, months) if answer is None else answer

    def _people(self, as_of: datetime, late: Late, months: int) -> tuple[Participation, ...]:
        days = months_until(as_of, months)
        span = (_month(days[0]), _month(days[-1]))
        came = self._cells(Measure.MONTH, *span, ())
        people = self._cells(Measure.PEOPLE, *span, ())
        new = dict(
            tuple(row)
            for row in self._ask(_new_by_month, ANY_TIME, **{FIRST: span[0], LAST: span[1]})
        )
        found = [
            Participation(
                day,
                came.get((_month(day), 0), NOTHING)[0],
                people.get((_month(day), 0), NOTHING)[0],
                new.get(_month(day), 0),
                _over(day, as_of),
            )
            for day in days
        ]
        if self._received_later_this_month(as_of, late):
            found[-1:] = super().participation(as_of, ALL, months=1)
        return tuple(found)

    def _received_later_this_month(self, as_of: datetime, late: Late) -> bool:
        end = month_span(local_day(as_of).replace(day=1)).end
        values = {sql.IDS: late, sql.END: end}
        return bool(late) and bool(self._count(_received_later, as_of, **values))

    # -- deadlines --------------------------------------------------------------------------

    def on_time(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> OnTime:
        """As in ``Reports``."""
        answer = None
        if window is not None and self._many(as_of, window):
            answer = self._counted(as_of, filters, lambda late: self._city(as_of, window, late))
        return super().on_time(as_of, filters, window) if answer is None else answer

    def _many(self, as_of: datetime, window: timedelta) -> bool:
        """Whether so many reports came in the window that days are quicker than reports."""
        if monotonic() >= self._many_until.get(window, 0.0):
            came = self._count(_received_in, as_of, window)
            self._many_in[window] = came >= WORTH_DAYS
            self._many_until[window] = monotonic() + LOOK_AGAIN_S
        return self._many_in[window]

    def _city(self, as_of: datetime, window: timedelta, late: Late) -> OnTime:
        days = _Days(as_of, window, self.rule)
        found = [self._on_time(as_of, part) for part in days.ends]
        if not days.whole:
            return _sum(found)
        counts = self._cells(Measure.DAY, days.first, days.last, late).values()
        overdue = self._count(_unmet, as_of, self.rule, **days.middle)
        if late:
            chosen = super().on_time(as_of, days.chosen(late))
            found.append(_without_overdue(chosen))
        return _sum([*found, _from_cells(counts, overdue)])

    def _on_time(self, as_of: datetime, part: Bounds) -> OnTime:
        cases = (sql.received_between, ALL)
        return on_time_of(self._ask(sql.on_time, as_of, self.rule, *cases, **part)[0])

    def time_to_answer(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        """As in ``Reports``."""
        answer = None
        if window is not None and self._many(as_of, window):
            answer = self._counted(as_of, filters, lambda late: self._answered(as_of, window, late))
        return super().time_to_answer(as_of, filters, window) if answer is None else answer

    def _answered(self, as_of: datetime, window: timedelta, late: Late) -> Survival | None:
        days = _Days(as_of, window, self.rule)
        if late or not days.whole:
            return None
        asked = [(sql.received_between, part) for part in days.ends]
        waits = [
            wait
            for cases, part in [*asked, (_unanswered_between, days.middle)]
            for wait in known_waits(self._ask(sql.waits, as_of, cases, ALL, **part))
        ]
        ended = self._ended_waits(as_of, days)
        seconds = np.concatenate([*ended, [wait for wait, _ in waits]])
        events = np.ones(len(seconds), dtype=bool)
        events[len(seconds) - len(waits) :] = [happened for _, happened in waits]
        return survival(seconds, events)

    def _ended_waits(self, as_of: datetime, days: _Days) -> list[Any]:
        """Waiting times that ended, by day; read again only where the day's counts changed."""
        counts = self._cells(Measure.DAY, days.first, days.last, ())
        known, read = self._days_read, {}
        for (day, _), counters in counts.items():
            found = known.get(day)
            if found is None or found[0] != counters:
                start = midnight(date.fromordinal(day))
                bounds = _bounds(start, start + timedelta(days=1))
                waits = known_waits(self._ask(sql.waits, as_of, _answered_between, ALL, **bounds))
                found = (counters, np.array([wait for wait, _ in waits]))
            read[day] = found
        self._days_read = read
        return [waits for _, waits in read.values()]

    def _on_time_by_agency(self, as_of: datetime, filters: Filters) -> dict[str, OnTime]:
        answer = None
        if self._many(as_of, AGENCY_WINDOW):
            answer = self._counted(as_of, filters, lambda late: self._agencies(as_of, late))
        return super()._on_time_by_agency(as_of, filters) if answer is None else answer

    def _agencies(self, as_of: datetime, late: Late) -> dict[str, OnTime]:
        days = _Days(as_of, AGENCY_WINDOW, self.rule)
        parts = [self._on_time_of_agencies(as_of, part) for part in days.ends]
        if days.whole:
            counts = self._cells(Measure.AGENCY_DAY, days.first, days.last, late)
            rows = self._ask(_overdue_by_agency, as_of, self.rule, **days.middle)
            overdue = {row[0]: row[1] for row in rows}
            parts.append(
                {
                    name: _from_cells(
                        [row for (_, part), row in counts.items() if part == number],
                        overdue.get(number, 0),
                    )
                    for number, name in self._agency_names().items()
                }
            )
            if late:
                chosen = super()._on_time_by_agency(as_of, days.chosen(late))
                parts.append({name: _without_overdue(share) for name, share in chosen.items()})
        names = {name for part in parts for name in part}
        sums = {name: _sum([part[name] for part in parts if name in part]) for name in names}
        return {name: share for name, share in sums.items() if share != _NO_CASES}

    def _on_time_of_agencies(self, as_of: datetime, part: Bounds) -> dict[str, OnTime]:
        rows = self._ask(_on_time_by_agency, as_of, self.rule, **part)
        return {row[0]: on_time_of(row[1:]) for row in rows}

    def _agency_names(self) -> dict[int, str]:
        return {row.id: row.abbreviation for row in self._ask(sql.all_agencies, ANY_TIME)}

    # -- years ------------------------------------------------------------------------------

    def year_table(self, as_of: datetime, filters: Filters = ALL) -> tuple[YearRow, ...]:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._years_counted(as_of, late))
        return super().year_table(as_of, filters) if answer is None else answer

    def _years_counted(self, as_of: datetime, late: Late) -> tuple[YearRow, ...]:
        counts = self._cells(Measure.YEAR, 0, local_day(as_of).year, late)
        sums = {year: counters[:3] for (year, _), counters in counts.items()}
        for row in super().year_table(as_of, Chosen(ids=late)) if late else ():
            more = (row.reports, row.escalations, row.acted.hits)
            sums[row.year] = _plus(sums.get(row.year, (0, 0, 0)), more)
        return tuple(
            YearRow(year, count, hops, Share(done, hops), year_span(year).end <= as_of)
            for year, (count, hops, done) in sorted(sums.items())
            if hops
        )

    def agencies_by_year(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyYear, ...]:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._agency_years(as_of, late))
        return super().agencies_by_year(as_of, filters) if answer is None else answer

    def _agency_years(self, as_of: datetime, late: Late) -> tuple[AgencyYear, ...]:
        counts = self._cells(Measure.AGENCY_YEAR, 0, local_day(as_of).year, late)
        known = {row.id: row for row in self._ask(sql.all_agencies, ANY_TIME)}
        sums = {
            (known[part].abbreviation, known[part].name, year): counters[0]
            for (year, part), counters in counts.items()
            if part in known
        }
        for row in super().agencies_by_year(as_of, Chosen(ids=late)) if late else ():
            key = (row.agency, row.name, row.year)
            sums[key] = sums.get(key, 0) + row.reports
        return self._most_first([AgencyYear(*key, n) for key, n in sums.items() if n])

    # -- reporters --------------------------------------------------------------------------

    def _ranked(self, as_of: datetime, filters: Filters, limit: int) -> list[tuple[int, int]]:
        answer = self._counted(as_of, filters, lambda late: self._most_active(as_of, late, limit))
        return super()._ranked(as_of, filters, limit) if answer is None else answer

    def _most_active(self, as_of: datetime, late: Late, limit: int) -> list[tuple[int, int]]:
        gone = self._named_later(as_of, late) if late else {}
        rows = self._ask(_most_named, ANY_TIME, **{MOST: limit + len(gone)})
        counts = {row[0]: row[1] - gone.get(row[0], 0) for row in rows}
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(who, number) for who, number in ranked if number > 0][:limit]

    def _named_later(self, as_of: datetime, late: Late) -> dict[int, int]:
        return {row[0]: row[1] for row in self._ask(_named_later, as_of, **{sql.IDS: late})}

    # -- feedback ---------------------------------------------------------------------------

    def satisfaction(self, as_of: datetime, filters: Filters = ALL) -> Satisfaction:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._feedback(as_of, late))
        return super().satisfaction(as_of, filters) if answer is None else answer

    def _feedback(self, as_of: datetime, late: Late) -> Satisfaction:
        start = as_of - AGENCY_WINDOW
        first = local_day(start) + timedelta(days=1)
        days = (first.toordinal(), local_day(as_of).toordinal())
        finished = self._cells(Measure.FINISHED_DAY, *days, late).values()
        stars = self._cells(Measure.RATINGS, *days, late).values()
        edge = {sql.START: start, sql.END: midnight(first)}
        parts = [
            self._satisfaction(as_of, _finished_between, **edge),
            _heard(_total(finished), _total(stars)),
        ]
        if late:
            chosen = {sql.IDS: late, sql.START: midnight(first)}
            parts.append(self._satisfaction(as_of, _finished_since, **chosen))
        return _all_heard(parts)


class _Days:
    """The whole days of a window before a moment whose deadlines have all come, and what is left.

    ``ends`` are the bounds of the part of a day before them and of the days after them.
    """

    def __init__(self, as_of: datetime, window: timedelta, rule: where.Rule) -> None:
        start = as_of - window + timedelta.resolution
        longest = max((period.limit for period in rule if period.limit), default=timedelta())
        first = local_day(start) + timedelta(days=1)
        after = local_day(as_of - longest)
        self.whole = first < after
        self.first, self.last = first.toordinal(), after.toordinal() - 1
        self._since, self._until = midnight(first), midnight(after)
        self.middle = _bounds(self._since, self._until)
        last = as_of + timedelta.resolution
        self.ends = (
            (_bounds(start, self._since), _bounds(self._until, last))
            if self.whole
            else (_bounds(start, last),)
        )

    def chosen(self, ids: Late) -> Chosen:
        """Of the whole days, these reports."""
        return Chosen(since=self._since, until=self._until, ids=ids)


def _bounds(start: datetime, end: datetime) -> Bounds:
    """From the first moment to just before the second."""
    return {sql.START: start, sql.END: end - timedelta.resolution}


# -- statements ------------------------------------------------------------------------------


def _late(as_of: When) -> CompoundSelect[Any]:
    """Reports of which anything lies after the moment, up to one more than a few of each kind."""
    return union(
        *(
            select(select(key.label("id")).where(at > as_of).limit(FEW + 1).subquery())
            for key, at in _LATE
        )
    )


def _cells_between(_as_of: When) -> Select[Any]:
    return select(cells).where(
        cells.c.measure == bindparam(MEASURE),
        cells.c.period.between(bindparam(FIRST), bindparam(LAST)),
    )


def _facts_of(_as_of: When, rule: where.Rule) -> Select[Any]:
    """What the reports with the ``IDS`` added to the cells."""
    chosen = select(reports).where(_one_of_ids()).subquery("late")
    facts = union_all(*all_facts(Source(chosen), rule)).subquery("facts")
    sums = [func.sum(facts.c[name]) for name in COUNTERS]
    keys = [facts.c[name] for name in KEY]
    return (
        select(*keys, *sums)
        .where(
            facts.c.measure == bindparam(MEASURE),
            facts.c.period.between(bindparam(FIRST), bindparam(LAST)),
        )
        .group_by(*keys)
    )


def _new_by_month(_as_of: When) -> Select[Any]:
    first = reporter_totals.c.first_month
    wanted = first.between(bindparam(FIRST), bindparam(LAST))
    return select(first, func.count()).where(wanted).group_by(first)


def _most_named(_as_of: When) -> Select[Any]:
    named, person = reporter_totals.c.named, reporter_totals.c.reporter_id
    return (
        select(person, named)
        .where(named > 0)
        .order_by(named.desc(), person)
        .limit(bindparam(MOST, type_=Integer()))
    )


def _named_later(as_of: When) -> Select[Any]:
    return (
        select(reports.c.reporter_id, func.count())
        .where(
            _one_of_ids(),
            reports.c.created_at > as_of,
            reports.c.reporter_id.is_not(None),
            Source().named(),
        )
        .group_by(reports.c.reporter_id)
    )


def _on_time_by_agency(as_of: When, rule: where.Rule) -> Select[Any]:
    return sql.on_time_by_agency(as_of, rule, sql.received_between, ALL)


def _overdue_by_agency(as_of: When, rule: where.Rule) -> Select[Any]:
    return (
        select(escalations.c.agency_id, func.count())
        .join(reports, reports.c.id == escalations.c.report_id)
        .where(*_unmet(as_of, rule), where.happened(escalations.c.forwarded_at, as_of))
        .group_by(escalations.c.agency_id)
    )


def _one_of_ids() -> where.Condition:
    return reports.c.id.in_(bindparam(sql.IDS, expanding=True))


def _received_later(as_of: When) -> list[where.Condition]:
    return [
        _one_of_ids(),
        reports.c.created_at > as_of,
        reports.c.created_at < parameter(sql.END),
    ]


def _received_in(as_of: When, window: timedelta) -> list[where.Condition]:
    return [reports.c.created_at > as_of - window, reports.c.created_at <= as_of]


def _unmet(as_of: When, rule: where.Rule) -> list[where.Condition]:
    late = where.past_deadline(as_of, rule)
    return [*_unanswered_between(as_of, ALL), late]


def _unanswered_between(as_of: When, filters: Filters) -> list[where.Condition]:
    return [*sql.received_between(as_of, filters), where.unanswered_at(as_of)]


def _answered_between(as_of: When, filters: Filters) -> list[where.Condition]:
    return [*sql.received_between(as_of, filters), where.answered_by(as_of)]


def _finished_between(as_of: When) -> tuple[where.Condition, ...]:
    return sql.finished_between(parameter(sql.START), parameter(sql.END), as_of)


def _finished_since(as_of: When) -> list[where.Condition]:
    return [_one_of_ids(), where.finish_at(as_of) >= parameter(sql.START)]


@contextmanager
def _one_state(connection: Connection) -> Iterator[None]:
    """Every statement inside sees the database as the first one does."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK")


_NO_CASES = OnTime(0, 0, 0, 0, 0)


def _from_cells(counts: Iterable[Counters], overdue: int) -> OnTime:
    n, met, missed, without, _waited = _total(counts)
    return OnTime(met, missed, overdue, n - met - missed - overdue - without, without)


def _without_overdue(part: OnTime) -> OnTime:
    """The overdue are counted with those of all others."""
    return replace(part, overdue=0, not_yet_due=part.not_yet_due + part.overdue)


def _sum(parts: Sequence[OnTime]) -> OnTime:
    return OnTime(*_total([astuple(part) for part in parts]))


def _heard(finished: Counters, stars: Counters) -> Satisfaction:
    reports_finished, said, satisfied, heard, contradicted = finished
    return Satisfaction(
        Share(satisfied, said),
        Share(heard, reports_finished),
        contradicted,
        dict(enumerate(stars, start=1)),
    )


def _all_heard(parts: Sequence[Satisfaction]) -> Satisfaction:
    return Satisfaction(
        _share(part.satisfied for part in parts),
        _share(part.coverage for part in parts),
        sum(part.contradicted for part in parts),
        {star: sum(part.ratings[star] for part in parts) for star in range(1, 6)},
    )


def _share(parts: Iterable[Share]) -> Share:
    known = list(parts)
    return Share(sum(part.hits for part in known), sum(part.n for part in known))


def _total(rows: Iterable[Counters]) -> Counters:
    return tuple(map(sum, zip(NOTHING, *rows, strict=True)))


def _plus(first: Counters, second: Counters) -> Counters:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _less(first: Counters, second: Sequence[int]) -> Counters:
    return tuple(a - int(b) for a, b in zip(first, second, strict=True))


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _over(month: date, as_of: datetime) -> bool:
    return month_span(month).end <= as_of
