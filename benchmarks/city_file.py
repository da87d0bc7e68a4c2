"""The demo city as a SQLite file: seeded once in a run, a fresh copy for whoever writes to it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from data_access.demo import seed
from data_access.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 1275


@cache
def _seeded() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bcc-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "city.sqlite"
    engine = open_engine(f"sqlite:///{file}", read_only=False)
    seed(engine, seed=SEED, until=datetime.now(UTC))
    engine.dispose()
    return file


@contextmanager
def demo_city() -> Iterator[Path]:
    """A copy that may be written to, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
        yield Path(shutil.copy(_seeded(), folder))
