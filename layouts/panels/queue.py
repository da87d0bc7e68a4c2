"""The escalation queue: the oldest overdue, then those whose 24 hours end next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dash import html

from data_access.records import QueueState
from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, cells, heading, number, props, span, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data_access.records import QueueRow
    from data_access.snapshot import Snapshot

PANEL = "queue"
QUEUE_OVERVIEW = 10
QUEUE_DETAIL = 24
SOON = timedelta(hours=4)
"""With less time left, somebody must call the agency now."""


def draw(snapshot: Snapshot, canvas: Canvas) -> Drawing:
    """Two groups of rows; the page shows as many whole rows as there is room for."""
    answer = snapshot.queue
    if answer.value is None:
        return unknown(PANEL, answer, snapshot, "Antrean eskalasi")
    queue, now = answer.value, snapshot.as_of
    title = [
        number(formats.number(queue.overdue_total), "act" if queue.overdue_total else ""),
        " laporan lewat 24 jam",
    ]
    rows = QUEUE_DETAIL if canvas.detail else QUEUE_OVERVIEW
    groups = [
        _group("overdue", "tertua dulu", queue.overdue[:rows], now, canvas),
        _group(
            "in-time",
            f"{formats.number(queue.in_time_total)} masih dalam tenggat",
            queue.in_time[:rows],
            now,
            canvas,
        ),
    ]
    note = span("tertua dulu · instansi pertama → kedua → ketiga")
    return heading(PANEL, title, answer, snapshot, note) | props(ids.body(PANEL), children=groups)


def _group(name: str, label: str, rows: Sequence[QueueRow], now: datetime, canvas: Canvas) -> Any:
    shown = [_row(row, now, canvas) for row in rows]
    if not shown:
        shown = [cells("none", [span("tidak ada", "muted")])]
    head = [] if name == "overdue" else [html.Div(label, className="group-label", key="label")]
    return html.Div(
        [*head, html.Div(shown, className="rows", key="rows")], className=f"group {name}", key=name
    )


def _row(row: QueueRow, now: datetime, canvas: Canvas) -> Any:
    hops = [formats.short_agency(agency) for agency in row.agencies if agency]
    relay = " → ".join(hops) if hops else "belum diteruskan"
    parts = [
        _time(row, now),
        span(formats.short_category(row.category), "strong"),
        span(relay, "" if hops else "muted"),
    ]
    if canvas.detail:
        received = formats.when(row.received, now)
        parts += [
            span(row.kelurahan or formats.NOTHING),
            span(received, "muted"),
            span(row.ticket, "muted"),
        ]
    return cells(row.ticket, parts)


def _time(row: QueueRow, now: datetime) -> Any:
    if row.due is None:
        return span("tanpa tenggat", "muted")
    if row.state is QueueState.OVERDUE:
        return span(f"+{formats.duration(now - row.due)}", "time act")
    left = row.due - now
    return span(f"sisa {formats.countdown(left)}", "time warn" if left < SOON else "time")
