"""Milliseconds that the desk's questions take in SQLite, at 100,000 and a million reports

The questions of a page one after the other, warm, the median of five; a page asks some of them
side by side. CPU is what the process itself used: the rest is other programs' time.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal
from data_access.engine import open_engine
from data_access.errors import DataUnavailable
from data_access.records import ALL, Filters, Status
from data_access.reports import Reports
from data_access.review import Review
from data_access.review_records import SortKey

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (100_000, 1_000_000)
TIMES = 5
PAGE_MS = 300
REPORT_MS = 50

YEAR = Filters(since=NOW - timedelta(days=365))
OPEN = Filters(statuses=(Status.RECEIVED, Status.ESCALATED, Status.ANSWERED))
KECAMATAN, KELURAHAN, AGENCY = "12.75.01", "12.75.01.0005", "SKPD 1"


def run(quick: bool = False) -> list[Row]:
    """One row for each question and size."""
    rows = []
    for size in (10_000,) if quick else SIZES:
        with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
            review = _city(Path(folder) / "city.sqlite", size)
            rows += [_measured(review, size, name) for name in QUESTIONS]
    return rows


def _city(file: Path, size: int) -> Review:
    url = f"sqlite:///{file}"
    writer = open_engine(url, read_only=False)
    make_city(writer, size, open_reports=max(300, size // 300))
    writer.dispose()
    return Review(Reports(open_engine(url)))


def _ticket(review: Review) -> str:
    """One from the middle of the last year."""
    return review.rows(YEAR, NOW, sort=SortKey.TICKET, limit=1).rows[0].ticket


QUESTIONS: dict[str, Callable[[Review, str], object]] = {
    "one report": lambda review, ticket: review.report(ticket, NOW),
    "may an agency see it": lambda review, ticket: review.may_see(ticket, AGENCY),
    "queue: newest 100 of all": lambda review, _: review.rows(ALL, NOW),
    "queue: oldest 100 open": lambda review, _: review.rows(
        OPEN, NOW, sort=SortKey.AGE, descending=True
    ),
    "queue: newest 100 of an agency": lambda review, _: review.rows(
        Filters(agencies=(AGENCY,)), NOW
    ),
    "queue: page 50 of a year": lambda review, _: review.rows(YEAR, NOW, offset=5000, count=False),
    "queue: by category": lambda review, _: review.rows(ALL, NOW, sort=SortKey.CATEGORY),
    "queue: by agency": lambda review, _: review.rows(ALL, NOW, sort=SortKey.AGENCY),
    "queue: by answer": lambda review, _: review.rows(ALL, NOW, sort=SortKey.ANSWERED),
    "search: ticket": lambda review, _: review.search("bj-9998", NOW),
    "search: two words": lambda review, _: review.search("lampu padam", NOW),
    "search: words that are nowhere": lambda review, _: review.search("gajah terbang", NOW),
    "overview: key figures": lambda review, _: review.figures(ALL, NOW),
    "overview: beside a year before": lambda review, _: review.compared(
        YEAR, NOW, YEAR, NOW - timedelta(days=365)
    ),
    "overview: months": lambda review, _: review.by_month(ALL, NOW),
    "overview: categories": lambda review, _: review.categories(ALL, NOW),
    "overview: agencies": lambda review, _: review.agencies(ALL, NOW),
    "overview: kelurahan": lambda review, _: review.kelurahan(ALL, NOW),
    "agency, whole page": lambda review, _: review.agency(AGENCY, ALL, NOW),
    "agency, whole page of a year": lambda review, _: review.agency(AGENCY, YEAR, NOW),
    "comparison of agencies": lambda review, _: review.compare(ALL, NOW),
    "relay": lambda review, _: review.relay(ALL, NOW),
    "feedback": lambda review, _: review.feedback(ALL, NOW),
    "participation": lambda review, _: review.participation(ALL, NOW),
    "kelurahan, whole page": lambda review, _: review.place(KELURAHAN, ALL, NOW),
    "kecamatan, whole page": lambda review, _: review.place(KECAMATAN, ALL, NOW),
}


def _measured(review: Review, size: int, name: str) -> Row:
    ticket = _ticket(review)
    row = {"question": name, "reports": f"{size:,}"}
    try:
        wall, cpu = _times(lambda: QUESTIONS[name](review, ticket))
    except DataUnavailable as error:
        return row | {"ms": str(error.reason)}
    row |= {"ms": f"{wall:.0f}", "cpu ms": f"{cpu:.0f}"}
    if name == "one report":
        return row | goal(wall < REPORT_MS, f"< {REPORT_MS} ms")
    return row | (goal(wall < PAGE_MS, f"< {PAGE_MS} ms") if size <= min(SIZES) else {})


def _times(question: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor, each the median."""
    question()
    walls, cpus = [], []
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        question()
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    return median(walls), median(cpus)
