"""What a browser sends to a callback, held against what the callback was registered with.

Dash counts the inputs, but believes their ids, properties and types.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash import Dash
    from flask import Flask

WILDCARDS = ("MATCH", "ALL", "ALLSMALLER")
DEEPEST = 60
"""Nested lists and objects; a Plotly figure has ten."""


class ForgedError(ValueError):
    """A body that none of our pages sends."""


def check_callbacks(server: Flask, app: Dash) -> None:
    """Answer 400 to a forged body before the app's dispatcher sees it."""
    path = f"{app.config.routes_pathname_prefix}_dash-update-component"

    @server.before_request
    def _check() -> Response | None:
        if request.url_rule is None or request.url_rule.rule != path:
            return None
        try:
            check_body(read_json(request.get_data()), app.callback_map)
        except ForgedError as error:
            content = json.dumps({"error": str(error)})
            return Response(content, 400, content_type="application/json")
        return None


def read_json(data: bytes) -> Any:
    """The body's content.

    Raises:
        ForgedError: no JSON, or such as JSON has not (NaN), or nested too deeply to be worked on.
    """
    try:
        content = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ForgedError("not JSON") from None
    _check_depth(content)
    return content


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _check_depth(content: Any) -> None:
    level = [content]
    for _ in range(DEEPEST):
        level = [child for part in level for child in _children(part)]
        if not level:
            return
    raise ForgedError("nested too deeply")


def _children(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def check_body(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Hold a body against the callback that it names.

    Raises:
        ForgedError: they don't agree.
    """
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise ForgedError("a callback names its output")
    callback = callbacks.get(body["output"])
    if callback is None or "callback" not in callback:
        raise ForgedError("unknown output")
    for part, spec in (("inputs", callback["inputs"]), ("state", callback["state"])):
        _check_part(part, spec, body.get(part, []))
    _check_outputs(body.get("outputs"))
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(each, str) for each in changed):
        raise ForgedError("changedPropIds are names")


def _check_part(part: str, spec: list[dict[str, Any]], given: Any) -> None:
    if not isinstance(given, list) or len(given) != len(spec):
        raise ForgedError(f"{part}: {len(spec)} are expected")
    for expected, each in zip(spec, given, strict=True):
        if not _agrees(expected, each):
            raise ForgedError(f"{part}: not those of this callback")


def _agrees(expected: Mapping[str, Any], given: Any) -> bool:
    pattern = _pattern(expected["id"])
    many = isinstance(pattern, dict) and any(
        value in (["ALL"], ["ALLSMALLER"]) for value in pattern.values()
    )
    if many:
        return isinstance(given, list) and all(
            _is_one(pattern, expected["property"], each) for each in given
        )
    return _is_one(pattern, expected["property"], given)


def _is_one(pattern: Any, name: str, given: Any) -> bool:
    if not isinstance(given, dict) or given.get("property") != name:
        return False
    identity = given.get("id")
    if not isinstance(pattern, dict):
        return bool(identity == pattern)
    return (
        isinstance(identity, dict)
        and identity.keys() == pattern.keys()
        and all(_fits(pattern[key], identity[key]) for key in pattern)
    )


def _fits(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, list) and wanted and wanted[0] in WILDCARDS:
        return isinstance(given, str | int | float)
    return bool(wanted == given)


def _pattern(identity: Any) -> Any:
    if isinstance(identity, str) and identity.startswith("{"):
        return json.loads(identity)
    return identity


def _check_outputs(outputs: Any) -> None:
    """Of the shape that the dispatcher walks through; what is in it returns to its sender alone."""
    flat = outputs if isinstance(outputs, list) else [outputs]
    for each in flat:
        for one in each if isinstance(each, list) else [each]:
            if one is None:
                continue
            good = isinstance(one, dict) and isinstance(one.get("property"), str)
            if not good or not isinstance(one.get("id"), str | dict):
                raise ForgedError("outputs have an id and a property")
