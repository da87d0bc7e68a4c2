"""What an import costs beside a bare bulk insert of the same rows, in one run

A CSV of made-up reports is imported into a new database with the contract's tables and indexes; its
rows are read back, and the very same rows inserted into another such database with nothing but the
driver's executemany, in PostgreSQL with COPY. Both are done three times; the quickest counts.
Counting the roll-ups comes after both, and is in neither.
"""

from __future__ import annotations

import csv
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.databases import new_database
from benchmarks.parts import Row, goal
from data_access.importing.mapping import FileForm, ImportMapping
from data_access.importing.opening import open_source
from data_access.importing.run import Options, import_reports
from data_access.records import Status
from data_access.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

ROWS = 100_000
TRIES = 3
GOAL = 3
TABLES = ("agencies", "categories", "reporters", "reports", "escalations", "follow_ups")
HEADER = (
    "ticket", "title", "body", "category", "agency", "second_agency", "created", "answered",
    "finished", "status", "latitude", "longitude", "address", "reporter", "phone", "anonymous",
)  # fmt: skip
MAPPING = ImportMapping(
    columns={name: name for name in HEADER},
    formats=("%d/%m/%Y %H:%M:%S",),
    statuses={"selesai": Status.DONE, "baru": Status.RECEIVED, "dijawab": Status.ANSWERED},
)


def write_file(path: Path, rows: int) -> None:
    """A CSV with that many reports of ten years, five thousand reporters and thirty agencies."""
    chance = random.Random(1)
    start = datetime(2016, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            created = start + timedelta(seconds=chance.randrange(10 * 365 * 86400))
            writer.writerow(_row(number, created, chance))


def _row(number: int, created: datetime, chance: random.Random) -> list[str]:
    status = chance.choice(("Selesai", "Selesai", "Selesai", "Dijawab", "Baru"))
    answered = created + timedelta(seconds=chance.randrange(200_000))
    finished = answered + timedelta(seconds=chance.randrange(900_000))
    person = chance.randrange(5_000)
    return [
        f"L-{number:07}",
        f"Lampu jalan padam di lingkungan {chance.randrange(284)}",
        "Sudah tiga malam gelap, mohon diperbaiki. " * chance.randrange(1, 5),
        f"Kategori {chance.randrange(12)}",
        f"Dinas {chance.randrange(30)}",
        f"Dinas {chance.randrange(30)}" if chance.random() < 0.2 else "",
        _written(created),
        _written(answered) if status != "Baru" else "",
        _written(finished) if status == "Selesai" else "",
        status,
        f"{3.55 + chance.random() / 8:.6f}",
        f"{98.45 + chance.random() / 12:.6f}",
        f"Jl. Sudirman No. {chance.randrange(400)}",
        f"Warga {person}",
        f"0812{person:07}",
        chance.choice("YN"),
    ]


def _written(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y %H:%M:%S")


def time_import(file: Path, engine: Engine) -> float:
    """Seconds of importing the file into an empty database."""
    metadata.create_all(engine)
    options = Options(now=datetime.now(UTC), quarantine=file.with_suffix(".karantina.csv"))
    started = perf_counter()
    summary = import_reports(open_source(file, FileForm()), MAPPING, engine, options)
    seconds = perf_counter() - started
    if summary.new != summary.read:
        raise SystemExit(f"only {summary.new} of {summary.read} rows came in")
    return seconds


def time_bare_insert(filled: Engine, empty: Engine) -> float:
    """Seconds of inserting the rows of a filled database into an empty one, the quickest way."""
    metadata.create_all(empty)
    rows = {name: found for name in TABLES if (found := _rows_of(filled, name))}
    write = _copy if empty.dialect.name == "postgresql" else _insert
    connection = empty.raw_connection()
    cursor = connection.cursor()
    started = perf_counter()
    for name, values in rows.items():
        write(cursor, name, values)
    connection.commit()
    seconds = perf_counter() - started
    connection.close()
    return seconds


def _insert(cursor: Any, table: str, rows: Sequence[Any]) -> None:
    mark = "?" if isinstance(cursor, sqlite3.Cursor) else "%s"
    marks = ", ".join([mark] * len(rows[0]))
    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _copy(cursor: Any, table: str, rows: Sequence[Any]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows_of(engine: Engine, table: str) -> list[Any]:
    """As the driver gives them, and takes them."""
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(f"SELECT * FROM {table}")
    rows = list(cursor.fetchall())
    connection.close()
    return rows


def run(quick: bool = False) -> list[Row]:
    """Seconds of both and their ratio, on each server that is there."""
    rows = ROWS // 10 if quick else ROWS
    with TemporaryDirectory() as name:
        file = Path(name) / "reports.csv"
        write_file(file, rows)
        return [_measured(backend, file, rows) for backend in ("SQLite", "PostgreSQL", "MariaDB")]


def _measured(backend: str, file: Path, rows: int) -> Row:
    tries = []
    for _ in range(TRIES):
        with new_database(backend) as filled, new_database(backend) as empty:
            if filled is None or empty is None:
                return {"database": f"{backend}: no server"}
            tries.append((time_import(file, filled), time_bare_insert(filled, empty)))
    imported, bare = (min(seconds) for seconds in zip(*tries, strict=True))
    return {
        "database": backend,
        "rows": f"{rows:,}",
        "import, s": f"{imported:.2f}",
        "bare insert, s": f"{bare:.2f}",
        "rows a second": f"{rows / imported:,.0f}",
        "ratio": f"{imported / bare:.2f}",
    } | goal(imported <= GOAL * bare, f"ratio ≤ {GOAL}")
