"""An invented world to write stories about: words, people, organisations, outlets; the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat

from app.country_names import country_names
from app.spans import ActorKind

WORDS = 60_000
MOST_REPEATED = 60_000
PEOPLE, ORGANISATIONS, COUNTRIES, OUTLETS = 20_000, 5_000, 200, 40
MONTHS = 120

CONSONANTS = [
    "b",
    "b",
    "bl",
    "c",
    "d",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "l",
    "m",
    "m",
    "n",
    "n",
    "p",
    "p",
    "pr",
    "r",
    "r",
    "s",
    "s",
    "sh",
    "st",
    "t",
    "t",
    "th",
    "tr",
    "v",
    "w",
    "z",
]
VOWELS = ["a", "a", "a", "e", "e", "e", "i", "i", "o", "o", "u", "ai", "ea", "ou"]
ENDS = ("", "", "n", "r", "s", "t", "l", "ck", "nd", "m")
ROLES = ("minister", "chief executive", "spokeswoman", "professor", "mayor", "general", "lawyer", "union leader")
BODIES = ("Council", "Bank", "Party", "Institute", "Group", "Agency", "Union", "Court", "Forum", "Trust")
OUTLET_NAMES = ("Post", "Herald", "Gazette", "Wire", "Observer", "Courier", "Tribune", "Ledger")
# The commonest words are short.
COMMON = 150
ROLE_SHARE = 0.6
# How long an actor is in the news, as the months after which the stories about it have become a third.
SHORTEST_STAY, LONGEST_STAY = 6, 90


@dataclass(frozen=True, slots=True, eq=False)
class Player:
    """An actor of the world; `weight` is how often it is in the news at its time, which is around `prime`."""

    id: int
    kind: ActorKind
    name: str
    short: str
    country: str
    role: str | None
    weight: float
    prime: float
    stay: float

    def share(self, month: int) -> float:
        """How likely it is in a story of that month."""
        away = (month - self.prime) / self.stay
        return self.weight / (1 + away * away * away * away)


@dataclass(frozen=True, slots=True)
class World:
    """Everything stories are made of. Each word is there as often as it is to be drawn; `country_weights` add up."""

    words: Sequence[str]
    people: Sequence[Player]
    organisations: Sequence[Player]
    countries: Sequence[str]
    country_weights: Sequence[float]
    outlets: Sequence[str]

    def player(self, actor_id: int) -> Player:
        """The actor of that id: people come first, organisations behind them."""
        return (self.people if actor_id <= PEOPLE else self.organisations)[(actor_id - 1) % PEOPLE]


def make_world(seed: int) -> World:
    """The world of that seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    words = list(_distinct(chance, WORDS))
    codes = sorted(country_names())
    chance.shuffle(codes)
    countries = codes[:COUNTRIES]
    outlets = [f"{_capital(chance)} {chance.choice(OUTLET_NAMES)} {number}" for number in range(1, OUTLETS + 1)]
    return World(
        words=list(_repeated(words)),
        people=list(_people(chance, countries)),
        organisations=list(_organisations(chance, countries)),
        countries=countries,
        country_weights=zipf(COUNTRIES),
        outlets=outlets,
    )


def zipf(n: int) -> list[float]:
    """The cumulative weights of n things of which the second is half as frequent as the first, the third a third."""
    return list(accumulate(1 / rank for rank in range(1, n + 1)))


def _repeated(words: Sequence[str]) -> Iterator[str]:
    """Each word as often as its share of a long list, so that any place of it may be drawn: twice as fast."""
    for rank, word in enumerate(words, 1):
        yield from repeat(word, round(MOST_REPEATED / rank))


def _people(chance: random.Random, countries: Sequence[str]) -> Iterator[Player]:
    first_names = [word.capitalize() for word in _distinct(chance, 700)]
    surnames = [word.capitalize() for word in _distinct(chance, 9_000)]
    names: dict[tuple[str, str], None] = {}
    while len(names) < PEOPLE:
        names[chance.choice(first_names), chance.choice(surnames)] = None
    for number, (first, last) in enumerate(names, 1):
        yield _player(chance, number, number, "person", f"{first} {last}", last, countries)


def _organisations(chance: random.Random, countries: Sequence[str]) -> Iterator[Player]:
    places = [word.capitalize() for word in _distinct(chance, ORGANISATIONS)]
    for number, place in enumerate(places, 1):
        name = f"{place} {chance.choice(BODIES)}"
        yield _player(chance, PEOPLE + number, number, "organisation", name, name, countries)


def _player(
    chance: random.Random, actor_id: int, rank: int, kind: ActorKind, name: str, short: str, countries: Sequence[str]
) -> Player:
    role = chance.choice(ROLES) if kind == "person" and chance.random() < ROLE_SHARE else None
    country = chance.choices(countries, cum_weights=zipf(len(countries)))[0]
    prime, stay = chance.uniform(0, MONTHS), chance.uniform(SHORTEST_STAY, LONGEST_STAY)
    return Player(actor_id, kind, name, short, country, role, 1 / rank, prime, stay)


def _capital(chance: random.Random) -> str:
    return _word(chance, 2).capitalize()


def _distinct(chance: random.Random, n: int) -> Iterator[str]:
    """So many different words, the first ones short."""
    seen: set[str] = set()
    while len(seen) < n:
        word = chance.choice("bdfhklmnprst") + chance.choice("aeiou") if len(seen) < COMMON else ""
        word += chance.choice(ENDS) if word else _word(chance, chance.choice((1, 2, 2, 2, 3)))
        if word not in seen:
            seen.add(word)
            yield word


def _word(chance: random.Random, syllables: int) -> str:
    parts = (chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(syllables))
    return "".join(parts) + chance.choice(ENDS)
