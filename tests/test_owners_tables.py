"""Databases as other people keep them: their collations, types and dirt give the same figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from data_access.records import Filters, OnTime
from data_access.schema import metadata
from tests.databases import QUESTIONS
from tests.made_up import BASE, at, hop, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Database, Databases

NOON = at("2024-03-15 12:00")


def ask_everything(database: Database) -> dict[str, Any]:
    """Every question; none may fail."""
    reports = database.reports()
    return {
        question: getattr(reports, question)(NOON) for question in (*QUESTIONS, "announcements")
    }


def test_usual_collations_of_mariadb_tell_nothing_less_apart(databases: Databases) -> None:
    """They ignore case and trailing blanks, and take all emoji for one."""
    database = databases.another("mariadb", "_usual")
    database.fill(
        {
            **BASE,
            "reports": [
                report(1, "2024-03-10 08:00", title="ÉCLAIR 😀"),
                report(2, "2024-03-10 08:00", status="DONE"),
                report(3, "2024-03-10 08:00", status="received "),
            ],
            "escalations": [hop(1, 1, 1, 2, "2024-03-10 09:00")],
        }
    )
    for name in ("reports", "agencies"):
        database.run(
            f"CREATE TABLE usual_{name} AS SELECT * FROM {name}",
            f"ALTER TABLE usual_{name} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
            "SET foreign_key_checks = 0",
            f"DROP TABLE {name}",
            "SET foreign_key_checks = 1",
            f"CREATE VIEW {name} AS SELECT * FROM usual_{name}",
        )
    reports = database.reports()
    assert (reports.open_backlog(NOON), reports.unreadable(NOON)) == (1, 2)
    counts = {
        words: reports.open_backlog(NOON, Filters(text=words))
        for words in ("😀", "🚗", "éclair", "eclair")
    }
    assert counts == {"😀": 1, "🚗": 0, "éclair": 1, "eclair": 0}
    agencies = ("PUPR", "pupr", "PUPR ")
    assert [reports.open_backlog(NOON, Filters(agencies=(name,))) for name in agencies] == [1, 0, 0]


def test_ids_of_any_size(database: Database) -> None:
    big = 2**62
    database.fill(
        {
            **BASE,
            "reporters": [{"id": big, "name": "Budi", "area_code": "12.75.02.1001"}],
            "reports": [report(1, "2024-03-10 08:00") | {"id": big, "reporter_id": big}],
            "escalations": [hop(big, big, 1, 2, "2024-03-10 09:00")],
        }
    )
    reports = database.reports()
    assert reports.escalation_queue(NOON).overdue[0].agencies[0] == "PUPR"
    assert reports.top_reporters(NOON)[0].kelurahan == "Satria"
    assert reports.open_by_agency(NOON)[0].open == 1


def test_empty_texts_are_as_good_as_none(database: Database) -> None:
    database.fill(
        {
            **BASE,
            "reports": [
                report(1, "2024-03-10 08:00", body="", address="", photo=""),
                report(2, "2024-03-10 08:00", body=None),
            ],
            "announcements": [{"id": 1, "title": "", "body": None, "starts_at": at("2024-03-01")}],
        }
    )
    found = ask_everything(database)
    assert found["key_figures"].open == 2
    assert found["announcements"][0].body == ""


# -- dates and decimals in an owner's view ---------------------------------------------------------


@pytest.fixture(params=["postgresql", "mariadb"])
def dated(request: Any, databases: Databases) -> Iterator[Database]:
    """``reports`` is a view of a table with dates only and decimal coordinates."""
    database = databases.another(request.param, "_dated")
    names = [column.name for column in metadata.tables["reports"].c]
    copied = [name for name in names if name not in _RETYPED]
    retyped = [f"CAST({column} AS {kind}) AS {column}" for column, kind in _RETYPED.items()]
    database.run(
        "ALTER TABLE reports RENAME TO laporan",
        f"CREATE VIEW reports AS SELECT {', '.join(copied + retyped)} FROM laporan",
    )
    yield database
    database.close()


_RETYPED = {
    "created_at": "date",
    "answered_at": "date",
    "finished_at": "date",
    "latitude": "decimal(12, 6)",
    "longitude": "decimal(12, 6)",
}


def test_dates_and_decimals_give_the_figures_of_moments_and_floats(
    dated: Database, databases: Databases
) -> None:
    midnight = datetime(2024, 3, 10, tzinfo=UTC)
    place = {"latitude": 3.6, "longitude": 98.4855}
    rows = [
        report(1, midnight, answered_at=midnight + timedelta(days=1), **place),
        report(
            2, midnight, answered_at=midnight + timedelta(days=2), latitude=None, longitude=None
        ),
        report(
            3,
            midnight,
            answered_at=None,
            status="done",
            finished_at=midnight + timedelta(days=3),
            **place,
        ),
        report(4, midnight, latitude=3.0975, longitude=98.49),
    ]
    plain = databases.fresh(dated.backend)
    plain.fill({**BASE, "reports": rows})
    dated.fill(BASE)
    names = sorted({name for row in rows for name in row})
    with dated.writer.begin() as connection:
        for row in rows:
            values = {name: row.get(name) for name in names}
            connection.execute(
                text(
                    f"INSERT INTO laporan ({', '.join(names)}) "
                    f"VALUES ({', '.join(':' + name for name in names)})"
                ),
                values,
            )
    assert ask_everything(dated) == ask_everything(plain)
    assert dated.reports().on_time(NOON) == OnTime(1, 2, 1, 0, 0)


# -- moments that are none -------------------------------------------------------------------------

DIRT = {
    "mariadb": ["0000-00-00 00:00:00", "2024-00-10 00:00:00", "2024-02-31 10:00:00"],
    "sqlite": [
        "0000-00-00 00:00:00",
        "kemarin",
        "",
        "2024-13-45 10:00:00",
        "2024-02-31 10:00:00",
        "2024",
        17,
        "2024-03-10 25:61:00",
        b"\xff\xfe",
    ],
    "postgresql": ["infinity", "-infinity", "0044-03-15 BC", "20240-01-01"],
}
COLUMNS = ("created_at", "answered_at", "finished_at")
LOOSE = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"


@pytest.mark.fault
@pytest.mark.parametrize("column", COLUMNS)
def test_no_question_stumbles_over_a_moment_that_is_none(database: Database, column: str) -> None:
    dirt = DIRT[database.backend]
    rows = [report(n, "2024-03-10 08:00", reporter_id=1) for n in range(1, len(dirt) + 2)]
    hops = [hop(row["id"], row["id"], 1, 1, "2024-03-10 09:00") for row in rows]
    database.fill({**BASE, "reports": rows, "escalations": hops})
    with database.writer.begin() as connection:
        if database.backend == "mariadb":
            connection.execute(text(LOOSE))
        for number, value in enumerate(dirt, 1):
            change = text(f"UPDATE reports SET {column} = :value WHERE id = {number}")
            connection.execute(change, {"value": value})
    database.writer.dispose()
    found = ask_everything(database)["key_figures"]
    # 31 February is read as 2 March, as the servers that keep it do.
    readable = dirt.count("2024-02-31 10:00:00")
    assert found.unreadable == len(dirt) - readable
    if column == "created_at":
        assert found.open == 1 + readable


@pytest.mark.fault
def test_a_zero_date_says_not_yet(databases: Databases) -> None:
    database = databases.fresh("mariadb")
    database.fill(
        {
            **BASE,
            "reports": [report(1, "2024-03-10 08:00")],
            "escalations": [hop(1, 1, 1, 1, "2024-03-10 09:00")],
        }
    )
    with database.writer.begin() as connection:
        connection.execute(text(LOOSE))
        connection.execute(text("UPDATE reports SET answered_at = 0, finished_at = 0"))
        connection.execute(text("UPDATE escalations SET returned_at = 0"))
    database.writer.dispose()
    reports = database.reports()
    (agency,) = reports.open_by_agency(NOON)
    assert (agency.agency, agency.open, agency.overdue) == ("DINKES", 1, 1)
    assert reports.on_time(NOON) == OnTime(0, 0, 1, 0, 0)
    assert reports.unreadable(NOON) == 1


def test_an_announcement_without_end_in_postgresql(databases: Databases) -> None:
    database = databases.fresh("postgresql")
    database.run(
        "INSERT INTO announcements (id, title, starts_at, ends_at) VALUES "
        "(1, 'Selamanya', '2024-01-01', 'infinity'), (2, 'Dulu', '-infinity', NULL)"
    )
    (shown,) = database.reports().announcements(NOON)
    assert (shown.title, shown.ends) == ("Selamanya", None)


def test_moments_written_by_other_programs_into_a_file(databases: Databases) -> None:
    """SQLite's own datetime() leaves the fraction out; others write one of zeros."""
    database = databases.fresh("sqlite")
    database.fill({"reports": [report(n, "2024-03-10 08:00") for n in (1, 2, 3)]})
    database.run(
        "UPDATE reports SET created_at = '2024-02-29 17:00:00' WHERE id = 1",
        "UPDATE reports SET created_at = '2024-02-29 17:00:00.000000' WHERE id = 2",
        "UPDATE reports SET created_at = '2024-02-29 16:59:59.999' WHERE id = 3",
    )
    february, march = database.reports().monthly_volume(NOON, months=2)
    assert (february.received, march.received) == (1, 2)


@pytest.mark.fault
def test_a_broken_byte_does_not_take_the_others_away(databases: Databases) -> None:
    database = databases.fresh("sqlite")
    database.fill({"reports": [report(1, "2024-03-10 08:00"), report(2, "2024-03-10 09:00")]})
    database.run("UPDATE reports SET ticket = CAST(x'41ff42' AS TEXT) WHERE id = 1")
    tickets = [row.ticket for row in database.reports().escalation_queue(NOON).overdue]
    assert tickets == ["A\N{REPLACEMENT CHARACTER}B", "BCC-0002"]
