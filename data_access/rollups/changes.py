"""The statements that bring the counts from before a change to after it.

They take the facts after the change, take off those before it, and add the difference, so that
any order of inserts, updates and deletes ends in the same counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, case, func, literal, literal_column, or_, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.columns import local_month
from data_access.rollups.facts import Source, all_facts, escalation_facts, feedback_facts
from data_access.rollups.tables import COUNTERS, Measure, cells, reporter_months, reporter_totals
from data_access.schema import escalations, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Dialect, Executable, FromClause, Select

    from data_access.conditions import Rule

KEY = ("measure", "period", "part")


@dataclass(frozen=True)
class Changed:
    """The rows of a table that a change took away (``old``) and brought (``new``)."""

    table: Table
    old: FromClause | None = None
    new: FromClause | None = None
    one_row: bool = False
    """Each side is a single row that SQL knows as OLD or NEW."""

    @property
    def sides(self) -> dict[str, FromClause]:
        """Those of the two that there are, by name."""
        both = {"OLD": self.old, "NEW": self.new}
        return {name: rows for name, rows in both.items() if rows is not None}

    def values(self, column: str) -> Any:
        """What a column holds on all sides, to be looked for with ``in``.

        A single row's are written out: from a sub-query SQLite's planner would rather read all
        of a small table.
        """
        if self.one_row:
            return [literal_column(f"{name}.{column}") for name in self.sides]
        return union_all(*(select(rows.c[column]) for rows in self.sides.values()))


def cell_statement(changed: Changed, rule: Rule, dialect: Dialect) -> Executable:
    """Adds the difference to the cells."""
    before, after = _facts_around(changed, rule)
    return add_to_cells([(-1, before), (1, after)], dialect)


def add_to_cells(
    signed: Sequence[tuple[int, Sequence[Select[Any]]]], dialect: Dialect, *, in_order: bool = False
) -> Executable:
    """Adds facts to the cells, each with its sign; what comes to nothing is not written.

    ``in_order`` of their keys, many cells that are read together also lie together.
    """
    rows = union_all(
        *(_with_sign(fact, sign) for sign, facts in signed for fact in facts)
    ).subquery("facts")
    sums = [func.sum(rows.c[name]) for name in COUNTERS]
    keys = [rows.c[name] for name in KEY]
    source = select(*keys, *sums).group_by(*keys).having(or_(*(value != 0 for value in sums)))
    if in_order:
        source = source.order_by(*keys)
    return _add(cells, (*KEY, *COUNTERS), source, KEY, dialect)


def reporter_statements(changed: Changed, dialect: Dialect) -> list[Executable]:
    """Adds the difference to the reporters' months and totals, and finds their first months."""
    signs = {"OLD": -1, "NEW": 1}
    parts = [_reporter_rows(rows, signs[name]) for name, rows in changed.sides.items()]
    rows = union_all(*parts).subquery("people")
    months = (
        select(rows.c.reporter_id, rows.c.month, func.sum(rows.c.n), func.sum(rows.c.named))
        .group_by(rows.c.reporter_id, rows.c.month)
        .having(or_(func.sum(rows.c.n) != 0, func.sum(rows.c.named) != 0))
    )
    totals = select(rows.c.reporter_id, func.sum(rows.c.named)).group_by(rows.c.reporter_id)
    return [
        _add(
            reporter_months,
            ("reporter_id", "month", "n", "named"),
            months,
            ("reporter_id", "month"),
            dialect,
        ),
        _add(reporter_totals, ("reporter_id", "named"), totals, ("reporter_id",), dialect),
        first_months().where(reporter_totals.c.reporter_id.in_(changed.values("reporter_id"))),
    ]


def first_months() -> Any:
    """Writes the month of each reporter's first report, where it is another than before."""
    first = (
        select(func.min(reporter_months.c.month))
        .where(
            reporter_months.c.reporter_id == reporter_totals.c.reporter_id,
            reporter_months.c.n > 0,
        )
        .scalar_subquery()
    )
    changed = func.coalesce(reporter_totals.c.first_month, -1) != func.coalesce(first, -1)
    return update(reporter_totals).values(first_month=first).where(changed)


def people_statement(
    rows: Any, month: Any, change: Any, dialect: Dialect, counter: str = "a"
) -> Executable:
    """Adds reporters that a month gained or lost, given as rows with a change."""
    source = (
        select(literal(int(Measure.PEOPLE)), month, literal(0), func.sum(change))
        .select_from(rows)
        .where(month.is_not(None))
        .group_by(month)
        .having(func.sum(change) != 0)
    )
    return _add(cells, (*KEY, counter), source, KEY, dialect)


def newcomers_statement(old: FromClause, new: FromClause, dialect: Dialect) -> Executable:
    """Adds reporters whose first report is in another month than before."""
    rows = union_all(
        select(old.c.first_month.label("month"), literal(-1).label("change")),
        select(new.c.first_month.label("month"), literal(1).label("change")),
    ).subquery("newcomers")
    return people_statement(rows, rows.c.month, rows.c.change, dialect, "b")


def _facts_around(changed: Changed, rule: Rule) -> tuple[list[Select[Any]], list[Select[Any]]]:
    if changed.table is reports:
        before = all_facts(Source(changed.old), rule) if changed.old is not None else []
        after = all_facts(Source(changed.new), rule) if changed.new is not None else []
        return before, after
    concerned = changed.values("report_id")
    affected = select(reports).where(reports.c.id.in_(concerned)).subquery("affected")
    earlier = _as_it_was(changed, concerned)
    if changed.table is escalations:
        return (
            escalation_facts(Source(affected, escalations=earlier), rule),
            escalation_facts(Source(affected), rule),
        )
    return feedback_facts(Source(affected, feedback=earlier)), feedback_facts(Source(affected))


def _as_it_was(changed: Changed, concerned: Any) -> FromClause:
    """The concerned reports' rows before the change: less the new ones, with the old ones."""
    table = changed.table
    kept = select(table).where(table.c.report_id.in_(concerned))
    if changed.new is not None:
        brought = replace(changed, old=None).values("id")
        kept = kept.where(table.c.id.not_in(brought))
    if changed.old is None:
        return kept.subquery("as_it_was")
    gone = select(*(changed.old.c[column.name] for column in table.c))
    return union_all(kept, gone).subquery("as_it_was")


def _with_sign(fact: Select[Any], sign: int) -> Select[Any]:
    rows = fact.subquery()
    keys = [rows.c[name] for name in KEY]
    return select(*keys, *((rows.c[name] * sign).label(name) for name in COUNTERS))


def _reporter_rows(rows: FromClause, sign: int) -> Select[Any]:
    source = Source(rows)
    return select(
        rows.c.reporter_id,
        local_month(rows.c.created_at).label("month"),
        literal(sign).label("n"),
        case((source.named(), sign), else_=0).label("named"),
    ).where(source.readable(), rows.c.reporter_id.is_not(None))


def _add(
    table: Table, columns: Sequence[str], source: Any, key: Sequence[str], dialect: Dialect
) -> Executable:
    """Inserts rows, or adds their counters to those that are there."""
    make = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = make(table).from_select(list(columns), source)
    counters = [name for name in columns if name not in key]
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: table.c[name] + statement.excluded[name] for name in counters},
    )
