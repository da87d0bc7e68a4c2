"""Fills an empty report database with the demo city, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text

from data_access import schema
from data_access.demo import arrivals, facts, history, places, topics
from data_access.demo.announcements import notices
from data_access.demo.facts import dice
from data_access.demo.lifecycle import Life
from data_access.demo.settle import Report, Settler

if TYPE_CHECKING:
    from datetime import datetime

Row = dict[str, Any]
Progress = Callable[[int, int], None]

_CHUNK = 1000


class CityError(RuntimeError):
    """The city can't be built there; its text says why."""


def create_tables(engine: Engine) -> None:
    """Create what is missing of the contract's tables, and nothing else."""
    schema.metadata.create_all(engine)


def seed(
    engine: Engine, *, seed: int = 1275, until: datetime, progress: Progress | None = None
) -> None:
    """Create the contract's tables and fill them with the city as it is at ``until``.

    The same seed and moment give the same rows. Either all of them are written or none.

    Raises:
        CityError: the database already holds reports, or the moment has no time zone.
    """
    if until.tzinfo is None:
        raise CityError(f"the moment {until.isoformat()} needs a time zone")
    if engine.dialect.name != "sqlite":
        create_tables(engine)  # MariaDB ends a transaction at each CREATE
    with engine.connect() as connection, connection.begin():
        _prepare(connection)
        _write(connection, city_rows(seed, until), progress)


def _prepare(connection: Connection) -> None:
    """Lock, create the tables where that belongs to the transaction, refuse a used database."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        schema.metadata.create_all(connection)
    for table in (schema.reports, *schema.metadata.sorted_tables):
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise CityError(
                f"the database already holds {table.name}; the demo city needs an empty one"
            )


def holds_reports(engine: Engine) -> bool:
    """Whether there is any report."""
    if not inspect(engine).has_table(schema.reports.name):
        return False
    with engine.connect() as connection:
        return connection.execute(select(schema.reports.c.id).limit(1)).first() is not None


def _write(connection: Connection, rows: dict[Table, list[Row]], progress: Progress | None) -> None:
    total = sum(len(part) for part in rows.values())
    done = 0
    for table, part in rows.items():
        for chunk in _chunks(part):
            connection.execute(insert(table), chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
        if connection.dialect.name == "postgresql" and "id" in table.c:
            connection.execute(
                text(
                    f"select setval(pg_get_serial_sequence('{table.name}', 'id'), "
                    f"greatest((select max(id) from {table.name}), 1))"
                )
            )


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def city_rows(seed: int, until: datetime) -> dict[Table, list[Row]]:
    """All rows of the city at a moment, by table, in an order that foreign keys allow."""
    settler = Settler(seed)
    drafts = [*history.history(seed), *arrivals.arrivals(seed, until)]
    for draft in sorted(drafts, key=lambda draft: draft.created):
        settler.settle(draft)
    citizens = sorted(settler.citizens, key=lambda citizen: citizen.registered)
    numbers = {id(citizen): number for number, citizen in enumerate(citizens, 1)}
    told = [
        (report, report.life.until(until))
        for report in settler.reports
        if report.life.created <= until
    ]
    return {
        **_ground(),
        schema.reporters: [
            {
                "id": number,
                "name": citizen.name,
                "phone": citizen.phone,
                "address": citizen.address,
                "area_code": citizen.area_code,
                "registered_at": citizen.registered,
            }
            for number, citizen in enumerate(citizens, 1)
            if citizen.registered <= until
        ],
        schema.reports: [
            _report_row(report, life, numbers.get(id(report.citizen))) for report, life in told
        ],
        schema.reopenings: _numbered(_reopenings(told), "reopened_at"),
        schema.escalations: _numbered(_escalations(told), "forwarded_at"),
        schema.follow_ups: _numbered(_follow_ups(told), "created_at"),
        schema.feedback: _numbered(_feedback(told), "created_at"),
        schema.announcements: [
            {
                "id": number,
                "title": notice.title,
                "body": notice.body,
                "starts_at": notice.starts,
                "ends_at": notice.ends,
            }
            for number, notice in enumerate(notices(seed, until), 1)
        ],
    }


def _ground() -> dict[Table, list[Row]]:
    """What is there before anybody reports."""
    return {
        schema.areas: [*_kecamatan(), *_kelurahan(), *_lingkungan()],
        schema.agencies: [
            {
                "id": number,
                "abbreviation": agency.abbreviation,
                "name": agency.name,
                "kind": agency.kind,
            }
            for number, agency in enumerate(facts.agencies(), 1)
        ],
        schema.categories: [
            {"id": number, "name": name} for number, name in enumerate(topics.categories(), 1)
        ],
        schema.facilities: list(_facilities()),
    }


def _area(code: str, level: str, name: str, parent: str | None, **more: float | None) -> Row:
    blank = {"latitude": None, "longitude": None, "area_km2": None, "population": None}
    return {"code": code, "level": level, "name": name, "parent_code": parent, **blank, **more}


def _kecamatan() -> Iterator[Row]:
    for code, name in dict.fromkeys(
        (item.kecamatan_code, item.kecamatan) for item in facts.kelurahan()
    ):
        parts = [item for item in facts.kelurahan() if item.kecamatan_code == code]
        area = sum(item.area_km2 for item in parts)
        yield _area(
            code,
            "kecamatan",
            name,
            None,
            latitude=round(sum(item.latitude * item.area_km2 for item in parts) / area, 6),
            longitude=round(sum(item.longitude * item.area_km2 for item in parts) / area, 6),
            area_km2=round(area, 3),
        )


def _kelurahan() -> Iterator[Row]:
    for item in facts.kelurahan():
        yield _area(
            item.code,
            "kelurahan",
            item.name,
            item.kecamatan_code,
            latitude=item.latitude,
            longitude=item.longitude,
            area_km2=item.area_km2,
        )


def _lingkungan() -> Iterator[Row]:
    for code, cell in places.cells().items():
        for item in cell.lingkungan:
            yield _area(
                item.code,
                "lingkungan",
                item.name,
                code,
                latitude=item.middle.latitude,
                longitude=item.middle.longitude,
            )


def _facilities() -> Iterator[Row]:
    cells = {cell.kelurahan.name: cell for cell in places.cells().values()}
    for number, place in enumerate(facts.public_places(), 1):
        cell = cells[place.kelurahan]
        point = cell.anywhere(dice("facility", place.name))
        yield {
            "id": number,
            "kind": place.kind,
            "name": place.name,
            "address": place.address,
            "latitude": point.latitude,
            "longitude": point.longitude,
            "area_code": cell.kelurahan.code,
        }


def _report_row(report: Report, life: Life, reporter: int | None) -> Row:
    finish = life.finish()
    repeats = report.original is not None and life.status() == "duplicate"
    return {
        "id": report.id,
        "ticket": report.ticket,
        "title": report.title,
        "body": report.body,
        "category_id": category_id(report.topic.category),
        "reporter_id": reporter,
        "area_code": report.cell.kelurahan.code,
        "address": report.address,
        "latitude": report.point.latitude if report.point else None,
        "longitude": report.point.longitude if report.point else None,
        "photo": report.photo,
        "status": life.status().value,
        "created_at": life.created,
        "answered_at": life.answered_at(),
        "finished_at": finish.at if finish else None,
        "anonymous": report.anonymous,
        "confidential": report.confidential,
        "duplicate_of": report.original.id if report.original and repeats else None,
    }


Told = list[tuple[Report, Life]]


def _reopenings(told: Told) -> Iterator[Row]:
    for report, life in told:
        for finish in life.finishes:
            if finish.reopened is not None:
                yield {
                    "report_id": report.id,
                    "status": finish.status.value,
                    "finished_at": finish.at,
                    "reopened_at": finish.reopened,
                }


def _escalations(told: Told) -> Iterator[Row]:
    for report, life in told:
        for level, hop in enumerate(life.hops, 1):
            yield {
                "report_id": report.id,
                "level": level,
                "agency_id": agency_id(hop.agency),
                "forwarded_at": hop.forwarded,
                "answered_at": hop.answered,
                "returned_at": hop.returned,
            }


def _follow_ups(told: Told) -> Iterator[Row]:
    for report, life in told:
        for action in life.actions:
            yield {
                "report_id": report.id,
                "agency_id": agency_id(action.agency) if action.agency else None,
                "status": action.status.value,
                "note": action.note,
                "created_at": action.at,
            }


def _feedback(told: Told) -> Iterator[Row]:
    for report, life in told:
        for opinion in life.opinions:
            yield {
                "report_id": report.id,
                "satisfied": opinion.satisfied,
                "rating": opinion.rating,
                "comment": opinion.comment,
                "created_at": opinion.at,
            }


def _numbered(rows: Iterable[Row], moment: str) -> list[Row]:
    """With ids in order of time, so that what has happened keeps its number."""
    ordered = sorted(rows, key=lambda row: row[moment])
    return [{"id": number, **row} for number, row in enumerate(ordered, 1)]


@cache
def _agency_ids() -> dict[str, int]:
    return {agency.abbreviation: number for number, agency in enumerate(facts.agencies(), 1)}


def agency_id(abbreviation: str) -> int:
    """An agency's id."""
    return _agency_ids()[abbreviation]


def category_id(name: str) -> int:
    """A category's id."""
    return topics.categories().index(name) + 1
