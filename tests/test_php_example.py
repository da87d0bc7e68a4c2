"""The worked example: a city in one wide table shows the figures of the contract's own tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data_access.check import Severity, check
from data_access.demo import seed
from data_access.records import ALL, Filters, Status
from data_access.reports import Reports
from data_access.schema import metadata
from tests.databases import QUESTIONS

if TYPE_CHECKING:
    from tests.databases import Database, Databases

EXAMPLE = Path(__file__).parents[1] / "examples" / "php_laporan" / "make_example.py"
UNTIL = datetime(2018, 3, 15, 7, 5, tzinfo=UTC)
MOMENTS = (UNTIL, UNTIL - timedelta(days=70, hours=5), datetime(2017, 6, 30, 16, 59, tzinfo=UTC))
FILTERS = (
    ALL,
    Filters(since=datetime(2017, 9, 1, tzinfo=UTC), statuses=(Status.DONE,)),
    Filters(levels=(2, 3)),
)


def example() -> Any:
    spec = spec_from_file_location("make_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def both(databases: Databases) -> tuple[Database, Database]:
    """The city in the contract's tables, and the same in the wide one.

    The wide table knows of no reopening that is over, so the city has none.
    """
    city = databases.another("sqlite", "_contract")
    seed(city.writer, until=UNTIL)
    city.run("DELETE FROM reopenings")
    wide = databases.another("mariadb", "_php")
    metadata.drop_all(wide.writer)
    example().make(city.engine, wide.writer)
    return city, wide


@pytest.mark.parametrize("filters", FILTERS, ids=("all", "done", "second"))
@pytest.mark.parametrize("as_of", MOMENTS, ids=str)
def test_the_figures_are_those_of_the_contracts_own_tables(
    both: tuple[Database, Database], as_of: datetime, filters: Filters
) -> None:
    own, wide = (Reports(part.engine, clock=lambda: UNTIL) for part in both)
    for question in QUESTIONS:
        if question == "follow_ups":
            continue  # the wide table has room for one of each report
        asked, expected = (getattr(part, question)(as_of, filters) for part in (wide, own))
        assert asked == expected, question
    assert wide.announcements(as_of) == own.announcements(as_of)
    assert wide.facilities() == own.facilities()
    assert wide.areas("kelurahan") == own.areas("kelurahan")


def test_the_views_fit_the_contract(both: tuple[Database, Database]) -> None:
    findings = check(both[1].url.render_as_string(hide_password=False), UNTIL)
    assert [f for f in findings if f.severity is Severity.ERROR] == []
    assert both[1].reports().follow_ups(UNTIL)
