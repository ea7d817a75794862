"""Quotes to read, over the whole archive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, select, tuple_
from sqlmodel import Session, col

from app.store import counts, paging, search
from app.store.among import among
from app.store.browse import ACTOR_COLUMNS, actor_ref, story_refs
from app.store.cards import Page, QuoteCard
from app.store.filters import FILTERS, Selection, by_param
from app.store.models import Actor, Quote, Source, StoryActor


def list_quotes(
    session: Session,
    selection: Selection,
    *,
    after: str | None,
    size: int,
    among_stories: Sequence[int] | None = None,
) -> Page[QuoteCard]:
    """The newest quotes that fit; `q` searches the quoted words, `speaker` is who speaks, the rest is of the story.

    Only the quotes of `among_stories` are looked at, where these are given.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    query = search.parse(selection.q) if selection.q else None
    wanted = _wanted(selection, query)
    if after is not None:
        wanted = wanted.where(_key() < tuple(paging.decode(after, datetime, int)))
    if among_stories is not None:
        wanted = wanted.where(among(col(Quote.story_id)))
    elif selection.values("about"):
        wanted = wanted.where(_in_stories_with(selection.values("about")))
    newest = wanted.order_by(col(Quote.sorted_at).desc(), col(Quote.id).desc()).limit(size + 1)
    rows = session.execute(newest, {"ids": among_stories}).all()
    shown = rows[:size]
    stories = story_refs(session, [row.story_id for row in shown])
    snippets = search.snippets(session, "quote", [row.id for row in shown], query) if query else {}
    cards = [
        QuoteCard(
            id=row.id,
            position=row.position,
            kind=row.kind,
            text=row.content,
            speaker=actor_ref(row) if row.actor_id is not None else None,
            source_words=row.source_words,
            cue_words=row.cue_words,
            words=row.words,
            story=stories[row.story_id],
            snippet=snippets.get(row.id, ()),
        )
        for row in shown
    ]
    leads_on = paging.encode(shown[-1].sorted_at, shown[-1].id) if len(rows) > size else None
    return Page(cards, leads_on, *_total(session, selection, after, leads_on, len(cards)))


def _total(
    session: Session, selection: Selection, after: str | None, leads_on: str | None, shown: int
) -> tuple[int | None, bool]:
    if not selection:
        return counts.total(session, "quote"), True
    if after is None and leads_on is None:
        return shown, True
    if [param for param, _ in selection.pairs] == ["speaker"]:
        return counts.of(session, "spoken", selection.values("speaker")).get(selection.pairs[0][1], 0), True
    return None, False


def _key() -> ColumnElement[Any]:
    return tuple_(col(Quote.sorted_at), col(Quote.id))


def _wanted(selection: Selection, query: search.Query | None) -> Select[Any]:
    wanted = select(
        col(Quote.id),
        col(Quote.position),
        col(Quote.kind),
        col(Quote.content),
        col(Quote.source_words),
        col(Quote.cue_words),
        col(Quote.words),
        col(Quote.sorted_at),
        col(Quote.story_id),
        *ACTOR_COLUMNS,
    ).join(Actor, col(Actor.id) == col(Quote.speaker_id), isouter=True)
    return wanted.where(and_(True, *_conditions(selection, query)))


def _conditions(selection: Selection, query: search.Query | None) -> list[ColumnElement[bool]]:
    conditions = []
    for each in selection.active:
        values = selection.values(each.param)
        if each.param == "q" and query is not None:
            conditions.append(search.matches("quote", col(Quote.id), query))
        elif each.param == "speaker":
            conditions.append(col(Quote.speaker_id).in_(map(int, values)))
        elif each.param == "form":
            conditions.append(_rests_on(values))
        elif each.param == "not":
            conditions += _unwanted(values)
        else:
            conditions.append(each.keeps(col(Quote.id if each.quote_only else Quote.story_id), values))
    return conditions


def _in_stories_with(actor_ids: tuple[str, ...]) -> ColumnElement[bool]:
    """The stories with these actors first: the words of all other stories need not be looked at."""
    stories = select(col(StoryActor.story_id)).where(col(StoryActor.actor_id).in_(map(int, actor_ids)))
    return col(Quote.story_id).in_(stories)


def _rests_on(forms: tuple[str, ...]) -> ColumnElement[bool]:
    return col(Quote.source_id).in_(select(col(Source.id)).where(col(Source.form).in_(forms)))


def _unwanted(values: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """What `not` leaves out: a speaker's or a source's own quotes, but all quotes of a story from a country."""
    conditions: list[ColumnElement[bool]] = []
    for param, unwanted in by_param(values).items():
        if param == "speaker":
            conditions.append(func.coalesce(col(Quote.speaker_id), 0).not_in(map(int, unwanted)))
        elif param == "form":
            conditions.append(not_(func.coalesce(_rests_on(unwanted), False)))
        else:
            conditions.append(not_(FILTERS[param].keeps(col(Quote.story_id), unwanted)))
    return conditions
