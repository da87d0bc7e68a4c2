"""The pages of agencies: all of them by backlog, and one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from data_access.records import AGENCY_WINDOW, AgeBand, Said, Status
from layouts.review import address, figures, words
from layouts.review.desk import NOTHING, OPEN, Desk
from layouts.review.overview import (
    backlog_table,
    backlog_tiles,
    groups_table,
    late_link,
    ninety,
    whole_queue,
)
from layouts.review.parts import (
    Card,
    Column,
    as_table,
    card,
    explained,
    figure,
    link,
    measure,
    nothing,
    span,
    table,
    tile,
    tiles,
)
from layouts.review.shell import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.records import AgencyBacklog, Survival
    from data_access.review_records import (
        AgencyReview,
        Curve,
        FeedbackRow,
        GroupRow,
        MonthRow,
        Relay,
        ReportRow,
        Standing,
    )

DAY_LIMIT_S = 86_400.0
AGENCY_DAYS = str(AGENCY_WINDOW.days)


def agencies_sheet(desk: Desk, rows: Sequence[AgencyBacklog]) -> Sheet:
    """All agencies, most overdue first."""
    holding = [row for row in rows if row.open]
    body: list[Any] = []
    if holding:
        drawing = figures.backlog_figure(desk, holding)
        shown = figure(
            "backlog", drawing, desk.t("Laporan terbuka per SKPD"), 26 * len(holding) + 12
        )
        note = [span(desk.t("lewat tenggat"), "key act"), *band_keys(desk)]
        head = Card(
            "backlog",
            desk.t("Laporan terbuka menurut umur"),
            words.BACKLOG,
            note,
            7,
            "backlog",
            picture=True,
        )
        body.append(card(desk, head, shown))
    whole = Card("agencies", desk.t("Semua SKPD"), words.ON_TIME, width=5, export="backlog")
    listed = backlog_table(desk, rows) if rows else nothing(desk.t("Belum ada laporan."))
    body.append(card(desk, whole, listed))
    late = sum(1 for row in rows if row.overdue)
    return Sheet(
        title=desk.t("SKPD"),
        lead=desk.t("{n} SKPD memegang laporan yang lewat tenggat.", n=desk.number(late)),
        trail=(home(desk),),
        body=tuple(body),
    )


def home(desk: Desk) -> tuple[str, str]:
    """The trail's first step."""
    return desk.t("Ringkasan"), desk.door(address.OVERVIEW)


def band_keys(desk: Desk) -> list[Component]:
    """The colours of the age bands in words."""
    return [span(desk.t(words.BANDS[band]), f"key ages-{n}") for n, band in enumerate(AgeBand)]


def agency_sheet(desk: Desk, found: AgencyReview) -> Sheet:
    """One agency: volume, backlog, shares, times, categories, places, relay, feedback, oldest."""
    return Sheet(
        title=found.agency,
        lead=found.name,
        trail=(home(desk), (desk.t("SKPD"), desk.door(address.AGENCY))),
        body=(
            _key_figures(desk, found),
            _bands(desk, found),
            _oldest(desk, found),
            months_card(desk, found.months, address.QUEUE, agency=found.agency),
            on_time_card(desk, found.months, address.QUEUE, agency=found.agency),
            times_card(desk, found.answer, found.finish, 320),
            html.Div(
                [
                    _relay(desk, found.relay, agency=found.agency),
                    feedback_card(desk, found.feedback, 12, agency=found.agency),
                ],
                className="column span-6",
            ),
            groups_card(desk, "categories", found.categories, "category", agency=found.agency),
            groups_card(desk, "places", found.places, "kelurahan", agency=found.agency),
        ),
    )


def _key_figures(desk: Desk, found: AgencyReview) -> Component:
    backlog = found.backlog
    mine = {"holder": found.agency, "agency": None}
    return tiles(
        *backlog_tiles(
            desk,
            explained(desk, desk.t("di tangan, belum selesai"), words.IN_HAND),
            backlog.open,
            backlog.overdue,
            **mine,
        ),
        standing_tile(desk, explained(desk, desk.t("tepat waktu"), words.ON_TIME), found.on_time),
        standing_tile(desk, explained(desk, desk.t("ditindaklanjuti"), words.ACTED), found.acted),
        tile(
            explained(desk, desk.t("waktu jawab, median"), words.TIMES),
            desk.typical(found.answer.survival),
            None,
            ninety(desk, found.answer.survival),
        ),
        tile(
            explained(desk, desk.t("waktu selesai, median"), words.TIMES),
            desk.typical(found.finish.survival),
            None,
            ninety(desk, found.finish.survival),
        ),
    )


def standing_tile(desk: Desk, label: Any, standing: Standing) -> Component:
    """A share with its interval, beside the city's own."""
    if not standing.enough:
        detail = desk.t("n = {n}", n=desk.count(standing.share.n))
        return tile(label, desk.t("belum cukup data"), None, detail, "small")
    detail = desk.t(
        "{low_high} · n = {n} · kota {city}",
        low_high=desk.interval(standing.interval, standing.share),
        n=desk.count(standing.share.n),
        city=desk.percent(standing.expected),
    )
    return tile(label, desk.percent(standing.share), desk.door(address.COMPARISON), detail)


def _bands(desk: Desk, found: AgencyReview) -> Component:
    mine = {"holder": found.agency, "agency": None}
    backlog = found.backlog
    oldest = next((b for b in reversed(AgeBand) if backlog.bands.get(b)), None)
    title = (
        desk.t("Tunggakan tertua: {band}", band=desk.t(words.BANDS[oldest]))
        if oldest
        else desk.t("Tidak ada tunggakan")
    )
    head = Card("bands", title, words.BACKLOG, width=4, export="bands", picture=True)
    if not oldest:
        return card(desk, head, nothing(desk.t("Tidak ada laporan terbuka di tangan SKPD ini.")))
    drawing = figures.bands_figure(desk, backlog.bands, backlog.overdue_bands, **mine)
    return card(
        desk,
        head,
        figure("bands", drawing, desk.t("Laporan terbuka menurut umur"), 210),
        as_table(desk, bands_table(desk, backlog.bands, backlog.overdue_bands, **mine)),
    )


def bands_table(
    desk: Desk, bands: dict[AgeBand, int], overdue: dict[AgeBand, int], **door: Any
) -> Component:
    """Open reports by age, with doors."""
    columns = [
        Column(desk.t("umur"), number=False),
        Column(desk.t("terbuka")),
        Column(desk.t("lewat")),
    ]
    rows = [
        [
            desk.t(words.BANDS[band]),
            link(
                desk.count(bands[band]),
                desk.door(address.QUEUE, band=band.value, status=OPEN, **door),
            ),
            late_link(desk, overdue.get(band, 0), band=band.value, **door),
        ]
        for band in AgeBand
    ]
    return table(columns, rows, desk.t("Laporan terbuka menurut umur"))


def _oldest(desk: Desk, found: AgencyReview) -> Component:
    head = Card(
        "oldest",
        desk.t("Terbuka paling lama"),
        words.OLDEST,
        width=8,
        export="queue" if desk.rights.export_rows else "",
        door={"holder": found.agency, "agency": None, "overdue": None},
    )
    if not desk.rights.see_reports:
        return card(desk, head, nothing(desk.t("Hanya jumlah yang ditampilkan untuk peran Anda.")))
    if not found.oldest:
        return card(desk, head, nothing(desk.t("Tidak ada laporan terbuka di tangan SKPD ini.")))
    more = whole_queue(desk, holder=found.agency, agency=None)
    return card(desk, head, reports_table(desk, found.oldest[:6], holder=found.agency), *more)


def ticket_link(desk: Desk, ticket: str, **door: Any) -> Component:
    """A report's number, which opens it."""
    return link(ticket, desk.door(address.REPORT, ticket, **door), "ticket")


def reports_table(desk: Desk, rows: Sequence[ReportRow], **door: Any) -> Component:
    """Some reports, each a door."""
    columns = [
        Column(desk.t("tiket"), number=False),
        Column(desk.t("judul"), number=False, tone="text"),
        Column(desk.t("kelurahan"), number=False),
        Column(desk.t("status"), number=False),
        Column(desk.t("umur")),
    ]
    shown = [
        [
            ticket_link(desk, row.ticket, **door),
            row.title or span(desk.t("rahasia"), "muted"),
            row.kelurahan or NOTHING,
            span(desk.t("lewat tenggat"), "act strong")
            if row.overdue
            else desk.t(words.STATUSES[row.status]),
            desk.duration(row.age),
        ]
        for row in rows
    ]
    return table(columns, shown, desk.t("Laporan"))


# -- cards that places share ----------------------------------------------------------------------


def months_card(desk: Desk, months: Sequence[MonthRow], page: str, **door: Any) -> Component:
    """Volume by month."""
    volume = [row.volume for row in months]
    note = [
        span(desk.t("masuk"), "key received"),
        span(desk.t("selesai"), "key finished"),
        desk.t("bulan berjalan diarsir"),
    ]
    head = Card(
        "volume",
        desk.t("Laporan per bulan"),
        words.VOLUME,
        note,
        export="months",
        picture=True,
        door=door,
    )
    drawing = figures.volume_figure(desk, volume, page, **door)
    return card(
        desk,
        head,
        figure("volume", drawing, desk.t("Laporan per bulan"), 220),
        as_table(desk, month_rows_table(desk, months, **door)),
    )


def on_time_card(desk: Desk, months: Sequence[MonthRow], page: str, **door: Any) -> Component:
    """The on-time share by month of receipt."""
    head = Card(
        "on-time",
        desk.t("Tepat waktu menurut bulan masuk"),
        words.ON_TIME,
        desk.t("lingkaran kosong: belum semua jatuh tempo"),
        export="months",
        picture=True,
        door=door,
    )
    if not any(row.on_time.share.n for row in months):
        return card(desk, head, nothing(desk.t("Belum ada laporan yang jatuh tempo.")))
    drawing = figures.on_time_figure(desk, months, page, **door)
    return card(desk, head, figure("on-time", drawing, desk.t("Tepat waktu per bulan"), 220))


def month_rows_table(desk: Desk, months: Sequence[MonthRow], **door: Any) -> Component:
    """Months, newest first, with the share met."""
    columns = [
        Column(desk.t("bulan"), number=False),
        Column(desk.t("masuk")),
        Column(desk.t("selesai")),
        Column(desk.t("tepat waktu")),
        Column("n"),
        Column(desk.t("ditindaklanjuti")),
    ]
    rows = [
        [
            desk.month(row.volume.month) + ("" if row.volume.complete else " …"),
            link(
                desk.count(row.volume.received),
                desk.month_door(address.QUEUE, row.volume.month, **door),
            ),
            desk.count(row.volume.finished),
            desk.percent(row.on_time.share),
            desk.count(row.on_time.share.n),
            desk.percent(row.acted),
        ]
        for row in reversed(months)
    ]
    return table(columns, rows, desk.t("Laporan per bulan"))


def times_card(desk: Desk, answer: Curve, finish: Curve, height: int = 230) -> Component:
    """Waiting times with the open ones censored."""
    title = desk.t("Separuh dijawab dalam {time}", time=desk.typical(answer.survival))
    note = [
        span(desk.t("menunggu jawaban"), "key received line"),
        span(desk.t("menunggu selesai"), "key finished"),
    ]
    head = Card("times", title, words.TIMES, note, export="times", picture=True)
    if not answer.survival.n:
        return card(desk, head, nothing(desk.t("Belum ada laporan dalam periode ini.")))
    curves = [(desk.t("jawaban"), answer), (desk.t("selesai"), finish)]
    drawing = figures.curve_figure(desk, curves, DAY_LIMIT_S)
    return card(
        desk,
        head,
        figure("times", drawing, desk.t("Bagian laporan yang masih menunggu"), height),
        as_table(desk, _times_table(desk, curves)),
    )


def _times_table(desk: Desk, curves: Sequence[tuple[str, Curve]]) -> Component:
    columns = [
        Column(desk.t("waktu"), number=False),
        Column(desk.t("median")),
        Column(desk.t("90 %")),
        Column("n"),
        Column(desk.t("tersensor")),
    ]
    rows = [
        [
            name,
            desk.typical(curve.survival),
            ninth(desk, curve.survival),
            desk.count(curve.survival.n),
            desk.count(curve.survival.n - curve.survival.events),
        ]
        for name, curve in curves
    ]
    return table(columns, rows, desk.t("Waktu jawab dan waktu selesai"))


def ninth(desk: Desk, survival: Survival) -> str:
    """The 90th percentile of a waiting time; a dash where it may not be told."""
    return desk.duration(survival.p90) if desk.drawn(survival.n) else NOTHING


def _relay(desk: Desk, relay: Relay, **door: Any) -> Component:
    head = Card("relay", desk.t("Estafet eskalasi"), words.RELAY, width=12, export="relay")
    if not relay.levels:
        return card(desk, head, nothing(desk.t("Belum ada laporan yang diteruskan.")))
    return card(desk, head, relay_table(desk, relay, **door))


def relay_table(desk: Desk, relay: Relay, **door: Any) -> Component:
    """How long each level holds a report."""
    columns = [
        Column(desk.t("sebagai instansi"), number=False),
        Column(desk.t("laporan")),
        Column(desk.t("dikembalikan")),
        Column(desk.t("dipegang, median")),
        Column(desk.t("90 %")),
        Column(desk.t("menjawab, median")),
    ]
    lately = {} if desk.filters.since else {"received": AGENCY_DAYS}
    rows = [
        [
            desk.t(words.HOPS.get(str(level.level), str(level.level))),
            link(
                desk.count(level.hops),
                desk.door(address.QUEUE, hop=level.level, **lately, **door),
            ),
            desk.percent(level.returned),
            desk.typical(level.held),
            ninth(desk, level.held),
            desk.typical(level.answer),
        ]
        for level in relay.levels
    ]
    return table(columns, rows, desk.t("Estafet eskalasi"))


GROUP_TITLES = {
    "category": (words.n_("Kategori"), words.n_("kategori")),
    "kelurahan": (words.n_("Kelurahan"), words.n_("kelurahan")),
    "agency": (words.n_("SKPD"), words.n_("instansi")),
}
"""Title of a group's card, and what one of them is called."""

MOST_GROUPS = 12


def groups_card(
    desk: Desk, name: str, rows: Sequence[GroupRow], parameter: str, width: int = 6, **door: Any
) -> Component:
    """Reports by category, place or agency."""
    title, label = (desk.t(text) for text in GROUP_TITLES[parameter])
    some = [row for row in rows if row.received or row.open]
    note = []
    if not desk.filters.since:
        note.append(desk.t("masuk: sepanjang waktu; tepat waktu: 90 hari terakhir"))
    if len(some) > MOST_GROUPS:
        note.append(
            desk.t("{n} terbanyak dari {m}", n=desk.number(MOST_GROUPS), m=desk.number(len(some)))
        )
    head = Card(name, title, words.GROUPS, " · ".join(note), width, f"by-{parameter}", door=door)
    if not some:
        return card(desk, head, nothing(desk.t("Belum ada laporan dalam periode ini.")))
    return card(desk, head, groups_table(desk, some[:MOST_GROUPS], parameter, label, **door))


def said_door(desk: Desk, *said: Said, **door: Any) -> str:
    """The finished reports of which citizens said this; all finished ones, where nothing is named.

    Finished in the window of the figures, unless the filters set a period.
    """
    if not desk.filters.since:
        door["finished"] = AGENCY_DAYS
    elif not said:
        door.setdefault("status", [status.value for status in Status if status.finished])
    return desk.door(address.QUEUE, feedback=[each.value for each in said], **door)


def feedback_card(desk: Desk, row: FeedbackRow, width: int = 6, **door: Any) -> Component:
    """What citizens say, beside how many say anything."""
    title = (
        desk.t("{share} warga puas", share=desk.percent(row.satisfied))
        if row.satisfied.n
        else desk.t("Belum ada umpan balik")
    )
    head = Card("feedback", title, words.SATISFACTION, width=width, export="feedback-city")
    if not row.satisfied.n:
        return card(desk, head, nothing(desk.t("Belum ada umpan balik untuk saringan ini.")))
    rows = [
        [
            desk.t("puas"),
            desk.percent(row.satisfied),
            measure(desk.part(row.satisfied), "finished"),
            _of(
                desk,
                (row.satisfied.hits, said_door(desk, Said.SATISFIED, **door)),
                (row.satisfied.n, said_door(desk, Said.ANYTHING, **door)),
            ),
        ],
        [
            desk.t("cakupan"),
            desk.percent(row.coverage),
            measure(desk.part(row.coverage)),
            _of(
                desk,
                (row.coverage.hits, said_door(desk, Said.ANYTHING, **door)),
                (row.coverage.n, said_door(desk, **door)),
            ),
        ],
        [
            desk.t("“selesai” dibantah"),
            desk.percent(row.contradicted),
            measure(desk.part(row.contradicted), "warn"),
            _of(
                desk,
                (row.contradicted.hits, said_door(desk, Said.DISPUTED, **door)),
                (row.contradicted.n, said_door(desk, Said.ANYTHING, status="done", **door)),
            ),
        ],
    ]
    columns = [
        Column(desk.t("angka"), number=False),
        Column(desk.t("bagian")),
        Column("", number=False, tone="bar"),
        Column(desk.t("dari")),
    ]
    return card(
        desk, head, table(columns, rows, desk.t("Umpan balik")), _ratings(desk, row.ratings, **door)
    )


def _of(desk: Desk, hits: tuple[int, str], n: tuple[int, str]) -> Component:
    """So many of so many, each with its door."""
    before, between, after = desk.t("{hits} dari {n}", hits="\0", n="\0").split("\0")
    return html.Span([before, _door(desk, *hits), between, _door(desk, *n), after], className="of")


def _door(desk: Desk, count: int, href: str) -> Component:
    return link(desk.count(count), href if count else "")


def _ratings(desk: Desk, ratings: dict[int, int], **door: Any) -> Component:
    most = max(ratings.values(), default=0) or 1
    rows = [
        html.Div(
            [
                span(f"{stars} ★", "stars"),
                measure(desk.drawn(count) / most),
                html.Span(
                    _door(desk, count, said_door(desk, Said(str(stars)), **door)),
                    className="number",
                ),
            ],
            className="rating",
        )
        for stars, count in sorted(ratings.items(), reverse=True)
    ]
    return html.Div(rows, className="ratings")
