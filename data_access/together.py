"""Questions that need not wait for each other: a database answers several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HANDS = 4
"""So many are asked at once in a process, whatever the number of pages: connections are few."""


@cache
def _hands() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(HANDS, thread_name_prefix="together")


def ask_together(**questions: Callable[[], Any]) -> dict[str, Any]:
    """The answers by name, asked side by side; the first failure is raised.

    Questions must not ask others together in their turn: all hands might be waiting for a free one.
    """
    waiting = {name: _hands().submit(question) for name, question in questions.items()}
    try:
        return {name: answer.result() for name, answer in waiting.items()}
    finally:
        for answer in waiting.values():
            answer.cancel()
