"""Put the parts together: settings in, a server out. Nothing happens at import."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, redirect

from dashboard.api import create_api
from dashboard.asgi import create_asgi
from dashboard.callback_check import check_callbacks
from dashboard.feed import PULSE_S, Channel, Feed
from dashboard.health import health_blueprint
from dashboard.identity import Identity
from dashboard.publisher import LOOK_OTHERS_S, LOOK_S, Publisher
from dashboard.review_app import create_review_app
from dashboard.security import protect
from dashboard.vendor import vendor_blueprint
from dashboard.wall_app import create_wall_app, text_px
from data_access.boundaries import Boundaries, computed_boundaries, read_boundaries
from data_access.changes import Listener, change_token
from data_access.engine import open_engine
from data_access.errors import DataUnavailable
from data_access.rollups.answers import RolledReports
from layouts.drawing import Canvas, Drawing
from layouts.palette import THEMES
from layouts.wall import OVERVIEW, draw_scene

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from werkzeug.wrappers import Response

    from dashboard.settings import Settings
    from data_access.reports import Reports
    from data_access.snapshot import Snapshot


@dataclass
class Application:
    """A server and what it is made of."""

    asgi: Starlette
    server: Flask
    feed: Feed
    reports: Reports
    publisher: Publisher
    identity: Identity


def create_application(settings: Settings) -> Application:
    """Build the server of one report database; it starts reading when it is run."""
    engine = open_engine(settings.report_database)
    reports = RolledReports(engine)
    land = Land(settings, reports)
    smallest = text_px(settings)

    def draw(channel: Channel, snapshot: Snapshot) -> Drawing:
        canvas = Canvas(THEMES[channel.theme], smallest, detail=channel.scene != OVERVIEW)
        return draw_scene(channel.scene, snapshot, canvas, land.boundaries)

    feed = Feed(
        draw,
        build=secrets.token_hex(4),
        limits={
            # between two pulses a screen hears nothing, and calls nothing late for that
            "late_s": max(2 * settings.refresh_s, PULSE_S + 1),
            "stale_s": settings.stale_s,
        },
    )
    publisher = Publisher(
        feed,
        reports,
        change_token(engine),
        look_s=LOOK_S.get(engine.dialect.name, LOOK_OTHERS_S),
        retry_s=settings.refresh_s,
        listener=Listener(engine) if engine.dialect.name == "postgresql" else None,
    )
    identity = Identity(settings, engine)
    server = create_server(settings, reports, feed, identity, land)
    asgi = create_asgi(server, feed, publisher, identity)
    return Application(asgi, server, feed, reports, publisher, identity)


def create_server(
    settings: Settings, reports: Reports, feed: Feed, identity: Identity, land: Land
) -> Flask:
    """The Flask server with the wall's app, the desk's, the API, logins and health."""
    server = Flask("bcc-wall", static_folder=None)
    identity.install(server)
    server.register_blueprint(vendor_blueprint())
    server.register_blueprint(health_blueprint(reports, feed))
    server.register_blueprint(create_api(server, reports, feed))

    @server.get("/")
    def home() -> Response:
        return redirect("/wall/")

    wall = create_wall_app(server, settings)
    desk = create_review_app(server, reports, feed, identity.reveal, lambda: land.boundaries)
    hashes: list[str] = []
    for app, path in ((wall, "/wall/"), (desk, "/tinjau/")):
        with server.test_request_context(path):
            app.index()  # type: ignore[no-untyped-call]
        check_callbacks(server, app)
        hashes += app.csp_hashes()
    protect(server, hashes)
    return server


class Land:
    """The kelurahan's boundaries, read when first needed: the database may come later than we."""

    def __init__(self, settings: Settings, reports: Reports) -> None:
        self._reports = reports
        self._found = read_boundaries(settings.boundaries) if settings.boundaries else None

    @property
    def boundaries(self) -> Boundaries:
        """From the file, else computed from the database's label points."""
        if self._found is None:
            try:
                self._found = computed_boundaries(self._reports.areas("kelurahan"))
            except DataUnavailable:
                return Boundaries((), indicative=True)
        return self._found
