"""The parts of the benchmark: each a module with a sentence and a ``run`` that gives rows."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, str]
"""One line of a table: cells by column."""

PARTS = (
    "refresh",
    "screens",
    "sizes",
    "commit_to_screen",
    "first_picture",
    "snapshots",
    "big_city",
    "review_speed",
    "review_pages",
    "review_drawn",
    "import_rate",
)


class Part(Protocol):
    """A module of this package. Its docstring's first line is the table's title."""

    __doc__: str | None

    def run(self, quick: bool = False) -> list[Row]:
        """Measure; ``quick`` is for trying out, and worth no quoting."""


def load(names: Sequence[str]) -> Iterator[tuple[str, Part]]:
    """The parts asked for, or all that there are."""
    for name in names or PARTS:
        if name in names or find_spec(f"benchmarks.{name}"):
            yield name, cast(Part, import_module(f"benchmarks.{name}"))


def goal(reached: bool, words: str) -> Row:
    """What was to be reached, and whether it was."""
    return {"to reach": words, "reached": "yes" if reached else "**no**"}


def markdown(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table; a cell that a row lacks stays empty."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1)]
    lines += [[row.get(column, "") for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def title(part: Part) -> str:
    """The first line of a part's docstring."""
    return (part.__doc__ or "").strip().splitlines()[0]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
