"""What every page is drawn with: address, moment, language, theme and rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_decimal

from data_access.disclosure import SMALL, coarse, is_small, told, told_share
from data_access.periods import month_span
from data_access.records import WIB, Share, Status
from layouts.review.address import QUEUE, REPORT, SEARCH, Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from data_access.records import Filters, Survival
    from data_access.rights import Rights
    from layouts.palette import Theme

LOCALES = {"id": "id_ID", "en": "en_GB"}
NOTHING = "–"
OF_REPORTS = frozenset({QUEUE, REPORT, SEARCH})
"""Pages that show reports one by one."""

OPEN = (Status.RECEIVED.value, Status.ESCALATED.value, Status.ANSWERED.value)


@dataclass(frozen=True)
class Desk:
    """Who looks at what, when, and in which language and colours."""

    address: Address
    as_of: datetime
    now: datetime
    filters: Filters
    rights: Rights
    theme: Theme
    language: str
    gettext: Callable[[str], str]
    user_name: str = ""
    places: tuple[tuple[str, str], ...] = ()
    """Names of kecamatan and kelurahan by code."""

    # -- words ----------------------------------------------------------------------------------

    def t(self, text: str, /, **values: object) -> str:
        """The text in the desk's language, with its values."""
        found = self.gettext(text)
        return found.format(**values) if values else found

    @property
    def locale(self) -> str:
        """For Babel."""
        return LOCALES[self.language]

    @property
    def separators(self) -> str:
        """For Plotly: decimal sign, then the one between thousands."""
        return ",." if self.language == "id" else ".,"

    @property
    def present(self) -> bool:
        """Whether the page shows the present and not some past moment."""
        return self.address.value("as_of") is None

    # -- numbers --------------------------------------------------------------------------------

    def hidden(self, value: int) -> bool:
        """Whether a count is too small to be told to this reader."""
        return self.rights.suppress_small and is_small(value)

    def count(self, value: int) -> str:
        """A count of reports or people, as this reader may know it."""
        return f"< {SMALL}" if self.hidden(value) else self.number(self.drawn(value))

    def number(self, value: float, digits: int = 0) -> str:
        """1.437, or 4,5 with one digit."""
        return _decimal(round(float(value), digits), digits, self.locale)

    def drawn(self, value: int) -> int:
        """A count as pictures may show it: nothing of one that is too small to be told."""
        return (told(value) or 0) if self.rights.suppress_small else value

    def part(self, share: Share) -> float | None:
        """A share as this reader may know it, between 0 and 1."""
        return told_share(share) if self.rights.suppress_small else share.value

    def percent(self, share: Share) -> str:
        """Whole percent; a dash where there is nothing to divide by, or too little to tell."""
        part = self.part(share)
        return NOTHING if part is None else f"{self.number(part * 100)}\u00a0%"

    def bounds(
        self, interval: tuple[float, float] | None, share: Share
    ) -> tuple[float, float] | None:
        """A share's interval as this reader may know it."""
        if interval is None or not self.rights.suppress_small:
            return interval
        if self.part(share) is None:
            return None
        low, high = interval
        return coarse(low, share.n), coarse(high, share.n)

    def interval(self, interval: tuple[float, float] | None, share: Share) -> str:
        """78–84 %."""
        bounds = self.bounds(interval, share)
        if bounds is None:
            return NOTHING
        low, high = (self.number(bound * 100) for bound in bounds)
        return f"{low}–{high}\u00a0%"

    # -- time -----------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """23 Nov 2026."""
        if isinstance(day, datetime):
            day = day.astimezone(WIB)
        return format_date(day, "d MMM y", locale=self.locale)

    def month(self, month: date) -> str:
        """Nov 2026."""
        return format_date(month, "MMM y", locale=self.locale)

    def clock(self, moment: datetime) -> str:
        """14.05 in Indonesian, 14:05 in English."""
        return moment.astimezone(WIB).strftime("%H.%M" if self.language == "id" else "%H:%M")

    def moment(self, moment: datetime) -> str:
        """23 Nov 2026, 14.05."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def duration(self, span: timedelta | None) -> str:
        """14 mnt, 5 j 20 mnt, 3 hari; a curve that never gets there says so."""
        if span is None:
            return self.t("belum tercapai")
        minutes = max(int(span.total_seconds() // 60), 0)
        if minutes < 60:
            return self.t("{n} mnt", n=minutes)
        if minutes < 24 * 60:
            return self.t("{h} j {m} mnt", h=minutes // 60, m=f"{minutes % 60:02d}")
        days = minutes // (24 * 60)
        return self.t("1 hari") if days == 1 else self.t("{n} hari", n=self.number(days))

    def typical(self, survival: Survival) -> str:
        """The median of a waiting time; a dash where nobody waits."""
        known = survival.n and not self.hidden(survival.n)
        return self.duration(survival.median) if known else NOTHING

    # -- doors ----------------------------------------------------------------------------------

    def door(self, page: str, subject: str | None = None, **changes: object) -> str:
        """The address of a page that keeps the filters, but for the changes.

        Empty where the reader may not go: then there is no door.
        """
        if page in OF_REPORTS and not self.rights.see_reports:
            return ""
        return self.address.to(page, subject, **changes).href

    def month_door(
        self, page: str, month: date, last: date | None = None, **changes: object
    ) -> str:
        """Of the reports received in a month, or from it to the last of several.

        Only of those that the filters' own period has; empty where that has none.
        """
        start, end = month_span(month).start, month_span(last or month).end
        since, until = self.filters.since, self.filters.until
        if (since and since >= end) or (until and until <= start):
            return ""
        bounds = {
            "since": self.address.value("since") if since and since > start else _day(start),
            "until": self.address.value("until") if until and until < end else _day(end),
        }
        here = self.address.given(**bounds | changes)
        return replace(self, address=here).door(page)

    def place_name(self, code: str) -> str:
        """The place's name, or its code where there is none."""
        return dict(self.places).get(code, code)


@lru_cache(maxsize=10_000)
def _decimal(value: float, digits: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=locale)


def _day(moment: datetime) -> str:
    return moment.astimezone(WIB).date().isoformat()
