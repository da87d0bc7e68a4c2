"""Statements that are built once, and asked about whatever moment.

Building a question's SQL takes longer than a small database needs to answer it, so the moment is
left open in it: ``AsOf`` stands for the moment while a statement is built, with the same
arithmetic, and becomes a parameter wherever it is compared with a column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, bindparam

from data_access.columns import Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from sqlalchemy import Executable

KEPT = 256
"""Statements that stay built; desks with many filters take turns."""


@dataclass(frozen=True)
class _Derived:
    """How a moment follows from the one that is asked about."""

    shift: timedelta = timedelta()
    least: datetime | None = None
    most: datetime | None = None

    def of(self, as_of: datetime) -> datetime:
        """The moment itself."""
        moment = as_of + self.shift
        if self.least is not None:
            moment = max(moment, self.least)
        return moment if self.most is None else min(moment, self.most)


class AsOf:
    """The moment that a question will be asked about, or one that is derived from it."""

    def __init__(self, names: dict[_Derived, str], derived: _Derived | None = None) -> None:
        self._names = names
        self._derived = derived or _Derived()

    def __add__(self, delta: timedelta) -> AsOf:
        if self._derived.least is not None or self._derived.most is not None:
            raise ValueError("a bounded moment can't be moved")
        return AsOf(self._names, replace(self._derived, shift=self._derived.shift + delta))

    def __sub__(self, delta: timedelta) -> AsOf:
        return self + -delta

    def at_least(self, moment: datetime) -> AsOf:
        """The later of the two."""
        return AsOf(self._names, replace(self._derived, least=moment))

    def at_most(self, moment: datetime) -> AsOf:
        """The earlier of the two."""
        return AsOf(self._names, replace(self._derived, most=moment))

    def __clause_element__(self) -> BindParameter[datetime]:
        name = self._names.setdefault(self._derived, f"as_of_{len(self._names)}")
        return parameter(name)


When = datetime | AsOf
"""A moment that is known, or will be when the question is asked."""


def at_least(when: When, moment: datetime) -> When:
    """The later of the two."""
    return max(when, moment) if isinstance(when, datetime) else when.at_least(moment)


def at_most(when: When, moment: datetime) -> When:
    """The earlier of the two."""
    return min(when, moment) if isinstance(when, datetime) else when.at_most(moment)


def parameter(name: str) -> BindParameter[datetime]:
    """A moment that is given by name when the question is asked."""
    return bindparam(name, type_=Moment())


@dataclass(frozen=True)
class Prepared:
    """A statement with the names of its moments."""

    statement: Executable
    _names: Mapping[_Derived, str]

    def values(self, as_of: datetime) -> dict[str, Any]:
        """The parameters that follow from the moment."""
        return {name: derived.of(as_of) for derived, name in self._names.items()}


@lru_cache(KEPT)
def prepare(build: Callable[..., Executable], *given: Hashable) -> Prepared:
    """``build(as_of, *given)``, built when it is first asked for.

    Whatever ``build`` makes of the values that are ``given`` stays in the statement; it may read
    nothing else that changes.
    """
    names: dict[_Derived, str] = {}
    return Prepared(build(AsOf(names), *given), names)
