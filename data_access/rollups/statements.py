"""What is asked of the roll-ups, and of the tables beside them, as SQL to be prepared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, func, select, union, union_all

from data_access import conditions as where
from data_access import statements as sql
from data_access.columns import block_number, local_month, seconds_between, unindexed
from data_access.prepared import parameter
from data_access.records import ALL
from data_access.rollups.changes import KEY
from data_access.rollups.facts import Source, all_facts
from data_access.rollups.tables import COUNTERS, cells, reporter_months, reporter_totals
from data_access.schema import escalations, feedback, reopenings, reports

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import CompoundSelect, Executable, Select

    from data_access.prepared import When

MEASURE, FIRST, LAST, MOST = "measure", "first", "last", "most"
"""Names of parameters: which cells, and how many rows. Others are those of the wall."""

_LATE = (
    (reports.c.id, reports.c.created_at),
    (reports.c.id, reports.c.answered_at),
    (reports.c.id, reports.c.finished_at),
    (escalations.c.report_id, escalations.c.forwarded_at),
    (reopenings.c.report_id, reopenings.c.reopened_at),
    (feedback.c.report_id, feedback.c.created_at),
)


# -- counts ----------------------------------------------------------------------------------


def late(as_of: When, few: int) -> CompoundSelect[Any]:
    """Reports of which anything lies after the moment, up to one more than a few of each kind."""
    return union(
        *(
            select(select(key.label("id")).where(at > as_of).limit(few + 1).subquery())
            for key, at in _LATE
        )
    )


def _wanted(columns: Any) -> where.Condition:
    between = columns.period.between(bindparam(FIRST), bindparam(LAST))
    return and_(columns.measure == bindparam(MEASURE), between)


def cells_between(_as_of: When) -> Select[Any]:
    """The cells of the ``MEASURE`` from the ``FIRST`` period to the ``LAST``."""
    return select(cells).where(_wanted(cells.c))


def sums_by_part(_as_of: When) -> Executable:
    """Part, and each counter of those cells."""
    sums = [func.sum(cells.c[name]) for name in COUNTERS]
    return select(cells.c.part, *sums).where(_wanted(cells.c)).group_by(cells.c.part)


def facts_of(_as_of: When, rule: where.Rule) -> Executable:
    """What the reports with the ``IDS`` added to those cells."""
    chosen = select(reports).where(one_of_ids()).subquery("late")
    facts = union_all(*all_facts(Source(chosen), rule)).subquery("facts")
    sums = [func.sum(facts.c[name]) for name in COUNTERS]
    keys = [facts.c[name] for name in KEY]
    return select(*keys, *sums).where(_wanted(facts.c)).group_by(*keys)


def most_named(_as_of: When) -> Select[Any]:
    """The ``MOST`` reporters for whom most reports count, and how many."""
    named, person = reporter_totals.c.named, reporter_totals.c.reporter_id
    return (
        select(person, named)
        .where(named > 0)
        .order_by(named.desc(), person)
        .limit(bindparam(MOST, type_=Integer()))
    )


def named_by_month(_as_of: When) -> Executable:
    """Reporter, month and reports that count, of the ``PEOPLE`` in the months."""
    return select(
        reporter_months.c.reporter_id, reporter_months.c.month, reporter_months.c.named
    ).where(
        reporter_months.c.reporter_id.in_(bindparam(sql.PEOPLE, expanding=True)),
        reporter_months.c.month.between(bindparam(FIRST), bindparam(LAST)),
    )


def named_later(as_of: When) -> Select[Any]:
    """Reporter, month and number of those of the ``IDS`` that came after the moment."""
    month = local_month(reports.c.created_at)
    return (
        select(reports.c.reporter_id, month, func.count())
        .where(
            one_of_ids(),
            reports.c.created_at > as_of,
            reports.c.reporter_id.is_not(None),
            Source().named(),
        )
        .group_by(reports.c.reporter_id, month)
    )


# -- reports, beside the counts ----------------------------------------------------------------


def one_of_ids() -> where.Condition:
    """The report is one of the ``IDS``."""
    return reports.c.id.in_(bindparam(sql.IDS, expanding=True))


def received_later(as_of: When) -> list[where.Condition]:
    """Of the ``IDS`` those that came after the moment, but before ``END``."""
    created = reports.c.created_at
    return [one_of_ids(), created > as_of, created < parameter(sql.END)]


def some_received(as_of: When, window: timedelta, enough: int) -> Select[Any]:
    """How many reports came in the window; counted up to what is enough."""
    came = where.received_by(as_of, as_of - window)
    some = select(reports.c.id).where(came).limit(enough).subquery()
    return select(func.count()).select_from(some)


def unanswered_between(as_of: When) -> list[where.Condition]:
    """Received from ``START`` to ``END``, not answered: few, and found by what they lack."""
    created = unindexed(reports.c.created_at)
    return [
        created >= parameter(sql.START),
        created <= parameter(sql.END),
        where.readable_by(as_of),
        where.unanswered_at(as_of),
    ]


def overdue_between(as_of: When, rule: where.Rule) -> list[where.Condition]:
    """Of those, the ones past the deadline."""
    return [*unanswered_between(as_of), where.past_deadline(as_of, rule)]


def answered_waits(as_of: When) -> Executable:
    """Block of receipt and seconds to the answer, of what came from ``START`` to ``END``."""
    waited = seconds_between(reports.c.created_at, where.FIRST_RESPONSE)
    received = sql.received_between(as_of, ALL)
    return select(block_number(reports.c.created_at), waited).where(
        *received, where.answered_by(as_of)
    )


def overdue_by_agency(as_of: When, rule: where.Rule) -> Select[Any]:
    """Agency's id, and how many of ``overdue_between`` it was given."""
    unmet = select(reports.c.id).where(*overdue_between(as_of, rule)).subquery("unmet")
    forwarded = and_(
        escalations.c.report_id == unmet.c.id,
        where.happened(escalations.c.forwarded_at, as_of),
    )
    # An outer join keeps SQLite from walking through all escalations first.
    return (
        select(escalations.c.agency_id, func.count())
        .select_from(unmet.outerjoin(escalations, forwarded))
        .group_by(escalations.c.agency_id)
    )


def finished_between(as_of: When) -> tuple[where.Condition, ...]:
    """Finished after ``START`` and before ``END``."""
    return where.finished_between(parameter(sql.START), parameter(sql.END), as_of)


def finished_since(as_of: When) -> list[where.Condition]:
    """Of the ``IDS`` those that were finished at ``START`` or later."""
    return [one_of_ids(), where.finish_at(as_of) >= parameter(sql.START)]
