"""Files of every format, opened as sources of rows."""

from __future__ import annotations

from pathlib import Path

from data_access.importing.excel import open_excel
from data_access.importing.mapping import FileForm
from data_access.importing.open311 import open_requests
from data_access.importing.sources import Source
from data_access.importing.textfile import open_text
from data_access.importing.texts import ImportingError

_BY_ENDING = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".tsv": "tsv",
    ".json": "open311",
    ".xml": "open311",
}


def format_of(path: Path, form: FileForm) -> str:
    """The format that was asked for, else the one that the file's name tells, else CSV."""
    return form.format or _BY_ENDING.get(path.suffix.lower(), "csv")


def open_source(path: Path, form: FileForm) -> Source:
    """The rows of a file.

    Raises:
        ImportingError: the file is absent, empty or not of its format.
    """
    if not path.is_file():
        raise ImportingError("no_file", file=path.name)
    if not path.stat().st_size:
        raise ImportingError("empty_file", file=path.name)
    kind = format_of(path, form)
    if kind == "xlsx":
        return open_excel(path, form)
    if kind == "open311":
        return open_requests(path)
    return open_text(path, form)
