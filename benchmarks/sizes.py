"""Bytes of a whole payload, compressed, and of what a change sends

A hundred events of the demo city's life, ten seconds apart, and the minutes that pass meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.city_file import SEED, demo_city
from benchmarks.parts import Row, goal, quantile
from dashboard.factory import create_application
from dashboard.feed import Channel, change
from dashboard.settings import Settings
from data_access.demo.simulate import Simulation
from data_access.engine import open_engine
from data_access.snapshot import take_snapshot
from layouts.palette import THEMES
from layouts.wall import SCENES

if TYPE_CHECKING:
    from dashboard.factory import Application
    from dashboard.feed import Edition, Message

GAP = timedelta(seconds=10)
GOAL_WHOLE = 10_000
GOAL_CHANGE = 1_000


class Tape:
    """What each channel's screens have, and the sizes of all changes sent to them."""

    def __init__(self, application: Application) -> None:
        self._feed = application.feed
        self._reports = application.reports
        self._shown: dict[Channel, Edition] = {}
        self.channels = [Channel(scene, theme) for scene in SCENES for theme in THEMES]
        self.changes: dict[Channel, list[Message]] = {channel: [] for channel in self.channels}

    def publish(self, moment: datetime, keep: bool = True) -> None:
        """Show the database as of the moment."""
        self._feed.publish(take_snapshot(self._reports, moment))
        for channel in self.channels:
            edition = self._feed.edition(channel)
            if edition is None:
                raise RuntimeError("the database was not read")
            message = change(self._shown.get(channel), edition)
            self._shown[channel] = edition
            if keep and message is not None:
                self.changes[channel].append(message)

    def whole(self, channel: Channel) -> int:
        """Compressed size of all that a screen fetches when it starts."""
        return len(self._shown[channel].body)


def run(quick: bool = False) -> list[Row]:
    """For every scene, the larger of its themes."""
    with demo_city() as file:
        url = f"sqlite:///{file}"
        tape = Tape(create_application(Settings(report_database=url)))
        simulation = Simulation(open_engine(url, read_only=False), seed=SEED)
        moment = datetime.now(UTC)
        tape.publish(moment)
        for _ in range(20 if quick else 100):
            before, moment = moment, moment + GAP
            if moment.minute != before.minute:
                tape.publish(moment.replace(second=0, microsecond=0), keep=False)
            simulation.step(moment)
            tape.publish(moment)
    return [_row(scene, tape) for scene in SCENES]


def _row(scene: str, tape: Tape) -> Row:
    channels = [channel for channel in tape.channels if channel.scene == scene]
    whole = max(tape.whole(channel) for channel in channels)
    changes = max((tape.changes[channel] for channel in channels), key=len)
    sent = [len(message.packed) for message in changes]
    p95 = quantile(sent, 0.95)
    return {
        "scene": scene,
        "whole": f"{whole:,}",
        "changes": str(len(changes)),
        "sent for a change, p50": f"{quantile(sent, 0.5):,}",
        "p95": f"{p95:,}",
        "largest": f"{max(sent):,}",
        "p95 unpacked": f"{quantile([len(message.plain) for message in changes], 0.95):,}",
    } | goal(
        whole < GOAL_WHOLE and p95 < GOAL_CHANGE,
        f"whole < {GOAL_WHOLE:,}, change < {GOAL_CHANGE:,}",
    )
