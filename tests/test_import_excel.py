"""Excel workbooks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from data_access.importing.guess import guess_mapping
from data_access.importing.mapping import FileForm
from data_access.importing.opening import open_source
from data_access.importing.texts import ImportingError
from tests.importing import Desk, mapping_of

MAPPING = mapping_of("ticket", "title", "created", "latitude", "body")
HEAD = ["ticket", "title", "created", "latitude", "body"]


def book(folder: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / "laporan.xlsx"
    made.save(path)
    return path


def test_cells_of_every_type(desk: Desk) -> None:
    rows = [
        HEAD,
        [101, "x", datetime(2024, 1, 2, 10, 30), 3.6, "=1+1"],
        [102.0, True, date(2024, 1, 2), "3.6", None],
        ["103", 7.5, 45293.5, None, "a\nb"],
        [None, None, None, None, None],
        ["104", "x", "2024-01-02", None, None, None, "lebih"],
        ["105", "x", "=NOW()", None, None],
    ]
    summary = desk.run(book(desk.folder, ("Data", rows)), MAPPING)
    assert (summary.read, summary.new, summary.quarantined) == (5, 3, 2)
    told = desk.rows()
    assert [row.ticket for row in told] == ["101", "102", "103"]
    assert [row.title for row in told] == ["x", "True", "7.5"]
    noon = datetime(2024, 1, 2, 12, tzinfo=UTC) - timedelta(hours=7)
    assert [row.created_at for row in told] == [
        noon - timedelta(minutes=90),
        noon - timedelta(hours=12),
        noon,
    ]
    assert told[0].body == "=1+1"
    lines = desk.quarantined()
    assert lines[0].startswith('6,"7 kolom, seharusnya 5",104')
    assert lines[1].startswith("7,created: tanggal '=NOW()' tak dapat dibaca,105")


def test_sheets_and_titles_above_the_header(desk: Desk) -> None:
    rows = [
        ["Rekap laporan"],
        [],
        ["Nomor Tiket", "Judul", "Tanggal"],
        ["A-1", "x", date(2024, 1, 2)],
    ]
    path = book(desk.folder, ("Sampul", [["apa"]]), ("Januari", rows))
    form = FileForm(sheet="Januari")
    mapping = guess_mapping(open_source(path, form), form).mapping
    assert mapping.file.sheet == "Januari"
    assert desk.run(path, mapping).new == 1
    with pytest.raises(
        ImportingError, match=r"Lembar 'Maret' tidak ada; yang ada: Sampul, Januari"
    ):
        open_source(path, FileForm(sheet="Maret"))


def test_what_is_no_workbook(desk: Desk) -> None:
    with pytest.raises(ImportingError, match="bukan berkas Excel"):
        open_source(desk.write(b"PK\x03\x04 rusak", "x.xlsx"), FileForm())
    with pytest.raises(ImportingError, match="bukan berkas Excel"):
        open_source(desk.write("a,b\n", "y.xlsx"), FileForm())
