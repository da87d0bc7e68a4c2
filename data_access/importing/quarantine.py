"""The file of rows that can't be read: line, reason, and the fields as they came."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from data_access.importing.sources import Cell
from data_access.importing.texts import ImportingError, Said

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,\s]*")


class Quarantine:
    """Collects rows beside the wanted file, and takes its place when the import is through.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """

    def __init__(self, path: Path, header: Sequence[str], language: str) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._header = header
        self._language = language
        self._file: TextIO | None = None

    def add(self, line: int, reason: Said, cells: Sequence[Cell]) -> None:
        """Keep a row.

        Raises:
            ImportingError: the file can't be written.
        """
        try:
            self._file = self._file or self._begun()
            fields = ["" if cell is None else harmless(str(cell)) for cell in cells]
            csv.writer(self._file).writerow([line, reason.text(self._language), *fields])
        except OSError as error:
            raise self._fault(error) from error

    def _begun(self) -> TextIO:
        file = self._part.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        words = [Said(key).text(self._language) for key in ("quarantine_line", "quarantine_reason")]
        csv.writer(file).writerow([*words, *map(harmless, self._header)])
        return file

    def close(self) -> None:
        """Everything on disk, still beside its place.

        Raises:
            ImportingError: the file can't be written.
        """
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            raise self._fault(error) from error

    def keep(self) -> Path | None:
        """Put the file in its place; ``None`` where every row could be read."""
        if self._file is None:
            return None
        self._part.replace(self._path)
        return self._path

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)

    def _fault(self, error: OSError) -> ImportingError:
        return ImportingError("write_failed", file=self._path.name, error=error.strerror)


def harmless(text: str) -> str:
    """Text that no spreadsheet computes; plain numbers stay as they are."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
