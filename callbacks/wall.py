"""Wire the wall's page, in the browser alone: which scene stands on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ClientsideFunction, Input, Output

from layouts import ids

if TYPE_CHECKING:
    from dash import Dash


def register(app: Dash) -> None:
    """Add the wall's clientside callback to an app; the server is never asked.

    What the scene's components show, ``assets/wall/wall.js`` hands to each by ``set_props``.
    """
    app.clientside_callback(
        ClientsideFunction("wall", "scene"),
        Output(ids.CANVAS, "children"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.SCENES, "data"),
    )
