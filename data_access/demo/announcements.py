"""What the government tells the citizens: there is always something current."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from data_access.demo import facts, rhythm
from data_access.demo.facts import dice
from data_access.records import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = datetime(2017, 2, 6, tzinfo=WIB)

_TEXTS = (
    ("Pemadaman listrik bergilir", "Pemadaman listrik bergilir di Kel. {kel} {hari} pukul "
     "09.00–15.00 WIB karena pemeliharaan jaringan."),
    ("Disdukcapil keliling", "Jadwal layanan Disdukcapil keliling: Kantor Lurah {kel}, {hari} "
     "pukul 09.00–13.00 WIB. Bawa KK asli."),
    ("Gangguan distribusi air", "Perbaikan pipa Tirta Sari di {jl}: aliran air ke Kel. {kel} "
     "kecil sampai {hari} sore."),
    ("Vaksinasi dan posyandu", "Pelayanan imunisasi anak di Puskesmas terdekat untuk warga Kel. "
     "{kel}, {hari} mulai pukul 08.30 WIB."),
    ("Pengalihan arus lalu lintas", "Perbaikan jalan {jl}: arus dialihkan sampai {hari}. Ikuti "
     "petunjuk petugas Dishub."),
    ("Pasar murah", "Pasar murah sembako di halaman Kantor Lurah {kel}, {hari} pukul 08.00 WIB "
     "sampai selesai."),
    ("Pembayaran PBB", "Bayar PBB lebih awal lewat bank dan kantor kelurahan. Loket keliling di "
     "Kel. {kel} {hari}."),
    ("Kerja bakti", "Gotong royong membersihkan parit bersama warga Kel. {kel}, {hari} pukul "
     "07.30 WIB."),
    ("Fogging", "Pengasapan (fogging) di Kel. {kel} {hari} pagi. Tutup makanan dan minuman."),
)  # fmt: skip

_WET = (
    "Waspada hujan lebat",
    "BPBD: waspada hujan lebat dan luapan Sungai Mencirim dan Sungai Bingai. Siaga 24 jam.",
)

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@dataclass(frozen=True)
class Notice:
    """An announcement and its validity."""

    title: str
    body: str
    starts: datetime
    ends: datetime


def notice(starts: datetime, days: float, *key: object) -> Notice:
    """One announcement, its text drawn by the key."""
    chance = dice("notice", *key)
    ends = starts + timedelta(days=days)
    if rhythm.rain(starts.date()) > 1.2 and chance.random() < 0.2:
        return Notice(*_WET, starts, ends)
    title, body = chance.choice(_TEXTS)
    kelurahan = chance.choice(facts.kelurahan())
    day = _DAYS[(starts + timedelta(days=min(days, 2))).weekday()]
    street = chance.choice(("Jl. Jend. Sudirman", "Jl. Soekarno Hatta", "Jl. T. Amir Hamzah"))
    return Notice(title, body.format(kel=kelurahan.name, hari=day, jl=street), starts, ends)


def notices(seed: int, until: datetime) -> Iterator[Notice]:
    """Every week's announcements that have begun, in order of their beginning."""
    found = []
    week = _START
    while week <= until:
        chance = dice(seed, "notices", week.date())
        for place in range(3):
            day = week + timedelta(days=2 * place)
            at = time(chance.randint(7, 9), chance.choice((0, 15, 30)))
            starts = datetime.combine(day.date(), at, tzinfo=WIB)
            days = 8.0 if place == 0 else chance.uniform(1, 6)
            found.append(notice(starts, round(days), seed, week.date(), place))
        week += timedelta(days=7)
    yield from (item for item in found if item.starts <= until)
