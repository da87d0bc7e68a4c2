"""Installing the roll-ups in an owned database, counting anew, and taking them away."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.exc import SQLAlchemyError

from data_access.records import CITY_RULE
from data_access.rollups import changes, triggers
from data_access.rollups.facts import Source, all_facts
from data_access.rollups.tables import (
    LAYOUT,
    metadata,
    reporter_months,
    reporter_totals,
    state,
)
from data_access.schema import reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from data_access.conditions import Rule

State = tuple[int, str, bool]
"""Layout, deadlines, and whether the counts are current."""

DIALECTS = frozenset({"sqlite", "postgresql"})
"""Where roll-ups can be kept. Elsewhere the wall asks the tables themselves."""

FEW = 3000
"""So many rows are counted as they come: the wall keeps its counts meanwhile."""

TIMES_QUICKER = 10
"""So many times quicker is a report counted among all others than by a trigger."""

EXTRA_INDEXES = {
    "ix_rollup_escalations_forwarded": "escalations (forwarded_at, report_id)",
}
"""They find what lies after the moment of a question."""


def install(engine: Engine, rule: Rule = CITY_RULE) -> bool:
    """Create the roll-ups in a database of one's own and count all that is there.

    Calling it again counts anew. Everything happens in one transaction.

    Returns:
        Whether the database is one in which they can be kept.
    """
    if engine.dialect.name not in DIALECTS:
        return False
    with engine.begin() as connection:
        _alone(connection)
        _drop(connection)
        metadata.create_all(connection)
        for name, columns in EXTRA_INDEXES.items():
            connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}"))
        _count(connection, rule)
        for statement in triggers.create_ddl(connection.dialect, rule):
            connection.exec_driver_sql(statement)
        _analyze(connection)
    return True


rebuild = install
"""Counting anew is installing again: what was counted wrong, or by other deadlines, is replaced."""


@contextmanager
def paused(engine: Engine, rule: Rule = CITY_RULE) -> Iterator[None]:
    """Keep no roll-ups inside, and count anew afterwards: for writing very many rows at once.

    Where the process is killed inside, a mark stays, and ``mend`` counts anew.
    """
    _mark_as_unfinished(engine)
    try:
        yield
    finally:
        install(engine, rule)


def mend(engine: Engine, rule: Rule = CITY_RULE) -> bool:
    """Count anew what a killed import, or an older version, left behind.

    Returns:
        Whether there was anything of the kind.
    """
    left = _state_of(engine) not in {None, _current(rule)}
    return left and install(engine, rule)


def remove(engine: Engine) -> None:
    """Take the roll-ups and their triggers away."""
    if engine.dialect.name not in DIALECTS:
        return
    with engine.begin() as connection:
        _take_away(connection)


def installed(connection: Connection, rule: Rule = CITY_RULE) -> bool:
    """Whether questions under these deadlines can be answered from roll-ups."""
    return _state(connection) == _current(rule)


def left_unfinished(connection: Connection, rule: Rule = CITY_RULE) -> bool:
    """Whether roll-ups are kept here, but can't be answered from."""
    return _state(connection) not in {None, _current(rule)}


def kept(engine: Engine, rule: Rule = CITY_RULE) -> bool:
    """Whether an engine's database keeps roll-ups under these deadlines, as far as can be read."""
    return _state_of(engine) == _current(rule)


def _state_of(engine: Engine) -> State | None:
    try:
        with engine.connect() as connection:
            return _state(connection)
    except SQLAlchemyError:
        return None


def _state(connection: Connection) -> State | None:
    """What roll-ups are there; ``None`` where there are none, or it can't be read."""
    if connection.dialect.name not in DIALECTS:
        return None
    try:
        row = connection.execute(select(state.c.layout, state.c.rule, state.c.current)).first()
    except SQLAlchemyError:
        connection.rollback()
        return None
    return None if row is None else (row.layout, row.rule, row.current)


def _current(rule: Rule) -> State:
    return LAYOUT, _name(rule), True


@contextmanager
def counted_afterwards(
    engine: Engine, *, rows: int | None = None, rule: Rule = CITY_RULE
) -> Iterator[None]:
    """Write inside; afterwards the roll-ups hold it, whether they were kept before or not.

    Where they are, the triggers count as many ``rows`` as they go, or all is counted anew
    afterwards, whichever is quicker; so it is where nobody knows how many there will be.
    """
    found = _state_of(engine)
    if found is None:
        yield
        install(engine, rule)
    elif found != _current(rule) or rows is None or _quicker_anew(engine, rows):
        with paused(engine, rule):
            yield
    else:
        yield


def _quicker_anew(engine: Engine, rows: int) -> bool:
    if rows < FEW:
        return False
    with engine.connect() as connection:
        there = connection.execute(select(func.count()).select_from(reports)).scalar_one()
    return rows * TIMES_QUICKER > int(there)


def _mark_as_unfinished(engine: Engine) -> None:
    """Take the roll-ups and their triggers away, and leave a mark that they were there."""
    if engine.dialect.name not in DIALECTS:
        return
    with engine.begin() as connection:
        _take_away(connection)
        state.create(connection)
        connection.execute(insert(state).values(id=1, layout=LAYOUT, rule="", current=False))


def _take_away(connection: Connection) -> None:
    _alone(connection)
    _drop(connection)
    for name in EXTRA_INDEXES:
        connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


def _alone(connection: Connection) -> None:
    """No writer may come between the count and the triggers."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(
        text("LOCK TABLE reports, escalations, feedback IN SHARE ROW EXCLUSIVE MODE")
    )


def _drop(connection: Connection) -> None:
    for statement in triggers.drop_ddl(connection.dialect):
        connection.exec_driver_sql(statement)
    metadata.drop_all(connection)


def _count(connection: Connection, rule: Rule) -> None:
    dialect = connection.dialect
    for fact in all_facts(Source(), rule):
        connection.execute(changes.add_to_cells([(1, [fact])], dialect, in_order=True))
    months, totals, _first = changes.reporter_statements(
        changes.Changed(reports, new=reports), dialect
    )
    connection.execute(months)
    connection.execute(totals)
    connection.execute(changes.first_months())
    ones = select(reporter_months.c.month.label("month"), literal(1).label("n")).subquery()
    connection.execute(changes.people_statement(ones, ones.c.month, ones.c.n, dialect))
    firsts = select(reporter_totals.c.first_month.label("month"), literal(1).label("n")).subquery()
    connection.execute(changes.people_statement(firsts, firsts.c.month, firsts.c.n, dialect, "b"))
    connection.execute(insert(state).values(id=1, layout=LAYOUT, rule=_name(rule), current=True))


def _analyze(connection: Connection) -> None:
    """Until PostgreSQL does so by itself it would take tables that were filled for small ones."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(metadata.tables)}"))


def _name(rule: Rule) -> str:
    return "; ".join(
        f"{period.valid_from.isoformat()} {period.limit.total_seconds() if period.limit else '-'}"
        for period in rule
    )
