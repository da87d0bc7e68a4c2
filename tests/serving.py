"""The real server in a process of its own, and a proxy that spoils what passes through it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
QUICK = {"BCC_REFRESH_S": "1.5", "BCC_STALE_S": "5"}
"""Late after three seconds and stale after five, so that tests need not wait for minutes."""


def wait_until(holds: Callable[[], Any], seconds: float, what: str) -> float:
    """Look twenty times a second; how long it took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - start


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Answer:
    """What came back for a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def get(url: str, headers: dict[str, str] | None = None) -> Answer:
    """Ask once, as it is: no redirect is followed, nothing is decompressed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers=headers or {})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


@dataclass
class Server:
    """``bcc-wall serve`` on one report database; what it writes goes to a file."""

    database: str
    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        """Start, and wait until it takes requests."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("BCC_")
        }
        environment |= {"BCC_REPORT_DATABASE": self.database, "BCC_PORT": str(self.port)}
        environment |= {"PYTHONPATH": str(ROOT), **self.settings}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "serve"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        wait_until(self._alive, 20, "the server takes requests")
        return self

    def _alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8", "replace")
        try:
            return get(f"{self.url}/healthz").status == 200
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        """A signal to the process."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def stop(self) -> None:
        """End it, whatever state it is in."""
        if self.process is None or self.process.poll() is not None:
            return
        self.send(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


Fault = bytes | str | float | None
"""Of a proxy's path: bytes to answer, "hang", "reset", "cut" after half, or seconds to wait."""


class Proxy:
    """Stands between screens and the server; one request for each connection.

    ``faults`` maps the beginning of a path to what is done to its requests.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.faults: dict[str, Fault] = {}
        self.asked: list[str] = []
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = _head(client)
            path = head.split(b" ", 2)[1].decode() if head.count(b" ") > 1 else ""
            self.asked.append(path)
            self._treat(client, head, self._fault(path))
        self._open.discard(client)

    def _fault(self, path: str) -> Fault:
        found = [fault for start, fault in self.faults.items() if path.startswith(start)]
        return found[0] if found else None

    def _treat(self, client: socket.socket, head: bytes, fault: Fault) -> None:
        if isinstance(fault, bytes):
            client.sendall(fault)
        elif fault == "hang":
            while client.recv(4096):
                pass
        elif fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif head:
            if isinstance(fault, float):
                time.sleep(fault)
            self._forward(client, head, half=fault == "cut")

    def _forward(self, client: socket.socket, head: bytes, *, half: bool) -> None:
        start, _, fields = head.partition(b"\r\n")
        with socket.create_connection(("127.0.0.1", self._target), 5) as server:
            server.settimeout(None)
            self._open.add(server)
            server.sendall(start + b"\r\nConnection: close\r\n" + _kept(fields))
            relay(server, client, 700 if half else None)
            self._open.discard(server)

    def drop(self) -> None:
        """Cut all that is open now."""
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more, and cut what is open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        part = client.recv(65536)
        if not part:
            return b""
        head += part
    return head


def _kept(fields: bytes) -> bytes:
    lines = fields.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(b"connection:"))


def relay(source: socket.socket, target: socket.socket, limit: int | None = None) -> None:
    """Pass on what comes, all of it or a beginning."""
    passed = 0
    while part := source.recv(65536):
        if limit is not None and passed + len(part) > limit:
            target.sendall(part[: limit - passed])
            return
        target.sendall(part)
        passed += len(part)


class Link:
    """A line to a database server that can be cut and mended; bytes pass as they are."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self.whole = True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.whole:
                self._join(client)
            else:
                client.close()

    def _join(self, client: socket.socket) -> None:
        server = socket.create_connection(self._address, 5)
        server.settimeout(None)
        self._open |= {client, server}
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with source, suppress(OSError):
            relay(source, target)
            target.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)

    def cut(self) -> None:
        """Nothing passes, and what was open is gone."""
        self.whole = False
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """New connections pass again."""
        self.whole = True

    def close(self) -> None:
        """Cut for good."""
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def canned(status: str, content_type: str, body: str, *headers: str) -> bytes:
    """An answer as some other program on the way would give it."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body.encode())}",
        "Connection: close",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
