"""What a newer state of a report changes in the one that is stored."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from data_access.records import Status

SAME_PLACE_DEGREES = 2e-5
"""About two metres: MariaDB keeps single precision, which must not look like a change."""

_OPEN_RANK = {Status.RECEIVED.value: 0, Status.ESCALATED.value: 1, Status.ANSWERED.value: 2}
_STATE = frozenset({"id", "ticket", "status", "answered_at", "finished_at"})


@dataclass(slots=True)
class ReportRow:
    """A row of the contract's ``reports``, as far as an import fills it."""

    id: int
    ticket: str
    title: str
    body: str | None
    category_id: int | None
    reporter_id: int | None
    area_code: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    photo: str | None
    status: str
    created_at: datetime
    answered_at: datetime | None
    finished_at: datetime | None
    anonymous: bool | None
    confidential: bool | None


REPORT_COLUMNS = tuple(item.name for item in fields(ReportRow))
_FACTS = tuple(name for name in REPORT_COLUMNS if name not in _STATE)
_facts = attrgetter(*_FACTS)


@dataclass(frozen=True, slots=True)
class Reopening:
    """A finish that a newer state undid."""

    report_id: int
    status: str
    finished_at: datetime
    reopened_at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """The row as it shall be; ``None`` where nothing changes."""

    row: ReportRow | None = None
    reopening: Reopening | None = None
    outdated: bool = False


def merge(
    stored: ReportRow, new: ReportRow, updated: datetime | None, *, finish_is_guess: bool
) -> Merged:
    """The stored row with what the new state tells; an empty cell never erases anything.

    A state told to be older than the stored finish changes nothing. A finish is undone only by a
    state that tells when it was written: without that, an old export would reopen what is done.
    """
    if updated is not None and stored.finished_at is not None and updated < stored.finished_at:
        return Merged(outdated=True)
    changes = _changed_facts(stored, new)
    reopening = None
    if new.finished_at is not None:
        changes |= _finish(stored, new, finish_is_guess)
    elif stored.finished_at is None:
        changes |= _open_state(stored, new)
    elif updated is not None:
        reopening = Reopening(stored.id, stored.status, stored.finished_at, updated)
        changes |= {"status": new.status, "finished_at": None}
    if new.answered_at is not None and new.answered_at != stored.answered_at:
        changes["answered_at"] = new.answered_at
    if not changes:
        return Merged()
    return Merged(replace(stored, **changes), reopening)


def _changed_facts(stored: ReportRow, new: ReportRow) -> dict[str, Any]:
    return {
        name: told
        for name, had, told in zip(_FACTS, _facts(stored), _facts(new), strict=True)
        if told is not None and told != had and not _same_place(had, told)
    }


def _same_place(had: Any, told: Any) -> bool:
    return (
        isinstance(had, float) and isinstance(told, float) and abs(had - told) <= SAME_PLACE_DEGREES
    )


def _finish(stored: ReportRow, new: ReportRow, finish_is_guess: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if new.status != stored.status:
        changes["status"] = new.status
    keeps = finish_is_guess and stored.finished_at is not None
    if not keeps and new.finished_at != stored.finished_at:
        changes["finished_at"] = new.finished_at
    return changes


def _open_state(stored: ReportRow, new: ReportRow) -> dict[str, Any]:
    """An open report goes forward only."""
    forward = _OPEN_RANK.get(new.status, 0) > _OPEN_RANK.get(stored.status, -1)
    return {"status": new.status} if forward else {}
