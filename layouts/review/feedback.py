"""Feedback: the agencies' claims against the citizens' answers, and how many answer at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from data_access.records import Said
from layouts.review import address, words
from layouts.review.agency import feedback_card, home, said_door
from layouts.review.desk import Desk
from layouts.review.parts import Card, Column, card, link, measure, nothing, span, table
from layouts.review.shell import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.review_records import FeedbackReview, FeedbackRow


def feedback_sheet(desk: Desk, found: FeedbackReview) -> Sheet:
    """The city, the agencies, the categories."""
    city = found.city
    lead = (
        desk.t(
            "{n} umpan balik; {m} laporan “selesai” dibantah warga.",
            n=desk.count(city.satisfied.n),
            m=desk.count(city.contradicted.hits),
        )
        if city.satisfied.n
        else desk.t("Belum ada umpan balik untuk saringan ini.")
    )
    return Sheet(
        title=desk.t("Umpan balik"),
        lead=lead,
        trail=(home(desk),),
        body=(
            html.Div(
                [
                    feedback_card(desk, city, 12),
                    _table(
                        desk,
                        "categories",
                        desk.t("Menurut kategori"),
                        found.categories,
                        "category",
                        12,
                    ),
                ],
                className="column span-6",
            ),
            _table(desk, "agencies", desk.t("Menurut SKPD"), found.agencies, "agency", 6),
        ),
    )


def _table(
    desk: Desk, name: str, title: str, rows: Sequence[FeedbackRow], parameter: str, width: int
) -> Component:
    head = Card(
        f"feedback-{name}", title, words.SATISFACTION, width=width, export=f"feedback-{name}"
    )
    some = [row for row in rows if row.coverage.n or row.satisfied.n]
    if not some:
        return card(desk, head, nothing(desk.t("Belum ada umpan balik untuk saringan ini.")))
    columns = [
        Column(desk.t("instansi") if parameter == "agency" else desk.t("kategori"), number=False),
        Column(desk.t("puas")),
        Column("", number=False, tone="bar"),
        Column(desk.t("selang 95 %"), tone="wide-only"),
        Column("n"),
        Column(desk.t("cakupan")),
        Column(desk.t("dibantah")),
        Column(desk.t("dari")),
    ]
    ranked = sorted(some, key=lambda row: (-row.contradicted.hits, row.name))
    return card(desk, head, table(columns, [_row(desk, row, parameter) for row in ranked], title))


def _row(desk: Desk, row: FeedbackRow, parameter: str) -> list[Any]:
    enough = row.satisfied.n >= 10
    name: Any = row.name
    if parameter == "agency":
        name = link(row.name, desk.door(address.AGENCY, row.name))
    mine = {parameter: row.name}
    return [
        name,
        desk.percent(row.satisfied) if enough else span(desk.t("belum cukup data"), "muted"),
        measure(desk.part(row.satisfied) if enough else None, "finished"),
        desk.interval(row.interval, row.satisfied) if enough else "",
        link(desk.count(row.satisfied.n), said_door(desk, Said.ANYTHING, **mine)),
        desk.percent(row.coverage),
        link(desk.count(row.contradicted.hits), said_door(desk, Said.DISPUTED, **mine)),
        link(desk.count(row.contradicted.n), said_door(desk, Said.ANYTHING, status="done", **mine)),
    ]
