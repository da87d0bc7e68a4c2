"""What stands around every page: header, search, trail, filters; and what Dash starts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from data_access.records import WIB, AgeBand, Status
from layouts import ids
from layouts.review import address, words
from layouts.review.parts import link, span
from layouts.review.still import Checkbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component

    from layouts.review.desk import Desk


@dataclass(frozen=True)
class Choices:
    """What filters may be set to; places as code and name."""

    agencies: tuple[str, ...]
    categories: tuple[str, ...]
    kecamatan: tuple[tuple[str, str], ...]
    kelurahan: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A page: its name, the trail that leads to it, and what stands on it."""

    title: str
    lead: Any
    trail: tuple[tuple[str, str], ...]
    body: tuple[Any, ...]
    filters: bool = True


def build_shell() -> Component:
    """What Dash starts with; the first callback fills the view."""
    return html.Div(
        [
            dcc.Location(id=ids.REVIEW_LOCATION, refresh=False),
            dcc.Store(id=ids.REVIEW_REQUEST),
            dcc.Store(id=ids.REVIEW_THEME),
            dcc.Store(id=ids.REVIEW_TITLE),
            dcc.Store(id=ids.REVIEW_DOOR),
            dcc.Store(id=ids.REVIEW_REVEAL_ASKED),
            dcc.Store(id=ids.REVIEW_REVEAL_ANSWER),
            html.Div(id=ids.REVIEW_VIEW, className="view"),
        ],
        className="review",
    )


def build_view(desk: Desk, choices: Choices, sheet: Sheet) -> Component:
    """A whole page."""
    return html.Div(
        [
            html.A(desk.t("Langsung ke isi"), href="#review-content", className="skip"),
            _header(desk),
            html.Main(
                [
                    _trail(desk, sheet),
                    html.Div(
                        [html.H1(sheet.title, tabIndex=-1), html.P(sheet.lead, className="lead")],
                        className="page-head",
                    ),
                    build_filters(desk, choices) if sheet.filters else _moment_only(desk),
                    html.Div(list(sheet.body), className="grid"),
                ],
                id="review-content",
            ),
            _footer(desk, sheet),
        ],
        lang=desk.language,
        key=desk.address.href,
    )


# -- header ---------------------------------------------------------------------------------------


def _header(desk: Desk) -> Component:
    return html.Header(
        [
            html.A(
                [html.Strong("Binjai Command Center"), span(desk.t("Tinjauan"), "muted")],
                href=desk.door(address.OVERVIEW),
                className="brand",
            ),
            html.Nav(
                html.Ul([html.Li(_nav_link(desk, page)) for page in _pages(desk)]),
                **{"aria-label": desk.t("Halaman")},  # type: ignore[arg-type]
            ),
            _search(desk),
            _switches(desk),
        ],
        className="top",
    )


def _pages(desk: Desk) -> list[str]:
    return [page for page in words.PAGES if page != address.QUEUE or desk.rights.see_reports]


def _nav_link(desk: Desk, page: str) -> Component:
    here = desk.address.page == page
    given: dict[str, Any] = {"aria-current": "page"} if here else {}
    kept = dict.fromkeys(address.ABOUT_SINGLE_REPORTS)
    return html.A(desk.t(words.PAGES[page]), href=desk.door(page, **kept), **given)


def _search(desk: Desk) -> Component | None:
    if not desk.rights.see_reports:
        return None
    label = desk.t("Cari laporan: nomor tiket atau kata")
    return html.Form(
        [
            html.Label(label, htmlFor="review-search-text", className="unseen"),
            dcc.Input(
                id="review-search-text",
                name="q",
                type="search",
                placeholder=desk.t("Tiket atau kata"),
                value=desk.address.value("q") or "",
                maxLength=200,
            ),
            html.Button(desk.t("Cari"), type="submit"),
        ],
        action=address.ROOT + address.SEARCH,
        method="get",
        role="search",
        className="search",
    )


def _switches(desk: Desk) -> Component:
    other = "en" if desk.language == "id" else "id"
    theme = desk.t("Tampilan gelap") if desk.theme.name == "day" else desk.t("Tampilan terang")
    return html.Div(
        [
            html.Button(
                "☾" if desk.theme.name == "day" else "☀",
                type="button",
                title=theme,
                **{"aria-label": theme, "data-theme-to": _other_theme(desk)},  # type: ignore[arg-type]
            ),
            html.Button(
                other.upper(),
                type="button",
                lang=other,
                title={"en": "English", "id": "Bahasa Indonesia"}[other],
                **{
                    "aria-label": {"en": "English", "id": "Bahasa Indonesia"}[other],
                    "data-language-to": other,
                },  # type: ignore[arg-type]
            ),
            _account(desk),
        ],
        className="switches",
    )


def _other_theme(desk: Desk) -> str:
    return "night" if desk.theme.name == "day" else "day"


def _account(desk: Desk) -> Component | None:
    if not desk.user_name:
        return None
    leave = html.A(desk.t("Keluar"), href="/keluar")
    return html.Details(
        [html.Summary(desk.user_name), html.Div(leave, className="pop")], className="account menu"
    )


def _trail(desk: Desk, sheet: Sheet) -> Component | None:
    if not sheet.trail:
        return None
    steps = [html.Li(link(name, href)) for name, href in sheet.trail]
    here = html.Li(span(sheet.title), **{"aria-current": "page"})  # type: ignore[arg-type]
    return html.Nav(
        html.Ol([*steps, here]),
        className="trail",
        **{"aria-label": desk.t("Jejak halaman")},  # type: ignore[arg-type]
    )


def _footer(desk: Desk, sheet: Sheet) -> Component:
    """On paper it stands at the top: what this is, of which reports, and as of when."""
    return html.Footer(
        [
            span("Binjai Command Center", "print-only"),
            span(desk.t("Keadaan {moment} WIB", moment=desk.moment(desk.as_of))),
            span(describe(desk) or desk.t("Semua laporan")),
            span(desk.t(words.COARSE)) if desk.rights.suppress_small else None,
            html.A(
                desk.t("Ada data yang lebih baru: muat ulang"),
                href=desk.address.href,
                className="door newer",
                **{"data-plain": "1"},  # type: ignore[arg-type]
            ),
            span(desk.t("Dicetak dari {page}", page=sheet.title), "print-only"),
        ],
        className="state",
    )


# -- filters --------------------------------------------------------------------------------------


def build_filters(desk: Desk, choices: Choices) -> Component:
    """What is filtered, each value with its way out; and the form that changes it."""
    chips = [_chip(desk, name, value) for name, value in desk.address.query]
    summary = html.Summary(desk.t("Saring"))
    every = span(desk.t("Semua laporan"), "muted")
    return html.Div(
        [
            html.Details([summary, _form(desk, choices)], className="filter-form"),
            html.Ul(chips, className="chips") if chips else every,
            link(desk.t("Hapus semua"), _bare(desk).href, "clear") if len(chips) > 1 else None,
        ],
        className="filters",
    )


def _bare(desk: Desk) -> address.Address:
    return address.Address(desk.address.page, desk.address.subject)


def _moment_only(desk: Desk) -> Component | None:
    if desk.present:
        return None
    return html.Div(
        html.Ul([_chip(desk, "as_of", desk.address.value("as_of") or "")], className="chips"),
        className="filters",
    )


def _chip(desk: Desk, name: str, value: str) -> Component:
    text = chip_text(desk, name, value)
    label = desk.t("Hapus saringan: {text}", text=text)
    return html.Li(
        [
            span(text),
            html.A(
                "✕",
                href=desk.address.without(name, value).href,
                title=label,
                **{"aria-label": label},  # type: ignore[arg-type]
            ),
        ]
    )


def chip_text(desk: Desk, name: str, value: str) -> str:
    """A filter in words."""
    label = desk.t(words.PARAMETERS.get(name, name))
    if name == "overdue":
        return label
    return f"{label}: {value_text(desk, name, value)}"


def value_text(desk: Desk, name: str, value: str) -> str:
    """A filter's value in words."""
    fixed = _fixed_words(name)
    if value in fixed:
        return desk.t(fixed[value])
    if name in {"kecamatan", "kelurahan"}:
        return desk.place_name(value)
    if name == "as_of":
        return desk.moment(desk.as_of)
    if name == "cell":
        return value.replace(",", " · ")
    if name in {"since", "until"}:
        found = getattr(desk.filters, name)
        return desk.day(found) if found else value
    return value


def _fixed_words(name: str) -> Mapping[str, str]:
    """Of parameters whose values are ours."""
    known: dict[str, Mapping[str, str]] = {
        "status": {status.value: text for status, text in words.STATUSES.items()},
        "band": {band.value: text for band, text in words.BANDS.items()},
        "vs": words.COMPARED,
        "hop": words.HOPS,
        "received": words.DAYS,
        "finished": words.DAYS,
        "feedback": {said.value: text for said, text in words.SAID.items()},
    }
    return known.get(name, {})


def describe(desk: Desk) -> str:
    """All filters in one line."""
    return " · ".join(
        chip_text(desk, name, value) for name, value in desk.address.query if name != "as_of"
    )


def _form(desk: Desk, choices: Choices) -> Component:
    agencies = [(name, name) for name in choices.agencies]
    compared = [(name, desk.t(text)) for name, text in words.COMPARED.items()]
    levels = [("0", desk.t("belum diteruskan")), *((level, level) for level in "123")]
    fields = [
        _input(desk, "since", "date"),
        _input(desk, "until", "date"),
        *([_input(desk, "q", "search")] if desk.rights.see_reports else []),
        _input(desk, "as_of", "datetime-local"),
        _choice(desk, "holder", [("BCC", desk.t("BCC (belum diteruskan)")), *agencies]),
        _choice(desk, "agency", agencies),
        _choice(desk, "category", [(name, name) for name in choices.categories]),
        _choice(desk, "kecamatan", choices.kecamatan),
        _choice(desk, "kelurahan", choices.kelurahan),
        _choice(desk, "status", [(s.value, desk.t(words.STATUSES[s])) for s in Status]),
        _choice(desk, "band", [(b.value, desk.t(words.BANDS[b])) for b in AgeBand]),
        _choice(desk, "level", levels),
        *(
            _choice(desk, name, [(value, desk.t(text)) for value, text in texts.items()])
            for name, texts in (
                ("hop", words.HOPS),
                ("received", words.DAYS),
                ("finished", words.DAYS),
                ("feedback", words.SAID),
            )
        ),
        _choice(desk, "overdue", [("1", desk.t("ya"))]),
        _select(desk, "vs", compared[1:], compared[0][1]),
    ]
    return html.Form(
        [
            html.Div(fields, className="fields"),
            html.Div(html.Button(desk.t("Terapkan"), type="submit"), className="actions"),
        ],
        action=desk.address.path,
        method="get",
        className="pop",
    )


def _field(desk: Desk, name: str, control: Component) -> Component:
    return html.Label([html.Span(_capital(desk.t(words.PARAMETERS[name]))), control])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _input(desk: Desk, name: str, kind: str) -> Component:
    value = desk.address.value(name) or ""
    if kind == "datetime-local" and value:
        value = desk.as_of.astimezone(WIB).strftime("%Y-%m-%dT%H:%M")
    given: Any = {"name": name, "type": kind, "value": value, "maxLength": 200}
    return _field(desk, name, dcc.Input(id=f"review-filter-{name}", **given))


def _choice(desk: Desk, name: str, options: Sequence[tuple[str, str]]) -> Component:
    """Any number of values, as boxes to tick; folded up it tells which."""
    chosen = desk.address.values(name)
    label = _capital(desk.t(words.PARAMETERS[name]))
    boxes = [
        html.Label([Checkbox(name, value, checked=value in chosen), span(text)])
        for value, text in options
    ]
    picked = ", ".join(text for value, text in options if value in chosen)
    every = desk.t("semua")
    return html.Div(
        [
            html.Span(label, id=f"review-filter-{name}-label", className="label"),
            html.Details(
                [
                    html.Summary(
                        [span(f"{label}: ", "unseen"), span(picked or every, "picked")],
                        **{"data-every": every},  # type: ignore[arg-type]
                    ),
                    html.Div(
                        boxes,
                        role="group",
                        className="boxes",
                        **{"aria-labelledby": f"review-filter-{name}-label"},  # type: ignore[arg-type]
                    ),
                ],
                className="choice",
            ),
        ],
        className="field",
    )


def _select(desk: Desk, name: str, options: Sequence[tuple[str, str]], usual: str) -> Component:
    chosen = desk.address.value(name) or ""
    every = html.Option(usual, value="", selected=not chosen)
    found = [html.Option(text, value=value, selected=value == chosen) for value, text in options]
    return _field(desk, name, html.Select([every, *found], name=name))
