"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error makes figures wrong or absent; a warning should be looked at."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Each kind of finding; its words are in ``words``."""

    MISSING_TABLE = "missing_table"
    MISSING_COLUMN = "missing_column"
    WRONG_TYPE = "wrong_type"
    EMPTY = "empty"
    NULL = "null"
    DUPLICATE = "duplicate"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_NUMBER = "unknown_number"
    NO_MOMENT = "no_moment"
    TOO_OLD = "too_old"
    FUTURE = "future"
    SHIFTED = "shifted"
    BROKEN_REFERENCE = "broken_reference"
    OUTSIDE_THE_EARTH = "outside_the_earth"
    FINISHED_WITHOUT_MOMENT = "finished_without_moment"
    MOMENT_WITHOUT_FINISH = "moment_without_finish"
    WRONG_ORDER = "wrong_order"
    MAY_WRITE = "may_write"


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit, and the SQL that would mend it in a view."""

    code: Code
    table: str
    column: str = ""
    count: int = 0
    value: str = ""
    expected: str = ""
    sql: str = ""
    severity: Severity = Severity.ERROR
