"""Log lines that nobody but the server writes: what a stranger sent never begins one."""

from __future__ import annotations

import logging
import sys
from typing import Any


class PlainLines(logging.Formatter):
    """One line for each event; the lines of a traceback are set off to the right."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The event, with marks in place of control characters."""
        return _plain(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback, of which a stranger's text may be a part."""
        return "\n".join(f"    {_plain(line)}" for line in super().formatException(ei).splitlines())


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def set_up_logs() -> None:
    """Write events to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
