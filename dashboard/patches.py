"""Small differences between two drawings, which a screen applies to the one that it has.

A patch is one of::

    ["=", value]                     put this value here
    ["@", [step, …], patch]          change what lies at the end of a path of keys and indexes
    ["o", {key: patch}, [gone, …]]   change keys of an object, and drop some
    ["l", {index: patch}]            change items of a list of the same length
    ["s", start, count, [item, …]]   put these items in place of so many
    ["k", [index | [index, patch] | {"v": value}, …]]
                                     a new list of old items (by index), changed old ones, new ones

Lists whose items carry a React key are matched by it, so that a row that moves travels as a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    if gone:
        return ["o", changed, gone]
    return _path(changed) or (["o", changed, []] if changed else None)


def _list(old: list[Any], new: list[Any]) -> Patch | None:
    keys, wanted = [_key(item) for item in old], [_key(item) for item in new]
    known = {key: index for index, key in enumerate(keys)}
    if keys != wanted and None not in keys and None not in wanted and len(known) == len(keys):
        return _keyed(old, new, [known.get(key) for key in wanted])
    if len(old) != len(new):
        return _splice(old, new)
    changed = {
        index: patch
        for index, (before, after) in enumerate(zip(old, new, strict=True))
        if (patch := difference(before, after)) is not None
    }
    if not changed:
        return None
    return _path(changed) or ["l", {str(index): patch for index, patch in changed.items()}]


def _path(changed: Mapping[Any, Patch]) -> Patch | None:
    """The one change as a path; ``None`` where there are more, or none."""
    if len(changed) != 1:
        return None
    ((step, patch),) = changed.items()
    return ["@", [step, *patch[1]], patch[2]] if patch[0] == "@" else ["@", [step], patch]


def _differs(old: Any, new: Any) -> bool:
    """For Python true is 1; for a screen it is not."""
    return difference(old, new) is not None


def _splice(old: list[Any], new: list[Any]) -> Patch:
    shorter = min(len(old), len(new))
    start = next((n for n in range(shorter) if _differs(old[n], new[n])), shorter)
    most = shorter - start
    end = next((n for n in range(most) if _differs(old[-1 - n], new[-1 - n])), most)
    return ["s", start, len(old) - start - end, new[start : len(new) - end]]


def _keyed(old: list[Any], new: list[Any], places: list[int | None]) -> Patch:
    items: list[Any] = []
    for item, index in zip(new, places, strict=True):
        if index is None:
            items.append({"v": item})
            continue
        patch = difference(old[index], item)
        items.append(index if patch is None else [index, patch])
    return ["k", items]


def _key(item: Any) -> str | None:
    properties = item.get("props") if isinstance(item, dict) else None
    key = properties.get("key") if isinstance(properties, dict) else None
    return key if isinstance(key, str) else None
