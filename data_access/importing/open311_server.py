"""Open311 GeoReport v2 from a server: page by page, again and again, since the last time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from itertools import count
from tempfile import TemporaryFile
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import Request, build_opener

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from data_access.importing.moments import moment_reader
from data_access.importing.open311 import parse, rows_of, source_of
from data_access.importing.session import import_state, refusals_told
from data_access.importing.sources import Source
from data_access.importing.texts import ImportingError

PAGE_SIZE = 100
WINDOW = timedelta(days=90)
"""The longest span that the standard lets a server be asked for."""

OVERLAP = timedelta(hours=1)
"""Read again before the last moment: servers publish some changes late."""

ANSWER_LIMIT = 1 << 26
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to try: seconds for one answer, tries for one page, seconds for everything."""

    answer_s: float = 15.0
    tries: int = 4
    total_s: float = 3600.0
    pause_s: float = 1.0


class Server:
    """Asks one GeoReport endpoint. Only http and https; nothing but GET."""

    def __init__(
        self,
        address: str,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``address`` is the folder that has ``requests.json``, with or without that name.

        Raises:
            ImportingError: the address is not one of a web server.
        """
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ImportingError("server_failed", server=parts.hostname, tries=0, error="http(s)")
        folder, _, last = parts.path.rstrip("/").rpartition("/")
        named = last.startswith(("requests.", "services."))
        self._kind = last.rpartition(".")[2] if named else "json"
        self._base = urlunsplit(
            (parts.scheme, parts.netloc, folder if named else parts.path.rstrip("/"), "", "")
        )
        self.host = parts.hostname
        self._query = parts.query
        self._patience = patience or Patience()
        self._until = time.monotonic() + self._patience.total_s
        self._sleep = sleep
        self._opener = build_opener()

    @property
    def name(self) -> str:
        """The address without account, password and query: what ``import_state`` keeps."""
        parts = urlsplit(self._base)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))[:255]

    def services(self) -> dict[str, str]:
        """Names of services by code; empty where the server has no such list."""
        try:
            listed = self._ask("services", {})
        except ImportingError:
            return {}
        return {str(item.get("service_code")): str(item.get("service_name")) for item in listed}

    def requests(self, since: datetime, now: datetime) -> Iterator[dict[str, Any]]:
        """Requests made since then, then those changed since then, each state once."""
        seen: set[int] = set()
        start = since
        while start < now:
            end = min(start + WINDOW, now)
            yield from self._pages({"start_date": _written(start), "end_date": _written(end)}, seen)
            start = end
        yield from self._pages({"updated_after": _written(since)}, seen)

    def _pages(self, asked: Mapping[str, str], seen: set[int]) -> Iterator[dict[str, Any]]:
        """Page after page, until one brings nothing new (some servers know only one page)."""
        passed: set[int] = set()
        for page in count(1):
            told = self._ask("requests", {**asked, "page": page, "page_size": PAGE_SIZE})
            fresh = [item for item in told if _state(item) not in passed]
            if not fresh:
                return
            passed.update(map(_state, fresh))
            yield from (item for item in fresh if _state(item) not in seen)
            seen.update(passed)

    def _ask(self, what: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        query = "&".join(part for part in (self._query, urlencode(asked)) if part)
        address = f"{self._base}/{what}.{self._kind}" + (f"?{query}" if query else "")
        error = ""
        for attempt in range(self._patience.tries):
            if attempt:
                self._sleep(self._patience.pause_s * 2 ** (attempt - 1))
            if time.monotonic() > self._until:
                error = error or "time"
                break
            try:
                return parse(self._get(address))
            except HTTPError as answer:
                error = f"HTTP {answer.code}"
                answer.close()
                if answer.code not in _BUSY:
                    break
            except (URLError, HTTPException, OSError, ImportingError) as failure:
                error = str(getattr(failure, "reason", failure))[:120]
        raise ImportingError(
            "server_failed", server=self.host, tries=self._patience.tries, error=error
        )

    def _get(self, address: str) -> bytes:
        request = Request(address, headers={"Accept": "application/json, application/xml"})
        with self._opener.open(request, timeout=self._patience.answer_s) as answer:
            content: bytes = answer.read(ANSWER_LIMIT + 1)
        if len(content) > ANSWER_LIMIT:
            raise OSError("answer too long")
        return content


class Feed:
    """What changed at a server since the last import, and the memory of when that was."""

    def __init__(self, server: Server, now: datetime, since: datetime | None) -> None:
        self._server = server
        self._now = now
        self._since = since
        self._latest: datetime | None = None
        self._read = moment_reader(("iso",), UTC)

    def source(self, engine: Engine, progress: Callable[[int], None] = lambda _n: None) -> Source:
        """The rows since ``since``, else since the last import, else of the last 90 days.

        All of them are fetched first, into a file without a name: a slow server must not keep the
        database's writers waiting. ``progress`` is told how many there are.

        Raises:
            ImportingError: the server, or the database, gives no proper answer.
        """
        begin = self._since or self._last(engine) or self._now - WINDOW
        services = self._server.services()
        with ExitStack() as stack:
            file = stack.enter_context(TemporaryFile("w+", encoding="ascii"))
            size = 0
            for size, request in enumerate(self._server.requests(begin, self._now), start=1):
                file.write(json.dumps(self._noted(request)) + "\n")
                if size % PAGE_SIZE == 0:
                    progress(size)
            progress(size)
            file.seek(0)
            source = source_of(self._server.name, rows_of(map(json.loads, file), services), size)
            source.close = stack.pop_all().close
        return source

    def _noted(self, request: dict[str, Any]) -> dict[str, Any]:
        told = request.get("updated_datetime") or request.get("requested_datetime")
        try:
            moment = self._read(told)
        except ValueError:
            return request
        if moment <= self._now and (self._latest is None or moment > self._latest):
            self._latest = moment
        return request

    def _last(self, engine: Engine) -> datetime | None:
        with refusals_told(), engine.connect() as connection:
            if not inspect(connection).has_table(import_state.name):
                return None
            statement = select(import_state.c.moment).where(
                import_state.c.source == self._server.name
            )
            moment = connection.execute(statement).scalar()
        return moment - OVERLAP if moment is not None else None

    def remember(self, connection: Connection) -> None:
        """Keep the latest change that was read, in the import's own transaction."""
        if self._latest is None:
            return
        where = import_state.c.source == self._server.name
        kept = connection.execute(select(import_state.c.moment).where(where)).scalar()
        connection.execute(delete(import_state).where(where))
        moment = max(self._latest, kept) if kept is not None else self._latest
        connection.execute(insert(import_state).values(source=self._server.name, moment=moment))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(request: Mapping[str, Any]) -> int:
    """What tells a request's state from all others: a number, for there may be millions."""
    return hash((str(request.get("service_request_id")), str(request.get("updated_datetime"))))
