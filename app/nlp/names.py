"""Where a story may name somebody: the recogniser's spans put right, and what a title or first name gives away."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from app.naming import PARTICLES, given_forms
from app.nlp.gazetteer import reading
from app.nlp.lexicons import words

LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
LEADING = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your"}
)
LEADING |= frozenset(
    {"of", "when", "but", "and", "if", "as", "while", "in", "at", "by", "for", "on", "to", "with", "former"}
)
POSSESSIVES = frozenset({"'s", "’s", "'", "’", "`s", "s'"})
MARKS = frozenset("\"“”‘’'`´,.;:!?()[]{}<>-–—*/\\|#&+=@%$…")
BREAKS = frozenset({"(", ")", "[", "]", "--", "—", "–"})
SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "I", "II", "III", "IV", "VI", "VII", "VIII", "XVI", "XXIII"})
SMALL_ENDS = frozenset({"news", "agency", "newspaper", "union", "group", "daily", "police", "of", "and", "spokesman"})
ARABIC_NAME = re.compile(r"(?:al|el|ul|ud)-[A-Z]\w+")
DATE = re.compile(r"\d[\d/.:-]*")
HEADLINE_VERBS = frozenset({"VBZ", "VBD", "VBP", "MD", "TO"})
FAMILY_BEHIND = re.compile(r" (?:family|families|brothers|sisters|siblings|twins|clan|household|dynasty)\b")
FAMILY = frozenset({"Brothers", "Sisters", "Twins", "Cousins", "Siblings"})
NICKNAME_MARKS = frozenset({("(", ")"), ('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'")})
LONGEST_TITLE = 4
LONGEST_NAME = 8
# The second half of a Korean or Chinese given name; longer words behind a hyphen are "-led", "-based".
LONGEST_SYLLABLE = 5
PERSON_AFTER_PERSON = frozenset({"PERSON", "WORK_OF_ART", "NORP"})


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
    more = [*_given_away(doc, taken, _single_names(doc, found)), *_in_brackets(doc, found)]
    found += [name for name in more if taken.isdisjoint(range(name.start, name.end))]
    return _joined(doc, sorted(found))


def _in_brackets(doc: Doc, names: list[Candidate]) -> Iterator[Candidate]:
    """The acronym in brackets right behind an organisation's name."""
    for name in names:
        parts = [token.text for token in doc[name.end : name.end + 3]]
        if name.label == "ORG" and len(parts) == 3 and parts[0] == "(" and parts[2] == ")" and parts[1].isupper():
            yield Candidate(name.end + 1, name.end + 2, "ORG", "bracketed")


def _joined(doc: Doc, names: list[Candidate]) -> list[Candidate]:
    """With names continued to the right, and persons' names that stand side by side made one."""
    joined: list[Candidate] = []
    for number, name in enumerate(names):
        if joined and joined[-1].end > name.start:
            continue
        follower = names[number + 1] if number + 1 < len(names) else None
        name = _begun_earlier(doc, name, joined[-1].end if joined else 0)
        joined.append(_continued(doc, name, follower))
    return joined


def _begun_earlier(doc: Doc, name: Candidate, limit: int) -> Candidate:
    """A person's single name with the first name before it that the recogniser passed over."""
    alone = name.label == "PERSON" and name.end - name.start == 1 and not name.titled
    if not alone or name.start <= limit or doc[name.start].is_sent_start:
        return name
    before = doc[name.start - 1]
    given = doc[name.start - 2] if before.text in PARTICLES and name.start - 1 > limit else None
    if given is not None and _continues_person(given):
        return name._replace(start=name.start - 2)
    return name._replace(start=name.start - 1) if _continues_person(before) and reading(before.text) is None else name


def _continued(doc: Doc, name: Candidate, follower: Candidate | None) -> Candidate:
    """The name with the words right behind it that belong to it."""
    if name.label not in {"PERSON", "ORG"}:
        return name
    limit = follower.start if follower is not None else len(doc)
    end = name.end
    while end < limit and end - name.start < LONGEST_NAME and doc[end].text in words("company_words.txt"):
        end += 1
    if end > name.end:
        return name._replace(end=end, label="ORG")
    return _continued_person(doc, name, follower) if name.label == "PERSON" else name


def _continued_person(doc: Doc, name: Candidate, follower: Candidate | None) -> Candidate:
    end = name.end
    if (behind := _end_of_nickname(doc, end)) > end and (behind := _end_of_run(doc, behind, None)) > end + 3:
        return name._replace(end=behind)
    if (suffixed := _end_of_suffix(doc, end)) > end:
        return name._replace(end=suffixed)
    if (hyphened := _end_of_hyphened(doc, end)) > end:
        return name._replace(end=hyphened)
    if (continued := _end_of_run(doc, end, follower)) > end:
        return name._replace(end=continued)
    joins = follower is not None and follower.start == end and follower.label in PERSON_AFTER_PERSON
    if joins and follower is not None and follower.end - name.start <= LONGEST_NAME and _alike(doc, name, follower):
        return name._replace(end=follower.end)
    return name


def _end_of_run(doc: Doc, at: int, follower: Candidate | None) -> int:
    """Behind up to two more name words that the recogniser left out ("Aung San" + "Suu Kyi")."""
    limit = min(len(doc), at + 2, follower.start if follower is not None else len(doc))
    end = at
    while end < limit and _continues_person(doc[end]):
        end += 1
    return end if end > at else _end_of_particles(doc, at)


def _end_of_particles(doc: Doc, at: int) -> int:
    """Behind the surname that particles lead to, before or behind this place ("Ursula von der" + "Leyen")."""
    after = at
    while after < min(len(doc), at + 3) and doc[after].text in PARTICLES:
        after += 1
    led = after > at or doc[at - 1].text in PARTICLES
    if led and after + 1 < len(doc) and doc[after].text == "-" and not doc[after].whitespace_:
        after += 1
    return after + 1 if led and after < len(doc) and doc[after].is_title and doc[after].is_alpha else at


def _continues_person(token: Token) -> bool:
    ordinary = any(token.text in each for each in (FAMILY, words("not_actors.txt"), words("organisation_words.txt")))
    written_so = (token.is_title and token.is_alpha) or ARABIC_NAME.fullmatch(token.text) is not None
    return token.pos_ == "PROPN" and written_so and not ordinary and not is_title(token.doc[token.i : token.i + 1])


def _alike(doc: Doc, name: Candidate, follower: Candidate) -> bool:
    """Whether two neighbouring names are written alike and in one line, so that they may be one."""
    return doc[name.start : name.end].text.isupper() == doc[follower.start : follower.end].text.isupper()


def _end_of_suffix(doc: Doc, at: int) -> int:
    """Behind "Jr." (with or without a comma) or a king's number, if it stands at this token."""
    start = at + 1 if at + 1 < len(doc) and doc[at].text == "," and doc[at + 1].text in {"Jr.", "Sr.", "Jr"} else at
    end = start + 1 if start < len(doc) and doc[start].text in SUFFIXES else at
    stopped = end < len(doc) and doc[end - 1].text in {"Jr", "Sr"} and doc[end].text == "."
    return end + 1 if stopped and not doc[end - 1].whitespace_ else end


def _end_of_hyphened(doc: Doc, at: int) -> int:
    """Behind the rest of a given name in two parts that the recogniser cut off ("Kim In-so", "Wong Kwok-hing")."""
    start = at - 1 if at < len(doc) and doc[at].text == "-" else at
    parts = doc[start : start + 3]
    if len(parts) < 3 or parts[1].text != "-" or parts[0].whitespace_ or parts[1].whitespace_:
        return at
    whole = (
        parts[0].is_title and parts[0].is_alpha and parts[2].is_lower and parts[2].is_alpha and parts[0].pos_ == "PROPN"
    )
    return start + 3 if whole and len(parts[2].text) <= LONGEST_SYLLABLE else at


def _end_of_nickname(doc: Doc, at: int) -> int:
    """Behind a short name in marks or brackets ("James Leander (Leo) Nichols")."""
    within = [token.text for token in doc[at : at + 3]]
    marked = len(within) == 3 and (within[0], within[2]) in NICKNAME_MARKS and doc[at + 1].is_title
    sure = marked and (within[0] != "(" or within[1] in words("first_names.txt") or within[1].lower() in given_forms())
    return at + 3 if sure else at


def _repaired(entity: Span) -> Iterator[Candidate]:
    """The entity without what does not belong to a name; several where a line ends inside it."""
    for piece in _pieces(entity):
        start, end = _trimmed(piece)
        if entity.label_ == "PERSON":
            end = _before_verb(piece.doc, start, end)
            start = _after_nationalities(piece.doc, start, end)
        start = _after_split_title(piece.doc, start, end)
        start, titled = _after_titles(piece.doc, start, end)
        start = _after_epithet(piece.doc, _after_family(piece.doc, start, end), end)
        start, end = _trimmed(piece.doc[start:end])
        if start < end and any(token.text[0].isupper() for token in piece.doc[start:end]):
            yield Candidate(start, end, entity.label_, "ner", titled or _title_before(piece.doc, start))


def _after_split_title(doc: Doc, start: int, end: int) -> int:
    """Where the name starts if the recogniser's span begins inside a title ("Miss" + "Universe Ann Lee")."""
    for first in range(max(0, start - 2), start):
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
    while start < end and (doc[start].lower_ in LEADING or _is_edge(doc[start])):
        start += 1
    while end > start and (doc[end - 1].text in POSSESSIVES or _is_edge(doc[end - 1]) or _trails(doc[end - 1], start)):
        end -= 1
    return start, end


def _trails(token: Token, start: int) -> bool:
    """Whether a small word or figure ends the recogniser's span behind the name ("Interfax news agency")."""
    return token.i > start and (token.is_digit or DATE.fullmatch(token.text) is not None or token.text in SMALL_ENDS)


def _is_edge(token: Token) -> bool:
    return token.is_space or all(char in MARKS for char in token.text)


@lru_cache
def title_words() -> frozenset[tuple[str, ...]]:
    """Titles as tuples of words."""
    return frozenset(tuple(title.split()) for title in words("titles.txt"))


def _after_titles(doc: Doc, start: int, end: int) -> tuple[int, bool]:
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


def _title_before(doc: Doc, start: int) -> bool:
    """Whether a title stands right before, a line end between them or not."""
    while start and doc[start - 1].is_space:
        start -= 1
    return any(
        tuple(token.text for token in doc[start - length : start]) in title_words()
        for length in range(1, min(LONGEST_TITLE, start) + 1)
    )


def _single_names(doc: Doc, names: list[Candidate]) -> frozenset[str]:
    """The persons' names of one word that the recogniser saw."""
    return frozenset(doc[name.start].text for name in names if name.label == "PERSON" and name.end - name.start == 1)


def _given_away(doc: Doc, taken: set[int], singles: frozenset[str]) -> Iterator[Candidate]:
    """Capitalised words that the recogniser passed over, but a title, a first name or a known surname gives away."""
    first_names = words("first_names.txt")
    at = 0
    while at < len(doc):
        end = _run_end(doc, at, taken)
        start, titled = _after_titles(doc, _after_split_title(doc, at, end), end) if end > at else (at, False)
        if start >= end or is_title(doc[at:end]):
            at = max(at + 1, end)
            continue
        titled = titled or _title_before(doc, start)
        if titled and not is_title(doc[start:end]) and _is_name_word(doc[start]) and doc[start].pos_ == "PROPN":
            yield Candidate(start, min(end, start + 3), "PERSON", "title", titled=True)
        elif doc[start].text in first_names and end - start in (2, 3) and not _in_capitals(doc[start:end]):
            yield Candidate(start, end, "PERSON", "first-name")
        elif doc[end - 1].text in singles and end - start == 2 and _continues_person(doc[start]):
            yield Candidate(start, end, "PERSON", "known-surname")
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


def is_family(text: str, start: int, end: int) -> bool:
    """Whether the name at these offsets is a whole family's ("the Kirby brothers")."""
    return FAMILY_BEHIND.match(text, end) is not None and text.endswith(("the ", "The "), 0, start)
