"""Tables as files: XLSX and CSV, with who took them, when, of which moment and which filters.

Pure functions of records. What a citizen wrote stays text: no cell is ever a formula. Moments are
dates of the spreadsheet in WIB, durations and shares are numbers with a format.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from data_access.records import WIB, Share
from data_access.review_parts import as_typed
from data_access.review_records import FeedbackRow, GroupRow, ReportRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Record = TypeVar("Record")

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
LONGEST_CELL = 32_767
"""Letters that a cell of a spreadsheet holds."""

SMALL_CELL = 5
"""A count below it may tell who is meant: neither council nor public sees it."""

HIDDEN = "<5"

_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


class ExportTooLargeError(ValueError):
    """More rows or bytes than a file may have; its text says what is allowed."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    MOMENT = "moment"
    DAY = "day"
    DURATION = "duration"


_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.MOMENT: "dd/mm/yyyy hh:mm",
    Kind.DAY: "dd/mm/yyyy",
    Kind.DURATION: "[h]:mm",
}
_WIDTHS = {Kind.TEXT: 24, Kind.MOMENT: 18, Kind.DAY: 12}


@dataclass(frozen=True)
class Column(Generic[Record]):
    """A column's title, kind, and what it shows of a record.

    A text, an ``int``, a share between 0 and 1, an aware ``datetime``, a ``date``, a
    ``timedelta`` by its kind, or ``None``.
    """

    title: str
    kind: Kind
    value: Callable[[Record], Any]


@dataclass(frozen=True)
class Table(Generic[Record]):
    """Records as rows. ``cases`` says how many persons' reports a row tells of, if it tells."""

    title: str
    columns: tuple[Column[Record], ...]
    records: Sequence[Record]
    cases: Callable[[Record], int] | None = None
    hidden: frozenset[int] = field(default_factory=frozenset)
    """Numbers of the rows whose figures are not shown."""

    def cells(self) -> Iterator[list[Any]]:
        """The values of each row."""
        for number, record in enumerate(self.records):
            yield [self._cell(number, column, record) for column in self.columns]

    def _cell(self, number: int, column: Column[Record], record: Record) -> Any:
        if number in self.hidden and column.kind is not Kind.TEXT:
            return HIDDEN
        return column.value(record)


@dataclass(frozen=True)
class About:
    """What a file says of itself: who took it, when, and what it shows."""

    who: str
    when: datetime
    as_of: datetime
    filters: tuple[str, ...] = ()
    """In words, one each; none: all reports."""
    notes: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, Any]]:
        """Label and value, in the order in which they are written."""
        words = [("Saringan", words) for words in self.filters or ("semua laporan",)]
        return [
            ("Diambil oleh", self.who),
            ("Diambil pada", self.when),
            ("Keadaan per", self.as_of),
            *words,
            *(("Catatan", note) for note in self.notes),
        ]


def suppress(table: Table[Record], least: int = SMALL_CELL) -> Table[Record]:
    """The table without the figures of small rows, for council and public.

    Where only one row is small the next smallest goes too, since the total would tell it.
    """
    if table.cases is None:
        return table
    sizes = [table.cases(record) for record in table.records]
    small = {number for number, size in enumerate(sizes) if 0 < size < least}
    if len(small) == 1:
        rest = [number for number, size in enumerate(sizes) if size >= least]
        small |= set(sorted(rest, key=lambda number: sizes[number])[:1])
    return replace(table, hidden=frozenset(small))


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
    writer.writerow([plain_text(column.title) for column in table.columns])
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
    sheet.append([_heading(sheet, column.title) for column in table.columns])
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


# -- tables ---------------------------------------------------------------------------------------


def report_table(title: str, rows: Sequence[ReportRow]) -> Table[ReportRow]:
    """A list of reports; what the reader may not see is empty in its rows already."""
    return Table(title, REPORT_COLUMNS, rows)


def group_table(title: str, rows: Sequence[GroupRow]) -> Table[GroupRow]:
    """Reports by category, place or agency."""
    return Table(title, GROUP_COLUMNS, rows, cases=lambda row: row.received)


def feedback_table(title: str, rows: Sequence[FeedbackRow]) -> Table[FeedbackRow]:
    """Feedback by agency or category."""
    return Table(title, FEEDBACK_COLUMNS, rows, cases=lambda row: row.satisfied.n)


REPORT_COLUMNS: tuple[Column[ReportRow], ...] = (
    Column("Nomor laporan", Kind.TEXT, lambda row: row.ticket),
    Column("Judul", Kind.TEXT, lambda row: row.title),
    Column("Kategori", Kind.TEXT, lambda row: row.category),
    Column("Kelurahan", Kind.TEXT, lambda row: row.kelurahan),
    Column("Kecamatan", Kind.TEXT, lambda row: row.kecamatan),
    Column("Status", Kind.TEXT, lambda row: row.status.value),
    Column("SKPD", Kind.TEXT, lambda row: row.agency),
    Column("Tingkat", Kind.COUNT, lambda row: row.level),
    Column("Masuk", Kind.MOMENT, lambda row: row.received),
    Column("Dijawab", Kind.MOMENT, lambda row: row.answered),
    Column("Selesai", Kind.MOMENT, lambda row: row.finished),
    Column("Tenggat", Kind.MOMENT, lambda row: row.due),
    Column("Lewat tenggat", Kind.TEXT, lambda row: _yes(row.overdue)),
    Column("Umur", Kind.DURATION, lambda row: row.age),
    Column("Anonim", Kind.TEXT, lambda row: _yes(row.anonymous)),
    Column("Rahasia", Kind.TEXT, lambda row: _yes(row.confidential)),
)

GROUP_COLUMNS: tuple[Column[GroupRow], ...] = (
    Column("Nama", Kind.TEXT, lambda row: row.name),
    Column("Masuk", Kind.COUNT, lambda row: row.received),
    Column("Terbuka", Kind.COUNT, lambda row: row.open),
    Column("Lewat tenggat", Kind.COUNT, lambda row: row.overdue),
    Column("Tuntas", Kind.COUNT, lambda row: row.finished),
    Column("Tepat waktu", Kind.SHARE, lambda row: row.on_time.share.value),
    Column("Batas bawah 95 %", Kind.SHARE, lambda row: _end(row.interval, 0)),
    Column("Batas atas 95 %", Kind.SHARE, lambda row: _end(row.interval, 1)),
    Column("n", Kind.COUNT, lambda row: row.on_time.share.n),
)

FEEDBACK_COLUMNS: tuple[Column[FeedbackRow], ...] = (
    Column("Nama", Kind.TEXT, lambda row: row.name),
    Column("Puas", Kind.SHARE, lambda row: row.satisfied.value),
    Column("Batas bawah 95 %", Kind.SHARE, lambda row: _end(row.interval, 0)),
    Column("Batas atas 95 %", Kind.SHARE, lambda row: _end(row.interval, 1)),
    Column("n umpan balik", Kind.COUNT, lambda row: row.satisfied.n),
    Column("Cakupan", Kind.SHARE, lambda row: row.coverage.value),
    Column("n tuntas", Kind.COUNT, lambda row: row.coverage.n),
    Column("Dibantah", Kind.SHARE, lambda row: row.contradicted.value),
    Column("n selesai dengan umpan balik", Kind.COUNT, lambda row: row.contradicted.n),
)


def share_columns(
    title: str, share: Callable[[Record], Share]
) -> tuple[Column[Record], Column[Record]]:
    """A share and its n, side by side."""
    return (
        Column(title, Kind.SHARE, lambda record: share(record).value),
        Column(f"n {title.lower()}", Kind.COUNT, lambda record: share(record).n),
    )


def _yes(value: bool) -> str:
    return "ya" if value else "tidak"


def _end(interval: tuple[float, float] | None, side: int) -> float | None:
    return interval[side] if interval else None
