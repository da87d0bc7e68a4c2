"""What every source of rows gives: a header and rows of cells, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from data_access.importing.texts import Said
from data_access.importing.words import EMPTY_VALUE

Cell = str | int | float | bool | datetime | date | None


class Row(NamedTuple):
    """One record: the number of its first line, its cells, and why it can't be read if so."""

    line: int
    cells: list[Cell]
    problem: Said | None = None


@dataclass
class Source:
    """Rows of one file or server, read as they are asked for.

    ``done`` tells how much of ``size`` was read, for a progress bar; ``size`` is 0 where it is
    not known. ``facts`` are what was found out about the file: format, encoding, separator.
    Whoever takes the rows closes the source.
    """

    name: str
    header: list[str]
    rows: Iterator[Row]
    size: int = 0
    done: Callable[[], int] = field(default=lambda: 0)
    facts: dict[str, str] = field(default_factory=dict)
    close: Callable[[], None] = field(default=lambda: None)


def counted(rows: Iterator[Row]) -> tuple[Iterator[Row], Callable[[], int]]:
    """The rows, and how many of them were taken."""
    taken = 0

    def told() -> Iterator[Row]:
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    return told(), lambda: taken


def says_nothing(cell: Cell) -> bool:
    """Whether a cell that should hold no prose is as good as empty."""
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    text = cell.strip().lower()
    return text in EMPTY_VALUE or text.startswith("0000-00-00")


def named_once(header: list[Cell]) -> list[str]:
    """Headers as text; a repeated one gets its number, an empty one its position."""
    seen: dict[str, int] = {}
    names = []
    for at, cell in enumerate(header, start=1):
        name = str(cell).strip() if cell is not None else ""
        name = name or f"#{at}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def fitted(line: int, cells: list[Cell], width: int) -> Row:
    """A row of the header's width; superfluous empty cells are dropped, else it's ragged."""
    if len(cells) == width:
        return Row(line, cells)
    if len(cells) > width and all(cell in {None, ""} for cell in cells[width:]):
        return Row(line, cells[:width])
    return Row(line, cells, Said("row_ragged", {"found": len(cells), "expected": width}))
