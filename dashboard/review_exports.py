"""The desk's downloads: a card's table as a file, with its page's rights, masks and filters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from callbacks.review_pages import (
    MONTHS,
    NoSuchPageError,
    NotAllowedError,
    agency_review,
    period_of,
    place_review,
)
from dashboard.access import current_user
from dashboard.exports import (
    MOST_ROWS,
    About,
    Column,
    ExportTooLargeError,
    Kind,
    Table,
    feedback_table,
    group_table,
    report_table,
    share_columns,
    suppress,
    write_csv,
    write_xlsx,
)
from dashboard.review_requests import BadAddressError
from data_access.errors import DataUnavailable
from data_access.records import AgeBand
from data_access.review_lists import MOST_ROWS as BLOCK
from data_access.review_records import PlaceReview
from layouts.review.address import AGENCY, OVERVIEW, PAGES, PLACE, ROOT, Address
from layouts.review.shell import chip_text
from layouts.review.words import BANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.review_answers import DeskAnswers
    from data_access.review_records import AgencyReview, ReportRow
    from layouts.review.desk import Desk

WRITERS: Mapping[str, tuple[Callable[[Table[Any], About], bytes], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}


@dataclass(frozen=True)
class Download:
    """A table that can be taken along. Rows of reports need a right of their own."""

    make: Callable[[Desk, DeskAnswers], Table[Any]]
    rows: bool = False
    people: bool = False
    """Tells of single persons, if without names."""


REFUSALS: Mapping[type[Exception], int] = {
    BadAddressError: 400,
    NotAllowedError: 403,
    NoSuchPageError: 404,
    ExportTooLargeError: 413,
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
    small = desk.rights.suppress_small
    if (asked.rows and not desk.rights.export_rows) or (asked.people and small):
        return _error(403, "not allowed")
    made = asked.make(desk, answers)
    write, content_type = WRITERS[kind]
    content = write(suppress(made) if small else made, _about(desk))
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


def _queue(desk: Desk, answers: DeskAnswers) -> Table[Any]:
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
    return report_table(desk.t("Antrean"), rows)


def _backlog(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("SKPD"), Kind.TEXT, lambda row: row.agency),
        Column(desk.t("Nama"), Kind.TEXT, lambda row: row.name),
        Column(desk.t("terbuka"), Kind.COUNT, lambda row: row.open),
        Column(desk.t("lewat tenggat"), Kind.COUNT, lambda row: row.overdue),
        *(_band_column(desk, band) for band in AgeBand),
        *share_columns(desk.t("tepat waktu, 90 hari"), lambda row: row.on_time.share),
    )
    rows = answers.reports.open_by_agency(desk.as_of, desk.filters)
    return Table(desk.t("Laporan terbuka per SKPD"), columns, rows, cases=lambda row: row.open)


def _band_column(desk: Desk, band: AgeBand) -> Column[Any]:
    return Column(desk.t(BANDS[band]), Kind.COUNT, lambda row: row.bands[band])


def _volume(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("bulan"), Kind.DAY, lambda row: row.month),
        Column(desk.t("masuk"), Kind.COUNT, lambda row: row.received),
        Column(desk.t("selesai"), Kind.COUNT, lambda row: row.finished),
        Column(desk.t("selisih"), Kind.COUNT, lambda row: row.net_flow),
    )
    rows = answers.reports.monthly_volume(desk.as_of, desk.filters)
    return Table(desk.t("Laporan per bulan"), columns, rows, cases=lambda row: row.received)


def _map(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("kelurahan"), Kind.TEXT, lambda row: row.name),
        Column(desk.t("kecamatan"), Kind.TEXT, lambda row: row.kecamatan),
        Column(desk.t("terbuka"), Kind.COUNT, lambda row: row.open),
        Column(desk.t("lewat tenggat"), Kind.COUNT, lambda row: row.overdue),
    )
    rows = answers.reports.open_by_kelurahan(desk.as_of, desk.filters)
    title = desk.t("Laporan terbuka menurut kelurahan")
    return Table(title, columns, rows, cases=lambda row: row.open)


def _categories(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    rows = answers.review.categories(period_of(desk).shown, desk.as_of)
    return group_table(desk.t("Kategori"), rows)


def _years(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("tahun"), Kind.TEXT, lambda row: str(row.year)),
        Column(desk.t("laporan"), Kind.COUNT, lambda row: row.reports),
        Column(desk.t("laporan × SKPD"), Kind.COUNT, lambda row: row.escalations),
        *share_columns(desk.t("ditindaklanjuti"), lambda row: row.acted),
    )
    rows = answers.reports.year_table(desk.as_of, replace(desk.filters, since=None, until=None))
    title = desk.t("Ditindaklanjuti per tahun")
    return Table(title, columns, rows, cases=lambda row: row.reports)


def _comparison(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("SKPD"), Kind.TEXT, lambda row: row.agency),
        Column(desk.t("Nama"), Kind.TEXT, lambda row: row.name),
        *share_columns(desk.t("tepat waktu"), lambda row: row.on_time.share),
        *share_columns(desk.t("ditindaklanjuti"), lambda row: row.acted.share),
        *share_columns(desk.t("warga puas"), lambda row: row.satisfied.share),
    )
    rows = answers.review.compare(desk.filters, desk.as_of)
    title = desk.t("Perbandingan SKPD")
    return Table(title, columns, rows, cases=lambda row: row.on_time.share.n)


def _reporters(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column("#", Kind.COUNT, lambda row: row.rank),
        Column(desk.t("kelurahan"), Kind.TEXT, lambda row: row.kelurahan),
        Column(desk.t("laporan"), Kind.COUNT, lambda row: row.reports),
        Column(desk.t("12 bulan"), Kind.COUNT, lambda row: sum(row.recent)),
    )
    rows = answers.reports.top_reporters(desk.as_of, desk.filters)
    return Table(desk.t("Pelapor teraktif"), columns, rows)


def _participation(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("kelurahan"), Kind.TEXT, lambda row: row.name),
        Column(desk.t("kecamatan"), Kind.TEXT, lambda row: row.kecamatan),
        Column(desk.t("12 bulan"), Kind.COUNT, lambda row: row.trend.last_12),
        Column(desk.t("setahun sebelumnya"), Kind.COUNT, lambda row: row.trend.before_12),
        Column(desk.t("perubahan"), Kind.SHARE, lambda row: row.trend.change),
        Column(desk.t("per 10.000 jiwa"), Kind.COUNT, lambda row: row.per_10_000),
    )
    rows = answers.review.participation(desk.filters, desk.as_of)
    title = desk.t("Partisipasi menurut kelurahan")
    return Table(title, columns, rows, cases=lambda row: row.trend.last_12)


def _feedback_agencies(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    found = answers.review.feedback(desk.filters, desk.as_of)
    return feedback_table(desk.t("Umpan balik"), found.agencies)


def _feedback_categories(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    found = answers.review.feedback(desk.filters, desk.as_of)
    return feedback_table(desk.t("Umpan balik"), found.categories)


# -- tables of a page's subject -------------------------------------------------------------------


def _subject(desk: Desk, answers: DeskAnswers) -> AgencyReview | PlaceReview:
    if desk.address.page == AGENCY:
        return agency_review(desk, answers.review)
    if desk.address.page == PLACE:
        return place_review(desk, answers.review)
    raise NoSuchPageError


def _bands(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    found = _subject(desk, answers)
    bands = found.bands if isinstance(found, PlaceReview) else found.backlog.bands
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("umur"), Kind.TEXT, lambda band: desk.t(BANDS[band])),
        Column(desk.t("terbuka"), Kind.COUNT, lambda band: bands[band]),
    )
    title = desk.t("Laporan terbuka menurut umur")
    return Table(title, columns, tuple(AgeBand), cases=lambda band: bands[band])


def _times(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    found = _subject(desk, answers)
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("waktu"), Kind.TEXT, lambda row: row[0]),
        Column(desk.t("median"), Kind.DURATION, lambda row: row[1].median),
        Column(desk.t("90 %"), Kind.DURATION, lambda row: row[1].p90),
        Column("n", Kind.COUNT, lambda row: row[1].n),
        Column(desk.t("tersensor"), Kind.COUNT, lambda row: row[1].n - row[1].events),
    )
    rows = (
        (desk.t("jawaban"), found.answer.survival),
        (desk.t("selesai"), found.finish.survival),
    )
    title = desk.t("Waktu jawab dan waktu selesai")
    return Table(title, columns, rows, cases=lambda row: row[1].n)


def _relay(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    found = _subject(desk, answers)
    if isinstance(found, PlaceReview):
        raise NoSuchPageError
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("tingkat"), Kind.COUNT, lambda row: row.level),
        Column(desk.t("laporan"), Kind.COUNT, lambda row: row.hops),
        *share_columns(desk.t("dikembalikan"), lambda row: row.returned),
        Column(desk.t("dipegang, median"), Kind.DURATION, lambda row: row.held.median),
        Column(desk.t("90 %"), Kind.DURATION, lambda row: row.held.p90),
        Column(desk.t("menjawab, median"), Kind.DURATION, lambda row: row.answer.median),
    )
    levels = found.relay.levels
    return Table(desk.t("Estafet eskalasi"), columns, levels, cases=lambda row: row.hops)


def _feedback_city(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    if desk.address.page in {AGENCY, PLACE}:
        return feedback_table(desk.t("Umpan balik"), (_subject(desk, answers).feedback,))
    return feedback_table(
        desk.t("Umpan balik"), (answers.review.feedback(desk.filters, desk.as_of).city,)
    )


def _months(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("bulan"), Kind.DAY, lambda row: row.volume.month),
        Column(desk.t("masuk"), Kind.COUNT, lambda row: row.volume.received),
        Column(desk.t("selesai"), Kind.COUNT, lambda row: row.volume.finished),
        *share_columns(desk.t("tepat waktu"), lambda row: row.on_time.share),
        *share_columns(desk.t("ditindaklanjuti"), lambda row: row.acted),
    )
    rows = _subject(desk, answers).months
    return Table(desk.t("Laporan per bulan"), columns, rows, cases=lambda row: row.volume.received)


def _use(desk: Desk, answers: DeskAnswers) -> Table[Any]:
    columns: tuple[Column[Any], ...] = (
        Column(desk.t("bulan"), Kind.DAY, lambda row: row.month),
        Column(desk.t("laporan"), Kind.COUNT, lambda row: row.reports),
        Column(desk.t("pelapor"), Kind.COUNT, lambda row: row.reporters),
        Column(desk.t("pelapor baru"), Kind.COUNT, lambda row: row.new_reporters),
    )
    rows = (
        place_review(desk, answers.review).participation
        if desk.address.page == PLACE
        else answers.reports.participation(desk.as_of, desk.filters, MONTHS)
    )
    title = desk.t("Partisipasi per bulan")
    return Table(title, columns, rows, cases=lambda row: row.reporters)


def _groups(name: str) -> Callable[[Desk, DeskAnswers], Table[Any]]:
    def make(desk: Desk, answers: DeskAnswers) -> Table[Any]:
        return group_table(name, getattr(answers.review, name)(desk.filters, desk.as_of))

    return make


DOWNLOADS: Mapping[str, Download] = {
    "queue": Download(_queue, rows=True),
    "backlog": Download(_backlog),
    "volume": Download(_volume),
    "map": Download(_map),
    "categories": Download(_categories),
    "year-table": Download(_years),
    "comparison": Download(_comparison),
    "reporters": Download(_reporters, people=True),
    "participation": Download(_participation),
    "bands": Download(_bands),
    "times": Download(_times),
    "relay": Download(_relay),
    "months": Download(_months),
    "use": Download(_use),
    "by-category": Download(_groups("categories")),
    "by-kelurahan": Download(_groups("kelurahan")),
    "by-kecamatan": Download(_groups("kecamatan")),
    "by-agency": Download(_groups("agencies")),
    "feedback-city": Download(_feedback_city),
    "feedback-agencies": Download(_feedback_agencies),
    "feedback-categories": Download(_feedback_categories),
}
