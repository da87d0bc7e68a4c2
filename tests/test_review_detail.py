"""One report's page, the search and what is told to whom, on every server."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from data_access.records import ALL, CITY_RULE, Filters, Status
from data_access.reports import Reports
from data_access.review import Review
from data_access.review_records import Event, EventKind, Hop, MaskedReporter
from tests.made_up import BASE, at, hop, random_city, reopening, report
from tests.reference import utc
from tests.review_reference import ReviewReference

if TYPE_CHECKING:
    from tests.databases import Database
    from tests.made_up import City

AS_OF = utc(2024, 2, 1)
HOUR = timedelta(hours=1)


def one_life() -> City:
    """A report that went through two agencies, was done, reopened, and is done again."""
    return {
        **BASE,
        "reports": [
            report(
                1,
                "2024-01-01 08:00",
                body="Sudah tiga malam gelap",
                category_id=1,
                reporter_id=2,
                area_code="12.75.01.1001",
                latitude=3.60001,
                longitude=98.49001,
                status="done",
                answered_at="2024-01-02 12:00",
                finished_at="2024-01-05 08:00",
            ),
            report(2, "2024-01-02 08:00", status="duplicate", duplicate_of=1),
            report(3, "2024-01-03 08:00", reporter_id=2),
        ],
        "escalations": [
            hop(1, 1, 1, 3, "2024-01-01 09:00", returned_at="2024-01-01 12:00"),
            hop(2, 1, 2, 2, "2024-01-01 13:00", answered_at="2024-01-02 12:00"),
        ],
        "reopenings": [reopening(1, 1, "done", "2024-01-03 08:00", "2024-01-04 08:00")],
        "follow_ups": [
            {
                "id": 1,
                "report_id": 1,
                "agency_id": 2,
                "status": "answered",
                "note": "Petugas menuju lokasi",
                "created_at": at("2024-01-02 12:00"),
            }
        ],
        "feedback": [
            {
                "id": 1,
                "report_id": 1,
                "satisfied": False,
                "rating": 2,
                "comment": "Masih mati",
                "created_at": at("2024-01-03 20:00"),
            }
        ],
    }


def test_a_life_from_receipt_to_finish(database: Database) -> None:
    database.fill(one_life())
    found = Review(database.reports()).report("BCC-0001", AS_OF)
    assert found is not None
    assert found.events == (
        Event(EventKind.RECEIVED, at("2024-01-01 08:00")),
        Event(EventKind.FORWARDED, at("2024-01-01 09:00"), "PLN", 1),
        Event(EventKind.RETURNED, at("2024-01-01 12:00"), "PLN", 1),
        Event(EventKind.FORWARDED, at("2024-01-01 13:00"), "PUPR", 2),
        Event(EventKind.ANSWERED, at("2024-01-02 12:00"), "PUPR", 2),
        Event(
            EventKind.FOLLOW_UP,
            at("2024-01-02 12:00"),
            "PUPR",
            status=Status.ANSWERED,
            note="Petugas menuju lokasi",
        ),
        Event(EventKind.FINISHED, at("2024-01-03 08:00"), status=Status.DONE),
        Event(
            EventKind.FEEDBACK,
            at("2024-01-03 20:00"),
            note="Masih mati",
            satisfied=False,
            rating=2,
        ),
        Event(EventKind.REOPENED, at("2024-01-04 08:00"), status=Status.DONE),
        Event(EventKind.FINISHED, at("2024-01-05 08:00"), status=Status.DONE),
    )
    names = {1: "Dinas Kesehatan", 2: "Dinas Pekerjaan Umum", 3: "Perusahaan Listrik Negara"}
    finish = at("2024-01-05 08:00")
    assert found.hops == (
        Hop(1, "PLN", names[3], at("2024-01-01 09:00"), None, at("2024-01-01 12:00"), 3 * HOUR,
            late=False),
        Hop(2, "PUPR", names[2], at("2024-01-01 13:00"), at("2024-01-02 12:00"), finish,
            91 * HOUR, late=True),
    )  # fmt: skip
    assert found.first_hop == HOUR
    assert found.body == "Sudah tiga malam gelap"
    assert found.reporter == MaskedReporter(number=1, kelurahan="Jati Karya", reports=2)
    assert (found.latitude, found.longitude) == (3.60125, 98.49125)
    assert found.duplicates == ("BCC-0002",)


def test_a_life_as_it_was_at_a_moment(database: Database) -> None:
    database.fill(one_life())
    review = Review(database.reports())
    assert review.report("BCC-0001", at("2024-01-01 07:59")) is None
    early = review.report("BCC-0001", at("2024-01-01 10:00"))
    assert early is not None
    assert [event.kind for event in early.events] == [EventKind.RECEIVED, EventKind.FORWARDED]
    assert early.row.status is Status.ESCALATED
    assert (early.hops[0].until, early.hops[0].held) == (None, HOUR)
    assert early.duplicates == ()
    between = review.report("BCC-0001", at("2024-01-03 12:00"))
    assert between is not None
    assert (between.row.status, between.row.finished) == (Status.DONE, at("2024-01-03 08:00"))
    assert between.hops[1].until == at("2024-01-03 08:00")
    again = review.report("BCC-0001", at("2024-01-04 12:00"))
    assert again is not None
    assert (again.row.status, again.hops[1].until) == (Status.ANSWERED, None)
    copy = review.report("BCC-0002", AS_OF)
    assert copy is not None
    assert copy.duplicate_of == "BCC-0001"


def test_rows_of_lists_and_of_single_reports_agree(database: Database) -> None:
    city = random_city(5)
    database.fill(city)
    review = Review(database.reports())
    for row in review.rows(ALL, AS_OF, limit=1000, see_confidential=True).rows:
        found = review.report(row.ticket, AS_OF, see_confidential=True)
        assert found is not None
        assert found.row == row
        moments = [event.at for event in found.events]
        assert moments == sorted(moments)
        assert all(moment <= AS_OF for moment in moments)


# -- who may see what -------------------------------------------------------------------------

SECRETS = ("CANARY-TITLE", "CANARY-BODY", "CANARY-NOTE", "CANARY-COMMENT", "CANARY-CATEGORY")


def secret_city() -> City:
    city = one_life()
    city["categories"] = [{"id": 1, "name": "CANARY-CATEGORY"}]
    first = city["reports"][0] | {
        "title": "CANARY-TITLE",
        "body": "CANARY-BODY",
        "address": "CANARY-ADDRESS",
        "confidential": True,
    }
    near = report(
        4,
        "2024-01-02 09:00",
        category_id=1,
        latitude=3.6,
        longitude=98.49,
        title="Sama",
        reporter_id=2,
    )
    city["reports"] = [first, *city["reports"][1:], near]
    city["follow_ups"] = [city["follow_ups"][0] | {"note": "CANARY-NOTE"}]
    city["feedback"] = [city["feedback"][0] | {"comment": "CANARY-COMMENT"}]
    city["reporters"] = [
        row | {"name": "CANARY-NAME", "phone": "CANARY-PHONE", "address": "CANARY-ADDRESS"}
        for row in city["reporters"]
    ]
    return city


def test_a_confidential_report_tells_nothing_to_who_has_no_right(database: Database) -> None:
    database.fill(secret_city())
    review = Review(database.reports())
    found = review.report("BCC-0001", AS_OF)
    assert found is not None
    said = repr(found)
    assert "CANARY" not in said
    assert "Jati Karya" not in said
    assert (found.reporter, found.latitude, found.similar.reports) == (None, None, ())
    assert [each.agency for each in found.hops] == ["PLN", "PUPR"]
    listed = next(row for row in review.rows(ALL, AS_OF).rows if row.ticket == "BCC-0001")
    assert (listed.title, listed.category, listed.kelurahan) == (None, None, None)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(categories=("CANARY-CATEGORY",)),
        Filters(kelurahan=("12.75.01.1001",)),
        Filters(kecamatan=("12.75.01",)),
        Filters(text="canary"),
    ],
)
def test_no_filter_tells_what_a_confidential_report_is_about(
    database: Database, filters: Filters
) -> None:
    database.fill(secret_city())
    review = Review(database.reports())
    for agency in ((), ("PUPR",)):
        both = Filters(**{**asdict(filters), "agencies": agency})
        hidden = review.rows(both, AS_OF)
        assert "BCC-0001" not in {row.ticket for row in hidden.rows}
        assert hidden.total == len(hidden.rows)
        seen = review.rows(both, AS_OF, see_confidential=True)
        assert "BCC-0001" in {row.ticket for row in seen.rows}
    page = review.agency("PUPR", filters, AS_OF)
    assert page is not None
    assert "BCC-0001" not in {row.ticket for row in page.oldest}


def test_who_has_the_right_sees_the_words_but_never_the_person(database: Database) -> None:
    database.fill(secret_city())
    review = Review(database.reports())
    found = review.report("BCC-0001", AS_OF, see_confidential=True)
    said = repr(found)
    assert all(secret in said for secret in SECRETS)
    for personal in ("CANARY-NAME", "CANARY-PHONE", "CANARY-ADDRESS", "3.60001"):
        assert personal not in said


def test_no_question_selects_who_or_where_anyone_is(databases: Any) -> None:
    database = databases.fresh("sqlite")
    database.fill(one_life())
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    review = Review(database.reports())
    review.rows(ALL, AS_OF)
    review.search("lampu", AS_OF)
    review.agency("PLN", ALL, AS_OF)
    review.place("12.75.01", ALL, AS_OF)
    for question in (review.compare, review.participation, review.feedback, review.relay):
        question(ALL, AS_OF)
    of_many = len(asked)
    review.report("BCC-0001", AS_OF, see_confidential=True)
    review.of_same_reporter("BCC-0001", AS_OF)
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(asked) > of_many > 20
    for statement in asked:
        for personal in ("reporters.name", "reporters.phone", ".address", ".photo"):
            assert personal not in statement
    for statement in asked[:of_many]:
        for personal in ("reports.latitude", "reports.longitude", "reports.body AS", "reporters."):
            assert personal not in statement


def test_near_reports_do_not_tell_of_a_confidential_one(database: Database) -> None:
    database.fill(secret_city())
    review = Review(database.reports())
    assert review.similar("BCC-0004", AS_OF).reports == ()
    seen = review.similar("BCC-0004", AS_OF, see_confidential=True)
    assert [each.ticket for each in seen.reports] == ["BCC-0001"]


def test_an_anonymous_report_has_no_reporter(database: Database) -> None:
    city = one_life()
    city["reports"] = [row | {"anonymous": row["id"] == 3} for row in city["reports"]]
    database.fill(city)
    review = Review(database.reports())
    hidden = review.report("BCC-0003", AS_OF, see_confidential=True)
    assert hidden is not None
    assert hidden.reporter is None
    named = review.report("BCC-0001", AS_OF)
    assert named is not None
    assert named.reporter is not None
    assert named.reporter.reports == 1


def test_reporters_are_numbered_within_their_kelurahan(database: Database) -> None:
    reports = [report(n, "2024-01-01 08:00", reporter_id=n) for n in range(1, 5)]
    database.fill({**BASE, "reports": reports})
    review = Review(database.reports())
    found = [review.report(f"BCC-000{n}", AS_OF) for n in range(1, 5)]
    assert [each and each.reporter for each in found] == [
        MaskedReporter(1, "Satria", 1),  # of a lingkungan in it
        MaskedReporter(1, "Jati Karya", 1),
        MaskedReporter(1, None, 1),
        MaskedReporter(2, "Satria", 1),
    ]


def test_an_agency_sees_what_was_forwarded_to_it(database: Database) -> None:
    database.fill(one_life())
    review = Review(database.reports())
    assert review.may_see("BCC-0001", "PLN")
    assert review.may_see("BCC-0001", "PUPR")
    for ticket, agency in (
        ("BCC-0001", "DINKES"),
        ("BCC-0001", "pln"),
        ("BCC-0002", "PLN"),
        ("bcc-0001", "PLN"),
        ("", ""),
        ("BCC-0001\0", "PLN"),
        ("1 OR 1=1", "PLN"),
        ("\ud800", "PLN"),
    ):
        assert not review.may_see(ticket, agency)


@pytest.mark.parametrize("ticket", ["", "0", "1 OR 1=1", "BCC-0001 ", "bcc-0001", "\0", "\udc00",
                                    "٣", str(2**63), "%", "BCC-000_", "x" * 100_000])  # fmt: skip
def test_there_is_no_report_of_a_ticket_that_is_none(database: Database, ticket: str) -> None:
    database.fill(one_life())
    review = Review(database.reports())
    assert review.report(ticket, AS_OF) is None
    assert review.similar(ticket, AS_OF).reports == ()


def test_one_reporters_reports_are_the_named_ones(database: Database) -> None:
    city = random_city(21, size=200)
    database.fill(city)
    reports = database.reports()
    review, reference = Review(reports), ReviewReference(city)
    for filters in (ALL, Filters(since=utc(2023, 12, 15), agencies=("PLN",))):
        named = [
            row
            for row in reference.came(AS_OF, filters)
            if row["reporter_id"] and not row["anonymous"] and not row["confidential"]
        ]
        for top in reports.top_reporters(AS_OF, filters):
            page = review.of_rank(top.rank, filters, AS_OF)
            people = {row["reporter_id"] for row in named if row["ticket"] in _tickets(page)}
            assert len(people) == 1
            own = sorted(row["ticket"] for row in named if row["reporter_id"] in people)
            assert _tickets(page) == own
            assert page.total == top.reports == len(own)
            if filters == ALL:
                assert review.of_same_reporter(own[0], AS_OF) == page
    for row in reference.came(AS_OF):
        if row["anonymous"] or row["confidential"] or not row["reporter_id"]:
            assert review.of_same_reporter(row["ticket"], AS_OF).total == 0
    for rank in (0, -1, 9, 2**63):
        assert review.of_rank(rank, ALL, AS_OF).rows == ()


def _tickets(page: Any) -> list[str]:
    return sorted(row.ticket for row in page.rows)


# -- near by ----------------------------------------------------------------------------------


def near_by(number: int, created: str, north_m: float = 0, east_m: float = 0, **more: Any) -> Any:
    return report(
        number,
        created,
        category_id=more.pop("category_id", 1),
        latitude=3.6 + north_m / 111_195,
        longitude=98.49 + east_m / (111_195 * 0.998027),
        **more,
    )


def test_similar_reports_are_near_in_place_and_time(database: Database) -> None:
    reports = [
        near_by(1, "2024-01-10 08:00", reporter_id=1),
        near_by(2, "2024-01-09 08:00", north_m=40),
        near_by(3, "2024-01-11 09:00", east_m=-149.5),
        near_by(4, "2024-01-11 08:00", north_m=151),
        near_by(5, "2024-01-11 08:00", north_m=120, east_m=120),  # in the box, not in the circle
        near_by(6, "2024-01-11 08:00", category_id=2),
        near_by(7, "2023-12-11 08:00"),
        near_by(8, "2023-12-11 07:59"),
        near_by(9, "2024-01-10 09:00", reporter_id=1),  # the same person
        near_by(10, "2024-01-10 10:00", reporter_id=1, anonymous=True),
    ]
    database.fill({**BASE, "reports": reports})
    found = Review(database.reports()).similar("BCC-0001", AS_OF)
    assert [(each.ticket, each.within_m) for each in found.reports] == [
        ("BCC-0010", 50),
        ("BCC-0002", 50),
        ("BCC-0003", 150),
        ("BCC-0007", 50),
    ]
    assert found.repeated == 1
    assert Review(database.reports()).similar("BCC-0001", at("2024-01-10 09:30")).repeated == 1


def test_similar_reports_of_a_random_city(database: Database) -> None:
    random = Random(2)
    city = random_city(2)
    for row in city["reports"]:
        if random.random() < 0.8:
            row["latitude"] = 3.6 + random.uniform(-0.002, 0.002)
            row["longitude"] = 98.49 + random.uniform(-0.002, 0.002)
            row["reporter_id"] = None
    database.fill(city)
    review = Review(Reports(database.engine, CITY_RULE))
    reference = ReviewReference(city)
    for row in reference.came(AS_OF)[:40]:
        found = review.similar(row["ticket"], AS_OF, see_confidential=True)
        wanted = reference.near(row["id"], AS_OF)
        if found.repeated == 0 and len(wanted) <= 20:
            assert sorted(each.ticket for each in found.reports) == wanted


# -- search -----------------------------------------------------------------------------------


def test_search_by_ticket_then_by_words(database: Database) -> None:
    reports = [
        report(1, "2024-01-01 08:00", title="Lampu jalan mati", body="di Jl. Amir Hamzah"),
        report(2, "2024-01-02 08:00", title="Banjir", body="BCC-0001 belum selesai"),
        report(12, "2024-01-03 08:00", title="Jalan berlubang"),
        report(3, "2024-03-01 08:00", title="Lampu dari masa depan"),
    ]
    database.fill({**BASE, "reports": reports})
    review = Review(database.reports())

    def found(text: str, **more: Any) -> list[str]:
        return [row.ticket for row in review.search(text, AS_OF, **more)]

    assert found("BCC-0001") == ["BCC-0001"]
    assert found("bcc-00") == ["BCC-0012", "BCC-0002", "BCC-0001"]
    assert found("  BCC-0012  ") == ["BCC-0012"]
    assert found("jalan") == ["BCC-0012", "BCC-0001"]
    assert found("HAMZAH lampu") == ["BCC-0001"]
    assert found("jalan", limit=1) == ["BCC-0012"]
    assert found("jalan", filters=Filters(agencies=("PLN",))) == []
    assert found("masa depan") == []
    assert found("%") == found("_") == found("' OR 1=1 --") == []
    assert found("") == found(" \t\n") == found("\0") == found("\ud800") == []
    assert found("jalan\0") == found("jal\ud800an") == ["BCC-0012", "BCC-0001"]
    assert found("jalan " * 10_000) == ["BCC-0012", "BCC-0001"]


# -- hostile words ----------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "![x](http://evil/x.png)",
    "</script><script>",
    "\u202egnp.exe\u202c \u200b\u200d",
    "Z" + "\u0301" * 200,
    "a\r\nb\tc",
    '=HYPERLINK("http://evil")',
    "'; DROP TABLE reports; --",
    "{%config%} {{7*7}}",
    "😀 👩‍👩‍👧",
]


def test_hostile_words_come_out_as_typed(database: Database) -> None:
    longest = 65_000 if database.backend == "mariadb" else 1_000_000  # what a column holds
    reports = [
        report(n, "2024-01-01 08:00", title=text[:255], body=text)
        for n, text in enumerate([*HOSTILE, "x" * longest], start=1)
    ]
    database.fill({**BASE, "reports": reports})
    review = Review(database.reports())
    for row in reports:
        found = review.report(row["ticket"], AS_OF)
        assert found is not None
        assert found.body == row["body"]
        assert found.row.title == row["title"]


def test_what_no_page_can_hold_is_left_out(databases: Any) -> None:
    database = databases.fresh("sqlite")  # the only one that stores it
    database.fill({**BASE, "reports": [report(1, "2024-01-01 08:00", title="a\0b")]})
    database.run("UPDATE reports SET body = cast(x'61edb08062' as text) WHERE id = 1")
    found = Review(database.reports()).report("BCC-0001", AS_OF)
    assert found is not None
    assert found.row.title == "ab"
    assert found.body is not None
    found.body.encode()
