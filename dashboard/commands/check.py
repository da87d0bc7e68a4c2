"""``check``: does a database fit the contract, and what to write where it does not."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import ArgumentError

from dashboard.settings import Settings
from data_access.check import CheckError, Finding, Severity
from data_access.check import check as findings_of
from data_access.check.words import HEADINGS, LANGUAGES, mend, what

FITS, FINDINGS, CANNOT_READ = 0, 1, 2


@click.command()
@click.argument("url", required=False)
@click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default="id",
    show_default=True,
    help="Language of the findings.",
)
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def check(url: str | None, language: str, as_json: bool) -> None:
    """Compare a report database with the contract; without a URL, the wall's own.

    Ends with 0 where it fits (warnings or none), 1 where it does not, 2 where it can't be read.
    """
    url = url or Settings.from_environment().report_database
    try:
        found = findings_of(url, datetime.now(UTC))
    except (CheckError, ArgumentError) as error:
        reason = str(error) if isinstance(error, CheckError) else "URL"
        click.echo(HEADINGS[language]["cannot_read"].format(reason=reason), err=True)
        sys.exit(CANNOT_READ)
    if as_json:
        click.echo(json.dumps(_data(found, language), ensure_ascii=False, indent=2))
    else:
        _print(found, language)
    sys.exit(FITS if _fits(found) else FINDINGS)


def _fits(found: list[Finding]) -> bool:
    return all(finding.severity is Severity.WARNING for finding in found)


def _data(found: list[Finding], language: str) -> dict[str, Any]:
    return {
        "fits": _fits(found),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "table": finding.table,
                "column": finding.column or None,
                "count": finding.count,
                "message": what(finding, language),
                "mend": mend(finding, language),
            }
            for finding in found
        ],
    }


def _print(found: list[Finding], language: str) -> None:
    """With colours where there is a terminal, plain lines where there is none."""
    console = Console(soft_wrap=True, highlight=False)
    words = HEADINGS[language]
    if not found:
        console.print(f"[green]{words['fits']}[/green]")
        return
    console.print(words["findings"].format(count=len(found)))
    for finding in found:
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        console.print(
            f"[{colour}]{words[finding.severity]}[/{colour}]  {escape(what(finding, language))}"
        )
        console.print(f"       [dim]{escape(mend(finding, language))}[/dim]")
