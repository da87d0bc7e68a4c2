"""Addresses of the desk's pages. All that a page shows is in its address; a door is an address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode

ROOT = "/tinjau/"
OVERVIEW = ""
AGENCY = "skpd"
COMPARISON = "perbandingan"
PLACE = "tempat"
QUEUE = "antrean"
REPORTERS = "pelapor"
FEEDBACK = "umpan-balik"
REPORT = "laporan"
SEARCH = "cari"

PAGES = (OVERVIEW, AGENCY, COMPARISON, PLACE, QUEUE, REPORTERS, FEEDBACK, REPORT, SEARCH)
WITH_SUBJECT = frozenset({AGENCY, PLACE, REPORTERS, REPORT})

PARAMETERS = (
    "since",
    "until",
    "agency",
    "holder",
    "category",
    "kecamatan",
    "kelurahan",
    "status",
    "band",
    "level",
    "hop",
    "received",
    "finished",
    "feedback",
    "overdue",
    "cell",
    "q",
    "as_of",
    "vs",
)
KEPT = ("since", "until", "agency", "category", "kecamatan", "kelurahan", "as_of", "vs")
"""They go along from page to page."""
ABOUT_SINGLE_REPORTS = tuple(name for name in PARAMETERS if name not in KEPT)
"""They lead to a list of reports; from there to another page they are left behind."""

ORDER = {name: number for number, name in enumerate(PARAMETERS)}

LONGEST = 4000
"""Letters of an address that are read; no browser needs more."""


@dataclass(frozen=True)
class Address:
    """A page, what it is about, and the query in the order of ``PARAMETERS``."""

    page: str = OVERVIEW
    subject: str | None = None
    query: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """Without the query."""
        parts = [part for part in (self.page, self.subject) if part]
        return ROOT + "/".join(quote(part, safe="") for part in parts)

    @property
    def href(self) -> str:
        """As a link carries it."""
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def values(self, name: str) -> tuple[str, ...]:
        """All that is given for a parameter."""
        return tuple(value for key, value in self.query if key == name)

    def value(self, name: str) -> str | None:
        """The first that is given for a parameter."""
        return next(iter(self.values(name)), None)

    def to(self, page: str, subject: str | None = None, **changes: object) -> Address:
        """Another page with the same query but for the changes."""
        return Address(page, subject, self.query).given(**changes)

    def given(self, **changes: object) -> Address:
        """The same page with other values: a text, several, or ``None`` for none."""
        kept = [pair for pair in self.query if pair[0] not in changes and pair[0] in ORDER]
        added = [(name, each) for name, value in changes.items() for each in _values(value)]
        query = tuple(sorted(kept + added, key=lambda pair: ORDER[pair[0]]))
        return Address(self.page, self.subject, query)

    def without(self, name: str, value: str) -> Address:
        """The same page with one value less."""
        return replace(self, query=tuple(item for item in self.query if item != (name, value)))


def _values(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(str(item) for item in value))
    return (str(value),)


class UnknownPageError(ValueError):
    """There is no such page."""


def read_address(path: str, search: str) -> Address:
    """The address of a location; empty values say nothing, unknown names are kept for an error.

    Raises:
        UnknownPageError: no page of the desk has this path.
    """
    if not path.startswith(ROOT) or len(path) + len(search) > LONGEST:
        raise UnknownPageError
    parts = [unquote(part) for part in path.removeprefix(ROOT).strip("/").split("/")]
    page, subject = parts[0], parts[1] if len(parts) > 1 else None
    if page not in PAGES or len(parts) > (2 if page in WITH_SUBJECT else 1):
        raise UnknownPageError
    given = parse_qsl(search.removeprefix("?"), keep_blank_values=False)
    query = sorted(dict.fromkeys(given), key=lambda item: ORDER.get(item[0], len(ORDER)))
    return Address(page, subject or None, tuple(query))
