"""Settings: one frozen record, read from the environment, checked at the start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(ValueError):
    """A setting that can't be used; its text says which one, and what it may be."""


def _setting(variable: str, default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"variable": variable, "help": help_text})


@dataclass(frozen=True)
class Settings:
    """All that a deployment can set. Every field names its environment variable and meaning."""

    report_database: str = _setting(
        "BCC_REPORT_DATABASE",
        "sqlite:///var/reports.sqlite",
        "SQLAlchemy URL of the report database; the wall only reads it",
    )
    state_database: str = _setting(
        "BCC_STATE_DATABASE",
        "sqlite:///var/state.sqlite",
        "SQLAlchemy URL of this project's own database",
    )
    host: str = _setting("BCC_HOST", "127.0.0.1", "address to listen on")
    port: int = _setting("BCC_PORT", 8050, "port to listen on, 0 to 65535")
    boundaries: Path | None = _setting(
        "BCC_BOUNDARIES", None, "GeoJSON file with the kelurahan; without it cells are computed"
    )
    screen_height_mm: int = _setting(
        "BCC_SCREEN_HEIGHT_MM", 1370, "height of the wall's picture in millimetres"
    )
    farthest_seat_m: float = _setting(
        "BCC_FARTHEST_SEAT_M", 4.0, "distance of the farthest seat in metres; sets the text size"
    )
    refresh_s: float = _setting(
        "BCC_REFRESH_S", 5.0, "seconds between two readings when nothing changes; late is two"
    )
    stale_s: float = _setting("BCC_STALE_S", 300.0, "seconds until old figures are called stale")

    wall_open: bool | None = _setting(
        "BCC_WALL_OPEN",
        None,
        "yes: wall and API need neither token nor login; without it only where this machine "
        "alone can reach them",
    )
    secret_key: str = field(
        default="",
        repr=False,
        metadata={
            "variable": "BCC_SECRET_KEY",
            "help": "key of the cookies' signatures, 32 characters or more; needed where others "
            "can reach the server, else made and kept in the state database",
        },
    )
    allowed_hosts: tuple[str, ...] = _setting(
        "BCC_ALLOWED_HOSTS",
        (),
        "names by which the server is called, separated by commas; its addresses always hold",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "BCC_TRUSTED_PROXIES",
        (),
        "addresses or networks of proxies whose X-Forwarded-For and -Proto are believed",
    )
    oidc_issuer: str = _setting(
        "BCC_OIDC_ISSUER", "", "address of an OpenID Connect provider for logins"
    )
    oidc_client_id: str = _setting("BCC_OIDC_CLIENT_ID", "", "this server's name at the provider")
    oidc_client_secret: str = field(
        default="",
        repr=False,
        metadata={
            "variable": "BCC_OIDC_CLIENT_SECRET",
            "help": "this server's secret at the provider",
        },
    )
    oidc_claim: str = _setting(
        "BCC_OIDC_CLAIM", "preferred_username", "claim that holds the account's name"
    )

    @property
    def exposed(self) -> bool:
        """Whether others than this machine's own users can reach the server."""
        return bool(self.allowed_hosts or self.trusted_proxies) or not is_loopback(self.host)

    @property
    def open_wall(self) -> bool:
        """Whether the wall needs neither token nor login."""
        return not self.exposed if self.wall_open is None else self.wall_open

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read and check every setting.

        Raises:
            SettingsError: a value is of the wrong kind or out of range.
        """
        environment = os.environ if environment is None else environment
        given = {
            item.name: _read(item.name, item.metadata["variable"], environment)
            for item in fields(cls)
            if environment.get(item.metadata["variable"])
        }
        return cls(**given)

    @classmethod
    def described(cls) -> list[tuple[str, str, str]]:
        """Variable, meaning and default of each setting, in order."""
        return [
            (item.metadata["variable"], item.metadata["help"], str(item.default or "none"))
            for item in fields(cls)
        ]


def _read(name: str, variable: str, environment: Mapping[str, str]) -> Any:
    text = environment[variable]
    try:
        return _READERS.get(name, str)(text)
    except (ValueError, ArgumentError) as error:
        reason = str(error) or "unreadable"
        raise SettingsError(f"{variable}: {reason}") from error


def _url(text: str) -> str:
    try:
        make_url(text).get_dialect()
    except Exception as error:
        raise ValueError(
            "not a database URL; write sqlite:///file, postgresql+psycopg://user@host/name "
            "or mariadb+pymysql://user@host/name"
        ) from error
    return text


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError(f"{text!r} is not a port; write a number from 0 to 65535")
    return int(text)


def _positive(kind: type[int] | type[float]) -> Any:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(0)
        if not 0 < value < float("inf"):
            raise ValueError(f"{text!r} is not a number above 0")
        return value

    return read


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine, seen from itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _long(text: str) -> str:
    if len(text) < 32:
        raise ValueError("too short; write 32 random characters or more")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part)) for part in _names(text))
    except ValueError as error:
        raise ValueError(f"{error}; write addresses or networks such as 10.0.0.0/8") from None


def _web_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise ValueError(f"{text!r} does not begin with https://")
    return text.rstrip("/")


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ValueError(f"there is no file {text!r}")
    return path


_READERS: dict[str, Any] = {
    "report_database": _url,
    "state_database": _url,
    "port": _port,
    "boundaries": _file,
    "screen_height_mm": _positive(int),
    "farthest_seat_m": _positive(float),
    "refresh_s": _positive(float),
    "stale_s": _positive(float),
    "wall_open": _yes,
    "secret_key": _long,
    "allowed_hosts": _names,
    "trusted_proxies": _networks,
    "oidc_issuer": _web_address,
}
