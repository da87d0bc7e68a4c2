"""Open incidents over the kelurahan: by age and subject, gathered where they crowd.

Drawn as shapes and markers on locked axes, without a map trace: nothing is fetched, and there is
no WebGL context that could be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from data_access.grid import GRID_CELLS
from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, Picture, cells, heading, number, props, span, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.boundaries import Boundaries
    from data_access.records import Incidents, KelurahanOpen
    from data_access.snapshot import Snapshot

PANEL = "map"
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")
SYMBOL_SIGNS = ("●", "■", "◆", "▲", "✚")
OTHER = "lain"
NEWEST = "terbaru"
CROWD_CELLS = 2
"""Neighbouring cells of the database's grid that become one mark, in each direction."""
MARGIN = 0.002
USUAL_WIDTH = 0.105
USUAL_HEIGHT = 0.15
"""Binjai's, in degrees, for which the following are meant."""
NAME_LETTER = 0.0019
NAME_HEIGHT = 0.0036
"""Room that a name takes on the map, in degrees: for each letter, and its height."""
DEGREES_PER_PX = 0.00023
LONGEST = 20
"""Longer names are left out."""
COVERS = 0.85
"""Marks whose distance is less than this share of their radii cover each other."""
MOST_GROWN = 40
"""Marks of more reports grow no further."""
CROWD = 3
"""From here on a mark carries its number instead of its subject's shape."""


@dataclass(frozen=True)
class Mark:
    """What is drawn at one place."""

    x: float
    y: float
    open: int
    overdue: int
    subject: str
    newest: datetime


class Box(NamedTuple):
    """Room that something takes on the map, in degrees."""

    x: float
    y: float
    half_width: float
    half_height: float

    def lies_in(self, edges: tuple[float, float, float, float]) -> bool:
        """Whether nothing of it is over the edges: west, south, east, north."""
        return (
            edges[0] - MARGIN <= self.x - self.half_width
            and edges[1] - MARGIN <= self.y - self.half_height
            and self.x + self.half_width <= edges[2] + MARGIN
            and self.y + self.half_height <= edges[3] + MARGIN
        )


class Label(NamedTuple):
    """A mark's label: how far to the side of it and above, in letter heights, and its room."""

    mark: Mark
    side: float
    rise: float
    box: Box


class Taken:
    """The room that is taken on the map."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = np.array(boxes, dtype=float).reshape(-1, 4)

    def add(self, box: Box) -> None:
        """Take some more."""
        self._boxes = np.vstack([self._boxes, box])

    def met(self, box: Box) -> Any:
        """For each box that was given, whether it covers something of this one."""
        x, y, half_width, half_height = self._boxes.T
        beside = abs(x - box.x) < half_width + box.half_width
        return beside & (abs(y - box.y) < half_height + box.half_height)


def draw(snapshot: Snapshot, canvas: Canvas, boundaries: Boundaries) -> Drawing:
    """The sentence, the map and, on a whole canvas, the kelurahan as rows."""
    places, incidents = snapshot.kelurahan, snapshot.incidents
    if places.value is None or incidents.value is None:
        late = places if places.value is None else incidents
        return unknown(PANEL, late, snapshot, "Laporan terbuka di peta")
    subjects = leading_subjects(incidents.value, 4 if canvas.detail else 3)
    cells_apart = round(CROWD_CELLS * canvas.scale**2 * _breadth(boundaries))
    gathered = gather(incidents.value, subjects, cells_apart)
    marks = apart(gathered, canvas, _breadth(boundaries))
    note = [
        span(f"{sign} {formats.short_category(name)}")
        for sign, name in zip(SYMBOL_SIGNS, [*subjects, OTHER], strict=False)
    ]
    if canvas.detail and boundaries.indicative:
        note.append(span("batas indikatif", "end"))
    drawing = heading(PANEL, _title(places.value), incidents, snapshot, note)
    drawing |= props(
        ids.figure(PANEL), figure=map_figure(marks, places.value, boundaries, subjects, canvas)
    )
    if canvas.detail:
        drawing |= props(ids.body(PANEL), children=_rows(places.value))
    return drawing


def _title(places: Sequence[KelurahanOpen]) -> list[object]:
    total = sum(place.open for place in places)
    worst = max(places, key=lambda place: (place.overdue, place.open), default=None)
    title: list[object] = [number(formats.number(total)), " terbuka"]
    if worst is not None and worst.overdue:
        title += [", ", number(formats.number(worst.overdue), "act"), f" lewat di {worst.name}"]
    return title


def leading_subjects(incidents: Sequence[Incidents], count: int) -> list[str]:
    """The categories with most open reports; they get a shape of their own."""
    totals: dict[str, int] = {}
    for row in incidents:
        totals[row.category] = totals.get(row.category, 0) + row.open
    return sorted(totals, key=lambda name: (-totals[name], name))[:count]


def gather(incidents: Sequence[Incidents], subjects: Sequence[str], cells: int) -> list[Mark]:
    """One mark for each small block of the grid, at the weighted middle of its reports."""
    blocks: dict[tuple[int, int], list[Incidents]] = {}
    for row in incidents:
        block = (
            int(row.latitude * GRID_CELLS // cells),
            int(row.longitude * GRID_CELLS // cells),
        )
        blocks.setdefault(block, []).append(row)
    return [_mark(rows, subjects) for _, rows in sorted(blocks.items())]


def apart(marks: Sequence[Mark], canvas: Canvas, breadth: float) -> list[Mark]:
    """Marks of which none covers another: where two would, they become one.

    The larger takes the smaller, the nearest first, until all lie apart.
    """
    found = list(marks)
    while (pair := _closest(found, canvas, breadth)) is not None:
        first, second = (found[place] for place in pair)
        found[min(pair)] = _joined(first, second)
        del found[max(pair)]
    return found


def _closest(marks: Sequence[Mark], canvas: Canvas, breadth: float) -> tuple[int, int] | None:
    """The two marks that cover most of each other; ``None`` where none does."""
    if len(marks) < 2:
        return None
    sizes = np.array([_size(mark, canvas) for mark in marks])
    radii = sizes * (COVERS * DEGREES_PER_PX * breadth / 2)
    x, y = np.array([(mark.x, mark.y) for mark in marks]).T
    apart_by = np.subtract.outer(x, x) ** 2 + np.subtract.outer(y, y) ** 2
    overlap = np.add.outer(radii, radii) ** 2 - apart_by
    np.fill_diagonal(overlap, -1.0)
    most = int(overlap.argmax())
    first, second = divmod(most, len(marks))
    return (first, second) if overlap[first, second] > 0 else None


def _joined(first: Mark, second: Mark) -> Mark:
    total = first.open + second.open
    heavier = max(first, second, key=lambda mark: (mark.overdue, mark.open, mark.subject))
    return Mark(
        x=(first.x * first.open + second.x * second.open) / total,
        y=(first.y * first.open + second.y * second.open) / total,
        open=total,
        overdue=first.overdue + second.overdue,
        subject=heavier.subject,
        newest=max(first.newest, second.newest),
    )


def _mark(rows: Sequence[Incidents], subjects: Sequence[str]) -> Mark:
    total = sum(row.open for row in rows)
    heaviest = max(rows, key=lambda row: (row.overdue, row.open, row.category))
    latitude = sum(row.latitude * row.open for row in rows) / total
    longitude = sum(row.longitude * row.open for row in rows) / total
    return Mark(
        x=longitude,
        y=latitude,
        open=total,
        overdue=sum(row.overdue for row in rows),
        subject=heaviest.category if heaviest.category in subjects else OTHER,
        newest=max(row.newest for row in rows),
    )


def map_figure(
    marks: Sequence[Mark],
    places: Sequence[KelurahanOpen],
    boundaries: Boundaries,
    subjects: Sequence[str],
    canvas: Canvas,
) -> Picture:
    """Land in tones of the ground by open reports, marks above it, the newest ringed."""
    theme = canvas.theme
    shrink = cos(radians(_middle_latitude(marks, boundaries)))
    counts = {place.code: place.open for place in places}
    most = max(counts.values(), default=0) or 1
    taken = Taken([_covered(mark, canvas, _breadth(boundaries)) for mark in marks])
    label = _newest_label(marks, taken, boundaries, canvas) if marks else None
    figure = Picture(canvas)
    figure.update_layout(
        shapes=[
            {
                "type": "path",
                "layer": "below",
                "path": _path(ring, shrink),
                "fillcolor": blend(
                    theme.land, theme.land_full, sqrt(counts.get(cell.code, 0) / most)
                ),
                "line": {"color": theme.border, "width": 1.2},
            }
            for cell in boundaries.cells
            for ring in cell.rings()
        ],
        annotations=[_annotation(label, shrink, canvas)] if label else [],
        xaxis={"visible": False, "range": _range(marks, boundaries, 0, shrink)},
        yaxis={
            "visible": False,
            "range": _range(marks, boundaries, 1, 1.0),
            "scaleanchor": "x",
            "scaleratio": 1,
        },
    )
    if label:
        taken.add(label.box)
    _add_names(figure, taken, places, boundaries, shrink, canvas)
    calm = [mark for mark in marks if not mark.overdue]
    act = [mark for mark in marks if mark.overdue]
    _add_marks(figure, calm, subjects, shrink, theme.ages[1], canvas)
    _add_marks(figure, act, subjects, shrink, theme.act, canvas)
    return figure


def _middle_latitude(marks: Sequence[Mark], boundaries: Boundaries) -> float:
    if boundaries.cells:
        _, low, _, high = boundaries.outline.bounds
        return float(low + high) / 2
    return marks[0].y if marks else 0.0


def _range(
    marks: Sequence[Mark], boundaries: Boundaries, axis: int, factor: float
) -> list[float] | None:
    if boundaries.cells:
        bounds = boundaries.outline.bounds
        low, high = bounds[axis], bounds[axis + 2]
    elif marks:
        values = [(mark.x, mark.y)[axis] for mark in marks]
        low, high = min(values), max(values)
    else:
        return None
    return [round((low - MARGIN) * factor, 5), round((high + MARGIN) * factor, 5)]


def _path(ring: Sequence[tuple[float, float]], shrink: float) -> str:
    points = [f"{x * shrink:.4f},{y:.4f}" for x, y in ring[:-1]]
    return "M" + "L".join(points) + "Z"


def blend(low: str, high: str, share: float) -> str:
    """A colour between two, in steps of an eighth, so that small changes stay calm."""
    step = round(share * 8) / 8
    parts = [
        round(int(low[n : n + 2], 16) + step * (int(high[n : n + 2], 16) - int(low[n : n + 2], 16)))
        for n in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _add_marks(
    figure: Picture,
    marks: Sequence[Mark],
    subjects: Sequence[str],
    shrink: float,
    colour: str,
    canvas: Canvas,
) -> None:
    shapes = dict(zip([*subjects, OTHER], SYMBOLS, strict=False))
    figure.add_scatter(
        x=[round(mark.x * shrink, 5) for mark in marks],
        y=[round(mark.y, 5) for mark in marks],
        mode="markers+text",
        text=[str(mark.open) if mark.open >= CROWD else "" for mark in marks],
        textfont={"color": canvas.theme.ground, "size": canvas.text_px, "weight": 700},
        marker={
            "color": colour,
            "opacity": 0.95,
            "symbol": [
                "circle" if mark.open >= CROWD else shapes.get(mark.subject, shapes[OTHER])
                for mark in marks
            ],
            "size": [_size(mark, canvas) for mark in marks],
            "line": {"color": canvas.theme.ground, "width": 2},
        },
    )


def _size(mark: Mark, canvas: Canvas) -> float:
    if mark.open >= CROWD:
        return round(canvas.text_px * 1.25 * sqrt(1 + min(mark.open, MOST_GROWN) / 12), 1)
    return round(canvas.text_px * (0.62 if mark.open == 1 else 0.78), 1)


def _add_names(
    figure: Picture,
    taken: Taken,
    places: Sequence[KelurahanOpen],
    boundaries: Boundaries,
    shrink: float,
    canvas: Canvas,
) -> None:
    """Names under the marks, of the kelurahan that need somebody, where they have room."""
    named = _names_with_room(taken, places, boundaries, canvas)
    figure.add_scatter(
        x=[round(x * shrink, 5) for _, x, _ in named],
        y=[round(y, 5) for _, _, y in named],
        text=[name for name, _, _ in named],
        mode="text",
        textfont={"color": canvas.theme.muted, "size": canvas.text_px, "weight": 500},
    )


def _breadth(boundaries: Boundaries) -> float:
    """How many times as large as Binjai the land is: what is measured on the map grows with it."""
    if not boundaries.cells:
        return 1.0
    left, low, right, high = boundaries.outline.bounds
    return max(1.0, (right - left) / USUAL_WIDTH, (high - low) / USUAL_HEIGHT)


def _names_with_room(
    taken: Taken,
    places: Sequence[KelurahanOpen],
    boundaries: Boundaries,
    canvas: Canvas,
) -> list[tuple[str, float, float]]:
    points = {cell.code: cell.geometry.representative_point() for cell in boundaries.cells}
    edges = boundaries.outline.bounds if boundaries.cells else (0.0, 0.0, 0.0, 0.0)
    grown = canvas.scale * _breadth(boundaries)
    height, most = NAME_HEIGHT * grown, canvas.fitting(16 if canvas.detail else 8)
    named: list[tuple[str, float, float]] = []
    for place in sorted(places, key=lambda place: (-place.overdue, -place.open, place.code)):
        point = points.get(place.code)
        if point is None or not place.open or len(place.name) > LONGEST or len(named) == most:
            continue
        half = _letters(place.name) * NAME_LETTER * grown / 2
        wanted = Box(point.x, point.y, half, height / 2)
        found = _free_spot(wanted, taken, edges)
        if found is not None:
            taken.add(found)
            named.append((place.name, found.x, found.y))
    return named


def _letters(words: str) -> float:
    """How many usual letters take the same room."""
    return sum(1.25 if letter.isupper() else 1 for letter in words)


def _covered(mark: Mark, canvas: Canvas, breadth: float) -> Box:
    half = _size(mark, canvas) / 2 * DEGREES_PER_PX * breadth
    return Box(mark.x, mark.y, half, half)


def _inside(middle: float, half: float, low: float, high: float) -> float:
    """As near to the middle as what reaches so far to both sides can be without being cut."""
    return min(max(middle, low - MARGIN + half), high + MARGIN - half)


def _free_spot(wanted: Box, taken: Taken, edges: tuple[float, float, float, float]) -> Box | None:
    """The nearest of some places around a point at which a name covers nothing and is not cut."""
    height = 2 * wanted.half_height
    for dy in (0.0, -1.1 * height, 1.1 * height, -2.2 * height, 2.2 * height):
        for dx in (0.0, -1.4 * height, 1.4 * height):
            spot = wanted._replace(
                x=_inside(wanted.x + dx, wanted.half_width, edges[0], edges[2]),
                y=_inside(wanted.y + dy, wanted.half_height, edges[1], edges[3]),
            )
            if not taken.met(spot).any():
                return spot
    return None


def _annotation(label: Label, shrink: float, canvas: Canvas) -> dict[str, object]:
    return {
        "x": round(label.mark.x * shrink, 5),
        "y": round(label.mark.y, 5),
        "xanchor": "left" if label.side > 0 else "right",
        "text": f"{NEWEST} {formats.clock(label.mark.newest)}",
        "showarrow": True,
        "arrowcolor": canvas.theme.text,
        "arrowwidth": 2,
        "arrowhead": 0,
        "standoff": canvas.text_px * 0.5,
        "bgcolor": canvas.theme.ground,
        "opacity": 0.9,
        "borderpad": 3,
        "ax": canvas.text_px * label.side,
        "ay": canvas.text_px * -label.rise,
        "font": {"color": canvas.theme.text, "size": canvas.text_px, "weight": 600},
    }


def _newest_label(
    marks: Sequence[Mark], covered: Taken, boundaries: Boundaries, canvas: Canvas
) -> Label:
    """The newest mark's label where it covers least of the others; ``covered`` is their room."""
    mark = max(marks, key=lambda item: item.newest)
    breadth = _breadth(boundaries)
    counts = np.array([(item.overdue, item.open) for item in marks])
    half_width = (len(NEWEST) + 6) * NAME_LETTER * canvas.scale * breadth / 2
    half_height = NAME_HEIGHT * canvas.scale * breadth * 0.7
    letter = canvas.text_px * DEGREES_PER_PX * breadth
    edges = boundaries.outline.bounds if boundaries.cells else None

    def harm(box: Box) -> tuple[int, int]:
        overdue, waiting = counts[covered.met(box)].sum(axis=0)
        outside = edges is not None and not box.lies_in(edges)
        return 10 * outside + int(overdue), int(waiting)

    places = [
        Label(mark, side, rise, Box(x, mark.y + rise * letter, half_width, half_height))
        for rise in (2.2, -2.2, 3.6, -3.6)
        for side in (1.6, -1.6)
        for x in [mark.x + side * letter + (half_width if side > 0 else -half_width)]
    ]
    return min(places, key=lambda place: harm(place.box))


def _rows(places: Sequence[KelurahanOpen]) -> list[Component]:
    ranked = sorted(places, key=lambda place: (-place.overdue, -place.open, place.name))
    head = cells("head", ["kelurahan", "terbuka", "lewat"], "head")
    return [head] + [
        cells(
            place.code,
            [
                span(place.name, "strong"),
                number(formats.number(place.open)),
                number(formats.number(place.overdue), "act" if place.overdue else "muted"),
            ],
        )
        for place in ranked
    ]
