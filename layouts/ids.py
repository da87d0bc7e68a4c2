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
