"""Escalations: which agencies a report was forwarded to, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from data_access.importing.convert import Hop
from data_access.importing.merge import ReportRow
from data_access.importing.session import Inserter, placeholder, unused_ids
from data_access.schema import escalations

_COLUMNS = ("id", "report_id", "level", "agency_id", "forwarded_at", "answered_at")


@dataclass(slots=True)
class _Stored:
    id: int
    report_id: int
    level: int
    agency_id: int
    forwarded_at: datetime
    answered_at: datetime | None


class Hops:
    """The hops of the reports of one chunk. The last agency has the report's answer."""

    def __init__(self, connection: Connection, moment: Callable[[datetime | None], Any]) -> None:
        self._connection = connection
        self._moment = moment
        self._insert = Inserter(connection, escalations, _COLUMNS)
        self._next_id = unused_ids(connection, escalations)
        self._of: dict[int, dict[int, _Stored]] = {}
        self._new: list[tuple[Any, ...]] = []
        self._changed: list[_Stored] = []

    def load(self, known: Iterable[int]) -> None:
        """Forget the chunk before, and read the hops of reports that are stored."""
        self._of.clear()
        ids = list(known)
        if not ids:
            return
        columns = [escalations.c[name] for name in _COLUMNS]
        statement = select(*columns).where(escalations.c.report_id.in_(ids))
        for row in self._connection.execute(statement):
            self._of.setdefault(row.report_id, {})[row.level] = _Stored(*row)

    def add(
        self,
        report: int,
        hops: Sequence[Hop],
        agencies: Sequence[int],
        created: datetime,
        told: tuple[Any, Any],
    ) -> None:
        """The hops of a new report; ``told`` are its creation and answer as the driver has them."""
        answer = told[1]
        for hop, agency in zip(reversed(hops), reversed(agencies), strict=True):
            since = hop.forwarded
            forwarded = told[0] if since is created else self._moment(since)
            self._new.append((self._next_id(), report, hop.level, agency, forwarded, answer))
            answer = None

    def change(self, row: ReportRow, hops: Sequence[Hop], agencies: Sequence[int]) -> bool:
        """What the file tells of a stored report's hops; whether anything is new."""
        if not hops:
            return False
        levels = self._of.setdefault(row.id, {})
        last = hops[-1].level
        told = [
            self._hop(levels, row, hop, agency, row.answered_at if hop.level == last else None)
            for hop, agency in zip(hops, agencies, strict=True)
        ]
        return any(told)

    def _hop(
        self,
        levels: dict[int, _Stored],
        row: ReportRow,
        hop: Hop,
        agency: int,
        answered: datetime | None,
    ) -> bool:
        stored = levels.get(hop.level)
        if stored is None:
            forwarded = self._moment(hop.forwarded)
            values = (row.id, hop.level, agency, forwarded, self._moment(answered))
            self._new.append((self._next_id(), *values))
            return True
        same = (
            stored.agency_id == agency
            and stored.forwarded_at == hop.forwarded
            and (answered is None or stored.answered_at == answered)
        )
        if same:
            return False
        stored.agency_id, stored.forwarded_at = agency, hop.forwarded
        stored.answered_at = answered or stored.answered_at
        self._changed.append(stored)
        return True

    def flush(self) -> None:
        """Write what is new and what changed."""
        self._insert.insert(self._new)
        self._update(self._changed)
        self._new.clear()
        self._changed.clear()

    def _update(self, hops: Sequence[_Stored]) -> None:
        if not hops:
            return
        mark = placeholder(self._connection)
        self._connection.exec_driver_sql(
            f"UPDATE escalations SET agency_id = {mark}, forwarded_at = {mark}, "
            f"answered_at = {mark} WHERE id = {mark}",
            [
                (
                    hop.agency_id,
                    self._moment(hop.forwarded_at),
                    self._moment(hop.answered_at),
                    hop.id,
                )
                for hop in hops
            ],
        )
