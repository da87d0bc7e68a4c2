"""Readers of single cells: each is made once for a column and called for every row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache
from sys import maxsize

from data_access.importing.sources import Cell
from data_access.importing.words import EMPTY, EMPTY_VALUE
from data_access.plain import plain

Cells = list[Cell]
Note = Callable[[str], None]
"""Told the key of whatever had to be mended."""

NAME_LIMIT = 120
_NUL = "\x00"
_BLANK = " \t\r\n"
_WORD_SIZE = max(map(len, EMPTY)) + 1


def text_reader(at: int | None, limit: int | None, note: Note) -> Callable[[Cells], str | None]:
    """Text as typed, without blanks around and NULs; at most ``limit`` long."""
    if at is None:
        return nothing

    def read(cells: Cells) -> str | None:
        cell = cells[at]
        if not cell and (cell is None or cell == ""):
            return None
        text = (cell if cell.__class__ is str else written(cell)).strip(_BLANK)
        if _NUL in text:
            note("control_characters")
            text = text.replace(_NUL, "")
        size = len(text)
        if size < _WORD_SIZE and text.lower() in EMPTY:
            return None
        if size > longest:
            note("shortened")
            return text[:longest]
        return text

    longest = limit or maxsize
    return read


def name_reader(at: int | None) -> Callable[[Cells], str | None]:
    """A name of an agency, a category, a place or a status: single blanks, no empty words."""
    if at is None:
        return nothing

    def read(cells: Cells) -> str | None:
        cell = cells[at]
        if not cell and (cell is None or cell == ""):
            return None
        return _name(cell if isinstance(cell, str) else written(cell))

    return read


@lru_cache(maxsize=65536)
def _name(text: str) -> str | None:
    name = " ".join(text.replace(_NUL, "").split())
    return None if name.lower() in EMPTY_VALUE else name[:NAME_LIMIT]


def flag_reader(at: int | None, truths: Collection[str]) -> Callable[[Cells], bool | None]:
    """Whether a cell says yes."""
    read_name = name_reader(at)

    def read(cells: Cells) -> bool | None:
        name = read_name(cells)
        return None if name is None else plain(name) in truths

    return read


def written(cell: Cell) -> str:
    """A typed cell as text: whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def nothing(_cells: Cells) -> None:
    """What a column says that the file doesn't have."""
    return
