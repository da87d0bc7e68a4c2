"""The demo city as tests use it: seeded once, looked at often."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from data_access.demo import seed
from data_access.engine import open_engine
from data_access.schema import metadata

CITY_UNTIL = datetime.fromisoformat("2026-11-23T14:05+07:00")


@pytest.fixture(scope="session")
def city_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a SQLite file with the demo city at CITY_UNTIL. Not to be written to."""
    url = f"sqlite:///{tmp_path_factory.mktemp('city') / 'city.sqlite'}"
    engine = open_engine(url, read_only=False)
    seed(engine, until=CITY_UNTIL)
    engine.dispose()
    return url


def copy_of(url: str, folder: Path) -> str:
    """URL of a copy of a SQLite database, to be written to."""
    source = make_url(url).database
    assert source is not None
    target = folder / "copy.sqlite"
    for suffix in ("", "-wal"):
        if Path(source + suffix).exists():
            shutil.copyfile(source + suffix, f"{target}{suffix}")
    return f"sqlite:///{target}"


def rows_of(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in the order of their keys."""
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


def fingerprint(engine: Engine) -> str:
    """The same for two databases only if all their rows are."""
    return hashlib.sha256(repr(rows_of(engine)).encode()).hexdigest()
