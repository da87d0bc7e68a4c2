"""``docs/contract.md`` says of every column what the schema says."""

from __future__ import annotations

import re
from pathlib import Path

from data_access.check.structure import kind_of
from data_access.schema import metadata

TEXT = (Path(__file__).parents[1] / "docs" / "contract.md").read_text("utf-8")


def test_the_text_has_every_table_and_column_with_type_and_need() -> None:
    said: dict[str, list[tuple[str, ...]]] = {}
    for line in TEXT.splitlines():
        if line.startswith("## "):
            rows = said.setdefault(line[3:], [])
        elif row := re.fullmatch(r"\| `(\w+)` \| (\w+) \| (yes|no) \| (.+) \|", line):
            rows.append(row.groups()[:3])
    meant = {
        table.name: [
            (column.name, kind_of(column), "no" if column.nullable else "yes") for column in table.c
        ]
        for table in metadata.tables.values()
    }
    assert said == meant


def test_the_text_names_what_each_column_refers_to() -> None:
    for table in metadata.tables.values():
        section = TEXT.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for column in table.c:
            line = next(row for row in section.splitlines() if row.startswith(f"| `{column.name}`"))
            for key in column.foreign_keys:
                assert f"`{key.column.table.name}.{key.column.name}`" in line
