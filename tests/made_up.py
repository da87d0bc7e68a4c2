"""Small made-up cities for tests: rows by table name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.reference import Row, utc

City = dict[str, list[Row]]


def at(text: str) -> datetime:
    """A moment in WIB, as the screen writes it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=7)


def report(number: int, created: str | datetime, **columns: Any) -> Row:
    """A report with what it needs; moments may be given as texts in WIB."""
    moments = {
        name: at(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in columns.items()
    }
    return {
        "id": number,
        "ticket": f"BCC-{number:04}",
        "title": "Lampu jalan mati",
        "status": "received",
        "created_at": at(created) if isinstance(created, str) else created,
        "anonymous": False,
        "confidential": False,
        **moments,
    }


def hop(
    number: int, report_id: int, level: int, agency_id: int, forwarded: str, **more: Any
) -> Row:
    """An escalation."""
    return {
        "id": number,
        "report_id": report_id,
        "level": level,
        "agency_id": agency_id,
        "forwarded_at": at(forwarded),
        **{name: at(value) for name, value in more.items()},
    }


def reopening(number: int, report_id: int, status: str, finished: str, reopened: str) -> Row:
    """A finish that was undone."""
    return {
        "id": number,
        "report_id": report_id,
        "status": status,
        "finished_at": at(finished),
        "reopened_at": at(reopened),
    }


AGENCIES: list[Row] = [
    {"id": 1, "abbreviation": "DINKES", "name": "Dinas Kesehatan", "kind": "skpd"},
    {"id": 2, "abbreviation": "PUPR", "name": "Dinas Pekerjaan Umum", "kind": "skpd"},
    {"id": 3, "abbreviation": "PLN", "name": "Perusahaan Listrik Negara", "kind": "partner"},
]
CATEGORIES: list[Row] = [
    {"id": 1, "name": "Lampu jalan"},
    {"id": 2, "name": "Jalan rusak"},
    {"id": 3, "name": "lampu jalan"},
]
AREAS: list[Row] = [
    {"code": "12.75.01", "level": "kecamatan", "name": "Binjai Utara"},
    {"code": "12.75.02", "level": "kecamatan", "name": "Binjai Kota"},
    {
        "code": "12.75.01.1001",
        "level": "kelurahan",
        "name": "Jati Karya",
        "parent_code": "12.75.01",
        "latitude": 3.65,
        "longitude": 98.49,
    },
    {
        "code": "12.75.01.1002",
        "level": "kelurahan",
        "name": "Cengkeh Turi",
        "parent_code": "12.75.01",
    },
    {"code": "12.75.02.1001", "level": "kelurahan", "name": "Satria", "parent_code": "12.75.02"},
    {"code": "L1", "level": "lingkungan", "name": "Lingkungan I", "parent_code": "12.75.02.1001"},
]
REPORTERS: list[Row] = [
    {"id": 1, "name": "Budi", "area_code": "L1"},
    {"id": 2, "name": "Siti", "area_code": "12.75.01.1001"},
    {"id": 3, "name": "Tono", "area_code": None},
    {"id": 4, "name": "Rina", "area_code": "12.75.02.1001"},
]
BASE: City = {
    "agencies": AGENCIES,
    "categories": CATEGORIES,
    "areas": AREAS,
    "reporters": REPORTERS,
}

FINISHED = ["done", "rejected", "duplicate"]
WORDS = ["Lampu", "jalan rusak", "BANJIR 😀", "100% mati", "a_b", "Éclair"]
BEGIN, END = utc(2023, 11, 20), utc(2024, 3, 10)


def random_city(seed: int, size: int = 120) -> City:
    """Reports of some months with everything that may happen to them, often on an edge."""
    random = Random(seed)
    city: City = {**BASE, "reports": [], "escalations": [], "reopenings": [], "feedback": []}
    city["follow_ups"] = []
    for number in range(1, size + 1):
        _add(random, city, number)
    city["announcements"] = [_announcement(random, number) for number in range(1, 6)]
    return city


def edge(random: Random, start: datetime, end: datetime) -> datetime:
    """A moment between the two, often a round one: midnight in WIB, an hour, a whole day later."""
    span = max((end - start).total_seconds(), 1)
    moment = start + timedelta(milliseconds=random.randrange(int(span * 1000)))
    kind = random.random()
    if kind < 0.15:
        return utc(moment.year, moment.month, moment.day)
    if kind < 0.3:
        return moment.replace(minute=0, second=0, microsecond=0)
    return moment


def after(random: Random, moment: datetime) -> datetime:
    """Some time later, often exactly one of the deadlines."""
    if random.random() < 0.3:
        return moment + random.choice(
            [timedelta(hours=24), timedelta(hours=72), timedelta(), timedelta(hours=24, seconds=1)]
        )
    return edge(random, moment, moment + timedelta(days=random.choice([1, 3, 30])))


def _add(random: Random, city: City, number: int) -> None:
    row = report(number, edge(random, BEGIN, END))
    row |= {
        "title": random.choice(WORDS),
        "body": random.choice([None, "", *WORDS]),
        "category_id": random.choice([None, 1, 2, 3]),
        "reporter_id": random.choice([None, 1, 2, 3, 4]),
        "area_code": random.choice([None, *(area["code"] for area in AREAS[2:5])]),
        "latitude": random.choice([None, 3.6, 3.6012, 3.65, 999.0]),
        "longitude": random.choice([None, 98.4855, 98.49, -200.0]),
        "anonymous": random.random() < 0.2,
        "confidential": random.random() < 0.2,
        "answered_at": None,
        "finished_at": None,
    }
    city["reports"].append(row)
    _forward(random, city, row)
    _answer_and_finish(random, city, row)
    if random.random() < 0.05:
        row["status"] = random.choice(["SELESAI", "", "DONE", "done "])
    if random.random() < 0.03:
        row["created_at"] = random.choice([utc(1970, 1, 1), utc(2150, 1, 1)])


def _forward(random: Random, city: City, row: Row) -> None:
    moment = row["created_at"]
    for level in range(1, random.choice([1, 2, 3, 4])):
        moment = after(random, moment)
        returned = after(random, moment) if random.random() < 0.3 else None
        city["escalations"].append(
            {
                "id": len(city["escalations"]) + 1,
                "report_id": row["id"],
                "level": level,
                "agency_id": random.choice([1, 2, 3]),
                "forwarded_at": moment,
                "returned_at": returned,
            }
        )
        row["status"] = "escalated"


def _answer_and_finish(random: Random, city: City, row: Row) -> None:
    if random.random() < 0.6:
        row["answered_at"] = after(random, row["created_at"])
        row["status"] = "answered"
        _follow(random, city, row)
    moment = row["answered_at"] or row["created_at"]
    while random.random() < 0.5:
        moment = after(random, moment)
        status = random.choice(FINISHED)
        _comment(random, city, row, moment)
        if random.random() < 0.6:
            row |= {"finished_at": moment, "status": status}
            return
        # The first action stays the answer when the finish is undone.
        row["answered_at"] = row["answered_at"] or moment
        reopened = after(random, moment) + timedelta(seconds=1)
        city["reopenings"].append(
            {
                "id": len(city["reopenings"]) + 1,
                "report_id": row["id"],
                "status": status,
                "finished_at": moment,
                "reopened_at": reopened,
            }
        )
        row["status"] = "answered"
        moment = reopened


def _follow(random: Random, city: City, row: Row) -> None:
    city["follow_ups"].append(
        {
            "id": len(city["follow_ups"]) + 1,
            "report_id": row["id"],
            "agency_id": random.choice([None, 1, 2]),
            "status": random.choice(["answered", "done", "escalated"]),
            "created_at": row["answered_at"],
        }
    )


def _comment(random: Random, city: City, row: Row, moment: datetime) -> None:
    for _ in range(random.choice([0, 0, 1, 2])):
        city["feedback"].append(
            {
                "id": len(city["feedback"]) + 1,
                "report_id": row["id"],
                "satisfied": random.random() < 0.5,
                "rating": random.choice([None, 1, 2, 3, 4, 5, 9]),
                "created_at": after(random, moment),
            }
        )


def _announcement(random: Random, number: int) -> Row:
    start = edge(random, BEGIN, END)
    return {
        "id": number,
        "title": f"Pengumuman {number}",
        "body": random.choice([None, "", "Isi"]),
        "starts_at": start,
        "ends_at": random.choice([None, after(random, start)]),
    }
