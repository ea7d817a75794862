"""Where a story's text may name a place, a nationality or a government, before it is decided which country's it is."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from spacy.tokens import Doc, Span, Token

from app.nlp import gazetteer
from app.nlp.datelines import DATELINE
from app.nlp.gazetteer import Reading
from app.nlp.lexicons import words
from app.nlp.phrases import Found, Phrases
from app.nlp.tokens import text_of

PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
LANGUAGE_LABEL = "LANGUAGE"
LOOK_BACK = 40
# Bounded, so that no text makes the search slow.
TOWN = r"(?!The |A |An )(?:[A-Z][\w’'.-]{0,20} ){0,2}[A-Z][\w’'-]{1,25}"
PLACE_WORD_BEFORE = re.compile(
    r"\b(?:in|at|near|from|outside|into|across|around|throughout|of|[Dd]owntown|[a-z]+ern)(?: the)? $"
)
# Before one of a people ("a Pole"); without it these are names and ordinary words.
ARTICLE_BEFORE = re.compile(r"\b(?:an?|the|every|each|another|fellow|young|old|[a-z]+-born) $", re.IGNORECASE)
TOWN_BEFORE = re.compile(rf"({TOWN}), ?$")
TOWN_WITH_POSTAL_CODE = re.compile(rf"({TOWN}), ?([A-Z]{{2}})\b(?!\w)")
TOWN_BEHIND_PREPOSITION = re.compile(rf"\b(?:in|near|outside|[Dd]owntown) ({TOWN})")
TOWN_BEFORE_NOUN = re.compile(
    rf"\b({TOWN}) (?:[Pp]olice|woman|man|girl|boy|teen|couple|residents?|voters|firefighters|businesses"
    r"|[Cc]ity [Cc]ouncil|[Cc]ouncil|[Cc]ouncillors?|Mayor|mayor|Public Schools|High School|Fire Department)\b"
)
COUNTY = re.compile(rf"\b({TOWN}) (?:County|Township|Independent School District|School District)\b(?! Council)")
STREET_BEHIND = re.compile(
    r" (?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Boulevard|Blvd\.?|Drive|Dr\.|Lane|Highway|Creek|Court|Square|Parkway)\b"
)
# Only what is governed has these ("the Georgia House").
BODY_OF_A_STATE = re.compile(
    r" (?:House|Senate|Legislature|General Assembly|[Gg]overnor|Gov\.|[Ll]awmakers|Tech|State)\b"
)
SPOKEN_BEFORE = re.compile(
    r"\b(?:in|speaks?|spoke|speaking|into|studying|fluent|learn|learning|translated from) (?:\w+ )?$"
)
LANGUAGE_NOUN_BEHIND = re.compile(
    r" (?:language|lessons?|literature|translations?|dictionary|dictionaries|subtitles|grammar|proficiency|speakers?"
    r"|vocabulary|phrases?|words?)\b"
)
MODIFIERS = frozenset({"amod", "compound", "nmod"})
# What stands before and behind a town's name in the recogniser's span.
TOWN_WORDS_BEFORE = re.compile(
    r"^(?:(?:the|greater|downtown|northern|southern|eastern|western|central) )+", re.IGNORECASE
)
TOWN_WORDS_BEHIND = re.compile(r"['’]s?$| (?:City|Parish|Island|province|Province|District|district|city|area)$")

Cuts = Literal["before", "behind", "never"]
# A pattern, on which side of it there may be capitalised words that do not belong to the town, and the rule's name.
TOWN_PATTERNS: tuple[tuple[re.Pattern[str], Cuts, str], ...] = (
    (TOWN_BEHIND_PREPOSITION, "behind", "behind-in"),
    (TOWN_BEFORE_NOUN, "before", "before-police"),
    (DATELINE, "never", "dateline"),
)
ORDINARY = ("not_places.txt", "titles.txt", "not_actors.txt", "first_names.txt")


class Named(NamedTuple):
    """A place name in the text: offsets, its plain form, what the lexicons say of it, and the rule that saw it."""

    start: int
    end: int
    name: str
    reading: Reading | None
    rule: str


def find(doc: Doc) -> list[Named]:
    """All place names of a doc, those that overlap included."""
    text = text_of(doc)
    nowhere = {offset: place for place in gazetteer.not_places().find(text) for offset in range(place.start, place.end)}
    found = [*_by_lexicon(doc, text), *_by_pattern(text), *_by_recogniser(doc)]
    named = (place for place in found if not _lies_in(nowhere, place))
    somewhere = [place for place in named if not _begins_with_an_ordinary_word(doc, text, place.start, place.end)]
    return [*somewhere, *(place for place in _again(text, somewhere) if not _lies_in(nowhere, place))]


def _lies_in(nowhere: dict[int, Found[None]], place: Named) -> bool:
    """Whether one expression that leads nowhere covers the whole place."""
    covering = nowhere.get(place.start)
    return covering is not None and place.end <= covering.end


def _by_lexicon(doc: Doc, text: str) -> Iterator[Named]:
    for found in gazetteer.place_names().find(text):
        known = gazetteer.readings()[found.value]
        if _stands_as_place(doc, text, found.start, found.end, found.value, known):
            yield Named(found.start, found.end, found.value, known, known.meaning)


def _stands_as_place(doc: Doc, text: str, start: int, end: int, name: str, known: Reading) -> bool:
    """Whether a word of the lexicons is meant as a place here; only doubtful ones are looked at."""
    if known.meaning == "state" and name.endswith("."):
        return (
            _label(doc, start, end) in PLACE_LABELS
            or TOWN_BEFORE.search(text[max(0, start - LOOK_BACK) : start]) is not None
        )
    if known.meaning == "nationality":
        return not _is_language(doc, text, start, end)
    if STREET_BEHIND.match(text, end):
        return False
    if known.meaning == "state":
        return True
    before = text[max(0, start - LOOK_BACK) : start]
    usual = ARTICLE_BEFORE if known.meaning == "people" else PLACE_WORD_BEFORE
    certain = not gazetteer.is_person_like(name) or usual.search(before) is not None
    certain = certain or BODY_OF_A_STATE.match(text, end) is not None
    return certain or _label(doc, start, end) in PLACE_LABELS


def _begins_with_an_ordinary_word(doc: Doc, text: str, start: int, end: int) -> bool:
    """Whether a sentence begins with a word that the story writes small elsewhere ("Turkey is eaten")."""
    span = doc.char_span(start, end, alignment_mode="expand")
    begins = span is not None and len(span) == 1 and bool(span[0].is_sent_start) and text[start:end].istitle()
    return begins and re.search(rf"\b{re.escape(text[start:end].lower())}\b", text) is not None


def _is_language(doc: Doc, text: str, start: int, end: int) -> bool:
    span = doc.char_span(start, end, alignment_mode="expand")
    token = span.root if span is not None and len(span) else None
    if LANGUAGE_NOUN_BEHIND.match(text, end):
        return True
    if token is not None and LANGUAGE_LABEL in {token.ent_type_, _conjoined(token).ent_type_}:
        return _conjoined(token).dep_ not in MODIFIERS
    spoken = SPOKEN_BEFORE.search(text[max(0, start - LOOK_BACK) : start]) is not None
    return spoken and re.match(r"\s*(?:[.,;:)\"”]|and\b|to\b|into\b|after\b|on\b|$)", text[end : end + 8]) is not None


def _conjoined(token: Token) -> Token:
    """What the token stands in one list with, itself if it stands in none."""
    return token.head if token.dep_ == "conj" else token


def _label(doc: Doc, start: int, end: int) -> str:
    span = doc.char_span(start, end, alignment_mode="expand")
    return span[0].ent_type_ if span is not None and len(span) else ""


def _by_pattern(text: str) -> Iterator[Named]:
    """Towns that their surroundings give away: a postal code or "County" behind, "in" before, a dateline."""
    for found in TOWN_WITH_POSTAL_CODE.finditer(text):
        state = gazetteer.postal_codes().get(found.group(2))
        if state is not None:
            yield Named(found.start(1), found.end(2), found.group(1), Reading(state.country, "state"), "postal-code")
    for found in COUNTY.finditer(text):
        yield Named(found.start(), found.end(), found.group(), Reading("US", "state"), "county")
    for pattern, cuts, rule in TOWN_PATTERNS:
        for found in pattern.finditer(text):
            start, end = _town_within(text, found.start(1), found.end(1), cuts)
            if start < end and not STREET_BEHIND.match(text, end):
                yield Named(start, end, text[start:end], None, rule)


def _town_within(text: str, start: int, end: int, cuts: Cuts) -> tuple[int, int]:
    """The town among the capitalised words, the longest at the side that counts; nothing if there is none."""
    while start < end and not _is_town(text[start:end]):
        space = text.find(" ", start, end) if cuts == "before" else text.rfind(" ", start, end)
        if cuts == "never" or space < 0:
            return start, start
        start, end = (space + 1, end) if cuts == "before" else (start, space)
    return start, end


def _is_town(name: str) -> bool:
    ordinary = any(name in words(lexicon) for lexicon in ORDINARY)
    return bool(gazetteer.cities(name)) and not ordinary


def _by_recogniser(doc: Doc) -> Iterator[Named]:
    for entity in doc.ents:
        if entity.label_ in PLACE_LABELS:
            yield from _looked_up(entity)


def _looked_up(entity: Span) -> Iterator[Named]:
    name = TOWN_WORDS_BEFORE.sub("", entity.text.strip())
    name = TOWN_WORDS_BEHIND.sub("", name) if not gazetteer.cities(name) else name
    start = entity.start_char + entity.text.find(name)
    if name and gazetteer.cities(name) and name not in words("not_places.txt"):
        yield Named(start, start + len(name), name, None, "town")


def _again(text: str, found: Iterable[Named]) -> Iterator[Named]:
    """The towns found somewhere, wherever else the story names them."""
    towns = {place.name for place in found if place.reading is None and not gazetteer.is_person_like(place.name)}
    for place in Phrases((name, name) for name in towns).find(text):
        if not STREET_BEHIND.match(text, place.end):
            yield Named(place.start, place.end, place.value, None, "town-again")
