"""What becomes of a report: hops, answers, finishes, reopenings, feedback.

A life is drawn whole, into the future; the database shows the part of it that has happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from data_access.demo import rhythm, words
from data_access.records import Status

if TYPE_CHECKING:
    import random

    from data_access.demo.topics import Topic


class Fate(Enum):
    """How a report ends."""

    DONE = "an agency does it"
    REJECTED = "an agency declines"
    REFUSED = "the BCC operator closes it without forwarding"
    DUPLICATE = "an earlier report says the same"
    FORGOTTEN = "nobody answers for weeks or months"
    NEVER = "nobody ever answers, until the clean-up"


@dataclass(frozen=True)
class Habit:
    """How an agency works."""

    late: float
    """How often the first answer comes after 24 hours."""
    hours: float
    """Median hours to an answer in time."""
    forgets: float
    """How often a report lies for weeks."""


_USUAL = Habit(late=0.11, hours=3.4, forgets=0.029)

HABITS = {
    "Perkim": Habit(late=0.17, hours=4.6, forgets=0.046),
    "PUTR": Habit(late=0.23, hours=5.6, forgets=0.071),
    "DLH": Habit(late=0.10, hours=3.2, forgets=0.017),
    "Dishub": Habit(late=0.12, hours=3.6, forgets=0.025),
    "PDAM": Habit(late=0.08, hours=2.6, forgets=0.017),
    "PLN": Habit(late=0.06, hours=2.0, forgets=0.008),
    "Satpol PP": Habit(late=0.13, hours=3.8, forgets=0.034),
    "Disdukcapil": Habit(late=0.02, hours=1.8, forgets=0.004),
    "Dinkes": Habit(late=0.06, hours=2.6, forgets=0.013),
    "Diskominfo": Habit(late=0.03, hours=1.6, forgets=0.004),
    "BPBD": Habit(late=0.06, hours=1.8, forgets=0.017),
    "BPN": Habit(late=0.25, hours=7.0, forgets=0.105),
}


def habit(agency: str) -> Habit:
    """How an agency works; most of them work alike."""
    return HABITS.get(agency, _USUAL)


@dataclass
class Hop:
    """A stretch in one agency's hands."""

    agency: str
    forwarded: datetime
    answered: datetime | None = None
    returned: datetime | None = None


@dataclass
class Action:
    """A follow-up; without an agency it is the BCC operator's."""

    agency: str | None
    status: Status
    note: str
    at: datetime


@dataclass
class Finish:
    """A finish, and when it was undone."""

    status: Status
    at: datetime
    reopened: datetime | None = None


@dataclass
class Opinion:
    """What the citizen says of a finish."""

    satisfied: bool
    rating: int
    comment: str | None
    at: datetime


@dataclass
class Life:
    """All that ever happens to a report, each list in order of time."""

    created: datetime
    hops: list[Hop] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    finishes: list[Finish] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)

    def answered_at(self) -> datetime | None:
        """First answer or action of anyone."""
        return self.actions[0].at if self.actions else None

    def finish(self) -> Finish | None:
        """The finish that holds at the end of this life."""
        last = self.finishes[-1] if self.finishes else None
        return last if last is not None and last.reopened is None else None

    def status(self) -> Status:
        """Where the report stands at the end of this life."""
        finish = self.finish()
        if finish is not None:
            return finish.status
        if self.actions:
            return Status.ANSWERED
        return Status.ESCALATED if self.hops else Status.RECEIVED

    def until(self, moment: datetime) -> Life:
        """The part of this life that has happened by a moment."""

        def past(when: datetime | None) -> datetime | None:
            return when if when is not None and when <= moment else None

        return Life(
            self.created,
            [
                Hop(hop.agency, hop.forwarded, past(hop.answered), past(hop.returned))
                for hop in self.hops
                if hop.forwarded <= moment
            ],
            [action for action in self.actions if action.at <= moment],
            [
                Finish(finish.status, finish.at, past(finish.reopened))
                for finish in self.finishes
                if finish.at <= moment
            ],
            [opinion for opinion in self.opinions if opinion.at <= moment],
        )

    def squeezed(self, limit: datetime) -> Life:
        """The same life lived faster, so that its last finish comes before a limit."""
        last = max(finish.at for finish in self.finishes)
        if last <= limit:
            return self
        pace = 0.97 * (limit - self.created) / (last - self.created)

        def sooner(when: datetime) -> datetime:
            return self.created + timedelta(
                seconds=round((when - self.created).total_seconds() * pace)
            )

        def maybe(when: datetime | None) -> datetime | None:
            return None if when is None else sooner(when)

        return Life(
            self.created,
            [
                Hop(hop.agency, sooner(hop.forwarded), maybe(hop.answered), maybe(hop.returned))
                for hop in self.hops
            ],
            [replace(action, at=sooner(action.at)) for action in self.actions],
            [
                Finish(finish.status, sooner(finish.at), maybe(finish.reopened))
                for finish in self.finishes
            ],
            [replace(opinion, at=sooner(opinion.at)) for opinion in self.opinions],
        )


@dataclass(frozen=True)
class Case:
    """What is settled about a report before its life is drawn."""

    created: datetime
    topic: Topic
    agencies: tuple[str, ...]
    """The hops that it will take, at most three."""
    fate: Fate
    original: str = ""
    """Ticket of the report that this one repeats."""
    done_by: datetime | None = None
    """It must be done by then."""
    done_after: datetime | None = None
    """It must not be done before."""
    hops_by: datetime | None = None
    """All hops must have been taken by then."""
    slowness: float = 1.0
    """How much later than usual the times are."""


_DRAWS = 12


def live(case: Case, chance: random.Random) -> Life:
    """Draw a life."""
    life = _drawn(case, chance)
    if case.done_by is not None:
        for _ in range(_DRAWS):
            if life.finishes[-1].at <= case.done_by:
                break
            life = _drawn(case, chance)
        life = life.squeezed(case.done_by)
    return _cleaned_up(life)


def _drawn(case: Case, chance: random.Random) -> Life:
    life = Life(case.created)
    if case.agencies:
        _relay(life, case, chance)
        _work(life, case, chance)
    else:
        _close_at_the_desk(life, case, chance)
    return life


def _minutes(median: float, spread: float, chance: random.Random) -> timedelta:
    return timedelta(seconds=round(median * 60 * chance.lognormvariate(0, spread)))


def _between(low_hours: float, high_hours: float, chance: random.Random) -> timedelta:
    return timedelta(seconds=round(3600 * chance.uniform(low_hours, high_hours)))


def _close_at_the_desk(life: Life, case: Case, chance: random.Random) -> None:
    at = case.created + min(_minutes(75, 0.9, chance), timedelta(hours=20))
    if case.fate is Fate.DUPLICATE:
        _end(life, None, Status.DUPLICATE, words.duplicate_note(case.original), at)
    else:
        _end(life, None, Status.REJECTED, words.refusal_note(chance), at)


def _end(life: Life, agency: str | None, status: Status, note: str, at: datetime) -> None:
    life.actions.append(Action(agency, status, note, at))
    life.finishes.append(Finish(status, at))
    for hop in life.hops:
        if hop.agency == agency and hop.answered is None:
            hop.answered = at


def _relay(life: Life, case: Case, chance: random.Random) -> None:
    """Forward it; each hop but the last is handed back or asks for support."""
    wait = rhythm.office_hours(case.created, chance) - case.created
    if chance.random() < 0.8:
        wait = timedelta(0)  # the desk is staffed around the clock
    wait += max(timedelta(minutes=3), min(_minutes(32, 0.8, chance), timedelta(hours=5)))
    if case.hops_by is not None:
        wait = min(wait, (case.hops_by - case.created) * 0.8)
    at = case.created + timedelta(seconds=int(wait.total_seconds()))
    for place, agency in enumerate(case.agencies, 1):
        hop = Hop(agency, at)
        life.hops.append(hop)
        if place == len(case.agencies):
            break
        stop = rhythm.office_hours(at + _between(0.7, 14, chance), chance)
        if chance.random() < 0.65:
            hop.returned = stop
        else:
            hop.answered = stop
            note = words.support_note(case.agencies[place])
            life.actions.append(Action(agency, Status.ANSWERED, note, stop))
        at = stop + _between(0.1, 1.5, chance)


def _work(life: Life, case: Case, chance: random.Random) -> None:
    if case.fate is Fate.NEVER:
        return
    last = life.hops[-1]
    if case.fate is not Fate.FORGOTTEN and chance.random() < 0.04 and not life.actions:
        at = last.forwarded + _between(0.02, 0.5, chance)
        life.actions.append(Action(None, Status.ANSWERED, words.desk_note(chance), at))
    answer = max(_answer_moment(case, last, chance), last.forwarded + timedelta(minutes=4))
    if life.actions:
        answer = max(answer, life.actions[-1].at + timedelta(minutes=5))
    if case.fate is Fate.DUPLICATE:
        note = words.duplicate_note(case.original)
        _end(life, last.agency, Status.DUPLICATE, note, answer)
    elif case.fate is Fate.REJECTED:
        _end(life, last.agency, Status.REJECTED, words.refusal_note(chance), answer)
    else:
        _finish(life, case, answer, chance)
    _listen(life, case, chance)


def _answer_moment(case: Case, last: Hop, chance: random.Random) -> datetime:
    if case.fate is Fate.FORGOTTEN:
        return last.forwarded + timedelta(days=45) + _between(0, 24 * 345, chance)
    usual = habit(last.agency)
    start = case.created if len(case.agencies) == 1 else last.forwarded
    if chance.random() < usual.late * case.slowness:
        return rhythm.office_hours(case.created + _late_by(chance), chance)
    answer = start + _minutes(usual.hours * 60, 0.75, chance)
    answer = rhythm.office_hours(answer, chance)
    return min(answer, start + timedelta(hours=20) + _between(0, 3.9, chance))


def _late_by(chance: random.Random) -> timedelta:
    if chance.random() < 0.68:
        return _between(24.2, 90, chance)
    return _between(80, 24 * 34, chance)


def _finish(life: Life, case: Case, answer: datetime, chance: random.Random) -> None:
    agency = life.hops[-1].agency
    waits = case.done_after is not None and answer <= case.done_after
    if chance.random() < 0.3 and not waits:
        _end(life, agency, Status.DONE, words.done_note(case.topic, chance), answer)
        return
    life.hops[-1].answered = answer
    life.actions.append(Action(agency, Status.ANSWERED, words.answer_note(chance), answer))
    at = answer + _work_time(case.topic, chance)
    if case.done_after is not None and at <= case.done_after:
        at = case.done_after + _between(2, 24 * 50, chance)
    at = max(rhythm.office_hours(at, chance), answer + timedelta(minutes=10))
    _end(life, agency, Status.DONE, words.done_note(case.topic, chance), at)


def _work_time(topic: Topic, chance: random.Random) -> timedelta:
    if chance.random() < topic.slow:
        return _between(24 * 30, 24 * 360, chance)
    return min(_minutes(60 * 62, 0.95, chance), timedelta(days=45))


def _listen(life: Life, case: Case, chance: random.Random) -> None:
    """Feedback, and the reopening that it may lead to."""
    if chance.random() > 0.35:
        return
    finish = life.finishes[-1]
    done = finish.status is Status.DONE
    said = _say(life, finish.at, 0.79 if done else 0.4, chance)
    if said.satisfied or not done or case.done_after is not None or chance.random() > 0.3:
        return
    finish.reopened = rhythm.office_hours(said.at + _between(0.2, 20, chance), chance)
    agency = life.hops[-1].agency
    at = rhythm.office_hours(finish.reopened + _between(20, 24 * 30, chance), chance)
    _end(life, agency, Status.DONE, words.done_note(case.topic, chance), at)
    if chance.random() < 0.4:
        _say(life, at, 0.85, chance)


def _say(life: Life, after: datetime, likely: float, chance: random.Random) -> Opinion:
    satisfied = chance.random() < likely
    rating, comment = words.opinion(satisfied, chance)
    at = after + _between(0.5, 110, chance)
    life.opinions.append(Opinion(satisfied, rating, comment, at))
    return life.opinions[-1]


def _cleaned_up(life: Life) -> Life:
    """Closed in January if it has been open for more than a year."""
    day = rhythm.clean_up(life.created) + timedelta(minutes=life.created.second)
    if life.finishes and (life.finishes[-1].at <= day or life.until(day).finish() is not None):
        return life
    kept = life.until(day)
    _end(kept, None, Status.REJECTED, words.OLD_REPORT, day)
    return kept
