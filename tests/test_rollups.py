"""Roll-ups: whatever is written, the answers from counts equal those from the tables."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from data_access.records import ALL, BEGINNING, DeadlinePeriod, Filters, Status
from data_access.reports import Reports
from data_access.rollups.answers import RolledReports
from data_access.rollups.keeping import counted_afterwards, install, installed, mend, remove
from data_access.rollups.tables import cells, reporter_months, reporter_totals
from data_access.schema import (
    escalations,
    feedback,
    reopenings,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import Database, Databases

NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
KEPT = ("sqlite", "postgresql")
MOMENTS = (
    NOW,
    NOW + timedelta(days=40),
    NOW - timedelta(minutes=20),
    datetime(2026, 11, 21, 6, tzinfo=UTC),
    datetime(2026, 10, 31, 16, 59, 59, 999999, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's handful of reports is worth the counts of blocks."""
    monkeypatch.setattr("data_access.rollups.answers.WORTH_BLOCKS", 0)


def settle(database: Database) -> None:
    """What reports refer to."""
    places = [{"code": "K1", "level": "kelurahan", "name": "Kebun Lada"}]
    database.fill(
        {
            "areas": places,
            "agencies": [
                {"id": n, "abbreviation": f"S{n}", "name": f"Dinas {n}", "kind": "skpd"}
                for n in (1, 2, 3)
            ],
            "categories": [{"id": 1, "name": "Lampu jalan"}],
            "reporters": [{"id": n, "area_code": "K1"} for n in range(1, 7)],
        }
    )


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    database = databases.fresh(request.param)
    settle(database)
    install(database.writer)
    yield database
    remove(database.writer)


class Life:
    """Random changes to reports and to what belongs to them, some of them absurd."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection = connection
        self.dice = random.Random(seed)
        self.next = 1

    def step(self) -> None:
        """One statement, of one row or of several."""
        self.dice.choice(
            (
                self.receive,
                self.receive,
                self.change,
                self.change,
                self.forward,
                self.forward,
                self.reforward,
                self.hear,
                self.unhear,
                self.take_back,
                self.forget,
            )
        )()

    def moment(self) -> datetime:
        spread = self.dice.choice((0.01, 1, 3, 35, 95, 900))
        at = NOW - timedelta(days=spread) * self.dice.random()
        if self.dice.random() < 0.08:
            at = NOW + timedelta(days=self.dice.choice((0.001, 0.2, 10, 4000)))
        if self.dice.random() < 0.03:
            at = BEGINNING - timedelta(days=1)
        if self.dice.random() < 0.1:
            hour = self.dice.choice((6, 17, 18))  # where a day, and where blocks begin
            at = at.replace(hour=hour, minute=0, second=0, microsecond=0)
        return at

    def maybe(self, chance: float = 0.6) -> datetime | None:
        return self.moment() if self.dice.random() < chance else None

    def row(self) -> dict[str, Any]:
        states = [*(status.value for status in Status), "done", "done", "SELESAI "]
        return {
            "status": self.dice.choice(states),
            "created_at": self.moment(),
            "answered_at": self.maybe(),
            "finished_at": self.maybe(),
            "reporter_id": self.dice.choice((None, 1, 2, 3, 4, 5, 6)),
            "anonymous": self.dice.random() < 0.2,
            "confidential": self.dice.random() < 0.2,
        }

    def number(self) -> int:
        self.next += 1
        return self.next

    def some(self, table: Any, count: int = 3) -> list[int]:
        ids = [row[0] for row in self.connection.execute(select(table.c.id))]
        return self.dice.sample(ids, min(len(ids), self.dice.randint(1, count)))

    def receive(self) -> None:
        rows = [
            {"id": (n := self.number()), "ticket": f"T{n}", "title": "x", "area_code": "K1"}
            | self.row()
            for _ in range(self.dice.randint(1, 4))
        ]
        self.connection.execute(insert(reports).values(rows))

    def change(self) -> None:
        changes = self.row()
        keys = self.dice.sample(sorted(changes), self.dice.randint(1, 3))
        picked = reports.c.id.in_(self.some(reports))
        self.connection.execute(update(reports).where(picked).values({k: changes[k] for k in keys}))

    def forward(self) -> None:
        rows = [
            {
                "id": self.number(),
                "report_id": report,
                "level": self.dice.randint(1, 3),
                "agency_id": self.dice.randint(1, 3),
                "forwarded_at": self.moment(),
            }
            for report in self.some(reports)
            for _ in range(self.dice.randint(1, 2))
        ]
        if rows:
            self.connection.execute(insert(escalations).values(rows))

    def reforward(self) -> None:
        target = self.some(reports, 1)
        picked = escalations.c.id.in_(self.some(escalations))
        changes: dict[str, Any] = {"agency_id": self.dice.randint(1, 3)}
        if target and self.dice.random() < 0.5:
            changes = {"report_id": target[0], "forwarded_at": self.moment()}
        self.connection.execute(update(escalations).where(picked).values(changes))

    def hear(self) -> None:
        rows = [
            {
                "id": self.number(),
                "report_id": report,
                "satisfied": self.dice.random() < 0.5,
                "rating": self.dice.choice((None, 1, 2, 3, 4, 5, 9)),
                "created_at": self.moment(),
            }
            for report in self.some(reports)
        ]
        if rows:
            self.connection.execute(insert(feedback).values(rows))

    def unhear(self) -> None:
        table = self.dice.choice((feedback, escalations, reopenings))
        self.connection.execute(delete(table).where(table.c.id.in_(self.some(table))))

    def take_back(self) -> None:
        rows = [
            {
                "id": self.number(),
                "report_id": report,
                "status": "done",
                "finished_at": self.moment(),
                "reopened_at": self.moment(),
            }
            for report in self.some(reports, 1)
        ]
        if rows:
            self.connection.execute(insert(reopenings).values(rows))

    def forget(self) -> None:
        ids = self.some(reports, 2)
        for table in (feedback, escalations, reopenings):
            self.connection.execute(delete(table).where(table.c.report_id.in_(ids)))
        self.connection.execute(delete(reports).where(reports.c.id.in_(ids)))


def counts(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that is counted, without cells that came to nothing."""
    with database.writer.connect() as connection:
        found = {
            "cells": [tuple(r) for r in connection.execute(select(cells)) if any(r[3:])],
            "months": [tuple(r) for r in connection.execute(select(reporter_months)) if r[2]],
            "people": [
                tuple(r) for r in connection.execute(select(reporter_totals)) if r[2] is not None
            ],
        }
    return {name: sorted(rows) for name, rows in found.items()}


def answers(asked: Reports, as_of: datetime) -> dict[str, Any]:
    """Every question that has an answer from counts, and some that have none."""
    return {
        "key_figures": asked.key_figures(as_of),
        "volume": asked.monthly_volume(as_of),
        "backlog": asked.open_by_agency(as_of),
        "agencies": asked.agencies_by_year(as_of),
        "years": asked.year_table(as_of),
        "reporters": asked.top_reporters(as_of, limit=4),
        "satisfaction": asked.satisfaction(as_of),
        "participation": asked.participation(as_of),
    }


@pytest.mark.parametrize("seed", range(3))
def test_any_life_gives_the_counts_of_a_new_count_and_the_answers_of_the_tables(
    kept: Database, seed: int
) -> None:
    for part in range(2):
        with kept.writer.begin() as connection:
            life = Life(connection, seed * 100 + part)
            life.next = part * 10_000
            for _ in range(50):
                life.step()
        rolled = RolledReports(kept.engine, clock=lambda: NOW)
        for as_of in MOMENTS[part * 2 : part * 2 + 3]:
            assert rolled._counted(as_of, ALL, lambda late: True), "not answered from counts"
            assert answers(rolled, as_of) == answers(
                Reports(kept.engine, clock=lambda: NOW), as_of
            ), as_of
        kept_counts = counts(kept)
        install(kept.writer)
        assert kept_counts == counts(kept)


def city(database: Database, count: int = 30) -> None:
    with database.writer.begin() as connection:
        life = Life(connection, 7)
        for _ in range(count):
            life.step()


def test_other_deadlines_than_those_counted_are_asked_of_the_tables(kept: Database) -> None:
    rule = (DeadlinePeriod(BEGINNING, timedelta(hours=3)), DeadlinePeriod(NOW, None))
    city(kept)
    assert RolledReports(kept.engine, rule)._counted(NOW, ALL, lambda late: True) is None
    assert answers(RolledReports(kept.engine, rule), NOW) == answers(
        Reports(kept.engine, rule), NOW
    )
    install(kept.writer, rule)
    assert RolledReports(kept.engine, rule)._counted(NOW, ALL, lambda late: True)
    assert answers(RolledReports(kept.engine, rule), NOW) == answers(
        Reports(kept.engine, rule), NOW
    )


def test_filters_and_a_distant_past_are_asked_of_the_tables(kept: Database) -> None:
    city(kept)
    rolled = RolledReports(kept.engine)
    some = Filters(agencies=("S1",), since=NOW - timedelta(days=300))
    assert rolled.year_table(NOW, some) == Reports(kept.engine).year_table(NOW, some)
    before = NOW - timedelta(days=800)
    assert answers(rolled, before) == answers(Reports(kept.engine), before)


def test_a_write_that_is_undone_leaves_the_counts(kept: Database) -> None:
    city(kept)
    before = counts(kept)
    with kept.writer.connect() as connection:
        life = Life(connection, 8)
        life.next = 50_000
        for _ in range(20):
            life.step()
        connection.rollback()
    assert counts(kept) == before


def test_a_status_that_is_written_again_costs_no_cell(kept: Database) -> None:
    city(kept)
    before = counts(kept)
    kept.run("UPDATE reports SET status = status, title = 'y'")
    assert counts(kept) == before


def test_a_database_without_roll_ups_is_asked_directly(kept: Database) -> None:
    remove(kept.writer)
    city(kept)
    assert answers(RolledReports(kept.engine), NOW) == answers(Reports(kept.engine), NOW)
    with kept.engine.connect() as connection:
        assert not installed(connection)


def test_mariadb_keeps_none_and_says_so(databases: Databases) -> None:
    database = databases.fresh("mariadb")
    assert not install(database.writer)
    assert answers(RolledReports(database.engine), NOW) == answers(Reports(database.engine), NOW)


def test_upserts_and_ignored_inserts_are_counted_once(kept: Database) -> None:
    city(kept)
    again = (
        "INSERT INTO reports (id, ticket, title, status, created_at, anonymous, confidential) "
        "SELECT id, ticket, title, status, created_at, anonymous, confidential FROM reports "
        "WHERE true ON CONFLICT (id) DO "
    )
    kept.run(
        again + "NOTHING", again + "UPDATE SET status = 'done', finished_at = reports.created_at"
    )
    if kept.backend == "sqlite":
        kept.run(again.replace("INSERT", "INSERT OR IGNORE").split(" WHERE")[0])
    kept_counts = counts(kept)
    install(kept.writer)
    assert counts(kept) == kept_counts


def test_emptied_tables_are_not_answered_from_old_counts(databases: Databases) -> None:
    database = databases.fresh("postgresql")
    settle(database)
    install(database.writer)
    city(database)
    try:
        database.run("TRUNCATE reports, escalations, reopenings, follow_ups, feedback")
        with database.engine.connect() as connection:
            assert not installed(connection)
        assert RolledReports(database.engine).year_table(NOW) == ()
    finally:
        remove(database.writer)


def test_writers_need_no_rights_on_the_counts(databases: Databases) -> None:
    database = databases.fresh("postgresql")
    install(database.writer)
    role = f"bcc_app_{database.url.database}"
    try:
        database.run(f"CREATE ROLE {role}", f"GRANT SELECT, INSERT ON reports TO {role}")
        with database.writer.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            row = {"id": 1, "ticket": "1", "title": "x", "status": "received", "created_at": NOW}
            connection.execute(insert(reports).values(row))
        assert counts(database)["cells"]
    finally:
        database.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
        remove(database.writer)


IMPORT = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from data_access.engine import open_engine
from data_access.importing.guess import guess_mapping
from data_access.importing.mapping import FileForm
from data_access.importing.opening import open_source
from data_access.importing.run import Options, import_reports
from data_access.rollups.keeping import counted_afterwards

def progress(done, rows):
    print(rows, flush=True)
    time.sleep(60)

file, url = Path(sys.argv[1]), sys.argv[2]
engine = open_engine(url, read_only=False)
mapping = guess_mapping(open_source(file, FileForm()), FileForm()).mapping
options = Options(datetime.now(UTC), file.with_suffix(".karantina"), progress=progress)
with counted_afterwards(engine):
    import_reports(open_source(file, mapping.file), mapping, engine, options)
"""


def kill_an_import(database: Database, folder: Path) -> None:
    """An import of many rows, killed when it has written some."""
    file = folder / "banyak.csv"
    rows = [f"A-{n},Lampu,02/01/2024 08.15,Baru" for n in range(2_500)]
    file.write_text("\n".join(["Nomor Tiket,Judul,Tanggal Masuk,Status", *rows]))
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", IMPORT, str(file), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) >= 2_000
        process.kill()


@pytest.mark.fault
def test_after_a_killed_import_the_counts_are_mended_by_the_next_command(
    kept: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    city(kept)
    before = counts(kept)
    kill_an_import(kept, tmp_path)
    rolled = RolledReports(kept.engine, clock=lambda: NOW)
    for _ in range(2):
        assert answers(rolled, NOW) == answers(Reports(kept.engine, clock=lambda: NOW), NOW)
        rolled._absent_until = 0.0
    assert [record.message for record in caplog.records if "init-db" in record.message] != []
    assert len(caplog.records) == 1
    assert mend(kept.writer)
    assert counts(kept) == before
    assert not mend(kept.writer)
    assert rolled._counted(NOW, ALL, lambda late: True)


@pytest.mark.fault
def test_a_small_write_after_a_killed_import_mends_too(kept: Database, tmp_path: Path) -> None:
    kill_an_import(kept, tmp_path)
    with counted_afterwards(kept.writer, rows=1):
        city(kept)
    assert RolledReports(kept.engine)._counted(NOW, ALL, lambda late: True)


def test_few_rows_are_counted_as_they_come(kept: Database) -> None:
    with counted_afterwards(kept.writer, rows=10):
        city(kept)
        assert RolledReports(kept.engine)._counted(NOW, ALL, lambda late: True)
    kept_counts = counts(kept)
    with counted_afterwards(kept.writer, rows=1_000_000):
        assert not RolledReports(kept.engine)._counted(NOW, ALL, lambda late: True)
    assert counts(kept) == kept_counts


def test_a_failure_while_the_counts_are_paused_leaves_them_current(kept: Database) -> None:
    city(kept)
    before = counts(kept)
    with (
        pytest.raises(RuntimeError),
        counted_afterwards(kept.writer),
        kept.writer.begin() as writer,
    ):
        writer.execute(delete(feedback))
        raise RuntimeError("in the middle")
    assert counts(kept) == before


def test_counts_of_an_older_version_are_counted_anew(kept: Database) -> None:
    city(kept)
    kept.run("UPDATE rollup_state SET layout = layout - 1", "DELETE FROM rollup_cells")
    assert answers(RolledReports(kept.engine), NOW) == answers(Reports(kept.engine), NOW)
    assert mend(kept.writer)
    assert RolledReports(kept.engine)._counted(NOW, ALL, lambda late: True)


def test_nothing_is_counted_where_nothing_was(databases: Databases) -> None:
    for backend in ("sqlite", "postgresql", "mariadb"):
        assert not mend(databases.fresh(backend).writer)
