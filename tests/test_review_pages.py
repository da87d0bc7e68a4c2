"""The desk's pages as pure functions of records; addresses; words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import plotly.graph_objects as go
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from callbacks.review_pages import Sources, show
from dashboard.review_answers import read_request
from dashboard.review_exports import DOWNLOADS
from dashboard.review_requests import BadAddressError, read_as_of, read_blocks, read_desk_filters
from data_access.engine import open_engine
from data_access.records import ALL, AgeBand, Filters, Said, Share, Status
from data_access.reports import Reports
from data_access.review import Review
from data_access.review_records import SortKey
from data_access.rights import Rights
from layouts.drawing import Picture
from layouts.review import address, agency, figures, overview, queue, report, shell
from layouts.review.address import Address, UnknownPageError, read_address
from layouts.review.desk import OPEN
from layouts.review.still import Still, stilled
from tests.cities import CITY_UNTIL
from tests.desk import (
    HOSTILE,
    NO_LAND,
    NOW,
    TRANSLATIONS,
    backlog,
    doors_of,
    every,
    make_desk,
    report_detail,
    report_row,
    text_of,
)
from tests.desk import (
    overview as make_overview,
)

ROOT = Path(__file__).parents[1]


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "href",
    [
        "/tinjau/",
        "/tinjau/skpd/Kec.%20Binjai%20Kota",
        "/tinjau/tempat/12.75.01.1001?since=2026-01-01&as_of=2026-11-01T00%3A00%3A00%2B07%3A00",
        "/tinjau/antrean?holder=PUTR&status=received&status=escalated&overdue=1&q=lampu+mati",
        "/tinjau/laporan/BJI-2026-000001?holder=PUTR",
    ],
)
def test_an_address_is_read_as_it_is_written(href: str) -> None:
    path, _, search = href.partition("?")
    assert read_address(path, f"?{search}" if search else "").href == href


@pytest.mark.parametrize(
    "path", ["/wall/", "/tinjau/apa", "/tinjau/antrean/1", "/tinjau/skpd/a/b", "/tinjau/../wall"]
)
def test_other_paths_are_no_pages(path: str) -> None:
    with pytest.raises(UnknownPageError):
        read_address(path, "")


def test_an_address_of_a_megabyte_is_no_page() -> None:
    with pytest.raises(UnknownPageError):
        read_address("/tinjau/", "?q=" + "a" * 1_000_000)


def test_a_door_keeps_the_filters_but_for_its_changes() -> None:
    here = read_address("/tinjau/skpd/PUTR", "?category=Banjir&overdue=1")
    there = here.to(address.QUEUE, holder="PUTR", overdue=None, status=OPEN)
    assert there.values("status") == OPEN
    assert there.value("category") == "Banjir"
    assert there.value("overdue") is None
    assert here.without("overdue", "1").href == "/tinjau/skpd/PUTR?category=Banjir"


@pytest.fixture(scope="module")
def reports(city_url: str) -> Reports:
    return Reports(open_engine(city_url))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("agency", "Dinas Sihir"),
        ("holder", "1 OR 1=1"),
        ("status", "open"),
        ("band", "٣"),
        ("level", "9223372036854775808"),
        ("overdue", "ya"),
        ("hop", "4"),
        ("received", "31"),
        ("finished", "-90"),
        ("feedback", "6"),
        ("vs", "{%config%}"),
        ("since", "kemarin"),
        ("colour", "red"),
    ],
)
def test_what_is_not_known_is_named(reports: Reports, name: str, value: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        read_desk_filters(Address(query=((name, value),)), reports)
    assert (caught.value.name, caught.value.value) == (name, value)


def test_filters_of_an_address(reports: Reports) -> None:
    query = "?since=2026-01-01&holder=BCC&holder=PUTR&band=over_90_days&level=2&overdue=1&q=+lampu+"
    found = read_desk_filters(read_address("/tinjau/antrean", query), reports)
    assert found.holders == ("BCC", "PUTR")
    assert found.bands == (AgeBand.OVER_90_DAYS,)
    assert (found.levels, found.overdue, found.text) == ((2,), True, "lampu")


def test_a_moment_without_an_offset_is_in_wib() -> None:
    address_ = Address(query=(("as_of", "2026-11-01T10:00"),))
    found = read_as_of(address_, NOW)
    assert found is not None
    assert found.isoformat() == "2026-11-01T10:00:00+07:00"


@pytest.mark.parametrize("sent", [None, 1, [], {"path": 5, "search": {}, "theme": "pink"}])
def test_what_no_page_sends_is_the_overview(sent: object) -> None:
    assert read_request(sent) == ("/tinjau/", "", "day")


# -- what a mark counts is what its door lists -----------------------------------------------------


def test_bars_count_what_their_doors_list(reports: Reports) -> None:
    review = Review(reports)
    for row in reports.open_by_agency(CITY_UNTIL):
        for filters, count in (
            (Filters(holders=(row.agency,), statuses=tuple(Status(s) for s in OPEN)), row.open),
            (Filters(holders=(row.agency,), overdue=True), row.overdue),
        ):
            assert review.rows(filters, CITY_UNTIL, limit=1).total == count


@pytest.mark.parametrize(
    ("page", "subject", "least"),
    [
        (address.OVERVIEW, None, 100),
        (address.AGENCY, None, 20),
        (address.AGENCY, "PUTR", 60),
        (address.PLACE, None, 50),
        (address.PLACE, "12.75.01", 100),
        (address.PLACE, "12.75.01.1001", 50),
        (address.FEEDBACK, None, 100),
        (address.REPORTERS, None, 100),
    ],
)
@pytest.mark.parametrize("search", ["", "?since=2026-03-01&until=2026-09-01"])
def test_every_number_counts_what_its_door_lists(
    page: str, subject: str | None, least: int, search: str, reports: Reports
) -> None:
    review = Review(reports)
    here = replace(read_address("/tinjau/", search), page=page, subject=subject)
    desk = replace(make_desk(), as_of=CITY_UNTIL, address=here)
    desk = replace(desk, filters=read_desk_filters(here, reports))
    sheet = show(desk, Sources(review, reports, NO_LAND))
    found = 0
    for number, href in numbers_with_doors(list(sheet.body)):
        path, _, query = href.partition("?")
        door = read_address(path, f"?{query}")
        filters = read_desk_filters(door, reports)
        listed = review.rows(filters, CITY_UNTIL, limit=1, see_confidential=True).total
        if filters.said == (Said.ANYTHING,):
            assert number >= listed, f"{number} answers, on {listed} reports: {href}"
        elif page == address.OVERVIEW and YEARS.search(href):
            assert number >= listed, f"{number} forwardings, of {listed} reports: {href}"
        else:
            assert number == listed, f"{number} opens {listed}: {href}"
        found += 1
    assert found >= (1 if search else least)


YEARS = re.compile(r"since=(\d{4})-01-01&until=\d{4}-01-01")


def numbers_with_doors(parts: list[object]) -> Iterator[tuple[int, str]]:
    """Each number that is a link to a list of reports."""
    for part in every(parts):
        href, text = getattr(part, "href", None), getattr(part, "children", None)
        listed = isinstance(href, str) and href.startswith("/tinjau/antrean")
        if listed and isinstance(text, str) and text.replace(".", "").isdigit():
            yield int(text.replace(".", "")), href


def checked(drawn: Picture) -> go.Figure:
    """As Plotly takes it: it knows every word of it."""
    return go.Figure(drawn.to_plotly_json())


def test_every_picture_is_one_that_plotly_draws(reports: Reports) -> None:
    review = Review(reports)
    sources = Sources(review, reports, NO_LAND)
    for reader in (make_desk(), make_desk(rights=Rights(suppress_small=True))):
        sheets = [
            show(replace(reader, as_of=CITY_UNTIL, address=Address(page, subject)), sources)
            for page, subject in (
                (address.OVERVIEW, None),
                (address.AGENCY, None),
                (address.AGENCY, "PUTR"),
                (address.COMPARISON, None),
                (address.PLACE, None),
                (address.PLACE, "12.75.01"),
                (address.REPORTERS, None),
                (address.FEEDBACK, None),
            )
        ]
        drawn = [
            each for sheet in sheets for each in every(list(sheet.body)) if hasattr(each, "figure")
        ]
        assert len(drawn) > 15
        for graph in drawn:
            go.Figure(graph.figure)


def test_every_mark_of_the_backlog_opens_its_agency() -> None:
    desk = make_desk("/tinjau/?category=Banjir")
    drawn = checked(figures.backlog_figure(desk, make_overview().agencies))
    doors = {door for trace in drawn.data for door in trace.customdata}
    assert doors == {"/tinjau/skpd/PUTR?category=Banjir"}


def test_a_month_opens_its_reports() -> None:
    drawn = checked(figures.volume_figure(make_desk(), make_overview().months, address.QUEUE))
    assert drawn.data[0].customdata == ("/tinjau/antrean?since=2026-11-01&until=2026-12-01",)


def test_names_of_the_database_are_text_in_pictures() -> None:
    row = replace(make_overview().agencies[0], agency=HOSTILE)
    drawn = checked(figures.backlog_figure(make_desk(), [row]))
    assert "<img" not in str(drawn.layout.yaxis.ticktext)
    assert "<img" not in drawn.data[0].hovertext[0]


# -- pages ----------------------------------------------------------------------------------------


def test_the_overview_counts_compares_and_opens() -> None:
    sheet = overview.overview_sheet(make_desk(), make_overview(), NO_LAND)
    words = text_of(list(sheet.body))
    assert "1.437" in words
    assert "+37 · sebelumnya 1.400" in words
    assert "/tinjau/antrean?overdue=1" in doors_of(list(sheet.body))


def test_an_empty_city_says_so_and_never_zero_for_unknown() -> None:
    empty = make_overview(agencies=(), months=(), before=None)
    words = text_of(list(overview.overview_sheet(make_desk(), empty, NO_LAND).body))
    assert "Tidak ada laporan terbuka" in words
    assert "Belum ada laporan" in words
    assert "tanpa pembanding" in words


def test_small_counts_are_not_told_to_the_council() -> None:
    council = make_desk(rights=Rights(suppress_small=True))
    assert council.count(4) == "< 5"
    assert council.count(0) == "0"
    assert council.count(732) == "730"
    assert council.percent(Share(1, 3)) == "–"
    assert council.percent(Share(41, 43)) == "–"
    assert council.interval((0.41, 0.63), Share(26, 51)) == "40–65\u00a0%"
    assert make_desk().count(4) == "4"


def test_the_council_has_no_doors_to_single_reports_and_sees_no_small_bars() -> None:
    council = make_desk(rights=Rights(suppress_small=True))
    found = make_overview(agencies=(backlog("PUTR", 82, 3),))
    sheet = overview.overview_sheet(council, found, NO_LAND)
    assert not [door for door in doors_of(list(sheet.body)) if "/antrean" in door]
    drawn = checked(figures.backlog_figure(council, found.agencies))
    assert drawn.data[0].x == (0,)
    assert "3" not in drawn.data[0].hovertext[0]


def test_a_report_shows_its_hands_and_its_deadline() -> None:
    sheet = report.report_sheet(make_desk(), report_detail(report_row()), NO_LAND)
    words = text_of(list(sheet.body))
    assert "Lewat tenggat 2 hari" in words
    assert "Diteruskan ke Perkim" in words
    assert "terlewat di tangannya" in words
    assert [name for name, _ in sheet.trail] == ["Ringkasan", "Antrean"]


def test_the_trail_leads_back_through_the_agency() -> None:
    desk = make_desk("/tinjau/laporan/X?holder=PUTR&overdue=1")
    sheet = report.report_sheet(desk, report_detail(report_row()), NO_LAND)
    assert sheet.trail[2] == ("PUTR", "/tinjau/skpd/PUTR")
    assert sheet.trail[3] == ("Antrean", "/tinjau/antrean?holder=PUTR&overdue=1")


def test_citizens_words_are_shown_as_typed() -> None:
    detail = report_detail(report_row(title=HOSTILE), body=HOSTILE)
    sheet = report.report_sheet(make_desk(), detail, NO_LAND)
    texts = [each for each in every(list(sheet.body)) if isinstance(each, str)]
    assert texts.count(HOSTILE) == 2
    assert sheet.lead == HOSTILE


def test_without_the_right_there_is_nothing_to_reveal() -> None:
    desk = make_desk(rights=Rights(see_reports=True))
    sheet = report.report_sheet(desk, report_detail(report_row()), NO_LAND)
    assert not [each for each in every(list(sheet.body)) if hasattr(each, "data-reveal")]


def test_a_confidential_report_is_told_as_one() -> None:
    row = report_row(title=None, category=None, kelurahan=None, confidential=True)
    sheet = report.report_sheet(make_desk(), report_detail(row, body=None), NO_LAND)
    assert sheet.lead == "Laporan rahasia"
    assert queue.grid_row(make_desk(), row)["title"] == "rahasia"


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ([{"colId": "age", "sort": "asc"}], (SortKey.AGE, False)),
        ([{"colId": "title", "sort": "asc"}], (SortKey.RECEIVED, True)),
        ("age", (SortKey.RECEIVED, True)),
        ([{"colId": ["age"]}], (SortKey.RECEIVED, True)),
        (None, (SortKey.RECEIVED, True)),
    ],
)
def test_the_grid_is_sorted_by_what_is_known(model: object, wanted: object) -> None:
    assert queue.asked_order(model) == wanted


def test_agencies_in_one_table_and_one_picture(reports: Reports) -> None:
    rows = reports.open_by_agency(CITY_UNTIL)
    sheet = agency.agencies_sheet(make_desk(), rows)
    names = {each for each in every(list(sheet.body)) if isinstance(each, str)}
    assert {row.agency for row in rows} <= names


def test_every_download_on_a_page_exists() -> None:
    sheet = overview.overview_sheet(make_desk(), make_overview(), NO_LAND)
    named = [door for door in doors_of(list(sheet.body)) if "/unduh/" in door]
    assert named
    for door in named:
        assert door.removeprefix("/tinjau/unduh/").partition("?")[0].rpartition(".")[0] in DOWNLOADS


def test_still_parts_travel_as_one_and_inputs_do_not() -> None:
    desk = make_desk()
    sheet = overview.overview_sheet(desk, make_overview(), NO_LAND)
    choices = shell.Choices(("PUTR",), ("Banjir",), (), ())
    page = stilled(shell.build_view(desk, choices, sheet))
    kinds = [type(each).__name__ for each in every(page)]
    assert kinds.count("Graph") == 3
    assert "Input" in kinds
    assert sum(isinstance(each, Still) for each in every(page)) < 120


# -- words ----------------------------------------------------------------------------------------


def _texts() -> set[str]:
    keywords = {"t": None, "n_": None, "gettext": None}
    found = set()
    for folder, pattern in (
        ("layouts/review", "**.py"),
        ("dashboard", "**.py"),
        ("callbacks", "review*.py"),
    ):
        method = [(pattern, "python")]
        for _, _, text, _, _ in extract_from_dir(str(ROOT / folder), method, keywords=keywords):
            found.add(text if isinstance(text, str) else text[0])
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_text_is_missing_in_the_catalogue(language: str) -> None:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {message.id: message.string for message in catalogue if message.id}
    assert _texts() - set(known) == set()
    assert [text for text, translated in known.items() if not translated] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_compiled_catalogue_says_the_same(language: str) -> None:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    desk = make_desk(language=language)
    for message in catalogue:
        if message.id:
            assert desk.t(message.id) == message.string


def test_translations_keep_the_places_of_values() -> None:
    desk = make_desk(language="en")
    for text in _texts():
        wanted = {part.partition("}")[0] for part in text.split("{")[1:]}
        given = {part.partition("}")[0] for part in desk.t(text).split("{")[1:]}
        assert wanted == given, text


def test_numbers_and_days_follow_the_language() -> None:
    indonesian, english = make_desk(), make_desk(language="en")
    assert (indonesian.number(1437), english.number(1437)) == ("1.437", "1,437")
    assert (indonesian.number(4.5, 1), english.number(4.5, 1)) == ("4,5", "4.5")
    assert indonesian.moment(NOW) == "23 Nov 2026, 14.05"
    assert english.moment(NOW) == "23 Nov 2026, 14:05"
    assert indonesian.filters == ALL


def test_a_mark_of_the_map_opens_the_reports_that_it_stands_for(reports: Reports) -> None:
    incidents = reports.open_incidents(CITY_UNTIL)
    drawn = checked(figures.map_figure(make_desk(), incidents, (), NO_LAND))
    review = Review(reports)
    marks = [
        (x, each)
        for trace in drawn.data
        for x, each in zip(trace.text or (), trace.customdata, strict=True)
    ]
    assert len(marks) > 20
    for text, door in marks:
        path, _, search = door.partition("?")
        corners = read_blocks(read_address(path, search))
        found = review.open_in_block(corners[0], ALL, CITY_UNTIL)
        assert len(found) == int(text or len(found))
        assert text or len(found) <= 2
    given = [corner for _, door in marks for corner in read_blocks(read_address(*door.split("?")))]
    assert sum(len(review.open_in_block(corner, ALL, CITY_UNTIL)) for corner in given) == sum(
        row.open for row in incidents
    )


@pytest.mark.abuse
@pytest.mark.parametrize(
    "cell", ["x", "3.6", "3.601,98.485", "٣.600,98.485", "nan,nan", "3.600,98.485,1"]
)
def test_no_finer_place_than_a_block_can_be_asked_for(cell: str) -> None:
    with pytest.raises(BadAddressError):
        read_blocks(read_address("/tinjau/antrean", f"cell={cell}"))
