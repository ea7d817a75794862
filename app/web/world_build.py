"""Builds app/web/data/world.tsv: `python -m app.web.world_build FOLDER`, FOLDER being npm's package `world-atlas`.

That package holds the outlines of Natural Earth (https://www.naturalearthdata.com, public domain) as TopoJSON.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

Point = tuple[float, float]

OUTPUT = Path(__file__).parent / "data" / "world.tsv"
HEADER = """\
# Outlines of countries: Natural Earth (https://www.naturalearthdata.com), public domain, by way of the npm package
# world-atlas (ISC licence), projected (Natural Earth I) and simplified by `python -m app.web.world_build`.
# Columns, separated by tabs: ISO code, "outline" or "dot" (too small to be seen, or part of another outline), SVG path.
"""
WIDTH, SOUTHERNMOST = 1000, -58.0
TOLERANCE = 0.2  # degrees
DOT = 4
# Areas without a number in the standard, by their name there.
UNNUMBERED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
# What no file has an outline of its own for: longitude and latitude.
PLACES: dict[str, Point] = {
    "AQ": (0, -56.5),
    "BQ": (-68.3, 12.2),
    "BV": (3.4, -54.4),
    "CC": (96.9, -12.2),
    "CX": (105.7, -10.5),
    "GF": (-53.1, 3.9),
    "GI": (-5.4, 36.1),
    "GP": (-61.5, 16.2),
    "MQ": (-61.0, 14.6),
    "RE": (55.5, -21.1),
    "SJ": (16.0, 78.6),
    "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5),
    "UM": (166.6, 19.3),
    "YT": (45.2, -12.8),
}


def project(longitude: float, latitude: float) -> Point:
    """Natural Earth I by Patterson and Šavrič, scaled to WIDTH units; y grows to the south."""
    x, y = _natural_earth(longitude, latitude)
    edge, _ = _natural_earth(180, 0)
    _, top = _natural_earth(0, 84)
    scale = WIDTH / (2 * edge)
    return (x + edge) * scale, (top - y) * scale


def _natural_earth(longitude: float, latitude: float) -> Point:
    phi = math.radians(latitude)
    p2 = phi * phi
    p4 = p2 * p2
    across = 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
    up = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return math.radians(longitude) * across, up


def simplify(points: Sequence[Point], tolerance: float) -> list[Point]:
    """The line with fewer points, none of the others further than `tolerance` from it (Douglas and Peucker)."""
    if len(points) < 3:
        return list(points)
    first, last = points[0], points[-1]
    far = max(range(1, len(points) - 1), key=lambda at: _distance(points[at], first, last))
    if _distance(points[far], first, last) <= tolerance:
        return [first, last]
    return [*simplify(points[: far + 1], tolerance)[:-1], *simplify(points[far:], tolerance)]


def _distance(point: Point, first: Point, last: Point) -> float:
    length = math.dist(first, last)
    if not length:
        return math.dist(point, first)
    (x, y), (x1, y1), (x2, y2) = point, first, last
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def rings_by_code(topology: dict[str, Any], tolerance: float) -> dict[str, list[list[Point]]]:
    """The projected rings of each country; what two countries share they share still when it is simplified."""
    arcs = [simplify(list(_arc(topology, arc)), tolerance) for arc in topology["arcs"]]
    found: defaultdict[str, list[list[Point]]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = _code(geometry)
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        if code and code != "AQ":
            found[code] += [_projected(_ring(arcs, indexes)) for polygon in polygons for indexes in polygon]
    return dict(found)


def _code(geometry: dict[str, Any]) -> str | None:
    country = pycountry.countries.get(numeric=geometry.get("id", ""))
    return country.alpha_2 if country else UNNUMBERED.get(geometry["properties"]["name"])


def _arc(topology: dict[str, Any], arc: Iterable[Sequence[int]]) -> Iterator[Point]:
    """An arc's points in degrees: they are stored as whole steps from one to the next."""
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]
    x = y = 0
    before = None
    for step in arc:
        x, y = x + step[0], y + step[1]
        longitude = _near(x * scale[0] + translate[0], before)
        yield longitude, max(y * scale[1] + translate[1], SOUTHERNMOST)
        before = longitude


def _near(longitude: float, other: float | None) -> float:
    """The longitude without a leap over the date line: 181 rather than -179 next to 179."""
    return longitude if other is None else longitude + 360 * round((other - longitude) / 360)


def _ring(arcs: Sequence[Sequence[Point]], indexes: Iterable[int]) -> list[Point]:
    """The arcs one behind the other; a negative index means the arc backwards."""
    ring: list[Point] = []
    for index in indexes:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        shift = _near(points[0][0], ring[-1][0]) - points[0][0] if ring else 0
        ring += [(x + shift, y) for x, y in (points[1:] if ring else points)]
    return ring


def _projected(ring: Sequence[Point]) -> list[Point]:
    """On the map's sheet, where a country over the date line stays in one piece."""
    x, _ = middle(ring)
    shift = _near(x, 0) - x
    return [project(longitude + shift, latitude) for longitude, latitude in ring]


def area(ring: Sequence[Point]) -> float:
    """The area of a ring in square units."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def middle(ring: Sequence[Point]) -> Point:
    """The middle of the box around a ring."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def outline(rings: Iterable[Sequence[Point]]) -> str:
    """An SVG path of whole units, each point relative to the one before."""
    return "".join(_path(ring) for ring in rings)


def _path(ring: Sequence[Point]) -> str:
    points = [(round(x), round(y)) for x, y in ring]
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points[:-1])]
    steps = [step for step in steps if step != (0, 0)]
    if len(steps) < 2:
        return ""
    drawn = "".join(f" {x}{'' if y < 0 else ' '}{y}" if x >= 0 else f"{x}{'' if y < 0 else ' '}{y}" for x, y in steps)
    return f"M{points[0][0]} {points[0][1]}l{drawn.lstrip()}z"


def dot(place: Point) -> str:
    """A small circle as an SVG path."""
    return f"M{round(place[0]) - DOT} {round(place[1])}a{DOT} {DOT} 0 1 0 {2 * DOT} 0a{DOT} {DOT} 0 1 0-{2 * DOT} 0"


def rows(coarse: dict[str, Any], fine: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Code, kind and path: outlines of the coarse map, dots for what only the fine one has."""
    drawn = {code: outline(rings) for code, rings in rings_by_code(coarse, TOLERANCE).items()}
    small = {code: middle(max(rings, key=area)) for code, rings in rings_by_code(fine, 0).items()}
    places = {code: project(*place) for code, place in PLACES.items()} | small
    yield from ((code, "outline", path) for code, path in sorted(drawn.items()) if path)
    yield from ((code, "dot", dot(place)) for code, place in sorted(places.items()) if not drawn.get(code))


def main() -> None:
    """Write the file anew."""
    folder = Path(sys.argv[1])
    coarse, fine = (json.loads((folder / f"countries-{scale}.json").read_text()) for scale in ("110m", "10m"))
    lines = ["\t".join(row) for row in rows(coarse, fine)]
    OUTPUT.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
