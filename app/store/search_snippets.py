"""The words around the hits of a search."""

import re
from collections.abc import Sequence
from itertools import islice

# Ends of a hit; private-use characters, and harmless where a text has them of its own.
HIT_START, HIT_END = "\ue000", "\ue001"
SNIPPET_CHARS = 200
SNIPPET_BEFORE = 60
MAX_HITS = 100

HIT = re.compile(f"{HIT_START}([^{HIT_START}{HIT_END}]*){HIT_END}")


def best_snippet(highlighted: str) -> list[tuple[str, bool]]:
    """The stretch of a highlighted text that holds most different hits, as pieces; empty where it holds none."""
    hits = list(islice(HIT.finditer(highlighted), MAX_HITS))
    if not hits:
        return []
    first = max(hits, key=lambda hit: (_hits_near(hits, hit), -hit.start()))
    start = max(0, first.start() - SNIPPET_BEFORE)
    end = first.start() + SNIPPET_CHARS
    inside = [hit for hit in hits if hit.start() >= start and hit.end() <= end] or [first]
    pieces = []
    place = start
    for hit in inside:
        pieces += [(highlighted[place : hit.start()], False), (hit[1], True)]
        place = hit.end()
    pieces.append((highlighted[place : max(place, end)], False))
    return _trimmed(pieces, cut_before=start > 0, cut_after=end < len(highlighted))


def _hits_near(hits: Sequence[re.Match[str]], first: re.Match[str]) -> int:
    near = (hit[1].casefold() for hit in hits if 0 <= hit.start() - first.start() < SNIPPET_CHARS - len(hit[0]))
    return len(set(near))


def _trimmed(pieces: list[tuple[str, bool]], *, cut_before: bool, cut_after: bool) -> list[tuple[str, bool]]:
    """Without the parts of words and of hits at the ends, which a cut leaves; white space folded."""
    (head, _), *middle, (tail, _) = pieces
    if cut_before:
        head = "…" + re.sub(r"^\S*\s", " ", head.replace(HIT_END, " "), count=1)
    if cut_after:
        tail = re.sub(r"\s\S*$", " ", tail.split(HIT_START)[0], count=1) + "…"
    whole = [(head, False), *middle, (tail, False)]
    marks = re.compile(f"[{HIT_START}{HIT_END}]")
    folded = [(re.sub(r"\s+", " ", marks.sub("", words)), is_hit) for words, is_hit in whole]
    return [(words, is_hit) for words, is_hit in folded if words]
