"""What all tests share."""

from tests.browser import browser, city, city_file, city_server, screen, serve
from tests.cities import city_url
from tests.databases import database, databases
from tests.importing import desk
from tests.people import people, quick_hashes

__all__ = [
    "browser",
    "city",
    "city_file",
    "city_server",
    "city_url",
    "database",
    "databases",
    "desk",
    "people",
    "quick_hashes",
    "screen",
    "serve",
]
