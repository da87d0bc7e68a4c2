"""Kelurahan of imported reports, and the areas that an import makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from data_access.boundaries import Boundaries, read_boundaries
from data_access.importing.mapping import mapping_from
from data_access.schema import areas
from tests.importing import Desk, mapping_of, shared

COLUMNS = ("ticket", "title", "created", "latitude", "longitude", "kelurahan", "kecamatan")
MAPPING = mapping_of(*COLUMNS)
HEAD = ",".join(COLUMNS) + "\n"


def square(code: str, name: str, west: float, **more: str) -> dict[str, object]:
    ring = [[west, 41.6], [west + 0.1, 41.6], [west + 0.1, 41.7], [west, 41.7], [west, 41.6]]
    return {
        "type": "Feature",
        "properties": {"KODE": code, "NAMA": name, **more},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    features = [
        square("1", "Utara", -87.9, Kecamatan="Kota"),
        square("2", "Selatan", -87.8, Kecamatan="Kota"),
    ]
    path = tmp_path / "batas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read_boundaries(path)


def codes(desk: Desk) -> list[str | None]:
    return [row.area_code for row in desk.rows()]


def test_boundaries_fill_empty_areas(desk: Desk, boundaries: Boundaries) -> None:
    summary = desk.bring(HEAD, MAPPING, boundaries=boundaries)
    assert summary.areas == 3
    told = {row.code: row for row in desk.rows(areas)}
    assert {code: row.level for code, row in told.items()} == {
        "1": "kelurahan",
        "2": "kelurahan",
        "Kota": "kecamatan",
    }
    assert told["1"].parent_code == "Kota"
    assert (told["1"].latitude, told["1"].longitude) == pytest.approx((41.65, -87.85), abs=0.01)
    assert told["1"].area_km2 == pytest.approx(11.12 * 11.12 * 0.747, rel=0.01)
    assert desk.bring(HEAD, MAPPING, boundaries=boundaries).areas == 0


def test_position_first_then_name(desk: Desk, boundaries: Boundaries) -> None:
    rows = (
        "A-1,x,2024-01-02,41.65,-87.85,,\n"
        "A-2,x,2024-01-02,41.65,-87.85,Selatan,\n"
        "A-3,x,2024-01-02,,,KEL. SELATAN,\n"
        "A-4,x,2024-01-02,10,10,Utara,\n"
        "A-5,x,2024-01-02,10,10,,\n"
        "A-6,x,2024-01-02,,,Entah,\n"
        "A-7,x,2024-01-02,-87.75,41.65,,\n"
    )
    summary = desk.bring(HEAD + rows, MAPPING, boundaries=boundaries)
    assert codes(desk) == ["1", "1", "2", "1", None, None, "2"]
    assert (desk.rows()[6].latitude, desk.rows()[6].longitude) == (41.65, -87.75)
    told = {key: count for key, count in summary.repairs.items() if count}
    assert told == {"outside": 2, "unknown_place": 1, "swapped": 1}


def test_further_names_stand_for_a_name_or_a_code(desk: Desk, boundaries: Boundaries) -> None:
    names = {"tepi danau": "Selatan", "hulu": "1", "hilir": "Entah"}
    mapping = mapping_from({"columns": dict(MAPPING.columns), "areas": {"names": names}})
    rows = (
        "A-1,x,2024-01-02,,,Tepi-Danau,\nA-2,x,2024-01-02,,,HULU,\nA-3,x,2024-01-02,,,Hilir,\n"
        "A-4,x,2024-01-02,,,Selatan,\n"
    )
    desk.bring(HEAD + rows, mapping, boundaries=boundaries)
    assert codes(desk) == ["2", "1", None, "2"]
    desk.bring(HEAD + "A-5,x,2024-01-02,,,Kel. Tepi Danau,\n", mapping)
    assert codes(desk)[-1] == "2"


def test_names_of_areas_that_the_database_has(desk: Desk, boundaries: Boundaries) -> None:
    desk.bring(HEAD, MAPPING, boundaries=boundaries)
    desk.bring(HEAD + "A-1,x,2024-01-02,,,utara,\n", MAPPING)
    assert codes(desk) == ["1"]


def test_unknown_areas_are_made_where_the_mapping_says_so(desk: Desk) -> None:
    rows = (
        "A-1,x,2024-01-02,41.1,-87.1,Echo Park,North\n"
        "A-2,x,2024-01-02,41.2,-87.2,ECHO  PARK,North\n"
        "A-3,x,2024-01-02,41.3,-87.3,Echo Park,\n"
        "A-4,x,2024-01-02,,,North,\n"
    )
    summary = desk.bring(HEAD + rows, replace(MAPPING, unknown_area="create"))
    assert (summary.areas, len(desk.rows(areas))) == (3, 3)
    told = {(row.level, row.name): row for row in desk.rows(areas)}
    park = told["kelurahan", "Echo Park"]
    assert (park.latitude, park.longitude) == (41.2, -87.2)
    assert park.parent_code == told["kecamatan", "North"].code
    assert codes(desk)[:3] == [park.code] * 3
    again = desk.bring(HEAD + rows, replace(MAPPING, unknown_area="create"))
    assert (again.areas, again.unchanged) == (0, 4)


def test_binjai_fills_37_kelurahan_and_5_kecamatan(desk: Desk) -> None:
    boundaries = read_boundaries(shared("geo", "binjai_kelurahan.geojson"))
    rows = "A-1,x,2024-01-02,98.495845,3.620328,,\nA-2,x,2024-01-02,,,Payaroba,\n"
    desk.bring(HEAD + rows, MAPPING, boundaries=boundaries)
    levels = [row.level for row in desk.rows(areas)]
    assert (levels.count("kelurahan"), levels.count("kecamatan")) == (37, 5)
    assert codes(desk) == ["12.75.01.1001", "12.75.03.1004"]
