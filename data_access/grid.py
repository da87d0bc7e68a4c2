"""The map's grid: no position is told more exactly than by its cell."""

from __future__ import annotations

from math import floor

GRID_CELLS = 400
"""Cells in a degree: each about 280 m, so that no house can be told."""

GRID_DEGREES = 1 / GRID_CELLS

BLOCK_CELLS = 2
"""The desk's map gathers so many in one mark, in each direction."""


def middle_of(cell: float) -> float:
    """The middle of a cell by its number, counted from 180 degrees south or west."""
    return round((cell + 0.5) * GRID_DEGREES - 180.0, 5)


def to_middle(degrees: float) -> float:
    """The middle of the cell that a coordinate lies in."""
    return middle_of(floor((degrees + 180.0) / GRID_DEGREES))


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
