"""From a row's cells to a report: each rule of docs/import.md in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from data_access.importing.cells import Cells, flag_reader, name_reader, nothing, text_reader
from data_access.importing.mapping import BY_DATES, QUARANTINE, ImportMapping
from data_access.importing.moments import moment_reader
from data_access.importing.positions import pair, position
from data_access.importing.sources import Cell, says_nothing
from data_access.importing.texts import UnreadableRowError
from data_access.importing.words import EMPTY_VALUE
from data_access.plain import plain
from data_access.records import BEGINNING, Status

TICKET_LIMIT = 40
TITLE_LIMIT = 255
BODY_LIMIT = 65_535
"""Bytes of UTF-8 that the smallest TEXT of the three databases (MariaDB's) holds."""

CLOCK_SKEW = timedelta(minutes=5)

_HOPS = (
    ("agency", "forwarded"),
    ("second_agency", "second_forwarded"),
    ("third_agency", "third_forwarded"),
)


class Hop(NamedTuple):
    """The report was forwarded to an agency as the first, second or third one."""

    level: int
    agency: str
    forwarded: datetime


class Person(NamedTuple):
    """A reporter as the file names them. Personal data."""

    name: str | None
    phone: str | None
    address: str | None


@dataclass(slots=True)
class Incoming:
    """One report as a file tells it. Moments are in UTC; ``finish_is_guess`` where none was told.

    Columns that the file doesn't have are ``None``.
    """

    ticket: str
    title: str
    body: str | None
    category: str | None
    hops: tuple[Hop, ...]
    status: Status
    created: datetime
    answered: datetime | None
    finished: datetime | None
    updated: datetime | None
    finish_is_guess: bool
    latitude: float | None
    longitude: float | None
    address: str | None
    kelurahan: str | None
    kecamatan: str | None
    person: Person | None
    photo: str | None
    follow_up: str | None
    anonymous: bool | None
    confidential: bool | None


class Converter:
    """Turns rows into reports under one mapping.

    ``repairs`` counts what had to be mended, by key of the catalogue; ``unknown_statuses`` the
    words that the mapping doesn't know.
    """

    def __init__(self, mapping: ImportMapping, positions: dict[str, int], now: datetime) -> None:
        self._mapping = mapping
        self._at = positions
        self._now = now
        self._latest = now + CLOCK_SKEW
        self._noted: list[str] = []
        self.repairs: Counter[str] = Counter()
        self.unknown_statuses: Counter[str] = Counter()
        self._read_moment = moment_reader(mapping.formats, mapping.zone)
        self._created = self._moment("created")
        self._answered = self._moment("answered")
        self._finished = self._moment("finished")
        self._updated = self._moment("updated")
        self._position = self._position_reader()
        self._ticket = self._ticket_reader()
        self._title = self._text("title", TITLE_LIMIT)
        self._body = self._text("body")
        self._address = self._text("address", TITLE_LIMIT)
        self._photo = self._text("photo", TITLE_LIMIT)
        self._follow_up = self._text("follow_up")
        self._reporter = self._text("reporter", 160)
        self._phone = self._text("phone", 40)
        self._reporter_address = self._text("reporter_address", TITLE_LIMIT)
        self._category = name_reader(positions.get("category"))
        self._kelurahan = name_reader(positions.get("kelurahan"))
        self._kecamatan = name_reader(positions.get("kecamatan"))
        self._status_word = name_reader(positions.get("status"))
        self._anonymous = flag_reader(positions.get("anonymous"), mapping.truths)
        self._confidential = flag_reader(positions.get("confidential"), mapping.truths)
        self._agencies = [
            (level, name_reader(positions[agency]), self._moment(forwarded))
            for level, (agency, forwarded) in enumerate(_HOPS, start=1)
            if agency in positions
        ]

    def _text(self, column: str, limit: int | None = None) -> Callable[[Cells], str | None]:
        return text_reader(self._at.get(column), limit, self._noted.append)

    def report(self, cells: Cells) -> Incoming:
        """The report that a row tells of.

        Raises:
            UnreadableRowError: the row goes to quarantine.
        """
        self._noted.clear()
        report = self._converted(cells)
        if self._noted:
            self.repairs.update(self._noted)
        return report

    def _converted(self, cells: Cells) -> Incoming:
        created = self._created(cells)
        if created is None:
            raise UnreadableRowError("row_no_value", column="created")
        hops = self._hops_of(cells, created)
        category = self._category(cells)
        body = self._fitting(self._body(cells))
        status, answered, finished, updated, guessed = self._state(cells, created, bool(hops))
        latitude, longitude = self._position(cells)
        return Incoming(
            ticket=self._ticket(cells),
            title=self._title(cells) or _first_line(body or category),
            body=body,
            category=category,
            hops=hops,
            status=status,
            created=created,
            answered=answered,
            finished=finished,
            updated=updated,
            finish_is_guess=guessed,
            latitude=latitude,
            longitude=longitude,
            address=self._address(cells),
            kelurahan=self._kelurahan(cells),
            kecamatan=self._kecamatan(cells),
            person=self._person(cells),
            photo=self._photo(cells),
            follow_up=self._fitting(self._follow_up(cells)),
            anonymous=self._anonymous(cells),
            confidential=self._confidential(cells),
        )

    # -- text -------------------------------------------------------------------------------

    def _fitting(self, text: str | None) -> str | None:
        if text is None or len(text) * 4 <= BODY_LIMIT:
            return text
        encoded = text.encode()
        if len(encoded) <= BODY_LIMIT:
            return text
        self._noted.append("shortened")
        return encoded[:BODY_LIMIT].decode(errors="ignore")

    def _person(self, cells: Cells) -> Person | None:
        name, phone = self._reporter(cells), self._phone(cells)
        if name is None and phone is None:
            return None
        return Person(name, phone, self._reporter_address(cells))

    def _ticket_reader(self) -> Callable[[Cells], str]:
        """The ticket as typed; where the file has none, a digest of what a report never changes."""
        if "ticket" in self._at:
            return self._given_ticket(self._text("ticket"))
        identity = ("created", "title", "body", "reporter", "phone", "address")
        return _digest([self._text(column) for column in identity])

    @staticmethod
    def _given_ticket(read: Callable[[Cells], str | None]) -> Callable[[Cells], str]:
        def ticket(cells: Cells) -> str:
            found = read(cells)
            if found is None or found.lower() in EMPTY_VALUE:
                raise UnreadableRowError("row_no_value", column="ticket")
            if len(found) > TICKET_LIMIT:
                raise UnreadableRowError("row_ticket", limit=TICKET_LIMIT)
            return found

        return ticket

    # -- moments and status -----------------------------------------------------------------

    def _moment(self, column: str) -> Callable[[Cells], datetime | None]:
        at = self._at.get(column)
        if at is None:
            return nothing
        read_moment, latest = self._read_moment, self._latest

        def read(cells: Cells) -> datetime | None:
            cell = cells[at]
            if cell is None or cell == "":
                return None
            try:
                moment = read_moment(cell)
            except ValueError as error:
                if says_nothing(cell):
                    return None
                raise UnreadableRowError("row_date", column=column, value=str(cell)[:80]) from error
            if not BEGINNING <= moment <= latest:
                raise UnreadableRowError("row_date_range", column=column, value=str(cell)[:80])
            return moment

        return read

    def _hops_of(self, cells: Cells, created: datetime) -> tuple[Hop, ...]:
        """An agency's turn begins when the file says so, else with the hop before it."""
        found = []
        since = created
        for level, read, forwarded in self._agencies:
            agency = read(cells)
            if agency is not None:
                told = forwarded(cells)
                if told is not None and told > since:
                    since = told
                found.append(Hop(level, agency, since))
        return tuple(found)

    def _state(
        self, cells: Cells, created: datetime, forwarded: bool
    ) -> tuple[Status, datetime | None, datetime | None, datetime | None, bool]:
        """Status, answered, finished, updated, and whether the finish is a guess."""
        answered = self._answered(cells)
        finished = self._finished(cells)
        updated = self._updated(cells)
        status = self._status(cells, answered, finished, forwarded)
        guessed = status.finished and finished is None
        if guessed:
            finished = self._missing_finish(created, answered, updated)
        elif finished is not None and not status.finished:
            self._noted.append("finish_without_status")
            answered, finished = answered or finished, None
        if finished is not None and finished < created:
            self._noted.append("finish_before_created")
            finished = created
        if answered is not None and answered < created:
            self._noted.append("answer_before_created")
            answered = created
        return status, answered, finished, updated, guessed

    def _status(
        self,
        cells: Cells,
        answered: datetime | None,
        finished: datetime | None,
        forwarded: bool,
    ) -> Status:
        word = self._status_word(cells)
        known = self._mapping.statuses.get(plain(word)) if word is not None else None
        if known is not None:
            return known
        if word is not None:
            self.unknown_statuses[word[:40]] += 1
            if self._mapping.unknown_status == QUARANTINE:
                raise UnreadableRowError("row_status", value=word[:80])
            self._noted.append("status_unknown")
            if self._mapping.unknown_status != BY_DATES:
                return Status(self._mapping.unknown_status)
        if finished is not None:
            return Status.DONE
        if answered is not None:
            return Status.ANSWERED
        return Status.ESCALATED if forwarded else Status.RECEIVED

    def _missing_finish(
        self, created: datetime, answered: datetime | None, updated: datetime | None
    ) -> datetime:
        known = updated or answered
        if known is not None:
            self._noted.append("finish_from_update")
            return known
        if self._mapping.unknown_finish == QUARANTINE:
            raise UnreadableRowError("row_finish")
        self._noted.append("finish_unknown")
        return created if self._mapping.unknown_finish == "created" else max(self._now, created)

    # -- position ---------------------------------------------------------------------------

    def _position_reader(self) -> Callable[[Cells], tuple[float | None, float | None]]:
        at = self._at
        if "latitude" in at and "longitude" in at:
            lat, lon = at["latitude"], at["longitude"]
            return lambda cells: self._checked(cells[lat], cells[lon])
        if "position" in at:
            whole = at["position"]
            return lambda cells: self._checked(*pair(cells[whole]))
        return lambda _cells: (None, None)

    def _checked(self, first: Cell, second: Cell) -> tuple[float | None, float | None]:
        latitude, longitude, note = position(first, second, self._mapping.decimal)
        if note is not None:
            self._noted.append(note)
        return latitude, longitude


def _first_line(text: str | None) -> str:
    """What a report without a title is called: the beginning of its words, or its category."""
    return (text or "-").split("\n", 1)[0][:TITLE_LIMIT]


def _digest(readers: list[Callable[[Cells], str | None]]) -> Callable[[Cells], str]:
    def ticket(cells: Cells) -> str:
        parts = [read(cells) or "" for read in readers]
        if not any(parts[1:3]):
            raise UnreadableRowError("row_no_value", column="title")
        return "I-" + blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()

    return ticket
