"""The plain values that travel between the rooms, nothing in them saved yet.

All offsets are Unicode code points into a story's text as stored, start included, end excluded.
A `Spans` value is one stretch of words that may be discontinuous: several (start, end) pairs in order.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Span = tuple[int, int]
Spans = tuple[Span, ...]

ActorKind = Literal["person", "organisation", "group"]
MentionType = Literal["PERSON", "ORG", "GPE_LOC", "MISC"]
MentionLevel = Literal["name", "nominal", "pronoun"]
QuoteKind = Literal["direct", "mixed", "indirect"]
AnnotationState = Literal["annotated", "unsupported language", "too long", "failed"]

# In archives a form and an affiliation are their places in these lists, and a level its place in its own; so a new one
# comes last.
SourceForm = Literal[
    "named person",
    "named organisation",
    "unnamed person",
    "unnamed group",
    "document",
    "other media",
    "social media",
    "the reporter",
    "none given",
]
Affiliation = Literal[
    "government",
    "political group",
    "military or police",
    "corporate",
    "NGO",
    "union",
    "academic",
    "religious",
    "media",
    "international body",
    "witness or resident",
    "other",
    "unknown",
]
SourceRole = Literal["decision-maker", "representative", "expert", "participant", "witness"]
Channel = Literal["interview", "statement", "speech", "published work", "social post", "court", "private", "declined"]


@dataclass(frozen=True, slots=True)
class RawStory:
    """One story as a reader found it; `text` is exactly what was given.

    `origin` names where it came from for messages ("file.jsonl:12"). `title_is_ours` says that no headline was
    given and the title is the cut first sentence.
    """

    text: str
    title: str
    origin: str
    title_is_ours: bool = False
    url: str | None = None
    outlet: str | None = None
    external_id: str | None = None
    published_at: datetime | None = None
    invented: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not become a story, and why, in words that say what to do."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActorSpan:
    """An actor of one story. `id` ("a1", "a2", …) is unique within the story; `name` is the fullest form seen."""

    id: str
    name: str
    kind: ActorKind
    country: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentionSpan:
    """One stretch of text that refers to an actor of the story (`actor` is an ActorSpan's id)."""

    start: int
    end: int
    type: MentionType
    level: MentionLevel
    actor: str
    rule: str


@dataclass(frozen=True, slots=True)
class ToponymSpan:
    """A place, nationality or government name and the ISO 3166-1 alpha-2 code (XK for Kosovo) it leads to."""

    start: int
    end: int
    country: str
    rule: str


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """Words attributed to somebody. `cue` and `source` are empty where the text gives none.

    `speaker` is an ActorSpan's id or None; `source_ref` a SourceSpan's id or None.
    """

    id: str
    kind: QuoteKind
    content: Spans
    cue: Spans
    source: Spans
    speaker: str | None
    source_ref: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """Whom or what the story's information comes from, once a story, with all its mentions."""

    id: str
    name: str
    form: SourceForm
    affiliation: Affiliation
    role: SourceRole | None
    channel: Channel | None
    former: bool
    unnamed: bool
    anonymous: bool
    reason: str | None
    actor: str | None
    country: str | None
    mentions: Spans
    rule: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything found in one story's text. A state other than "annotated" comes with its `reason` and no spans.

    `countries`, `focus` and `speaking` are ISO codes; `focus` lists the country in focus first.
    `references` are the items of a reference list at the story's foot. `bands` is the text's fingerprint, whatever
    the state: texts that are nearly the same share one of these numbers.
    """

    state: AnnotationState
    language: str | None = None
    reason: str | None = None
    actors: tuple[ActorSpan, ...] = ()
    mentions: tuple[MentionSpan, ...] = ()
    toponyms: tuple[ToponymSpan, ...] = ()
    countries: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    speaking: tuple[str, ...] = ()
    quotes: tuple[QuoteSpan, ...] = ()
    sources: tuple[SourceSpan, ...] = ()
    references: Spans = ()
    bands: tuple[int, ...] = ()
