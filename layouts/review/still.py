"""What never changes on a page travels as one component.

Each component of Dash is watched on its own, and a table of three hundred cells would be three
hundred of them: a second of work for the browser. Parts of a page that no callback touches are
handed over as plain trees, which the page's script turns into the same elements.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dash import html
from dash.development.base_component import Component

Tree = list[Any]
"""``[tag, attributes, *children]``, a child being a text or a tree."""


class Still(Component):
    """A tree of elements that stays as it is."""

    _namespace = __name__
    _type = "Still"
    _children_props: list[str] = []  # noqa: RUF012 - as dash's own components have it
    _base_nodes: list[str] = ["children"]  # noqa: RUF012

    def __init__(self, tree: Tree) -> None:
        self._prop_names = ["tree"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = ["tree"]
        self.available_wildcard_properties: list[str] = []
        super().__init__(tree=tree)  # type: ignore[no-untyped-call]


class Checkbox(Component):
    """A native box of a form, which the browser alone looks after."""

    _namespace = __name__
    _type = "Checkbox"
    _children_props: list[str] = []  # noqa: RUF012 - as dash's own components have it
    _base_nodes: list[str] = ["children"]  # noqa: RUF012

    def __init__(self, name: str, value: str, *, checked: bool) -> None:
        self._prop_names = ["name", "value", "checked"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(name=name, value=value, checked=checked)  # type: ignore[no-untyped-call]

    def tree(self) -> Tree:
        """As the page's script makes it."""
        given = dict(self.to_plotly_json()["props"])  # type: ignore[no-untyped-call]
        checked = given.pop("checked")
        return ["input", {"type": "checkbox", **given, "defaultChecked": checked}]


def stilled(part: Any) -> Any:
    """The same page with its still parts gathered; what Dash must know of stays a component."""
    made = _made(part)
    return Still(made) if isinstance(made, list) else made


def _made(part: Any) -> Any:
    """A text, a tree where there is nothing that Dash must know, or the component."""
    if isinstance(part, str | int | float):
        return str(part)
    if isinstance(part, Checkbox):
        return part.tree()
    if not isinstance(part, Component):
        return part
    children = getattr(part, "children", None)
    listed = children if isinstance(children, list | tuple) else [children]
    made = [_made(child) for child in listed if child is not None]
    if _is_html(type(part)) and all(isinstance(each, str | list) for each in made):
        return [type(part).__name__.lower(), _attributes(part), *made]
    if children is not None:
        part.children = [Still(each) if isinstance(each, list) else each for each in made]
    return part


@cache
def _is_html(kind: type) -> bool:
    return kind.__module__.startswith(html.__name__)


def _attributes(part: Component) -> dict[str, Any]:
    """What Dash would send of an element, without asking each of its hundred properties."""
    names = _names(type(part), tuple(part._prop_names))
    return {
        name: value
        for name, value in vars(part).items()
        if name in names or name.startswith(("data-", "aria-"))
    }


@cache
def _names(_kind: type, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names) - {"children"}
