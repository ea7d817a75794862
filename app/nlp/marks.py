"""Quotation marks: which stretches of a text stand inside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.nlp.paragraphs import paragraph_spans
from app.spans import Span

DOUBLE = re.compile(r"[\"“”„«»‹›]|''|``|‘‘|’’")
SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)|(?<=[^\s\w])[’'](?!\w)|(?<=\w)[’'](?!\w)")

OPENING = ("“", "„", "«", "‹", "``", "‘‘", "‘")
CLOSING = ("”", "»", "›", "’’", "’")
# Marks that only pair among themselves: «He said ‹go› and left.»
PAIRED_APART = ("«»", "‹›")
# All that may stand at either edge of a quotation.
MARKS = "\"“”„«»‹›‘’'`"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch inside quotation marks, the marks included.

    `paragraph` counts from 0. `closed` is False where its paragraph ends before a closing mark;
    `continued` says that the next quotation goes on with the same words.
    """

    start: int
    end: int
    paragraph: int
    closed: bool
    continued: bool = False


def quotations(text: str) -> list[Quotation]:
    """All quotations of a text, in order, none overlapping.

    Single marks count only in a text without any double ones: elsewhere they are apostrophes or quotations
    within quotations. A quotation that is never closed ends with its paragraph.
    """
    marks = DOUBLE if DOUBLE.search(text) else SINGLE
    found = [
        quotation
        for number, span in enumerate(paragraph_spans(text))
        for quotation in _in_paragraph(text, span, number, marks)
    ]
    return _joined_over_paragraphs(text, found)


def _in_paragraph(text: str, span: Span, number: int, marks: re.Pattern[str]) -> Iterator[Quotation]:
    opened: int | None = None
    for match in marks.finditer(text, *span):
        if opened is None and _opens(text, match):
            opened = match.start()
        elif opened is not None and _family(text[opened]) == _family(match.group()) and _closes(text, match):
            yield Quotation(opened, match.end(), number, closed=True)
            opened = None
    if opened is not None and text[opened : span[1]].strip(MARKS + " "):
        yield Quotation(opened, opened + len(text[opened : span[1]].rstrip()), number, closed=False)


def _family(mark: str) -> str:
    return next((family for family in PAIRED_APART if mark in family), "")


def _looks_closing(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()].strip()
    after = text[match.end() : match.end() + 1]
    return bool(before) and not (after.isalnum() or after in ("$", "'", "‘", "’"))


def _opens(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark in CLOSING:
        return not text[match.start() - 1 : match.start()].strip() and not _looks_closing(text, match)
    return not _looks_closing(text, match)


def _closes(text: str, match: re.Match[str]) -> bool:
    return match.group() not in OPENING or _looks_closing(text, match)


def _joined_over_paragraphs(text: str, found: list[Quotation]) -> list[Quotation]:
    """Mark as continued each unclosed quotation whose next paragraph opens with a mark again."""
    joined = [
        Quotation(this.start, this.end, this.paragraph, this.closed, continued=_goes_on(text, this, following))
        for this, following in pairwise(found)
    ]
    return joined + found[-1:]


def _goes_on(text: str, this: Quotation, following: Quotation) -> bool:
    if this.closed or following.paragraph != this.paragraph + 1:
        return False
    return not text[this.end : following.start].strip()
