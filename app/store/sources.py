"""Sources to read: whom the archive relies on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import func, or_, select, tuple_
from sqlmodel import Session, col

from app.spans import Affiliation, SourceForm
from app.store import counts, paging
from app.store.browse import ACTOR_COLUMNS, actor_ref, grouped, story_refs
from app.store.cards import FacetValue, Page, RestingQuote, SourceCard
from app.store.models import Actor, Quote, Source

FORMS = get_args(SourceForm)
AFFILIATIONS = get_args(Affiliation)
MAX_WORDS = 200
MAX_RESTING = 5
MAX_RESTING_CHARS = 400


def list_sources(
    session: Session,
    *,
    form: str | None,
    affiliation: str | None,
    unnamed: bool | None,
    q: str | None,
    after: str | None,
    size: int,
    reasoned: bool | None = None,
) -> Page[SourceCard]:
    """The newest stories' sources that fit; `q` is looked for in their names.

    `reasoned` asks for unnamed or anonymous sources with a stated reason, or for those without one.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    wanted = select(Source, *ACTOR_COLUMNS).join(Actor, col(Actor.id) == col(Source.actor_id), isouter=True)
    if form:
        wanted = wanted.where(col(Source.form) == form)
    if affiliation:
        wanted = wanted.where(col(Source.affiliation) == affiliation)
    if unnamed is not None:
        wanted = wanted.where(col(Source.unnamed) == unnamed)
    if reasoned is not None:
        nameless = or_(col(Source.unnamed), col(Source.anonymous))
        wanted = wanted.where(nameless, col(Source.reason).is_not(None) == reasoned)
    if q:
        wanted = wanted.where(col(Source.name).icontains(q[:MAX_WORDS].replace("\0", ""), autoescape=True))
    if after is not None:
        key = tuple(paging.decode(after, datetime, int))
        wanted = wanted.where(tuple_(col(Source.sorted_at), col(Source.id)) < key)
    rows = session.execute(wanted.order_by(col(Source.sorted_at).desc(), col(Source.id).desc()).limit(size + 1)).all()
    shown = rows[:size]
    stories = story_refs(session, [row.Source.story_id for row in shown])
    resting = _resting(session, [row.Source.id for row in shown if row.Source.unnamed])
    cards = [
        SourceCard(
            id=source.id,
            position=source.position,
            name=source.name,
            form=source.form,
            affiliation=source.affiliation,
            role=source.role,
            channel=source.channel,
            former=source.former,
            unnamed=source.unnamed,
            anonymous=source.anonymous,
            reason=source.reason,
            actor=actor_ref(row) if row.actor_id is not None else None,
            country=source.country,
            quotes=source.quote_count,
            words=source.words,
            story=stories[source.story_id],
            resting=resting.get(source.id, ())[:MAX_RESTING],
        )
        for row in shown
        for source in (row.Source,)
    ]
    last = shown[-1].Source if len(rows) > size else None
    return Page(cards, paging.encode(last.sorted_at, last.id) if last else None, None, total_is_exact=False)


def _resting(session: Session, source_ids: Sequence[int]) -> dict[int, list[RestingQuote]]:
    """What rests on each source, in the order of the story."""
    rows = session.execute(
        select(
            col(Quote.source_id),
            col(Quote.position),
            col(Quote.kind),
            func.substr(col(Quote.content), 1, MAX_RESTING_CHARS).label("text"),
        )
        .where(col(Quote.source_id).in_(source_ids))
        .order_by(col(Quote.source_id), col(Quote.position))
    )
    return grouped((row.source_id, RestingQuote(row.position, row.kind, row.text)) for row in rows)


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """How many sources the archive has of each form and affiliation, and with each flag."""

    form: list[FacetValue]
    affiliation: list[FacetValue]
    unnamed: int
    anonymous: int
    without_reason: int


def source_counts(session: Session) -> SourceCounts:
    """The archive's sources in numbers."""
    flags = counts.of(session, "flag", ["unnamed", "anonymous", "without reason"])
    return SourceCounts(
        form=_values(session, "form", FORMS),
        affiliation=_values(session, "affiliation", AFFILIATIONS),
        unnamed=flags.get("unnamed", 0),
        anonymous=flags.get("anonymous", 0),
        without_reason=flags.get("without reason", 0),
    )


def _values(session: Session, facet: str, order: Sequence[str]) -> list[FacetValue]:
    known = counts.of(session, facet, order)
    return [FacetValue(value, value, known[value], chosen=False) for value in order if known.get(value)]
