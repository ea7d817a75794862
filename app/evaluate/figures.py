"""What all evaluations share: pairing of spans, and precision, recall and F1 in percent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


@dataclass(slots=True)
class Tally:
    """Items found that are right (`hits`), found, and wanted."""

    hits: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, hits: int, found: int, wanted: int) -> None:
        """Count one story in."""
        self.hits += hits
        self.found += found
        self.wanted += wanted

    @property
    def precision(self) -> float:
        """Of what was found, how much is right, in percent."""
        return percent(self.hits, self.found)

    @property
    def recall(self) -> float:
        """Of what was wanted, how much was found, in percent."""
        return percent(self.hits, self.wanted)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, in percent."""
        return percent(2 * self.hits, self.found + self.wanted)

    def figures(self, name: str) -> dict[str, float]:
        """Precision, recall and F1 under a name."""
        return {f"{name}, precision": self.precision, f"{name}, recall": self.recall, f"{name}, F1": self.f1}


def percent(part: float, whole: float) -> float:
    """The share in percent, 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def pair(found: Sequence[A], wanted: Sequence[B], fit: Callable[[A, B], float]) -> list[tuple[int, int]]:
    """Indices of found and wanted items one to one, the best fit first; a fit of 0 makes no pair."""
    fits = [(fit(f, w), -i, -j) for i, f in enumerate(found) for j, w in enumerate(wanted)]
    pairs: list[tuple[int, int]] = []
    used_found: set[int] = set()
    used_wanted: set[int] = set()
    for value, i, j in sorted(fits, reverse=True):
        if value > 0 and i not in used_found and j not in used_wanted:
            used_found.add(i)
            used_wanted.add(j)
            pairs.append((-i, -j))
    return pairs
