"""The triggers that keep the counts, as DDL for SQLite and PostgreSQL.

SQLite's work row by row, PostgreSQL's once for each statement with all of its rows. In PostgreSQL
writers take turns from their first change to their commit: two that both add a report's first
escalation could not see each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, case, column, literal_column, select, table
from sqlalchemy.dialects import postgresql, sqlite

from data_access.rollups.changes import (
    Changed,
    cell_statement,
    newcomers_statement,
    people_statement,
    reporter_statements,
)
from data_access.rollups.facts import Source
from data_access.rollups.tables import reporter_months, reporter_totals, state
from data_access.schema import escalations, feedback, reports

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, Table
    from sqlalchemy.sql.base import Executable

    from data_access.conditions import Rule

WATCHED: dict[Table, tuple[str, ...]] = {
    reports: (
        "id",
        "status",
        "created_at",
        "answered_at",
        "finished_at",
        "reporter_id",
        "anonymous",
        "confidential",
    ),
    escalations: ("id", "report_id", "agency_id", "forwarded_at"),
    feedback: ("id", "report_id", "satisfied", "rating", "created_at"),
}
"""The columns that facts are made of."""

SIDES = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}
"""Which rows an event has."""

_PEOPLE = ("rollup_people_insert", "rollup_people_update", "rollup_newcomers")

SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

LOCK = 1275530817
"""Number of the lock that PostgreSQL's writers take in turn."""


def drop_ddl(dialect: Dialect) -> list[str]:
    """Statements that take every trigger away, whether or not it is there."""
    events = [f"rollup_{watched.name}_{event}" for watched in WATCHED for event in SIDES]
    if dialect.name == "sqlite":
        names = [*events, "rollup_reporters_update", *_PEOPLE]
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    names = [*events, *_PEOPLE, "rollup_emptied"]
    return [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in names]


def create_ddl(dialect: Dialect, rule: Rule) -> list[str]:
    """Statements that create every trigger, with what it calls."""
    return _sqlite_ddl(rule) if dialect.name == "sqlite" else _postgresql_ddl(rule)


# -- SQLite -------------------------------------------------------------------------------------


def _sqlite_ddl(rule: Rule) -> list[str]:
    triggers = [_sqlite_trigger(watched, event, rule) for watched in WATCHED for event in SIDES]
    return [*triggers, _sqlite_reporters_update(), *_sqlite_people()]


def _sqlite_trigger(watched: Table, event: str, rule: Rule) -> str:
    dialect = SQLITE
    changed = Changed(watched, **{side: _row(watched, side) for side in SIDES[event]}, one_row=True)
    statements = [cell_statement(changed, rule, dialect)]
    if watched is reports and event != "update":
        statements += reporter_statements(changed, dialect)
    when = f"UPDATE OF {', '.join(WATCHED[watched])}" if event == "update" else event.upper()
    return _create_sqlite(f"rollup_{watched.name}_{event}", when, watched, "", statements)


def _sqlite_reporters_update() -> str:
    """Reporters are counted anew only where their part of a report changes: seldom."""
    old, new = _row(reports, "old"), _row(reports, "new")
    sides = [_written(select(Source(row).named()), SQLITE) for row in (old, new)]
    readable = [_written(select(Source(row).readable()), SQLITE) for row in (old, new)]
    when = (
        "WHEN OLD.reporter_id IS NOT NEW.reporter_id OR OLD.created_at <> NEW.created_at "
        f"OR ({sides[0]}) <> ({sides[1]}) OR ({readable[0]}) <> ({readable[1]}) "
    )
    columns = "reporter_id, created_at, status, anonymous, confidential"
    statements = reporter_statements(Changed(reports, old, new, one_row=True), SQLITE)
    return _create_sqlite(
        "rollup_reporters_update", f"UPDATE OF {columns}", reports, when, statements
    )


def _sqlite_people() -> list[str]:
    month: ColumnElement[int] = literal_column("NEW.month")
    change = case((literal_column("NEW.n > 0"), 1), else_=-1)
    one = select(month.label("month"), change.label("change")).subquery("one")
    statement = people_statement(one, one.c.month, one.c.change, SQLITE)
    triggers = [
        _create_sqlite(f"rollup_people_{event}", when, reporter_months, condition, [statement])
        for event, when, condition in (
            ("insert", "INSERT", "WHEN NEW.n > 0 "),
            ("update", "UPDATE OF n", "WHEN (OLD.n > 0) <> (NEW.n > 0) "),
        )
    ]
    old, new = (_row(reporter_totals, side) for side in SIDES["update"])
    newcomers = newcomers_statement(old, new, SQLITE)
    when = "UPDATE OF first_month"
    return [*triggers, _create_sqlite("rollup_newcomers", when, reporter_totals, "", [newcomers])]


def _create_sqlite(
    name: str, event: str, watched: Table, when: str, statements: list[Executable]
) -> str:
    body = " ".join(f"{_written(statement, SQLITE)};" for statement in statements)
    return f"CREATE TRIGGER {name} AFTER {event} ON {watched.name} {when}BEGIN {body} END"


def _row(watched: Table, side: str) -> FromClause:
    """The trigger's row as a relation of one row."""
    columns = [
        literal_column(f"{side.upper()}.{item.name}", item.type).label(item.name)
        for item in watched.c
    ]
    return select(*columns).subquery(f"{side}_rows")


# -- PostgreSQL ---------------------------------------------------------------------------------


def _postgresql_ddl(rule: Rule) -> list[str]:
    found: list[str] = []
    for watched in WATCHED:
        for event, sides in SIDES.items():
            rows = {side: _transition(watched, side) for side in sides}
            changed = Changed(watched, rows.get("old"), rows.get("new"))
            statements = [cell_statement(changed, rule, POSTGRESQL)]
            if watched is reports:
                statements += reporter_statements(changed, POSTGRESQL)
            found += _create_postgresql(
                f"rollup_{watched.name}_{event}", event, watched, statements
            )
    return [*found, *_postgresql_people(), *_postgresql_emptied()]


def _postgresql_people() -> list[str]:
    old, new = (_transition(reporter_months, side) for side in ("old", "new"))
    came = case((new.c.n > 0, 1), else_=0)
    change = came - case((old.c.n > 0, 1), else_=0)
    same = new.join(old, (old.c.reporter_id == new.c.reporter_id) & (old.c.month == new.c.month))
    dialect = POSTGRESQL
    inserted = people_statement(new, new.c.month, came, dialect)
    updated = people_statement(same, new.c.month, change, dialect)
    was, is_now = (_transition(reporter_totals, side) for side in SIDES["update"])
    newcomers = newcomers_statement(was, is_now, dialect)
    return [
        *_create_postgresql("rollup_people_insert", "insert", reporter_months, [inserted]),
        *_create_postgresql("rollup_people_update", "update", reporter_months, [updated]),
        *_create_postgresql("rollup_newcomers", "update", reporter_totals, [newcomers]),
    ]


def _postgresql_emptied() -> list[str]:
    """After a TRUNCATE the counts are wrong until they are rebuilt, and are not answered from."""
    body = f"UPDATE {state.name} SET current = false; RETURN NULL;"
    return [
        _function("rollup_emptied", body),
        *(
            f"CREATE TRIGGER rollup_emptied AFTER TRUNCATE ON {watched.name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rollup_emptied()"
            for watched in WATCHED
        ),
    ]


def _create_postgresql(
    name: str, event: str, watched: Table, statements: list[Executable]
) -> list[str]:
    body = " ".join(f"{_written(statement, POSTGRESQL)};" for statement in statements)
    sides = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in SIDES[event])
    return [
        _function(name, f"PERFORM pg_advisory_xact_lock({LOCK}); {body} RETURN NULL;"),
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {watched.name} "
        f"REFERENCING {sides} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


def _function(name: str, body: str) -> str:
    """It writes with its owner's rights, so that writers of reports need none on the counts."""
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SECURITY DEFINER SET search_path FROM CURRENT AS $rollup$ BEGIN {body} END $rollup$"
    )


def _transition(watched: Table, side: str) -> FromClause:
    """The statement's rows, by the name under which the trigger gets them."""
    return table(f"{side}_rows", *(column(item.name, item.type) for item in watched.c))


def _written(statement: Any, dialect: Dialect) -> str:
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(compiled)
