"""The pages of places: all kelurahan on the map, and one kecamatan or kelurahan in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.review import address, figures, words
from layouts.review.agency import (
    bands_table,
    feedback_card,
    groups_card,
    home,
    months_card,
    on_time_card,
    times_card,
)
from layouts.review.desk import Desk
from layouts.review.overview import backlog_tiles, groups_table, ninety, places_table, whole_queue
from layouts.review.parts import (
    Card,
    as_table,
    card,
    explained,
    figure,
    nothing,
    span,
    tile,
    tiles,
)
from layouts.review.reporters import per_10_000, use_card
from layouts.review.shell import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.boundaries import Boundaries
    from data_access.records import Incidents, KelurahanOpen
    from data_access.review_records import GroupRow, PlaceReview


def places_sheet(
    desk: Desk,
    places: Sequence[KelurahanOpen],
    incidents: Sequence[Incidents],
    kecamatan: Sequence[GroupRow],
    boundaries: Boundaries,
) -> Sheet:
    """The map, the kecamatan and all kelurahan."""
    note = [
        span(desk.t("ada yang lewat tenggat"), "key act dot"),
        span(desk.t("terbuka"), "key ages-1 dot"),
    ]
    title = desk.t("Laporan terbuka di peta")
    if boundaries.indicative:
        note.append(span(desk.t("batas indikatif"), "end"))
    head = Card("map", title, words.MAP, note, 12, "map", picture=True)
    marks = () if desk.rights.suppress_small else incidents
    drawing = figures.map_figure(desk, marks, places, boundaries)
    words_ = desk.t("Kelurahan, yang lewat tenggat dulu")
    listed = Card("kelurahan", words_, words.MAP, width=5, export="map")
    above = Card("kecamatan", desk.t("Kecamatan"), words.GROUPS, width=12, export="by-kecamatan")
    return Sheet(
        title=desk.t("Tempat"),
        lead=desk.t("Lima kecamatan, {n} kelurahan.", n=desk.number(len(places))),
        trail=(home(desk),),
        body=(
            html.Div(
                [
                    card(desk, head, figure("map", drawing, title, 620)),
                    card(
                        desk, above, groups_table(desk, kecamatan, "kecamatan", desk.t("kecamatan"))
                    ),
                ],
                className="column span-7",
            ),
            card(desk, listed, places_table(desk, places)),
        ),
    )


def place_sheet(desk: Desk, found: PlaceReview) -> Sheet:
    """One place: figures, ages, times, categories, agencies, use, feedback."""
    code = found.area.code
    door: dict[str, Any] = {found.level: code}
    trail = [home(desk), (desk.t("Tempat"), desk.door(address.PLACE))]
    if found.area.parent and found.level == "kelurahan":
        parent = found.area.parent
        trail.append((desk.place_name(parent), desk.door(address.PLACE, parent)))
    body: list[Component] = [
        _key_figures(desk, found, door),
        _bands(desk, found, door),
        months_card(desk, found.months, address.QUEUE, **door),
        groups_card(desk, "categories", found.categories, "category", **door),
        groups_card(desk, "agencies", found.agencies, "agency", **door),
        on_time_card(desk, found.months, address.QUEUE, **door),
        times_card(desk, found.answer, found.finish),
        use_card(desk, found.participation, found.trend, **door),
        feedback_card(desk, found.feedback, **door),
    ]
    if found.kelurahan:
        body.insert(3, groups_card(desk, "kelurahan", found.kelurahan, "kelurahan", 12, **door))
    kind = desk.t("Kecamatan") if found.level == "kecamatan" else desk.t("Kelurahan")
    return Sheet(
        title=found.area.name,
        lead=" · ".join([kind, *_facts(desk, found)]),
        trail=tuple(trail),
        body=tuple(body),
    )


def _facts(desk: Desk, found: PlaceReview) -> list[str]:
    facts = []
    if found.population:
        facts.append(desk.t("{n} jiwa", n=desk.number(found.population)))
    if found.area.area_km2:
        facts.append(f"{desk.number(found.area.area_km2, 1)} km²")
    return facts


def _key_figures(desk: Desk, found: PlaceReview, door: dict[str, Any]) -> Component:
    shown = found.figures
    share = shown.on_time.share
    return tiles(
        tile(
            explained(desk, desk.t("masuk"), words.RECEIVED),
            desk.count(shown.received),
            desk.door(address.QUEUE, **door),
            desk.t("{n} selesai", n=desk.count(shown.finished)),
        ),
        *backlog_tiles(
            desk,
            explained(desk, desk.t("belum selesai"), words.OPEN),
            shown.open,
            shown.overdue,
            **door,
        ),
        tile(
            explained(desk, desk.t("tepat waktu"), words.ON_TIME),
            desk.percent(share) if share.n >= 10 else desk.t("belum cukup data"),
            None,
            desk.t("{hits} dari {n}", hits=desk.count(share.hits), n=desk.count(share.n)),
            "" if share.n >= 10 else "small",
        ),
        tile(
            explained(desk, desk.t("waktu jawab, median"), words.TIMES),
            desk.typical(shown.answer),
            None,
            ninety(desk, shown.answer),
        ),
        tile(
            explained(desk, desk.t("laporan per 10.000 jiwa, setahun"), words.PER_PEOPLE),
            per_10_000(desk, desk.drawn(found.trend.last_12), found.population),
            None,
            desk.t("12 bulan terakhir: {n}", n=desk.count(found.trend.last_12)),
        ),
    )


def _bands(desk: Desk, found: PlaceReview, door: dict[str, Any]) -> Component:
    head = Card(
        "bands",
        desk.t("Laporan terbuka menurut umur"),
        words.BACKLOG,
        export="bands",
        picture=True,
    )
    if not any(found.bands.values()):
        return card(desk, head, nothing(desk.t("Tidak ada laporan terbuka di sini.")))
    drawing = figures.bands_figure(desk, found.bands, {}, **door)
    return card(
        desk,
        head,
        figure("bands", drawing, desk.t("Laporan terbuka menurut umur"), 220),
        as_table(desk, bands_table(desk, found.bands, {}, **door)),
        *whole_queue(desk, **door),
    )
