"""The desk's pictures: records to figures, by the wall's template. Every mark has its door."""

from __future__ import annotations

from bisect import bisect_right
from html import escape
from math import ceil, cos, log10, radians, sqrt
from typing import TYPE_CHECKING, Any

from data_access.disclosure import coarse
from data_access.grid import BLOCK_CELLS, block_of
from data_access.records import AgeBand
from layouts.drawing import Canvas, Picture
from layouts.panels import city_map
from layouts.review import address
from layouts.review.desk import OPEN, Desk
from layouts.review.words import BANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data_access.boundaries import Boundaries
    from data_access.records import (
        AgencyBacklog,
        Incidents,
        KelurahanOpen,
        MonthVolume,
        Participation,
    )
    from data_access.review_records import AgencyComparison, Curve, MonthRow, Standing

TEXT_PX = 13
FEW_CASES = 25
"""Among so few the limits' steps are wide, and smoothing would move them past an agency's mark."""
CASES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
"""Where the axis of cases is marked."""
DAY_S = 86_400.0
COUNTS = {"showgrid": True, "rangemode": "tozero", "nticks": 5, "tickformat": ",d"}
"""An axis of counts."""
COARSE_STEPS = 24
"""Of a curve that may not show single cases."""


def blank(desk: Desk, **layout: Any) -> Picture:
    """A figure with the wall's template at a desk's size, hovers included."""
    theme = desk.theme
    return Picture(Canvas(theme, TEXT_PX)).update_layout(
        separators=desk.separators,
        hovermode="closest",
        hoverlabel={
            "bgcolor": theme.ground,
            "bordercolor": theme.mark,
            "font": {"family": "Inter, sans-serif", "size": TEXT_PX, "color": theme.text},
            "align": "left",
        },
        **layout,
    )


def percent_axis(desk: Desk, low: float = 0.0, **more: Any) -> dict[str, Any]:
    """An axis of shares, labelled the way that the desk's language writes them."""
    steps = [step for step in (0, 0.2, 0.4, 0.6, 0.8, 1) if step >= low]
    return {
        "tickmode": "array",
        "tickvals": steps,
        "ticktext": [f"{desk.number(step * 100)}\u00a0%" for step in steps],
        "showgrid": True,
        **more,
    }


def plain(text: str) -> str:
    """Text that Plotly shows as it is: it reads some tags."""
    return escape(text, quote=False)


# -- months ---------------------------------------------------------------------------------------


def volume_figure(desk: Desk, months: Sequence[MonthVolume], page: str, **door: Any) -> Picture:
    """Bars of received, a line of finished; a month that is not over is hatched."""
    theme = desk.theme
    positions = list(range(len(months)))
    doors = [desk.month_door(page, month.month, **door) for month in months]
    words = [_volume_words(desk, month) for month in months]
    figure = blank(desk)
    figure.add_bar(
        x=positions,
        y=[desk.drawn(month.received) for month in months],
        customdata=doors,
        hovertext=words,
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": theme.received,
            "line": {"width": 0},
            "pattern": {
                "shape": ["" if month.complete else "/" for month in months],
                "fgcolor": theme.received,
                "bgcolor": theme.ground,
                "size": 7,
                "solidity": 0.4,
            },
        },
    )
    figure.add_scatter(
        x=positions,
        y=[desk.drawn(month.finished) for month in months],
        customdata=doors,
        hovertext=words,
        hovertemplate="%{hovertext}<extra></extra>",
        mode="lines",
        line={"color": theme.finished, "width": 2.5},
    )
    return _over_months(figure, [month.month for month in months], desk).update_layout(yaxis=COUNTS)


def _volume_words(desk: Desk, month: MonthVolume) -> str:
    lines = [
        f"<b>{desk.month(month.month)}</b>",
        desk.t("{n} masuk", n=desk.count(month.received)),
        desk.t("{n} selesai", n=desk.count(month.finished)),
    ]
    return "<br>".join(lines if month.complete else [*lines, desk.t("bulan berjalan")])


def _over_months(figure: Picture, months: Sequence[Any], desk: Desk) -> Picture:
    marked = [(n, month) for n, month in enumerate(months) if month.month in (1, 7)]
    return figure.update_layout(
        margin={"l": 40, "r": 4, "t": 8, "b": 24},
        bargap=0.28,
        xaxis={
            "tickmode": "array",
            "tickvals": [n for n, _ in marked],
            "ticktext": [
                str(month.year) if month.month == 1 else desk.month(month).split(" ")[0]
                for _, month in marked
            ],
            "range": [-0.7, len(months) - 0.3],
        },
    )


def on_time_figure(desk: Desk, months: Sequence[MonthRow], page: str, **door: Any) -> Picture:
    """The on-time share of each month's reports; those not all due yet are hollow."""
    theme = desk.theme
    known = [(n, row) for n, row in enumerate(months) if desk.part(row.on_time.share) is not None]
    figure = blank(desk)
    figure.add_scatter(
        x=[n for n, _ in known],
        y=[desk.part(row.on_time.share) for _, row in known],
        customdata=[desk.month_door(page, row.volume.month, **door) for _, row in known],
        hovertext=[
            f"<b>{desk.month(row.volume.month)}</b><br>{desk.percent(row.on_time.share)}"
            f" · n = {desk.count(row.on_time.share.n)}"
            for _, row in known
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        mode="lines+markers",
        line={"color": theme.finished, "width": 2},
        marker={
            "size": 7,
            "color": [theme.finished if row.all_due else theme.ground for _, row in known],
            "line": {"color": theme.finished, "width": 1.5},
        },
    )
    return _over_months(figure, [row.volume.month for row in months], desk).update_layout(
        yaxis=percent_axis(desk, range=[-0.03, 1.05])
    )


def use_figure(desk: Desk, months: Sequence[Participation]) -> Picture:
    """Reports as bars, different reporters as a line, new ones as a thinner line."""
    theme = desk.theme
    positions = list(range(len(months)))
    words = [
        f"<b>{desk.month(row.month)}</b><br>"
        + "<br>".join(
            [
                desk.t("{n} laporan", n=desk.count(row.reports)),
                desk.t("{n} pelapor", n=desk.count(row.reporters)),
                desk.t("{n} pelapor baru", n=desk.count(row.new_reporters)),
            ]
        )
        for row in months
    ]
    doors = [desk.month_door(address.QUEUE, row.month) for row in months]
    shared = {
        "x": positions,
        "customdata": doors,
        "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    figure = blank(desk)
    figure.add_bar(
        y=[desk.drawn(row.reports) for row in months], marker={"color": theme.received}, **shared
    )
    figure.add_scatter(
        y=[desk.drawn(row.reporters) for row in months],
        mode="lines",
        line={"color": theme.finished, "width": 2.5},
        **shared,
    )
    figure.add_scatter(
        y=[desk.drawn(row.new_reporters) for row in months],
        mode="lines",
        line={"color": theme.text, "width": 1.5, "dash": "dot"},
        **shared,
    )
    return _over_months(figure, [row.month for row in months], desk).update_layout(yaxis=COUNTS)


# -- backlog --------------------------------------------------------------------------------------


def backlog_figure(desk: Desk, rows: Sequence[AgencyBacklog]) -> Picture:
    """A bar for each agency, the overdue first, then by age; each segment opens the agency."""
    names = [f"{plain(_short(row.agency))}\u2002" for row in rows]
    doors = [agency_door(desk, row.agency) for row in rows]
    figure = blank(desk)
    _stack(
        figure,
        desk,
        [row.overdue for row in rows],
        desk.theme.act,
        doors,
        [_segment(desk, row.agency, row.overdue, desk.t("lewat tenggat")) for row in rows],
    )
    for band, colour in zip(AgeBand, desk.theme.ages, strict=True):
        rest = [row.bands[band] - row.overdue_bands.get(band, 0) for row in rows]
        words = [
            _segment(desk, row.agency, value, desk.t(BANDS[band]))
            for row, value in zip(rows, rest, strict=True)
        ]
        _stack(figure, desk, rest, colour, doors, words)
    if desk.rights.suppress_small:
        _add_untold_ages(figure, desk, rows, doors)
    longest = max((desk.drawn(row.open) for row in rows), default=1) or 1
    return figure.update_layout(
        barmode="stack",
        bargap=0.38,
        margin={"l": TEXT_PX * 0.56 * max((len(name) for name in names), default=1), "r": 44},
        annotations=[
            {
                "xref": "paper",
                "x": 1,
                "y": n,
                "text": desk.count(row.open),
                "showarrow": False,
                "xanchor": "right",
                "xshift": 42,
                "font": {"color": desk.theme.text},
            }
            for n, row in enumerate(rows)
        ],
        xaxis={"visible": False, "range": [0, longest]},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "range": [len(rows) - 0.5, -0.5],
            "tickfont": {"color": desk.theme.text},
        },
    )


def _add_untold_ages(
    figure: Picture, desk: Desk, rows: Sequence[AgencyBacklog], doors: Sequence[str]
) -> None:
    """What is open beside the segments that are too small to be told, as one."""
    told = [
        sum(desk.drawn(row.bands[band] - row.overdue_bands.get(band, 0)) for band in AgeBand)
        + desk.drawn(row.overdue)
        for row in rows
    ]
    rest = [max(0, desk.drawn(row.open) - shown) for row, shown in zip(rows, told, strict=True)]
    words = [
        _segment(desk, row.agency, value, desk.t("umur tidak ditampilkan"))
        for row, value in zip(rows, rest, strict=True)
    ]
    _stack(figure, desk, rest, desk.theme.rule, doors, words)


def agency_door(desk: Desk, agency: str) -> str:
    """The agency's page; what nobody else holds is the command center's queue."""
    if agency == "BCC":
        return desk.door(address.QUEUE, holder=agency, status=OPEN)
    return desk.door(address.AGENCY, agency)


def _short(agency: str) -> str:
    return agency.replace("Binjai ", "")


def _segment(desk: Desk, agency: str, value: int, words: str) -> str:
    return f"<b>{plain(agency)}</b><br>{desk.count(value)} · {words}"


def _stack(
    figure: Picture,
    desk: Desk,
    values: Sequence[int],
    colour: str,
    doors: Sequence[str],
    words: Sequence[str],
) -> None:
    figure.add_bar(
        orientation="h",
        x=[desk.drawn(value) for value in values],
        y=list(range(len(values))),
        customdata=list(doors),
        hovertext=list(words),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": colour, "line": {"width": 0}},
    )


def bands_figure(
    desk: Desk, bands: dict[AgeBand, int], overdue: dict[AgeBand, int], **door: Any
) -> Picture:
    """A bar for each age band, its overdue part in red; each opens the reports in it."""
    order = list(AgeBand)
    figure = blank(desk)
    late = [overdue.get(band, 0) for band in order]
    rest = [bands[band] - overdue.get(band, 0) for band in order]
    parts = (
        (late, [desk.theme.act] * len(order), {"overdue": "1", "status": None}, "lewat"),
        (rest, list(desk.theme.ages), {"status": OPEN}, "rest"),
    )
    for values, colours, more, kind in parts:
        figure.add_bar(
            orientation="h",
            x=[desk.drawn(value) for value in values],
            y=list(range(len(order))),
            customdata=[desk.door(address.QUEUE, band=band.value, **door | more) for band in order],
            hovertext=[
                f"<b>{desk.t(BANDS[band])}</b><br>{desk.count(value)}"
                + (f" {desk.t('lewat tenggat')}" if kind == "lewat" else "")
                for band, value in zip(order, values, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            marker={"color": colours, "line": {"width": 0}},
        )
    most = max((desk.drawn(value) for value in bands.values()), default=1) or 1
    return figure.update_layout(
        barmode="stack",
        bargap=0.35,
        margin={"l": 84, "r": 44},
        annotations=[
            {
                "x": desk.drawn(bands[band]),
                "y": n,
                "text": f"\u2002{desk.count(bands[band])}",
                "showarrow": False,
                "xanchor": "left",
                "font": {"color": desk.theme.text},
            }
            for n, band in enumerate(order)
        ],
        xaxis={"visible": False, "range": [0, most * 1.02]},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(order))),
            "ticktext": [f"{desk.t(BANDS[band])}\u2002" for band in order],
            "range": [len(order) - 0.5, -0.5],
            "tickfont": {"color": desk.theme.text},
        },
    )


# -- time -----------------------------------------------------------------------------------------


def curve_figure(desk: Desk, curves: Sequence[tuple[str, Curve]], deadline_s: float) -> Picture:
    """What share still waits after so many days; the deadline as a line, the names at the ends."""
    theme = desk.theme
    colours = (theme.received, theme.finished)
    figure = blank(desk)
    end = _curve_end([curve for _, curve in curves])
    for (name, curve), colour in zip(curves, colours, strict=False):
        days, waiting = _steps(desk, curve, end)
        figure.add_scatter(
            x=days,
            y=waiting,
            mode="lines",
            line={"color": colour, "width": 2.5, "shape": "hv"},
            name=name,
            hovertemplate=f"<b>{plain(name)}</b><br>%{{x:,.1f}} {desk.t('hari')}<br>"
            f"%{{y:.0%}} {desk.t('masih menunggu')}<extra></extra>",
        )
    return figure.update_layout(
        margin={"l": 44, "r": 8, "t": 18, "b": 26},
        shapes=[
            {
                "type": "line",
                "x0": deadline_s / DAY_S,
                "x1": deadline_s / DAY_S,
                "y0": 0,
                "y1": 1,
                "line": {"color": theme.warn, "width": 1.5, "dash": "dash"},
            }
        ],
        annotations=[
            {
                "x": deadline_s / DAY_S,
                "y": 1,
                "yanchor": "bottom",
                "xanchor": "left",
                "text": desk.t("24 jam"),
                "showarrow": False,
                "font": {"color": theme.muted},
            }
        ],
        xaxis={
            "range": [0, end],
            "tickmode": "array",
            "tickvals": _day_steps(end),
            "ticktext": [desk.t("{n} hari", n=desk.number(day)) for day in _day_steps(end)],
        },
        yaxis=percent_axis(desk, range=[0, 1.02]),
    )


def _steps(desk: Desk, curve: Curve, end: float) -> tuple[list[float], list[float]]:
    """Days, and what share still waits; where each step would be a person's, coarse ones."""
    days = [second / DAY_S for second in (*curve.seconds, curve.last_s)]
    waiting = [*curve.waiting, curve.waiting[-1]]
    if not desk.rights.suppress_small:
        return days, waiting
    if not desk.drawn(curve.survival.n):
        return [], []
    marks = [end * step / COARSE_STEPS for step in range(COARSE_STEPS + 1)]
    reached = [bisect_right(days, mark) - 1 for mark in marks if mark <= days[-1]]
    return marks[: len(reached)], [coarse(waiting[n], curve.survival.n) for n in reached]


def _day_steps(end: float) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if end / step <= 7)
    return list(range(step, int(end) + 1, step))


def _curve_end(curves: Sequence[Curve]) -> float:
    """Where the curves have said nearly all: the slowest tenth, or a month at least."""
    reached = [
        point.total_seconds() / DAY_S
        for curve in curves
        for point in (curve.survival.p90 or curve.survival.median,)
        if point is not None
    ]
    return float(min(max(10, ceil(max(reached, default=20) * 1.25)), 400))


# -- shares ---------------------------------------------------------------------------------------


def funnel_figure(
    desk: Desk,
    rows: Sequence[AgencyComparison],
    pick: Callable[[AgencyComparison], Standing],
    limits: Callable[[int, float], tuple[float, float] | None],
) -> Picture:
    """Agencies by cases and share, between the limits that chance makes of the city's own share."""
    theme = desk.theme
    found = [
        (row, pick(row))
        for row in rows
        if pick(row).enough and desk.part(pick(row).share) is not None
    ]
    most = max((desk.drawn(standing.share.n) for _, standing in found), default=10)
    figure = blank(desk)
    counts = list(range(8, 30)) + [round(30 * 1.06**step) for step in range(1, 120)]
    counts = [n for n in dict.fromkeys(counts) if n <= most * 1.25]
    for level, dash in ((0.998, "dot"), (0.95, "solid")):
        for side in (0, 1):
            edge = [(n, bounds[side]) for n in counts if (bounds := limits(n, level))]
            figure.add_scatter(
                x=[n for n, _ in edge],
                y=smooth([value for _, value in edge]),
                mode="lines",
                line={"color": theme.mark, "width": 1, "dash": dash},
                hoverinfo="skip",
            )
    expected = next((part for _, s in found if (part := desk.part(s.expected)) is not None), None)
    if expected is not None:
        figure.update_layout(shapes=[_across(expected, theme.text)])
    colours = [_position_colour(desk, standing) for _, standing in found]
    figure.add_scatter(
        x=[desk.drawn(standing.share.n) for _, standing in found],
        y=[desk.part(standing.share) for _, standing in found],
        mode="markers+text",
        text=[plain(_short(row.agency)) if _named(s, most) else "" for row, s in found],
        textposition=[
            "top center" if (desk.part(standing.share) or 0) >= (expected or 0) else "bottom center"
            for _, standing in found
        ],
        textfont={"color": theme.text, "size": 11},
        cliponaxis=False,
        marker={"size": 10, "color": colours, "line": {"color": theme.ground, "width": 1.5}},
        customdata=[desk.door(address.AGENCY, row.agency) for row, _ in found],
        hovertext=[
            f"<b>{plain(row.name)}</b><br>{desk.percent(standing.share)}"
            f" ({desk.interval(standing.interval, standing.share)})"
            f" · n = {desk.count(standing.share.n)}"
            for row, standing in found
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    low = min((desk.part(s.share) or 0.0 for _, s in found), default=0.0)
    return figure.update_layout(
        margin={"l": 44, "r": 16, "t": 16, "b": 26},
        xaxis={
            "type": "log",
            "range": [log10(8), log10(most * 1.25)],
            "tickmode": "array",
            "tickvals": [n for n in CASES if n <= most * 1.2],
            "ticktext": [f"n = {desk.number(n)}" for n in CASES if n <= most * 1.2],
        },
        yaxis=percent_axis(desk, range=[max(-0.04, low - 0.15), 1.06]),
    )


def _across(height: float, colour: str) -> dict[str, Any]:
    ends = {"xref": "x domain", "x0": 0, "x1": 1, "y0": height, "y1": height}
    return {"type": "line", **ends, "line": {"color": colour, "width": 1}}


def smooth(values: Sequence[float]) -> list[float]:
    """Limits of whole cases go up and down by steps; the eye follows their middle."""
    reaches = [0 if n < FEW_CASES else 4 for n in range(len(values))]
    windows = [values[n - min(reach, n) : n + min(reach, n) + 1] for n, reach in enumerate(reaches)]
    return [sum(window) / len(window) for window in windows]


def _named(standing: Standing, most: int) -> bool:
    """The large ones and those that chance does not explain; the others say theirs on hover."""
    return standing.position.value != "within" or standing.share.n >= most / 8


def _position_colour(desk: Desk, standing: Standing) -> str:
    value = standing.position.value
    if value == "far_below":
        return desk.theme.act
    return desk.theme.warn if value == "below" else desk.theme.finished


# -- the map --------------------------------------------------------------------------------------


def map_figure(
    desk: Desk,
    incidents: Sequence[Incidents],
    places: Sequence[KelurahanOpen],
    boundaries: Boundaries,
) -> Picture:
    """Land by open reports, marks above it; a mark opens the reports that it stands for."""
    theme = desk.theme
    marks, places_by_block = city_map.gather(incidents, [], BLOCK_CELLS), _names(incidents)
    counts = {place.code: desk.drawn(place.open) for place in places}
    most = max(counts.values(), default=0) or 1
    _, south, _, north = boundaries.outline.bounds if boundaries.cells else (0, 3.5, 0, 3.7)
    shrink = cos(radians((south + north) / 2))
    figure = blank(desk)
    figure.update_layout(shapes=_land(desk, boundaries, shrink, counts, most))
    _add_places(figure, desk, places, boundaries, shrink)
    for late, colour in ((False, theme.ages[1]), (True, theme.act)):
        found = [mark for mark in marks if bool(mark.overdue) is late]
        names = [plain(places_by_block.get(_corner(mark)) or "") for mark in found]
        figure.add_scatter(
            x=[round(mark.x * shrink, 5) for mark in found],
            y=[round(mark.y, 5) for mark in found],
            mode="markers+text",
            text=[str(mark.open) if mark.open > 2 else "" for mark in found],
            textfont={"color": theme.ground, "size": 11, "weight": 700},
            marker={
                "color": colour,
                "size": [round(9 + 5.5 * sqrt(mark.open - 1), 1) for mark in found],
                "line": {"color": theme.ground, "width": 1.2},
                "opacity": 0.95,
            },
            customdata=[
                desk.door(address.QUEUE, cell=_corner(mark), status=OPEN, overdue=None)
                for mark in found
            ],
            hovertext=[
                f"<b>{name}</b><br>"
                + desk.t("{n} terbuka, {m} lewat tenggat", n=mark.open, m=mark.overdue)
                for mark, name in zip(found, names, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    return figure.update_layout(
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x", "scaleratio": 1},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )


def _corner(mark: city_map.Mark) -> str:
    """The block of the map that a mark gathers, as addresses name it."""
    return _named_corner(mark.y, mark.x)


def _named_corner(latitude: float, longitude: float) -> str:
    return ",".join(f"{degree:.3f}" for degree in block_of(latitude, longitude))


def _names(incidents: Sequence[Incidents]) -> dict[str, str | None]:
    """In which kelurahan most of a block's open reports lie, by the block's corner."""
    ranked = sorted(incidents, key=lambda row: row.open)
    return {_named_corner(row.latitude, row.longitude): row.kelurahan for row in ranked}


def _land(
    desk: Desk, boundaries: Boundaries, shrink: float, counts: dict[str, int], most: int
) -> list[dict[str, Any]]:
    """Each kelurahan in the land's tone, and over it the fuller one, the thicker the more is open.

    Both are the theme's own colours: paper takes the day's in their place.
    """
    return [
        {
            "type": "path",
            "layer": "below",
            "path": "M" + "L".join(f"{x * shrink:.4f},{y:.4f}" for x, y in ring[:-1]) + "Z",
            "fillcolor": fill,
            "line": {"color": desk.theme.border, "width": 1},
        }
        for cell in boundaries.cells
        for ring in cell.rings()
        for fill in (
            desk.theme.land,
            _veil(desk.theme.land_full, sqrt(counts.get(cell.code, 0) / most)),
        )
    ]


def _veil(colour: str, thickness: float) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red}, {green}, {blue}, {thickness:.2f})"


def _add_places(
    figure: Picture,
    desk: Desk,
    places: Sequence[KelurahanOpen],
    boundaries: Boundaries,
    shrink: float,
) -> None:
    """An unseen mark on each kelurahan: its name on hover, its page on click."""
    points = {cell.code: cell.geometry.representative_point() for cell in boundaries.cells}
    found = [place for place in places if place.code in points]
    figure.add_scatter(
        x=[round(points[place.code].x * shrink, 5) for place in found],
        y=[round(points[place.code].y, 5) for place in found],
        mode="markers",
        marker={"size": 26, "color": desk.theme.land_full, "opacity": 0.01},
        customdata=[desk.door(address.PLACE, place.code) for place in found],
        hovertext=[
            f"<b>{plain(place.name)}</b><br>"
            + desk.t(
                "{n} terbuka, {m} lewat tenggat",
                n=desk.count(place.open),
                m=desk.count(place.overdue),
            )
            for place in found
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
