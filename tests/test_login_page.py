"""The login page in a browser: by day and night, by keyboard, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dashboard.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from data_access.state import open_state
from tests.serving import ROOT, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.databases import Databases

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules/axe-core/axe.min.js"
DEMO = DEMO_ACCOUNTS[2]


@pytest.fixture(scope="module")
def url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that asks for logins, with the demo's accounts."""
    folder = tmp_path_factory.mktemp("login")
    state_url = f"sqlite:///{folder}/state.sqlite"
    state = open_state(state_url)
    ensure_demo_accounts(state.engine)
    state.engine.dispose()
    database = databases.fresh("sqlite").url.render_as_string(hide_password=False)
    settings = {"BCC_STATE_DATABASE": state_url, "BCC_WALL_OPEN": "no"}
    server = Server(database, folder / "log", settings).start()
    yield server.url
    server.stop()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme = getattr(request, "param", "light")
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, locale="id-ID"
    )
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[Any]:
    """What axe-core finds against WCAG 2.2 AA."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa',"
        " 'best-practice']})).violations.map((each) => [each.id, each.nodes[0].html])"
    )
    return list(found)


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_everybody_can_read_it(url: str, page: Page):
    page.goto(f"{url}/masuk")
    assert not faults(page)
    page.fill("[name=name]", DEMO.name)
    page.fill("[name=password]", "salah")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert not faults(page)


def test_by_keyboard_from_the_wall_to_the_login_and_back(url: str, page: Page):
    wrong: list[str] = []
    page.on("console", lambda each: wrong.append(each.text) if each.type == "error" else None)
    page.on("request", lambda each: wrong.append(each.url) if url not in each.url else None)
    page.goto(f"{url}/wall/")
    assert page.url.startswith(f"{url}/masuk?next=%2Fwall%2F")
    page.keyboard.type(DEMO.name)
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/wall/")
    assert not [each for each in wrong if "503" not in each and not each.startswith("data:")]


def test_the_language_is_switched_and_remembered(url: str, page: Page):
    page.goto(f"{url}/masuk")
    page.click("text=English")
    assert page.inner_text("h1") == "Log in"
    page.goto(f"{url}/masuk")
    assert page.inner_text("h1") == "Log in"


def test_logging_out_closes_the_way_back(url: str, page: Page):
    page.goto(f"{url}/masuk?next=/keluar")
    page.fill("[name=name]", DEMO.name)
    page.fill("[name=password]", DEMO.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/keluar")
    assert not faults(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/masuk")
    page.goto(f"{url}/wall/")
    assert "/masuk" in page.url
