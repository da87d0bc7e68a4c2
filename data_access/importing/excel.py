"""Excel workbooks (xlsx), read row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from data_access.importing.headers import take_header
from data_access.importing.mapping import FileForm
from data_access.importing.sources import Cell, Row, Source, fitted
from data_access.importing.texts import ImportingError


def open_excel(path: Path, form: FileForm) -> Source:
    """The rows of one sheet, the first one unless ``form`` names it.

    Formulas are kept as text and never computed.

    Raises:
        ImportingError: the file is absent or broken, or has no such sheet or header row.
    """
    if not path.is_file():
        raise ImportingError("no_file", file=path.name)
    book = _book(path)
    sheet = _sheet(book, form.sheet)
    records = _records(book, sheet)
    try:
        header, number, rest = take_header(records, form.header)
    except ImportingError:
        book.close()
        raise
    reached = [0]
    return Source(
        name=path.name,
        header=header,
        rows=_rows(rest, len(header), reached),
        size=sheet.max_row or 0,
        done=lambda: reached[0],
        facts={
            "format": "xlsx",
            "encoding": "-",
            "separator": "-",
            "header": str(number),
            "sheet": sheet.title,
        },
        close=book.close,
    )


def _book(path: Path) -> Workbook:
    try:
        return load_workbook(path, read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ImportingError("bad_excel", file=path.name) from error


def _sheet(book: Workbook, name: str | None) -> Any:
    if name is None:
        return book.worksheets[0]
    if name not in book.sheetnames:
        book.close()
        raise ImportingError("no_sheet", sheet=name, known=", ".join(book.sheetnames))
    return book[name]


def _records(book: Workbook, sheet: Any) -> Iterator[Row]:
    with closing(book):
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(value not in {None, ""} for value in values):
                yield Row(number, [_cell(value) for value in values])


def _rows(records: Iterator[Row], width: int, reached: list[int]) -> Iterator[Row]:
    for row in records:
        reached[0] = row.line
        cells = row.cells + [None] * (width - len(row.cells))
        yield fitted(row.line, cells, width)


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | bool | int | float | dt.datetime | dt.date):
        return value
    return str(value)
