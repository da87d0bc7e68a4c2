"""``serve`` the wall, and the ``demo``: a made-up city with its life, in one command."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import uvicorn

from dashboard.demo_accounts import ensure_demo_accounts
from dashboard.factory import create_application
from dashboard.identity import state_of
from dashboard.logs import set_up_logs
from dashboard.settings import Settings
from data_access.errors import DataUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command()
def serve() -> None:
    """Serve the wall of the report database."""
    run_server(Settings.from_environment())


@click.command()
@click.option("--pace", default=6.0, show_default=True, help="Events a minute.")
def demo(pace: float) -> None:
    """Seed a made-up city where there is none, let it live, and serve its wall."""
    settings = Settings.from_environment()
    _seed_if_empty()
    if not settings.exposed:
        _make_demo_accounts(settings)
    with _simulation(pace):
        run_server(settings)


def run_server(settings: Settings) -> None:
    """Serve until interrupted."""
    set_up_logs()
    application = create_application(settings)
    _settle_memory()
    click.echo(f"Dinding BCC: http://{settings.host}:{settings.port}/wall/")
    uvicorn.run(
        application.asgi,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # asgi believes those of BCC_TRUSTED_PROXIES alone
        timeout_graceful_shutdown=1,
    )


def _settle_memory() -> None:
    """What is there now stays; each search for garbage in it would delay editions by 0.1 s."""
    gc.collect()
    gc.freeze()


def _seed_if_empty() -> None:
    from dashboard.commands.data import seed_if_empty  # noqa: PLC0415

    seed_if_empty()


def _make_demo_accounts(settings: Settings) -> None:
    """Accounts with known passwords, where nobody else can reach them; a wall runs without."""
    try:
        ensure_demo_accounts(state_of(settings).engine)
    except DataUnavailable as error:
        click.echo(f"Tanpa akun contoh: {error.reason}", err=True)


def _exit(_number: int, _frame: object) -> None:
    """As an exception, so that what was begun is ended."""
    sys.exit(0)


@contextmanager
def _simulation(pace: float) -> Iterator[None]:
    """The e-Masyarakat application's part, in a process of its own."""
    command = [sys.executable, "-m", "dashboard", "simulate", "--pace", str(pace)]
    signal.signal(signal.SIGTERM, _exit)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
