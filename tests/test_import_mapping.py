"""Mappings in TOML, and what is said of wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_access.importing.mapping import mapping_from, read_mapping, resolve
from data_access.importing.texts import CATALOGUE, MappingError, Said, language_of
from data_access.records import Status

GOOD = """
[file]
separator = ";"
[columns]
ticket = "Nomor"
created = "Tanggal Masuk"
[dates]
formats = ["%d/%m/%Y %H:%M", "iso"]
zone = "Asia/Makassar"
[numbers]
decimal = ","
[status]
unknown = "quarantine"
[status.words]
"SELESAI " = "done"
[agencies]
"Dinas Pekerjaan Umum" = "PUTR"
[flags]
true = ["Anonim"]
[areas]
unknown = "create"
"""


def test_a_whole_mapping(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    mapping = read_mapping(path)
    assert mapping.statuses == {"selesai": Status.DONE}
    assert mapping.zone.key == "Asia/Makassar"
    assert mapping.agencies == {"dinas pekerjaan umum": "PUTR"}
    assert (mapping.decimal, mapping.unknown_status, mapping.unknown_area) == (
        ",",
        "quarantine",
        "create",
    )
    assert (mapping.file.separator, mapping.file.header) == (";", None)
    assert mapping.truths == {"anonim"}


@pytest.mark.parametrize(
    ("content", "indonesian", "english"),
    [
        ({"kolom": {}}, "Bagian .kolom. tidak dikenal", "Section .kolom. is unknown"),
        ({"columns": {"tiket": "A"}}, "Kunci 'tiket'", "Key 'tiket' in .columns. is unknown"),
        ({"columns": {"ticket": 3}}, "harus teks", "must be"),
        ({"columns": {"ticket": "A"}}, "menyebut kolom untuk 'created'", "no column for 'created'"),
        ({"columns": {"created": "A"}}, "menyebut 'ticket'", "names no 'ticket'"),
        ({"dates": {"zone": "Asia/Binjai"}}, "'Asia/Binjai' tidak dikenal", "is unknown"),
        ({"dates": {"zone": 7}}, "Zona waktu 7", "The time zone 7"),
        ({"dates": {"formats": ["%Q"]}}, "%Q tidak dikenal", "%Q is unknown"),
        ({"dates": {"formats": [1]}}, "harus teks", "must be"),
        ({"numbers": {"decimal": ";"}}, "';' tidak dikenal", "';' is unknown"),
        ({"status": {"words": {"X": "beres"}}}, "'beres' tidak dikenal", "'beres' is unknown"),
        ({"status": {"unknown": "?"}}, "pilih salah satu: dates", "choose one of: dates"),
        ({"file": {"header": 0}}, "harus ≥ 1", "must be ≥ 1"),
        ({"file": {"format": "pdf"}}, "'pdf' tidak dikenal", "'pdf' is unknown"),
        ({"columns": 3}, "harus tabel", "must be"),
        ({"areas": {"names": {"A": 1}}}, "harus teks", "must be"),
        ({"areas": {"unknown": "x"}}, "'x' tidak dikenal", "'x' is unknown"),
    ],
)
def test_one_clear_sentence(content: dict[str, object], indonesian: str, english: str) -> None:
    with pytest.raises(MappingError, match=indonesian) as caught:
        mapping_from(content)
    said = caught.value.said
    assert re.search(english, said.text("en"))
    assert "\n" not in said.text("id")


def test_broken_toml_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    with pytest.raises(MappingError, match=r"Tidak ada berkas m\.toml"):
        read_mapping(path)
    path.write_text("[columns\n")
    with pytest.raises(MappingError, match="bukan TOML yang benar"):
        read_mapping(path)


def test_headers_are_found_loosely_but_as_typed_first() -> None:
    mapping = mapping_from({"columns": {"ticket": "nomor  laporan", "created": "tanggal"}})
    assert resolve(mapping, ["TANGGAL", "Nomor_Laporan", "tanggal"]) == {"ticket": 1, "created": 2}
    with pytest.raises(MappingError, match=r"Kolom 'tanggal' .untuk created. tidak ada"):
        resolve(mapping, ["Nomor Laporan", "Waktu"])


def test_every_text_is_there_in_both_languages_with_the_same_gaps() -> None:
    gaps = re.compile(r"{(\w+)")
    for key, (indonesian, english) in CATALOGUE.items():
        assert indonesian, key
        assert set(gaps.findall(indonesian)) == set(gaps.findall(english)), key


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "id"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "id_ID"}, "id"),
        ({"LANG": "C.UTF-8"}, "id"),
    ],
)
def test_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
    assert Said("row_quote").text(language)
