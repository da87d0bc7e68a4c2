"""``bcc-wall``: the one command."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from dashboard.settings import Settings, SettingsError

COMMANDS = {
    "serve": "dashboard.commands.serving:serve",
    "demo": "dashboard.commands.serving:demo",
    "init-db": "dashboard.commands.data:init_db",
    "seed": "dashboard.commands.data:seed",
    "simulate": "dashboard.commands.data:simulate",
    "users": "dashboard.commands.users:users",
    "tokens": "dashboard.commands.users:tokens",
    "privacy": "dashboard.commands.users:privacy",
    "check": "dashboard.commands.check:check",
    "import": "dashboard.commands.imports:import_command",
}


class _Commands(click.Group):
    """Loads a command when it is called, and ends every command's help with the settings."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        command.epilog = _settings_help()
        return command


def _settings_help() -> str:
    lines = [
        f"{variable}  {text} (default: {default})"
        for variable, text, default in Settings.described()
    ]
    return "\b\nSettings, from the environment:\n" + "\n".join(lines)


@click.group(cls=_Commands, epilog=_settings_help())
@click.version_option(package_name="bcc-wall")
def cli() -> None:
    """Monitoring wall of the Binjai Command Center."""


def main() -> None:
    """Run the command; a setting that can't be used is one sentence, not a traceback."""
    try:
        cli()
    except SettingsError as error:
        click.echo(f"bcc-wall: {error}", err=True)
        sys.exit(2)
