"""Writing reports, chunk by chunk, into the contract's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from data_access.columns import Moment
from data_access.importing.areas import AreaFinder
from data_access.importing.convert import Incoming
from data_access.importing.hops import Hops
from data_access.importing.merge import REPORT_COLUMNS, Reopening, ReportRow, merge
from data_access.importing.names import Agencies, Categories, Reporters
from data_access.importing.session import Inserter, placeholder, unused_ids
from data_access.importing.summary import Summary
from data_access.schema import follow_ups, reopenings, reports

_values = attrgetter(*REPORT_COLUMNS)
_MOMENTS = tuple(REPORT_COLUMNS.index(n) for n in ("created_at", "answered_at", "finished_at"))

_CREATED = REPORT_COLUMNS.index("created_at") - 1
_ANSWERED = REPORT_COLUMNS.index("answered_at") - 1

Placed = tuple[Incoming, str | None]
"""A report and the code of its kelurahan."""

MomentWriter = Callable[[datetime | None], Any]


def moment_writer(connection: Connection) -> MomentWriter:
    """A moment as the driver takes it, the same value that ``columns.Moment`` would give."""
    if connection.dialect.name == "sqlite":
        return _sqlite_moment
    process = Moment().bind_processor(connection.dialect)
    return process if process is not None else lambda moment: moment


def _sqlite_moment(moment: datetime | None) -> str | None:
    """Text in UTC without the zone; moments of an import are in UTC already."""
    return moment.isoformat(" ")[:-6] if moment is not None else None


class Store:
    """Takes chunks of reports and writes what is new in them. Counts into the summary."""

    def __init__(
        self,
        connection: Connection,
        areas: AreaFinder,
        aliases: dict[str, str],
        summary: Summary,
    ) -> None:
        self._connection = connection
        self._areas = areas
        self._summary = summary
        self._agencies = Agencies(connection, aliases)
        self._categories = Categories(connection)
        self._reporters = Reporters(connection)
        self._moment = moment_writer(connection)
        self._hops = Hops(connection, self._moment)
        self._next_id = unused_ids(connection, reports)
        self._insert = Inserter(connection, reports, REPORT_COLUMNS)
        self._was_empty = connection.execute(select(reports.c.id).limit(1)).first() is None
        self._seen: dict[str, datetime | None] = {}
        self._new: list[tuple[Any, ...]] = []
        self._changed: list[ReportRow] = []
        self._notes = _FollowUps(connection, self._moment)
        self._reopenings = _Reopenings(connection, self._moment)

    def write(self, chunk: Sequence[Incoming]) -> None:
        """Write the chunk's new reports and the changes to known ones."""
        areas = self._areas.codes_of(chunk)
        for wave in _waves(list(zip(chunk, areas, strict=True))):
            self._write_wave(wave)

    def _write_wave(self, wave: Sequence[Placed]) -> None:
        """Reports of which each has another ticket."""
        stored = self._stored(report.ticket for report, _area in wave)
        ids = [row.id for row in stored.values()]
        self._hops.load(ids)
        self._reopenings.load(ids)
        self._notes.load(ids if any(report.follow_up for report, _area in wave) else ())
        for report, area in wave:
            row = stored.get(report.ticket)
            if row is None:
                self._add(report, area)
            else:
                self._meet(row, report, area)
        self._flush()

    def _add(self, report: Incoming, area: str | None) -> None:
        """A report that isn't there yet."""
        number = self._next_id()
        agencies = [self._agencies.id_of(hop.agency) for hop in report.hops]
        values = self._values(report, area)
        self._new.append((number, *values))
        if agencies:
            told = (values[_CREATED], values[_ANSWERED])
            self._hops.add(number, report.hops, agencies, report.created, told)
        self._seen[report.ticket] = report.updated
        self._summary.new += 1
        if report.follow_up is not None:
            self._notes.put(number, report, agencies[-1] if agencies else None)

    def _values(self, report: Incoming, area: str | None) -> tuple[Any, ...]:
        """What ``reports`` keeps of a report but its id, as the driver takes it."""
        moment = self._moment
        return (
            report.ticket,
            report.title,
            report.body,
            self._categories.id_of(report.category),
            self._reporters.id_of(report.person),
            area,
            report.address,
            report.latitude,
            report.longitude,
            report.photo,
            report.status.value,
            moment(report.created),
            moment(report.answered),
            moment(report.finished),
            bool(report.anonymous),
            bool(report.confidential),
        )

    def _meet(self, stored: ReportRow, report: Incoming, area: str | None) -> None:
        """A report that is there: count it, and change what is new."""
        repeated = report.ticket in self._seen
        differs = not self._outdated(report) and self._change(stored, report, area)
        if repeated:
            self._summary.repeated += 1
        elif differs:
            self._summary.updated += 1
        else:
            self._summary.unchanged += 1
        self._seen[report.ticket] = report.updated or self._seen.get(report.ticket)

    def _outdated(self, report: Incoming) -> bool:
        """The file itself told a newer state before."""
        seen = self._seen.get(report.ticket)
        return seen is not None and report.updated is not None and report.updated < seen

    def _change(self, stored: ReportRow, report: Incoming, area: str | None) -> bool:
        if self._reopenings.undone(stored.id, report.finished):
            return False
        told = self._row(stored.id, report, area)
        merged = merge(stored, told, report.updated, finish_is_guess=report.finish_is_guess)
        if merged.outdated:
            return False
        row = merged.row or stored
        if merged.row is not None:
            self._changed.append(row)
        if merged.reopening is not None:
            self._reopenings.put(merged.reopening)
        agencies = [self._agencies.id_of(hop.agency) for hop in report.hops]
        hopped = self._hops.change(row, report.hops, agencies)
        noted = self._notes.put(row.id, report, agencies[-1] if agencies else None)
        return merged.row is not None or hopped or noted

    def _row(self, number: int, report: Incoming, area: str | None) -> ReportRow:
        return ReportRow(
            id=number,
            ticket=report.ticket,
            title=report.title,
            body=report.body,
            category_id=self._categories.id_of(report.category),
            reporter_id=self._reporters.id_of(report.person),
            area_code=area,
            address=report.address,
            latitude=report.latitude,
            longitude=report.longitude,
            photo=report.photo,
            status=report.status.value,
            created_at=report.created,
            answered_at=report.answered,
            finished_at=report.finished,
            anonymous=report.anonymous,
            confidential=report.confidential,
        )

    def _stored(self, tickets: Iterable[str]) -> dict[str, ReportRow]:
        """The rows that are there already, by ticket."""
        wanted = [ticket for ticket in tickets if not self._was_empty or ticket in self._seen]
        if not wanted:
            return {}
        columns = [reports.c[name] for name in REPORT_COLUMNS]
        found = self._connection.execute(select(*columns).where(reports.c.ticket.in_(wanted)))
        return {row.ticket: ReportRow(*row) for row in found}

    def _flush(self) -> None:
        self._categories.flush()
        self._agencies.flush()
        self._reporters.flush()
        self._insert.insert(self._new)
        self._update(self._changed)
        self._new.clear()
        self._changed.clear()
        self._hops.flush()
        self._notes.flush()
        self._reopenings.flush()
        self._summary.categories = self._categories.created
        self._summary.agencies = self._agencies.created

    def _encoded(self, row: ReportRow) -> tuple[Any, ...]:
        values = list(_values(row))
        for at in _MOMENTS:
            values[at] = self._moment(values[at])
        values[-2] = bool(values[-2])
        values[-1] = bool(values[-1])
        return tuple(values)

    def _update(self, rows: Sequence[ReportRow]) -> None:
        if not rows:
            return
        mark = placeholder(self._connection)
        columns = REPORT_COLUMNS[2:]
        assignments = ", ".join(f"{name} = {mark}" for name in columns)
        values = [(*self._encoded(row)[2:], row.id) for row in rows]
        self._connection.exec_driver_sql(
            f"UPDATE reports SET {assignments} WHERE id = {mark}", values
        )


def _waves(placed: Sequence[Placed]) -> list[Sequence[Placed]]:
    """The first row of each ticket, then the second of each, and so on; in the file's order."""
    if len({report.ticket for report, _area in placed}) == len(placed):
        return [placed]
    waves: list[list[Placed]] = []
    met: Counter[str] = Counter()
    for pair in placed:
        ticket = pair[0].ticket
        if met[ticket] == len(waves):
            waves.append([])
        waves[met[ticket]].append(pair)
        met[ticket] += 1
    return list(waves)


class _FollowUps:
    """What agencies said that they did; the same words are kept once."""

    def __init__(self, connection: Connection, moment: MomentWriter) -> None:
        self._connection = connection
        self._moment = moment
        columns = ("id", "report_id", "agency_id", "status", "note", "created_at")
        self._insert = Inserter(connection, follow_ups, columns)
        self._next_id = unused_ids(connection, follow_ups)
        self._known: set[tuple[int, str]] = set()
        self._new: list[tuple[Any, ...]] = []

    def load(self, known: Iterable[int]) -> None:
        self._known.clear()
        ids = list(known)
        if not ids:
            return
        columns = (follow_ups.c.report_id, follow_ups.c.note)
        statement = select(*columns).where(follow_ups.c.report_id.in_(ids))
        self._known.update((row.report_id, row.note) for row in self._connection.execute(statement))

    def put(self, number: int, report: Incoming, agency: int | None) -> bool:
        note = report.follow_up
        if note is None or (number, note) in self._known:
            return False
        told = report.finished or report.answered or report.updated or report.created
        status = report.status.value
        self._new.append((self._next_id(), number, agency, status, note, self._moment(told)))
        return True

    def flush(self) -> None:
        self._insert.insert(self._new)
        self._new.clear()


class _Reopenings:
    """Finishes that were undone, so that no old row does one again."""

    def __init__(self, connection: Connection, moment: MomentWriter) -> None:
        self._connection = connection
        self._moment = moment
        columns = ("id", "report_id", "status", "finished_at", "reopened_at")
        self._insert = Inserter(connection, reopenings, columns)
        self._next_id = unused_ids(connection, reopenings)
        self._undone: set[tuple[int, datetime]] = set()
        self._new: list[tuple[Any, ...]] = []

    def load(self, known: Iterable[int]) -> None:
        self._undone.clear()
        ids = list(known)
        if not ids:
            return
        columns = (reopenings.c.report_id, reopenings.c.finished_at)
        statement = select(*columns).where(reopenings.c.report_id.in_(ids))
        self._undone.update(tuple(row) for row in self._connection.execute(statement))

    def undone(self, report: int, finished: datetime | None) -> bool:
        return finished is not None and (report, finished) in self._undone

    def put(self, reopening: Reopening) -> None:
        self._undone.add((reopening.report_id, reopening.finished_at))
        self._new.append(
            (
                self._next_id(),
                reopening.report_id,
                reopening.status,
                self._moment(reopening.finished_at),
                self._moment(reopening.reopened_at),
            )
        )

    def flush(self) -> None:
        self._insert.insert(self._new)
        self._new.clear()
