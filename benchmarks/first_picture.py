"""From the start of navigation to the first picture, with nothing in the browser's cache

Beside an otherwise empty Dash page with one figure of the default Plotly bundle, on the same kind
of server, by turns. The wall counts when its first bars, its numbers and its font are there.
"""

from __future__ import annotations

import asyncio
from statistics import median
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from benchmarks.city_file import demo_city
from benchmarks.machine import CHROMIUM, CHROMIUM_ARGUMENTS
from benchmarks.parts import Row, goal
from benchmarks.servers import serve_usual, serve_wall
from layouts import ids
from layouts.panels import key_figures

if TYPE_CHECKING:
    from playwright.async_api import Browser

BARS = ".js-plotly-plot .main-svg .bars .point path"
NUMBER = f"#{ids.body(key_figures.PANEL)} .value"
WATCH = """(() => {
    const there = %s;
    const look = () => there() ? setTimeout(() => { window.painted = performance.now(); })
                               : requestAnimationFrame(look);
    requestAnimationFrame(look);
})();"""
PICTURE = f"() => document.querySelector('{BARS}')"
WALL = (
    f"() => document.querySelector('{BARS}') && document.fonts.status === 'loaded' "
    f"&& /[0-9]/.test((document.querySelector('{NUMBER}') || {{}}).textContent)"
)


def run(quick: bool = False) -> list[Row]:
    """Medians of cold starts, by turns."""
    with demo_city() as file, serve_wall(file) as wall, serve_usual(file, "empty_dash") as usual:
        pages = {f"{wall.url}/wall/": WALL, f"{usual.url}/": PICTURE}
        ours, theirs = asyncio.run(_measure(pages, 3 if quick else 11))
    return [
        _row("the wall", ours) | goal(median(ours) <= median(theirs), "not later"),
        _row("an empty Dash page with one figure", theirs),
    ]


def _row(page: str, times: list[float]) -> Row:
    return {
        "page": page,
        "starts": str(len(times)),
        "median": f"{median(times):.0f} ms",
        "shortest": f"{min(times):.0f} ms",
        "longest": f"{max(times):.0f} ms",
    }


async def _measure(pages: dict[str, str], starts: int) -> list[list[float]]:
    times: dict[str, list[float]] = {url: [] for url in pages}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS)
        )
        for turn in range(starts + 1):
            for url, there in pages.items():
                took = await _cold_start(browser, url, there)
                if turn:  # the first one warms the servers
                    times[url].append(took)
        await browser.close()
    return list(times.values())


async def _cold_start(browser: Browser, url: str, there: str) -> float:
    context = await browser.new_context(viewport={"width": 1920, "height": 1080})
    try:
        page = await context.new_page()
        await page.add_init_script(WATCH % there)
        await page.goto(url)
        await page.wait_for_function("() => window.painted", timeout=60_000)
        return float(await page.evaluate("window.painted"))
    finally:
        await context.close()
