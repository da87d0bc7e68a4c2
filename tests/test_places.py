"""Which kelurahan a position or a name belongs to."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from shapely import box

from data_access.boundaries import Boundary, read_boundaries
from data_access.places import METRES_PER_DEGREE, Places, place_key
from tests.importing import shared

METRE = 1 / METRES_PER_DEGREE
CITY = Places(
    [
        Boundary("B", "Barat", box(0.00, 0.00, 0.01, 0.01)),
        Boundary("A", "Timur", box(0.01, 0.00, 0.02, 0.01)),
        Boundary("K", "Kecil", box(0.002, 0.002, 0.004, 0.004)),
        Boundary("Z", "Kembar", box(0.03, 0.0, 0.04, 0.01)),
        Boundary("Y", "Kembar", box(0.03, 0.0, 0.04, 0.01)),
    ],
)


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (0.008, 0.008, "B"),
        (0.003, 0.003, "K"),
        (0.005, 0.01, "A"),
        (0.005, 0.035, "Y"),
        (-99 * METRE, 0.005, "B"),
        (-101 * METRE, 0.005, None),
        (-50 * METRE, 0.01, "A"),
        (0.005, 0.02 + 99 * METRE, "A"),
        (0.005, 0.02 + 101 * METRE, None),
        (50.0, 50.0, None),
    ],
)
def test_positions(latitude: float, longitude: float, code: str | None) -> None:
    assert CITY.locate(latitude, longitude) == code


def test_the_order_of_boundaries_changes_nothing() -> None:
    cells = [
        Boundary("2", "x", box(0, 0, 1, 1)),
        Boundary("1", "y", box(0, 0, 1, 1)),
        Boundary("3", "z", box(0.4, 0.4, 0.6, 0.6)),
    ]
    for order in (cells, cells[::-1], cells[1:] + cells[:1]):
        assert Places(order).locate(0.5, 0.5) == "3"
        assert Places(order).locate(0.1, 0.1) == "1"


def test_hundred_metres_are_metres_far_from_the_equator_too() -> None:
    oslo = Places([Boundary("O", "Oslo", box(10.0, 59.9, 10.1, 60.0))])
    degree = METRES_PER_DEGREE * 0.5
    assert oslo.locate(59.95, 10.1 + 95 / degree) == "O"
    assert oslo.locate(59.95, 10.1 + 105 / degree) is None


def test_many_at_once_and_none() -> None:
    assert CITY.locate_all([], []) == []
    assert CITY.locate_all([0.008, 9.0, 0.003], [0.008, 9.0, 0.003]) == ["B", None, "K"]
    assert Places([]).locate(1.0, 1.0) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Barat", "B"),
        ("KEL. BARAT", "B"),
        ("Kelurahan  barat, Kecamatan Kota", "B"),
        ("B\u00e1rat\u200b", "B"),
        ("Kembar", None),
        ("Entah", None),
        ("", None),
    ],
)
def test_names(name: str, code: str | None) -> None:
    assert CITY.by_name(name) == code


def test_swapped() -> None:
    far = Places([Boundary("C", "Chicago", box(-87.9, 41.6, -87.5, 42.0))])
    assert far.swapped(-87.7, 41.8)
    assert not far.swapped(41.8, -87.7)
    assert not far.swapped(10.0, 10.0)


@pytest.mark.parametrize(
    ("said", "indicative"), [({}, True), ({"official": True}, False), ({"official": "yes"}, True)]
)
def test_a_files_lines_are_indicative_unless_it_calls_itself_official(
    tmp_path: Path, said: dict[str, object], indicative: bool
) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"code": "1", "name": "Satu"}, "geometry": square}
    file = tmp_path / "land.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]} | said))
    assert read_boundaries(file).indicative is indicative


def test_binjai() -> None:
    boundaries = read_boundaries(shared("geo", "binjai_kelurahan.geojson"))
    places = Places(boundaries.cells)
    with shared("facts", "kelurahan.csv").open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    assert len(facts) == 37
    for fact in facts:
        assert places.by_name(fact["name"]) == fact["code"]
        at = places.locate(float(fact["label_lat"]), float(fact["label_lon"]))
        assert at == fact["code"], fact["name"]
    codes = {fact["name"]: fact["code"] for fact in facts}
    for alias, name in {
        "Jatinegara": "Jati Negara",
        "Payaroba": "Paya Roba",
        "Puji Dadi": "Pujidadi",
        "Suka Ramai": "Sukaramai",
        "Sukamaju": "Suka Maju",
    }.items():
        assert places.by_name(alias) == codes[name]
    assert places.locate(3.5952, 98.6722) is None


def test_keys_of_names() -> None:
    assert place_key("Kel. Jati-Negara") == place_key("JATINEGARA") == "jatinegara"
