"""Announcements of the government, as a running text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layouts import ids
from layouts.drawing import Canvas, Drawing, props, span

if TYPE_CHECKING:
    from data_access.snapshot import Snapshot

PANEL = "announcements"


def draw(snapshot: Snapshot, _canvas: Canvas) -> Drawing:
    """Title and text of each, one after the other."""
    found = snapshot.announcements.value
    if found is None:
        return props(ids.body(PANEL), children=[span("Informasi belum dapat dibaca", "muted")])
    if not found:
        return props(ids.body(PANEL), children=[span("Tidak ada informasi saat ini", "muted")])
    return props(
        ids.body(PANEL),
        children=[
            part
            for n, item in enumerate(found)
            for part in (span(item.title, "strong", f"{n}t"), span(item.body, "", f"{n}b"))
        ],
    )
