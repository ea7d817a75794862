"""Transcripts: paragraphs that open with who speaks in capitals and a colon ("CALDER: The pier is safe.")."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.nlp.lexicons import words
from app.nlp.paragraphs import paragraph_spans
from app.spans import Span, Spans

LETTER = r"[^\W\d_]"
# With accents that stand as characters of their own (É as E and U+0301). Whether all is in capitals is asked later.
WORD = rf"{LETTER}(?:{LETTER}|[.'’\u0300-\u036f-])*"
LABEL = re.compile(rf"[\"“]?({WORD}(?: {WORD}){{0,3}})(?: \([^)\n]{{1,40}}\))?(:) +(?=\S)")
SHORTEST_LABEL = 2
GOES_ON = re.compile(r"[\"“](?!\s*[(\[])")
MARKS = ('"', "“")
FEWEST_TURNS = 3
FEWEST_SPEAKERS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says before the next one does; `content` has a piece for each paragraph."""

    name: Span
    colon: Span
    content: Spans


def turns(text: str) -> list[Turn]:
    """The turns of a transcript in order; none where too few paragraphs look like one."""
    paragraphs = paragraph_spans(text)
    matches = {start: match for start, end in paragraphs if (match := LABEL.match(text, start, end)) is not None}
    labels = {start: label for start, label in matches.items() if _is_in_capitals(label.group(1))}
    spoken = Counter(label.group(1) for label in labels.values() if is_name(label.group(1)))
    if spoken.total() < FEWEST_TURNS or len(spoken) < FEWEST_SPEAKERS or max(spoken.values()) < FEWEST_SPEAKERS:
        return []
    return list(_turns(text, paragraphs, {start: label for start, label in labels.items() if label.group(1) in spoken}))


def is_name(label: str) -> bool:
    """Is it no word such as "UPDATE", which opens a paragraph like a speaker?"""
    return label.lower() not in words("headline_labels.txt")


def _is_in_capitals(label: str) -> bool:
    return label.isupper() and len(label) >= SHORTEST_LABEL


def _turns(text: str, paragraphs: list[Span], labels: dict[int, re.Match[str]]) -> Iterator[Turn]:
    """Each label with its paragraph, and with those behind it that open with a mark again as it did."""
    opened: re.Match[str] | None = None
    pieces: list[Span] = []
    for start, end in paragraphs:
        label = labels.get(start)
        goes_on = opened is not None and text[opened.start()] in MARKS and GOES_ON.match(text, start, end) is not None
        if opened is not None and (label is not None or not goes_on):
            yield Turn(opened.span(1), opened.span(2), tuple(pieces))
            opened, pieces = None, []
        if label is not None:
            opened, pieces = label, [_trimmed(text, label.end(), end)]
        elif opened is not None:
            pieces.append(_trimmed(text, start, end))
    if opened is not None:
        yield Turn(opened.span(1), opened.span(2), tuple(pieces))


def _trimmed(text: str, start: int, end: int) -> Span:
    return start, start + len(text[start:end].rstrip())
