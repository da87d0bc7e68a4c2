"""Citizens' data: masked, revealed for a reason that is on the record, and nowhere else."""

from __future__ import annotations

import logging
import random
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from dashboard.api import PANELS
from dashboard.feed import Channel
from dashboard.privacy import (
    LIMITS_AN_HOUR,
    REFUSED,
    PersonalField,
    Reveal,
    RevealRefusedError,
    mask_address,
    mask_name,
    mask_phone,
    mask_position,
)
from data_access.audit import Audit
from data_access.disclosure import told, told_share
from data_access.errors import DataUnavailable
from data_access.personal import PersonalData
from data_access.records import Share
from data_access.rights import Role, User
from data_access.state import open_state
from layouts.palette import THEMES
from layouts.wall import SCENES
from tests.made_up import hop, report
from tests.people import make_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import Database, Databases
    from tests.people import People

REASON = "warga meminta kabar lewat telepon"
CITY = {
    "areas": [{"code": "1", "level": "kelurahan", "name": "Jatinegara"}],
    "agencies": [
        {"id": 1, "abbreviation": "PUTR", "name": "PUTR", "kind": "skpd"},
        {"id": 2, "abbreviation": "DLH", "name": "DLH", "kind": "skpd"},
    ],
    "reporters": [
        {"id": 1, "name": "Siti Aminah", "phone": "0812-3456-7890", "address": "Jl. Melati 3",
         "area_code": "1"},
    ],
    "reports": [
        report(1, "2026-11-01T08:00", reporter_id=1, address="Jl. Mawar 9", latitude=3.61234,
               longitude=98.48765),
        report(2, "2026-11-01T09:00", reporter_id=1, anonymous=True),
        report(3, "2026-11-01T10:00", reporter_id=1, confidential=True),
        report(4, "2026-11-01T11:00", reporter_id=None),
    ],
    "escalations": [
        hop(1, 1, 1, 1, "2026-11-01T09:00"),
        hop(2, 2, 1, 1, "2026-11-01T09:30"),
        hop(3, 4, 1, 2, "2026-11-01T12:00"),
    ],
}  # fmt: skip


def user(role: Role, agency: str | None = None, number: int = 7) -> User:
    return User(number, role.value, role, agency)


@pytest.fixture
def desk(databases: Databases, tmp_path: Path) -> Iterator[Reveal]:
    database = databases.fresh("sqlite")
    database.fill(CITY)
    state = open_state(f"sqlite:///{tmp_path}/state.sqlite")
    made = Reveal(PersonalData(database.engine), Audit(state), lambda: "192.0.2.1")
    yield made
    state.engine.dispose()


# -- masks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Siti Aminah", "S••• A•••"), ("X", "X•••"), ("", ""), (None, ""), ("  Budi  ", "B•••")],
)
def test_a_name_is_its_initials(name: str | None, masked: str):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("0812-3456-7890", "••••••90"), ("12345", "••••••"), (None, ""), ("", ""), ("abc", "••••••")],
)
def test_a_number_is_its_end(phone: str | None, masked: str):
    assert mask_phone(phone) == masked


def test_an_address_is_nothing():
    assert mask_address("Jl. Melati 3") == "••••••" and mask_address(None) == ""


def test_a_position_is_the_middle_of_its_cell():
    first, second = mask_position(3.61234, 98.48765), mask_position(3.6101, 98.4876)
    assert first == second == (3.61125, 98.48875)
    assert mask_position(None, 98.0) == (None, None)


@pytest.mark.parametrize("mask", [mask_name, mask_phone, mask_address])
def test_masks_take_any_text(mask: Any):
    for text in ("\0", "\ud800", "\u202e", "a" * 100_000, "<script>"):
        assert isinstance(mask(text), str)


# -- small cells --------------------------------------------------------------------------------


def test_small_counts_are_not_told_and_others_in_fives():
    assert [told(count) for count in (0, 1, 4, 5, 7, 8, 90)] == [0, None, None, 5, 5, 10, 90]


@pytest.mark.parametrize("seed", range(200))
def test_no_untold_count_comes_back_by_subtracting(seed: int):
    """From a total, from the same row in another table, or with another filter."""
    dice = random.Random(seed)
    cells = [dice.randint(0, 30) for _ in range(dice.randint(1, 8))]
    parts = [told(cell) for cell in cells]
    untold = [cell for cell, part in zip(cells, parts, strict=True) if part is None]
    for left_out in range(len(cells) + 1):
        total = told(sum(cells[left_out:])) or 0
        assert total - sum(part for part in parts[left_out:] if part) not in untold


@pytest.mark.parametrize(
    ("hits", "n", "wanted"),
    [(0, 0, None), (3, 40, None), (37, 40, None), (0, 40, 0.0), (20, 41, 0.5), (661, 732, 0.9)],
)
def test_a_share_gives_back_neither_its_hits_nor_its_misses(
    hits: int, n: int, wanted: float | None
):
    assert told_share(Share(hits, n)) == wanted


def test_no_small_count_is_left_in_any_panel_that_the_council_gets(people: People):
    people.database.fill(CITY)
    client = people.client(Role.COUNCIL)
    for panel in set(PANELS) - {"queue", "facilities"}:
        rows = client.get(f"/api/v1/panels/{panel}.json").get_json()["rows"]
        small = [
            (key, value)
            for row in rows
            for key, value in row.items()
            if type(value) is int and (0 < value < 5 or value % 5) and key not in {"rank", "year"}
        ]
        assert not small, panel
    assert client.get("/api/v1/panels/queue.csv").status_code == 403


# -- revealing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("name", "Siti Aminah"),
        ("phone", "0812-3456-7890"),
        ("address", "Jl. Melati 3"),
        ("place", "Jl. Mawar 9"),
        ("position", "3.61234, 98.48765"),
    ],
)
def test_a_field_is_shown_for_a_reason(
    database: Database, tmp_path: Path, field: str, content: str
):
    database.fill(CITY)
    state = open_state(f"sqlite:///{tmp_path}/state.sqlite")
    reveal = Reveal(PersonalData(database.engine), Audit(state), lambda: "192.0.2.1")
    assert reveal.reveal(user(Role.OPERATOR), "BCC-0001", PersonalField(field), REASON) == content
    (entry,) = Audit(state).about("report", ["BCC-0001"])
    assert (entry.user_name, entry.action, entry.field) == ("operator", "reveal", field)
    assert (entry.reason, entry.address, entry.role) == (REASON, "192.0.2.1", "operator")
    state.engine.dispose()


def test_nothing_is_shown_of_a_report_without_a_reporter(desk: Reveal):
    assert desk.reveal(user(Role.OPERATOR), "BCC-0004", PersonalField.NAME, REASON) == ""


@pytest.mark.abuse
@pytest.mark.parametrize("reason", ["", "x" * 9, " " * 50, "a\t\n b", "x" * 501])
def test_without_a_reason_nothing_is_shown(desk: Reveal, reason: str):
    with pytest.raises(RevealRefusedError, match="Alasan"):
        desk.reveal(user(Role.SECRETARY), "BCC-0001", PersonalField.NAME, reason)


@pytest.mark.abuse
@pytest.mark.parametrize(
    ("who", "ticket", "may"),
    [
        (user(Role.OPERATOR), "BCC-0001", True),
        (user(Role.AGENCY, "PUTR"), "BCC-0001", True),
        (user(Role.AGENCY, "DLH"), "BCC-0001", False),
        (user(Role.AGENCY, None), "BCC-0001", False),
        (user(Role.COUNCIL), "BCC-0001", False),
        (user(Role.WALL), "BCC-0001", False),
        (user(Role.OPERATOR), "BCC-0002", False),
        (user(Role.AGENCY, "PUTR"), "BCC-0002", False),
        (user(Role.SECRETARY), "BCC-0002", True),
        (user(Role.OPERATOR), "BCC-0003", False),
        (user(Role.SECRETARY), "BCC-0003", True),
        (user(Role.SECRETARY), "BCC-9999", False),
        (user(Role.SECRETARY), "BCC-0001' OR '1'='1", False),
        (user(Role.SECRETARY), "BCC-0001\0", False),
        (user(Role.SECRETARY), "bcc-0001", False),
    ],
    ids=str,
)
def test_who_may_reveal_what(desk: Reveal, who: User, ticket: str, may: bool):
    if may:
        assert desk.reveal(who, ticket, PersonalField.NAME, REASON) == "Siti Aminah"
        return
    with pytest.raises(RevealRefusedError, match="tidak berhak"):
        desk.reveal(who, ticket, PersonalField.NAME, REASON)
    assert [each.action for each in desk._audit.about("report", [ticket.replace("\0", "�")])] == [
        REFUSED
    ]


@pytest.mark.abuse
@pytest.mark.parametrize("field", ["body", "reporter_id", "", "name; DROP TABLE reporters"])
def test_only_the_known_fields_can_be_asked_for(desk: Reveal, field: Any):
    with pytest.raises(RevealRefusedError, match="tidak dikenal"):
        desk.reveal(user(Role.SECRETARY), "BCC-0001", field, REASON)


@pytest.mark.abuse
def test_whoever_goes_through_tickets_in_sequence_is_stopped(desk: Reveal):
    snoop = user(Role.AGENCY, "DLH")
    for number in range(LIMITS_AN_HOUR[REFUSED]):
        with pytest.raises(RevealRefusedError, match="tidak berhak"):
            desk.reveal(snoop, f"BCC-{number + 1000}", PersonalField.NAME, REASON)
    with pytest.raises(RevealRefusedError, match="Terlalu banyak"):
        desk.reveal(snoop, "BCC-0004", PersonalField.NAME, REASON)
    with pytest.raises(RevealRefusedError, match="Terlalu banyak"):
        desk.foreign(snoop, "BCC-0001")
    assert desk.reveal(user(Role.OPERATOR, number=8), "BCC-0001", PersonalField.NAME, REASON)


# -- no log, no data ----------------------------------------------------------------------------


class Told(PersonalData):
    """Notes whether personal columns were read at all."""

    asked = 0

    def personal(self, ticket: str, field: PersonalField) -> str:
        self.asked += 1
        return super().personal(ticket, field)


def refuses(desk: Reveal) -> None:
    told = desk._data
    told.__class__ = Told
    with pytest.raises(DataUnavailable):
        desk.reveal(user(Role.SECRETARY), "BCC-0001", PersonalField.NAME, REASON)
    assert isinstance(told, Told) and told.asked == 0


@pytest.mark.fault
def test_on_a_read_only_state_database_nothing_is_shown(desk: Reveal):
    engine = desk._audit._state.engine
    assert desk.reveal(user(Role.SECRETARY), "BCC-0001", PersonalField.NAME, REASON)
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON").close())
    engine.dispose()
    refuses(desk)


@pytest.mark.fault
def test_on_a_full_disk_nothing_is_shown(desk: Reveal, tmp_path: Path):
    """A tmpfs of one megabyte where it may be mounted, else a database that may not grow."""
    full = tmp_path / "disk"
    full.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(full)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    state = open_state(f"sqlite:///{full}/state.sqlite")
    desk._audit = Audit(state)
    try:
        assert desk.reveal(user(Role.SECRETARY), "BCC-0001", PersonalField.NAME, REASON)
        if mounted:
            fill(full / "ballast")
        else:
            state.engine.dispose()
            event.listen(
                state.engine,
                "connect",
                lambda raw, _: raw.execute("PRAGMA max_page_count = 1").close(),
            )
        for _ in range(40):  # what was already given to the file may still hold some
            try:
                desk.reveal(user(Role.SECRETARY), "BCC-0001", PersonalField.NAME, REASON)
            except DataUnavailable:
                break
        refuses(desk)
    finally:
        state.engine.dispose()
        if mounted:
            subprocess.run(["umount", str(full)], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


@pytest.mark.fault
def test_without_a_state_database_nothing_is_shown(desk: Reveal, tmp_path: Path):
    (tmp_path / "nothing").write_text("no folder")
    away = open_state("postgresql+psycopg://nobody@127.0.0.1:1/none")
    desk._audit = Audit(away)
    refuses(desk)


# -- nowhere else -------------------------------------------------------------------------------


@pytest.mark.abuse
def test_no_canary_leaves_by_the_wall_the_api_a_cache_or_the_log(
    databases: Databases, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    database = databases.fresh("sqlite")
    database.fill(canaries(1000))
    people = make_people(database, tmp_path)
    application = people.application
    application.publisher.look()
    client = people.stranger()
    heard = []
    for scene in SCENES:
        for theme in THEMES:
            edition = application.feed.edition(Channel(scene, theme))
            assert edition is not None
            heard.append(repr(edition.drawing))
        heard.append(client.get(f"/wall/{scene}").text)
    for panel in PANELS:
        for kind in ("json", "csv"):
            heard.append(client.get(f"/api/v1/panels/{panel}.{kind}").text)
    cache = application.server.extensions["cache"]
    heard.append(repr([each.cache._cache for each in cache]))
    heard.append(caplog.text)
    found = [mark for mark in MARKS if any(mark in text for text in heard)]
    assert not found
    people.close()


MARKS = ("Kenari", "0899-kn-", "Jalan Rahasia", "kata warga")


def canaries(number: int) -> dict[str, list[dict[str, Any]]]:
    people = [
        {"id": each, "name": f"Kenari{each}", "phone": f"0899-kn-{each}",
         "address": f"Jalan Rahasia {each}", "area_code": "1"}
        for each in range(1, number + 1)
    ]  # fmt: skip
    reports = [
        report(each, "2026-11-01T08:00", reporter_id=each, address=f"Jalan Rahasia {each}",
               title=f"kata warga {each}", body=f"kata warga {each}", latitude=3.6, longitude=98.5)
        for each in range(1, number + 1)
    ]  # fmt: skip
    return {"areas": CITY["areas"], "reporters": people, "reports": reports}


def test_users_do_not_print_their_cookie():
    assert "hidden" not in repr(replace(user(Role.OPERATOR), session="hidden"))
