"""The tables that hold the counts."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, SmallInteger, Table
from sqlalchemy import String as Text

metadata = MetaData()

COUNTERS = ("a", "b", "c", "d", "e")


class Measure(IntEnum):
    """What a cell counts, by which period, and what its counters mean.

    A block is three hours (``periods.block_of``). Windows end at a moment, so that a part of a
    block is left at each end, whose reports are judged one by one: of days that would be thousands.
    """

    MONTH = 1
    """By month: a received, b finished."""
    BLOCK = 2
    """By block of receipt: a received, b met, c missed, d without deadline, e milliseconds that
    all waited for the first response: where it is the same, so are their waiting times."""
    AGENCY_BLOCK = 3
    """For each escalation, by block of receipt and agency: as above, without e."""
    YEAR = 4
    """By year of receipt: a reports with an escalation, b escalations, c those that are done."""
    AGENCY_YEAR = 5
    """By year of receipt and agency: a reports."""
    FINISHED_BLOCK = 6
    """By block of the finish: a reports, b feedback, c satisfied, d reports with feedback, e
    reports that are done and whose citizen says that they are not."""
    RATINGS = 7
    """By block of the finish: feedback with one star (a) to five stars (e)."""
    PEOPLE = 8
    """By month of receipt: a distinct reporters, b those whose first report it was."""


cells = Table(
    "rollup_cells",
    metadata,
    Column("measure", SmallInteger, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in COUNTERS),
    sqlite_with_rowid=False,
)

reporter_months = Table(
    "rollup_reporter_months",
    metadata,
    Column("reporter_id", BigInteger, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column(
        "named", BigInteger, nullable=False, comment="of these, those that count for the person"
    ),
    sqlite_with_rowid=False,
)

reporter_totals = Table(
    "rollup_reporters",
    metadata,
    Column("reporter_id", BigInteger, primary_key=True, autoincrement=False),
    Column("named", BigInteger, nullable=False, comment="reports that count for the person"),
    Column("first_month", Integer, comment="month of the first readable report"),
    sqlite_with_rowid=False,
)
Index("ix_rollup_reporters_named", reporter_totals.c.named.desc(), reporter_totals.c.reporter_id)

state = Table(
    "rollup_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("layout", Integer, nullable=False, comment="which layout of cells this is"),
    Column("rule", Text(2000), nullable=False, comment="the deadlines that met and missed mean"),
    Column("current", Boolean, nullable=False, comment="false: not to be answered from"),
)

LAYOUT = 2
"""Raised with every change of what the cells mean."""
