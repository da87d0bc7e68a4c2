"""Servers in processes of their own, and what the kernel says of their time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_LIMIT_S = 60
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def cpu_s(self) -> float:
        """Processor time of the process so far, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """Resident memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextmanager
def serve_wall(database: Path, **settings: str) -> Iterator[Server]:
    """The wall, as ``bcc-wall serve`` does it."""
    with _serve(["dashboard", "serve"], "/wall/feed", database, **settings) as server:
        yield server


@contextmanager
def serve_usual(database: Path, page: str = "usual_way") -> Iterator[Server]:
    """A Dash app of this package on the wall's own kind of server."""
    with _serve([f"benchmarks.{page}"], "/_dash-layout", database) as server:
        yield server


@contextmanager
def _serve(module: Sequence[str], path: str, database: Path, **more: str) -> Iterator[Server]:
    port = _free_port()
    settings = {"BCC_REPORT_DATABASE": f"sqlite:///{database}", "BCC_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={**os.environ, **settings, **more},
        stdout=subprocess.DEVNULL,
    )
    try:
        server = Server(process.pid, port)
        _wait_for(process, server.url + path)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=30):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
