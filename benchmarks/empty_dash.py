"""The least that a Dash page with a picture can be: one figure of the default bundle, no callback.

``python -m benchmarks.empty_dash`` serves it on the wall's own kind of server.
"""

from __future__ import annotations

import plotly.express as px
from dash import Dash, dcc

from benchmarks.usual_way import serve
from dashboard.settings import Settings


def create_app() -> Dash:
    """A page of 24 bars."""
    app = Dash("empty")
    app.layout = dcc.Graph(figure=px.bar(x=list(range(24)), y=list(range(24))))
    return app


if __name__ == "__main__":
    serve(create_app(), Settings.from_environment().port)
