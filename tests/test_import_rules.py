"""The rules of docs/import.md for what rows say, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_access.records import Status
from data_access.schema import (
    agencies,
    categories,
    escalations,
    follow_ups,
    reporters,
)
from tests.importing import NOW, Desk, mapping_of

BASIC = ("ticket", "title", "created")
STATES = mapping_of("ticket", "title", "created", "answered", "finished", "updated", "status")
STATE_HEAD = "ticket,title,created,answered,finished,updated,status\n"
PLACES = mapping_of("ticket", "title", "created", "latitude", "longitude")


def at(day: int, hour: int = 0) -> datetime:
    """A moment of January 2024 in WIB."""
    return datetime(2024, 1, day, hour, tzinfo=UTC) - timedelta(hours=7)


def state(desk: Desk, row: str) -> tuple[str, datetime | None, datetime | None]:
    desk.bring(STATE_HEAD + row + "\n", STATES)
    report = desk.one()
    return report.status, report.answered_at, report.finished_at


def test_a_date_alone_is_its_beginning_in_the_zone(desk: Desk) -> None:
    desk.bring("ticket,title,created\nA-1,x,2024-01-02\n", mapping_of(*BASIC))
    assert desk.one().created_at == at(2)


def test_finished_before_created_is_finished_when_created(desk: Desk) -> None:
    assert state(desk, "A-1,x,2024-01-03 10:00,,2024-01-03,,Selesai") == ("done", None, at(3, 10))
    assert desk.summaries[0].repairs == {"finish_before_created": 1}


def test_answered_before_created_is_answered_when_created(desk: Desk) -> None:
    assert state(desk, "A-1,x,2024-01-03 10:00,2024-01-02,,,Dijawab") == (
        "answered",
        at(3, 10),
        None,
    )
    assert desk.summaries[0].repairs == {"answer_before_created": 1}


def test_finished_without_a_date_takes_the_last_update(desk: Desk) -> None:
    assert state(desk, "A-1,x,2024-01-03,,,2024-01-05,Selesai") == ("done", None, at(5))
    assert desk.summaries[0].repairs == {"finish_from_update": 1}


@pytest.mark.parametrize(
    ("rule", "finished"), [("import", NOW), ("created", at(3)), ("quarantine", None)]
)
def test_finished_without_any_date(desk: Desk, rule: str, finished: datetime | None) -> None:
    mapping = replace(STATES, unknown_finish=rule)
    desk.bring(STATE_HEAD + "A-1,x,2024-01-03,,,,Selesai\n", mapping)
    assert [row.finished_at for row in desk.rows()] == ([finished] if finished else [])


def test_a_finish_date_with_an_open_status_is_the_answer(desk: Desk) -> None:
    assert state(desk, "A-1,x,2024-01-03,,2024-01-05,,Diproses") == ("escalated", at(5), None)
    assert desk.summaries[0].repairs == {"finish_without_status": 1}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("SELESAI ", "done"),
        ("Sudah  Ditindaklanjuti", "done"),
        ("belum ditindaklanjuti", "received"),
        ("Ditolak", "rejected"),
        ("In-Progress", "escalated"),
        ("Duplikat", "duplicate"),
        ("", "done"),
        ("-", "done"),
    ],
)
def test_status_words(desk: Desk, word: str, status: str) -> None:
    assert state(desk, f"A-1,x,2024-01-03,,2024-01-05,,{word}")[0] == status


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("dates", "answered"),
        ("received", "received"),
        ("rejected", "rejected"),
        ("quarantine", None),
    ],
)
def test_unknown_status(desk: Desk, rule: str, status: str | None) -> None:
    mapping = replace(STATES, unknown_status=rule)
    desk.bring(STATE_HEAD + "A-1,x,2024-01-03,2024-01-04,,,Aneh\n", mapping)
    assert [row.status for row in desk.rows()] == ([status] if status else [])
    assert desk.summaries[0].unknown_statuses == {"Aneh": 1}
    if status is None:
        assert desk.quarantined()[0].startswith("2,status 'Aneh' tidak dikenal,A-1")
        assert not desk.summaries[0].repairs


def test_without_a_status_column_the_moments_and_agencies_tell(desk: Desk) -> None:
    mapping = mapping_of("title", "created", "agency", "answered", "finished")
    rows = (
        "a,2024-01-02,,,\n"
        "b,2024-01-02,PLN,,\n"
        "c,2024-01-02,PLN,2024-01-03,\n"
        "d,2024-01-02,,,2024-01-03\n"
    )
    desk.bring("title,created,agency,answered,finished\n" + rows, mapping)
    assert [row.status for row in desk.rows()] == ["received", "escalated", "answered", "done"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A-1,x,,,,,", "created kosong"),
        ("A-1,x,0000-00-00 00:00:00,,,,", "created kosong"),
        (",x,2024-01-02,,,,", "ticket kosong"),
        ("-,x,2024-01-02,,,,", "ticket kosong"),
        ("A-1,x,2024-02-30,,,,", "created: tanggal '2024-02-30' tak dapat dibaca"),
        ("A-1,x,1999-12-31,,,,", "created: tanggal '1999-12-31' di luar batas"),
        ("A-1,x,2024-07-01,,,,", "created: tanggal '2024-07-01' di luar batas"),
        ("A-1,x,2024-01-02,besok,,,", "answered: tanggal 'besok' tak dapat dibaca"),
        (f"{'9' * 41},x,2024-01-02,,,,", "nomor laporan lebih dari 40 huruf"),
    ],
)
def test_rows_that_go_to_quarantine(desk: Desk, row: str, reason: str) -> None:
    summary = desk.bring(STATE_HEAD + row + "\n", STATES)
    assert (summary.quarantined, desk.rows()) == (1, [])
    (line,) = desk.quarantined()
    assert line.startswith("2,")
    assert reason in line


@pytest.mark.parametrize("nothing", ["", "NULL", "\\N", "0000-00-00", "-", "N/A", " "])
def test_moments_that_are_not_there(desk: Desk, nothing: str) -> None:
    assert state(desk, f"A-1,x,2024-01-03,{nothing},{nothing},{nothing},Baru") == (
        "received",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cells", "position", "note"),
    [
        ("3.6,98.49", (3.6, 98.49), None),
        ("98.49,3.6", (3.6, 98.49), "swapped"),
        ("0,0", (None, None), "no_position"),
        ("0.0,-0", (None, None), "no_position"),
        ("3.6,", (None, None), "no_position"),
        ("3.600.123,98.490.456", (None, None), "no_position"),
        ("999,98.49", (None, None), "no_position"),
        ("nan,inf", (None, None), "no_position"),
        (",", (None, None), None),
        ("-,NULL", (None, None), None),
    ],
)
def test_positions(
    desk: Desk, cells: str, position: tuple[float | None, float | None], note: str | None
) -> None:
    desk.bring(f"ticket,title,created,latitude,longitude\nA-1,x,2024-01-02,{cells}\n", PLACES)
    assert (desk.one().latitude, desk.one().longitude) == position
    assert desk.summaries[0].repairs == ({note: 1} if note else {})


def test_decimal_commas(desk: Desk) -> None:
    mapping = replace(PLACES, decimal=",")
    desk.bring('ticket,title,created,latitude,longitude\nA-1,x,2024-01-02,"3,6","98,49"\n', mapping)
    assert (desk.one().latitude, desk.one().longitude) == (3.6, 98.49)


@pytest.mark.parametrize(
    "cell", ["3.6, 98.49", "3.6 98.49", "(3.6,98.49)", "POINT (98.49 3.6)", "Point(98.49 3.6)"]
)
def test_positions_in_one_column(desk: Desk, cell: str) -> None:
    mapping = mapping_of("ticket", "title", "created", "position")
    desk.bring(f'ticket,title,created,position\nA-1,x,2024-01-02,"{cell}"\n', mapping)
    assert (desk.one().latitude, desk.one().longitude) == (3.6, 98.49)


def test_agencies_and_categories_are_made_once(desk: Desk) -> None:
    mapping = mapping_of("ticket", "title", "created", "category", "agency", "second_agency")
    rows = (
        "A-1,x,2024-01-02,Lampu jalan,PT PLN (Persero),\n"
        "A-2,x,2024-01-02,LAMPU  JALAN,pt pln (persero),Dinas Perhubungan\n"
        "A-3,x,2024-01-02,,,-\n"
        "A-4,x,2024-01-02,-,Dinas Pekerjaan Umum dan Penataan Ruang Kota,\n"
    )
    summary = desk.bring("ticket,title,created,category,agency,second_agency\n" + rows, mapping)
    assert [row.name for row in desk.rows(categories)] == ["Lampu jalan"]
    assert [(row.abbreviation, row.kind) for row in desk.rows(agencies)] == [
        ("PT PLN (Persero)", "partner"),
        ("Dinas Perhubungan", "skpd"),
        ("DPUPRK", "skpd"),
    ]
    assert (summary.agencies, summary.categories) == (3, 1)
    hops = [(row.report_id, row.level, row.agency_id) for row in desk.rows(escalations)]
    assert sorted(hops) == [(1, 1, 1), (2, 1, 1), (2, 2, 2), (4, 1, 3)]


def test_agencies_by_the_mappings_abbreviations(desk: Desk) -> None:
    mapping = mapping_of(
        "ticket", "title", "created", "agency", agencies={"dinas pekerjaan umum": "PUTR"}
    )
    rows = "A-1,x,2024-01-02,Dinas Pekerjaan Umum\nA-2,x,2024-01-02,PUTR\n"
    desk.bring("ticket,title,created,agency\n" + rows, mapping)
    (agency,) = desk.rows(agencies)
    assert (agency.abbreviation, agency.name) == ("PUTR", "Dinas Pekerjaan Umum")


def test_hops_begin_when_the_file_says_else_with_the_one_before(desk: Desk) -> None:
    columns = ("ticket", "title", "created", "agency", "second_agency", "second_forwarded")
    rows = (
        "A-1,x,2024-01-02,PLN,BPN,2024-01-04\n"
        "A-2,x,2024-01-02,PLN,BPN,\n"
        "A-3,x,2024-01-02,PLN,BPN,2024-01-01\n"
    )
    desk.bring(",".join(columns) + "\n" + rows, mapping_of(*columns))
    told = {(row.report_id, row.level): row.forwarded_at for row in desk.rows(escalations)}
    assert told[1, 1] == told[2, 2] == told[3, 2] == at(2)
    assert told[1, 2] == at(4)


def test_the_last_agency_has_the_answer(desk: Desk) -> None:
    columns = ("ticket", "title", "created", "answered", "agency", "second_agency")
    desk.bring(",".join(columns) + "\nA-1,x,2024-01-02,2024-01-03,PLN,BPN\n", mapping_of(*columns))
    told = {row.level: row.answered_at for row in desk.rows(escalations)}
    assert told == {1: None, 2: at(3)}


def test_abbreviations_stay_apart(desk: Desk) -> None:
    long = (
        "Dinas Pendidikan dan Kebudayaan Kota Binjai",
        "Dinas Perhubungan dan Kelautan Kota Binjai",
    )
    rows = "".join(f"A-{n},x,2024-01-02,{name}\n" for n, name in enumerate(long))
    desk.bring("ticket,title,created,agency\n" + rows, mapping_of(*BASIC, "agency"))
    again = desk.bring("ticket,title,created,agency\n" + rows, mapping_of(*BASIC, "agency"))
    assert [row.abbreviation for row in desk.rows(agencies)] == ["DPKKB", "DPKKB 2"]
    assert (again.agencies, again.unchanged) == (0, 2)


def test_words_that_are_nothing_and_words_that_are_too_long(desk: Desk) -> None:
    mapping = mapping_of("ticket", "title", "created", "body", "address")
    rows = f"A-1,{'é' * 300},2024-01-02,NULL,-\nA-2,x,2024-01-02,\\N,{'j' * 256}\n"
    summary = desk.bring("ticket,title,created,body,address\n" + rows, mapping)
    one, two = desk.rows()
    assert (one.title, one.body, one.address) == ("é" * 255, None, "-")
    assert (two.body, two.address) == (None, "j" * 255)
    assert summary.repairs == {"shortened": 2}


def test_reporters_are_one_by_name_and_phone(desk: Desk) -> None:
    columns = ("ticket", "title", "created", "reporter", "phone", "anonymous", "confidential")
    rows = (
        "A-1,x,2024-01-02,Warga Satu,0812 345,Y,\n"
        "A-2,x,2024-01-02,WARGA SATU,+62812345,tidak,ya\n"
        "A-3,x,2024-01-02,Warga Satu,,N,N\n"
        "A-4,x,2024-01-02,,,,\n"
    )
    desk.bring(",".join(columns) + "\n" + rows, mapping_of(*columns))
    assert len(desk.rows(reporters)) == 2
    told = [(row.reporter_id, row.anonymous, row.confidential) for row in desk.rows()]
    assert told == [(1, True, False), (1, False, True), (2, False, False), (None, False, False)]


def test_a_report_without_ticket_is_known_by_what_never_changes(desk: Desk) -> None:
    mapping = mapping_of("title", "created", "status", "answered")
    head = "title,created,status,answered\n"
    desk.bring(head + "Lampu padam,2024-01-02,Baru,\nLampu mati,2024-01-02,Baru,\n", mapping)
    again = desk.bring(head + "Lampu padam,2024-01-02,Dijawab,2024-01-03\n", mapping)
    assert (again.updated, again.new) == (1, 0)
    assert [row.status for row in desk.rows()] == ["answered", "received"]
    assert all(row.ticket.startswith("I-") for row in desk.rows())
    assert desk.bring(head + ",2024-01-02,Baru,\n", mapping).quarantined == 1


def test_a_report_without_title_is_called_by_its_words_or_category(desk: Desk) -> None:
    mapping = mapping_of("ticket", "created", "body", "category")
    rows = 'A-1,2024-01-02,"Baris satu\nBaris dua",Lampu\nA-2,2024-01-02,,Lampu\nA-3,2024-01-02,,\n'
    desk.bring("ticket,created,body,category\n" + rows, mapping)
    assert [row.title for row in desk.rows()] == ["Baris satu", "Lampu", "-"]


def test_what_the_agency_said_is_kept_once(desk: Desk) -> None:
    columns = ("ticket", "title", "created", "finished", "agency", "follow_up")
    content = ",".join(columns) + "\nA-1,x,2024-01-02,2024-01-03,PLN,Sudah diganti\n"
    desk.bring(content, mapping_of(*columns))
    desk.bring(content, mapping_of(*columns))
    (note,) = desk.rows(follow_ups)
    assert (note.note, note.status, note.created_at) == ("Sudah diganti", Status.DONE, at(3))
    assert note.agency_id == 1


def test_a_quarantine_file_computes_nothing_in_a_spreadsheet(desk: Desk) -> None:
    columns = ("ticket", "title", "created", "latitude")
    rows = "A-1,=HYPERLINK(1),x,-98.5\nA-2,@a,x,+1\nA-3,-a,x,\n"
    desk.bring(",".join(columns) + "\n" + rows, mapping_of(*columns))
    told = [line.split(",")[-3:] for line in desk.quarantined()]
    assert [cells[0] for cells in told] == ["'=HYPERLINK(1)", "'@a", "'-a"]
    assert told[0][2] == "-98.5"
