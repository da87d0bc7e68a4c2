"""Colours by role, for night and day. Amber and vermilion say "act now", and nothing else does.

Hues of the series follow Wong's colour-blind-safe palette (Nature Methods 8, 441, 2011), turned
down until they are calm; contrasts against the ground are held by a test.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Theme:
    """One colour for each role on the wall."""

    name: str
    ground: str
    rule: str
    text: str
    muted: str
    mark: str
    received: str
    finished: str
    act: str
    warn: str
    land: str
    land_full: str
    border: str
    ages: tuple[str, str, str, str, str, str]
    """Open reports by age band, youngest first."""

    def css(self) -> str:
        """The roles as CSS custom properties."""
        roles = [item.name for item in fields(self) if item.name not in {"name", "ages"}]
        named = [f"--{role.replace('_', '-')}:{getattr(self, role)};" for role in roles]
        ages = [f"--age-{n}:{colour};" for n, colour in enumerate(self.ages)]
        return "".join(named + ages)


NIGHT = Theme(
    name="night",
    ground="#0d1217",
    rule="#202a33",
    text="#e8edf1",
    muted="#a3b0bb",
    mark="#627384",
    received="#71869a",
    finished="#55aca6",
    act="#ff7350",
    warn="#f2b134",
    land="#161e26",
    land_full="#33434f",
    border="#32404c",
    ages=("#b4c0ca", "#98a7b4", "#7e8f9e", "#677988", "#536473", "#43525f"),
)

DAY = Theme(
    name="day",
    ground="#f4f2ed",
    rule="#dad6cc",
    text="#1a2126",
    muted="#454f57",
    mark="#75838f",
    received="#7d92a5",
    finished="#1c7773",
    act="#bf360c",
    warn="#8a5700",
    land="#e9e6de",
    land_full="#bfc3c2",
    border="#c4bfb3",
    ages=("#5f7180", "#738492", "#8696a3", "#98a6b1", "#a9b5be", "#b9c3ca"),
)

THEMES = {theme.name: theme for theme in (NIGHT, DAY)}
