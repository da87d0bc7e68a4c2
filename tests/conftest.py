"""What all tests share."""

from tests.databases import database, databases

__all__ = ["database", "databases"]
