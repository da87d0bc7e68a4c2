"""Whoever commits, wherever, the watch tells; and it costs next to nothing to ask."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, text, update

from data_access import changes
from data_access.changes import Listener, Watch, change_token
from data_access.engine import open_engine
from data_access.errors import DataUnavailable, Reason
from data_access.schema import metadata, reports
from tests.databases import BACKENDS, open_reader, read_only_account

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sqlalchemy import Engine

    from tests.databases import Database, Databases

REPORT = {
    "id": 1,
    "ticket": "A",
    "title": "Lampu mati",
    "status": "received",
    "created_at": datetime(2024, 1, 1, tzinfo=UTC),
}
SERVERS = [backend for backend in BACKENDS if backend != "sqlite"]


WatchOf = Callable[["Engine"], Watch]


@pytest.fixture
def watch_of() -> Iterator[WatchOf]:
    """Makes watches, and closes them."""
    made: list[Watch] = []

    def make(engine: Engine) -> Watch:
        made.append(change_token(engine))
        return made[-1]

    yield make
    for watch in made:
        watch.close()


def wait_for_change(
    watch: Callable[[], Hashable], before: Hashable, seconds: float = 5.0
) -> Hashable:
    """The next token; the limit is generous, for machines that are busy."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        token = watch()
        if token != before:
            return token
        time.sleep(0.02)
    raise AssertionError("no change was told")


def settled(watch: Callable[[], Hashable]) -> Hashable:
    """The token once a server has done what it does after a commit; others may keep it busy."""
    until = time.monotonic() + 5
    token, since = watch(), time.monotonic()
    while time.monotonic() < until:
        time.sleep(0.05)
        if (now := watch()) != token:
            token, since = now, time.monotonic()
        if time.monotonic() - since > 0.7:
            return token
    return token


def test_every_kind_of_commit_is_told(database: Database, watch_of: WatchOf) -> None:
    watch = watch_of(database.engine)
    token = settled(watch)
    for statement in (
        insert(reports).values(**REPORT),
        update(reports).values(answered_at=datetime(2024, 1, 2, tzinfo=UTC)),
        reports.delete(),
    ):
        with database.writer.begin() as connection:
            connection.execute(statement)
        token = wait_for_change(watch, token)


def test_each_table_of_the_contract_counts(
    database: Database, watch_of: WatchOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "CREDIT_S", 1e9)
    database.fill(
        {
            "reports": [REPORT],
            "agencies": [{"id": 1, "abbreviation": "a", "name": "a", "kind": "skpd"}],
        }
    )
    watch = watch_of(database.engine)
    token = watch()
    moment = REPORT["created_at"]
    rows: dict[str, dict[str, Any]] = {
        "areas": {"code": "1", "level": "kelurahan", "name": "a"},
        "categories": {"id": 1, "name": "a"},
        "reporters": {"id": 1},
        "escalations": {
            "id": 1,
            "report_id": 1,
            "level": 1,
            "agency_id": 1,
            "forwarded_at": moment,
        },
        "reopenings": {
            "id": 1,
            "report_id": 1,
            "status": "done",
            "finished_at": moment,
            "reopened_at": moment,
        },
        "follow_ups": {"id": 1, "report_id": 1, "status": "done", "created_at": moment},
        "feedback": {"id": 1, "report_id": 1, "satisfied": True, "created_at": moment},
        "announcements": {"id": 1, "title": "a", "starts_at": moment},
        "facilities": {"id": 1, "kind": "a", "name": "a"},
    }
    assert set(rows) | {"reports", "agencies"} == set(metadata.tables)
    for name, row in rows.items():
        database.fill({name: [row]})
        token = wait_for_change(watch, token)


def test_a_change_is_told_quickly_after_a_quiet_time(database: Database, watch_of: WatchOf) -> None:
    watch = watch_of(database.engine)
    token = settled(watch)
    time.sleep(3)
    database.fill({"reports": [REPORT]})
    started = time.monotonic()
    wait_for_change(watch, token)
    assert time.monotonic() - started < 2


def test_what_is_read_then_is_what_was_committed(database: Database, watch_of: WatchOf) -> None:
    """The token never changes before the commit only, so that the last reading is the right one."""
    watch = watch_of(database.engine)
    questions = database.reports()
    as_of = datetime(2024, 1, 5, tzinfo=UTC)
    settled(watch)
    token, seen = watch(), 0
    with database.writer.begin() as connection:
        connection.execute(insert(reports).values(**REPORT))
        for _ in range(5):  # looks, and reads, while the writer is not done
            if watch() != token:
                token, seen = watch(), questions.open_backlog(as_of)
            time.sleep(0.05)
        assert seen == 0
    until = time.monotonic() + 5
    while seen != 1 and time.monotonic() < until:
        if (now := watch()) != token:
            token, seen = now, questions.open_backlog(as_of)
        time.sleep(0.02)
    assert seen == 1


def test_reading_moves_nothing(database: Database, watch_of: WatchOf) -> None:
    """Of a few readings one must find nothing moved: others may use the server as well."""
    database.fill({"reports": [REPORT]})
    watch = watch_of(database.engine)
    for _ in range(20):
        token = watch()
        database.reports().open_backlog(datetime(2024, 1, 5, tzinfo=UTC))
        database.reports().top_reporters(datetime(2024, 1, 5, tzinfo=UTC))
        if watch() == token:
            return
        time.sleep(0.2)
    raise AssertionError("reading moves the mark")


@pytest.mark.parametrize("backend", SERVERS)
def test_an_account_that_only_reads_views_is_told(
    databases: Databases, backend: str, watch_of: WatchOf
) -> None:
    database = databases.fresh(backend)
    database.run("CREATE VIEW laporan AS SELECT * FROM reports")
    try:
        with read_only_account(database, "laporan") as url:
            engine = open_reader(url)
            watch = watch_of(engine)
            token = settled(watch)
            database.fill({"reports": [REPORT]})
            wait_for_change(watch, token)
            engine.dispose()
    finally:
        database.run("DROP VIEW laporan")


@pytest.mark.parametrize("backend", SERVERS)
def test_a_lost_connection_is_said_once_and_then_a_change(
    databases: Databases, backend: str, watch_of: WatchOf
) -> None:
    database = databases.fresh(backend)
    watch: Any = watch_of(database.engine)
    token = watch()
    driver = watch._connection.dbapi_connection
    if backend == "postgresql":
        database.run(f"SELECT pg_terminate_backend({driver.info.backend_pid})")
    else:
        database.run(f"KILL {driver.thread_id()}")
    with pytest.raises(DataUnavailable) as caught:
        for _ in range(50):
            watch()
            time.sleep(0.02)
    assert caught.value.reason is Reason.ABSENT
    assert watch() != token


def test_a_busy_neighbour_costs_a_fifth_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look finds a new mark; each reading takes half a second, looks come every 0.25 s."""
    now = [0.0]
    watch = changes._ServerWatch(
        open_engine("postgresql+psycopg://nobody@127.0.0.1/none"), lambda: now[0]
    )
    monkeypatch.setattr(watch, "_mark", lambda: now[0])
    token, told = watch(), 0
    while now[0] < 600:
        now[0] += 0.25
        if (latest := watch()) != token:
            token, told = latest, told + 1
            now[0] += 0.5
    assert 60 < told < 600 / (5 * 0.5)


def test_what_was_held_back_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now, mark = [0.0], [0]
    watch = changes._ServerWatch(
        open_engine("postgresql+psycopg://nobody@127.0.0.1/none"), lambda: now[0]
    )
    monkeypatch.setattr(watch, "_mark", lambda: mark[0])
    token = watch()
    for _ in range(20):
        mark[0] += 1
        now[0] += 0.01
        token = watch()
    assert token != mark[0]
    now[0] += changes.COST_S * 2
    assert watch() == mark[0]


def test_nothing_is_held_back_for_longer_than_five_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even where the caller took a minute to come back."""
    now, mark = [0.0], [0]
    watch = changes._ServerWatch(
        open_engine("postgresql+psycopg://nobody@127.0.0.1/none"), lambda: now[0]
    )
    monkeypatch.setattr(watch, "_mark", lambda: mark[0])
    for _ in range(5):
        mark[0] += 1
        waited = 0.0
        while watch() != mark[0]:
            now[0] += 0.25
            waited += 0.25
        assert waited <= 5
        now[0] += 60


# -- SQLite's file -------------------------------------------------------------------------------


@pytest.fixture
def file(databases: Databases, tmp_path: Path) -> Path:
    """A database file of the contract that the test may spoil."""
    database = databases.another("sqlite", f"_{tmp_path.name}")
    database.close()
    return Path(str(database.url.database))


def test_a_vanished_file_is_missing_and_not_made_anew(file: Path, watch_of: WatchOf) -> None:
    watch = watch_of(open_engine(f"sqlite:///{file}"))
    watch()
    file.rename(file.with_suffix(".away"))
    with pytest.raises(DataUnavailable) as caught:
        watch()
    assert caught.value.reason is Reason.MISSING
    assert not file.exists()


def test_a_replaced_file_is_a_change(file: Path, watch_of: WatchOf) -> None:
    other = file.with_suffix(".other")
    shutil.copy(file, other)
    watch = watch_of(open_engine(f"sqlite:///{file}"))
    token = watch()
    other.replace(file)
    assert watch() != token


def test_a_file_that_is_no_database_is_damaged(file: Path, watch_of: WatchOf) -> None:
    watch = watch_of(open_engine(f"sqlite:///{file}"))
    watch()
    file.unlink()
    file.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(DataUnavailable) as caught:
        watch()
    assert caught.value.reason is Reason.DAMAGED


def test_a_look_at_a_file_costs_microseconds(file: Path, watch_of: WatchOf) -> None:
    watch = watch_of(open_engine(f"sqlite:///{file}"))
    watch()
    started = time.perf_counter()
    for _ in range(1000):
        watch()
    assert time.perf_counter() - started < 0.2


# -- LISTEN and NOTIFY ---------------------------------------------------------------------------


@pytest.fixture
def notifying(databases: Databases) -> Any:
    """PostgreSQL with the trigger of the documentation."""
    database = databases.fresh("postgresql")
    page = (Path(__file__).parents[1] / "docs" / "change-notification.md").read_text("utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", page, re.S)
    with database.writer.begin() as connection:
        connection.execute(text(block.replace(":", r"\:")))
    yield database
    database.run("DROP FUNCTION bcc_reports_changed CASCADE")


def test_the_documented_trigger_wakes_the_listener(notifying: Database) -> None:
    listener = Listener(notifying.engine)
    assert not listener.wait(0.05)
    writer = threading.Timer(0.2, notifying.fill, [{"reports": [REPORT]}])
    writer.start()
    started = time.monotonic()
    assert listener.wait(5)
    assert time.monotonic() - started < 2
    writer.join()
    assert not listener.wait(0.05)
    notifying.run("DELETE FROM reports")
    assert listener.wait(2)
    listener.close()


def test_the_listener_needs_no_right_to_write(notifying: Database) -> None:
    with read_only_account(notifying, "reports") as url:
        engine = open_reader(url)
        listener = Listener(engine)
        listener.wait(0)
        notifying.fill({"reports": [REPORT]})
        assert listener.wait(2)
        listener.close()
        engine.dispose()


def test_a_listener_that_lost_its_server_says_so_and_comes_back(notifying: Database) -> None:
    listener: Any = Listener(notifying.engine)
    listener.wait(0)
    pid = listener._connection.dbapi_connection.info.backend_pid
    notifying.run(f"SELECT pg_terminate_backend({pid})")
    with pytest.raises(DataUnavailable) as caught:
        listener.wait(2)
    assert caught.value.reason is Reason.ABSENT
    assert not listener.wait(0)
    listener.close()
