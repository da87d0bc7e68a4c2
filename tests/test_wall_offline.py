"""A wall needs nothing from the internet, keeps its policy, and anybody can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from dashboard.vendor import MODULES
from layouts.palette import THEMES
from tests.browser import SCENES
from tests.serving import get

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser import Screen
    from tests.serving import Server

pytestmark = pytest.mark.browser


class Network:
    """Lets through what goes to the wall's own server, and notes all else."""

    def __init__(self, server: Server) -> None:
        self._own = urlsplit(server.url).netloc
        self.abroad: list[str] = []
        self.own = 0
        self.complaints: list[str] = []

    def watch(self, page: Page) -> None:
        page.context.route("**/*", self._judge)
        page.on("request", self._note)
        page.on("console", lambda note: self._complain(note.type, note.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self._own:
            self.abroad.append(request.url)

    def _judge(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc == self._own:
            self.own += 1
            route.continue_()
        else:
            self.abroad.append(route.request.url)
            route.abort()

    def _complain(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


CANVASES = [(scene, (1920, 1080)) for scene in SCENES] + [("", (3840, 1080))]
"""Each scene, and the overview on a joined canvas."""


@pytest.mark.parametrize(("scene", "size"), CANVASES)
def test_a_scene_asks_nobody_else_and_the_browser_has_no_complaint(
    scene: str, size: tuple[int, int], city_server: Server, screen: Screen
) -> None:
    network = Network(city_server)
    page = screen(city_server.url, scene, size=size, prepare=network.watch)
    page.wait_for_timeout(700)
    assert network.own > 5
    assert network.abroad == []
    assert network.complaints == []


@pytest.mark.parametrize("scene", SCENES)
def test_a_page_allows_scripts_of_its_own_alone(scene: str, city_server: Server) -> None:
    answer = get(f"{city_server.url}/wall/{scene}")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "http" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"//cdn" not in answer.body


def test_the_policy_stops_a_script_that_is_not_the_pages(
    city_server: Server, screen: Screen
) -> None:
    page = screen(city_server.url)
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.intruded = true';
          document.body.append(script);
        }"""
    )
    assert page.evaluate("() => window.intruded") is None


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_accessible(scene: str, theme: str, city_server: Server, screen: Screen) -> None:
    page = screen(city_server.url, scene, theme=theme)
    checker = (MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
    page.evaluate(checker)
    result = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    assert len(result["passes"]) > 10, "the checker looked at nothing"
    assert [
        f"{found['id']} ({found['help']}): {node['target']} {node['html'][:120]}"
        for found in result["violations"]
        for node in found["nodes"]
    ] == []
