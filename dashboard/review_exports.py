"""The desk's downloads: a card's table as a file, with its page's rights, masks and filters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import force_locale

from callbacks.review_pages import (
    MONTHS,
    NoSuchPageError,
    NotAllowedError,
    agency_review,
    period_of,
    place_review,
    report_detail,
    reports_of_one,
    search_rows,
)
from dashboard import tables
from dashboard.access import current_user
from dashboard.exports import (
    MOST_ROWS,
    About,
    ExportTooLargeError,
    Table,
    write_csv,
    write_xlsx,
)
from dashboard.privacy import RevealRefusedError
from dashboard.review_requests import BadAddressError
from data_access.errors import DataUnavailable
from data_access.records import AgeBand
from data_access.review_lists import MOST_ROWS as BLOCK
from data_access.review_records import PlaceReview
from layouts.review.address import AGENCY, OVERVIEW, PAGES, PLACE, REPORT, ROOT, Address
from layouts.review.shell import chip_text
from layouts.review.words import COARSE, n_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dashboard.review_answers import DeskAnswers
    from data_access.records import Participation, Survival, YearRow
    from data_access.review_records import (
        AgencyComparison,
        AgencyReview,
        FeedbackReview,
        FeedbackRow,
        GroupRow,
        RelayLevel,
        ReportDetail,
        ReportRow,
        Standing,
    )
    from layouts.review.desk import Desk

WRITERS: Mapping[str, tuple[Callable[[Table[Any], About], bytes], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}


REFUSALS: Mapping[type[Exception], int] = {
    BadAddressError: 400,
    NotAllowedError: 403,
    NoSuchPageError: 404,
    ExportTooLargeError: 413,
    RevealRefusedError: 429,
    DataUnavailable: 503,
}


def export_blueprint(answers: DeskAnswers) -> Blueprint:
    """The route of all downloads."""
    blueprint = Blueprint("desk-exports", __name__)

    @blueprint.get(f"{ROOT}unduh/<table>.<kind>")
    def download(table: str, kind: str) -> Response:
        if table not in DOWNLOADS or kind not in WRITERS:
            return _error(404, f"tables: {', '.join(DOWNLOADS)}; kinds: {', '.join(WRITERS)}")
        try:
            return _file(table, kind, answers.asked(_address()), answers)
        except tuple(REFUSALS) as error:
            status = next(REFUSALS[each] for each in type(error).__mro__ if each in REFUSALS)
            return _error(status, str(error) or "there is no such table for you")

    return blueprint


def _address() -> Address:
    """The address of the page that the table stands on."""
    pairs = [pair for pair in request.args.items(multi=True) if pair[1]]
    query = tuple(pair for pair in dict.fromkeys(pairs) if pair[0] not in {"page", "subject"})
    page = request.args.get("page", OVERVIEW)
    return Address(page if page in PAGES else OVERVIEW, request.args.get("subject"), query)


def _file(name: str, kind: str, desk: Desk, answers: DeskAnswers) -> Response:
    asked = DOWNLOADS[name]
    people_too = not desk.rights.suppress_small
    if (asked.single and not desk.rights.export_rows) or (asked.people and not people_too):
        return _error(403, "not allowed")
    write, content_type = WRITERS[kind]
    with force_locale(desk.language), answers.watched():
        content = write(asked.table(desk, answers), _about(desk))
    stamp = desk.as_of.strftime("%Y%m%d")
    return Response(
        content,
        content_type=content_type,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="bcc-{name}-{stamp}.{kind}"',
        },
    )


def _about(desk: Desk) -> About:
    user = current_user()
    chosen = [pair for pair in desk.address.query if pair[0] != "as_of"]
    return About(
        who=f"{user.display_name or user.name} ({user.name}, {user.role})" if user else "",
        when=datetime.now(UTC),
        as_of=desk.as_of,
        t=desk.t,
        notes=(desk.t(COARSE),) if desk.rights.suppress_small else (),
        filters=(
            *((desk.address.subject,) if desk.address.subject else ()),
            *(chip_text(desk, name, value) for name, value in chosen),
        ),
    )


def _error(status: int, sentence: str) -> Response:
    answer = jsonify({"error": sentence})
    answer.status_code = status
    return answer


# -- tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Download:
    """A table that can be taken along: its title, its columns, and who asks for its rows."""

    title: str
    columns: tables.Columns
    rows: Callable[[Desk, DeskAnswers], Sequence[Any]]
    cases: Callable[[Any], int] | None = None
    """How many reports a row tells of."""
    single: bool = False
    """Tells of reports one by one: that needs a right of its own."""
    people: bool = False
    """Tells of single persons, if without names."""

    def table(self, desk: Desk, answers: DeskAnswers) -> Table[Any]:
        """What the reader gets of it."""
        rows = self.rows(desk, answers)
        coarse = desk.rights.suppress_small
        return Table(desk.t(self.title), self.columns, rows, self.cases, desk.t, coarse)


def _queue(desk: Desk, answers: DeskAnswers) -> list[ReportRow]:
    rows: list[ReportRow] = []
    while len(rows) < MOST_ROWS + 1:
        page = answers.review.rows(
            desk.filters,
            desk.as_of,
            offset=len(rows),
            limit=BLOCK,
            see_confidential=desk.rights.see_confidential,
            count=False,
        )
        rows += page.rows
        if len(page.rows) < BLOCK:
            break
    return rows


def _found(desk: Desk, answers: DeskAnswers) -> Sequence[ReportRow]:
    return search_rows(desk, answers.review, BLOCK)


def _report(desk: Desk, answers: DeskAnswers) -> ReportDetail:
    if desk.address.page != REPORT:
        raise NoSuchPageError
    return report_detail(desk, answers.review)


def _subject(desk: Desk, answers: DeskAnswers) -> AgencyReview | PlaceReview:
    if desk.address.page == AGENCY:
        return agency_review(desk, answers.review)
    if desk.address.page == PLACE:
        return place_review(desk, answers.review)
    raise NoSuchPageError


def _bands(desk: Desk, answers: DeskAnswers) -> list[tuple[AgeBand, int]]:
    found = _subject(desk, answers)
    bands = found.bands if isinstance(found, PlaceReview) else found.backlog.bands
    return [(band, bands[band]) for band in AgeBand]


def _times(desk: Desk, answers: DeskAnswers) -> list[tuple[str, Survival]]:
    found = _subject(desk, answers)
    return [(n_("jawaban"), found.answer.survival), (n_("selesai"), found.finish.survival)]


def _relay(desk: Desk, answers: DeskAnswers) -> Sequence[RelayLevel]:
    found = _subject(desk, answers)
    if isinstance(found, PlaceReview):
        raise NoSuchPageError
    return found.relay.levels


def _feedback(desk: Desk, answers: DeskAnswers) -> FeedbackReview:
    return answers.review.feedback(desk.filters, desk.as_of)


def _feedback_city(desk: Desk, answers: DeskAnswers) -> list[FeedbackRow]:
    if desk.address.page in {AGENCY, PLACE}:
        return [_subject(desk, answers).feedback]
    return [_feedback(desk, answers).city]


def _use(desk: Desk, answers: DeskAnswers) -> Sequence[Participation]:
    if desk.address.page == PLACE:
        return place_review(desk, answers.review).participation
    return answers.reports.participation(desk.as_of, desk.filters, MONTHS)


def _years(desk: Desk, answers: DeskAnswers) -> Sequence[YearRow]:
    return answers.reports.year_table(desk.as_of, replace(desk.filters, since=None, until=None))


def _compared(desk: Desk, answers: DeskAnswers) -> Sequence[AgencyComparison]:
    return answers.review.compare(desk.filters, desk.as_of)


def _funnel(title: str, pick: Callable[[AgencyComparison], Standing]) -> Download:
    return Download(title, tables.funnel(pick), _compared, lambda row: pick(row).share.n)


def _groups(title: str, name: str) -> Download:
    def rows(desk: Desk, answers: DeskAnswers) -> Sequence[GroupRow]:
        found: Sequence[GroupRow] = getattr(answers.review, name)(desk.filters, desk.as_of)
        return found

    return Download(title, tables.GROUPS, rows, lambda row: row.received)


def _feedbacks(rows: Callable[[Desk, DeskAnswers], Sequence[FeedbackRow]]) -> Download:
    return Download(n_("Umpan balik"), tables.FEEDBACK, rows, lambda row: row.satisfied.n)


DOWNLOADS: Mapping[str, Download] = {
    "queue": Download(n_("Antrean"), tables.REPORTS, _queue, single=True),
    "found": Download(n_("Hasil pencarian"), tables.REPORTS, _found, single=True),
    "history": Download(
        n_("Riwayat"), tables.HISTORY, lambda d, a: _report(d, a).events, single=True
    ),
    "hops": Download(n_("Estafet"), tables.HOPS, lambda d, a: _report(d, a).hops, single=True),
    "similar": Download(
        n_("Laporan serupa"),
        tables.SIMILAR,
        lambda d, a: _report(d, a).similar.reports,
        single=True,
    ),
    "of-reporter": Download(
        n_("Laporan seorang pelapor"),
        tables.REPORTS,
        lambda d, a: reports_of_one(d, a.review).rows,
        single=True,
    ),
    "backlog": Download(
        n_("Laporan terbuka per SKPD"),
        tables.BACKLOG,
        lambda d, a: a.reports.open_by_agency(d.as_of, d.filters),
        lambda row: row.open,
    ),
    "volume": Download(
        n_("Laporan per bulan"),
        tables.VOLUME,
        lambda d, a: a.reports.monthly_volume(d.as_of, d.filters),
        lambda row: row.received,
    ),
    "map": Download(
        n_("Laporan terbuka menurut kelurahan"),
        tables.PLACES,
        lambda d, a: a.reports.open_by_kelurahan(d.as_of, d.filters),
        lambda row: row.open,
    ),
    "categories": Download(
        n_("Kategori"),
        tables.GROUPS,
        lambda d, a: a.review.categories(period_of(d).shown, d.as_of),
        lambda row: row.received,
    ),
    "year-table": Download(
        n_("Ditindaklanjuti per tahun"), tables.YEARS, _years, lambda row: row.reports
    ),
    "comparison": Download(
        n_("Perbandingan SKPD"), tables.COMPARISON, _compared, lambda row: row.on_time.share.n
    ),
    "funnel-on-time": _funnel(n_("Tepat waktu"), lambda row: row.on_time),
    "funnel-acted": _funnel(n_("Ditindaklanjuti"), lambda row: row.acted),
    "funnel-satisfied": _funnel(n_("Warga puas"), lambda row: row.satisfied),
    "reporters": Download(
        n_("Pelapor teraktif"),
        tables.REPORTERS,
        lambda d, a: a.reports.top_reporters(d.as_of, d.filters),
        people=True,
    ),
    "participation": Download(
        n_("Partisipasi menurut kelurahan"),
        tables.PARTICIPATION,
        lambda d, a: a.review.participation(d.filters, d.as_of),
        lambda row: row.trend.last_12,
    ),
    "bands": Download(n_("Laporan terbuka menurut umur"), tables.AGES, _bands, lambda row: row[1]),
    "times": Download(
        n_("Waktu jawab dan waktu selesai"), tables.TIMES, _times, lambda row: row[1].n
    ),
    "relay": Download(n_("Estafet eskalasi"), tables.RELAY, _relay, lambda row: row.hops),
    "months": Download(
        n_("Laporan per bulan"),
        tables.MONTHS,
        lambda d, a: _subject(d, a).months,
        lambda row: row.volume.received,
    ),
    "use": Download(n_("Partisipasi per bulan"), tables.USE, _use, lambda row: row.reporters),
    "by-category": _groups(n_("Kategori"), "categories"),
    "by-kelurahan": _groups(n_("Kelurahan"), "kelurahan"),
    "by-kecamatan": _groups(n_("Kecamatan"), "kecamatan"),
    "by-agency": _groups(n_("SKPD"), "agencies"),
    "feedback-city": _feedbacks(_feedback_city),
    "feedback-agencies": _feedbacks(lambda d, a: _feedback(d, a).agencies),
    "feedback-categories": _feedbacks(lambda d, a: _feedback(d, a).categories),
}
