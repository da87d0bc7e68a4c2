"""Citizens' data: the one place that selects a name, a number, an address or an exact position."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from data_access import conditions as where
from data_access.deadline import ask
from data_access.periods import utc_now
from data_access.schema import agencies, areas, escalations, reporters, reports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine


class PersonalField(StrEnum):
    """What of a report is masked."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    PLACE = "place"
    POSITION = "position"


@dataclass(frozen=True)
class Protection:
    """What a report's citizen asked for."""

    anonymous: bool
    confidential: bool


@dataclass(frozen=True)
class Citizen:
    """All that the report database holds of one reporter."""

    id: int
    name: str | None
    phone: str | None
    address: str | None
    area: str | None
    registered_at: datetime | None
    reports: tuple[CitizenReport, ...]


@dataclass(frozen=True)
class CitizenReport:
    """One report of a citizen, as they sent it."""

    ticket: str
    title: str
    body: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    photo: str | None
    created_at: datetime | None
    anonymous: bool
    confidential: bool


_COLUMNS: dict[PersonalField, tuple[Any, ...]] = {
    PersonalField.NAME: (reporters.c.name,),
    PersonalField.PHONE: (reporters.c.phone,),
    PersonalField.ADDRESS: (reporters.c.address,),
    PersonalField.PLACE: (reports.c.address,),
    PersonalField.POSITION: (reports.c.latitude, reports.c.longitude),
}


class PersonalData:
    """Citizens' data in one report database. Ask through ``privacy.Reveal`` alone."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def protection(self, ticket: str, agency: str | None) -> Protection | None:
        """What holds of a report; ``None`` where there is none, or never in the agency's hands."""
        statement = select(reports.c.anonymous, reports.c.confidential).where(_is(ticket))
        if agency is not None:
            statement = statement.where(_forwarded_to(agency, self._clock()))
        rows = ask(self._engine, statement)
        return Protection(bool(rows[0].anonymous), bool(rows[0].confidential)) if rows else None

    def personal(self, ticket: str, field: PersonalField) -> str:
        """One field of one report; empty where there is nothing."""
        statement = select(*_COLUMNS[field]).select_from(_WITH_REPORTER).where(_is(ticket))
        rows = ask(self._engine, statement)
        values: tuple[Any, ...] = tuple(rows[0]) if rows else ()
        return ", ".join(str(value) for value in values if value is not None)

    def citizen(self, reporter_id: int) -> Citizen | None:
        """Everything about a reporter: what they may ask to see."""
        statement = (
            select(reporters, areas.c.name.label("area"))
            .select_from(reporters.outerjoin(areas, areas.c.code == reporters.c.area_code))
            .where(reporters.c.id == reporter_id)
        )
        rows = ask(self._engine, statement)
        if not rows:
            return None
        found = rows[0]
        return Citizen(
            id=found.id,
            name=found.name,
            phone=found.phone,
            address=found.address,
            area=found.area,
            registered_at=found.registered_at,
            reports=self._reports_of(reporter_id),
        )

    def _reports_of(self, reporter_id: int) -> tuple[CitizenReport, ...]:
        columns = [reports.c[name] for name in CitizenReport.__dataclass_fields__]
        statement = (
            select(*columns)
            .where(reports.c.reporter_id == reporter_id)
            .order_by(reports.c.created_at, reports.c.id)
        )
        rows: Sequence[Any] = ask(self._engine, statement)
        return tuple(CitizenReport(**row._mapping) for row in rows)


_WITH_REPORTER = reports.outerjoin(reporters, reporters.c.id == reports.c.reporter_id)


def _is(ticket: str) -> where.Condition:
    return where.one_of(reports.c.ticket, [ticket])


def _forwarded_to(agency: str, as_of: datetime) -> where.Condition:
    chosen = select(agencies.c.id).where(where.one_of(agencies.c.abbreviation, [agency]))
    return exists().where(
        escalations.c.report_id == reports.c.id,
        escalations.c.agency_id.in_(chosen),
        where.happened(escalations.c.forwarded_at, as_of),
    )
