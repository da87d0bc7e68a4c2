"""The demo city: a made-up Binjai that keeps to the published figures, and its daily life."""

from data_access.demo.seeding import CityError, create_tables, holds_reports, seed

__all__ = ["CityError", "create_tables", "holds_reports", "seed"]
