"""The overview: the wall's figures, with filters, a comparison, and a door at every mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layouts.review import address, figures, words
from layouts.review.desk import NOTHING, OPEN, Desk
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

    from data_access.boundaries import Boundaries
    from data_access.records import (
        AgencyBacklog,
        Incidents,
        KelurahanOpen,
        MonthVolume,
        OnTime,
        Queue,
        QueueRow,
        Survival,
        YearRow,
    )
    from data_access.review_records import GroupRow, PeriodFigures


@dataclass(frozen=True)
class Overview:
    """What the page is drawn from."""

    shown: PeriodFigures
    open: int
    """Of the reports that the filters ask for, whenever they came if these set no period."""
    overdue: int
    before: OnTime | None
    """How the reports of the period were met that is compared."""
    months: tuple[MonthVolume, ...]
    agencies: tuple[AgencyBacklog, ...]
    places: tuple[KelurahanOpen, ...]
    incidents: tuple[Incidents, ...]
    queue: Queue
    years: tuple[YearRow, ...]
    categories: tuple[GroupRow, ...]
    period: tuple[str, str]
    """Days that bound the period shown, as doors carry them."""
    period_words: str
    other_words: str


def overview_sheet(desk: Desk, found: Overview, boundaries: Boundaries) -> Sheet:
    """The page."""
    return Sheet(
        title=desk.t("Ringkasan"),
        lead=_lead(desk, found),
        trail=(),
        body=(
            _key_figures(desk, found),
            _backlog(desk, found.agencies),
            _volume(desk, found.months),
            _map(desk, found, boundaries),
            _queue(desk, found.queue) if desk.rights.see_queue else _places(desk, found.places),
            _categories(desk, found),
            _years(desk, found.years),
        ),
    )


def _lead(desk: Desk, found: Overview) -> list[Any]:
    late = link(
        desk.t("{n} laporan lewat tenggat", n=desk.count(found.overdue)),
        desk.door(address.QUEUE, overdue="1", status=None),
        "act" if found.overdue else "",
    )
    return [late, desk.t(" dari {n} yang belum selesai.", n=desk.count(found.open))]


def _key_figures(desk: Desk, found: Overview) -> Component:
    shown, before = found.shown, found.before
    since, until = found.period
    in_period = {"since": since or None, "until": until or None}
    late = {"overdue": "1", "status": None}
    return tiles(
        tile(
            explained(desk, desk.t("masuk · {period}", period=found.period_words), words.RECEIVED),
            desk.count(shown.received),
            desk.door(address.QUEUE, **in_period),
            _change(desk, found, shown.received, before.reports if before else None),
        ),
        tile(
            explained(desk, desk.t("belum selesai"), words.OPEN),
            desk.count(found.open),
            desk.door(address.QUEUE, status=OPEN),
            desk.t("{n} selesai dalam periode", n=desk.count(shown.finished)),
        ),
        tile(
            explained(desk, desk.t("lewat tenggat"), words.OVERDUE),
            desk.count(found.overdue),
            desk.door(address.QUEUE, **late),
            desk.t("tanpa jawaban, tanpa tindakan")
            if found.overdue
            else desk.t("semua dijawab pada waktunya"),
            "act" if found.overdue else "",
        ),
        tile(
            explained(desk, desk.t("tepat waktu"), words.ON_TIME),
            desk.percent(shown.on_time.share),
            desk.door(address.COMPARISON, **in_period),
            _share_change(desk, found),
        ),
        tile(
            explained(desk, desk.t("waktu jawab, median"), words.TIMES),
            desk.typical(shown.answer),
            None,
            f"{ninety(desk, shown.answer)} · n = {desk.count(shown.answer.n)}",
        ),
        tile(
            explained(desk, desk.t("warga puas"), words.SATISFACTION),
            desk.percent(shown.satisfied),
            desk.door(address.FEEDBACK, **in_period),
            desk.t(
                "n = {n} · cakupan {coverage}",
                n=desk.count(shown.satisfied.n),
                coverage=desk.percent(shown.coverage),
            ),
        ),
    )


def whole_queue(desk: Desk, **door: Any) -> list[Component]:
    """The way on to all open reports, for those who may go it."""
    href = desk.door(address.QUEUE, status=OPEN, **door)
    return [link(desk.t("Seluruh antrean"), href, "more")] if href else []


def backlog_tiles(
    desk: Desk, label: list[Any], waiting: int, overdue: int, **door: Any
) -> tuple[Component, Component]:
    """What an agency or a place has not finished, and what of it waits too long."""
    return (
        tile(
            label,
            desk.count(waiting),
            desk.door(address.QUEUE, status=OPEN, **door),
            desk.t("termasuk yang sudah dijawab"),
        ),
        tile(
            explained(desk, desk.t("lewat tenggat"), words.OVERDUE),
            desk.count(overdue),
            desk.door(address.QUEUE, **{"overdue": "1", "status": None} | door),
            desk.t("belum dijawab sesudah 24 jam"),
            "act" if overdue else "",
        ),
    )


def ninety(desk: Desk, survival: Survival) -> str:
    """Within which time nine of ten were served."""
    if not survival.n:
        return desk.t("belum ada kasus")
    if desk.hidden(survival.n):
        return desk.t("terlalu sedikit kasus")
    if survival.p90 is None:
        return desk.t("90 % belum tercapai")
    return desk.t("90 % dalam {time}", time=desk.duration(survival.p90))


def _change(desk: Desk, found: Overview, value: int, before: int | None) -> str:
    if before is None:
        return desk.t("tanpa pembanding")
    if desk.hidden(value) or desk.hidden(before):
        return f"{found.other_words} {desk.count(before)}"
    value, before = desk.drawn(value), desk.drawn(before)
    sign = "+" if value > before else "−" if value < before else "±"
    return f"{sign}{desk.number(abs(value - before))} · {found.other_words} {desk.number(before)}"


def _share_change(desk: Desk, found: Overview) -> str:
    share = found.shown.on_time.share
    base = desk.t("{hits} dari {n}", hits=desk.count(share.hits), n=desk.count(share.n))
    if found.before is None:
        return base
    return f"{base} · {found.other_words} {desk.percent(found.before.share)}"


# -- cards ----------------------------------------------------------------------------------------


def _backlog(desk: Desk, rows: Sequence[AgencyBacklog]) -> Component:
    holding = [row for row in rows if row.open]
    shown = holding[:12]
    head = Card(
        "backlog",
        _backlog_title(desk, holding),
        words.BACKLOG,
        [span(desk.t("lewat tenggat"), "key act"), span(desk.t("menurut umur"), "key ages")],
        5,
        "backlog",
        picture=True,
    )
    if not shown:
        return card(desk, head, nothing(desk.t("Tidak ada laporan terbuka untuk saringan ini.")))
    drawing = figures.backlog_figure(desk, shown)
    return card(
        desk,
        head,
        figure("backlog", drawing, desk.t("Laporan terbuka per SKPD"), 26 * len(shown) + 12),
        as_table(desk, backlog_table(desk, holding)),
    )


def _backlog_title(desk: Desk, rows: Sequence[AgencyBacklog]) -> Any:
    if not rows or not rows[0].overdue:
        return desk.t("Tidak ada SKPD yang lewat tenggat")
    name, n = rows[0].agency, desk.count(rows[0].overdue)
    return desk.t("{agency}: {n} lewat tenggat", agency=name, n=n)


def backlog_table(desk: Desk, rows: Sequence[AgencyBacklog]) -> Component:
    """Open reports of each agency, with doors."""
    columns = [
        Column(desk.t("instansi"), number=False),
        Column(desk.t("terbuka")),
        Column(desk.t("lewat")),
        Column(desk.t("tepat waktu, 90 hari")),
        Column("n"),
    ]
    return table(
        columns,
        [
            [
                link(row.agency, figures.agency_door(desk, row.agency), title=row.name),
                link(
                    desk.count(row.open),
                    desk.door(address.QUEUE, holder=row.agency, status=OPEN),
                ),
                late_link(desk, row.overdue, holder=row.agency),
                desk.percent(row.on_time.share) if row.on_time.share.n >= 10 else NOTHING,
                desk.count(row.on_time.share.n),
            ]
            for row in rows
        ],
        desk.t("Laporan terbuka per SKPD"),
    )


def late_link(desk: Desk, count: int, **door: Any) -> Any:
    """How many are overdue, in red, and the door to them; a plain zero else."""
    if not count:
        return span("0", "muted")
    href = desk.door(address.QUEUE, **{"overdue": "1", "status": None} | door)
    return link(desk.count(count), href, "act")


def _volume(desk: Desk, months: Sequence[MonthVolume]) -> Component:
    now = months[-1] if months else None
    title = (
        desk.t(
            "{month}: {n} masuk, {m} selesai",
            month=desk.month(now.month),
            n=desk.count(now.received),
            m=desk.count(now.finished),
        )
        if now
        else desk.t("Belum ada laporan")
    )
    note = [
        span(desk.t("masuk"), "key received"),
        span(desk.t("selesai"), "key finished"),
        desk.t("bulan berjalan diarsir"),
    ]
    head = Card("volume", title, words.VOLUME, note, 7, "volume", picture=True)
    return card(
        desk,
        head,
        figure(
            "volume",
            figures.volume_figure(desk, months, address.QUEUE),
            desk.t("Laporan per bulan"),
            300,
        ),
        as_table(desk, volume_table(desk, months)),
    )


def volume_table(desk: Desk, months: Sequence[MonthVolume], **door: Any) -> Component:
    """Months, newest first."""
    columns = [
        Column(desk.t("bulan"), number=False),
        Column(desk.t("masuk")),
        Column(desk.t("selesai")),
        Column(desk.t("selisih")),
    ]
    return table(
        columns,
        [
            [
                desk.month(row.month) + ("" if row.complete else " …"),
                link(desk.count(row.received), desk.month_door(address.QUEUE, row.month, **door)),
                desk.count(row.finished),
                f"{row.net_flow:+d}" if not desk.rights.suppress_small else NOTHING,
            ]
            for row in reversed(months)
        ],
        desk.t("Laporan per bulan"),
    )


def _map(desk: Desk, found: Overview, boundaries: Boundaries) -> Component:
    worst = max(found.places, key=lambda row: (row.overdue, row.open), default=None)
    title = desk.t("Laporan terbuka di peta")
    if worst is not None and worst.overdue:
        title = desk.t(
            "{n} lewat tenggat di {place}", n=desk.count(worst.overdue), place=worst.name
        )
    note = [
        span(desk.t("ada yang lewat tenggat"), "key act dot"),
        span(desk.t("terbuka"), "key ages-1 dot"),
    ]
    if boundaries.indicative:
        note.append(span(desk.t("batas indikatif"), "end"))
    head = Card("map", title, words.MAP, note, 5, "map", picture=True)
    marks = () if desk.rights.suppress_small else found.incidents
    drawing = figures.map_figure(desk, marks, found.places, boundaries)
    return card(
        desk,
        head,
        figure("map", drawing, desk.t("Peta laporan terbuka menurut kelurahan"), 430),
        as_table(desk, places_table(desk, found.places)),
    )


def places_table(desk: Desk, places: Sequence[KelurahanOpen]) -> Component:
    """Open reports of each kelurahan, with doors."""
    ranked = sorted(places, key=lambda row: (-row.overdue, -row.open, row.name))
    columns = [
        Column(desk.t("kelurahan"), number=False),
        Column(desk.t("kecamatan"), number=False),
        Column(desk.t("terbuka")),
        Column(desk.t("lewat")),
    ]
    return table(
        columns,
        [
            [
                link(row.name, desk.door(address.PLACE, row.code)),
                row.kecamatan,
                link(
                    desk.count(row.open),
                    desk.door(address.QUEUE, kelurahan=row.code, status=OPEN),
                ),
                late_link(desk, row.overdue, kelurahan=row.code),
            ]
            if row.code
            else [row.name, row.kecamatan, desk.count(row.open), desk.count(row.overdue)]
            for row in ranked
        ],
        desk.t("Laporan terbuka menurut kelurahan"),
    )


def _queue(desk: Desk, queue: Queue) -> Component:
    title = desk.t("{n} menunggu lewat tenggat", n=desk.count(queue.overdue_total))
    head = Card(
        "queue",
        title,
        words.OVERDUE,
        desk.t("tertua dulu · instansi pertama → kedua → ketiga"),
        7,
        "queue" if desk.rights.export_rows else "",
        door={"status": ("received", "escalated")},
    )
    if not queue.overdue and not queue.in_time:
        return card(desk, head, nothing(desk.t("Tidak ada laporan yang menunggu jawaban.")))
    rows = [*queue.overdue[:10], *queue.in_time[: max(3, 12 - len(queue.overdue[:10]))]]
    return card(desk, head, _queue_table(desk, rows), *whole_queue(desk))


def _places(desk: Desk, places: Sequence[KelurahanOpen]) -> Component:
    """Where most is open, for those who see no single report."""
    head = Card("places", desk.t("Laporan terbuka menurut kelurahan"), words.MAP, width=7)
    ranked = sorted(places, key=lambda row: (-row.open, row.name))[:12]
    if not ranked or not ranked[0].open:
        return card(desk, head, nothing(desk.t("Tidak ada laporan terbuka untuk saringan ini.")))
    return card(desk, head, places_table(desk, ranked))


def _queue_table(desk: Desk, rows: Sequence[QueueRow]) -> Component:
    columns = [
        Column(desk.t("tiket"), number=False),
        Column(desk.t("menunggu"), number=False),
        Column(desk.t("kategori"), number=False),
        Column(desk.t("instansi"), number=False),
        Column(desk.t("kelurahan"), number=False),
    ]
    return table(
        columns,
        [
            [
                link(row.ticket, desk.door(address.REPORT, row.ticket), "ticket"),
                _waiting(desk, row),
                row.category,
                " → ".join(a for a in row.agencies if a) or desk.t("belum diteruskan"),
                row.kelurahan or NOTHING,
            ]
            for row in rows
        ],
        desk.t("Kepala antrean"),
    )


def _waiting(desk: Desk, row: QueueRow) -> Component:
    if row.due is None:
        return span(desk.t("tanpa tenggat"), "muted")
    if row.due < desk.as_of:
        late = desk.duration(desk.as_of - row.due)
        return span(desk.t("lewat {time}", time=late), "act strong")
    return span(desk.t("sisa {time}", time=desk.duration(row.due - desk.as_of)))


def _categories(desk: Desk, found: Overview) -> Component:
    head = Card(
        "categories",
        desk.t("Kategori, {period}", period=found.period_words),
        words.GROUPS,
        width=8,
        export="categories",
    )
    since, until = found.period
    rows = [row for row in found.categories if row.received or row.open][:12]
    if not rows:
        return card(desk, head, nothing(desk.t("Belum ada laporan dalam periode ini.")))
    door = {"since": since or None, "until": until or None}
    return card(desk, head, groups_table(desk, rows, "category", desk.t("kategori"), **door))


def groups_table(
    desk: Desk, rows: Sequence[GroupRow], parameter: str, label: str, **door: Any
) -> Component:
    """Reports by category, place or agency: counts with doors, and the on-time share."""
    most = max((row.received for row in rows), default=1) or 1
    columns = [
        Column(label, number=False),
        Column(desk.t("masuk")),
        Column("", number=False, tone="bar"),
        Column(desk.t("terbuka")),
        Column(desk.t("lewat")),
        Column(desk.t("tepat waktu")),
        Column(desk.t("selang 95 %"), tone="wide-only"),
        Column("n", tone="wide-only"),
    ]
    return table(columns, [_group(desk, row, parameter, most, door) for row in rows], label)


def _group(desk: Desk, row: GroupRow, parameter: str, most: int, door: dict[str, Any]) -> list[Any]:
    mine = {parameter: row.code, **door}
    # what an agency has open is what it holds, not what it ever had
    held = {"holder": row.code, **door} if parameter == "agency" else mine
    share = row.on_time.share
    enough = share.n >= 10
    page = {"kelurahan": address.PLACE, "kecamatan": address.PLACE, "agency": address.AGENCY}
    name: Any = row.name
    if parameter in page:
        shown = row.code if parameter == "agency" else row.name
        name = link(shown, desk.door(page[parameter], row.code), title=row.name)
    return [
        name,
        link(desk.count(row.received), desk.door(address.QUEUE, **mine)),
        measure(desk.drawn(row.received) / most),
        link(desk.count(row.open), desk.door(address.QUEUE, **held, status=OPEN)),
        late_link(desk, row.overdue, **held),
        desk.percent(share) if enough else span(desk.t("belum cukup data"), "muted"),
        desk.interval(row.interval, share) if enough else "",
        desk.count(share.n),
    ]


def _years(desk: Desk, years: Sequence[YearRow]) -> Component:
    head = Card(
        "years", desk.t("Ditindaklanjuti per tahun"), words.YEARS, width=4, export="year-table"
    )
    if not years:
        return card(desk, head, nothing(desk.t("Belum ada laporan.")))
    columns = [
        Column(desk.t("tahun"), number=False),
        Column(desk.t("laporan × SKPD")),
        Column(desk.t("ditindaklanjuti")),
        Column("", number=False, tone="bar"),
    ]
    rows = [
        [
            f"{row.year}" if row.complete else desk.t("{year} berjalan", year=row.year),
            link(
                desk.count(row.escalations),
                desk.door(address.QUEUE, since=f"{row.year}-01-01", until=f"{row.year + 1}-01-01"),
            ),
            desk.percent(row.acted),
            measure(desk.part(row.acted), "finished"),
        ]
        for row in reversed(years)
    ]
    return card(desk, head, table(columns, rows, desk.t("Ditindaklanjuti per tahun")))
