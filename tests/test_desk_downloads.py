"""The desk's downloads as each role gets them: rows, words, and what they must not tell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from openpyxl import load_workbook
from sqlalchemy import make_url

from dashboard.review_exports import DOWNLOADS
from data_access.rights import Role
from tests.people import CLOSED, People, make_people

if TYPE_CHECKING:
    from tests.databases import Database

OF_SUBJECT = {
    "bands": "?page=skpd&subject=PUTR",
    "times": "?page=skpd&subject=PUTR",
    "relay": "?page=skpd&subject=PUTR",
    "months": "?page=tempat&subject=12.75.01",
}
OF_REPORT = ("history", "hops", "similar")
SINGLE = {name for name, each in DOWNLOADS.items() if each.single}


@pytest.fixture(scope="module")
def people(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The demo city with an account of every role."""
    database = cast("Database", SimpleNamespace(url=make_url(f"sqlite:///{city_file}")))
    made = make_people(database, tmp_path_factory.mktemp("state"), **CLOSED)
    yield made
    made.close()


def ticket_of(people: People, role: Role = Role.SECRETARY) -> str:
    rows = table(people.client(role).get("/tinjau/unduh/queue.csv?overdue=1").data)
    return rows[1][0]


def table(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, its heading first, without the lines on itself."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return [row for row in rows if not row[0].startswith("# ")]


def address(name: str, kind: str, ticket: str) -> str:
    query = OF_SUBJECT.get(name, "")
    if name in OF_REPORT:
        query = f"?page=laporan&subject={ticket}"
    if name == "of-reporter":
        query = "?page=pelapor&subject=1"
    if name == "found":
        query = "?page=cari&q=lampu"
    return f"/tinjau/unduh/{name}.{kind}{query}"


@pytest.mark.parametrize("name", DOWNLOADS)
def test_the_secretary_takes_every_table_along(people: People, name: str) -> None:
    client, ticket = people.client(Role.SECRETARY), ticket_of(people)
    answer = client.get(address(name, "csv", ticket))
    assert answer.status_code == 200
    text = answer.data.decode("utf-8-sig")
    assert '# Diambil oleh,"secretary ' in text
    assert "# Keadaan per," in text
    rows = table(answer.data)
    assert name == "similar" or len(rows) > 1
    book = load_workbook(io.BytesIO(client.get(address(name, "xlsx", ticket)).data))
    assert [cell.value for cell in next(iter(book["Data"].rows))] == rows[0]


def test_words_are_in_the_readers_language(people: People) -> None:
    client, ticket = people.client(Role.SECRETARY), ticket_of(people)
    assert table(client.get(address("history", "csv", ticket)).data)[1][1] == "masuk"
    client.set_cookie("bahasa", "en")
    answer = client.get(address("history", "csv", ticket))
    assert table(answer.data)[1][1] == "received"
    assert "# Taken by" in answer.text


@pytest.mark.abuse
@pytest.mark.parametrize("name", DOWNLOADS)
def test_the_council_gets_no_report_and_no_exact_count(people: People, name: str) -> None:
    ticket = ticket_of(people)
    answer = people.client(Role.COUNCIL).get(address(name, "csv", ticket))
    if name in SINGLE or DOWNLOADS[name].people:
        assert answer.status_code == 403
        return
    counts = [number for row in table(answer.data)[1:] for number in numbers(name, row)]
    assert counts
    assert not [count for count in counts if count % 5]


def numbers(name: str, row: list[str]) -> list[int]:
    """The whole numbers of a row that count somebody."""
    first = 1 if name == "year-table" else 0
    return [int(cell) for cell in row[first:] if cell.isdigit()]


@pytest.mark.abuse
def test_the_council_works_out_no_kelurahan_from_the_others(people: People) -> None:
    """What the city has, less what all but one kelurahan have, is nothing that one has."""
    council, secretary = people.client(Role.COUNCIL), people.client(Role.SECRETARY)
    exact = {
        row[0]: int(row[2]) for row in table(secretary.get(address("map", "csv", "")).data)[1:]
    }
    shown = {row[0]: row[2] for row in table(council.get(address("map", "csv", "")).data)[1:]}
    hidden = [name for name, count in shown.items() if count == "<5"]
    assert hidden
    total = sum(
        int(row[2])
        for row in table(council.get(address("backlog", "csv", "")).data)[1:]
        if row[2].isdigit()
    )
    rest = total - sum(int(count) for count in shown.values() if count.isdigit())
    assert rest not in {exact[name] for name in hidden}


@pytest.mark.abuse
def test_an_agency_takes_its_own_reports_alone(people: People) -> None:
    agency = people.client(Role.AGENCY)
    own = {row[0] for row in table(agency.get("/tinjau/unduh/queue.csv?agency=DLH").data)[1:]}
    rest = table(people.client(Role.SECRETARY).get("/tinjau/unduh/queue.csv?agency=DLH").data)[1:]
    foreign = next(row[0] for row in rest if row[0] not in own)
    for name in OF_REPORT:
        assert agency.get(address(name, "csv", foreign)).status_code == 404
        assert agency.get(address(name, "csv", next(iter(own)))).status_code == 200
    assert agency.get("/tinjau/unduh/bands.csv?page=skpd&subject=DLH").status_code == 403


def test_who_asks_for_anothers_report_is_written_down_and_stopped(people: People) -> None:
    agency: Any = people.client(Role.AGENCY)
    statuses = [
        agency.get(address("history", "csv", f"BJI-1999-{number:06d}")).status_code
        for number in range(15)
    ]
    assert statuses[0] == 404
    assert statuses[-1] == 429
