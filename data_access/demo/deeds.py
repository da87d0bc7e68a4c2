"""The single events of the simulated service, each as e-Masyarakat would write it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from data_access.demo import announcements, arrivals, places, words
from data_access.demo.lifecycle import habit
from data_access.demo.people import make_citizen
from data_access.demo.places import Cell, Point
from data_access.demo.rhythm import DAY
from data_access.demo.settle import photo, pick_agencies, ticket
from data_access.demo.topics import LAMP, TOPICS, Topic
from data_access.records import WIB, Status
from data_access.schema import (
    agencies,
    categories,
    escalations,
    feedback,
    follow_ups,
    reopenings,
    reporters,
    reports,
)
from data_access.schema import announcements as announcements_table

_SAMPLE = 400
_ECHO_METRES = 60.0
NOT_STUBBORN = and_(reports.c.ticket.not_like("%07"), reports.c.ticket.not_like("%57"))
"""One report in fifty is not answered in time, whoever is asked. Its ticket tells: their numbers
have no gaps, while a server goes on after the largest id that it ever gave."""


class Deeds:
    """What can happen at one moment. Each deed tells what it did, or ``None`` if it could not."""

    def __init__(self, connection: Connection, now: datetime, chance: random.Random) -> None:
        self._connection = connection
        self._now = now
        self._chance = chance

    def report(self) -> str | None:
        """A citizen reports something, perhaps what a neighbour has reported already."""
        chance = self._chance
        topic = arrivals.pick_topic(self._now.astimezone(WIB).date(), str(chance.random()))
        known = self._lamp_of_others() if topic is LAMP and chance.random() < 0.2 else None
        if known is not None:
            cell, street = places.cells()[known.area_code], known.address.split(",")[0]
            point = cell.near(Point(known.latitude, known.longitude), 55, chance)
        else:
            cell = places.anywhere(chance)
            stretch = chance.choice(cell.streets)
            street, point = stretch.name, cell.along(stretch, chance)
        number = self._insert_report(topic, cell, street, point)
        return f"{number} masuk: {topic.category}, {cell.kelurahan.name}"

    def _lamp_of_others(self) -> Row[Any] | None:
        return self._pick(
            select(reports.c.area_code, reports.c.address, reports.c.latitude, reports.c.longitude)
            .join(categories)
            .where(
                categories.c.name == LAMP.category,
                reports.c.created_at > self._now - 3 * DAY,
                reports.c.duplicate_of.is_(None),
                reports.c.latitude.is_not(None),
                reports.c.address.is_not(None),
                reports.c.area_code.in_(places.cells()),
            )
        )

    def _insert_report(self, topic: Topic, cell: Cell, street: str, point: Point) -> str:
        chance = self._chance
        scene = words.Scene(street, chance.choice(cell.lingkungan).name, cell.kelurahan.name)
        number = self._next_ticket()
        anonymous = chance.random() < 0.062
        reporter = None if anonymous and chance.random() < 0.35 else self._reporter(cell)
        located = chance.random() < 0.96
        self._insert(
            reports,
            ticket=number,
            title=words.title_of(topic, scene, chance),
            body=words.body_of(topic, scene, chance),
            category_id=self._category(topic.category),
            reporter_id=reporter,
            area_code=cell.kelurahan.code,
            address=f"{street}, {scene.lingkungan}, Kel. {cell.kelurahan.name}",
            latitude=point.latitude if located else None,
            longitude=point.longitude if located else None,
            photo=photo(number, self._now) if chance.random() < 0.6 else None,
            status=Status.RECEIVED.value,
            created_at=self._now,
            anonymous=anonymous,
            confidential=chance.random() < topic.private,
        )
        return number

    def _next_ticket(self) -> str:
        year = self._now.astimezone(WIB).year
        newest = self._connection.execute(
            select(func.max(reports.c.ticket)).where(reports.c.ticket.like(f"BJI-{year}-%"))
        ).scalar()
        return ticket(year, int(newest.rsplit("-", 1)[1]) + 1 if newest else 1)

    def _reporter(self, cell: Cell) -> int:
        """Somebody of the neighbourhood who wrote before, or a newcomer."""
        if self._chance.random() < 0.6:
            known = self._pick(
                select(reporters.c.id).where(reporters.c.area_code.like(f"{cell.kelurahan.code}%")),
                reporters.c.id.desc(),
            )
            if known is not None:
                return int(known.id)
        citizen = make_citizen(cell, self._now - timedelta(minutes=4), self._chance)
        return self._insert(
            reporters,
            name=citizen.name,
            phone=citizen.phone,
            address=citizen.address,
            area_code=citizen.area_code,
            registered_at=citizen.registered,
        )

    def _category(self, name: str) -> int | None:
        return self._connection.execute(
            select(categories.c.id).where(categories.c.name == name)
        ).scalar()

    def forward(self) -> str | None:
        """The BCC operator forwards a report, or closes it at the desk."""
        report = self._pick(
            _REPORT.where(
                reports.c.status == Status.RECEIVED.value, reports.c.created_at < self._now
            ),
            reports.c.id.asc(),
            among=3,
        )
        if report is None:
            return None
        original = self._earlier_one(report)
        if original is not None:
            note = words.duplicate_note(original.ticket)
            self._act(report, None, Status.DUPLICATE, note, duplicate_of=original.id)
            return f"{report.ticket} ganda dari {original.ticket}"
        if self._chance.random() < 0.025:
            self._act(report, None, Status.REJECTED, words.refusal_note(self._chance))
            return f"{report.ticket} ditolak BCC"
        agency = self._chain(report)[0]
        self._hop(report, 1, agency)
        self._update(report, status=Status.ESCALATED.value)
        return f"{report.ticket} diteruskan ke {agency}"

    def _earlier_one(self, report: Row[Any]) -> Row[Any] | None:
        """An earlier report of the same lamp, unless the operator overlooks it."""
        if report.category != LAMP.category or report.latitude is None:
            return None
        rows = self._connection.execute(
            _REPORT.where(
                categories.c.name == LAMP.category,
                reports.c.area_code == report.area_code,
                reports.c.created_at > report.created_at - 6 * DAY,
                reports.c.id < report.id,
                reports.c.duplicate_of.is_(None),
                reports.c.latitude.is_not(None),
            ).order_by(reports.c.id)
        )
        here = Point(report.latitude, report.longitude)
        for row in rows.all():
            if here.metres_to(Point(row.latitude, row.longitude)) <= _ECHO_METRES:
                return row if self._chance.random() < 0.85 else None
        return None

    def _chain(self, report: Row[Any]) -> tuple[str, ...]:
        """Agencies that suit a report, the first one first."""
        fitting = [topic for topic in TOPICS if topic.category == report.category] or [*TOPICS]
        topic = self._chance.choices(fitting, [topic.weight for topic in fitting])[0]
        cell = places.cells().get(report.area_code) or places.anywhere(self._chance)
        return pick_agencies(topic, cell, self._chance, always_all=True)

    def answer(self, *, overdue: bool) -> str | None:
        """An agency answers for the first time, or acts at once."""
        limit = self._now - DAY
        late = reports.c.created_at <= limit
        report = self._pick(
            _REPORT.where(
                reports.c.status == Status.ESCALATED.value,
                reports.c.answered_at.is_(None),
                reports.c.created_at < self._now,
                late if overdue else (~late & NOT_STUBBORN),
            )
        )
        if report is None:
            return None
        agency = self._holder(report)
        if agency is not None and self._chance.random() < habit(agency.abbreviation).late:
            return None  # not today: the slow agencies keep their reports longer
        draw = self._chance.random()
        if draw < 0.055:
            self._act(report, agency, Status.REJECTED, words.refusal_note(self._chance))
        elif draw < 0.35:
            self._act(report, agency, Status.DONE, self._done_note(report))
        else:
            self._act(report, agency, Status.ANSWERED, words.answer_note(self._chance))
        verb = "ditolak" if draw < 0.055 else "selesai" if draw < 0.35 else "dijawab"
        return f"{report.ticket} {verb} oleh {_name(agency)}"

    def finish(self) -> str | None:
        """An agency finishes what it has answered."""
        report = self._pick(
            _REPORT.where(
                reports.c.status == Status.ANSWERED.value, reports.c.created_at < self._now
            )
        )
        if report is None:
            return None
        agency = self._holder(report)
        self._act(report, agency, Status.DONE, self._done_note(report))
        return f"{report.ticket} selesai oleh {_name(agency)}"

    def hand_back(self) -> str | None:
        """An agency returns a report, and the operator hands it to another."""
        report = self._pick(
            _REPORT.where(
                reports.c.status == Status.ESCALATED.value,
                reports.c.answered_at.is_(None),
                reports.c.created_at > self._now - DAY,
                reports.c.created_at < self._now - timedelta(minutes=10),
            )
        )
        if report is None:
            return None
        holder = self._holder(report)
        taken = set(self._connection.execute(_agencies_of(report.id)).scalars())
        free = [name for name in self._chain(report) if name not in taken]
        if holder is None or holder.level >= 3 or not free:
            return None
        self._connection.execute(
            update(escalations).where(escalations.c.id == holder.id).values(returned_at=self._now)
        )
        self._hop(report, holder.level + 1, free[0])
        return f"{report.ticket} dikembalikan {holder.abbreviation}, diteruskan ke {free[0]}"

    def listen(self) -> str | None:
        """A citizen says whether a finish was one."""
        report = self._pick(
            _REPORT.where(
                reports.c.finished_at > self._now - 7 * DAY,
                reports.c.finished_at < self._now,
                ~select(feedback.c.id).where(feedback.c.report_id == reports.c.id).exists(),
            )
        )
        if report is None:
            return None
        likely = 0.79 if report.status == Status.DONE.value else 0.4
        satisfied = self._chance.random() < likely
        rating, comment = words.opinion(satisfied, self._chance)
        self._insert(
            feedback,
            report_id=report.id,
            satisfied=satisfied,
            rating=rating,
            comment=comment,
            created_at=self._now,
        )
        return f"{report.ticket} umpan balik: {'puas' if satisfied else 'tidak puas'}"

    def reopen(self) -> str | None:
        """The operator reopens what a citizen says is not done."""
        report = self._pick(
            _REPORT.join(feedback, feedback.c.report_id == reports.c.id).where(
                reports.c.status == Status.DONE.value,
                feedback.c.satisfied.is_(False),
                feedback.c.created_at > self._now - 14 * DAY,
                feedback.c.created_at < self._now,
                feedback.c.created_at >= reports.c.finished_at,
            )
        )
        if report is None:
            return None
        self._insert(
            reopenings,
            report_id=report.id,
            status=report.status,
            finished_at=report.finished_at,
            reopened_at=self._now,
        )
        self._update(report, status=Status.ANSWERED.value, finished_at=None)
        return f"{report.ticket} dibuka kembali"

    def announce(self) -> str | None:
        """The government tells something."""
        notice = announcements.notice(self._now, self._chance.randint(1, 5), self._chance.random())
        self._insert(
            announcements_table,
            title=notice.title,
            body=notice.body,
            starts_at=notice.starts,
            ends_at=notice.ends,
        )
        return f"Informasi: {notice.title}"

    def _pick(
        self, query: Select[Any], *order: ColumnElement[Any], among: int = _SAMPLE
    ) -> Row[Any] | None:
        """One of the first rows in an order, the newest reports unless told."""
        order = order or (reports.c.id.desc(),)
        rows = self._connection.execute(query.order_by(*order).limit(among)).all()
        return self._chance.choice(rows) if rows else None

    def _insert(self, table: Table, **values: Any) -> int:
        key = self._connection.execute(insert(table).values(**values)).inserted_primary_key
        return int(key[0]) if key is not None else 0

    def _update(self, report: Row[Any], **values: Any) -> None:
        self._connection.execute(update(reports).where(reports.c.id == report.id).values(**values))

    def _holder(self, report: Row[Any]) -> Row[Any] | None:
        """The hop in whose hands a report is."""
        query: Select[Any] = (
            select(
                escalations.c.id,
                escalations.c.level,
                escalations.c.agency_id,
                escalations.c.answered_at,
                agencies.c.abbreviation,
            )
            .join(agencies)
            .where(escalations.c.report_id == report.id)
            .order_by(escalations.c.level.desc())
            .limit(1)
        )
        return self._connection.execute(query).first()

    def _hop(self, report: Row[Any], level: int, agency: str) -> None:
        agency_id = self._connection.execute(
            select(agencies.c.id).where(agencies.c.abbreviation == agency)
        ).scalar_one()
        self._insert(
            escalations,
            report_id=report.id,
            level=level,
            agency_id=agency_id,
            forwarded_at=self._now,
        )

    def _act(
        self, report: Row[Any], holder: Row[Any] | None, status: Status, note: str, **more: Any
    ) -> None:
        """A follow-up, and what it changes of the report and of the hop."""
        self._insert(
            follow_ups,
            report_id=report.id,
            agency_id=holder.agency_id if holder is not None else None,
            status=status.value,
            note=note,
            created_at=self._now,
        )
        if holder is not None and holder.answered_at is None:
            self._connection.execute(
                update(escalations)
                .where(escalations.c.id == holder.id)
                .values(answered_at=self._now)
            )
        if report.answered_at is None:
            more["answered_at"] = self._now
        if status.finished:
            more["finished_at"] = self._now
        self._update(report, status=status.value, **more)

    def _done_note(self, report: Row[Any]) -> str:
        fitting = [topic for topic in TOPICS if topic.category == report.category] or [LAMP]
        return words.done_note(self._chance.choice(fitting), self._chance)


_REPORT: Select[Any] = select(
    reports.c.id,
    reports.c.ticket,
    reports.c.status,
    reports.c.area_code,
    reports.c.latitude,
    reports.c.longitude,
    reports.c.created_at,
    reports.c.answered_at,
    reports.c.finished_at,
    categories.c.name.label("category"),
).join_from(reports, categories)


def _agencies_of(report_id: int) -> Select[Any]:
    return (
        select(agencies.c.abbreviation)
        .join(escalations, escalations.c.agency_id == agencies.c.id)
        .where(escalations.c.report_id == report_id)
    )


def _name(holder: Row[Any] | None) -> str:
    return str(holder.abbreviation) if holder is not None else "BCC"
