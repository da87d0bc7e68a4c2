"""Commits new reports from another process, as e-Masyarakat would; tells when each was done.

``python -m benchmarks.writer FILE COUNT SECONDS`` prints, for each commit, the time at which it
returned in nanoseconds since 1970.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from data_access.demo.deeds import Deeds
from data_access.engine import open_engine
from data_access.records import WIB

if TYPE_CHECKING:
    from pathlib import Path


def write(file: str, count: int, gap_s: float) -> None:
    """So many reports, one after the other, with a gap."""
    engine = open_engine(f"sqlite:///{file}", read_only=False)
    chance = random.Random(1)
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, start + number * gap_s - time.monotonic()))
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            Deeds(connection, datetime.now(WIB), chance).report()
        print(time.time_ns(), flush=True)
    engine.dispose()


async def commits(file: Path, count: int, gap_s: float) -> list[int]:
    """Run it as a process; when each commit returned."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.writer", str(file), str(count), str(gap_s)),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the writer failed")
    return [int(line) for line in told.split()]


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
