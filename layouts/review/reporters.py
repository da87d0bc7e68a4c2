"""Participation: is use falling, where, since when; and who reports most, without names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from layouts.review import address, figures, words
from layouts.review.agency import home, reports_table
from layouts.review.desk import NOTHING, Desk
from layouts.review.parts import (
    Card,
    Column,
    as_table,
    card,
    figure,
    link,
    nothing,
    span,
    spark,
    table,
)
from layouts.review.shell import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dash.development.base_component import Component

    from data_access.records import Participation, TopReporter
    from data_access.review_records import KelurahanUse, Page, ReportRow, Trend

QUARTERS = 12


def reporters_sheet(
    desk: Desk,
    months: Sequence[Participation],
    places: Sequence[KelurahanUse],
    top: Sequence[TopReporter],
) -> Sheet:
    """The city's use by month, each kelurahan's trend, and the most active reporters."""
    falling = [row for row in places if row.trend.falling]
    lead = (
        desk.t("Pemakaian turun di {n} kelurahan.", n=desk.number(len(falling)))
        if falling
        else desk.t("Di tidak satu pun kelurahan pemakaian turun.")
    )
    return Sheet(
        title=desk.t("Pelapor dan partisipasi"),
        lead=lead,
        trail=(home(desk),),
        body=(
            use_card(desk, months, None, 8),
            _top(desk, top),
            _places(desk, places),
        ),
    )


def use_card(
    desk: Desk,
    months: Sequence[Participation],
    trend: Trend | None,
    width: int = 6,
    **door: Any,
) -> Component:
    """Reports, reporters and new reporters by month."""
    now = months[-1] if months else None
    title = (
        desk.t(
            "{month}: {n} warga melapor", month=desk.month(now.month), n=desk.count(now.reporters)
        )
        if now
        else desk.t("Belum ada pelapor")
    )
    note: list[Any] = [
        span(desk.t("laporan"), "key received"),
        span(desk.t("pelapor"), "key finished"),
        span(desk.t("pelapor baru"), "key dotted"),
    ]
    if trend is not None:
        note.append(_trend_words(desk, trend))
    head = Card("use", title, words.PARTICIPATION, note, width, "use", picture=True)
    if not months:
        return card(desk, head, nothing(desk.t("Belum ada laporan.")))
    drawing = figures.use_figure(desk, months)
    return card(
        desk,
        head,
        figure("use", drawing, desk.t("Partisipasi per bulan"), 300 if width == 8 else 220),
        as_table(desk, _months_table(desk, months, **door)),
    )


def _trend_words(desk: Desk, trend: Trend) -> Component:
    if trend.falling and trend.since:
        text = desk.t("turun sejak {month}", month=desk.month(trend.since))
        return span(text, "warn")
    return span(desk.t("turun"), "warn") if trend.falling else span(desk.t("tidak turun"), "muted")


def _months_table(desk: Desk, months: Sequence[Participation], **door: Any) -> Component:
    columns = [
        Column(desk.t("bulan"), number=False),
        Column(desk.t("laporan")),
        Column(desk.t("pelapor")),
        Column(desk.t("pelapor baru")),
    ]
    rows = [
        [
            desk.month(row.month) + ("" if row.complete else " …"),
            link(desk.count(row.reports), desk.month_door(address.QUEUE, row.month, **door)),
            desk.count(row.reporters),
            desk.count(row.new_reporters),
        ]
        for row in reversed(months)
    ]
    return table(columns, rows, desk.t("Partisipasi per bulan"))


def _top(desk: Desk, top: Sequence[TopReporter]) -> Component:
    head = Card(
        "reporters", desk.t("Pelapor teraktif"), words.REPORTERS, width=4, export="reporters"
    )
    if not top or desk.rights.suppress_small:
        return card(
            desk,
            head,
            nothing(
                desk.t("Tidak ditampilkan untuk peran Anda.")
                if top
                else desk.t("Belum ada pelapor.")
            ),
        )
    columns = [
        Column("#", number=False),
        Column(desk.t("kelurahan"), number=False),
        Column(desk.t("12 bulan"), number=False),
        Column(desk.t("laporan")),
    ]
    codes = {name: code for code, name in desk.places}
    rows = [
        [
            desk.number(row.rank),
            link(row.kelurahan, desk.door(address.PLACE, codes[row.kelurahan]))
            if row.kelurahan in codes
            else row.kelurahan or desk.t("tanpa kelurahan"),
            spark(row.recent),
            _reports_of(desk, row),
        ]
        for row in top
    ]
    return card(desk, head, table(columns, rows, desk.t("Pelapor teraktif")))


def _reports_of(desk: Desk, row: TopReporter) -> Any:
    """How many, and the door to them: they stay the reports of somebody unknown."""
    href = desk.door(address.REPORTERS, str(row.rank)) if desk.rights.see_reports else ""
    return link(desk.count(row.reports), href)


def is_rank(subject: str) -> bool:
    """Whether a page's subject is a place in the ranking, and not a report's number."""
    return re.fullmatch(r"[1-9]\d?", subject, re.ASCII) is not None


def reporter_sheet(desk: Desk, found: Page[ReportRow]) -> Sheet:
    """The reports of one citizen, who stays unknown."""
    subject = desk.address.subject or ""
    title = (
        desk.t("Pelapor peringkat {n}", n=subject)
        if is_rank(subject)
        else desk.t("Pelapor dari {ticket}", ticket=subject)
    )
    head = Card(
        "reports",
        desk.t("{n} laporan", n=desk.number(found.total)),
        words.REPORTERS,
        desk.t("{n} terbaru", n=desk.number(len(found.rows))),
        12,
        "of-reporter" if desk.rights.export_rows else "",
    )
    return Sheet(
        title=title,
        lead=desk.t("Siapa orangnya tidak ditampilkan."),
        trail=(home(desk), (desk.t("Pelapor"), desk.door(address.REPORTERS))),
        body=(card(desk, head, reports_table(desk, found.rows)),),
    )


def _places(desk: Desk, places: Sequence[KelurahanUse]) -> Component:
    falling = [row for row in places if row.trend.falling]
    names = ", ".join(row.name for row in falling[:3])
    title = (
        desk.t("Turun: {names}", names=names) + (" …" if len(falling) > 3 else "")
        if falling
        else desk.t("Partisipasi menurut kelurahan")
    )
    head = Card("participation", title, words.PARTICIPATION, width=12, export="participation")
    if not places:
        return card(desk, head, nothing(desk.t("Belum ada laporan.")))
    known = any(row.population for row in places)
    columns = [
        Column(desk.t("kelurahan"), number=False),
        Column(desk.t("kecamatan"), number=False),
        Column(desk.t("tiga tahun, per triwulan"), number=False),
        Column(desk.t("12 bulan")),
        Column(desk.t("setahun sebelumnya")),
        Column(desk.t("perubahan")),
        *([Column(desk.t("per 10.000 jiwa"))] if known else []),
        Column(desk.t("arah"), number=False),
    ]
    ranked = sorted(places, key=lambda row: (not row.trend.falling, row.trend.change or 0.0))
    rows = [_place(desk, row, known) for row in ranked]
    return card(desk, head, table(columns, rows, desk.t("Partisipasi menurut kelurahan")))


def _place(desk: Desk, row: KelurahanUse, known: bool) -> list[Any]:
    now, before = desk.drawn(row.trend.last_12), desk.drawn(row.trend.before_12)
    quarters = _quarters([month.reports for month in row.months])
    complete = [month.month for month in row.months if month.complete]
    return [
        link(row.name, desk.door(address.PLACE, row.code)),
        row.kecamatan,
        NOTHING if desk.rights.suppress_small else spark(quarters),
        link(desk.count(row.trend.last_12), _year_door(desk, row, complete[-12:])),
        link(desk.count(row.trend.before_12), _year_door(desk, row, complete[-24:-12])),
        _signed(desk, now / before - 1) if now and before else NOTHING,
        *([per_10_000(desk, now, row.population)] if known else []),
        _trend_words(desk, row.trend),
    ]


def _year_door(desk: Desk, row: KelurahanUse, months: Sequence[date]) -> str:
    if not months:
        return ""
    return desk.month_door(address.QUEUE, months[0], months[-1], kelurahan=row.code)


def per_10_000(desk: Desk, reports: int, population: int | None) -> str:
    """A year's reports for each 10,000 people, where people are known."""
    return desk.number(reports / population * 10_000, 1) if reports and population else NOTHING


def _signed(desk: Desk, change: float) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{desk.number(abs(change) * 100)}\u00a0%"


def _quarters(counts: Sequence[int]) -> list[int]:
    """Sums of three months, oldest first."""
    start = len(counts) % 3
    return [sum(counts[n : n + 3]) for n in range(start, len(counts), 3)][-QUARTERS:]
