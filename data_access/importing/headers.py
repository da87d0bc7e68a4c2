"""Which row is the header: titles and empty rows may stand above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from data_access.importing.sources import Cell, Row, named_once
from data_access.importing.texts import ImportingError
from data_access.importing.words import HEADERS, plain_header

_LOOKED_AT = 20


def take_header(records: Iterator[Row], number: int | None) -> tuple[list[str], int, Iterator[Row]]:
    """The names in the header row, its number among the rows, and the rows after it.

    Without a number, the row of the first twenty that has the most usual names in it; the first
    one where none has two.

    Raises:
        ImportingError: there is no such row.
    """
    head = list(islice(records, number or _LOOKED_AT))
    found = number or _likely(head)
    if len(head) < found:
        raise ImportingError("no_header", number=found)
    cells = _trimmed(head[found - 1].cells)
    return named_once(cells), found, chain(head[found:], records)


def _likely(head: Sequence[Row]) -> int:
    scores = [_score(row.cells) for row in head]
    best = max(range(len(scores)), key=lambda at: (scores[at], -at), default=0)
    return best + 1 if scores and scores[best] >= 2 else 1


def _score(cells: Sequence[Cell]) -> int:
    names = {plain_header(cell) for cell in cells if isinstance(cell, str) and len(cell) < 60}
    return sum(any(word in names for word in words) for words in HEADERS.values())


def _trimmed(cells: list[Cell]) -> list[Cell]:
    last = max((at for at, cell in enumerate(cells, start=1) if cell not in {None, ""}), default=1)
    return cells[:last]
