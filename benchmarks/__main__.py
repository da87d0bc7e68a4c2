"""``python -m benchmarks [part …]``: measure, and print one table for each part."""

from __future__ import annotations

import sys
import time
import traceback
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.parts import PARTS, Part, load, markdown, title


@click.command()
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option("--quick", is_flag=True, help="Few repetitions, to try it out.")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Into a file too.")
def main(parts: tuple[str, ...], quick: bool, write: Path | None) -> None:
    """Measure the wall beside what it replaces."""
    if unknown := [name for name in parts if name not in PARTS]:
        raise click.BadParameter(f"{unknown[0]}: parts are {', '.join(PARTS)}")
    blocks = [machine.sentence()]
    click.echo(blocks[0])
    failed = False
    for name, part in load(parts):
        started = time.monotonic()
        try:
            blocks.append(_table(part, quick))
        except Exception:
            traceback.print_exc()
            failed = True
            blocks.append(f"### {title(part)}\n\nNot measured: `{name}` failed.")
        click.echo(f"\n{blocks[-1]}")
        click.echo(f"({name}: {time.monotonic() - started:.0f} s)", err=True)
    if write:
        write.write_text("\n\n".join(blocks) + "\n", "utf-8")
    sys.exit(failed)


def _table(part: Part, quick: bool) -> str:
    return f"### {title(part)}\n\n{markdown(part.run(quick))}"


if __name__ == "__main__":
    main()
