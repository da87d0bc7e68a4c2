"""A report before it is settled where it is and who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from data_access.demo.lifecycle import Fate
    from data_access.demo.topics import Topic


@dataclass(eq=False)
class Draft:
    """What will be reported when. What is ``None`` is left to chance."""

    key: str
    """Tells this draft from all others, for the chances drawn for it."""
    created: datetime
    topic: Topic
    agencies: tuple[str, ...] | None = None
    fate: Fate | None = None
    parent: Draft | None = None
    """The first report of the same trouble."""
    title: str | None = None
    top: int | None = None
    """Place of its sender among the most active citizens, from 0."""
    done_by: datetime | None = None
    done_after: datetime | None = None
    hops_by: datetime | None = None
    slowness: float = 1.0
