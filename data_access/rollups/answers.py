"""The wall's questions about all of history, answered from roll-ups where there are any.

Roll-ups count what has happened at any moment. A question is about one moment, so what is *late*
(reports of which anything lies after it: few, when the moment is now) is taken off the counts and
asked of the tables. Where much is late, where filters are set, or where no roll-ups are kept, the
tables are asked for everything. The answers are the same.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sqlalchemy.exc import DBAPIError

from data_access import conditions as where
from data_access import statements as sql
from data_access.deadline import DEADLINE_S, limited
from data_access.metrics import survival
from data_access.periods import (
    block_of,
    block_start,
    local_day,
    month_span,
    months_until,
    utc_now,
    year_span,
)
from data_access.records import (
    AGENCY_WINDOW,
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
    TopReporter,
    YearRow,
)
from data_access.reports import ANY_TIME, Reports, known_waits, on_time_of
from data_access.rollups import statements as counted
from data_access.rollups.keeping import DIALECTS, installed, left_unfinished
from data_access.rollups.tables import COUNTERS, Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, Executable

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Late = tuple[int, ...]
Counters = tuple[int, ...]
Bounds = dict[str, datetime]
"""The parameters ``START`` and ``END``."""

Periods = tuple[int, int]
"""First and last."""
Named = dict[tuple[int, int], int]
"""Reports that count for a person, by person and month."""

FEW = 200
"""So many late reports are set right one by one; more are asked of the tables with all others."""

LOOK_AGAIN_S = 60.0
"""A database without roll-ups is looked at again after so long."""

WORTH_BLOCKS = 1000
"""Fewer reports than this are judged one by one sooner than by the counts of their blocks."""

NOTHING = (0,) * len(COUNTERS)


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
        self._blocks_read: dict[int, tuple[Counters, Any]] = {}
        self._many_in: dict[timedelta, bool] = {}
        self._many_until: dict[timedelta, float] = {}
        self._told = False
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
                self._tell(left_unfinished(connection, self.rule))
                return None
            self._told = False
            self._held.connection = connection
            try:
                late = self._late(as_of)
                return None if len(late) > FEW else answer(late)
            finally:
                self._held.connection = None

    def _tell(self, unfinished: bool) -> None:
        """Say once that counts are there that can't be used: reading ones mend nothing."""
        if unfinished and not self._told:
            log.warning(
                "the counts beside the reports are not current, and all figures are asked of the "
                "reports themselves, which takes longer. Unless an import is running now, it was "
                "killed, or a newer version counts otherwise: `bcc-wall init-db` counts anew"
            )
        self._told = unfinished

    def _late(self, as_of: datetime) -> Late:
        """Reports of which anything lies after the moment, up to one more than a few."""
        return tuple(row[0] for row in self._ask(counted.late, as_of, FEW))

    def _cells(
        self, measure: Measure, first: int, last: int, late: Late
    ) -> dict[tuple[int, int], Counters]:
        """Counters by period and part, without what late reports added to them."""
        rows = self._ask(counted.cells_between, ANY_TIME, **_wanted(measure, first, last))
        found = {(row.period, row.part): tuple(row[3:]) for row in rows}
        for (period, part), counters in self._added(late, measure, first, last):
            found[period, part] = _less(found.get((period, part), NOTHING), counters)
        return found

    def _sums(self, measure: Measure, periods: Periods, late: Late) -> dict[int, Counters]:
        """Counters of many periods together by part, without what late reports added to them."""
        rows = self._ask(counted.sums_by_part, ANY_TIME, **_wanted(measure, *periods))
        found = {row[0]: tuple(map(int, row[1:])) for row in rows}
        for (_, part), counters in self._added(late, measure, *periods):
            found[part] = _less(found.get(part, NOTHING), counters)
        return found

    def _added(
        self, late: Late, measure: Measure, first: int, last: int
    ) -> list[tuple[tuple[int, int], Sequence[int]]]:
        """What late reports added to which period and part."""
        if not late:
            return []
        wanted = _wanted(measure, first, last) | {sql.IDS: late}
        rows = self._ask(counted.facts_of, ANY_TIME, self.rule, **wanted)
        return [((row.period, row.part), row[3:]) for row in rows]

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
        found = [
            Participation(
                day,
                came.get((_month(day), 0), NOTHING)[0],
                people.get((_month(day), 0), NOTHING)[0],
                people.get((_month(day), 0), NOTHING)[1],
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
        return bool(late) and bool(self._count(counted.received_later, as_of, **values))

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
        """Whether so many reports came in the window that blocks are quicker than reports."""
        if monotonic() >= self._many_until.get(window, 0.0):
            ((count,),) = self._ask(counted.some_received, as_of, window, WORTH_BLOCKS)
            self._many_in[window] = count >= WORTH_BLOCKS
            self._many_until[window] = monotonic() + LOOK_AGAIN_S
        return self._many_in[window]

    def _city(self, as_of: datetime, window: timedelta, late: Late) -> OnTime:
        direct = super().on_time
        blocks = _Blocks(as_of, window, self.rule)
        found = [self._on_time_of(as_of, part) for part in blocks.left]
        if blocks.whole:
            due = self._sums(Measure.BLOCK, blocks.due, late)
            young = self._sums(Measure.BLOCK, blocks.young, late)
            overdue = self._count(counted.overdue_between, as_of, self.rule, **blocks.due_bounds)
            found += [_due(due.get(0, NOTHING), overdue), _not_due(young.get(0, NOTHING))]
            found += [_without_overdue(direct(as_of, chosen)) for chosen in blocks.chosen(late)]
        return _sum(found)

    def _on_time_of(self, as_of: datetime, part: Bounds) -> OnTime:
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
        if late:
            return None
        start = as_of - window + timedelta.resolution
        first = block_of(start) + 1
        begun, rest = _bounds(start, block_start(first)), _until(block_start(first), as_of)
        rows = [
            *self._ask(sql.waits, as_of, sql.received_between, ALL, **begun),
            *self._ask(sql.waits, as_of, counted.unanswered_between, **rest),
        ]
        waits = known_waits(rows)
        ended = self._ended_waits(as_of, first, block_of(as_of))
        seconds = np.concatenate([*ended, [wait for wait, _ in waits]])
        events = np.ones(len(seconds), dtype=bool)
        events[len(seconds) - len(waits) :] = [happened for _, happened in waits]
        return survival(seconds, events)

    def _ended_waits(self, as_of: datetime, first: int, last: int) -> list[Any]:
        """Waiting times that ended, by block; read again only where its counts changed."""
        counts = self._cells(Measure.BLOCK, first, last, ())
        known = self._blocks_read
        read = {
            block: known[block]
            for (block, _), counters in counts.items()
            if block in known and known[block][0] == counters
        }
        changed = {block: counters for (block, _), counters in counts.items() if block not in read}
        for start, end in _runs(changed):
            waits = self._waits_in(as_of, start, end)
            read |= {
                block: (changed[block], np.array(waits.get(block, ())))
                for block in range(start, end)
            }
        self._blocks_read = read
        return [waits for _, waits in read.values()]

    def _waits_in(self, as_of: datetime, start: int, end: int) -> dict[int, list[float]]:
        """Waiting times that ended of the reports received in blocks, by block."""
        bounds = _bounds(block_start(start), block_start(end))
        found: dict[int, list[float]] = {}
        for block, wait in self._ask(counted.answered_waits, as_of, **bounds):
            if wait is not None:
                found.setdefault(block, []).append(max(0.0, wait))
        return found

    def _on_time_by_agency(self, as_of: datetime, filters: Filters) -> dict[str, OnTime]:
        answer = None
        if self._many(as_of, AGENCY_WINDOW):
            answer = self._counted(as_of, filters, lambda late: self._agencies(as_of, late))
        return super()._on_time_by_agency(as_of, filters) if answer is None else answer

    def _agencies(self, as_of: datetime, late: Late) -> dict[str, OnTime]:
        direct = super()._on_time_by_agency
        blocks = _Blocks(as_of, AGENCY_WINDOW, self.rule)
        parts = [self._on_time_of_agencies(as_of, part) for part in blocks.left]
        if blocks.whole:
            due = self._sums(Measure.AGENCY_BLOCK, blocks.due, late)
            young = self._sums(Measure.AGENCY_BLOCK, blocks.young, late)
            overdue = self._overdue_by_agency(as_of, blocks)
            names = self._agency_names()
            parts += [
                {names[part]: _due(row, overdue.get(part, 0)) for part, row in due.items()},
                {names[part]: _not_due(row) for part, row in young.items()},
            ]
            parts += [
                {name: _without_overdue(share) for name, share in direct(as_of, chosen).items()}
                for chosen in blocks.chosen(late)
            ]
        names_found = {name for part in parts for name in part}
        sums = {name: _sum([part[name] for part in parts if name in part]) for name in names_found}
        return {name: share for name, share in sums.items() if share != _NO_CASES}

    def _on_time_of_agencies(self, as_of: datetime, part: Bounds) -> dict[str, OnTime]:
        cases = (sql.received_between, ALL)
        rows = self._ask(sql.on_time_by_agency, as_of, self.rule, *cases, **part)
        return {row[0]: on_time_of(row[1:]) for row in rows}

    def _overdue_by_agency(self, as_of: datetime, blocks: _Blocks) -> dict[int, int]:
        rows = self._ask(counted.overdue_by_agency, as_of, self.rule, **blocks.due_bounds)
        return {row[0]: row[1] for row in rows}

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

    def top_reporters(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 10
    ) -> tuple[TopReporter, ...]:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._most_active(as_of, late, limit))
        return super().top_reporters(as_of, filters, limit) if answer is None else answer

    def _most_active(self, as_of: datetime, late: Late, limit: int) -> tuple[TopReporter, ...]:
        gone = self._named_later(as_of, late) if late else {}
        ranked = self._most_named(gone, limit)
        recent = self._named_by_month([person for person, _ in ranked], as_of, gone)
        return self._in_order(ranked, recent, as_of)

    def _most_named(self, gone: Named, limit: int) -> list[tuple[int, int]]:
        most = limit + len({person for person, _ in gone})
        rows = self._ask(counted.most_named, ANY_TIME, **{counted.MOST: most})
        counts = {row[0]: row[1] for row in rows}
        for (person_id, _), number in gone.items():
            if person_id in counts:
                counts[person_id] -= number
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(who, number) for who, number in ranked if number > 0][:limit]

    def _named_by_month(
        self, people: Sequence[int], as_of: datetime, gone: Named
    ) -> dict[int, tuple[int, ...]]:
        months = [_month(day) for day in months_until(as_of, 12)]
        wanted = {counted.FIRST: months[0], counted.LAST: months[-1], sql.PEOPLE: people}
        rows = self._ask(counted.named_by_month, ANY_TIME, **wanted)
        counts = {(row[0], row[1]): row[2] for row in rows}
        return {
            person: tuple(
                counts.get((person, month), 0) - gone.get((person, month), 0) for month in months
            )
            for person in people
        }

    def _named_later(self, as_of: datetime, late: Late) -> Named:
        rows = self._ask(counted.named_later, as_of, **{sql.IDS: late})
        return {(row[0], row[1]): row[2] for row in rows}

    # -- feedback ---------------------------------------------------------------------------

    def satisfaction(self, as_of: datetime, filters: Filters = ALL) -> Satisfaction:
        """As in ``Reports``."""
        answer = self._counted(as_of, filters, lambda late: self._feedback(as_of, late))
        return super().satisfaction(as_of, filters) if answer is None else answer

    def _feedback(self, as_of: datetime, late: Late) -> Satisfaction:
        start = as_of - AGENCY_WINDOW
        first = block_of(start) + 1
        blocks = (first, block_of(as_of))
        finished = self._sums(Measure.FINISHED_BLOCK, blocks, late).get(0, NOTHING)
        stars = self._sums(Measure.RATINGS, blocks, late).get(0, NOTHING)
        edge = {sql.START: start, sql.END: block_start(first)}
        parts = [
            self._satisfaction(as_of, counted.finished_between, **edge),
            _heard(finished, stars),
        ]
        if late:
            chosen = {sql.IDS: late, sql.START: block_start(first)}
            parts.append(self._satisfaction(as_of, counted.finished_since, **chosen))
        return _all_heard(parts)


class _Blocks:
    """The whole blocks of a window before a moment, and what is left of it.

    The deadlines of reports in the ``due`` ones have all come, of those in the ``young`` ones none.
    ``left`` are the bounds of the parts of blocks at the start and between the two.
    """

    def __init__(self, as_of: datetime, window: timedelta, rule: where.Rule) -> None:
        start = as_of - window + timedelta.resolution
        limits = _limits_in_force(rule, start, as_of) or [timedelta()]
        now = block_of(as_of)
        first, after = block_of(start) + 1, block_of(as_of - max(limits))
        young = min(block_of(as_of - min(limits)), now) + 1
        self.whole = first < after
        self.due: Periods = (first, after - 1)
        self.young: Periods = (young, now)
        self.due_since, self.due_until = block_start(first), block_start(after)
        self.due_bounds = _bounds(self.due_since, self.due_until)
        self.left = (
            (_bounds(start, self.due_since), _bounds(self.due_until, block_start(young)))
            if self.whole
            else (_until(start, as_of),)
        )

    def chosen(self, ids: Late) -> tuple[Chosen, ...]:
        """Of the whole blocks, these reports."""
        if not ids:
            return ()
        return (
            Chosen(since=self.due_since, until=self.due_until, ids=ids),
            Chosen(since=block_start(self.young[0]), ids=ids),
        )


def _limits_in_force(rule: where.Rule, start: datetime, end: datetime) -> list[timedelta]:
    """The deadlines of reports that are received between two moments."""
    ends = [period.valid_from for period in rule[1:]] + [end]
    return [
        period.limit
        for period, until in zip(rule, ends, strict=True)
        if period.limit is not None and period.valid_from <= end and until >= start
    ]


def _wanted(measure: Measure, first: int, last: int) -> dict[str, Any]:
    return {counted.MEASURE: int(measure), counted.FIRST: first, counted.LAST: last}


def _bounds(start: datetime, end: datetime) -> Bounds:
    """From the first moment to just before the second."""
    return _until(start, end - timedelta.resolution)


def _until(start: datetime, last: datetime) -> Bounds:
    """From the first moment to the second, both included."""
    return {sql.START: start, sql.END: last}


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as half-open runs of neighbours."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


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


def _due(counters: Counters, overdue: int) -> OnTime:
    """Of reports whose deadlines have come."""
    n, met, missed, without, _waited = counters
    return OnTime(met, missed, overdue, n - met - missed - overdue - without, without)


def _not_due(counters: Counters) -> OnTime:
    """Of reports whose deadlines have not come, answered or not."""
    n, _met, _missed, without, _waited = counters
    return OnTime(0, 0, 0, n - without, without)


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
