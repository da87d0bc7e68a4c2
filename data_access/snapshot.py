"""Everything that the wall shows, asked at one moment.

Each panel's question is asked on its own: where one fails, its last good answer stays, with the
moment it was true at, and the others go on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from data_access.errors import DataUnavailable, Reason
from data_access.records import (
    AgencyBacklog,
    Announcement,
    FollowUpCount,
    Incidents,
    KelurahanOpen,
    KeyFigures,
    MonthVolume,
    Participation,
    Queue,
    Satisfaction,
    TopReporter,
    YearRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from data_access.reports import Reports

Value = TypeVar("Value")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer(Generic[Value]):
    """A panel's answer and the moment it was true at; ``late`` where a newer one failed."""

    value: Value | None
    as_of: datetime | None
    late: bool = False


NEVER: Answer[Any] = Answer(None, None, late=True)


@dataclass(frozen=True)
class Snapshot:
    """The wall's answers at one moment."""

    as_of: datetime
    key_figures: Answer[KeyFigures]
    volume: Answer[tuple[MonthVolume, ...]]
    backlog: Answer[tuple[AgencyBacklog, ...]]
    years: Answer[tuple[YearRow, ...]]
    reporters: Answer[tuple[TopReporter, ...]]
    participation: Answer[tuple[Participation, ...]]
    kelurahan: Answer[tuple[KelurahanOpen, ...]]
    incidents: Answer[tuple[Incidents, ...]]
    queue: Answer[Queue]
    feedback: Answer[Satisfaction]
    follow_ups: Answer[tuple[FollowUpCount, ...]]
    announcements: Answer[tuple[Announcement, ...]]

    @property
    def answers(self) -> dict[str, Answer[Any]]:
        """The answers by name."""
        return {name: getattr(self, name) for name in QUESTIONS}

    @property
    def failed(self) -> bool:
        """Whether no question at all was answered this time."""
        return all(answer.late for answer in self.answers.values())


REPORTER_ROWS = 16
QUEUE_ROWS = 24
"""As many as a whole canvas can show, of the overdue and of those in time."""

QUESTIONS: dict[str, Callable[[Reports, datetime], Any]] = {
    "key_figures": lambda reports, as_of: reports.key_figures(as_of),
    "volume": lambda reports, as_of: reports.monthly_volume(as_of),
    "backlog": lambda reports, as_of: reports.open_by_agency(as_of),
    "years": lambda reports, as_of: reports.year_table(as_of),
    "reporters": lambda reports, as_of: reports.top_reporters(as_of, limit=REPORTER_ROWS),
    "participation": lambda reports, as_of: reports.participation(as_of),
    "kelurahan": lambda reports, as_of: reports.open_by_kelurahan(as_of),
    "incidents": lambda reports, as_of: reports.open_incidents(as_of),
    "queue": lambda reports, as_of: reports.escalation_queue(as_of, limit=QUEUE_ROWS),
    "feedback": lambda reports, as_of: reports.satisfaction(as_of),
    "follow_ups": lambda reports, as_of: reports.follow_ups(as_of),
    "announcements": lambda reports, as_of: reports.announcements(as_of),
}


URGENT = ("key_figures", "queue", "backlog", "incidents", "kelurahan")
"""What a new report changes first; the rest, which looks far back, can follow a moment later."""

NO_DATABASE = frozenset({Reason.ABSENT, Reason.MISSING, Reason.EXHAUSTED})
"""With these, the next question would only wait as long for nothing."""


def take_snapshot(
    reports: Reports,
    as_of: datetime,
    previous: Snapshot | None = None,
    names: Collection[str] = tuple(QUESTIONS),
) -> Snapshot:
    """Ask questions as of a moment; a failed one keeps its previous answer, marked late.

    Questions that are not among ``names`` keep their previous answer as it is.
    """
    answers = dict(previous.answers) if previous else dict.fromkeys(QUESTIONS, NEVER)
    gone = False
    for name in names:
        try:
            if not gone:
                answers[name] = Answer(QUESTIONS[name](reports, as_of), as_of)
                continue
        except DataUnavailable as error:
            log.warning("panel %s could not be read: %s", name, error)
            gone = error.reason in NO_DATABASE
        answers[name] = replace(answers[name], late=True)
    return Snapshot(as_of=as_of, **answers)
