"""What a report adds to which cells, as SQL: one definition for keeping, rebuilding and correcting.

Everything that has a moment counts here, whenever that is; what lies after the moment of a
question is taken off when it is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.sql.visitors import replacement_traverse

from data_access import conditions as where
from data_access.columns import (
    block_number,
    is_moment,
    local_month,
    local_year,
    seconds_between,
)
from data_access.records import Status
from data_access.rollups.tables import COUNTERS, Measure
from data_access.schema import escalations, feedback, reports

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """Where reports and what belongs to them are read: the tables, or how they were before."""

    reports: FromClause = reports
    escalations: FromClause = escalations
    feedback: FromClause = feedback

    def of_reports(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """An expression about the table ``reports``, about this source's reports instead."""

        def replaced(element: Any, **_kw: Any) -> Any:
            if getattr(element, "table", None) is reports:
                return self.reports.c[element.key]
            return None

        found: ColumnElement[Any] = replacement_traverse(expression, {}, replaced)
        return found

    def readable(self) -> ColumnElement[bool]:
        """As ``conditions.received_by``, at the end of time."""
        return self.of_reports(where.received_by(FOREVER))

    def finished(self) -> ColumnElement[bool]:
        """Finished at a moment that can be."""
        at = self.reports.c.finished_at
        return and_(where.happened(at, FOREVER), is_moment(at))

    def answered(self) -> ColumnElement[bool]:
        """Answered or acted on."""
        return self.of_reports(where.answered_by(FOREVER))

    def done(self) -> ColumnElement[bool]:
        """Marked done."""
        return where.one_of(self.reports.c.status, [Status.DONE.value])

    def named(self) -> ColumnElement[bool]:
        """The report counts for its reporter."""
        return and_(
            self.readable(),
            self.reports.c.anonymous.is_(False),
            self.reports.c.confidential.is_(False),
        )


def report_facts(source: Source, rule: where.Rule) -> list[Select[Any]]:
    """What the report itself adds."""
    rows = source.reports
    finished = source.finished()
    return [
        _fact(Measure.MONTH, local_month(rows.c.created_at), a=1).where(source.readable()),
        _fact(Measure.MONTH, local_month(rows.c.finished_at), b=1).where(
            source.readable(), finished
        ),
        _fact(
            Measure.BLOCK,
            block_number(rows.c.created_at),
            e=_waited(source),
            **_response(source, rule),
        ).where(source.readable()),
        _fact(Measure.FINISHED_BLOCK, block_number(rows.c.finished_at), a=1).where(
            source.readable(), finished
        ),
    ]


def escalation_facts(source: Source, rule: where.Rule) -> list[Select[Any]]:
    """What a report's escalations add."""
    rows, hops = source.reports, source.escalations
    joined = rows.join(hops, hops.c.report_id == rows.c.id)
    done = and_(source.done(), source.finished())
    earlier = hops.alias("earlier_hops")
    before = [
        earlier.c.report_id == hops.c.report_id,
        earlier.c.id < hops.c.id,
        where.happened(earlier.c.forwarded_at, FOREVER),
    ]
    first = ~exists(literal(1)).where(*before)
    first_there = ~exists(literal(1)).where(*before, earlier.c.agency_id == hops.c.agency_id)
    year = local_year(rows.c.created_at)
    return [
        statement.select_from(joined).where(
            source.readable(), where.happened(hops.c.forwarded_at, FOREVER)
        )
        for statement in (
            _fact(
                Measure.AGENCY_BLOCK,
                block_number(rows.c.created_at),
                hops.c.agency_id,
                **_response(source, rule),
            ),
            _fact(Measure.YEAR, year, a=_one_if(first), b=1, c=_one_if(done)),
            _fact(Measure.AGENCY_YEAR, year, hops.c.agency_id, a=1).where(first_there),
        )
    ]


def feedback_facts(source: Source) -> list[Select[Any]]:
    """What the citizen's feedback on a finished report adds."""
    rows, said = source.reports, source.feedback
    joined = rows.join(said, said.c.report_id == rows.c.id)
    earlier = said.alias("earlier_feedback")
    before = [
        earlier.c.report_id == said.c.report_id,
        earlier.c.id < said.c.id,
        where.happened(earlier.c.created_at, FOREVER),
    ]
    first = ~exists(literal(1)).where(*before)
    contradicts = and_(
        said.c.satisfied.is_(False),
        source.done(),
        ~exists(literal(1)).where(*before, earlier.c.satisfied.is_(False)),
    )
    stars = {name: _one_if(said.c.rating == n) for n, name in enumerate(COUNTERS, start=1)}
    block = block_number(rows.c.finished_at)
    return [
        statement.select_from(joined).where(
            source.readable(), source.finished(), where.happened(said.c.created_at, FOREVER)
        )
        for statement in (
            _fact(
                Measure.FINISHED_BLOCK,
                block,
                b=1,
                c=_one_if(said.c.satisfied.is_(True)),
                d=_one_if(first),
                e=_one_if(contradicts),
            ),
            _fact(Measure.RATINGS, block, **stars).where(said.c.rating.between(1, 5)),
        )
    ]


def all_facts(source: Source, rule: where.Rule) -> list[Select[Any]]:
    """What reports add with all that belongs to them."""
    return [
        *report_facts(source, rule),
        *escalation_facts(source, rule),
        *feedback_facts(source),
    ]


def _waited(source: Source) -> ColumnElement[int]:
    waited = seconds_between(reports.c.created_at, where.FIRST_RESPONSE)
    milliseconds = cast(source.of_reports(waited) * 1000, BigInteger)
    return func.coalesce(case((source.answered(), milliseconds)), 0)


def _response(source: Source, rule: where.Rule) -> dict[str, Any]:
    answered = source.answered()
    met = source.of_reports(where.met_deadline(rule))
    bound = source.of_reports(where.has_deadline(rule))
    return {
        "a": 1,
        "b": case((and_(answered, met), 1), else_=0),
        "c": case((and_(answered, ~met, bound), 1), else_=0),
        "d": case((bound, 0), else_=1),
    }


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _fact(measure: Measure, period: Any, part: Any = None, **counters: Any) -> Select[Any]:
    values = [counters.get(name, 0) for name in COUNTERS]
    return select(
        literal(int(measure)).label("measure"),
        period.label("period"),
        (literal(0) if part is None else part).label("part"),
        *(
            (literal(value) if isinstance(value, int) else value).label(name)
            for name, value in zip(COUNTERS, values, strict=True)
        ),
    )
