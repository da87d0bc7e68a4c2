"""``bcc-wall check``: what it finds, how it says so, and what it must not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from dashboard.commands.check import check as command
from data_access.check import CheckError, Finding, Severity, check
from data_access.check.findings import Code
from data_access.check.words import LANGUAGES, mend, what

if TYPE_CHECKING:
    from tests.databases import Database, Databases

NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def found(database: Database, now: datetime = NOW) -> list[Finding]:
    return [
        finding for finding in check(address(database), now) if finding.code is not Code.MAY_WRITE
    ]


def of(findings: list[Finding], code: Code) -> list[tuple[str, str, int, str]]:
    return [(f.table, f.column, f.count, f.value) for f in findings if f.code is code]


def report(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "ticket": f"T{number}",
        "title": "Lampu padam",
        "status": "received",
        "created_at": NOW - timedelta(days=number),
        "anonymous": False,
        "confidential": False,
    } | more


def sound(database: Database, *reports: dict[str, Any], **more: list[dict[str, Any]]) -> Database:
    database.fill(
        {
            "areas": [{"code": "K1", "level": "kelurahan", "name": "Kebun Lada"}],
            "agencies": [{"id": 1, "abbreviation": "PU", "name": "Dinas PU", "kind": "skpd"}],
            "reports": list(reports) or [report(1)],
        }
        | more
    )
    return database


def test_a_sound_database_fits(database: Database) -> None:
    assert found(sound(database)) == []


def test_an_empty_one_is_a_warning(database: Database) -> None:
    findings = found(database)
    assert {finding.table for finding in findings} == {"areas", "agencies", "reports"}
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_words_that_are_not_known_are_told_with_their_number(database: Database) -> None:
    sound(
        database,
        report(1, status="SELESAI "),
        report(2, status="SELESAI "),
        report(3, status="Done"),
        report(4, status="entah"),
    )
    findings = [f for f in found(database) if f.code is Code.UNKNOWN_WORD]
    assert [(f.value, f.count) for f in findings] == [("SELESAI ", 2), ("Done", 1), ("entah", 1)]
    assert what(findings[0], "id") == "reports.status 'SELESAI ' pada 2 baris: tidak dikenal"
    assert "WHEN 'selesai' THEN 'done'" in mend(findings[0], "id")
    assert "trim(lower(status)) AS status" in mend(findings[1], "en")


def test_moments_that_cannot_be(database: Database) -> None:
    sound(
        database,
        report(1, created_at=datetime(1970, 1, 1, tzinfo=UTC)),
        report(2, answered_at=NOW + timedelta(days=400)),
        report(3, status="done"),
        report(4, finished_at=NOW - timedelta(days=1)),
        report(5, status="done", finished_at=NOW - timedelta(days=9)),
        report(
            6,
            status="done",
            answered_at=NOW - timedelta(days=1),
            finished_at=NOW - timedelta(days=2),
        ),
    )
    findings = found(database)
    assert of(findings, Code.TOO_OLD) == [("reports", "created_at", 1, "")]
    assert of(findings, Code.FUTURE) == [("reports", "answered_at", 1, "")]
    assert of(findings, Code.FINISHED_WITHOUT_MOMENT) == [("reports", "finished_at", 1, "")]
    assert of(findings, Code.MOMENT_WITHOUT_FINISH) == [("reports", "finished_at", 1, "")]
    orders = [(f.value, f.expected) for f in findings if f.code is Code.WRONG_ORDER]
    assert orders == [("finished_at", "created_at"), ("finished_at", "answered_at")]


def test_moments_kept_in_local_time_are_told_where_the_column_has_no_zone(
    database: Database,
) -> None:
    sound(database, report(1, created_at=NOW + timedelta(hours=7)))
    codes = {finding.code for finding in found(database)}
    assert codes == {Code.FUTURE if database.backend == "postgresql" else Code.SHIFTED}


def test_places_levels_and_ratings(database: Database) -> None:
    sound(
        database,
        report(1, latitude=999, longitude=98.5),
        escalations=[
            {"id": 1, "report_id": 1, "level": 4, "agency_id": 1, "forwarded_at": NOW},
        ],
        feedback=[{"id": 1, "report_id": 1, "satisfied": True, "rating": 9, "created_at": NOW}],
    )
    findings = found(database)
    assert of(findings, Code.OUTSIDE_THE_EARTH) == [("reports", "latitude", 1, "")]
    assert of(findings, Code.UNKNOWN_NUMBER) == [
        ("escalations", "level", 1, "4"),
        ("feedback", "rating", 1, "9"),
    ] or of(findings, Code.UNKNOWN_NUMBER) == [
        ("feedback", "rating", 1, "9"),
        ("escalations", "level", 1, "4"),
    ]


@pytest.fixture(params=("sqlite", "postgresql", "mariadb"))
def viewed(request: pytest.FixtureRequest, databases: Databases) -> Database:
    """A database whose reports are a view over a table of the owner's."""
    database = databases.another(request.param, "_viewed")
    sound(database, report(1), report(2), report(3))
    cascade = "" if database.backend == "sqlite" else " CASCADE"
    quiet = {"sqlite": "PRAGMA foreign_keys = OFF", "mariadb": "SET foreign_key_checks = 0"}
    with database.writer.connect() as connection:
        if database.backend in quiet:
            connection.exec_driver_sql(quiet[database.backend])
            connection.commit()
        connection.execute(text("CREATE TABLE laporan AS SELECT * FROM reports"))
        connection.execute(text(f"DROP TABLE reports{cascade}"))
        connection.execute(
            text(
                "CREATE VIEW reports AS SELECT id, 'T' AS ticket, title, body, category_id, "
                "reporter_id, CASE WHEN id = 2 THEN 'nowhere' END AS area_code, address, "
                "latitude, longitude, status, created_at, answered_at, finished_at, anonymous, "
                "confidential, duplicate_of FROM laporan"
            )
        )
        connection.commit()
    return database


def test_a_view_fits_as_a_table_does_and_its_faults_are_found(viewed: Database) -> None:
    findings = found(viewed)
    assert of(findings, Code.MISSING_COLUMN) == [("reports", "photo", 0, "")]
    assert mend(findings[0], "id") == "Tambahkan pada view reports: NULL AS photo"
    assert of(findings, Code.DUPLICATE) == [("reports", "ticket", 2, "")]
    assert of(findings, Code.BROKEN_REFERENCE) == [("reports", "area_code", 1, "")]
    viewed.run("DROP VIEW reports")
    missing = [f for f in found(viewed) if f.code is Code.MISSING_TABLE]
    assert [f.table for f in missing] == ["reports"]
    assert "CREATE VIEW reports AS SELECT id, ticket" in mend(missing[0], "en")
    viewed.run(
        "CREATE VIEW reports AS SELECT id, id AS ticket, title, title AS created_at FROM laporan"
    )
    wrong = [(f.column, f.expected) for f in found(viewed) if f.code is Code.WRONG_TYPE]
    assert wrong == (
        [] if viewed.backend == "sqlite" else [("ticket", "text"), ("created_at", "datetime")]
    )


def test_an_account_that_may_write_is_a_warning(databases: Databases) -> None:
    for backend in ("postgresql", "mariadb"):
        database = sound(databases.fresh(backend))
        rights = [f for f in check(address(database), NOW) if f.code is Code.MAY_WRITE]
        assert [f.severity for f in rights] == [Severity.WARNING]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_the_command_speaks_both_languages_and_ends_with_a_code(databases: Databases) -> None:
    database = sound(databases.fresh("sqlite"))
    fits = run(address(database))
    assert (fits.exit_code, fits.output) == (0, "Basis data cocok dengan kontrak.\n")
    database.run("UPDATE reports SET status = 'SELESAI '")
    wrong = run(address(database), "--lang", "en")
    assert wrong.exit_code == 1
    assert "error  reports.status 'SELESAI ' in 1 rows: not known" in wrong.output
    gone = run("sqlite:////nowhere/at/all.sqlite")
    assert gone.exit_code == 2
    assert "tidak dapat dibaca" in gone.stderr


def test_the_command_speaks_json(databases: Databases) -> None:
    database = sound(databases.fresh("sqlite"), report(1, status="x"))
    data = json.loads(run(address(database), "--json").stdout)
    assert data["fits"] is False
    assert data["findings"][0]["code"] == "unknown_word"
    assert data["findings"][0]["count"] == 1


def test_no_personal_data_is_told(databases: Databases) -> None:
    database = sound(
        databases.fresh("sqlite"),
        report(1, title="Budi Kenari 0812", address="Jl. Kenari", ticket="Kenari", status="x"),
        reporters=[{"id": 1, "name": "Budi Kenari", "phone": "0812", "area_code": None}],
    )
    assert "Kenari" not in run(address(database)).output


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_every_finding_has_words(code: Code, language: str) -> None:
    finding = Finding(code, "reports", "status", 1234, "x", "y", "z")
    assert what(finding, language)
    assert mend(finding, language).endswith((".", "z"))


def test_what_is_no_database_can_not_be_read(tmp_path: Any) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"not a database" * 100)
    with pytest.raises(CheckError):
        check(f"sqlite:///{broken}", NOW)
