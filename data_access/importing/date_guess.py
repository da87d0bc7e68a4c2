"""How the moments of a file are written: formats found by trying them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from data_access.importing.moments import MomentReader, moment_reader, pattern_of

_UTC = ZoneInfo("UTC")
_SHAPE_SAMPLES = 300
_ENOUGH = 0.8
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y")
_CLEAR = (
    "%Y/%m/%d", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%B %d, %Y", "%d %B, %Y",
    "%A, %d %B %Y", "%A, %d-%m-%Y", "%A %d %B %Y", "%Y.%m.%d", "%Y-%m-%d",
)  # fmt: skip
_DATES = (*_CLEAR, *_DAY_FIRST, *_MONTH_FIRST)
_JOINTS = (" ", ", ", " pukul ", " - ", " jam ")
_TIMES = (
    "%H:%M:%S", "%H:%M", "%H.%M", "%H.%M.%S", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p",
    "%H:%M:%S.%f",
)  # fmt: skip
_ENDS = ("", " %Z", " %z", "%z")


@dataclass(frozen=True)
class DateGuess:
    """Formats, the share of values that they read, and whether day and month could be told."""

    formats: tuple[str, ...]
    share: float
    ambiguous: bool


def guess_formats(values: Iterable[str]) -> DateGuess:
    """The formats that read the values; day before month where nothing tells them apart.

    Where twelve-hour clocks are used and nothing else tells, month comes before day.
    """
    shapes = _by_shape(values)
    if not shapes:
        return DateGuess((), 0.0, ambiguous=False)
    counts = {shape: _counted(samples) for shape, samples in shapes.items()}
    day, month = (
        sum(_best(count, first) for count in counts.values())
        for first in (_DAY_FIRST, _MONTH_FIRST)
    )
    twelve = any("%p" in written for count in counts.values() for written in count)
    avoided = _DAY_FIRST if month > day or (month == day and twelve) else _MONTH_FIRST
    chosen = [_choice(count, len(shapes[shape]), avoided) for shape, count in counts.items()]
    formats = tuple(dict.fromkeys(text for text in chosen if text is not None))
    total = sum(map(len, shapes.values()))
    read = _read_by(formats, [value for samples in shapes.values() for value in samples])
    return DateGuess(formats, read / total, ambiguous=day == month and day > 0)


def _by_shape(values: Iterable[str]) -> dict[str, list[str]]:
    """Some values of each shape, from all over the file: the first days of a month tell little."""
    shapes: dict[str, list[str]] = {}
    for value in dict.fromkeys(values):
        shapes.setdefault(_shape(value), []).append(value)
    return {
        shape: samples[:: max(1, len(samples) // _SHAPE_SAMPLES)]
        for shape, samples in shapes.items()
    }


def _shape(value: str) -> str:
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", lambda run: "9" * min(len(run[0]), 4), value))


def _counted(samples: list[str]) -> dict[str, int]:
    """How many samples each format reads, of the formats that read any of the first ones."""
    head = samples[:: max(1, len(samples) // 8)]
    likely = [text for text in _candidates(head) if _read_by((text,), head)]
    return {text: _read_by((text,), samples) for text in likely}


def _read_by(formats: tuple[str, ...], values: list[str]) -> int:
    reader = _reader(formats)
    return sum(_reads(reader, value) for value in values)


@cache
def _reader(formats: tuple[str, ...]) -> MomentReader:
    return moment_reader(formats, _UTC)


def _reads(reader: MomentReader, value: str) -> bool:
    try:
        return 1970 <= reader(value).year <= 2100
    except ValueError:
        return False


def _best(count: dict[str, int], dates: tuple[str, ...]) -> int:
    return max((n for text, n in count.items() if text.startswith(dates)), default=0)


def _choice(count: dict[str, int], samples: int, avoided: tuple[str, ...]) -> str | None:
    allowed = {text: n for text, n in count.items() if not text.startswith(avoided)}
    if not allowed:
        return None
    best = max(allowed, key=lambda text: allowed[text])
    return best if allowed[best] >= _ENOUGH * samples else None


def _candidates(values: list[str]) -> Iterator[str]:
    """Formats that the beginnings of the values and the words in them allow."""
    yield "iso"
    dates = [text for text in _DATES if any(map(pattern_of(text).match, values))]
    joints = [joint for joint in _JOINTS if any(joint in value for value in values)]
    yield from dates
    for date, joint, time, end in product(dates, joints, _TIMES, _ENDS):
        yield f"{date}{joint}{time}{end}"
    yield from ("excel", "epoch")
