"""Mappings guessed from files, printed, and used as they are printed."""

from __future__ import annotations

import tomllib

import pytest

from data_access.importing.guess import Guess, guess_mapping
from data_access.importing.mapping import FileForm, mapping_from
from data_access.importing.opening import open_source
from data_access.importing.texts import MappingError
from data_access.records import Status
from data_access.schema import agencies, escalations, follow_ups, reporters
from tests.importing import Desk, shared

PHP_HEAD = (
    "judul;nama_pelapor;alamat;lingkungan;instansi_pertama;instansi_kedua;tanggal;status;"
    "tindak_lanjut;tanggal_tindak_lanjut\n"
)
PHP = PHP_HEAD + (
    "Lampu padam;Warga Satu;Jl. Sudirman;IV;Dinas Perhubungan;;02/01/2024 08.15;SELESAI ;"
    "Lampu diganti;13/01/2024 10.00\n"
    "Parit tumpat;Warga Dua;Jl. Bangau;II;PDAM;Dinas PU;03/01/2024 09.00;Proses;;\n"
    "Jalan rusak;Warga Satu;Jl. Bangau;I;;;04/01/2024 21.30;Masuk;;\n"
)
LAPOR = (
    "No,Tracking ID,Isi Laporan,Kategori,Instansi Terlapor,Tanggal Masuk,Status,Koordinat\n"
    '1,10001,Air mati,Air,PDAM,"Selasa, 2 Januari 2024 pukul 08.15 WIB",'
    'Belum Ditindaklanjuti,"3,6012; 98,4855"\n'
    '2,10002,Sampah,Kebersihan,DLH,"Rabu, 3 Januari 2024 pukul 09.00 WIB",'
    'Selesai,"3,6013; 98,4856"\n'
)


def guessed(desk: Desk, content: str, name: str = "ekspor.csv") -> Guess:
    return guess_mapping(open_source(desk.write(content, name), FileForm()), FileForm())


def test_a_table_of_the_usual_php_kind(desk: Desk) -> None:
    guess = guessed(desk, PHP)
    mapping = guess.mapping
    assert dict(mapping.columns) == {
        "title": "judul",
        "agency": "instansi_pertama",
        "second_agency": "instansi_kedua",
        "created": "tanggal",
        "finished": "tanggal_tindak_lanjut",
        "status": "status",
        "address": "alamat",
        "reporter": "nama_pelapor",
        "follow_up": "tindak_lanjut",
    }
    assert (mapping.formats, mapping.zone.key) == (("%d/%m/%Y %H.%M",), "Asia/Jakarta")
    assert mapping.file.separator == ";"
    summary = desk.run(desk.write(PHP), mapping)
    assert (summary.new, summary.quarantined) == (3, 0)
    assert sorted(row.status for row in desk.rows()) == ["done", "escalated", "received"]
    assert len(desk.rows(agencies)) == 3
    assert len(desk.rows(escalations)) == 3
    assert len(desk.rows(reporters)) == 2
    assert len(desk.rows(follow_ups)) == 1


def test_long_dates_and_coordinates_with_commas(desk: Desk) -> None:
    mapping = guessed(desk, LAPOR).mapping
    assert mapping.columns["ticket"] == "Tracking ID"
    assert mapping.columns["position"] == "Koordinat"
    assert mapping.formats == ("%A, %d %B %Y pukul %H.%M %Z",)
    desk.run(desk.write(LAPOR), mapping)
    assert [row.status for row in desk.rows()] == ["received", "done"]
    assert (desk.rows()[0].latitude, desk.rows()[0].longitude) == (3.6012, 98.4855)


def test_row_numbers_are_no_tickets(desk: Desk) -> None:
    content = "No,Judul,Tanggal\n1,a,2024-01-02\n2,b,2024-01-02\n"
    assert "ticket" not in guessed(desk, content).mapping.columns
    repeated = "id,Judul,Tanggal\n1,a,2024-01-02\n1,b,2024-01-02\n1,c,2024-01-02\n"
    assert "ticket" not in guessed(desk, repeated).mapping.columns


def test_what_is_printed_says_what_was_seen(desk: Desk) -> None:
    content = (
        "Nomor Tiket,Judul,Tanggal Masuk,Tanggal Selesai,Status,Warna\n"
        + "".join(f"A-{n},x,0{n}/02/2024,1{n}/02/2024,Beres,merah\n" for n in range(1, 9))
        + "A-9,x,09/02/2024,,Ngambang,biru\n"
    )
    printed = guessed(desk, content).toml()
    assert "# tidak dipakai: Warna" in printed
    assert "'Beres' tidak dikenal, tetapi selalu ada tanggal selesai: PERIKSA" in printed
    assert "'Ngambang' (1 baris) tidak dikenal" in printed
    mapping = mapping_from(tomllib.loads(printed))
    assert mapping.statuses == {"beres": Status.DONE}
    assert mapping.formats == ("%d/%m/%Y",)


def test_days_and_months_that_cannot_be_told_are_said(desk: Desk) -> None:
    printed = guessed(desk, "Judul,Tanggal\na,01/02/2024\nb,03/04/2024\n").toml()
    assert "hari dan bulan tak dapat dibedakan" in printed
    assert 'formats = ["%d/%m/%Y"]' in printed
    assert "zona waktu tidak diketahui" in printed


def test_strange_headers_and_words_make_good_toml(desk: Desk) -> None:
    content = 'Judul,Tanggal,Status,"a ""b"" \\ = [x]\n# é\x7f"\na,2024-01-02,"Sel""esai\n#",y\n'
    printed = guessed(desk, content).toml()
    assert mapping_from(tomllib.loads(printed)).columns["title"] == "Judul"


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("a,b\n1,2\n", "created"),
        ("Tanggal,b\n2024-01-02,2\n", "ticket"),
        ("Judul,Tanggal\na,apa\n", "created"),
    ],
)
def test_what_cannot_be_guessed(desk: Desk, content: str, column: str) -> None:
    with pytest.raises(MappingError, match=f"Tak dapat menebak kolom '{column}'"):
        guessed(desk, content)


def test_decimal_commas_are_seen(desk: Desk) -> None:
    content = 'Judul;Tanggal;Lintang;Bujur\na;2024-01-02;"3,61";"98,49"\n'
    mapping = guessed(desk, content).mapping
    assert (mapping.decimal, mapping.zone.key) == (",", "Asia/Jakarta")
    desk.run(desk.write(content), mapping)
    assert (desk.one().latitude, desk.one().longitude) == (3.61, 98.49)


def test_escalations_of_the_city(desk: Desk) -> None:
    path = shared("facts", "escalations_sample.csv")
    mapping = guess_mapping(open_source(path, FileForm()), FileForm()).mapping
    summary = desk.run(path, mapping)
    assert (summary.read, summary.new) == (7, 7)
    assert {row.status for row in desk.rows()} == {"escalated"}
    assert {row.name for row in desk.rows(agencies)} >= {"Dinas Sosial"}
