"""What is known of the real city and its service, from the packaged tables."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from data_access.records import WIB

HISTORY_END = datetime(2019, 5, 31, 23, 59, 59, 999999, tzinfo=WIB)
"""Up to here the published figures hold exactly."""

REPORTS = 1437
"""Reports up to the end of the history."""

LINGKUNGAN = 284

_OLD_NAMES = {
    "Perusahaan Daerah Air Minum (PDAM Tirta Sari)": "PDAM",
    "Perusahaan Listrik Negara (PLN)": "PLN",
}
"""Agencies that were called otherwise when the figures were published."""


@dataclass(frozen=True)
class Kelurahan:
    """One of the 37 kelurahan with its label point."""

    code: str
    name: str
    kecamatan_code: str
    kecamatan: str
    latitude: float
    longitude: float
    area_km2: float


@dataclass(frozen=True)
class Agency:
    """A city office or a partner."""

    abbreviation: str
    name: str
    kind: str


@dataclass(frozen=True)
class SampleReport:
    """One line of the published escalation list."""

    title: str
    agencies: tuple[str, ...]
    created: datetime


@dataclass(frozen=True)
class Place:
    """A public place and the kelurahan that it lies in."""

    kind: str
    name: str
    address: str
    kelurahan: str


def table(name: str) -> list[dict[str, str]]:
    """The rows of a packaged CSV file."""
    file = resources.files("data_access.demo").joinpath("data", name)
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def dice(*key: object) -> random.Random:
    """Chance that depends on nothing but its key: not on order, machine or hash seed."""
    return random.Random("/".join(str(part) for part in key))


@cache
def kelurahan() -> tuple[Kelurahan, ...]:
    """The 37 kelurahan, by code."""
    return tuple(
        Kelurahan(
            row["code"],
            row["name"],
            row["kecamatan_code"],
            row["kecamatan"],
            float(row["label_lat"]),
            float(row["label_lon"]),
            float(row["area_km2"]),
        )
        for row in table("kelurahan.csv")
    )


@cache
def agencies() -> tuple[Agency, ...]:
    """The thirty agencies; an agency's id is its place in this list, from 1."""
    return tuple(Agency(**row) for row in table("skpd.csv"))


@cache
def agency_years() -> dict[str, tuple[int, int, int]]:
    """Reports forwarded to each of the ten busiest agencies in 2017, 2018, January-May 2019."""
    by_name = {agency.name: agency.abbreviation for agency in agencies()} | _OLD_NAMES
    return {
        by_name[row["skpd"]]: (
            int(row["reports_2017"]),
            int(row["reports_2018"]),
            int(row["reports_2019_jan_may"]),
        )
        for row in table("skpd_reports_by_year.csv")
    }


@cache
def escalations_by_year() -> tuple[tuple[int, int], ...]:
    """Report x agency escalations, and percent of them acted on, in 2017, 2018 and 2019."""
    return tuple(
        (int(row["reports"]), int(row["acted_percent"])) for row in table("yearly_action_rate.csv")
    )


@cache
def top_reporters() -> tuple[int, ...]:
    """Reports sent by each of the five most active citizens."""
    return tuple(int(row["reports"]) for row in table("top_reporters.csv"))


@cache
def sample_reports() -> tuple[SampleReport, ...]:
    """The first reports, as the published list has them."""
    by_name = {agency.name: agency.abbreviation for agency in agencies()}
    return tuple(
        SampleReport(
            row["title"],
            tuple(by_name[row[hop]] for hop in _HOPS if row[hop]),
            datetime.fromisoformat(row["created_at"]).replace(tzinfo=WIB),
        )
        for row in table("escalations_sample.csv")
    )


_HOPS = ("first_agency", "second_agency", "third_agency")

_KELURAHAN_OF_KNOWN = (
    "Pekan Binjai",
    "Tanah Tinggi",
    "Berngam",
    "Rambung Dalam",
    "Jati Makmur",
    "Satria",
)


@cache
def public_places() -> tuple[Place, ...]:
    """The known facilities, then the made-up ones."""
    known = [
        Place(row["kind"], row["name"], row["address"], kelurahan_name)
        for row, kelurahan_name in zip(table("facilities.csv"), _KELURAHAN_OF_KNOWN, strict=True)
    ]
    return (*known, *(Place(**row) for row in table("places.csv")))
