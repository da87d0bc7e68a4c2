"""The published history, February 2017 to May 2019, met to the last report.

Per year: so many reports, so many hops to each agency, and of these hops so many whose report is
done by the end. What is not published is chance; what is, is dealt out like cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from data_access.demo import arrivals, facts, rhythm
from data_access.demo.drafts import Draft
from data_access.demo.facts import HISTORY_END, dice
from data_access.demo.lifecycle import Fate
from data_access.demo.topics import LAMP, TOPICS, Topic, generic

if TYPE_CHECKING:
    import random

_OTHERS = {
    "Dinsos": 28,
    "Polres": 28,
    "Disdik": 27,
    "BPBD": 27,
    "Setdako": 26,
    "Kec. Binjai Utara": 23,
    "Kec. Binjai Timur": 23,
    "Kec. Binjai Kota": 22,
    "Kec. Binjai Barat": 22,
    "Kec. Binjai Selatan": 22,
    "DPMPTSP": 22,
    "RSUD": 18,
    "BPN": 17,
    "Ketapang": 16,
    "P3AM": 14,
    "Bappeda": 14,
    "Inspektorat": 14,
    "BPKAD": 13,
    "BKPSDM": 13,
    "DPPKB": 10,
}
"""Reports forwarded to the agencies that are not among the ten busiest."""


@dataclass(frozen=True)
class _Year:
    first: date
    last: date
    reports: int
    echoes: int
    """Repeats of a dead lamp, closed at the desk."""
    refused: int
    """Closed at the desk for other reasons."""
    done: int
    """Hops whose report is done by the end of the history."""


_YEARS = (
    _Year(date(2017, 2, 24), date(2017, 12, 31), 661, 30, 10, 659),
    _Year(date(2018, 1, 1), date(2018, 12, 31), 584, 28, 8, 576),
    _Year(date(2019, 1, 1), date(2019, 5, 31), 192, 8, 3, 173),
)


def history(seed: int) -> list[Draft]:
    """All drafts of the history, whatever the moment that is looked at."""
    cards = _cards(seed)
    drafts: list[Draft] = []
    for number, year in enumerate(_YEARS):
        drafts += _Dealer(seed, year, cards[number], number == 0).deal()
    _give_to_the_most_active(drafts, dice(seed, "history", "top"))
    return drafts


def _cards(seed: int) -> list[list[str]]:
    """A card for each hop, by year: the agency on it."""
    chance = dice(seed, "history", "cards")
    others = [agency for agency, count in _OTHERS.items() for _ in range(count)]
    chance.shuffle(others)
    cards = []
    for number, (total, _percent) in enumerate(facts.escalations_by_year()):
        known = [
            agency for agency, years in facts.agency_years().items() for _ in range(years[number])
        ]
        rest = total - len(known)
        hand, others = known + others[:rest], others[rest:]
        chance.shuffle(hand)
        cards.append(hand)
    return cards


class _Dealer:
    """Deals one year's hops to one year's reports."""

    def __init__(self, seed: int, year: _Year, cards: list[str], opens: bool) -> None:
        self.seed = seed
        self.year = year
        self.cards = cards
        self.opens = opens
        self.chance = dice(seed, "history", year.first)

    def deal(self) -> list[Draft]:
        """The year's drafts."""
        opening = self._opening() if self.opens else []
        forwarded = self.year.reports - self.year.echoes - self.year.refused - len(opening)
        firsts = [_Card(agency, self.chance) for agency in self.cards[:forwarded]]
        moments = self._moments(forwarded)
        drafts = opening + [
            Draft(self._key("report", place), moment, card.topic, (card.agency,))
            for place, (card, moment) in enumerate(_matched(firsts, moments, self.chance))
        ]
        for agency in self.cards[forwarded:]:
            self._hand_on(agency, drafts[len(opening) :])
        self._settle(drafts)
        return drafts + self._echoes(drafts) + self._refused()

    def _key(self, kind: str, place: int) -> str:
        return f"{self.seed}/{self.year.first}/{kind}/{place}"

    def _opening(self) -> list[Draft]:
        """The first reports of all, as the published list has them."""
        drafts = []
        for place, sample in enumerate(facts.sample_reports()):
            topic = _TOPIC_OF_SAMPLE[place]
            key = self._key("opening", place)
            drafts.append(Draft(key, sample.created, topic, sample.agencies, title=sample.title))
            for agency in sample.agencies:
                self.cards.remove(agency)
        return drafts

    def _moments(self, count: int) -> list[datetime]:
        days = [
            self.year.first + timedelta(days=number)
            for number in range((self.year.last - self.year.first).days + 1)
        ]
        weights = [rhythm.weight(day) * rhythm.pace(day) for day in days]
        chosen = sorted(self.chance.choices(days, weights, k=count))
        return sorted(rhythm.moment_on(day, self.chance, last=19) for day in chosen)

    def _hand_on(self, agency: str, drafts: list[Draft]) -> None:
        """One more hop for a report that it suits and that had time for it."""
        name = generic(agency)
        fitting = [draft for draft in drafts if name in draft.topic.second]
        for pool in (fitting, drafts):
            for draft in self.chance.sample(pool, len(pool)):
                taken = draft.agencies or ()
                if _can_take(draft, agency, taken, self.chance):
                    draft.agencies = (*taken, agency)
                    return
        raise AssertionError("no report is left for a hop")

    def _settle(self, drafts: list[Draft]) -> None:
        """Decide which reports are done by the end: as many hops as were published."""
        left = len(self.cards) + sum(
            len(draft.agencies or ()) for draft in drafts if draft.title is not None
        )
        left -= self.year.done
        weights = {id(draft): _reluctance(draft, self.chance) for draft in drafts}
        for draft in sorted(drafts, key=lambda draft: weights[id(draft)]):
            hops = len(draft.agencies or ())
            if hops <= left:
                left -= hops
                self._leave_undone(draft)
            else:
                draft.fate, draft.done_by = Fate.DONE, HISTORY_END - timedelta(hours=2)
            draft.hops_by = HISTORY_END
            draft.slowness = 1.2

    def _leave_undone(self, draft: Draft) -> None:
        draft.done_after = HISTORY_END
        fates = (Fate.REJECTED, Fate.NEVER, Fate.DONE)
        recent = HISTORY_END - draft.created < timedelta(days=100)
        draft.fate = self.chance.choices(fates, (2, 1, 8) if recent else (8, 2, 0))[0]

    def _echoes(self, drafts: list[Draft]) -> list[Draft]:
        lamps = [
            draft
            for draft in drafts
            if draft.topic is LAMP and draft.created.date() < self.year.last - timedelta(days=6)
        ]
        made: list[Draft] = []
        for parent in self.chance.sample(lamps, len(lamps)):
            count = self.chance.choices((1, 2, 3, 4, 5), (35, 30, 18, 10, 7))[0]
            for place in range(min(count, self.year.echoes - len(made))):
                draft = arrivals.echo(parent, place)
                draft.agencies, draft.fate = (), Fate.DUPLICATE
                made.append(draft)
        return made

    def _refused(self) -> list[Draft]:
        moments = self._moments(self.year.refused)
        topics = self.chance.choices(TOPICS, [topic.weight for topic in TOPICS], k=len(moments))
        return [
            Draft(self._key("refused", place), moment, topic, (), Fate.REFUSED)
            for place, (moment, topic) in enumerate(zip(moments, topics, strict=True))
        ]


class _Card:
    """A first hop and what it may have been about."""

    def __init__(self, agency: str, chance: random.Random) -> None:
        name = generic(agency)
        weights = [topic.weight * topic.first.get(name, 0.0) for topic in TOPICS]
        self.agency = agency
        self.topic = chance.choices(TOPICS, weights)[0]


def _topic(category: str) -> Topic:
    return next(topic for topic in TOPICS if topic.category == category)


_DIGITAL = next(topic for topic in TOPICS if "Diskominfo" in topic.first)

_TOPIC_OF_SAMPLE = (
    _topic("Jalan rusak"),
    _topic("Jalan rusak"),
    _topic("Jalan rusak"),
    _DIGITAL,
    _topic("Keamanan"),
    _topic("Drainase/parit"),
    _topic("Jalan rusak"),
)


def _matched(
    cards: list[_Card], moments: list[datetime], chance: random.Random
) -> list[tuple[_Card, datetime]]:
    """Rain-driven topics get the moments of the wet months, the others what is left."""
    free = list(moments)
    matched = []
    for card in sorted(cards, key=lambda card: -card.topic.wet):
        wet = card.topic.wet
        weights = [rhythm.wetted(wet, rhythm.rain(moment.date())) for moment in free]
        place = chance.choices(range(len(free)), weights)[0]
        matched.append((card, free.pop(place)))
    return sorted(matched, key=lambda pair: pair[1])


def _can_take(draft: Draft, agency: str, taken: tuple[str, ...], chance: random.Random) -> bool:
    if agency in taken or HISTORY_END - draft.created < timedelta(days=7):
        return False
    districts = [name for name in (*taken, agency) if name.startswith("Kec.")]
    if len(districts) > 1:
        return False
    return len(taken) == 1 or (len(taken) == 2 and chance.random() < 0.12)


def _reluctance(draft: Draft, chance: random.Random) -> float:
    """The lower, the sooner it is left undone. The last days' reports can't be done yet."""
    age = (HISTORY_END - draft.created).total_seconds() / 86400
    if age < 1.5:
        return -1.0
    chances = 3.0 if age < 30 else 1.6 if age < 60 else 1.0
    return chance.random() / chances


def _give_to_the_most_active(drafts: list[Draft], chance: random.Random) -> None:
    """The five most active citizens, each over a part of the time."""
    free = [draft for draft in drafts if draft.parent is None and draft.title is None]
    free.sort(key=lambda draft: draft.created)
    for rank, count in enumerate(facts.top_reporters()):
        share = 1.0 if rank == 0 else chance.uniform(0.45, 0.8)
        start = int(len(free) * (1 - share) * chance.random())
        span = [draft for draft in free[start:] if draft.top is None]
        for draft in chance.sample(span[: max(count, int(len(free) * share))], count):
            draft.top = rank
