"""What the review's questions are answered by: the records of the desk pages.

As in ``records``: immutable, free of SQL, moments aware and in UTC, durations ``timedelta``,
shares ``Share`` with their ``n``. No record has a place for a name, a phone number, an address or
an exact position. A report's own words stand in ``ReportRow.title``, ``ReportDetail.title`` and
``body``, and in notes and comments of its events, each ``None`` where the reader has no right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from data_access.records import (
    AgeBand,
    AgencyBacklog,
    Area,
    MonthVolume,
    OnTime,
    Participation,
    Share,
    Status,
    Survival,
)

Row = TypeVar("Row")

# -- lists ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Part of a list: ``rows`` from ``offset`` on, of ``total`` in all.

    ``exact`` is false where counting stopped: there are ``total`` rows or more.
    """

    rows: tuple[Row, ...]
    offset: int
    total: int
    exact: bool = True


class SortKey(StrEnum):
    """What a list of reports may be ordered by."""

    RECEIVED = "received"
    TICKET = "ticket"
    CATEGORY = "category"
    KELURAHAN = "kelurahan"
    KECAMATAN = "kecamatan"
    STATUS = "status"
    LEVEL = "level"
    AGENCY = "agency"
    ANSWERED = "answered"
    FINISHED = "finished"
    DUE = "due"
    AGE = "age"


@dataclass(frozen=True)
class ReportRow:
    """One report in a list, as it was at the moment asked for.

    ``title``, ``category``, ``kelurahan`` and ``kecamatan`` are ``None`` of a confidential report
    for a reader without the right. ``agency`` holds it now, or held it last, ``level`` is the
    highest level it reached (0: never forwarded). ``age`` runs until the finish, if there is one.
    """

    ticket: str
    title: str | None
    category: str | None
    kelurahan: str | None
    kecamatan: str | None
    status: Status
    agency: str | None
    level: int
    received: datetime
    answered: datetime | None
    finished: datetime | None
    due: datetime | None
    overdue: bool
    age: timedelta
    anonymous: bool
    confidential: bool


# -- one report -----------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What happened to a report."""

    RECEIVED = "received"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    RETURNED = "returned"
    FOLLOW_UP = "follow_up"
    FEEDBACK = "feedback"
    FINISHED = "finished"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Event:
    """One thing that happened to a report. What does not belong to its kind is ``None``."""

    kind: EventKind
    at: datetime
    agency: str | None = None
    level: int | None = None
    status: Status | None = None
    """Of a follow-up, a finish, or the finish that a reopening undid."""
    note: str | None = None
    """A follow-up's note or the citizen's comment."""
    satisfied: bool | None = None
    rating: int | None = None


@dataclass(frozen=True)
class Hop:
    """A stretch in one agency's hands: from forwarding to return or the report's finish.

    ``until`` is ``None`` while the agency still holds it; ``held`` then runs to the moment.
    ``answered`` is the agency's own first answer. ``late`` says that the report's deadline passed
    in its hands before anyone had answered.
    """

    level: int
    agency: str
    name: str
    forwarded: datetime
    answered: datetime | None
    until: datetime | None
    held: timedelta
    late: bool


@dataclass(frozen=True)
class MaskedReporter:
    """The reporter without a name: the ``number``-th of the kelurahan, with ``reports`` so far.

    The number counts the reporters of a kelurahan in the order in which they are kept; anonymous
    and confidential reports do not count among ``reports``.
    """

    number: int
    kelurahan: str | None
    reports: int


@dataclass(frozen=True)
class SimilarReport:
    """A report of the same category near by: within 150 m and 30 days.

    ``within_m`` is the distance rounded up to 50 m, so that no position can be worked out.
    """

    ticket: str
    status: Status
    received: datetime
    within_m: int


@dataclass(frozen=True)
class Similar:
    """Similar reports, nearest in time first; ``repeated`` counts the same person's, not shown."""

    reports: tuple[SimilarReport, ...]
    repeated: int


@dataclass(frozen=True)
class ReportDetail:
    """One report from its receipt to its finish, as it was at the moment asked for."""

    row: ReportRow
    body: str | None
    events: tuple[Event, ...]
    hops: tuple[Hop, ...]
    reporter: MaskedReporter | None
    """``None`` of an anonymous report, or of a confidential one without the right."""
    latitude: float | None
    """Middle of the map's cell that the report lies in (about 280 m), as is ``longitude``."""
    longitude: float | None
    duplicate_of: str | None
    duplicates: tuple[str, ...]
    similar: Similar
    first_hop: timedelta | None
    """From receipt to the first forwarding."""


# -- time and shares ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: of the cases, the share still waiting after each time.

    ``seconds`` and ``waiting`` are of one length and begin with (0, 1); the share falls at each
    of the seconds and stays until the next. ``last_s`` is the longest time that any case was
    seen, open ones included: the curve says nothing after it.
    """

    survival: Survival
    seconds: tuple[float, ...]
    waiting: tuple[float, ...]
    last_s: float


class Position(StrEnum):
    """Where an agency's share lies against the city's own, by the funnel's limits."""

    TOO_FEW = "too_few"
    FAR_BELOW = "far_below"
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    FAR_ABOVE = "far_above"


@dataclass(frozen=True)
class Standing:
    """A share beside what chance alone makes of the city's own share in as many cases.

    ``interval`` is Wilson's, 95 %. ``limits_95`` and ``limits_998`` are the funnel's: exact
    binomial limits around ``expected``. ``enough`` is false below ten cases:
    "belum cukup data".
    """

    share: Share
    interval: tuple[float, float] | None
    expected: Share
    limits_95: tuple[float, float] | None
    limits_998: tuple[float, float] | None
    position: Position

    @property
    def enough(self) -> bool:
        """Whether there are cases enough to say anything."""
        return self.position is not Position.TOO_FEW


# -- figures --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeedbackRow:
    """What the citizens say of finished reports: of the city, one agency or one category.

    ``coverage`` is reports with feedback of those finished, ``satisfied`` of the feedbacks given,
    ``contradicted`` of the reports that are done and have feedback those whose citizen says that
    they are not.
    """

    name: str
    satisfied: Share
    interval: tuple[float, float] | None
    coverage: Share
    contradicted: Share
    ratings: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedbackReview:
    """The agencies' claims against the citizens' answers."""

    city: FeedbackRow
    agencies: tuple[FeedbackRow, ...]
    categories: tuple[FeedbackRow, ...]


@dataclass(frozen=True)
class GroupRow:
    """Reports of one category, kelurahan, kecamatan or agency.

    ``received`` counts the filters' period, as does ``on_time``; ``open`` and ``overdue`` are the
    backlog of these reports. ``code`` is the place's, or the name itself.
    """

    code: str
    name: str
    received: int
    open: int
    overdue: int
    finished: int
    on_time: OnTime
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class MonthRow:
    """A month of receipt: what came, what left, and how the month's reports were met.

    ``complete`` once the month is over, ``all_due`` once each of its reports with a deadline has
    come due: until then its share may still change.
    """

    volume: MonthVolume
    on_time: OnTime
    acted: Share

    @property
    def all_due(self) -> bool:
        """Whether no report of the month still has time."""
        return self.volume.complete and not self.on_time.not_yet_due


@dataclass(frozen=True)
class RelayLevel:
    """The hops of one level: how long they were held, and waited for the agency's answer.

    ``held`` ends with the return or the report's finish; ``answer`` ends with the agency's own
    answer or the finish. Hops under way are censored, as are unanswered ones at their return.
    """

    level: int
    hops: int
    returned: Share
    held: Survival
    answer: Survival


@dataclass(frozen=True)
class Relay:
    """How reports go from hand to hand."""

    first_hop: Survival
    """From receipt to the first forwarding; what was never forwarded is censored."""
    hops: dict[int, int]
    """Reports by number of hops, from 0 on."""
    levels: tuple[RelayLevel, ...]


@dataclass(frozen=True)
class AgencyReview:
    """One agency's page. Reports count that were ever forwarded to it; ``backlog`` is in hand."""

    agency: str
    name: str
    kind: str
    months: tuple[MonthRow, ...]
    backlog: AgencyBacklog
    on_time: Standing
    acted: Standing
    answer: Curve
    finish: Curve
    categories: tuple[GroupRow, ...]
    places: tuple[GroupRow, ...]
    relay: Relay
    """This agency's hops only, by the level at which it had them."""
    feedback: FeedbackRow
    oldest: tuple[ReportRow, ...]


@dataclass(frozen=True)
class AgencyComparison:
    """One agency beside the city's own shares; agencies come in alphabetical order."""

    agency: str
    name: str
    on_time: Standing
    acted: Standing
    satisfied: Standing


@dataclass(frozen=True)
class Trend:
    """Whether use falls: the last twelve complete months against the twelve before.

    ``falling`` where the count fell by more than chance makes (95 %: the fall is more than 1.96
    times the square root of both counts' sum). ``since`` is the first month of the unbroken run,
    up to the last complete month, in which the mean of three months lies below the same three a
    year before; ``None`` where the last one does not. ``change`` is ``None`` without an earlier
    year.
    """

    last_12: int
    before_12: int
    change: float | None
    falling: bool
    since: date | None


@dataclass(frozen=True)
class KelurahanUse:
    """Use of the service in one kelurahan; per 10,000 people a year where they are known."""

    code: str
    name: str
    kecamatan: str
    population: int | None
    months: tuple[Participation, ...]
    trend: Trend
    per_10_000: float | None


@dataclass(frozen=True)
class PlaceReview:
    """The page of a kecamatan or a kelurahan."""

    area: Area
    level: str
    population: int | None
    months: tuple[MonthRow, ...]
    figures: PeriodFigures
    bands: dict[AgeBand, int]
    answer: Curve
    finish: Curve
    categories: tuple[GroupRow, ...]
    agencies: tuple[GroupRow, ...]
    kelurahan: tuple[GroupRow, ...]
    """A kecamatan's; empty of a kelurahan."""
    participation: tuple[Participation, ...]
    trend: Trend
    feedback: FeedbackRow


@dataclass(frozen=True)
class PeriodFigures:
    """The key figures of the reports that the filters ask for."""

    as_of: datetime
    received: int
    finished: int
    open: int
    overdue: int
    on_time: OnTime
    acted: Share
    answer: Survival
    satisfied: Share
    coverage: Share


@dataclass(frozen=True)
class Comparison:
    """Key figures of the period shown and of the one that it is compared with."""

    shown: PeriodFigures
    other: PeriodFigures
