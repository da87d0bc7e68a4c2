"""The desk's figures of random cities, on every server, against plain loops."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest

from data_access.metrics import standing
from data_access.records import ALL, CITY_RULE, Filters, Share, Status
from data_access.reports import Reports
from data_access.review import Review
from data_access.review_records import Position, SortKey
from tests.made_up import BASE, BEGIN, END, edge, hop, random_city, report
from tests.reference import DAY, utc
from tests.review_reference import ReviewReference
from tests.test_reference import LATE_RULE, NOW, THREE_PERIODS, some_filters

if TYPE_CHECKING:
    from data_access.conditions import Rule
    from tests.databases import Database

QUESTIONS = (
    "figures",
    "by_month",
    "categories",
    "kelurahan",
    "kecamatan",
    "agencies",
    "feedback",
    "relay",
)
TEXTS = {SortKey.CATEGORY, SortKey.KELURAHAN, SortKey.KECAMATAN, SortKey.AGENCY}


@pytest.mark.parametrize("rule", [CITY_RULE, THREE_PERIODS, LATE_RULE])
def test_every_figure_of_a_random_city(database: Database, rule: Rule) -> None:
    random = Random(f"desk {rule}")
    city = random_city(random.randrange(10**6))
    database.fill(city)
    review = Review(Reports(database.engine, rule))
    reference = ReviewReference(city, rule, NOW)
    wrong = []
    for as_of in (edge(random, BEGIN, END), NOW):
        for filters in (ALL, some_filters(random)):
            for question in QUESTIONS:
                got = getattr(review, question)(filters, as_of)
                wanted = getattr(reference, question)(filters, as_of)
                if got != wanted:
                    wrong.append(f"{question} at {as_of} of {filters}:\n  {got}\n  {wanted}")
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.parametrize("rule", [CITY_RULE, THREE_PERIODS])
def test_lists_hold_what_the_filters_ask_for(database: Database, rule: Rule) -> None:
    random = Random(f"rows {rule}")
    city = random_city(random.randrange(10**6))
    database.fill(city)
    review = Review(Reports(database.engine, rule))
    reference = ReviewReference(city, rule, NOW)
    for as_of in (utc(2024, 1, 15), NOW):
        for filters in (ALL, some_filters(random), some_filters(random), some_filters(random)):
            see = random.random() < 0.5
            wanted = reference.listed(as_of, filters, see)
            page = review.rows(filters, as_of, limit=1000, see_confidential=see)
            assert sorted(page.rows, key=str) == sorted(wanted, key=str), filters
            assert (page.total, page.exact) == (len(wanted), True)


@pytest.mark.parametrize("descending", [True, False])
def test_each_order_of_a_list(database: Database, descending: bool) -> None:
    city = random_city(31)
    database.fill(city)
    review, reference = Review(database.reports()), ReviewReference(city)
    as_of = utc(2024, 2, 20)
    numbers = {row["ticket"]: row["id"] for row in city["reports"]}
    for filters in (ALL, Filters(statuses=(Status.RECEIVED, Status.ANSWERED))):
        wanted = reference.listed(as_of, filters, True)
        for key in SortKey:
            page = review.rows(
                filters,
                as_of,
                sort=key,
                descending=descending,
                limit=1000,
                see_confidential=True,
            )
            assert sorted(page.rows, key=str) == sorted(wanted, key=str)
            if key in TEXTS:  # in what order letters come is the server's collation's
                values = [getattr(row, key.value) for row in page.rows]
                changes = sum(one != other for one, other in pairwise(values))
                assert changes == len(set(values)) - 1
                continue
            in_order = sorted(
                wanted,
                key=lambda row: (
                    _least(getattr(row, key.value)),
                    row.received,
                    numbers[row.ticket],
                ),
                reverse=descending,
            )
            assert [row.ticket for row in page.rows] == [row.ticket for row in in_order], key


def _least(value: object) -> object:
    return (value is not None, value) if value is not None else (False,)


def test_pages_of_a_list_join_without_gap_or_overlap(database: Database) -> None:
    city = random_city(8)
    database.fill(city)
    review = Review(database.reports())
    whole = review.rows(ALL, NOW, sort=SortKey.STATUS, limit=1000)
    parts = [
        review.rows(ALL, NOW, sort=SortKey.STATUS, offset=start, limit=17, count=start == 0)
        for start in range(0, whole.total, 17)
    ]
    assert tuple(row for part in parts for row in part.rows) == whole.rows
    assert parts[0].exact
    assert not parts[1].exact
    assert review.rows(ALL, NOW, offset=-5, limit=-1).rows == ()


def test_agencies_stand_against_the_citys_own_share(database: Database) -> None:
    city = random_city(77, size=200)
    database.fill(city)
    review, reference = Review(database.reports()), ReviewReference(city)
    as_of = utc(2024, 2, 1)
    city_share = reference.on_time(as_of, ALL, 90 * DAY).share
    windowed = reference.windowed(as_of, ALL, 90 * DAY)
    acted = Share(sum(reference.done(row, as_of) for row in windowed), len(windowed))
    said = reference.feedback(ALL, as_of)
    shares = {row.agency: row.on_time.share for row in reference.open_by_agency(as_of)}
    found = review.compare(ALL, as_of)
    assert [row.agency for row in found] == ["DINKES", "PLN", "PUPR"]
    for row in found:
        own = [report for report in windowed if row.agency in reference.had(report, as_of)]
        done = Share(sum(reference.done(report, as_of) for report in own), len(own))
        words = next(each.satisfied for each in said.agencies if each.name == row.agency)
        assert row.on_time == standing(shares[row.agency], city_share)
        assert row.acted == standing(done, acted)
        assert row.satisfied == standing(words, said.city.satisfied)
    assert [row.agency for row in review.compare(Filters(agencies=("PLN",)), as_of)] == ["PLN"]


def test_an_agencys_page_is_made_of_the_same_figures(database: Database) -> None:
    city = random_city(12)
    database.fill(city)
    review, reference = Review(database.reports()), ReviewReference(city)
    as_of = utc(2024, 2, 20)
    own = Filters(agencies=("PLN",))
    page = review.agency("PLN", ALL, as_of, see_confidential=True)
    assert page is not None
    assert page.months == reference.by_month(own, as_of)
    assert page.categories == reference.categories(own, as_of)
    assert page.places == reference.kelurahan(own, as_of)
    assert page.relay == reference.relay(own, as_of, "PLN")
    assert page.answer.survival == reference.time_to_answer(as_of, own, 90 * DAY)
    assert page.finish.survival == reference.time_to_finish(as_of, own, 90 * DAY)
    assert page.backlog in reference.open_by_agency(as_of, own)
    held = [
        row
        for row in reference.open_ones(as_of)
        if any(
            reference.agency(each) == "PLN" and not _returned(each, as_of)
            for each in reference.hops(row, as_of)
        )
    ]
    oldest = sorted(held, key=lambda row: (row["created_at"], row["id"]))[:20]
    assert page.oldest == tuple(reference.row(row, as_of, True) for row in oldest)


def _returned(each: dict, as_of: object) -> bool:  # type: ignore[type-arg]
    return each.get("returned_at") is not None and each["returned_at"] <= as_of


def test_there_is_no_page_of_another_agency_or_of_none(database: Database) -> None:
    database.fill(BASE)
    review = Review(database.reports())
    assert review.agency("pln", ALL, NOW) is None
    assert review.agency("PLN", Filters(agencies=("PUPR",)), NOW) is None
    empty = review.agency("PLN", ALL, NOW)
    assert empty is not None
    assert empty.on_time.position is Position.TOO_FEW
    assert empty.backlog.open == 0
    assert empty.answer.seconds == (0.0,)
    assert empty.answer.survival.median is None


def test_an_empty_database_has_an_answer_to_everything(database: Database) -> None:
    review, reference = Review(database.reports()), ReviewReference({})
    for question in QUESTIONS:
        assert getattr(review, question)(ALL, NOW) == getattr(reference, question)(ALL, NOW)
    assert review.rows(ALL, NOW).rows == ()
    assert review.search("lampu", NOW) == ()
    assert review.report("BCC-0001", NOW) is None
    assert review.compare(ALL, NOW) == ()
    assert review.participation(ALL, NOW) == ()
    assert review.place("12.75.01", ALL, NOW) is None


def test_a_month_is_due_when_all_its_reports_are(database: Database) -> None:
    reports = [report(1, "2024-01-31 20:00"), report(2, "2024-01-05 08:00")]
    database.fill({**BASE, "reports": reports})
    review = Review(database.reports())

    def january(as_of: str) -> bool:
        row = review.by_month(ALL, utc(2024, 2, 1) + timedelta(hours=int(as_of)), 2)[0]
        assert row.volume.complete
        return row.all_due

    assert not january("19")
    assert january("21")


def test_a_comparison_asks_the_same_of_another_time(database: Database) -> None:
    city = random_city(3)
    database.fill(city)
    review, reference = Review(database.reports()), ReviewReference(city)
    january = Filters(since=utc(2024, 1, 1), until=utc(2024, 2, 1))
    december = Filters(since=utc(2023, 12, 1), until=utc(2024, 1, 1))
    found = review.compared(january, utc(2024, 2, 1), december, utc(2024, 1, 1))
    assert found.shown == reference.figures(january, utc(2024, 2, 1))
    assert found.other == reference.figures(december, utc(2024, 1, 1))
    assert review.compared(ALL, NOW, december).other.as_of == NOW


def test_use_of_a_kelurahan_that_falls(database: Database) -> None:
    months = [(2021 + n // 12, n % 12 + 1) for n in range(36)]
    reports = []
    for number, (year, month) in enumerate(months):
        for _ in range(10 if number < 26 else 3):
            reports.append(
                report(
                    len(reports) + 1,
                    f"{year}-{month:02}-10 08:00",
                    area_code="12.75.01.1001",
                    reporter_id=2,
                )
            )
    areas = [
        {**area, "population": 5000} if area["code"] == "12.75.01.1001" else area
        for area in BASE["areas"]
    ]
    database.fill({**BASE, "areas": areas, "reports": reports})
    review = Review(database.reports())
    as_of = utc(2024, 1, 15)
    use = {row.code: row for row in review.participation(ALL, as_of)}
    told = use["12.75.01.1001"]
    assert (told.trend.last_12, told.trend.before_12) == (2 * 10 + 10 * 3, 120)
    assert told.trend.falling
    assert told.trend.since is not None
    assert (told.trend.since.year, told.trend.since.month) == (2023, 3)
    assert told.per_10_000 == 2 * told.trend.last_12
    assert (told.months[0].reports, told.months[0].reporters, told.months[0].new_reporters) == (
        10,
        1,
        1,
    )
    assert not told.months[-1].complete
    assert not use["12.75.02.1001"].trend.falling
    assert use["12.75.02.1001"].per_10_000 is None
    place = review.place("12.75.01.1001", ALL, as_of)
    assert place is not None
    assert (place.trend, place.population) == (told.trend, 5000)
    above = review.place("12.75.01", ALL, as_of)
    assert above is not None
    assert [row.code for row in above.kelurahan] == ["12.75.01.1001"]
    assert review.place("L1", ALL, as_of) is None


def test_a_report_twice_with_one_agency_counts_once_for_it(database: Database) -> None:
    hops = [
        hop(1, 1, 1, 3, "2024-01-01 09:00", returned_at="2024-01-01 10:00"),
        hop(2, 1, 2, 2, "2024-01-01 11:00", returned_at="2024-01-01 12:00"),
        hop(3, 1, 3, 3, "2024-01-01 13:00"),
    ]
    database.fill({**BASE, "reports": [report(1, "2024-01-01 08:00")], "escalations": hops})
    review = Review(database.reports())
    rows = {row.code: row for row in review.agencies(ALL, utc(2024, 1, 5))}
    assert (rows["PLN"].received, rows["PUPR"].received) == (1, 1)
    relay = review.relay(ALL, utc(2024, 1, 5))
    assert relay.hops == {3: 1}
    assert [level.returned for level in relay.levels] == [Share(1, 1), Share(1, 1), Share(0, 1)]
    assert relay.levels[0].held.median == timedelta(hours=1)
    assert relay.first_hop.median == timedelta(hours=1)
