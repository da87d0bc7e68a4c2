"""The README tells the truth about settings, commands and panels."""

from __future__ import annotations

from pathlib import Path

from dashboard.api import PANELS
from dashboard.cli import COMMANDS
from dashboard.settings import Settings
from layouts.wall import OVERVIEW, SCENES, WIDE

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_setting_stands_in_the_readme_with_its_meaning_and_default():
    for variable, meaning, default in Settings.described():
        assert f"| `{variable}` | {meaning} | `{default}` |" in README


def test_no_other_setting_stands_there():
    known = {variable for variable, _, _ in Settings.described()}
    named = {word.strip("`|") for word in README.split() if word.startswith("`BCC_")}
    assert named <= known


def test_every_command_stands_there():
    for command in COMMANDS:
        assert f"`bcc-wall {command}`" in README


def test_every_panel_and_scene_stands_there():
    for panel in PANELS:
        assert f"| `{panel}` |" in README
    for scene in set(SCENES) - {OVERVIEW, WIDE}:
        assert f"`/wall/{scene}`" in README
