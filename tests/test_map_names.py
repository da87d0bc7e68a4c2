"""Names on the wall's map lie inside it, and on no mark, wherever the reports are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import hypot
from random import Random
from typing import Any

import pytest

from data_access.boundaries import computed_boundaries
from data_access.records import Area, KelurahanOpen
from layouts.drawing import SMALLEST_PX, Canvas
from layouts.palette import THEMES
from layouts.panels.city_map import (
    DEGREES_PER_PX,
    NAME_HEIGHT,
    NAME_LETTER,
    Mark,
    apart,
    map_figure,
)

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
AREAS = [
    Area(
        f"k{row}{column}", f"Kelurahan {row}{column}", None, 3.55 + row / 60, 98.45 + column / 60, 1
    )
    for row in range(6)
    for column in range(4)
]
LAND = computed_boundaries(AREAS)
PLACES = [
    KelurahanOpen(area.code, area.name, "", area.latitude, area.longitude, 9, 9 - place % 5)
    for place, area in enumerate(AREAS)
]


def marks(shift: float) -> list[Mark]:
    """A crowd of five near the middle of every fifth kelurahan."""
    return [
        Mark(
            area.longitude + shift,
            area.latitude,
            5,
            place % 2,
            "Lampu",
            NOW + timedelta(minutes=place),
        )
        for place, area in enumerate(AREAS)
        if place % 5 == 0
    ]


def figure(text_px: float, shift: float) -> dict[str, Any]:
    canvas = Canvas(THEMES["night"], text_px)
    return map_figure(marks(shift), PLACES, LAND, ["Lampu"], canvas).to_plotly_json()


@pytest.mark.parametrize("text_px", [SMALLEST_PX, 1.5 * SMALLEST_PX])
@pytest.mark.parametrize("shift", [-0.01, 0, 0.004, 0.01])
def test_names_are_whole_and_on_no_mark(text_px: float, shift: float) -> None:
    drawn = figure(text_px, shift)
    names, *crowds = drawn["data"]
    grown = text_px / SMALLEST_PX
    left, right = drawn["layout"]["xaxis"]["range"]
    low, high = drawn["layout"]["yaxis"]["range"]
    assert names["text"], "no name has room"
    for name, x, y in zip(names["text"], names["x"], names["y"], strict=True):
        half = len(name) * NAME_LETTER * grown / 2 - 1e-4
        assert left <= x - half, name
        assert x + half <= right, name
        assert low <= y - NAME_HEIGHT * grown / 2 + 1e-4, name
        assert y + NAME_HEIGHT * grown / 2 - 1e-4 <= high, name
        for crowd in crowds:
            sizes = crowd["marker"]["size"]
            for a, b, size in zip(crowd["x"], crowd["y"], sizes, strict=True):
                radius = size / 2 * DEGREES_PER_PX - 4e-4
                apart_x = abs(x - a) >= half + radius
                apart_y = abs(y - b) >= NAME_HEIGHT * grown / 2 + radius
                assert apart_x or apart_y, f"{name} lies under a mark"


def test_the_newest_is_told_where_it_hides_nothing_overdue() -> None:
    middle = Mark(98.475, 3.59, 1, 0, "Lampu", NOW)
    for dx, dy in ((-0.016, 0.008), (0.016, 0.008), (-0.016, -0.008)):
        overdue = Mark(98.475 + dx, 3.59 + dy, 5, 5, "Lampu", NOW - timedelta(days=2))
        canvas = Canvas(THEMES["night"], SMALLEST_PX)
        drawn = map_figure([middle, overdue], PLACES, LAND, ["Lampu"], canvas).to_plotly_json()
        (note,) = drawn["layout"]["annotations"]
        on_its_side = (note["xanchor"] == "left") == (dx > 0)
        at_its_height = (note["ay"] < 0) == (dy > 0)
        assert not (on_its_side and at_its_height)


@pytest.mark.parametrize("text_px", [SMALLEST_PX, 1.5 * SMALLEST_PX])
def test_no_mark_covers_another_and_no_report_is_lost(text_px: float) -> None:
    canvas = Canvas(THEMES["night"], text_px)
    chance = Random(7)
    crowded = [
        Mark(
            98.45 + chance.random() / 10,
            3.55 + chance.random() / 8,
            n := chance.randint(1, 30),
            chance.randint(0, n),
            chance.choice(["Lampu", "Jalan"]),
            NOW - timedelta(minutes=chance.randint(0, 9999)),
        )
        for _ in range(150)
    ]
    drawn = apart(crowded, canvas, 1.0)
    assert 10 < len(drawn) < len(crowded)
    assert sum(mark.open for mark in drawn) == sum(mark.open for mark in crowded)
    assert sum(mark.overdue for mark in drawn) == sum(mark.overdue for mark in crowded)
    assert max(mark.newest for mark in drawn) == max(mark.newest for mark in crowded)
    figure = map_figure(drawn, PLACES, LAND, ["Lampu"], canvas).to_plotly_json()
    circles = [
        circle
        for trace in figure["data"][1:]
        for circle in zip(trace["x"], trace["y"], trace["marker"]["size"], strict=True)
    ]
    for place, (x, y, size) in enumerate(circles):
        for a, b, other in circles[place + 1 :]:
            touching = 0.8 * DEGREES_PER_PX * (size + other) / 2
            assert hypot(x - a, y - b) >= touching
