"""Random cities, asked in SQL on every server and counted by hand: every figure must agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from data_access.records import (
    ALL,
    BEGINNING,
    CITY_RULE,
    AgeBand,
    DeadlinePeriod,
    Filters,
    Said,
    Status,
)
from data_access.reports import Reports
from tests.databases import QUESTIONS
from tests.made_up import BEGIN, END, edge, random_city
from tests.reference import Reference, utc

if TYPE_CHECKING:
    from data_access.conditions import Rule
    from tests.databases import Database

NOW = datetime(2100, 1, 1, tzinfo=UTC)
THREE_PERIODS = (
    DeadlinePeriod(BEGINNING, timedelta(hours=24)),
    DeadlinePeriod(utc(2023, 12, 15), None),
    DeadlinePeriod(utc(2024, 1, 15), timedelta(hours=72)),
)
LATE_RULE = (DeadlinePeriod(utc(2024, 1, 1), timedelta(hours=24)),)


def some_filters(random: Random) -> Filters:
    """One to three filters at a time."""
    choices: dict[str, list[Any]] = {
        "since": [utc(2023, 12, 1), edge(random, BEGIN, END)],
        "until": [utc(2024, 2, 1), edge(random, BEGIN, END)],
        "agencies": [("PUPR",), ("PLN", "DINKES"), ("pupr",), ("PLN ",)],
        "categories": [("Lampu jalan",), ("lampu jalan", "Jalan rusak")],
        "kecamatan": [("12.75.01",), ("12.75.02", "nowhere")],
        "kelurahan": [("12.75.01.1001",), ("12.75.02.1001", "12.75.01.1002")],
        "statuses": [(status,) for status in Status] + [(Status.DONE, Status.RECEIVED)],
        "bands": [(band,) for band in AgeBand],
        "levels": [(1,), (2, 3)],
        "hops": [(1,), (2, 3)],
        "received_days": [30, 90],
        "finished_days": [30, 90],
        "said": [(said,) for said in Said] + [(Said.SATISFIED, Said.DISPUTED)],
        "text": ["lampu", "JALAN rusak", "😀", "🚗", "100%", "a_b", "éclair", "bcc-001 lampu", " "],
    }
    names = random.sample(sorted(choices), random.choice([1, 1, 2, 3]))
    return Filters(**{name: random.choice(choices[name]) for name in names})


def differences(
    reports: Reports, reference: Reference, as_of: datetime, filters: Filters
) -> list[str]:
    """Each question that is answered otherwise than by the reference."""
    found = []
    for question in (*QUESTIONS, "open_backlog", "overdue", "last_report_at"):
        got = getattr(reports, question)(as_of, filters)
        wanted = getattr(reference, question)(as_of, filters)
        if got != wanted:
            found.append(f"{question} at {as_of} with {filters}:\n  {got}\n  {wanted}")
    return found


@pytest.mark.parametrize("rule", [CITY_RULE, THREE_PERIODS, LATE_RULE])
def test_every_figure_of_a_random_city(database: Database, rule: Rule) -> None:
    random = Random(f"{rule}")
    city = random_city(random.randrange(10**6))
    database.fill(city)
    reports = Reports(database.engine, rule, clock=lambda: NOW)
    reference = Reference(city, rule, NOW)
    moments = [utc(2024, 1, 1), utc(2024, 2, 1), NOW]
    moments += [edge(random, BEGIN, END)]
    moments += [random.choice(city["reports"])["created_at"] + timedelta(hours=24)]
    wrong = [
        difference
        for as_of in moments
        for filters in (ALL, some_filters(random))
        for difference in differences(reports, reference, as_of, filters)
    ]
    assert not wrong, "\n".join(wrong[:3])


def test_each_filter_by_itself(database: Database) -> None:
    random = Random(7)
    city = random_city(7)
    database.fill(city)
    reports, reference = database.reports(), Reference(city)
    as_of = utc(2024, 2, 15)
    for _ in range(60):
        filters = some_filters(random)
        assert reports.open_backlog(as_of, filters) == reference.open_backlog(as_of, filters), (
            filters
        )
        assert reports.on_time(as_of, filters) == reference.on_time(as_of, filters), filters


def test_every_report_is_in_exactly_one_part_of_the_on_time_share(database: Database) -> None:
    city = random_city(99)
    database.fill(city)
    for rule in (CITY_RULE, THREE_PERIODS, LATE_RULE):
        reports, reference = Reports(database.engine, rule), Reference(city, rule)
        for day in range(0, 120, 7):
            as_of = BEGIN + timedelta(days=day)
            parts = reports.on_time(as_of)
            received = len(reference.came(as_of))
            assert (
                parts.met
                + parts.missed
                + parts.overdue
                + parts.not_yet_due
                + parts.without_deadline
                == received
            )
            assert min(vars(parts).values()) >= 0
            assert parts.overdue == reports.overdue(as_of)


def test_announcements_of_a_random_city(database: Database) -> None:
    city = random_city(5)
    database.fill(city)
    for day in range(0, 120, 3):
        as_of = BEGIN + timedelta(days=day)
        assert database.reports().announcements(as_of) == Reference(city).announcements(as_of)


def test_an_empty_database_has_an_answer_to_everything(database: Database) -> None:
    reports, reference = Reports(database.engine, clock=lambda: NOW), Reference({}, CITY_RULE, NOW)
    assert not differences(reports, reference, utc(2024, 1, 1), ALL)
    assert reports.announcements(utc(2024, 1, 1)) == ()
    assert reports.facilities() == ()
    assert reports.areas("kelurahan") == ()
    assert reports.category_names() == ()
