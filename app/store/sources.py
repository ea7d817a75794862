"""Sources to read: whom the archive relies on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlmodel import Session, col

from app.config import get_settings
from app.spans import Affiliation, SourceForm
from app.store import counts, paging
from app.store.browse import ACTOR_COLUMNS, actor_ref, grouped, story_refs
from app.store.cards import FacetValue, Page, RestingQuote, SourceCard
from app.store.db import rows
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

    `reasoned` asks for unnamed or anonymous sources with a stated reason, or for those without one. At most
    `max_examined` of the sources that an index lists are looked at, as in the lists of stories.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    most = get_settings().max_examined
    # What an index lists, newest first; the others are looked for among these.
    listed: list[ColumnElement[bool]] = []
    checked: list[ColumnElement[bool]] = []
    if form:
        listed.append(col(Source.form) == form)
    if unnamed is not None:
        (listed if unnamed and not form else checked).append(col(Source.unnamed) == unnamed)
    if affiliation:
        checked.append(col(Source.affiliation) == affiliation)
    if reasoned is not None:
        checked.append(or_(col(Source.unnamed), col(Source.anonymous)))
        checked.append(col(Source.reason).is_not(None) == reasoned)
    if q:
        checked.append(col(Source.name).icontains(q[:MAX_WORDS].replace("\0", ""), autoescape=True))
    if after is not None:
        listed.append(_key() < tuple(paging.decode(after, datetime, int)))
    last = _last_examined(session, listed, most) if checked else None
    examined = [_key() >= last] if last is not None else []
    found = rows(session, _newest(_CARDS.where(*listed, *examined, *checked)).limit(size + 1))
    cards = _cards(session, found[:size])
    if len(found) > size:
        return Page(cards, paging.encode(found[size - 1].sorted_at, found[size - 1].id), total_is_exact=False)
    if last is None:
        return Page(cards, total_is_exact=False)
    return Page(cards, paging.encode(*last), total_is_exact=False, examined=most)


# What cards of a source show.
SOURCE_COLUMNS: tuple[Any, ...] = (
    col(Source.position),
    col(Source.name),
    col(Source.form),
    col(Source.affiliation),
    col(Source.role),
    col(Source.channel),
    col(Source.former),
    col(Source.unnamed),
    col(Source.anonymous),
    col(Source.reason),
    col(Source.country),
    col(Source.quote_count),
    col(Source.words),
)
_CARDS = select(col(Source.id), col(Source.story_id), col(Source.sorted_at), *SOURCE_COLUMNS, *ACTOR_COLUMNS).join(
    Actor, col(Actor.id) == col(Source.actor_id), isouter=True
)


def _key() -> ColumnElement[Any]:
    return tuple_(col(Source.sorted_at), col(Source.id))


def _newest(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return wanted.order_by(col(Source.sorted_at).desc(), col(Source.id).desc())


def _last_examined(session: Session, listed: Sequence[ColumnElement[bool]], most: int) -> tuple[datetime, int] | None:
    """The key of the last source that may be looked at, None where there are fewer; read off the index alone."""
    keys = _newest(select(col(Source.sorted_at), col(Source.id)).where(*listed))
    found = rows(session, keys.offset(most - 1).limit(1))
    return (found[0].sorted_at, found[0].id) if found else None


def _cards(session: Session, found: Sequence[Row[Any]]) -> list[SourceCard]:
    stories = story_refs(session, [row.story_id for row in found])
    resting = _resting(session, [row.id for row in found if row.unnamed])
    return [
        SourceCard(
            id=row.id,
            position=row.position,
            name=row.name,
            form=row.form,
            affiliation=row.affiliation,
            role=row.role,
            channel=row.channel,
            former=row.former,
            unnamed=row.unnamed,
            anonymous=row.anonymous,
            reason=row.reason,
            actor=actor_ref(row) if row.actor_id is not None else None,
            country=row.country,
            quotes=row.quote_count,
            words=row.words,
            story=stories[row.story_id],
            resting=resting.get(row.id, ())[:MAX_RESTING],
        )
        for row in found
    ]


def _resting(session: Session, source_ids: Sequence[int]) -> dict[int, list[RestingQuote]]:
    """What rests on each source, in the order of the story."""
    found = session.execute(
        select(
            col(Quote.source_id),
            col(Quote.position),
            col(Quote.kind),
            func.substr(col(Quote.content), 1, MAX_RESTING_CHARS).label("text"),
        )
        .where(col(Quote.source_id).in_(source_ids))
        .order_by(col(Quote.source_id), col(Quote.position))
    )
    return grouped((row.source_id, RestingQuote(row.position, row.kind, row.text)) for row in found)


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
