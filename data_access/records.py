"""What questions are asked with and answered by: enums, filters and result records.

Everything here is immutable and free of SQL. Moments are aware datetimes in UTC, durations are
``timedelta``, shares lie between 0 and 1 or are ``None`` where there is nothing to divide by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time, the zone of every day and month on the screen. It has no summer time."""


CITY_WINDOW = timedelta(days=30)
"""The city's on-time share and time to answer look this far back."""

AGENCY_WINDOW = timedelta(days=90)
"""An agency's share, and the citizens' feedback, look further: they have few cases."""


class Status(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    DONE = "done"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"

    @property
    def finished(self) -> bool:
        """Whether nothing more is expected of the city."""
        return self in FINISHED


FINISHED = frozenset({Status.DONE, Status.REJECTED, Status.DUPLICATE})


class AgeBand(StrEnum):
    """How long an open report has waited: the age bands of the backlog."""

    UP_TO_24_HOURS = "up_to_24_hours"
    UP_TO_3_DAYS = "up_to_3_days"
    UP_TO_7_DAYS = "up_to_7_days"
    UP_TO_30_DAYS = "up_to_30_days"
    UP_TO_90_DAYS = "up_to_90_days"
    OVER_90_DAYS = "over_90_days"

    @property
    def limit(self) -> timedelta | None:
        """The longest age inside the band, or ``None`` for the last one."""
        return _BAND_LIMITS[self]


_BAND_LIMITS: dict[AgeBand, timedelta | None] = {
    AgeBand.UP_TO_24_HOURS: timedelta(hours=24),
    AgeBand.UP_TO_3_DAYS: timedelta(days=3),
    AgeBand.UP_TO_7_DAYS: timedelta(days=7),
    AgeBand.UP_TO_30_DAYS: timedelta(days=30),
    AgeBand.UP_TO_90_DAYS: timedelta(days=90),
    AgeBand.OVER_90_DAYS: None,
}


class Said(StrEnum):
    """What citizens said of a finished report."""

    ANYTHING = "any"
    SATISFIED = "satisfied"
    DISPUTED = "disputed"
    """The city says done, the citizen is not satisfied."""
    ONE_STAR = "1"
    TWO_STARS = "2"
    THREE_STARS = "3"
    FOUR_STARS = "4"
    FIVE_STARS = "5"


@dataclass(frozen=True)
class Filters:
    """Which reports a question is about. An empty tuple or ``None`` asks for all.

    ``since`` (inclusive) and ``until`` (exclusive) bound the moment of receipt. Agencies go by
    abbreviation, categories by name, kecamatan and kelurahan by code. ``agencies`` were ever given
    the report, ``holders`` hold it at the moment ("BCC": nobody else does).
    """

    since: datetime | None = None
    until: datetime | None = None
    agencies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    kecamatan: tuple[str, ...] = ()
    kelurahan: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    bands: tuple[AgeBand, ...] = ()
    levels: tuple[int, ...] = ()
    text: str | None = None
    holders: tuple[str, ...] = ()
    overdue: bool = False
    """Only reports past the deadline with neither answer nor action."""
    hops: tuple[int, ...] = ()
    """Forwarded as the first, second or third; to one of ``agencies``, where these are given."""
    received_days: int | None = None
    """Received in the last so many days before the moment."""
    finished_days: int | None = None
    """The finish that holds at the moment came in the last so many days before it."""
    said: tuple[Said, ...] = ()
    """Finished, and the citizens said one of these."""


ALL = Filters()

UNFORWARDED = "BCC"
"""In whose hands a report is that no agency holds: the command center's own."""


@dataclass(frozen=True)
class Chosen(Filters):
    """A few reports by their ids. No screen asks so; it is how roll-ups are set right."""

    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class DeadlinePeriod:
    """From ``valid_from`` on, a report must be acted on or answered within ``limit``.

    ``limit`` is ``None`` for a period in which no deadline was set.
    """

    valid_from: datetime
    limit: timedelta | None


BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""No report is older: an earlier moment in the database is a mistake, and counted as unreadable."""

CITY_RULE = (DeadlinePeriod(BEGINNING, timedelta(hours=24)),)
"""Acted on within 24 hours, or at least answered within them."""


@dataclass(frozen=True)
class Share:
    """``hits`` of ``n`` cases."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1, or ``None`` without cases."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True)
class OnTime:
    """The on-time share and what is left out of it.

    ``met + missed + overdue`` are the reports whose deadline has come.
    """

    met: int
    missed: int
    overdue: int
    not_yet_due: int
    without_deadline: int

    @property
    def reports(self) -> int:
        """All of them, those that are left out of the share too."""
        left_out = self.not_yet_due + self.without_deadline
        return self.met + self.missed + self.overdue + left_out

    @property
    def share(self) -> Share:
        """Met of all whose deadline has come."""
        return Share(self.met, self.met + self.missed + self.overdue)


@dataclass(frozen=True)
class Survival:
    """Median and 90th percentile of a waiting time with open cases censored.

    ``None`` where the curve never gets there; ``n`` counts all cases, ``events`` the ended ones.
    """

    median: timedelta | None
    p90: timedelta | None
    n: int
    events: int


@dataclass(frozen=True)
class KeyFigures:
    """The five numbers at the top of the wall."""

    today: int
    yesterday_by_now: int
    open: int
    overdue: int
    on_time: OnTime
    answer: Survival
    last_report_at: datetime | None
    expected_since_last: float
    """Reports usual between the last one and now, by the same hours of the four weeks before."""
    unreadable: int


@dataclass(frozen=True)
class MonthVolume:
    """One calendar month in WIB; ``complete`` once it is over."""

    month: date
    received: int
    finished: int
    complete: bool

    @property
    def net_flow(self) -> int:
        """Received less finished."""
        return self.received - self.finished


@dataclass(frozen=True)
class AgencyBacklog:
    """Open reports in one agency's hands, by age, and the share of its reports met in time."""

    agency: str
    name: str
    bands: dict[AgeBand, int]
    overdue: int
    on_time: OnTime
    overdue_bands: dict[AgeBand, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """Open reports of every age."""
        return sum(self.bands.values())


@dataclass(frozen=True)
class AgencyYear:
    """Reports forwarded to an agency, by the year of their receipt."""

    agency: str
    name: str
    year: int
    reports: int


@dataclass(frozen=True)
class YearRow:
    """Report x agency escalations of a year of receipt, and how many of them are done."""

    year: int
    reports: int
    escalations: int
    acted: Share
    complete: bool


@dataclass(frozen=True)
class TopReporter:
    """A place in the ranking of reporters. The person stays unknown to the wall."""

    rank: int
    reports: int
    kelurahan: str | None
    recent: tuple[int, ...]
    """Reports in each of the last twelve months, oldest first."""


@dataclass(frozen=True)
class Incidents:
    """Open reports in one cell of the map's grid; the position is the cell's middle."""

    latitude: float
    longitude: float
    kelurahan: str | None
    category: str
    open: int
    overdue: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True)
class KelurahanOpen:
    """Open reports of one kelurahan."""

    code: str
    name: str
    kecamatan: str
    latitude: float | None
    longitude: float | None
    open: int
    overdue: int


@dataclass(frozen=True)
class QueueRow:
    """One open, unanswered report: whose hands it went through, and until when there is time."""

    ticket: str
    category: str
    kelurahan: str | None
    agencies: tuple[str | None, str | None, str | None]
    received: datetime
    due: datetime | None
    state: QueueState


class QueueState(StrEnum):
    """Overdue, still in time, or without a deadline."""

    OVERDUE = "overdue"
    IN_TIME = "in_time"
    NO_DEADLINE = "no_deadline"


@dataclass(frozen=True)
class Queue:
    """The head of the escalation queue, and how long it is in all."""

    overdue: tuple[QueueRow, ...]
    in_time: tuple[QueueRow, ...]
    overdue_total: int
    in_time_total: int


@dataclass(frozen=True)
class Satisfaction:
    """What citizens said of finished reports in a period."""

    satisfied: Share
    coverage: Share
    contradicted: int
    """Reports marked done whose citizen says that they are not."""
    ratings: dict[int, int]


@dataclass(frozen=True)
class Announcement:
    """Government to citizens, while it is valid."""

    title: str
    body: str
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True)
class Facility:
    """A public place."""

    kind: str
    name: str
    address: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class FollowUpCount:
    """Follow-ups of the last 24 hours by what they report."""

    status: Status
    count: int


@dataclass(frozen=True)
class Participation:
    """Use of the service in one month."""

    month: date
    reports: int
    reporters: int
    new_reporters: int
    complete: bool


@dataclass(frozen=True)
class Area:
    """A kecamatan or kelurahan with its label point."""

    code: str
    name: str
    parent: str | None
    latitude: float | None
    longitude: float | None
    area_km2: float | None
