"""CSV and TSV files, whatever their encoding, separator and dirt."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO

from data_access.importing.encodings import encoding_of, known_encoding
from data_access.importing.headers import take_header
from data_access.importing.mapping import FileForm
from data_access.importing.sources import Cell, Row, Source, fitted
from data_access.importing.texts import ImportingError, Said

FIELD_LIMIT = 1 << 24
"""Characters in one field; a longer one is a quotation mark that nobody closed."""

SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60
_SURE_WIDTH = 5


def open_text(path: Path, form: FileForm) -> Source:
    """The rows of a CSV or TSV file; what ``form`` leaves open is found out from the file.

    Raises:
        ImportingError: the file is absent, empty or has no such header row.
    """
    if not path.is_file():
        raise ImportingError("no_file", file=path.name)
    size = path.stat().st_size
    if not size:
        raise ImportingError("empty_file", file=path.name)
    told = form.encoding or encoding_of(path)
    encoding = known_encoding(told)
    separator = form.separator or ("\t" if form.format == "tsv" else _separator_of(path, encoding))
    raw = path.open("rb")
    file = TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    records = _records(file, separator)
    try:
        header, number, rest = take_header(records, form.header)
    except ImportingError:
        file.close()
        raise
    return Source(
        name=path.name,
        header=header,
        rows=_rows(rest, len(header)),
        size=size,
        done=lambda: size if raw.closed else raw.tell(),
        facts={
            "format": "csv",
            "encoding": told,
            "separator": separator,
            "header": str(number),
        },
        close=file.close,
    )


def _rows(records: Iterator[Row], width: int) -> Iterator[Row]:
    for row in records:
        if row.problem is not None or len(row.cells) == width:
            yield row
        else:
            yield fitted(row.line, row.cells, width)


# -- records --------------------------------------------------------------------------------


class _Lines:
    """Physical lines for the csv module; keeps those of the record that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.number = 0
        self.width = 0
        self.held: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        """Lines that were given up on first, then fresh ones."""
        hold, again = self.held.append, self._again
        while again:
            line = again.popleft()
            hold(line)
            self.number += 1
            yield line
        for line in self._lines:
            hold(line)
            self.number += 1
            yield line
        self.ended = True

    @property
    def first(self) -> int:
        """Number of the first line of the record."""
        return self.number - len(self.held) + 1

    def give_up_first(self) -> str:
        """Let go of the record's first line; the others are read again."""
        line = self.held[0]
        self.number = self.first
        self._again.extendleft(reversed(self.held[1:]))
        self.held.clear()
        return line


def _records(file: TextIO, separator: str) -> Iterator[Row]:
    """Records with the number of their first line.

    A quotation mark that is never closed would swallow the rows after it. Such a record's first
    line is given up, and reading goes on with the line after it.
    """
    csv.field_size_limit(FIELD_LIMIT)
    with file:
        lines = _Lines(file)
        while True:
            yield from _whole_records(lines, separator)
            if not lines.held:
                return
            first = lines.first
            cells: list[Cell] = [lines.give_up_first().rstrip("\r\n")]
            yield Row(first, cells, Said("row_quote"))


def _whole_records(lines: _Lines, separator: str) -> Iterator[Row]:
    """Records until the end, or until one that isn't whole: its lines are left in ``held``."""
    reader = csv.reader(lines, delimiter=separator)
    held = lines.held
    try:
        for cells in reader:
            if len(held) > 1 and _swallowed(held, lines.ended, separator, lines.width):
                return
            if cells:
                lines.width = lines.width or len(cells)
                yield Row(lines.number - len(held) + 1, cells)  # type: ignore[arg-type]
            held.clear()
    except csv.Error:
        return


def _swallowed(held: list[str], ended: bool, separator: str, width: int) -> bool:
    """Whether a record of several lines has an unclosed quotation mark in it.

    It has where the file ends inside the quotes, or where every line between its first and its
    last is a whole record by itself, of enough columns to be no accident.
    """
    if ended and sum(line.count('"') for line in held) % 2:
        return True
    inner = held[1:-1]
    return (
        width >= _SURE_WIDTH
        and bool(inner)
        and all(len(cells) == width for cells in csv.reader(inner, delimiter=separator))
    )


# -- separator ------------------------------------------------------------------------------


def _separator_of(path: Path, encoding: str) -> str:
    """The separator that cuts the first lines into the most columns, most evenly."""
    csv.field_size_limit(FIELD_LIMIT)
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        lines = [line[:FIELD_LIMIT] for line in islice(file, _SAMPLE_LINES)]
    return max(SEPARATORS, key=lambda separator: _evenness(lines, separator))


def _evenness(lines: list[str], separator: str) -> tuple[float, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
    except csv.Error:
        return (0.0, 0)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return (0.0, 0)
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    return (count / sum(widths.values()), width)
