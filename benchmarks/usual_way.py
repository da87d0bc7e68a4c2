"""The rival: the same tiles as a Dash app the way that most are written.

One callback for each tile, on an interval; each reads its tables with pandas and groups them; the
figures come from Plotly Express. It is served by the wall's own kind of server, with as many
threads. ``python -m benchmarks.usual_way`` serves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.express as px
import uvicorn
from a2wsgi import WSGIMiddleware
from dash import Dash, Input, Output, dcc, html
from sqlalchemy import create_engine

from dashboard.asgi import THREADS
from dashboard.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

ZONE = "Asia/Jakarta"
DAY = pd.Timedelta(hours=24)
BANDS = [-1.0, 1.0, 3.0, 7.0, 30.0, 90.0, 36500.0]
BAND_NAMES = ["24 jam", "3 hari", "7 hari", "30 hari", "90 hari", "lebih"]
ROWS = 10

REPORTS = """SELECT id, ticket, category_id, reporter_id, area_code, latitude, longitude, status,
    created_at, answered_at, finished_at, anonymous, confidential FROM reports"""
ESCALATIONS = """SELECT e.report_id, e.level, e.forwarded_at, e.answered_at, e.returned_at,
    a.abbreviation AS agency FROM escalations e JOIN agencies a ON a.id = e.agency_id"""
FEEDBACK = "SELECT report_id, satisfied, rating, created_at FROM feedback"


def read(engine: Engine, query: str) -> pd.DataFrame:
    """A table, its moments as such."""
    frame = pd.read_sql(query, engine)
    for column in frame.columns[frame.columns.str.endswith("_at")]:
        frame[column] = pd.to_datetime(frame[column], format="ISO8601", utc=True)
    return frame


def key_figures(engine: Engine) -> list[Any]:
    """Today, open, overdue, on time, answered in."""
    reports, now = read(engine, REPORTS), pd.Timestamp.now("UTC")
    today = reports.created_at.dt.tz_convert(ZONE).dt.date == now.tz_convert(ZONE).date()
    is_open = reports.finished_at.isna()
    overdue = is_open & reports.answered_at.isna() & (reports.created_at < now - DAY)
    month = reports[reports.created_at > now - 30 * DAY]
    waited = month.answered_at - month.created_at
    due = month[month.created_at < now - DAY]
    on_time = ((due.answered_at - due.created_at) <= DAY).mean()
    cells = {
        "masuk hari ini": f"{today.sum()}",
        "belum selesai": f"{is_open.sum()}",
        "lewat 24 jam": f"{overdue.sum()}",
        "tepat waktu, 30 hari": f"{on_time:.0%}",
        "waktu jawab, median": f"{waited.median()}",
    }
    return [html.Div([html.Div(name), html.H2(value)]) for name, value in cells.items()]


def volume(engine: Engine) -> Any:
    """Received and finished in each of 24 months."""
    reports = read(engine, REPORTS)
    counts = {
        name: reports.groupby(
            reports[column].dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_period("M")
        ).size()
        for name, column in (("masuk", "created_at"), ("selesai", "finished_at"))
    }
    frame = pd.DataFrame(counts).fillna(0).tail(24).reset_index(names="bulan")
    frame["bulan"] = frame["bulan"].astype(str)
    return px.bar(frame, x="bulan", y=["masuk", "selesai"], barmode="group")


def backlog(engine: Engine) -> Any:
    """Open reports of each agency by age."""
    reports, hops = read(engine, REPORTS), read(engine, ESCALATIONS)
    held = hops[hops.returned_at.isna()].merge(
        reports[reports.finished_at.isna()], left_on="report_id", right_on="id"
    )
    days = (pd.Timestamp.now("UTC") - held.created_at).dt.total_seconds() / 86400
    held["umur"] = pd.cut(days, BANDS, labels=BAND_NAMES)
    counts = held.groupby(["agency", "umur"], observed=True).size().reset_index(name="laporan")
    return px.bar(counts, x="laporan", y="agency", color="umur", orientation="h")


def reporters(engine: Engine) -> list[Any]:
    """Who reports most."""
    reports = read(engine, REPORTS)
    known = reports[(reports.anonymous == 0) & (reports.confidential == 0)]
    counts = known.groupby("reporter_id").size().nlargest(ROWS)
    return _table(["pelapor", "laporan"], [[f"#{who:.0f}", n] for who, n in counts.items()])


def city_map(engine: Engine) -> Any:
    """Open reports where they are."""
    reports, now = read(engine, REPORTS), pd.Timestamp.now("UTC")
    found = reports[reports.finished_at.isna() & reports.latitude.notna()].copy()
    found["lewat"] = found.answered_at.isna() & (found.created_at < now - DAY)
    return px.scatter(found, x="longitude", y="latitude", color="lewat")


def queue(engine: Engine) -> list[Any]:
    """The oldest that nobody has answered, and whom they were given to."""
    reports, hops = read(engine, REPORTS), read(engine, ESCALATIONS)
    waiting = reports[reports.finished_at.isna() & reports.answered_at.isna()]
    oldest = waiting.nsmallest(2 * ROWS, "created_at")
    theirs = hops[hops.report_id.isin(oldest.id)].sort_values("level")
    chains = theirs.groupby("report_id").agency.agg(" → ".join)
    now = pd.Timestamp.now("UTC")
    oldest["umur"] = now - oldest.created_at
    oldest["instansi"] = oldest.id.map(chains).fillna("")
    rows = oldest[["ticket", "umur", "instansi"]].to_numpy().tolist()
    return _table(["tiket", "umur", "instansi"], rows)


def years(engine: Engine) -> list[Any]:
    """Escalations by year, and the share acted on."""
    reports, hops = read(engine, REPORTS), read(engine, ESCALATIONS)
    both = hops.merge(reports, left_on="report_id", right_on="id")
    both["acted"] = both.status.isin(["done", "rejected", "duplicate"])
    year = both.created_at.dt.tz_convert(ZONE).dt.year
    counts = both.groupby(year).acted.agg(["size", "mean"])
    rows = [[year, row["size"], f"{row['mean']:.0%}"] for year, row in counts.iterrows()]
    return _table(["tahun", "eskalasi", "ditindak"], rows)


def feedback(engine: Engine) -> list[Any]:
    """What citizens said in 90 days."""
    said = read(engine, FEEDBACK)
    recent = said[said.created_at > pd.Timestamp.now("UTC") - 90 * DAY]
    rows = [[rating, n] for rating, n in recent.groupby("rating").size().items()]
    return [html.H3(f"{recent.satisfied.mean():.0%} puas"), *_table(["nilai", "jumlah"], rows)]


def _table(head: list[str], rows: list[list[Any]]) -> list[Any]:
    return [
        html.Table(
            [html.Tr([html.Th(name) for name in head])]
            + [html.Tr([html.Td(str(cell)) for cell in row]) for row in rows]
        )
    ]


TILES: dict[str, tuple[Callable[[Engine], Any], str]] = {
    "key-figures": (key_figures, "children"),
    "volume": (volume, "figure"),
    "backlog": (backlog, "figure"),
    "reporters": (reporters, "children"),
    "map": (city_map, "figure"),
    "queue": (queue, "children"),
    "years": (years, "children"),
    "feedback": (feedback, "children"),
}
"""Each tile's function, and the property that it fills."""


def create_app(engine: Engine) -> Dash:
    """The page and its callbacks."""
    app = Dash("usual-way")
    app.layout = html.Div(
        [
            dcc.Interval(id="tick", interval=5000),
            *(
                dcc.Graph(id=name) if prop == "figure" else html.Div(id=name)
                for name, (_, prop) in TILES.items()
            ),
        ]
    )
    for name, (tile, prop) in TILES.items():
        app.callback(Output(name, prop), Input("tick", "n_intervals"))(_drawn(tile, engine))
    return app


def _drawn(tile: Callable[[Engine], Any], engine: Engine) -> Callable[[int | None], Any]:
    return lambda _tick: tile(engine)


def serve(app: Dash, port: int) -> None:
    """Serve it as the wall is served."""
    asgi = WSGIMiddleware(app.server, workers=THREADS)
    uvicorn.run(asgi, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    settings = Settings.from_environment()
    serve(create_app(create_engine(settings.report_database)), settings.port)
