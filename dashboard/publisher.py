"""The thread that looks for changes, takes snapshots and hands them to the feed."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data_access.errors import DataUnavailable
from data_access.snapshot import QUESTIONS, URGENT, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dashboard.feed import Feed
    from data_access.changes import Listener
    from data_access.reports import Reports
    from data_access.snapshot import Snapshot

log = logging.getLogger(__name__)

LOOK_S = {"sqlite": 0.02}
LOOK_OTHERS_S = 0.25
LISTEN_S = 30.0
LISTEN_AGAIN_S = 2.0


class Publisher(threading.Thread):
    """Looks many times a second, reads when something changed or a minute has passed."""

    def __init__(
        self,
        feed: Feed,
        reports: Reports,
        token: Callable[[], Hashable],
        look_s: float,
        retry_s: float,
        listener: Listener | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(name="publisher", daemon=True)
        self._feed = feed
        self._reports = reports
        self._token = token
        self._look_s = look_s
        self._retry_s = retry_s
        self._listener = listener
        self._clock = clock
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._seen: Hashable = None
        self._minute: object = None
        self._failed_at: float | None = None
        self._rest_until = 0.0
        self._silent = False
        self._told = False

    def run(self) -> None:
        """Look until stopped; nothing that happens in one round ends the thread."""
        if self._listener is not None:
            Ear(self._listener, self).start()
        while not self._stopped.is_set():
            try:
                self.look()
            except DataUnavailable as error:
                self._complain(str(error))
            except Exception:
                log.exception("the publisher's round failed")
            self._wake.wait(self._look_s)
            self._wake.clear()

    def stop(self) -> None:
        """End after this round."""
        self._stopped.set()
        self._wake.set()

    def wake(self) -> None:
        """Read now: somebody has told us of a change."""
        self._told = True
        self._wake.set()

    def look_back(self, moment: datetime) -> Snapshot:
        """The wall as it was at a moment that is over."""
        return take_snapshot(self._reports, moment)

    def look(self) -> None:
        """One round: is anything new, and if so, read and publish."""
        seen, now = self._token(), self._clock()
        if not self._due(seen, now):
            if self._failed_at is None:
                self._feed.confirm(now)
            return
        # Until what is read now is on the screens, they are not called right.
        started = self._failed_at = time.monotonic()
        snapshot = self._read(now)
        self._seen, self._minute = seen, _minute(now)
        # under a flood of writes half of the time is left to everybody else
        self._rest_until = 2 * time.monotonic() - started
        if snapshot.failed:
            self._complain("no question was answered")
            return
        self._feed.publish(snapshot)
        self._silent = False
        if not any(answer.late for answer in snapshot.answers.values()):
            self._failed_at = None

    def _read(self, now: datetime) -> Snapshot:
        """All questions; once screens have something, what is urgent is on them before the rest."""
        before = self._feed.snapshot
        if before is None:
            return take_snapshot(self._reports, now)
        urgent = take_snapshot(self._reports, now, before, URGENT)
        if not any(urgent.answers[name].late for name in URGENT):
            self._feed.publish(urgent)
            self._feed.wait_until_sent()
        rest = [name for name in QUESTIONS if name not in URGENT]
        return take_snapshot(self._reports, now, urgent, rest)

    def _due(self, seen: Hashable, now: datetime) -> bool:
        if self._failed_at is not None and time.monotonic() - self._failed_at < self._retry_s:
            return False
        if time.monotonic() < self._rest_until:
            return False
        told, self._told = self._told, False
        changed = seen != self._seen or _minute(now) != self._minute
        return told or changed or self._failed_at is not None

    def _complain(self, reason: str) -> None:
        """Tell the operator once for each outage, not twenty times a second."""
        if not self._silent:
            log.error("the report database can't be read: %s", reason)
        self._silent = True


class Ear(threading.Thread):
    """Wakes the publisher when PostgreSQL's owner notifies; without an owner's trigger it waits."""

    def __init__(self, listener: Listener, publisher: Publisher) -> None:
        super().__init__(name="ear", daemon=True)
        self._listener = listener
        self._publisher = publisher

    def run(self) -> None:
        """Listen for as long as the process lives."""
        while True:
            try:
                if self._listener.wait(LISTEN_S):
                    self._publisher.wake()
            except DataUnavailable:
                time.sleep(LISTEN_AGAIN_S)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
