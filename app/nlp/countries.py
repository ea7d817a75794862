"""Which countries a story names, by places, nationalities and governments; and which it is about.

Lexicons are searched for in the whole text; smaller towns are looked up where the recogniser sees a place. A name
of several places goes to the one that its neighbours in the story suggest.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from app.nlp import gazetteer
from app.nlp.gazetteer import City, Reading
from app.nlp.lexicons import words
from app.nlp.phrases import Phrases
from app.spans import MentionSpan, SourceSpan, ToponymSpan

NAME = "newsgloss_countries"

PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
PLACE_WORD_BEFORE = re.compile(r"\b(?:in|at|near|from|to|of|outside|into|across|around)(?: the)? $", re.IGNORECASE)
STATE_BEHIND = re.compile(r",? \(?([A-Z][A-Za-z.]+(?: [A-Z][a-z.]+){0,2})")
TOWN_BEFORE = re.compile(r"((?:[A-Z][\w’'-]*\.? ){0,2}[A-Z][\w’'-]+), ?$")
TOWN_WORDS = re.compile(
    r"^(?:the |greater |downtown |northern |southern |eastern |western |central )+|(?:['’]s?)$", re.IGNORECASE
)
UNIT = re.compile(r" (?:County|Township|City|Parish|Island|province|Province|District|district|county|city)$")

# How much a neighbour counts against a tenfold population.
SAME_COUNTRY, SAME_STATE, CAPITAL = 1.2, 2.0, 1.0


class Named(NamedTuple):
    """A place name in the text before it is decided where it lies."""

    start: int
    end: int
    name: str
    reading: Reading | None


class Setting(NamedTuple):
    """What the story names without doubt: countries with how often, and states."""

    countries: Counter[str]
    states: frozenset[gazetteer.State]


@Language.component(NAME)
def countries(doc: Doc) -> Doc:
    """Leave the places, nationalities and governments that lead to a country on `doc._.toponyms`."""
    named = _without_overlaps([*_by_lexicon(doc), *_by_state(doc.text), *_by_recogniser(doc)], _taken(doc))
    setting = _setting(named)
    placed = (_placed(doc.text, place, setting) for place in named)
    doc._.toponyms = [place for place in placed if place is not None]
    return doc


def _taken(doc: Doc) -> list[tuple[int, int, bool]]:
    """Where actors are named: start, end, and whether a place may still stand inside (in an organisation's name)."""
    mentions: Sequence[MentionSpan] = doc._.mentions
    return [(mention.start, mention.end, mention.type == "ORG") for mention in mentions if mention.level == "name"]


def _without_overlaps(named: list[Named], taken: list[tuple[int, int, bool]]) -> list[Named]:
    """In order of offset; of overlapping ones the longer, and none where an actor has the words."""
    kept: list[Named] = []
    occupied: set[int] = set()
    for start, end, open_inside in taken:
        if not open_inside:
            occupied.update(range(start, end))
    exact = {(start, end) for start, end, _ in taken}
    for place in sorted(named, key=lambda place: (place.start - place.end, place.start, place.reading is None)):
        span = range(place.start, place.end)
        if (place.start, place.end) not in exact and occupied.isdisjoint(span):
            occupied.update(span)
            kept.append(place)
    return sorted(kept, key=lambda place: place.start)


def _by_lexicon(doc: Doc) -> Iterator[Named]:
    text = doc.text
    nowhere = {offset for found in _not_places().find(text) for offset in range(found.start, found.end)}
    for found in gazetteer.place_names().find(text):
        known = gazetteer.readings()[found.value]
        if found.start not in nowhere and _stands_as_place(doc, found.start, found.end, found.value, known):
            yield Named(found.start, found.end, found.value, known)


@lru_cache
def _not_places() -> Phrases[None]:
    return Phrases((expression, None) for expression in words("not_places.txt"))


def _stands_as_place(doc: Doc, start: int, end: int, name: str, known: Reading) -> bool:
    """Whether a word of the lexicons is meant as a place here; only doubtful ones are looked at."""
    if known.meaning == "state" and name.endswith("."):
        return TOWN_BEFORE.search(doc.text, max(0, start - 40), start) is not None
    if not gazetteer.is_person_like(name):
        return True
    return (
        _label(doc, start, end) in PLACE_LABELS
        or PLACE_WORD_BEFORE.search(doc.text, max(0, start - 14), start) is not None
    )


def _label(doc: Doc, start: int, end: int) -> str:
    span = doc.char_span(start, end, alignment_mode="expand")
    return span[0].ent_type_ if span is not None and len(span) else ""


def _by_state(text: str) -> Iterator[Named]:
    """A town with its state's postal code behind it ("Tulsa, OK")."""
    for found in re.finditer(r"((?:[A-Z][\w’'-]*\.? ){0,2}[A-Z][\w’'-]+), ([A-Z]{2})\b(?!\w)", text):
        state = gazetteer.postal_codes().get(found.group(2))
        if state is not None:
            yield Named(found.start(1), found.end(2), found.group(1), Reading(state.country, "state"))


def _by_recogniser(doc: Doc) -> Iterator[Named]:
    for entity in doc.ents:
        if entity.label_ in PLACE_LABELS and entity.text[:1].strip():
            yield from _looked_up(entity)


def _looked_up(entity: Span) -> Iterator[Named]:
    name = TOWN_WORDS.sub("", TOWN_WORDS.sub("", entity.text.strip()))
    start = entity.start_char + entity.text.find(name)
    for form in (name, UNIT.sub("", name)):
        if form and gazetteer.cities(form):
            yield Named(start, start + len(name), form, None)
            return


def _setting(named: list[Named]) -> Setting:
    sure = [place for place in named if place.reading is not None and place.reading.meaning not in {"city", "capital"}]
    states = gazetteer.states()
    return Setting(
        Counter(place.reading.country for place in sure if place.reading is not None),
        frozenset(states[place.name] for place in sure if place.name in states),
    )


def _placed(text: str, place: Named, setting: Setting) -> ToponymSpan | None:
    """The country of a named place, with the rule that found it."""
    state = _state_behind(text, place.end)
    if place.reading is not None and place.reading.meaning not in {"city", "capital"}:
        if place.name == "Georgia" and _is_the_state(text, place, setting):
            return ToponymSpan(place.start, place.end, "US", "state")
        return ToponymSpan(place.start, place.end, place.reading.country, place.reading.meaning)
    if state is not None:
        return ToponymSpan(place.start, place.end, state, "town-in-state")
    cities = gazetteer.cities(place.name)
    if not cities:
        return _as_read(place)
    best = max(cities, key=lambda city: _fit(city, place.reading, setting))
    return ToponymSpan(place.start, place.end, best.country, place.reading.meaning if place.reading else "town")


def _as_read(place: Named) -> ToponymSpan | None:
    if place.reading is None:
        return None
    return ToponymSpan(place.start, place.end, place.reading.country, place.reading.meaning)


def _fit(city: City, known: Reading | None, setting: Setting) -> float:
    """How well a city of the name fits the story."""
    fit = math.log10(max(city.population, 1000))
    if setting.countries[city.country]:
        fit += SAME_COUNTRY
    if gazetteer.State(city.country, city.state) in setting.states:
        fit += SAME_STATE
    if known is not None and known.meaning == "capital" and known.country == city.country:
        fit += CAPITAL
    return fit


def _state_behind(text: str, end: int) -> str | None:
    """The country of the state, province or country named right behind a town ("Paris, Texas")."""
    behind = STATE_BEHIND.match(text, end)
    if behind is None or text[end : end + 1] != ",":
        return None
    parts = behind.group(1).split(" ")
    for length in range(len(parts), 0, -1):
        name = " ".join(parts[:length])
        state = gazetteer.states().get(name) or gazetteer.states().get(name.rstrip("."))
        if state is not None:
            return state.country
        known = gazetteer.reading(name)
        if known is not None and known.meaning == "country-name":
            return known.country
    return None


def _is_the_state(text: str, place: Named, setting: Setting) -> bool:
    """Whether "Georgia" is the state of the USA: a town stands before it, or the story names no neighbour."""
    if re.search(r"Tbilisi|Abkhazia|Ossetia|Georgian|Saakashvili|Caucasus", text):
        return False
    american = setting.countries["US"] > 0
    town = TOWN_BEFORE.search(text, max(0, place.start - 40), place.start)
    return american or (town is not None and any(city.country == "US" for city in gazetteer.cities(town.group(1))))


def mentioned(toponyms: Iterable[ToponymSpan]) -> tuple[str, ...]:
    """The codes of all countries named, sorted."""
    return tuple(sorted({toponym.country for toponym in toponyms}))


MOST_IN_FOCUS = 3
LEAD_CHARS = 300
IN_TITLE, IN_LEAD = 2.0, 0.5
# Beside the first, a country is in focus if it weighs at least this share of it.
SHARE_OF_FIRST = 0.5


def in_focus(toponyms: Iterable[ToponymSpan], text: str, title: str) -> tuple[str, ...]:
    """The countries the story is about, the first the most: by share of mentions, lead and title."""
    weights: dict[str, float] = defaultdict(float)
    for toponym in toponyms:
        weights[toponym.country] += 1 + (IN_LEAD if toponym.start < LEAD_CHARS else 0)
    if not text.startswith(title):
        for code in _in_title(title) & weights.keys():
            weights[code] += IN_TITLE
    ranked = sorted(weights, key=lambda code: -weights[code])
    return tuple(code for code in ranked[:MOST_IN_FOCUS] if weights[code] >= SHARE_OF_FIRST * weights[ranked[0]])


def _in_title(title: str) -> set[str]:
    return {gazetteer.readings()[found.value].country for found in gazetteer.place_names().find(title)}


def speaking(sources: Iterable[SourceSpan]) -> tuple[str, ...]:
    """The codes of the countries that the story's sources speak for, sorted."""
    return tuple(sorted({source.country for source in sources if source.country is not None}))
