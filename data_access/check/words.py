"""The findings in words, in both languages: what is wrong, and what to write to mend it."""

from __future__ import annotations

from data_access.check.findings import Code, Finding

LANGUAGES = ("id", "en")

_WORDS: dict[str, dict[Code, tuple[str, str]]] = {
    "id": {
        Code.MISSING_TABLE: (
            "tabel atau view {table} tidak ada",
            "Buat view dengan nama itu: {sql}",
        ),
        Code.MISSING_COLUMN: (
            "kolom {table}.{column} tidak ada",
            "Tambahkan pada view {table}: {sql}",
        ),
        Code.WRONG_TYPE: (
            "kolom {table}.{column} bertipe {value}, seharusnya {expected}",
            "Tulis dalam view {table}: {sql}",
        ),
        Code.EMPTY: (
            "{table} tidak berisi satu baris pun",
            "Periksa apakah view {table} membaca tabel yang benar.",
        ),
        Code.NULL: (
            "{table}.{column} kosong (null) pada {count} baris",
            "Isi kolom itu, atau saring barisnya dalam view {table}: {sql}",
        ),
        Code.DUPLICATE: (
            "{table}.{column} berulang: {count} baris memakai nilai yang sudah ada",
            "Setiap baris perlu nilai sendiri. Carilah: {sql}",
        ),
        Code.UNKNOWN_WORD: (
            "{table}.{column} '{value}' pada {count} baris: tidak dikenal",
            "Tulis dalam view {table}: {sql}",
        ),
        Code.UNKNOWN_NUMBER: (
            "{table}.{column} '{value}' pada {count} baris: bukan {expected}",
            "Saring atau petakan dalam view {table}: {sql}",
        ),
        Code.NO_MOMENT: (
            "{table}.{column} bukan tanggal pada {count} baris",
            "Tulis dalam view {table}: {sql}",
        ),
        Code.TOO_OLD: (
            "{table}.{column} sebelum tahun 2000 pada {count} baris",
            "Kosongkan dalam view {table}: {sql}",
        ),
        Code.FUTURE: (
            "{table}.{column} di masa depan pada {count} baris",
            "Periksa jam pengirim; kosongkan dalam view {table}: {sql}",
        ),
        Code.SHIFTED: (
            "{table}.{column} terbaru lebih dari sekarang, dan kolomnya tanpa zona waktu: "
            "tampaknya tersimpan dalam WIB, bukan UTC",
            "Tulis dalam view {table}, untuk setiap kolom waktunya: {sql}",
        ),
        Code.BROKEN_REFERENCE: (
            "{table}.{column} menunjuk {expected} yang tidak ada pada {count} baris",
            "Lengkapi {expected}, atau kosongkan dalam view {table}: {sql}",
        ),
        Code.OUTSIDE_THE_EARTH: (
            "{table}.{column} di luar bumi pada {count} baris",
            "Kosongkan dalam view {table}: {sql}",
        ),
        Code.FINISHED_WITHOUT_MOMENT: (
            "{count} laporan berstatus selesai, ditolak atau ganda tanpa finished_at: tetap "
            "dihitung belum selesai",
            "Isi waktunya dalam view {table}: {sql}",
        ),
        Code.MOMENT_WITHOUT_FINISH: (
            "{count} laporan punya finished_at tetapi statusnya belum selesai",
            "Samakan keduanya dalam view {table}: {sql}",
        ),
        Code.WRONG_ORDER: (
            "{table}: {value} mendahului {expected} pada {count} baris",
            "Periksa zona waktu kedua kolom; dalam view {table}: {sql}",
        ),
        Code.MAY_WRITE: (
            "akun ini boleh menulis ke {table}; dinding hanya perlu membaca",
            "Pakai akun yang hanya boleh membaca: {sql}",
        ),
    },
    "en": {
        Code.MISSING_TABLE: (
            "there is no table or view {table}",
            "Create a view of that name: {sql}",
        ),
        Code.MISSING_COLUMN: (
            "there is no column {table}.{column}",
            "Add to the view {table}: {sql}",
        ),
        Code.WRONG_TYPE: (
            "column {table}.{column} is of type {value}, not {expected}",
            "Write in the view {table}: {sql}",
        ),
        Code.EMPTY: (
            "{table} holds no row",
            "See whether the view {table} reads the right table.",
        ),
        Code.NULL: (
            "{table}.{column} is null in {count} rows",
            "Fill the column, or leave the rows out of the view {table}: {sql}",
        ),
        Code.DUPLICATE: (
            "{table}.{column} is not unique: {count} rows have a value that is taken",
            "Each row needs a value of its own. Look for them: {sql}",
        ),
        Code.UNKNOWN_WORD: (
            "{table}.{column} '{value}' in {count} rows: not known",
            "Write in the view {table}: {sql}",
        ),
        Code.UNKNOWN_NUMBER: (
            "{table}.{column} '{value}' in {count} rows: not {expected}",
            "Leave out or translate in the view {table}: {sql}",
        ),
        Code.NO_MOMENT: (
            "{table}.{column} is no date in {count} rows",
            "Write in the view {table}: {sql}",
        ),
        Code.TOO_OLD: (
            "{table}.{column} lies before the year 2000 in {count} rows",
            "Make it null in the view {table}: {sql}",
        ),
        Code.FUTURE: (
            "{table}.{column} lies in the future in {count} rows",
            "Look at the sender's clock; make it null in the view {table}: {sql}",
        ),
        Code.SHIFTED: (
            "the newest {table}.{column} is later than now, and the column has no time zone: it "
            "seems to be kept in WIB, not in UTC",
            "Write in the view {table}, for each of its moments: {sql}",
        ),
        Code.BROKEN_REFERENCE: (
            "{table}.{column} names {expected} that do not exist in {count} rows",
            "Complete {expected}, or make it null in the view {table}: {sql}",
        ),
        Code.OUTSIDE_THE_EARTH: (
            "{table}.{column} is not on Earth in {count} rows",
            "Make it null in the view {table}: {sql}",
        ),
        Code.FINISHED_WITHOUT_MOMENT: (
            "{count} reports are done, rejected or duplicate without finished_at: they count as "
            "open",
            "Fill the moment in the view {table}: {sql}",
        ),
        Code.MOMENT_WITHOUT_FINISH: (
            "{count} reports have a finished_at but a status that is not finished",
            "Let the two agree in the view {table}: {sql}",
        ),
        Code.WRONG_ORDER: (
            "{table}: {value} comes before {expected} in {count} rows",
            "Look at the time zones of both columns; in the view {table}: {sql}",
        ),
        Code.MAY_WRITE: (
            "this account may write to {table}; the wall only needs to read",
            "Use an account that may only read: {sql}",
        ),
    },
}

HEADINGS = {
    "id": {
        "fits": "Basis data cocok dengan kontrak.",
        "findings": "{count} hal tidak cocok dengan kontrak:",
        "error": "salah",
        "warning": "perhatian",
        "cannot_read": "Basis data tidak dapat dibaca: {reason}.",
    },
    "en": {
        "fits": "The database fits the contract.",
        "findings": "{count} things do not fit the contract:",
        "error": "error",
        "warning": "warning",
        "cannot_read": "The database can't be read: {reason}.",
    },
}


def what(finding: Finding, language: str) -> str:
    """What is wrong."""
    return _said(finding, language, 0)


def mend(finding: Finding, language: str) -> str:
    """What to write to mend it."""
    return _said(finding, language, 1)


def _said(finding: Finding, language: str, part: int) -> str:
    count = f"{finding.count:,}"
    return _WORDS[language][finding.code][part].format(
        table=finding.table,
        column=finding.column,
        count=count.replace(",", ".") if language == "id" else count,
        value=finding.value,
        expected=finding.expected,
        sql=finding.sql,
    )
