"""Every figure of the domain once more, in plain loops over rows: slow, and easy to check.

It knows nothing of SQL and shares only the result records with the program. A city is a dict of
table names and rows, as ``Database.fill`` takes it.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import floor
from typing import Any

from data_access.records import (
    ALL,
    CITY_RULE,
    AgeBand,
    AgencyBacklog,
    AgencyYear,
    Announcement,
    DeadlinePeriod,
    Filters,
    FollowUpCount,
    Incidents,
    KelurahanOpen,
    KeyFigures,
    MonthVolume,
    OnTime,
    Participation,
    Queue,
    QueueRow,
    QueueState,
    Said,
    Satisfaction,
    Share,
    Status,
    Survival,
    TopReporter,
    YearRow,
)
from data_access.reports import OUTSIDE

Row = dict[str, Any]
DAY = timedelta(days=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
STATUSES = {"received", "escalated", "answered", "done", "rejected", "duplicate"}
BANDS = [
    (AgeBand.UP_TO_24_HOURS, 1),
    (AgeBand.UP_TO_3_DAYS, 3),
    (AgeBand.UP_TO_7_DAYS, 7),
    (AgeBand.UP_TO_30_DAYS, 30),
    (AgeBand.UP_TO_90_DAYS, 90),
    (AgeBand.OVER_90_DAYS, 10**6),
]
CELL = 0.0025


def wib(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None) + timedelta(hours=7)


def utc(year: int, month: int, day: int) -> datetime:
    """Midnight in WIB."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=7)


def month_start(months: int) -> datetime:
    """The beginning of a month that is numbered from the year 0."""
    return utc(months // 12, months % 12 + 1, 1)


class Reference:
    """The questions of ``Reports``, answered by looping."""

    def __init__(
        self,
        city: dict[str, list[Row]],
        rule: tuple[DeadlinePeriod, ...] = CITY_RULE,
        now: datetime = datetime(2100, 1, 1, tzinfo=UTC),
    ) -> None:
        self.tables = {name: sorted(rows, key=_key) for name, rows in city.items()}
        self.rule = rule
        self.now = now
        self._by_report: dict[tuple[str, int], list[Row]] = {}
        for name, rows in self.tables.items():
            for row in rows:
                if "report_id" in row:
                    self._by_report.setdefault((name, row["report_id"]), []).append(row)
        self._came: dict[Any, list[Row]] = {}

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def named(self, table: str, key: str, value: Any, column: str) -> Any:
        return next((row.get(column) for row in self.rows(table) if row[key] == value), None)

    def of(self, table: str, report: Row) -> list[Row]:
        return self._by_report.get((table, report["id"]), [])

    # -- one report at a moment ---------------------------------------------------------------

    def came(self, as_of: datetime, filters: Filters = ALL) -> list[Row]:
        """Reports received by the moment that the filters ask for."""
        if (as_of, filters) not in self._came:
            self._came[as_of, filters] = self.look_for(as_of, filters)
        return self._came[as_of, filters]

    def look_for(self, as_of: datetime, filters: Filters) -> list[Row]:
        return [
            row
            for row in self.rows("reports")
            if row["status"] in STATUSES
            and EPOCH <= row["created_at"] <= as_of
            and self.asked(row, as_of, filters)
        ]

    def finish(self, row: Row, as_of: datetime) -> tuple[datetime, str] | None:
        """When, and as what, the report was finished that was finished at the moment."""
        if by(row.get("finished_at"), as_of):
            return row["finished_at"], row["status"]
        for undone in self.of("reopenings", row):
            if undone["finished_at"] <= as_of < undone["reopened_at"]:
                return undone["finished_at"], undone["status"]
        return None

    def response(self, row: Row, as_of: datetime) -> datetime | None:
        """First answer or action, if it came by the moment."""
        given = [row.get("answered_at"), row.get("finished_at")]
        return min((moment for moment in given if by(moment, as_of)), default=None)

    def limit(self, row: Row) -> timedelta | None:
        found = None
        for period in self.rule:
            if period.valid_from <= row["created_at"]:
                found = period.limit
        return found

    def overdue_one(self, row: Row, as_of: datetime) -> bool:
        limit = self.limit(row)
        return (
            self.finish(row, as_of) is None
            and self.response(row, as_of) is None
            and limit is not None
            and as_of - row["created_at"] > limit
        )

    def hops(self, row: Row, as_of: datetime) -> list[Row]:
        return [hop for hop in self.of("escalations", row) if by(hop["forwarded_at"], as_of)]

    def status(self, row: Row, as_of: datetime) -> str:
        finish = self.finish(row, as_of)
        if finish:
            return finish[1]
        if by(row.get("answered_at"), as_of):
            return "answered"
        return "escalated" if self.hops(row, as_of) else "received"

    def open_ones(self, as_of: datetime, filters: Filters = ALL) -> list[Row]:
        return [row for row in self.came(as_of, filters) if not self.finish(row, as_of)]

    def agency(self, hop: Row) -> str:
        return str(self.named("agencies", "id", hop["agency_id"], "abbreviation"))

    def asked(self, row: Row, as_of: datetime, filters: Filters) -> bool:
        created = row["created_at"]
        area = row.get("area_code")
        hops, finish = self.hops(row, as_of), self.finish(row, as_of)
        words = " ".join(str(row.get(name) or "") for name in ("ticket", "title", "body")).lower()
        return all(
            (
                filters.since is None or created >= filters.since,
                filters.until is None or created < filters.until,
                not (filters.agencies or filters.hops)
                or any(
                    (not filters.agencies or self.agency(hop) in filters.agencies)
                    and (not filters.hops or hop["level"] in filters.hops)
                    for hop in hops
                ),
                filters.received_days is None or created > as_of - filters.received_days * DAY,
                filters.finished_days is None
                or (finish is not None and finish[0] > as_of - filters.finished_days * DAY),
                not filters.said or any(self.was_said(row, as_of, said) for said in filters.said),
                not filters.categories or self.category(row) in filters.categories,
                not filters.kecamatan
                or self.named("areas", "code", area, "parent_code") in filters.kecamatan,
                not filters.kelurahan or area in filters.kelurahan,
                not filters.statuses or self.status(row, as_of) in filters.statuses,
                not filters.bands or band(as_of - created) in filters.bands,
                not filters.levels
                or max((hop["level"] for hop in hops), default=0) in filters.levels,
                all(word.lower() in words for word in (filters.text or "").split()),
            )
        )

    def was_said(self, row: Row, as_of: datetime, said: Said) -> bool:
        finish = self.finish(row, as_of)
        words = [word for word in self.of("feedback", row) if by(word["created_at"], as_of)]
        if finish is None:
            return False
        if said is Said.SATISFIED:
            return any(word["satisfied"] for word in words)
        if said is Said.DISPUTED:
            return finish[1] == "done" and any(not word["satisfied"] for word in words)
        return any(said is Said.ANYTHING or str(word.get("rating")) == said for word in words)

    def category(self, row: Row) -> str | None:
        name = self.named("categories", "id", row.get("category_id"), "name")
        return None if name is None else str(name)

    # -- key figures --------------------------------------------------------------------------

    def key_figures(self, as_of: datetime, filters: Filters = ALL) -> KeyFigures:
        local = wib(as_of)
        today = utc(local.year, local.month, local.day)
        came = [row["created_at"] for row in self.came(as_of, filters)]
        last = max(came, default=None)
        return KeyFigures(
            today=sum(moment >= today for moment in came),
            yesterday_by_now=sum(today - DAY <= moment <= as_of - DAY for moment in came),
            open=self.open_backlog(as_of, filters),
            overdue=self.overdue(as_of, filters),
            on_time=self.on_time(as_of, filters, 30 * DAY),
            answer=self.time_to_answer(as_of, filters, 30 * DAY),
            last_report_at=last,
            expected_since_last=self.usual(last, as_of, came) if last else 0.0,
            unreadable=self.unreadable(as_of),
        )

    def usual(self, last: datetime, as_of: datetime, came: list[datetime]) -> float:
        first = int((as_of - last) / DAY) + 1
        spans = [(last - n * DAY, as_of - n * DAY) for n in range(first, first + 28)]
        return sum(start <= moment < end for start, end in spans for moment in came) / 28

    def open_backlog(self, as_of: datetime, filters: Filters = ALL) -> int:
        return len(self.open_ones(as_of, filters))

    def overdue(self, as_of: datetime, filters: Filters = ALL) -> int:
        return sum(self.overdue_one(row, as_of) for row in self.came(as_of, filters))

    def on_time(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> OnTime:
        return self.on_time_of(self.windowed(as_of, filters, window), as_of)

    def windowed(self, as_of: datetime, filters: Filters, window: timedelta | None) -> list[Row]:
        rows = self.came(as_of, filters)
        if window is None or filters.since is not None:
            return rows
        return [row for row in rows if row["created_at"] > as_of - window]

    def on_time_of(self, rows: list[Row], as_of: datetime) -> OnTime:
        count: Counter[str] = Counter(self.fate(row, as_of) for row in rows)
        return OnTime(
            count["met"],
            count["missed"],
            count["overdue"],
            count["not yet due"],
            count["without"],
        )

    def fate(self, row: Row, as_of: datetime) -> str:
        limit = self.limit(row)
        if limit is None:
            return "without"
        if self.overdue_one(row, as_of):
            return "overdue"
        response = self.response(row, as_of)
        if response is None or row["created_at"] + limit > as_of:
            return "not yet due"
        return "met" if response - row["created_at"] <= limit else "missed"

    def time_to_answer(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        rows = self.windowed(as_of, filters, window)
        return kaplan_meier([(row["created_at"], self.response(row, as_of)) for row in rows], as_of)

    def time_to_finish(
        self, as_of: datetime, filters: Filters = ALL, window: timedelta | None = None
    ) -> Survival:
        rows = self.windowed(as_of, filters, window)
        cases = [(row["created_at"], (self.finish(row, as_of) or (None,))[0]) for row in rows]
        return kaplan_meier(cases, as_of)

    def last_report_at(self, as_of: datetime, filters: Filters = ALL) -> datetime | None:
        return max((row["created_at"] for row in self.came(as_of, filters)), default=None)

    def unreadable(self, as_of: datetime) -> int:
        future = max(as_of, self.now) + timedelta(minutes=5)
        return sum(
            row["status"] not in STATUSES
            or any(
                moment is not None and not EPOCH <= moment <= future
                for moment in (row["created_at"], row.get("answered_at"), row.get("finished_at"))
            )
            or not -90 <= (row.get("latitude") or 0) <= 90
            or not -180 <= (row.get("longitude") or 0) <= 180
            for row in self.rows("reports")
        )

    # -- volume -------------------------------------------------------------------------------

    def monthly_volume(
        self, as_of: datetime, filters: Filters = ALL, months: int = 36
    ) -> tuple[MonthVolume, ...]:
        rows = self.came(as_of, filters)
        finishes = [found[0] for row in rows if (found := self.finish(row, as_of))]
        return tuple(
            MonthVolume(
                day,
                sum(start <= row["created_at"] < end for row in rows),
                sum(start <= moment < end for moment in finishes),
                end <= as_of,
            )
            for day, start, end in last_months(as_of, months)
        )

    def participation(
        self, as_of: datetime, filters: Filters = ALL, months: int = 24
    ) -> tuple[Participation, ...]:
        found = []
        for day, start, end in last_months(as_of, months):
            rows = [row for row in self.came(as_of, filters) if start <= row["created_at"] < end]
            people = {row["reporter_id"] for row in rows if row.get("reporter_id") is not None}
            known = {
                row.get("reporter_id") for row in self.came(as_of) if row["created_at"] < start
            }
            found.append(
                Participation(day, len(rows), len(people), len(people - known), end <= as_of)
            )
        return tuple(found)

    # -- agencies -----------------------------------------------------------------------------

    def open_by_agency(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyBacklog, ...]:
        held: dict[str, list[Row]] = {}
        for row in self.open_ones(as_of, filters):
            holders = [
                self.agency(hop)
                for hop in self.hops(row, as_of)
                if not by(hop.get("returned_at"), as_of)
            ]
            for holder in holders or ["BCC"]:
                held.setdefault(holder, []).append(row)
        sent: dict[str, list[Row]] = {}
        for row in self.windowed(as_of, filters, 90 * DAY):
            for hop in self.hops(row, as_of):
                sent.setdefault(self.agency(hop), []).append(row)
        found = [
            self.backlog(agency, held.get(agency, []), sent.get(agency, []), as_of)
            for agency in held.keys() | sent.keys()
        ]
        return tuple(sorted(found, key=lambda row: (-row.overdue, -row.open, row.agency)))

    def backlog(
        self, agency: str, held: list[Row], sent: list[Row], as_of: datetime
    ) -> AgencyBacklog:
        late = [row for row in held if self.overdue_one(row, as_of)]
        return AgencyBacklog(
            agency=agency,
            name=self.named("agencies", "abbreviation", agency, "name") or "Belum diteruskan",
            bands=by_band(held, as_of),
            overdue=len(late),
            on_time=self.on_time_of(sent, as_of),
            overdue_bands=by_band(late, as_of),
        )

    def agencies_by_year(self, as_of: datetime, filters: Filters = ALL) -> tuple[AgencyYear, ...]:
        pairs = {
            (self.agency(hop), wib(row["created_at"]).year, row["id"])
            for row in self.came(as_of, filters)
            for hop in self.hops(row, as_of)
        }
        counts = Counter((agency, year) for agency, year, _ in pairs)
        totals = Counter(agency for agency, _, _ in pairs)
        rows = [
            AgencyYear(
                agency, str(self.named("agencies", "abbreviation", agency, "name")), year, number
            )
            for (agency, year), number in counts.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-totals[row.agency], row.agency, row.year)))

    def year_table(self, as_of: datetime, filters: Filters = ALL) -> tuple[YearRow, ...]:
        pairs = [(row, hop) for row in self.came(as_of, filters) for hop in self.hops(row, as_of)]
        found = []
        for year in sorted({wib(row["created_at"]).year for row, _ in pairs}):
            rows = [row for row, _ in pairs if wib(row["created_at"]).year == year]
            done = sum((self.finish(row, as_of) or ("", ""))[1] == "done" for row in rows)
            found.append(
                YearRow(
                    year,
                    len({row["id"] for row in rows}),
                    len(rows),
                    Share(done, len(rows)),
                    utc(year + 1, 1, 1) <= as_of,
                )
            )
        return tuple(found)

    # -- reporters ----------------------------------------------------------------------------

    def top_reporters(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 10
    ) -> tuple[TopReporter, ...]:
        rows = [
            row
            for row in self.came(as_of, filters)
            if row.get("reporter_id") is not None
            and not row["anonymous"]
            and not row["confidential"]
        ]
        counts = Counter(row["reporter_id"] for row in rows)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return tuple(
            TopReporter(
                rank,
                number,
                self.home(person),
                tuple(
                    sum(
                        start <= row["created_at"] < end
                        for row in rows
                        if row["reporter_id"] == person
                    )
                    for _, start, end in last_months(as_of, 12)
                ),
            )
            for rank, (person, number) in enumerate(ranked, 1)
        )

    def home(self, person: int) -> str | None:
        code = self.named("reporters", "id", person, "area_code")
        if self.named("areas", "code", code, "level") == "lingkungan":
            code = self.named("areas", "code", code, "parent_code")
        name = self.named("areas", "code", code, "name")
        return None if name is None else str(name)

    # -- places -------------------------------------------------------------------------------

    def open_by_kelurahan(
        self, as_of: datetime, filters: Filters = ALL
    ) -> tuple[KelurahanOpen, ...]:
        rows = self.open_ones(as_of, filters)
        known = [area for area in self.rows("areas") if area["level"] == "kelurahan"]
        codes = [area["code"] for area in known]
        places = [
            KelurahanOpen(
                area["code"],
                area["name"],
                self.named("areas", "code", area.get("parent_code"), "name") or "",
                area.get("latitude"),
                area.get("longitude"),
                sum(row.get("area_code") == area["code"] for row in rows),
                sum(
                    self.overdue_one(row, as_of)
                    for row in rows
                    if row.get("area_code") == area["code"]
                ),
            )
            for area in known
        ]
        beyond = [row for row in rows if row.get("area_code") not in codes]
        if beyond:
            late = sum(self.overdue_one(row, as_of) for row in beyond)
            places.append(KelurahanOpen("", OUTSIDE, "", None, None, len(beyond), late))
        return tuple(places)

    def open_incidents(
        self, as_of: datetime, filters: Filters = ALL, limit: int = 2000
    ) -> tuple[Incidents, ...]:
        cells: dict[tuple[int, int, str | None], list[Row]] = {}
        for row in self.open_ones(as_of, filters):
            latitude, longitude = row.get("latitude"), row.get("longitude")
            if row["confidential"] or latitude is None or longitude is None:
                continue
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                place = floor((latitude + 180) / CELL), floor((longitude + 180) / CELL)
                cells.setdefault((*place, self.category(row)), []).append(row)
        found = [
            (
                Incidents(
                    round((south + 0.5) * CELL - 180, 5),
                    round((west + 0.5) * CELL - 180, 5),
                    self.named(
                        "areas",
                        "code",
                        max(row.get("area_code") or "" for row in rows),
                        "name",
                    ),
                    category or "",
                    len(rows),
                    sum(self.overdue_one(row, as_of) for row in rows),
                    min(row["created_at"] for row in rows),
                    max(row["created_at"] for row in rows),
                ),
                min(row["id"] for row in rows),
            )
            for (south, west, category), rows in cells.items()
        ]
        found.sort(key=lambda item: (-item[0].overdue, -item[0].newest.timestamp(), item[1]))
        return tuple(cell for cell, _ in found[:limit])

    # -- queue and words ----------------------------------------------------------------------

    def escalation_queue(self, as_of: datetime, filters: Filters = ALL, limit: int = 12) -> Queue:
        waiting = sorted(
            (row for row in self.open_ones(as_of, filters) if not self.response(row, as_of)),
            key=lambda row: (row["created_at"], row["id"]),
        )
        late = [row for row in waiting if self.overdue_one(row, as_of)]
        early = [row for row in waiting if not self.overdue_one(row, as_of)]
        return Queue(
            tuple(self.queue_row(row, as_of) for row in late[:limit]),
            tuple(self.queue_row(row, as_of) for row in early[:limit]),
            len(late),
            len(early),
        )

    def queue_row(self, row: Row, as_of: datetime) -> QueueRow:
        limit = self.limit(row)
        state = QueueState.OVERDUE if self.overdue_one(row, as_of) else QueueState.IN_TIME
        through: dict[int, str] = {}
        for hop in sorted(self.hops(row, as_of), key=lambda hop: (hop["forwarded_at"], hop["id"])):
            through[hop["level"]] = self.agency(hop)
        name = self.named("areas", "code", row.get("area_code"), "name")
        return QueueRow(
            row["ticket"],
            "Rahasia" if row["confidential"] else self.category(row) or "",
            None if row["confidential"] else name,
            (through.get(1), through.get(2), through.get(3)),
            row["created_at"],
            row["created_at"] + limit if limit else None,
            state if limit else QueueState.NO_DEADLINE,
        )

    def satisfaction(self, as_of: datetime, filters: Filters = ALL) -> Satisfaction:
        finished = [
            (row, found[1])
            for row in self.came(as_of, filters)
            if (found := self.finish(row, as_of)) and (filters.since or found[0] > as_of - 90 * DAY)
        ]
        said = [
            (row["id"], status, word)
            for row, status in finished
            for word in self.of("feedback", row)
            if by(word["created_at"], as_of)
        ]
        return Satisfaction(
            Share(sum(word["satisfied"] for _, _, word in said), len(said)),
            Share(len({report for report, _, _ in said}), len(finished)),
            len(
                {
                    report
                    for report, status, word in said
                    if status == "done" and not word["satisfied"]
                }
            ),
            {
                stars: sum(word.get("rating") == stars for _, _, word in said)
                for stars in range(1, 6)
            },
        )

    def follow_ups(self, as_of: datetime, filters: Filters = ALL) -> tuple[FollowUpCount, ...]:
        counts = Counter(
            follow["status"]
            for row in self.came(as_of, filters)
            for follow in self.of("follow_ups", row)
            if as_of - DAY < follow["created_at"] <= as_of
        )
        return tuple(FollowUpCount(status, counts[status.value]) for status in Status)

    def announcements(self, as_of: datetime) -> tuple[Announcement, ...]:
        valid = [
            row
            for row in self.rows("announcements")
            if by(row["starts_at"], as_of) and not by(row.get("ends_at"), as_of)
        ]
        valid.sort(key=lambda row: (-row["starts_at"].timestamp(), row["id"]))
        return tuple(
            Announcement(row["title"], row.get("body") or "", row["starts_at"], row.get("ends_at"))
            for row in valid
        )


def _key(row: Row) -> Any:
    return row.get("id") or row.get("code")


def by(moment: datetime | None, as_of: datetime) -> bool:
    return moment is not None and EPOCH <= moment <= as_of


def band(age: timedelta) -> AgeBand:
    return next(name for name, days in BANDS if age <= days * DAY)


def by_band(rows: list[Row], as_of: datetime) -> dict[AgeBand, int]:
    counts = Counter(band(as_of - row["created_at"]) for row in rows)
    return {name: counts[name] for name, _ in BANDS}


def last_months(as_of: datetime, count: int) -> list[tuple[date, datetime, datetime]]:
    """First day, beginning and end of the last months."""
    local = wib(as_of)
    number = local.year * 12 + local.month - 1
    return [
        (date(n // 12, n % 12 + 1, 1), month_start(n), month_start(n + 1))
        for n in range(number - count + 1, number + 1)
    ]


def kaplan_meier(cases: list[tuple[datetime, datetime | None]], as_of: datetime) -> Survival:
    """The product-limit estimate, step by step."""
    waits = [(max(timedelta(), (end or as_of) - start), end is not None) for start, end in cases]
    left = 1.0
    reached: dict[float, timedelta] = {}
    for time in sorted({wait for wait, ended in waits if ended}):
        at_risk = sum(wait >= time for wait, _ in waits)
        left *= 1 - sum(ended and wait == time for wait, ended in waits) / at_risk
        for level in (0.5, 0.1):
            if left <= level + 1e-9:
                reached.setdefault(level, time)
    return Survival(
        reached.get(0.5), reached.get(0.1), len(waits), sum(ended for _, ended in waits)
    )
