"""The demo city's life: plausible, in order, without an end."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pymysql
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, delete, insert, update
from sqlalchemy.exc import OperationalError

from dashboard.cli import cli
from data_access.demo import CityError, create_tables, seed
from data_access.demo.deeds import Deeds
from data_access.demo.simulate import Simulation
from data_access.engine import open_engine
from data_access.errors import DataUnavailable, Reason
from data_access.records import WIB
from data_access.rollups.keeping import counted_afterwards, kept
from data_access.rollups.tables import state
from data_access.schema import reports
from tests import test_demo_city as whole
from tests.cities import CITY_UNTIL, copy_of, fingerprint, rows_of
from tests.databases import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.databases import Database, Databases

STEPS = 400
GAP = timedelta(seconds=17)


@pytest.fixture
def engine(city_url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(copy_of(city_url, tmp_path), read_only=False)
    yield engine
    engine.dispose()


def _live(engine: Engine, steps: int, gap: timedelta = GAP) -> list[str | None]:
    simulation = Simulation(engine, seed=11)
    return [simulation.step(CITY_UNTIL + (number + 1) * gap) for number in range(steps)]


def _read(engine: Engine) -> whole.City:
    path = engine.url.database
    assert path is not None
    return whole.City(path)


@pytest.fixture(scope="module")
def lived(city_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[whole.City]:
    """The city after many steps."""
    engine = open_engine(copy_of(city_url, tmp_path_factory.mktemp("lived")), read_only=False)
    happened = _live(engine, STEPS)
    city = _read(engine)
    city.happened = happened
    yield city
    engine.dispose()


def test_all_sorts_of_things_happen(lived: whole.City) -> None:
    words = Counter(text.split()[1] for text in lived.happened if text)
    usual = {"masuk:", "diteruskan", "dijawab", "selesai", "umpan"}
    assert min(words[word] for word in usual) > 10
    assert {"dikembalikan", "dibuka"} & set(words)
    assert sum(text is None for text in lived.happened) < STEPS / 8


@pytest.mark.parametrize(
    "check",
    [
        whole.test_lives_are_in_order,
        whole.test_finishes_have_their_follow_up,
        whole.test_hops_are_in_order,
        whole.test_reopenings_are_in_order,
        whole.test_feedback_follows_a_finish,
        whole.test_positions_lie_in_their_kelurahan,
        whole.test_lamps_are_reported_in_clusters,
        whole.test_people_lead_nowhere,
        whole.test_reports_of_each_agency,
    ],
)
def test_a_lived_city_is_as_sound_as_a_seeded_one(lived: whole.City, check: object) -> None:
    assert callable(check)
    check(lived)


def test_nothing_is_later_than_the_last_step(lived: whole.City) -> None:
    end = pd.Timestamp(CITY_UNTIL + (STEPS + 1) * GAP).tz_convert("UTC")
    for name, columns in whole.MOMENTS.items():
        for column in columns:
            assert getattr(lived, name)[column].max() <= end, (name, column)


def test_tickets_go_on(lived: whole.City, city_url: str) -> None:
    before = len(whole.City(city_url.removeprefix("sqlite:///")).reports)
    new = lived.reports.sort_values("id").iloc[before:]
    assert len(new) > 30
    numbers = lived.reports[lived.reports.year == 2026].ticket
    assert sorted(numbers) == [f"BJI-2026-{n:06d}" for n in range(1, len(numbers) + 1)]


def test_a_new_year_begins_its_tickets_anew(engine: Engine) -> None:
    simulation = Simulation(engine, seed=2)
    now = datetime(2027, 1, 1, 0, 0, 1, tzinfo=WIB)
    for number in range(30):
        simulation.step(now + number * GAP)
    city = _read(engine)
    assert city.reports[city.reports.year == 2027].ticket.min() == "BJI-2027-000001"


def test_the_backlog_stays_as_it_is(engine: Engine) -> None:
    sizes = []
    simulation = Simulation(engine, seed=5)
    now = CITY_UNTIL
    for number in range(1500):
        now += timedelta(minutes=2)
        simulation.step(now)
        if number % 300 == 299:
            sizes.append(int(_read(engine).reports.finished_at.isna().sum()))
    assert all(150 <= size <= 400 for size in sizes), sizes


def test_the_same_seed_draws_the_same_life(city_url: str, tmp_path: Path) -> None:
    prints = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        engine = open_engine(copy_of(city_url, tmp_path / name), read_only=False)
        _live(engine, 25)
        prints.append(fingerprint(engine))
        engine.dispose()
    assert prints[0] == prints[1]


def _without_floats(engine: Engine) -> dict[str, list[list[object]]]:
    """MariaDB's FLOAT keeps a position to the metre only."""
    return {
        name: [[None if isinstance(value, float) else value for value in row] for row in rows]
        for name, rows in rows_of(engine).items()
    }


YOUNG = datetime(2017, 6, 1, tzinfo=WIB)


def _live_young(engine: Engine) -> list[str | None]:
    """An hour's quarter of a city of some months."""
    seed(engine, until=YOUNG)
    simulation = Simulation(engine, seed=8)
    return [simulation.step(YOUNG + (number + 1) * GAP) for number in range(60)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, list[Any]]]:
    """A young city on SQLite, and what happened in it."""
    path = tmp_path_factory.mktemp("undisturbed") / "city.sqlite"
    engine = open_engine(f"sqlite:///{path}", read_only=False)
    yield engine, _live_young(engine)
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def unused(request: pytest.FixtureRequest, databases: Databases) -> Database:
    """Tables that no other test has used: a server goes on with the ids that it gave before."""
    name = f"_unused_{request.node.originalname.removeprefix('test_')[:20]}"
    return databases.another(request.param, name)


def test_every_server_holds_the_same_life(
    unused: Database, undisturbed: tuple[Engine, list[Any]]
) -> None:
    engine, happened = undisturbed
    assert _live_young(unused.writer) == happened
    assert _without_floats(unused.writer) == _without_floats(engine)


def test_a_step_that_is_tried_again_draws_the_same_life(
    unused: Database, undisturbed: tuple[Engine, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the try before has used up ids, which servers do not give twice."""
    insert_row, turns = Deeds._insert, itertools.count()

    def busy(self: Deeds, *args: Any, **values: Any) -> int:
        number = insert_row(self, *args, **values)
        if next(turns) % 5 == 0:
            raise OperationalError("", {}, pymysql.err.OperationalError(1205, "Lock wait timeout"))
        return number

    monkeypatch.setattr(Deeds, "_insert", busy)
    monkeypatch.setattr("data_access.demo.simulate._PAUSE_S", 0.0)
    assert _live_young(unused.writer) == undisturbed[1]


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_an_interrupted_seed_leaves_nothing_on_a_server(databases: Databases, backend: str) -> None:
    engine = databases.fresh(backend).writer

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(engine, until=datetime(2017, 6, 1, tzinfo=WIB), progress=interrupt)
    assert not any(rows_of(engine).values())


def test_a_step_is_all_or_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(engine)

    def broken(self: Deeds, *args: object, **values: object) -> None:
        raise RuntimeError("broken in the middle")

    monkeypatch.setattr(Deeds, "_update", broken)
    simulation = Simulation(engine, seed=1)
    failed = 0
    for number in range(12):
        try:
            simulation.step(CITY_UNTIL + (number + 1) * GAP)
        except RuntimeError:
            failed += 1
    assert failed > 0
    monkeypatch.undo()
    whole.test_finishes_have_their_follow_up(_read(engine))
    whole.test_hops_are_in_order(_read(engine))
    city = _read(engine)
    assert (
        city.reports[city.reports.status == "received"].id.isin(city.escalations.report_id).sum()
        == 0
    )
    assert fingerprint(engine) != before


def test_a_city_that_is_ahead_is_left_alone(engine: Engine) -> None:
    with pytest.raises(CityError, match="already lived until 2026-11-23"):
        Simulation(engine).step(CITY_UNTIL - timedelta(days=1))


def test_a_clock_may_lag_a_little(engine: Engine) -> None:
    simulation = Simulation(engine, seed=3)
    for _ in range(10):
        simulation.step(CITY_UNTIL - timedelta(seconds=20))
    whole.test_lives_are_in_order(_read(engine))


@pytest.mark.parametrize("content", ["nothing", "empty tables", "another city"])
def test_only_the_demo_city_is_written_to(content: str, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'other.sqlite'}", read_only=False)
    if content != "nothing":
        create_tables(engine)
    if content == "another city":
        values = {"ticket": "BJI-2017-000001", "title": "Sampah", "status": "received"}
        flags = {"anonymous": False, "confidential": False}
        with engine.begin() as connection:
            connection.execute(insert(reports).values(**values, **flags, created_at=CITY_UNTIL))
    with pytest.raises(CityError):
        Simulation(engine).step(CITY_UNTIL + GAP)
    engine.dispose()


def test_a_busy_database_is_waited_for(engine: Engine) -> None:
    path = engine.url.database
    assert path is not None
    released = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            released.wait(1.6)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.1)
    simulation = Simulation(engine, seed=4)
    happened = [simulation.step(CITY_UNTIL + GAP), simulation.step(CITY_UNTIL + 2 * GAP)]
    holder.join()
    assert any(happened)


def test_a_database_that_stays_busy_is_named(
    city_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.engine.WRITERS_WAIT_S", 0.2)
    monkeypatch.setattr("data_access.demo.simulate._PATIENCE_S", 0.5)
    engine = open_engine(copy_of(city_url, tmp_path), read_only=False)
    path = engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DataUnavailable) as caught:
            Simulation(engine).step(CITY_UNTIL + GAP)
    assert caught.value.reason is Reason.LOCKED
    engine.dispose()


def test_others_read_while_it_writes(engine: Engine) -> None:
    assert engine.url.database is not None
    reader = create_engine(f"sqlite:///{engine.url.database}")
    with reader.connect() as connection:
        first = connection.execute(reports.select().limit(1))
        _live(engine, 5)
        assert first.first() is not None
    reader.dispose()


def test_run_tells_what_happens_until_it_is_stopped(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'young.sqlite'}", read_only=False)
    seed(engine, until=datetime(2017, 6, 1, tzinfo=WIB))
    stop = threading.Event()
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if len(told) == 3:
            stop.set()

    Simulation(engine, seed=1).run(60_000, stop, tell)
    engine.dispose()
    assert len(told) == 3
    assert all(told)


def test_run_outlives_a_sick_database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    answers: list[object] = [DataUnavailable(Reason.ABSENT), DataUnavailable(Reason.ABSENT), "ya"]
    told: list[str] = []

    def step(self: Simulation, now: datetime) -> str:
        answer = answers.pop(0)
        if not answers:
            stop.set()
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    monkeypatch.setattr(Simulation, "step", step)
    monkeypatch.setattr("data_access.demo.simulate._LONGEST_PAUSE_S", 0.01)
    Simulation(engine, per_hour=3_600_000).run(None, stop, told.append)
    assert told == ["Basis data belum dapat ditulis: no connection to the database", "ya"]


def test_run_gives_up_what_waiting_does_not_cure(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(self: Simulation, now: datetime) -> str:
        raise DataUnavailable(Reason.DAMAGED)

    monkeypatch.setattr(Simulation, "step", step)
    with pytest.raises(DataUnavailable):
        Simulation(engine).run(60_000, threading.Event(), print)


@pytest.fixture
def report_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "var" / "reports.sqlite"
    monkeypatch.setenv("BCC_REPORT_DATABASE", f"sqlite:///{path}")
    return path


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("select count(*) from reports").fetchone()[0])


def test_commands_build_a_city(report_file: Path) -> None:
    run = CliRunner().invoke
    assert run(cli, ["init-db"]).exit_code == 0
    assert _count(report_file) == 0
    result = run(cli, ["seed", "--until", "2019-05-31T23:59:59.999999+07:00"])
    assert result.exit_code == 0, result.output
    assert _count(report_file) == 1437
    again = run(cli, ["seed"])
    assert again.exit_code == 1
    assert again.stderr.splitlines()[-1] == (
        "Error: the database already holds reports; the demo city needs an empty one"
    )
    assert _count(report_file) == 1437


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["seed", "--until", "yesterday"], "is no moment"),
        (["seed", "--until", "2026-01-01"], "needs an offset"),
        (["simulate", "--pace", "0"], "--pace"),
    ],
)
def test_commands_explain_what_they_cannot_read(
    report_file: Path, arguments: list[str], says: str
) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not report_file.exists()


def test_commands_explain_a_database_that_they_cannot_use(
    report_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_file.parent.mkdir()
    report_file.write_bytes(b"no database at all, only some bytes " * 40)
    for command in ("init-db", "seed", "simulate"):
        result = CliRunner().invoke(cli, [command])
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1] == "Error: the database is damaged"
    monkeypatch.setenv("BCC_REPORT_DATABASE", f"sqlite:///{report_file}/below/a.sqlite")
    assert CliRunner().invoke(cli, ["init-db"]).exit_code == 1


def test_seed_if_empty_leaves_a_city_as_it_is(report_file: Path) -> None:
    from dashboard.commands.data import seed_if_empty

    engine = open_engine(f"sqlite:///{report_file}", read_only=False)
    seed(engine, until=datetime(2017, 4, 1, tzinfo=WIB))
    before = fingerprint(engine)
    seed_if_empty()
    assert fingerprint(engine) == before
    with engine.begin() as connection:
        connection.execute(delete(reports).where(reports.c.id == 0))
    engine.dispose()


@pytest.mark.parametrize("command", ["init-db", "demo", "simulate"])
def test_commands_count_anew_what_a_killed_one_left(
    report_file: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(f"sqlite:///{report_file}", read_only=False)
    with counted_afterwards(engine):
        seed(engine, until=datetime(2017, 4, 1, tzinfo=WIB))
    with engine.begin() as connection:
        connection.execute(update(state).values(current=False))
    monkeypatch.setattr(Simulation, "run", lambda *_arguments: None)
    monkeypatch.setattr("dashboard.commands.serving.run_server", lambda _settings: None)
    monkeypatch.setattr("dashboard.commands.serving._simulation", lambda _pace: nullcontext())
    monkeypatch.setattr("dashboard.commands.serving._make_demo_accounts", lambda _settings: None)
    assert not kept(engine)
    assert CliRunner().invoke(cli, [command]).exit_code == 0
    assert kept(engine)
    engine.dispose()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_simulate_ends_cleanly(report_file: Path, number: signal.Signals) -> None:
    engine = open_engine(f"sqlite:///{report_file}", read_only=False)
    seed(engine, until=datetime(2017, 6, 1, tzinfo=WIB))
    engine.dispose()
    command = [sys.executable, "-m", "dashboard", "simulate", "--pace", "3000", "--seed", "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert "BJI-" in first or "Informasi" in first
