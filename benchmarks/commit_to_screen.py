"""From a commit of another process to the picture, in a browser, with a hundred more screens

The number is read where "masuk hari ini" stands, when it has changed and a frame with it has been
drawn; the map, when Plotly has drawn it again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import uvloop
from playwright.async_api import async_playwright

from benchmarks.city_file import demo_city
from benchmarks.listeners import listeners
from benchmarks.machine import CHROMIUM, CHROMIUM_ARGUMENTS
from benchmarks.parts import Row, goal, quantile
from benchmarks.servers import serve_wall
from benchmarks.writer import commits
from layouts import ids
from layouts.panels import city_map, key_figures

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from benchmarks.servers import Server

SCREENS = 100
GAP_S = 1.0
GOAL_MS = 150

WATCH = """([number, map]) => {
    window.seen = [];
    window.drawn = [];
    const now = () => performance.timeOrigin + performance.now();
    const words = () => document.querySelector(number).textContent.replace('.', '');
    let last = words();
    new MutationObserver(() => {
        const today = words();
        if (today === last) return;
        last = today;
        requestAnimationFrame(() => setTimeout(() => window.seen.push([Number(today), now()])));
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
    document.querySelector(map).on('plotly_afterplot', () =>
        requestAnimationFrame(() => setTimeout(() => window.drawn.push(now()))));
    return Number(last);
}"""
NUMBER = f"#{ids.body(key_figures.PANEL)} .cell:first-child .value"
MAP = f"#{ids.figure(city_map.PANEL)} .js-plotly-plot"


def run(quick: bool = False) -> list[Row]:
    """One browser, a hundred listeners."""
    with demo_city() as file, serve_wall(file) as server:
        return uvloop.run(_measure(server, file, 10 if quick else 50))


async def _measure(server: Server, file: Path, changes: int) -> list[Row]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS)
        )
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"{server.url}/wall/")
        await page.wait_for_selector(NUMBER)
        await page.wait_for_selector(f"{MAP} .main-svg .points path")
        async with listeners(server, SCREENS):
            await asyncio.sleep(1)
            start = await page.evaluate(WATCH, [NUMBER, MAP])
            done = await commits(file, changes, GAP_S)
            await asyncio.sleep(1)
        rows = await _rows(page, start, done)
        await browser.close()
    return rows


async def _rows(page: Page, start: int, done: list[int]) -> list[Row]:
    seen: list[list[float]] = await page.evaluate("window.seen")
    drawn: list[float] = await page.evaluate("window.drawn")
    moments = [commit / 1e6 for commit in done]
    numbers = [
        next((at - moment for today, at in seen if today > start + place), None)
        for place, moment in enumerate(moments)
    ]
    ends = [*moments[1:], float("inf")]
    maps = [
        max((at - moment for at in drawn if moment < at < end), default=None)
        for moment, end in zip(moments, ends, strict=True)
    ]
    return [_row("the number", numbers), _row("the map, where it changes", maps, needed=False)]


def _row(what: str, found: list[Any], needed: bool = True) -> Row:
    waits = [wait for wait in found if wait is not None]
    missed = len(found) - len(waits) if needed else 0
    p95 = quantile(waits, 0.95)
    return {
        "what": what,
        "commits": str(len(waits)),
        "p50": f"{quantile(waits, 0.5):.0f} ms",
        "p95": f"{p95:.0f} ms",
        "longest": f"{max(waits):.0f} ms",
        "missed": str(missed),
    } | goal(p95 < GOAL_MS and not missed, f"p95 < {GOAL_MS} ms")
