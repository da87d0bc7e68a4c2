"""Ids of components: ``<area>-<thing>-<kind>``."""

from __future__ import annotations

LOCATION = "wall-page-location"
SCENES = "wall-scenes-store"
CANVAS = "wall-canvas-area"
CLOCK = "wall-clock-text"
DATE = "wall-date-text"
AGE = "wall-age-text"
NOTICE = "wall-notice-text"
TICKER = "wall-ticker-text"


def title(panel: str) -> str:
    """The sentence over a panel."""
    return f"wall-{panel}-title"


def figure(panel: str) -> str:
    """A panel's picture."""
    return f"wall-{panel}-figure"


def body(panel: str) -> str:
    """A panel's rows."""
    return f"wall-{panel}-body"


def note(panel: str) -> str:
    """The small line beside a panel's title: what is counted, and when it was read."""
    return f"wall-{panel}-note"


# -- the desk -------------------------------------------------------------------------------------

REVIEW_LOCATION = "review-page-location"
REVIEW_REQUEST = "review-page-request"
REVIEW_THEME = "review-theme-store"
REVIEW_VIEW = "review-page-view"
REVIEW_TITLE = "review-page-title"
REVIEW_DOOR = "review-door-store"
REVIEW_GRID = "review-queue-grid"
REVIEW_GRID_COUNT = "review-queue-count"
REVIEW_REVEAL_ASKED = "review-reveal-request"
REVIEW_REVEAL_ANSWER = "review-reveal-answer"
FIGURE_TYPE = "review-figure"


def review_figure(name: str) -> dict[str, str]:
    """A figure whose marks are doors."""
    return {"type": FIGURE_TYPE, "name": name}
