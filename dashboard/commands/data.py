"""Commands that write the report database of a demonstration: tables, city, life."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dashboard.settings import Settings
from data_access.demo import CityError, create_tables, holds_reports
from data_access.demo import seed as seed_city
from data_access.demo.simulate import Simulation
from data_access.engine import open_engine
from data_access.errors import DataUnavailable, unavailable
from data_access.records import WIB
from data_access.rollups.keeping import counted_afterwards, install, kept, mend

DEFAULT_SEED = 1275


@click.command("init-db")
def init_db() -> None:
    """Create the empty tables of the report database, as far as they are missing."""
    with _writable() as engine:
        create_tables(engine)
        if not kept(engine):
            install(engine)
    click.echo("Tabel siap.")


def _moment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime:
    if value is None:
        return datetime.now(WIB)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no moment; write 2026-11-23T14:05+07:00") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} needs an offset; write {value}+07:00")
    return moment


@click.command()
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Which city.")
@click.option(
    "--until",
    callback=_moment,
    metavar="MOMENT",
    help="Last moment of the city, ISO 8601 with offset.  [default: now]",
)
def seed(seed: int, until: datetime) -> None:
    """Fill an empty report database with a made-up city.

    It keeps to what is published of the real one up to May 2019, and goes on from there.
    """
    with _writable() as engine:
        _fill(engine, seed, until)
    click.echo(f"Kota contoh siap, sampai {until.astimezone(WIB):%d-%m-%Y %H.%M} WIB.")


def seed_if_empty() -> None:
    """Fill the report database where it holds no reports yet."""
    with _writable() as engine:
        if not holds_reports(engine):
            _fill(engine, DEFAULT_SEED, datetime.now(WIB))
        mend(engine)


@click.command()
@click.option(
    "--pace",
    type=click.FloatRange(min=0, min_open=True),
    default=6.0,
    show_default=True,
    help="Events a minute.",
)
@click.option("--seed", type=int, help="Draw the same events again.")
def simulate(pace: float, seed: int | None) -> None:
    """Let the made-up city live until interrupted: reports, answers, feedback."""
    stop = Event()
    with _writable() as engine, _stopped_by_signals(stop):
        mend(engine)
        Simulation(engine, seed=seed).run(pace, stop, _teller())


@contextmanager
def _writable() -> Iterator[Engine]:
    """A writable engine; what goes wrong with it is one sentence."""
    url = Settings.from_environment().report_database
    try:
        engine = open_engine(url, read_only=False)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    try:
        yield engine
    except (CityError, DataUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        raise click.ClickException(str(unavailable(error))) from None
    finally:
        engine.dispose()


def _fill(engine: Engine, seed: int, until: datetime) -> None:
    columns = (TextColumn("Mengisi kota contoh"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        with counted_afterwards(engine):
            seed_city(engine, seed=seed, until=until, progress=progress)


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    """Interrupt and termination end the run after the event under way."""

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _teller() -> Callable[[str], None]:
    """Prints an event: coloured for people, one plain line for everything else."""
    if not sys.stdout.isatty():
        return lambda text: click.echo(f"{datetime.now(WIB).isoformat(timespec='seconds')} {text}")
    console = Console(highlight=False)

    def tell(text: str) -> None:
        console.print(f"[dim]{datetime.now(WIB):%H.%M.%S}[/dim] ", end="")
        console.print(text, markup=False)

    return tell
