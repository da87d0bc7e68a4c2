"""Tables as files: XLSX and CSV, with who took them, when, of which moment and which filters.

Pure functions of records. What a citizen wrote stays text: no cell is ever a formula. Moments are
dates of the spreadsheet in WIB, durations and shares are numbers with a format.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from data_access.disclosure import SMALL, is_small, told, told_share
from data_access.records import WIB, Share
from data_access.review_parts import as_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Record = TypeVar("Record")

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
LONGEST_CELL = 32_767
"""Letters that a cell of a spreadsheet holds."""

HIDDEN = f"<{SMALL}"
"""What stands for a count that is too small to be told."""

_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


class ExportTooLargeError(ValueError):
    """More rows or bytes than a file may have; its text says what is allowed."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WORD = "word"
    """One of ours, which is translated; a citizen's or an agency's own is a ``TEXT``."""
    COUNT = "count"
    """Of reports or people."""
    NUMBER = "number"
    """Any other, or one that was computed from counts."""
    SHARE = "share"
    MOMENT = "moment"
    DAY = "day"
    DURATION = "duration"


_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.##",
    Kind.SHARE: "0.0%",
    Kind.MOMENT: "dd/mm/yyyy hh:mm",
    Kind.DAY: "dd/mm/yyyy",
    Kind.DURATION: "[h]:mm",
}
_COMPUTED = frozenset({Kind.NUMBER, Kind.SHARE, Kind.DURATION})
"""Kinds from whose exact values counts could be worked out."""

_WIDTHS = {Kind.TEXT: 24, Kind.WORD: 18, Kind.MOMENT: 18, Kind.DAY: 12}


@dataclass(frozen=True)
class Column(Generic[Record]):
    """A column's title, kind, and what it shows of a record.

    A text, an ``int``, a ``Share`` or a number between 0 and 1, an aware ``datetime``, a
    ``date``, a ``timedelta`` by its kind, or ``None``.
    """

    title: str
    kind: Kind
    value: Callable[[Record], Any]


@dataclass(frozen=True)
class Table(Generic[Record]):
    """Records as rows. ``cases`` says how many reports a row tells of, if it tells of several."""

    title: str
    columns: tuple[Column[Record], ...]
    records: Sequence[Record]
    cases: Callable[[Record], int] | None = None
    t: Callable[[str], str] = str
    """Translates titles and words."""
    coarse: bool = False
    """For readers who must not find out whom a count is of (``disclosure``)."""

    def titles(self) -> list[str]:
        """Of the columns."""
        return [self.t(column.title) for column in self.columns]

    def cells(self) -> Iterator[list[Any]]:
        """The values of each row."""
        for record in self.records:
            few = self.coarse and self.cases is not None and is_small(self.cases(record))
            yield [self._cell(column, record, few) for column in self.columns]

    def _cell(self, column: Column[Record], record: Record, few: bool) -> Any:
        value = column.value(record)
        if column.kind is Kind.WORD:
            return self.t(value) if value else None
        if self.coarse:
            return _coarse(value, column.kind, few)
        return value.value if isinstance(value, Share) else value


@dataclass(frozen=True)
class About:
    """What a file says of itself: who took it, when, and what it shows."""

    who: str
    when: datetime
    as_of: datetime
    filters: tuple[str, ...] = ()
    """In words, one each; none: all reports."""
    notes: tuple[str, ...] = ()
    t: Callable[[str], str] = str

    def lines(self) -> list[tuple[str, Any]]:
        """Label and value, in the order in which they are written."""
        t = self.t
        return [
            (t("Diambil oleh"), self.who),
            (t("Diambil pada"), self.when),
            (t("Keadaan per"), self.as_of),
            *((t("Saringan"), words) for words in self.filters or (t("semua laporan"),)),
            *((t("Catatan"), note) for note in self.notes),
        ]


def _coarse(value: Any, kind: Kind, few: bool) -> Any:
    """A value as it may be told of counts; nothing of a row that tells of few reports."""
    if few and kind in {Kind.COUNT, *_COMPUTED}:
        return HIDDEN
    if isinstance(value, Share):
        return told_share(value)
    if kind is Kind.COUNT and value is not None:
        known = told(value)
        return HIDDEN if known is None else known
    return None if kind in {Kind.NUMBER, Kind.SHARE} else value


def _bounded(table: Table[Any]) -> None:
    if len(table.records) > MOST_ROWS:
        raise ExportTooLargeError(f"more than {MOST_ROWS} rows: choose fewer reports")


def _small_enough(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise ExportTooLargeError(f"more than {MOST_BYTES} bytes: choose fewer reports")
    return content


# -- CSV ------------------------------------------------------------------------------------------


def write_csv(table: Table[Any], about: About) -> bytes:
    """UTF-8 with a mark that spreadsheets know; lines on the file itself first, after ``#``.

    Moments are ISO 8601 with the offset of WIB, durations seconds, shares numbers from 0 to 1.

    Raises:
        ExportTooLargeError: too many rows or bytes.
    """
    _bounded(table)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for label, value in about.lines():
        writer.writerow([f"# {label}", _plain(value)])
    writer.writerow([plain_text(title) for title in table.titles()])
    for cells in table.cells():
        writer.writerow([_plain(value) for value in cells])
        if text.tell() > MOST_BYTES:
            break
    return _small_enough(text.getvalue().encode("utf-8-sig"))


def plain_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what looks like one."""
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


def _cell_text(text: str) -> str:
    """What a cell can hold of a text; spreadsheets count in halves of pairs."""
    kept = ILLEGAL_CHARACTERS_RE.sub("", as_typed(text) or "")
    units = kept.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return kept
    return units[: 2 * LONGEST_CELL - 2].decode("utf-16-le", "ignore") + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(_cell_text(value))
    if isinstance(value, datetime):
        return value.astimezone(WIB).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


# -- XLSX -----------------------------------------------------------------------------------------


def write_xlsx(table: Table[Any], about: About) -> bytes:
    """A workbook of two sheets: the table, and what the file says of itself.

    Raises:
        ExportTooLargeError: too many rows or bytes.
    """
    _bounded(table)
    book = Workbook(write_only=True)
    _write_table(book.create_sheet("Data"), table)
    _write_about(book.create_sheet("Keterangan"), table.title, about)
    content = io.BytesIO()
    book.save(content)
    return _small_enough(content.getvalue())


def _write_table(sheet: Any, table: Table[Any]) -> None:
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns):
        letter = _letters(number)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.kind, 14)
    sheet.append([_heading(sheet, title) for title in table.titles()])
    written = 0
    for cells in table.cells():
        written += sum(len(value) for value in cells if isinstance(value, str))
        if written > 10 * MOST_BYTES:
            raise ExportTooLargeError(f"more than {MOST_BYTES} bytes: choose fewer reports")
        sheet.append(
            [
                _cell(sheet, value, column.kind)
                for value, column in zip(cells, table.columns, strict=True)
            ]
        )


def _write_about(sheet: Any, title: str, about: About) -> None:
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 60
    sheet.append([_heading(sheet, title)])
    for label, value in about.lines():
        kind = Kind.MOMENT if isinstance(value, datetime) else Kind.TEXT
        sheet.append([_cell(sheet, label, Kind.TEXT), _cell(sheet, value, kind)])


def _letters(number: int) -> str:
    """A, B, … Z, AA, … of a column counted from 0."""
    rest, letter = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + letter)


def _heading(sheet: Any, title: str) -> Any:
    cell = _cell(sheet, title, Kind.TEXT)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any, kind: Kind) -> Any:
    """A cell; a text is typed as one, whatever it begins with, and stays one when edited."""
    if isinstance(value, str):
        cell: Any = WriteOnlyCell(sheet, _cell_text(value))
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in _FORMULA_STARTS
        return cell
    if isinstance(value, datetime):
        value = value.astimezone(WIB).replace(tzinfo=None, microsecond=0)
    cell = WriteOnlyCell(sheet, value)
    if kind in _FORMATS:
        cell.number_format = _FORMATS[kind]
    return cell
