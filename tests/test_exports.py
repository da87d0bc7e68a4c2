"""Files to take along: what they say, that nothing in them is a formula, and how big they get."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboard import exports, tables
from dashboard.exports import (
    About,
    Column,
    ExportTooLargeError,
    Kind,
    Table,
    plain_text,
    write_csv,
    write_xlsx,
)
from data_access.records import OnTime, Share, Status
from data_access.review_records import FeedbackRow, GroupRow, ReportRow

RECEIVED = datetime(2024, 1, 31, 20, 30, 15, 250_000, tzinfo=UTC)
ABOUT = About(
    "sekda",
    datetime(2024, 2, 1, 2, 0, tzinfo=UTC),
    datetime(2024, 1, 31, 17, 0, tzinfo=UTC),
    ("SKPD: PLN", "=1+1"),
)
ROW = ReportRow(
    ticket="BJI-2024-000001",
    title="Lampu jalan mati",
    category="Lampu jalan",
    kelurahan="Satria",
    kecamatan="Binjai Kota",
    status=Status.ESCALATED,
    agency="PLN",
    level=2,
    received=RECEIVED,
    answered=None,
    finished=None,
    due=RECEIVED + timedelta(hours=24),
    overdue=True,
    age=timedelta(hours=30, minutes=15),
    anonymous=False,
    confidential=False,
)
FORMULAS = [
    '=HYPERLINK("http://evil","x")',
    "+62811",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
]


def sheets(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_workbook_has_dates_numbers_and_words() -> None:
    book = sheets(write_xlsx(Table("Antrean", tables.REPORTS, [ROW]), ABOUT))
    header, row = book["Data"].iter_rows()
    cells = {title.value: cell for title, cell in zip(header, row, strict=True)}
    assert cells["Masuk"].value == datetime(2024, 2, 1, 3, 30, 15)
    assert cells["Masuk"].is_date
    assert cells["Masuk"].number_format == "dd/mm/yyyy hh:mm"
    assert cells["Umur"].number_format == "[h]:mm"
    assert cells["Umur"].value == ROW.age
    assert cells["Tingkat"].value == 2
    assert cells["Dijawab"].value is None
    assert cells["Lewat tenggat"].value == "ya"
    assert all(title.font.bold for title in header)
    about = [[cell.value for cell in each] for each in book["Keterangan"].iter_rows()]
    assert about == [
        ["Antrean", None],
        ["Diambil oleh", "sekda"],
        ["Diambil pada", datetime(2024, 2, 1, 9, 0)],
        ["Keadaan per", datetime(2024, 2, 1, 0, 0)],
        ["Saringan", "SKPD: PLN"],
        ["Saringan", "=1+1"],
    ]
    assert book["Keterangan"]["B6"].data_type == "s"


def test_a_csv_says_first_what_it_is() -> None:
    content = write_csv(Table("Antrean", tables.REPORTS, [ROW]), ABOUT)
    assert content.startswith(b"\xef\xbb\xbf")
    found = lines(content)
    assert found[:5] == [
        ["# Diambil oleh", "sekda"],
        ["# Diambil pada", "2024-02-01T09:00:00+07:00"],
        ["# Keadaan per", "2024-02-01T00:00:00+07:00"],
        ["# Saringan", "SKPD: PLN"],
        ["# Saringan", "'=1+1"],
    ]
    assert found[5][:2] == ["Nomor laporan", "Judul"]
    assert found[6][8:10] == ["2024-02-01T03:30:15+07:00", ""]
    assert found[6][13] == "108900.0"
    everything = lines(write_csv(Table("Antrean", tables.REPORTS, []), replace(ABOUT, filters=())))
    assert everything[3] == ["# Saringan", "semua laporan"]


@pytest.mark.abuse
@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_a_citizens_text_stays_text(text: str) -> None:
    table = Table(text, tables.REPORTS, [replace(ROW, title=text, category=text, agency=text)])
    about = replace(ABOUT, who=text, notes=(text,))
    book = write_xlsx(table, about)
    row = list(sheets(book)["Data"].iter_rows())[1]
    assert [cell.data_type for cell in row[1:3]] == ["s", "s"]
    assert row[1].quotePrefix
    assert row[1].value.strip() == text.strip()
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert all(b"<f>" not in parts.read(name) for name in parts.namelist())
    for line in lines(write_csv(table, about)):
        assert all(cell[:1] not in exports._FORMULA_STARTS for cell in line)
    assert f"'{text}" in [cell for line in lines(write_csv(table, about)) for cell in line]


@pytest.mark.abuse
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\u202egnp.exe \u200b", "\u202egnp.exe \u200b"),
        ("a\0b", "ab"),
        ("a\ud800b", "a?b"),
        ("a\r\nb", "a\nb"),
        ("a\x07b", "ab"),
        ('"; drop', '"; drop'),
        ("x" * 1_000_000, "x" * 32_766 + "…"),
        ("😀" * 40_000, "😀" * 16_383 + "…"),
    ],
)
def test_hostile_words_are_written_as_typed(text: str, kept: str) -> None:
    table = Table("Antrean", tables.REPORTS, [replace(ROW, title=text)])
    row = list(sheets(write_xlsx(table, ABOUT))["Data"].iter_rows())[1]
    assert row[1].value == kept
    line = lines(write_csv(table, ABOUT))[6]
    assert line[1].replace("\r\n", "\n") == kept
    assert len(line) == len(table.columns)


def test_words_that_only_look_harmful_are_left_alone() -> None:
    assert plain_text("") == ""
    assert plain_text("1 = 1") == "1 = 1"
    assert plain_text("Jl. T. Amir Hamzah") == "Jl. T. Amir Hamzah"


def group(name: str, received: int) -> GroupRow:
    met = OnTime(received, 0, 0, 0, 0)
    return GroupRow(name, name, received, 1, 0, received - 1, met, (0.5, 1.0))


def test_coarse_tables_tell_no_small_count_and_nothing_that_gives_one_back() -> None:
    rows = [group("Satria", 3), group("Damai", 52), group("Setia", 0)]
    table = Table("Kelurahan", tables.GROUPS, rows, lambda row: row.received, coarse=True)
    written = lines(write_csv(table, ABOUT))[6:]
    assert written[0] == ["Satria", *["<5"] * 8]
    assert written[1] == ["Damai", "50", "<5", "0", "50", "1.0", "", "", "50"]
    assert written[2][1] == "0"
    assert list(sheets(write_xlsx(table, ABOUT))["Data"].values)[1] == ("Satria", *["<5"] * 8)


def test_what_a_row_is_about_is_told_however_few_it_counts() -> None:
    table = Table(
        "Bulan",
        (
            Column("Bulan", Kind.DAY, lambda row: row[0]),
            Column("n", Kind.COUNT, lambda row: row[1]),
        ),
        [(date(2024, 1, 1), 2)],
        lambda row: row[1],
        coarse=True,
    )
    assert lines(write_csv(table, ABOUT))[-1] == ["2024-01-01", "<5"]


def test_shares_are_percentages_beside_their_n() -> None:
    row = FeedbackRow("PLN", Share(3, 4), (0.3, 0.95), Share(4, 8), Share(1, 4))
    table = Table("Umpan balik", tables.FEEDBACK, [row])
    cells = list(sheets(write_xlsx(table, ABOUT))["Data"].rows)[1]
    assert [cell.value for cell in cells] == ["PLN", 0.75, 0.3, 0.95, 4, 0.5, 8, 0.25, 4]
    assert cells[1].number_format == "0.0%"
    empty = FeedbackRow("PLN", Share(0, 0), None, Share(0, 0), Share(0, 0))
    assert lines(write_csv(Table("U", tables.FEEDBACK, [empty]), ABOUT))[6] == [
        "PLN", "", "", "", "0", "", "0", "", "0",
    ]  # fmt: skip


def test_days_are_days() -> None:
    table = Table("Bulan", (Column("Bulan", Kind.DAY, lambda day: day),), [date(2024, 1, 1)])
    cell = list(sheets(write_xlsx(table, ABOUT))["Data"].rows)[1][0]
    assert (cell.value, cell.number_format) == (datetime(2024, 1, 1), "dd/mm/yyyy")
    assert lines(write_csv(table, ABOUT))[-1] == ["2024-01-01"]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_no_file_is_too_large(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ROW] * 300
    assert write(Table("Antrean", tables.REPORTS, rows), ABOUT)
    monkeypatch.setattr(exports, "MOST_ROWS", 299)
    with pytest.raises(ExportTooLargeError, match="299 rows"):
        write(Table("Antrean", tables.REPORTS, rows), ABOUT)
    monkeypatch.setattr(exports, "MOST_ROWS", 300)
    monkeypatch.setattr(exports, "MOST_BYTES", 4000)
    with pytest.raises(ExportTooLargeError, match="4000 bytes"):
        write(Table("Antrean", tables.REPORTS, rows), ABOUT)


def test_columns_beyond_z_have_two_letters() -> None:
    assert [exports._letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
