"""The questions that the desk's pages ask: lists, single reports, agencies, places, comparisons.

Each is asked as of a moment and about the reports that filters ask for, as the wall's are
(``reports``). Nothing selects a name, a phone number, an address or an exact position. A
citizen's words are given in lists and of single reports only, and of confidential reports only
to readers with the right to see them (``see_confidential``); for the others these are left out
wherever a filter would tell what they are about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_access import (
    review_agencies,
    review_detail,
    review_feedback,
    review_figures,
    review_lists,
    review_near,
    review_places,
    review_reporters,
)
from data_access.records import ALL
from data_access.review_records import SortKey

if TYPE_CHECKING:
    from datetime import datetime

    from data_access.records import Filters, OnTime
    from data_access.reports import Reports
    from data_access.review_records import (
        AgencyComparison,
        AgencyReview,
        Comparison,
        FeedbackReview,
        GroupRow,
        KelurahanUse,
        MonthRow,
        Page,
        PeriodFigures,
        PlaceReview,
        Relay,
        ReportDetail,
        ReportRow,
        Similar,
    )


class Review:
    """Questions of the desk to one report database, beside the wall's in ``reports``."""

    def __init__(self, reports: Reports) -> None:
        self.reports = reports

    # -- lists and single reports -----------------------------------------------------------------

    def rows(
        self,
        filters: Filters,
        as_of: datetime,
        *,
        sort: SortKey = SortKey.RECEIVED,
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
        see_confidential: bool = False,
        count: bool = True,
    ) -> Page[ReportRow]:
        """Reports in order; ``count`` says whether the total is wanted, else it is a least."""
        return review_lists.rows(
            self.reports,
            filters,
            as_of,
            order=review_lists.Order(SortKey(sort), descending),
            offset=offset,
            limit=limit,
            see_confidential=see_confidential,
            count=count,
        )

    def search(
        self,
        text: str,
        as_of: datetime,
        *,
        filters: Filters = ALL,
        see_confidential: bool = False,
        limit: int = 20,
    ) -> tuple[ReportRow, ...]:
        """Reports whose ticket begins so; if none does, those with all the words. Newest first."""
        return review_lists.search(
            self.reports, text, as_of, filters, see_confidential=see_confidential, limit=limit
        )

    def report(
        self, ticket: str, as_of: datetime, *, see_confidential: bool = False
    ) -> ReportDetail | None:
        """One report from its receipt on; ``None`` where there is none by the moment."""
        return review_detail.report(self.reports, ticket, as_of, see_confidential=see_confidential)

    def similar(self, ticket: str, as_of: datetime, *, see_confidential: bool = False) -> Similar:
        """Reports of the same category within 150 m and 30 days."""
        return review_detail.similar(self.reports, ticket, as_of, see_confidential=see_confidential)

    def may_see(self, ticket: str, agency: str) -> bool:
        """Whether the report was ever forwarded to the agency."""
        return review_detail.may_see(self.reports, ticket, agency)

    def open_in_block(
        self, corner: tuple[float, float], filters: Filters, as_of: datetime
    ) -> tuple[int, ...]:
        """Ids of the open reports that a mark of the map stands for; confidential ones left out.

        ``corner`` is the block's, as ``grid.block_of`` gives it: no position is told that
        the map does not tell.
        """
        return review_near.open_in_block(self.reports, corner, filters, as_of)

    # -- reporters --------------------------------------------------------------------------------

    def of_rank(
        self, rank: int, filters: Filters, as_of: datetime, *, offset: int = 0, limit: int = 100
    ) -> Page[ReportRow]:
        """The named reports of the reporter at a place of ``Reports.top_reporters``."""
        return review_reporters.of_rank(self.reports, rank, filters, as_of, offset, limit)

    def of_same_reporter(
        self, ticket: str, as_of: datetime, *, offset: int = 0, limit: int = 100
    ) -> Page[ReportRow]:
        """The named reports of a report's reporter; none where it is itself not named."""
        return review_reporters.of_same_reporter(self.reports, ticket, as_of, offset, limit)

    # -- agencies ---------------------------------------------------------------------------------

    def agency(
        self,
        abbreviation: str,
        filters: Filters,
        as_of: datetime,
        *,
        see_confidential: bool = False,
    ) -> AgencyReview | None:
        """One agency's page; ``None`` where there is no such agency."""
        return review_agencies.agency(
            self.reports, abbreviation, filters, as_of, see_confidential=see_confidential
        )

    def compare(self, filters: Filters, as_of: datetime) -> tuple[AgencyComparison, ...]:
        """Every agency's shares beside the city's own."""
        return review_agencies.compare(self.reports, filters, as_of)

    def relay(self, filters: Filters, as_of: datetime) -> Relay:
        """How reports go from agency to agency."""
        return review_agencies.relay(self.reports, filters, as_of)

    # -- places -----------------------------------------------------------------------------------

    def place(self, code: str, filters: Filters, as_of: datetime) -> PlaceReview | None:
        """The page of a kecamatan or a kelurahan; ``None`` where there is no such code."""
        return review_places.place(self.reports, code, filters, as_of)

    def participation(self, filters: Filters, as_of: datetime) -> tuple[KelurahanUse, ...]:
        """Use of the service in each kelurahan, over the last 36 months, by code."""
        return review_places.participation(self.reports, filters, as_of)

    # -- figures ----------------------------------------------------------------------------------

    def feedback(self, filters: Filters, as_of: datetime) -> FeedbackReview:
        """What citizens say of finished reports: in all, by agency and by category."""
        return review_feedback.review(self.reports, filters, as_of)

    def categories(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        """Each category's reports, most received first."""
        return review_figures.by_category(self.reports, filters, as_of)

    def agencies(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        """Each agency's reports, most received first; a report may count for several."""
        return review_figures.by_agency(self.reports, filters, as_of)

    def kelurahan(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        """Each kelurahan's reports, most received first."""
        return review_figures.by_kelurahan(self.reports, filters, as_of)

    def kecamatan(self, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
        """Each kecamatan's reports, most received first."""
        return review_figures.by_kecamatan(self.reports, filters, as_of)

    def by_month(self, filters: Filters, as_of: datetime, months: int = 36) -> tuple[MonthRow, ...]:
        """The last months: volume, and how the reports received in each were met."""
        return review_figures.by_month(self.reports, filters, as_of, months)

    def figures(self, filters: Filters, as_of: datetime) -> PeriodFigures:
        """The key figures of the reports that the filters ask for."""
        return review_figures.figures(self.reports, filters, as_of)

    def met(self, filters: Filters, as_of: datetime) -> OnTime:
        """How the reports received in the filters' period were met: with all, how many they are."""
        return self.reports.on_time(as_of, filters)

    def compared(
        self,
        filters: Filters,
        as_of: datetime,
        other_filters: Filters,
        other_as_of: datetime | None = None,
    ) -> Comparison:
        """Key figures beside those of another period, or of another moment."""
        return review_figures.compared(
            self.reports, filters, as_of, other_filters, other_as_of or as_of
        )
