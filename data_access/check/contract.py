"""The order of a check: is it there, of which type, and what does it hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event, inspect
from sqlalchemy.exc import SQLAlchemyError

from data_access.check import rights, structure, values
from data_access.check.findings import Finding
from data_access.engine import open_engine
from data_access.errors import unavailable
from data_access.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
}


class CheckError(RuntimeError):
    """The database can't be read; its text says why, without SQL."""


def check(url: str, now: datetime) -> list[Finding]:
    """Everything in which the database differs from the contract.

    Raises:
        CheckError: the database did not answer, or not to this account.
    """
    engine = _patient_engine(url)
    try:
        return list(_findings(engine, now))
    except SQLAlchemyError as error:
        raise CheckError(str(unavailable(error))) from error
    finally:
        engine.dispose()


def _patient_engine(url: str) -> Engine:
    """Reads only, like the wall's, but may take longer than a wall can wait."""
    if url.startswith("sqlite"):
        return open_engine(url)
    engine = open_engine(url, read_only=False)
    command = READ_ONLY["postgresql" if engine.dialect.name == "postgresql" else "mysql"]

    @event.listens_for(engine, "connect")
    def _refuse_to_write(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(command)
        cursor.close()
        connection.commit()

    return engine


def _findings(engine: Engine, now: datetime) -> Iterator[Finding]:
    with engine.connect() as connection:
        yield from rights.findings(connection)
        present: dict[str, dict[str, Any]] = {}
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            columns = structure.columns_of(inspector, table)
            if columns is None:
                yield structure.missing(table)
                continue
            found = list(structure.findings(table, columns, connection.dialect.name))
            yield from found
            # What is of another type can't be compared with values of the right one.
            wrong = {finding.column for finding in found}
            present[table.name] = {
                name: kind for name, kind in columns.items() if name not in wrong
            }
        for table in metadata.sorted_tables:
            if table.name in present:
                columns = present[table.name]
                yield from values.findings(connection, table, columns, now, set(present))
