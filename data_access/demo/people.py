"""Made-up citizens. Nobody here exists: names are drawn from parts, phones lead nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from data_access.demo.places import Cell

_GIVEN = (
    "Ahmad", "Agus", "Andi", "Arif", "Bambang", "Budi", "Dedi", "Dewi", "Dian", "Edi", "Eka",
    "Endang", "Fauzi", "Fitri", "Hendra", "Herman", "Ida", "Indra", "Irwan", "Joko", "Jonathan",
    "Juliana", "Kartika", "Lestari", "Lina", "M. Rizky", "Maria", "Marlina", "Muhammad Iqbal",
    "Mulyadi", "Nurhayati", "Nurul", "Putri", "Rahmat", "Ratna", "Rina", "Robert", "Rudi",
    "Samuel", "Sari", "Siti Aisyah", "Slamet", "Sri", "Suryani", "Syahrial", "Tuti", "Wahyu",
    "Wati", "Yanti", "Yusuf", "Zulkifli",
)  # fmt: skip

_FAMILY = {
    "Batak": ("Siregar", "Nasution", "Harahap", "Simanjuntak", "Hutapea", "Lubis", "Manurung",
              "Pasaribu", "Sihombing", "Situmorang", "Tampubolon"),
    "Karo": ("Sembiring", "Ginting", "Tarigan", "Karo-karo", "Perangin-angin", "Sitepu", "Bangun"),
    "Jawa": ("Susanto", "Wibowo", "Purnomo", "Setiawan", "Raharjo", "Utomo", "Widodo", "Suyatno"),
    "Melayu": ("Hamzah", "Syahputra", "Daulay", "Azhar", "Fahmi", "Amri", "Sulaiman"),
    "Minang": ("Chaniago", "Piliang", "Koto", "Tanjung", "Sikumbang"),
    "Tionghoa": ("Wijaya", "Halim", "Tanoto", "Lim", "Gunawan", "Salim"),
}  # fmt: skip

_PEOPLE_WEIGHTS = (24, 14, 32, 14, 8, 8)


@dataclass(frozen=True)
class Citizen:
    """A reporter: all of it is personal data, as it would be of a real one."""

    name: str
    phone: str
    address: str
    area_code: str
    kelurahan: str
    registered: datetime


def make_citizen(cell: Cell, registered: datetime, chance: random.Random) -> Citizen:
    """A citizen who lives in a kelurahan."""
    people = chance.choices(tuple(_FAMILY), _PEOPLE_WEIGHTS)[0]
    name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY[people])}"
    street = chance.choice(cell.streets).name
    area = chance.choice(cell.lingkungan).code if chance.random() < 0.8 else cell.kelurahan.code
    return Citizen(
        name=name,
        phone=f"0800-000-{chance.randrange(10_000):04d}",
        address=f"{street} No. {chance.randint(1, 180)}",
        area_code=area,
        kelurahan=cell.kelurahan.code,
        registered=registered,
    )
