"""Reading moments, whoever wrote them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from data_access.importing.date_guess import guess_formats
from data_access.importing.moments import moment_reader
from data_access.importing.texts import MappingError
from data_access.importing.zones import zone_at

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("iso", "2017-02-04 15:25:39", "2017-02-04T08:25:39"),
        ("iso", "2017-02-04T15:25:39Z", "2017-02-04T15:25:39"),
        ("iso", "2017-02-04T15:25:39.5+08:00", "2017-02-04T07:25:39.500000"),
        ("iso", "2017-02-04", "2017-02-03T17:00:00"),
        ("%d/%m/%Y", "4/2/2017", "2017-02-03T17:00:00"),
        ("%d/%m/%Y", "04/02/2017", "2017-02-03T17:00:00"),
        ("%m-%d-%Y %H:%M:%S", "02-04-2017 15:25:39", "2017-02-04T08:25:39"),
        ("%d.%m.%Y %H:%M", "04.02.2017 15:25", "2017-02-04T08:25:00"),
        ("%d/%m/%Y %H:%M", "4/2/2017 5:05", "2017-02-03T22:05:00"),
        ("%d/%m/%Y %H.%M", "04/02/2017 15.25", "2017-02-04T08:25:00"),
        ("%m/%d/%Y %I:%M:%S %p", "01/01/2018 12:00:09 AM", "2017-12-31T17:00:09"),
        ("%m/%d/%Y %I:%M %p", "01/01/2018 12:30 p.m.", "2018-01-01T05:30:00"),
        ("%d %B %Y", "4 Februari 2017", "2017-02-03T17:00:00"),
        ("%d-%b-%y", "04-Agu-17", "2017-08-03T17:00:00"),
        (
            "%A, %d %B %Y pukul %H.%M %Z",
            "Jum'at, 3 Mei 2019 pukul 07.05 WITA",
            "2019-05-02T23:05:00",
        ),
        ("%Y-%m-%d %H:%M:%S %z", "2019-05-03 07:05:00 -0330", "2019-05-03T10:35:00"),
        ("excel", "43101,5", "2018-01-01T05:00:00"),
        ("epoch", "1514764800", "2018-01-01T00:00:00"),
        ("epoch", "1514764800000", "2018-01-01T00:00:00"),
    ],
)
def test_formats(written: str, text: str, expected: str) -> None:
    read = moment_reader((written,), JAKARTA)
    assert read(f" {text} ") == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("%d/%m/%Y", "31/02/2017"),
        ("%d/%m/%Y", "٠٤/٠٢/٢٠١٧"),
        ("%I:%M %p %d/%m/%Y", "13:00 PM 01/01/2018"),
        ("%d %B %Y", "4 Brumaire 2017"),
        ("iso", "0000-00-00"),
        ("iso", ""),
        ("iso", "2024-01-02 08.15"),
        ("iso", "2024-01-02 08:15.5"),
        ("%d/%m/%Y %H:%M", "02/01/2024 08.15"),
        ("%d/%m/%Y", "02-01-2024"),
        ("%d/%m/%Y %H:%M:%S", "02/01/2024 08:15"),
        ("excel", "0"),
        ("epoch", "1e300"),
        ("iso", "0001-01-01"),
    ],
)
def test_what_is_no_moment(written: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        moment_reader((written,), JAKARTA)(text)


def test_formats_are_tried_in_order() -> None:
    read = moment_reader(("%d/%m/%Y", "iso"), UTC)
    assert read("02/01/2018") == datetime(2018, 1, 2, tzinfo=UTC)
    assert read("2018-01-02") == datetime(2018, 1, 2, tzinfo=UTC)


def test_cells_of_excel_are_moments_already() -> None:
    read = moment_reader(("iso",), JAKARTA)
    assert read(datetime(2018, 1, 1, 12)) == datetime(2018, 1, 1, 5, tzinfo=UTC)
    assert read(date(2018, 1, 1)) == datetime(2017, 12, 31, 17, tzinfo=UTC)
    assert read(43101.5) == datetime(2018, 1, 1, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="True"):
        read(True)


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    read = moment_reader(("iso",), ZoneInfo("America/Los_Angeles"))
    assert read("2018-11-04 01:30:00") == datetime(2018, 11, 4, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["%d/%m/%Q", "%d/%d/%Y"])
def test_formats_that_cannot_be(written: str) -> None:
    with pytest.raises(MappingError, match="Bentuk tanggal"):
        moment_reader((written,), UTC)


@pytest.mark.parametrize(
    ("values", "formats", "ambiguous"),
    [
        (["01/02/2018", "13/02/2018"], ("%d/%m/%Y",), False),
        (["01/02/2018", "02/13/2018"], ("%m/%d/%Y",), False),
        (["01/02/2018", "02/03/2018"], ("%d/%m/%Y",), True),
        (["01/02/2018 01:00:00 PM"], ("%m/%d/%Y %I:%M:%S %p",), True),
        (["2018-01-02 03:04:05", "2018-01-02"], ("iso",), False),
        (["13-01-2018 03:04", "13-01-2018"], ("%d-%m-%Y %H:%M", "%d-%m-%Y"), False),
        (["Senin, 1 Januari 2018 pukul 03.04 WIB"], ("%A, %d %B %Y pukul %H.%M %Z",), False),
        (["apa", "ini"], (), False),
    ],
)
def test_guessing_formats(values: list[str], formats: tuple[str, ...], ambiguous: bool) -> None:
    guess = guess_formats(values)
    assert (guess.formats, guess.ambiguous) == (formats, ambiguous)


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (3.6, 98.49, "Asia/Jakarta"),
        (-5.14, 119.4, "Asia/Makassar"),
        (-2.53, 140.7, "Asia/Jayapura"),
        (34.05, -118.24, "America/Los_Angeles"),
        (40.71, -74.0, "America/New_York"),
        (52.37, 4.9, "Europe/Amsterdam"),
        (-36.85, 174.76, "Pacific/Auckland"),
    ],
)
def test_zones_of_places(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone
