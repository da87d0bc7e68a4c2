"""The desk's figures once more, in plain loops: as ``reference``, which it goes on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Any

from data_access.metrics import wilson
from data_access.records import ALL, Filters, MonthVolume, Share, Status, Survival
from data_access.review_records import (
    FeedbackReview,
    FeedbackRow,
    GroupRow,
    MonthRow,
    PeriodFigures,
    Relay,
    RelayLevel,
    ReportRow,
)
from tests.reference import DAY, EPOCH, Reference, Row, by, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Callable


class ReviewReference(Reference):
    """The questions of ``Review``, answered by looping."""

    # -- rows ---------------------------------------------------------------------------------

    def row(self, row: Row, as_of: datetime, see: bool) -> ReportRow:
        hidden = row["confidential"] and not see
        area = row.get("area_code")
        above = self.named("areas", "code", area, "parent_code")
        limit = self.limit(row)
        finish = (self.finish(row, as_of) or (None,))[0]
        hops = sorted(self.hops(row, as_of), key=lambda hop: (hop["forwarded_at"], hop["id"]))
        held = [hop for hop in hops if not by(hop.get("returned_at"), as_of)]
        last = (held or hops or [None])[-1]
        return ReportRow(
            ticket=row["ticket"],
            title=None if hidden else row["title"],
            category=None if hidden else self.category(row),
            kelurahan=None if hidden else self.named("areas", "code", area, "name"),
            kecamatan=None if hidden else self.named("areas", "code", above, "name"),
            status=Status(self.status(row, as_of)),
            agency=self.agency(last) if last else None,
            level=max((hop["level"] for hop in hops), default=0),
            received=row["created_at"],
            answered=self.response(row, as_of),
            finished=finish,
            due=row["created_at"] + limit if limit else None,
            overdue=self.overdue_one(row, as_of),
            age=max((finish or as_of) - row["created_at"], timedelta()),
            anonymous=row["anonymous"],
            confidential=row["confidential"],
        )

    def listed(self, as_of: datetime, filters: Filters, see: bool) -> list[ReportRow]:
        tells = filters.categories or filters.kecamatan or filters.kelurahan or filters.text
        return [
            self.row(row, as_of, see)
            for row in self.came(as_of, filters)
            if see or not (tells and row["confidential"])
        ]

    # -- groups -------------------------------------------------------------------------------

    def categories(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        names = {row["name"]: row["name"] for row in self.rows("categories")}
        return self.groups(filters, as_of, self.category, names)

    def kelurahan(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        return self.groups(filters, as_of, lambda row: row.get("area_code"), self.places())

    def kecamatan(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        def above(row: Row) -> Any:
            return self.named("areas", "code", row.get("area_code"), "parent_code")

        return self.groups(filters, as_of, above, self.places())

    def places(self) -> dict[str, str]:
        return {row["code"]: row["name"] for row in self.rows("areas")}

    def groups(
        self,
        filters: Filters,
        as_of: datetime,
        key: Callable[[Row], Any],
        names: dict[str, str],
    ) -> tuple[GroupRow, ...]:
        rows = self.came(as_of, filters)
        windowed = self.windowed(as_of, filters, 90 * DAY)
        found = []
        for group in {key(row) for row in rows} - {None}:
            own = [row for row in rows if key(row) == group]
            opened = sum(self.finish(row, as_of) is None for row in own)
            met = self.on_time_of([row for row in windowed if key(row) == group], as_of)
            found.append(
                GroupRow(
                    group,
                    names[group],
                    len(own),
                    opened,
                    sum(self.overdue_one(row, as_of) for row in own),
                    len(own) - opened,
                    met,
                    wilson(met.share),
                )
            )
        return tuple(sorted(found, key=lambda row: (-row.received, row.name)))

    def agencies(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        backlogs = {row.agency: row for row in self.open_by_agency(as_of, filters)}
        found = []
        for agency in self.rows("agencies"):
            name = agency["abbreviation"]
            own = [row for row in self.came(as_of, filters) if name in self.had(row, as_of)]
            if not own:
                continue
            backlog = backlogs.get(name)
            met = backlog.on_time if backlog else self.on_time_of([], as_of)
            found.append(
                GroupRow(
                    name,
                    agency["name"],
                    len(own),
                    backlog.open if backlog else 0,
                    backlog.overdue if backlog else 0,
                    sum(self.finish(row, as_of) is not None for row in own),
                    met,
                    wilson(met.share),
                )
            )
        return tuple(sorted(found, key=lambda row: (-row.received, row.name)))

    def had(self, row: Row, as_of: datetime) -> set[str]:
        return {self.agency(hop) for hop in self.hops(row, as_of)}

    # -- figures ------------------------------------------------------------------------------

    def done(self, row: Row, as_of: datetime) -> bool:
        finish = self.finish(row, as_of)
        return finish is not None and finish[1] == "done"

    def figures(self, filters: Filters, as_of: datetime) -> PeriodFigures:
        rows = self.came(as_of, filters)
        opened = self.open_backlog(as_of, filters)
        said = self.satisfaction(as_of, filters)
        return PeriodFigures(
            as_of,
            len(rows),
            len(rows) - opened,
            opened,
            self.overdue(as_of, filters),
            self.on_time(as_of, filters, 30 * DAY),
            Share(sum(self.done(row, as_of) for row in rows), len(rows)),
            self.time_to_answer(as_of, filters, 30 * DAY),
            said.satisfied,
            said.coverage,
        )

    def by_month(self, filters: Filters, as_of: datetime) -> tuple[MonthRow, ...]:
        volumes = self.monthly_volume(as_of, filters)
        return tuple(self.month(volume, filters, as_of) for volume in volumes)

    def month(self, volume: MonthVolume, filters: Filters, as_of: datetime) -> MonthRow:
        rows = [
            row
            for row in self.came(as_of, filters)
            if (row["created_at"] + timedelta(hours=7)).date().replace(day=1) == volume.month
        ]
        done = sum(self.done(row, as_of) for row in rows)
        return MonthRow(volume, self.on_time_of(rows, as_of), Share(done, volume.received))

    # -- feedback -----------------------------------------------------------------------------

    def feedback(self, filters: Filters, as_of: datetime) -> FeedbackReview:
        finished = [
            row
            for row in self.came(as_of, filters)
            if (found := self.finish(row, as_of)) and (filters.since or found[0] > as_of - 90 * DAY)
        ]
        return FeedbackReview(
            self.said("", finished, as_of),
            self.said_by(finished, as_of, lambda row: self.had(row, as_of)),
            self.said_by(finished, as_of, lambda row: {self.category(row)} - {None}),
        )

    def said_by(
        self, rows: list[Row], as_of: datetime, keys: Callable[[Row], set[Any]]
    ) -> tuple[FeedbackRow, ...]:
        names = {key for row in rows for key in keys(row)}
        found = [
            self.said(name, [row for row in rows if name in keys(row)], as_of) for name in names
        ]
        return tuple(sorted(found, key=lambda row: (-row.coverage.n, row.name)))

    def said(self, name: str, rows: list[Row], as_of: datetime) -> FeedbackRow:
        words = {
            row["id"]: [word for word in self.of("feedback", row) if by(word["created_at"], as_of)]
            for row in rows
        }
        flat = [word for each in words.values() for word in each]
        share = Share(sum(word["satisfied"] for word in flat), len(flat))
        done = [words[row["id"]] for row in rows if self.done(row, as_of) and words[row["id"]]]
        against = sum(any(not word["satisfied"] for word in each) for each in done)
        return FeedbackRow(
            name,
            share,
            wilson(share),
            Share(sum(bool(each) for each in words.values()), len(rows)),
            Share(against, len(done)),
            {stars: sum(word.get("rating") == stars for word in flat) for stars in range(1, 6)},
        )

    # -- relay --------------------------------------------------------------------------------

    def relay(self, filters: Filters, as_of: datetime, agency: str | None = None) -> Relay:
        rows = self.windowed(as_of, filters, 90 * DAY)
        hops: dict[int, list[tuple[Row, Row]]] = {}
        for row in rows:
            for hop in self.hops(row, as_of):
                if agency in {None, self.agency(hop)}:
                    hops.setdefault(hop["level"], []).append((row, hop))
        return Relay(
            self.first_hop(rows, as_of),
            dict(sorted(Counter(len(self.hops(row, as_of)) for row in rows).items())),
            tuple(self.level(level, pairs, as_of) for level, pairs in sorted(hops.items())),
        )

    def first_hop(self, rows: list[Row], as_of: datetime) -> Survival:
        cases = []
        for row in rows:
            first = min((hop["forwarded_at"] for hop in self.hops(row, as_of)), default=None)
            finish = (self.finish(row, as_of) or (None,))[0]
            cases.append(_case(row["created_at"], first, finish or as_of))
        return product_limit(cases)

    def level(self, level: int, pairs: list[tuple[Row, Row]], as_of: datetime) -> RelayLevel:
        held, answers, returns = [], [], 0
        for row, hop in pairs:
            finish = (self.finish(row, as_of) or (None,))[0]
            returned = hop.get("returned_at") if by(hop.get("returned_at"), as_of) else None
            answered = hop.get("answered_at") if by(hop.get("answered_at"), as_of) else None
            returns += returned is not None
            held.append(_case(hop["forwarded_at"], _first(returned, finish), as_of))
            answer = _first(answered, finish)
            if answer and returned and returned < answer:
                answer = None
            answers.append(_case(hop["forwarded_at"], answer, returned or as_of))
        return RelayLevel(
            level,
            len(pairs),
            Share(returns, len(pairs)),
            product_limit(held),
            product_limit(answers),
        )

    # -- near by ------------------------------------------------------------------------------

    def near(self, number: int, as_of: datetime) -> list[str]:
        """Tickets of the same category within 150 m and 30 days, whoever sent them."""
        rows = self.came(as_of, ALL)
        own = next(row for row in rows if row["id"] == number)
        return sorted(
            row["ticket"]
            for row in rows
            if row["id"] != number
            and row.get("category_id") == own.get("category_id") is not None
            and abs(row["created_at"] - own["created_at"]) <= 30 * DAY
            and _distance(row, own) <= 150
        )


Case = tuple[timedelta, bool]


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _case(start: datetime, end: datetime | None, censored: datetime) -> Case:
    return max(timedelta(), (end or censored) - start), end is not None


def product_limit(cases: list[Case]) -> Survival:
    """As ``kaplan_meier``, of waits: the events first, so that equal times are told apart."""
    late = EPOCH + max((wait for wait, _ in cases), default=timedelta())
    ended = [(EPOCH, EPOCH + wait) for wait, event in cases if event]
    waiting = [(late - wait, None) for wait, event in cases if not event]
    return kaplan_meier([*ended, *waiting], late)


def _distance(one: Row, other: Row) -> float:
    places = (one, other)
    if any(row.get(name) is None for row in places for name in ("latitude", "longitude")):
        return float("inf")
    if any(abs(row["latitude"]) > 90 or abs(row["longitude"]) > 180 for row in places):
        return float("inf")
    north = radians(other["latitude"] - one["latitude"])
    east = radians(other["longitude"] - one["longitude"])
    scale = cos(radians(one["latitude"])) * cos(radians(other["latitude"]))
    return 2 * 6371008.8 * asin(sqrt(sin(north / 2) ** 2 + scale * sin(east / 2) ** 2))
