"""The queue: all reports that the filters ask for, as a grid of thousands of rows, kept live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dash_ag_grid as dag
from dash import html

from data_access.records import UNFORWARDED
from data_access.review_records import SortKey
from layouts import ids
from layouts.review import address, words
from layouts.review.agency import home
from layouts.review.desk import NOTHING, Desk
from layouts.review.parts import Card, card, link, span
from layouts.review.shell import Sheet

if TYPE_CHECKING:
    from data_access.review_records import Page, ReportRow

_THEME = json.dumps(
    {
        "fontFamily": "inherit",
        "fontSize": 14,
        "headerFontSize": 12.5,
        "headerFontWeight": 400,
        "backgroundColor": "var(--ground)",
        "foregroundColor": "var(--text)",
        "headerBackgroundColor": "var(--ground)",
        "headerTextColor": "var(--muted)",
        "borderColor": "var(--rule)",
        "accentColor": "var(--finished)",
        "rowHoverColor": "var(--soft)",
        "wrapperBorder": False,
        "wrapperBorderRadius": 0,
        "cellHorizontalPadding": 12,
        "columnBorder": False,
        "browserColorScheme": "inherit",
    }
)
"""The grid in the page's own colours: they follow day and night by themselves."""

BLOCK = 100
"""Rows that are fetched at once."""

GRID_TEXTS = {
    "loadingOoo": words.n_("Memuat …"),
    "noRowsToShow": words.n_("Tidak ada laporan untuk saringan ini."),
    "pinColumn": words.n_("Sematkan kolom"),
    "autosizeThisColumn": words.n_("Sesuaikan lebar kolom ini"),
    "autosizeAllColumns": words.n_("Sesuaikan lebar semua kolom"),
    "resetColumns": words.n_("Kembalikan kolom"),
    "sortAscending": words.n_("Urutkan naik"),
    "sortDescending": words.n_("Urutkan turun"),
    "sortUnSort": words.n_("Jangan urutkan"),
    "ariaSortableColumn": words.n_("Tekan Enter untuk mengurutkan"),
}


def queue_sheet(desk: Desk, first: Page[ReportRow]) -> Sheet:
    """The grid; ``first`` tells how many rows there are."""
    total = desk.number(first.total)
    title = (
        desk.t("{n} laporan", n=total) if first.exact else desk.t("lebih dari {n} laporan", n=total)
    )
    head = Card(
        "reports",
        title,
        words.OVERDUE,
        [
            desk.t("Enter atau klik membuka laporan; klik judul kolom mengurutkan"),
            _columns_menu(desk),
        ],
        12,
        "queue" if desk.rights.export_rows else "",
    )
    return Sheet(
        title=desk.t("Antrean"),
        lead="",
        trail=trail_to(desk),
        body=(card(desk, head, build_grid(desk), _paper_rows(desk)),),
    )


def _paper_rows(desk: Desk) -> Any:
    """Where the page's script lays out the rows for paper."""
    rest = desk.t("Baris pertama; selebihnya ada dalam unduhan.")
    return html.Div(
        [html.Div(className="paper-rows", **{"data-paper-rows": "1"}), html.P(rest)],  # type: ignore[arg-type]
        className="print-only",
    )


def trail_to(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Where a list comes from, as far as its filters tell: an agency's page, or a place's."""
    steps = [home(desk)]
    agencies = desk.address.values("holder") + desk.address.values("agency")
    subjects = ("agency", "kelurahan", "kecamatan")
    wider = dict.fromkeys((*subjects, *address.ABOUT_SINGLE_REPORTS))
    if len(set(agencies)) == 1 and agencies[0] != "BCC":
        steps.append((desk.t("SKPD"), desk.door(address.AGENCY, **wider)))
        steps.append((agencies[0], desk.door(address.AGENCY, agencies[0], **wider)))
    else:
        places = desk.address.values("kelurahan") or desk.address.values("kecamatan")
        if len(places) == 1:
            steps.append((desk.t("Tempat"), desk.door(address.PLACE, **wider)))
            steps.append((desk.place_name(places[0]), desk.door(address.PLACE, places[0], **wider)))
    return tuple(steps)


# -- the grid -------------------------------------------------------------------------------------


def build_grid(desk: Desk) -> dag.AgGrid:
    """Rows come in blocks as they are looked at."""
    return dag.AgGrid(
        id=ids.REVIEW_GRID,
        columnDefs=_column_definitions(desk),
        defaultColDef={
            "resizable": True,
            "sortable": True,
            "suppressHeaderMenuButton": True,
            "sortingOrder": ["desc", "asc"],
        },
        rowModelType="infinite",
        getRowId="params.data.ticket",
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 1,
            "rowBuffer": 20,
            "blockLoadDebounceMillis": 60,
            "rowHeight": 34,
            "headerHeight": 36,
            "animateRows": False,
            "suppressFieldDotNotation": True,
            "suppressDragLeaveHidesColumns": True,
            "enableCellTextSelection": True,
            "localeText": {name: desk.t(text) for name, text in GRID_TEXTS.items()},
            "theme": {"function": f"themeQuartz.withParams({_THEME})"},
            "rowClassRules": {"late": "params.data && params.data.overdue"},
        },
        className="grid-rows",
        style={"height": "calc(100vh - 300px)", "minHeight": "420px"},
    )


def _column_definitions(desk: Desk) -> list[dict[str, Any]]:
    columns: list[tuple[str, str, int, dict[str, Any]]] = [
        ("ticket", desk.t("tiket"), 165, {"cellRenderer": "ReviewTicket", "pinned": "left"}),
        ("age", desk.t("umur"), 110, {}),
        ("state", desk.t("status"), 130, {"sortable": False}),
        ("title", desk.t("judul"), 320, {"sortable": False, "flex": 1, "minWidth": 220}),
        ("category", desk.t("kategori"), 170, {}),
        ("kelurahan", desk.t("kelurahan"), 140, {"flex": 0.3, "minWidth": 130}),
        ("kecamatan", desk.t("kecamatan"), 130, {"hide": True}),
        ("agency", desk.t("instansi"), 130, {"flex": 0.35, "minWidth": 120}),
        ("level", desk.t("tingkat"), 85, {"type": "rightAligned"}),
        ("received", desk.t("masuk"), 165, {"sort": "desc"}),
        ("answered", desk.t("dijawab"), 165, {"hide": True}),
        ("finished", desk.t("ditutup"), 165, {"hide": True}),
        ("due", desk.t("tenggat"), 165, {"hide": True}),
    ]
    return [
        {"field": field, "headerName": label, "width": width, **more}
        for field, label, width, more in columns
    ]


def _columns_menu(desk: Desk) -> Any:
    """Which columns are shown: the page's script fills it, and keeps the choice."""
    return html.Details(
        [
            html.Summary(desk.t("Kolom")),
            html.Div(className="pop", **{"data-columns": "1"}),  # type: ignore[arg-type]
        ],
        className="menu columns",
    )


def grid_row(desk: Desk, row: ReportRow) -> dict[str, Any]:
    """A report as the grid shows it: every value a text, the door with it."""
    return {
        "ticket": row.ticket,
        "href": desk.door(address.REPORT, row.ticket),
        "age": desk.duration(row.age),
        "state": desk.t("lewat tenggat") if row.overdue else desk.t(words.STATUSES[row.status]),
        "overdue": row.overdue,
        "title": row.title if row.title is not None else desk.t("rahasia"),
        "category": row.category or NOTHING,
        "kelurahan": row.kelurahan or NOTHING,
        "kecamatan": row.kecamatan or NOTHING,
        "agency": row.agency or UNFORWARDED,
        "level": row.level,
        "received": desk.moment(row.received),
        "answered": desk.moment(row.answered) if row.answered else NOTHING,
        "finished": desk.moment(row.finished) if row.finished else NOTHING,
        "due": desk.moment(row.due) if row.due else desk.t("tanpa tenggat"),
    }


def asked_order(model: Any) -> tuple[SortKey, bool]:
    """What the grid's sort model asks for; what is not known is the newest first."""
    first = model[0] if isinstance(model, list) and model else None
    if not isinstance(first, dict) or first.get("colId") not in list(SortKey):
        return SortKey.RECEIVED, True
    return SortKey(first["colId"]), first.get("sort") != "asc"


# -- the search -----------------------------------------------------------------------------------


def search_sheet(desk: Desk, rows: tuple[ReportRow, ...]) -> Sheet:
    """What was found for a ticket's number or for words."""
    text = desk.address.value("q") or ""
    every = link(desk.t("Semua hasil di antrean"), desk.door(address.QUEUE), "more")
    title = desk.t("Hasil untuk “{text}”", text=text) if text else desk.t("Cari laporan")
    export = "found" if rows and desk.rights.export_rows else ""
    head = Card("found", title, width=12, export=export)
    if not text:
        body: list[Any] = [
            html.P(desk.t("Tulis nomor tiket atau kata di kotak cari."), className="nothing")
        ]
    elif not rows:
        body = [
            html.P(
                desk.t(
                    "Tidak ada laporan dengan nomor atau kata ini. Coba satu kata saja, atau "
                    "periksa nomornya."
                ),
                className="nothing",
            )
        ]
    else:
        body = [html.Ul([_hit(desk, row) for row in rows], className="hits"), every]
    return Sheet(
        title=desk.t("Cari"),
        lead=desk.t("{n} laporan ditampilkan", n=desk.number(len(rows))) if rows else "",
        trail=(home(desk),),
        body=(card(desk, head, *body),),
        filters=False,
    )


def _hit(desk: Desk, row: ReportRow) -> Any:
    facts = [row.category, row.kelurahan, row.agency, desk.moment(row.received)]
    state = (
        span(desk.t("lewat tenggat"), "act strong")
        if row.overdue
        else span(desk.t(words.STATUSES[row.status]))
    )
    return html.Li(
        [
            html.A(
                [
                    html.Strong(row.title if row.title is not None else desk.t("rahasia")),
                    span(row.ticket, "muted"),
                ],
                href=desk.door(address.REPORT, row.ticket),
                className="door",
            ),
            html.Div([state, span(" · ".join(fact for fact in facts if fact), "muted")]),
        ]
    )
