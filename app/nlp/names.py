"""Where a story may name somebody: the recogniser's spans put right, and what a title or first name gives away."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from app.nlp.lexicons import words

LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
LEADING = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your"}
)
LEADING |= frozenset({"when", "but", "and", "if", "as", "while", "in", "at", "by", "for", "on", "to", "with", "former"})
POSSESSIVES = frozenset({"'s", "’s", "'", "’", "`s", "s'"})
MARKS = frozenset("\"“”‘’'`´,.;:!?()[]{}<>-–—*/\\|#&+=@%$…")
SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV", "VI"})
LONGEST_TITLE = 4
LONGEST_PERSON_NAME = 6
# Parts of names that are written small.
PARTICLES = frozenset(
    {"de", "da", "di", "del", "della", "der", "den", "van", "von", "bin", "ibn", "bint", "al", "el", "la", "le"}
)
PARTICLES |= frozenset({"dos", "das", "du", "ben", "ould", "zu", "ter", "ten", "y"})


class Candidate(NamedTuple):
    """A stretch of tokens that may be a name: token offsets, the recogniser's label and the rule that saw it.

    `titled` says that a title of persons stands right before it.
    """

    start: int
    end: int
    label: str
    rule: str
    titled: bool = False


def candidates(doc: Doc) -> list[Candidate]:
    """All candidates of a doc in order; none overlap."""
    found = [name for entity in doc.ents if entity.label_ in LABELS for name in _repaired(entity)]
    taken = {i for name in found for i in range(name.start, name.end)}
    found += [name for name in _given_away(doc, taken) if taken.isdisjoint(range(name.start, name.end))]
    return sorted(found)


def _repaired(entity: Span) -> Iterator[Candidate]:
    """The entity without what does not belong to a name; several where a line ends inside it."""
    for piece in _pieces(entity):
        start, titled = _after_titles(piece.doc, *_trimmed(piece))
        start, end = _trimmed(piece.doc[start : max(start, piece.end)])
        if start < end and any(token.text[0].isupper() for token in piece.doc[start:end]):
            yield _extended(
                piece.doc, Candidate(start, end, entity.label_, "ner", titled or _title_before(piece.doc, start))
            )


def _pieces(entity: Span) -> Iterator[Span]:
    """The entity cut at line ends, and at commas if it is a person's."""
    start = entity.start
    for token in entity:
        cuts = token.is_space or (token.text in {",", ";", "(", ")", "/"} and entity.label_ == "PERSON")
        if cuts:
            yield entity.doc[start : token.i]
            start = token.i + 1
    yield entity.doc[start : entity.end]


def _trimmed(span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    doc = span.doc
    while start < end and (doc[start].lower_ in LEADING or _is_edge(doc[start])):
        start += 1
    while end > start and (doc[end - 1].text in POSSESSIVES or _is_edge(doc[end - 1])):
        end -= 1
    return start, end


def _is_edge(token: Token) -> bool:
    return token.is_space or all(char in MARKS for char in token.text)


@lru_cache
def title_words() -> frozenset[tuple[str, ...]]:
    """Titles as tuples of words."""
    return frozenset(tuple(title.split()) for title in words("titles.txt"))


def _after_titles(doc: Doc, start: int, end: int) -> tuple[int, bool]:
    """Where the name starts once the titles at its head are left out, and whether there were any."""
    at = start
    while length := _title_length(doc, at, end):
        at += length
    return (at, True) if start < at < end else (start, False)


def _title_length(doc: Doc, start: int, end: int) -> int:
    for length in range(min(LONGEST_TITLE, end - start - 1), 0, -1):
        if tuple(token.text for token in doc[start : start + length]) in title_words():
            return length
    return 0


def _title_before(doc: Doc, start: int) -> bool:
    return any(
        tuple(token.text for token in doc[start - length : start]) in title_words()
        for length in range(1, min(LONGEST_TITLE, start) + 1)
    )


def _extended(doc: Doc, name: Candidate) -> Candidate:
    """A person's name with the "Jr." that the recogniser left out."""
    if name.label != "PERSON" or name.end >= len(doc):
        return name
    if doc[name.end].text in SUFFIXES:
        return name._replace(end=name.end + 1)
    if doc[name.end].text == "," and name.end + 1 < len(doc) and doc[name.end + 1].text in {"Jr.", "Sr."}:
        return name._replace(end=name.end + 2)
    return name


def _given_away(doc: Doc, taken: set[int]) -> Iterator[Candidate]:
    """Capitalised words that the recogniser passed over, behind a title or starting with a first name."""
    first_names = words("first_names.txt")
    at = 0
    while at < len(doc):
        end = _run_end(doc, at, taken)
        if end == at:
            at += 1
            continue
        start, titled = _after_titles(doc, at, end)
        titled = titled or _title_before(doc, start)
        if titled and _is_name_word(doc[start]) and doc[start].pos_ == "PROPN":
            yield Candidate(start, min(end, start + 3), "PERSON", "title", titled=True)
        elif doc[start].text in first_names and end - start in (2, 3) and not _in_capitals(doc[start:end]):
            yield Candidate(start, end, "PERSON", "first-name")
        at = end


def _run_end(doc: Doc, start: int, taken: set[int]) -> int:
    end = start
    while (
        end < len(doc) and end not in taken and _is_name_word(doc[end]) and (end == start or not doc[end].is_sent_start)
    ):
        end += 1
    return end


def _is_name_word(token: Token) -> bool:
    return token.text[0].isupper() and re.fullmatch(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?", token.text) is not None


def _in_capitals(span: Span) -> bool:
    return span.text.isupper()
