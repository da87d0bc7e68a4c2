"""Numbers, dates and durations the Indonesian way (id_ID, WIB)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from data_access.records import WIB, Share

LOCALE = "id_ID"
NOTHING = "–"


@lru_cache(4096)
def number(value: float, digits: int = 0) -> str:
    """1.437, or 4,5 with one digit."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=LOCALE)


def percent(share: Share) -> str:
    """Whole percent, "78 %"; a dash where there is nothing to divide by."""
    return NOTHING if share.value is None else f"{number(share.value * 100)}\u00a0%"


def long_date(moment: datetime) -> str:
    """Senin, 23 November 2026."""
    return format_date(moment.astimezone(WIB), "EEEE, d MMMM y", locale=LOCALE)


def short_date(day: date | datetime) -> str:
    """23 Nov 2026."""
    if isinstance(day, datetime):
        day = day.astimezone(WIB)
    return format_date(day, "d MMM y", locale=LOCALE)


def month_name(month: date) -> str:
    """November."""
    return format_date(month, "MMMM", locale=LOCALE)


@lru_cache(512)
def month_short(month: date) -> str:
    """Nov."""
    return format_date(month, "MMM", locale=LOCALE)


def month_label(month: date, complete: bool) -> str:
    """Nov 2026; one that is not over says that it runs."""
    label = f"{month_short(month)} {month.year}"
    return label if complete else f"{label} berjalan"


def clock(moment: datetime) -> str:
    """14.05."""
    return moment.astimezone(WIB).strftime("%H.%M")


def when(moment: datetime, now: datetime) -> str:
    """14.05 today, else the date with the time."""
    if moment.astimezone(WIB).date() == now.astimezone(WIB).date():
        return clock(moment)
    return f"{short_date(moment)}, {clock(moment)}"


def duration(span: timedelta) -> str:
    """The two digits that matter: 14 mnt, 5 j 20 mnt, 3 hari, 212 hari."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)}\u00a0mnt"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours}\u00a0j {rest:02d}\u00a0mnt"
    return f"{number(minutes // (24 * 60))}\u00a0hari"


def countdown(span: timedelta) -> str:
    """Hours and minutes that are left: 3.07 for three hours and seven minutes."""
    minutes = max(int(span.total_seconds() // 60), 0)
    return f"{minutes // 60}.{minutes % 60:02d}"


def short_agency(abbreviation: str) -> str:
    """Without the city's own name, which says nothing on its own wall."""
    return abbreviation.replace("Binjai ", "")


def short_category(name: str) -> str:
    """Without what stands in brackets."""
    return name.split(" (", maxsplit=1)[0]
