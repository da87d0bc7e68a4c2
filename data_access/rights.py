"""Who may ask what: roles, and the rights that follow from them. Pure, so that all rooms use it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data_access.records import Filters


class Role(StrEnum):
    """What an account is for."""

    WALL = "wall"
    OPERATOR = "operator"
    AGENCY = "agency"
    SECRETARY = "secretary"
    COUNCIL = "council"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class User:
    """Somebody who is logged in, or a wall screen with its token (``id`` 0)."""

    id: int
    name: str
    role: Role
    agency: str | None = None
    display_name: str = ""
    session: str = field(default="", repr=False, compare=False)
    """What the cookie holds of this login; the database has only its digest."""

    # Flask-Login asks these four of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The login, not the account: ending one login leaves the others."""
        return self.session


@dataclass(frozen=True)
class Rights:
    """What a role allows. The default allows nothing."""

    agency: str | None = None
    """Sees the reports of this agency alone; ``None`` for every agency's."""
    see_queue: bool = False
    """Ticket, category, kelurahan and agencies of waiting reports, as on the wall."""
    see_reports: bool = False
    """Reports one by one, with the citizen's words."""
    see_confidential: bool = False
    """Confidential reports too, one by one."""
    reveal: bool = False
    """A masked field, with a reason that is written down."""
    reveal_protected: bool = False
    """Also of anonymous and confidential reports."""
    suppress_small: bool = False
    """Counts below five are left out."""
    export_rows: bool = False
    manage_users: bool = False


NOTHING = Rights()
NO_AGENCY = "\u2205"
"""Matches no agency: what an agency's account sees that has lost its agency."""

_DESK = Rights(
    see_queue=True, see_reports=True, see_confidential=True, reveal=True, export_rows=True
)
_BY_ROLE = {
    Role.WALL: Rights(see_queue=True),
    Role.OPERATOR: _DESK,
    Role.AGENCY: _DESK,
    Role.SECRETARY: replace(_DESK, reveal_protected=True),
    Role.COUNCIL: Rights(suppress_small=True),
    Role.ADMINISTRATOR: replace(_DESK, reveal_protected=True, manage_users=True),
}


def rights_of(user: User | None) -> Rights:
    """What the user may do; nobody may do nothing."""
    if user is None:
        return NOTHING
    rights = _BY_ROLE[user.role]
    return replace(rights, agency=user.agency or NO_AGENCY) if user.role is Role.AGENCY else rights


def restrict(filters: Filters, rights: Rights) -> Filters:
    """The filters, narrowed to what the rights allow whatever was asked for."""
    return filters if rights.agency is None else replace(filters, agencies=(rights.agency,))
