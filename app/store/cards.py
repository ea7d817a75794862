"""What pages and the API get: plain frozen values, read in one go, with nothing left to load.

Those of which a story has hundreds are values as well, but not frozen: to make one that is takes four times as long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from app.spans import Span, Spans

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` is the token of the following page, None on the last.

    `total` is exact when `total_is_exact`, else a lower bound ("more than 500"). `examined` is the number of rows
    looked at when the search for matches was cut short, else None.
    """

    items: Sequence[T]
    next: str | None = None
    total: int | None = None
    total_is_exact: bool = True
    examined: int | None = None


@dataclass(frozen=True, slots=True)
class ActorRef:
    """Enough of an actor to name it and link to it."""

    id: int
    slug: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class OutletRef:
    """Enough of an outlet to name it and filter by it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story in a list. `snippet` is set for a search hit: (text, is hit) pieces in order.

    `copies` are the stories of the archive with nearly the same text.
    """

    id: int
    slug: str
    title: str
    title_is_ours: bool
    lead: str
    outlet: OutletRef | None
    published_at: datetime | None
    added_at: datetime
    invented: bool
    language: str | None
    state: str
    word_count: int
    quote_count: int
    actors: Sequence[ActorRef] = ()
    speakers: Sequence[ActorRef] = ()
    countries: Sequence[str] = ()
    snippet: Sequence[tuple[str, bool]] = ()
    copies: Sequence["StoryRef"] = ()


@dataclass(slots=True)
class StoryActorCard:
    """An actor of one story. `speaks` counts the quotes it is the speaker of; 0 means spoken of only."""

    actor: ActorRef
    country: str | None
    roles: Sequence[str]
    mentions: int
    speaks: int
    words: int
    first_char: int


@dataclass(slots=True)
class MentionCard:
    """A stretch of the story that refers to an actor."""

    start: int
    end: int
    level: str
    actor_id: int
    rule: str


@dataclass(slots=True)
class ToponymCard:
    """A stretch of the story that leads to a country."""

    start: int
    end: int
    country: str
    rule: str


@dataclass(slots=True)
class StoryQuoteCard:
    """A quote of the story being read. `position` counts from 1: its address is #q{position}."""

    position: int
    kind: str
    content: Spans
    cue: Spans
    source: Spans
    words: int
    text: str
    cue_words: str | None
    source_words: str | None
    speaker: ActorRef | None
    source_position: int | None
    rule: str


@dataclass(slots=True)
class StorySourceCard:
    """A line of the source ledger. `position` counts from 1: its row is #s{position}."""

    position: int
    name: str
    form: str
    affiliation: str
    role: str | None
    channel: str | None
    former: bool
    unnamed: bool
    anonymous: bool
    reason: str | None
    actor: ActorRef | None
    country: str | None
    mentions: Spans
    quotes: int
    words: int
    direct_words: int
    rule: str


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything one story's page shows."""

    id: int
    slug: str
    title: str
    title_is_ours: bool
    text: str
    url: str | None
    outlet: OutletRef | None
    external_id: str | None
    published_at: datetime | None
    added_at: datetime
    annotated_at: datetime | None
    language: str | None
    state: str
    state_reason: str | None
    invented: bool
    word_count: int
    extra: dict[str, object]
    actors: Sequence[StoryActorCard] = ()
    mentions: Sequence[MentionCard] = ()
    toponyms: Sequence[ToponymCard] = ()
    quotes: Sequence[StoryQuoteCard] = ()
    sources: Sequence[StorySourceCard] = ()
    countries: Sequence[str] = ()
    focus: Sequence[str] = ()
    speaking: Sequence[str] = ()
    references: Sequence[Span] = ()
    newer: "StoryRef | None" = None
    older: "StoryRef | None" = None
    copies: Sequence["StoryRef"] = ()
    revisions: Sequence["RevisionRef"] = ()


@dataclass(frozen=True, slots=True)
class StoryRef:
    """Enough of a story to name it and link to it."""

    id: int
    slug: str
    title: str
    outlet: OutletRef | None
    published_at: datetime | None
    invented: bool


@dataclass(frozen=True, slots=True)
class RevisionRef:
    """What a story said before it was changed at the same address, and when it was replaced."""

    id: int
    title: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """An earlier version of a story with its words; the page of the story has the newest."""

    revision: RevisionRef
    text: str
    story: StoryRef


@dataclass(frozen=True, slots=True)
class ActorCard:
    """An actor in a list, with how many stories it is in and how many quotes it speaks."""

    actor: ActorRef
    country: str | None
    stories: int
    quotes: int


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role an actor is given in stories, with the first and last date it was, None where no story has a date."""

    role: str
    stories: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Stories of one month, "2026-03"."""

    month: str
    stories: int


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A quote in a list, with the story it is in."""

    id: int
    position: int
    kind: str
    text: str
    speaker: ActorRef | None
    source_words: str | None
    cue_words: str | None
    words: int
    story: StoryRef
    snippet: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True, slots=True)
class ActorPage:
    """One actor of the archive: who it is, what it said, what was said about it, in which stories, with whom.

    Roles, months and what was said about it are those of its newest stories; `months_over` says of how many, None
    where these are all.
    """

    actor: ActorRef
    country: str | None
    aliases: Sequence[str]
    roles: Sequence[RoleCard]
    stories: int
    quotes: int
    months: Sequence[MonthCount]
    said: Page[QuoteCard]
    about: Page[QuoteCard]
    in_stories: Page[StoryCard]
    beside: Sequence[ActorCard]
    topics: Sequence[str] = ()
    months_over: int | None = None


@dataclass(frozen=True, slots=True)
class CountryCard:
    """A country in the list of countries, with stories by relation."""

    code: str
    mentioned: int
    focus: int
    speaking: int


@dataclass(frozen=True, slots=True)
class CountryPage:
    """One country: its stories by relation, its people and bodies, what they said.

    The months are those of its newest stories; `months_over` says of how many, None where these are all.
    `evidence` gives for a story's id the words that show the relation, each with how often they stand there.
    """

    code: str
    mentioned: int
    focus: int
    speaking: int
    months: Sequence[MonthCount]
    people: Sequence[ActorCard]
    bodies: Sequence[ActorCard]
    in_stories: Page[StoryCard]
    evidence: Mapping[int, Sequence[tuple[str, int]]]
    months_over: int | None = None


@dataclass(frozen=True, slots=True)
class RestingQuote:
    """Words that rest on a source. `position` is the quote's address in the story, `text` may be cut."""

    position: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source in a list, with the story it informs; `resting` are the first quotes of an unnamed source."""

    id: int
    position: int
    name: str
    form: str
    affiliation: str
    role: str | None
    channel: str | None
    former: bool
    unnamed: bool
    anonymous: bool
    reason: str | None
    actor: ActorRef | None
    country: str | None
    quotes: int
    words: int
    story: StoryRef
    resting: Sequence[RestingQuote] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many stories of the selection have it, and whether it is chosen now."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet beside a list. `param` is its query parameter. `over` is the sample counted over, None when exact."""

    param: str
    label: str
    values: Sequence[FacetValue] = field(default_factory=tuple)
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Stories by month, oldest first. `over` is the sample counted over, None when exact."""

    months: Sequence[MonthCount] = ()
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, to show and remove: parameter, value as in the address, and words for it."""

    param: str
    value: str
    label: str
    words: str
