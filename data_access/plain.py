"""Words as they are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BETWEEN = re.compile(r"[\s_\-./:()#]+")


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """A word without case, accents, invisible marks and runs of punctuation."""
    kept = "".join(
        mark
        for mark in unicodedata.normalize("NFKD", text)
        if unicodedata.category(mark) not in {"Mn", "Cf", "Cc"} or mark.isspace()
    )
    return _BETWEEN.sub(" ", kept.casefold()).strip()
