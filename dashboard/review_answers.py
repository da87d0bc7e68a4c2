"""The desk's server side: who asks, what for, and the answer, kept for as long as it is true."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from flask_babel import force_locale, get_translations, gettext

from callbacks.review_pages import (
    ForeignReportError,
    NoSuchPageError,
    NotAllowedError,
    Sources,
    show,
)
from dashboard.access import current_user, restrict, rights_of
from dashboard.privacy import RevealRefusedError
from dashboard.review_requests import BadAddressError, read_as_of, read_blocks, read_desk_filters
from dashboard.words import kept_language
from data_access.errors import DataUnavailable
from data_access.personal import PersonalField
from data_access.records import ALL, Chosen, Filters
from layouts.palette import THEMES
from layouts.review import address, words
from layouts.review.address import Address, UnknownPageError, read_address
from layouts.review.desk import Desk
from layouts.review.parts import link, trouble
from layouts.review.queue import BLOCK, asked_order, grid_row
from layouts.review.shell import Choices, Sheet, build_view
from layouts.review.still import stilled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dash.development.base_component import Component
    from flask_caching import Cache

    from dashboard.feed import Feed
    from dashboard.privacy import Reveal
    from data_access.boundaries import Boundaries
    from data_access.reports import Reports
    from data_access.review import Review
    from data_access.snapshot import Snapshot

log = logging.getLogger(__name__)


class Remembered:
    """Asks a target's questions once for each version of the data.

    All that an answer depends on is in the question: moment, filters narrowed to the reader's
    rights, and what the reader may see. So one reader's answer is another's only where both ask
    the same and may see the same.
    """

    def __init__(self, target: object, cache: Cache, feed: Feed) -> None:
        self._target = target
        self._cache = cache
        self._feed = feed

    def __getattr__(self, name: str) -> Any:
        question = getattr(self._target, name)

        def ask(*args: Any, **named: Any) -> Any:
            version = self._feed.version
            if not version:
                return question(*args, **named)
            shown = wall_answer(self._feed.snapshot, name, args)
            if shown is not None and not named:
                return shown
            asked = f"{type(self._target).__name__}.{name}|{args!r}|{sorted(named.items())!r}"
            key = f"desk|{version}|{asked}"
            found = self._cache.get(key)
            if found is None:
                found = question(*args, **named)
                self._cache.set(key, found)
            return found

        return ask


ON_THE_WALL = {
    "monthly_volume": "volume",
    "open_by_agency": "backlog",
    "open_by_kelurahan": "kelurahan",
    "open_incidents": "incidents",
    "year_table": "years",
}
"""Questions that the wall has just asked, and where its snapshot has the answers."""


def wall_answer(snapshot: Snapshot | None, name: str, args: tuple[Any, ...]) -> Any:
    """What the wall shows at the same moment, if it is about all reports; else ``None``."""
    if snapshot is None or name not in ON_THE_WALL or args != (snapshot.as_of, ALL):
        return None
    answer = snapshot.answers[ON_THE_WALL[name]]
    return None if answer.late else answer.value


OF_SINGLE = ("q", "cell")
"""Filters that can pick out one report, and so would tell what the others hold of it."""


@dataclass(frozen=True)
class Parts:
    """What the desk's answers are made with."""

    review: Review
    reports: Reports
    feed: Feed
    cache: Cache
    boundaries: Callable[[], Boundaries]
    reveal: Reveal


class DeskAnswers:
    """Answers to what a browser asks; every value is checked, every question restricted."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.review = cast("Review", Remembered(parts.review, parts.cache, parts.feed))
        self.reports = cast("Reports", Remembered(parts.reports, parts.cache, parts.feed))

    # -- pages ------------------------------------------------------------------------------------

    def page(self, request: Any) -> tuple[Any, str]:
        """A page's components and its title; what goes wrong is a page too."""
        path, search, theme = read_request(request)
        language = kept_language()
        with force_locale(language):
            desk = self._bare_desk(Address(), theme, language)
            try:
                desk = self._bare_desk(read_address(path, search), theme, language)
                desk = self.desk(desk)
                with self.watched():
                    sheet = show(desk, self._sources())
            except Exception as error:
                sheet = _apology(desk, error)
            return stilled(build_view(desk, self._choices(), sheet)), sheet.title

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Writes down who asks for another agency's report, and stops who goes through them.

        Raises:
            RevealRefusedError: they did so too often.
        """
        try:
            yield
        except ForeignReportError as error:
            user = current_user()
            if user is not None:
                self._parts.reveal.foreign(user, error.ticket)
            raise

    def _sources(self) -> Sources:
        return Sources(self.review, self.reports, self._parts.boundaries())

    def _bare_desk(self, where: Address, theme: str, language: str) -> Desk:
        now = datetime.now(UTC)
        user = current_user()
        return Desk(
            address=where,
            as_of=self._present(now),
            now=now,
            filters=ALL,
            rights=rights_of(user),
            theme=THEMES[theme],
            language=language,
            gettext=get_translations().ugettext,
            user_name=(user.display_name or user.name) if user else "",
            places=self._places(),
        )

    def desk(self, bare: Desk) -> Desk:
        """The desk with the moment and filters of its address, narrowed to the reader's rights.

        Raises:
            BadAddressError: the address asks for what is not known.
            NotAllowedError: it picks out single reports, which the reader may not see.
        """
        if not bare.rights.see_reports and any(bare.address.values(name) for name in OF_SINGLE):
            raise NotAllowedError
        as_of = read_as_of(bare.address, bare.now) or bare.as_of
        filters = restrict(read_desk_filters(bare.address, self.reports), bare.rights)
        blocks = read_blocks(bare.address)
        if blocks:
            filters = self._in_blocks(blocks, filters, as_of)
        return Desk(**(bare.__dict__ | {"as_of": as_of, "filters": filters}))

    def _in_blocks(
        self, blocks: Sequence[tuple[float, float]], filters: Filters, as_of: datetime
    ) -> Filters:
        """The open reports that marks of the map stand for, and of them what is filtered."""
        found = [self.review.open_in_block(block, filters, as_of) for block in blocks]
        given = {each.name: getattr(filters, each.name) for each in fields(Filters)}
        return Chosen(**given, ids=tuple(number for ids in found for number in ids))

    def asked(self, where: Address) -> Desk:
        """The desk of an address, for downloads."""
        return self.desk(self._bare_desk(where, "day", kept_language()))

    def _present(self, now: datetime) -> datetime:
        """The moment of the newest snapshot: what it showed is the same for every page."""
        snapshot = self._parts.feed.snapshot
        return snapshot.as_of if snapshot is not None else now

    def _places(self) -> tuple[tuple[str, str], ...]:
        try:
            areas = (*self.reports.areas("kecamatan"), *self.reports.areas("kelurahan"))
        except DataUnavailable:
            return ()
        return tuple((area.code, area.name) for area in areas)

    def _choices(self) -> Choices:
        try:
            return Choices(
                self.reports.agency_names(),
                self.reports.category_names(),
                *(
                    tuple((area.code, area.name) for area in self.reports.areas(level))
                    for level in ("kecamatan", "kelurahan")
                ),
            )
        except DataUnavailable:
            return Choices((), (), (), ())

    # -- rows -------------------------------------------------------------------------------------

    def rows(self, request: Any, page: Any) -> Mapping[str, Any]:
        """A block of the queue's rows; nothing for what can't be read."""
        path, search, theme = read_request(request)
        language = kept_language()
        with force_locale(language):
            try:
                where = read_address(path, search)
                desk = self.desk(self._bare_desk(where, theme, language))
            except (UnknownPageError, BadAddressError, NotAllowedError):
                return {"rowData": [], "rowCount": 0}
            if not desk.rights.see_reports or where.page != address.QUEUE:
                return {"rowData": [], "rowCount": 0}
            return self._block(desk, page if isinstance(page, dict) else {})

    def _block(self, desk: Desk, page: dict[str, Any]) -> Mapping[str, Any]:
        key, descending = asked_order(page.get("sortModel"))
        start, end = (_whole(page.get(name)) for name in ("startRow", "endRow"))
        found = self.review.rows(
            desk.filters,
            desk.as_of,
            sort=key,
            descending=descending,
            offset=start,
            limit=min(max(end - start, 0), 5 * BLOCK) or BLOCK,
            see_confidential=desk.rights.see_confidential,
        )
        return {"rowData": [grid_row(desk, row) for row in found.rows], "rowCount": found.total}

    # -- revealing --------------------------------------------------------------------------------

    def reveal(self, asked: Any) -> Mapping[str, Any]:
        """One field of one report, written down before it is shown."""
        given = asked if isinstance(asked, dict) else {}
        ticket, field, reason = (str(given.get(name, "")) for name in ("ticket", "field", "reason"))
        answer = {"field": field, "ticket": ticket}
        user = current_user()
        with force_locale(kept_language()):
            if user is None:
                return answer | {"problem": gettext("Masuk dulu.")}
            try:
                text = self._parts.reveal.reveal(user, ticket, cast("PersonalField", field), reason)
            except RevealRefusedError as error:
                return answer | {"problem": gettext(str(error))}
            except DataUnavailable:
                log.warning("a field was not shown: the record of it could not be written")
                sentence = words.n_("Tidak dapat dicatat sekarang, jadi tidak ditampilkan.")
                return answer | {"problem": gettext(sentence)}
            return answer | {"text": text or gettext("(kosong)")}


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**9 else 0


def read_request(request: Any) -> tuple[str, str, str]:
    """Path, query and theme as a browser sent them; what is not such is the overview by day."""
    given = request if isinstance(request, dict) else {}
    path, search = (given.get(name) for name in ("path", "search"))
    theme = given.get("theme")
    return (
        path if isinstance(path, str) else address.ROOT,
        search if isinstance(search, str) else "",
        theme if theme in THEMES else "day",
    )


# -- what goes wrong ------------------------------------------------------------------------------


def _apology(desk: Desk, error: Exception) -> Sheet:
    title, sentence = _sentence(desk, error)
    doors = [
        link(desk.t("Ke ringkasan"), address.ROOT),
        link(desk.t("Tanpa saringan"), desk.address.path) if desk.address.query else None,
    ]
    found: list[Component] = [door for door in doors if door is not None]
    return Sheet(title, "", (), (trouble(title, sentence, *found),), filters=False)


def _sentence(desk: Desk, error: Exception) -> tuple[str, str]:
    if isinstance(error, BadAddressError):
        name = desk.t(words.PARAMETERS.get(error.name, error.name))
        return desk.t("Alamat tidak dikenal"), desk.t(
            "Alamat ini meminta “{name}” dengan nilai “{value}”, yang tidak dikenal. "
            "Hapus saringan itu atau pilih yang lain.",
            name=name,
            value=error.value[:80],
        )
    if isinstance(error, NotAllowedError):
        return desk.t("Bukan untuk peran Anda"), desk.t(
            "Peran Anda tidak mencakup halaman ini. Jika perlu, hubungi administrator."
        )
    if isinstance(error, RevealRefusedError):
        return desk.t("Terlalu banyak permintaan"), desk.t(str(error))
    if isinstance(error, UnknownPageError | NoSuchPageError):
        return desk.t("Tidak ditemukan"), desk.t(
            "Tidak ada halaman, SKPD, tempat atau laporan dengan alamat ini pada saat itu. "
            "Periksa alamatnya atau cari di atas."
        )
    if isinstance(error, DataUnavailable):
        return desk.t("Data tidak dapat dibaca sekarang"), desk.t(
            "Basis data laporan tidak menjawab. Halaman ini mencoba lagi sendiri; "
            "jika berlangsung lama, hubungi operator."
        )
    log.error("a page of the desk failed", exc_info=error)
    return desk.t("Halaman ini gagal"), desk.t(
        "Kesalahan ini ada pada sistem dan sudah dicatat. Coba lagi atau buka ringkasan."
    )
