"""The map of the world: the outlines of countries, shaded in steps by a number each."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from app.country_names import country_name

DATA = Path(__file__).parent / "data" / "world.tsv"
VIEW_BOX = "-6 0 1012 428"
STEPS = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """One country as drawn; `step` is 0 for none and up to STEPS for the most."""

    code: str
    name: str
    path: str
    is_dot: bool
    count: int
    step: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one shade stands for: from this many up to and with that many."""

    step: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The shapes, those with most behind so that small neighbours stay on top, and what their shades mean."""

    shapes: tuple[Shape, ...]
    legend: tuple[Step, ...]
    view_box: str = VIEW_BOX


def world_map(counts: Mapping[str, int]) -> WorldMap:
    """The map shaded by these numbers; a country too small for an outline is a dot, drawn only if it has one."""
    legend = _legend(max(counts.values(), default=0))
    shapes = [
        Shape(code, country_name(code), path, kind == "dot", n, _step(n, legend))
        for code, kind, path in _outlines()
        for n in (counts.get(code, 0),)
        if n or kind == "outline"
    ]
    return WorldMap(tuple(sorted(shapes, key=lambda shape: (shape.is_dot, shape.count > 0, shape.name))), legend)


@lru_cache
def _outlines() -> tuple[tuple[str, str, str], ...]:
    lines = [line for line in DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return tuple((code, kind, path) for code, kind, path in (line.split("\t") for line in lines))


def _legend(most: int) -> tuple[Step, ...]:
    """Steps that grow by the same factor each, as few stories tell more apart than many."""
    if not most:
        return ()
    starts = sorted({math.ceil(round(most ** (at / STEPS), 6)) for at in range(STEPS)})
    first = STEPS - len(starts) + 1
    return tuple(
        Step(step, least, following - 1) for step, (least, following) in enumerate(pairwise([*starts, most + 1]), first)
    )


def _step(count: int, legend: tuple[Step, ...]) -> int:
    return next((each.step for each in legend if each.least <= count <= each.most), 0)
