"""The map's grid as addresses name it: no position is told more exactly than on a map."""

from __future__ import annotations

from math import floor

GRID_CELLS = 400
"""Cells of the wall's map in a degree: each about 280 m, so that no house can be told."""

BLOCK_CELLS = 2
"""The desk's map gathers so many in one mark, in each direction."""


def block_of(latitude: float, longitude: float) -> tuple[float, float]:
    """The south-western corner of the block that a position lies in."""
    south, west = (_corner(degree) for degree in (latitude, longitude))
    return south, west


def _corner(degree: float) -> float:
    # a corner itself, as a decimal, may lie a trifle below
    number = floor(degree * GRID_CELLS / BLOCK_CELLS + 1e-6)
    return round(number * BLOCK_CELLS / GRID_CELLS, 5)


def cells_of(corner: float) -> list[int]:
    """Numbers of a block's cells in one direction, counted from 180 degrees south or west."""
    first = round((corner + 180.0) * GRID_CELLS)
    return list(range(first, first + BLOCK_CELLS))
