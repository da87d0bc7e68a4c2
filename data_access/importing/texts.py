"""Everything the import says to people, in Indonesian and in English, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Said:
    """Something to be told: a key of the catalogue and what fills its gaps."""

    key: str
    parts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "id") -> str:
        """The sentence in a language of ``LANGUAGES``."""
        return CATALOGUE[self.key][LANGUAGES.index(language)].format(**self.parts)


class ImportingError(Exception):
    """The import can't go on; nothing has been changed. ``said`` is one clear sentence."""

    def __init__(self, key: str, /, **parts: Any) -> None:
        self.said = Said(key, parts)
        super().__init__(self.said.text())


class MappingError(ImportingError):
    """The mapping contradicts itself or the file."""


class UnreadableRowError(ValueError):
    """A row that goes to quarantine, and why."""

    def __init__(self, key: str, /, **parts: Any) -> None:
        self.said = Said(key, parts)
        super().__init__(self.said.text())


def language_of(environment: Mapping[str, str]) -> str:
    """English where the locale asks for it, else Indonesian."""
    locale = (
        environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    )
    return "en" if locale.lower().startswith("en") else "id"


CATALOGUE: dict[str, tuple[str, str]] = {
    # -- mapping ----------------------------------------------------------------------------
    "mapping_toml": (
        "Pemetaan {file} bukan TOML yang benar: {error}.",
        "The mapping {file} is not valid TOML: {error}.",
    ),
    "mapping_section": (
        "Bagian [{section}] tidak dikenal; yang ada: {known}.",
        "Section [{section}] is unknown; there are: {known}.",
    ),
    "mapping_key": (
        "Kunci {key!r} di [{section}] tidak dikenal; yang ada: {known}.",
        "Key {key!r} in [{section}] is unknown; there are: {known}.",
    ),
    "mapping_kind": (
        "[{section}] {key}: nilainya harus {kind}, bukan {value!r}.",
        "[{section}] {key}: the value must be {kind}, not {value!r}.",
    ),
    "mapping_choice": (
        "[{section}] {key}: {value!r} tidak dikenal; pilih salah satu: {known}.",
        "[{section}] {key}: {value!r} is unknown; choose one of: {known}.",
    ),
    "mapping_needs": (
        "Pemetaan belum menyebut kolom untuk {column!r}; tanpa itu laporan tak dapat dibaca.",
        "The mapping names no column for {column!r}; no report can be read without it.",
    ),
    "mapping_identity": (
        "Pemetaan belum menyebut 'ticket', dan tanpa itu perlu 'title' atau 'body' "
        "agar laporan dapat dikenali.",
        "The mapping names no 'ticket', and without it 'title' or 'body' is needed "
        "to tell reports apart.",
    ),
    "mapping_column": (
        "Kolom {header!r} (untuk {column}) tidak ada dalam berkas; yang ada: {known}.",
        "Column {header!r} (for {column}) is not in the file; there are: {known}.",
    ),
    "mapping_zone": (
        "Zona waktu {zone!r} tidak dikenal; tulis nama IANA, misalnya Asia/Jakarta.",
        "The time zone {zone!r} is unknown; write an IANA name such as Asia/Jakarta.",
    ),
    "mapping_format": (
        "Bentuk tanggal {format!r} tak dapat dipakai: {directive} tidak dikenal.",
        "The date format {format!r} can't be used: {directive} is unknown.",
    ),
    "guess_failed": (
        "Tak dapat menebak kolom {column!r} dari berkas ini; tulis pemetaan dengan --mapping. "
        "Kolom yang ada: {known}.",
        "The column {column!r} can't be guessed from this file; write one with --mapping. "
        "Its columns: {known}.",
    ),
    # -- sources ----------------------------------------------------------------------------
    "no_file": ("Tidak ada berkas {file}.", "There is no file {file}."),
    "empty_file": ("Berkas {file} kosong.", "The file {file} is empty."),
    "no_header": (
        "Baris judul kolom (nomor {number}) tidak ada dalam berkas.",
        "The file has no header row (number {number}).",
    ),
    "bad_encoding": (
        "Pengodean {encoding!r} tidak dikenal; misalnya utf-8, utf-16, cp1252, latin-1.",
        "The encoding {encoding!r} is unknown; for example utf-8, utf-16, cp1252, latin-1.",
    ),
    "bad_excel": ("{file} bukan berkas Excel xlsx yang utuh.", "{file} is not a whole xlsx file."),
    "no_sheet": (
        "Lembar {sheet!r} tidak ada; yang ada: {known}.",
        "There is no sheet {sheet!r}; there are: {known}.",
    ),
    "bad_open311": (
        "Jawaban Open311 tak dapat dibaca: {error}.",
        "The Open311 answer can't be read: {error}.",
    ),
    "server_failed": (
        "Peladen {server} tidak menjawab dengan benar sesudah {tries} kali: {error}.",
        "The server {server} gave no proper answer after {tries} tries: {error}.",
    ),
    "bad_boundaries": (
        "Berkas batas {file} tak dapat dibaca: {error}.",
        "The boundary file {file} can't be read: {error}.",
    ),
    # -- database ---------------------------------------------------------------------------
    "foreign_database": (
        "Basis data ini milik aplikasi lain ({name} adalah view), jadi tidak diisi.",
        "This database belongs to another application ({name} is a view): nothing was written.",
    ),
    "database_locked": (
        "Basis data sedang dipakai impor lain atau terkunci; coba lagi nanti.",
        "Another import, or a lock, holds the database; try again later.",
    ),
    "database_failed": (
        "Basis data menolak; tidak ada yang diubah.",
        "The database refused; nothing was changed.",
    ),
    "database_absent": (
        "Basis data tidak dapat dihubungi; tidak ada yang diubah.",
        "The database can't be reached; nothing was changed.",
    ),
    "database_missing": (
        "Berkas basis data tidak dapat dibuka; tidak ada yang diubah.",
        "The database file can't be opened; nothing was changed.",
    ),
    "database_late": (
        "Basis data tidak menjawab pada waktunya; tidak ada yang diubah.",
        "The database gave no answer in time; nothing was changed.",
    ),
    "database_exhausted": (
        "Tidak ada sambungan basis data yang bebas; coba lagi nanti.",
        "No connection to the database is free; try again later.",
    ),
    "database_denied": (
        "Akun basis data tidak berhak menulis; tidak ada yang diubah.",
        "The database account may not write; nothing was changed.",
    ),
    "database_mismatch": (
        "Tabel basis data tidak sesuai kontrak (lihat bcc-wall check); tidak ada yang diubah.",
        "The database's tables don't fit the contract (see bcc-wall check); nothing was changed.",
    ),
    "database_damaged": (
        "Basis data rusak atau bukan basis data; tidak ada yang diubah.",
        "The database is damaged or none at all; nothing was changed.",
    ),
    "write_failed": (
        "Tak dapat menulis {file}; tidak ada yang diubah: {error}.",
        "{file} can't be written; nothing was changed: {error}.",
    ),
    "interrupted": (
        "Impor dihentikan; basis data tetap seperti semula.",
        "The import was stopped; the database is as it was.",
    ),
    # -- rows that can't be read ------------------------------------------------------------
    "row_ragged": (
        "{found} kolom, seharusnya {expected}",
        "{found} columns instead of {expected}",
    ),
    "row_quote": ("tanda kutip tidak ditutup", "a quotation mark is not closed"),
    "row_long": ("kolom terlalu panjang", "a field is too long"),
    "row_no_value": ("{column} kosong", "{column} is empty"),
    "row_date": (
        "{column}: tanggal {value!r} tak dapat dibaca",
        "{column}: the date {value!r} can't be read",
    ),
    "row_date_range": (
        "{column}: tanggal {value!r} di luar batas (2000 sampai sekarang)",
        "{column}: the date {value!r} is out of bounds (2000 until now)",
    ),
    "row_ticket": (
        "nomor laporan lebih dari {limit} huruf",
        "the ticket has more than {limit} characters",
    ),
    "row_status": ("status {value!r} tidak dikenal", "the status {value!r} is unknown"),
    "row_finish": (
        "sudah selesai, tetapi kapan tidak diketahui",
        "finished, but nobody knows when",
    ),
    # -- repairs ----------------------------------------------------------------------------
    "finish_before_created": (
        "selesai sebelum dibuat: selesai disamakan dengan dibuat",
        "finished before created: finished set to created",
    ),
    "answer_before_created": (
        "dijawab sebelum dibuat: dijawab disamakan dengan dibuat",
        "answered before created: answered set to created",
    ),
    "finish_without_status": (
        "ada tanggal selesai tetapi status belum selesai: dicatat sebagai jawaban",
        "a finish date but an unfinished status: taken as the answer",
    ),
    "finish_from_update": (
        "selesai tanpa tanggal: dipakai tanggal perubahan atau jawaban terakhir",
        "finished without a date: the last update or answer was taken",
    ),
    "finish_unknown": (
        "selesai tanpa tanggal apa pun: dipakai saat impor (atau saat dibuat, menurut pemetaan)",
        "finished without any date: the import's moment (or creation, by the mapping) was taken",
    ),
    "status_unknown": (
        "status tidak dikenal: disimpulkan menurut aturan pemetaan",
        "unknown status: set by the mapping's rule",
    ),
    "swapped": ("lintang dan bujur tertukar: ditukar kembali", "latitude and longitude swapped"),
    "no_position": ("letak tak terbaca: dikosongkan", "position unreadable: left empty"),
    "shortened": ("teks terlalu panjang: dipotong", "text too long: shortened"),
    "control_characters": ("huruf NUL atau rusak: dibuang", "NUL or broken characters removed"),
    "outside": ("letak di luar kota", "position outside the city"),
    "unknown_place": ("nama kelurahan tidak dikenal", "kelurahan name unknown"),
    # -- command ----------------------------------------------------------------------------
    "guessed": (
        "Tanpa --mapping: dipakai pemetaan tebakan (lihat dengan --guess).",
        "Without --mapping: a guessed mapping was used (see it with --guess).",
    ),
    "seen_file": (
        "Berkas: {format}, pengodean {encoding}, pemisah {separator}",
        "File: {format}, encoding {encoding}, separator {separator}",
    ),
    "summary_read": ("Baris dibaca", "Rows read"),
    "summary_new": ("baru", "new"),
    "summary_updated": ("diperbarui", "updated"),
    "summary_unchanged": ("tidak berubah", "unchanged"),
    "summary_repeated": ("berulang dalam berkas", "repeated in the file"),
    "summary_quarantined": ("dikarantina", "quarantined"),
    "summary_repairs": ("Diperbaiki", "Repaired"),
    "summary_created": (
        "Instansi baru: {agencies}; kategori baru: {categories}; wilayah baru: {areas}",
        "New agencies: {agencies}; new categories: {categories}; new areas: {areas}",
    ),
    "summary_unknown_status": (
        "Status tidak dikenal: {words}",
        "Unknown statuses: {words}",
    ),
    "summary_quarantine_file": (
        "Baris yang dikarantina ada di {file}",
        "The quarantined rows are in {file}",
    ),
    "summary_seconds": ("{seconds:.1f} detik", "{seconds:.1f} seconds"),
    "quarantine_line": ("baris", "line"),
    "quarantine_reason": ("alasan", "reason"),
    "progress": ("Mengimpor", "Importing"),
    "fetching": ("Mengambil dari peladen: {count} laporan", "Fetching: {count} reports"),
    "rows_rate": ("{rate} baris/detik", "{rate} rows/s"),
}
