"""Whether the account may do more than read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import text

from data_access.check import mending
from data_access.check.findings import Code, Finding, Severity
from data_access.check.structure import family
from data_access.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_WRITES = re.compile(r"^GRANT .*\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE)\b.* ON ", re.IGNORECASE)


def findings(connection: Connection) -> Iterator[Finding]:
    """A warning where it may write; of a SQLite file the file system decides."""
    dialect = family(connection.dialect.name)
    if dialect == "sqlite":
        return
    tables = _postgresql(connection) if dialect == "postgresql" else _mariadb(connection)
    if tables:
        yield Finding(
            Code.MAY_WRITE,
            ", ".join(tables),
            sql=mending.reading_account(dialect),
            severity=Severity.WARNING,
        )


def _postgresql(connection: Connection) -> list[str]:
    names = list(metadata.tables)
    rows = connection.execute(
        text(
            "SELECT name FROM unnest(cast(:names AS text[])) AS name "
            "WHERE to_regclass(quote_ident(name)) IS NOT NULL "
            "AND has_table_privilege(quote_ident(name), 'INSERT, UPDATE, DELETE')"
        ),
        {"names": names},
    )
    return sorted(row[0] for row in rows)


def _mariadb(connection: Connection) -> list[str]:
    grants = [row[0] for row in connection.execute(text("SHOW GRANTS"))]
    found = [grant for grant in grants if _WRITES.match(grant)]
    return sorted({grant.split(" ON ", 1)[1].split(" TO ")[0].replace("`", "") for grant in found})
