"""The desk's wiring: an address becomes a page, a grid asks for rows, a field is revealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dash import ALL, ClientsideFunction, Input, Output

from layouts import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash import Dash


class Answers(Protocol):
    """What the server answers to the desk's three questions; values come from a browser."""

    def page(self, request: Any) -> tuple[Any, str]:
        """A page's components and its title."""

    def rows(self, request: Any, page: Any) -> Mapping[str, Any]:
        """A block of the grid's rows."""

    def reveal(self, asked: Any) -> Mapping[str, Any]:
        """One field, or the sentence that says why not."""


def register(app: Dash, answers: Answers) -> None:
    """Wire the desk's callbacks on its app."""

    @app.callback(
        Output(ids.REVIEW_VIEW, "children"),
        Output(ids.REVIEW_TITLE, "data"),
        Input(ids.REVIEW_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def _page(request: Any) -> tuple[Any, str]:
        return answers.page(request)

    @app.callback(
        Output(ids.REVIEW_GRID, "getRowsResponse"),
        Input(ids.REVIEW_GRID, "getRowsRequest"),
        Input(ids.REVIEW_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def _rows(page: Any, request: Any) -> Mapping[str, Any]:
        return answers.rows(request, page)

    @app.callback(
        Output(ids.REVIEW_REVEAL_ANSWER, "data"),
        Input(ids.REVIEW_REVEAL_ASKED, "data"),
        prevent_initial_call=True,
    )
    def _reveal(asked: Any) -> Mapping[str, Any]:
        return answers.reveal(asked)

    _client(
        app,
        "request",
        Output(ids.REVIEW_REQUEST, "data"),
        Input(ids.REVIEW_LOCATION, "pathname"),
        Input(ids.REVIEW_LOCATION, "search"),
        Input(ids.REVIEW_THEME, "data"),
    )
    _client(
        app,
        "open",
        Output(ids.REVIEW_DOOR, "data"),
        Input({"type": ids.FIGURE_TYPE, "name": ALL}, "clickData"),
    )
    _client(
        app,
        "arrived",
        Output(ids.REVIEW_TITLE, "modified_timestamp"),
        Input(ids.REVIEW_TITLE, "data"),
    )
    _client(
        app,
        "revealed",
        Output(ids.REVIEW_REVEAL_ANSWER, "modified_timestamp"),
        Input(ids.REVIEW_REVEAL_ANSWER, "data"),
    )


def _client(app: Dash, name: str, *parts: Any) -> None:
    app.clientside_callback(ClientsideFunction("review", name), *parts, prevent_initial_call=False)
