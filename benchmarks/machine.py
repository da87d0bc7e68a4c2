"""The machine that the figures come from."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def sentence() -> str:
    """Processor, cores, memory and versions in one line."""
    memory = _field(Path("/proc/meminfo"), "MemTotal").split()[0]
    return (
        f"Measured on {date.today().isoformat()} on {_field(Path('/proc/cpuinfo'), 'model name')}, "
        f"{len(os.sched_getaffinity(0))} cores, {int(memory) / 2**20:.0f} GB of memory; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Dash {version('dash')}, Plotly {version('plotly')}, pandas {version('pandas')}, "
        f"{_chromium()}."
    )


def _field(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"


def _chromium() -> str:
    if not CHROMIUM.exists():
        return "no Chromium"
    command = [str(CHROMIUM), "--version"]
    words = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return " ".join(words[:2]) or "Chromium"
