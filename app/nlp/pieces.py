"""Pieces of text: runs of tokens, trimmed and merged stretches, and what of them stands inside quotation marks."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from spacy.tokens import Doc

from app.nlp.marks import Quotation, quotations
from app.nlp.tokens import text_of
from app.nlp.works import is_title
from app.spans import QuoteKind, Span, Spans

EDGES = " \t\r\n\u00a0,;:–—-()"


@dataclass(frozen=True, slots=True)
class Marked:
    """A document with its text and its quotations, made once."""

    doc: Doc
    text: str
    quotations: list[Quotation]
    starts: list[int]

    def chars(self, first: int, last: int) -> Span | None:
        """The characters of the tokens [first, last), trimmed."""
        return trimmed(self.text, self.doc[first].idx, self.doc[last - 1].idx + len(self.doc[last - 1]))

    def around(self, start: int, end: int) -> list[Quotation]:
        """The quotations that may share something with the stretch."""
        return self.quotations[max(bisect_right(self.starts, start) - 1, 0) : bisect_left(self.starts, end)]

    def overlaps_quotation(self, start: int, end: int) -> bool:
        """Does a quotation share something with the stretch?"""
        return any(item.start < end and start < item.end for item in self.around(start, end))


def marked(doc: Doc) -> Marked:
    """Read the quotations of a document, titles of works left out."""
    text = text_of(doc)
    found = [item for item in quotations(text) if not is_title(text, item)]
    return Marked(doc, text, found, [item.start for item in found])


def widened(story: Marked, piece: Span, anchor: int) -> Span:
    """The piece with the whole of every quotation it overlaps, unless the cue stands in the same one."""
    start, end = piece
    for item in story.around(start, end):
        if item.end > piece[0] and not item.start <= anchor < item.end:
            start, end = min(start, item.start), max(end, item.end)
    return start, end


def runs(tokens: Iterable[int]) -> Iterator[Span]:
    """Consecutive token indices as (start, end) pairs, end excluded."""
    for _, group in groupby(enumerate(tokens), key=lambda item: item[1] - item[0]):
        members = [index for _, index in group]
        yield members[0], members[-1] + 1


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The stretch without spaces and loose punctuation at its edges; None if nothing is left."""
    while start < end and text[start] in EDGES:
        start += 1
    while start < end and text[end - 1] in EDGES:
        end -= 1
    return (start, end) if any(char.isalnum() for char in text[start:end]) else None


def merged(text: str, pieces: list[Span]) -> Spans:
    """Pieces that overlap, or have nothing but punctuation between them within a paragraph, as one."""
    found: list[Span] = []
    for start, end in sorted(pieces):
        between = text[found[-1][1] : start] if found else ""
        if found and "\n" not in between and not any(char.isalnum() for char in between):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def kind_of(story: Marked, content: Spans) -> QuoteKind:
    """direct: every letter and digit stands inside marks; mixed: some; indirect: none."""
    text = story.text
    inside = outside = False
    for start, end in content:
        at = start
        for item in story.around(start, end):
            low, high = max(item.start, start), min(item.end, end)
            if low >= high:
                continue
            inside = inside or any(char.isalnum() for char in text[low:high])
            outside = outside or any(char.isalnum() for char in text[at:low])
            at = high
        outside = outside or any(char.isalnum() for char in text[at:end])
    if not inside:
        return "indirect"
    return "mixed" if outside else "direct"
