"""What all tests share."""

from tests.cities import city_url

__all__ = ["city_url"]
