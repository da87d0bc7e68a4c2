"""The most active reporters, masked: a place, a number and the trend, never a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, cells, heading, number, props, span, unknown

if TYPE_CHECKING:
    from data_access.records import Participation, TopReporter
    from data_access.snapshot import Snapshot

PANEL = "reporters"
PARTICIPATION = "participation"
BARS = "▁▂▃▄▅▆▇█"


def draw(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """The ranking."""
    answer = snapshot.reporters
    if answer.value is None:
        return unknown(PANEL, answer, snapshot, "Pelapor teraktif")
    title = (
        ["Pelapor teraktif: ", number(formats.number(answer.value[0].reports))]
        if answer.value
        else ["Belum ada pelapor"]
    )
    body = props(ids.body(PANEL), children=[_row(row) for row in answer.value])
    return heading(PANEL, title, answer, snapshot, "kelurahan, tanpa nama · 12 bulan") | body


def draw_participation(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """Use of the service by month."""
    answer = snapshot.participation
    if not answer.value:
        return unknown(PARTICIPATION, answer, snapshot, "Partisipasi")
    now = answer.value[-1]
    title = [
        number(formats.number(now.reporters)),
        f" warga melapor, {formats.month_name(now.month)}",
    ]
    return heading(PARTICIPATION, title, answer, snapshot, "baru: belum pernah melapor") | props(
        ids.body(PARTICIPATION), children=_participation(answer.value)
    )


def _row(row: TopReporter) -> Any:
    return cells(
        str(row.rank),
        [
            span(f"{row.rank}", "muted"),
            span(row.kelurahan or "tanpa kelurahan", "strong"),
            html.Span(_trend(row.recent), className="trend"),
            number(formats.number(row.reports)),
        ],
    )


def _trend(counts: tuple[int, ...]) -> str:
    """Twelve small bars of text: they need no picture and scale with the letters."""
    top = max(counts, default=0)
    if not top:
        return BARS[0] * len(counts)
    return "".join(BARS[round(count / top * (len(BARS) - 1))] for count in counts)


def _participation(months: tuple[Participation, ...]) -> list[Any]:
    head = cells("head", ["bulan", "laporan", "pelapor", "baru"], "head")
    return [head] + [
        cells(
            month.month.isoformat(),
            [
                span(formats.month_label(month.month, month.complete)),
                number(formats.number(month.reports)),
                number(formats.number(month.reporters)),
                number(formats.number(month.new_reporters)),
            ],
        )
        for month in reversed(months[-18:])
    ]
