"""The demo city against what is published, and against itself."""

from __future__ import annotations

import csv
import math
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from data_access.demo import CityError, seed
from data_access.demo.facts import table
from data_access.demo.seeding import city_rows
from data_access.engine import open_engine
from data_access.records import WIB, Status
from data_access.schema import metadata
from tests.cities import CITY_UNTIL, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS = Path(__file__).parents[1].parent / "shared" / "facts"
NOW = pd.Timestamp(CITY_UNTIL).tz_convert("UTC")
HISTORY = pd.Timestamp("2019-05-31T23:59:59.999999+07:00").tz_convert("UTC")
YEARS = (2017, 2018, 2019)
DAY = pd.Timedelta("24h")
OLD_NAMES = {
    "Perusahaan Daerah Air Minum (PDAM Tirta Sari)": "Perumda Air Minum Tirta Sari",
    "Perusahaan Listrik Negara (PLN)": "PT PLN (Persero) Binjai Kota",
}
MOMENTS = {
    "reporters": ("registered_at",),
    "reports": ("created_at", "answered_at", "finished_at"),
    "reopenings": ("finished_at", "reopened_at"),
    "escalations": ("forwarded_at", "answered_at", "returned_at"),
    "follow_ups": ("created_at",),
    "feedback": ("created_at",),
    "announcements": ("starts_at",),
}


class City:
    """The tables of a SQLite file as frames, read past the product's own code."""

    def __init__(self, path: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for name in metadata.tables:
                frame = pd.read_sql(f"select * from {name}", connection)
                for column in MOMENTS.get(name, ()):
                    frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601")
                setattr(self, name, frame)
        self.reports["year"] = self.reports.created_at.dt.tz_convert("Asia/Jakarta").dt.year

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def history(self) -> pd.DataFrame:
        frame: pd.DataFrame = self.reports[self.reports.created_at <= HISTORY]
        return frame

    def hops(self) -> pd.DataFrame:
        """Escalations of the history as of its end, with their report and agency."""
        hops = self.escalations[self.escalations.forwarded_at <= HISTORY]
        hops = hops.merge(self.history(), left_on="report_id", right_on="id", suffixes=("", "_r"))
        return hops.merge(self.agencies, left_on="agency_id", right_on="id", suffixes=("", "_a"))

    def done_by(self, moment: pd.Timestamp) -> set[int]:
        """Reports that were done at a moment: a later reopening does not undo that."""
        reports = self.reports
        now = reports[(reports.status == "done") & (reports.finished_at <= moment)].id
        undone = self.reopenings
        then = undone[
            (undone.status == "done")
            & (undone.finished_at <= moment)
            & (undone.reopened_at > moment)
        ].report_id
        return {*now, *then}


@pytest.fixture(scope="module")
def city(city_url: str) -> City:
    return City(city_url.removeprefix("sqlite:///"))


@pytest.fixture
def facts() -> Path:
    if not FACTS.is_dir():
        pytest.skip(f"the published tables are not beside the repository: {FACTS}")
    return FACTS


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_packaged_tables_are_the_published_ones(facts: Path) -> None:
    names = sorted(path.name for path in facts.glob("*.csv"))
    assert len(names) == 7
    for name in names:
        assert table(name) == _rows(facts / name)


def test_reports_and_escalations_of_the_history(city: City) -> None:
    assert len(city.history()) == 1437
    hops = city.hops()
    assert len(hops) == 1592
    for row, year in zip(table("yearly_action_rate.csv"), YEARS, strict=True):
        assert (hops.year == year).sum() == int(row["reports"])


def test_share_of_escalations_that_were_acted_on(city: City) -> None:
    hops = city.hops()
    done = hops.report_id.isin(city.done_by(HISTORY))
    for row, year in zip(table("yearly_action_rate.csv"), YEARS, strict=True):
        share = done[hops.year == year].mean()
        assert round(100 * share) == int(row["acted_percent"])


def test_reports_of_each_agency(city: City) -> None:
    hops = city.hops()
    counts = hops.groupby(["name", "year"]).report_id.nunique().unstack(fill_value=0)
    for row in table("skpd_reports_by_year.csv"):
        name = OLD_NAMES.get(row["skpd"], row["skpd"])
        expected = [
            int(row[key]) for key in ("reports_2017", "reports_2018", "reports_2019_jan_may")
        ]
        assert counts.loc[name].tolist() == expected, name
        counts = counts.drop(index=name)
    assert counts.sum().tolist() == [206, 150, 43]
    assert len(counts) == 20
    assert counts.sum(axis=1).max() < 29


def test_later_hops_leave_the_history_alone(city: City) -> None:
    late = city.escalations[city.escalations.forwarded_at > HISTORY]
    assert not set(late.report_id) & set(city.history().id)


def test_most_active_reporters(city: City) -> None:
    history = city.history()
    counts = history.reporter_id.value_counts()
    expected = [int(row["reports"]) for row in table("top_reporters.csv")]
    assert counts.iloc[:5].tolist() == expected
    assert counts.iloc[5] < 24
    of_top = history[history.reporter_id.isin(counts.index[:5])]
    assert not of_top.anonymous.any()
    assert not of_top.confidential.any()


def test_first_reports_are_the_published_ones(city: City) -> None:
    sample = table("escalations_sample.csv")
    first = city.reports.sort_values(["created_at", "id"]).head(len(sample))
    assert first.title.tolist() == [row["title"] for row in sample]
    wib = first.created_at.dt.tz_convert("Asia/Jakarta").dt.strftime("%Y-%m-%d %H:%M:%S")
    assert wib.tolist() == [row["created_at"] for row in sample]
    hops = city.hops().set_index("report_id")
    assert [hops.loc[i, "name"] for i in first.id] == [row["first_agency"] for row in sample]


def test_ground(city: City) -> None:
    assert city.areas.level.value_counts().to_dict() == {
        "lingkungan": 284,
        "kelurahan": 37,
        "kecamatan": 5,
    }
    assert city.agencies.abbreviation.tolist() == [row["abbreviation"] for row in table("skpd.csv")]
    assert 14 <= len(city.categories) <= 16
    assert set(city.categories.id) == set(city.reports.category_id)
    known = {row["name"] for row in table("facilities.csv")}
    assert known < set(city.facilities.name)
    assert len(city.facilities) >= 46
    per_kelurahan = city.areas[city.areas.level == "lingkungan"].parent_code.value_counts()
    assert len(per_kelurahan) == 37


def test_positions_lie_in_their_kelurahan(city: City) -> None:
    labels = table("kelurahan.csv")
    north = 111_320.0
    east = north * math.cos(math.radians(3.6))
    frames = (city.reports, city.facilities)
    checked = 0
    for frame in frames:
        placed = frame[frame.latitude.notna()]
        distances = pd.DataFrame(
            {
                row["code"]: (
                    ((placed.latitude - float(row["label_lat"])) * north) ** 2
                    + ((placed.longitude - float(row["label_lon"])) * east) ** 2
                )
                ** 0.5
                for row in labels
            }
        )
        assert (distances.idxmin(axis=1) == placed.area_code).all()
        radius = {r["code"]: 1300 * math.sqrt(float(r["area_km2"]) / math.pi) for r in labels}
        assert (distances.min(axis=1) <= placed.area_code.map(radius)).all()
        checked += len(placed)
    assert checked > 9000


def test_lamps_are_reported_in_clusters(city: City) -> None:
    lamp = city.categories.set_index("name").id["Lampu jalan (LPJU)"]
    lamps = city.reports[(city.reports.category_id == lamp) & city.reports.latitude.notna()]
    repeats = city.reports[city.reports.duplicate_of.notna()]
    assert (repeats.status == "duplicate").all()
    pairs = repeats.merge(lamps, left_on="duplicate_of", right_on="id", suffixes=("", "_o"))
    pairs = pairs[pairs.latitude.notna()]
    metres = (
        ((pairs.latitude - pairs.latitude_o) * 111_320) ** 2
        + ((pairs.longitude - pairs.longitude_o) * 111_100) ** 2
    ) ** 0.5
    assert metres.max() <= 60
    waited = pairs.created_at - pairs.created_at_o
    assert waited.min() > pd.Timedelta(0)
    assert waited.max() <= pd.Timedelta("6D")
    in_clusters = lamps.id.isin({*repeats.id, *repeats.duplicate_of})
    assert 0.25 <= in_clusters.mean() <= 0.4


def test_lives_are_in_order(city: City) -> None:
    reports = city.reports
    assert set(reports.status) <= {status.value for status in Status}
    finished = reports.status.isin(["done", "rejected", "duplicate"])
    assert (reports.finished_at.notna() == finished).all()
    closed = reports[finished]
    assert closed.answered_at.notna().all()
    assert (closed.answered_at <= closed.finished_at).all()
    answered = reports[reports.answered_at.notna()]
    assert (answered.answered_at > answered.created_at).all()
    assert (reports[reports.status == "answered"].answered_at.notna()).all()
    assert reports[reports.status.isin(["received", "escalated"])].answered_at.isna().all()
    first = city.follow_ups.groupby("report_id").created_at.min()
    assert (answered.set_index("id").answered_at == first).all()
    assert (closed.ticket.is_unique) and reports.ticket.is_unique
    assert reports.sort_values("id").created_at.is_monotonic_increasing


def test_finishes_have_their_follow_up(city: City) -> None:
    said = set(zip(city.follow_ups.report_id, city.follow_ups.status, strict=True))
    closed = city.reports[city.reports.finished_at.notna()]
    assert set(zip(closed.id, closed.status, strict=True)) <= said


def test_hops_are_in_order(city: City) -> None:
    hops = city.escalations.sort_values(["report_id", "level"])
    assert not hops.duplicated(["report_id", "agency_id"]).any()
    assert not hops.duplicated(["report_id", "level"]).any()
    assert (hops.groupby("report_id").cumcount() + 1 == hops.level).all()
    assert hops.level.max() == 3
    gaps = hops.groupby("report_id").forwarded_at.diff().dropna()
    assert (gaps > pd.Timedelta(0)).all()
    with_report = hops.merge(city.reports, left_on="report_id", right_on="id", suffixes=("", "_r"))
    wait = with_report.forwarded_at - with_report.created_at
    assert wait.min() > pd.Timedelta(0)
    assert wait[with_report.level == 1].median() < pd.Timedelta("2h")
    assert (hops.returned_at.dropna() > hops.forwarded_at[hops.returned_at.notna()]).all()
    assert (hops.answered_at.dropna() >= hops.forwarded_at[hops.answered_at.notna()]).all()
    unforwarded = city.reports[city.reports.status.isin(["escalated", "answered"])]
    assert set(unforwarded.id) <= set(hops.report_id)


def test_reopenings_are_in_order(city: City) -> None:
    reopenings = city.reopenings
    assert len(reopenings) > 50
    assert (reopenings.reopened_at > reopenings.finished_at).all()
    merged = reopenings.merge(city.reports, left_on="report_id", right_on="id")
    again = merged[merged.finished_at_y.notna()]
    assert (again.finished_at_y > again.reopened_at).all()
    assert (merged.answered_at <= merged.finished_at_x).all()
    unhappy = city.feedback[~city.feedback.satisfied.astype(bool)]
    assert set(reopenings.report_id) <= set(unhappy.report_id)


def test_nothing_is_later_than_the_moment(city: City) -> None:
    for name, columns in MOMENTS.items():
        for column in columns:
            assert getattr(city, name)[column].max() <= NOW, (name, column)


def test_feedback_follows_a_finish(city: City) -> None:
    merged = city.feedback.merge(city.reports, left_on="report_id", right_on="id")
    first = pd.concat(
        [
            city.reopenings[["report_id", "finished_at"]],
            city.reports[["id", "finished_at"]].rename(columns={"id": "report_id"}),
        ]
    )
    earliest = first.dropna().groupby("report_id").finished_at.min()
    assert (merged.created_at_x >= merged.report_id.map(earliest)).all()
    assert merged.rating.between(1, 5).all()
    assert 0.28 <= merged.report_id.nunique() / city.reports.finished_at.notna().sum() <= 0.42
    assert 0.7 <= merged.satisfied.mean() <= 0.82
    assert ((merged.status == "done") & (merged.satisfied == 0)).sum() > 100


def test_health_of_the_city_now(city: City) -> None:
    reports = city.reports
    assert 9_000 <= len(reports) <= 11_000
    recent = reports[(reports.created_at > NOW - pd.Timedelta("30D"))]
    due = recent[recent.created_at + DAY <= NOW]
    assert 0.78 <= (due.answered_at - due.created_at <= DAY).mean() <= 0.85
    unfinished = reports[reports.finished_at.isna()]
    assert 220 <= len(unfinished) <= 320
    overdue = unfinished[unfinished.answered_at.isna() & (unfinished.created_at < NOW - DAY)]
    assert 35 <= len(overdue) <= 60
    assert 200 <= (NOW - overdue.created_at.min()).days <= 400
    hours = ((recent.answered_at.fillna(NOW) - recent.created_at).dt.total_seconds()) / 3600
    curve = KaplanMeierFitter().fit(hours, recent.answered_at.notna())
    assert 5 <= curve.median_survival_time_ <= 7
    assert 0.04 <= reports.anonymous.mean() <= 0.08
    assert 0.01 <= reports.confidential.mean() <= 0.03
    today = reports.created_at >= pd.Timestamp("2026-11-23T00:00+07:00")
    assert today.any()
    current = city.announcements[
        (city.announcements.starts_at <= NOW)
        & (pd.to_datetime(city.announcements.ends_at, utc=True, format="ISO8601") > NOW)
    ]
    assert len(current) >= 1


def test_agencies_differ(city: City) -> None:
    recent = city.reports[city.reports.year >= 2024]
    first = city.escalations[city.escalations.level == 1].merge(
        city.agencies, left_on="agency_id", right_on="id"
    )
    merged = recent.merge(first, left_on="id", right_on="report_id", suffixes=("", "_e"))
    due = merged[merged.created_at + DAY <= NOW]
    on_time = (due.answered_at - due.created_at <= DAY).groupby(due.abbreviation).mean()
    assert on_time["Disdukcapil"] > 0.9
    assert on_time["PUTR"] < on_time["Perkim"] < on_time["DLH"] < on_time["Disdukcapil"]


def test_people_lead_nowhere(city: City) -> None:
    assert city.reporters.phone.str.fullmatch(r"0800-000-\d{4}").all()
    assert city.reporters.area_code.isin(city.areas.code).all()


def test_hours_and_seasons(city: City) -> None:
    wib = city.reports.created_at.dt.tz_convert("Asia/Jakarta")
    hours = wib.dt.hour.value_counts()
    assert hours[[7, 8, 9]].min() > 1.5 * hours[[12, 13, 14]].max()
    assert hours[[19, 20]].min() > hours[[13, 14, 15]].max()
    assert hours[[0, 1, 2, 3, 4]].max() < 0.15 * hours[8]
    flood = city.categories.set_index("name").id["Banjir"]
    months = wib[city.reports.category_id == flood].dt.month.value_counts()
    assert months[[9, 10, 11, 12]].sum() > 1.5 * months[[1, 2, 3, 4]].sum()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("fresh")
    engines = []

    def build(name: str) -> Any:
        engines.append(open_engine(f"sqlite:///{folder / name}.sqlite", read_only=False))
        return engines[-1]

    yield build
    for engine in engines:
        engine.dispose()


def test_the_same_seed_builds_the_same_city(city_url: str, fresh: Any) -> None:
    again = fresh("again")
    calls: list[tuple[int, int]] = []
    seed(again, until=CITY_UNTIL, progress=lambda done, total: calls.append((done, total)))
    there = open_engine(city_url)
    assert fingerprint(again) == fingerprint(there)
    there.dispose()
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1]


def test_another_seed_builds_another_city_with_the_same_history(fresh: Any) -> None:
    other = fresh("other")
    seed(other, seed=7, until=datetime(2019, 5, 31, 23, 59, 59, 999999, tzinfo=WIB))
    city = City(other.url.database)
    assert len(city.reports) == 1437
    test_reports_and_escalations_of_the_history(city)
    test_share_of_escalations_that_were_acted_on(city)
    test_reports_of_each_agency(city)
    test_most_active_reporters(city)
    done = city.reports.set_index("id").status[city.escalations.report_id] == "done"
    assert done.sum() == 659 + 576 + 173


def _past(rows: list[dict[str, Any]], moment: datetime, columns: tuple[str, ...]) -> list[Any]:
    """Rows that had begun by a moment, without what came later."""
    kept = []
    for row in rows:
        if row[columns[0]] > moment:
            continue
        later = {name for name in columns if row[name] is not None and row[name] > moment}
        kept.append({name: None if name in later else value for name, value in row.items()})
    return kept


@pytest.mark.parametrize("moment", ["2018-02-11T00:30+07:00", "2025-12-31T23:10+07:00"])
def test_what_has_happened_does_not_depend_on_what_will(moment: str) -> None:
    then = datetime.fromisoformat(moment)
    short, long = city_rows(3, then), city_rows(3, then + timedelta(days=200))
    for name, table_ in metadata.tables.items():
        if name not in MOMENTS:
            assert short[table_] == long[table_], name
        elif name not in {"reports", "reopenings"}:
            expected = _past(long[table_], then, MOMENTS[name])
            assert short[table_] == expected, name
    settled = ("status", "answered_at", "finished_at", "duplicate_of")
    reports = metadata.tables["reports"]
    first, second = (
        [{k: v for k, v in row.items() if k not in settled} for row in rows]
        for rows in (short[reports], [r for r in long[reports] if r["created_at"] <= then])
    )
    assert first == second
    for row, later in zip(short[reports], long[reports], strict=False):
        if row["answered_at"] is not None:
            assert row["answered_at"] == later["answered_at"]


@pytest.mark.parametrize("number", [40, 300, 700])
def test_what_is_planned_is_not_there_yet(number: int) -> None:
    reports = metadata.tables["reports"]
    born = city_rows(4, datetime(2018, 6, 1, tzinfo=WIB))[reports][number]["created_at"]
    rows = city_rows(4, born + timedelta(seconds=1))
    last = rows[reports][-1]
    assert (last["created_at"], last["status"]) == (born, "received")
    for name, columns in MOMENTS.items():
        moments = [row[key] for row in rows[metadata.tables[name]] for key in columns]
        assert all(moment <= born for moment in moments if moment is not None), name
    hops = rows[metadata.tables["escalations"]]
    assert last["id"] not in {hop["report_id"] for hop in hops}


def test_an_interrupted_seed_leaves_nothing(fresh: Any) -> None:
    engine = fresh("interrupted")

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(engine, until=datetime(2018, 1, 1, tzinfo=WIB), progress=interrupt)
    with closing(sqlite3.connect(engine.url.database)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        assert tables.fetchall() == []
    seed(engine, until=datetime(2018, 1, 1, tzinfo=WIB))


def test_a_used_database_is_refused(fresh: Any) -> None:
    engine = fresh("used")
    seed(engine, until=datetime(2017, 4, 1, tzinfo=WIB))
    before = fingerprint(engine)
    with pytest.raises(CityError, match="already holds reports"):
        seed(engine, until=datetime(2017, 5, 1, tzinfo=WIB))
    assert fingerprint(engine) == before


def test_a_moment_needs_a_zone(fresh: Any) -> None:
    with pytest.raises(CityError, match="time zone"):
        seed(fresh("naive"), until=datetime(2020, 1, 1))


@pytest.mark.parametrize(
    "until",
    ["2017-01-01T00:00+07:00", "2017-02-04T15:25:39+07:00", "2019-06-01T00:00+07:00"],
)
def test_any_moment_can_be_asked_for(until: str) -> None:
    moment = datetime.fromisoformat(until)
    reports = city_rows(1, moment)[metadata.tables["reports"]]
    expected = {date(2017, 1, 1): 0, date(2017, 2, 4): 1, date(2019, 6, 1): 1437}
    assert len(reports) == expected[moment.date()]
