"""Stories drawn from an invented world, as the rows that the real pipeline would store."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from app.bench.world import MONTHS, Player, World, make_world
from app.country_names import country_name
from app.nlp.fingerprint import BANDS
from app.spans import Span
from app.store.groups import KEPT
from app.store.models import AFFILIATION, FORM, LEVEL, PART, RELATION, packed, to_seconds
from app.store.slugs import slugify
from app.store.stories import lead_of, text_hash, url_key

FIRST_YEAR = 2016
VERSION = "bench"
# Rows by table, each in the order of COLUMNS.
Rows = dict[str, list[tuple[Any, ...]]]

QUOTES = 5
SPEAKERS = 3
PEOPLE_IN_STORY, ORGANISATIONS_IN_STORY, COUNTRIES_IN_STORY = 5, 3, 3
LEAST_WORDS, MOST_WORDS = 250, 500
QUOTE_KINDS = ("direct", "direct", "indirect", "mixed", "indirect")
UNNAMED = ("officials", "a senior official", "residents", "people familiar with the matter")

COLUMNS = {
    "story": (
        "id slug title title_is_ours lead url url_key outlet_id external_id text_hash language published_at added_at"
        " sorted_at word_count quote_count bands state annotated_version annotated_at failures invented extra"
    ),
    "story_text": "story_id text",
    "story_band": "band story_id",
    "mention": "story_id start_char end_char actor_id level rule",
    "toponym": "story_id start_char end_char country rule",
    "source": (
        "id story_id position sorted_at name form affiliation role channel former unnamed anonymous reason actor_id"
        " country quote_count words direct_words rule"
    ),
    "source_mention": "source_id start_char end_char",
    "quote": ("id story_id position sorted_at kind content speaker_id source_id source_words cue_words words rule"),
    "quote_piece": "quote_id part start_char end_char",
    "story_actor": "actor_id sorted_at story_id name mentions quotes first_char roles",
    "story_country": "relation country sorted_at story_id mentions",
    "story_speaker": "actor_id sorted_at story_id quotes",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Stories to draw: how many of which month, and the number of the first."""

    seed: int
    month: int
    first_id: int
    stories: int


@dataclass(frozen=True, slots=True)
class Month:
    """Who is in the news in a month, with cumulative weights."""

    people: Sequence[float]
    organisations: Sequence[float]


@lru_cache(maxsize=1)
def _world(seed: int) -> World:
    return make_world(seed)


@lru_cache(maxsize=2)
def _month(seed: int, month: int) -> Month:
    world = _world(seed)
    return Month(
        list(accumulate(player.share(month) for player in world.people)),
        list(accumulate(player.share(month) for player in world.organisations)),
    )


def batches(seed: int, stories: int, size: int) -> list[Batch]:
    """All stories in the order of their dates, evenly over the months, in batches of at most `size`."""
    found = []
    for month in range(MONTHS):
        first, end = stories * month // MONTHS, stories * (month + 1) // MONTHS
        found += [Batch(seed, month, at + 1, min(size, end - at)) for at in range(first, end, size)]
    return found


def draw(batch: Batch) -> Rows:
    """The rows of a batch; the same for the same batch, in whichever process."""
    chance = random.Random(f"{batch.seed} {batch.first_id}")  # noqa: S311 - nothing secret
    times = sorted(_moment(chance, batch.month) for _ in range(batch.stories))
    rows: Rows = {table: [] for table in COLUMNS}
    for story_id, time in enumerate(times, batch.first_id):
        _Draft(_world(batch.seed), _month(batch.seed, batch.month), chance, story_id, time, rows).write()
    return rows


def _moment(chance: random.Random, month: int) -> datetime:
    year, index = divmod(month, 12)
    start = datetime(FIRST_YEAR + year, index + 1, 1, tzinfo=UTC)
    return start + timedelta(seconds=chance.randrange(28 * 86_400))


def stored(moment: datetime) -> str:
    """A time as SQLAlchemy keeps it in SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


@dataclass(frozen=True, slots=True)
class _Said:
    """A quote while its story is written; `n` is how many words it has."""

    position: int
    kind: str
    words: str
    n: int
    speaker: Player | None
    content: Span
    cue: Span
    source: Span


@dataclass(slots=True)
class _Draft:
    """A story while it is written: its text so far, and where what stands in it."""

    world: World
    month: Month
    chance: random.Random
    id: int
    time: datetime
    rows: Rows
    parts: list[str] = field(default_factory=list)
    length: int = 0
    places: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: Counter[str] = field(default_factory=Counter)
    said: list[_Said] = field(default_factory=list)
    unnamed: str = ""

    def write(self) -> None:
        """Write the text with all that is marked in it, then the rows of the whole story."""
        chance, world = self.chance, self.world
        people = self._some(world.people, self.month.people, PEOPLE_IN_STORY)
        organisations = self._some(world.organisations, self.month.organisations, ORGANISATIONS_IN_STORY)
        drawn = chance.choices(world.countries, cum_weights=world.country_weights, k=COUNTRIES_IN_STORY + 2)
        countries = list(dict.fromkeys(drawn))[:COUNTRIES_IN_STORY]
        words = chance.choices(world.words, k=chance.randint(LEAST_WORDS, MOST_WORDS))
        self.unnamed = chance.choice(UNNAMED)
        title = " ".join(words[:7]).capitalize()
        self.put(title + "\n\n")
        self._paragraphs(words[7:], people, organisations, countries)
        self._heads(title, "".join(self.parts), people + organisations, countries)

    def put(self, words: str) -> Span:
        """Write on; returns where the words stand."""
        start = self.length
        self.parts.append(words)
        self.length += len(words)
        return start, self.length

    def _some(self, players: Sequence[Player], weights: Sequence[float], n: int) -> list[Player]:
        drawn = self.chance.choices(players, cum_weights=weights, k=n + 3)
        return list(dict.fromkeys(drawn))[:n]

    # -------------------------------------------------------------------------------------------- the text

    def _paragraphs(
        self, words: Sequence[str], people: Sequence[Player], bodies: Sequence[Player], countries: Sequence[str]
    ) -> None:
        """Each a quote or a sentence about an actor, with countries in between, until the words are used up."""
        speakers = people[:SPEAKERS]
        turns: list[Player | None] = [speakers[at % len(speakers)] for at in range(QUOTES - 1)]
        turns.insert(2, None)
        cast = [*people, *bodies, *people[:2], *bodies[:1]]
        size = len(words) // (QUOTES + len(cast) + 1)
        cut = [words[at : at + size] for at in range(0, len(words), size)]
        for number, actor in enumerate(cast):
            self._sentence(actor, cut.pop(), countries[number % len(countries)] if number % 2 else None)
            if number % 2 and turns:
                self._quote(QUOTES - len(turns) + 1, turns.pop(0), cut.pop())
        self.put(" ".join(cut.pop()) + ".")

    def _sentence(self, actor: Player, words: Sequence[str], country: str | None) -> None:
        self._mention(actor)
        self.put(" " + " ".join(words))
        if country is not None:
            self.put(" in ")
            start, end = self.put(country_name(country))
            self.rows["toponym"].append((self.id, start, end, country, "country-name"))
            self.named[country] += 1
        self.put(".\n\n")

    def _mention(self, actor: Player) -> Span:
        start, end = self.put(actor.short if self.places[actor.id] else actor.name)
        self.rows["mention"].append((self.id, start, end, actor.id, LEVEL.number("name"), "ner"))
        self.places[actor.id].append(start)
        return start, end

    def _quote(self, position: int, speaker: Player | None, words: Sequence[str]) -> None:
        kind = QUOTE_KINDS[position - 1]
        said = " ".join(words)
        if kind != "indirect":
            self.put("“")
        content = self.put(said)
        self.put(" " if kind == "indirect" else ",” ")
        source = self.put(self.unnamed) if speaker is None else self._mention(speaker)
        self.put(" ")
        cue = self.put("said")
        self.put(".\n\n")
        self.said.append(_Said(position, kind, said, len(words), speaker, content, cue, source))

    # -------------------------------------------------------------------------------------------- the rows

    def _sources(self, text: str, sorted_at: int) -> None:
        """The sources with their quotes; the numbers of both follow from the story's."""
        own: defaultdict[Player | None, list[_Said]] = defaultdict(list)
        for quote in self.said:
            own[quote.speaker].append(quote)
        for position, (speaker, quotes) in enumerate(own.items(), 1):
            source_id = (self.id - 1) * QUOTES + position
            n, direct = sum(each.n for each in quotes), sum(each.n for each in quotes if each.kind == "direct")
            head = (source_id, self.id, position, sorted_at, *self._axes(speaker))
            self.rows["source"].append((*head, len(quotes), n, direct, "verb-subject"))
            self.rows["source_mention"] += [(source_id, *each.source) for each in quotes]
            for each in quotes:
                self._quote_rows(each, source_id, text, sorted_at)

    def _axes(self, speaker: Player | None) -> tuple[Any, ...]:
        """Name, form, affiliation, role, channel, former, unnamed, anonymous, reason, actor, country of a source."""
        if speaker is not None:
            form, affiliation = FORM.number("named person"), AFFILIATION.number("unknown")
            return (speaker.name, form, affiliation, None, "interview", 0, 0, 0, None, speaker.id, speaker.country)
        form = FORM.number("unnamed group" if self.unnamed.endswith("s") else "unnamed person")
        return (self.unnamed, form, AFFILIATION.number("government"), None, None, 0, 1, 0, None, None, None)

    def _quote_rows(self, said: _Said, source_id: int, text: str, sorted_at: int) -> None:
        quote_id = (self.id - 1) * QUOTES + said.position
        speaker_id = said.speaker.id if said.speaker else None
        source_words = text[said.source[0] : said.source[1]]
        head = (quote_id, self.id, said.position, sorted_at, said.kind, said.words, speaker_id, source_id)
        self.rows["quote"].append((*head, source_words, "said", said.n, "verb-after"))
        for part, (start, end) in (("content", said.content), ("cue", said.cue), ("source", said.source)):
            self.rows["quote_piece"].append((quote_id, PART.number(part), start, end))

    def _heads(self, title: str, text: str, cast: Sequence[Player], countries: Sequence[str]) -> None:
        published_at, sorted_at = stored(self.time), to_seconds(self.time)
        self._sources(text, sorted_at)
        added_at = stored(self.time + timedelta(minutes=self.chance.randrange(5, 300)))
        slug, outlet = slugify(title, "story"), 1 + int(self.chance.random() ** 2 * len(self.world.outlets))
        url = f"https://outlet-{outlet}.example/{self.time:%Y/%m/%d}/{slug}-{self.id}"
        lead, n = lead_of(text, title), len(text.split())
        where = (url, url_key(url), outlet, None, text_hash(text), "en", published_at, added_at, sorted_at, n, QUOTES)
        state = ("annotated", VERSION, added_at, 0, 1, "{}")
        # Texts of which none is another's copy share no band but by chance; to reckon them takes longer than the rest.
        bands = sorted({self.chance.getrandbits(KEPT.bit_length()) for _ in range(BANDS)})
        self.rows["story"].append((self.id, slug, title, 0, lead, *where, packed(bands), *state))
        self.rows["story_text"].append((self.id, text))
        self.rows["story_band"] += [(band, self.id) for band in bands]
        self._links(cast, countries, sorted_at)

    def _links(self, cast: Sequence[Player], countries: Sequence[str], sorted_at: int) -> None:
        spoken = Counter(each.speaker for each in self.said if each.speaker)
        for actor in cast:
            places, roles = self.places[actor.id], json.dumps([actor.role] if actor.role else [])
            known = (actor.name, len(places), spoken[actor], places[0], roles)
            self.rows["story_actor"].append((actor.id, sorted_at, self.id, *known))
        self.rows["story_speaker"] += [(who.id, sorted_at, self.id, times) for who, times in spoken.items()]
        speaking = sorted({actor.country for actor in spoken})
        relations = (("mentioned", countries), ("focus", countries[:1]), ("speaking", speaking))
        self.rows["story_country"] += [
            (RELATION.number(relation), code, sorted_at, self.id, self.named[code])
            for relation, codes in relations
            for code in codes
        ]
