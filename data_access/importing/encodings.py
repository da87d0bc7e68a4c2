"""Which encoding a text file has."""

from __future__ import annotations

import codecs
from pathlib import Path

from data_access.importing.texts import ImportingError

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_CP1252_HOLES = frozenset(b"\x81\x8d\x8f\x90\x9d")


def known_encoding(name: str) -> str:
    """The name of an encoding that Python has.

    Raises:
        ImportingError: there is no such encoding.
    """
    try:
        codecs.lookup(name)
        return "utf-8-sig" if codecs.lookup(name).name == "utf-8" else name
    except LookupError as error:
        raise ImportingError("bad_encoding", encoding=name) from error


def encoding_of(path: Path) -> str:
    """The encoding of a whole file.

    A byte order mark decides; then NULs in every other byte (UTF-16); then whether all of it is
    UTF-8. What is not is UTF-8 with broken bytes if most of its letters beyond ASCII are whole,
    and else cp1252, or Latin-1 where cp1252 has no such byte.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    return _wide(start) or ("utf-8" if _is_utf8(path) else _single_byte_or_broken(path))


def _wide(start: bytes) -> str | None:
    half = len(start) // 2
    if half < 2:
        return None
    if start[1::2].count(0) > 0.7 * half and start[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if start[0::2].count(0) > 0.7 * half and start[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte_or_broken(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    whole = broken = 0
    used: set[int] = set()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            bad = text.count(_REPLACED)
            broken += bad
            whole += sum(mark > "\x7f" for mark in text) - bad
            used.update(block)
    if whole > broken:
        return "utf-8"
    return "latin-1" if used & _CP1252_HOLES else "cp1252"
