"""What never changes on a page travels as one component.

Each component of Dash is watched on its own, and a table of three hundred cells would be three
hundred of them: a second of work for the browser. Parts of a page that no callback touches are
handed over as plain trees, which the page's script turns into the same elements.
"""

from __future__ import annotations

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
    if not isinstance(part, Component):
        return part
    tree = tree_of(part)
    if tree is not None:
        return Still(tree)
    children = getattr(part, "children", None)
    if isinstance(children, list | tuple):
        part.children = [stilled(child) for child in children if child is not None]
    elif children is not None:
        part.children = stilled(children)
    return part


def tree_of(part: Any) -> Any:
    """A text, or the tree of an HTML component; ``None`` where Dash must know what is in it."""
    if isinstance(part, str | int | float):
        return str(part)
    if isinstance(part, Checkbox):
        return part.tree()
    if not isinstance(part, Component) or not type(part).__module__.startswith(html.__name__):
        return None
    given = part.to_plotly_json()["props"]
    children = given.pop("children", None)
    listed = children if isinstance(children, list | tuple) else [children]
    trees = [tree_of(child) for child in listed if child is not None]
    if any(tree is None for tree in trees):
        return None
    return [type(part).__name__.lower(), given, *trees]
