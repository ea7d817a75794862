"""Where a name begins and ends within what the recogniser marks: titles, epithets and small words are left out."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from app.nlp.gazetteer import reading
from app.nlp.lexicons import words

LEADING = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your"}
)
LEADING |= frozenset(
    {"of", "when", "but", "and", "if", "as", "while", "in", "at", "by", "for", "on", "to", "with", "former"}
)
POSSESSIVES = frozenset({"'s", "’s", "'", "’", "`s", "s'"})
MARKS = frozenset("\"“”‘’'`´,.;:!?()[]{}<>-–—*/\\|#&+=@%$…")
BREAKS = frozenset({"(", ")", "[", "]", "--", "—", "–"})
SMALL_ENDS = frozenset(
    {"news", "agency", "newspaper", "union", "group", "daily", "police", "of", "and", "spokesman"}
    | {"in", "at", "on", "for", "to", "by", "with", "from"}
)
DATE = re.compile(r"\d[\d/.:-]*")
HEADLINE_VERBS = frozenset({"VBZ", "VBD", "VBP", "MD", "TO"})
FAMILY = frozenset({"Brothers", "Sisters", "Twins", "Cousins", "Siblings"})
LONGEST_TITLE = 4


class Candidate(NamedTuple):
    """A stretch of tokens that may be a name: token offsets, the recogniser's label and the rule that saw it.

    `titled` says that a title of persons stands right before it.
    """

    start: int
    end: int
    label: str
    rule: str
    titled: bool = False


def repaired(entity: Span) -> Iterator[Candidate]:
    """The entity without what does not belong to a name; several where a line ends inside it."""
    for piece in _pieces(entity):
        start, end = _trimmed(piece)
        if entity.label_ == "PERSON":
            end = _before_verb(piece.doc, start, end)
            start = _after_nationalities(piece.doc, start, end)
        start = after_split_title(piece.doc, start, end)
        start, titled = after_titles(piece.doc, start, end)
        start = _after_epithet(piece.doc, _after_family(piece.doc, start, end), end)
        start, end = _trimmed(piece.doc[start:end])
        name = piece.doc[start:end]
        if any(token.text[0].isupper() for token in name) and not _is_a_letter(name):
            yield Candidate(start, end, entity.label_, "ner", titled or title_before(piece.doc, start))


def _is_a_letter(span: Span) -> bool:
    """Whether it is one letter and no more ("posted on X.")."""
    return len(span) == 1 and len(span[0].text.rstrip(".")) == 1


def after_split_title(doc: Doc, start: int, end: int) -> int:
    """Where the name starts if the recogniser's span begins inside a title ("Miss" + "Universe Ann Lee")."""
    for first in range(max(0, start - 2), start):
        if doc[first].text not in _edges()[0]:
            continue
        for last in range(start + 1, min(start + LONGEST_TITLE, end + 1)):
            if tuple(token.text for token in doc[first:last]) in title_words():
                return last
    return start


def _after_epithet(doc: Doc, start: int, end: int) -> int:
    """Where the name starts behind an adjective with a capital before a first name ("Crooked Ann Lee")."""
    first_names = words("first_names.txt")
    named = end - start > 2 and doc[start + 1].text in first_names and doc[start].text not in first_names
    person = named and doc[end - 1].text not in words("organisation_words.txt")
    return start + 1 if person and doc[start].tag_.startswith("JJ") else start


def _after_family(doc: Doc, start: int, end: int) -> int:
    """Where the first name starts behind what several are to each other ("Brothers Sam and Joe Kirby")."""
    named = end - start > 1 and doc[start].text in FAMILY and doc[start + 1].text in words("first_names.txt")
    return start + 1 if named else start


def _before_verb(doc: Doc, start: int, end: int) -> int:
    """Where a person's name ends before the verb of a headline ("Calder Says")."""
    return next((i for i in range(start + 1, end) if doc[i].tag_ in HEADLINE_VERBS), end)


def _pieces(entity: Span) -> Iterator[Span]:
    """The entity cut at line ends and brackets, and at commas if it is a person's."""
    start = entity.start
    for token in entity:
        cuts = token.is_space or _breaks(token) or (token.text in {",", ";", "/"} and entity.label_ == "PERSON")
        if cuts:
            yield entity.doc[start : token.i]
            start = token.i + 1
    yield entity.doc[start : entity.end]


def _breaks(token: Token) -> bool:
    spaced_hyphen = token.text == "-" and bool(token.whitespace_) and token.i > 0 and bool(token.nbor(-1).whitespace_)
    return token.text in BREAKS or spaced_hyphen


def _trimmed(span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    doc = span.doc
    while start < end and (doc[start].lower_ in LEADING or _is_edge(doc[start]) or _leads(doc[start], end)):
        start += 1
    while end > start and (doc[end - 1].text in POSSESSIVES or _is_edge(doc[end - 1]) or _trails(doc[end - 1], start)):
        end -= 1
    return start, end


def _leads(token: Token, end: int) -> bool:
    """Whether a small noun opens the recogniser's span before the name ("institute Termometr")."""
    return token.i + 1 < end and token.text.islower() and token.text in words("body_nouns.txt")


def _trails(token: Token, start: int) -> bool:
    """Whether a small word or figure ends the recogniser's span behind the name ("Interfax news agency")."""
    return token.i > start and (token.is_digit or DATE.fullmatch(token.text) is not None or token.text in SMALL_ENDS)


def _is_edge(token: Token) -> bool:
    return token.is_space or all(char in MARKS for char in token.text)


@lru_cache
def _edges() -> tuple[frozenset[str], frozenset[str]]:
    """The words that titles begin with and those that they end with."""
    return frozenset(title[0] for title in title_words()), frozenset(title[-1] for title in title_words())


@lru_cache
def title_words() -> frozenset[tuple[str, ...]]:
    """Titles as tuples of words."""
    return frozenset(tuple(title.split()) for title in words("titles.txt"))


def after_titles(doc: Doc, start: int, end: int) -> tuple[int, bool]:
    """Where the name starts once titles and roles at its head are left out, and whether a title was among them."""
    at, titled = start, False
    while length := _title_length(doc, at, end):
        titled = titled or tuple(token.text for token in doc[at : at + length]) in title_words()
        at += length
    return at, titled


def _title_length(doc: Doc, start: int, end: int) -> int:
    for length in range(min(LONGEST_TITLE, end - start - 1), 0, -1):
        if is_title(doc[start : start + length]):
            return length
    return 0


def is_title(span: Span) -> bool:
    """Whether the words are a title or a role with a capital ("Broker")."""
    if tuple(token.text for token in span) in title_words():
        return True
    role = len(span) == 1 and span[0].is_title and span[0].lower_ in words("roles.txt")
    return role and span.text not in words("first_names.txt")


def _after_nationalities(doc: Doc, start: int, end: int) -> int:
    """Where the name starts behind a nationality ("Belgian King Baudouin")."""
    while end - start > 1 and (known := reading(doc[start].text)) is not None and known.meaning == "nationality":
        start += 1
    return start


def title_before(doc: Doc, start: int) -> bool:
    """Whether a title stands right before, a line end between them or not."""
    while start and doc[start - 1].is_space:
        start -= 1
    return bool(titles_before(doc, start))


def titles_before(doc: Doc, start: int) -> frozenset[str]:
    """The titles that end right before, those that are parts of longer ones too ("Minister", "Prime Minister")."""
    if start == 0 or doc[start - 1].text not in _edges()[1]:
        return frozenset()
    behind = (doc[start - length : start] for length in range(1, min(LONGEST_TITLE, start) + 1))
    return frozenset(span.text for span in behind if tuple(token.text for token in span) in title_words())
