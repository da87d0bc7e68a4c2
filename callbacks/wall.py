"""Wire the wall's page: the feed's store to each panel, in the browser alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ClientsideFunction, Input, Output

from layouts import ids
from layouts.wall import outputs

if TYPE_CHECKING:
    from dash import Dash


def register(app: Dash) -> None:
    """Add the wall's clientside callbacks to an app; the server is never asked."""
    app.clientside_callback(
        ClientsideFunction("wall", "scene"),
        Output(ids.CANVAS, "children"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.SCENES, "data"),
    )
    for component, prop in outputs():
        app.clientside_callback(
            ClientsideFunction("wall", "part"),
            Output(component, prop),
            Input(ids.FEED, "data"),
        )
