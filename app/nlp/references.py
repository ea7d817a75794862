"""The reference list at a story's foot: "Reference(s):", "Source: …" or "Sources" over its items."""

import re
from itertools import pairwise

from app.nlp.paragraphs import paragraph_spans
from app.spans import Span

HEADING = re.compile(
    r"\s*(?:references?|reference\(s\)|sources?|source\(s\)|via|original source|read more at)\s*:\s*", re.IGNORECASE
)
BARE_HEADING = re.compile(r"\s*(?:references?|sources)\s*", re.IGNORECASE)
IN_ONE_LINE = re.compile(r"\s*(?:[;|•]|,\s)\s*")
IN_LINES = re.compile(r"\s*[;|•]\s*")  # "Harbour Post, 3 May" is one
SENTENCE_BEHIND = re.compile(r"(?<=\w{3})\.\s+(?=[A-Z][a-z]*(?: [a-z]+){2})")
LAST_PARAGRAPHS = 15
LONGEST_ITEM = 200
LONGEST_LINE = 90  # under a heading without a colon, which might open a chapter


def reference_list(text: str) -> list[Span]:
    """The items of the list that closes a text; empty if there is none."""
    foot = paragraph_spans(text)[-LAST_PARAGRAPHS:]
    for number, (start, end) in enumerate(foot):
        heading = HEADING.match(text, start, end)
        bare = heading is None and BARE_HEADING.fullmatch(text, start, end) is not None
        longest = LONGEST_LINE if bare else LONGEST_ITEM
        if not (heading or bare) or any(last - first > longest for first, last in foot[number + bare :]):
            continue
        beside = _items(text, heading.end(), end, IN_ONE_LINE) if heading is not None else []
        return [*beside, *(item for span in foot[number + 1 :] for item in _items(text, *span, IN_LINES))]
    return []


def _items(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    found: list[Span] = []
    borders = [(start, start), *(match.span() for match in separator.finditer(text, start, end)), (end, end)]
    for (_, first), (last, _) in pairwise(borders):
        piece = text[first:last]
        first += len(piece) - len(piece.lstrip(" \t-–—*•"))
        sentence = SENTENCE_BEHIND.search(text, first, last)
        last = sentence.start() if sentence is not None else last
        last = first + len(text[first:last].rstrip(" \t."))
        if first < last:
            found.append((first, last))
    return found
