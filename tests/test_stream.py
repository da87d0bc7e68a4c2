"""The stream of a screen: what it says, to whom, and that it ends with the screen."""

import asyncio
import zlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import orjson
import pytest

from dashboard import feed as feed_module
from dashboard.asgi import Stream
from dashboard.feed import SLOW_LISTENER, Channel, Feed

NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
CHANNEL = Channel("overview", "night")
QUERY = b"scene=overview&theme=night"


def snapshot(word):
    return SimpleNamespace(as_of=NOW, word=word)


def drawn(_channel, snapshot):
    return {"panel": {"children": [snapshot.word]}}


class OpenGate:
    """Lets everybody in, for as long as they like."""

    lasting = True

    async def refusal(self, _scope):
        return None


class Screen:
    """One client of the ASGI application, without a network."""

    def __init__(self, stream, query=QUERY, packed=False):
        self.status = None
        self._sent = asyncio.Queue()
        self._gone = asyncio.Event()
        headers = [(b"accept-encoding", b"gzip, br")] if packed else []
        scope = {"type": "http", "method": "GET", "query_string": query, "headers": headers}
        self._unpack = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress if packed else bytes
        self.task = asyncio.create_task(stream(scope, self._receive, self._send))

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            await self._sent.put(message["body"])

    async def hear(self):
        async with asyncio.timeout(5):
            event = b""
            while not event:
                event = self._unpack(await self._sent.get())
        name, data = event.decode().strip().split("\n")
        return name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))

    async def leave(self):
        self._gone.set()
        await self.task
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@asynccontextmanager
async def opened(feed, count=1):
    feed.bind(asyncio.get_running_loop())
    stream = Stream(feed, OpenGate())
    screens = [Screen(stream, packed=number % 2 == 0) for number in range(count)]
    yield screens
    for screen in screens:
        await screen.leave()
    assert feed.listeners == 0


def test_a_screen_hears_a_pulse_at_once_and_every_change():
    async def story():
        feed = Feed(drawn, "build", {"late_s": 10})
        feed.publish(snapshot("one"))
        async with opened(feed, 3) as screens:
            for screen in screens:
                name, status = await screen.hear()
                assert (name, status["version"], status["late_s"]) == ("pulse", 1, 10)
            for word in ("two", "two", "three"):
                feed.publish(snapshot(word))
                await asyncio.sleep(0)
            patch = ["@", ["panel", "children", 0], ["=", "two"]]
            for screen in screens:
                assert await screen.hear() == ("edition", {"from": 1, "to": 2, "patch": patch})
                name, change = await screen.hear()
                assert (name, change["from"], change["to"]) == ("edition", 2, 4)
            assert screen.status == 200

    asyncio.run(story())


def test_the_version_in_a_pulse_is_never_ahead_of_what_was_sent():
    async def story():
        feed = Feed(drawn, "build", {})
        feed.publish(snapshot("one"))
        async with opened(feed) as (screen,):
            await screen.hear()
            await asyncio.to_thread(feed.publish, snapshot("two"))
            assert (await screen.hear())[1]["to"] == feed.status(CHANNEL)["version"] == 2

    asyncio.run(story())


def test_a_screen_that_was_there_before_the_data_is_told_when_it_comes():
    async def story():
        feed = Feed(drawn, "build", {})
        async with opened(feed) as (screen,):
            assert (await screen.hear())[1]["version"] is None
            feed.publish(snapshot("one"))
            name, status = await screen.hear()
            assert (name, status["version"]) == ("pulse", 1)

    asyncio.run(story())


def test_pulses_go_on(monkeypatch):
    monkeypatch.setattr(feed_module, "PULSE_S", 0.01)

    async def story():
        feed = Feed(drawn, "build", {})
        feed.publish(snapshot("one"))
        async with opened(feed, 2) as screens:
            for screen in screens * 4:
                assert (await screen.hear())[0] == "pulse"

    asyncio.run(story())


def test_a_channel_that_nobody_listens_to_is_drawn_when_asked_for():
    asked = []

    def draw(channel, snapshot):
        asked.append(snapshot.word)
        return drawn(channel, snapshot)

    feed = Feed(draw, "build", {})
    feed.publish(snapshot("one"))
    assert feed.edition(CHANNEL).version == 1
    feed.publish(snapshot("two"))
    feed.publish(snapshot("three"))
    assert feed.edition(CHANNEL).version == 3
    assert asked == ["one", "three"]


def test_a_screen_that_takes_nothing_costs_no_more_memory():
    async def story():
        feed = Feed(drawn, "build", {})
        feed.publish(snapshot("0"))
        messages = feed.listen(CHANNEL)
        await anext(messages)
        for number in range(1, 3 * SLOW_LISTENER):
            feed.publish(snapshot(str(number)))
        kept = [await anext(messages) for _ in range(SLOW_LISTENER)]
        assert b'"to":2,' in kept[0].plain
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(messages)
        await messages.aclose()

    asyncio.run(story())


def test_an_unknown_scene_is_told_what_is_allowed():
    async def story():
        screen = Screen(Stream(Feed(drawn, "build", {}), OpenGate()), b"scene=nowhere")
        await screen.task
        assert screen.status == 404

    asyncio.run(story())
