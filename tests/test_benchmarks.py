"""The benchmark's own instruments: what they read must be what was there."""

import zlib

import orjson
import pytest

from benchmarks.listeners import Listener
from benchmarks.parts import PARTS, load, markdown, quantile, title
from dashboard.feed import STREAM_START, Message


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([1.0], 0.99, 1), ([3, 1, 2], 0.5, 2), (range(1, 101), 0.95, 95), (range(1, 101), 1, 100)],
)
def test_quantiles(values, share, found):
    assert quantile(list(values), share) == found


def test_a_table_has_the_columns_of_all_its_rows():
    assert markdown([{"what": "one"}, {"what": "two", "time": "3 ms"}]).splitlines() == [
        "| what | time |",
        "| --- | ---: |",
        "| one |  |",
        "| two | 3 ms |",
    ]


def test_every_part_says_what_it_is():
    for name, part in load(()):
        assert name in PARTS
        assert title(part)


def chunk(body):
    return b"%x\r\n%b\r\n" % (len(body), body)


def test_a_listener_knows_when_the_last_byte_of_an_edition_came():
    events = [b'event: pulse\ndata: {"version":1}\n\n'] + [
        b"event: edition\ndata: " + orjson.dumps({"from": n, "to": n + 1, "patch": []}) + b"\n\n"
        for n in (1, 2)
    ]
    content = b"HTTP/1.1 200 OK\r\n\r\n" + chunk(STREAM_START)
    ends = []
    for event in events:
        content += chunk(Message(event).packed)
        ends.append(len(content))
    listener = Listener.__new__(Listener)
    for cut in (1, 7, 1000):
        listener.pieces = [(n + cut, content[n : n + cut]) for n in range(0, len(content), cut)]
        found = listener.editions()
        assert [edition.version for edition in found] == [2, 3]
        for edition, end in zip(found, ends[1:], strict=True):
            assert end <= edition.at_ns < end + cut


def test_any_pieces_of_a_compressed_stream_fit():
    first, second = Message(b"event: pulse\n\n" * 9), Message(b"event: edition\n\n" * 9)
    for pieces in ([first, second], [second, first, second]):
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
        packed = STREAM_START + b"".join(message.packed for message in pieces)
        assert unpack.decompress(packed) == b"".join(message.plain for message in pieces)
