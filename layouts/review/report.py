"""One report: what happened to it, in whose hands, how long, and what is around it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from data_access.personal import PersonalField
from data_access.review_records import EventKind
from layouts.review import address, words
from layouts.review.desk import NOTHING, Desk
from layouts.review.parts import Card, Column, card, link, nothing, span, table
from layouts.review.queue import trail_to
from layouts.review.shell import Sheet
from layouts.review.small_map import small_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.boundaries import Boundaries
    from data_access.review_records import Event, Hop, ReportDetail, ReportRow

MASKED = "••••••"


def report_sheet(desk: Desk, found: ReportDetail, boundaries: Boundaries) -> Sheet:
    """The report's history on the left, what is around it on the right."""
    row = found.row
    in_list = (desk.t("Antrean"), desk.door(address.QUEUE))
    return Sheet(
        title=row.ticket,
        lead=row.title if row.title is not None else desk.t("Laporan rahasia"),
        trail=(*trail_to(desk), in_list),
        body=(
            html.Div(
                [_words(desk, found), _relay(desk, found), _timeline(desk, found)],
                className="column span-8",
            ),
            html.Div(
                [
                    _facts(desk, row),
                    _reporter(desk, found),
                    _where(desk, found, boundaries),
                    _similar(desk, found),
                ],
                className="column span-4",
            ),
            _dialog(desk, row.ticket),
        ),
        filters=False,
    )


def _taken(desk: Desk, table: str) -> str:
    """The table's name, for readers who may take reports along."""
    return table if desk.rights.export_rows else ""


def _words(desk: Desk, found: ReportDetail) -> Component:
    head = Card("words", state_words(desk, found.row), width=12)
    if found.body is None:
        return card(
            desk, head, nothing(desk.t("Isi laporan rahasia tidak ditampilkan untuk peran Anda."))
        )
    return card(desk, head, html.P(found.body, className="citizen", dir="auto"))


def state_words(desk: Desk, row: ReportRow) -> Any:
    """Where the report stands, in a sentence."""
    if row.overdue:
        late = desk.as_of - row.due if row.due else row.age
        return span(desk.t("Lewat tenggat {time}", time=desk.duration(late)), "act")
    if row.finished:
        state = desk.t(words.STATUSES[row.status])
        return desk.t("Ditutup sesudah {time}: {state}", time=desk.duration(row.age), state=state)
    if row.answered:
        waited = desk.duration(row.answered - row.received)
        return desk.t("Dijawab sesudah {time}, belum selesai", time=waited)
    if row.due is None:
        return desk.t("Menunggu, tanpa tenggat")
    return desk.t("Menunggu jawaban, sisa {time}", time=desk.duration(row.due - desk.as_of))


# -- the relay ------------------------------------------------------------------------------------


def _relay(desk: Desk, found: ReportDetail) -> Component:
    first = (
        desk.t("diteruskan sesudah {time}", time=desk.duration(found.first_hop))
        if found.first_hop is not None
        else desk.t("belum diteruskan")
    )
    title = (
        " → ".join(hop.agency for hop in found.hops) if found.hops else desk.t("Belum diteruskan")
    )
    note = [first, span(desk.t("garis: tenggat"), "key deadline")]
    head = Card("hops", title, words.TIMELINE, note, 12, _taken(desk, "hops"))
    if not found.hops:
        return card(desk, head, nothing(desk.t("Laporan ini masih di BCC.")))
    return card(desk, head, _lanes(desk, found), _hops_table(desk, found.hops))


def _lanes(desk: Desk, found: ReportDetail) -> Component:
    start = found.row.received
    ends = [hop.until or desk.as_of for hop in found.hops]
    end = max([*ends, found.row.finished or start, *([found.row.due] if found.row.due else [])])
    whole = max((end - start).total_seconds(), 1.0)
    lanes = [_lane(desk, hop, found.row, whole) for hop in found.hops]
    if found.row.due:
        at = (found.row.due - start).total_seconds() / whole
        lanes.append(html.Span(className="deadline", style={"left": f"{min(at, 1) * 100:.2f}%"}))
    return html.Div(lanes, className="lanes", **{"aria-hidden": "true"})  # type: ignore[arg-type]


def _lane(desk: Desk, hop: Hop, row: ReportRow, whole: float) -> Component:
    """An agency's time on a lane of its own; what lies past the missed deadline is red."""
    until = hop.until or desk.as_of
    turn = min(until, max(hop.forwarded, row.due)) if hop.late and row.due else until
    stretches = ((hop.forwarded, turn, "held"), (turn, until, "held late"))
    return html.Span(
        [
            html.Span(
                className=tone,
                style={
                    "left": f"{(start - row.received).total_seconds() / whole * 100:.2f}%",
                    "width": f"{(end - start).total_seconds() / whole * 100:.2f}%",
                },
            )
            for start, end, tone in stretches
        ],
        className="lane",
    )


def _hops_table(desk: Desk, hops: Sequence[Hop]) -> Component:
    columns = [
        Column(desk.t("instansi"), number=False),
        Column(desk.t("diteruskan"), number=False),
        Column(desk.t("dijawab sesudah")),
        Column(desk.t("dipegang")),
        Column(desk.t("tenggat"), number=False),
    ]
    rows = [
        [
            link(
                f"{hop.level}. {hop.agency}", desk.door(address.AGENCY, hop.agency), title=hop.name
            ),
            desk.moment(hop.forwarded),
            desk.duration(hop.answered - hop.forwarded) if hop.answered else NOTHING,
            desk.duration(hop.held) + ("" if hop.until else desk.t(", masih")),
            span(desk.t("terlewat di tangannya"), "act strong")
            if hop.late
            else span(desk.t("tidak terlewat"), "muted"),
        ]
        for hop in hops
    ]
    return table(columns, rows, desk.t("Estafet"))


# -- the timeline ---------------------------------------------------------------------------------


def _timeline(desk: Desk, found: ReportDetail) -> Component:
    head = Card(
        "timeline", desk.t("Riwayat"), words.TIMELINE, width=12, export=_taken(desk, "history")
    )
    steps = [_event(desk, event, found) for event in found.events]
    return card(desk, head, html.Ol(steps, className="timeline"))


def _event(desk: Desk, event: Event, found: ReportDetail) -> Component:
    title = desk.t(words.EVENTS[event.kind], agency=event.agency or "BCC")
    after = event.at - found.row.received
    parts: list[Any] = [
        html.Time(desk.moment(event.at), dateTime=event.at.isoformat()),
        html.Div(
            [
                html.Strong(title),
                *([span(_more(desk, event), "muted")] if _more(desk, event) else []),
                *([span(_after(desk, after), "muted")] if after else []),
            ]
        ),
    ]
    if event.note:
        parts.append(html.P(event.note, className="citizen", dir="auto"))
    return html.Li(parts, className=_tone(event, found.row))


def _after(desk: Desk, span_: timedelta) -> str:
    return desk.t("{time} sesudah masuk", time=desk.duration(span_))


def _more(desk: Desk, event: Event) -> str:
    facts = []
    if event.kind is EventKind.FORWARDED and event.level:
        facts.append(desk.t("tingkat {n}", n=event.level))
    if event.status is not None:
        facts.append(desk.t(words.STATUSES[event.status]))
    if event.satisfied is not None:
        facts.append(desk.t("puas") if event.satisfied else desk.t("tidak puas"))
    if event.rating:
        facts.append(f"{event.rating} ★")
    return " · ".join(facts)


def _tone(event: Event, row: ReportRow) -> str:
    if event.kind is EventKind.ANSWERED and row.due and event.at > row.due:
        return "event late"
    return f"event {event.kind.value.replace('_', '-')}"


# -- facts ----------------------------------------------------------------------------------------


def _facts(desk: Desk, row: ReportRow) -> Component:
    flags = [
        text
        for text, holds in (
            (desk.t("anonim"), row.anonymous),
            (desk.t("rahasia"), row.confidential),
        )
        if holds
    ]
    holder = link(row.agency, desk.door(address.AGENCY, row.agency)) if row.agency else "BCC"
    found: list[tuple[str, Any]] = [
        (desk.t("status"), desk.t(words.STATUSES[row.status])),
        (desk.t("kategori"), row.category or NOTHING),
        (desk.t("kelurahan"), _place(desk, row.kelurahan)),
        (desk.t("kecamatan"), _place(desk, row.kecamatan)),
        (desk.t("masuk"), desk.moment(row.received)),
        (desk.t("tenggat"), desk.moment(row.due) if row.due else desk.t("tanpa tenggat")),
        (desk.t("dijawab"), desk.moment(row.answered) if row.answered else desk.t("belum")),
        (desk.t("ditutup"), desk.moment(row.finished) if row.finished else desk.t("belum")),
        (desk.t("di tangan"), holder),
    ]
    if flags:
        found.append((desk.t("tanda"), ", ".join(flags)))
    return card(desk, Card("facts", desk.t("Keterangan"), width=12), facts(found))


def facts(found: Sequence[tuple[str, Any]]) -> Component:
    """Names with values."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)]) for name, value in found], className="facts"
    )


def _place(desk: Desk, name: str | None) -> Any:
    codes = {place: code for code, place in desk.places}
    if name not in codes:
        return name or NOTHING
    return link(name, desk.door(address.PLACE, codes[name]))


def _reporter(desk: Desk, found: ReportDetail) -> Component:
    head = Card("reporter", desk.t("Siapa yang melapor"), width=12)
    parts: list[Any] = [nothing(_who(desk, found))]
    if found.reporter and found.reporter.reports > 1 and desk.rights.agency is None:
        href = desk.door(address.REPORTERS, found.row.ticket)
        parts.append(link(desk.t("Semua laporannya"), href, "more"))
    if desk.rights.reveal:
        parts.append(facts([_masked(desk, field) for field in PersonalField]))
        note = desk.t("Setiap penampilan dicatat: siapa, kapan, apa dan mengapa.")
        parts.append(html.P(note, className="note"))
    return card(desk, head, *parts)


def _who(desk: Desk, found: ReportDetail) -> str:
    who = found.reporter
    if who is None:
        return desk.t("Pelapor tidak disebutkan: laporan anonim atau rahasia.")
    return desk.t(
        "Pelapor nomor {n} dari {place}, {m} laporan sejauh ini.",
        n=desk.number(who.number),
        place=who.kelurahan or NOTHING,
        m=desk.number(who.reports),
    )


def _masked(desk: Desk, field: PersonalField) -> tuple[str, Any]:
    name = desk.t(words.FIELDS[field])
    label = desk.t("Tampilkan {field}", field=name.lower())
    value = html.Span(
        [
            html.Span(MASKED, className="masked", **{"data-masked": field.value}),  # type: ignore[arg-type]
            html.Button(
                desk.t("Tampilkan"),
                type="button",
                className="small",
                **{"data-reveal": field.value, "aria-label": label},  # type: ignore[arg-type]
            ),
        ],
        className="reveal",
    )
    return name, value


def _dialog(desk: Desk, ticket: str) -> Component | None:
    if not desk.rights.reveal:
        return None
    return html.Dialog(
        html.Form(
            [
                html.H2(desk.t("Mengapa perlu ditampilkan?"), id="review-reveal-heading"),
                html.P(
                    desk.t("Alasan Anda dicatat bersama nama, waktu dan isian yang ditampilkan."),
                ),
                html.Label(
                    [
                        html.Span(desk.t("Alasan (10 sampai 500 huruf)")),
                        dcc.Input(
                            id="review-reveal-reason", name="reason", type="text", maxLength=500
                        ),
                    ]
                ),
                html.P(className="problem", role="alert", **{"data-problem": "1"}),  # type: ignore[arg-type]
                html.Div(
                    [
                        html.Button(desk.t("Tampilkan"), type="submit"),
                        html.Button(desk.t("Batal"), type="button", **{"data-close": "1"}),  # type: ignore[arg-type]
                    ],
                    className="actions",
                ),
            ],
        ),
        **{"aria-labelledby": "review-reveal-heading", "data-ticket": ticket},  # type: ignore[arg-type]
        className="dialog",
    )


# -- around it ------------------------------------------------------------------------------------


def _where(desk: Desk, found: ReportDetail, boundaries: Boundaries) -> Component:
    row = found.row
    title = row.kelurahan or desk.t("Tempat tidak diketahui")
    head = Card("where", title, words.MAP, width=12)
    if found.latitude is None or found.longitude is None:
        return card(desk, head, nothing(desk.t("Laporan ini tanpa posisi.")))
    label = desk.t("Letak laporan di kota: {place}", place=title)
    drawn = small_map(desk.theme, boundaries, found.latitude, found.longitude, label)
    note = html.P(desk.t("tengah petak sekitar 280 m"), className="note")
    return card(desk, head, *drawn, note)


def _similar(desk: Desk, found: ReportDetail) -> Component:
    similar = found.similar
    title = (
        desk.t("{n} laporan serupa di dekatnya", n=desk.number(len(similar.reports)))
        if similar.reports
        else desk.t("Tidak ada laporan serupa di dekatnya")
    )
    export = _taken(desk, "similar") if similar.reports else ""
    head = Card("similar", title, words.SIMILAR, width=12, export=export)
    parts: list[Any] = []
    if found.duplicate_of:
        door = link(found.duplicate_of, desk.door(address.REPORT, found.duplicate_of))
        parts.append(html.P([desk.t("Ganda dari "), door]))
    if found.duplicates:
        doors = [link(t, desk.door(address.REPORT, t), "item") for t in found.duplicates]
        parts.append(html.P([desk.t("Gandanya: "), *doors]))
    if similar.repeated:
        again = desk.t("{n} laporan lagi dari orang yang sama", n=desk.number(similar.repeated))
        parts.append(html.P(again))
    if similar.reports:
        parts.append(_similar_table(desk, found))
    return card(desk, head, *(parts or [nothing(desk.t("Tidak ada dalam 150 m dan 30 hari."))]))


def _similar_table(desk: Desk, found: ReportDetail) -> Component:
    columns = [
        Column(desk.t("tiket"), number=False),
        Column(desk.t("status"), number=False),
        Column(desk.t("jarak")),
    ]
    rows = [
        [
            link(row.ticket, desk.door(address.REPORT, row.ticket), "ticket"),
            desk.t(words.STATUSES[row.status]),
            f"≤ {row.within_m} m",
        ]
        for row in found.similar.reports[:8]
    ]
    return table(columns, rows, desk.t("Laporan serupa"))
