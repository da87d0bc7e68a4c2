"""A statement that is prepared knows no moment but the one that it is asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, select

from data_access.prepared import When, at_least, at_most, prepare
from data_access.schema import reports

if TYPE_CHECKING:
    from sqlalchemy import Select

NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def values(build: Any, as_of: datetime) -> list[datetime]:
    return sorted(prepare(build).values(as_of).values())


def test_every_moment_follows_from_the_one_that_is_asked_about() -> None:
    def build(as_of: When) -> Select[Any]:
        created = reports.c.created_at
        return select(reports.c.id).where(created > as_of - DAY, created <= as_of, created != as_of)

    assert values(build, NOON) == [NOON - DAY, NOON]
    assert values(build, NOON + DAY) == [NOON, NOON + DAY]


def test_bounds_hold_for_the_moment_that_is_asked_about() -> None:
    def build(as_of: When) -> Select[Any]:
        created = reports.c.created_at
        return select(reports.c.id).where(
            created >= at_least(as_of - DAY, NOON), created <= at_most(as_of, NOON)
        )

    assert values(build, NOON - DAY) == [NOON - DAY, NOON]
    assert values(build, NOON + 3 * DAY) == [NOON, NOON + 2 * DAY]


def test_bounds_of_a_known_moment() -> None:
    assert at_least(NOON, NOON + DAY) == NOON + DAY == at_most(NOON + DAY, NOON + 2 * DAY)


def test_a_bounded_moment_is_not_moved_by_mistake() -> None:
    def build(as_of: When) -> Select[Any]:
        return select(reports.c.id).where(reports.c.created_at > at_least(as_of, NOON) - DAY)

    with pytest.raises(ValueError, match="moved"):
        prepare(build)


def test_a_statement_is_built_once_for_each_of_what_is_given() -> None:
    built = []

    def build(as_of: When, name: str) -> Select[Any]:
        built.append(name)
        return select(reports.c[name]).where(reports.c.created_at <= as_of)

    for _ in range(3):
        prepare(build, "id")
        prepare(build, "ticket")
    assert built == ["id", "ticket"]


def test_a_moment_that_is_not_given_is_asked_for() -> None:
    def build(as_of: When) -> Select[Any]:
        return select(reports.c.id).where(reports.c.created_at <= as_of)

    with (
        create_engine("sqlite://").connect() as connection,
        pytest.raises(Exception, match="as_of_0"),
    ):
        connection.execute(prepare(build).statement)
