"""Ten thousand real reports of a city that no one here knows."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from data_access.importing.guess import guess_mapping
from data_access.importing.mapping import FileForm, ImportMapping
from data_access.importing.opening import open_source
from data_access.records import Filters
from data_access.reports import Reports
from data_access.schema import areas
from tests.databases import Database
from tests.importing import Desk, shared

NOW = datetime(2020, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def file() -> Path:
    return shared("real", "la_myla311_2018_jan.csv")


@pytest.fixture
def told(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@cache
def mapping_for(file: Path) -> ImportMapping:
    return guess_mapping(open_source(file, FileForm()), FileForm()).mapping


def moment(written: str) -> datetime:
    return datetime.strptime(written, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZONE).astimezone(UTC)


def test_all_rows_come_in_and_are_right(
    database: Database, tmp_path: Path, file: Path, told: list[dict[str, str]]
) -> None:
    desk = Desk(tmp_path, database.writer, now=NOW)
    summary = desk.run(file, mapping_for(file))
    assert (summary.read, summary.new, summary.quarantined) == (10_000, 10_000, 0)
    assert (summary.agencies, summary.categories) == (6, 12)
    rows = {row.ticket: row for row in desk.rows()}
    earlier = 0
    for line in told:
        row = rows[line["SRNumber"]]
        created, closed = moment(line["CreatedDate"]), moment(line["ClosedDate"])
        earlier += closed < created
        assert row.created_at == created
        assert row.finished_at == max(created, closed)
        assert row.status == {"Closed": "done"}.get(line["Status"], "rejected")
        if row.latitude is not None:
            assert row.latitude == pytest.approx(float(line["Latitude"]), abs=1e-9)
        assert row.anonymous == (line["Anonymous"] == "Y")
        assert (row.latitude is None) == (line["Latitude"] == "")
    assert summary.repairs == {"finish_before_created": earlier} == {"finish_before_created": 13}
    with database.engine.connect() as connection:
        owners = connection.execute(
            text(
                "SELECT a.abbreviation, count(*) FROM escalations e"
                " JOIN agencies a ON a.id = e.agency_id GROUP BY a.abbreviation"
            )
        )
        assert dict(map(tuple, owners)) == Counter(r["Owner"] for r in told)
        kinds = connection.execute(
            text(
                "SELECT c.name, count(*) FROM reports r"
                " JOIN categories c ON c.id = r.category_id GROUP BY c.name"
            )
        )
        assert dict(map(tuple, kinds)) == Counter(r["RequestType"] for r in told)
    again = desk.run(file, mapping_for(file))
    assert (again.unchanged, again.updated, again.new) == (10_000, 0, 0)


def test_the_wall_shows_that_city(desk: Desk, file: Path, told: list[dict[str, str]]) -> None:
    desk.now = NOW
    desk.run(file, mapping_for(file))
    reports = Reports(desk.engine)
    as_of = datetime(2018, 2, 1, tzinfo=UTC)
    volume = {item.month: item.received for item in reports.monthly_volume(as_of, months=3)}
    assert sum(volume.values()) == 10_000
    still_open = sum(moment(r["ClosedDate"]) > as_of for r in told)
    assert reports.open_backlog(as_of) == still_open
    bulky = Filters(categories=("Bulky Items",), agencies=("BOS",))
    assert sum(m.received for m in reports.monthly_volume(as_of, bulky, months=3)) == 4918
    assert reports.unreadable(as_of) == 0
    named = {r["NCName"] for r in told} - {""}
    levels = Counter(row.level for row in desk.rows(areas))
    assert levels == {"kelurahan": len(named), "kecamatan": 7}
    assert len([area for area in reports.areas("kelurahan") if area.latitude]) == len(named)
