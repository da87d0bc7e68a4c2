"""Every figure on cases so small that its value can be worked out by hand, on each server.

Moments are written as the screen shows them, in WIB: the day begins at 17.00 UTC.
"""

from __future__ import annotations

import random
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from data_access.metrics import survival, wilson
from data_access.records import (
    BEGINNING,
    AgeBand,
    DeadlinePeriod,
    Filters,
    OnTime,
    QueueState,
    Share,
    Status,
)
from data_access.reports import Reports
from tests.made_up import BASE, at, hop, reopening, report

if TYPE_CHECKING:
    from tests.databases import Database

NOON = at("2024-03-15 12:00")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def ask(database: Database, *reports: dict[str, Any], **tables: list[dict[str, Any]]) -> Reports:
    """The questions to a city of these reports."""
    database.fill({**BASE, "reports": list(reports), **tables})
    return database.reports()


def month(reports: Reports, as_of: datetime, first: date) -> tuple[int, int]:
    """Received and finished in a month."""
    (row,) = [row for row in reports.monthly_volume(as_of) if row.month == first]
    return row.received, row.finished


# -- volume ----------------------------------------------------------------------------------


def test_a_month_begins_at_midnight_in_wib(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-02-29 23:59:59"),
        report(2, "2024-03-01 00:00:00"),
        report(3, datetime(2024, 2, 29, 17, 0, tzinfo=UTC)),
        report(4, datetime(2024, 2, 29, 16, 59, 59, 999000, tzinfo=UTC)),
    )
    assert month(reports, NOON, date(2024, 2, 1)) == (2, 0)
    assert month(reports, NOON, date(2024, 3, 1)) == (2, 0)


def test_months_are_complete_once_they_are_over(database: Database) -> None:
    reports = ask(database)
    midnight = at("2024-03-01 00:00")
    assert [row.complete for row in reports.monthly_volume(midnight, months=2)] == [True, False]
    before = reports.monthly_volume(midnight - SECOND, months=2)
    assert [row.month for row in before] == [date(2024, 1, 1), date(2024, 2, 1)]
    assert [row.complete for row in before] == [True, False]


def test_net_flow_is_received_less_finished(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-02-10 08:00", status="done", finished_at="2024-03-01 00:00"),
        report(2, "2024-03-02 08:00", status="duplicate", finished_at="2024-03-02 09:00"),
        report(3, "2024-03-03 08:00"),
    )
    february, march = reports.monthly_volume(NOON, months=2)
    assert (february.received, february.finished, february.net_flow) == (1, 0, 1)
    assert (march.received, march.finished, march.net_flow) == (2, 2, 0)


def test_today_and_yesterday_by_now(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-15 00:00:00"),
        report(2, "2024-03-15 12:00:00"),
        report(3, "2024-03-15 12:00:01"),
        report(4, "2024-03-14 23:59:59"),
        report(5, "2024-03-14 12:00:00"),
        report(6, "2024-03-14 12:00:01"),
        report(7, "2024-03-14 00:00:00"),
        report(8, "2024-03-13 23:59:59"),
    )
    figures = reports.key_figures(NOON)
    assert (figures.today, figures.yesterday_by_now) == (2, 2)
    midnight = reports.key_figures(at("2024-03-15 00:00"))
    assert (midnight.today, midnight.yesterday_by_now) == (1, 1)


# -- the deadline ----------------------------------------------------------------------------


def parts(reports: Reports, as_of: datetime) -> tuple[int, ...]:
    """Met, missed, overdue, not yet due, without a deadline."""
    found = reports.on_time(as_of)
    return found.met, found.missed, found.overdue, found.not_yet_due, found.without_deadline


def test_overdue_begins_after_exactly_24_hours(database: Database) -> None:
    reports = ask(database, report(1, "2024-03-10 08:00"))
    due = at("2024-03-11 08:00")
    assert [reports.overdue(due + shift) for shift in (-SECOND, 0 * SECOND, SECOND)] == [0, 0, 1]
    assert parts(reports, due - SECOND) == (0, 0, 0, 1, 0)
    assert parts(reports, due) == (0, 0, 0, 1, 0)
    assert parts(reports, due + SECOND) == (0, 0, 1, 0, 0)
    assert reports.open_backlog(due + SECOND) == 1


def test_an_answer_at_the_deadline_meets_it_and_a_second_later_misses_it(
    database: Database,
) -> None:
    reports = ask(
        database,
        report(1, "2024-03-10 08:00", status="answered", answered_at="2024-03-11 08:00:00"),
        report(2, "2024-03-10 08:00", status="answered", answered_at="2024-03-11 08:00:01"),
    )
    assert parts(reports, NOON) == (1, 1, 0, 0, 0)
    assert parts(reports, at("2024-03-11 08:00:00")) == (1, 0, 0, 1, 0)
    assert reports.on_time(NOON).share == Share(1, 2)


def test_answered_but_not_finished_is_open_and_never_overdue(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-10 08:00", status="answered", answered_at="2024-03-10 09:00"),
    )
    assert (reports.open_backlog(NOON), reports.overdue(NOON)) == (1, 0)
    assert reports.escalation_queue(NOON).overdue_total == 0


def test_unanswered_for_ever_stays_overdue(database: Database) -> None:
    reports = ask(database, report(1, "2016-03-10 08:00"))
    assert parts(reports, NOON) == (0, 0, 1, 0, 0)
    assert reports.on_time(NOON).share.value == 0.0


@pytest.mark.parametrize("status", ["rejected", "duplicate", "done"])
def test_every_kind_of_finish_ends_a_report(database: Database, status: str) -> None:
    reports = ask(
        database, report(1, "2024-03-10 08:00", status=status, finished_at="2024-03-12 08:00")
    )
    assert (reports.open_backlog(NOON), reports.overdue(NOON)) == (0, 0)
    assert parts(reports, NOON) == (0, 1, 0, 0, 0)
    before = at("2024-03-12 07:59:59")
    assert (reports.open_backlog(before), reports.overdue(before)) == (1, 1)


def test_what_is_not_due_is_left_out_even_if_answered(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-15 08:00", status="answered", answered_at="2024-03-15 09:00"),
    )
    assert parts(reports, NOON) == (0, 0, 0, 1, 0)
    assert reports.on_time(NOON).share.value is None


def test_two_deadlines_and_a_time_without(database: Database) -> None:
    database.fill(
        {
            "reports": [
                report(1, "2024-01-31 23:59:59"),  # 24 hours: overdue
                report(2, "2024-02-01 00:00:00"),  # none
                report(3, "2024-02-29 23:59:59", answered_at="2024-03-10 00:00"),  # none
                report(4, "2024-03-01 00:00:00", answered_at="2024-03-03 23:00"),  # 72: met
                report(5, "2024-03-13 08:00:00"),  # 72 hours: not yet due
                report(6, "2024-03-01 00:00:00"),  # 72 hours: overdue
            ]
        }
    )
    rule = (
        DeadlinePeriod(BEGINNING, timedelta(hours=24)),
        DeadlinePeriod(at("2024-02-01 00:00"), None),
        DeadlinePeriod(at("2024-03-01 00:00"), timedelta(hours=72)),
    )
    reports = database.reports(rule)
    assert reports.on_time(NOON) == OnTime(1, 0, 2, 1, 2)
    assert reports.overdue(NOON) == 2
    queue = reports.escalation_queue(NOON)
    assert [(row.ticket, row.state) for row in queue.overdue] == [
        ("BCC-0001", QueueState.OVERDUE),
        ("BCC-0006", QueueState.OVERDUE),
    ]
    assert [(row.ticket, row.state, row.due) for row in queue.in_time] == [
        ("BCC-0002", QueueState.NO_DEADLINE, None),
        ("BCC-0005", QueueState.IN_TIME, at("2024-03-16 08:00")),
    ]


# -- reopened --------------------------------------------------------------------------------


@pytest.fixture
def reopened(database: Database) -> Reports:
    """Received 1 March, done on the 2nd, opened again on the 5th, done for good on the 10th."""
    return ask(
        database,
        report(
            1,
            "2024-03-01 08:00",
            status="done",
            answered_at="2024-03-02 07:00",
            finished_at="2024-03-10 08:00",
        ),
        reopenings=[reopening(1, 1, "done", "2024-03-02 07:00", "2024-03-05 08:00")],
        escalations=[hop(1, 1, 1, 1, "2024-03-01 09:00")],
        feedback=[
            {
                "id": 1,
                "report_id": 1,
                "satisfied": False,
                "rating": 1,
                "created_at": at("2024-03-03 08:00"),
            }
        ],
    )


@pytest.mark.parametrize(
    ("moment", "open_reports", "status"),
    [
        ("2024-03-01 08:00", 1, Status.RECEIVED),
        ("2024-03-01 09:00", 1, Status.ESCALATED),
        ("2024-03-02 06:59:59", 1, Status.ESCALATED),
        ("2024-03-02 07:00", 0, Status.DONE),
        ("2024-03-05 07:59:59", 0, Status.DONE),
        ("2024-03-05 08:00", 1, Status.ANSWERED),
        ("2024-03-10 07:59:59", 1, Status.ANSWERED),
        ("2024-03-10 08:00", 0, Status.DONE),
    ],
)
def test_a_reopened_report_is_open_in_between(
    reopened: Reports, moment: str, open_reports: int, status: Status
) -> None:
    as_of = at(moment)
    assert reopened.open_backlog(as_of) == open_reports
    assert reopened.overdue(as_of) == 0
    for each in Status:
        (chosen,) = reopened.monthly_volume(as_of, Filters(statuses=(each,)), months=1)
        assert chosen.received == (1 if each is status else 0)


def test_the_finish_counts_where_it_holds(reopened: Reports) -> None:
    in_between, after = at("2024-03-06 08:00"), NOON
    assert month(reopened, at("2024-03-03 08:00"), date(2024, 3, 1)) == (1, 1)
    assert month(reopened, in_between, date(2024, 3, 1)) == (1, 0)
    assert month(reopened, after, date(2024, 3, 1)) == (1, 1)
    waits = [reopened.time_to_finish(moment).median for moment in (at("2024-03-03 08:00"), after)]
    assert waits == [timedelta(hours=23), 9 * DAY]
    assert reopened.time_to_finish(in_between).events == 0
    assert parts(reopened, at("2024-03-03 08:00")) == (1, 0, 0, 0, 0)
    assert parts(reopened, in_between) == (1, 0, 0, 0, 0)


def test_acted_and_satisfaction_of_a_reopened_report(reopened: Reports) -> None:
    acted = [
        reopened.year_table(at(moment))[0].acted
        for moment in ("2024-03-03 08:00", "2024-03-06 08:00", "2024-03-15 08:00")
    ]
    assert acted == [Share(1, 1), Share(0, 1), Share(1, 1)]
    said = reopened.satisfaction(at("2024-03-03 08:00"))
    assert (said.satisfied, said.coverage, said.contradicted) == (Share(0, 1), Share(1, 1), 1)
    assert reopened.satisfaction(at("2024-03-06 08:00")).coverage == Share(0, 0)


# -- agencies --------------------------------------------------------------------------------


def test_two_agencies_count_a_report_each_and_a_returned_one_does_not(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-10 08:00"),
        report(2, "2024-03-15 08:00"),
        report(3, "2024-03-01 08:00"),
        escalations=[
            hop(1, 1, 1, 1, "2024-03-10 09:00"),
            hop(2, 1, 2, 2, "2024-03-11 09:00"),
            hop(3, 2, 1, 2, "2024-03-15 09:00", returned_at="2024-03-15 12:00"),
        ],
    )
    rows = {row.agency: row for row in reports.open_by_agency(NOON)}
    assert {name: (row.open, row.overdue) for name, row in rows.items()} == {
        "DINKES": (1, 1),
        "PUPR": (1, 1),
        "BCC": (2, 1),
    }
    assert rows["PUPR"].on_time == OnTime(0, 0, 1, 1, 0)
    held = {row.agency: row.open for row in reports.open_by_agency(NOON - SECOND)}
    assert held == {"DINKES": 1, "PUPR": 2, "BCC": 1}
    assert sum(row.reports for row in reports.agencies_by_year(NOON)) == 3
    (year,) = reports.year_table(NOON)
    assert (year.reports, year.escalations, year.complete) == (2, 3, False)


def test_the_queue_shows_the_hands_it_went_through(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-10 08:00", area_code="12.75.01.1001", category_id=1),
        report(2, "2024-03-09 08:00", confidential=True, area_code="12.75.01.1001", category_id=1),
        report(3, "2024-03-15 11:00"),
        escalations=[
            hop(1, 1, 1, 1, "2024-03-10 09:00", returned_at="2024-03-10 10:00"),
            hop(2, 1, 2, 3, "2024-03-10 11:00"),
            hop(3, 1, 3, 2, "2024-03-15 12:01"),
        ],
    )
    secret, shown = reports.escalation_queue(NOON).overdue
    assert (secret.category, secret.kelurahan) == ("Rahasia", None)
    assert (shown.category, shown.kelurahan) == ("Lampu jalan", "Jati Karya")
    assert shown.agencies == ("DINKES", "PLN", None)
    assert reports.escalation_queue(NOON).in_time[0].due == at("2024-03-16 11:00")
    assert len(reports.escalation_queue(NOON, limit=1).overdue) == 1
    assert reports.escalation_queue(NOON, limit=1).overdue_total == 2


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (DAY, AgeBand.UP_TO_24_HOURS),
        (DAY + SECOND, AgeBand.UP_TO_3_DAYS),
        (3 * DAY, AgeBand.UP_TO_3_DAYS),
        (3 * DAY + SECOND, AgeBand.UP_TO_7_DAYS),
        (7 * DAY, AgeBand.UP_TO_7_DAYS),
        (30 * DAY, AgeBand.UP_TO_30_DAYS),
        (30 * DAY + SECOND, AgeBand.UP_TO_90_DAYS),
        (90 * DAY, AgeBand.UP_TO_90_DAYS),
        (90 * DAY + SECOND, AgeBand.OVER_90_DAYS),
    ],
)
def test_age_bands(database: Database, age: timedelta, band: AgeBand) -> None:
    reports = ask(database, report(1, NOON - age))
    (bcc,) = reports.open_by_agency(NOON)
    assert {name for name, number in bcc.bands.items() if number} == {band}
    assert bcc.overdue_bands[band] == (1 if age > DAY else 0)
    assert reports.open_backlog(NOON, Filters(bands=(band,))) == 1


# -- reporters and places --------------------------------------------------------------------


def test_anonymous_and_confidential_reports_count_for_no_reporter(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-01 08:00", reporter_id=1),
        report(2, "2024-02-29 23:59", reporter_id=1),
        report(3, "2024-03-02 08:00", reporter_id=2, anonymous=True),
        report(4, "2024-03-02 08:00", reporter_id=2, confidential=True),
        report(5, "2024-03-02 08:00", reporter_id=2),
        report(6, "2024-03-02 08:00"),
    )
    first, second = reports.top_reporters(NOON)
    assert (first.rank, first.reports, first.kelurahan) == (1, 2, "Satria")
    assert first.recent[-2:] == (1, 1)
    assert (second.reports, second.kelurahan) == (1, "Jati Karya")
    assert reports.open_backlog(NOON) == 6


def test_participation_counts_people_once_and_new_ones_once(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-02-29 23:59", reporter_id=1),
        report(2, "2024-03-01 00:00", reporter_id=1),
        report(3, "2024-03-02 00:00", reporter_id=2),
        report(4, "2024-03-02 00:00", reporter_id=2),
        report(5, "2024-03-02 00:00"),
    )
    february, march = reports.participation(NOON, months=2)
    assert (february.reports, february.reporters, february.new_reporters) == (1, 1, 1)
    assert (march.reports, march.reporters, march.new_reporters) == (4, 2, 1)
    assert (february.complete, march.complete) == (True, False)


def test_places_show_open_reports_and_hide_confidential_ones_on_the_map(
    database: Database,
) -> None:
    where = {"area_code": "12.75.01.1001", "latitude": 3.6001, "longitude": 98.4901}
    reports = ask(
        database,
        report(1, "2024-03-10 08:00", category_id=1, **where),
        report(2, "2024-03-15 08:00", category_id=1, **where),
        report(3, "2024-03-15 08:00", category_id=1, confidential=True, **where),
        report(4, "2024-03-15 08:00", category_id=2, **where),
        report(5, "2024-03-15 08:00", **where | {"latitude": 999.0}),
    )
    lamps, roads = sorted(reports.open_incidents(NOON), key=lambda cell: -cell.open)
    assert (lamps.open, lamps.overdue, lamps.category) == (2, 1, "Lampu jalan")
    assert (lamps.latitude, lamps.longitude) == (3.60125, 98.49125)
    assert (lamps.oldest, lamps.newest) == (at("2024-03-10 08:00"), at("2024-03-15 08:00"))
    assert (roads.open, roads.kelurahan) == (1, "Jati Karya")
    counts = {row.name: (row.open, row.overdue) for row in reports.open_by_kelurahan(NOON)}
    assert counts == {"Jati Karya": (5, 1), "Cengkeh Turi": (0, 0), "Satria": (0, 0)}


def test_open_reports_in_no_kelurahan_are_counted_outside(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-10 08:00", area_code="12.75.01.1001"),
        report(2, "2024-03-10 08:00", area_code=None),
        report(3, "2024-03-15 08:00", area_code="12.75.01"),
    )
    places = reports.open_by_kelurahan(NOON)
    assert sum(place.open for place in places) == reports.open_backlog(NOON) == 3
    assert (places[-1].code, places[-1].open, places[-1].overdue) == ("", 2, 1)


def test_lists_are_in_the_same_order_everywhere(database: Database) -> None:
    database.fill(
        {
            **BASE,
            "facilities": [
                {"id": 1, "kind": "sekolah", "name": "b"},
                {"id": 2, "kind": "Sekolah", "name": "B"},
                {"id": 3, "kind": "sekolah", "name": "Ä"},
                {"id": 4, "kind": "sekolah", "name": "a b"},
                {"id": 5, "kind": "sekolah", "name": "aa"},
            ],
        }
    )
    reports = database.reports()
    assert [place.name for place in reports.facilities()] == ["B", "a b", "aa", "b", "Ä"]
    assert reports.category_names() == ("Jalan rusak", "Lampu jalan", "lampu jalan")


# -- what is said ----------------------------------------------------------------------------


def test_satisfaction_stands_beside_its_coverage(database: Database) -> None:
    done = {"status": "done", "finished_at": "2024-03-02 08:00"}
    word = {"satisfied": True, "created_at": at("2024-03-03 08:00")}
    reports = ask(
        database,
        report(1, "2024-03-01 08:00", **done),
        report(2, "2024-03-01 08:00", **done),
        report(3, "2024-03-01 08:00", status="rejected", finished_at="2024-03-02 08:00"),
        report(4, "2024-03-01 08:00"),
        report(5, "2023-01-01 08:00", status="done", finished_at="2023-01-02 08:00"),
        feedback=[
            {"id": 1, "report_id": 1, "rating": 5, **word},
            {"id": 2, "report_id": 1, "rating": None, **word},
            {"id": 3, "report_id": 2, "rating": 1, **word | {"satisfied": False}},
            {"id": 4, "report_id": 3, "rating": 9, **word | {"satisfied": False}},
            {"id": 5, "report_id": 4, "rating": 2, **word},
            {"id": 6, "report_id": 2, "rating": 4, **word | {"created_at": at("2024-03-15 12:01")}},
        ],
    )
    found = reports.satisfaction(NOON)
    assert (found.satisfied, found.coverage, found.contradicted) == (Share(2, 4), Share(3, 3), 1)
    assert found.ratings == {1: 1, 2: 0, 3: 0, 4: 0, 5: 1}


def test_follow_ups_of_the_last_24_hours(database: Database) -> None:
    moments = ["2024-03-14 12:00", "2024-03-14 12:00:01", "2024-03-15 12:00", "2024-03-15 12:01"]
    reports = ask(
        database,
        report(1, "2024-03-01 08:00"),
        follow_ups=[
            {"id": number, "report_id": 1, "status": "answered", "created_at": at(moment)}
            for number, moment in enumerate(moments, 1)
        ],
    )
    counts = {row.status: row.count for row in reports.follow_ups(NOON)}
    assert counts == {**dict.fromkeys(Status, 0), Status.ANSWERED: 2}


def test_announcements_while_they_are_valid(database: Database) -> None:
    start, end = at("2024-03-15 00:00"), at("2024-03-16 00:00")
    reports = ask(
        database,
        announcements=[
            {"id": 1, "title": "Bayar PBB", "starts_at": start, "ends_at": end},
            {"id": 2, "title": "Tanpa akhir", "body": "", "starts_at": start - DAY},
        ],
    )
    titles = [
        [each.title for each in reports.announcements(moment)]
        for moment in (start - SECOND, start, end - SECOND, end)
    ]
    both = ["Bayar PBB", "Tanpa akhir"]
    assert titles == [["Tanpa akhir"], both, both, ["Tanpa akhir"]]


# -- silence, past moments, unreadable rows ----------------------------------------------------


def test_silence_is_measured_by_the_same_hours_of_four_weeks(database: Database) -> None:
    """The last report came at 10; on 14 of the 28 days before, one came at 11."""
    days = [report(n, f"2024-02-{n:02} 11:00") for n in range(16, 30)]
    night = [report(100 + n, f"2024-03-{n:02} 03:00") for n in range(1, 10)]
    reports = ask(database, *days, *night, report(200, "2024-03-15 10:00"))
    figures = reports.key_figures(NOON)
    assert figures.last_report_at == at("2024-03-15 10:00")
    assert figures.expected_since_last == 14 / 28


def test_a_silence_of_days_is_not_compared_with_itself(database: Database) -> None:
    reports = ask(database, report(1, "2024-03-01 10:00"))
    assert reports.key_figures(NOON).expected_since_last == 0.0


def test_a_past_moment_knows_nothing_of_later(database: Database) -> None:
    reports = ask(
        database,
        report(1, "2024-03-01 08:00", status="done", finished_at="2024-03-10 08:00"),
        report(2, "2024-03-12 08:00"),
    )
    past = reports.key_figures(at("2024-03-05 08:00"))
    assert (past.open, past.overdue, past.today, past.unreadable) == (1, 1, 0, 0)
    assert past.last_report_at == at("2024-03-01 08:00")


def test_unreadable_rows_are_left_out_and_counted(database: Database) -> None:
    far = datetime(2150, 1, 1, tzinfo=UTC)
    reports = ask(
        database,
        report(1, "2024-03-10 08:00"),
        report(2, "2024-03-10 08:00", status="SELESAI"),
        report(3, "2024-03-10 08:00", status="done "),
        report(4, "2024-03-10 08:00", status="DONE"),
        report(5, "2024-03-10 08:00", status=""),
        report(6, datetime(1970, 1, 1, tzinfo=UTC)),
        report(7, far),
        report(8, "2024-03-10 08:00", latitude=999.0, longitude=98.49),
        report(9, "2024-03-10 08:00", answered_at=datetime(1970, 1, 1, tzinfo=UTC)),
    )
    figures = reports.key_figures(NOON)
    assert (figures.open, figures.overdue, figures.unreadable) == (3, 3, 8)
    assert reports.on_time(NOON) == OnTime(0, 0, 3, 0, 0)


# -- filters ---------------------------------------------------------------------------------


FILTERED = [
    (Filters(since=at("2024-03-02 00:00")), {2, 3}),
    (Filters(until=at("2024-03-02 00:00")), {1}),
    (Filters(agencies=("PUPR",)), {1, 2}),
    (Filters(agencies=("pupr",)), set()),
    (Filters(agencies=("PUPR ",)), set()),
    (Filters(categories=("Lampu jalan",)), {1}),
    (Filters(categories=("lampu jalan", "Jalan rusak")), {2, 3}),
    (Filters(kecamatan=("12.75.01",)), {1, 2}),
    (Filters(kelurahan=("12.75.02.1001",)), {3}),
    (Filters(statuses=(Status.ESCALATED,)), {1, 2}),
    (Filters(levels=(2,)), {2}),
    (Filters(levels=(1,)), {1}),
    (Filters(text="lampu"), {1}),
    (Filters(text="LAMPU bcc-0001"), {1}),
    (Filters(text="éclair"), {2}),
    (Filters(text="eclair"), set()),
    (Filters(text="🚗"), {3}),
    (Filters(text="😀"), {2}),
    (Filters(text="100%"), {3}),
    (Filters(text="0_%"), set()),
    (Filters(text="  "), {1, 2, 3}),
    (Filters(text="nul\0"), set()),
    (Filters(text="half \ud800"), set()),
    (Filters(agencies=("nul\0", "\udfff")), set()),
    (Filters(agencies=("PUPR",), kelurahan=("12.75.01.1002",)), {2}),
]


@pytest.mark.parametrize(("filters", "wanted"), FILTERED)
def test_filters(database: Database, filters: Filters, wanted: set[int]) -> None:
    titles = {1: "Lampu mati", 2: "ÉCLAIR 😀", 3: "100% rusak 🚗"}
    places = {1: "12.75.01.1001", 2: "12.75.01.1002", 3: "12.75.02.1001"}
    reports = ask(
        database,
        *(
            report(
                n,
                f"2024-03-0{n} 00:00",
                title=titles[n],
                area_code=places[n],
                category_id=[1, 2, 3][n - 1],
            )
            for n in (1, 2, 3)
        ),
        escalations=[
            hop(1, 1, 1, 2, "2024-03-01 08:00"),
            hop(2, 2, 1, 1, "2024-03-02 08:00"),
            hop(3, 2, 2, 2, "2024-03-02 09:00"),
            hop(4, 3, 1, 2, "2024-03-15 12:01"),
        ],
    )
    found = {int(row.ticket[-4:]) for row in reports.escalation_queue(NOON, filters).overdue}
    assert found == wanted
    assert reports.open_backlog(NOON, filters) == len(wanted)


# -- statistics ------------------------------------------------------------------------------


def test_kaplan_meier_agrees_with_lifelines() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import KaplanMeierFitter
    chance = random.Random(4)
    for size in (1, 2, 7, 40, 300):
        waits = [float(chance.randrange(1, 40) * 600) for _ in range(size)]
        ended = [chance.random() < 0.7 for _ in range(size)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitter = KaplanMeierFitter().fit(waits, ended)
            wanted = [fitter.percentile(level) for level in (0.5, 0.1)]
        found = survival(waits, ended)
        for mine, theirs in zip((found.median, found.p90), wanted, strict=True):
            assert (mine.total_seconds() if mine else np.inf) == theirs
        assert (found.n, found.events) == (size, sum(ended))


def test_the_median_is_never_that_of_the_closed_ones(database: Database) -> None:
    """Three quick answers beside seven that still wait: the curve never gets to the half."""
    quick = [
        report(n, "2024-03-01 08:00", status="answered", answered_at="2024-03-01 09:00")
        for n in (1, 2, 3)
    ]
    slow = [report(10 + n, "2024-03-01 08:00") for n in range(7)]
    found = ask(database, *quick, *slow).time_to_answer(NOON)
    assert (found.median, found.p90, found.n, found.events) == (None, None, 10, 3)


def test_time_to_answer_is_a_step_of_the_curve(database: Database) -> None:
    answers = ["2024-03-01 09:00", "2024-03-01 10:00", "2024-03-02 08:00"]
    reports = ask(
        database,
        *(report(n, "2024-03-01 08:00", answered_at=moment) for n, moment in enumerate(answers, 1)),
        report(9, "2024-03-01 08:00"),
    )
    found = reports.time_to_answer(NOON)
    assert (found.median, found.p90) == (timedelta(hours=2), None)


@pytest.mark.parametrize(
    ("share", "interval"),
    [
        (Share(0, 10), (0.0, 0.277533)),
        (Share(10, 10), (0.722467, 1.0)),
        (Share(1, 10), (0.017876, 0.404150)),
        (Share(81, 100), (0.722240, 0.874930)),
        (Share(5, 10), (0.236593, 0.763407)),
    ],
)
def test_wilson_intervals(share: Share, interval: tuple[float, float]) -> None:
    assert wilson(share) == pytest.approx(interval, abs=2e-4)


def test_no_cases_have_no_share_and_no_interval() -> None:
    assert wilson(Share(0, 0)) is None
    assert Share(0, 0).value is None
    assert survival([], []).median is None
