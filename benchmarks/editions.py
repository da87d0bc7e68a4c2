"""What a screen does with editions, in Python: apply each difference to what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts import ids
from layouts.panels import key_figures

if TYPE_CHECKING:
    from collections.abc import Iterator


def patched(old: Any, patch: list[Any]) -> Any:
    """The new value of an old one; see ``dashboard.patches``."""
    match patch:
        case ["=", value]:
            return value
        case ["@", path, inner]:
            return patched(old, inner) if not path else _patched_at(old, path, inner)
        case ["s", start, count, items]:
            return [*old[:start], *items, *old[start + count :]]
        case ["o", changed, gone]:
            new = old | {key: patched(old.get(key), part) for key, part in changed.items()}
            return {key: value for key, value in new.items() if key not in gone}
        case ["l", changed]:
            new = list(old)
            for index, part in changed.items():
                new[int(index)] = patched(old[int(index)], part)
            return new
        case ["k", items]:
            return [_item(old, item) for item in items]
    raise ValueError(f"unknown patch {patch[0]!r}")


def _patched_at(old: Any, path: list[Any], patch: list[Any]) -> Any:
    new = old.copy()
    new[path[0]] = patched(old[path[0]], ["@", path[1:], patch])
    return new


def _item(old: list[Any], item: Any) -> Any:
    if isinstance(item, int):
        return old[item]
    return patched(old[item[0]], item[1]) if isinstance(item, list) else item["v"]


def applied(
    first: dict[str, Any], changes: list[dict[str, Any]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Version and panels after each change that follows the first edition.

    Raises:
        ValueError: a change does not continue the one before.
    """
    version, panels = first["version"], first["panels"]
    yield version, panels
    for change in changes:
        if change["to"] <= version:
            continue
        if change["from"] != version:
            raise ValueError(f"after version {version} came a change from {change['from']}")
        version, panels = change["to"], patched(panels, change["patch"])
        yield version, panels


def today(panels: dict[str, Any]) -> int:
    """The number under "masuk hari ini"."""
    cell = panels[ids.body(key_figures.PANEL)]["children"][0]
    value = cell["props"]["children"][1]["props"]["children"]
    return int(value["props"]["children"].replace(".", ""))
