"""Helpers of the import's tests: files written by hand, imported into a small database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from data_access.engine import open_engine
from data_access.importing.mapping import FileForm, ImportMapping
from data_access.importing.opening import open_source
from data_access.importing.run import Options, import_reports
from data_access.importing.summary import Summary
from data_access.importing.words import KNOWN_STATUSES
from data_access.schema import reports

NOW = datetime(2024, 6, 1, 5, 0, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(*parts: str) -> Path:
    """A file of the shared folder beside the repository; its absence skips the test."""
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"{'/'.join(('../shared', *parts))} is not here")
    return path


def mapping_of(*columns: str, **given: Any) -> ImportMapping:
    """A mapping in which each column is called by its own name."""
    return ImportMapping(
        columns={name: name for name in columns}, **({"statuses": KNOWN_STATUSES} | given)
    )


@dataclass
class Desk:
    """A folder and a database to import into."""

    folder: Path
    engine: Engine
    now: datetime = NOW
    summaries: list[Summary] = field(default_factory=list)

    @property
    def quarantine(self) -> Path:
        return self.folder / "karantina.csv"

    def write(self, content: str | bytes, name: str = "laporan.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(
        self, path: Path, mapping: ImportMapping, form: FileForm | None = None, **options: Any
    ) -> Summary:
        """Import a file; the sum of the summary is always checked."""
        given = Options(now=self.now, quarantine=self.quarantine)
        source = open_source(path, form or mapping.file)
        summary = import_reports(source, mapping, self.engine, replace(given, **options))
        assert summary.read == summary.accounted
        self.summaries.append(summary)
        return summary

    def bring(self, content: str | bytes, mapping: ImportMapping, **options: Any) -> Summary:
        """Write a CSV and import it."""
        return self.run(self.write(content), mapping, **options)

    def rows(self, table: Any = reports) -> list[Any]:
        """Everything in a table, in the order of the first column."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(next(iter(table.c)))))

    def one(self) -> Any:
        """The only report."""
        (row,) = self.rows()
        return row

    def quarantined(self) -> list[str]:
        """Lines of the quarantine file after its header; none without the file."""
        if not self.quarantine.exists():
            return []
        return self.quarantine.read_text(encoding="utf-8").splitlines()[1:]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with an SQLite file that doesn't exist yet."""
    engine = open_engine(f"sqlite:///{tmp_path / 'reports.sqlite'}", read_only=False)
    yield Desk(tmp_path, engine)
    engine.dispose()
