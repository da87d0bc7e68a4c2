"""Agencies, categories and reporters by the names that files give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from data_access.importing.convert import Person
from data_access.importing.session import Inserter, unused_ids
from data_access.plain import plain
from data_access.schema import agencies, categories, reporters

ABBREVIATION_LIMIT = 40

_PARTNERS = frozenset(
    {"pt", "pln", "pdam", "perumda", "bpn", "polres", "polsek", "polisi", "kepolisian", "kodim",
     "kejaksaan", "telkom", "bpjs", "pertanahan", "police"}
)  # fmt: skip
_DIGITS = re.compile(r"[^0-9]")


class Categories:
    """Ids of categories; unknown ones are made."""

    def __init__(self, connection: Connection) -> None:
        self._insert = Inserter(connection, categories, ("id", "name"))
        self._next_id = unused_ids(connection, categories)
        self._known = {
            plain(name): number
            for number, name in connection.execute(select(categories.c.id, categories.c.name))
        }
        self._new: list[tuple[Any, ...]] = []
        self.created = 0

    def id_of(self, name: str | None) -> int | None:
        """The category's id; names that differ in case, accents or spaces are one."""
        if name is None:
            return None
        key = plain(name) or name
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._next_id()
            self._new.append((found, name))
            self.created += 1
        return found

    def flush(self) -> None:
        """Write the new ones."""
        self._insert.insert(self._new)
        self._new.clear()


class Agencies:
    """Ids of agencies, by abbreviation, by name or by the mapping's aliases."""

    def __init__(self, connection: Connection, aliases: Mapping[str, str]) -> None:
        self._insert = Inserter(connection, agencies, ("id", "abbreviation", "name", "kind"))
        self._next_id = unused_ids(connection, agencies)
        self._aliases = aliases
        self._known: dict[str, int] = {}
        columns = (agencies.c.id, agencies.c.abbreviation, agencies.c.name)
        for number, abbreviation, name in connection.execute(select(*columns)):
            self._known[plain(name)] = number
            self._known[plain(abbreviation)] = number
        self._new: list[tuple[Any, ...]] = []
        self.created = 0

    def id_of(self, name: str) -> int:
        """The agency's id; an unknown one is made."""
        key = plain(name) or name
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._alias(key, name) or self._make(name)
        return found

    def _alias(self, key: str, name: str) -> int | None:
        short = self._aliases.get(key)
        if short is None:
            return None
        return self._known.get(plain(short)) or self._make(name, short)

    def _make(self, name: str, short: str | None = None) -> int:
        number = self._next_id()
        abbreviation = self._unused(short or abbreviated(name))
        self._known[plain(abbreviation)] = number
        kind = "partner" if _PARTNERS & set(plain(name).split()) else "skpd"
        self._new.append((number, abbreviation, name, kind))
        self.created += 1
        return number

    def _unused(self, abbreviation: str) -> str:
        candidate, count = abbreviation[:ABBREVIATION_LIMIT], 1
        while plain(candidate) in self._known:
            count += 1
            candidate = f"{abbreviation[: ABBREVIATION_LIMIT - 4]} {count}"
        return candidate

    def flush(self) -> None:
        """Write the new ones."""
        self._insert.insert(self._new)
        self._new.clear()


def abbreviated(name: str) -> str:
    """A name that fits is its own abbreviation; a longer one goes by its words' initials."""
    if len(name) <= ABBREVIATION_LIMIT:
        return name
    initials = "".join(word[0] for word in name.split() if word[0].isupper())
    return initials if len(initials) > 1 else name[:ABBREVIATION_LIMIT]


class Reporters:
    """Ids of reporters: one for each name and phone number. Personal data, kept to itself."""

    def __init__(self, connection: Connection) -> None:
        self._insert = Inserter(connection, reporters, ("id", "name", "phone", "address"))
        self._next_id = unused_ids(connection, reporters)
        columns = (reporters.c.id, reporters.c.name, reporters.c.phone)
        self._known = {
            _person_key(name, phone): number
            for number, name, phone in connection.execute(select(*columns))
        }
        self._as_typed: dict[tuple[str | None, str | None], int] = {}
        self._new: list[tuple[Any, ...]] = []

    def id_of(self, person: Person | None) -> int | None:
        """The reporter's id; an unknown one is made."""
        if person is None:
            return None
        typed = (person.name, person.phone)
        found = self._as_typed.get(typed)
        if found is None:
            found = self._as_typed[typed] = self._id_of(person)
        return found

    def _id_of(self, person: Person) -> int:
        key = _person_key(person.name, person.phone)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._next_id()
            self._new.append((found, person.name, person.phone, person.address))
        return found

    def flush(self) -> None:
        """Write the new ones."""
        self._insert.insert(self._new)
        self._new.clear()


def _person_key(name: str | None, phone: str | None) -> tuple[str, str]:
    """One key for ``0812…``, ``+62812…`` and ``62 812…``."""
    digits = _DIGITS.sub("", phone or "").removeprefix("62").lstrip("0")
    return plain(name or ""), digits
