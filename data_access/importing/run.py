"""One import, from a source of rows to the database and the summary."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from sqlalchemy import Connection, Engine

from data_access.boundaries import Boundaries
from data_access.importing.areas import AreaFinder, fill_areas
from data_access.importing.convert import Converter, Incoming
from data_access.importing.mapping import ImportMapping, resolve
from data_access.importing.quarantine import Quarantine
from data_access.importing.session import owned
from data_access.importing.sources import Source
from data_access.importing.store import Store
from data_access.importing.summary import Summary
from data_access.importing.texts import Said, UnreadableRowError
from data_access.places import Places

CHUNK = 2_000

Progress = Callable[[int, int], None]
"""Told after each chunk: how much of the source's size was read, and how many rows."""


@dataclass(frozen=True)
class Options:
    """What an import needs to know besides its rows.

    ``now`` bounds the moments and is an aware datetime; ``at_end`` is done in the same
    transaction after the last row.
    """

    now: datetime
    quarantine: Path
    language: str = "id"
    boundaries: Boundaries | None = None
    progress: Progress = lambda _done, _rows: None
    at_end: Callable[[Connection], None] = lambda _connection: None


def import_reports(
    source: Source, mapping: ImportMapping, engine: Engine, options: Options
) -> Summary:
    """Bring every row of the source into the database, in one transaction.

    Raises:
        MappingError: the mapping doesn't fit the source.
        ImportingError: the source, the database or the quarantine file failed; nothing was changed.
    """
    with closing(source):
        return _imported(source, mapping, engine, options)


def _imported(source: Source, mapping: ImportMapping, engine: Engine, options: Options) -> Summary:
    began = monotonic()
    summary = Summary(facts=source.facts)
    converter = Converter(mapping, resolve(mapping, source.header), options.now)
    quarantine = Quarantine(options.quarantine, source.header, options.language)
    try:
        with owned(engine) as connection, _without_collector():
            _write_all(
                source,
                mapping,
                connection,
                converter=converter,
                quarantine=quarantine,
                summary=summary,
                options=options,
            )
            options.at_end(connection)
            quarantine.close()
    except BaseException:
        quarantine.discard()
        raise
    summary.quarantine = quarantine.keep()
    summary.seconds = monotonic() - began
    return summary


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows refer to nothing in circles: the collector would only look at them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write_all(
    source: Source,
    mapping: ImportMapping,
    connection: Connection,
    *,
    converter: Converter,
    quarantine: Quarantine,
    summary: Summary,
    options: Options,
) -> None:
    made = fill_areas(connection, options.boundaries) if options.boundaries else 0
    places = Places(options.boundaries.cells) if options.boundaries else None
    areas = AreaFinder(connection, places, mapping)
    store = Store(connection, areas, dict(mapping.agencies), summary)
    chunk: list[Incoming] = []
    for row in source.rows:
        summary.read += 1
        try:
            if row.problem is not None:
                raise UnreadableRowError(row.problem.key, **row.problem.parts)
            chunk.append(converter.report(row.cells))
        except UnreadableRowError as problem:
            summary.quarantined += 1
            quarantine.add(row.line, Said(problem.said.key, problem.said.parts), row.cells)
        if len(chunk) >= CHUNK:
            store.write(chunk)
            chunk.clear()
            options.progress(source.done(), summary.read)
    store.write(chunk)
    areas.finish()
    options.progress(source.done(), summary.read)
    summary.areas = made + areas.created
    summary.repairs = converter.repairs + areas.notes
    summary.unknown_statuses = converter.unknown_statuses
