"""The reference list at a story's foot: "Reference(s):", "Source: …", and its items."""

import re
from itertools import pairwise

from app.nlp.paragraphs import paragraph_spans
from app.spans import Span

HEADING = re.compile(
    r"\s*(?:references?|reference\(s\)|sources?|source\(s\)|via|original source|read more at)\s*:\s*", re.IGNORECASE
)
SEPARATOR = re.compile(r"\s*(?:[;|•]|,\s)\s*")
LAST_PARAGRAPHS = 15
LONGEST_ITEM = 200


def reference_list(text: str) -> list[Span]:
    """The items of the list that closes a text; empty if there is none."""
    foot = paragraph_spans(text)[-LAST_PARAGRAPHS:]
    for number, (start, end) in enumerate(foot):
        heading = HEADING.match(text, start, end)
        if heading is None or any(last - first > LONGEST_ITEM for first, last in foot[number:]):
            continue
        rest = [(heading.end(), end), *foot[number + 1 :]]
        return [item for first, last in rest for item in _items(text, first, last)]
    return []


def _items(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    borders = [(start, start), *(match.span() for match in SEPARATOR.finditer(text, start, end)), (end, end)]
    for (_, first), (last, _) in pairwise(borders):
        piece = text[first:last]
        first += len(piece) - len(piece.lstrip(" \t-–—*•"))
        last = first + len(text[first:last].rstrip(" \t."))
        if first < last:
            found.append((first, last))
    return found
