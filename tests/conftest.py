"""What all tests share."""

from tests.browser import browser, city, city_file, city_server, screen, serve
from tests.cities import city_url
from tests.databases import database, databases

__all__ = [
    "browser",
    "city",
    "city_file",
    "city_server",
    "city_url",
    "database",
    "databases",
    "screen",
    "serve",
]
