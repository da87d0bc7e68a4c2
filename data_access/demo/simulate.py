"""The demo city's life while somebody looks: one event at a time, as e-Masyarakat would write it.

What happens next depends on what is waiting, so the backlog neither empties nor grows for ever.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, and_, case, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from data_access.demo import facts
from data_access.demo.deeds import NOT_STUBBORN, Deeds
from data_access.demo.rhythm import DAY
from data_access.demo.seeding import CityError
from data_access.demo.settle import ticket
from data_access.errors import DataUnavailable, Reason, unavailable
from data_access.records import WIB, Status
from data_access.schema import escalations, follow_ups, reports

_PATIENCE_S = 4.0
"""So long a busy database is tried again within one step."""

_PAUSE_S = 0.3
_LONGEST_PAUSE_S = 30.0
_SLACK = timedelta(minutes=1)
"""So far a clock may lag behind the database."""

_CURABLE = frozenset({Reason.LATE, Reason.LOCKED, Reason.EXHAUSTED, Reason.ABSENT})

Deed = Callable[[Deeds], str | None]


class Simulation:
    """Writes the life of a seeded demo city.

    Args:
        engine: a writable engine.
        seed: the same seed on the same city gives the same events; ``None`` for any.
        per_hour: events an hour where :meth:`run` is not told a pace.
    """

    def __init__(self, engine: Engine, *, seed: int | None = None, per_hour: float = 360.0) -> None:
        self._engine = engine
        self._chance = random.Random(seed)
        self._per_hour = per_hour
        self._latest: datetime | None = None

    def step(self, now: datetime) -> str | None:
        """One plausible event in one transaction; what it was, or ``None`` if nothing happened.

        Raises:
            CityError: the database holds no demo city, or one that has lived beyond ``now``.
            DataUnavailable: the database can't be written now.
        """
        give_up = time.monotonic() + _PATIENCE_S
        drawn = self._chance.getstate()
        while True:
            self._chance.setstate(drawn)  # how often it is tried must not change what happens
            try:
                return self._step(now)
            except IntegrityError:  # another writer took the ticket
                trouble, again = DataUnavailable(Reason.FAILED), True
            except SQLAlchemyError as error:
                trouble = unavailable(error)
                again = trouble.late
            if not again or time.monotonic() >= give_up:
                raise trouble from None
            time.sleep(_PAUSE_S)

    def run(
        self, pace_per_minute: float | None, stop: Event, on_event: Callable[[str], object]
    ) -> None:
        """Let the city live at a mean pace until told to stop; a sick database is waited for.

        Raises:
            CityError: the database holds no demo city, or one that has lived beyond now.
            DataUnavailable: the database can't be written, and waiting won't help.
        """
        gap = 60.0 / (pace_per_minute or self._per_hour / 60.0)
        wait = pause = 0.0
        while not stop.wait(wait):
            try:
                happened = self.step(datetime.now(WIB))
            except DataUnavailable as trouble:
                if trouble.reason not in _CURABLE:
                    raise
                if not pause:
                    on_event(f"Basis data belum dapat ditulis: {trouble}")
                wait = pause = min(2 * pause or 1.0, _LONGEST_PAUSE_S)
                continue
            wait, pause = self._chance.expovariate(1.0 / gap), 0.0
            if happened is not None:
                on_event(happened)

    def _step(self, now: datetime) -> str | None:
        with self._engine.connect() as connection, connection.begin():
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            now = self._in_order(connection, now)
            deeds = Deeds(connection, now, self._chance)
            happened = self._next(_waiting(connection, now))(deeds)
        self._latest = now
        return happened

    def _in_order(self, connection: Connection, now: datetime) -> datetime:
        """The moment, or the city's last one where the clock lags a little."""
        if self._latest is None:
            _require_city(connection)
            self._latest = _latest(connection)
        if now < self._latest - _SLACK:
            lived = self._latest.astimezone(WIB)
            raise CityError(f"the city has already lived until {lived:%Y-%m-%d %H:%M} WIB")
        return max(now, self._latest + timedelta(milliseconds=1))

    def _next(self, waiting: dict[str, int]) -> Deed:
        """Draw what happens; each queue pulls the harder, the longer it is."""
        deeds: list[tuple[Deed, float]] = [
            (Deeds.report, 1.0),
            (Deeds.forward, waiting["received"] / 2),
            (lambda deeds: deeds.answer(overdue=False), waiting["fresh"] / 9),
            (lambda deeds: deeds.answer(overdue=True), max(waiting["overdue"] - 30, 0) / 300),
            (Deeds.finish, waiting["answered"] / 280),
            (Deeds.hand_back, 0.1 if waiting["fresh"] else 0.0),
            (Deeds.listen, 0.34),
            (Deeds.reopen, 0.03),
            (Deeds.announce, 0.012),
        ]
        return self._chance.choices([deed for deed, _ in deeds], [weight for _, weight in deeds])[0]


def is_demo_city(connection: Connection) -> bool:
    """Whether the first report is the demo city's, so that nobody writes into a real database."""
    first = facts.sample_reports()[0]
    row = connection.execute(
        select(reports.c.created_at, reports.c.title).where(
            reports.c.ticket == ticket(first.created.year, 1)
        )
    ).first()
    return row is not None and (row.created_at, row.title) == (first.created, first.title)


def _require_city(connection: Connection) -> None:
    try:
        city = is_demo_city(connection)
    except DBAPIError as error:
        if unavailable(error).reason is Reason.MISMATCH:
            raise CityError("the database has no tables of reports") from None
        raise
    if not city:
        raise CityError("the database does not hold the demo city, and nothing else is written to")


def _latest(connection: Connection) -> datetime:
    """The last moment that has left a trace."""
    moments: Iterator[datetime | None] = (
        connection.execute(select(func.max(column))).scalar()
        for column in (
            reports.c.created_at,
            escalations.c.forwarded_at,
            escalations.c.returned_at,
            follow_ups.c.created_at,
        )
    )
    return max(moment for moment in moments if moment is not None)


def _waiting(connection: Connection, now: datetime) -> dict[str, int]:
    """How many open reports wait for what."""
    unanswered = and_(reports.c.status == Status.ESCALATED.value, reports.c.answered_at.is_(None))
    late = reports.c.created_at <= now - DAY

    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = connection.execute(
        select(
            count(reports.c.status == Status.RECEIVED.value).label("received"),
            count(and_(unanswered, ~late, NOT_STUBBORN)).label("fresh"),
            count(and_(unanswered, late)).label("overdue"),
            count(reports.c.status == Status.ANSWERED.value).label("answered"),
        ).where(reports.c.finished_at.is_(None))
    ).one()
    return {name: int(number) for name, number in row._mapping.items()}
