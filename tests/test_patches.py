"""A screen that applies a difference has what the server has: in Python, and in the script."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.editions import patched
from dashboard.patches import difference

SCRIPT = Path(__file__).parents[1] / "assets" / "wall" / "wall.js"
CASES = 400


def row(key, *children):
    return {"props": {"children": list(children), "key": key}, "type": "Div", "namespace": "dash"}


def value(chance, depth=3):
    """Something as drawings have it."""
    kind = chance.randrange(7 if depth else 3)
    if kind < 3:
        return chance.choice([None, True, False, 0, 1, 1.5, "", "lewat", "sisa 3.07"])
    if kind == 3:
        return {name: value(chance, depth - 1) for name in chance.sample("abcde", 3)}
    if kind == 4:
        return [value(chance, depth - 1) for _ in range(chance.randrange(5))]
    if kind == 5:
        return [chance.randrange(3) for _ in range(chance.randrange(8))]
    return [row(key, value(chance, depth - 1)) for key in chance.sample("uvwxyz", 4)]


def pairs():
    chance = random.Random(7)
    for _ in range(CASES):
        old, other = value(chance), value(chance)
        yield old, other
        yield {"a": old, "b": [1, 2, 3]}, {"a": old, "b": [1, 2, other]}
        yield [row("u", old), row("v", other)], [row("v", other), row("w", old), row("u", other)]
        yield [row("u", old), row("v", 1)], [row("u", other), row("v", 1)]


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": 1}, {"a": 1.0}, ["@", ["a"], ["=", 1.0]]),
        ({"a": {"b": [0, 1]}}, {"a": {"b": [0, 2]}}, ["@", ["a", "b", 1], ["=", 2]]),
        ({"a": 1, "b": 2}, {"b": 2}, ["o", {}, ["a"]]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 3}, ["o", {"a": ["=", 2], "b": ["=", 3]}, []]),
        ([1, 2, 3], [1, 9, 2, 3], ["s", 1, 0, [9]]),
        ([1, 2, 3], [1, 3], ["s", 1, 1, []]),
        ([1, 1], [1, 1, 1], ["s", 2, 0, [1]]),
        ([], [1], ["s", 0, 0, [1]]),
        ([1, 2], [3, 4], ["l", {"0": ["=", 3], "1": ["=", 4]}]),
        (
            [row("u", 1), row("v", 2)],
            [row("v", 3), row("u", 1), row("w")],
            ["k", [[1, ["@", ["props", "children", 0], ["=", 3]]], 0, {"v": row("w")}]],
        ),
    ],
)
def test_a_change_is_as_small_as_it_can_be_said(old, new, patch):
    assert difference(old, new) == patch


def test_python_gets_there():
    for old, new in pairs():
        patch = difference(old, new)
        assert sorted_json(old if patch is None else patched(old, patch)) == sorted_json(new)


def sorted_json(content):
    return json.dumps(content, sort_keys=True)


def node():
    return shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")


@pytest.mark.skipif(not node(), reason="needs node")
def test_the_wall_gets_there():
    text = SCRIPT.read_text("utf-8")
    functions = text[text.index("  function patched(") : text.index("  function show(")]
    cases = [
        [old, patch, new] for old, new in pairs() if (patch := difference(old, new)) is not None
    ]
    program = (
        functions + "const cases = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(cases.map((each) => patched(each[0], each[1]))));"
    )
    result = subprocess.run(
        [node(), "-e", program], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    for (_, _, new), found in zip(cases, json.loads(result.stdout), strict=True):
        assert sorted_json(found).replace("1.0", "1") == sorted_json(new).replace("1.0", "1")
