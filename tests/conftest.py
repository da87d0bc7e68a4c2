"""What all tests share."""

from tests.cities import city_url
from tests.databases import database, databases

__all__ = ["city_url", "database", "databases"]
