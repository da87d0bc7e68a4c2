"""From a question to a page: ask what the page needs, and hand it to its layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data_access.records import WIB, Filters
from data_access.together import ask_together
from layouts.review import address
from layouts.review.agency import agencies_sheet, agency_sheet
from layouts.review.comparison import comparison_sheet
from layouts.review.feedback import feedback_sheet
from layouts.review.overview import Overview, overview_sheet
from layouts.review.place import place_sheet, places_sheet
from layouts.review.queue import queue_sheet, search_sheet
from layouts.review.report import report_sheet
from layouts.review.reporters import is_rank, reporter_sheet, reporters_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data_access.boundaries import Boundaries
    from data_access.reports import Reports
    from data_access.review import Review
    from data_access.review_records import AgencyReview, Page, PlaceReview, ReportDetail, ReportRow
    from layouts.review.desk import Desk
    from layouts.review.shell import Sheet

DEFAULT_PERIOD = timedelta(days=30)
MONTHS = 36
HITS = 20
"""Of a search, on its page."""


class NoSuchPageError(Exception):
    """There is nothing at this address, or nothing for this reader."""


class ForeignReportError(NoSuchPageError):
    """There is no such report, or none for this reader's agency: they are not told which."""

    def __init__(self, ticket: str) -> None:
        super().__init__()
        self.ticket = ticket


class NotAllowedError(Exception):
    """The reader's role does not include this page."""


@dataclass(frozen=True)
class Sources:
    """Whom pages ask."""

    review: Review
    reports: Reports
    boundaries: Boundaries


# -- periods --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """What is shown, and what it is compared with."""

    shown: Filters
    other: Filters | None
    words: str
    other_words: str


def period_of(desk: Desk) -> Period:
    """The address's period or the last 30 days, and the one before it or a year before."""
    filters, versus = desk.filters, desk.address.value("vs") or "before"
    given = filters.since is not None or filters.until is not None
    until = min(filters.until or desk.as_of, desk.as_of)
    since = filters.since if given else until - DEFAULT_PERIOD
    shown = replace(filters, since=since, until=filters.until)
    words = _period_words(desk, filters) if given else desk.t("30 hari")
    if versus == "none" or since is None or since >= until:
        return Period(shown, None, words, "")
    back = until - since if versus == "before" else timedelta(days=365)
    other = replace(filters, since=since - back, until=until - back)
    name = desk.t("sebelumnya") if versus == "before" else desk.t("setahun lalu")
    return Period(shown, other, words, name)


def _period_words(desk: Desk, filters: Filters) -> str:
    if filters.since and filters.until:
        last = filters.until - timedelta(seconds=1)
        return f"{desk.day(filters.since)} – {desk.day(last)}"
    if filters.since:
        return desk.t("sejak {day}", day=desk.day(filters.since))
    assert filters.until is not None
    return desk.t("sebelum {day}", day=desk.day(filters.until))


def _day(moment: datetime | None) -> str:
    return moment.astimezone(WIB).isoformat(timespec="seconds") if moment else ""


# -- pages ----------------------------------------------------------------------------------------


def show(desk: Desk, sources: Sources) -> Sheet:
    """The page of the desk's address.

    Raises:
        NoSuchPageError: no such agency, place or report.
        NotAllowedError: the role does not include it.
        DataUnavailable: the database can't be read now.
    """
    return PAGES[desk.address.page](desk, sources)


def _overview(desk: Desk, sources: Sources) -> Sheet:
    review, reports, as_of = sources.review, sources.reports, desk.as_of
    period, filters = period_of(desk), desk.filters
    other = period.other
    answers = ask_together(
        shown=lambda: review.figures(period.shown, as_of),
        open=lambda: reports.open_backlog(as_of, filters),
        overdue=lambda: reports.overdue(as_of, filters),
        before=lambda: review.met(other, as_of) if other else None,
        months=lambda: reports.monthly_volume(as_of, filters),
        agencies=lambda: reports.open_by_agency(as_of, filters),
        places=lambda: reports.open_by_kelurahan(as_of, filters),
        incidents=lambda: reports.open_incidents(as_of, filters),
        queue=lambda: reports.escalation_queue(as_of, filters, limit=12),
        years=lambda: reports.year_table(as_of, replace(filters, since=None, until=None)),
        categories=lambda: review.categories(period.shown, as_of),
    )
    found = Overview(
        **answers,
        period=(_day(period.shown.since), _day(period.shown.until)),
        period_words=period.words,
        other_words=period.other_words,
    )
    return overview_sheet(desk, found, sources.boundaries)


def _agency(desk: Desk, sources: Sources) -> Sheet:
    name = desk.address.subject
    if name is None:
        return agencies_sheet(desk, sources.reports.open_by_agency(desk.as_of, desk.filters))
    return agency_sheet(desk, agency_review(desk, sources.review))


def agency_review(desk: Desk, review: Review) -> AgencyReview:
    """The agency that the address names.

    Raises:
        NotAllowedError: the reader's rights end at another agency.
        NoSuchPageError: there is none.
    """
    name = desk.address.subject or ""
    if desk.rights.agency is not None and name != desk.rights.agency:
        raise NotAllowedError
    found = review.agency(
        name, desk.filters, desk.as_of, see_confidential=desk.rights.see_confidential
    )
    if found is None:
        raise NoSuchPageError
    return found


def _comparison(desk: Desk, sources: Sources) -> Sheet:
    return comparison_sheet(desk, sources.review.compare(desk.filters, desk.as_of))


def _place(desk: Desk, sources: Sources) -> Sheet:
    code, reports = desk.address.subject, sources.reports
    if code is None:
        answers = ask_together(
            places=lambda: reports.open_by_kelurahan(desk.as_of, desk.filters),
            incidents=lambda: reports.open_incidents(desk.as_of, desk.filters),
            kecamatan=lambda: sources.review.kecamatan(desk.filters, desk.as_of),
        )
        return places_sheet(desk, **answers, boundaries=sources.boundaries)
    return place_sheet(desk, place_review(desk, sources.review))


def place_review(desk: Desk, review: Review) -> PlaceReview:
    """The place that the address names.

    Raises:
        NoSuchPageError: there is none.
    """
    found = review.place(desk.address.subject or "", desk.filters, desk.as_of)
    if found is None:
        raise NoSuchPageError
    return found


def _queue(desk: Desk, sources: Sources) -> Sheet:
    _only_with_reports(desk)
    first = sources.review.rows(
        desk.filters, desk.as_of, limit=1, see_confidential=desk.rights.see_confidential
    )
    return queue_sheet(desk, first)


def _search(desk: Desk, sources: Sources) -> Sheet:
    return search_sheet(desk, search_rows(desk, sources.review))


def search_rows(desk: Desk, review: Review, limit: int = HITS) -> tuple[ReportRow, ...]:
    """The reports that the address's words lead to.

    Raises:
        NotAllowedError: the role sees no single report.
    """
    _only_with_reports(desk)
    if not desk.filters.text:
        return ()
    return review.search(
        desk.filters.text,
        desk.as_of,
        filters=replace(desk.filters, text=None),
        see_confidential=desk.rights.see_confidential,
        limit=limit,
    )


def _report(desk: Desk, sources: Sources) -> Sheet:
    return report_sheet(desk, report_detail(desk, sources.review), sources.boundaries)


def report_detail(desk: Desk, review: Review) -> ReportDetail:
    """The report that the address names.

    Raises:
        NotAllowedError: the role sees no single report.
        ForeignReportError: it is another agency's.
        NoSuchPageError: there is none.
    """
    _only_with_reports(desk)
    ticket = desk.address.subject or ""
    mine = desk.rights.agency
    if mine is not None and not review.may_see(ticket, mine):
        raise ForeignReportError(ticket)
    found = review.report(ticket, desk.as_of, see_confidential=desk.rights.see_confidential)
    if found is None:
        raise NoSuchPageError
    return found


def _reporters(desk: Desk, sources: Sources) -> Sheet:
    if desk.address.subject is not None:
        return reporter_sheet(desk, reports_of_one(desk, sources.review))
    reports, review, filters, as_of = sources.reports, sources.review, desk.filters, desk.as_of
    answers = ask_together(
        months=lambda: reports.participation(as_of, filters, MONTHS),
        places=lambda: review.participation(filters, as_of),
        top=lambda: reports.top_reporters(as_of, filters),
    )
    return reporters_sheet(desk, **answers)


def reports_of_one(desk: Desk, review: Review) -> Page[ReportRow]:
    """The newest reports of one citizen: by the rank, or of whom a report is.

    Raises:
        NotAllowedError: the role sees no single report, or not those of all agencies.
        NoSuchPageError: there is no such rank, or no such report that names its reporter.
    """
    _only_with_reports(desk)
    subject = desk.address.subject or ""
    if is_rank(subject):
        found = review.of_rank(int(subject), desk.filters, desk.as_of)
    elif desk.rights.agency is not None:
        raise NotAllowedError
    else:
        found = review.of_same_reporter(subject, desk.as_of)
    if not found.total:
        raise NoSuchPageError
    return found


def _feedback(desk: Desk, sources: Sources) -> Sheet:
    return feedback_sheet(desk, sources.review.feedback(desk.filters, desk.as_of))


def _only_with_reports(desk: Desk) -> None:
    if not desk.rights.see_reports:
        raise NotAllowedError


PAGES: Mapping[str, Callable[[Desk, Sources], Sheet]] = {
    address.OVERVIEW: _overview,
    address.AGENCY: _agency,
    address.COMPARISON: _comparison,
    address.PLACE: _place,
    address.QUEUE: _queue,
    address.REPORTERS: _reporters,
    address.FEEDBACK: _feedback,
    address.REPORT: _report,
    address.SEARCH: _search,
}
