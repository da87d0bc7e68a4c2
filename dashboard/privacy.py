"""Citizens' data: masked on every screen, shown field by field, for a reason, on the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from data_access.audit import Audit, Entry
from data_access.grid import to_middle
from data_access.personal import PersonalData, PersonalField
from data_access.rights import Rights, User, rights_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PersonalField",
    "Reveal",
    "RevealRefusedError",
    "mask_address",
    "mask_name",
    "mask_phone",
    "mask_position",
]

SHORTEST_REASON = 10
LONGEST_REASON = 500
DOT = "•"
REVEALED = "reveal"
REFUSED = "reveal refused"
LIMITS_AN_HOUR = {REVEALED: 60, REFUSED: 10}
"""Nobody needs more for their work; whoever goes through tickets in sequence is stopped."""


def mask_name(name: str | None) -> str:
    """Initials: ``Siti Aminah`` is ``S••• A•••``, whatever the length."""
    return " ".join(part[0] + 3 * DOT for part in (name or "").split())


def mask_phone(phone: str | None) -> str:
    """The last two digits: enough to tell two numbers apart on the telephone."""
    digits = [letter for letter in phone or "" if letter.isdigit()]
    return f"{6 * DOT}{''.join(digits[-2:])}" if len(digits) > 5 else DOT * 6 if phone else ""


def mask_address(address: str | None) -> str:
    """Nothing of it: a street is soon a house."""
    return 6 * DOT if address else ""


def mask_position(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | tuple[None, None]:
    """The middle of the map's cell of 0.0025 degrees, as on the wall."""
    if latitude is None or longitude is None:
        return None, None
    return to_middle(latitude), to_middle(longitude)


class RevealRefusedError(Exception):
    """A field is not shown; the text is a sentence for the user."""


class Reveal:
    """Shows one field of one report, after it was written down who looked and why."""

    def __init__(self, data: PersonalData, audit: Audit, address: Callable[[], str]) -> None:
        self._data = data
        self._audit = audit
        self._address = address

    def reveal(self, user: User, ticket: str, field: PersonalField, reason: str) -> str:
        """The field's content; empty where the report has none.

        Raises:
            RevealRefusedError: no right, no reason, no such report, or too many of them.
            DataUnavailable: it can't be read, or not be written down that it is.
        """
        field = _known_field(field)
        reason = " ".join(reason.split())
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise RevealRefusedError(
                f"Alasan harus {SHORTEST_REASON} sampai {LONGEST_REASON} huruf."
            )
        entry = self._entry(user, REVEALED, ticket, field, reason)
        self._refuse_haste(user)
        if not self._allowed(rights_of(user), ticket):
            self._audit.write(replace(entry, action=REFUSED))
            raise RevealRefusedError("Laporan ini tidak ada, atau Anda tidak berhak membukanya.")
        self._audit.write(entry)
        return self._data.personal(ticket, field)

    def foreign(self, user: User, ticket: str) -> None:
        """Write down that the user asked for a report that is not theirs to see.

        Raises:
            RevealRefusedError: they do so too often; whoever goes through tickets is stopped.
            DataUnavailable: it can't be written down.
        """
        self._refuse_haste(user)
        self._audit.write(self._entry(user, REFUSED, ticket))

    def _allowed(self, rights: Rights, ticket: str) -> bool:
        found = self._data.protection(ticket, rights.agency) if rights.reveal else None
        if found is None or (found.confidential and not rights.see_confidential):
            return False
        return rights.reveal_protected or not (found.anonymous or found.confidential)

    def _refuse_haste(self, user: User) -> None:
        since = datetime.now(UTC) - timedelta(hours=1)
        for action, limit in LIMITS_AN_HOUR.items():
            if self._audit.count(user.id, action, since) >= limit:
                raise RevealRefusedError("Terlalu banyak permintaan. Coba lagi dalam satu jam.")

    def _entry(
        self, user: User, action: str, ticket: str, field: str = "", reason: str = ""
    ) -> Entry:
        return Entry(
            user_id=user.id,
            user_name=user.name,
            role=user.role.value,
            action=action,
            subject_type="report",
            subject_id=ticket,
            field=field,
            reason=reason,
            address=self._address(),
        )


def _known_field(field: PersonalField | str) -> PersonalField:
    try:
        return PersonalField(field)
    except ValueError:
        raise RevealRefusedError("Isian ini tidak dikenal.") from None
