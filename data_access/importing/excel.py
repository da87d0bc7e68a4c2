"""Excel workbooks (xlsx), read row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from data_access.importing.mapping import FileForm
from data_access.importing.sources import Cell, Row, Source, fitted, named_once
from data_access.importing.texts import ImportFault


def open_excel(path: Path, form: FileForm) -> Source:
    """The rows of one sheet, the first one unless ``form`` names it.

    Formulas are kept as text and never computed.

    Raises:
        ImportFault: the file is absent or broken, or has no such sheet or header row.
    """
    if not path.is_file():
        raise ImportFault("no_file", file=path.name)
    sheet = _sheet(path, form.sheet)
    records = _records(sheet)
    header_row = next(islice(records, form.header - 1, None), None)
    if header_row is None:
        raise ImportFault("no_header", number=form.header)
    header = named_once(_trimmed(header_row.cells))
    reached = [0]
    return Source(
        name=path.name,
        header=header,
        rows=_rows(records, len(header), reached),
        size=sheet.max_row or 0,
        done=lambda: reached[0],
        facts={"format": "xlsx", "encoding": "xlsx", "separator": "-", "sheet": sheet.title},
    )


def _sheet(path: Path, name: str | None) -> Any:
    try:
        book = load_workbook(path, read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ImportFault("bad_excel", file=path.name) from error
    if name is None:
        return book.worksheets[0]
    if name not in book.sheetnames:
        raise ImportFault("no_sheet", sheet=name, known=", ".join(book.sheetnames))
    return book[name]


def _records(sheet: Any) -> Iterator[Row]:
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


def _trimmed(cells: list[Cell]) -> list[Cell]:
    last = max((at for at, cell in enumerate(cells, start=1) if cell not in {None, ""}), default=0)
    return cells[:last]
