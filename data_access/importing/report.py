"""The summary of an import, in words."""

from __future__ import annotations

from collections.abc import Iterator

from data_access.importing.summary import Summary
from data_access.importing.texts import Said

_FATES = ("new", "updated", "unchanged", "repeated", "quarantined")


def lines_of(summary: Summary, language: str) -> Iterator[str]:
    """Lines for a person: what was read, what became of it, what was mended."""

    def say(key: str, **parts: object) -> str:
        return Said(key, parts).text(language)

    facts = {"format": "-", "encoding": "-", "separator": "-"} | summary.facts
    yield say("seen_file", **facts | {"separator": repr(facts["separator"])})
    fates = [f"{getattr(summary, fate)} {say('summary_' + fate)}" for fate in _FATES]
    rate = round(summary.read / summary.seconds) if summary.seconds else 0
    yield (
        f"{say('summary_read')}: {summary.read} = {' + '.join(fates)} "
        f"({say('summary_seconds', seconds=summary.seconds)}, {say('rows_rate', rate=rate)})"
    )
    if summary.agencies or summary.categories or summary.areas:
        yield say(
            "summary_created",
            agencies=summary.agencies,
            categories=summary.categories,
            areas=summary.areas,
        )
    for key, count in summary.repairs.most_common():
        if count:
            yield f"{say('summary_repairs')}: {count} × {say(key)}"
    if summary.unknown_statuses:
        words = [f"{word!r} ({count})" for word, count in summary.unknown_statuses.most_common(10)]
        yield say("summary_unknown_status", words=", ".join(words))
    if summary.quarantine is not None:
        yield say("summary_quarantine_file", file=summary.quarantine)
