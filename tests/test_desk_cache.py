"""What the desk remembers is nobody's but those who ask the same and may see the same."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from flask_caching import Cache
from sqlalchemy import make_url

from dashboard.review_answers import Remembered
from data_access.engine import open_engine
from data_access.records import ALL, Filters
from data_access.reports import Reports
from data_access.review import Review
from data_access.rights import Role
from layouts import ids
from tests.people import CLOSED, People, make_people

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from dashboard.feed import Feed
    from tests.databases import Database

pytestmark = pytest.mark.abuse

UPDATE = "/tinjau/_dash-update-component"


@pytest.fixture(scope="module")
def people(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The demo city, read once, so that answers are remembered."""
    database = cast("Database", SimpleNamespace(url=make_url(f"sqlite:///{city_file}")))
    made = make_people(database, tmp_path_factory.mktemp("state"), **CLOSED)
    made.application.publisher.look()
    assert made.application.feed.version
    yield made
    made.close()


def rows_of(client: FlaskClient, search: str = "") -> list[dict[str, Any]]:
    """The first block of the queue, as a browser asks for it."""
    request = {"path": "/tinjau/antrean", "search": search, "theme": "day"}
    asked = [(ids.REVIEW_GRID, "getRowsRequest", {"startRow": 0, "endRow": 100, "sortModel": []})]
    asked.append((ids.REVIEW_REQUEST, "data", request))
    body = {
        "output": f"{ids.REVIEW_GRID}.getRowsResponse",
        "outputs": {"id": ids.REVIEW_GRID, "property": "getRowsResponse"},
        "inputs": [{"id": name, "property": part, "value": value} for name, part, value in asked],
        "changedPropIds": [f"{ids.REVIEW_GRID}.getRowsRequest"],
    }
    answer = client.post(UPDATE, json=body).get_json()
    return list(answer["response"][ids.REVIEW_GRID]["getRowsResponse"]["rowData"])


def page_of(client: FlaskClient, path: str, search: str = "") -> str:
    """A whole page, as a browser gets it."""
    outputs = [(ids.REVIEW_VIEW, "children"), (ids.REVIEW_TITLE, "data")]
    body = {
        "output": f"..{'...'.join(f'{name}.{part}' for name, part in outputs)}..",
        "outputs": [{"id": name, "property": part} for name, part in outputs],
        "inputs": [
            {
                "id": ids.REVIEW_REQUEST,
                "property": "data",
                "value": {"path": path, "search": search, "theme": "day"},
            }
        ],
        "changedPropIds": [f"{ids.REVIEW_REQUEST}.data"],
    }
    return client.post(UPDATE, json=body).text


def tickets_of(city: Path, agency: str) -> set[str]:
    """What was ever forwarded to the agency."""
    asked = (
        "SELECT r.ticket FROM reports r JOIN escalations e ON e.report_id = r.id "
        "JOIN agencies a ON a.id = e.agency_id WHERE a.abbreviation = ?"
    )
    with closing(sqlite3.connect(city)) as database:
        return {row[0] for row in database.execute(asked, [agency])}


@pytest.mark.parametrize("search", ["", "?agency=DLH", "?agency=DLH&agency=PUTR", "?holder=DLH"])
def test_an_agency_gets_no_row_that_another_asked_for_before(
    people: People, city_file: Path, search: str
) -> None:
    asked_before = rows_of(people.client(Role.SECRETARY), search)
    own = rows_of(people.client(Role.AGENCY), search)
    assert asked_before
    assert {row["ticket"] for row in own} <= tickets_of(city_file, "PUTR")
    assert rows_of(people.client(Role.SECRETARY), search) == asked_before


def test_the_council_gets_no_row_and_no_exact_count_of_the_secretarys(people: People) -> None:
    secretary = page_of(people.client(Role.SECRETARY), "/tinjau/")
    council = page_of(people.client(Role.COUNCIL), "/tinjau/")
    assert rows_of(people.client(Role.COUNCIL)) == []
    assert "BJI-" in secretary
    assert "BJI-" not in council
    assert "/tinjau/antrean" not in council
    assert secretary == page_of(people.client(Role.SECRETARY), "/tinjau/")


def test_words_of_confidential_reports_are_remembered_for_those_alone_who_may_read_them(
    city_file: Path, people: People
) -> None:
    review = Review(Reports(open_engine(f"sqlite:///{city_file}")))
    cache = Cache(people.application.server, config={"CACHE_TYPE": "SimpleCache"})
    feed = cast("Feed", SimpleNamespace(version="1", snapshot=None))
    kept = cast("Review", Remembered(review, cache, feed))
    now = datetime.now(UTC)
    for asked in (ALL, Filters(overdue=True)):
        told = kept.rows(asked, now, limit=1000, see_confidential=True).rows
        untold = kept.rows(asked, now, limit=1000, see_confidential=False).rows
        hidden = [row for row in untold if row.confidential]
        assert all(row.title is None for row in hidden)
        assert [row.ticket for row in told] == [row.ticket for row in untold]
    assert any(row.title for row in kept.rows(ALL, now, limit=1000, see_confidential=True).rows)


def test_one_citizens_reports_are_of_that_citizen_and_named(
    people: People, city_file: Path
) -> None:
    """By rank, or by one of them; an agency gets what it had of them, and no way around that."""
    secretary = people.client(Role.SECRETARY)
    by_rank = tickets_on(page_of(secretary, "/tinjau/pelapor/1"))
    ticket = max(by_rank)
    by_report = tickets_on(page_of(secretary, f"/tinjau/pelapor/{ticket}"))
    asked = "SELECT reporter_id, anonymous, confidential FROM reports WHERE ticket = ?"
    with closing(sqlite3.connect(city_file)) as database:
        rows = {database.execute(asked, [each]).fetchone() for each in by_rank | by_report}
    assert len(by_rank) > 10
    assert len(rows) == 1
    assert not any(row[1] or row[2] for row in rows)
    agency = page_of(people.client(Role.AGENCY), "/tinjau/pelapor/1")
    assert tickets_on(agency) <= tickets_of(city_file, "PUTR")
    council = people.client(Role.COUNCIL)
    for search in ("?q=lampu", f"?q={ticket}", "?cell=3.600,98.485"):
        assert "Bukan untuk peran Anda" in page_of(council, "/tinjau/", search)
        assert rows_of(council, search) == []
        assert council.get(f"/tinjau/unduh/volume.csv{search}").status_code == 403
    for role, subject in ((Role.AGENCY, ticket), (Role.COUNCIL, "1")):
        page = page_of(people.client(role), f"/tinjau/pelapor/{subject}")
        assert "Bukan untuk peran Anda" in page


def tickets_on(page: str) -> set[str]:
    return set(re.findall(r"BJI-\d{4}-\d{6}", page))
