"""From the start of navigation to a desk's page with all its pictures, at 100,000 reports in SQLite

In a browser that was there before, as a secretary's is: scripts and styles come from its cache.
*First* is the first visit after the server started, *again* the median of five more.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from benchmarks.machine import CHROMIUM, CHROMIUM_ARGUMENTS
from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal
from benchmarks.review_pages import PAGES, SIZE
from benchmarks.servers import serve_wall
from dashboard.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from data_access.engine import open_engine
from data_access.reports import Reports
from data_access.rights import Role
from data_access.state import open_state
from layouts import ids

if TYPE_CHECKING:
    from playwright.async_api import Page

TIMES = 5
GOAL_MS = 1000
DRAWN = f"""() => {{
    const view = document.getElementById('{ids.REVIEW_VIEW}');
    const all = (parts, inside) => [...view.querySelectorAll(parts)]
        .every((part) => part.querySelector(inside));
    const drawn = view && view.querySelector('h1')
        && all('[data-figure]', '.main-svg') && all('.ag-root-wrapper', '.ag-row');
    return drawn ? performance.now() : 0;
}}"""


def run(quick: bool = False) -> list[Row]:
    """One row for each page."""
    with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
        file, state = (Path(folder) / name for name in ("city.sqlite", "state.sqlite"))
        ticket = _city(file, 10_000 if quick else SIZE)
        kept = open_state(f"sqlite:///{state}")
        ensure_demo_accounts(kept.engine)
        kept.engine.dispose()
        with serve_wall(file, BCC_STATE_DATABASE=f"sqlite:///{state}") as server:
            return asyncio.run(_measure(server.url, ticket))


def _city(file: Path, size: int) -> str:
    """Make it; the ticket of an open report."""
    writer = open_engine(f"sqlite:///{file}", read_only=False)
    make_city(writer, size, open_reports=max(300, size // 300))
    queue = Reports(writer).escalation_queue(NOW, limit=1)
    writer.dispose()
    return (*queue.overdue, *queue.in_time)[0].ticket


async def _measure(url: str, ticket: str) -> list[Row]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS)
        )
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await _log_in(page, url)
        rows = []
        for name, path in PAGES.items():
            address = url + path.format(ticket=ticket)
            first, *again = [await _visit(page, address) for _ in range(TIMES + 1)]
            rows.append(
                {"page": name, "first": f"{first:.0f} ms", "again": f"{median(again):.0f} ms"}
                | goal(max(first, median(again)) < GOAL_MS, f"< {GOAL_MS} ms")
            )
        await browser.close()
    return rows


async def _log_in(page: Page, url: str) -> None:
    account = next(each for each in DEMO_ACCOUNTS if each.role is Role.SECRETARY)
    await page.goto(f"{url}/tinjau/")
    await page.fill("input[name=name]", account.name)
    await page.fill("input[type=password]", account.password)
    await page.click("main form button")
    await page.wait_for_selector("main h1")
    await _visit(page, f"{url}/tinjau/antrean")  # scripts and styles are in the cache


async def _visit(page: Page, address: str) -> float:
    """Milliseconds until all is there."""
    await page.goto(address)
    while not (drawn := await page.evaluate(DRAWN)):
        await asyncio.sleep(0.01)
    return float(drawn)
