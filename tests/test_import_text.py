"""CSV and TSV files with every kind of dirt."""

from __future__ import annotations

import codecs

import pytest

from data_access.importing.encodings import encoding_of
from data_access.importing.mapping import FileForm
from data_access.importing.opening import open_source
from data_access.importing.textfile import FIELD_LIMIT
from data_access.importing.texts import ImportingError
from tests.importing import Desk, mapping_of

MAPPING = mapping_of("ticket", "title", "created", "body")
HEAD = "ticket,title,created,body\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(desk: Desk, encoding: str, found: str) -> None:
    text = HEAD + "A-1,Jalan “rusak” – café,2024-01-02,Mohon é perbaiki\n" * 1
    path = desk.write(text.encode(encoding))
    assert encoding_of(path) == found
    desk.run(path, MAPPING)
    assert desk.one().title == "Jalan “rusak” – café"


def test_latin_1_where_cp1252_has_no_such_byte(desk: Desk) -> None:
    path = desk.write(HEAD.encode() + b"A-1,caf\xe9 \x81,2024-01-02,\n")
    assert encoding_of(path) == "latin-1"
    desk.run(path, MAPPING)
    assert desk.one().title == "café \x81"


def test_broken_bytes_in_utf_8_are_replaced_and_the_rest_kept(desk: Desk) -> None:
    path = desk.write((HEAD + "A-1,perbaikan é ü ñ,2024-01-02,").encode() + b"\xff rusak\n")
    assert encoding_of(path) == "utf-8"
    desk.run(path, MAPPING)
    assert desk.one().title == "perbaikan é ü ñ"
    assert desk.one().body == "\N{REPLACEMENT CHARACTER} rusak"


def test_an_encoding_that_is_asked_for(desk: Desk) -> None:
    path = desk.write((HEAD + "A-1,Š,2024-01-02,\n").encode("iso-8859-2"))
    desk.run(path, MAPPING, FileForm(encoding="iso-8859-2"))
    assert desk.one().title == "Š"
    with pytest.raises(ImportingError, match="'utf-9' tidak dikenal"):
        open_source(path, FileForm(encoding="utf-9"))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(desk: Desk, separator: str) -> None:
    lines = ["ticket,title,created,body", "A-1,x,2024-01-02,y", "A-2,x,2024-01-02,y"]
    content = "\n".join(line.replace(",", separator) for line in lines)
    assert desk.bring(content, MAPPING).new == 2
    assert desk.summaries[0].facts["separator"] == separator


def test_commas_in_the_words_do_not_hide_the_semicolon(desk: Desk) -> None:
    rows = "".join(f"A-{n};a, b, c, d;2024-01-02;e, f\n" for n in range(5))
    assert desk.bring("ticket;title;created;body\n" + rows, MAPPING).new == 5


def test_quotes_and_newlines_inside_fields(desk: Desk) -> None:
    desk.bring(HEAD + 'A-1,"kata ""besar"", ya",2024-01-02,"dua\r\nbaris"\r\n', MAPPING)
    assert desk.one().title == 'kata "besar", ya'
    assert desk.one().body == "dua\r\nbaris"


def test_an_unclosed_quote_at_the_end_costs_one_row(desk: Desk) -> None:
    rows = 'A-1,x,2024-01-02,y\nA-2,"x,2024-01-02,y\nA-3,x,2024-01-02,y\nA-4,x,2024-01-02,y\n'
    summary = desk.bring(HEAD + rows, MAPPING)
    assert (summary.read, summary.new, summary.quarantined) == (4, 3, 1)
    (line,) = desk.quarantined()
    assert line.startswith("3,tanda kutip tidak ditutup,")


def test_two_unclosed_quotes_do_not_swallow_the_rows_between(desk: Desk) -> None:
    mapping = mapping_of("ticket", "title", "created", "body", "address")
    row = "A-{},x,2024-01-02,y,z\n"
    broken = 'A-{},"x,2024-01-02,y,z\n'
    lines = [(broken if n in {3, 6} else row).format(n) for n in range(10)]
    summary = desk.bring("ticket,title,created,body,address\n" + "".join(lines), mapping)
    assert (summary.read, summary.new, summary.quarantined) == (10, 8, 2)
    assert [line.split(",")[0] for line in desk.quarantined()] == ["5", "8"]


def test_ragged_rows_go_to_quarantine_with_line_and_reason(desk: Desk) -> None:
    rows = 'A-1,"a\nb",2024-01-02,y\nA-2,x\nA-3,x,2024-01-02,y,,\nA-4,x,2024-01-02,y,z\n\n'
    summary = desk.bring(HEAD + rows, MAPPING)
    assert (summary.read, summary.new, summary.quarantined) == (4, 2, 2)
    assert desk.quarantined() == [
        '4,"2 kolom, seharusnya 4",A-2,x',
        '6,"5 kolom, seharusnya 4",A-4,x,2024-01-02,y,z',
    ]


def test_nuls_megabytes_marks_and_formulas(desk: Desk) -> None:
    marks = "\u202e\u200b<script>=1+1" + "a\u0301" * 3
    rows = f"A-1,\0ju\0dul,2024-01-02,{'é' * 1_000_000}\nA-2,{marks},2024-01-02,=1+1\n"
    summary = desk.bring(HEAD + rows, MAPPING)
    long, odd = desk.rows()
    assert long.title == "judul"
    assert len(long.body.encode()) == 65_534
    assert (odd.title, odd.body) == (marks, "=1+1")
    assert summary.repairs["control_characters"] == 1
    assert summary.repairs["shortened"] == 1


def test_a_field_without_end_is_no_memory_hole(desk: Desk) -> None:
    rows = f'A-1,x,2024-01-02,y\nA-2,"{"x" * (FIELD_LIMIT + 1)}\nA-3,x,2024-01-02,y\n'
    summary = desk.bring(HEAD + rows, MAPPING)
    assert (summary.new, summary.quarantined) == (2, 1)


def test_titles_above_the_header(desk: Desk) -> None:
    above = "LAPORAN MASYARAKAT,,,\nPeriode Januari 2024,,,\n\n"
    summary = desk.bring(above + HEAD + "A-1,x,2024-01-02,y\n", MAPPING)
    assert (summary.new, summary.facts["header"]) == (1, "3")


def test_headers_that_come_twice(desk: Desk) -> None:
    source = open_source(desk.write("a,a,,a\n1,2,3,4\n"), FileForm())
    assert source.header == ["a", "a (2)", "#3", "a (3)"]
    assert list(source.rows)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "kosong"), (codecs.BOM_UTF8, "Baris judul kolom"), (b"\n\n", "Baris judul kolom")],
)
def test_files_with_nothing_in_them(desk: Desk, content: bytes, sentence: str) -> None:
    with pytest.raises(ImportingError, match=sentence):
        open_source(desk.write(content), FileForm())
    with pytest.raises(ImportingError, match=r"Tidak ada berkas x\.csv"):
        open_source(desk.folder / "x.csv", FileForm())
