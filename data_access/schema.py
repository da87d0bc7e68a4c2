"""The contract: the tables or views, with their columns, that the wall reads.

The report database belongs to the e-Masyarakat application. Where its tables look different, its
owner makes views of these names. Every moment is kept, so that each figure can be computed as of
any past moment: a report's present finish in ``reports.finished_at``, and each finish that a
reopening undid in ``reopenings``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    bindparam,
    not_,
    or_,
)

from data_access.columns import Id, Moment, Ticket, exact, if_mariadb, is_moment
from data_access.records import BEGINNING, Status

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, Dialect

PARTIAL_INDEXES = frozenset({"sqlite", "postgresql"})
"""Dialects whose indexes can leave rows out."""

metadata = MetaData()

areas = Table(
    "areas",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("level", String(16), nullable=False, comment="kecamatan, kelurahan or lingkungan"),
    Column("name", String(120), nullable=False),
    Column("parent_code", String(32), ForeignKey("areas.code"), index=True),
    Column("latitude", Double, comment="label point, WGS84"),
    Column("longitude", Double),
    Column("area_km2", Double),
    Column("population", Integer),
)

agencies = Table(
    "agencies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("abbreviation", String(40), nullable=False, unique=True),
    Column("name", String(160), nullable=False),
    Column("kind", String(16), nullable=False, comment="skpd or partner"),
)

categories = Table(
    "categories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
)

reporters = Table(
    "reporters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(160)),
    Column("phone", String(40)),
    Column("address", String(255)),
    Column("area_code", String(32), ForeignKey("areas.code"), comment="lingkungan or kelurahan"),
    Column("registered_at", Moment),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Ticket, nullable=False, unique=True),
    Column("title", String(255), nullable=False),
    Column("body", Text),
    Column("category_id", Id, ForeignKey("categories.id")),
    Column("reporter_id", Id, ForeignKey("reporters.id")),
    Column("area_code", String(32), ForeignKey("areas.code"), comment="kelurahan"),
    Column("address", String(255)),
    Column("latitude", Double, comment="WGS84"),
    Column("longitude", Double),
    Column("photo", String(255)),
    Column("status", String(16), nullable=False, comment="a value of records.Status"),
    Column("created_at", Moment, nullable=False),
    Column("answered_at", Moment, comment="first answer or action; kept through a reopening"),
    Column("finished_at", Moment, comment="the finish that holds now; null while open"),
    Column("anonymous", Boolean, nullable=False, default=False),
    Column("confidential", Boolean, nullable=False, default=False),
    Column("duplicate_of", Id, ForeignKey("reports.id"), index=True),
)

reopenings = Table(
    "reopenings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", Id, ForeignKey("reports.id"), nullable=False, index=True),
    Column("status", String(16), nullable=False, comment="the finished status that was undone"),
    Column("finished_at", Moment, nullable=False),
    Column("reopened_at", Moment, nullable=False),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", Id, ForeignKey("reports.id"), nullable=False),
    Column("level", SmallInteger, nullable=False, comment="1, 2 or 3"),
    Column("agency_id", Id, ForeignKey("agencies.id"), nullable=False),
    Column("forwarded_at", Moment, nullable=False),
    Column("answered_at", Moment, comment="first answer of this agency"),
    Column("returned_at", Moment, comment="handed back: no longer in this agency's hands"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", Id, ForeignKey("reports.id"), nullable=False, index=True),
    Column("agency_id", Id, ForeignKey("agencies.id")),
    Column("status", String(16), nullable=False, comment="a value of records.Status"),
    Column("note", Text),
    Column("created_at", Moment, nullable=False, index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", Id, ForeignKey("reports.id"), nullable=False, index=True),
    Column("satisfied", Boolean, nullable=False),
    Column("rating", SmallInteger, comment="1 to 5"),
    Column("comment", Text),
    Column("created_at", Moment, nullable=False, index=True),
)

announcements = Table(
    "announcements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", String(255), nullable=False),
    Column("body", Text),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment),
)

facilities = Table(
    "facilities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(80), nullable=False),
    Column("name", String(160), nullable=False),
    Column("address", String(255)),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("area_code", String(32), ForeignKey("areas.code")),
)

# The indexes answer the wall's questions without reading a citizen's words: counts by time, the
# open ones, a reporter's, an agency's, and a report's hops. The desk's too: a category's, a
# place's, a report's duplicates, and which of a place's reporters someone is.
Index("ix_reports_created", reports.c.created_at, reports.c.status, reports.c.reporter_id)
Index("ix_reports_finished", reports.c.finished_at, reports.c.created_at, reports.c.status)
Index(
    "ix_reports_reporter",
    reports.c.reporter_id,
    reports.c.created_at,
    reports.c.status,
    reports.c.anonymous,
    reports.c.confidential,
)
Index("ix_reports_area", reports.c.area_code, reports.c.created_at, reports.c.status)
Index("ix_reports_category", reports.c.category_id, reports.c.created_at, reports.c.status)
Index("ix_reporters_area", reporters.c.area_code, reporters.c.id)
Index(
    "ix_escalations_report",
    escalations.c.report_id,
    escalations.c.agency_id,
    escalations.c.level,
    escalations.c.forwarded_at,
)
Index(
    "ix_escalations_agency",
    escalations.c.agency_id,
    escalations.c.report_id,
    escalations.c.forwarded_at,
)
Index("ix_reports_answered", reports.c.answered_at)
Index("ix_reopenings_reopened", reopenings.c.reopened_at)


def _written(value: Any) -> BindParameter[Any]:
    return bindparam(None, value, literal_execute=True)


def _impossible(column: Column[Any]) -> ColumnElement[bool]:
    earliest = bindparam(None, BEGINNING, column.type, literal_execute=True)
    return and_(column.is_not(None), or_(column < earliest, not_(is_moment(column))))


_KNOWN: BindParameter[Any] = bindparam(
    "known", [s.value for s in Status], expanding=True, literal_execute=True
)


UNREADABLE = or_(
    reports.c.created_at.is_(None),
    _impossible(reports.c.created_at),
    _impossible(reports.c.answered_at),
    _impossible(reports.c.finished_at),
    reports.c.status.is_(None),
    not_(
        and_(
            reports.c.status.in_(_KNOWN),
            if_mariadb(exact(reports.c.status).in_(_KNOWN)),
        )
    ),
    ~reports.c.latitude.between(_written(-90), _written(90)),
    ~reports.c.longitude.between(_written(-180), _written(180)),
)
"""A report's moments cannot be, whatever the time is, its status is unknown, or its place is none.
Its values are written into the statement: only so are planners sure that the index on just these
rows answers it."""


def _can_leave_rows_out(*_about: Any, dialect: Dialect, **_more: Any) -> bool:
    return dialect.name in PARTIAL_INDEXES


Index(
    "ix_reports_unreadable",
    reports.c.created_at,
    sqlite_where=UNREADABLE,
    postgresql_where=UNREADABLE,
).ddl_if(callable_=_can_leave_rows_out)

# MariaDB's usual collations would take "Lampu jalan" and "lampu jalan " for one category.
for _table in metadata.tables.values():
    for _server in ("mysql", "mariadb"):
        _table.dialect_kwargs[f"{_server}_default_charset"] = "utf8mb4"
        _table.dialect_kwargs[f"{_server}_collate"] = "utf8mb4_nopad_bin"
