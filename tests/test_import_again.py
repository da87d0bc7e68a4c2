"""Importing again, newer states, repeats, and imports that end half-way; on every server."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from data_access.importing.mapping import FileForm
from data_access.importing.opening import open_source
from data_access.importing.run import Options, import_reports
from data_access.importing.session import owned
from data_access.importing.sources import Row, Source
from data_access.importing.summary import Summary
from data_access.importing.texts import ImportingError
from data_access.schema import escalations, reopenings
from tests.databases import Database
from tests.importing import NOW, Desk, mapping_of

COLUMNS = (
    "ticket", "title", "created", "answered", "finished", "updated", "status", "agency",
    "latitude", "longitude",
)  # fmt: skip
MAPPING = mapping_of(*COLUMNS)
HEAD = ",".join(COLUMNS) + "\n"


def day(number: int) -> datetime:
    return datetime(2024, 1, number, tzinfo=UTC) - timedelta(hours=7)


@pytest.fixture
def server(database: Database, tmp_path: Path) -> Desk:
    return Desk(tmp_path, database.writer)


def row(ticket: str, **told: str) -> str:
    cells = {"ticket": ticket, "title": "x", "created": "2024-01-02"} | told
    return ",".join(cells.get(name, "") for name in COLUMNS) + "\n"


def test_importing_again_changes_nothing(server: Desk) -> None:
    content = HEAD + "".join(
        row(
            f"A-{n}",
            status=("Baru", "Selesai", "Dijawab")[n % 3],
            answered="2024-01-03 10:11:12.345678" if n % 3 else "",
            finished="2024-01-04" if n % 3 == 1 else "",
            agency=f"Dinas {n % 7}",
            latitude=f"{3.5 + n / 1e4:.6f}",
            longitude=f"{98.4 + n / 1e4:.7f}",
        )
        for n in range(300)
    )
    first = server.bring(content, MAPPING)
    before = server.rows(), server.rows(escalations)
    again = server.bring(content, MAPPING)
    assert (first.new, first.updated) == (300, 0)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 300)
    assert (server.rows(), server.rows(escalations)) == before


def test_a_newer_state_updates(server: Desk) -> None:
    server.bring(HEAD + row("A-1", status="Baru") + row("A-2", status="Baru"), MAPPING)
    newer = row("A-1", status="Selesai", answered="2024-01-03", finished="2024-01-04", agency="PLN")
    summary = server.bring(HEAD + newer + row("A-2", status="Baru"), MAPPING)
    assert (summary.updated, summary.unchanged) == (1, 1)
    report = server.rows()[0]
    assert (report.status, report.answered_at, report.finished_at) == ("done", day(3), day(4))
    (hop,) = server.rows(escalations)
    assert (hop.report_id, hop.answered_at) == (report.id, day(3))


def test_an_older_state_undoes_nothing(server: Desk) -> None:
    done = row("A-1", status="Selesai", finished="2024-01-05", answered="2024-01-04")
    server.bring(HEAD + done, MAPPING)
    for older in (row("A-1", status="Baru"), row("A-1", status="Baru", updated="2024-01-03")):
        summary = server.bring(HEAD + older, MAPPING)
        assert summary.unchanged == 1
    assert server.one().status == "done"
    assert server.rows(reopenings) == []


def test_a_reopening_is_kept_with_the_finish_that_it_undid(server: Desk) -> None:
    done = row("A-1", status="Selesai", finished="2024-01-05", updated="2024-01-05")
    opened = row("A-1", status="Diproses", updated="2024-01-07")
    server.bring(HEAD + done, MAPPING)
    assert server.bring(HEAD + opened, MAPPING).updated == 1
    assert server.bring(HEAD + done, MAPPING).unchanged == 1
    assert server.bring(HEAD + opened, MAPPING).unchanged == 1
    (undone,) = server.rows(reopenings)
    assert (undone.status, undone.finished_at, undone.reopened_at) == ("done", day(5), day(7))
    assert (server.one().status, server.one().finished_at) == ("escalated", None)


def test_keys_that_repeat_in_the_file(server: Desk) -> None:
    rows = [
        row("A-1", status="Baru"),
        row("A-2", status="Baru", updated="2024-01-02"),
        row("A-1", status="Selesai", finished="2024-01-05"),
        row("A-2", status="Dijawab", answered="2024-01-04", updated="2024-01-04"),
        row("A-2", status="Baru", title="lama", updated="2024-01-03"),
        row("A-1", status="Selesai", finished="2024-01-05"),
    ]
    summary = server.bring(HEAD + "".join(rows), MAPPING)
    assert (summary.read, summary.new, summary.repeated) == (6, 2, 4)
    one, two = server.rows()
    assert (one.status, one.finished_at) == ("done", day(5))
    assert (two.status, two.title) == ("answered", "x")
    again = server.bring(HEAD + "".join(rows), MAPPING)
    assert (again.unchanged, again.repeated) == (2, 4)


def test_the_size_of_chunks_changes_nothing(server: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    rows = [
        row(
            f"A-{chance.randrange(12)}",
            status=chance.choice(("Baru", "Dijawab", "Selesai")),
            finished=f"2024-01-{chance.randrange(10, 28)}",
            updated=f"2024-02-{chance.randrange(10, 28)}",
            agency=f"Dinas {chance.randrange(3)}",
        )
        for _ in range(60)
    ]
    monkeypatch.setattr("data_access.importing.run.CHUNK", 1)
    single = server.bring(HEAD + "".join(rows), MAPPING)
    singly = [tuple(report)[1:] for report in server.rows()], len(server.rows(reopenings))
    with server.engine.begin() as connection:
        for table in ("escalations", "reopenings", "reports"):
            connection.execute(text(f"DELETE FROM {table}"))
    monkeypatch.setattr("data_access.importing.run.CHUNK", 1000)
    whole = server.bring(HEAD + "".join(rows), MAPPING)
    assert (single.new, single.repeated) == (whole.new, whole.repeated) == (12, 48)
    assert [tuple(r)[1:] for r in server.rows()] == singly[0]
    assert len(server.rows(reopenings)) == singly[1]


def test_tickets_that_differ_in_case_are_told_apart(server: Desk) -> None:
    assert server.bring(HEAD + row("a-1") + row("A-1"), MAPPING).new == 2
    again = server.bring(HEAD + row("a-1") + row("A-1"), MAPPING)
    assert (again.new, again.updated) == (0, 0)


def test_an_empty_cell_erases_nothing(server: Desk) -> None:
    full = row("A-1", answered="2024-01-03", agency="PLN", latitude="3.6", longitude="98.49")
    server.bring(HEAD + full, MAPPING)
    assert server.bring(HEAD + row("A-1"), MAPPING).unchanged == 1
    assert server.one().latitude == pytest.approx(3.6, abs=1e-5)
    assert server.one().answered_at == day(3)


def test_others_may_go_on_numbering(server: Desk) -> None:
    """An application's own insert finds a free id after an import."""
    server.bring(HEAD + row("A-1"), MAPPING)
    with server.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reports (ticket, title, status, created_at, anonymous, confidential)"
                " VALUES ('B-1', 'x', 'received', '2024-01-02 00:00:00', "
                + ("false, false)" if server.engine.dialect.name == "postgresql" else "0, 0)")
            )
        )
    assert len(server.rows()) == 2


# -- ends half-way --------------------------------------------------------------------------


def breaking(rows: int, failure: BaseException) -> Source:
    """A source that fails after some rows."""

    def cells() -> Iterator[Row]:
        for number in range(rows):
            told = {"ticket": f"B-{number}", "title": "x", "created": "2024-01-02"}
            yield Row(number, [told.get(name) for name in COLUMNS])
        raise failure

    return Source("x", list(COLUMNS), cells())


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError("disk"), MemoryError()])
def test_a_failure_leaves_everything_as_it_was(server: Desk, failure: BaseException) -> None:
    server.bring(HEAD + row("A-1", status="Baru", agency="PLN"), MAPPING)
    before = server.rows(), server.rows(escalations)
    options = Options(now=NOW, quarantine=server.quarantine)
    with pytest.raises(type(failure)):
        import_reports(breaking(5000, failure), MAPPING, server.engine, options)
    assert (server.rows(), server.rows(escalations)) == before
    assert [path.name for path in server.folder.glob("*karantina*")] == []


def test_a_quarantine_that_cannot_be_written_stops_the_import(server: Desk) -> None:
    quarantine = server.folder / "absent" / "q.csv"
    path = server.write(HEAD + row("A-1") + row("", status="Baru"))
    with pytest.raises(ImportingError, match=r"Tak dapat menulis q\.csv"):
        server.run(path, MAPPING, quarantine=quarantine)
    assert server.rows() == []


CHILD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from data_access.engine import open_engine
from data_access.importing.run import Options, import_reports
from tests.test_import_again import COLUMNS, MAPPING
from data_access.importing.sources import Row, Source

def rows():
    for number in range(10_000_000):
        told = {"ticket": f"C-{number}", "title": "x", "created": "2024-01-02"}
        if number == 5000:
            print("writing", flush=True)
        yield Row(number, [told.get(name) for name in COLUMNS])

engine = open_engine(sys.argv[1], read_only=False)
options = Options(now=datetime.now(UTC), quarantine=Path(sys.argv[2]))
import_reports(Source("x", list(COLUMNS), rows()), MAPPING, engine, options)
"""


@pytest.mark.fault
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_import_leaves_everything_as_it_was(server: Desk, number: int) -> None:
    server.bring(HEAD + row("A-1", status="Baru"), MAPPING)
    url = server.engine.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(server.quarantine)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[1],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        child.send_signal(number)
        assert child.wait(timeout=30) != 0
    assert [report.ticket for report in server.rows()] == ["A-1"]
    summary = _patiently(server, HEAD + row("A-2"))
    assert summary.new == 1


def _patiently(desk: Desk, content: str) -> Summary:
    """A server may need a moment to notice that the client is gone."""
    for _ in range(50):
        try:
            return desk.bring(content, MAPPING)
        except ImportingError:
            time.sleep(0.1)
    return desk.bring(content, MAPPING)


# -- whose database it is -------------------------------------------------------------------


def test_tables_are_made_where_there_are_none(desk: Desk) -> None:
    assert desk.bring(HEAD + row("A-1"), MAPPING).new == 1
    assert "import_state" in inspect(desk.engine).get_table_names()


def test_views_are_someone_elses(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("CREATE TABLE laporan (id INTEGER)"))
        connection.execute(text("CREATE VIEW reports AS SELECT id FROM laporan"))
    with pytest.raises(ImportingError, match=r"milik aplikasi lain .reports adalah view"):
        desk.bring(HEAD + row("A-1"), MAPPING)
    assert "agencies" not in inspect(desk.engine).get_table_names()


def test_two_imports_at_once_take_turns(server: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.importing.session.LOCK_WAIT_S", 0)
    with (
        owned(server.engine),
        pytest.raises(ImportingError, match="sedang dipakai impor lain atau terkunci"),
    ):
        server.bring(HEAD + row("A-1"), MAPPING)
    assert server.bring(HEAD + row("A-1"), MAPPING).new == 1


def test_a_refusal_names_no_value(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("CREATE TABLE reports (id INTEGER)"))
    source = open_source(desk.write(HEAD + row("RAHASIA-1")), FileForm())
    with pytest.raises(ImportingError) as caught:
        import_reports(source, MAPPING, desk.engine, Options(NOW, desk.quarantine))
    assert "RAHASIA" not in caught.value.said.text("id")
    list(source.rows)
