"""What all tests share."""

from tests.databases import database, databases
from tests.importing import desk

__all__ = ["database", "databases", "desk"]
