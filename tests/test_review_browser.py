"""The desk in a real browser: the secretary's way, words, grid, paper, and what must not happen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from data_access.rights import Role
from data_access.state import open_state
from tests.browser import City, serving
from tests.desk import HOSTILE
from tests.serving import Server

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
TICKET = "BJI-HOSTILE-1"
PAGES = {
    "overview": "/tinjau/",
    "agencies": "/tinjau/skpd",
    "agency": "/tinjau/skpd/PUTR",
    "comparison": "/tinjau/perbandingan",
    "places": "/tinjau/tempat",
    "place": "/tinjau/tempat/12.75.01.1001",
    "queue": "/tinjau/antrean?overdue=1",
    "reporters": "/tinjau/pelapor",
    "feedback": "/tinjau/umpan-balik",
    "report": f"/tinjau/laporan/{TICKET}",
    "search": "/tinjau/cari?q=lampu",
    "trouble": "/tinjau/?agency=Dinas+Sihir",
}
WAIT_MS = 30_000

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def desk(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo city, one hostile report, and the demo accounts."""
    folder = tmp_path_factory.mktemp("desk")
    database = Path(shutil.copy(city_file, folder / "city.sqlite"))
    City(database).report(TICKET, title=HOSTILE, body=HOSTILE)
    state = f"sqlite:///{folder / 'state.sqlite'}"
    engine = open_state(state).engine
    ensure_demo_accounts(engine)
    engine.dispose()
    with serving(folder) as start:
        yield start(database, BCC_STATE_DATABASE=state)


def log_in(page: Page, desk: Server, role: Role) -> None:
    account = next(each for each in DEMO_ACCOUNTS if each.role is role)
    page.goto(f"{desk.url}/masuk?next=/tinjau/")
    page.fill("input[name=name]", account.name)
    page.fill("input[type=password]", account.password)
    page.click("main form button")
    page.wait_for_selector("main h1", timeout=WAIT_MS)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, desk: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secretary's cookies."""
    context = browser.new_context()
    log_in(context.new_page(), desk, Role.SECRETARY)
    kept = tmp_path_factory.mktemp("cookies") / "secretary.json"
    context.storage_state(path=kept)
    context.close()
    return kept


@pytest.fixture
def visit(browser: Browser, desk: Server, signed_in: Path) -> Iterator[Visit]:
    """Opens pages: ``visit("/tinjau/", language="en", theme="night")``."""
    opened: list[BrowserContext] = []

    def go(path: str, *, language: str = "id", theme: str = "day", **how: object) -> Page:
        context = browser.new_context(
            storage_state=signed_in, viewport={"width": 1440, "height": 900}, **how
        )
        opened.append(context)
        cookies = [("bahasa", language), ("tema", theme)]
        context.add_cookies(
            [{"name": name, "value": value, "url": desk.url} for name, value in cookies]
        )
        page = context.new_page()
        page.goto(desk.url + path)
        page.wait_for_selector("main h1", timeout=WAIT_MS)
        return page

    yield go
    for context in opened:
        context.close()


def red_bar(page: Page) -> tuple[float, float]:
    """The middle of the first red bar."""
    page.wait_for_selector("[data-figure=backlog] .point path", timeout=WAIT_MS)
    box = page.locator("[data-figure=backlog] .point path").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("language", "history"), [("id", "Riwayat"), ("en", "History")])
def test_the_secretary_goes_from_a_red_bar_to_a_reports_history_and_back(
    visit: Visit, language: str, history: str
) -> None:
    page = visit("/tinjau/", language=language)
    page.mouse.click(*red_bar(page))
    page.wait_for_selector("#review-oldest-card", timeout=WAIT_MS)
    agency = page.locator("main h1").inner_text()
    page.locator(".tile .value.act a").click()
    page.locator(".ag-row .door").first.wait_for(timeout=WAIT_MS)
    assert "overdue=1" in page.url
    ticket = page.locator(".ag-row .door").first.inner_text()
    page.locator(".ag-row .door").first.click()
    page.wait_for_selector(".timeline", timeout=WAIT_MS)
    assert page.locator("main h1").inner_text() == ticket
    expect(page.get_by_role("heading", name=history)).to_be_visible()
    assert agency in page.locator(".trail").inner_text()

    page.go_back()
    page.locator(".ag-row .door").first.wait_for(timeout=WAIT_MS)
    page.go_back()
    page.wait_for_selector("#review-oldest-card", timeout=WAIT_MS)
    assert page.locator("main h1").inner_text() == agency
    page.go_back()
    page.wait_for_selector("[data-figure=map] .main-svg", timeout=WAIT_MS)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AGENCY, Role.ADMINISTRATOR, Role.COUNCIL])
def test_each_role_goes_as_far_as_it_may(
    browser: Browser, desk: Server, role: Role, language: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "bahasa", "value": language, "url": desk.url}])
    page = context.new_page()
    log_in(page, desk, role)
    page.mouse.click(*red_bar(page))
    page.wait_for_selector("#review-oldest-card", timeout=WAIT_MS)
    doors = page.locator("#review-oldest-card .ticket")
    if role is Role.COUNCIL:
        expect(doors).to_have_count(0)
        expect(page.locator("a[href*='/antrean'], a[href*='/laporan']")).to_have_count(0)
        expect(page.locator(".state")).to_contain_text("5")
        page.goto(f"{desk.url}/tinjau/antrean")
        expect(page.locator(".trouble")).to_be_visible(timeout=WAIT_MS)
    else:
        doors.first.click()
        page.wait_for_selector(".timeline", timeout=WAIT_MS)
        page.go_back()
        page.wait_for_selector("#review-oldest-card", timeout=WAIT_MS)
    context.close()


def test_a_ticket_or_words_are_found_from_every_page(visit: Visit) -> None:
    page = visit("/tinjau/umpan-balik")
    page.fill("#review-search-text", TICKET[:10])
    page.keyboard.press("Enter")
    page.locator(".hits a").first.click()
    page.wait_for_selector(".timeline", timeout=WAIT_MS)
    assert page.url.split("?")[0].endswith(TICKET)


def test_filters_are_in_the_address_and_each_has_its_way_out(visit: Visit) -> None:
    page = visit("/tinjau/")
    page.click(".filter-form summary")
    page.locator(".field", has_text="Kategori").locator("summary").press("Enter")
    page.get_by_role("checkbox", name="Banjir").press("Space")
    page.get_by_role("checkbox", name="Sampah").check()
    expect(page.locator(".field", has_text="Kategori").locator(".picked")).to_have_text(
        "Banjir, Sampah"
    )
    page.fill("#review-filter-since", "2026-01-01")
    page.click(".filter-form button[type=submit]")
    page.locator(".chips li").nth(2).wait_for(timeout=WAIT_MS)
    assert "since=2026-01-01" in page.url
    assert "category=Banjir&category=Sampah" in page.url
    page.locator(".chips a").first.click()
    expect(page.locator(".chips li")).to_have_count(2, timeout=WAIT_MS)
    assert "since" not in page.url
    page.locator(".chips a").first.click()
    expect(page.locator(".chips li")).to_have_count(1, timeout=WAIT_MS)
    assert page.locator("input[name=category]:checked").count() == 1


def test_the_queue_is_sorted_by_keyboard_and_keeps_its_columns(visit: Visit) -> None:
    page = visit("/tinjau/antrean")
    first = page.locator(".ag-center-cols-container [row-index='0'] [col-id=received]")
    first.wait_for(timeout=WAIT_MS)
    newest = first.inner_text()
    page.locator(".ag-header-cell[col-id=received]").focus()
    page.keyboard.press("Enter")
    expect(first).not_to_have_text(newest, timeout=WAIT_MS)
    page.click(".columns summary")
    page.get_by_role("checkbox", name="kecamatan").check()
    expect(page.locator(".ag-header-cell[col-id=kecamatan]")).to_be_attached()
    page.reload()
    page.wait_for_selector(".ag-header-cell[col-id=kecamatan]", timeout=WAIT_MS)


def test_a_field_is_shown_for_a_reason_alone(visit: Visit) -> None:
    page = visit("/tinjau/antrean")
    page.locator(".ag-row .door").nth(3).click()
    page.wait_for_selector(".timeline", timeout=WAIT_MS)
    page.locator("[data-reveal=place]").click()
    page.fill("#review-reveal-reason", "ingin")
    page.click("dialog button[type=submit]")
    expect(page.locator("[data-problem]")).to_contain_text("10", timeout=WAIT_MS)
    page.fill("#review-reveal-reason", "Petugas mencari lokasi kejadian")
    page.click("dialog button[type=submit]")
    expect(page.locator("[data-masked=place]")).not_to_contain_text("•", timeout=WAIT_MS)


def test_paper_has_the_page_and_no_navigation(visit: Visit) -> None:
    page = visit("/tinjau/skpd/PUTR", theme="night")
    page.wait_for_selector("[data-figure=bands] .main-svg", timeout=WAIT_MS)
    assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 30_000
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".state")).to_be_visible()


def test_paper_is_light_whatever_the_theme(visit: Visit) -> None:
    shape = "[data-figure=map] .shapelayer path"
    land = f"() => getComputedStyle(document.querySelector('{shape}')).fill"
    width = "() => document.querySelector('[data-figure=map] .main-svg').clientWidth"
    by_day = visit("/tinjau/tempat", theme="day")
    by_day.wait_for_selector("[data-figure=map] .main-svg", timeout=WAIT_MS)
    page = visit("/tinjau/tempat", theme="night")
    page.wait_for_selector("[data-figure=map] .main-svg", timeout=WAIT_MS)
    before = page.evaluate(land), page.evaluate(width)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(land) == by_day.evaluate(land) != before[0]
    assert page.evaluate(width) == 700
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"({width})() === {before[1]}", timeout=WAIT_MS)
    assert page.evaluate(land) == before[0]


def test_the_small_map_is_drawn_for_the_screen_or_for_paper(visit: Visit) -> None:
    page = visit("/tinjau/antrean", theme="night")
    page.locator(".ag-row .door").nth(3).click()
    page.wait_for_selector(".small-map", timeout=WAIT_MS)
    shown = page.locator(".small-map:visible")
    expect(shown).to_have_count(1)
    on_screen = shown.get_attribute("src")
    page.emulate_media(media="print")
    expect(shown).to_have_count(1)
    assert shown.get_attribute("src") != on_screen


def test_the_queue_is_laid_out_in_rows_for_paper(visit: Visit) -> None:
    page = visit("/tinjau/antrean")
    page.locator(".ag-row .door").first.wait_for(timeout=WAIT_MS)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    rows = page.locator("[data-paper-rows] tbody tr")
    assert rows.count() == 100
    first = page.locator(".ag-row[row-index='0'] .door").inner_text()
    assert first in rows.first.inner_text()


@pytest.mark.parametrize("card", ["comparison", "on-time"])
def test_tables_and_pictures_are_taken_along_as_png(visit: Visit, card: str) -> None:
    page = visit("/tinjau/perbandingan", accept_downloads=True)
    page.wait_for_selector("[data-figure=on-time] .main-svg", timeout=WAIT_MS)
    section = page.locator(f"#review-{card}-card")
    section.locator(".take summary").click()
    with page.expect_download() as taken:
        section.locator("[data-png]").click()
    content = taken.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 20_000


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_stands_in_anyones_way(visit: Visit, name: str, theme: str) -> None:
    page = visit(PAGES[name], theme=theme)
    page.wait_for_timeout(900)
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    found = page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )
    worst = [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]
    assert not worst, "\n".join(worst)


def test_nothing_is_fetched_from_anywhere_else(visit: Visit, desk: Server) -> None:
    page = visit("/tinjau/umpan-balik")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES.values():
        page.goto(desk.url + path)
        page.wait_for_selector("main h1", timeout=WAIT_MS)
        page.wait_for_timeout(300)
    others = [url for url in asked if not url.startswith((desk.url, "data:", "blob:"))]
    assert asked
    assert not others


@pytest.mark.abuse
@pytest.mark.parametrize("path", [PAGES["report"], f"/tinjau/cari?q={TICKET}", "/tinjau/antrean"])
def test_hostile_words_are_shown_as_typed(visit: Visit, path: str) -> None:
    page = visit(path)
    page.get_by_text(HOSTILE, exact=True).first.wait_for(timeout=WAIT_MS)
    assert page.evaluate("() => window.hit") is None


@pytest.mark.abuse
def test_an_unknown_address_is_a_sentence(visit: Visit) -> None:
    page = visit("/tinjau/tempat/1 OR 1=1")
    expect(page.locator(".trouble")).to_contain_text("Periksa alamatnya")
    page.goto(page.url.split("/tinjau")[0] + "/tinjau/?%7B%25config%25%7D=1")
    expect(page.locator(".trouble")).to_be_visible(timeout=WAIT_MS)


def test_a_page_travels_light(visit: Visit) -> None:
    page = visit("/tinjau/umpan-balik")
    with page.expect_response(lambda answer: "_dash-update-component" in answer.url) as got:
        page.locator(".top nav a", has_text="Ringkasan").click()
    page.wait_for_selector("#review-volume-card", timeout=WAIT_MS)
    assert len(got.value.body()) < 300_000
