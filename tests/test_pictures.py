"""Every figure of every scene is one that Plotly takes: drawing leaves that check to this test."""

from datetime import UTC, datetime

import plotly.graph_objects as go
import pytest

from dashboard.factory import create_application
from dashboard.feed import Channel
from dashboard.settings import Settings
from data_access.demo import seed
from data_access.engine import open_engine
from data_access.snapshot import take_snapshot
from layouts.palette import THEMES
from layouts.wall import SCENES

NOW = datetime(2019, 12, 31, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('city')}/city.sqlite"
    engine = open_engine(url, read_only=False)
    seed(engine, until=NOW)
    engine.dispose()
    application = create_application(Settings(report_database=url))
    application.feed.publish(take_snapshot(application.reports, NOW))
    return application


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", SCENES)
def test_plotly_takes_every_figure(application, scene, theme):
    edition = application.feed.edition(Channel(scene, theme))
    figures = [props["figure"] for props in edition.drawing.values() if "figure" in props]
    for figure in figures:
        assert go.Figure(figure).to_dict()["data"]
    assert len(figures) == sum(part.figure for part in SCENES[scene])
