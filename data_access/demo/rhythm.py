"""When the city reports: years, seasons, feasts, weekdays, hours. All of it in WIB."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from data_access.records import WIB

if TYPE_CHECKING:
    import random

IDUL_FITRI = (
    date(2017, 6, 25),
    date(2018, 6, 15),
    date(2019, 6, 5),
    date(2020, 5, 24),
    date(2021, 5, 13),
    date(2022, 5, 2),
    date(2023, 4, 22),
    date(2024, 4, 10),
    date(2025, 3, 31),
    date(2026, 3, 21),
    date(2027, 3, 10),
)

_QUIET_DAYS = {(1, 1), (5, 1), (8, 17), (12, 25)}

_PACE = (
    (date(2017, 1, 1), 68.0),
    (date(2018, 1, 1), 52.0),
    (date(2019, 1, 1), 40.0),
    (date(2019, 6, 1), 43.0),
    (date(2020, 3, 1), 42.0),
    (date(2020, 5, 1), 25.0),
    (date(2021, 8, 1), 25.0),
    (date(2022, 1, 1), 38.0),
    (date(2023, 1, 1), 72.0),
    (date(2024, 1, 1), 112.0),
    (date(2025, 1, 1), 152.0),
    (date(2025, 7, 1), 172.0),
    (date(2027, 1, 1), 184.0),
)
"""Reports a month; in between the pace changes evenly."""

_WEEKDAY = (1.14, 1.08, 1.04, 1.02, 0.94, 0.92, 0.86)

_HOUR = (
    0.10, 0.06, 0.05, 0.05, 0.12, 0.45, 1.00, 1.75, 2.05, 1.90, 1.45, 1.15,
    0.95, 0.95, 1.00, 1.05, 1.10, 1.15, 1.20, 1.70, 1.75, 1.30, 0.65, 0.25,
)  # fmt: skip

_RAIN = (0.75, 0.55, 0.65, 0.85, 0.95, 0.7, 0.75, 0.95, 1.4, 1.75, 1.65, 1.4)
"""Rain on Binjai by month: the wet season peaks from September to December."""

DAYS_A_MONTH = 30.44
DAY = timedelta(days=1)


def pace(day: date) -> float:
    """Reports a month usual at that time."""
    before = _PACE[0]
    for after in _PACE:
        if day < after[0]:
            share = (day - before[0]) / (after[0] - before[0]) if after is not before else 0.0
            return before[1] + share * (after[1] - before[1])
        before = after
    return before[1]


def rain(day: date) -> float:
    """How wet the month is, 1 on average."""
    return _RAIN[day.month - 1]


def wetted(wet: float, rain: float) -> float:
    """How much more of a trouble there is in such rain, if rain drives it so far."""
    return 1 - wet + wet * math.pow(rain, 1.3)


def feast(day: date) -> float:
    """How much of the usual is left in Ramadan, at Lebaran and on quiet days."""
    for idul_fitri in IDUL_FITRI:
        days = (day - idul_fitri).days
        if -2 <= days <= 5:
            return 0.45
        if -29 <= days < -2:
            return 0.85
    return 0.65 if (day.month, day.day) in _QUIET_DAYS else 1.0


def weight(day: date) -> float:
    """How busy a day is beside the average one of its month."""
    return _WEEKDAY[day.weekday()] * feast(day) * (0.93 + 0.07 * rain(day))


def moment_on(day: date, chance: random.Random, first: int = 0, last: int = 23) -> datetime:
    """A moment of a day, by the hours in which people write."""
    hour = chance.choices(range(first, last + 1), _HOUR[first : last + 1])[0]
    return datetime(
        day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60), tzinfo=WIB
    )


def poisson(mean: float, chance: random.Random) -> int:
    """A count of independent things."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def office_hours(moment: datetime, chance: random.Random) -> datetime:
    """The same moment, or the next morning where nobody would act at that hour."""
    local = moment.astimezone(WIB)
    if 7 <= local.hour < 21 or chance.random() < 0.2:
        return moment
    morning = local.replace(hour=7, minute=0, second=0)
    if local.hour >= 21:
        morning += timedelta(days=1)
    return morning + timedelta(seconds=chance.randrange(150 * 60))


def clean_up(created: datetime) -> datetime:
    """The January day on which the BCC closes what has been open for more than a year."""
    year = (created + timedelta(days=365)).astimezone(WIB)
    day = datetime(year.year, 1, 14, 10, 0, tzinfo=WIB)
    if day < year:
        day = day.replace(year=year.year + 1)
    if day.weekday() >= 5:
        day += timedelta(days=7 - day.weekday())
    return day
