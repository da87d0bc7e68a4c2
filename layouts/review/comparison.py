"""Agencies compared fairly: against the city's own share and what chance makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_access.metrics import funnel_limits
from layouts.review import address, figures, words
from layouts.review.agency import home
from layouts.review.desk import NOTHING, Desk
from layouts.review.parts import (
    Card,
    Column,
    card,
    figure,
    link,
    nothing,
    span,
    table,
)
from layouts.review.shell import Sheet
from layouts.review.strips import interval_strip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dash.development.base_component import Component

    from data_access.review_records import AgencyComparison, Standing

Pick = "Callable[[AgencyComparison], Standing]"


def comparison_sheet(desk: Desk, rows: Sequence[AgencyComparison]) -> Sheet:
    """Three funnels, and the table of all."""
    some = [row for row in rows if row.on_time.share.n or row.acted.share.n]
    return Sheet(
        title=desk.t("Perbandingan SKPD"),
        lead=desk.t("Terhadap bagian kota sendiri dan batas kebetulan; bukan urutan peringkat."),
        trail=(home(desk),),
        body=(
            _funnel(desk, some, "on-time", desk.t("tepat waktu"), lambda row: row.on_time, 12),
            _table(desk, some),
            _funnel(desk, some, "acted", desk.t("ditindaklanjuti"), lambda row: row.acted, 6),
            _funnel(desk, some, "satisfied", desk.t("warga puas"), lambda row: row.satisfied, 6),
        ),
    )


def _funnel(
    desk: Desk,
    rows: Sequence[AgencyComparison],
    name: str,
    label: str,
    pick: Callable[[AgencyComparison], Standing],
    width: int,
) -> Component:
    known = [pick(row) for row in rows if pick(row).enough]
    far = [standing for standing in known if standing.position.value in {"below", "far_below"}]
    title = (
        desk.t("{label}: {n} SKPD di bawah kota", label=_capital(label), n=desk.number(len(far)))
        if far
        else desk.t("{label}: tidak ada SKPD di bawah kota", label=_capital(label))
    )
    note = [
        span(desk.t("seperti kota atau di atas"), "key finished dot"),
        span(desk.t("di bawah 95 %"), "key warn dot"),
        span(desk.t("di bawah 99,8 %"), "key act dot"),
        span(desk.t("garis: kota; batas 95 % dan 99,8 %"), "end"),
    ]
    head = Card(name, title, words.FUNNEL, note, width, f"funnel-{name}", picture=True)
    if not known:
        return card(desk, head, nothing(desk.t("Belum cukup data untuk membandingkan.")))
    limits = _limits(known[0])
    drawing = figures.funnel_figure(desk, rows, pick, limits)
    return card(desk, head, figure(name, drawing, title, 360 if width == 12 else 300))


def _limits(standing: Standing) -> Callable[[int, float], tuple[float, float] | None]:
    return lambda n, level: funnel_limits(standing.expected, n, level)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table(desk: Desk, rows: Sequence[AgencyComparison]) -> Component:
    head = Card(
        "comparison",
        desk.t("Semua SKPD, menurut abjad"),
        words.ON_TIME,
        desk.t("titik: bagian; garis: selang 95 %; garis tegak: kota"),
        12,
        "comparison",
    )
    if not rows:
        return card(desk, head, nothing(desk.t("Belum ada laporan dalam periode ini.")))
    columns = [
        Column(desk.t("instansi"), number=False),
        Column(desk.t("tepat waktu")),
        Column("n"),
        Column("", number=False, tone="strip"),
        Column(desk.t("terhadap kota"), number=False),
        Column(desk.t("ditindaklanjuti")),
        Column("n"),
        Column(desk.t("warga puas")),
        Column("n"),
    ]
    return card(
        desk,
        head,
        table(columns, [_row(desk, row) for row in rows], desk.t("Perbandingan SKPD")),
    )


def _row(desk: Desk, row: AgencyComparison) -> list[object]:
    return [
        link(row.agency, desk.door(address.AGENCY, row.agency), title=row.name),
        *_share(desk, row.on_time),
        interval_strip(desk, row.on_time) if row.on_time.enough else "",
        _verdict(desk, row.on_time),
        *_share(desk, row.acted),
        *_share(desk, row.satisfied),
    ]


def _share(desk: Desk, standing: Standing) -> list[object]:
    n = desk.count(standing.share.n)
    return [desk.percent(standing.share) if standing.enough else NOTHING, n]


def _verdict(desk: Desk, standing: Standing) -> Component:
    tones = {"far_below": "act strong", "below": "warn", "too_few": "muted"}
    words_ = desk.t(words.POSITIONS[standing.position])
    return span(words_, tones.get(standing.position.value, ""))
