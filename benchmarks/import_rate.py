"""What an import costs beside a bare bulk insert of the same rows, in one run

A CSV of made-up reports is imported into a new SQLite file with the contract's tables and indexes;
its rows are read back, and the very same rows inserted into another such file with nothing but the
driver's executemany. The processor's seconds are the fair ones where others use the machine too.
"""

from __future__ import annotations

import csv
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.parts import Row, goal
from data_access.engine import open_engine
from data_access.importing.mapping import FileForm, ImportMapping
from data_access.importing.opening import open_source
from data_access.importing.run import Options, import_reports
from data_access.records import Status
from data_access.schema import metadata

ROWS = 100_000
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


class Stopwatch:
    """Seconds on the clock and of the processor since it was made."""

    def __init__(self) -> None:
        self._clock, self._processor = perf_counter(), process_time()

    def read(self) -> tuple[float, float]:
        """Both, until now."""
        return perf_counter() - self._clock, process_time() - self._processor


def time_import(file: Path, database: Path) -> tuple[float, float]:
    """Seconds of importing the file into an empty database."""
    engine = open_engine(f"sqlite:///{database}", read_only=False)
    metadata.create_all(engine)
    options = Options(now=datetime.now(UTC), quarantine=file.with_suffix(".karantina.csv"))
    watch = Stopwatch()
    summary = import_reports(open_source(file, FileForm()), MAPPING, engine, options)
    seconds = watch.read()
    if summary.new != summary.read:
        raise SystemExit(f"only {summary.new} of {summary.read} rows came in")
    engine.dispose()
    return seconds


def time_bare_insert(filled: Path, database: Path) -> tuple[float, float]:
    """Seconds of inserting the rows of a filled database into an empty one by executemany."""
    engine = open_engine(f"sqlite:///{database}", read_only=False)
    metadata.create_all(engine)
    source = sqlite3.connect(filled)
    rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
    source.close()
    connection = engine.raw_connection()
    cursor = connection.cursor()
    watch = Stopwatch()
    for name, values in rows.items():
        if values:
            marks = ", ".join("?" * len(values[0]))
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    connection.commit()
    seconds = watch.read()
    connection.close()
    engine.dispose()
    return seconds


def run(quick: bool = False) -> list[Row]:
    """Seconds of both and their ratio, on the clock and of the processor."""
    rows = ROWS // 10 if quick else ROWS
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "reports.csv"
        write_file(file, rows)
        imported = time_import(file, folder / "import.sqlite")
        bare = time_bare_insert(folder / "import.sqlite", folder / "bare.sqlite")
    measured = zip(("clock", "processor"), imported, bare, strict=True)
    return [_compared(rows, which, whole, part) for which, whole, part in measured]


def _compared(rows: int, which: str, whole: float, part: float) -> Row:
    return {
        "rows": str(rows),
        "seconds of the": which,
        "import": f"{whole:.2f}",
        "bare insert": f"{part:.2f}",
        "ratio": f"{whole / part:.2f}",
    } | goal(whole <= GOAL * part, f"ratio ≤ {GOAL}")
