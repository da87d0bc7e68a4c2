"""A plausible city of any size, written by the database itself: millions of reports in minutes.

Ten years of reports in order of receipt, almost all finished; the open ones are as many as asked
for and mostly young, whatever the size. Draws are Weyl sequences: the same city each time.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, text
from sqlalchemy.schema import CreateIndex, CreateTable

from data_access.schema import metadata, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
"""The moment at which the city stands still."""

HISTORY = timedelta(days=3653)
AGENCIES = 20
CATEGORIES = 12
KELURAHAN = 37
OLDEST_OPEN = timedelta(days=120)
_PRIMES = (2654435761, 1597334677, 3812015801, 2246822519, 3266489917, 668265263, 374761393)
_DRAWS = 1000003


class _Words:
    """The few words in which SQLite and PostgreSQL differ."""

    def __init__(self, dialect: str) -> None:
        self.sqlite = dialect == "sqlite"

    def numbers(self, count: int) -> str:
        if self.sqlite:
            return (
                "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers "
                f"WHERE i < {count}) "
            )
        return f"WITH numbers AS (SELECT generate_series(1, {count})::bigint AS i) "

    def moment(self, seconds: str) -> str:
        """A moment as stored, from seconds since 1970."""
        if self.sqlite:
            return f"datetime({seconds}, 'unixepoch')"
        return f"to_timestamp(floor({seconds}))"

    def shifted(self, moment: str, seconds: str) -> str:
        """A stored moment so many seconds later, but never after ``NOW``."""
        if self.sqlite:
            later = f"datetime({moment}, cast({seconds} as integer) || ' seconds')"
            return f"min({later}, '{NOW:%Y-%m-%d %H:%M:%S}')"
        return f"least({moment} + floor({seconds}) * interval '1 second', '{NOW.isoformat()}')"

    def whole(self, number: str) -> str:
        return f"cast({number} as integer)" if self.sqlite else f"floor({number})::bigint"


def make_city(engine: Engine, reports: int, open_reports: int = 300, seed: int = 1) -> None:
    """Create the contract's tables in an empty database and fill them."""
    words = _Words(engine.dialect.name)
    with _without_journal(engine), engine.begin() as connection:
        _no_limits(connection)
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table))
        _small_tables(connection, words, _people(reports))
        for statement in _big_tables(words, reports, seed):
            connection.execute(text(statement))
        _leave_open(connection, reports, open_reports)
        create_indexes(connection)
    _analyze(engine)


@contextmanager
def _without_journal(engine: Engine) -> Iterator[None]:
    """SQLite would write every page twice, for a return to an empty file."""
    if engine.dialect.name != "sqlite":
        yield
        return
    _set_journal(engine, "OFF")
    yield
    _set_journal(engine, "WAL")


def _set_journal(engine: Engine, mode: str) -> None:
    engine.dispose()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {mode}")


def create_indexes(connection: Connection) -> None:
    """All indexes of the contract: quicker after loading than while."""
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda item: str(item.name)):
            connection.execute(CreateIndex(index))


def _people(reports: int) -> int:
    return max(400, min(reports // 5, 200_000))


def _no_limits(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))


def _analyze(engine: Engine) -> None:
    command = "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(command))


def _small_tables(connection: Connection, words: _Words, people: int) -> None:
    tables = metadata.tables
    kecamatan = [_area(f"12.75.{n:02}", "kecamatan", None, n) for n in range(1, 6)]
    kelurahan = [
        _area(f"12.75.{n % 5 + 1:02}.{n:04}", "kelurahan", f"12.75.{n % 5 + 1:02}", n)
        for n in range(1, KELURAHAN + 1)
    ]
    connection.execute(tables["areas"].insert(), kecamatan + kelurahan)
    connection.execute(
        tables["agencies"].insert(),
        [
            {"id": n, "abbreviation": f"SKPD {n}", "name": f"Dinas {n}", "kind": "skpd"}
            for n in range(1, AGENCIES + 1)
        ],
    )
    connection.execute(
        tables["categories"].insert(),
        [{"id": n, "name": f"Kategori {n}"} for n in range(1, CATEGORIES + 1)],
    )
    connection.execute(
        tables["announcements"].insert(),
        [
            {"id": n, "title": f"Informasi {n}", "starts_at": NOW - timedelta(days=n)}
            for n in range(1, 6)
        ],
    )
    connection.execute(
        text(
            f"{words.numbers(people)}INSERT INTO reporters (id, name, area_code) "
            f"SELECT i, 'Warga ' || i, {_KELURAHAN} FROM numbers"
            if words.sqlite
            else f"INSERT INTO reporters (id, name, area_code) {words.numbers(people)}"
            f"SELECT i, 'Warga ' || i, {_KELURAHAN} FROM numbers"
        )
    )


def _area(code: str, level: str, parent: str | None, number: int) -> dict[str, Any]:
    return {
        "code": code,
        "level": level,
        "name": f"{level} {number}",
        "parent_code": parent,
        "latitude": 3.55 + number * 0.0025,
        "longitude": 98.45 + number * 0.002,
    }


def _draw(number: int, seed: int) -> str:
    """An even draw between 0 and 1 for the row ``i``."""
    prime = _PRIMES[number % len(_PRIMES)] + 2 * seed + number
    return f"(((i * {prime}) % {_DRAWS}) / {_DRAWS}.0)"


_CODES = [f"12.75.{n % 5 + 1:02}.{n:04}" for n in range(1, KELURAHAN + 1)]
_KELURAHAN = (
    "CASE i % 37 " + " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(_CODES)) + " END"
)


def _big_tables(words: _Words, count: int, seed: int) -> list[str]:
    """One statement for each table, in an order that references allow."""

    def fill(table: str, columns: str, source: str) -> str:
        return f"INSERT INTO {table} ({columns}) {source}"

    start = (NOW - HISTORY).timestamp()
    step = HISTORY.total_seconds() / (count + 1)
    draws = [_draw(number, seed) for number in range(14)]
    whole, shifted = words.whole, words.shifted
    created = words.moment(f"{start} + i * {step}")
    status = (
        f"CASE WHEN {draws[0]} < 0.88 THEN 'done' WHEN {draws[0]} < 0.94 THEN 'rejected' "
        "ELSE 'duplicate' END"
    )
    timed = (
        f"{words.numbers(count)}, timed AS (SELECT i, {created} AS created_at, "
        f"60.0 * 3600 * {draws[1]} * {draws[1]} AS waited FROM numbers) "
    )
    hops = " UNION ALL ".join(
        f"SELECT {level} * {count} + id, id, {level}, 1 + (id * {prime}) % {AGENCIES}, "
        f"{shifted('created_at', str(1800 * level))}, answered_at FROM reports "
        f"WHERE id % 100 < {share}"
        for level, prime, share in ((1, 7919, 95), (2, 7907, 11), (3, 7901, 1))
    )
    return [
        fill(
            "reports",
            "id, ticket, title, body, category_id, reporter_id, area_code, latitude, longitude, "
            "status, created_at, answered_at, finished_at, anonymous, confidential",
            f"{timed}SELECT i, 'BJ-' || i, 'Lampu jalan padam', "
            "'Sudah tiga malam lampu di depan gang padam, mohon diperbaiki.', "
            f"1 + {whole(f'{draws[2]} * {CATEGORIES}')}, "
            f"1 + {whole(f'{draws[3]} * {draws[3]} * {draws[3]} * {_people(count)}')}, "
            f"{_KELURAHAN}, 3.55 + 0.1 * {draws[4]}, 98.44 + 0.09 * {draws[5]}, {status}, "
            f"created_at, {shifted('created_at', 'waited')}, "
            f"{shifted('created_at', f'waited + 864000 * {draws[6]}')}, "
            f"({draws[7]} < 0.05), ({draws[8]} < 0.02) "
            "FROM timed",
        ),
        fill("escalations", "id, report_id, level, agency_id, forwarded_at, answered_at", hops),
        fill(
            "reopenings",
            "report_id, status, finished_at, reopened_at"
            if words.sqlite
            else "id, report_id, status, finished_at, reopened_at",
            f"SELECT {'' if words.sqlite else 'id, '}id, 'done', answered_at, answered_at "
            "FROM reports WHERE id % 100 = 0",
        ),
        fill(
            "follow_ups",
            "id, report_id, agency_id, status, created_at",
            "SELECT id, id, 1 + id % 20, CASE WHEN id % 5 < 3 THEN 'answered' ELSE 'done' END, "
            "answered_at FROM reports WHERE id % 10 < 9",
        ),
        fill(
            "feedback",
            "id, report_id, satisfied, rating, created_at",
            f"SELECT id, id, (id % 7 < 5), 1 + id % 5, "
            f"{shifted('finished_at', '40000')} FROM reports WHERE id % 4 = 0",
        ),
    ]


def _leave_open(connection: Connection, count: int, wanted: int) -> None:
    """Take the finish from so many reports, mostly young ones, and from most the answer too."""
    per_second = count / HISTORY.total_seconds()
    chosen: set[int] = set()
    for number in range(min(wanted, count)):
        age = OLDEST_OPEN.total_seconds() * (number / wanted) ** 3
        place = max(1, count - int(per_second * age))
        while place in chosen:
            place = place - 1 or count
        chosen.add(place)
    answered = {number for number in chosen if number % 5 < 2}
    for ids, values in (
        (chosen - answered, {"status": "escalated", "answered_at": None, "finished_at": None}),
        (answered, {"status": "answered", "finished_at": None}),
    ):
        connection.execute(reports.update().where(reports.c.id.in_(sorted(ids))).values(values))
