"""Which countries a story names, by places, nationalities and governments; and which it is about.

A name of several places goes to the one that the rest of the story suggests.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from app.nlp import gazetteer, toponyms
from app.nlp.gazetteer import City
from app.nlp.lexicons import rows
from app.nlp.phrases import Phrases
from app.nlp.tokens import text_of
from app.nlp.toponyms import BODY_OF_A_STATE, TOWN_BEFORE, Named
from app.spans import ActorSpan, MentionSpan, SourceSpan, ToponymSpan

NAME = "newsgloss_countries"

# What a word can mean of which there may be another of the same name elsewhere.
CONTESTED = frozenset({"city", "capital", "region"})
STATE_BEHIND = re.compile(r", ?\(?([A-Z][A-Za-z.]+(?: [A-Z][a-z.]+| state\b){0,2})")

# What a neighbour counts for against a tenfold population.
SAME_COUNTRY, MAIN_COUNTRY, SAME_STATE, WELL_KNOWN = 1.4, 0.8, 2.0, 0.8
# A place of the lexicons that the list of cities lacks stands for one of this size.
LEXICON_PLACE = 500_000
# The capital of a country that the story names is at least as likely meant as a town of this size.
CAPITAL_OF_ONE_NAMED = 100_000
ENOUGH_CLUES = 3
# Each other town of the same state makes a town there likelier.
ANOTHER_TOWN = 0.5
# So does each word of local life there, up to a limit, and an American institution of the town's own.
LOCAL_WORD, LOCAL_WORDS, OWN_INSTITUTION = 0.5, 2.0, 2.0
TOWN_OF_A_COUNTRYS_NAME = re.compile(r" (?:woman|man|girl|boy|teen|couple|motorcyclist|[Ee]lementary)\b")
AMERICAN_INSTITUTION = re.compile(
    r" (?:Senior |Junior |Area |City |Volunteer )?(?:High School|Middle School|[Ee]lementary|Junior College|Junior High"
    r"|Community College|Public Schools|School District|Fire Department|Fire District|Police Department|Township|PTA)\b"
)
GEORGIA = gazetteer.State("US", "GA")
CAUCASUS = re.compile(r"Tbilisi|Abkhazia|Ossetia|Georgian|Saakashvili|Caucasus", re.IGNORECASE)


class Setting(NamedTuple):
    """What the story names: countries with how often, the first of them, states, and how many towns of a state.

    `local_words` counts the different words of local life for each country, `american` are names in front of
    institutions that only towns of the USA have, `shared` tells which country a name of several means.
    """

    countries: Counter[str]
    main: str | None
    states: frozenset[gazetteer.State]
    towns: Counter[gazetteer.State]
    local_words: Counter[str]
    american: frozenset[str]
    shared: dict[str, str]


@Language.component(NAME)
def countries(doc: Doc) -> Doc:
    """Leave the places, nationalities and governments that lead to a country on `doc._.toponyms`."""
    text = text_of(doc)
    named = _without_overlaps(toponyms.find(doc), _taken(doc))
    setting = _setting(text, named)
    setting = setting._replace(towns=_towns(named, setting))
    told = _told(text, named)
    placed = (_placed(text, place, setting, told) for place in named)
    doc._.toponyms = [place for place in placed if place is not None]
    doc._.actors = _with_countries(doc, setting)
    return doc


def _with_countries(doc: Doc, setting: Setting) -> list[ActorSpan]:
    """The actors with the country that their names mean here: by the place inside, and of a people that two share."""
    meant = {codes[0]: setting.shared[name] for name, codes in gazetteer.shared().items()}
    inside = _places_inside(doc)
    found: list[ActorSpan] = []
    for actor in doc._.actors:
        shared = meant.get(actor.country) if not setting.countries[actor.country] else None
        country = inside.get(actor.id) if actor.kind == "organisation" else shared
        found.append(replace(actor, country=country) if country is not None else actor)
    return found


def _places_inside(doc: Doc) -> dict[str, str]:
    """The country of the first place inside each actor's name, by the actor's id."""
    mentions = {offset: mention.actor for mention in doc._.mentions for offset in range(mention.start, mention.end)}
    inside: dict[str, str] = {}
    for place in doc._.toponyms:
        if place.start in mentions:
            inside.setdefault(mentions[place.start], place.country)
    return inside


def _told(text: str, named: list[Named]) -> dict[str, str]:
    """The country of each name that the story spells out once ("Paris, Texas"): it holds for the whole story."""
    found = ((place.name, _country_behind(text, place)) for place in named)
    return {name: code for name, code in found if code is not None}


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


def _setting(text: str, named: list[Named]) -> Setting:
    states = gazetteer.states()
    counts: Counter[str] = Counter()
    named_states = set()
    for place in named:
        if (
            place.reading is not None
            and place.reading.meaning not in CONTESTED
            and place.name not in gazetteer.shared()
        ):
            counts[place.reading.country] += 1
            named_states.update({states[place.name]} if place.name in states else set())
    clues = [(found.value, text[found.start : found.end]) for found in _local_clues().find(text)]
    for code, count in Counter(code for code, _ in clues).items():
        counts[code] += count // ENOUGH_CLUES
    main = max(counts, key=counts.__getitem__, default=None)
    local_words = Counter(code for code, word in set(clues) if word in _local_words())
    american = frozenset(place.name for place in named if AMERICAN_INSTITUTION.match(text, place.end))
    return Setting(counts, main, frozenset(named_states), Counter(), local_words, american, _shared(named, counts))


def _shared(named: list[Named], countries: Counter[str]) -> dict[str, str]:
    """Which of the countries that share a name the story names the most by other words; the first of equals."""
    capitals = (place.reading.country for place in named if place.reading and place.reading.meaning == "capital")
    n = countries + Counter(capitals)
    return {name: max(codes, key=n.__getitem__) for name, codes in gazetteer.shared().items()}


def _towns(named: list[Named], setting: Setting) -> Counter[gazetteer.State]:
    """How many different towns of each state the story names, each where it most likely lies."""
    towns = {place.name: place for place in named if place.reading is None or place.reading.meaning in CONTESTED}
    likely = (_likeliest(place, setting) for place in towns.values())
    return Counter(gazetteer.State(city.country, city.state) for city in likely if city is not None)


def _likeliest(place: Named, setting: Setting) -> City | None:
    return max(_choices(place, setting), key=lambda city: _fit(city, place, setting), default=None)


@lru_cache
def _local_clues() -> Phrases[str]:
    lexicon = rows("local_clues.tsv")
    return Phrases((word, code) for code, *columns in lexicon for column in columns for word in column.split("|"))


@lru_cache
def _local_words() -> frozenset[str]:
    """The clues that are not of national life, which foreign stories tell of too."""
    return frozenset(word for row in rows("local_clues.tsv") for word in row[1].split("|"))


def _placed(text: str, place: Named, setting: Setting, told: dict[str, str]) -> ToponymSpan | None:
    """The country of a named place, with the rule that found it."""
    if place.name in told:
        return ToponymSpan(place.start, place.end, told[place.name], "place-behind")
    if place.reading is not None and place.reading.meaning not in CONTESTED:
        if place.name == "Georgia" and _is_the_state(text, place, setting):
            return ToponymSpan(place.start, place.end, "US", "state")
        if _is_town_of_the_usa(text, place, setting):
            return ToponymSpan(place.start, place.end, "US", "town")
        country = setting.shared.get(place.name, place.reading.country)
        return ToponymSpan(place.start, place.end, country, place.rule)
    city = _likeliest(place, setting)
    return ToponymSpan(place.start, place.end, city.country, place.rule) if city is not None else None


def _is_town_of_the_usa(text: str, place: Named, setting: Setting) -> bool:
    """Whether a country's name is a town's here ("Lebanon woman", "Jordan High School")."""
    if place.rule != "country-name" or not any(city.country == "US" for city in gazetteer.cities(place.name)):
        return False
    return place.name in setting.american or TOWN_OF_A_COUNTRYS_NAME.match(text, place.end) is not None


def _choices(place: Named, setting: Setting) -> tuple[City, ...]:
    """The cities that the name may mean, those of the lexicons among them."""
    named = (code for code in sorted(gazetteer.capitals().get(place.name, ())) if setting.countries[code])
    capitals = (City(code, "", CAPITAL_OF_ONE_NAMED) for code in named)
    cities = (*gazetteer.cities(place.name), *capitals)
    known = place.reading
    if known is None or any(city.country == known.country for city in cities):
        return cities
    return (*cities, City(known.country, "", LEXICON_PLACE))


def _fit(city: City, place: Named, setting: Setting) -> float:
    """How well a city of the place's name fits the story."""
    known = place.reading
    fit = math.log10(max(city.population, 1000))
    if setting.countries[city.country]:
        fit += SAME_COUNTRY
    if city.country == setting.main:
        fit += MAIN_COUNTRY
    if gazetteer.State(city.country, city.state) in setting.states:
        fit += SAME_STATE
    fit += min(SAME_STATE, ANOTHER_TOWN * setting.towns[gazetteer.State(city.country, city.state)])
    if known is not None and known.country == city.country:
        fit += WELL_KNOWN
    fit += min(LOCAL_WORDS, LOCAL_WORD * setting.local_words[city.country])
    return fit + (OWN_INSTITUTION if city.country == "US" and place.name in setting.american else 0)


def _country_behind(text: str, place: Named) -> str | None:
    """The country of the state, province or country that stands right behind a town ("Paris, Texas")."""
    behind = STATE_BEHIND.match(text, place.end)
    if behind is None:
        return None
    cities = gazetteer.cities(place.name)
    contested = place.reading is None or place.reading.meaning in CONTESTED
    parts = behind.group(1).split(" ")
    if len(parts) > 1 and gazetteer.cities(" ".join(parts[:2])):
        return None
    for length in range(len(parts), 0, -1):
        name = " ".join(parts[:length])
        state = gazetteer.states().get(name) or gazetteer.states().get(name.rstrip("."))
        known = gazetteer.reading(name)
        if state is not None and any((city.country, city.state) == state for city in cities):
            return state.country
        if contested and known is not None and known.meaning in {"country-name", "state"}:
            is_there = any(city.country == known.country for city in cities)
            return known.country if is_there or state is None else state.country
    return None


def _is_the_state(text: str, place: Named, setting: Setting) -> bool:
    """Whether "Georgia" is the state of the USA: by a town before it, by a body behind it, by what else is named."""
    if CAUCASUS.search(text):
        return False
    town = TOWN_BEFORE.search(text[max(0, place.start - 40) : place.start])
    american = town is not None and any(city.country == "US" for city in gazetteer.cities(town.group(1)))
    named = setting.countries["US"] > 0 or setting.local_words["US"] > 0 or setting.towns[GEORGIA] > 0
    return american or named or BODY_OF_A_STATE.match(text, place.end) is not None


def mentioned(toponyms: Iterable[ToponymSpan], actors: Iterable[ActorSpan] = ()) -> tuple[str, ...]:
    """The codes of all countries named, by a place or by their people ("Israelis"), sorted."""
    peoples = {actor.country for actor in actors if actor.kind == "group" and actor.country}
    return tuple(sorted(peoples | {toponym.country for toponym in toponyms}))


MOST_IN_FOCUS = 3
LEAD_CHARS = 300
IN_TITLE, IN_LEAD = 2.0, 0.5
# Beside the first, a country is in focus if it weighs at least this share of it.
SHARE_OF_FIRST = 0.6


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
