"""Every scene fills every canvas: nothing cut, nothing over another, all text large enough."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from dashboard.settings import Settings
from dashboard.wall_app import text_px
from layouts.palette import THEMES
from tests.browser import SCENES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser import Screen
    from tests.serving import Server

pytestmark = pytest.mark.browser

WALLS = ((1920, 1080), (3840, 2160), (7680, 2160))
OTHERS = ((1366, 768), (1080, 1920))

TEXTS = """() => {
  const unit = innerHeight / 1080;
  const clipped = (style) => style.overflowX !== 'visible' || style.overflowY !== 'visible';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest('footer:not(.ticker), script, style')) continue;
    if (element.closest('.ticker .run')) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const inSvg = element.ownerSVGElement;
    const scale = inSvg ? element.getScreenCTM().a : element.closest('.scaled') ? unit : 1;
    const size = parseFloat(style.fontSize) * scale;
    const clip = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
    let ellipsis = false;
    for (let up = element; up; up = up.parentElement) {
      const s = getComputedStyle(up);
      if (s.display === 'inline' || !clipped(s)) continue;
      const b = up.getBoundingClientRect();
      clip.left = Math.max(clip.left, b.left);
      clip.right = Math.min(clip.right, b.right);
      clip.top = Math.max(clip.top, b.top);
      clip.bottom = Math.min(clip.bottom, b.bottom);
      ellipsis = ellipsis || s.textOverflow === 'ellipsis' && up.scrollWidth > up.clientWidth + 1;
    }
    const rise = size * 0.2;  // letters keep this far from the edges of their line
    const top = box.top + (box.height - size) / 2 + rise;
    const bottom = box.bottom - (box.height - size) / 2 - rise;
    if (top >= clip.bottom || bottom <= clip.top) continue;
    if (box.left >= clip.right || box.right <= clip.left) continue;
    const place = element.closest('.panel, .header, .notice, .ticker');
    found.push({
      words: node.textContent.trim(),
      panel: place?.getAttribute('aria-label') ?? place?.className ?? '',
      size, ellipsis,
      drawn: !!inSvg && !!element.closest('.map'), picture: !!element.closest('.trend'),
      cut: top < clip.top - 1 || bottom > clip.bottom + 1
        || (!(ellipsis && !element.closest('.figure, .value, .time'))
          && (box.left < clip.left - 1.5 || box.right > clip.right + 1.5)),
      left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right), top, bottom,
    });
  }
  return found;
}"""

SCROLLS = """() => [document.scrollingElement, ...document.querySelectorAll('body *')]
  .filter((element) => {
    const style = getComputedStyle(element);
    const wide = element.scrollWidth > element.clientWidth + 1;
    const high = element.scrollHeight > element.clientHeight + 1;
    return (wide && /auto|scroll/.test(style.overflowX))
      || (high && /auto|scroll/.test(style.overflowY));
  }).map((element) => element.className)"""

USED = """() => {
  const canvas = document.querySelector('.canvas').getBoundingClientRect();
  const ends = [...document.querySelectorAll('.canvas .picture, .canvas .row, .canvas .heading')]
    .map((element) => element.getBoundingClientRect().bottom)
    .filter((bottom) => bottom <= canvas.bottom + 2);
  return {
    canvas: (Math.max(...ends) - canvas.top) / canvas.height,
    page: document.querySelector('.ticker').getBoundingClientRect().bottom / innerHeight,
  };
}"""


def overlaps(texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Texts that lie over each other; on the map, names may lie under marks."""
    return [
        (one["words"], other["words"])
        for n, one in enumerate(texts)
        for other in texts[n + 1 :]
        if not (one["drawn"] and other["drawn"])
        and min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def check(page: Page, floor: float | None) -> list[str]:
    """All that is wrong with a scene on its canvas."""
    texts = page.evaluate(TEXTS)
    assert len(texts) > 10
    wrong = [f"a scroll bar: {name}" for name in page.evaluate(SCROLLS)]
    wrong += [f"cut: {text['words']!r} in {text['panel']}" for text in texts if text["cut"]]
    wrong += [f"one over the other: {pair}" for pair in overlaps(texts)]
    if floor is not None:
        wrong += [
            f"{text['size']:.1f} px: {text['words']!r} in {text['panel']}"
            for text in texts
            if text["size"] < floor - 0.1 and not text["picture"]
        ]
    return wrong


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", WALLS, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_scene_fits_a_wall(
    size: tuple[int, int], scene: str, city_server: Server, screen: Screen
) -> None:
    page = screen(city_server.url, scene, size=size)
    floor = text_px(Settings()) * size[1] / 1080
    assert check(page, floor) == []
    used = page.evaluate(USED)
    assert used["page"] > 0.99
    assert used["canvas"] > 0.95, f"only {used['canvas']:.0%} of the canvas is used"


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", OTHERS, ids=lambda s: f"{s[0]}x{s[1]}")
def test_nothing_lies_over_another_on_other_screens(
    size: tuple[int, int], scene: str, city_server: Server, screen: Screen
) -> None:
    page = screen(city_server.url, scene, size=size)
    texts = page.evaluate(TEXTS)
    assert overlaps(texts) == []
    assert page.evaluate(SCROLLS) == []


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_fits_by_day_too(scene: str, city_server: Server, screen: Screen) -> None:
    page = screen(city_server.url, scene, theme="day")
    assert check(page, text_px(Settings())) == []


@pytest.fixture(scope="module")
def far_server(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    import shutil
    from pathlib import Path

    from tests.browser import serving

    folder = tmp_path_factory.mktemp("far")
    with serving(folder) as start:
        yield start(Path(shutil.copy(city_file, folder / "city.sqlite")), BCC_FARTHEST_SEAT_M="6")


@pytest.mark.parametrize("scene", SCENES)
def test_text_is_larger_where_the_farthest_seat_is_farther(
    scene: str, far_server: Server, screen: Screen
) -> None:
    page = screen(far_server.url, scene)
    floor = text_px(Settings(farthest_seat_m=6))
    assert floor > 1.4 * text_px(Settings())
    assert check(page, floor) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", SCENES)
def test_colours_that_ask_to_act_cover_less_than_a_twentieth(
    scene: str, theme: str, city_server: Server, screen: Screen
) -> None:
    page = screen(city_server.url, scene, theme=theme)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    pixels = np.asarray(picture, dtype=np.int16)
    acting = sum(near(pixels, colour) for colour in (THEMES[theme].act, THEMES[theme].warn))
    if scene not in {"volume", "reporters"}:
        assert acting > 0, "the demo city has overdue reports"
    assert acting < 0.05 * pixels.shape[0] * pixels.shape[1]


def near(pixels: Any, colour: str) -> int:
    """Pixels that the eye takes for the colour."""
    wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], dtype=np.int16)
    return int((np.abs(pixels - wanted).max(axis=2) < 40).sum())


def test_a_joined_canvas_shows_more_and_not_larger_emptiness(
    city_server: Server, screen: Screen
) -> None:
    panels = "() => [...document.querySelectorAll('.panel')].map((panel) => panel.ariaLabel)"
    plain = screen(city_server.url).evaluate(panels)
    page = screen(city_server.url, size=(7680, 2160))
    joined = page.evaluate(panels)
    assert set(joined) > set(plain)
    rows = "() => document.querySelectorAll('.panel.map .row').length"
    assert page.evaluate(rows) > 10
