"""The columns of lists taken away as tables: the values that the cards of the pages show, one row a card.

Addresses are absolute, dates in UTC, countries ISO 3166-1 alpha-2 codes. What belongs to several is a tuple.
"""

from typing import NamedTuple

from app.country_names import country_name
from app.store.cards import ActorCard, CountryCard, QuoteCard, SourceCard, StoryCard
from app.web import links
from app.web.exports.site import Site, utc

Value = str | int | bool | None | tuple[str, ...] | tuple[int, ...]


class StoryRow(NamedTuple):
    """A story; its leading actors and those of its speakers that the list names, people first.

    `copy_ids` are the stories with nearly the same text.
    """

    id: int
    address: str
    title: str
    outlet: str | None
    published_at: str | None
    added_at: str
    lead: str
    actors: tuple[str, ...]
    actor_ids: tuple[int, ...]
    speakers: tuple[str, ...]
    speaker_ids: tuple[int, ...]
    countries: tuple[str, ...]
    quotes: int
    words: int
    state: str
    invented: bool
    copy_ids: tuple[int, ...]


class QuoteRow(NamedTuple):
    """A quote and the story it is in; its address leads to its place there."""

    id: int
    address: str
    kind: str
    text: str
    speaker: str | None
    speaker_id: int | None
    source_words: str | None
    cue_words: str | None
    words: int
    story_id: int
    story_title: str
    outlet: str | None
    published_at: str | None
    invented: bool


class ActorRow(NamedTuple):
    """A person, organisation or group: the stories it is in, the quotes it speaks."""

    id: int
    address: str
    name: str
    kind: str
    country: str | None
    stories: int
    quotes: int


class SourceRow(NamedTuple):
    """A source and the story it informs; its address leads to its first place there."""

    id: int
    address: str
    name: str
    form: str
    affiliation: str
    role: str | None
    channel: str | None
    former: bool
    unnamed: bool
    anonymous: bool
    reason: str | None
    actor_id: int | None
    country: str | None
    quotes: int
    words: int
    story_id: int
    story_title: str
    outlet: str | None
    published_at: str | None
    invented: bool


class CountryRow(NamedTuple):
    """A country and its stories by relation."""

    code: str
    address: str
    name: str
    mentioned: int
    focus: int
    speaking: int


def story_row(card: StoryCard, site: Site) -> StoryRow:
    """A story as a row."""
    return StoryRow(
        id=card.id,
        address=site.at(links.story(card)),
        title=card.title,
        outlet=card.outlet.name if card.outlet else None,
        published_at=utc(card.published_at) if card.published_at else None,
        added_at=utc(card.added_at),
        lead=card.lead,
        actors=tuple(actor.name for actor in card.actors),
        actor_ids=tuple(actor.id for actor in card.actors),
        speakers=tuple(actor.name for actor in card.speakers),
        speaker_ids=tuple(actor.id for actor in card.speakers),
        countries=tuple(card.countries),
        quotes=card.quote_count,
        words=card.word_count,
        state=card.state,
        invented=card.invented,
        copy_ids=tuple(copy.id for copy in card.copies),
    )


def quote_row(card: QuoteCard, site: Site) -> QuoteRow:
    """A quote as a row."""
    return QuoteRow(
        id=card.id,
        address=site.at(links.quote(card)),
        kind=card.kind,
        text=card.text,
        speaker=card.speaker.name if card.speaker else None,
        speaker_id=card.speaker.id if card.speaker else None,
        source_words=card.source_words,
        cue_words=card.cue_words,
        words=card.words,
        story_id=card.story.id,
        story_title=card.story.title,
        outlet=card.story.outlet.name if card.story.outlet else None,
        published_at=utc(card.story.published_at) if card.story.published_at else None,
        invented=card.story.invented,
    )


def actor_row(card: ActorCard, site: Site) -> ActorRow:
    """An actor as a row."""
    actor = card.actor
    return ActorRow(
        actor.id, site.at(links.actor(actor)), actor.name, actor.kind, card.country, card.stories, card.quotes
    )


def source_row(card: SourceCard, site: Site) -> SourceRow:
    """A source as a row."""
    return SourceRow(
        id=card.id,
        address=site.at(links.source(card)),
        name=card.name,
        form=card.form,
        affiliation=card.affiliation,
        role=card.role,
        channel=card.channel,
        former=card.former,
        unnamed=card.unnamed,
        anonymous=card.anonymous,
        reason=card.reason,
        actor_id=card.actor.id if card.actor else None,
        country=card.country,
        quotes=card.quotes,
        words=card.words,
        story_id=card.story.id,
        story_title=card.story.title,
        outlet=card.story.outlet.name if card.story.outlet else None,
        published_at=utc(card.story.published_at) if card.story.published_at else None,
        invented=card.story.invented,
    )


def country_row(card: CountryCard, site: Site) -> CountryRow:
    """A country as a row."""
    name = country_name(card.code)
    return CountryRow(card.code, site.at(links.country(card.code)), name, card.mentioned, card.focus, card.speaking)
