"""What became of reports: the year table, the citizens' feedback, the last day's follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data_access.records import Status
from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, cells, heading, number, props, span, unknown

if TYPE_CHECKING:
    from data_access.records import YearRow
    from data_access.snapshot import Snapshot

YEARS = "years"
FEEDBACK = "feedback"
YEAR_ROWS = 5
WORDS = {
    Status.RECEIVED: "masuk",
    Status.ESCALATED: "diteruskan",
    Status.ANSWERED: "dijawab",
    Status.DONE: "selesai",
    Status.REJECTED: "ditolak",
    Status.DUPLICATE: "ganda",
}
"""The screen's word for each status."""


def draw_years(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """Escalations by year of receipt, and the share of them done."""
    answer = snapshot.years
    if not answer.value:
        return unknown(YEARS, answer, snapshot, "Ditindaklanjuti")
    now = answer.value[-1]
    title = [number(formats.percent(now.acted))]
    rows = [_year(row) for row in reversed(answer.value[-YEAR_ROWS:])]
    return heading(YEARS, title, answer, snapshot, f"ditindaklanjuti {now.year}") | props(
        ids.body(YEARS), children=rows
    )


def _year(row: YearRow) -> Any:
    return cells(
        str(row.year),
        [
            span(f"{row.year}" if row.complete else f"{row.year} berjalan", "muted"),
            number(formats.number(row.escalations)),
            number(formats.percent(row.acted)),
        ],
    )


def draw_feedback(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """Satisfied of those who answered, beside how many answered at all."""
    answer = snapshot.feedback
    if answer.value is None:
        return unknown(FEEDBACK, answer, snapshot, "Umpan balik")
    value = answer.value
    title = [number(formats.percent(value.satisfied))]
    note = f"warga puas · n = {formats.number(value.satisfied.n)}"
    rows = [
        cells("coverage", [span("memberi umpan balik"), number(formats.percent(value.coverage))]),
        cells(
            "contradicted",
            [span("“selesai” dibantah"), number(formats.number(value.contradicted))],
        ),
        *_follow_ups(snapshot),
    ]
    return heading(FEEDBACK, title, answer, snapshot, note) | props(
        ids.body(FEEDBACK), children=rows
    )


def _follow_ups(snapshot: Snapshot) -> list[Any]:
    counts = {row.status: row.count for row in snapshot.follow_ups.value or ()}
    shown = (Status.ANSWERED, Status.DONE)
    if not counts:
        return []
    text = " · ".join(f"{formats.number(counts[status])} {WORDS[status]}" for status in shown)
    return [cells("follow-ups", [span("24 jam", "muted"), span(text)])]
