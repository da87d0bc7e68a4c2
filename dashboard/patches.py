"""Small differences between two drawings, which a screen applies to the one that it has.

A patch is one of::

    ["=", value]                     put this value here
    ["o", {key: patch}, [gone, …]]   change keys of an object, and drop some
    ["l", {index: patch}]            change items of a list of the same length
    ["k", [index | [index, patch] | {"v": value}, …]]
                                     a new list of old items (by index), changed old ones, new ones

Lists whose items carry a React key are matched by it, so that a row that moves travels as a number.
"""

from __future__ import annotations

from typing import Any

Patch = list[Any]


def difference(old: Any, new: Any) -> Patch | None:
    """The patch that makes ``new`` of ``old``; ``None`` where they are equal."""
    if type(old) is type(new):
        if isinstance(new, dict):
            return _object(old, new)
        if isinstance(new, list):
            return _list(old, new)
    return None if old == new and type(old) is type(new) else ["=", new]


def _object(old: dict[str, Any], new: dict[str, Any]) -> Patch | None:
    changed: dict[str, Patch] = {}
    for key, value in new.items():
        patch = difference(old[key], value) if key in old else ["=", value]
        if patch is not None:
            changed[key] = patch
    gone = [key for key in old if key not in new]
    return ["o", changed, gone] if changed or gone else None


def _list(old: list[Any], new: list[Any]) -> Patch | None:
    keys = {_key(item): index for index, item in enumerate(old)}
    if None not in keys and len(keys) == len(old) and all(_key(item) is not None for item in new):
        return _keyed(old, new, keys)
    if len(old) != len(new):
        return ["=", new]
    changed = {
        str(index): patch
        for index, (before, after) in enumerate(zip(old, new, strict=True))
        if (patch := difference(before, after)) is not None
    }
    return ["l", changed] if changed else None


def _keyed(old: list[Any], new: list[Any], keys: dict[Any, int]) -> Patch | None:
    items: list[Any] = []
    for item in new:
        index = keys.get(_key(item))
        if index is None:
            items.append({"v": item})
            continue
        patch = difference(old[index], item)
        items.append(index if patch is None else [index, patch])
    return None if items == list(range(len(old))) else ["k", items]


def _key(item: Any) -> Any:
    properties = item.get("props") if isinstance(item, dict) else None
    return properties.get("key") if isinstance(properties, dict) else None
