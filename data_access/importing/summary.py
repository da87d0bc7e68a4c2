"""The account of an import: everything in, everything out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Summary:
    """What became of the rows.

    ``read`` is the sum of ``new``, ``updated``, ``unchanged``, ``repeated`` and ``quarantined``.
    ``repairs`` counts, by key of the catalogue, what was mended in rows that came in.
    """

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    quarantined: int = 0
    agencies: int = 0
    categories: int = 0
    areas: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    unknown_statuses: Counter[str] = field(default_factory=Counter)
    facts: dict[str, str] = field(default_factory=dict)
    quarantine: Path | None = None
    seconds: float = 0.0

    @property
    def accounted(self) -> int:
        """Rows whose fate is told."""
        return self.new + self.updated + self.unchanged + self.repeated + self.quarantined
