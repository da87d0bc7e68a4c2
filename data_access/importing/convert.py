"""From a row's cells to a report: each rule of docs/import.md in one place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from data_access.importing.mapping import BY_DATES, QUARANTINE, ImportMapping
from data_access.importing.moments import moment_reader
from data_access.importing.positions import pair, position
from data_access.importing.sources import Cell, says_nothing
from data_access.importing.texts import UnreadableRowError
from data_access.importing.words import EMPTY, EMPTY_VALUE
from data_access.plain import plain
from data_access.records import BEGINNING, Status

TICKET_LIMIT = 40
TITLE_LIMIT = 255
NAME_LIMIT = 120
BODY_LIMIT = 65_535
"""Bytes of UTF-8 that the smallest TEXT of the three databases (MariaDB's) holds."""

CLOCK_SKEW = timedelta(minutes=5)
FLAG_COLUMNS = ("anonymous", "confidential")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HOPS = (
    ("agency", "forwarded"),
    ("second_agency", "second_forwarded"),
    ("third_agency", "third_forwarded"),
)


@dataclass(frozen=True, slots=True)
class Hop:
    """The report was forwarded to an agency as the first, second or third one."""

    level: int
    agency: str
    forwarded: datetime


@dataclass(frozen=True, slots=True)
class Person:
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
        self._read_moment = moment_reader(mapping.formats, mapping.zone)
        self._position = self._position_reader()
        self._hops = [
            (level, positions[agency], forwarded)
            for level, (agency, forwarded) in enumerate(_HOPS, start=1)
            if agency in positions
        ]
        self._noted: list[str] = []
        self.repairs: Counter[str] = Counter()
        self.unknown_statuses: Counter[str] = Counter()

    def report(self, cells: list[Cell]) -> Incoming:
        """The report that a row tells of.

        Raises:
            UnreadableRowError: the row goes to quarantine.
        """
        self._noted.clear()
        report = self._converted(cells)
        if self._noted:
            self.repairs.update(self._noted)
        return report

    def _converted(self, cells: list[Cell]) -> Incoming:
        created = self._created(cells)
        hops = self._hops_of(cells, created)
        category = self._name(cells, "category")
        body = self._body(cells)
        status, answered, finished, updated, guessed = self._state(cells, created, bool(hops))
        latitude, longitude = self._position(cells)
        return Incoming(
            ticket=self._ticket(cells),
            title=self._title(cells, body, category),
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
            address=self._text(cells, "address", TITLE_LIMIT),
            kelurahan=self._name(cells, "kelurahan"),
            kecamatan=self._name(cells, "kecamatan"),
            person=self._person(cells),
            photo=self._text(cells, "photo", TITLE_LIMIT),
            follow_up=self._text(cells, "follow_up"),
            anonymous=self._flag(cells, "anonymous"),
            confidential=self._flag(cells, "confidential"),
        )

    # -- text -------------------------------------------------------------------------------

    def _text(self, cells: list[Cell], column: str, limit: int | None = None) -> str | None:
        at = self._at.get(column)
        if at is None:
            return None
        text = self._clean(cells[at])
        if text is not None and limit is not None and len(text) > limit:
            self._noted.append("shortened")
            return text[:limit]
        return text

    def _clean(self, cell: Cell) -> str | None:
        if cell is None:
            return None
        text = (cell if isinstance(cell, str) else _written(cell)).strip(" \t\r\n")
        if not text.isprintable() and _UNSTORABLE.search(text):
            self._noted.append("control_characters")
            text = _UNSTORABLE.sub("", text)
        return None if len(text) < 5 and text.lower() in EMPTY else text

    def _value(self, cells: list[Cell], column: str) -> str | None:
        text = self._text(cells, column)
        return None if text is None or text.lower() in EMPTY_VALUE else text

    def _name(self, cells: list[Cell], column: str) -> str | None:
        text = self._value(cells, column)
        return " ".join(text.split())[:NAME_LIMIT] if text is not None else None

    def _body(self, cells: list[Cell]) -> str | None:
        text = self._text(cells, "body")
        if text is None or len(text) * 4 <= BODY_LIMIT:
            return text
        encoded = text.encode()
        if len(encoded) <= BODY_LIMIT:
            return text
        self._noted.append("shortened")
        return encoded[:BODY_LIMIT].decode(errors="ignore")

    def _title(self, cells: list[Cell], body: str | None, category: str | None) -> str:
        """The title, else the beginning of the words, else the category."""
        title = self._text(cells, "title", TITLE_LIMIT)
        return title or (body or category or "-").split("\n", 1)[0][:TITLE_LIMIT]

    def _flag(self, cells: list[Cell], column: str) -> bool | None:
        text = self._text(cells, column)
        return None if text is None else plain(text) in self._mapping.truths

    def _person(self, cells: list[Cell]) -> Person | None:
        name = self._text(cells, "reporter", 160)
        phone = self._text(cells, "phone", 40)
        if name is None and phone is None:
            return None
        return Person(name, phone, self._text(cells, "reporter_address", TITLE_LIMIT))

    def _ticket(self, cells: list[Cell]) -> str:
        """The ticket as typed; where the file has none, a digest of what a report never changes."""
        if "ticket" not in self._at:
            return self._digest(cells)
        ticket = self._value(cells, "ticket")
        if ticket is None:
            raise UnreadableRowError("row_no_value", column="ticket")
        if len(ticket) > TICKET_LIMIT:
            raise UnreadableRowError("row_ticket", limit=TICKET_LIMIT)
        return ticket

    def _digest(self, cells: list[Cell]) -> str:
        identity = ("created", "title", "body", "reporter", "phone", "address")
        parts = [self._text(cells, column) or "" for column in identity]
        if not any(parts[1:3]):
            raise UnreadableRowError("row_no_value", column="title")
        return "I-" + blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()

    # -- moments and status -----------------------------------------------------------------

    def _moment(self, cells: list[Cell], column: str) -> datetime | None:
        at = self._at.get(column)
        if at is None:
            return None
        cell = cells[at]
        if cell is None or cell == "" or says_nothing(cell):
            return None
        try:
            moment = self._read_moment(cell)
        except ValueError as error:
            raise UnreadableRowError("row_date", column=column, value=str(cell)[:80]) from error
        if not BEGINNING <= moment <= self._latest:
            raise UnreadableRowError("row_date_range", column=column, value=str(cell)[:80])
        return moment

    def _created(self, cells: list[Cell]) -> datetime:
        created = self._moment(cells, "created")
        if created is None:
            raise UnreadableRowError("row_no_value", column="created")
        return created

    def _hops_of(self, cells: list[Cell], created: datetime) -> tuple[Hop, ...]:
        """An agency's turn begins when the file says so, else with the hop before it."""
        found = []
        since = created
        for level, at, column in self._hops:
            if not cells[at]:
                continue
            agency = self._name(cells, _HOPS[level - 1][0])
            if agency is not None:
                since = max(since, self._moment(cells, column) or since)
                found.append(Hop(level, agency, since))
        return tuple(found)

    def _state(
        self, cells: list[Cell], created: datetime, forwarded: bool
    ) -> tuple[Status, datetime | None, datetime | None, datetime | None, bool]:
        """Status, answered, finished, updated, and whether the finish is a guess."""
        answered = self._moment(cells, "answered")
        finished = self._moment(cells, "finished")
        updated = self._moment(cells, "updated")
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
        cells: list[Cell],
        answered: datetime | None,
        finished: datetime | None,
        forwarded: bool,
    ) -> Status:
        word = self._value(cells, "status")
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

    def _position_reader(self) -> Callable[[list[Cell]], tuple[float | None, float | None]]:
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


def _written(cell: Cell) -> str:
    """A typed cell as text: whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)
