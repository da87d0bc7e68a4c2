"""Makes and fills a database of the usual PHP kind from any database of the contract.

    python examples/php_laporan/make_example.py SOURCE TARGET

Both are SQLAlchemy URLs; the target is an empty MariaDB database. It gets the tables of
``tables.sql`` with the dirt that such tables have, and the views of ``views.sql``.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from data_access.engine import open_engine
from data_access.records import WIB
from data_access.schema import (
    agencies,
    announcements,
    areas,
    categories,
    escalations,
    facilities,
    feedback,
    follow_ups,
    metadata,
    reporters,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine, Table

HERE = Path(__file__).parent
ZERO = "0000-00-00"
PLACES = ("pertama", "kedua", "ketiga")

WORDS = {
    "received": ("Masuk", "masuk", "BARU"),
    "escalated": ("Diteruskan", "Proses", " proses"),
    "answered": ("Dijawab", "DITINDAKLANJUTI", "dijawab "),
    "done": ("Selesai", "SELESAI ", "selesai"),
    "rejected": ("Ditolak", "ditolak "),
    "duplicate": ("Ganda", "ganda"),
}
"""What different hands write for each status."""

Row = dict[str, Any]


def make(source: Engine, target: Engine) -> None:
    """Create tables and views in the target, and fill them with the source's city."""
    with source.connect() as reading, target.begin() as writing:
        for statement in statements("tables.sql"):
            writing.exec_driver_sql(statement)
        for table, rows in filled(reading).items():
            _insert(writing, table, rows)
        for statement in statements("views.sql"):
            writing.exec_driver_sql(statement)


def statements(name: str) -> Iterator[str]:
    """The statements of a file; none of them has a semicolon inside or a sign for a parameter."""
    lines = [line for line in (HERE / name).read_text().splitlines() if line[:2] != "--"]
    for part in "\n".join(lines).split(";"):
        if part.strip():
            yield part.strip()


def filled(city: Connection) -> dict[str, list[Row]]:
    """The rows of every table of the target."""
    rows = {table.name: _all(city, table) for table in metadata.sorted_tables}
    places = {row["code"]: row for row in rows[areas.name]}
    return {
        "wilayah": [_area(row) for row in rows[areas.name]],
        "instansi": [
            {
                "singkatan": row["abbreviation"],
                "nama": row["name"],
                "jenis": "SKPD" if row["kind"] == "skpd" else "Mitra",
            }
            for row in rows[agencies.name]
        ],
        "laporan": list(_wide(rows, places)),
        "penilaian": [
            {
                "id": row["id"],
                "laporan_id": row["report_id"],
                "puas": "Ya" if row["satisfied"] else "Tidak",
                "bintang": row["rating"] or 0,
                "komentar": row["comment"],
                "tanggal": local(row["created_at"]),
            }
            for row in rows[feedback.name]
        ],
        "informasi": [
            {
                "id": row["id"],
                "judul": row["title"],
                "isi": row["body"],
                "mulai": local(row["starts_at"]),
                "selesai": local(row["ends_at"]),
            }
            for row in rows[announcements.name]
        ],
        "fasilitas": [
            {
                "id": row["id"],
                "jenis": row["kind"],
                "nama": row["name"],
                "alamat": row["address"] or "",
                "lintang": row["latitude"],
                "bujur": row["longitude"],
                "wilayah": row["area_code"] or "",
            }
            for row in rows[facilities.name]
        ],
    }


def local(moment: datetime | None) -> str:
    """The moment as clocks in Binjai show it; the zero date for none."""
    return moment.astimezone(WIB).replace(tzinfo=None).isoformat(" ") if moment else ZERO


def _all(city: Connection, table: Table) -> list[Row]:
    keys = table.primary_key.columns
    return [dict(row._mapping) for row in city.execute(select(table).order_by(*keys))]


def _area(row: Row) -> Row:
    return {
        "kode": row["code"],
        "tingkat": row["level"].title(),
        "nama": row["name"],
        "induk": row["parent_code"] or "",
        "lintang": row["latitude"],
        "bujur": row["longitude"],
        "luas_km2": row["area_km2"],
        "penduduk": row["population"],
    }


def _wide(rows: dict[str, list[Row]], places: dict[str, Row]) -> Iterator[Row]:
    people = {row["id"]: row for row in rows[reporters.name]}
    kinds = {row["id"]: row["name"] for row in rows[categories.name]}
    hops = _by_report(rows[escalations.name])
    notes = _by_report(rows[follow_ups.name])
    short = {row["id"]: row["abbreviation"] for row in rows[agencies.name]}
    for row in rows[reports.name]:
        yield (
            _report(row, kinds, places)
            | _reporter(people.get(row["reporter_id"]), places)
            | _hops(hops.get(row["id"], []), short)
            | {"tindak_lanjut": _last_note(notes.get(row["id"], []))}
        )


def _report(row: Row, kinds: dict[int, str], places: dict[str, Row]) -> Row:
    words = WORDS[row["status"]]
    number = row["id"]
    kelurahan = places[row["area_code"]]["name"] if row["area_code"] else ""
    return {
        "id": number,
        "nomor": row["ticket"],
        "judul": row["title"],
        "isi": row["body"],
        "foto": row["photo"] or "",
        "lokasi": row["address"] or "",
        "kelurahan": kelurahan.upper() + " " if number % 5 == 0 else kelurahan,
        "lintang": "" if row["latitude"] is None else repr(row["latitude"]),
        "bujur": "" if row["longitude"] is None else repr(row["longitude"]),
        "kategori": kinds.get(row["category_id"], ""),
        "tanggal": local(row["created_at"]),
        "status": words[number % len(words)],
        "tanggal_tindak_lanjut": local(row["answered_at"]),
        "tanggal_selesai": local(row["finished_at"]),
        "anonim": "Y" if row["anonymous"] else "T",
        "rahasia": "Y" if row["confidential"] else "T",
        "ganda_dari": row["duplicate_of"] or 0,
    }


def _reporter(person: Row | None, places: dict[str, Row]) -> Row:
    if person is None:
        blank = (
            "id_pengguna",
            "nama_pelapor",
            "no_hp",
            "alamat",
            "lingkungan",
            "kelurahan_pelapor",
        )
        return dict.fromkeys(blank, "")
    home = places.get(person["area_code"] or "")
    small = home if home and home["level"] == "lingkungan" else None
    above = places[small["parent_code"]] if small else home
    return {
        "id_pengguna": str(person["id"]),
        "nama_pelapor": person["name"] or "",
        "no_hp": person["phone"] or "",
        "alamat": person["address"] or "",
        "lingkungan": small["name"] if small else "",
        "kelurahan_pelapor": above["name"] if above else "",
    }


def _hops(found: list[Row], short: dict[int, str]) -> Row:
    by_level = {row["level"]: row for row in found}
    wide: Row = {}
    for level, place in enumerate(PLACES, start=1):
        hop = by_level.get(level)
        wide[f"instansi_{place}"] = short[hop["agency_id"]] if hop else ""
        wide[f"tanggal_{place}"] = local(hop["forwarded_at"] if hop else None)
        wide[f"kembali_{place}"] = local(hop["returned_at"] if hop else None)
    return wide


def _last_note(found: list[Row]) -> str:
    newest = max(found, key=lambda row: (row["created_at"], row["id"]), default=None)
    return (newest["note"] or "sudah ditindaklanjuti") if newest else ""


def _by_report(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["report_id"], []).append(row)
    return found


def _insert(writing: Connection, table: str, rows: list[Row]) -> None:
    if rows:
        names = list(rows[0])
        places = ", ".join(f":{name}" for name in names)
        writing.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"), rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    make(open_engine(sys.argv[1]), open_engine(sys.argv[2], read_only=False))
