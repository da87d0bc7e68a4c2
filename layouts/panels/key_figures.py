"""The five numbers at the top of the wall."""

from __future__ import annotations

from datetime import timedelta
from math import exp
from typing import TYPE_CHECKING, Any

from dash import html

from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, heading, number, props, span

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from data_access.records import KeyFigures
    from data_access.snapshot import Snapshot

PANEL = "key-figures"
UNUSUAL = 0.01
"""A silence is unusual where its probability, at the usual pace, is below one in a hundred."""

SHORT = 1000
"""From here on a number takes the room of what is said beside it."""


def draw(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """Today, open, overdue, on time, answered in."""
    value = snapshot.key_figures.value
    found = _unknown() if value is None else _known(value, snapshot)
    return heading(PANEL, [], snapshot.key_figures, snapshot, _left_out(value)) | props(
        ids.body(PANEL), children=found
    )


def _left_out(value: KeyFigures | None) -> Any:
    if value is None or not value.unreadable:
        return ""
    return span(f"{formats.number(value.unreadable)} baris tak terbaca", "warn")


def _known(value: KeyFigures, snapshot: Snapshot) -> list[Component]:
    on_time = value.on_time.share
    return [
        _cell("masuk hari ini", number(formats.number(value.today)), _latest(value, snapshot)),
        _cell(
            "belum selesai",
            number(formats.number(value.open)),
            f"{formats.number(value.open - value.overdue)} dijawab atau belum 24 jam",
        ),
        _cell(
            "lewat 24 jam",
            number(formats.number(value.overdue), "act" if value.overdue else ""),
            "tanpa jawaban, tanpa tindakan" if value.overdue else "semua dijawab pada waktunya",
        ),
        _cell(
            "tepat waktu, 30 hari",
            number(formats.percent(on_time)),
            f"{formats.number(on_time.hits)} dari {formats.number(on_time.n)} yang jatuh tempo",
        ),
        _cell(
            "waktu jawab, median",
            _duration(value.answer.median),
            f"90 % {_reached(value.answer.p90)} · n = {formats.number(value.answer.n)}",
        ),
    ]


def _unknown() -> list[Component]:
    labels = (
        "masuk hari ini",
        "belum selesai",
        "lewat 24 jam",
        "tepat waktu, 30 hari",
        "waktu jawab, median",
    )
    return [_cell(label, number(formats.NOTHING), "belum dapat dibaca") for label in labels]


def _cell(label: str, value: Any, detail: Any) -> Component:
    return html.Div(
        [
            html.Div(label, className="label"),
            html.Div(value, className="value"),
            html.Div(detail, className="detail"),
        ],
        key=label,
        className="cell",
    )


def _latest(value: KeyFigures, snapshot: Snapshot) -> Any:
    if value.last_report_at is None:
        return "belum ada laporan"
    at = formats.when(value.last_report_at, snapshot.as_of)
    if exp(-value.expected_since_last) < UNUSUAL:
        return span(f"Laporan terakhir {at}: sunyi tidak biasa", "warn")
    yesterday = f"kemarin jam ini {formats.number(value.yesterday_by_now)}"
    return f"terakhir {at} · {yesterday}" if value.yesterday_by_now < SHORT else yesterday


def _duration(median: timedelta | None) -> list[Component]:
    if median is None:
        return [number("belum tercapai", "small")]
    parts = formats.duration(median).replace("\u00a0", " ").split(" ")
    return [
        span(part, "unit", key=str(n)) if n % 2 else number(part) for n, part in enumerate(parts)
    ]


def _reached(p90: timedelta | None) -> str:
    return "belum tercapai" if p90 is None else f"dalam {formats.duration(p90)}"
