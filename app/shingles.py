"""What two texts have in common, word by word: the ground on which copies of one text are told."""

import re

WORD = re.compile(r"\w+")
LENGTH = 3


def shingles(text: str) -> frozenset[str]:
    """Every run of three words, in lower case and without punctuation."""
    words = WORD.findall(text.casefold())
    return frozenset(" ".join(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1))


def resemblance(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of shingles that both have, of those that either has (Jaccard); 0.0 for empty ones.

    After Broder, "On the resemblance and containment of documents" (1997).
    """
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0
