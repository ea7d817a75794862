"""Story pages made by hand, without a database."""

from dataclasses import replace
from datetime import UTC, datetime

from app.spans import Span
from app.store.cards import (
    ActorRef,
    MentionCard,
    OutletRef,
    StoryActorCard,
    StoryPage,
    StoryQuoteCard,
    StorySourceCard,
    ToponymCard,
)

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def story_page(text: str, **fields: object) -> StoryPage:
    """An annotated story of the Harbour Post with that text; `fields` replace what it has by default."""
    page = StoryPage(
        id=7,
        slug="dockers-walk-out",
        title="Dockers walk out",
        title_is_ours=False,
        text=text,
        url="https://harbour.example/dockers",
        outlet=OutletRef("harbour-post", "Harbour Post"),
        external_id=None,
        published_at=NOON,
        added_at=NOON,
        annotated_at=NOON,
        language="en",
        state="annotated",
        state_reason=None,
        invented=False,
        word_count=len(text.split()),
        extra={},
    )
    return replace(page, **fields)  # type: ignore[arg-type]


def actor(number: int, name: str, kind: str = "person", *, speaks: int = 0) -> StoryActorCard:
    """An actor mentioned once."""
    ref = ActorRef(number, name.lower().replace(" ", "-"), name, kind)
    return StoryActorCard(ref, None, (), mentions=1, speaks=speaks, words=0, first_char=0)


def mention(start: int, end: int, actor_id: int, level: str = "name") -> MentionCard:
    return MentionCard(start, end, level, actor_id, "ner")


def toponym(start: int, end: int, country: str) -> ToponymCard:
    return ToponymCard(start, end, country, "country-name")


def quote(
    position: int,
    *content: Span,
    kind: str = "direct",
    cue: Span | None = None,
    source: Span | None = None,
    speaker: ActorRef | None = None,
) -> StoryQuoteCard:
    """A quote of two words."""
    return StoryQuoteCard(
        position=position,
        kind=kind,
        content=content,
        cue=(cue,) if cue else (),
        source=(source,) if source else (),
        words=2,
        text="We walk",
        cue_words="said" if cue else None,
        source_words="the foreman" if source else None,
        speaker=speaker,
        source_position=None,
        rule="direct-verb-after",
    )


def source(position: int, *mentions: Span, form: str = "unnamed person", reason: str | None = None) -> StorySourceCard:
    """An unnamed source."""
    return StorySourceCard(
        position=position,
        name="a port official",
        form=form,
        affiliation="government",
        role=None,
        channel=None,
        former=False,
        unnamed=form.startswith("unnamed"),
        anonymous=reason is not None,
        reason=reason,
        actor=None,
        country=None,
        mentions=mentions,
        quotes=1,
        words=2,
        direct_words=2,
        rule="cue-subject",
    )
