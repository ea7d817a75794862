"""Sources against those noted by hand: how many are found, and how often each axis is right.

Gold, one story: {"id", "held_out", "sources": [{"mentions": [[start, end], …], "form", "affiliation", "role",
"channel", "former", "unnamed", "anonymous", "reason", "country", …}]}; `reason` says only whether the story states
one. A source found and one of the gold are the same where their mentions overlap, those that overlap best first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.evaluate.figures import Tally, pair, percent
from app.spans import Annotations, SourceSpan, Span

AXES = ("form", "affiliation", "role", "channel", "former", "unnamed", "anonymous", "reason", "country")


def score(
    gold: Mapping[str, Mapping[str, Any]],
    texts: Mapping[str, str],  # noqa: ARG001  (all scores are called alike)
    found: Mapping[str, Annotations],
) -> dict[str, float]:
    """Figures in percent, of the held-out half and of all stories."""
    held_out = {key: row for key, row in gold.items() if row.get("held_out")}
    figures: dict[str, float] = {}
    if held_out and len(held_out) < len(gold):
        figures = {f"held out: {name}": value for name, value in _score(held_out, found).items()}
    return figures | _score(gold, found)


def _score(gold: Mapping[str, Mapping[str, Any]], found: Mapping[str, Annotations]) -> dict[str, float]:
    tally = Tally()
    right = dict.fromkeys(AXES, 0)
    for key, row in gold.items():
        pairs = paired(row, found[key])
        tally.add(len(pairs), len(found[key].sources), len(row["sources"]))
        for wanted, got in pairs:
            for axis in AXES:
                right[axis] += is_right(axis, wanted, got)
    return tally.figures("sources") | {f"{axis} right": percent(right[axis], tally.hits) for axis in AXES}


def paired(row: Mapping[str, Any], annotations: Annotations) -> list[tuple[Mapping[str, Any], SourceSpan]]:
    """The sources of a story's gold with those found that are the same."""
    wanted, got = row["sources"], annotations.sources
    pairs = pair(got, wanted, lambda one, other: _fit(one.mentions, other["mentions"]))
    return [(wanted[j], got[i]) for i, j in pairs]


def is_right(axis: str, wanted: Mapping[str, Any], got: SourceSpan) -> bool:
    """Does a source found say the same on an axis?"""
    value = got.reason is not None if axis == "reason" else getattr(got, axis)
    return bool(value == wanted[axis])


def _fit(some: Iterable[Span], others: Iterable[Span]) -> float:
    """How well the mentions of two sources overlap: the Dice overlap of each two, summed up."""
    return sum(_dice(one, (first, last)) for one in set(some) for first, last in others)


def _dice(one: Span, other: Span) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * shared / (one[1] - one[0] + other[1] - other[0]) if shared > 0 else 0.0
