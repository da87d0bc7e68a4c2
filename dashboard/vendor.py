"""Scripts and fonts of other packages, served from where the package manager put them.

Plotly's basic bundle draws everything on the wall at a quarter of the default bundle's weight.
Without it (an installation that had no npm) the pages use the bundle that dash brings.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
A_YEAR = 31_536_000


@dataclass(frozen=True)
class Part:
    """One file of a package, under the name that pages know."""

    package: str
    file: str
    content_type: str

    @property
    def path(self) -> Path:
        """Where npm put it."""
        return MODULES / self.package / self.file

    @cached_property
    def version(self) -> str:
        """The package's; the address changes with it, so that browsers may keep the file."""
        content = json.loads((MODULES / self.package / "package.json").read_text("utf-8"))
        return str(content["version"])

    @cached_property
    def packed(self) -> bytes:
        """The file, compressed once."""
        return gzip.compress(self.path.read_bytes(), mtime=0)


PARTS: Mapping[str, Part] = {
    "plotly-basic.js": Part(
        "plotly.js-basic-dist-min", "plotly-basic.min.js", "text/javascript; charset=utf-8"
    ),
    "inter.woff2": Part(
        "@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2", "font/woff2"
    ),
}


def address(name: str) -> str | None:
    """Where a page finds a part; ``None`` where it was not installed."""
    part = PARTS[name]
    return f"/vendor/{name}?v={part.version}" if part.path.is_file() else None


def vendor_blueprint() -> Blueprint:
    """The route of all parts."""
    blueprint = Blueprint("vendor", __name__)

    @blueprint.get("/vendor/<name>")
    def vendor(name: str) -> Response:
        part = PARTS.get(name)
        if part is None or not part.path.is_file():
            abort(404)
        headers = {
            "Cache-Control": f"public, max-age={A_YEAR}, immutable",
            "Vary": "Accept-Encoding",
        }
        if part.content_type.startswith("font/"):
            return Response(part.path.read_bytes(), content_type=part.content_type, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(part.packed, content_type=part.content_type, headers=headers)
        return Response(part.path.read_bytes(), content_type=part.content_type, headers=headers)

    return blueprint
