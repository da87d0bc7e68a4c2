"""What is reported after the published history: day by day, without an end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from data_access.demo import rhythm
from data_access.demo.drafts import Draft
from data_access.demo.facts import dice
from data_access.demo.lifecycle import Fate
from data_access.demo.topics import LAMP, TOPICS, Topic
from data_access.records import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_DAY = date(2019, 6, 1)

_ECHO = 1.075
"""Reports in all for each one that is not an echo of a dead lamp already reported."""

_REGISTERED_BEFORE = timedelta(hours=3)
"""A citizen may have registered today whose first report comes after midnight."""

_STEADY_SINCE = date(2023, 1, 1)
_STEADY_LEAST = 3
"""So much used, the service has reports every day, and the first of them early."""

_FAITHFUL = 0.045
_FAITHFUL_WEIGHTS = (30, 25, 20, 15, 10)

CLUSTER = 0.15
"""How often a dead lamp is reported by several people."""


def arrivals(seed: int, until: datetime) -> Iterator[Draft]:
    """All drafts from June 2019 on, a little further than ``until``."""
    last = (until + _REGISTERED_BEFORE).astimezone(WIB).date()
    for number in range((last - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=number)
        for place, moment in enumerate(_moments(seed, day)):
            key = f"{seed}/{day}/{place}"
            topic = pick_topic(day, key)
            draft = Draft(key, moment, topic, top=_faithful(key), slowness=_slowness(day))
            yield draft
            yield from echoes(draft)


def _faithful(key: str) -> int | None:
    """Place of the sender among the most active of the early years: they go on, calmer."""
    chance = dice(key, "faithful")
    return chance.choices(range(5), _FAITHFUL_WEIGHTS)[0] if chance.random() < _FAITHFUL else None


def echoes(draft: Draft) -> Iterator[Draft]:
    """The same dead lamp, reported by others within a few days."""
    if draft.topic is not LAMP:
        return
    chance = dice(draft.key, "echo")
    if chance.random() > CLUSTER:
        return
    count = chance.choices((1, 2, 3, 4, 5), (30, 30, 20, 12, 8))[0]
    for place in range(count):
        yield echo(draft, place)


def echo(draft: Draft, place: int) -> Draft:
    """One more report of the same trouble."""
    chance = dice(draft.key, "echo", place)
    wait = timedelta(minutes=round(min(25 + 60 * 30 * chance.expovariate(1), 60 * 24 * 5)))
    return Draft(
        f"{draft.key}/echo{place}",
        rhythm.office_hours(draft.created + wait, chance),
        LAMP,
        fate=Fate.DUPLICATE if chance.random() < 0.82 else None,
        parent=draft,
        slowness=draft.slowness,
    )


def pick_topic(day: date, key: str) -> Topic:
    """What people write about in that season."""
    return dice(key, "topic").choices(TOPICS, cum_weights=_season(rhythm.rain(day)))[0]


@cache
def _season(rain: float) -> tuple[float, ...]:
    return tuple(accumulate(topic.weight * rhythm.wetted(topic.wet, rain) for topic in TOPICS))


def _moments(seed: int, day: date) -> list[datetime]:
    chance = dice(seed, day)
    mean = rhythm.pace(day) / rhythm.DAYS_A_MONTH / _ECHO * rhythm.weight(day)
    count = rhythm.poisson(mean, chance)
    if day < _STEADY_SINCE:
        return sorted(rhythm.moment_on(day, chance) for _ in range(count))
    count = max(count, _STEADY_LEAST)
    early = rhythm.moment_on(day, chance, first=5, last=9)
    return sorted([early, *(rhythm.moment_on(day, chance) for _ in range(count - 1))])


def _slowness(day: date) -> float:
    if day < date(2022, 1, 1):
        return 1.5
    return 1.2 if day < date(2024, 6, 1) else 1.0
