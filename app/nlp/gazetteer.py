"""What the place names under data/ mean: countries, their people and capitals, states, cities."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from app.nlp.lexicons import rows, words
from app.nlp.phrases import Phrases

Meaning = Literal["country-name", "nationality", "people", "capital", "government", "state", "region", "city"]

# A city this large is searched for everywhere, not only where the recogniser sees a place.
WELL_KNOWN_CITY = 200_000
# A capital whose name a town of this size bears elsewhere, itself being smaller, leads to no country alone.
NAMESAKE = 20_000
SMALL_WORD = re.compile(
    r"(?<=[ -])(?:De|La|Las|Los|Del|Do|Da|Dos|Das|Du|Des|Sur|Sous|En|Le|Les|Y|Of|The|Upon|On|In|By)(?=[ -])"
)


class Reading(NamedTuple):
    """One word of a lexicon: the country it leads to and what it is there."""

    country: str
    meaning: Meaning


class City(NamedTuple):
    """One place of a name: country code, GeoNames code of its state or province, inhabitants."""

    country: str
    state: str
    population: int


class State(NamedTuple):
    """A state or province by its country and GeoNames code."""

    country: str
    code: str


def _split(column: str) -> list[str]:
    return [word for word in column.split("|") if word]


def _plurals(nationality: list[str]) -> list[str]:
    return [word + "s" for word in nationality if word.endswith(("n", "i", "r"))]


def _country_readings() -> Iterator[tuple[str, Reading]]:
    for code, names, nationality, people, capitals in (row + ("",) * (5 - len(row)) for row in rows("countries.tsv")):
        yield from ((name, Reading(code, "country-name")) for name in _split(names))
        yield from ((word, Reading(code, "nationality")) for word in _split(nationality))
        yield from ((word, Reading(code, "people")) for word in _split(people) + _plurals(_split(nationality)))
        yield from ((city, Reading(code, "capital")) for city in _split(capitals) if not _has_namesake(city, code))


def _has_namesake(capital: str, code: str) -> bool:
    largest = next(iter(cities(capital.replace("’", "'"))), None)
    return largest is not None and largest.country != code and largest.population >= NAMESAKE


def _other_readings() -> Iterator[tuple[str, Reading]]:
    for code, names in rows("governments.tsv"):
        yield from ((name, Reading(code, "government")) for name in _split(names))
    for name, state in states().items():
        yield name, Reading(state.country, "state")
    for code, names in rows("places.tsv"):
        yield from ((name, Reading(code, "region")) for name in _split(names))
    for name in _cities():
        largest = cities(name)[0]
        if largest.population >= WELL_KNOWN_CITY:
            yield name, Reading(largest.country, "city")


@lru_cache
def readings() -> dict[str, Reading]:
    """Every word that leads to a country by itself; the first reading of a word in the order of the lexicons holds."""
    found: dict[str, Reading] = {}
    for name, reading in (*_country_readings(), *_other_readings()):
        found.setdefault(name, reading)
    return found


@lru_cache
def shared() -> dict[str, tuple[str, ...]]:
    """The countries of each name and nationality that is several countries', first the one meant by default."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for word, reading in _country_readings():
        if reading.meaning != "capital":
            found[word].setdefault(reading.country)
    return {word: tuple(codes) for word, codes in found.items() if len(codes) > 1}


@lru_cache
def capitals() -> dict[str, frozenset[str]]:
    """The countries whose capital bears each name."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("countries.tsv"):
        for name in _split("".join(row[4:])):
            found[name].add(row[0])
    return {name: frozenset(codes) for name, codes in found.items()}


@lru_cache
def place_names() -> Phrases[str]:
    """All words of `readings()`, each with its plain form, to be searched for in a text."""
    return Phrases((name, name) for name in readings())


@lru_cache
def not_places() -> Phrases[None]:
    """Expressions with a place's name in them that lead nowhere ("Latin American")."""
    return Phrases((expression, None) for expression in words("not_places.txt"))


def country_in(phrase: str) -> str | None:
    """The country of the first place that a role or a body's name has in it.

    The ordinary word in "Riverside Hospital" tells none, nor what is only a part of a word ("Pan-American").
    """
    nowhere = [(found.start, found.end) for found in not_places().find(phrase)]
    for found in place_names().find(phrase):
        known = reading(found.value)
        inside = any(start <= found.start and found.end <= end for start, end in nowhere)
        part = inside or phrase[found.start - 1 : found.start] == "-"
        doubtful = known is not None and known.meaning == "city" and is_person_like(found.value)
        if known is not None and not part and not doubtful:
            return known.country
    return None


@lru_cache
def compound_names() -> Phrases[None]:
    """The names of countries, peoples and capitals that consist of several words, of which none stands for a person."""
    return Phrases((name, None) for name, _ in _country_readings() if not name.isalpha())


def reading(name: str) -> Reading | None:
    """What a name means by itself, also when it is written in capitals; None if the lexicons lack it."""
    known = readings()
    return known.get(name) or (known.get(_capitalised(name)) if _in_capitals(name) else None)


@lru_cache
def states() -> dict[str, State]:
    """States and provinces by name and abbreviation ("Texas", "Calif.")."""
    found: dict[str, State] = {}
    for name, country, code, others in ((*row, "")[:4] for row in rows("states.tsv")):
        for form in [name, *_split(others)]:
            found[form] = State(country, code)
    return found


@lru_cache
def postal_codes() -> dict[str, State]:
    """States and provinces of the USA and Canada by their postal code ("TX")."""
    american = {state.code: state for state in states().values() if state.country == "US"}
    return american | {row[4]: State(row[1], row[2]) for row in rows("states.tsv") if len(row) > 4}


@lru_cache
def _cities() -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in rows("cities.tsv")}


@lru_cache(maxsize=4096)
def cities(name: str) -> tuple[City, ...]:
    """All cities of that name, the largest first."""
    known = _cities()
    forms = (name, _capitalised(name), _with_small_words(name)) if _in_capitals(name) else (name,)
    places = next((known[form] for form in forms if form in known), ())
    return tuple(_city(place) for place in places)


def _city(place: str) -> City:
    where, thousands = place.split(":")
    country, state = where.split(".", 1)
    return City(country, state, int(thousands) * 1000)


def _in_capitals(name: str) -> bool:
    """Whether a name may be written in capitals; short ones are abbreviations ("WA" is no town called Wa)."""
    return name.isupper() and len(name) > 3


def _capitalised(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split(" "))


def _with_small_words(name: str) -> str:
    """As names of several languages are written ("Santiago de Compostela", "Stratford-upon-Avon")."""
    return SMALL_WORD.sub(lambda word: word.group().lower(), "-".join(map(_capitalised, name.split("-"))))


def is_town(name: str) -> bool:
    """Whether a town has the name, and hardly anybody or anything else."""
    return bool(cities(name)) and not is_person_like(name)


def is_person_like(name: str) -> bool:
    """Whether a place name is as likely a person's or an ordinary word."""
    return name in words("ambiguous_places.txt") or name in words("first_names.txt")
