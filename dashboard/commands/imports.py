"""``import``: other systems' exports into the report database, where it is the city's own."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from sqlalchemy import Engine

from dashboard.settings import Settings
from data_access.boundaries import Boundaries, BoundaryError, read_boundaries
from data_access.engine import open_engine
from data_access.importing import open311
from data_access.importing.guess import Guess, guess_mapping
from data_access.importing.mapping import FileForm, ImportMapping, read_mapping
from data_access.importing.open311_server import Feed, Server
from data_access.importing.opening import format_of, open_source
from data_access.importing.report import lines_of
from data_access.importing.run import Options, import_reports
from data_access.importing.run import Progress as ProgressReport
from data_access.importing.summary import Summary
from data_access.importing.texts import LANGUAGES, ImportingError, Said, language_of
from data_access.rollups.keeping import counted_afterwards

FAILED = 1
QUARANTINED = 3
STOPPED = 130
ROW_BYTES = 300
"""A report takes about so much of a file."""


@click.command("import")
@click.argument("source")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "tsv", "xlsx", "open311"]),
    help="Of the file; without it its name tells.",
)
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    help="TOML file that says what the columns mean.",
)
@click.option("--guess", is_flag=True, help="Print a proposed mapping, and import nothing.")
@click.option("--database", help="SQLAlchemy URL; without it BCC_REPORT_DATABASE.")
@click.option("--sheet", help="Of an Excel file; without it the first.")
@click.option("--encoding", help="Of a text file; without it the file tells.")
@click.option(
    "--quarantine",
    type=click.Path(path_type=Path),
    help="Where rows that can't be read go; without it SOURCE.karantina.csv in this folder.",
)
@click.option(
    "--boundaries",
    "boundary_file",
    type=click.Path(path_type=Path),
    help="GeoJSON of the kelurahan; without it BCC_BOUNDARIES.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Open311 server: the first moment (UTC); without it the last import, or 90 days ago.",
)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="Without it LANG tells.")
def import_command(
    source: str,
    kind: str | None,
    mapping_file: Path | None,
    guess: bool,
    database: str | None,
    sheet: str | None,
    encoding: str | None,
    quarantine: Path | None,
    boundary_file: Path | None,
    since: datetime | None,
    language: str | None,
) -> None:
    """Bring the reports of SOURCE, a file or the address of an Open311 server, into the database.

    Importing again changes nothing twice. Ends with 0 when every row came in, 3 when some went to
    quarantine, 1 when nothing was changed because of an error, 130 when it was stopped.
    """
    language = language or language_of(os.environ)
    form = FileForm(format=kind, encoding=encoding, sheet=sheet)
    given = {"BCC_REPORT_DATABASE": database} if database else {}
    settings = Settings.from_environment(os.environ | given)
    try:
        with _stopped_by_signals():
            if guess:
                click.echo(_guess(Path(source), form).toml(), nl=False)
                return
            job = _Job(
                source=source,
                form=form,
                mapping=read_mapping(mapping_file) if mapping_file else None,
                boundaries=_boundaries(boundary_file or settings.boundaries),
                quarantine=quarantine or _quarantine_beside(source),
                since=since.replace(tzinfo=UTC) if since else None,
                language=language,
            )
            summary = job.run(settings.report_database)
    except ImportingError as error:
        click.echo(error.said.text(language), err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo(Said("interrupted").text(language), err=True)
        sys.exit(STOPPED)
    for line in lines_of(summary, language):
        click.echo(line)
    sys.exit(QUARANTINED if summary.quarantined else 0)


@dataclass(frozen=True)
class _Job:
    """One import as it was asked for."""

    source: str
    form: FileForm
    mapping: ImportMapping | None
    boundaries: Boundaries | None
    quarantine: Path
    since: datetime | None
    language: str

    def run(self, database: str) -> Summary:
        engine = open_engine(database, read_only=False)
        try:
            return self._from_server(engine) if _is_address(self.source) else self._file(engine)
        finally:
            engine.dispose()

    def _from_server(self, engine: Engine) -> Summary:
        feed = Feed(Server(self.source), datetime.now(UTC), self.since)
        with _fetching(self.language) as fetched:
            source = feed.source(engine, fetched)
        mapping = self.mapping or open311.MAPPING
        with (
            counted_afterwards(engine, rows=source.size),
            _progress(source.size, self.language) as progress,
        ):
            options = replace(self._options(progress), at_end=feed.remember)
            return import_reports(source, mapping, engine, options)

    def _file(self, engine: Engine) -> Summary:
        path = Path(self.source)
        mapping = self._mapping_for(path)
        source = open_source(path, mapping.file)
        rows = path.stat().st_size // ROW_BYTES
        with (
            counted_afterwards(engine, rows=rows),
            _progress(source.size, self.language) as progress,
        ):
            return import_reports(source, mapping, engine, self._options(progress))

    def _mapping_for(self, path: Path) -> ImportMapping:
        if self.mapping is not None:
            form = self.form
            return self.mapping.with_file(
                format=form.format, encoding=form.encoding, sheet=form.sheet
            )
        if format_of(path, self.form) != "open311":
            click.echo(Said("guessed").text(self.language), err=True)
        return _guess(path, self.form).mapping

    def _options(self, progress: ProgressReport) -> Options:
        return Options(
            now=datetime.now(UTC),
            quarantine=self.quarantine,
            language=self.language,
            boundaries=self.boundaries,
            progress=progress,
        )


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _guess(path: Path, form: FileForm) -> Guess:
    if format_of(path, form) == "open311":
        return Guess(open311.MAPPING.with_file(format="open311"), {})
    return guess_mapping(open_source(path, form), form)


def _boundaries(path: Path | None) -> Boundaries | None:
    if path is None:
        return None
    try:
        return read_boundaries(path)
    except BoundaryError as error:
        raise ImportingError("bad_boundaries", file=path.name, error=error) from error


def _quarantine_beside(source: str) -> Path:
    """In this folder, by the source's name; an address gives its host and path."""
    name = source.split("://", 1)[-1].rpartition("@")[2] if _is_address(source) else source
    safe = re.sub(r"[^\w.-]+", "_", name if _is_address(source) else Path(name).name)
    return Path(f"{safe[:100]}.karantina.csv")


@contextmanager
def _fetching(language: str) -> Iterator[Callable[[int], None]]:
    """How many reports came from a server that doesn't say how many there are, and how fast."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(_fetched(0, language), total=None, rate="")

        def report(count: int) -> None:
            rate = _rate(bar, task, count, language)
            bar.update(task, description=_fetched(count, language), rate=rate)

        yield report


def _fetched(count: int, language: str) -> str:
    return Said("fetching", {"count": count}).text(language)


def _rate(bar: Progress, task: TaskID, rows: int, language: str) -> str:
    elapsed = bar.tasks[task].elapsed or 0.0
    return Said("rows_rate", {"rate": round(rows / elapsed) if elapsed else 0}).text(language)


@contextmanager
def _progress(size: int, language: str) -> Iterator[ProgressReport]:
    """A bar with rate and time left on a terminal; elsewhere nothing."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(Said("progress").text(language), total=size or None, rate="")

        def report(done: int, rows: int) -> None:
            rate = _rate(bar, task, rows, language)
            bar.update(task, completed=min(done, size), rate=rate)

        yield report


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """A polite end of the process undoes the import just as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
