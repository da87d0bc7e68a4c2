"""Who sends each draft, from where, and what becomes of it, in order of time.

Everything that is drawn for a report depends on what came before it and on nothing after, so the
city as of any moment is the same however far it goes on.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data_access.demo import places, words
from data_access.demo.facts import HISTORY_END, dice, kelurahan
from data_access.demo.lifecycle import Case, Fate, Life, habit, live
from data_access.demo.people import Citizen, make_citizen
from data_access.demo.topics import KECAMATAN, Topic
from data_access.records import WIB

if TYPE_CHECKING:
    import random

    from data_access.demo.drafts import Draft
    from data_access.demo.places import Cell, Point

_RECALL = 420
"""Who has written lately is likely to write again."""

_LEAST_TOP = 24
"""The fewest reports among the five most active citizens of the history."""


@dataclass(eq=False)
class Report:
    """A report that is settled, with its whole life."""

    id: int
    ticket: str
    title: str
    body: str
    topic: Topic
    citizen: Citizen | None
    cell: Cell
    address: str
    point: Point | None
    spot: Point
    photo: str | None
    anonymous: bool
    confidential: bool
    original: Report | None
    life: Life


def ticket(year: int, number: int) -> str:
    """The number by which a citizen asks after a report."""
    return f"BJI-{year}-{number:06d}"


class Settler:
    """Takes drafts in order of time."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._tickets: Counter[int] = Counter()
        self._lately: deque[Citizen] = deque(maxlen=_RECALL)
        self._sent: Counter[int] = Counter()
        self._top: dict[int, Citizen] = {}
        self._settled: dict[int, Report] = {}
        self.citizens: list[Citizen] = []
        self.reports: list[Report] = []

    def settle(self, draft: Draft) -> Report:
        """Settle the next draft."""
        chance = dice(draft.key, "settle")
        parent = self._settled.get(id(draft.parent))
        citizen = self._citizen(draft, parent, chance)
        cell = self._cell(draft, citizen, parent, chance)
        street, spot = self._spot(cell, parent, chance)
        year = draft.created.astimezone(WIB).year
        self._tickets[year] += 1
        scene = words.Scene(street, chance.choice(cell.lingkungan).name, cell.kelurahan.name)
        anonymous = draft.top is None and chance.random() < 0.062
        confidential = draft.top is None and chance.random() < draft.topic.private
        hidden = anonymous and chance.random() < 0.35
        number = ticket(year, self._tickets[year])
        report = Report(
            id=len(self.reports) + 1,
            ticket=number,
            title=draft.title or words.title_of(draft.topic, scene, chance),
            body=words.body_of(draft.topic, scene, chance),
            topic=draft.topic,
            citizen=None if hidden else citizen,
            cell=cell,
            address=f"{street}, {scene.lingkungan}, Kel. {cell.kelurahan.name}",
            point=spot if chance.random() < 0.96 else None,
            spot=spot,
            photo=photo(number, draft.created) if chance.random() < 0.6 else None,
            anonymous=anonymous,
            confidential=confidential,
            original=parent,
            life=live(self._case(draft, cell, parent), dice(draft.key, "life")),
        )
        self._settled[id(draft)] = report
        self.reports.append(report)
        return report

    def _citizen(self, draft: Draft, parent: Report | None, chance: random.Random) -> Citizen:
        if draft.top is not None:
            if draft.top not in self._top:
                self._top[draft.top] = self._newcomer(draft, None, chance)
            return self._top[draft.top]
        if self._lately and chance.random() > _newcomers(draft.created):
            for _ in range(6):
                known = chance.choice(self._lately)
                if self._may_send(known, draft, parent):
                    return self._remembered(known)
        return self._remembered(self._newcomer(draft, parent, chance))

    def _may_send(self, citizen: Citizen, draft: Draft, parent: Report | None) -> bool:
        if draft.created <= HISTORY_END and self._sent[id(citizen)] >= _LEAST_TOP - 3:
            return False
        if parent is None:
            return True
        return citizen is not parent.citizen and citizen.kelurahan == parent.cell.kelurahan.code

    def _remembered(self, citizen: Citizen) -> Citizen:
        self._sent[id(citizen)] += 1
        self._lately.append(citizen)
        return citizen

    def _newcomer(self, draft: Draft, parent: Report | None, chance: random.Random) -> Citizen:
        cell = parent.cell if parent is not None else places.anywhere(chance)
        registered = draft.created - timedelta(seconds=chance.randint(120, 7200))
        citizen = make_citizen(cell, registered, chance)
        self.citizens.append(citizen)
        return citizen

    def _cell(
        self, draft: Draft, citizen: Citizen, parent: Report | None, chance: random.Random
    ) -> Cell:
        if parent is not None:
            return parent.cell
        home = places.cells()[citizen.kelurahan]
        district = next((name for name in draft.agencies or () if name.startswith(KECAMATAN)), None)
        if district is not None and f"{KECAMATAN} {home.kelurahan.kecamatan}" != district:
            codes = [
                item.code for item in kelurahan() if f"{KECAMATAN} {item.kecamatan}" == district
            ]
            return places.cells()[chance.choice(codes)]
        if district is None and chance.random() > 0.68:
            return places.anywhere(chance)
        return home

    def _spot(self, cell: Cell, parent: Report | None, chance: random.Random) -> tuple[str, Point]:
        if parent is not None:
            return parent.address.split(",")[0], cell.near(parent.spot, 55, chance)
        street = chance.choice(cell.streets)
        return street.name, cell.along(street, chance)

    def _case(self, draft: Draft, cell: Cell, parent: Report | None) -> Case:
        fate, agencies = draft.fate, draft.agencies
        if agencies is None:
            chance = dice(draft.key, "case")
            agencies = pick_agencies(draft.topic, cell, chance)
            fate = fate or pick_fate(agencies[-1], draft.slowness, chance)
            if fate is Fate.REFUSED or (fate is Fate.DUPLICATE and chance.random() < 0.6):
                agencies = ()
            elif fate is Fate.DUPLICATE:
                agencies = agencies[:1]
        return Case(
            created=draft.created,
            topic=draft.topic,
            agencies=agencies,
            fate=fate or Fate.DONE,
            original=parent.ticket if parent is not None else "",
            done_by=draft.done_by,
            done_after=draft.done_after,
            hops_by=draft.hops_by,
            slowness=draft.slowness,
        )


def _newcomers(moment: datetime) -> float:
    """How often a report comes from somebody who never wrote before."""
    return 0.52 if moment <= HISTORY_END else 0.36


def photo(number: str, created: datetime) -> str:
    """Where the application keeps the photo."""
    return f"laporan/{created.astimezone(WIB):%Y/%m}/{number}-1.jpg"


def pick_agencies(
    topic: Topic, cell: Cell, chance: random.Random, *, always_all: bool = False
) -> tuple[str, ...]:
    """The first hop by the topic, and now and then one or two more; or as many as suit."""
    chain = [chance.choices(tuple(topic.first), tuple(topic.first.values()))[0]]
    for likely in (0.115, 0.14):
        rest = [name for name in topic.second if name not in chain]
        if not rest or (chance.random() > likely and not always_all):
            break
        chain.append(chance.choice(rest))
    district = f"{KECAMATAN} {cell.kelurahan.kecamatan}"
    return tuple(district if name == KECAMATAN else name for name in chain)


def pick_fate(agency: str, slowness: float, chance: random.Random) -> Fate:
    """How a report ends that is not an echo."""
    forgets = habit(agency).forgets * slowness
    draw = chance.random()
    for fate, share in (
        (Fate.FORGOTTEN, forgets),
        (Fate.REFUSED, 0.025),
        (Fate.REJECTED, 0.055),
    ):
        if draw < share:
            return fate
        draw -= share
    return Fate.DONE
