"""The words around the hits of a search."""

import re
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import NamedTuple

# Ends of a hit; private-use characters, and harmless where a text has them of its own.
HIT_START, HIT_END = "\ue000", "\ue001"
SNIPPET_CHARS = 200
SNIPPET_BEFORE = 60
MAX_HITS = 100

HIT = re.compile(f"{HIT_START}([^{HIT_START}{HIT_END}]*){HIT_END}")
MARKS = re.compile(f"[{HIT_START}{HIT_END}]")
CUT_AT_START, CUT_AT_END, SPACES = re.compile(r"^\S*\s"), re.compile(r"\s\S*$"), re.compile(r"\s+")


class Hit(NamedTuple):
    """Words that were searched for, with the marks around them."""

    start: int
    end: int
    words: str


def best_snippet(highlighted: str) -> list[tuple[str, bool]]:
    """The stretch of a highlighted text that holds most different hits, as pieces; empty where it holds none."""
    hits = [Hit(*hit.span(), hit[1]) for hit in islice(HIT.finditer(highlighted), MAX_HITS)]
    if not hits:
        return []
    first = _richest(hits)
    start = max(0, first.start - SNIPPET_BEFORE)
    end = first.start + SNIPPET_CHARS
    inside = [hit for hit in hits if hit.start >= start and hit.end <= end] or [first]
    pieces = []
    place = start
    for hit in inside:
        pieces += [(highlighted[place : hit.start], False), (hit.words, True)]
        place = hit.end
    pieces.append((highlighted[place : max(place, end)], False))
    return _trimmed(pieces, cut_before=start > 0, cut_after=end < len(highlighted))


def _richest(hits: Sequence[Hit]) -> Hit:
    """The first hit that begins a stretch with most different ones."""
    words = [hit.words.casefold() for hit in hits]
    different, best, most = len(set(words)), hits[0], 0
    for at, hit in enumerate(hits):
        end = hit.start + SNIPPET_CHARS
        near = takewhile(lambda pair: pair[0].end <= end, zip(hits[at:], words[at:], strict=True))  # noqa: B023
        found = len({word for _, word in near})
        if found > most:
            best, most = hit, found
        if most == different:
            break
    return best


def _trimmed(pieces: list[tuple[str, bool]], *, cut_before: bool, cut_after: bool) -> list[tuple[str, bool]]:
    """Without the parts of words and of hits at the ends, which a cut leaves; white space folded."""
    (head, _), *middle, (tail, _) = pieces
    if cut_before:
        head = "…" + CUT_AT_START.sub(" ", head.replace(HIT_END, " "), count=1)
    if cut_after:
        tail = CUT_AT_END.sub(" ", tail.split(HIT_START)[0], count=1) + "…"
    whole = [(head, False), *middle, (tail, False)]
    folded = [(SPACES.sub(" ", MARKS.sub("", words)), is_hit) for words, is_hit in whole]
    return [(words, is_hit) for words, is_hit in folded if words]
